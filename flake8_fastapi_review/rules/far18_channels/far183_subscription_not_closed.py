from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...closing import unclosed
from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CLOSING = frozenset(("close", "aclose", "reset"))


class SubscriptionNotClosed(Rule):
    """A subscription to Redis is not closed on every path.

    A subscription has a connection of its own, which does not go back to the pool while it is subscribed. When the
    client of a stream leaves, the function that listens is cancelled in the middle: what stands behind its loop does
    not run, and the connection stays, with the messages that pile up for it on the server. `unsubscribe()` gives no
    connection back. Close in a `finally`, or open it with `async with`.

    Bad:

        import redis.asyncio

        client = redis.asyncio.Redis()

        async def first_message(channel: str) -> object:
            subscription = client.pubsub()
            await subscription.subscribe(channel)
            message = await subscription.get_message(timeout=5)
            await subscription.aclose()
            return message

    Good:

        import redis.asyncio

        client = redis.asyncio.Redis()

        async def first_message(channel: str) -> object:
            async with client.pubsub() as subscription:
                await subscription.subscribe(channel)
                return await subscription.get_message(timeout=5)
    """

    code = "FAR183"
    severity = Severity.WARNING
    message = "the subscription of `{call}` {harm}: open it with `with`, or close it in a `finally`"
    markers = (("edis",), (".pubsub(",))

    def check(self, file: File) -> Iterator[Violation]:
        names = tuple(f"{client}.pubsub" for client in file.group("redis"))
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr != "pubsub":
                continue
            if file.is_named(call.func, *names) and (harm := unclosed(file, call, _CLOSING)):
                if _is_closed_after(file, call):
                    continue
                yield self.at(call, call=ast.unparse(call.func), harm=harm)


def _is_closed_after(file: File, call: ast.Call) -> bool:
    """`pubsub = client.pubsub()`, `await pubsub.subscribe(channel)`, then a `try` that closes it in `finally`: nobody
    expects the subscribing itself to fail."""
    statement = file.statement(call)
    block = file.block(statement)
    for step in block[block.index(statement) + 1 :] if statement in block else ():
        match step:
            case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(attr="subscribe" | "psubscribe")))):
                continue
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="subscribe" | "psubscribe"))):
                continue
            case ast.Try(finalbody=[_, *_] as last):
                return any(
                    isinstance(each.func, ast.Attribute) and each.func.attr in _CLOSING
                    for each in file.within(last, ast.Call)
                )
        return False
    return False
