"""`# noqa`, read as flake8 reads it, so that both hosts report the same.

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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .rule import Violation

_LINE = r"(?i)# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+[,\s]*)+))?"
_FILE = r"(?im)^\s*# flake8[:=]\s*noqa"


def split(violations: Iterable[Violation], text: str) -> tuple[list[Violation], list[Violation]]:
    """The findings in a file with this text that stand, and those that a comment drops."""
    found = list(violations)
    if not found or re.search("(?i)noqa", text) is None:
        return found, []
    if re.search(_FILE, text):
        return [], found
    lines = commented_lines(text)
    kept: list[Violation] = []
    dropped: list[Violation] = []
    for violation in found:
        silenced = _silenced(violation.code, lines.get(violation.range.line, ""))
        (dropped if silenced else kept).append(violation)
    return kept, dropped


def _silenced(code: str, line: str) -> bool:
    comment = re.search(_LINE, line)
    if comment is None:
        return False
    if comment["codes"] is None:
        return True
    return code.startswith(tuple(named for named in re.split(r"[,\s]+", comment["codes"]) if named))


def commented_lines(text: str) -> dict[int, str]:
    """Line (from 1) → the text in which a comment for it may stand: that of all lines it is joined with by a multi-line
    string or a backslash."""
    lines = io.StringIO(text, newline=None).readlines()
    joined = dict(enumerate(lines, 1))
    source = iter(lines)
    first, last = 0, 0
    ranges = []
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first = min(first or token.start[0], token.start[0])
            last = max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                if last > first:
                    ranges.append((first, last))
                first, last = 0, 0
    except (tokenize.TokenError, SyntaxError):
        return joined
    for first, last in ranges:
        joined.update(dict.fromkeys(range(first, last + 1), "".join(lines[first - 1 : last])))
    return joined
