from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import caught, handler_of
from ...rule import Default, Rule, Severity
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WARNING = 30
_SECRET = re.compile(
    r"(?i)token|secret|passw|credential|key$|auth|header|url|dsn|cookie|signature|message|msg|text|body|payload|error"
)
"""What must not stand in a log, or says nothing that the line does not."""
_BOUND = ("bind", "contextualize", "opt", "new")


class LogWithoutContext(Rule):
    """A line about a failure has a constant text, though the values at hand would say what it failed on.

    "Cannot read the book" a thousand times a day is a number, not a clue: which book, of whom, is known at this very
    place and left out. Lines with `extra`, keyword arguments or a bound logger have their values; so has an exception
    that the handler raises with them. Imports that fail are left alone. Off by default, since context variables,
    filters and processors can add what the code does not show.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def read(isbn: str) -> str:
            try:
                return open(f"books/{isbn}").read()
            except OSError:
                logger.exception("Cannot read the book")
                raise

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def read(isbn: str) -> str:
            try:
                return open(f"books/{isbn}").read()
            except OSError:
                logger.exception("Cannot read the book %s", isbn)
                raise
    """

    code = "FAR193"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{call}` does not say what it failed on: add `{value}`"
    markers = (("except",), (".warning(", ".error(", ".exception(", ".critical("))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            found = file.logging_call(call) if isinstance(call.func, ast.Attribute) else None
            if found is None or found.level < _WARNING or not _is_constant(file, call):
                continue
            handler = handler_of(file, call)
            if handler is None or _is_about_imports(file, handler):
                continue
            value = _at_hand(file, handler)
            if value is not None and not any(file.mentions(each, value) for each in file.raises(handler.body)):
                yield self.at(call, call=f"{ast.unparse(call.func)}(...)", value=value)


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


def _at_hand(file: File, handler: ast.ExceptHandler) -> str | None:
    """A parameter of the function, or the variable of a loop around, that what failed was given."""
    function = file.function(handler)
    tried = file.parent(handler)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not isinstance(tried, ast.Try):
        return None
    arguments = function.args
    known = {each.arg for each in named_parameters(arguments)} - {"self", "cls"}
    for ancestor in file.ancestors(handler):
        if ancestor is function:
            break
        if isinstance(ancestor, (ast.For, ast.AsyncFor)) and isinstance(ancestor.target, ast.Name):
            known.add(ancestor.target.id)
    for given in file.within(tried.body, ast.Name):
        if given.id in known and not _SECRET.search(given.id) and _is_plain(file, given):
            return str(given.id)
    return None


def _is_plain(file: File, given: ast.Name) -> bool:
    """Whether it says something when it is printed: a text or a number."""
    if file.is_a(given, "builtins.bool"):
        return False
    return bool(file.is_a(given, "builtins.str", "builtins.int", "uuid.UUID", "pathlib.PurePath"))
