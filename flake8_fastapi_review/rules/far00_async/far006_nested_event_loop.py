"""FAR006 nested-event-loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class NestedEventLoop(Rule):
    """A second event loop is started from a running one.

    `asyncio.run` and `run_until_complete` raise `RuntimeError: this event loop is already running` when a coroutine
    reaches them; bridges such as `async_to_sync` refuse as well or wait for a result that the blocked loop can never
    deliver. A synchronous helper hides it well: it works in scripts and tests, and fails in the first request.

    Bad:

        import asyncio

        from fastapi import FastAPI

        app = FastAPI()

        async def fetch():
            return 1

        @app.get("/total")
        async def total():
            return asyncio.run(fetch())

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        async def fetch():
            return 1

        @app.get("/total")
        async def total():
            return await fetch()
    """

    code = "FAR006"
    severity = Severity.BLOCKER
    cwe = 834
    message = (
        "`{call}` is reached while a loop already runs{chain}: it raises RuntimeError or blocks that loop; "
        "use {instead}"
    )
    markers = (("async def",),)

    allow: frozenset[str] = ALLOW

    def check(self, file: File) -> Iterator[Violation]:
        for hazard in hazards(self, file, self.allow):
            yield self.at(
                hazard.call, related=hazard.chain, call=spoken(hazard), chain=through(hazard), instead=hazard.remedy
            )
