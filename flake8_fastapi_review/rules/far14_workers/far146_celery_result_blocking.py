from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class CeleryResultBlocking(Rule):
    """A Celery result is waited for inside a task, or on the event loop.

    A task that waits for another one holds its worker process meanwhile; once every process waits, nobody is left to
    run what they wait for, and the queue stands still for good. On the event loop one waiting request stops all others.
    Chains, groups and callbacks hand results on without waiting.

    Bad:

        from celery import Celery

        celery = Celery("shop")

        @celery.task
        def price(isbn: str) -> int:
            return 9

        @celery.task
        def total(isbn: str) -> int:
            return price.delay(isbn).get() * 2

    Good:

        from celery import Celery

        celery = Celery("shop")

        @celery.task
        def price(isbn: str) -> int:
            return 9

        @celery.task
        def double(cents: int) -> int:
            return cents * 2

        def total(isbn: str) -> None:
            (price.s(isbn) | double.s()).delay()
    """

    code = "FAR146"
    severity = Severity.BLOCKER
    message = "`{call}` {harm}: {remedy}"
    markers = (("celery", "delay", "apply_async", "async def"),)

    def check(self, file: File) -> Iterator[Violation]:
        for hazard in file.hazards(self.code):
            if _is_there(file, hazard.call):
                continue
            chain = f" through {hazard.text}" if hazard.text else ""
            yield self.at(
                hazard.call,
                related=hazard.chain,
                call=shortened(ast.unparse(hazard.call)),
                harm=f"waits for a worker on the event loop{chain}",
                remedy="answer at once and let the client ask for the result, or `await asyncio.to_thread(...)`",
            )
        for call in file.calls_to(*file.group("celery-result")):
            task = _task(file, call)
            if task is not None and not _is_allowed(file, call):
                yield self.at(
                    call,
                    call=shortened(ast.unparse(call)),
                    harm=f"holds the worker of `{task}` until another one has run",
                    remedy="make them a chain, a group or a chord",
                )


def _is_there(file: File, call: ast.expr) -> bool:
    """Whether a condition around the call has asked the result whether it is ready."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    result = ast.unparse(call.func.value)
    inner: ast.AST = call
    for above in file.ancestors(call):
        if isinstance(above, (ast.If, ast.IfExp)) and inner is not above.test:
            asked = ast.unparse(above.test)
            if any(asked == f"{result}.{name}()" for name in ("ready", "successful", "failed")):
                return inner in (above.body if isinstance(above, ast.If) else [above.body])
        inner = above
    return False


def _task(file: File, call: ast.Call) -> str | None:
    """The task in whose body the call stands."""
    function = file.function(call)
    if not isinstance(function, ast.FunctionDef):
        return None
    for decorator in function.decorator_list:
        if file.is_named(decorator.func if isinstance(decorator, ast.Call) else decorator, *file.group("celery-task")):
            return function.name
    return None


def _is_allowed(file: File, call: ast.Call) -> bool:
    """Whether the code says that it knows: `disable_sync_subtasks=False`, or the block of `allow_join_result`."""
    if any(given.arg == "disable_sync_subtasks" for given in call.keywords):
        return True
    for ancestor in file.ancestors(call):
        if isinstance(ancestor, ast.With):
            for item in ancestor.items:
                if "allow_join_result" in file.source(item.context_expr):
                    return True
    return False
