from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...handlers import broad, caught
from ...rule import Rule, Severity
from .clients import CALLS, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_COVERING = ("builtins.OSError", "builtins.IOError")
"""`requests` derives its exceptions from these."""
_ANSWERED = frozenset(
    "* 500 Exception BaseException HTTPError RequestError HTTPStatusError TransportError TimeoutException "
    "RequestException Timeout ConnectionError ClientError".split()
)
"""What handlers of an application are for that answer for the failures of a client."""
_CLIENTS = ("aiohttp", "httpx", "httpx2", "requests")


class UnhandledUpstreamFailure(Rule):
    """A route calls another service, and nobody answers for its failures.

    Another service is down now and then, or slow. The exception of the client leaves the route then, and the caller
    gets 500, as if this service were broken: it cannot tell that it may try again later. Answer with 502 or 504, in the
    route or by an exception handler of the application for the client's exceptions.

    Bad:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()
        client = httpx.AsyncClient()

        @app.get("/rates/{currency}")
        async def rate(currency: str) -> float:
            response = await client.get(f"https://rates.example/{currency}")
            return response.raise_for_status().json()["rate"]

    Good:

        import httpx
        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        client = httpx.AsyncClient()

        @app.get("/rates/{currency}")
        async def rate(currency: str) -> float:
            try:
                response = await client.get(f"https://rates.example/{currency}")
                return response.raise_for_status().json()["rate"]
            except httpx.HTTPError as error:
                raise HTTPException(502, "The rates are not available") from error
    """

    code = "FAR126"
    severity = Severity.SUGGESTION
    message = "when `{call}` fails, the route `{route}` answers 500: answer 502 for its exceptions"
    markers = (("httpx", "requests", "aiohttp"), tuple(f".{method}(" for method in METHODS))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if not function.decorator_list or file.registered_as(function) != "route":
                continue
            if any(file.registers_as(each) is None for each in function.decorator_list):
                continue
            for call in file.within(function, ast.Call):
                if not isinstance(call.func, ast.Attribute) or call.func.attr not in METHODS:
                    continue
                name = file.resolved(call)
                if name not in CALLS or _is_handled(file, call, function, library := name.partition(".")[0]):
                    continue
                if not _is_covered(file, library):
                    yield self.at(call, call=ast.unparse(call.func), route=function.name)
                break


def _is_handled(file: File, call: ast.Call, function: ast.AST, library: str) -> bool:
    inner: ast.AST = call
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return False
        match ancestor:
            case ast.Try(body=body, handlers=handlers) if any(inner is each for each in body):
                for handler in handlers:
                    names = [file.name_of(kind) for kind in caught(handler)]
                    if broad(file, handler) is not None or any(
                        name is None or name.startswith(f"{library}.") or name in _COVERING for name in names
                    ):
                        return True
            case ast.With(items=items) | ast.AsyncWith(items=items) if call not in file.within(items, ast.Call):
                if any(_may_handle(file, item.context_expr) for item in items):
                    return True
            case ast.ExceptHandler():
                return True
        inner = ancestor
    return False


def _may_handle(file: File, manager: ast.expr) -> bool:
    """Whether a context manager may deal with exceptions: `suppress`, and those of the project."""
    called = manager.func if isinstance(manager, ast.Call) else manager
    return file.is_named(called, "contextlib.suppress") or file.definition_of(called) is not None


def _is_covered(file: File, library: str) -> bool:
    """Whether a handler of the application may answer, or a middleware; also one for what is not written out."""
    if file.project_mentions("exception_handlers=", f"exception_handler({library}"):
        return True
    for written in file.handled_errors:
        owner, _, name = written.rpartition(".")
        is_of_another = owner in _CLIENTS and owner != library
        if not is_of_another and (name in _ANSWERED or name[0].islower()):
            return True
    return False
