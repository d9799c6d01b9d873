"""Engines and sessions; the file of the database is given by the environment."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

FILE = os.environ.get("CLUB_DATABASE", "club.db")
engine = create_engine(f"sqlite:///{FILE}", poolclass=NullPool)
async_engine = create_async_engine(f"sqlite+aiosqlite:///{FILE}", poolclass=NullPool)

Synchronous = sessionmaker(engine)
Keeping = async_sessionmaker(async_engine, expire_on_commit=False)
Expiring = async_sessionmaker(async_engine)


async def keeping() -> AsyncIterator[AsyncSession]:
    async with Keeping() as session:
        yield session


async def expiring() -> AsyncIterator[AsyncSession]:
    async with Expiring() as session:
        yield session


async def committing() -> AsyncIterator[AsyncSession]:
    """One transaction for each request."""
    async with Keeping() as session:
        yield session
        await session.commit()


def synchronous() -> Iterator[Session]:
    session = Synchronous()
    try:
        yield session
    finally:
        session.close()


Kept = Annotated[AsyncSession, Depends(keeping)]
Expired = Annotated[AsyncSession, Depends(expiring)]
Committed = Annotated[AsyncSession, Depends(committing)]
Plain = Annotated[Session, Depends(synchronous)]
