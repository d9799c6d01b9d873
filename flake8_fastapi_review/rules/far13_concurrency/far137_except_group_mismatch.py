from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_FITTING = (
    "builtins.BaseException",
    "builtins.Exception",
    "builtins.BaseExceptionGroup",
    "builtins.ExceptionGroup",
    "exceptiongroup.ExceptionGroup",
    "exceptiongroup.BaseExceptionGroup",
    "asyncio.CancelledError",
    "builtins.KeyboardInterrupt",
    "builtins.SystemExit",
    "builtins.TimeoutError",
    "asyncio.TimeoutError",
)
"""What catches a group, or comes out of the block as it is."""

_LIMITS = ("asyncio.timeout", "asyncio.timeout_at", "anyio.fail_after", "anyio.move_on_after")


class ExceptGroupMismatch(Rule):
    """A handler for one class of exceptions is around a group of tasks.

    A group of tasks wraps what its tasks raise into an `ExceptionGroup`, a single exception as well. `except OSError`
    sees a group, which is no `OSError`, and lets it pass: the handler is dead code, and the error arrives where nobody
    expects it. `except* OSError`, from Python 3.11, looks into the group.

    Bad:

        import asyncio

        async def load(name: str) -> None: ...

        async def load_all(names: list[str]) -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for name in names:
                        group.create_task(load(name))
            except OSError:
                print("a file is missing")

    Good:

        import asyncio

        async def load(name: str) -> None: ...

        async def load_all(names: list[str]) -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for name in names:
                        group.create_task(load(name))
            except ExceptionGroup as errors:
                print("not loaded:", errors.exceptions)
    """

    code = "FAR137"
    severity = Severity.WARNING
    message = "`except {kind}` sees the group that `{group}` raises, not what is in it: write `except* {kind}`"
    markers = (("TaskGroup", "create_task_group", "open_nursery"), ("except",))

    def check(self, file: File) -> Iterator[Violation]:
        for statement in file.nodes(ast.Try):
            group = _group(file, statement)
            if group is None:
                continue
            for handler in statement.handlers:
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                if any(kind is None or _catches_groups(file, kind) for kind in kinds):
                    break
                if handler.type is not None:
                    yield self.at(handler.type, kind=ast.unparse(handler.type), group=group)


def _group(file: File, statement: ast.Try) -> str | None:
    """The group of tasks that is all that is tried, limits of time around it aside."""
    match statement.body:
        case [ast.AsyncWith(items=[*around, ast.withitem(context_expr=ast.Call() as made)]), *rest] if all(
            isinstance(call.func, ast.Attribute) and call.func.attr == "result" for call in file.within(rest, ast.Call)
        ) and not file.within(rest, ast.Await, ast.Raise, ast.Subscript):
            if file.is_named(made.func, *file.group("task-group")) and all(
                isinstance(each.context_expr, ast.Call) and file.is_named(each.context_expr.func, *_LIMITS)
                for each in around
            ):
                return ast.unparse(made.func)
    return None


def _catches_groups(file: File, kind: ast.expr) -> bool:
    """Whether a class is one of groups, or its meaning is not known."""
    name = file.name_of(kind)
    return name is None or name in _FITTING
