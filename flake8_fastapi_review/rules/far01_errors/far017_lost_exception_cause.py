from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...handlers import handler_of
from ...rule import Applicability, Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_NAMES = ("error", "exc", "cause", "original_error")


class LostExceptionCause(Rule):
    """An exception is raised in a handler without `from`.

    The traceback then reads "During handling of the above exception, another exception occurred", as if the handler
    itself had failed, and tools that follow causes see none. `from error` says what it was caused by; `from None`
    says that the cause is of no interest.

    Bad:

        def port(settings):
            try:
                return int(settings["port"])
            except KeyError as error:
                raise LookupError("no port is configured")

    Good:

        def port(settings):
            try:
                return int(settings["port"])
            except KeyError as error:
                raise LookupError("no port is configured") from error
    """

    code = "FAR017"
    severity = Severity.SUGGESTION
    message = "`{raised}` is raised in a handler without a cause: add `from {name}`, or `from None` to hide it"
    markers = (("except",), ("raise ",))

    def check(self, file: File) -> Iterator[Violation]:
        for statement in file.nodes(ast.Raise):
            if statement.exc is None or statement.cause is not None or not _is_new(statement.exc):
                continue
            handler = handler_of(file, statement)
            if handler is None:
                continue
            name = handler.name or _free_name(file, handler)
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            fix = _fix(file, statement, handler, name) if name else None
            yield self.at(statement, raised=ast.unparse(raised), name=name or "error", fix=fix)


def _is_new(exception: ast.expr) -> bool:
    """Whether an exception is made here; one that is only handed on has its cause already, or is the caught one."""
    match exception:
        case ast.Call(func=ast.Attribute(attr="with_traceback")):
            return False
        case ast.Call():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lstrip("_")[:1].isupper() and not name.isupper()
    return False


def _free_name(file: File, handler: ast.ExceptHandler) -> str | None:
    """A name for the caught exception that the code around does not use."""
    around = file.function(handler) or file.tree
    last = getattr(around, "end_lineno", None) or len(file.lines)
    first = getattr(around, "lineno", 1)
    text = "\n".join(file.lines[first - 1 : last])
    return next((name for name in _NAMES if name not in text), None)


def _fix(file: File, statement: ast.Raise, handler: ast.ExceptHandler, name: str) -> Fix | None:
    if statement.exc is None or statement.end_lineno is None or statement.end_col_offset is None:
        return None
    rebound = (node for node in file.within(handler.body, ast.Name) if isinstance(node.ctx, (ast.Store, ast.Del)))
    if any(node.id == name for node in rebound):
        return None
    end = Range(statement.end_lineno, statement.end_col_offset, statement.end_lineno, statement.end_col_offset)
    edits = [Edit(end, f" from {name}")]
    if handler.name is None:
        if handler.type is None or (isinstance(handler.type, ast.Tuple) and not _opened(file, handler.type)):
            return None
        line, column = handler.type.end_lineno or 0, handler.type.end_col_offset or 0
        if not _closed(file, line, column):
            return None
        edits.insert(0, Edit(Range(line, column, line, column), f" as {name}"))
    return Fix(f"Add `from {name}`", tuple(edits), Applicability.SAFE)


def _opened(file: File, kinds: ast.Tuple) -> bool:
    """Whether several classes stand in parentheses, without which they cannot be given a name."""
    return file.lines[kinds.lineno - 1].encode()[kinds.col_offset :].startswith(b"(")


def _closed(file: File, line: int, column: int) -> bool:
    """Whether the colon follows the classes: no bracket around them is still open."""
    return file.lines[line - 1].encode()[column:].lstrip().startswith(b":")
