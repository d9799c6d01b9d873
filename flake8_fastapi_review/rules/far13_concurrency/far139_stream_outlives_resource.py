from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from ...shapes import all_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_KEPT_OPEN = ("contextlib.suppress", "contextlib.nullcontext", "asyncio.timeout", "threading.Lock", "asyncio.Lock")


class StreamOutlivesResource(Rule):
    """A stream reads from something that is closed before the first byte of it is sent.

    The generator of a `StreamingResponse` runs after the route has returned. What a `with` around the `return` opened
    is closed by then. And with FastAPI 0.106 to 0.117 so is what a dependency with `yield` gave, a database session for
    example, and an uploaded file: the code behind the `yield` runs before the response is sent (before 0.106, and again
    since 0.118, it runs after that). The stream breaks off in the middle, with status 200. Open in the generator what
    the generator needs.

    Bad:

        import httpx
        from fastapi import FastAPI
        from fastapi.responses import StreamingResponse

        app = FastAPI()

        @app.get("/catalogue")
        async def catalogue() -> StreamingResponse:
            async with httpx.AsyncClient() as client:
                response = await client.send(client.build_request("GET", "https://books.example"), stream=True)
                return StreamingResponse(response.aiter_bytes())

    Good:

        from collections.abc import AsyncIterator

        import httpx
        from fastapi import FastAPI
        from fastapi.responses import StreamingResponse

        app = FastAPI()

        async def read() -> AsyncIterator[bytes]:
            async with httpx.AsyncClient() as client, client.stream("GET", "https://books.example") as response:
                async for part in response.aiter_bytes():
                    yield part

        @app.get("/catalogue")
        async def catalogue() -> StreamingResponse:
            return StreamingResponse(read())
    """

    code = "FAR139"
    severity = Severity.BLOCKER
    message = "`{resource}` is closed before the stream is sent, which uses it: {why}"
    markers = (("StreamingResponse", "EventSourceResponse"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*file.group("stream")):
            function = file.function(call)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            content = _content(call)
            if content is None:
                continue
            used = _used(file, content, function)
            found = _opened_around(file, call, used)
            if found is not None:
                name, line = found
                why = f"the `with` in line {line} ends with the `return`; open it in the generator"
                yield self.at(call, related=(Related(file.path, line, f"opens `{name}`"),), resource=name, why=why)
                continue
            if file.registered_as(function) == "route" and (gone := _gone(file, function, used)) is not None:
                name, why = gone
                yield self.at(call, resource=name, why=f"{why}; open it in the generator")


def _content(call: ast.Call) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == "content"), call.args[0] if call.args else None)


def _used(file: File, content: ast.expr, function: ast.AST) -> set[str]:
    """The local names that a stream reads when it runs: arguments of the generator, or what a nested one uses."""
    found = {content.id} if isinstance(content, ast.Name) else set()
    for value in file.values(content):
        if not isinstance(value, ast.Call):
            continue
        for given in all_arguments(value):
            if isinstance(given, ast.Name):
                found.add(given.id)
        match value.func:
            case ast.Name(id=name):
                nested = next(
                    (
                        each
                        for each in file.within(function, ast.FunctionDef, ast.AsyncFunctionDef)
                        if each.name == name
                    ),
                    None,
                )
                if nested is not None:
                    inside = file.within(nested, ast.Name)
                    own = {each.id for each in inside if isinstance(each.ctx, ast.Store)}
                    own |= {each.arg for each in nested.args.args}
                    found |= {each.id for each in inside} - own
            case ast.Attribute(value=ast.Name(id=name)):
                found.add(name)
    return found


def _opened_around(file: File, call: ast.Call, used: set[str]) -> tuple[str, int] | None:
    """What a `with` around the response opens and the stream uses, itself or by something that was made with it."""
    function = file.function(call)
    if not isinstance(file.parent(call), ast.Return):
        return None
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return None
        if not isinstance(ancestor, (ast.With, ast.AsyncWith)):
            continue
        for item in ancestor.items:
            manager = item.context_expr
            called = manager.func if isinstance(manager, ast.Call) else manager
            if not isinstance(item.optional_vars, ast.Name) or file.is_named(called, *_KEPT_OPEN):
                continue
            name = item.optional_vars.id
            if name in used or _streams_from(file, call, name):
                return name, ancestor.lineno
    return None


def _streams_from(file: File, call: ast.Call, name: str) -> bool:
    """Whether the stream is one of a response that the client `name` has not read yet: `response.aiter_bytes()`."""
    content = _content(call)
    match content:
        case ast.Call(func=ast.Attribute(value=ast.Name() as held, attr=method)) if method.startswith(
            ("aiter_", "iter_")
        ):
            return file.mentions(held, name) and _is_open(file, held)
    return False


def _is_open(file: File, response: ast.Name) -> bool:
    """Whether a response is still to be read: one that was not asked for as a stream is in memory."""
    for value in file.values(response):
        call = value.value if isinstance(value, ast.Await) else value
        if isinstance(call, ast.Call) and any("stream" in (each.arg or "") for each in call.keywords):
            return True
        if isinstance(call, ast.Call) and isinstance(value, ast.Await) and not file.source(call.func).endswith("send"):
            return False
    return True


def _gone(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, used: set[str]) -> tuple[str, str] | None:
    """What FastAPI has closed by then."""
    version = file.version("fastapi")
    if version is None or not (0, 106) <= version < (0, 118):
        return None
    shown = ".".join(map(str, version))
    for each in file.injected(function):
        if each.parameter.arg in used and each.called is not None and each.called.is_generator:
            why = f"FastAPI {shown} runs the code behind the `yield` of `{each.called.qualname}` before it sends"
            if _closes(file, each.called):
                return each.parameter.arg, why
    for parameter in (*function.args.args, *function.args.kwonlyargs):
        if parameter.arg in used and parameter.annotation is not None and _is_upload(file, parameter.annotation):
            return parameter.arg, f"FastAPI {shown} closes uploaded files before it sends"
    return None


def _is_upload(file: File, annotation: ast.expr) -> bool:
    return file.declared_class(annotation) in file.group("upload")


def _closes(file: File, definition: object) -> bool:
    """Whether a dependency with `yield` does something behind it: closes what it gave."""
    return file.ends_what_it_yields(definition)  # type: ignore[arg-type]
