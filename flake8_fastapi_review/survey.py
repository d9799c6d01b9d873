"""What a report tells besides findings: what the application is made of, what passed, and what comments suppress."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from .module import Unreadable, decode
from .records import NamedTuple
from .rule import Severity
from .sites import COMPONENTS, NEEDS, OF_CHANGES, OF_ROLE, PASSED
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

    @property
    def is_alarming(self) -> bool:
        """It names no code, and something critical is behind it."""
        return self.hides_blockers and self.comment.is_blanket

    @property
    def is_for_others(self) -> bool:
        """It names rules of other tools only, and hides nothing of ours."""
        codes = self.comment.codes
        return bool(codes) and not self.hides and not any(named.upper().startswith("FAR") for named in codes)

    @property
    def misspelt(self) -> tuple[str, ...]:
        """The codes of ours that drop nothing, because they are not in capitals."""
        return tuple(named for named in self.comment.codes if named != named.upper() and named[:3].upper() == "FAR")


def components(review: Review) -> dict[str, int]:
    """How many routes, schemas and so on there are, by kind; without those that there are none of."""
    total = _total(review, review.sites)
    return {kind: total[kind] for kind in COMPONENTS if total[kind]}


def passed(review: Review, files: Collection[str] | None = None, new: Collection[str] = ()) -> list[Passed]:
    """The rules that found nothing in these files (None: in all), by code, if there was something to look at.

    A finding that a comment dropped, or that the baseline holds, was found; so were the codes in `new`: those that a
    change to these files brought, in whatever file.
    """
    wanted = review.sites if files is None else [file for file in files if file in review.sites]
    total = _total(review, wanted)
    whole = total if files is None else _total(review, review.sites)
    within = None if files is None else frozenset(files)
    failed = {*new} | {
        violation.code
        for path, violation in (*review.findings, *review.suppressed, *review.baselined)
        if within is None or path in within
    }
    return [
        Passed(code, total[kind], f"{total[kind]} of {total[kind]} {text}")
        for code, (kind, text) in sorted(PASSED.items())
        if code in review.codes and code not in failed and total[kind]
        if not (files is None and code in OF_CHANGES)
        if code not in NEEDS or any(whole[needed] for needed in NEEDS[code])
    ]


def left_out(review: Review) -> list[str]:
    """What was looked at only in part, or by its nature not at all: a line each."""
    total = _total(review, review.sites)
    parts = [
        f"{number} {kind.removeprefix(OF_ROLE)} file{'s' * (number != 1)}: only the rules that are made for them"
        for kind, number in sorted(total.items())
        if kind.startswith(OF_ROLE)
    ]
    if total["migrations"]:
        files = f"{total['migrations']} migration{'s' * (total['migrations'] != 1)}"
        parts.append(f"{files}: only the rules that are made for them")
    if review.excluded:
        parts.append(f"excluded by the configuration: {', '.join(f'`{pattern}`' for pattern in review.excluded)}")
    return parts


def _total(review: Review, files: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for file in files:
        total.update(review.sites[file])
    return total


def alarming(
    review: Review, files: Files, top: str, lines: Mapping[str, frozenset[int]] | None = None
) -> list[Suppressed]:
    """The comments that name no code and hide something critical, from the few files in which there can be one; for a
    review that did not collect all comments. `top` is the folder that the review's paths are relative to."""
    held = {
        path: review.comments.get(path) or comments(_text(files, os.path.join(top, path)))
        for path in sorted({path for path, violation in review.suppressed if violation.severity is Severity.BLOCKER})
    }
    return [each for each in suppressed(review._replace(comments=held), lines) if each.is_alarming]


def suppressed(review: Review, lines: Mapping[str, frozenset[int]] | None = None) -> list[Suppressed]:
    """The comments in the reviewed files (only on these lines of these files, if given): first those that name no code
    and hide something critical, then those without a reason."""
    hidden: dict[str, list[tuple[int, str, Severity]]] = defaultdict(list)
    for path, violation in review.suppressed:
        hidden[path].append((violation.range.line, violation.code, violation.severity))
    found = [
        _suppressed(file, comment, hidden[file])
        for file, held in review.comments.items()
        for comment in held
        if lines is None or comment.line in lines.get(file, ())
    ]
    return sorted(found, key=_alarming_first)


def _suppressed(file: str, comment: Comment, hidden: Iterable[tuple[int, str, Severity]]) -> Suppressed:
    meant = [(code, severity) for line, code, severity in hidden if comment.drops(code, line)]
    hides = tuple(sorted({code for code, _ in meant}))
    return Suppressed(file, comment, hides, any(severity is Severity.BLOCKER for _, severity in meant))


def _text(files: Files, path: str) -> str:
    try:
        return decode(files.read(path), path)
    except (OSError, Unreadable):
        return ""


def _alarming_first(each: Suppressed) -> tuple[bool, bool, str, int]:
    return not each.is_alarming, each.comment.reason is not None, each.file, each.comment.line
