from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, shortened
from ...shapes import all_arguments, named_parameters
from .clients import HTTPX, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_REMOTE = frozenset(
    (
        *(f"{library}.AsyncClient.{method}" for library in HTTPX for method in (*METHODS, "send", "stream")),
        *(f"aiohttp.ClientSession.{method}" for method in METHODS),
        "httpx.AsyncClient",
        "aiohttp.ClientSession",
        "asyncio.open_connection",
        "openai.AsyncOpenAI",
        "anthropic.AsyncAnthropic",
        "aiosmtplib.send",
        "asyncssh.connect",
        "asyncio.to_thread",
        "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell",
        "sqlalchemy.ext.asyncio.AsyncSession.execute",
        "sqlalchemy.ext.asyncio.AsyncSession.get",
        "sqlalchemy.ext.asyncio.AsyncSession.scalars",
        "sqlalchemy.ext.asyncio.AsyncSession.scalar",
    )
)
"""What takes a connection, a process or a thread."""
_BOUNDS = ("Semaphore", "CapacityLimiter", "BoundedSemaphore", "throttle", "Limits(")
"""Words of a file in which the number may be kept small."""
_PORTIONS = ("batch", "chunk")
"""The same of a function."""
_GATHER = ("asyncio.gather",)
_TAKING = ("asyncio.wait", "asyncio.as_completed")
"""The same with the collection as one argument."""
_STARTING = ("asyncio.TaskGroup.create_task",)
_SOON = ("anyio.abc.TaskGroup.start_soon", "trio.Nursery.start_soon")
_TRANSPARENT = frozenset("staticmethod classmethod retry tenacity backoff stamina functools override".split())
"""Decorators that do not make a call wait for others."""
_PLACES = (
    "asyncio.Semaphore",
    "asyncio.BoundedSemaphore",
    "asyncio.locks.Semaphore",
    "anyio.Semaphore",
    "anyio.CapacityLimiter",
    "trio.Semaphore",
    "trio.CapacityLimiter",
    "aiolimiter.AsyncLimiter",
)
_ROWS = frozenset(("all", "scalars", "fetchall", "json", "to_list"))
_SOURCES = frozenset(("sqlalchemy", "sqlmodel", "httpx", "httpx2", "requests", "aiohttp", "motor"))
"""The libraries whose methods of these names give any number of things."""


class UnboundedFanOut(Rule):
    """As many calls of another service are started at once as a collection has members.

    `gather()` starts all of them. With ten members that is fast; with ten thousand, the list that a client sends or a
    table that has grown, each holds a connection: the pool runs dry, the other side refuses or bans this service, and
    the memory of all answers is needed at once. A semaphore around each call, or batches, keep the number small.

    Reported where the collection comes with a request or out of a table, and the function that is called surely calls
    out.

    Bad:

        import asyncio
        import httpx
        from fastapi import FastAPI

        app = FastAPI()
        client = httpx.AsyncClient()

        async def check(address: str) -> int:
            return (await client.get(address)).status_code

        @app.post("/checks")
        async def check_all(addresses: list[str]) -> list[int]:
            return await asyncio.gather(*(check(address) for address in addresses))

    Good:

        import asyncio
        import httpx
        from fastapi import FastAPI

        app = FastAPI()
        client = httpx.AsyncClient()
        places = asyncio.Semaphore(10)

        async def check(address: str) -> int:
            async with places:
                return (await client.get(address)).status_code

        @app.post("/checks")
        async def check_all(addresses: list[str]) -> list[int]:
            return await asyncio.gather(*(check(address) for address in addresses))
    """

    code = "FAR125"
    severity = Severity.WARNING
    message = "`{call}` is started for every member of `{collection}` at once: limit it by an `asyncio.Semaphore`"
    markers = (("gather", "TaskGroup", "wait(", "as_completed", "start_soon"), ("async def",))

    def check(self, file: File) -> Iterator[Violation]:
        limiting: list[ast.AST] | None = None
        for gather in file.calls_to(*_GATHER, *_TAKING, *_STARTING, *_SOON):
            for started, arguments, collection in _started(file, gather):
                if not _is_open(file, collection, gather) or not _calls_out(file, started):
                    continue
                if any(file.is_a(each, *file.group("session")) for each in arguments):
                    continue  # one session for all of them is a defect of its own, and one connection
                if limiting is None:
                    limiting = _limiting(file)
                if not _may_be_bounded(file, limiting, started) and not _is_limited(file, gather, started):
                    yield self.at(
                        gather, call=shortened(ast.unparse(started)), collection=shortened(ast.unparse(collection))
                    )
                    break


def _limiting(file: File) -> list[ast.AST]:
    """The functions of this file that wait for a place; the module where it is not known who does."""
    if not any(word in file.text for word in _BOUNDS):
        return []
    found: list[ast.AST] = [
        function
        for block in file.nodes(ast.AsyncWith)
        if any(file.is_a(item.context_expr, *_PLACES) for item in block.items)
        and (function := file.function(block)) is not None
    ]
    return found or [file.tree]


def _may_be_bounded(file: File, limiting: list[ast.AST], started: ast.expr) -> bool:
    """Whether what is started waits for a place somewhere, or may."""
    if file.tree in limiting:
        return True
    definition = file.definition_of(started)
    if definition is None:
        return bool(limiting)
    decorated = (each.partition(".")[0] for each in file.decorators_of(definition))
    return any(each not in _TRANSPARENT for each in decorated) or file.uses_objects(definition, *_PLACES)


