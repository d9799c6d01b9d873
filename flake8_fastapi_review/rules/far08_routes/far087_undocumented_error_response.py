from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .registration import MARKERS, in_schema, keyword, registered, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_EXCEPTION = "starlette.exceptions.HTTPException"
_DEPTH = 3


class UndocumentedErrorResponse(Rule):
    """A route raises an HTTPException with a status that its `responses` omit.

    The schema promises a success and the 422 of a failed validation. That there is a 404 or a 409, and what it means,
    clients find out in production.

    What the functions of the same module raise that the route calls counts too, and what routers declare.

    Off by default: few APIs declare their errors one by one.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        BOOKS = {1: "Notes"}

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            return BOOKS[book_id]

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        BOOKS = {1: "Notes"}

        @app.get("/books/{book_id}", responses={404: {"description": "There is no such book"}})
        def read_book(book_id: int) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            return BOOKS[book_id]
    """

    code = "FAR087"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{route}` can answer {statuses}, of which its schema says nothing: add {them} to `responses`"
    markers = (*MARKERS, ("HTTPException",))

    def check(self, file: File) -> Iterator[Violation]:
        for route in registered(file):
            if spread(route.decorator) or not in_schema(file, route):
                continue
            declared = _declared(file, route)
            if declared is None:
                continue
            missing = sorted(_raised(file, route.function, 0, set()) - declared)
            if missing:
                shown = ", ".join(map(str, missing))
                yield self.at(
                    route.decorator, route=route.spoken, statuses=shown, them="them" if len(missing) > 1 else "it"
                )


def _declared(file: File, route: Registered) -> set[int] | None:
    """The statuses that the route documents; None when that cannot be told."""
    if "responses=" in file.text and any("responses" in line for line in _routers(file)):
        return None
    given = keyword(route.decorator, "responses")
    if given is None:
        return {422}
    if not isinstance(given, ast.Dict):
        return None
    codes = [file.value_of(key) if key is not None else file.UNKNOWN for key in given.keys]
    if file.UNKNOWN in codes:
        return None
    return {422} | {int(str(code)) for code in codes if str(code).isdigit()}


def _routers(file: File) -> list[str]:
    """The calls in which this file makes routers and applications."""
    names = ("fastapi.APIRouter", "fastapi.FastAPI")
    return [ast.unparse(call) for call in file.calls_to(*names)]


def _raised(file: File, function: ast.AST, depth: int, seen: set[ast.AST]) -> set[int]:
    """The statuses of errors that leave a function; those of the functions of this file that it calls included."""
    if depth > _DEPTH or function in seen:
        return set()
    seen.add(function)
    found = set()
    for each in file.raises(function):
        if (
            isinstance(each.exc, ast.Call)
            and file.is_subclass(each.exc.func, _EXCEPTION)
            and not file.constructor_of(each.exc.func)
        ):
            given = file.argument(each.exc, 0, "status_code")
            value = file.value_of(given) if given is not None else file.UNKNOWN
            if isinstance(value, int) and value >= 400:
                found.add(int(value))
    for call in file.within(function, ast.Call):
        if (
            isinstance(call.func, ast.Name)
            and (target := file.definition_of(call.func)) is not None
            and target.path == file.path
        ):
            found |= _raised(file, _function(file, target.line), depth + 1, seen)
    return found


def _function(file: File, line: int) -> ast.AST:
    functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((each for each in functions if each.lineno == line), file.tree.body[0])
