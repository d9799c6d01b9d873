"""Reviews are stars alone."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("reviews", "text")  # FAR160: `reviews.text`


def downgrade() -> None:
    raise NotImplementedError("the texts are gone")
