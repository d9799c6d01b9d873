from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import logger_for
from ...rule import Edit, Fix, Range, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_STREAMS = ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__")


class PrintInService(Rule):
    """A service writes with `print`.

    The line has no level, no time and no logger's name, no handler can route or silence it, and the request it belongs
    to cannot be told. When standard output is a pipe it stays in a buffer, and is lost when the process is killed.

    Reported is what runs for a request or on the event loop; with the option `everywhere` all of the service. Command
    lines are left alone: modules that use a library for them, what runs under `__name__ == "__main__"` or when a module
    is imported, functions whose name says that they print, and projects without FastAPI.

    Bad:

        from fastapi import APIRouter

        router = APIRouter()

        @router.get("/books/{isbn}")
        def read_book(isbn: str) -> dict[str, str]:
            print("reading", isbn)
            return {"isbn": isbn}

    Good:

        import logging

        from fastapi import APIRouter

        logger = logging.getLogger(__name__)
        router = APIRouter()

        @router.get("/books/{isbn}")
        def read_book(isbn: str) -> dict[str, str]:
            logger.info("reading %s", isbn)
            return {"isbn": isbn}
    """

    code = "FAR190"
    severity = Severity.SUGGESTION
    message = "`{call}` in a service has neither level nor logger: use `logging`"
    markers = (("print(",),)

    allow: frozenset[str] = option(frozenset(), "Names of functions that may print.")
    everywhere: bool = option(False, "Report functions that neither requests nor the event loop are known to run, too.")

    def check(self, file: File) -> Iterator[Violation]:
        if file.talks_to_terminal:
            return
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, ast.Name) or call.func.id != "print":
                continue
            if file.name_of(call.func) != "builtins.print" or not _on_standard_stream(file, call):
                continue
            if file.function(call) is None or self._is_allowed(file, call) or file.prints_for_somebody(call):
                continue
            if _hands_over(call):
                continue
            if not file.project_mentions("fastapi", "starlette"):
                return
            if not self.everywhere and not _runs_for_requests(file, call):
                continue
            yield self.at(call, fix=_logged(file, call), call=_shown(file, call))

    def _is_allowed(self, file: File, call: ast.Call) -> bool:
        return any(
            isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and function.name in self.allow
            for function in file.ancestors(call)
        )


def _runs_for_requests(file: File, call: ast.Call) -> bool:
    """Whether a request or the event loop is known to run a call: nobody sits before a service."""
    function = file.function(call)
    if file.on_event_loop(call):
        return True
    return function is not None and not isinstance(function, ast.Lambda) and file.runs_in_service(function)


def _on_standard_stream(file: File, call: ast.Call) -> bool:
    stream = file.argument(call, -1, "file")
    return stream is None or file.name_of(stream) in _STREAMS


def _hands_over(call: ast.Call) -> bool:
    """`print(json.dumps(event), flush=True)`: the process that started this one reads it."""
    match call:
        case ast.Call(args=[ast.Call(func=made)], keywords=[ast.keyword(arg="flush")]):
            return "json" in ast.unparse(made).lower()
    return False


def _logged(file: File, call: ast.Call) -> Fix | None:
    """By the logger of the module, its arguments as that takes them. Unsafe: who reads the output has to look there."""
    known = logger_for(file, call)
    if known is None or call.keywords or not call.args or not isinstance(file.parent(call), ast.Expr):
        return None
    logger, made = known
    words: list[str] = []
    values: list[str] = []
    for given in call.args:
        parts = given.values if isinstance(given, ast.JoinedStr) else [given]
        text = ""
        for part in parts:
            match part:
                case ast.Constant(value=str(said)) if said.isprintable() and not set(said) & set('"\\%'):
                    text += said
                case ast.FormattedValue(value=ast.Name() | ast.Attribute() as value, conversion=-1, format_spec=None):
                    text += "%s"
                    values.append(ast.unparse(value))
                case ast.Constant() | ast.JoinedStr() | ast.FormattedValue() | ast.Starred():
                    return None
                case ast.expr():
                    text += "%s"
                    values.append(file.source(part))
        words.append(text)
    method = "exception" if file.enclosing(call, ast.ExceptHandler) is not None else "info"
    template = f'"{" ".join(words)}"'
    written = f"{logger}.{method}({', '.join([template, *values])})"
    return Fix("Write it to the log", (*made, Edit(Range.of(call), written)))


def _shown(file: File, call: ast.Call) -> str:
    text = " ".join(file.source(call).split())
    return text if len(text) <= 60 and "{" not in text else "print(...)"
