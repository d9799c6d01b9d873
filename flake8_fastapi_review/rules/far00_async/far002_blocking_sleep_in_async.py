"""FAR002 blocking-sleep-in-async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class BlockingSleepInAsync(Rule):
    """A sleep stops the event loop.

    `time.sleep` holds the thread, and the event loop with it: every request of the worker waits for the full time. This is
    most often a retry or a polling loop, sometimes in a helper that was written for synchronous code.

    Bad:

        import time

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/status")
        async def status():
            time.sleep(0.5)
            return {"status": "ready"}

    Good:

        import asyncio

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/status")
        async def status():
            await asyncio.sleep(0.5)
            return {"status": "ready"}
    """

    code = "FAR002"
    severity = Severity.BLOCKER
    cwe = 400
    message = "`{call}` stops the event loop{chain}: no request of this worker is served meanwhile; use {instead}"
    markers = (("async def",),)

    allow: frozenset[str] = ALLOW

    def check(self, file: File) -> Iterator[Violation]:
        for hazard in hazards(self, file, self.allow):
            yield self.at(hazard.call, related=hazard.chain, call=spoken(hazard), chain=through(hazard), instead=hazard.remedy)
