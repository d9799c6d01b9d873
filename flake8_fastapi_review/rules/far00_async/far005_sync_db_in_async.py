"""FAR005 sync-db-in-async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SyncDbInAsync(Rule):
    """Synchronous database work runs on the event loop.

    A query through a synchronous session, connection or driver waits for the database in the only thread that serves
    requests. Under load, one slow query or an exhausted connection pool makes the whole worker hang, and a pool wait
    can even deadlock: the request that would return a connection never gets its turn.

    Bad:

        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, select, text
        from sqlalchemy.orm import Session

        app = FastAPI()
        engine = create_engine("postgresql://db/shop")

        def get_session():
            with Session(engine) as session:
                yield session

        @app.get("/orders")
        async def orders(session: Session = Depends(get_session)):
            return session.execute(text("SELECT id FROM orders LIMIT 10")).scalars().all()

    Good:

        from fastapi import Depends, FastAPI
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        app = FastAPI()
        engine = create_async_engine("postgresql+asyncpg://db/shop")

        async def get_session():
            async with AsyncSession(engine) as session:
                yield session

        @app.get("/orders")
        async def orders(session: AsyncSession = Depends(get_session)):
            return (await session.execute(text("SELECT id FROM orders LIMIT 10"))).scalars().all()
    """

    code = "FAR005"
    severity = Severity.BLOCKER
    cwe = 400
    message = (
        "`{call}` is synchronous database work on the event loop{chain}"
        ": one slow query stops all requests of this worker; use {instead}"
    )
    markers = (("async def",),)

    allow: frozenset[str] = ALLOW

    def check(self, file: File) -> Iterator[Violation]:
        for hazard in hazards(self, file, self.allow):
            yield self.at(
                hazard.call, related=hazard.chain, call=spoken(hazard), chain=through(hazard), instead=hazard.remedy
            )
