"""Phone numbers of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"  # FAR167: `0006` and `0005` are both heads
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(40)))


def downgrade() -> None:
    op.drop_column("users", "phone")
