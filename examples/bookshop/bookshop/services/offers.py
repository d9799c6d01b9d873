"""What partners are told about books."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bookshop.models import Book


async def in_stock(session: AsyncSession, offset: int, limit: int) -> tuple[Sequence[Book], int]:
    """A page of the books that can be sent at once, and how many of these there are."""
    query = select(Book).where(Book.stock > 0).options(joinedload(Book.author)).order_by(Book.id)
    books = (await session.scalars(query.offset(offset).limit(limit))).all()
    total = await session.scalar(select(func.count()).select_from(Book).where(Book.stock > 0))
    return books, total or 0


async def newest(session: AsyncSession, offset: int, limit: int) -> Sequence[Book]:
    query = select(Book).options(joinedload(Book.author)).order_by(Book.id.desc())
    return (await session.scalars(query.offset(offset).limit(limit))).all()


async def with_isbn(session: AsyncSession, isbn: str) -> Book | None:
    return await session.scalar(select(Book).where(Book.isbn == isbn).options(joinedload(Book.author)))
