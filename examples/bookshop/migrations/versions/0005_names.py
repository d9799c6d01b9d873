"""Names of authors without blanks at their ends, and titles that are called names."""

from alembic import op
from bookshop.models import Author  # FAR166: `Author`
from sqlalchemy.orm import Session

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with Session(bind=op.get_bind()) as session:
        for author in session.query(Author):
            author.name = author.name.strip()
        session.commit()
    op.alter_column("books", "title", new_column_name="name")  # FAR164: `books.title` gets another name


def downgrade() -> None:
    op.alter_column("books", "name", new_column_name="title")
