from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import broad, caught
from ...rule import Rule, Severity, shortened
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WAITS = ("asyncio.sleep", "time.sleep", "anyio.sleep", "asyncio.Event.wait", "threading.Event.wait")
_QUEUES = ("asyncio.Queue.get", "queue.Queue.get", "asyncio.Queue.task_done", "queue.Queue.task_done")
_STEADY = frozenset("asyncio anyio contextlib time threading builtins starlette fastapi websockets".split())
"""Libraries whose awaitables wait for other parts of the same process, or serve one connection."""
_HARMLESS = frozenset(
    "len int str bool float isinstance min max sorted list dict set tuple range enumerate zip round sum print".split()
)
_BEAT = re.compile(r"(?i)heart_?beat|keep_?alive|(?:^|_)ping")


class UnguardedWorkerLoop(Rule):
    """The first exception ends a loop that is meant to serve for as long as the process lives.

    The task or thread is gone, its exception waits in an object that nobody looks at, and everything else goes on: the
    queue fills, the prices stay as they are, and the health check is green.

    Loops that wait, by a pause or at a queue, and that are started as a task or a thread are looked at. A handler for
    every exception inside of the loop keeps it going; one around the loop says that it may end. Calls count that reach
    the network, the disk or a database, in the functions of the project that they run, too.

    Bad:

        import asyncio

        import httpx

        async def refresh(http: httpx.AsyncClient) -> None:
            (await http.get("https://rates.example")).raise_for_status()

        async def work(http: httpx.AsyncClient) -> None:
            while True:
                await refresh(http)
                await asyncio.sleep(60)

        async def start(http: httpx.AsyncClient) -> asyncio.Task[None]:
            return asyncio.create_task(work(http))

    Good:

        import asyncio
        import logging

        import httpx

        logger = logging.getLogger(__name__)

        async def refresh(http: httpx.AsyncClient) -> None:
            (await http.get("https://rates.example")).raise_for_status()

        async def work(http: httpx.AsyncClient) -> None:
            while True:
                try:
                    await refresh(http)
                except Exception:
                    logger.exception("The prices are not refreshed")
                await asyncio.sleep(60)

        async def start(http: httpx.AsyncClient) -> asyncio.Task[None]:
            return asyncio.create_task(work(http))
    """

    code = "FAR149"
    severity = Severity.WARNING
    message = "the first exception of `{call}` ends `{function}` for good: handle it inside of the loop"
    markers = (("while ",), ("create_task", "ensure_future", "Thread(", "Process("))

    def check(self, file: File) -> Iterator[Violation]:
        started = None
        for loop in file.nodes(ast.While):
            function = file.function(loop)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not _serves(file, loop):
                continue
            if _BEAT.search(function.name):
                continue  # it lives as long as the connection that it keeps open
            if started is None:
                started = _started(file)
            if function.name not in started or started[function.name]:
                continue
            risky = _risky(file, loop)
            if risky is not None and not _is_told(file, loop, function) and not _is_short(file, function):
                yield self.at(loop.test, call=shortened(ast.unparse(risky.func)), function=function.name)


def _serves(file: File, loop: ast.While) -> bool:
    """Whether a loop goes on until the process ends: always, or while a flag is set, and waits in between."""
    match loop.test:
        case ast.Constant(value=True | 1) | ast.Attribute() | ast.UnaryOp(op=ast.Not(), operand=ast.Attribute()):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Attribute(attr="is_set"))):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=waiting)) if file.is_named(waiting, *_WAITS):
            return not file.within(loop.body, ast.Return, ast.Break)
        case _:
            return False
    if any(isinstance(each, (ast.Return, ast.Break)) for each in file.within(loop.body, ast.Return, ast.Break)):
        return False
    return any(file.is_named(call.func, *_WAITS, *_QUEUES[:2]) for call in file.within(loop.body, ast.Call))


def _started(file: File) -> dict[str, bool]:
    """Names of functions that this file starts as tasks or threads; True when somebody looks at how they end."""
    found: dict[str, bool] = {}
    for call in file.calls_to(*file.group("task-start")):
        target = next((given.value for given in call.keywords if given.arg == "target"), None)
        if target is None and call.args:
            target = call.args[0]
        if isinstance(target, ast.Call):
            target = target.func
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found[name] = found.get(name, False) or isinstance(file.parent(call), ast.Await)
    return found


def _is_told(file: File, loop: ast.While, function: ast.AST) -> bool:
    """Whether a handler for every exception stands around the loop: it may end, and somebody hears of it."""
    for ancestor in file.ancestors(loop):
        if ancestor is function:
            return False
        if isinstance(ancestor, ast.Try) and any(broad(file, handler) for handler in ancestor.handlers):
            return True
    return False


def _is_short(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a task accompanies some other work and is cancelled behind it: by the function that starts it, or when a
    `with` over the object ends."""
    for parameter in named_parameters(function.args):
        if parameter.annotation is not None and file.declared_class(parameter.annotation) in file.group("websocket"):
            return True  # it serves one connection
    places: list[ast.AST] = [each for each in (file.function(function),) if each is not None]
    owner = file.parent(function)
    if isinstance(owner, ast.ClassDef):
        places = [each for each in owner.body if getattr(each, "name", "") in ("aclose", "__aexit__", "__exit__")]
    calls: list[ast.Call] = [call for place in places for call in file.within(place, ast.Call)]
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == "cancel" for call in calls)


def _risky(file: File, loop: ast.While) -> ast.Call | None:
    """The first call of the loop that can fail and that no handler inside of it covers."""
    calls: list[ast.Call] = file.within(loop.body, ast.Call)
    for call in calls:
        if file.is_named(call.func, *_WAITS, *_QUEUES) or file.logging_call(call) is not None:
            continue
        if isinstance(call.func, ast.Name) and call.func.id in _HARMLESS:
            continue
        definition = file.definition_of(call.func)
        if definition is None and not file.blocking_kind(call) and not _asks_somebody(file, call):
            continue  # not known
        if definition is not None and (definition.is_class or not file.may_fail(definition)):
            continue
        library = (file.resolved(call) or "").partition(".")[0] if definition is None else ""
        if _is_covered(file, call, loop, library) or (definition is not None and file.guards_itself(definition)):
            continue
        return call
    return None


def _asks_somebody(file: File, call: ast.Call) -> bool:
    """Whether it awaits what a library gets from outside: `await http.get(url)`."""
    name = file.resolved(call) or ""
    return "." in name and name.partition(".")[0] not in _STEADY and isinstance(file.parent(call), ast.Await)


def _takes(file: File, handler: ast.ExceptHandler, library: str) -> bool:
    if broad(file, handler) is not None:
        return True
    for kind in caught(handler):
        if file.definition_of(kind) is not None:
            return True
        if library and ((file.name_of(kind) or library).partition(".")[0] == library):
            return True
    return False


def _is_covered(file: File, call: ast.Call, loop: ast.While, library: str) -> bool:
    """Whether a handler for every exception, or for those of the project or of the library, stands between the call and
    the loop."""
    inner: ast.AST = call
    for ancestor in file.ancestors(call):
        if ancestor is loop:
            return False
        tried = isinstance(ancestor, ast.Try) and any(inner is each for each in ancestor.body)
        if (
            tried
            and isinstance(ancestor, ast.Try)
            and any(_takes(file, handler, library) for handler in ancestor.handlers)
        ):
            return True
        if isinstance(ancestor, ast.With) and "suppress" in file.source(ancestor.items[0].context_expr):
            return True
        if isinstance(ancestor, ast.ExceptHandler):
            return True
        inner = ancestor
    return False
