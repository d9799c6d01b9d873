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
_CAUGHT = (_EXCEPTION, "fastapi.HTTPException", "fastapi.exceptions.HTTPException")
_DEPTH = 3


class UndocumentedErrorResponse(Rule):
    """A route raises an HTTPException with a status that its `responses` omit.

    The schema promises a success and the 422 of a failed validation. That there is a 404 or a 409, and what it means,
    clients find out in production.

    What the functions raise that the route calls counts too, over any number of modules, and what routers declare.

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
    """The statuses that the route and the routers around it document; None when that cannot be told."""
    if route.rows:
        codes = [code for row in route.rows for code in row.responses or ()]
        if any(row.responses is None for row in route.rows) or not all(code.isdigit() for code in codes):
            return None
        return {422} | {int(code) for code in codes}
    given = keyword(route.decorator, "responses")
    if given is None:
        return {422}
    if not isinstance(given, ast.Dict):
        return None
    known = [file.value_of(key) if key is not None else file.UNKNOWN for key in given.keys]
    return {422, *(int(str(code)) for code in known)} if all(str(code).isdigit() for code in known) else None


def _raised(file: File, function: ast.AST, depth: int, seen: set[ast.AST]) -> set[int]:
    """The statuses of errors that leave a function; those of the functions of this file that it calls included."""
    if depth > _DEPTH or function in seen:
        return set()
    seen.add(function)
    found = set()
    for each in file.raises(function):
        for error in file.values(each.exc) if each.exc is not None and _escapes(file, each, function) else ():
            if (
                isinstance(error, ast.Call)
                and file.is_subclass(error.func, _EXCEPTION)
                and not file.constructor_of(error.func)
            ):
                given = file.argument(error, 0, "status_code")
                value = file.value_of(given) if given is not None else file.UNKNOWN
                if isinstance(value, int) and value >= 400:
                    found.add(int(value))
    for call in file.within(function, ast.Call):
        if not _escapes(file, call, function):
            continue
        target = file.definition_of(call.func) if isinstance(call.func, ast.Name) else None
        if target is not None and target.path == file.path:
            found |= _raised(file, _function(file, target.line), depth + 1, seen)
        elif target is None or not target.is_async or isinstance(file.parent(call), ast.Await):
            found |= file.errors_of(call)
    return found


def _escapes(file: File, node: ast.AST, function: ast.AST) -> bool:
    """Whether an HTTPException that is raised at a node leaves the function: no `except` around it keeps it."""
    child = node
    for ancestor in file.ancestors(node):
        if ancestor is function:
            return True
        if isinstance(ancestor, ast.Try) and child in ancestor.body:
            handler = next((each for each in ancestor.handlers if _catches(file, each)), None)
            if handler is not None and not _raises_again(file, handler):
                return False
        child = ancestor
    return True


def _catches(file: File, handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or file.name_of(kind) in ("builtins.Exception", "builtins.BaseException", *_CAUGHT)
        for kind in kinds
    )


def _raises_again(file: File, handler: ast.ExceptHandler) -> bool:
    return any(
        each.exc is None or (isinstance(each.exc, ast.Name) and each.exc.id == handler.name)
        for each in file.raises(handler.body)
    )


def _function(file: File, line: int) -> ast.AST:
    functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((each for each in functions if each.lineno == line), file.tree.body[0])
