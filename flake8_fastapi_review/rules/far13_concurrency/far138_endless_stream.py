from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_JOINING = frozenset("add append subscribe register connect listen put setdefault".split())


class EndlessStream(Rule):
    """A stream without end does not see that its client has left.

    A plain generator that loops for ever runs in the pool of threads: it waits in its thread whether somebody reads or
    not, and as many open tabs as there are threads stop the service. An asynchronous one is cancelled in the middle;
    what it has joined before, a list of subscribers for example, keeps it, with a queue that is filled for nobody. Ask
    `await request.is_disconnected()`, and leave what was joined in a `finally`.

    Bad:

        import asyncio
        from collections.abc import AsyncIterator

        from fastapi import FastAPI
        from fastapi.responses import StreamingResponse

        app = FastAPI()
        readers: set[asyncio.Queue[str]] = set()

        async def news() -> AsyncIterator[str]:
            queue: asyncio.Queue[str] = asyncio.Queue()
            readers.add(queue)
            while True:
                yield await queue.get()

        @app.get("/news")
        async def read_news() -> StreamingResponse:
            return StreamingResponse(news())

    Good:

        import asyncio
        from collections.abc import AsyncIterator

        from fastapi import FastAPI
        from fastapi.responses import StreamingResponse

        app = FastAPI()
        readers: set[asyncio.Queue[str]] = set()

        async def news() -> AsyncIterator[str]:
            queue: asyncio.Queue[str] = asyncio.Queue()
            readers.add(queue)
            try:
                while True:
                    yield await queue.get()
            finally:
                readers.discard(queue)

        @app.get("/news")
        async def read_news() -> StreamingResponse:
            return StreamingResponse(news())
    """

    code = "FAR138"
    severity = Severity.WARNING
    message = "`{stream}` {harm}: {remedy}"
    markers = (("StreamingResponse", "EventSourceResponse"), ("while True", "while 1"), ("yield",))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*file.group("stream")):
            generator = _generator(file, call)
            loop = _endless(file, generator) if generator is not None else None
            if generator is None or loop is None:
                continue
            if isinstance(generator, ast.FunctionDef):
                yield self.at(
                    loop,
                    stream=generator.name,
                    harm="holds a thread of the pool for each client, also when it has left",
                    remedy="make it asynchronous",
                )
            elif (joined := _joined(file, generator, loop)) is not None:
                yield self.at(
                    loop,
                    stream=generator.name,
                    harm=f"stays in `{joined}` when its client leaves",
                    remedy="take it out in a `finally` around the loop",
                )


def _generator(file: File, call: ast.Call) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The generator function of this file that makes what is streamed."""
    content = next((each.value for each in call.keywords if each.arg == "content"), call.args[0] if call.args else None)
    if content is None:
        return None
    for value in file.values(content):
        if not isinstance(value, ast.Call):
            continue
        definition = file.definition_of(value.func)
        name = last_name(value.func)
        functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        for function in functions:
            if function.name == name and definition is not None and file.definition_at(function) == definition:
                return function
    return None


def _endless(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.While | None:
    """The loop that nothing but an exception ends, and that nothing is tidied up behind."""
    for loop in file.within(function, ast.While):
        if not isinstance(loop.test, ast.Constant) or not loop.test.value:
            continue
        if not file.within(loop.body, ast.Yield) or file.within(loop.body, ast.Break, ast.Return, ast.Raise):
            continue
        calls = file.within(function, ast.Call)
        if any(isinstance(each.func, ast.Attribute) and each.func.attr == "is_disconnected" for each in calls):
            continue
        around = [*file.ancestors(loop)]
        around = around[: around.index(function)]
        if any(isinstance(each, (ast.Try, ast.With, ast.AsyncWith)) for each in around):
            continue
        if not any(_ends(each) for each in file.within(loop.body, ast.Try)):
            found: ast.While = loop
            return found
    return None


def _ends(statement: ast.Try) -> bool:
    """Whether a `try` in the loop tidies up, or sees the cancellation."""
    kinds = [ast.unparse(each.type) for each in statement.handlers if each.type is not None]
    return bool(statement.finalbody) or any("Cancelled" in each or "GeneratorExit" in each for each in kinds)


def _joined(file: File, function: ast.AsyncFunctionDef, loop: ast.While) -> str | None:
    """What the generator has put itself into before the loop, that others keep."""
    for call in file.within(function, ast.Call):
        if call.lineno >= loop.lineno:
            break
        match call.func:
            case ast.Attribute(value=owner, attr=method) if method in _JOINING and call.args:
                root: ast.AST = owner
                while isinstance(root, (ast.Attribute, ast.Subscript)):
                    root = root.value
                if isinstance(root, ast.Name) and (
                    root.id == "self" or file.is_bound_globally(root) or isinstance(owner, ast.Attribute)
                ):
                    return ast.unparse(owner)
    return None
