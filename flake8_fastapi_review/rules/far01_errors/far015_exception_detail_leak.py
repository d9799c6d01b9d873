from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...file import Aim
from ...handlers import handler_of
from ...rule import Related, Rule, Severity
from ...shapes import all_arguments
from .exposure import TEXT, chooses, shown_exception
from .responses import HTTP_EXCEPTION, RESPONSE, answers, detail, is_http_exception, named_like_a_class
from .wording import own_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ANSWERING = ("route", "exception handler")
_SENT = Aim(
    names=("fastapi.HTTPException", HTTP_EXCEPTION, RESPONSE),
    keywords=((1, "detail"), (0, "content")),
    attributes=TEXT,
    parts=True,
)
_EXCEPTION_NAME = re.compile(r"_?(?:e|ex|exc|err|error|exception)")
_BODIES = (ast.Dict, ast.Name, ast.Call, ast.JoinedStr)


class ExceptionDetailLeak(Rule):
    """The text of an exception, or a traceback, goes into a response.

    What a database, an HTTP client or the interpreter say when they fail is meant for those who run the service: it
    holds queries, host names, paths, sometimes credentials. The client can do nothing with it; an attacker can. Log the
    exception and answer with a text of your own.

    Exceptions of the project, and `ValueError` and its like, are written for users and are not reported.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.get("/rates")
        def read_rates():
            try:
                return load_rates()
            except Exception as error:
                raise HTTPException(status_code=503, detail=str(error)) from error

    Good:

        import logging

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.get("/rates")
        def read_rates():
            try:
                return load_rates()
            except OSError as error:
                logger.exception("no rates")
                raise HTTPException(status_code=503, detail="The rates cannot be read now") from error

    Exploit:

        $ curl https://shop.example/rates
        {"detail": "connection to db-3.internal (10.0.4.7) failed: password authentication failed for user rates"}
    """

    code = "FAR015"
    severity = Severity.WARNING
    cwe = 209
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "{what} is sent to the client{how}: log it, and answer with a text of your own"
    markers = (
        ("except ", "exception_handler", "exc:", "exc)", "exc:", ": Exception", "Error)"),
        ("HTTPException", "Response", "Exception", "router", "app"),
    )

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for expression, related in self._sent(file):
            if expression in seen:
                continue
            seen.add(expression)
            found = shown_exception(file, expression)
            parent = file.parent(expression)
            if found is None or (isinstance(parent, ast.Return) and not _answers(file, parent)):
                continue
            what = f"the text of `{ast.unparse(found.node)}`, any `{found.cls}`,"
            how = f" through `{related[0].message}`" if related else ""
            fix = own_text(file, expression, found.node)
            yield self.at(
                expression,
                fix=fix,
                related=related,
                privileges=file.privileges(expression),
                what=what if found.cls else "the traceback",
                how=how,
            )

    def _sent(self, file: File) -> Iterator[tuple[ast.expr, tuple[Related, ...]]]:
        """The expressions that go into a response body, with the helper that puts them there."""
        functions = _handling(file)
        for call in file.nodes(ast.Call) if functions else ():
            if file.function(call) not in functions:
                continue
            if is_http_exception(file, call):
                own = file.constructor_of(call.func) is not None
                given = detail(file, call)
                yield from ((value, ()) for value in (all_arguments(call) if own else [given] if given else []))
            elif _is_response(file, call):
                content = file.argument(call, 0, "content")
                if content is not None:
                    yield content, ()
            elif handler_of(file, call) is not None or _takes_exception(file, file.function(call)):
                yield from self._through_helper(file, call)
        answering: dict[ast.AST, bool] = {}
        for returned in file.nodes(ast.Return):
            function = file.function(returned)
            if function is None or function not in functions or not isinstance(returned.value, _BODIES):
                continue
            if function not in answering:
                answering[function] = answers(file, function) in _ANSWERING
            if answering[function]:
                yield returned.value, ()

    def _through_helper(self, file: File, call: ast.Call) -> Iterator[tuple[ast.expr, tuple[Related, ...]]]:
        """What functions of the project are given and put into an HTTPException or a response."""
        found = file.definition_of(call.func)
        if found is None or found.is_class or not any(shown_exception(file, each) for each in all_arguments(call)):
            return
        if chooses(file, found):
            return
        for each in file.handed_on(call, _SENT):
            yield each.argument, (Related(found.path, found.line, found.qualname), *each.related)


def _handling(file: File) -> set[ast.AST | None]:
    """The functions that have an exception at hand."""
    named: set[ast.AST | None] = {file.function(handler) for handler in file.nodes(ast.ExceptHandler) if handler.name}
    if "traceback" in file.text:
        named |= {file.function(handler) for handler in file.nodes(ast.ExceptHandler)}
    named.update(node for node in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef) if _takes_exception(file, node))
    return named


def _takes_exception(file: File, function: ast.AST | None) -> bool:
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    given = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    return len(given) == 2 and (
        "exception_handler" in file.text or _EXCEPTION_NAME.fullmatch(given[1].lower()) is not None
    )


def _is_response(file: File, call: ast.Call) -> bool:
    return named_like_a_class(call.func) and file.is_subclass(call.func, RESPONSE) is True


def _answers(file: File, returned: ast.Return) -> bool:
    """Whether a returned value becomes a response body: a dict or a model, of a route or an exception handler."""
    match returned.value:
        case ast.Call() as call:
            found = file.definition_of(call.func)
            if found is not None and not found.is_class:
                return answers(file, file.function(returned) or returned) in _ANSWERING and not file.handed_on(
                    call, _SENT
                )
            if found is None or _is_response(file, call) or is_http_exception(file, call):
                return False
    function = file.function(returned)
    return function is not None and answers(file, function) in _ANSWERING
