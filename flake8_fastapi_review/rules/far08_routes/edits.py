"""Edits of the decorators that register routes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Range

if TYPE_CHECKING:
    from ...file import File


def removal(file: File, call: ast.Call, given: ast.keyword) -> Edit | None:
    """Takes a keyword argument out, with its comma and blanks; None where a comment would go too."""
    arguments: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda each: (each.lineno, each.col_offset)
    )
    position = arguments.index(given)
    own = Range.of(given)
    if position + 1 < len(arguments):
        following = Range.of(arguments[position + 1])
        place = Range(own.line, own.column, following.line, following.column)
    elif position:
        before = Range.of(arguments[position - 1])
        place = Range(before.end_line, before.end_column, own.end_line, own.end_column)
    else:
        return None
    lines = ast.Pass(lineno=place.line, end_lineno=place.end_line, col_offset=0, end_col_offset=0)
    return None if file.has_comment(lines) else Edit(place, "")
