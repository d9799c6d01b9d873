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
        and named_like_a_class(call.func)
        and file.is_subclass(call.func, HTTP_EXCEPTION) is True
    )


def named_like_a_class(function: ast.expr) -> bool:
    """Whether the callee is written as classes are; spares the inference of what all others are."""
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
    if not isinstance(function, FUNCTIONS) or file.text.count(function.name) < 2:
        return None
    for callees, position, keyword, kind in _REGISTRATIONS:
        if callees[0].rpartition(".")[2] not in file.text:
            continue
        for call in file.calls_to(*callees):
            target = file.argument(call, position, keyword)
            if target is not None and defines(file, target, function):
                return kind
    return None


def defines(file: File, target: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether an expression refers to this function."""
    if not isinstance(target, (ast.Name, ast.Attribute)) or ast.unparse(target).rpartition(".")[2] != function.name:
        return False
    found = file.definition_of(target)
    return found is not None and (found.path, found.line) == (file.path, function.lineno)


_APPS = ("fastapi.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette")
_REGISTRATIONS = (
    (("fastapi.Depends",), 0, "dependency", "dependency"),
    (("fastapi.Security",), 0, "dependency", "dependency"),
    (tuple(f"{app}.add_api_route" for app in _APPS), 1, "endpoint", "route"),
    (tuple(f"{app}.add_exception_handler" for app in _APPS), 1, "handler", "exception handler"),
)
"""Functions that are given the one that answers, at which place, by which keyword, and what it is then."""
