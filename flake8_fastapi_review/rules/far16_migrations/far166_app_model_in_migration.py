from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_SESSIONS = frozenset(("session", "db", "db_session", "conn", "connection", "bind"))
_LIBRARIES = frozenset("sqlalchemy sqlmodel alembic typing collections datetime enum uuid loguru citext".split())
_MODULES = frozenset(("models", "model", "entities", "tables"))


class AppModelInMigration(Rule):
    """A migration uses the application's mapped classes.

    The class is the one of today, the database the one of then: as soon as a later revision adds a column to the model,
    this one asks for a column that is not there yet, and no new database can be set up any more. Write the table down
    in the migration, with the columns that it needs, or use SQL.

    Bad:

        import sqlalchemy as sa
        from alembic import op
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            from shop.models import Book

            session = Session(bind=op.get_bind())
            session.query(Book).update({"pages": 0})

        def downgrade() -> None:
            raise NotImplementedError

    Good:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        books = sa.table("books", sa.column("pages", sa.Integer))

        def upgrade() -> None:
            op.execute(books.update().values(pages=0))

        def downgrade() -> None:
            raise NotImplementedError
    """

    code = "FAR166"
    severity = Severity.WARNING
    message = "`{name}` is the model of today, not of this revision: write the table down here, or use SQL"
    roles = ("migration",)
    markers = (("down_revision",), ("import",))

    def check(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None or not migration.is_judged:
            return
        candidates = {
            name: (alias, where)
            for name, alias, where in migration.imports
            if name[:1].isupper() and isinstance(where, ast.ImportFrom) and not _is_library(where)
        }
        if not candidates:
            return
        told: set[str] = set()
        for node in file.nodes(ast.Name):
            if node.id not in candidates or node.id in told or not isinstance(node.ctx, ast.Load):
                continue
            alias, where = candidates[node.id]
            if _is_used(file, node) and _is_mapped(file, node, where):
                told.add(node.id)
                yield self.at(alias, name=node.id)


def _is_library(where: ast.ImportFrom) -> bool:
    return not where.level and (where.module or "").partition(".")[0] in _LIBRARIES


def _is_used(file: File, node: ast.Name) -> bool:
    """Whether rows or a statement are made of it; a helper function of the class that takes no session is not."""
    above = file.parent(node)
    if isinstance(above, ast.Attribute):
        call = file.parent(above)
        if isinstance(call, ast.Call) and call.func is above:
            given = all_arguments(call)
            return any(isinstance(each, ast.Name) and each.id in _SESSIONS for each in given)
        return True
    if isinstance(above, ast.Call):
        return not (isinstance(above.func, ast.Name) and above.func.id in ("isinstance", "issubclass", "cast"))
    return False


def _is_mapped(file: File, node: ast.Name, where: ast.stmt) -> bool:
    """Whether it is a mapped class of the project; where its module cannot be read, a class of a module of models that
    is queried."""
    definition = file.definition_of(node)
    if definition is not None:
        return definition.is_class and definition.path != file.path and file.database.class_of(node) is not None
    above = file.parent(node)
    if not (isinstance(where, ast.ImportFrom) and isinstance(above, ast.Call) and where.module):
        return False
    called = last_name(above.func)
    return called in ("query", "select") and not _MODULES.isdisjoint(where.module.split("."))
