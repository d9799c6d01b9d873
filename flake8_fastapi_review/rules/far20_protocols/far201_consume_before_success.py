from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .names import shown, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class ConsumeBeforeSuccess(Rule):
    """An operation is accounted for before it has succeeded, or not at all after it has.

    Customers pay for what failed, or get for nothing what they were to pay for; both are found by somebody else, months
    later, in the figures.

    The consumption has to stand behind the operation on every way that leads to it, handlers and `finally` included,
    and every way that returns after the operation has to pass it. A way that depends on the operation's result is left
    to the code: what is a failure is known there alone. Helpers and callers are followed.

    Configuration:

        [tool.fastapi-review.protocols.quota]
        operations = ["recognise"]
        consume = ["consume_quota"]

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        async def consume_quota(user: str) -> None: ...

        async def recognise(page: bytes) -> str: ...

        @app.post("/pages")
        async def read_page(page: bytes, user: str) -> str:
            await consume_quota(user)
            return await recognise(page)

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        async def consume_quota(user: str) -> None: ...

        async def recognise(page: bytes) -> str: ...

        @app.post("/pages")
        async def read_page(page: bytes, user: str) -> str:
            text = await recognise(page)
            await consume_quota(user)
            return text
    """

    code = "FAR201"
    severity = Severity.BLOCKER
    default = Default.CONFIGURED
    message = "{problem}"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            operations, consume = protocol["operations"], protocol["consume"]
            for call in file.protocol_calls(consume):
                steps = file.unguarded(call, operations, operations)
                if steps is not None:
                    problem = (
                        f"`{written(file, call, consume)}` runs where {shown(operations)} has not succeeded yet: "
                        "failures are charged, consume after it"
                    )
                    yield self.at(call, problem=problem, related=steps[1:])
            for call in file.protocol_calls(operations):
                steps = file.unfollowed(call, consume)
                if steps is not None:
                    way = f"{steps[-1].message.split()[-1]} returns"
                    done = f"{way} after `{written(file, call, operations)}`"
                    problem = f"{done} without {shown(consume)}: consume on every such path"
                    yield self.at(call, problem=problem, related=steps[1:])
