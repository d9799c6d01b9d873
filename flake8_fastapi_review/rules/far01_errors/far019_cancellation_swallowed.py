from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import CANCELLATIONS, cancels, caught, explained, handlers
from ...rule import Applicability, Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WAITING = ("asyncio.gather", "asyncio.wait", "asyncio.wait_for", "asyncio.shield")
_CLOSING = re.compile(
    r"(?i)_*(?:a?close|abort|release|stop|shut_?down|disconnect|clean_?up|destroy|dispose|terminate|aexit|cancel)(?:_|$)"
)
_SAYS_SO = re.compile(r"(?i)#.*cancel")
_HANDS_ON = frozenset({"put", "put_nowait", "set_exception"})


class CancellationSwallowed(Rule):
    """A handler in a coroutine catches `CancelledError` and the coroutine goes on.

    Cancelling is how a coroutine is told to end: when the client has gone, a timeout is over, the server shuts down.
    It is told once, by an exception at the `await`. A handler that does not pass it on turns the order into nothing:
    the timeout does not hold, the shutdown waits for ever. `except:` and `except BaseException:` take it in as well;
    `except Exception:` does not.

    Waiting for a task that was just cancelled, a handler after which the coroutine only returns, one that keeps the
    exception for later, and steps of a clean-up that shall all be taken, are left alone.

    Bad:

        import asyncio
        import logging

        logger = logging.getLogger(__name__)

        async def remind():
            while True:
                try:
                    await send_reminders()
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    logger.info("interrupted")

    Good:

        import asyncio
        import logging

        logger = logging.getLogger(__name__)

        async def remind():
            while True:
                try:
                    await send_reminders()
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    logger.info("interrupted")
                    raise
    """

    code = "FAR019"
    severity = Severity.BLOCKER
    message = "`{handler}` in `{function}` swallows cancellation, {harm}: {remedy}"
    markers = (("async def",), ("CancelledError", "BaseException", "except:", "Cancelled", "cancelled_exc_class"))

    def check(self, file: File) -> Iterator[Violation]:
        for statement, handler in handlers(file):
            written = cancels(file, handler)
            function = file.function(handler)
            if written is None or not isinstance(function, ast.AsyncFunctionDef):
                continue
            if file.raises(handler.body) or not _first(file, statement, handler) or not _suspends(file, statement):
                continue
            if _awaits_cancelled(file, statement, function):
                continue
            harm = _harm(file, statement, handler, function)
            if harm:
                meant = _means_cancellation(file, handler)
                remedy = (
                    "end the handler with `raise`" if meant else "catch `Exception`, or end the handler with `raise`"
                )
                fix = _fix(file, handler) if meant else _narrower(file, handler)
                yield self.at(handler, handler=written, function=function.name, harm=harm, remedy=remedy, fix=fix)


def _first(file: File, statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether no handler before this one takes the cancellation."""
    before = statement.handlers[: statement.handlers.index(handler)]
    return not any(cancels(file, other) for other in before)


def _suspends(file: File, statement: ast.Try) -> bool:
    """Whether a cancellation can arrive in the body at all."""
    if file.within(statement.body, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield):
        return True
    return any(inner.is_async for inner in file.within(statement.body, ast.comprehension))


def _awaits_cancelled(file: File, statement: ast.Try, function: ast.AsyncFunctionDef) -> bool:
    """Whether only the end of other tasks is awaited: `task.cancel()`, then `await task`."""
    awaited = [found.value for found in file.within(statement.body, ast.Await)]
    if file.within(statement.body, ast.AsyncFor, ast.AsyncWith, ast.Yield) or not awaited:
        return False
    cancelled = any(isinstance(call.func, ast.Attribute) and call.func.attr == "cancel"
                    for call in file.within(function, ast.Call))  # fmt: skip
    return all(_is_task(file, value, cancelled) for value in awaited)


def _is_task(file: File, value: ast.expr, cancelled: bool) -> bool:
    match value:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.Call() if file.is_named(value.func, *_WAITING):
            given = [each for arg in value.args for each in getattr(arg, "elts", [arg])]
            return cancelled or any(isinstance(arg, (ast.Name, ast.Attribute, ast.Starred)) for arg in given)
    return False


def _says_so(file: File, handler: ast.ExceptHandler) -> bool:
    """A comment in the handler is about cancellation: it is taken in on purpose."""
    last = handler.end_lineno or handler.lineno
    return any(_SAYS_SO.search(line) for line in file.lines[handler.lineno - 1 : last])


def _is_kept(file: File, handler: ast.ExceptHandler) -> bool:
    """`except BaseException as error: failure = error`, `future.set_exception(error)`: somebody looks at it."""
    for each in handler.body:
        match each:
            case ast.Assign(value=ast.Name(id=name)) | ast.AnnAssign(value=ast.Name(id=name)) if name == handler.name:
                return True
    for call in file.within(handler.body, ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Name(id=name)]) if name == handler.name:
                if method in _HANDS_ON:
                    return True
    return False


def _is_told_after(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether what is around passes a cancellation on: a handler that ends with `raise`, or a flag that is looked at
    later, by something that ends the function."""
    inner: ast.AST = handler
    for above in file.ancestors(handler):
        if isinstance(above, (ast.AsyncFunctionDef, ast.FunctionDef, ast.Lambda)):
            break
        if isinstance(above, ast.ExceptHandler) and isinstance(above.body[-1], ast.Raise):
            return True
        if inner in getattr(above, "finalbody", ()):
            return True
        inner = above
    flags = {
        target.id
        for each in handler.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant) and each.value.value is True
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    function = file.function(handler)
    if function is None or not flags:
        return False
    return any(
        asked.lineno > handler.lineno
        and any(isinstance(name, ast.Name) and name.id in flags for name in file.everywhere(asked.test))
        and file.within(asked.body, ast.Return, ast.Raise)
        for asked in file.within(function, ast.If)
    )


def _in_cleaning(file: File, statement: ast.Try, function: ast.AsyncFunctionDef) -> bool:
    """Whether a function whose name says that it closes or shuts down goes on with its next step."""
    return _CLOSING.match(function.name) is not None and not any(
        isinstance(above, ast.While) for above in file.ancestors(statement)
    )


def _closes(step: ast.Await | ast.AsyncFor | ast.AsyncWith) -> bool:
    """`await stream.aclose()`"""
    match step:
        case ast.Await(value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))):
            return _CLOSING.match(name) is not None
    return False


