from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import caught, handler_of
from ...rule import Rule, Severity, option
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WARNING = 30
_LEVELS = frozenset(("warning", "error", "exception", "critical"))
_SECRET = re.compile(
    r"(?i)token|secret|passw|credential|key$|auth|header|url|dsn|cookie|signature|message|msg|text|body|payload|error"
)
"""What must not stand in a log, or says nothing that the line does not."""
_BOUND = ("bind", "contextualize", "opt", "new")
_ADDS = (
    "structlog",
    "merge_contextvars",
    "addFilter",
    "setLogRecordFactory",
    "LoggerAdapter",
    "contextualize",
    "logger.configure(",
)
"""Words of a project where something else than the call may add values to its lines."""


class LogWithoutContext(Rule):
    """A line about a failure has a constant text, though the values at hand would say what it failed on.

    "Cannot read the book" a thousand times a day is a number, not a clue: which book, of whom, is known at this very
    place and left out. Lines with `extra`, keyword arguments or a bound logger have their values; so has an exception
    that the handler raises with them. Imports that fail are left alone.

    Reported where the line is all that is left of the failure, and other lines about failures have the value: one of
    the same function, or two of the file. Silent in projects that add values to their lines by context variables,
    filters or adapters. With `always`, wherever a value is at hand.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def read(book_id: int) -> str | None:
            try:
                return open(f"books/{book_id}").read()
            except FileNotFoundError:
                logger.warning("There is no book %s", book_id)
            except OSError:
                logger.exception("Cannot read the book")
            return None

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def read(book_id: int) -> str | None:
            try:
                return open(f"books/{book_id}").read()
            except FileNotFoundError:
                logger.warning("There is no book %s", book_id)
            except OSError:
                logger.exception("Cannot read the book %s", book_id)
            return None
    """

    code = "FAR193"
    severity = Severity.SUGGESTION
    message = "`{call}` does not say what it failed on: add `{value}`"
    markers = (("except",), (".warning(", ".error(", ".exception(", ".critical("))

    always: bool = option(False, "Report every line that leaves out a value at hand.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            found = file.logging_call(call) if isinstance(call.func, ast.Attribute) else None
            if found is None or found.level < _WARNING or not _is_constant(file, call):
                continue
            handler = handler_of(file, call)
            if handler is None or _is_about_imports(file, handler):
                continue
            for value in _at_hand(file, handler):
                if self.always:
                    tells = any(file.mentions(each, value) for each in file.raises(handler.body))
                    if not tells:
                        yield self.at(call, call=f"{ast.unparse(call.func)}(...)", value=value)
                    break
                if _is_all_that_is_left(file, handler, value):
                    if _is_told_elsewhere(file, call, value) and not file.project_mentions(*_ADDS):
                        yield self.at(call, call=f"{ast.unparse(call.func)}(...)", value=value)
                    break


def _is_constant(file: File, call: ast.Call) -> bool:
    """Whether it logs one fixed text and nothing with it."""
    if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
        return False
    if any(given.arg not in ("exc_info", "stack_info", "stacklevel") for given in call.keywords):
        return False
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Attribute(attr=name))) if name in _BOUND:
            return False
        case ast.Attribute(value=ast.Name() as logger):
            return not any(
                isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _BOUND
                for each in file.values(logger)
            )
        case ast.Attribute(value=receiver):
            return not (file.type_of(receiver) or "").startswith("structlog.")
    return True


def _is_about_imports(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether it says that an import of what is optional failed."""
    tried = file.parent(handler)
    imports = file.within(tried.body, ast.Import, ast.ImportFrom) if isinstance(tried, ast.Try) else []
    return bool(imports) and any(file.is_subclass(kind, "builtins.ImportError") for kind in caught(handler))


def _is_all_that_is_left(file: File, handler: ast.ExceptHandler, value: str) -> bool:
    """Whether the handler neither raises nor says the value in another line."""
    return not file.raises(handler.body) and not any(
        _says(file, each, value) for each in file.within(handler.body, ast.Call) if file.logging_call(each) is not None
    )


def _is_told_elsewhere(file: File, call: ast.Call, value: str) -> bool:
    """Whether other lines of the file about failures have a value of this name: one of this function, or two."""
    function = file.function(call)
    others = 0
    for each in file.nodes(ast.Call):
        if each is call or not isinstance(each.func, ast.Attribute) or each.func.attr not in _LEVELS:
            continue
        logged = file.logging_call(each) if _says(file, each, value) else None
        if logged is not None and logged.level >= _WARNING:
            others += 1
            if others > 1 or file.function(each) is function:
                return True
    return False


def _says(file: File, call: ast.Call, value: str) -> bool:
    given = [*call.args, *(each.value for each in call.keywords)]
    return any(name.id == value for name in file.within(given, ast.Name))


def _at_hand(file: File, handler: ast.ExceptHandler) -> Iterator[str]:
    """The parameters of the function, and the variables of loops around, that what failed was given."""
    function = file.function(handler)
    tried = file.parent(handler)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not isinstance(tried, ast.Try):
        return
    arguments = function.args
    known = {each.arg for each in named_parameters(arguments)} - {"self", "cls"}
    for ancestor in file.ancestors(handler):
        if ancestor is function:
            break
        if isinstance(ancestor, (ast.For, ast.AsyncFor)) and isinstance(ancestor.target, ast.Name):
            known.add(ancestor.target.id)
    for given in file.within(tried.body, ast.Name):
        if given.id in known and not _SECRET.search(given.id) and _is_plain(file, given):
            yield given.id


def _is_plain(file: File, given: ast.Name) -> bool:
    """Whether it says something when it is printed: a text or a number."""
    if file.is_a(given, "builtins.bool"):
        return False
    return bool(file.is_a(given, "builtins.str", "builtins.int", "uuid.UUID", "pathlib.PurePath"))
