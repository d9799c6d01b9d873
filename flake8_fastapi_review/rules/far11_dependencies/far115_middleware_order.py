"""FAR115 middleware-order."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Layer
    from ...file import File
    from ...rule import Violation

_CORS = ("starlette.middleware.cors.CORSMiddleware",)


class MiddlewareOrder(Rule):
    """A middleware that answers by itself stands outside of `CORSMiddleware`.

    What is added last is outermost. Answers that a middleware gives outside of `CORSMiddleware` carry no CORS headers:
    a browser hides them from the page, which sees a "CORS error" instead of the 401 or the 429. Preflight requests
    carry no credentials, so an authentication in that place refuses all of them, and a redirect of a preflight is an
    error.

    Bad:

        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])

        @app.middleware("http")
        async def authenticate(request, call_next):
            if "authorization" not in request.headers:
                return JSONResponse({"detail": "Not authenticated"}, status_code=401)
            return await call_next(request)

    Good:

        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse

        app = FastAPI()

        @app.middleware("http")
        async def authenticate(request, call_next):
            if "authorization" not in request.headers:
                return JSONResponse({"detail": "Not authenticated"}, status_code=401)
            return await call_next(request)

        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])
    """

    code = "FAR115"
    severity = Severity.WARNING
    message = (
        "`{outer}` is added later and so stands outside of `{cors}`: what it answers by itself has no CORS "
        "headers; add `{cors}` last"
    )
    markers = (("middleware",), ("CORS",))

    def check(self, file: File) -> Iterator[Violation]:
        told: set[ast.AST] = set()
        for stack in file.middlewares if _adds_cors(file) else ():
            position = next((index for index, layer in enumerate(stack) if file.is_middleware(layer, *_CORS)), None)
            if position is None or stack[position].path != file.path:
                continue
            outer = next((layer for layer in stack[:position] if _answers(file, layer)), None)
            node = _added_at(file, stack[position].line)
            if outer is None or node is None or node in told:
                continue
            told.add(node)
            related = [Related(outer.path, outer.line, f"adds `{_short(outer)}`")]
            yield self.at(node, related=related, outer=_short(outer), cors=_short(stack[position]))


def _adds_cors(file: File) -> bool:
    """Whether a name in a call of this file may be the middleware, which is cheap to see."""
    return any(
        "CORS" in (node.id if isinstance(node, ast.Name) else node.attr) for node in file.nodes(ast.Name, ast.Attribute)
    )


def _answers(file: File, layer: Layer) -> bool:
    return file.is_middleware(layer, *file.group("answering-middleware")) or file.answers_itself(layer)


def _added_at(file: File, line: int) -> ast.AST | None:
    return next((call for call in file.nodes(ast.Call) if call.lineno == line), None)


def _short(layer: Layer) -> str:
    return layer.name.rpartition(":")[2].rpartition(".")[2]
