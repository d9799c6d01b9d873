"""What every format writes: findings with character positions, paths as the user sees them, and their rule's facts."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flake8_fastapi_review.rule import Applicability, Range, Severity

_LINE_END = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """A piece of source text: lines and columns from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Step(NamedTuple):
    """A place that explains a finding: a link of a call chain, a step of a data flow."""

    file: str
    line: int
    message: str


class Change(NamedTuple):
    """Replaces the text at `place` by `content`."""

    place: Place
    content: str


class Remedy(NamedTuple):
    """A fix that can be applied to the finding's file."""

    message: str
    applicability: Applicability
    changes: tuple[Change, ...]


class Finding(NamedTuple):
    """One finding, ready to be written."""

    code: str
    rule: str
    severity: Severity
    message: str
    file: str
    """Relative to the working directory where it lies below it, with forward slashes."""
    place: Place
    related: tuple[Step, ...] = ()
    fix: Remedy | None = None
    cwe: str | None = None
    cvss_score: float | None = None
    cvss_vector: str | None = None
    url: str | None = None


class Skipped(NamedTuple):
    """A file that was named, or found, and not reviewed."""

    file: str
    reason: str


class Report(NamedTuple):
    """The outcome of a run."""

    findings: tuple[Finding, ...]
    reviewed: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    lines: Callable[[str], Sequence[str]] = lambda file: ()
    """The source lines of a file by the name it has in a finding; none when it cannot be read."""


def source_lines(text: str) -> list[str]:
    """The lines of `text` as Python counts them, without their ends: a form feed or U+2028 ends no line."""
    return _LINE_END.split(text)


def in_characters(place: Range, lines: Sequence[str]) -> Place:
    """The place, whose columns count UTF-8 bytes from 0, in characters from 1."""
    return Place(
        place.line,
        _characters(lines, place.line, place.column) + 1,
        place.end_line,
        _characters(lines, place.end_line, place.end_column) + 1,
    )


def _characters(lines: Sequence[str], line: int, offset: int) -> int:
    if not 1 <= line <= len(lines):
        return offset
    text = lines[line - 1]
    if text.isascii():
        return offset
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def shown_path(path: str, directory: str) -> str:
    """`path` as the user sees it: relative to `directory` when it lies below it, with forward slashes."""
    absolute = os.path.abspath(path)
    prefix = directory.rstrip(os.sep) + os.sep
    shown = absolute[len(prefix) :] if absolute.startswith(prefix) else absolute
    return shown.replace(os.sep, "/")


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
