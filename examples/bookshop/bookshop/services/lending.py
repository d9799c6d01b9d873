"""Books that are lent to schools: the lists live in a small database of their own."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bookshop.db import new_report_session
from bookshop.models import Book, Review
from bookshop.settings import settings


@contextmanager
def shelf_session() -> Iterator[Session]:
    session = new_report_session()
    yield session  # FAR062: An exception at this `yield` leaves `session` open
    session.close()


def titles_on_shelf() -> int:
    session = new_report_session()  # FAR060: `session` is not closed on every way out
    found = session.scalar(select(func.count(Book.id))) or 0
    session.close()
    return found


def lent_copies(school: str) -> int:
    connection = sqlite3.connect(settings.database)  # FAR061: `connection` is never closed
    row = connection.execute("SELECT count(*) FROM loans WHERE school = ?", (school,)).fetchone()
    return int(row[0])


def schools() -> list[str]:
    with closing(sqlite3.connect(settings.database)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT DISTINCT school FROM loans ORDER BY school")]


async def look_up(session: AsyncSession, isbn: str) -> Book | None:
    return (await session.scalars(select(Book).where(Book.isbn == isbn))).one_or_none()


async def pair(session: AsyncSession, first: str, second: str) -> list[Book | None]:
    return list(await asyncio.gather(look_up(session, first), look_up(session, second)))  # FAR065: `session` is used


def register(session: Session, books: list[Book]) -> int:
    """How many of the books are new."""
    new = 0
    for book in books:
        try:
            session.add(book)
            session.commit()
        except IntegrityError:  # FAR063: `session` is used again
            continue
        new += 1
    return new


def withdraw(isbn: str) -> None:
    with new_report_session() as session:
        session.execute(delete(Book).where(Book.isbn == isbn))  # FAR064: never committed


def lend(session: Session, isbn: str, copies: int) -> None:
    book = session.scalars(select(Book).where(Book.isbn == isbn)).one()
    book.stock -= copies  # FAR068: `book.stock` is read
    session.commit()


def review(session: Session, book_id: int, user_id: int, stars: int) -> None:
    """Each reader has one review of a book."""
    found = session.scalars(select(Review).where(Review.book_id == book_id, Review.user_id == user_id)).first()
    if found is not None:
        raise ValueError("There is a review already")
    session.add(Review(book_id=book_id, user_id=user_id, stars=stars))  # FAR069: `book_id` and `user_id`
    session.commit()
