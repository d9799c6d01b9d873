"""What the fixes of rules have in common: an argument more, a line more, a call that a thread makes.

Positions are those of `ast`. None always means: this piece of code is written in a way that is left to people.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .rule import Edit, Fix, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .file import File


def insertion(line: int, column: int, text: str) -> Edit:
    """Text at a place where nothing goes."""
    return Edit(Range(line, column, line, column), text)


def argument(file: File, call: ast.Call, text: str) -> Edit | None:
    """One argument more, behind those that a call has."""
    place = Range.of(call)
    closing = place.end_column - 1
    given = [*call.args, *(each.value for each in call.keywords)]
    if not given:
        return insertion(place.end_line, closing, text)
    if len(given) == 1 and isinstance(given[0], ast.GeneratorExp):
        return None
    last = max((Range.of(node) for node in given), key=lambda each: (each.end_line, each.end_column))
    tail = _between(file, (last.end_line, last.end_column), (place.end_line, closing))
    if b"#" in tail:
        return None
    before, comma, _ = tail.partition(b",")
    own_line = f"\n{_indent(file, last.line)}{text}" if comma and b"\n" in tail else f" {text}"
    line, column = _after(last, before.rstrip() + comma)
    return insertion(line, column, f"{own_line}," if comma else f",{own_line}")


def line_before(file: File, node: ast.AST, text: str) -> Edit | None:
    """A statement before the one that a node belongs to."""
    statement = file.statement(node)
    if statement is None or not _begins_line(file, statement):
        return None
    return insertion(statement.lineno, statement.col_offset, f"{text}\n{_indent(file, statement.lineno)}")


def lines_after(file: File, node: ast.AST, lines: list[str]) -> Edit | None:
    """Statements after the simple one that a node belongs to."""
    statement = file.statement(node)
    if statement is None or hasattr(statement, "body") or not _begins_line(file, statement):
        return None
    line, column = statement.end_lineno or 0, statement.end_col_offset or 0
    rest = file.lines[line - 1].encode()[column:]
    if rest.strip() and not rest.lstrip().startswith(b"#"):
        return None
    end = len(file.lines[line - 1].rstrip("\r\n").encode())
    indent = _indent(file, statement.lineno)
    return insertion(line, end, "".join(f"\n{indent}{each}" for each in lines))


def logger_of(file: File) -> str:
    """The name of the module's logger; empty if it has none."""
    return next(_loggers(file), "")


def logger_for(file: File, node: ast.AST) -> tuple[str, tuple[Edit, ...]] | None:
    """The name of the module's logger, and the edits that make one, if it has none."""
    if known := logger_of(file):
        return known, ()
    imported = file.module_name("logging", node)
    above = [each for each in file.tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    if imported is None or not above or re.search(r"\blogger\b", file.text):
        return None
    line = above[-1].end_lineno or 0
    below = file.tree.body[file.tree.body.index(above[-1]) + 1 :]
    name, imports = imported
    if not below or below[0].lineno <= line or any(each.range.line > line for each in imports):
        return None
    end = len(file.lines[line - 1].rstrip("\r\n").encode())
    return "logger", (*imports, insertion(line, end, f"\n\nlogger = {name}.getLogger(__name__)"))


def _loggers(file: File) -> Iterator[str]:
    for statement in file.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as made) if file.resolved(made) in _LOGGERS:
                yield name
            case ast.ImportFrom(module="loguru", names=names):
                yield from (each.asname or each.name for each in names if each.name == "logger")


def threaded(file: File, call: ast.expr) -> Fix | None:
    """`await asyncio.to_thread(f, …)` in place of `f(…)`, in a coroutine, where an `await` can stand.

    Unsafe: the other thread may find what belongs to this one.
    """
    if not isinstance(call, ast.Call) or not isinstance(file.function(call), ast.AsyncFunctionDef):
        return None
    parent = file.parent(call)
    name = file.resolved(call) or ""
    if isinstance(parent, (ast.withitem, ast.Await, ast.For, ast.AsyncFor, ast.comprehension, ast.YieldFrom)):
        return None
    if file.enclosing(call, ast.GeneratorExp, ast.JoinedStr, ast.Lambda) or name in _OPENING:
        return None
    known = file.module_name("asyncio", call)
    opening = _opening(file, call)
    if known is None or opening is None:
        return None
    name, imports = known
    place = Range.of(call)
    is_part = isinstance(parent, (ast.Attribute, ast.Subscript)) or (
        isinstance(parent, ast.Call) and parent.func is call
    )
    given = bool(call.args or call.keywords)
    follows = file.lines[opening[0] - 1].encode()[opening[1] + 1 :].strip()
    edits = [
        *imports,
        insertion(place.line, place.column, f"{'(' if is_part else ''}await {name}.to_thread("),
        Edit(Range(*opening, opening[0], opening[1] + 1), ("," if not follows else ", ") if given else ""),
    ]
    if is_part:
        edits.append(insertion(place.end_line, place.end_column, ")"))
    return Fix("Let a thread wait", tuple(edits))


_LOGGERS = ("logging.getLogger", "structlog.get_logger", "structlog.stdlib.get_logger")
_OPENING = frozenset(
    "builtins.open io.open pathlib.Path.open gzip.open zipfile.ZipFile tarfile.open tempfile.TemporaryFile "
    "tempfile.NamedTemporaryFile tempfile.SpooledTemporaryFile".split()
)
"""What they give is read and written on the event loop again."""


def _opening(file: File, call: ast.Call) -> tuple[int, int] | None:
    """Line and column of the parenthesis that begins the arguments."""
    line, column = call.func.end_lineno or 0, call.func.end_col_offset or 0
    place = file.lines[line - 1].encode().find(b"(", column)
    return (line, place) if place >= 0 else None


def _begins_line(file: File, statement: ast.stmt) -> bool:
    """Nothing stands before it on its line, and it is no `elif`."""
    line = file.lines[statement.lineno - 1].encode()
    return not line[: statement.col_offset].strip() and not line[statement.col_offset :].startswith(b"elif")


def _indent(file: File, line: int) -> str:
    text = file.lines[line - 1]
    return text[: len(text) - len(text.lstrip())]


def _between(file: File, start: tuple[int, int], end: tuple[int, int]) -> bytes:
    if start[0] == end[0]:
        return file.lines[start[0] - 1].encode()[start[1] : end[1]]
    lines = [file.lines[number - 1].rstrip("\r\n").encode() for number in range(start[0], end[0] + 1)]
    return b"\n".join([lines[0][start[1] :], *lines[1:-1], lines[-1][: end[1]]])


def _after(place: Range, text: bytes) -> tuple[int, int]:
    """Where `text` ends that follows a place."""
    if b"\n" not in text:
        return place.end_line, place.end_column + len(text)
    return place.end_line + text.count(b"\n"), len(text) - text.rfind(b"\n") - 1
