"""What a regular expression lets through."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any

_DANGEROUS = "/\\'\";<>&|`$(){}\n\r"
"""Characters that some sink gives a meaning to."""


@lru_cache(maxsize=256)
def is_strict(pattern: Any, *, anchored: bool) -> bool:
    """Whether a text that matches holds none of the characters that injections need. `anchored`: the whole text is
    matched; otherwise the pattern must end in `$` or `\\Z`."""
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
    if not isinstance(pattern, str):
        return False
    whole = anchored or (pattern.endswith(("$", r"\Z", r"\z")) and not pattern.endswith(r"\$"))
    if not whole:
        return False
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return True  # not known what it does
    # A dangerous character that fits nowhere by itself, doubled, or between harmless ones.
    probes = [
        before + character * count + after
        for character in _DANGEROUS
        for count in (1, 2)
        for before in ("", "a", "1", "aaaaaaaa", "a-a.")
        for after in ("", "a", "1", "aaaaaaaa", ".aa")
    ]
    return not any(compiled.fullmatch(probe) for probe in probes)


@lru_cache(maxsize=256)
def backtracks(pattern: Any, *, anchored: bool) -> bool:
    """Whether matching a pattern surely takes time that grows exponentially with the text: a repetition of a
    repetition, of alternatives that take the same character, or many times `.*x`, and something behind it that need not
    be there. `anchored`: the whole text has to match."""
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
    if not isinstance(pattern, str) or not ("+" in pattern or "*" in pattern or "{" in pattern):
        return False
    if sys.version_info >= (3, 11):
        from re import _parser as parser  # type: ignore[attr-defined]
    else:
        import sre_parse as parser
    try:
        parsed = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return _sequence(list(parsed), anchored, 0)


_MANY = 10
"""So many times `.*x` in a row are as good as exponential."""
_DEEPEST = 20


def _sequence(items: list[Any], fails_after: bool, depth: int) -> bool:
    """Whether one of some items in a row backtracks, and what follows can fail."""
    if depth > _DEEPEST:
        return False
    for place, (operation, argument) in enumerate(items):
        fails = fails_after or any(_may_fail(item) for item in items[place + 1 :])
        name = str(operation)
        if name == "SUBPATTERN":
            if _sequence(list(argument[-1]), fails, depth + 1):
                return True
        elif name == "BRANCH":
            if any(_sequence(list(branch), fails, depth + 1) for branch in argument[1]):
                return True
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = argument
            body = _unwrapped(list(inner))
            if fails and _is_endless(high) and (_holds_repetition(body) or _holds_alternatives(body)):
                return True
            if fails and low >= _MANY and _is_search(body):
                return True
            if _sequence(body, fails, depth + 1):
                return True
    return False


def _is_endless(high: Any) -> bool:
    return not isinstance(high, int) or str(high) == "MAXREPEAT" or high >= 1000


def _unwrapped(items: list[Any]) -> list[Any]:
    """The items of a group that holds nothing else."""
    while len(items) == 1 and str(items[0][0]) == "SUBPATTERN":
        items = list(items[0][1][-1])
    return items


def _holds_repetition(body: list[Any]) -> bool:
    """`a+` alone, or with parts that need not be there: `a+b?`."""
    needed = [item for item in body if not _may_be_empty(item)]
    endless = [item for item in body if _repeats_characters(item)]
    return (len(needed) == 1 and needed[0] in endless) or (not needed and bool(endless))


def _repeats_characters(item: Any) -> bool:
    operation, argument = item
    if str(operation) == "SUBPATTERN":
        inner = _unwrapped([item])
        return len(inner) == 1 and _repeats_characters(inner[0])
    if str(operation) not in ("MAX_REPEAT", "MIN_REPEAT") or not _is_endless(argument[1]):
        return False
    inner = _unwrapped(list(argument[2]))
    return len(inner) == 1 and str(inner[0][0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY")


def _may_be_empty(item: Any) -> bool:
    operation, argument = item
    if str(operation) in ("MAX_REPEAT", "MIN_REPEAT"):
        return bool(argument[0] == 0) or all(map(_may_be_empty, argument[2]))
    if str(operation) == "SUBPATTERN":
        return all(map(_may_be_empty, argument[-1]))
    return str(operation) == "AT"


def _holds_alternatives(body: list[Any]) -> bool:
    """`.|a`: two alternatives that take the same character; the parser makes one set of those that are sets."""
    if len(body) != 1 or str(body[0][0]) != "BRANCH":
        return False
    branches = [_unwrapped(list(branch)) for branch in body[0][1][1]]
    single = [branch[0] for branch in branches if len(branch) == 1]
    if any(_repeats_characters(item) and item[1][0] > 0 for item in single):
        return True
    any_character = sum(str(operation) == "ANY" for operation, _ in single)
    literal = any(str(operation) == "LITERAL" and argument != 10 for operation, argument in single)
    return any_character > 1 or (any_character == 1 and literal)


def _is_search(body: list[Any]) -> bool:
    """`.*x`"""
    if len(body) != 2 or str(body[1][0]) != "LITERAL" or not _repeats_characters(body[0]):
        return False
    return str(_unwrapped(list(body[0][1][2]))[0][0]) == "ANY"


def _may_fail(item: Any) -> bool:
    """Whether a text can go on so that this does not match there."""
    operation, argument = item
    name = str(operation)
    if name == "AT":
        return str(argument) in ("AT_END", "AT_END_STRING")
    if name in ("LITERAL", "NOT_LITERAL", "IN"):
        return True
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return bool(argument[0] > 0) and any(map(_may_fail, argument[2]))
    if name == "SUBPATTERN":
        return any(map(_may_fail, argument[-1]))
    return name == "BRANCH" and all(any(map(_may_fail, branch)) for branch in argument[1])
