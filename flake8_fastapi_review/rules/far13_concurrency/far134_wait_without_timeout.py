from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_LEAVES = frozenset(("get", "join", "wait"))


class WaitWithoutTimeout(Rule):
    """A route waits for something that another task has to do, for as long as it takes.

    When the other task has failed, or forgets this one, nobody ever wakes the request: it stays with its connection and
    its session, and the client sees nothing at all. Put `asyncio.timeout()` around it, and say in the answer that it
    took too long.

    Off by default: streams wait for the next event for hours, and should.

    Bad:

        import asyncio

        from fastapi import FastAPI

        app = FastAPI()
        done = asyncio.Event()

        @app.get("/result")
        async def result() -> str:
            await done.wait()
            return "done"

    Good:

        import asyncio

        from fastapi import FastAPI

        app = FastAPI()
        done = asyncio.Event()

        @app.get("/result")
        async def result() -> str:
            async with asyncio.timeout(30):
                await done.wait()
            return "done"
    """

    code = "FAR134"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{wait}` waits without end when nobody wakes it: put `async with asyncio.timeout(30)` around it"
    markers = (("asyncio",), (".get()", ".wait()", ".join()"), ("await ",))

    def check(self, file: File) -> Iterator[Violation]:
        for node in file.nodes(ast.Await):
            match node.value:
                case ast.Call(func=ast.Attribute(attr=leaf) as called, args=[], keywords=[]) if leaf in _LEAVES:
                    pass
                case _:
                    continue
            if not _is_in_route(file, node) or _is_limited(file, node):
                continue
            if file.is_named(called, *file.group("event-wait")):
                yield self.at(node, wait=ast.unparse(node))


def _is_in_route(file: File, node: ast.AST) -> bool:
    """Whether a route, or a function inside it, waits."""
    function = file.function(node)
    while function is not None:
        if file.registered_as(function) == "route" or file.is_injected(function):
            return True
        function = file.function(function)
    return False


def _is_limited(file: File, node: ast.AST) -> bool:
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        if isinstance(ancestor, (ast.With, ast.AsyncWith)):
            for item in ancestor.items:
                manager = item.context_expr
                if isinstance(manager, ast.Call) and file.is_named(manager.func, *file.group("time-limit")):
                    return True
    return False
