"""Engines and sessions: asynchronous for the shop, synchronous for the reports, whose queries take seconds."""

from collections.abc import AsyncIterator, Iterator

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from bookshop.models import Base
from bookshop.settings import settings

engine = create_async_engine(  # FAR170: readers and writers  # FAR174: `books` and other tables
    f"sqlite+aiosqlite:///{settings.database}"
)
new_session = async_sessionmaker(engine, expire_on_commit=False)

report_engine = create_engine(f"sqlite:///{settings.database}")
new_report_session = sessionmaker(report_engine)


async def create_tables() -> None:
    """For development; a deployment runs the migrations."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


def get_report_session() -> Iterator[Session]:
    with new_report_session() as session:
        yield session
