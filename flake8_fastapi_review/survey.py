"""What a report tells besides findings: what the application is made of, what passed, and what comments suppress."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .module import Unreadable, decode
from .rule import Severity
from .sites import COMPONENTS, PASSED
from .suppression import Comment, comments

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from .files import Files
    from .review import Review


class Passed(NamedTuple):
    """A rule that looked at places and found nothing."""

    code: str
    sites: int
    text: str
    """ "18 of 18 outbound calls have a timeout"."""


class Suppressed(NamedTuple):
    """A comment that drops findings."""

    file: str
    comment: Comment
    hides: tuple[str, ...]
    """The codes of the findings that it dropped in this review."""
    hides_blockers: bool


def components(review: Review) -> dict[str, int]:
    """How many routes, schemas and so on there are, by kind; without those that there are none of."""
    total = _total(review, review.sites)
    return {kind: total[kind] for kind in COMPONENTS if total[kind]}


def passed(review: Review, files: Collection[str] | None = None) -> list[Passed]:
    """The rules that found nothing in these files (None: in all), by code, if there was something to look at.

    A finding that a comment dropped was found.
    """
    wanted = review.sites if files is None else [file for file in files if file in review.sites]
    total = _total(review, wanted)
    within = None if files is None else frozenset(files)
    failed = {
        violation.code for path, violation in (*review.findings, *review.suppressed) if within is None or path in within
    }
    return [
        Passed(code, total[kind], f"{total[kind]} of {total[kind]} {text}")
        for code, (kind, text) in sorted(PASSED.items())
        if code in review.codes and code not in failed and total[kind]
    ]


def _total(review: Review, files: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for file in files:
        total.update(review.sites[file])
    return total


def suppressed(
    review: Review, files: Files, top: str, lines: Mapping[str, frozenset[int]] | None = None
) -> list[Suppressed]:
    """The comments in the reviewed Python files (only on these lines of these files, if given), those without a reason
    first. `top` is the folder that the review's paths are relative to."""
    hidden: dict[str, dict[int, list[tuple[str, Severity]]]] = defaultdict(lambda: defaultdict(list))
    for path, violation in review.suppressed:
        hidden[path][violation.range.line].append((violation.code, violation.severity))
    found = []
    for file in review.files:
        if not file.endswith(".py") or (lines is not None and file not in lines):
            continue
        found += [
            _suppressed(file, comment, hidden[file])
            for comment in comments(_text(files, os.path.join(top, file)))
            if lines is None or comment.line in lines[file]
        ]
    return sorted(found, key=lambda each: (each.comment.reason is not None, each.file, each.comment.line))


def _suppressed(file: str, comment: Comment, hidden: Mapping[int, list[tuple[str, Severity]]]) -> Suppressed:
    # A comment on a line of its own is about the next lines, one for the file about all.
    near = hidden if comment.whole_file else [line for line in hidden if comment.line <= line <= comment.line + 3]
    meant = [
        (code, severity)
        for line in near
        for code, severity in hidden[line]
        if not comment.codes or code.startswith(comment.codes)
    ]
    hides = tuple(sorted({code for code, _ in meant}))
    return Suppressed(file, comment, hides, any(severity is Severity.BLOCKER for _, severity in meant))


def _text(files: Files, path: str) -> str:
    try:
        return decode(files.read(path), path)
    except (OSError, Unreadable):
        return ""
