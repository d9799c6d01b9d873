"""The routes that the functions of a file handle, with the decorators and calls that register them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ...regex import regex
from ...shapes import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

RESPONSE = "starlette.responses.Response"
MARKERS = (("fastapi", "outer", "app"), (".get(", ".post(", ".put(", ".patch(", ".delete(", "api_route("))
"""Triggers of rules on functions that a decorator or `add_api_route` registers."""
JSON_RESPONSES = (
    None,
    "starlette.responses.JSONResponse",
    "fastapi.responses.ORJSONResponse",
    "fastapi.responses.UJSONResponse",
)

MACHINERY = regex(
    r"(?i)^/?$|(?:^|[/_.-])(?:health\w*|ready|readyz|readiness|livez?|liveness|alive|ping|metrics|version|docs|openapi"
    r"|redoc|favicon|robots|static|manifest)(?:$|[/_.-])|(?:^|/)status$|\.\w{2,4}$"
)
"""Paths for what runs the application, and for browsers."""

_NONE = (None, "None", "'None'", '"None"')


class Registered(NamedTuple):
    """A function and one registration of it."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    decorator: ast.Call
    """The decorator, or the call of `add_api_route`, which takes the same arguments."""
    methods: tuple[str, ...]
    path: str | None
    """The full path; where no application has the route, the decorator's."""
    rows: tuple[Any, ...]
    """The rows of the applications that come from this registration."""

    @property
    def spoken(self) -> str:
        """For messages: "GET /users/{id}"."""
        return f"{self.methods[0] if self.methods else 'route'} {self.path or self.function.name}"


def registered(file: File) -> Iterator[Registered]:
    """The HTTP routes that this file registers functions of its own for, by decorators or calls, in source order."""
    routes = file.routes
    lines = {each.decorator.lineno for each in routes}
    for function, own_methods, own_path, call in routes:
        rows = _rows(file, function)
        here = tuple(row for row in rows if row.registered_at == (file.path, call.lineno))
        # A router that replaces `add_api_route` registers somewhere else.
        rows = here or tuple(
            row
            for row in rows
            if (row.registered_at[0] != file.path or row.registered_at[1] not in lines)
            and row.method in own_methods
            and own_path is not None
            and row.path.rstrip("/").endswith(own_path.rstrip("/"))
        )
        methods = own_methods or (tuple(dict.fromkeys(row.method for row in rows)) if rows else ())
        yield Registered(function, call, methods, _path(rows, own_path), rows)


def _path(rows: tuple[Any, ...], own: str | None) -> str | None:
    """For messages; "…" stands for a prefix that is not known."""
    if not rows:
        return shown(own)
    row = next((each for each in rows if each.located), rows[0])
    return shown(row.path) if row.located else f"…{row.path}"


def _rows(file: File, function: ast.AST) -> tuple[Any, ...]:
    return next((endpoint.rows for endpoint in file.endpoints if endpoint.function is function), ())


def shown(path: str | None) -> str | None:
    """A path for a message; the one of the root is empty in its router."""
    return "/" if path == "" else path


def place(file: File, row: Any) -> ast.AST | None:
    """Where to report on a route: where this file registers it, or its function when that is done elsewhere."""
    for endpoint in file.endpoints:
        if row in endpoint.rows:
            for decorator in getattr(endpoint.function, "decorator_list", ()):
                if (file.path, decorator.lineno) == row.registered_at:
                    return decorator  # type: ignore[no-any-return]
            calls: list[ast.Call] = file.nodes(ast.Call)
            for call in calls:
                if (file.path, call.lineno) == row.registered_at and _is_adding(call):
                    return call
            return endpoint.function
    return None


def _is_adding(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "add_api_route"


def spread(call: ast.Call) -> bool:
    """Whether `**kwargs` hide what a decorator is given."""
    return any(keyword.arg is None for keyword in call.keywords)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((given.value for given in call.keywords if given.arg == name), None)


def in_schema(file: File, route: Registered) -> bool:
    """Whether the route is part of the API that is documented."""
    if route.rows:
        return any(row.include_in_schema and row.documented for row in route.rows)
    given = keyword(route.decorator, "include_in_schema")
    return given is None or file.value_of(given) is not False


def status(file: File, route: Registered) -> object:
    """The status of success that the decorator gives; None where it gives none, UNKNOWN where that cannot be told."""
    given = keyword(route.decorator, "status_code")
    if given is None:
        return route.rows[0].status_code if route.rows else None
    value = file.value_of(given)
    return int(value) if isinstance(value, int) else file.UNKNOWN


def json_answers(route: Registered, file: File) -> bool:
    """Whether FastAPI makes JSON of what the function returns, as far as classes of responses tell."""
    if route.rows:
        return all(row.response_class in JSON_RESPONSES for row in route.rows)
    given = keyword(route.decorator, "response_class")
    return given is None or file.name_of(given) in JSON_RESPONSES


def answers(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[set[str], list[ast.Return]]:
    """What a function returns, by kind ("data", "response", "unknown", "stream"), and its `return`s with a value."""
    returns = [each for each in file.within(function, ast.Return) if each.value is not None and not is_none(each.value)]
    kinds = {_kind(file, each.value) for each in returns}
    if file.within(function, ast.Yield, ast.YieldFrom):
        kinds.add("stream")
    if file.replaces_answer(function):
        kinds = {"unknown"}
    return kinds, returns


def returns_nothing(file: File, route: Registered) -> bool:
    """Whether the client is sent `null`: no value is ever returned, and no model says otherwise."""
    function = route.function
    kinds, returns = answers(file, function)
    if returns or kinds or any(row.response_model not in _NONE for row in route.rows):
        return False
    if any(keyword.arg in ("response_model", "response_class") for keyword in route.decorator.keywords):
        return False
    # A body that only raises says "not supported".
    ends = not isinstance(function.body[-1], ast.Raise) or bool(file.within(function, ast.Return))
    return ends and not _is_stub(function)


def _is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(
        isinstance(each, ast.Pass) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in function.body
    )


def _kind(file: File, value: ast.expr) -> str:
    for node in file.values(value):
        match node:
            case ast.Name() | ast.IfExp() | ast.BoolOp() | ast.NamedExpr():
                continue
            case (
                ast.Dict()
                | ast.List()
                | ast.Tuple()
                | ast.Set()
                | ast.ListComp()
                | ast.DictComp()
                | ast.SetComp()
                | ast.JoinedStr()
                | ast.Compare()
            ):
                return "data"
            case ast.Constant(value=constant) if constant is not None:
                return "data"
    answer = file.is_a(value, RESPONSE)
    if answer is True:
        return "response"
    if answer is False:
        return "data" if file.type_of(value) not in (None, "builtins.object") else "unknown"
    return "unknown"
