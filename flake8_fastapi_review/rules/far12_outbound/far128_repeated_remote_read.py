from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .clients import HTTPX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_READS = (
    "requests.get",
    "requests.Session.get",
    "aiohttp.ClientSession.get",
    *(f"{library}.{owner}get" for library in HTTPX for owner in ("", "Client.", "AsyncClient.")),
)
_SAME = {"timeout", "follow_redirects", "allow_redirects"}
"""Arguments that the answer does not depend on."""


class RepeatedRemoteRead(Rule):
    """Each request reads the same thing from another service.

    The address is a constant, so the answer is the same for all: the other service is asked a thousand times for what
    changes once a day, each caller waits for it, and when it is down, so is this route. Keep the answer for some time,
    or read it when the application starts.

    Off by default: whether an answer may be old is a matter of what it says.

    Bad:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()
        client = httpx.AsyncClient()

        @app.get("/rates")
        async def rates() -> dict[str, float]:
            return (await client.get("https://rates.example/today")).json()

    Good:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()
        client = httpx.AsyncClient()
        known: dict[str, float] = {}

        @app.get("/rates")
        async def rates() -> dict[str, float]:
            return known
    """

    code = "FAR128"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{call}` asks for the same address with each request of `{route}`: keep the answer for some time"
    markers = (("httpx", "requests", "aiohttp"), (".get(", "get("))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*_READS):
            function = file.function(call)
            if function is None or file.registered_as(function) != "route" or not call.args:
                continue
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or _asks(file, call):
                continue
            if not {each.arg for each in call.keywords} <= _SAME:
                continue
            if isinstance(file.value_of(call.args[0]), str) and len(call.args) == 1:
                yield self.at(call, call=ast.unparse(call.func), route=function.name)


def _asks(file: File, call: ast.Call) -> bool:
    """Whether the call is made under a condition: that nothing is known yet."""
    return any(isinstance(each, (ast.If, ast.ExceptHandler)) for each in file.ancestors(call))
