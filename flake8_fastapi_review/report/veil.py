"""Source lines whose secrets are not shown: a report goes to logs and tickets that more people read than the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Place, Report

SECRETS = frozenset({"FAR020", "FAR021"})
"""The rules whose findings are about a value that must not be printed."""

_LITERAL = re.compile(r"""(["'])((?:(?!\1).)+)\1""")
_OPENED = re.compile(r"""["'](?P<value>[^"']+)$""")
_VISIBLE = re.compile(r"\S")


class Veil:
    """The lines of a report's sources, with asterisks for each character of a secret: columns stay what they are."""

    def __init__(self, report: Report) -> None:
        self._lines = report.lines
        self._places = [(finding.file, finding.place) for finding in report.findings if finding.code in SECRETS]
        self._veiled: dict[str, Sequence[str]] = {}

    def __call__(self, file: str) -> Sequence[str]:
        """The lines of a file, by the name that it has in a finding."""
        if file not in self._veiled:
            places = [place for name, place in self._places if name == file]
            self._veiled[file] = _veil(self._lines(file), places) if places else self._lines(file)
        return self._veiled[file]


def _veil(lines: Sequence[str], places: Sequence[Place]) -> list[str]:
    veiled = list(lines)
    for place in places:
        for number in range(place.line, min(place.end_line, len(lines)) + 1):
            line = veiled[number - 1]
            if place.line == place.end_line:
                veiled[number - 1] = _one_line(line, place.column - 1, place.end_column - 1)
            elif number == place.line:
                start = place.column - 1
                veiled[number - 1] = line[:start] + _OPENED.sub(_asterisks, _literals(line[start:]))
            else:
                end = place.end_column - 1 if number == place.end_line else len(line)
                veiled[number - 1] = _VISIBLE.sub("*", line[:end]) + line[end:]
    return veiled


def _one_line(line: str, start: int, end: int) -> str:
    meant = line[start:end]
    shown = _literals(meant)
    if shown == meant:
        # No literal there: the finding may mark the name, with the value beside it, or a value without quotes.
        return _literals(line[:start]) + _VISIBLE.sub("*", meant) + _literals(line[end:])
    return line[:start] + shown + line[end:]


def _literals(text: str) -> str:
    return _LITERAL.sub(lambda literal: literal[1] + _VISIBLE.sub("*", literal[2]) + literal[1], text)


def _asterisks(opened: re.Match[str]) -> str:
    return opened[0][: -len(opened["value"])] + _VISIBLE.sub("*", opened["value"])