def _started(file: File, gather: ast.Call) -> Iterator[tuple[ast.expr, list[ast.expr], ast.expr]]:
    """What `gather(*...)` or a group in a loop calls, with which arguments, and for each of what."""
    if file.is_named(gather.func, *_STARTING, *_SOON):
        yield from _in_turns(file, gather)
        return
    takes_one = file.is_named(gather.func, *_TAKING)
    for argument in gather.args:
        if isinstance(argument, ast.Starred) != takes_one:
            inner = argument.value if isinstance(argument, ast.Starred) else argument
            for value in file.values(inner):
                match value:
                    case (
                        ast.ListComp(elt=ast.Call() as call, generators=[generator])
                        | ast.SetComp(elt=ast.Call() as call, generators=[generator])
                        | ast.GeneratorExp(elt=ast.Call() as call, generators=[generator])
                    ):
                        call = _inner(file, call)
                        yield call.func, all_arguments(call), generator.iter
                    case ast.Call(func=ast.Name(id="map"), args=[function, collection]):
                        yield function, [], collection
                    case ast.List(elts=[]) if isinstance(inner, ast.Name):
                        yield from _appended(file, inner)


def _in_turns(file: File, start: ast.Call) -> Iterator[tuple[ast.expr, list[ast.expr], ast.expr]]:
    """`for each in collection: group.create_task(ask(each))`"""
    loop = file.enclosing(start, ast.For, ast.AsyncFor)
    if not isinstance(loop, ast.For) or file.function(loop) is not file.function(start):
        return
    collection = loop.iter
    if file.is_named(start.func, *_SOON):
        if start.args:
            yield start.args[0], start.args[1:], collection
        return
    match start.args:
        case [ast.Call() as call, *_]:
            yield call.func, all_arguments(call), collection


def _appended(file: File, name: ast.Name) -> Iterator[tuple[ast.expr, list[ast.expr], ast.expr]]:
    """`for each in collection: calls.append(ask(each))`"""
    function = file.function(name)
    for loop in file.within(function, ast.For) if function is not None else ():
        for call in file.within(loop.body, ast.Call):
            match call:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=held), attr="append"), args=[ast.Call() as made]):
                    if held == name.id:
                        started = _inner(file, made)
                        yield started.func, all_arguments(started), loop.iter


def _is_limited(file: File, gather: ast.Call, started: ast.expr) -> bool:
    """Whether portions are made, or what is started waits for a place first."""
    function = file.function(gather)
    if function is not None and any(word in file.source(function) for word in _PORTIONS):
        return True
    definition = file.definition_of(started)
    return any(
        definition is not None
        and definition.path == file.path
        and definition.line == each.lineno
        and any(
            file.definition_of(item.context_expr) is None and not isinstance(item.context_expr, ast.Call)
            for entered in file.within(each, ast.AsyncWith)
            for item in entered.items
        )
        for each in file.nodes(ast.AsyncFunctionDef)
    )


def _inner(file: File, call: ast.Call) -> ast.Call:
    """The coroutine's call in `create_task(...)`."""
    if call.args and isinstance(call.args[0], ast.Call) and file.schedules_itself(call):
        return call.args[0]
    return call


def _is_open(file: File, collection: ast.expr, gather: ast.Call) -> bool:
    """Whether nobody knows how many members there are: a list in a request, rows of a query, a list in an answer."""
    function = file.function(gather)
    if not isinstance(function, ast.AsyncFunctionDef):
        return False
    arguments = function.args
    named = {each.arg for each in named_parameters(arguments)}
    is_route = file.registered_as(function) == "route"
    for value in file.values(collection):
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
            return False
        root = value
        while isinstance(root, ast.Attribute):
            root = root.value
        given = is_route and isinstance(root, ast.Name) and root.id in named
        if given and file.parameter_source(function, ast.unparse(root)) in ("body", "query"):
            return not _is_short(file, function, value)
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _ROWS:
            return not value.args and (file.resolved(value) or "").partition(".")[0] in _SOURCES
    return False


def _is_short(file: File, function: ast.AsyncFunctionDef, value: ast.AST) -> bool:
    """Whether a list of a request says how long it may be."""
    root = value.value if isinstance(value, ast.Attribute) else value
    if not isinstance(root, ast.Name):
        return False
    annotation = next((each.annotation for each in named_parameters(function.args) if each.arg == root.id), None)
    if annotation is None:
        return False
    if isinstance(value, ast.Attribute):
        model = file.model_of(file.schema(annotation))
        field = model.field(value.attr) if model is not None else None
        return field is not None and any(each.constraint("max_length") is not None for each in field.type.members)
    if any(each.constraint("max_length") is not None for each in file.schema(annotation).members):
        return True
    told = next((each for each in file.parameters(function) if each.name == root.id), None)
    return told is not None and not {"max_length", "max_items"}.isdisjoint(told.settings)


def _calls_out(file: File, called: ast.expr) -> bool:
    if file.name_of(called) in _REMOTE:
        return True
    definition = file.definition_of(called)
    if definition is None or not definition.is_async:
        return False
    return file.leads_to(definition, _REMOTE)
