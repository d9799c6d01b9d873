from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SyncRouteForbidden(Rule):
    """A route is a plain `def` in a project that has only asynchronous ones.

    It runs in a thread of a pool of forty, beside code that was written for the event loop: locks, context and sessions
    of the other routes are not made for threads.

    Off by default: plain routes are right where a project has decided for them.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/pages")
        def list_pages() -> list[str]:
            return []

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/pages")
        async def list_pages() -> list[str]:
            return []
    """

    code = "FAR208"
    severity = Severity.WARNING
    default = Default.OFF
    message = "the route `{name}` runs in a thread, routes of this project run on the event loop: make it `async def`"
    markers = (("def ",), (".get(", ".post(", ".put(", ".patch(", ".delete(", ".route(", ".head(", "api_route("))

    def check(self, file: File) -> Iterator[Violation]:
        for function in dict.fromkeys(route.function for route in file.routes):
            if isinstance(function, ast.FunctionDef):
                yield self.at(function, name=function.name)
