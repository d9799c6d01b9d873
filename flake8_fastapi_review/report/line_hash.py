"""The hash by which GitHub recognises the line of an alert from one upload to the next.

It is computed over the 100 characters from the line on, without spaces and tabs, each line end as `\\n`; a number tells
lines with the same hash apart. GitHub's upload action adds it to SARIF that lacks it (github/codeql-action,
src/fingerprints.ts), its API does not; where ours is there, the action compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WINDOW = 100
_FACTOR = 37
_BITS = (1 << 64) - 1
_END = 65535
"""Stands for the end of the file."""


def line_hashes(text: str, lines: Iterable[int]) -> dict[int, str]:
    """Line (from 1) → its hash, for those of `lines` that the text has."""
    bare = re.sub(r"\r\n?|\n", "\n", text)
    bare = bare.replace(" ", "").replace("\t", "")
    units = _units(bare)
    starts = [0, *(position + 1 for position, unit in enumerate(units) if unit == 10)]
    wanted = {line for line in lines if 1 <= line <= len(starts)}
    if not wanted:
        return {}
    units = (*units, _END, *[0] * _WINDOW)
    last = max(wanted)
    seen: dict[tuple[int, ...], int] = {}
    found: dict[int, str] = {}
    for line, start in enumerate(starts[:last], 1):
        window = units[start : start + _WINDOW]
        seen[window] = number = seen.get(window, 0) + 1
        if line in wanted:
            found[line] = f"{_hash(window):x}:{number}"
    return found


def _units(text: str) -> tuple[int, ...]:
    """The UTF-16 code units of a text."""
    if text.isascii():
        return tuple(text.encode())
    data = text.encode("utf-16-le", "surrogatepass")
    return tuple(memoryview(data).cast("H")) if _LITTLE else tuple(map(_pair, data[::2], data[1::2]))


def _pair(low: int, high: int) -> int:
    return low | high << 8


_LITTLE = memoryview(b"\x01\x00").cast("H")[0] == 1


def _hash(window: tuple[int, ...]) -> int:
    value = 0
    for unit in window:
        value = (value * _FACTOR + unit) & _BITS
    return value
