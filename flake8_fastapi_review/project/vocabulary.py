"""Which files hold which words, for the many searches of a whole project."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .readings import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .readings import Search

_APART = bytes(code if code in LETTERS else 32 for code in range(256))
"""For `bytes.translate`: a blank for all that is no part of an identifier in ASCII."""


class Vocabulary:
    """The identifiers in some texts. To look through them all costs as much as twenty searches of the texts."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        files: defaultdict[bytes, list[str]] = defaultdict(list)
        for path, text in texts.items():
            for word in set(text.translate(_APART).split()):
                files[word].append(path)
        self._files = files
        self._joined = b"\n" + b"\n".join(files) + b"\n"
        """All of them, so that one search tells those that a word is a part of."""

    def found(self, search: Search) -> Iterable[str]:
        """The files whose text a search finds."""
        if not search.is_identifier:
            return set().union(*map(self._holding, search.words))
        (word,) = search.words
        if word.isascii():
            return self._files.get(word, ())
        return [path for path, text in self._texts.items() if search.finds(text)]

    def _holding(self, word: bytes) -> set[str]:
        parts = word.translate(_APART).split()
        if not parts:
            return {path for path, text in self._texts.items() if word in text}
        found = self._around(max(parts, key=len))
        return found if parts == [word] else {path for path in found if word in self._texts[path]}

    def _around(self, part: bytes) -> set[str]:
        joined = self._joined
        found: set[str] = set()
        at = joined.find(part)
        while at >= 0:
            end = joined.find(b"\n", at)
            found.update(self._files[joined[joined.rfind(b"\n", 0, at) + 1 : end]])
            at = joined.find(part, end)
        return found
