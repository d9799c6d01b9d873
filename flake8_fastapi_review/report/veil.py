"""Source lines whose secrets are not shown: a report goes to logs and tickets that more people read than the code.

What a finding is about is hidden where it stands. What looks like a secret is hidden too, for its finding may be
suppressed, or its rule not selected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from flake8_fastapi_review.knowledge import secrets, token_formats
from flake8_fastapi_review.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from .finding import Finding, Place, Report

SECRETS = frozenset({"FAR020", "FAR021"})
"""The rules whose findings are about a value that must not be printed."""

_LITERAL = regex(r"""(["'])((?:(?!\1).)+)\1""")
_OPENED = regex(r"""["'](?P<value>[^"']+)$""")
_VISIBLE = regex(r"\S")
_NAMED = regex(
    r"""([A-Za-z_]\w*)["']?\]?\s*(?:,|:[^=,()]*=|[=!]?=|:)\s*(?:[A-Za-z_][\w.]*\((?:default\s*=\s*)?)?[rbuf]?$"""
)
"""Before a literal: the name that it is for, as in `key: str = Query(`, `"key": ` and `getenv("KEY", `."""
_LONG = regex(r"""[^\s"'(),=]{16,}""")


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
            self._veiled[file] = _Concealed(_veil(self._lines(file), places) if places else self._lines(file))
        return self._veiled[file]


class _Concealed(Sequence[str]):
    """Lines without what looks like a secret; looked at when they are asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [concealed(line) for line in self._lines[index]]
        return concealed(self._lines[index])


def concealed(line: str) -> str:
    """A line of code, with asterisks for what has the format of a credential and for values of secret names."""

    def judged(literal: re.Match[str]) -> str:
        value = literal[2]
        if not token_formats.find(value):
            name = _NAMED.search(line, 0, literal.start())
            known = secrets.secret_name(name[1]) if name is not None else None
            if known is None or not secrets.looks_secret(known, value):
                return literal[0]
        return literal[1] + _VISIBLE.sub("*", value) + literal[1]

    shown = _LITERAL.sub(judged, line)
    if token_formats.find(shown):
        return _LONG.sub(lambda word: "*" * len(word[0]), shown)
    return shown


def without_secrets(findings: Sequence[Finding], lines: Callable[[str], Sequence[str]]) -> tuple[Finding, ...]:
    """The findings, less the fixes that would write a secret into the report."""
    hidden = {value for each in findings if each.code in SECRETS for value in _values(each.place, lines(each.file))}
    return tuple(finding._replace(fix=None) if _tells(finding, hidden) else finding for finding in findings)


def _tells(finding: Finding, hidden: set[str]) -> bool:
    return finding.fix is not None and any(
        any(value in change.content for value in hidden)
        or any(concealed(line) != line for line in change.content.splitlines())
        for change in finding.fix.changes
    )


def _values(place: Place, lines: Sequence[str]) -> list[str]:
    """The literals at a place of one line."""
    if place.line != place.end_line or not 1 <= place.line <= len(lines):
        return []
    meant = lines[place.line - 1][place.column - 1 : place.end_column - 1]
    return [literal[2] for literal in _LITERAL.finditer(meant)]


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
