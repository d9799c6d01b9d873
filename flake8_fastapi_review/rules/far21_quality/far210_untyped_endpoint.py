from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import insertion
from ...rule import Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OWN = {
    "request": "Request",
    "websocket": "WebSocket",
    "response": "Response",
    "background_tasks": "BackgroundTasks",
}
"""What FastAPI gives, by the name that it mostly has: its class."""


class UntypedEndpoint(Rule):
    """A parameter of a route or dependency has no annotation.

    Without one FastAPI takes any text for it, converts and checks nothing, and documents it as "any". A dependency's
    `request` without annotation even becomes a query parameter of that name, which every call then has to send.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books/{number}")
        def read_book(number) -> dict[str, int]:
            return {"number": number}

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books/{number}")
        def read_book(number: int) -> dict[str, int]:
            return {"number": number}
    """

    code = "FAR210"
    severity = Severity.SUGGESTION
    message = "`{parameter}` of `{function}` has no annotation: {harm}"
    markers = (("fastapi", "Depends"), ("def ",))

    def check(self, file: File) -> Iterator[Violation]:
        routes = {route.function for route in file.routes}
        for function in file.nodes(*_FUNCTIONS):
            bare = [each for each in _parameters(function) if each.annotation is None and each.arg.strip("_")]
            if not bare:
                continue
            is_socket = bool(function.decorator_list) and file.registered_as(function) == "websocket"
            if not (is_socket or function in routes or file.is_injected(function)):
                continue
            for parameter in bare:
                yield self.at(
                    parameter,
                    fix=_annotated(file, function, parameter),
                    parameter=parameter.arg,
                    function=getattr(_asked_for(file, function), "name", function.name),
                    harm=_harm(file, function, parameter),
                )


def _asked_for(file: File, function: ast.AST) -> ast.AST:
    """What people call the function: of a constructor its class."""
    owner = file.parent(function)
    return owner if getattr(function, "name", "") == "__init__" and isinstance(owner, ast.ClassDef) else function


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """Those that FastAPI fills; of a method without the object itself."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    if named and named[0].arg in ("self", "cls"):
        named = named[1:]
    return [*named, *arguments.kwonlyargs]


def _annotated(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, parameter: ast.arg) -> Fix | None:
    """By the name that FastAPI has a class for, or by the default. Unsafe: what is no such value is refused then."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(named[len(named) - len(arguments.defaults) :], arguments.defaults, strict=True))
    defaults |= {a: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    imports: tuple[Edit, ...] = ()
    match defaults.get(parameter):
        case ast.Constant(value=bool() | int() | float() | str() as value):
            name = type(value).__name__
        case None if parameter.arg in _OWN:
            known = file.import_from("fastapi", _OWN[parameter.arg], parameter)
            if known is None:
                return None
            name, imports = known
        case _:
            return None
    line, column = parameter.end_lineno or 0, parameter.end_col_offset or 0
    default = defaults.get(parameter)
    if default is None:
        return Fix(f"Annotate it `{name}`", (*imports, insertion(line, column, f": {name}")))
    between = Range(line, column, default.lineno, default.col_offset)
    return Fix(f"Annotate it `{name}`", (Edit(between, f": {name} = "),))


def _harm(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, parameter: ast.arg) -> str:
    given = {each.parameter.arg: each for each in file.marked(function)}
    source = given[parameter.arg].source if parameter.arg in given else file.parameter_source(function, parameter.arg)
    if source == "depends":
        return "neither people nor tools know what the dependency gives"
    if parameter.arg in _OWN:
        return "FastAPI takes it for a query parameter"
    return "FastAPI converts and checks nothing"
