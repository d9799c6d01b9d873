"""Which functions are worth following for what is loaded when it is read: by their text alone, which is cheap."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...module.index import subtree
from ...regex import regex
from ..readings import fact, remembered
from .sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..modules import Modules
    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from ..types import Type
    from .sessions import Sessions
    from .tables import Entity

_EFFECTS = (
    r"\.(?:commit|rollback|flush|refresh|run_sync|expire|expire_all)\("
    r"|(?i:session|db)\w*\.(?:add|add_all|delete)\(|setattr\(|(?:joined|selectin|subquery|immediate|lazy)load\("
    r"|contains_eager\(|load_only\("
)
_PROPERTY = regex(r"@(?:\w+\.)?(?:cached_|hybrid_)?property\s+(?:@[^\n]*\s+)*def (\w+)")
_DEEPEST = 3


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
        self._shown: dict[Schema, bool] = {}
        self._mapped: frozenset[str] | None = None
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
    @fact("database.reach._symbols", lambda self: self.modules)
    def _symbols(self) -> frozenset[str]:
        """The mapped classes."""
        if self._mapped is None:
            self._mapped = frozenset(each.symbol for each in self._entities())
        return self._mapped

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
                reads = reads or bool(found.group(1))
                effects = effects or not found.group(1)
        reads = reads and self._reads_objects(symbol)
        return reads, reads or effects

    def _reads_objects(self, symbol: str) -> bool:
        """Whether one of these attributes may be that of a mapped class, by the types that are known."""
        sites = self.sessions.sites
        own = sites.function(symbol)
        for node in subtree(own[1]) if own is not None else ():
            if own is None or not isinstance(node, ast.Attribute) or node.attr not in self.names:
                continue
            found = sites.type(Site(own[0], node.value))
            members = found[1] if found is not None and found[0] == "union" else (found,)
            if any(self._may_be_mapped(each) for each in members):
                return True
        return False

    def _may_be_mapped(self, found: Type | None) -> bool:
        match found:
            case None:
                return True
            case ("inst", str(cls), *_):
                return cls in self._symbols or (":" not in cls and not cls.startswith("builtins."))
        return found[0] not in ("none", "func", "bound", "mod", "ext", "type")

    def shows(self, schemas: Schemas, schema: Schema) -> bool:
        """Whether a model of an answer, or one inside of it, has such an attribute."""
        return any(self._shows(schemas, each, 0) for each in schema.models())

    @remembered(lambda self, schemas, model, depth: model)
    def _shows(self, schemas: Schemas, model: Schema, depth: int) -> bool:
        known = self._shown.get(model)
        if known is None:
            self._shown[model] = depth > _DEEPEST
            made = schemas.model(model.name, model.items)
            fields = made.fields if made is not None else ()
            known = (made is not None and made.is_custom) or any(
                field.read_as in self.names
                or field.name in self.names
                or any(self._shows(schemas, each, depth + 1) for each in field.type.models())
                for field in fields
            )
            self._shown[model] = known
        return known

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
