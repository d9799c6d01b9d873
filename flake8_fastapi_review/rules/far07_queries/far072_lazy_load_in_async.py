"""FAR072 lazy-load-in-async."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from . import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
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
    message = "{read} to be loaded{why}, which raises MissingGreenlet here: {remedy}"
    markers = (("async ", "AsyncSession"), ("sqlalchemy", "sqlmodel", "session", "Session", "db"))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used or not file.project_mentions("AsyncSession", "async_sessionmaker"):
            return
        for each in lazy.found(file):
            if each.read.is_async:
                why = " again after the commit" if each.read.reason == "expired" else " when it is read"
                read = f"{_told(each)} {'has' if len(each.reads) == 1 else 'have'}"
                yield self.at(each.node, related=each.related, read=read, why=why, remedy=each.remedy)


def _told(found: lazy.Found) -> str:
    if found.read.is_shown:
        return f"{found.name} of the response model's `{found.read.attribute}`"
    if found.way or not isinstance(found.node, ast.Attribute):
        return f"{found.name}{found.way}"
    return f"`{ast.unparse(found.node)}`"
