from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .registration import MARKERS, in_schema, json_answers, keyword, registered, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_EXCEPTION = "starlette.exceptions.HTTPException"
_CAUGHT = (_EXCEPTION, "fastapi.HTTPException", "fastapi.exceptions.HTTPException")
_DEPTH = 3
_OWN = frozenset(range(400, 500)) - {401, 403, 429}
"""Statuses of a route itself. What logs in and limits stands before many routes and is declared for all of them, and
that a server can fail everybody knows."""
_FEW = 3
_ERROR = 400
_VALIDATION = 422
"""What FastAPI declares by itself."""


class UndocumentedErrorResponse(Rule):
    """A route raises an HTTPException with a status that its `responses` omit.

    The schema promises a success and the 422 of a failed validation. That there is a 404 or a 409, and what it means,
    clients find out in production.

    What the functions raise that the route calls counts too, over any number of modules, and what routers declare.

    Reported where most routes of an application, or of a file, declare errors of their own; 401, 403, 429 and failures
    of the server, which can come from anywhere, are left alone. With `always`, every route and every status is judged.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        BOOKS = {1: "Notes"}
        MISSING = {404: {"description": "There is no such book"}}

        @app.get("/books/{book_id}", responses=MISSING)
        def read_book(book_id: int) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            return BOOKS[book_id]

        @app.delete("/books/{book_id}", status_code=204, responses=MISSING)
        def remove_book(book_id: int) -> None:
            if BOOKS.pop(book_id, None) is None:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")

        @app.put("/books/{book_id}")
        def rename_book(book_id: int, title: str) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            BOOKS[book_id] = title
            return title

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        BOOKS = {1: "Notes"}
        MISSING = {404: {"description": "There is no such book"}}

        @app.get("/books/{book_id}", responses=MISSING)
        def read_book(book_id: int) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            return BOOKS[book_id]

        @app.delete("/books/{book_id}", status_code=204, responses=MISSING)
        def remove_book(book_id: int) -> None:
            if BOOKS.pop(book_id, None) is None:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")

        @app.put("/books/{book_id}", responses=MISSING)
        def rename_book(book_id: int, title: str) -> str:
            if book_id not in BOOKS:
                raise HTTPException(status_code=404, detail=f"There is no book {book_id}")
            BOOKS[book_id] = title
            return title
    """

    code = "FAR087"
    severity = Severity.SUGGESTION
    message = "`{route}` can answer {statuses}, of which its schema says nothing: add {them} to `responses`"
    markers = (*MARKERS, ("HTTPException",))

    always: bool = option(False, "Judge every route, whatever the others of its application declare.")

    def check(self, file: File) -> Iterator[Violation]:
        routes = [each for each in registered(file) if not spread(each.decorator) and in_schema(file, each)]
        if not self.always:
            routes = [route for route in routes if json_answers(route, file)]
            if (
                not any(_is_habit(file, route) for route in routes)
                and sum(_declares(file, each) for each in routes) < _FEW
            ):
                return
        raised = {route: _raised(file, route.function, 0, set()) for route in routes}
        for route in routes if self.always else _standing_out(file, raised):
            declared = _declared(file, route)
            if declared is None:
                continue
            missing = sorted(status for status in raised[route] - declared if self.always or status in _OWN)
            if missing:
                shown = ", ".join(map(str, missing))
                yield self.at(
                    route.decorator, route=route.spoken, statuses=shown, them="them" if len(missing) > 1 else "it"
                )


def _standing_out(file: File, raised: dict[Registered, set[int]]) -> list[Registered]:
    """The routes around which it is usual to declare errors: by most of the application, or by most of this file that
    have any."""
    failing = [route for route, statuses in raised.items() if statuses & _OWN]
    if len(failing) >= _FEW and 2 * sum(_declares(file, each) for each in failing) > len(failing):
        return failing
    return [route for route in failing if _is_habit(file, route)]


def _declares(file: File, route: Registered) -> bool:
    """Whether a registration declares errors itself."""
    given = keyword(route.decorator, "responses")
    if isinstance(given, ast.Dict) and None not in given.keys:
        declared = _statuses(file, given)
    else:
        declared = _declared(file, route) if given is not None else None
    return declared is not None and any(status != _VALIDATION and status >= _ERROR for status in declared)


def _is_habit(file: File, route: Registered) -> bool:
    """Whether most routes of an application declare errors."""
    rows = [row for row in route.rows if row.include_in_schema and row.documented]
    return any(2 * habits.declaring > habits.routes for habits in map(file.habits, rows))


def _declared(file: File, route: Registered) -> set[int] | None:
    """The statuses that the route and the routers around it document; None when that cannot be told."""
    if route.rows:
        codes = [code for row in route.rows for code in row.responses or ()]
        if any(row.responses is None for row in route.rows) or not all(code.isdigit() for code in codes):
            return None
        return {_VALIDATION} | {int(code) for code in codes}
    given = keyword(route.decorator, "responses")
    if given is None:
        return {_VALIDATION}
    if not isinstance(given, ast.Dict):
        return None
    return _statuses(file, given)


def _statuses(file: File, responses: ast.Dict) -> set[int] | None:
    """The statuses of a dictionary of responses, and the one that FastAPI declares; None if not all are known."""
    known = [file.value_of(key) if key is not None else file.UNKNOWN for key in responses.keys]
    return {_VALIDATION, *(int(str(code)) for code in known)} if all(str(code).isdigit() for code in known) else None


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
