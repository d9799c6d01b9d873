"""Which functions are worth following for what is loaded when it is read: by their text alone, which is cheap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..readings import fact, remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..modules import Modules
    from .sessions import Sessions
    from .tables import Entity

_EFFECTS = (
    r"\.(?:commit|rollback|flush|refresh|run_sync|expire|expire_all|add|add_all|delete)\(|setattr\(|load\(|load_only\("
)
_PROPERTY = re.compile(r"@(?:\w+\.)?(?:cached_|hybrid_)?property\s+(?:@[^\n]*\s+)*def (\w+)")
_DEEPEST = 4


class Reach:
    """Answers by function ("path:qualname")."""

    def __init__(self, modules: Modules, sessions: Sessions, entities: Callable[[], Iterable[Entity]]) -> None:
        self.modules = modules
        self.sessions = sessions
        self._entities = entities
        self._names: frozenset[str] | None = None
        self._relationships: frozenset[str] | None = None
        self._pattern: re.Pattern[str] | None = None
        self._segments: dict[str, tuple[bool, bool]] = {}
        self._text: tuple[str, list[str]] = "", []

    @property
    @fact("database.reach.names", lambda self: self.modules)
    def names(self) -> frozenset[str]:
        """The attributes whose reading may load something: relationships, proxies, properties of mapped classes."""
        if self._names is None:
            found: set[str] = set()
            paths: set[str] = set()
            for entity in self._entities():
                found.update(each.name for each in entity.relationships if each.lazy == "select")
                found.update(each.name for each in entity.proxies)
                paths.add(entity.place.path)
            for path in paths if found else ():
                text = (self.modules.bytes_of(path) or b"").decode("utf-8", "replace")
                found.update(_PROPERTY.findall(text))
            self._names = frozenset(found)
        return self._names

    @property
    @fact("database.reach.relationships", lambda self: self.modules)
    def relationships(self) -> frozenset[str]:
        """The names of all relationships."""
        if self._relationships is None:
            self._relationships = frozenset(each.name for one in self._entities() for each in one.relationships)
        return self._relationships

    @property
    @remembered()
    def _words(self) -> re.Pattern[str]:
        """An effect, or as its group a read."""
        if self._pattern is None:
            words = "|".join(sorted(re.escape(each) for each in self.names))
            self._pattern = re.compile(rf"(?:{_EFFECTS})|(\.(?:{words})\b)" if words else rf"(?:{_EFFECTS})|((?!))")
        return self._pattern

    @remembered()
    def may_read(self, symbol: str) -> bool:
        """Whether a function, or one that it calls, reads an attribute that may have to be loaded."""
        return self._any(symbol, 0)

    @remembered()
    def matters(self, symbol: str) -> bool:
        """Whether it does that, or anything that decides what is loaded then."""
        return self._any(symbol, 1)

    def _any(self, symbol: str, which: int) -> bool:
        level, seen = [symbol], {symbol}
        for _ in range(_DEEPEST):
            if any(self._segment(each)[which] for each in level):
                return True
            called = [each for one in level for each in self.sessions.callees(one)]
            level = [each for each in dict.fromkeys(called) if each not in seen]
            seen.update(level)
        return False

    @remembered()
    def _segment(self, symbol: str) -> tuple[bool, bool]:
        """Of a function's own text: whether it reads such an attribute; that, or has such an effect."""
        known = self._segments.get(symbol)
        if known is None:
            known = self._segments[symbol] = self._look(symbol)
        return known

    def _look(self, symbol: str) -> tuple[bool, bool]:
        path, _, qualname = symbol.rpartition(":")
        summary = self.modules.summary(path)
        function = summary.functions.get(qualname) if summary is not None else None
        if summary is None or function is None:
            return False, False
        reads = effects = False
        for line in self._lines(path, function[1]):
            for found in self._words.finditer(line):
                if found.group(1):
                    return True, True
                effects = True
        return reads, effects

    def _lines(self, path: str, start: int) -> Iterator[str]:
        """The lines of what is defined at a line: up to the next that stands as far left."""
        if self._text[0] != path:
            self._text = path, (self.modules.bytes_of(path) or b"").decode("utf-8", "replace").split("\n")
        indent: int | None = None
        for line in self._text[1][start - 1 :]:
            stripped = line.lstrip()
            if not stripped or stripped.startswith((")", "]", "}", "#", "@")):
                continue
            left = len(line) - len(stripped)
            if indent is not None and left <= indent:
                return
            if stripped.startswith(("def ", "async def ")) and indent is None:
                indent = left
            yield line
