from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_EXCEPTION = "starlette.exceptions.HTTPException"
_RESPONSES = ("starlette.responses.JSONResponse", "fastapi.responses.ORJSONResponse", "fastapi.responses.UJSONResponse")

_PRESCRIBED = {"jsonrpc", "error_description"}
"""Keys of errors whose shape a standard prescribes: JSON-RPC 2.0, OAuth 2.0 (RFC 6749, section 5.2)."""


class InconsistentErrorFormat(Rule):
    """The errors of one module have bodies of different shape.

    A client reads the reason of an error from one place. Where one route answers `{"detail": "..."}` and the next
    `{"error": "..."}`, it needs code for each of them, and shows "unknown error" for the third.

    The shape of most errors of the file counts; what differs from it is reported.

    Off by default: a module may speak to several clients.

    Bad:

        from fastapi import FastAPI, HTTPException
        from fastapi.responses import JSONResponse

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> str:
            if book_id < 0:
                raise HTTPException(status_code=400, detail="There are no negative books")
            if book_id > 9:
                raise HTTPException(status_code=404, detail="There is no such book")
            return "Notes"

        @app.get("/authors/{author_id}")
        def read_author(author_id: int) -> JSONResponse:
            return JSONResponse({"error": "There is no such author"}, status_code=404)

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> str:
            raise HTTPException(status_code=404, detail="There is no such book")

        @app.get("/authors/{author_id}")
        def read_author(author_id: int) -> str:
            raise HTTPException(status_code=404, detail="There is no such author")
    """

    code = "FAR093"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = (
        "This error has the body `{shape}`, most others here `{usual}`: clients need code for both; answer errors alike"
    )
    markers = (("fastapi",), ("HTTPException", "JSONResponse"))

    def check(self, file: File) -> Iterator[Violation]:
        found = [(call, shape) for call in file.nodes(ast.Call) if (shape := _shape(file, call)) is not None]
        shapes = [shape for _, shape in found]
        if not shapes:
            return
        usual = max(dict.fromkeys(shapes), key=shapes.count)
        first = next(call for call, shape in found if shape == usual)
        for call, shape in found:
            if not _reads_alike(shape, usual):
                yield self.at(
                    call, shape=shape, usual=usual, related=[Related(file.path, first.lineno, f"answers `{usual}`")]
                )


def _reads_alike(shape: str, usual: str) -> bool:
    """Whether a client that knows the usual body finds its way: the same keys, and perhaps more of them."""
    if usual == "detail: text":
        return shape == usual or "detail" in shape.split(", ")
    place, _, keys = shape.rpartition("detail: ")
    usual_place, _, usual_keys = usual.rpartition("detail: ")
    if place != usual_place or ("detail: " in shape) != ("detail: " in usual):
        return False
    return set(usual_keys.split(", ")) <= set(keys.split(", "))


def _shape(file: File, call: ast.Call) -> str | None:
    """The keys of an error's body, as far as they are literal; None for what is no error."""
    if file.is_subclass(call.func, _EXCEPTION) and file.constructor_of(call.func) is None:
        given = file.argument(call, 1, "detail")
        if isinstance(given, ast.Dict):
            inner = _keys(given)
            return None if inner is None else f"detail: {inner}"
        return "detail: text" if isinstance(given, (ast.Constant, ast.JoinedStr)) else None
    if file.is_named(call.func, *_RESPONSES):
        status, content = file.argument(call, 1, "status_code"), file.argument(call, 0, "content")
        code = file.value_of(status) if status is not None else 200
        if isinstance(code, int) and code >= 400 and isinstance(content, ast.Dict):
            keys = _keys(content)
            if keys is not None and _PRESCRIBED & set(keys.split(", ")):
                return None
            return "detail: text" if keys == "detail" else keys
    return None


def _keys(given: ast.Dict) -> str | None:
    names = [key.value for key in given.keys if isinstance(key, ast.Constant)]
    return ", ".join(sorted(map(str, names))) if len(names) == len(given.keys) else None
