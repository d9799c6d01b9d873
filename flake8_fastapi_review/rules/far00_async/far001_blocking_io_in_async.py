"""FAR001 blocking-io-in-async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...edits import threaded
from ...rule import Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class BlockingIoInAsync(Rule):
    """A blocking call runs on the event loop.

    An `async def` route, dependency, middleware or task shares one thread with every other request of the worker.
    While it waits for a socket, a file or a process, none of them moves. The call may be several functions away, in
    another module; the message shows the way there. A `def` route runs in a thread pool and may block.

    Bad:

        import requests
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/rates")
        async def rates():
            return requests.get("https://rates.example.org/latest", timeout=5).json()

    Good:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/rates")
        async def rates():
            async with httpx.AsyncClient() as client:
                response = await client.get("https://rates.example.org/latest")
            return response.json()
    """

    code = "FAR001"
    severity = Severity.BLOCKER
    cwe = 400
    message = "`{call}` blocks the event loop{chain}: every request of this worker waits for it; use {instead}"
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
