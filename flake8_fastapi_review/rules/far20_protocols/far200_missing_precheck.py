from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .names import shown, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class MissingPrecheck(Rule):
    """An operation is reached on some path without the check that the project demands before it.

    What the check protects, a quota, a balance, a lock, is then not protected: the one route that forgets it, or the
    handler that goes on after the check has failed, is the one that is used.

    A check counts where it has completed on every way to the operation: in the function itself, in a helper that only
    returns after it, in all functions that call this one, in a dependency, or as a decorator. A check that answers yes
    or no counts where the answer is looked at.

    Configuration:

        [tool.fastapi-review.protocols.quota]
        operations = ["recognise"]
        checks = ["check_quota"]

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        async def check_quota(user: str) -> None: ...

        async def recognise(page: bytes) -> str: ...

        @app.post("/pages")
        async def read_page(page: bytes, user: str, is_trial: bool) -> str:
            if not is_trial:
                await check_quota(user)
            return await recognise(page)

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        async def check_quota(user: str) -> None: ...

        async def recognise(page: bytes) -> str: ...

        @app.post("/pages")
        async def read_page(page: bytes, user: str, is_trial: bool) -> str:
            await check_quota(user)
            return await recognise(page)
    """

    code = "FAR200"
    severity = Severity.BLOCKER
    default = Default.CONFIGURED
    message = "`{operation}` is reached{way} without {check} before it: check first on every path"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            operations, checks = protocol["operations"], protocol["checks"]
            for call in file.protocol_calls(operations):
                steps = file.unguarded(call, checks)
                if steps is None:
                    continue
                way = f" from {steps[-1].message.split()[-1]}" if len(steps) > 1 else ""
                operation = written(file, call, operations)
                yield self.at(call, operation=operation, check=shown(checks), way=way, related=steps[1:])