def _harm(file: File, statement: ast.Try, handler: ast.ExceptHandler, function: ast.AsyncFunctionDef) -> str:
    """What comes of it; empty when the coroutine ends there all the same, or means to go on."""
    if explained(file, handler) and (_means_cancellation(file, handler) or _says_so(file, handler)):
        return ""
    if _is_kept(file, handler) or _is_told_after(file, handler) or _in_cleaning(file, statement, function):
        return ""
    flow = file.flow(function)
    closing = all(_closes(each) for each in file.within(statement.body, ast.Await, ast.AsyncFor, ast.AsyncWith))
    for later in file.within(function, ast.Await, ast.AsyncFor, ast.AsyncWith):
        step = file.statement(later)
        if closing and _closes(later):
            continue
        if not _cleans_up(file, step, handler) and flow.can_reach(handler, step):
            return f"so `{function.name}` goes on"
    if closing or _names_cancellation(file, handler):
        # `except (CancelledError, RuntimeError): return` knows what it ends by.
        return ""
    return "and whoever cancelled waits for nothing"


def _names_cancellation(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the handler names a cancellation among others."""
    return any(
        file.is_named(kind.func if isinstance(kind, ast.Call) else kind, *CANCELLATIONS) for kind in caught(handler)
    )


def _means_cancellation(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the handler names cancellations and nothing wider."""
    kinds = [kind.func if isinstance(kind, ast.Call) else kind for kind in caught(handler)]
    return bool(kinds) and all(file.is_named(kind, *CANCELLATIONS) for kind in kinds)


def _cleans_up(file: File, step: ast.AST, handler: ast.ExceptHandler) -> bool:
    """Whether a step belongs to the handler itself or to a `finally`."""
    inner = step
    for ancestor in file.ancestors(step):
        if ancestor is handler or inner in getattr(ancestor, "finalbody", ()):
            return True
        inner = ancestor
    return False


def _narrower(file: File, handler: ast.ExceptHandler) -> Fix | None:
    """`except Exception` in place of what is wider."""
    if handler.type is None:
        after = handler.col_offset + len("except")
        edit = Edit(Range(handler.lineno, after, handler.lineno, after), " Exception")
    elif file.name_of(handler.type) == "builtins.BaseException":
        edit = Edit(Range.of(handler.type), "Exception")
    else:
        return None
    return Fix("Catch `Exception`", (edit,), Applicability.UNSAFE)


def _fix(file: File, handler: ast.ExceptHandler) -> Fix | None:
    """`raise` as the handler's last line, unless it leaves in another way before."""
    last = handler.body[-1]
    if last.lineno == handler.lineno or file.within(handler.body, ast.Return, ast.Break, ast.Continue):
        return None
    line, column = last.end_lineno or last.lineno, last.end_col_offset or 0
    indent = " " * handler.body[0].col_offset
    if isinstance(last, ast.Pass):
        return Fix("Re-raise", (Edit(Range.of(last), "raise"),), Applicability.UNSAFE)
    return Fix("Re-raise", (Edit(Range(line, column, line, column), f"\n{indent}raise"),), Applicability.UNSAFE)
