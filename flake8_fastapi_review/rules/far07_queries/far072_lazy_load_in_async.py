"""FAR072 lazy-load-in-async."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from . import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Execution
    from ...rule import Violation


class LazyLoadInAsync(Rule):
    """A relationship, or an attribute that a commit expired, is read on an object of an asynchronous session.

    Reading it sends a statement, and an `AsyncSession` cannot send one where nobody awaits: SQLAlchemy raises
    `MissingGreenlet`, and the route answers 500. It works in tests where the object is still whole in the session.
    Load the relationship with the query, use `awaitable_attrs`, or `await session.refresh(…)`; make the sessions with
    `expire_on_commit=False`.

    Bad:

        from sqlalchemy import ForeignKey, select
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

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

        async def author(session: AsyncSession, book_id: int) -> str:
            book = (await session.scalars(select(Book).where(Book.id == book_id))).one()
            return book.author.name

    Good:

        from sqlalchemy import ForeignKey, select
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

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

        async def author(session: AsyncSession, book_id: int) -> str:
            query = select(Book).where(Book.id == book_id).options(joinedload(Book.author))
            book = (await session.scalars(query)).one()
            return book.author.name
    """

    code = "FAR072"
    severity = Severity.BLOCKER
    message = "`{read}` has to be loaded{why}, which raises MissingGreenlet here: {remedy}"
    markers = (("async ", "AsyncSession"), ("sqlalchemy", "sqlmodel", "session", "Session", "db"))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used or not file.project_mentions("AsyncSession", "async_sessionmaker"):
            return
        yield from self._unloaded(file)
        expiring = {each.expire_on_commit for each in file.database.session_makers if each.is_async}
        if ".commit(" not in file.text or expiring != {True}:
            return
        commits = [each for each in file.nodes(ast.Attribute) if each.attr == "commit"]
        for function in dict.fromkeys(file.function(each) for each in commits):
            if isinstance(function, ast.AsyncFunctionDef):
                yield from self._expired(file, function)

    def _unloaded(self, file: File) -> Iterator[Violation]:
        wanted = lazy.names(file)
        told: set[tuple[ast.AST | None, str, str]] = set()
        for node in file.nodes(ast.Attribute) if wanted else ():
            if node.attr not in wanted or not isinstance(node.ctx, ast.Load) or not isinstance(node.value, ast.Name):
                continue
            function = file.function(node)
            if function is None:
                continue
            found = lazy.read(file, node)
            key = (function, node.value.id, node.attr)
            if found is None or key in told or lazy.is_async(file, function, found.statement) is not True:
                continue
            told.add(key)
            yield self._told(node, ast.unparse(node), found)
        for route in file.routes if wanted else ():
            given = next((each.value for each in route.decorator.keywords if each.arg == "response_model"), None)
            shown = lazy.shown_by(file, given if given is not None else route.function.returns)
            for each in file.within(route.function, ast.Return) if wanted.intersection(shown) else ():
                held = file.database.value(each.value) if each.value is not None else None
                if held is None or held.kind not in ("one", "many", "scalars") or held.via or held.statement is None:
                    continue
                for name in sorted(wanted.intersection(shown)):
                    found = lazy.unloaded(file, held.statement, held.entity or "", name)
                    if found is None or _is_touched(file, route.function, each.value, name):
                        continue
                    if lazy.is_async(file, route.function, held.statement) is True:
                        yield self._told(each.value, f"{found.name}` of the response model's `{name}", found)

    def _told(self, node: ast.AST, text: str, found: lazy.Lazy) -> Violation:
        place = found.relationship.place
        option = "selectinload" if found.relationship.uselist else "joinedload"
        related = (Related(place.path, place.line, f"`{found.name}` is loaded when it is read"),)
        remedy = f"load it with the query, by `{option}({found.name})`"
        return self.at(node, related=related, read=text, why=" when it is read", remedy=remedy)

    def _expired(self, file: File, function: ast.AsyncFunctionDef) -> Iterator[Violation]:
        done = file.database.direct_executions(function)
        told: set[str] = set()
        for commit in done:
            if commit.kind != "commit" or commit.is_async is not True or not isinstance(commit.session, ast.expr):
                continue
            if file.database.expires_on_commit(commit.session) is not True:
                continue
            for node in file.within(function, ast.Attribute):
                if not isinstance(node.value, ast.Name) or node.value.id in told or not isinstance(node.ctx, ast.Load):
                    continue
                if self._is_expired(file, function, commit, done, node):
                    told.add(node.value.id)
                    remedy = f"`await session.refresh({node.value.id})`, or make sessions with `expire_on_commit=False`"
                    yield self.at(node, read=ast.unparse(node), why=" again after the commit", remedy=remedy)

    def _is_expired(
        self, file: File, function: ast.AsyncFunctionDef, commit: Execution, done: list[Execution], node: ast.Attribute
    ) -> bool:
        assert isinstance(node.value, ast.Name)
        name = node.value.id
        entity = file.database.entity_of(node.value)
        if entity is None or entity.column(node.attr) is None:
            return False
        reading, committing = file.statement(node), file.statement(commit.node)
        flow = file.flow(function)
        if reading is committing or not flow.can_reach(committing, reading):
            return False
        kept = [
            each
            for each in done
            if each.kind in ("write", "refresh", "expunge")
            and _names(file, each.node, name)
            and each.is_async is not False
        ]
        held = file.database.value(node.value)
        if held is None or (held.statement is None and not any(each.kind == "write" for each in kept)):
            return False
        again = {file.statement(each.node) for each in kept if each.kind != "write"}
        bound = [
            each for each in file.within(function, ast.Name) if each.id == name and isinstance(each.ctx, ast.Store)
        ]
        again.update(file.statement(each) for each in bound)
        if not any(flow.can_reach(file.statement(each), committing) for each in bound):
            return False
        return not flow.always_passes(committing, lambda step: step in again, to=reading, errors=False)


def _names(file: File, node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and any(
        isinstance(each, ast.Name) and each.id == name for argument in node.args for each in file.everywhere(argument)
    )


def _is_touched(file: File, function: ast.AST, value: ast.expr, name: str) -> bool:
    """Whether the function refreshes what it returns, or sets the relationship."""
    if not isinstance(value, ast.Name):
        return False
    for node in file.within(function):
        match node:
            case ast.Attribute(value=ast.Name(id=base), attr=attr, ctx=ast.Store()):
                if base == value.id and attr == name:
                    return True
            case ast.Call(func=ast.Attribute(attr="refresh" | "run_sync")) if _names(file, node, value.id):
                return True
    return False
