from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from ...shapes import named_parameters
from .registration import MACHINERY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_EXCEPTION = "starlette.exceptions.HTTPException"
_RESPONSES = ("starlette.responses.JSONResponse", "fastapi.responses.ORJSONResponse", "fastapi.responses.UJSONResponse")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TEXT = "detail: text"
_FEW = 4
_MOST = 0.9

_OAUTH = tuple(
    """
    access_denied authorization_pending expired_token invalid_client invalid_grant invalid_request invalid_scope
    slow_down unauthorized_client unsupported_grant_type unsupported_response_type
    """.split()
)
"""What `error` may say in OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5)."""
_PRESCRIBED = {"jsonrpc", "error_description"}
"""Keys of errors whose shape a standard prescribes: JSON-RPC 2.0, OAuth 2.0 (RFC 6749, section 5.2)."""


class InconsistentErrorFormat(Rule):
    """The errors of one module have bodies of different shape.

    A client reads the reason of an error from one place. Where one route answers `{"detail": "..."}` and the next
    `{"error": "..."}`, it needs code for each of them, and shows "unknown error" for the third.

    The shape that most errors of a file have counts, where it is nine in ten, or all but one. What leaves a client
    without the reason is reported: a key of another name, or a text where it expects an object. With `always`, all that
    differs is, also details that hold more than a text.

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

        @app.put("/books/{book_id}")
        def rename_book(book_id: int, title: str) -> str:
            if not title:
                raise HTTPException(status_code=400, detail="Every book has a title")
            if book_id > 9:
                raise HTTPException(status_code=404, detail="There is no such book")
            return title

        @app.get("/authors/{author_id}")
        def read_author(author_id: int) -> JSONResponse:
            return JSONResponse({"error": "There is no such author"}, status_code=404)

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> str:
            if book_id < 0:
                raise HTTPException(status_code=400, detail="There are no negative books")
            if book_id > 9:
                raise HTTPException(status_code=404, detail="There is no such book")
            return "Notes"

        @app.put("/books/{book_id}")
        def rename_book(book_id: int, title: str) -> str:
            if not title:
                raise HTTPException(status_code=400, detail="Every book has a title")
            if book_id > 9:
                raise HTTPException(status_code=404, detail="There is no such book")
            return title

        @app.get("/authors/{author_id}")
        def read_author(author_id: int) -> str:
            raise HTTPException(status_code=404, detail="There is no such author")
    """

    code = "FAR093"
    severity = Severity.SUGGESTION
    message = (
        "This error has the body `{shape}`, most others here `{usual}`: clients need code for both; answer errors alike"
    )
    markers = (("fastapi",), ("HTTPException", "JSONResponse"))

    always: bool = option(False, "Report every difference, of details that hold more than a text, too.")

    def check(self, file: File) -> Iterator[Violation]:
        found = [(call, shape) for call in file.nodes(ast.Call) if (shape := _shape(file, call)) is not None]
        if not self.always:
            found = [each for each in found if not _is_apart(file, *each)]
        shapes = [shape for _, shape in found]
        if not shapes:
            return
        usual = max(dict.fromkeys(shapes), key=shapes.count)
        first = next(call for call, shape in found if shape == usual)
        judges = _reads_alike if self.always else _reads_the_reason
        if not self.always and not _is_usual(shapes, usual):
            return
        for call, shape in found:
            if not judges(shape, usual):
                yield self.at(
                    call, shape=shape, usual=usual, related=[Related(file.path, first.lineno, f"answers `{usual}`")]
                )


def _is_apart(file: File, call: ast.Call, shape: str) -> bool:
    """Whether an error is not one of a route for its clients: a middleware's, the report of a failed validation, the
    answer to any other path, or one that a client reads as it reads what the route answers when all is well."""
    around = [each for each in (call, *file.ancestors(call)) if isinstance(each, _FUNCTIONS)]
    if any(parameter.arg == "call_next" for each in around for parameter in named_parameters(each.args)):
        return True
    function = next(iter(around), None)
    if function is None:
        return False
    if any(each.attr == "errors" for each in file.within(function, ast.Attribute)):
        return True
    paths = [route.path or "" for route in file.routes if route.function is function]
    if any(":path}" in path or MACHINERY.search(path) for path in paths if path):
        return True
    keys = set(shape.split(", "))
    return any(
        not keys.isdisjoint((_keys(each) or "").split(", ")) and not _is_error(file, each)
        for each in file.within(function, ast.Dict)
    )


def _is_error(file: File, body: ast.Dict) -> bool:
    return any(isinstance(outer, ast.Call) and _shape(file, outer) is not None for outer in file.ancestors(body))


def _is_usual(shapes: list[str], usual: str) -> bool:
    """Whether nearly all errors are read as the usual one is, and enough to tell: all but one, or nine in ten."""
    alike = sum(_reads_the_reason(shape, usual) for shape in shapes)
    return alike >= _FEW and (alike + 1 >= len(shapes) or alike >= _MOST * len(shapes))


def _reads_the_reason(shape: str, usual: str) -> bool:
    """Whether a client that knows where the usual body has its reason finds one: details may hold more than a text, and
    other keys beside those that both have."""
    place, _, keys = shape.rpartition("detail: ")
    usual_place, _, usual_keys = usual.rpartition("detail: ")
    if usual == _TEXT:
        return "detail: " in shape or "detail" in shape.split(", ")
    if ("detail: " in shape) != ("detail: " in usual) or shape == _TEXT:
        return False
    return place == usual_place and not set(usual_keys.split(", ")).isdisjoint(keys.split(", "))


def _reads_alike(shape: str, usual: str) -> bool:
    """Whether a client that knows the usual body finds its way: the same keys, and perhaps more of them."""
    if usual == _TEXT:
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
        is_text = isinstance(given, (ast.Constant, ast.JoinedStr)) or (
            given is not None and file.type_of(given) == "builtins.str"
        )
        return _TEXT if is_text else None
    if file.is_named(call.func, *_RESPONSES):
        status, content = file.argument(call, 1, "status_code"), file.argument(call, 0, "content")
        code = file.value_of(status) if status is not None else 200
        if isinstance(code, int) and code >= 400 and isinstance(content, ast.Dict):
            keys = _keys(content)
            if keys is not None and (_PRESCRIBED & set(keys.split(", ")) or _is_of_oauth(file, content)):
                return None
            return _TEXT if keys == "detail" else keys
    return None


def _is_of_oauth(file: File, content: ast.Dict) -> bool:
    return any(
        isinstance(key, ast.Constant) and key.value == "error" and file.value_of(value) in _OAUTH
        for key, value in zip(content.keys, content.values, strict=True)
    )


def _keys(given: ast.Dict) -> str | None:
    names = [key.value for key in given.keys if isinstance(key, ast.Constant)]
    return ", ".join(sorted(map(str, names))) if len(names) == len(given.keys) else None
