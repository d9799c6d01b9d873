"""Where books stand, and how many pages they have."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("books", sa.Column("shelf", sa.String(20), nullable=False))  # FAR161: `books.shelf`
    op.add_column("books", sa.Column("pages", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_books_shelf", "books", ["shelf"])  # FAR163: `books` stops all writing


def downgrade() -> None:  # FAR162: `add_column` of `books` and 2 more
    pass
