"""Reviews of books."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("text", sa.String(2000)),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars_in_range"),
    )


def downgrade() -> None:
    op.drop_table("reviews")
