"""Where a project brings in code that somebody else wrote: archives that it fetches and unpacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..regex import regex

if TYPE_CHECKING:
    from .modules import Modules

_WORDS = (b".extractall(", b"unpack_archive(")
_UNPACKS = regex(rb"\.extractall\(|\bunpack_archive\(")
_FETCHES = regex(rb"(?i)download|urlretrieve|urlopen|\bhttpx\b|\baiohttp\b|requests\.|clone_from|\bfetch")
_ELSEWHERE = regex(r"(?:^|/)(?:tests?|testing|tools|scripts|examples?|benchmarks?|migrations?)(?:/|$)")
"""Folders of programs that do not run in the service."""


def unpacked(modules: Modules, words: re.Pattern[str]) -> tuple[str, int] | None:
    """Path and line of the first call that unpacks an archive in a file that fetches something and speaks of what
    `words` matches; None when there is none."""
    for path in modules.mentioning_any(_WORDS):
        text = modules.bytes_of(path) or b""
        found = _UNPACKS.search(text)
        if found is None or _ELSEWHERE.search(path) or not _FETCHES.search(text):
            continue
        if words.search(text.decode("utf-8", "replace")):
            return path, text.count(b"\n", 0, found.start()) + 1
    return None
