"""The fix as code, in a few lines: a finding's own change, or what the good example of its rule does otherwise."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from .markdown import patched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Remedy
    from .page import Page

MOST = 6
"""Lines that a report for people shows of a fix."""

_IMPORT = re.compile(r"(?:from|import) ")


def change(lines: Sequence[str], fix: Remedy) -> list[str]:
    """What a fix does to the lines of its file: those that it takes away behind a "-", its own behind a "+"."""
    if not fix.changes:
        return []
    first = min(each.place.line for each in fix.changes)
    last = min(max(each.place.end_line for each in fix.changes), len(lines))
    return _difference(list(lines[first - 1 : last]), patched(lines, fix, first, last))


def example(page: Page) -> list[str]:
    """What the good example of a rule does otherwise than the bad one, in the same form; its imports are left out."""
    bad, good = (
        [line for block in page.section(title) if block.is_code for line in block.text.split("\n")]
        for title in ("Bad", "Good")
    )
    found = _difference(*([line for line in each if line.strip() and not _IMPORT.match(line)] for each in (bad, good)))
    common = min((len(line) - len(line[2:].lstrip()) for line in found), default=2)
    return [line[:2] + line[common:] for line in found]


def cut(lines: Sequence[str], most: int = MOST) -> list[str]:
    """At most so many lines; the last one says how many more there are."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], f"  … {len(lines) - most + 1} more lines"]


def _difference(before: list[str], after: list[str]) -> list[str]:
    found = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            found += [f"- {line}" for line in before[start:end]] + [f"+ {line}" for line in after[begin:stop]]
    return found
