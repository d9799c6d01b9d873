from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Logging
    from ...file import File
    from ...rule import Violation

_LOGGERS = {
    "standard": ("logging.Logger", "logging.LoggerAdapter", "logging"),
    "loguru": ("loguru.Logger", "loguru.logger"),
    "structlog": ("structlog.stdlib.BoundLogger",),
}
"""Of each library: how lines are written by it, and what by."""
_REMEDY = {
    "standard": "pass the values as arguments",
    "loguru": "pass the values as arguments for `{}`",
    "structlog": "name the event and pass the values by keyword",
}
_DEBUG = 10
_SPEC = re.compile(r"[-+ 0]{0,2}\d*(?:\.\d+)?[dfeEgGxXos]")
"""Format specifications that mean the same after a per cent sign."""
_ENOUGH = 3


class EagerLogFormatting(Rule):
    """The text of a log line is built before it is known whether anybody wants it.

    `logger.debug(f"...")` formats, and calls every `__str__` on the way, also where debug lines are switched off; and
    tools that group lines by their template see a new one each time. `logger.debug("... %s", value)` does neither, nor
    does `logger.debug("... {}", value)` of loguru, nor `log.debug("priced", cents=cents)` of structlog.

    Debug lines are always reported. Of higher levels, which are mostly written anyway, only those in files that else
    use templates: where nearly every line is an f-string it is how the project writes, which `everywhere` overrules.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def price(isbn: str, cents: int) -> None:
            logger.debug(f"price of {isbn} is {cents}")

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def price(isbn: str, cents: int) -> None:
            logger.debug("price of %s is %s", isbn, cents)
    """

    code = "FAR191"
    severity = Severity.SUGGESTION
    message = "`{call}` formats {how} before the level is checked: {remedy}"
    markers = (
        ("logging", "loguru", "structlog"),
        (".debug(", ".info(", ".warning(", ".warn(", ".error(", ".critical(", ".exception(", ".log("),
    )

    everywhere: bool = option(False, "Report every level, in files that mostly format eagerly too.")

    def check(self, file: File) -> Iterator[Violation]:
        eager: list[tuple[Logging, ast.expr, str, str]] = []
        lazy = 0
        for call in file.nodes(ast.Call):
            found = file.logging_call(call) if isinstance(call.func, ast.Attribute) else None
            library = _library(file, call) if found is not None else None
            if found is None or library is None:
                continue
            text = file.argument(call, 1 if found.method == "log" else 0, "msg")
            how = _eager(file, text) if text is not None else ""
            if how and text is not None:
                eager.append((found, text, how, library))
            elif len(call.args) > 1 or (call.keywords and library != "standard"):
                lazy += 1
        mixed = self.everywhere or (lazy >= _ENOUGH and lazy > len(eager))
        for found, text, how, library in eager:
            if mixed or found.level == _DEBUG:
                shown = f"{ast.unparse(found.call.func)}(...)"
                fix = _fix(file, found, text, library) if library != "structlog" else None
                yield self.at(text, call=shown, how=how, remedy=_REMEDY[library], fix=fix)


def _library(file: File, call: ast.Call) -> str | None:
    """Whose logger a call writes by, if it is known."""
    owner = (file.name_of(call.func) or "").rpartition(".")[0]
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    for library, names in _LOGGERS.items():
        if owner in names or (receiver is not None and file.is_a(receiver, *names)):
            return library
    return None


def _eager(file: File, text: ast.expr) -> str:
    """How a text is built from values; empty when it is not."""
    match text:
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.FormattedValue) for part in parts):
            return "an f-string"
        case ast.BinOp(left=ast.Constant(value=str()) | ast.JoinedStr(), op=ast.Mod()):
            return "with `%`"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")):
            return "with `.format`"
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(left) and file.value_of(text) is file.UNKNOWN:
            return "by `+`" if not isinstance(right, ast.Constant) or _eager(file, left) else ""
    return ""


def _is_text(expr: ast.expr) -> bool:
    match expr:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add()):
            return _is_text(left)
    return False


def _fix(file: File, found: Logging, text: ast.expr, library: str) -> Fix | None:
    """An f-string as a template and its values; None when the text could differ, or the call passes values already."""
    place = 1 if found.method == "log" else 0
    call = found.call
    if not isinstance(text, ast.JoinedStr) or len(call.args) != place + 1 or call.args[place] is not text:
        return None
    source = file.source(text)
    if text.lineno != text.end_lineno or not re.fullmatch(r"[fF](\"[^\"]*\"|'[^']*')", source):
        return None  # joined, raw or nested strings: what their text is would have to be worked out
    template, values = "", []
    for part in text.values:
        match part:
            case ast.Constant(value=str(plain)):
                if "\\" in source or plain != plain.strip("\n"):
                    return None
                if library == "loguru" and set(plain) & set("{}"):
                    return None
                template += plain.replace("%", "%%") if library == "standard" else plain
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                written = _directive(conversion, spec) if library == "standard" else _braces(conversion, spec)
                if written is None or isinstance(value, ast.NamedExpr):
                    return None
                template += written
                values.append(ast.unparse(value))
            case _:
                return None
    quote = source[1]
    if quote in template:
        return None
    new = ", ".join([f"{quote}{template}{quote}", *values])
    return Fix("Pass the values as arguments", (Edit(Range.of(text), new),), Applicability.SAFE)


def _directive(conversion: int, spec: ast.expr | None) -> str | None:
    match spec:
        case None:
            return {-1: "%s", ord("s"): "%s", ord("r"): "%r", ord("a"): "%a"}.get(conversion)
        case ast.JoinedStr(values=[ast.Constant(value=str(text))]) if conversion == -1 and _SPEC.fullmatch(text):
            return "%" + text if text[-1] != "s" else None
    return None


def _braces(conversion: int, spec: ast.expr | None) -> str | None:
    return "{}" if conversion == -1 and spec is None else None
