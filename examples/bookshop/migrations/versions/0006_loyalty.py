"""Cards of customers who come again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"  # FAR167: `0006` and `0005` are both heads
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loyalty_cards",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(20), nullable=False, unique=True),
    )


def downgrade() -> None:
    op.drop_table("loyalty_cards")
