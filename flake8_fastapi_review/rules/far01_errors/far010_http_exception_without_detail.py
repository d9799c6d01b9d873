from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .responses import FUNCTIONS, answers, detail, http_exceptions, spread, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WITHOUT_BODY = range(100, 400)
_STATIC_FILES = "starlette.staticfiles.StaticFiles"


class HttpExceptionWithoutDetail(Rule):
    """An HTTPException is raised without a detail.

    The client is sent the standard phrase of the status, `{"detail": "Not Found"}`, which is also what a wrong URL
    gives. Nobody can tell a missing order from a missing route, or an expired token from a wrong one.

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
            if _serves_files(file, call) or (code == 404 and _is_catch_all(file, call)):
                continue
            given = detail(file, call)
            if given is None:
                yield self.at(call, call=_shortened(call), lack="no detail")
            elif _is_empty(file, given):
                yield self.at(given, call=_shortened(call), lack="an empty detail")


def _serves_files(file: File, call: ast.Call) -> bool:
    """Whether the code stands in for what StaticFiles does, which raises the bare status."""
    cls = file.enclosing(call, ast.ClassDef)
    if "get_response" not in getattr(file.function(call), "name", ""):
        return False
    return cls is not None and any(file.is_subclass(base, _STATIC_FILES) for base in cls.bases)


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
