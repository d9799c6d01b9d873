from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .channels import is_in_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ADVICE = {
    "keys": ("walks through all keys there are", "use `scan_iter`"),
    "flushall": ("removes all keys of all databases in one step", "remove the keys that you own"),
    "flushdb": ("removes all keys of the database in one step", "remove the keys that you own"),
    "smembers": ("reads the whole set at once", "use `sscan_iter`"),
}


class BlockingRedisCommand(Rule):
    """A request makes the Redis server do something that takes as long as it has keys.

    Redis does one command at a time. `KEYS` looks at each key of the database, `FLUSHALL` removes each, `SMEMBERS` of a
    set that all share sends each member: meanwhile every other client waits, of this application and of others.
    `SCAN` and `SSCAN` do the same in small steps. Sets with a key of their own for each user or order are taken to be
    small.

    Bad:

        import redis.asyncio
        from fastapi import FastAPI

        app = FastAPI()
        client = redis.asyncio.Redis()

        @app.get("/baskets")
        async def baskets() -> int:
            return len(await client.keys("basket:*"))

    Good:

        import redis.asyncio
        from fastapi import FastAPI

        app = FastAPI()
        client = redis.asyncio.Redis()

        @app.get("/baskets")
        async def baskets() -> int:
            return len([key async for key in client.scan_iter("basket:*")])
    """

    code = "FAR184"
    severity = Severity.WARNING
    message = "`{call}` {harm}, and every client of the server waits: {remedy}"
    markers = (("edis",), tuple(f".{command}(" for command in _ADVICE))

    def check(self, file: File) -> Iterator[Violation]:
        names = tuple(f"{client}.{command}" for client in file.group("redis") for command in _ADVICE)
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _ADVICE:
                continue
            command = call.func.attr
            if command == "smembers" and not _is_shared(file, call):
                continue
            if file.is_named(call.func, *names) and is_in_request(file, call):
                harm, remedy = _ADVICE[command]
                yield self.at(call, call=ast.unparse(call.func), harm=harm, remedy=remedy)


def _is_shared(file: File, call: ast.Call) -> bool:
    """Whether the key of a set is a constant: one set for everybody."""
    return bool(call.args) and isinstance(file.value_of(call.args[0]), str)
