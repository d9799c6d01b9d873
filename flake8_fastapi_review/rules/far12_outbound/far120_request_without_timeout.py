from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import argument
from ...regex import regex
from ...rule import Edit, Fix, Range, Rule, Severity, option, shortened
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
    "imaplib.IMAP4": (2, "timeout"),
    "imaplib.IMAP4_SSL": (-1, "timeout"),
    "poplib.POP3": (2, "timeout"),
    "poplib.POP3_SSL": (-1, "timeout"),
    "telnetlib.Telnet": (2, "timeout"),
    "redis.Redis": (6, "socket_timeout"),
    "redis.StrictRedis": (6, "socket_timeout"),
    "redis.Redis.from_url": (-1, "socket_timeout"),
    "redis.from_url": (-1, "socket_timeout"),
}
"""What waits for ever by default: position and keyword of its timeout, from the documentation of each."""
_POOLS = tuple(
    f"urllib3.{kind}" for kind in ("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool")
)
_POOLED = frozenset(("urllib3.request", *(f"{pool}.{method}" for pool in _POOLS for method in ("request", "urlopen"))))
"""What waits for ever unless the pool was made with a timeout."""
_WITH_DEFAULT = frozenset(
    (
        *(f"{library}.{method}" for library in HTTPX for method in (*METHODS, "stream", "Client", "AsyncClient")),
        *(
            f"{library}.{kind}.{method}"
            for library in HTTPX
            for kind in ("Client", "AsyncClient")
            for method in (*METHODS, "stream")
        ),
        "aiohttp.ClientSession",
        "aiohttp.request",
        *(f"aiohttp.ClientSession.{method}" for method in METHODS),
        *_POOLS,
    )
)
"""What has a default that `timeout=None` takes away, or takes a limit for all of its calls."""
_MODELS = ("openai.", "anthropic.")
"""Ten minutes by default."""
_LIMITS = (
    *(f"{library}.Timeout" for library in (*HTTPX, "urllib3", "urllib3.util", "urllib3.util.timeout")),
    "aiohttp.ClientTimeout",
    "openai.Timeout",
    "anthropic.Timeout",
)
"""Limits of several kinds in one: nothing is limited by one that is given `None` alone."""
_AWS = ("botocore.config.Config", "botocore.client.Config", "aiobotocore.config.AioConfig")
_STUB = regex(r"_pb2_grpc\.\w+Stub$")
"""What the compiler of gRPC calls its clients."""
_GRPC_ELSEWHERE = ("interceptor", "service_config", "methodConfig")
"""Where a deadline may be set for all calls of a channel."""
_ADAPTERS = (
    "HTTPAdapter):",
    "HTTPAdapter, ",
    "setdefaulttimeout",
    "requests_toolbelt",
    "BaseAdapter",
    "TimeoutAdapter",
)
"""An adapter that is only given retries has no timeout either."""
_REPLACED = regex(r"\.(?:get|post|put|patch|delete|request|send)\s*=\s*(?:functools\.)?partial")


