"""FAR009 async-without-await."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ASYNC = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
_BLOCKED = ("FAR001", "FAR002", "FAR004", "FAR005", "FAR006")
"""The rules that say more precisely why a route should not be on the loop."""


class AsyncWithoutAwait(Rule):
    """An `async def` route awaits nothing.

    FastAPI runs a `def` route in a thread pool, where it may take its time, and an `async def` route on the event
    loop, where everybody waits for it. A route without `await` gains nothing from the loop; the first slow call that
    somebody adds will hold it up. Off by default: for short bodies the loop is the faster place, and opinions differ.
    Routes with a call that is known to block are not reported here but at that call (FAR001 to FAR006).

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        def render(name: str) -> str:
            return name.title()

        @app.get("/report")
        async def report(name: str):
            text = render(name)
            return {"text": text}

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        def render(name: str) -> str:
            return name.title()

        @app.get("/report")
        def report(name: str):
            text = render(name)
            return {"text": text}
    """

    code = "FAR009"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{name}` awaits nothing: as `def` it runs in the thread pool and cannot hold up the event loop"
    markers = (("async def",),)

    def check(self, file: File) -> Iterator[Violation]:
        seen: set[ast.AST] = set()
        for route in file.routes:
            function = route.function
            if function in seen or not isinstance(function, ast.AsyncFunctionDef):
                continue
            seen.add(function)
            if file.within(function, *_ASYNC) or self._has_async_comprehension(file, function):
                continue
            if self._works(file, function) and not self._is_told(file, function):
                yield self.at(function, name=function.name)

    @staticmethod
    def _has_async_comprehension(file: File, function: ast.AsyncFunctionDef) -> bool:
        return any(generator.is_async for generator in file.within(function, ast.comprehension))

    @staticmethod
    def _is_told(file: File, function: ast.AsyncFunctionDef) -> bool:
        return any(file.function(hazard.call) is function for code in _BLOCKED for hazard in file.hazards(code))

    @staticmethod
    def _works(file: File, function: ast.AsyncFunctionDef) -> bool:
        """Whether the body calls functions of the project: only then can it be more than a moment's work. One `return`
        alone is as trivial as a body gets."""
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        if len(body) == 1 and isinstance(body[0], ast.Return):
            return False
        return any(
            (called := file.definition_of(call.func)) is not None and not called.is_class and not called.is_async
            for call in file.within(function, ast.Call)
        )
