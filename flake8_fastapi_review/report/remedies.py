"""The fix as code, in a few lines: a finding's own change, or what the good example of its rule does otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi_review.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .finding import Remedy
    from .page import Page

MOST = 6
"""Lines that a report for people shows of a fix."""

_IMPORT = regex(r"(?:from|import) ")


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


def patched(lines: Sequence[str], fix: Remedy, first: int, last: int) -> list[str]:
    """The lines `first` to `last` after the changes, which lie within them."""
    text = "\n".join(lines[first - 1 : last])
    starts = [0]
    for line in lines[first - 1 : last]:
        starts.append(starts[-1] + len(line) + 1)
    for each in sorted(fix.changes, key=lambda each: each.place, reverse=True):
        place = each.place
        begin = starts[place.line - first] + place.column - 1
        end = starts[place.end_line - first] + place.end_column - 1
        text = text[:begin] + each.content + text[end:]
    return text.split("\n") if text else []


def diff(lines: Sequence[str], fix: Remedy) -> Iterator[tuple[str, str]]:
    """What a fix does, line by line, as (sign, text): "-" for what goes, "+" for what comes; where it changes places
    that are apart, "@" and the number of the first line before each."""
    from difflib import SequenceMatcher

    first = min(each.place.line for each in fix.changes)
    last = min(max(each.place.end_line for each in fix.changes), len(lines))
    before, after = list(lines[first - 1 : last]), patched(lines, fix, first, last)
    codes = [code for code in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if code[0] != "equal"]
    for _, start, end, begin, stop in codes:
        if len(codes) > 1:
            yield "@", str(first + start)
        yield from (("-", line) for line in before[start:end])
        yield from (("+", line) for line in after[begin:stop])


def _difference(before: list[str], after: list[str]) -> list[str]:
    from difflib import SequenceMatcher

    found = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            found += [f"- {line}" for line in before[start:end]] + [f"+ {line}" for line in after[begin:stop]]
    return found