class RequestWithoutTimeout(Rule):
    """A call to another service may take for ever.

    Servers hang, and load balancers drop connections without a word. Without a timeout the thread or task waits as long
    as the process lives; with enough of them there is none left to answer requests. `requests`, `urllib`, `urllib3`,
    `smtplib`, calls of gRPC and Redis have no timeout by default; httpx and httpx2 have five seconds, aiohttp five
    minutes and boto3 one, OpenAI and Anthropic ten, which `timeout=None` takes away.

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
        has_stubs = "grpc" in file.text and "stub" in file.text.lower()
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            given = next((each for each in call.keywords if each.arg == "timeout"), None)
            if has_stubs and given is None and isinstance(call.func, ast.Attribute) and _is_remote(file, call):
                yield from self._undated(file, call)
                continue
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
            elif name in _POOLED and given is None:
                if name == "urllib3.request" or _is_unlimited(file, call):
                    yield from self._missing(file, call)
            elif name in _WITH_DEFAULT or name in _POOLED or name.startswith(_MODELS):
                if given is not None and _is_endless(file, given.value) and not _listens(file, call):
                    yield self._removed(given, call)
            elif name in _AWS:
                for each in call.keywords:
                    if each.arg in ("read_timeout", "connect_timeout") and is_none(each.value):
                        yield self._removed(each, call)
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
        typed = file.type_of(owner) if owner is not None else None
        if typed is not None and not typed.startswith("urllib3.") and self._may_be_limited(file):
            return
        if len(call.args) > 7:
            return
        fix = _limited(argument(file, call, "timeout=10"))
        yield self.at(call, call=_shown(call), harm="waits for ever by default", keyword="timeout=…", fix=fix)

    @staticmethod
    def _may_be_limited(file: File) -> bool:
        """Whether the adapter of a session may have a timeout, or its methods were replaced."""
        return file.project_mentions(*_ADAPTERS) or _REPLACED.search(file.text) is not None

    def _removed(self, given: ast.keyword, call: ast.Call) -> Violation:
        return self.at(
            given,
            fix=_limited(Edit(Range.of(given.value), "10")),
            call=f"{ast.unparse(call.func)[-40:]}({given.arg}={shortened(ast.unparse(given.value))})",
            harm="waits for ever",
            keyword=f"{given.arg}=…",
        )

    def _undated(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """A call of gRPC: without a deadline it waits as long as the other side is silent."""
        if any(each.arg is None for each in call.keywords) or file.project_mentions(*_GRPC_ELSEWHERE):
            return
        fix = _limited(argument(file, call, "timeout=10"))
        yield self.at(call, call=_shown(call), harm="waits for ever by default", keyword="timeout=…", fix=fix)


def _is_remote(file: File, call: ast.Call) -> bool:
    """Whether it calls a method of a stub of gRPC that answers once."""
    if not isinstance(call.func, ast.Attribute) or not _STUB.search(file.type_of(call.func.value) or ""):
        return False
    outer = file.parent(call)
    if isinstance(outer, ast.Await):
        return True
    match outer:
        case ast.For() | ast.AsyncFor() | ast.withitem():
            return False
        case (
            ast.ListComp(generators=generators)
            | ast.SetComp(generators=generators)
            | ast.DictComp(generators=generators)
            | ast.GeneratorExp(generators=generators)
        ):
            return all(each.iter is not call for each in generators)
        case ast.Assign(targets=[ast.Name(id=name)]):  # an iterator, perhaps
            function = file.function(call)
            loops = file.within(function, ast.For, ast.AsyncFor, ast.comprehension) if function is not None else []
            return not any(isinstance(each.iter, ast.Name) and each.iter.id == name for each in loops)
    return not isinstance(outer, (ast.Call, ast.IfExp))


def _is_unlimited(file: File, call: ast.Call) -> bool:
    """Whether the pool of a call was surely made without a timeout."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if owner is None:
        return False
    made = owner if isinstance(owner, ast.Call) else file.made_by(owner)
    pools = [made] if made is not None else file.calls_to(*_POOLS)
    return bool(pools) and not any(each.arg in (None, "timeout") for pool in pools for each in pool.keywords)


def _is_endless(file: File, value: ast.expr) -> bool:
    """`None`, or a limit that limits nothing: `Timeout(None)`, `ClientTimeout(total=None)`."""
    if is_none(value):
        return True
    held = [each for each in file.values(value) if not isinstance(each, ast.Name)]
    return bool(held) and all(isinstance(each, ast.Call) and _limits_nothing(file, each) for each in held)


def _limits_nothing(file: File, call: ast.Call) -> bool:
    given = [*call.args, *(each.value for each in call.keywords)]
    return bool(given) and all(is_none(each) for each in given) and file.is_named(call.func, *_LIMITS)


def _has_partial(file: File, call: ast.Call) -> bool:
    """`ask = partial(requests.get, timeout=5)`: what it is called with is given beforehand."""
    return isinstance(call.func, ast.Name) and any(
        isinstance(each, ast.Call) and file.is_named(each.func, "functools.partial") for each in file.values(call.func)
    )


def _limited(edit: Edit | None) -> Fix | None:
    return Fix("Wait ten seconds at most", (edit,)) if edit is not None else None


_LEAVES = frozenset(name.rpartition(".")[2] for name in (*REQUESTS, *_POSITIONS, *_POOLED, *_AWS))


_STREAM = regex(r"(?i)(?:^|_)(?:sse|stream)(?:_|$)")
_STREAMING = frozenset(
    "stream aiter_lines aiter_bytes aiter_raw iter_lines iter_any iter_chunked iter_chunks ws_connect".split()
)


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
        (isinstance(each.func, ast.Attribute) and each.func.attr in _STREAMING)
        or _STREAM.search(last_name(each.func) or "") is not None
        or any(given.arg == "stream" for given in each.keywords)
        or any(isinstance(given, ast.Attribute) and given.attr == "content" for given in each.args)
        for each in body
    )


def _shown(call: ast.Call) -> str:
    text = f"{ast.unparse(call.func)}(...)"
    return text if len(text) <= 60 else text[:52] + "…(...)"
