"""What the findings that a change caused elsewhere come from: "`get_user` became blocking: 14 routes now block"."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_fastapi_review.module import Unreadable, parse
from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.sites import OF_CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .finding import Finding, Report, Step

_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "route", "websocket"}
)
_FATES = {
    "FAR001": ("became blocking", "now blocks", "now block"),
    "FAR002": ("sleeps now", "now stops the event loop", "now stop the event loop"),
    "FAR004": ("computes for long now", "now blocks", "now block"),
    "FAR005": ("became blocking", "now blocks", "now block"),
    "FAR006": ("starts an event loop now", "now fails", "now fail"),
}
"""Code → what became of the cause, and what of the places that lead to it: of one, of several."""


class Cause(NamedTuple):
    """A changed function, and the findings of one rule that it caused elsewhere."""

    name: str
    """Of the function or class, or of the module's file."""
    step: Step
    """The changed place that explains the first of the findings."""
    findings: tuple[Finding, ...]
    text: str
    """ "`get_user` became blocking: 14 routes now block"."""


def causes(report: Report) -> list[Cause]:
    """The causes of the findings that are not on changed lines, in the order of their first findings."""
    functions = Functions(report.lines)
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in report.findings:
        # What compares two sides tells each of its findings by itself, though one route is the cause of all.
        if finding.on_changed_line is not False or finding.cause is None or finding.code in OF_CHANGES:
            continue
        name = functions.around(finding.cause.file, finding.cause.line)[0]
        groups.setdefault((finding.code, finding.cause.file, name), []).append(finding)
    return [_cause(name or file, found, functions) for (_, file, name), found in groups.items()]


def _cause(name: str, found: list[Finding], functions: Functions) -> Cause:
    first = found[0]
    assert first.cause is not None
    places = {(finding.file, functions.around(finding.file, finding.place.line)) for finding in found}
    noun = "route" if all(is_route for _, (_, is_route) in places) else "place"
    became, of_one, of_several = _FATES.get(first.code, ("changed", f"now has {first.rule}", f"now have {first.rule}"))
    told = f"{len(places)} {noun} {of_one}" if len(places) == 1 else f"{len(places)} {noun}s {of_several}"
    return Cause(name, first.cause, tuple(found), f"`{name.rpartition('.')[2] or name}` {became}: {told}")


class Functions:
    """The functions of the sources, read once."""

    def __init__(self, lines: Callable[[str], Sequence[str]]) -> None:
        self._lines = lines
        self._spans: dict[str, list[tuple[int, int, str, bool]]] = {}

    def around(self, file: str, line: int) -> tuple[str, bool]:
        """The qualified name of the innermost function or class around a line, "" for none; and if it is a route."""
        if file not in self._spans:
            self._spans[file] = list(self._read(file))
        inside = [span for span in self._spans[file] if span[0] <= line <= span[1]]
        if not inside:
            return "", False
        _, _, name, is_route = max(inside)
        return name, is_route

    def _read(self, file: str) -> list[tuple[int, int, str, bool]]:
        try:
            tree = parse("\n".join(self._lines(file)), file)
        except Unreadable:
            return []
        found: list[tuple[int, int, str, bool]] = []
        waiting: list[tuple[ast.AST, str]] = [(tree, "")]
        while waiting:
            node, outer = waiting.pop()
            for child in ast.iter_child_nodes(node):
                name = outer
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    name = f"{outer}.{child.name}" if outer else child.name
                    first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
                    found.append((first, child.end_lineno or child.lineno, name, _is_route(child)))
                if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                    waiting.append((child, name))
        return found


def _is_route(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    calls = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(each, ast.Attribute) and each.attr in _METHODS for each in calls)
