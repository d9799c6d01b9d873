import os

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite:///shop.db", pool_size=5)
async_engine = create_async_engine(f"postgresql+asyncpg://{os.environ['DB_HOST']}/shop")
SessionLocal = sessionmaker(engine, autoflush=False)
AsyncLocal = async_sessionmaker(async_engine, expire_on_commit=False)


def get_db():  # does: close  # sends: 0
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


async def get_async():  # does: close  # sends: 0
    async with AsyncLocal() as session:
        yield session


def make() -> Session:
    return SessionLocal()
