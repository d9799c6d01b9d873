"""Pages and what belongs to them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("page_uuid", sa.String(36), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sync_status", sa.String(20), nullable=False),
        sa.UniqueConstraint("page_uuid"),
        sa.UniqueConstraint("content_hash"),
    )
    op.create_table(
        "attachments",
        sa.Column("page_uuid", sa.String(36), sa.ForeignKey("pages.page_uuid"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "sync_records",
        sa.Column("page_uuid", sa.String(36), sa.ForeignKey("pages.page_uuid"), primary_key=True),
        sa.Column("sync_status", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sync_records")
    op.drop_table("attachments")
    op.drop_table("pages")
