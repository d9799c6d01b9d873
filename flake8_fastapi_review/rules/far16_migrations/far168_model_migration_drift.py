from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ModelMigrationDrift(Rule):
    """A mapped class has a column that no migration creates.

    The first query of the model asks for it, and fails with `no such column` wherever the schema comes from migrations,
    which is not where tests create all tables from the models. Run `alembic revision --autogenerate`.

    Only columns of tables that a revision creates are judged, and none that a revision mentions which could not be read
    in full. Off by default: all revisions have to be read for it, and `alembic check` compares with a real database.

    Bad:

        # shop/models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Book(Base):
            __tablename__ = "books"

            id: Mapped[int] = mapped_column(primary_key=True)
            pages: Mapped[int]

        # migrations/versions/0001_books.py
        import sqlalchemy as sa
        from alembic import op

        revision = "0001"
        down_revision = None

        def upgrade() -> None:
            op.create_table("books", sa.Column("id", sa.Integer, primary_key=True))

    Good:

        # shop/models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Book(Base):
            __tablename__ = "books"

            id: Mapped[int] = mapped_column(primary_key=True)
            pages: Mapped[int]

        # migrations/versions/0001_books.py
        import sqlalchemy as sa
        from alembic import op

        revision = "0001"
        down_revision = None

        def upgrade() -> None:
            op.create_table("books", sa.Column("id", sa.Integer, primary_key=True), sa.Column("pages", sa.Integer))
    """

    code = "FAR168"
    severity = Severity.WARNING
    default = Default.OFF
    message = "no migration creates the column `{table}.{column}`: run `alembic revision --autogenerate`"
    markers = (("Column", "mapped_column", "Mapped", "Field", "SQLModel"),)

    def check(self, file: File) -> Iterator[Violation]:
        if not file.project_mentions("down_revision") or not file.database.is_used:
            return
        if not file.nodes(ast.ClassDef, ast.Call):
            return
        lacking: dict[tuple[int, str], tuple[str, str]] = {}
        for table in file.database.tables:
            for column in table.columns:
                if column.place.path != file.path or not column.known or "?" in column.name:
                    continue
                if file.migrated.lacks(table.name, column.name):
                    lacking.setdefault((column.place.line, column.attribute), (table.name, column.name))
        for (line, attribute), (table_name, column_name) in lacking.items():
            node = _declared(file, line, attribute)
            if node is not None:
                yield self.at(node, table=table_name, column=column_name)


def _declared(file: File, line: int, attribute: str) -> ast.AST | None:
    """Where a column is written: in the class that begins at this line, or at the line itself."""
    for owner in file.nodes(ast.ClassDef):
        if owner.lineno == line:
            for statement in owner.body:
                match statement:
                    case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                        if name == attribute:
                            return statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            return None
    return next((each for each in file.nodes(ast.Call, ast.AnnAssign, ast.Assign) if each.lineno == line), None)
