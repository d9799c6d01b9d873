"""What every format writes: findings with character positions, paths as the user sees them, and their rule's facts."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from flake8_fastapi_review.files import DISK
from flake8_fastapi_review.module import Unreadable, decode, split_lines
from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.regex import regex

from .cvss import base_score, required

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from flake8_fastapi_review.files import Files
    from flake8_fastapi_review.project.application.rows import RouteRow
    from flake8_fastapi_review.review import Located, Review
    from flake8_fastapi_review.rule import Applicability, Fix, Range, Severity, Violation
    from flake8_fastapi_review.survey import Passed, Suppressed

    from .page import Page


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
    on_changed_line: bool | None = None
    """In the review of a change: the finding's line is part of it. False: the change caused it from elsewhere."""
    cause: Step | None = None
    """Of one caused from elsewhere: the changed place that explains it, if its chain holds one."""
    exploit: str = ""
    """A command that shows the harm here; empty when none can be told."""


class ChangeFacts(NamedTuple):
    """What the review of a change tells besides what is new."""

    base: str
    """The old side as the user knows it: "main (1a2b3c4)"."""
    head: str
    """The new one: "HEAD (5d6e7f8)", "the working tree"."""
    files: tuple[str, ...]
    """Changed, added and renamed ones, of any language."""
    removed: tuple[str, ...]
    fixed: tuple[Finding, ...]
    """Findings that only the old side has, with its paths and lines."""
    unchanged: int
    """How many findings both sides have."""


class Survey(NamedTuple):
    """What a whole report tells besides findings."""

    components: Mapping[str, int]
    """What the reviewed code is made of: kind → how many."""
    passed: tuple[Passed, ...]
    suppressions: tuple[Suppressed, ...]
    """Those that the change adds; without a change, all."""
    milliseconds: int
    """What the review took."""
    left_out: tuple[str, ...] = ()
    """What was looked at only in part, or not at all as the configuration says: a line each."""


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
    pages: Callable[[str], Page | None] = lambda code: None
    """The page of a rule by its code; None for a code that is not ours."""
    change: ChangeFacts | None = None
    """In the review of a change: the findings are those that are new."""
    survey: Survey | None = None
    hidden: tuple[Suppressed, ...] = ()
    """Comments that name no code and hide something critical; of a change, those that it adds."""
    everything: bool = False
    """Nothing is cut, however long the report becomes."""
    baselined: int = 0
    """Findings that are left out because a baseline holds them."""
    routes: Callable[[], Sequence[RouteRow]] = tuple
    """The routes of the applications, with paths of files as the user sees them; assembled when it is asked."""


class Facts(NamedTuple):
    """What a finding's code says of its rule."""

    name: str
    cwe: str | None = None
    cvss_score: float | None = None
    cvss_vector: str | None = None
    url: str | None = None


def report_of(
    review: Review,
    facts: Callable[[str], Facts],
    directory: str,
    texts: Mapping[str, str] | None = None,
    pages: Callable[[str], Page | None] = lambda code: None,
) -> Report:
    """A review as the formats take it.

    `facts` and `pages` tell of a rule by its code; `directory` is the one that the review's paths are relative to;
    `texts` holds the text of files that was reviewed in place of what is on the disk.
    """
    lines = Sources(directory, texts or {})
    findings = findings_of(review.findings, facts, lines)
    skipped = tuple(Skipped(file, reason) for file, reason in review.skipped)
    return Report(findings, review.files, skipped, lines, pages, baselined=len(review.baselined))


def findings_of(
    located: Iterable[Located], facts: Callable[[str], Facts], lines: Callable[[str], Sequence[str]]
) -> tuple[Finding, ...]:
    """The engine's findings with character positions and the facts of their rules."""
    from .veil import without_secrets

    found = tuple(_finding(path, violation, facts(violation.code), lines(path)) for path, violation in located)
    return without_secrets(found, lines)


class Sources:
    """The source lines of files, read once and on demand."""

    def __init__(self, directory: str, texts: Mapping[str, str], files: Files = DISK) -> None:
        self._directory = directory
        self._files = files
        self._lines: dict[str, Sequence[str]] = {file: split_lines(text) for file, text in texts.items()}

    def __call__(self, file: str) -> Sequence[str]:
        if file not in self._lines:
            self._lines[file] = self._read(file)
        return self._lines[file]

    def _read(self, file: str) -> Sequence[str]:
        try:
            data = self._files.read(os.path.join(self._directory, file))
        except OSError:
            return ()
        try:
            return split_lines(decode(data, file))
        except Unreadable:
            return split_lines(data.decode("utf-8", "replace"))


def _finding(file: str, violation: Violation, facts: Facts, lines: Sequence[str]) -> Finding:
    if facts.cvss_vector is not None and violation.privileges:
        facts = _scored(facts, required(facts.cvss_vector, violation.privileges))
    return Finding(
        violation.code,
        facts.name,
        violation.severity,
        violation.message,
        file,
        in_characters(violation.range, lines),
        tuple(Step(*step) for step in violation.related),
        None if violation.fix is None else _remedy(violation.fix, lines),
        *facts[1:],
        exploit=violation.exploit,
    )


def _scored(facts: Facts, vector: str) -> Facts:
    return facts._replace(cvss_vector=vector, cvss_score=base_score(vector))


def _remedy(fix: Fix, lines: Sequence[str]) -> Remedy:
    changes = tuple(Change(in_characters(edit.range, lines), edit.text) for edit in fix.edits)
    return Remedy(fix.message, fix.applicability, changes)


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


_PRIVILEGES = {"N": "without a login", "L": "with a login", "H": "for administrators"}


def weighed(finding: Finding, page: Page | None) -> str:
    """ "CWE-89, CVSS 7.2 for administrators": empty without a score. Who it takes is told where the rule's own vector
    assumes somebody else."""
    if finding.cvss_score is None:
        return ""
    found = re.search(r"/PR:([NLH])/", finding.cvss_vector or "")
    is_other = page is not None and page.cvss is not None and found is not None and found[0] not in page.cvss
    whom = f" {_PRIVILEGES[found[1]]}" if is_other and found is not None else ""
    return f"{f'{finding.cwe}, ' if finding.cwe else ''}CVSS {finding.cvss_score:.1f}{whom}"


_WAY = regex(r" \([^()]* → [^()]*\)| through \S+(?: → \S+)* \S+:\d+(?=[ :;,]|$)")
"""The way as messages hold it for readers that get nothing else."""


def without_way(finding: Finding) -> str:
    """The message, without the calls that lead to the harm where these follow one by one."""
    return _WAY.sub("", finding.message, count=1) if finding.related else finding.message


def kinds(number: int, kind: str) -> str:
    """ "1 route", "2 routes"; kinds are told in the plural."""
    return f"{number} {kind.removesuffix('s') if number == 1 else kind}"


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
