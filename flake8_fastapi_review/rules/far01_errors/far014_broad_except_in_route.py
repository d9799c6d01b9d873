from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...handlers import broad
from ...rule import Rule, Severity
from .responses import HTTP_EXCEPTION, RESPONSE, is_http_exception

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class BroadExceptInRoute(Rule):
    """`except Exception` around a route's whole body turns every error into one status.

    A database that is down, a typo in the code and a wrong request all look alike to the client, and to whoever
    watches the error rate. The status that fits an error that was not foreseen is 500, which FastAPI sends by itself
    after the server logged the traceback; an exception handler of the app is the place to shape that answer.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.post("/orders/{order_id}/cancel")
        def cancel(order_id: int):
            try:
                order = load(order_id)
                order.cancel()
                return order
            except Exception as error:
                raise HTTPException(status_code=400, detail="The order cannot be cancelled") from error

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.post("/orders/{order_id}/cancel")
        def cancel(order_id: int):
            order = load(order_id)
            try:
                order.cancel()
            except AlreadySent as error:
                raise HTTPException(status_code=409, detail="The order is on its way") from error
            return order
    """

    code = "FAR014"
    severity = Severity.SUGGESTION
    cwe = 396
    message = (
        "`{handler}` around all of `{route}` answers every error with {status}: handle what you expect, "
        "leave the rest to an exception handler of the app"
    )
    markers = (
        ("except",),
        ("Exception", "BaseException"),
        ("fastapi", "starlette", "router", "app"),
    )

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in file.routes:
            statement = _whole_body(file, route.function)
            if statement is None or statement in seen:
                continue
            seen.add(statement)
            for handler in statement.handlers:
                written = broad(file, handler) if handler.type else None  # `except:` is reported as such: FAR012
                status = _one_answer(file, handler) if written else None
                if written and status:
                    yield self.at(handler, handler=written, route=route.function.name, status=status)


def _whole_body(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Try | None:
    """The `try` that a function's body consists of, but for its docstring, log lines and assigned constants."""
    tries = [statement for statement in function.body if isinstance(statement, ast.Try)]
    others = [statement for statement in function.body if not isinstance(statement, ast.Try)]
    if len(tries) != 1 or function.body[-1] is not tries[0] or not all(_is_minor(file, other) for other in others):
        return None
    return tries[0]


def _is_minor(file: File, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return file.logging_call(statement.value) is not None
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Global, ast.Pass)):
        return True
    plain = isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign))
    return plain and not file.within(statement, ast.Call, ast.Await, ast.Yield)


def _one_answer(file: File, handler: ast.ExceptHandler) -> str | None:
    """The answer to any exception, if it is always the same and an error."""
    answers = set()
    for leaving in file.within(handler.body, ast.Raise, ast.Return):
        if isinstance(leaving, ast.Raise):
            if leaving.exc is None or not is_http_exception(file, leaving.exc):
                continue
            call = leaving.exc
        else:
            call = leaving.value
        if not isinstance(call, ast.Call):
            return None
        given = _status(file, call)
        if given is None:
            return None
        answers.add(given)
    return answers.pop() if len(answers) == 1 else None


def _status(file: File, call: ast.Call) -> str | None:
    if file.is_subclass(call.func, HTTP_EXCEPTION):
        position = 0
    elif file.is_subclass(call.func, RESPONSE):
        position = 1
    else:
        return None
    given = file.argument(call, position, "status_code")
    value = file.value_of(given) if given is not None else file.UNKNOWN
    return str(value) if isinstance(value, int) and value >= 400 else None
