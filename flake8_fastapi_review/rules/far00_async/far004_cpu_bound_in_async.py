"""FAR004 cpu-bound-in-async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...edits import threaded
from ...rule import Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class CpuBoundInAsync(Rule):
    """Heavy computation runs on the event loop.

    Hashing a password takes a quarter of a second by design; resizing images, reading spreadsheets or packing
    archives take longer. On the event loop that time is taken from every other request, and a handful of parallel
    logins stops the service.

    Bad:

        import bcrypt
        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/login")
        async def login(password: str, stored: str):
            return bcrypt.checkpw(password.encode(), stored.encode())

    Good:

        import asyncio

        import bcrypt
        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/login")
        async def login(password: str, stored: str):
            return await asyncio.to_thread(bcrypt.checkpw, password.encode(), stored.encode())
    """

    code = "FAR004"
    severity = Severity.WARNING
    cwe = 400
    message = (
        "`{call}` computes on the event loop{chain}: all other requests of this worker wait meanwhile; use {instead}"
    )
    markers = (("async def",),)

    allow: frozenset[str] = ALLOW

    def check(self, file: File) -> Iterator[Violation]:
        for hazard in hazards(self, file, self.allow):
            yield self.at(
                hazard.call,
                related=hazard.chain,
                fix=threaded(file, hazard.call),
                call=spoken(hazard),
                chain=through(hazard),
                instead=hazard.remedy,
            )
