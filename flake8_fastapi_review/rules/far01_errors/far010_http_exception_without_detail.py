from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .responses import FUNCTIONS, RESPONSE, answers, detail, http_exceptions, spread, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WITHOUT_BODY = range(100, 400)
_STATIC_FILES = "starlette.staticfiles.StaticFiles"
_SERVING = re.compile("get_response|file_response")
_REFUSALS = (401, 403)
_JSON = "starlette.responses.JSONResponse"


class HttpExceptionWithoutDetail(Rule):
    """An HTTPException is raised without a detail.

    The client is sent the standard phrase of the status, `{"detail": "Not Found"}`, which is also what a wrong URL
    gives. Nobody can tell a missing order from a missing route, or an expired token from a wrong one.

    A refusal (401, 403) whose reason is logged right before is left alone: what was wrong with a credential is for the
    log, not for whoever tries. So is a 404 of a function that serves a file or a page: what is missing is its URL.

    A project's subclass counts when it inherits the constructor; one that fills in the detail itself does not.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        ORDERS = {1: "a book"}

        @app.get("/orders/{order_id}")
        def read_order(order_id: int) -> str:
            if order_id not in ORDERS:
                raise HTTPException(status_code=404)
            return ORDERS[order_id]

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        ORDERS = {1: "a book"}

        @app.get("/orders/{order_id}")
        def read_order(order_id: int) -> str:
            if order_id not in ORDERS:
                raise HTTPException(status_code=404, detail=f"There is no order {order_id}")
            return ORDERS[order_id]
    """

    code = "FAR010"
    severity = Severity.WARNING
    message = "`{call}` has {lack}: the client cannot tell why; say so in `detail`"
    markers = (("raise", "return"), ("fastapi", "starlette", "Exception"))

    def check(self, file: File) -> Iterator[Violation]:
        for call in http_exceptions(file):
            code = status(file, call)
            if spread(call) or code in _WITHOUT_BODY or isinstance(file.parent(call), ast.Expr):
                continue
            if _serves_files(file, call) or (
                code == 404 and (_is_catch_all(file, call) or _serves_content(file, call))
            ):
                continue
            if code in _REFUSALS and _logs_reason(file, call):
                continue
            given = detail(file, call)
            if given is None:
                yield self.at(call, call=_shortened(call), lack="no detail")
            elif _is_empty(file, given):
                yield self.at(given, call=_shortened(call), lack="an empty detail")


def _serves_files(file: File, call: ast.Call) -> bool:
    """Whether the code stands in for what StaticFiles does, which raises the bare status: a method of a subclass, or a
    plain function that one of its methods calls."""
    function = file.function(call)
    for cls in file.nodes(ast.ClassDef):
        if any(file.is_subclass(base, _STATIC_FILES) for base in cls.bases):
            methods = [node for node in cls.body if isinstance(node, FUNCTIONS) and _SERVING.search(node.name)]
            if function in methods:
                return True
            if any(
                isinstance(function, FUNCTIONS) and isinstance(inner.func, ast.Name) and inner.func.id == function.name
                for method in methods
                for inner in file.within(method, ast.Call)
            ):
                return True
    return False


def _logs_reason(file: File, call: ast.Call) -> bool:
    """Whether a statement of the same block logs why, before."""
    statement = file.statement(call)
    parent = file.parent(statement) if statement is not None else None
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and statement in block:
            return bool(file.logs(block[: block.index(statement)]))
    return False


def _serves_content(file: File, call: ast.Call) -> bool:
    """Whether what the function answers otherwise is a file or a page: a response that it makes itself, not of JSON."""
    function = file.function(call)
    if not isinstance(function, FUNCTIONS):
        return False
    return any(
        returned.value is not None
        and file.is_a(returned.value, RESPONSE) is True
        and not file.is_a(returned.value, _JSON)
        for returned in file.within(function, ast.Return)
    )


def _is_catch_all(file: File, call: ast.Call) -> bool:
    """Whether a route does nothing but say that there is nothing: just what an unknown URL gives."""
    function = file.function(call)
    if not isinstance(function, FUNCTIONS) or file.statement(call) is not function.body[-1]:
        return False
    return all(isinstance(statement, ast.Expr) for statement in function.body[:-1]) and bool(answers(file, function))


def _is_empty(file: File, given: ast.expr) -> bool:
    match given:
        case ast.Dict(keys=[]) | ast.List(elts=[]) | ast.Constant(value="" | None):
            return True
        case ast.Name() | ast.Attribute():
            return bool(file.value_of(given) in ("", None))
    return False


def _shortened(call: ast.Call) -> str:
    text = ast.unparse(call)
    return text if len(text) <= 60 and "{" not in text else f"{ast.unparse(call.func)}(...)"
