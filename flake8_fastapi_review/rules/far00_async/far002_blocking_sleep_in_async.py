"""FAR002 blocking-sleep-in-async."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity
from .hazard import ALLOW, hazards, spoken, through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import LoopHazard
    from ...file import File
    from ...rule import Violation


class BlockingSleepInAsync(Rule):
    """A sleep stops the event loop.

    `time.sleep` holds the thread, and the event loop with it: every request of the worker waits for the full time.
    This is most often a retry or a polling loop, sometimes in a helper that was written for synchronous code.

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
            fix = self._fix(file, hazard)
            yield self.at(
                hazard.call,
                related=hazard.chain,
                fix=fix,
                call=spoken(hazard),
                chain=through(hazard),
                instead=hazard.remedy,
            )

    @staticmethod
    def _fix(file: File, hazard: LoopHazard) -> Fix | None:
        """`await asyncio.sleep(…)` in place of a direct call, with the import if it is missing."""
        match hazard.call:
            case ast.Call(func=called, args=[_], keywords=[]) if hazard.name == "time.sleep" and not hazard.chain:
                pass
            case _:
                return None
        if file.enclosing(called, ast.GeneratorExp) or isinstance(file.values(called)[-1], ast.Call):
            # An await would make the generator an asynchronous one; a partial has its arguments elsewhere.
            return None
        found = file.module_name("asyncio", called)
        if found is None:
            return None
        name, imports = found
        return Fix("Replace by `await asyncio.sleep`", (*imports, Edit(Range.of(called), f"await {name}.sleep")))
