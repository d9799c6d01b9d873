"""What a terminal shows: styles, cells, and source text that cannot play tricks on it."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING, TextIO

from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

TAB = "    "
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
# Controls, and the marks that reorder text: a file under review must not move the cursor or hide its own code.
_HOSTILE = regex("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Style:
    """Paints text in ANSI colours, or leaves it alone."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, *names: str) -> str:
        """`text` in the styles that are named: bold, dim, red, green, yellow, blue, cyan."""
        if not self.colour or not text or not names:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


def wants_colour(stream: TextIO, choice: bool | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to write colours to `stream`: the user's choice, then NO_COLOR, FORCE_COLOR, then what the stream is."""
    if choice is not None:
        return choice
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return environment.get("TERM") != "dumb" and stream.isatty()


def harmless(text: str) -> str:
    """`text` on one line, with control and reordering characters written as escapes."""
    return _HOSTILE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Excerpt(NamedTuple):
    """A source line as it is shown, and the part of it that is meant."""

    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.marked + self.after

    def underline(self, character: str = "~") -> str:
        """The line to print below: spaces, then the marks; at least one mark."""
        return " " * cells(self.before) + character * max(cells(self.marked), 1)


def excerpt(line: str, start: int, end: int, width: int) -> Excerpt:
    """The characters `start` to `end` of `line` and what of the rest fits in `width` cells; an ellipsis marks a cut."""
    before, marked, after = (_shown(part) for part in (line[:start], line[start:end], line[end:].rstrip()))
    if cells(before) + cells(marked) + cells(after) <= width:
        return Excerpt(before, marked, after)
    if cells(marked) > width:
        marked = _fit(marked, width)
    room = width - cells(marked)
    if cells(before) <= room:
        return Excerpt(before, marked, _fit(after, room - cells(before)))
    kept = min(cells(after), room // 2)
    return Excerpt(_fit(before, room - kept, keep_end=True), marked, _fit(after, kept))


def _shown(text: str) -> str:
    return harmless(text.replace("\t", TAB))


def _fit(text: str, width: int, keep_end: bool = False) -> str:
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    kept: list[str] = []
    room = width - 1
    for character in reversed(text) if keep_end else text:
        room -= _cells(character)
        if room < 0:
            break
        kept.append(character)
    return "…" + "".join(reversed(kept)) if keep_end else "".join(kept) + "…"
