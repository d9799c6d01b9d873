"""FAR065 session-shared-between-tasks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments, named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_GATHERS = ("asyncio.gather", "asyncio.wait", "asyncio.as_completed", "anyio.gather")
_WRAPPERS = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.wait_for", "asyncio.shield")
_SPAWNS = ("asyncio.create_task", "asyncio.ensure_future")
_GROUPS = ("asyncio.TaskGroup", "anyio.create_task_group", "asyncio.taskgroups.TaskGroup")
_THREADED = ("asyncio.to_thread", "fastapi.concurrency.run_in_threadpool", "starlette.concurrency.run_in_threadpool",
             "anyio.to_thread.run_sync")  # fmt: skip
_BACKGROUND = ("fastapi.BackgroundTasks", "fastapi.background.BackgroundTasks", "starlette.background.BackgroundTasks")
_BACKGROUND_TASK = ("starlette.background.BackgroundTask", "fastapi.background.BackgroundTask")
_WORKING = frozenset({"execute", "get", "refresh", "commit", "flush", "rollback", "lazy"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


class SessionSharedBetweenTasks(Rule):
    """One session is used by several tasks at once, or a request's session goes to a task that outlives the request.

    A session is one conversation on one connection. Two tasks that await it at the same time get
    `InvalidRequestError` or `InterfaceError`, or commit and roll back each other's changes. A session that a route or a
    `with` has opened is closed when that ends; a background task that got it opens it again, unseen, and nobody closes
    it a second time (or, depending on FastAPI's version, keeps the request's connection as long as the task runs).

    Bad:

        import asyncio
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import AsyncSession

        async def totals(session: AsyncSession):
            return await asyncio.gather(
                session.execute(text("SELECT count(*) FROM items")),
                session.execute(text("SELECT count(*) FROM orders")),
            )

    Good:

        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import AsyncSession

        async def totals(session: AsyncSession):
            items = await session.execute(text("SELECT count(*) FROM items"))
            orders = await session.execute(text("SELECT count(*) FROM orders"))
            return items, orders
    """

    code = "FAR065"
    severity = Severity.BLOCKER
    cwe = 362
    message = "{what}: open a session in each task"
    markers = (
        ("gather(", "TaskGroup", "task_group", "create_task(", "ensure_future(", "add_task(", "BackgroundTask",
         "Thread("),
    )  # fmt: skip

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used:
            return
        told: set[ast.AST] = set()
        for where, parts in (*_gathered(file), *_grouped(file)):
            name = _shared(file, parts)
            if name is not None:
                told.update(part for part, _ in parts)
                shown = "The session of `self`" if name == "self" else f"`{name}`"
                yield self.at(where, what=f"{shown} is used by several tasks at the same time")
        for call in file.nodes(ast.Call):
            if call.args and call.args[0] in told:
                continue
            given = _outlived(file, call)
            if given is not None:
                name = file.source(given)
                yield self.at(given, what=f"`{name}` goes to a task that can run when the session is closed")


# Tasks that run at the same time: (the coroutine, the loop that makes many of it)


def _gathered(file: File) -> Iterator[tuple[ast.AST, list[tuple[ast.AST, ast.AST | None]]]]:
    for call in file.nodes(ast.Call):
        if not file.is_named(call.func, *_GATHERS):
            continue
        parts: list[tuple[ast.AST, ast.AST | None]] = []
        for argument in call.args:
            if isinstance(argument, ast.Starred):
                parts += _listed(file, argument.value)
            else:
                parts += [(each, None) for each in file.values(argument) if isinstance(each, ast.Call)]
        yield call, parts


def _listed(file: File, expr: ast.expr) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """What a list of coroutines holds."""
    for value in file.values(expr):
        match value:
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                yield element, value
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                yield from ((each, None) for each in elements)
    function = file.function(expr)
    if not isinstance(expr, ast.Name) or function is None:
        return
    for call in file.within(function, ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[added]) if name == expr.id:
                yield added, _loop(file, call)


def _grouped(file: File) -> Iterator[tuple[ast.AST, list[tuple[ast.AST, ast.AST | None]]]]:
    for block in file.nodes(ast.AsyncWith):
        for item in block.items:
            match item:
                case ast.withitem(context_expr=ast.Call() as made, optional_vars=ast.Name(id=name)):
                    if file.name_of(made.func) not in _GROUPS:
                        continue
                    calls = [
                        call
                        for call in file.within(block.body, ast.Call)
                        if isinstance(call.func, ast.Attribute)
                        and isinstance(call.func.value, ast.Name)
                        and call.func.value.id == name
                        and call.args
                    ]
                    parts = [
                        (call if call.func.attr == "start_soon" else call.args[0], _loop(file, call, block))
                        for call in calls
                        if call.func.attr in ("create_task", "start_soon")
                    ]
                    yield calls[0] if calls else block, parts


def _loop(file: File, node: ast.AST, until: ast.AST | None = None) -> ast.AST | None:
    """The loop around a node in its function."""
    function = file.function(node)
    for ancestor in file.ancestors(node):
        if ancestor is function or ancestor is until:
            return None
        if isinstance(ancestor, (*_LOOPS, *_COMPREHENSIONS)):
            return ancestor
    return None


def _shared(file: File, parts: list[tuple[ast.AST, ast.AST | None]]) -> str | None:
    """The session that more than one of these use."""
    seen: dict[str, ast.AST] = {}
    for part, loop in parts:
        own = _bound(file, loop) if loop is not None else frozenset()
        for name in _used(file, part):
            root = name.partition(".")[0]
            if loop is not None and root not in own:
                return name
            if root not in own and seen.setdefault(name, part) is not part:
                return name
    return None


def _bound(file: File, loop: ast.AST) -> frozenset[str]:
    return frozenset(
        node.id for node in file.everywhere(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def _used(file: File, part: ast.AST) -> list[str]:
    """The sessions that a coroutine works with, as its maker names them."""
    while isinstance(part, ast.Call) and file.name_of(part.func) in _WRAPPERS and part.args:
        part = part.args[0]
    if not isinstance(part, ast.Call):
        return []
    if file.name_of(part.func) in _THREADED or (
        isinstance(part.func, ast.Attribute) and part.func.attr == "start_soon"
    ):
        return [file.source(each) for each in part.args[1:] if _is_given(file, each)]
    return list(
        dict.fromkeys(
            file.source(each.session)
            for each in file.database.executions_of(part)
            if each.kind in _WORKING and each.session is not None and _is_plain(each.session)
        )
    )


def _is_plain(expr: ast.expr) -> bool:
    while isinstance(expr, ast.Attribute):
        expr = expr.value
    return isinstance(expr, ast.Name)


# Tasks that outlive what has opened the session


def _of_blocks(file: File, call: ast.Call) -> set[str]:
    """What the `with` blocks around the call bind."""
    blocks = [each for each in file.ancestors(call) if isinstance(each, (ast.With, ast.AsyncWith))]
    bound = [item.optional_vars for block in blocks for item in block.items]
    return {each.id for each in bound if isinstance(each, ast.Name)}


def _outlived(file: File, call: ast.Call) -> ast.expr | None:
    given: list[ast.expr] = []
    told: set[str] = set()
    match call.func:
        case ast.Attribute(attr="add_task", value=owner) if file.is_a(owner, *_BACKGROUND):
            # FAR116 tells of those, with the versions in which they are closed
            told = _injected(file, call) | _of_blocks(file, call)
            given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        case ast.Name(id="BackgroundTask") | ast.Attribute(attr="BackgroundTask") if file.is_named(
            call.func, *_BACKGROUND_TASK
        ):
            told = _injected(file, call)
            given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        case ast.Name(id="Thread") | ast.Attribute(attr="Thread") if file.name_of(call.func) == "threading.Thread":
            arguments = file.argument(call, 3, "args")
            given = list(arguments.elts) if isinstance(arguments, ast.Tuple) else []
        case ast.Name() | ast.Attribute(attr="create_task" | "ensure_future"):
            if not file.is_named(call.func, *_SPAWNS) or not call.args or _is_awaited(file, call):
                return None
            task = call.args[0]
            if isinstance(task, ast.Call):
                given = all_arguments(task)
    for each in given:
        if isinstance(each, ast.Name) and each.id in told:
            continue
        if _is_given(file, each) and _is_opened_around(file, each):
            return each
    return None


def _injected(file: File, node: ast.AST) -> set[str]:
    """The parameters of the function around a node that dependencies fill."""
    function = file.function(node)
    return {each.parameter.arg for each in file.injected(function)} if function is not None else set()


def _is_given(file: File, expr: ast.expr) -> bool:
    return isinstance(expr, (ast.Name, ast.Attribute)) and file.database.is_session(expr) is not None


def _is_opened_around(file: File, expr: ast.expr) -> bool:
    """Whether a session is a parameter, or opened by a `with`: somebody else closes it."""
    function = file.function(expr)
    if not isinstance(expr, ast.Name) or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    arguments = function.args
    if expr.id in {each.arg for each in named_parameters(arguments)}:
        return True
    return any(
        isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == expr.id
        for block in file.ancestors(expr)
        if isinstance(block, (ast.With, ast.AsyncWith))
        for item in block.items
    )


def _is_awaited(file: File, call: ast.Call) -> bool:
    """Whether the function waits for the task: unknown ways count as waiting."""
    match file.parent(call):
        case ast.Expr():
            return False
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            function = file.function(call)
            uses = file.within(function, ast.Name) if function is not None else []
            return any(
                use.id == name and isinstance(use.ctx, ast.Load) and not isinstance(file.parent(use), ast.Attribute)
                and not _is_noted(file, use)
                for use in uses
            )  # fmt: skip
    return True


def _is_noted(file: File, use: ast.Name) -> bool:
    """`tasks.add(task)` keeps a reference, and waits for nothing."""
    match file.parent(use):
        case ast.Call(func=ast.Attribute(attr="add" | "discard")):
            return True
    return False
