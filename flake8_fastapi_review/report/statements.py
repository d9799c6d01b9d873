"""Which lines to show of a finding: the statement that it stands in says more than the piece that is meant."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_fastapi_review.module import Unreadable, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .finding import Place

_MOST_BEFORE = 5
"""Lines of a statement before the one that is meant; of longer ones none is shown."""


class Statements:
    """The statements of the sources; of one with a body its head. Each file is parsed once, when it is asked for."""

    def __init__(self, lines: Callable[[str], Sequence[str]]) -> None:
        self._lines = lines
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def around(self, file: str, place: Place, most: int) -> tuple[int, int]:
        """The first and the last line to show of what stands at a place, at most so many."""
        first, last = place.line, place.end_line
        inside = [span for span in self._of(file) if span[0] <= place.line <= span[1]]
        if inside:
            start, end = min(inside, key=lambda span: span[1] - span[0])
            if place.line - start <= _MOST_BEFORE:
                first, last = start, max(end, last)
        return first, min(last, first + most - 1, len(self._lines(file)))

    def _of(self, file: str) -> list[tuple[int, int]]:
        if file not in self._spans:
            try:
                tree = parse("\n".join(self._lines(file)), file)
            except Unreadable:
                self._spans[file] = []
            else:
                self._spans[file] = list(_spans(tree))
        return self._spans[file]


def _spans(tree: ast.AST) -> Iterator[tuple[int, int]]:
    waiting = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, (ast.stmt, ast.ExceptHandler)):
                yield child.lineno, _head_end(child)
                for decorator in getattr(child, "decorator_list", ()):
                    yield decorator.lineno, decorator.end_lineno
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                waiting.append(child)


def _head_end(node: ast.stmt | ast.ExceptHandler) -> int:
    """The last line of a statement, or the one before its body begins."""
    if isinstance(node, ast.Match):
        return node.subject.end_lineno or node.lineno
    body: list[ast.stmt] = getattr(node, "body", [])
    if not body:
        return node.end_lineno or node.lineno
    above: list[int] = [each.lineno for each in getattr(body[0], "decorator_list", ())]
    return max(node.lineno, min([body[0].lineno, *above]) - 1)
