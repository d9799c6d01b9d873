"""FAR070 n-plus-one-lazy-load."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from . import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class NPlusOneLazyLoad(Rule):
    """A relationship is read for each row of a result that was loaded without it.

    The first read sends a query for the related rows of that one object: a page of a hundred orders sends a hundred
    and one queries. Nothing in the code looks slow, and a test with two rows is not. Load it with the query
    (`selectinload` for collections, `joinedload` for single objects), or set `lazy` on the model.

    Found where the loop reads it, and where the response model of a route has a field of that name. Options, `lazy` on
    the model and `refresh` count; on an asynchronous session FAR072 reports it, since there it does not work at all.

    Bad:

        from sqlalchemy import ForeignKey, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

        class Base(DeclarativeBase):
            pass

        class Author(Base):
            __tablename__ = "authors"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)
            author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
            author: Mapped[Author] = relationship()

        def authors(session: Session) -> list[str]:
            return [book.author.name for book in session.scalars(select(Book))]

    Good:

        from sqlalchemy import ForeignKey, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

        class Base(DeclarativeBase):
            pass

        class Author(Base):
            __tablename__ = "authors"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)
            author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
            author: Mapped[Author] = relationship()

        def authors(session: Session) -> list[str]:
            books = session.scalars(select(Book).options(joinedload(Book.author)))
            return [book.author.name for book in books]
    """

    code = "FAR070"
    severity = Severity.WARNING
    cwe = 1073
    message = "`{relationship}` is loaded for each row, 1 + N queries: load it with the query, by `{option}`"
    markers = (("sqlalchemy", "sqlmodel", "session", "Session", "db", "query"), ("for ", "response_model", "->"))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used:
            return
        wanted = lazy.names(file)
        told: set[tuple[ast.AST | None, str]] = set()
        for node in file.nodes(ast.Attribute) if wanted else ():
            if node.attr not in wanted or not isinstance(node.ctx, ast.Load) or not isinstance(node.value, ast.Name):
                continue
            function = file.function(node)
            if function is None or not _is_element(file, node):
                continue
            found = lazy.read(file, node)
            if found is None or (function, found.name) in told:
                continue
            if lazy.is_async(file, function, found.statement) is False:
                told.add((function, found.name))
                yield self._told(node, found)
        for route in file.routes if wanted else ():
            shown = lazy.shown_by(file, route.function.returns)
            given = next((each.value for each in route.decorator.keywords if each.arg == "response_model"), None)
            shown = lazy.shown_by(file, given) if given is not None else shown
            for value in _returned(file, route.function) if wanted.intersection(shown) else ():
                held = file.database.value(value)
                if held is None or held.kind not in ("many", "scalars", "query") or held.via or held.statement is None:
                    continue
                for name in wanted.intersection(shown):
                    found = lazy.unloaded(file, held.statement, held.entity or "", name)
                    if found is None or (route.function, found.name) in told:
                        continue
                    if lazy.is_async(file, route.function, held.statement) is False:
                        told.add((route.function, found.name))
                        yield self._told(value, found)

    def _told(self, node: ast.AST, found: lazy.Lazy) -> Violation:
        place = found.relationship.place
        option = "selectinload" if found.relationship.uselist else "joinedload"
        related = (Related(place.path, place.line, f"`{found.name}` is loaded when it is read"),)
        return self.at(node, related=related, relationship=found.name, option=f"{option}({found.name})")


def _is_element(file: File, node: ast.Attribute) -> bool:
    """Whether the object is what a loop around it goes over."""
    base = node.value
    for each in file.ancestors(node):
        targets: list[ast.expr] = []
        if isinstance(each, (ast.For, ast.AsyncFor)):
            targets = [each.target]
        elif isinstance(each, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            targets = [one.target for one in each.generators]
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        for target in targets:
            if any(isinstance(one, ast.Name) and one.id == base.id for one in file.everywhere(target)):  # type: ignore[attr-defined]
                return True
    return False


def _returned(file: File, function: ast.AST) -> list[ast.expr]:
    return [each.value for each in file.within(function, ast.Return) if each.value is not None]
