"""What rules ask of something that is opened into a local variable: whether it is closed on every path."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from .file import File


def unclosed(file: File, call: ast.Call, methods: Collection[str]) -> str:
    """How what a call opens into a local variable stays open: "is closed by nobody", "is not closed on every path",
    "is not closed when something fails before"; empty when it is closed by one of the methods or by a `with`, when it
    is handed on, or when that is not known."""
    function = file.function(call)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    match file.parent(call):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            pass
        case _:
            return ""
    statement = file.statement(call)
    last = function.end_lineno or function.lineno
    names = [each for each in file.nodes(ast.Name) if each.id == name and function.lineno <= each.lineno <= last]
    closing: set[ast.AST] = set()
    lent = False
    for each in names:
        if isinstance(each.ctx, ast.Store):
            if file.statement(each) is not statement:
                return ""
            continue
        parent = file.parent(each)
        if isinstance(parent, ast.Yield) and file.function(each) is function:
            lent = True  # what a dependency yields comes back to it
            continue
        if not isinstance(parent, ast.Attribute) or file.function(each) is not function:
            return ""
        if parent.attr in methods:
            closing.add(parent)
        elif not isinstance(file.parent(parent), ast.Call):
            return ""
    if len(names) == 1 or not file.is_read(name, call):
        return ""
    if not closing:
        return "is closed by nobody" if not lent or file.is_injected(function) else ""

    def closes(step: ast.AST) -> bool:
        # In `finally: await channel.unsubscribe(); await channel.close()` nothing is expected to fail before.
        return any(
            each in closing for part in (step, *_finally(file, step)) for each in file.within(part, ast.Attribute)
        )

    flow = file.flow(function)
    if flow.always_passes(statement, closes):
        return ""
    if flow.always_passes(statement, closes, to="normal-exit"):
        return "is not closed when something fails before"
    return "is not closed on every path"


def _finally(file: File, step: ast.AST) -> list[ast.stmt]:
    """The plain statements of the `finally` that a step stands in, or is one of."""
    inner = step
    for above in file.ancestors(step):
        if isinstance(above, ast.Try) and inner in above.finalbody:
            return [each for each in above.finalbody if isinstance(each, ast.Expr)]
        inner = above
    return []
