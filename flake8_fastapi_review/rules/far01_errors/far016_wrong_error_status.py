from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import CANCELLATIONS, caught, handler_of
from ...rule import Rule, Severity
from .responses import FUNCTIONS, detail, http_exceptions, raised, spread, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_REGISTERED = frozenset(
    (*range(400, 419), *range(421, 427), 428, 429, 431, 451, *range(500, 509), 510, 511)
)  # https://www.iana.org/assignments/http-status-codes
_CLIENT_CLOSED = 499
"""Of nginx: nobody reads the answer any more, so that any number will do."""
_GIVEN_UP = re.compile(r"(?i)cancel|abort|client (?:has )?(?:closed|gone|disconnected)|disconnect")
_OWN = re.compile(
    r"(?i)\b(?:issued|created|generated|saved|stored|updated|but|response|config\w*|environment|settings?)\b"
)
"""What the server has just made, was answered or is set up with is missing: no client can do anything about it."""
_SAYS = (
    (re.compile(r"(?i)\b(not|n't be) found\b|\bdoes(n't| not) exist\b|\bno such\b"), 404),
    (re.compile(r"(?i)\balready (exists?|registered|taken|in use)\b"), 409),
    (re.compile(r"(?i)^(not authenticated|unauthenticated|invalid (credentials|token)|token (has )?expired)\b"), 401),
    (re.compile(r"(?i)^(permission denied|forbidden|access denied|not allowed|insufficient permissions?)\b"), 403),
)


_MEANT = re.compile(r"(?i)#.*\b(?:return|answer|respond|send|acknowledge)\w*\b.*\b2(?:\d\d|xx)\b")
"""`# Return 200, or the provider sends the webhook again.`, anywhere in the function that does it."""
_GIVEN = ("self", "cls", "request", "session", "db", "conn", "connection", "settings", "config", "user", "current_user")
"""Parameters that do not say what the client asked for."""


class WrongErrorStatus(Rule):
    """An HTTPException has a status that is no error, that does not exist, or that contradicts its detail.

    Clients, proxies and monitoring go by the number. An exception with 200 is an error that everyone counts as a
    success; "not found" with 500 wakes somebody up, and is retried, for what is the client's mistake.

    A redirect raised with a `Location` header is a way to redirect from a dependency, and is left alone.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.get("/orders/{order_id}")
        def read_order(order_id: int):
            order = load(order_id)
            if order is None:
                raise HTTPException(status_code=500, detail="Order not found")
            return order

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.get("/orders/{order_id}")
        def read_order(order_id: int):
            order = load(order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="Order not found")
            return order
    """

    code = "FAR016"
    severity = Severity.WARNING
    message = "an HTTPException with status {status} {problem}: use {instead}"
    markers = (("raise", "return"), ("fastapi", "starlette", "Exception"))

    def check(self, file: File) -> Iterator[Violation]:
        for call in http_exceptions(file):
            code = status(file, call)
            if not isinstance(code, int):
                continue
            if not 400 <= code <= 599:
                if not _redirects(file, call, code) and not (code < 300 and _is_meant(file, call)):
                    yield self.at(
                        call, status=code, problem="is no error", instead="a 4xx or 5xx code, or return a response"
                    )
            elif code not in _REGISTERED and not (code == _CLIENT_CLOSED and _given_up(file, call)):
                yield self.at(
                    call, status=code, problem="is not registered, clients do not know it", instead=_nearest(code)
                )
            elif code == 500 and (said := _said(file, call)):
                text, fitting = said
                yield self.at(call, status=code, problem=f"says `{text}`, the server's own failure", instead=fitting)


def _is_meant(file: File, call: ast.Call) -> bool:
    """Whether a comment in the same function says that an answer of success is what its receiver wants."""
    function = file.function(call)
    if not isinstance(function, FUNCTIONS):
        return False
    return any(map(_MEANT.search, file.lines[function.lineno - 1 : function.end_lineno]))


def _given_up(file: File, call: ast.Call) -> bool:
    """Whether the client, or somebody for it, has given the request up."""
    handler = handler_of(file, call)
    return _GIVEN_UP.search(file.source(call)) is not None or (
        handler is not None
        and any(file.is_named(kind, *CANCELLATIONS) or _GIVEN_UP.search(file.source(kind)) for kind in caught(handler))
    )


def _redirects(file: File, call: ast.Call, code: int) -> bool:
    return (300 <= code <= 399 and file.argument(call, 2, "headers") is not None) or code == 304 or spread(call)


def _nearest(code: int) -> str:
    return "a registered 5xx code" if code >= 500 else "a registered 4xx code"


def _said(file: File, call: ast.Call) -> tuple[str, int] | None:
    """What the detail says and the status that goes with it, if a look-up of what the client asked for came to that."""
    given = detail(file, call)
    if given is None or not raised(file, call) or handler_of(file, call) is not None:
        return None
    text = _text(file, given)
    for pattern, fitting in _SAYS:
        if _OWN.search(text):
            return None
        if (found := pattern.search(text)) and _after_a_look_up(file, call, fitting == 409):
            return found[0], fitting
    return None


def _text(file: File, given: ast.expr) -> str:
    match given:
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in values)
    value = file.value_of(given)
    return value if isinstance(value, str) else ""


def _after_a_look_up(file: File, call: ast.Call, is_there: bool) -> bool:
    """Whether the exception stands where a look-up by a parameter came to nothing or, if `is_there`, to something:
    in `if not thing:`, `if key in things:`, in the `else` of these, and the like."""
    function = file.function(call)
    parameters = function.args.args + function.args.kwonlyargs if isinstance(function, FUNCTIONS) else []
    branch = file.enclosing(call, ast.If)
    if not isinstance(branch, ast.If):
        return False
    otherwise = file.statement(call) in branch.orelse
    thing = next((found for test in _all_of(branch.test) if (found := _looked_up(test, is_there, otherwise))), None)
    return thing is not None and any(
        file.mentions(thing, parameter.arg) for parameter in parameters if parameter.arg not in _GIVEN
    )


def _all_of(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _looked_up(test: ast.expr, is_there: bool, otherwise: bool) -> ast.expr | None:
    """What a condition looks for, if the branch says what came of it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() as thing) if not otherwise:
            return thing  # `if not free:` may say either
        case ast.Compare(left=ast.Name() as thing, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return thing if is_there is otherwise else None
        case ast.Compare(left=ast.Name() as thing, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return thing if is_there is not otherwise else None
        case ast.Compare(left=ast.Name() as thing, ops=[ast.NotIn()]):
            return thing if is_there is otherwise else None
        case ast.Compare(left=ast.Name() as thing, ops=[ast.In()]) | (ast.Name() as thing):
            return thing if is_there is not otherwise else None
    return None
