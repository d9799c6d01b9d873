from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ThreadLockInAsync(Rule):
    """A lock of threads is held while a coroutine waits.

    At the `await` the event loop turns to other tasks; the next one that wants the lock blocks the loop's only thread,
    and with it the task that would give the lock back. The process stands still for good. `asyncio.Lock` makes tasks
    wait instead of the thread; a lock of threads that is held over no `await` is fine.

    Bad:

        import threading

        lock = threading.Lock()

        async def load() -> int: ...

        async def refresh() -> int:
            with lock:
                return await load()

    Good:

        import asyncio

        lock = asyncio.Lock()

        async def load() -> int: ...

        async def refresh() -> int:
            async with lock:
                return await load()
    """

    code = "FAR133"
    severity = Severity.BLOCKER
    cwe = 833
    message = "`{lock}` blocks the loop for good when a second task wants it while this one awaits: use `asyncio.Lock`"
    markers = (("async def",), ("with ", ".acquire("))

    def check(self, file: File) -> Iterator[Violation]:
        for statement in file.nodes(ast.With):
            if not isinstance(file.function(statement), ast.AsyncFunctionDef):
                continue
            if not _waits(file, statement.body):
                continue
            for item in statement.items:
                if file.is_a(item.context_expr, *file.group("thread-lock")):
                    yield self.at(item.context_expr, lock=ast.unparse(item.context_expr))
        yield from self._acquired(file)

    def _acquired(self, file: File) -> Iterator[Violation]:
        """`lock.acquire()`, followed by an `await` before `lock.release()` in the same block."""
        for call in file.nodes(ast.Call):
            match call.func:
                case ast.Attribute(value=lock, attr="acquire") if isinstance(
                    file.function(call), ast.AsyncFunctionDef
                ) and file.is_a(lock, *file.group("thread-lock")):
                    if _awaits_until_released(file, call, ast.unparse(lock)):
                        yield self.at(call, lock=ast.unparse(lock))


def _waits(file: File, body: list[ast.stmt]) -> bool:
    """Whether others may run in between; who iterates over a generator runs while it yields."""
    return bool(file.within(body, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield)) or any(
        each.is_async for each in file.within(body, ast.comprehension)
    )


def _awaits_until_released(file: File, call: ast.Call, lock: str) -> bool:
    statement = file.statement(call)
    block = file.block(statement)
    if not isinstance(statement, ast.Expr) or call.args or call.keywords:
        return False  # its result is looked at, or it does not wait
    for later in block[block.index(statement) + 1 :] if block else ():
        if _waits(file, [later]):
            return True
        released = (
            isinstance(each.func, ast.Attribute)
            and each.func.attr == "release"
            and ast.unparse(each.func.value) == lock
            for each in file.within([later], ast.Call)
        )
        if any(released):
            return False
    return False
