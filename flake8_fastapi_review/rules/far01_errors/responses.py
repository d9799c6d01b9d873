"""HTTPException as the rules see it: constructed where, with which status and detail, and whether anybody raises it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

HTTP_EXCEPTION = "starlette.exceptions.HTTPException"
"""FastAPI's own derives from it."""
RESPONSE = "starlette.responses.Response"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def http_exceptions(file: File) -> Iterator[ast.Call]:
    """The calls that construct an HTTPException or a project's subclass that is constructed like it."""
    for call in file.nodes(ast.Call):
        if is_http_exception(file, call) and file.constructor_of(call.func) is None:
            yield call


def is_http_exception(file: File, call: ast.AST) -> bool:
    """Whether `call` constructs an HTTPException, a project's subclass included."""
    return (
        isinstance(call, ast.Call)
        and _named_like_a_class(call.func)
        and file.is_subclass(call.func, HTTP_EXCEPTION) is True
    )


def _named_like_a_class(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lstrip("_")[:1].isupper()
    return False


def status(file: File, call: ast.Call) -> object:
    """The status code that an HTTPException is given, or UNKNOWN."""
    given = file.argument(call, 0, "status_code")
    value = file.value_of(given) if given is not None else file.UNKNOWN
    return value if isinstance(value, int) else file.UNKNOWN


def detail(file: File, call: ast.Call) -> ast.expr | None:
    """The `detail` that an HTTPException is given."""
    return file.argument(call, 1, "detail")


def spread(call: ast.Call) -> bool:
    """Whether `*args` or `**kwargs` hide what the call is given."""
    return any(isinstance(arg, ast.Starred) for arg in call.args) or any(key.arg is None for key in call.keywords)


def raised(file: File, call: ast.Call) -> bool:
    """Whether the exception is raised where it is made."""
    parent = file.parent(call)
    while isinstance(parent, (ast.IfExp, ast.BoolOp)):
        parent = file.parent(parent)
    return isinstance(parent, ast.Raise)


def answers(file: File, function: ast.AST) -> str | None:
    """What FastAPI or Starlette call the function as, if its return value is the answer: "route", "dependency" ..."""
    kind = file.registered_as(function)
    if kind in ("route", "middleware", "exception_handler"):
        return {"exception_handler": "exception handler"}.get(kind, kind)
    if not isinstance(function, FUNCTIONS):
        return None
    for call in file.calls_to("fastapi.Depends", "fastapi.Security"):
        target = file.argument(call, 0, "dependency")
        if target is not None and _defines(file, target, function):
            return "dependency"
    for call in file.calls_to("fastapi.APIRouter.add_api_route", "fastapi.FastAPI.add_api_route"):
        target = file.argument(call, 1, "endpoint")
        if target is not None and _defines(file, target, function):
            return "route"
    return None


def _defines(file: File, target: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    found = file.definition_of(target)
    return found is not None and found.path == file.path and found.line == function.lineno
