"""Authors, books, users and orders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
    )
    op.create_table(
        "books",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("isbn", sa.String(13), nullable=False, unique=True),
        sa.Column("title", sa.String(300), nullable=False, index=True),
        sa.Column("price", sa.Numeric(8, 2), nullable=False),
        sa.Column("stock", sa.Integer, nullable=False, server_default="0"),
        sa.Column(
            "author_id", sa.Integer, sa.ForeignKey("authors.id", ondelete="RESTRICT"), nullable=False, index=True
        ),
        sa.CheckConstraint("price >= 0", name="price_not_negative"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(320), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(100), nullable=False),
        sa.Column("is_staff", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("confirmation", sa.String(64), unique=True),
        sa.Column("reset_token", sa.String(64), unique=True),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column(
            "status",
            sa.Enum("PLACED", "PAID", "SHIPPED", "CANCELLED", name="orderstatus"),
            nullable=False,
            index=True,
        ),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("books.id", ondelete="RESTRICT"), primary_key=True, index=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("price", sa.Numeric(8, 2), nullable=False),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
    )


def downgrade() -> None:
    for table in ("order_lines", "orders", "users", "books", "authors"):
        op.drop_table(table)
