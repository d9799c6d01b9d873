from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WRITES = {"set": "get", "hset": "hgetall"}
_EXPIRING = frozenset(("ex", "px", "exat", "pxat", "keepttl"))
_LATER = frozenset(("expire", "pexpire", "expireat", "pexpireat", "setex", "psetex", "hexpire"))


class CacheEntryWithoutExpiry(Rule):
    """An entry is put into a cache in Redis that never expires.

    What is asked for once stays for good. The memory of the server fills with answers that nobody wants any more, until
    it refuses to write or throws out what others need; and an answer that was wrong stays wrong. Give each entry the
    time after which it may be forgotten: `ex=3600`.

    An entry counts as one of a cache when the same function asks for its key first, or is called after a cache, or the
    key is.

    Bad:

        import redis.asyncio

        client = redis.asyncio.Redis()

        async def compute(isbn: str) -> str: ...

        async def title(isbn: str) -> str:
            found = await client.get(f"title:{isbn}")
            if found is None:
                found = await compute(isbn)
                await client.set(f"title:{isbn}", found)
            return found

    Good:

        import redis.asyncio

        client = redis.asyncio.Redis()

        async def compute(isbn: str) -> str: ...

        async def title(isbn: str) -> str:
            found = await client.get(f"title:{isbn}")
            if found is None:
                found = await compute(isbn)
                await client.set(f"title:{isbn}", found, ex=3600)
            return found
    """

    code = "FAR181"
    severity = Severity.WARNING
    message = "`{call}` keeps an entry of a cache for good: pass `ex=`, or call `expire()`"
    markers = (("edis",), (".set(", ".hset("))

    def check(self, file: File) -> Iterator[Violation]:
        names = tuple(f"{client}.{command}" for client in file.group("redis") for command in _WRITES)
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _WRITES or not call.args:
                continue
            key = call.args[0]
            if not file.is_named(call.func, *names) or file.value_of(key) is not file.UNKNOWN:
                continue
            if _expires(file, call) or not _is_cache(file, call, key):
                continue
            yield self.at(call, call=ast.unparse(call.func))


def _expires(file: File, call: ast.Call) -> bool:
    given = {each.arg for each in call.keywords}
    if None in given or given & _EXPIRING or any(isinstance(each, ast.Starred) for each in call.args):
        return True
    if isinstance(call.func, ast.Attribute) and call.func.attr == "set" and len(call.args) > 2:
        return True
    function = file.function(call)
    body = function if function is not None else file.tree
    return any(
        isinstance(each.func, ast.Attribute) and each.func.attr in _LATER for each in file.within(body, ast.Call)
    )


def _is_cache(file: File, call: ast.Call, key: ast.expr) -> bool:
    function = file.function(call)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    if "cache" in function.name.lower() or any("cache" in ast.unparse(each).lower() for each in file.values(key)):
        return True
    asked = _WRITES[call.func.attr] if isinstance(call.func, ast.Attribute) else ""
    shown = ast.unparse(key)
    for other in file.within(function, ast.Call):
        match other:
            case ast.Call(func=ast.Attribute(value=owner, attr=method), args=[first, *_]) if (
                method == asked
                and isinstance(call.func, ast.Attribute)
                and ast.unparse(owner) == ast.unparse(call.func.value)
                and ast.unparse(first) == shown
                and other.lineno < call.lineno
            ):
                return _is_made_when_missing(file, call)
    return False


def _is_made_when_missing(file: File, call: ast.Call) -> bool:
    """Whether the function answers with the value that it stores: it is kept for the next time."""
    function = file.function(call)
    stored = call.args[1] if len(call.args) > 1 else None
    names = {each.id for each in file.within(stored, ast.Name)} if stored is not None else set()
    returned = [each.value for each in file.within(function, ast.Return) if each.value is not None] if function else []
    return any(each.id in names for value in returned for each in file.within(value, ast.Name))
