from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...closing import unclosed
from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_BORROWING = frozenset(("transport", "connector", "connection_pool", None))
"""Arguments by which a client uses connections of somebody else, which it must not close."""
_CLOSING = frozenset(("close", "aclose"))


class ClientNotClosed(Rule):
    """An asynchronous client is opened in a function that does not close it on every path.

    The connections of an asynchronous client stay open until somebody awaits `aclose()`; that the variable goes out of
    scope closes nothing. With each call a few sockets more are held, until there are no file descriptors left. Where
    `aclose()` stands behind a request, the request that fails skips it. `async with` closes on every path.

    Clients that are returned, stored or handed on are left alone.

    Bad:

        import httpx

        async def rate(currency: str) -> float:
            client = httpx.AsyncClient()
            response = await client.get(f"https://rates.example/{currency}")
            await client.aclose()
            return response.raise_for_status().json()["rate"]

    Good:

        import httpx

        async def rate(currency: str) -> float:
            async with httpx.AsyncClient() as client:
                response = await client.get(f"https://rates.example/{currency}")
            return response.raise_for_status().json()["rate"]
    """

    code = "FAR122"
    severity = Severity.BLOCKER
    cwe = 772
    message = "`{client}` {harm}: open it with `async with`"
    markers = (("httpx", "aiohttp", "redis"), ("AsyncClient", "ClientSession", "asyncio"))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*file.group("async-client")):
            if not isinstance(file.function(call), ast.AsyncFunctionDef):
                continue
            if any(each.arg in _BORROWING for each in call.keywords):
                continue
            harm = _leaks(file, call)
            if harm:
                yield self.at(call, client=ast.unparse(call.func), harm=harm)


def _leaks(file: File, call: ast.Call) -> str:
    match file.parent(call):
        case ast.Attribute(value=value, attr=method) if value is call and method not in (*_CLOSING, "__aenter__"):
            return "is opened for one request, and nobody can close it" if _is_awaited(file, call) else ""
    return unclosed(file, call, _CLOSING)


def _is_awaited(file: File, call: ast.Call) -> bool:
    """`await httpx.AsyncClient().get(url)`."""
    request = file.parent(file.parent(call) or call)
    return isinstance(request, ast.Call) and isinstance(file.parent(request), ast.Await)
