"""The comments that drop findings: `# noqa`, read as flake8 reads it, so that both hosts report the same, and our own
`# far: ignore[FAR050] reason="…"`, which always names codes and can say why.

Ours holds for its line as `# noqa` does, or, on a line of its own, for the next line of code. Without codes in
brackets it drops nothing.

flake8's ways, none of which is ours to better (docs/configuration.md warns of them):
- `# noqa: FAR001, E501` drops these codes and all that begin with them; codes are case-sensitive, `noqa` is not.
- `# noqa`, and what only looks as if it named codes (`# noqa: FAR`, `# noqa : FAR001`), drops everything.
- It holds for its physical line, and for all lines of a multi-line string or of a backslash continuation that it ends;
  not for all of a bracketed statement.
- `# flake8: noqa` at the start of a line drops everything in the file, also when codes follow it.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from .records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from .rule import Violation

_INTERNAL = "FAR000"
_LINE = r"(?i)# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+[,\s]*)+))?"
_FILE = r"(?im)^\s*# flake8[:=]\s*noqa"
_OWN = (
    r"# far:\s*ignore\[(?P<codes>\s*FAR\d{1,3}(?:\s*,\s*FAR\d{1,3})*\s*)\]"
    r"""(?:\s*reason\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'))?"""
)
_LONG = (
    r"(?s)#[^\n]*"
    r'|"""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|\\\n"
)
"""Comments, strings, and backslashes at the end of a line."""
OWN = "# far:"
"""Stands in every text that holds a comment of ours."""


class Comment(NamedTuple):
    """A comment that drops findings."""

    line: int
    codes: tuple[str, ...]
    """Codes and their beginnings; empty: it drops everything."""
    reason: str | None
    """What it says for itself."""
    whole_file: bool = False
    lines: tuple[int, int] = (0, 0)
    """The first and the last line that it holds for, unless that is the whole file."""

    @property
    def is_blanket(self) -> bool:
        """It names no code, so it also drops what nobody meant."""
        return not self.codes

    def drops(self, code: str, line: int) -> bool:
        """Whether a finding with this code on this line is dropped by it."""
        if not self.whole_file and not self.lines[0] <= line <= self.lines[1]:
            return False
        return not self.codes or code.startswith(self.codes)


def split(violations: Iterable[Violation], text: str) -> tuple[list[Violation], list[Violation]]:
    """The findings in a file with this text that stand, and those that a comment drops."""
    found, dropped_by_us = split_own(violations, text)
    if not found or re.search("(?i)noqa", text) is None:
        return found, dropped_by_us
    if re.search(_FILE, text):
        return [], found + dropped_by_us
    lines = commented_lines(text, {violation.range.line for violation in found})
    kept: list[Violation] = []
    dropped: list[Violation] = []
    for violation in found:
        silenced = _silenced(violation.code, lines.get(violation.range.line, ""))
        (dropped if silenced else kept).append(violation)
    return kept, dropped_by_us + dropped


def split_own(violations: Iterable[Violation], text: str) -> tuple[list[Violation], list[Violation]]:
    """As `split`, by our own comments alone: flake8 reads its own itself."""
    found = list(violations)
    if not found or OWN not in text:
        return found, []
    meant = _own_lines(text)
    kept: list[Violation] = []
    dropped: list[Violation] = []
    for violation in found:
        silenced = violation.code.startswith(meant.get(violation.range.line, ())) and violation.code != _INTERNAL
        (dropped if silenced else kept).append(violation)
    return kept, dropped


def comments(text: str) -> list[Comment]:
    """All comments of a Python file that drop findings, by line."""
    if re.search("(?i)noqa", text) is None and OWN not in text:
        return []
    source = io.StringIO(text, newline=None).readlines()
    joined = _joined(source)
    return [comment for line, said in _said(text) if (comment := _comment(line, said, source, joined)) is not None]


def _comment(line: int, said: str, source: list[str], joined: dict[int, tuple[int, int]]) -> Comment | None:
    lines = joined.get(line, (line, line))
    if own := re.search(_OWN, said):
        reason = own["double"] or own["single"]
        if source[line - 1].lstrip().startswith("#"):
            line_of_code = _next_code(source, line)
            lines = line_of_code, line_of_code
        codes = tuple(re.findall(r"FAR\d+", own["codes"]))
        return Comment(line, codes, _reason(reason or said[own.end() :]), lines=lines)
    if re.match(_FILE, said) and re.match(_FILE, source[line - 1]):
        return Comment(line, (), None, True)
    found = re.search(_LINE, said)
    if found is None:
        return None
    codes = tuple(code for code in re.split(r"[,\s]+", found["codes"] or "") if code)
    return Comment(line, codes, _reason(said[found.end() :] if codes else ""), lines=lines)


def _next_code(source: list[str], line: int) -> int:
    """The first line after this one that holds code; this one if none does."""
    following = enumerate(source[line:], line + 1)
    return next((number for number, text in following if text.strip() and not text.lstrip().startswith("#")), line)


def _reason(text: str) -> str | None:
    return text.strip(" \t-—–:;#.,") or None


def _said(text: str) -> Iterator[tuple[int, str]]:
    """(line, comment) for the comments of a text; none for one that is no Python."""
    source = iter(io.StringIO(text, newline=None).readlines())
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _own_lines(text: str) -> dict[int, tuple[str, ...]]:
    """Line → the codes that our comments drop there."""
    found: dict[int, tuple[str, ...]] = {}
    lines = commented_lines(text)
    waiting: tuple[str, ...] = ()
    for number in sorted(lines):
        said = re.search(_OWN, lines[number])
        codes = tuple(re.findall(r"FAR\d+", said["codes"])) if said else ()
        bare = lines[number].lstrip()
        if bare.startswith("#"):
            waiting += codes
        elif bare.strip():
            if codes or waiting:
                found[number] = codes + waiting
            waiting = ()
    return found


def _silenced(code: str, line: str) -> bool:
    comment = re.search(_LINE, line)
    if comment is None:
        return False
    if comment["codes"] is None:
        return True
    return code.startswith(tuple(named for named in re.split(r"[,\s]+", comment["codes"]) if named))


def commented_lines(text: str, wanted: Collection[int] | None = None) -> dict[int, str]:
    """Line (from 1) → the text in which a comment for it may stand: that of all lines it is joined with by a multi-line
    string or a backslash. With `wanted`, only what is said of these lines counts."""
    lines = io.StringIO(text, newline=None).readlines()
    found = dict(enumerate(lines, 1))
    if wanted is not None and _long(lines).isdisjoint(wanted):
        return found
    for number, (first, last) in _joined(lines).items():
        found[number] = "".join(lines[first - 1 : last])
    return found


def _long(lines: list[str]) -> set[int]:
    """The lines with strings that have several, and those that a backslash joins; a few more where strings stand in
    f-strings. A thirtieth of the work of the tokenizer, which only has to look at a text if one of these counts."""
    text = "".join(lines)
    found: set[int] = set()
    number, place = 1, 0
    for match in re.finditer(_LONG, text):
        if "\n" in match[0]:
            number += text.count("\n", place, match.start())
            place = match.start()
            found.update(range(number, number + match[0].count("\n") + 1))
    return found


def _joined(lines: list[str]) -> dict[int, tuple[int, int]]:
    """The lines (from 1) that are joined with others → the first and the last of these; none in what is no Python."""
    source = iter(lines)
    first, last = 0, 0
    found: dict[int, tuple[int, int]] = {}
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first = min(first or token.start[0], token.start[0])
            last = max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                if last > first:
                    found.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = 0, 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found
