"""FAR070 n-plus-one-lazy-load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
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

    Found where a loop reads it, in functions that are called with the rows, in properties and association proxies of
    the model, and where the response model of a route has a field of that name, nested models included. Options, `lazy`
    on the model and `refresh` count. Columns are reported, too, that a query left out or that a commit made the session
    forget.
    On an asynchronous session FAR072 reports it, since there it does not work at all.

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
    message = "{relationships} loaded for each row, 1 + N queries{way}: {remedy}"
    markers = (("sqlalchemy", "sqlmodel", "session", "Session", "db", "query"), ("for ", "response_model", "->"))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used or not file.database.entities:
            return
        for each in lazy.found(file):
            if each.read.rows and not each.read.is_async:
                names = f"{each.name} {'is' if len(each.reads) == 1 else 'are'}"
                yield self.at(each.node, related=each.related, relationships=names, way=each.way, remedy=each.remedy)
