"""FAR078 unstable-pagination."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .statements import direct, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Statement
    from ...rule import Violation


class UnstablePagination(Rule):
    """Pages are cut out of a query that has no order.

    Without `ORDER BY` a database answers rows in whatever order is cheapest at the moment: after an update, a vacuum or
    with another plan it is another one. Clients that ask page after page then see rows twice and never see others.
    Order by something unique, at least at the end.

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)

        def page(session: Session, offset: int) -> list[Book]:
            return list(session.scalars(select(Book).offset(offset).limit(20)))

    Good:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)

        def page(session: Session, offset: int) -> list[Book]:
            return list(session.scalars(select(Book).order_by(Book.id).offset(offset).limit(20)))
    """

    code = "FAR078"
    severity = Severity.WARNING
    message = "the pages of `{entity}` have no order: rows come twice or never; add `order_by` with a unique column"
    markers = (
        ("sqlalchemy", "sqlmodel", "query(", "select(", "session", "Session"),
        ("execute(", "exec(", "scalars(", "query(", "list("),
    )

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used or not file.project_mentions(".offset(", ".slice("):
            return
        for _, execution in direct(file, file.database.skips_rows):
            statement = execution.statement
            if statement is None or statement.kind != "select" or not statement.offset or statement.is_ordered:
                continue
            entity = names(file, statement) or _selected(statement)
            if (
                not statement.complete
                or not entity
                or execution.fetches not in ("all", "")
                or _aggregates(execution.node)
            ):
                continue
            yield self.at(execution.node, entity=entity)


def _selected(statement: Statement) -> str:
    """What is selected as the code names it, where that is some class or table: `session.query(model)`."""
    node: ast.AST = statement.node
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if (
                name in ("select", "query")
                and len(node.args) == 1
                and isinstance(node.args[0], (ast.Name, ast.Attribute))
            ):
                return ast.unparse(node.args[0])
            node = called
        else:
            node = node.value
    return ""


def _aggregates(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("count", "scalar")
