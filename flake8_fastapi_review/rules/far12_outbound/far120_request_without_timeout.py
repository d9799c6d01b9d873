from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import argument
from ...rule import Edit, Fix, Range, Rule, Severity, option
from ...shapes import is_none, last_name
from .clients import HTTPX, MARKERS, METHODS, REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_POSITIONS = {
    "urllib.request.urlopen": (2, "timeout"),
    "smtplib.SMTP": (3, "timeout"),
    "smtplib.SMTP_SSL": (5, "timeout"),
    "ftplib.FTP": (4, "timeout"),
    "http.client.HTTPConnection": (2, "timeout"),
    "http.client.HTTPSConnection": (4, "timeout"),
    "socket.create_connection": (1, "timeout"),
    "redis.Redis": (6, "socket_timeout"),
    "redis.StrictRedis": (6, "socket_timeout"),
    "redis.Redis.from_url": (-1, "socket_timeout"),
    "redis.from_url": (-1, "socket_timeout"),
}
"""What waits for ever by default: position and keyword of its timeout, from the documentation of each."""
_WITH_DEFAULT = (
    *(f"{library}.{method}" for library in HTTPX for method in (*METHODS, "stream", "Client", "AsyncClient")),
    *(
        f"{library}.{kind}.{method}"
        for library in HTTPX
        for kind in ("Client", "AsyncClient")
        for method in (*METHODS, "stream")
    ),
)
"""What has a default that `timeout=None` takes away."""
_ADAPTERS = ("HTTPAdapter", "setdefaulttimeout", "requests_toolbelt", "BaseAdapter")


class RequestWithoutTimeout(Rule):
    """A call to another service may take for ever.

    Servers hang, and load balancers drop connections without a word. Without a timeout the thread or task waits as long
    as the process lives; with enough of them there is none left to answer requests. `requests`, `urllib`, `smtplib` and
    Redis have no timeout by default; httpx and httpx2 have five seconds, which `timeout=None` takes away.

    Streams that wait for what is to come, and sessions with an adapter or subclass of the project, are left alone.

    Bad:

        import requests

        def rates() -> dict[str, float]:
            return requests.get("https://rates.example/today").json()

    Good:

        import requests

        def rates() -> dict[str, float]:
            return requests.get("https://rates.example/today", timeout=5).json()
    """

    code = "FAR120"
    severity = Severity.WARNING
    cwe = 400
    message = "`{call}` {harm}: pass `{keyword}`"
    markers = (MARKERS,)

    redis: bool = option(False, "Report Redis clients without `socket_timeout` too.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            given = next((each for each in call.keywords if each.arg == "timeout"), None)
            if leaf not in _LEAVES and given is None and not isinstance(call.func, ast.Name):
                continue
            name = file.resolved(call)
            if name is None or any(each.arg is None for each in call.keywords) or _has_partial(file, call):
                continue
            if name in REQUESTS:
                if given is None:
                    yield from self._missing(file, call)
                elif is_none(given.value):
                    yield self._removed(given, call)
            elif name in _WITH_DEFAULT:
                if given is not None and is_none(given.value) and not _listens(file, call):
                    yield self._removed(given, call)
            elif name in _POSITIONS and (self.redis or "redis" not in name):
                place, keyword = _POSITIONS[name]
                value = file.argument(call, place, keyword)
                starred = any(isinstance(each, ast.Starred) for each in call.args)
                if value is None and not starred and "setdefaulttimeout" not in file.text:
                    yield self.at(
                        call,
                        fix=_limited(argument(file, call, f"{keyword}=10")),
                        call=_shown(call),
                        harm="waits for ever by default",
                        keyword=f"{keyword}=…",
                    )

    def _missing(self, file: File, call: ast.Call) -> Iterator[Violation]:
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if owner is not None and file.type_of(owner) is not None and file.project_mentions(*_ADAPTERS):
            return  # a session whose adapter may have a timeout
        if len(call.args) > 7:
            return
        fix = _limited(argument(file, call, "timeout=10"))
        yield self.at(call, call=_shown(call), harm="waits for ever by default", keyword="timeout=…", fix=fix)

    def _removed(self, given: ast.keyword, call: ast.Call) -> Violation:
        return self.at(
            given,
            fix=_limited(Edit(Range.of(given.value), "10")),
            call=f"{ast.unparse(call.func)[-40:]}(timeout=None)",
            harm="waits for ever",
            keyword="timeout=…",
        )


def _has_partial(file: File, call: ast.Call) -> bool:
    """`ask = partial(requests.get, timeout=5)`: what it is called with is given beforehand."""
    return isinstance(call.func, ast.Name) and any(
        isinstance(each, ast.Call) and file.is_named(each.func, "functools.partial") for each in file.values(call.func)
    )


def _limited(edit: Edit | None) -> Fix | None:
    return Fix("Wait ten seconds at most", (edit,)) if edit is not None else None


_LEAVES = frozenset(name.rpartition(".")[2] for name in (*REQUESTS, *_POSITIONS))


def _listens(file: File, call: ast.Call) -> bool:
    """Whether it waits for what a server sends when it has something to say."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "stream":
        return True
    text = file.source(call)
    if "stream=True" in text or "text/event-stream" in text:
        return True
    function = file.function(call)
    body = file.within(function.body, ast.Call) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    return any(
        (
            isinstance(each.func, ast.Attribute)
            and each.func.attr in ("stream", "aiter_lines", "aiter_bytes", "aiter_raw")
        )
        or any(given.arg == "stream" for given in each.keywords)
        for each in body
    )


def _shown(call: ast.Call) -> str:
    text = f"{ast.unparse(call.func)}(...)"
    return text if len(text) <= 60 else text[:52] + "…(...)"
