"""What would help at the very place of a finding, as code that is shown and never applied: which folder, host or text
is meant, only its author knows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range

if TYPE_CHECKING:
    from ...answers import Reached
    from ...file import File

_SIMPLE = (ast.Return, ast.Expr, ast.Assign, ast.AnnAssign, ast.With, ast.AsyncWith)


def resolved(file: File, reached: Reached) -> Fix | None:
    """`BASE / name` resolved and compared with its folder, before the statement that uses it."""
    match reached.node:
        case ast.BinOp(left=folder, op=ast.Div()) as joined if not isinstance(folder, ast.BinOp):
            name = _unused(file, joined, "path", "resolved")
            base = file.source(folder)
            return _guarded(
                file,
                joined,
                f"Resolve it, and compare it with `{base}`",
                [f"{name} = ({file.source(joined)}).resolve()", f"if not {name}.is_relative_to({base}):"],
                name,
            )
    return None


def known_host(file: File, reached: Reached) -> Fix | None:
    """The host of a URL looked up in a set, before the statement that uses it."""
    if not isinstance(reached.node, (ast.Name, ast.Attribute)):
        return None
    url = file.source(reached.node)
    test = f"if urlparse({url}).hostname not in HOSTS:"
    return _guarded(file, reached.node, "Compare its host with a fixed set", [test], None)


def wrapped(file: File, reached: Reached, function: str) -> Fix | None:
    """A variable, or all variables in an f-string, in a call of `function`."""
    match reached.node:
        case ast.Name() | ast.Attribute() as value:
            inner: list[ast.expr] = [value]
        case ast.JoinedStr(values=values):
            formatted = [each for each in values if isinstance(each, ast.FormattedValue)]
            if any(each.conversion != -1 or each.format_spec is not None for each in formatted):
                return None
            inner = [each.value for each in formatted]
        case _:
            return None
    if not inner or not all(isinstance(each, (ast.Name, ast.Attribute)) for each in inner):
        return None
    edits = tuple(Edit(Range.of(each), f"{function}({file.source(each)})") for each in inner)
    if any(_text(file, edit.range) not in edit.text for edit in edits):
        return None  # inside of f-strings older interpreters do not always tell where something stands
    return Fix(f"Quote it by `{function}`", edits, Applicability.DISPLAY)


def _guarded(file: File, node: ast.expr, message: str, lines: list[str], name: str | None) -> Fix | None:
    """Lines and a refusal before the statement of `node`, which is replaced by `name`."""
    statement = file.statement(node)
    line = file.lines[statement.lineno - 1]
    if not isinstance(statement, _SIMPLE) or line[: statement.col_offset].strip():
        return None
    indent = line[: statement.col_offset]
    refusal = "raise HTTPException(400)" if "HTTPException" in file.text else "raise ValueError"
    text = f"\n{indent}".join([*lines, f"    {refusal}", ""])
    edits = [Edit(Range(statement.lineno, statement.col_offset, statement.lineno, statement.col_offset), text)]
    if name is not None:
        edits.append(Edit(Range.of(node), name))
    return Fix(message, tuple(edits), Applicability.DISPLAY)


def _text(file: File, place: Range) -> str:
    return file.lines[place.line - 1].encode()[place.column : place.end_column].decode(errors="replace")


def _unused(file: File, node: ast.AST, *names: str) -> str:
    function = file.function(node) or file.tree
    used = {each.id for each in file.within(function, ast.Name)}
    return next((name for name in names if name not in used), names[-1])
