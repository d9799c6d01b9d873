from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .names import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...file import File
    from ...rule import Violation

_ERRORS = ("starlette.exceptions.HTTPException", "fastapi.HTTPException")
_RESPONSES = ("starlette.responses.Response", "fastapi.Response")


class ProtocolErrorResponse(Rule):
    """A refused check is not answered with the status and the fields that the protocol demands.

    Clients decide by the status whether to pay, to wait or to give up, and show the fields to their users. A route that
    answers something else is the one where they show "unknown error".

    Answers are looked at where a check is refused: in handlers of its exceptions, those of the application included, in
    the branch for its "no", and in the check itself. What cannot be read, a body that a function makes, is not judged.

    Configuration:

        [tool.fastapi-review.protocols.quota]
        checks = ["check_quota"]
        failures = ["QuotaExceeded"]
        status = 402
        fields = ["used", "limit", "reset_at"]

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        class QuotaExceeded(Exception): ...

        def check_quota(user: str) -> None: ...

        @app.post("/pages")
        def read_page(user: str) -> str:
            try:
                check_quota(user)
            except QuotaExceeded as error:
                raise HTTPException(429, "Too many pages") from error
            return "done"

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        class QuotaExceeded(Exception):
            used = limit = 0
            reset_at = ""

        def check_quota(user: str) -> None: ...

        @app.post("/pages")
        def read_page(user: str) -> str:
            try:
                check_quota(user)
            except QuotaExceeded as error:
                detail = {"used": error.used, "limit": error.limit, "reset_at": error.reset_at}
                raise HTTPException(402, detail) from error
            return "done"
    """

    code = "FAR202"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "a refused {check} is answered {problem}: clients of the protocol rely on it"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for protocol in self.protocols:
            check = shown(protocol["checks"])
            for place in _refusals(file, protocol["checks"], protocol.get("failures", frozenset())):
                for answer in _answers(file, place):
                    problem = _problem(file, answer, protocol["status"], protocol.get("fields", frozenset()))
                    if problem is not None and answer not in seen:
                        seen.add(answer)
                        yield self.at(answer, check=check, problem=problem)


def _refusals(file: File, checks: frozenset[str], failures: frozenset[str]) -> Iterator[Sequence[ast.AST]]:
    """The statements that run when a check has said no, and those of the functions that they call in this file."""
    for body in _refusing(file, checks, failures):
        yield body
        for call in file.within(body, ast.Call):
            definition = file.definition_of(call.func)
            if definition is not None and definition.path == file.path and not definition.is_class:
                for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
                    if file.dotted(function) == definition.dotted and not file.refers_to(function, checks):
                        yield function.body


def _refusing(file: File, checks: frozenset[str], failures: frozenset[str]) -> Iterator[Sequence[ast.AST]]:
    for handler in file.nodes(ast.ExceptHandler):
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is not None and file.refers_to(kind, failures) for kind in kinds):
            yield handler.body
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        handled = file.handles(function)
        if (
            file.refers_to(function, checks)
            or any(_registers(file, each, failures) for each in function.decorator_list)
            or any(name in failures or name.rpartition(".")[2] in failures for name in handled)
        ):
            yield function.body
    for test in file.nodes(ast.If):
        asked = test.test
        negated = isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not)
        asked = asked.operand if isinstance(asked, ast.UnaryOp) else asked
        asked = asked.value if isinstance(asked, ast.Await) else asked
        if isinstance(asked, ast.Call) and file.refers_to(asked.func, checks):
            yield test.body if negated else test.orelse


def _registers(file: File, decorator: ast.expr, failures: frozenset[str]) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(attr="exception_handler"), args=[kind, *_]):
            return file.refers_to(kind, failures)
    return False


def _answers(file: File, body: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """The errors that are raised and the responses that are made: calls, and classes that are raised as they are."""
    for call in file.within(body, ast.Call):
        statement = file.statement(call)
        if isinstance(statement, (ast.Raise, ast.Return, ast.Assign)) and (
            file.is_subclass(call.func, *_ERRORS) or file.is_subclass(call.func, *_RESPONSES)
        ):
            yield call
    for raised in file.within(body, ast.Raise):
        if isinstance(raised.exc, (ast.Name, ast.Attribute)) and file.is_subclass(raised.exc, *_ERRORS):
            yield raised.exc


def _problem(file: File, answer: ast.expr, status: int, fields: frozenset[str]) -> str | None:
    cls = answer.func if isinstance(answer, ast.Call) else answer
    is_error = file.is_subclass(cls, *_ERRORS)
    own = file.definition_of(cls)
    if not isinstance(answer, ast.Call) or (own is not None and own.is_class and file.constructor_of(cls) is not None):
        # it makes the answer of what it is given; the status it may know by itself
        known = file.fixed_status(cls)
        return f"with {known} instead of {status}" if known not in (None, status) else None
    given = file.argument(answer, 0 if is_error else 1, "status_code")
    if given is None and not is_error and _is_told_later(file, answer):
        return None
    answered = file.value_of(given) if given is not None else 500 if is_error else 200
    if isinstance(answered, int) and answered != status:
        return f"with {int(answered)} instead of {status}"
    body = file.argument(answer, 1 if is_error else 0, "detail" if is_error else "content")
    missing = fields if body is None else _missing(file, body, fields)
    return f"without {', '.join(f'`{field}`' for field in sorted(missing))}" if missing else None


def _is_told_later(file: File, answer: ast.Call) -> bool:
    """Whether the status of a response is set after it was made: `response.status_code = 402`."""
    statement = file.statement(answer)
    function = file.function(answer)
    names = {each.id for each in file.within(statement, ast.Name) if isinstance(each.ctx, ast.Store)}
    return function is not None and any(
        each.attr == "status_code" and isinstance(each.value, ast.Name) and each.value.id in names
        for each in file.within(function, ast.Attribute)
        if isinstance(each.ctx, ast.Store)
    )


def _missing(file: File, body: ast.expr, fields: frozenset[str]) -> frozenset[str]:
    """Those of the fields that a body, or an object in it, surely does not have."""
    match body:
        case ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "repr")):
            return fields
        case ast.Call(func=ast.Attribute(value=ast.Call() as model, attr="model_dump" | "dict")) | (
            ast.Call(func=ast.Name(id="jsonable_encoder"), args=[ast.Call() as model, *_])
        ):
            shape = file.model_named(model.func)
            if shape is None or not shape.is_complete or shape.is_custom or shape.setting("alias_generator"):
                return frozenset()
            return fields - {name for each in shape.fields for name in (each.name, each.written_as)}
    if isinstance(file.value_of(body), str):
        return fields
    entries = file.entries(body)
    if entries is None:
        return frozenset()
    missing = fields - {name for name, _ in entries}
    for _, value in entries:
        if isinstance(value, ast.Dict):
            missing = min(missing, _missing(file, value, fields), key=len)
        elif missing == fields and isinstance(value, (ast.Call, ast.Name)) and file.entries(value) is None:
            return frozenset()  # the fields may be in there
    return missing
