"""Which functions are worth following for what is loaded when it is read: by their text alone, which is cheap."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from ...regex import regex
from ..readings import fact, kept, remembered
from .origins import VALIDATING
from .sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...module import Module
    from ..modules import Modules
    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from ..type_terms import Type
    from .sessions import Sessions
    from .tables import Entity

READS, CHANGES, FORGETS, LEAVES_OUT, HANDS_OVER, SHOWS, SKIPS = 1, 2, 4, 8, 16, 32, 64
"""What the text of a function has: an attribute that may have to be loaded; anything that decides what is loaded then;
what makes a session forget, leaves columns out, hands a function over to be called, makes a model of an object, skips
rows of a statement."""
FORGETTING = frozenset(("rollback", "reset", "expire", "expire_all"))
"""Methods by which a session forgets what it has loaded."""
COMMITTING = frozenset(("commit", "begin"))
"""Those by which it may, if it is one that expires objects."""
_DOTTED = regex(r"\.(\w+\(?)")
_CALLED = {
    CHANGES: frozenset("commit( rollback( flush( refresh( run_sync( expire( expire_all(".split()),
    FORGETS: frozenset(f"{name}(" for name in FORGETTING | COMMITTING),
    SHOWS: frozenset(f"{name}(" for name in VALIDATING),
}
_ADDS = frozenset(("add(", "add_all(", "delete("))
_ADDING = regex(r"(?i:session|db)\w*\.(?:add|add_all|delete)\(")
_WORDS = {
    CHANGES: regex(r"(?:setattr|(?:joined|selectin|subquery|immediate|lazy)load|contains_eager|load_only)\("),
    LEAVES_OUT: regex(r"(?:load_only|defer|lazyload)\("),
    SKIPS: regex(r"\.(?:offset|slice)\("),
    HANDS_OVER: regex(r"(?:to_thread|run_in_threadpool|run_sync)\("),
}
_INDENTED = (" ", "\t", "\n", "\r", ")", "]", "}", "#")
_QUOTES = ('"""', "'''")
_COMMENT = regex(r"(?m)^\s*#.*$")
_PROPERTY = regex(r"@(?:\w+\.)?(?:cached_|hybrid_)?property\s+(?:@[^\n]*\s+)*def (\w+)")
_DEEPEST = 3
_KEPT = 32
"""Of so many files the lines are kept."""


class Reach:
    """Answers by function ("path:qualname")."""

    def __init__(self, modules: Modules, sessions: Sessions, entities: Callable[[], Iterable[Entity]]) -> None:
        self.modules = modules
        self.sessions = sessions
        self._entities = entities
        self._names: frozenset[str] | None = None
        self._relationships: frozenset[str] | None = None
        self._columns: frozenset[str] | None = None
        self._keys: frozenset[str] | None = None
        self._dotted: frozenset[str] | None = None
        self._own: dict[str, int] = {}
        self._within: dict[tuple[str, int], int] = {}
        self._reading: dict[str, bool] = {}
        self._may_read: dict[str, bool] = {}
        self._shown: dict[Schema, bool] = {}
        self._mapped: frozenset[str] | None = None
        self._texts: dict[str, tuple[str, list[int], int]] = {}

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
    @fact("database.reach.columns", lambda self: self.modules)
    def columns(self) -> frozenset[str]:
        """The names of all columns that are no keys, and of all relationships."""
        if self._columns is None:
            names = {each.attribute for one in self._entities() for each in one.columns if not each.primary_key}
            self._columns = self.relationships.union(names)
        return self._columns

    @property
    @fact("database.reach.keys", lambda self: self.modules)
    def keys(self) -> frozenset[str]:
        """The names of all columns that are keys."""
        if self._keys is None:
            self._keys = frozenset(
                each.attribute for one in self._entities() for each in one.columns if each.primary_key
            )
        return self._keys

    @property
    @remembered()
    def _after_dots(self) -> frozenset[str]:
        """The names as they stand in a text, called ones too."""
        if self._dotted is None:
            self._dotted = frozenset((*self.names, *(f"{each}(" for each in self.names)))
        return self._dotted

    @remembered()
    def may_read(self, symbol: str) -> bool:
        """Whether a function, or one that it calls, reads an attribute that may have to be loaded."""
        known = self._may_read.get(symbol)
        if known is None:
            known = self._may_read[symbol] = bool(self.within(symbol, _DEEPEST - 1) & READS) and any(
                self._reads(each) for level in self.levels(symbol, _DEEPEST) for each in level
            )
        return known

    def matters(self, symbol: str) -> bool:
        """Whether it does that, or anything that decides what is loaded then."""
        return bool(self.within(symbol, _DEEPEST - 1) & CHANGES) or self.may_read(symbol)

    def skips(self, module: Module, function: ast.AST) -> bool:
        """Whether a statement of a function may leave rows out, by the texts of its file and of what it calls."""
        if _WORDS[SKIPS].search(module.text) is not None:
            return True
        return bool(self.within(self.sessions.sites.symbol(module, function), _DEEPEST) & SKIPS)

    def levels(self, symbol: str, number: int) -> Iterator[list[str]]:
        """A function, those that it calls, those that these call …: so many levels, each function once."""
        level, seen = [symbol], {symbol}
        for position in range(number):
            yield level
            if position + 1 < number:
                called = [each for one in level for each in self.sessions.callees(one)]
                level = [each for each in dict.fromkeys(called) if each not in seen]
                seen.update(level)

    @kept("database.reach.within", lambda self: self.modules)
    def within(self, symbol: str, depth: int) -> int:
        """What the texts of a function and of those that it calls have, so many calls deep."""
        key = symbol, depth
        known = self._within.get(key)
        if known is None:
            known = self.own(symbol)
            for each in self.sessions.callees(symbol) if depth else ():
                known |= self.within(each, depth - 1)
            self._within[key] = known
        return known

    @remembered()
    def own(self, symbol: str) -> int:
        """What the text of a function has."""
        known = self._own.get(symbol)
        if known is None:
            known = self._own[symbol] = self._look(symbol)
        return known

    def _look(self, symbol: str) -> int:
        path, _, qualname = symbol.rpartition(":")
        summary = self.modules.summary(path)
        function = summary.functions.get(qualname) if summary is not None else None
        if summary is None or function is None:
            return 0
        whole, starts, found = self._text_of(path)
        text = _COMMENT.sub("", _defined(whole, starts[function[1] - 1]))
        dotted = frozenset(_DOTTED.findall(text))
        if not dotted.isdisjoint(self._after_dots):
            found |= READS
        for flag, names in _CALLED.items():
            if not dotted.isdisjoint(names):
                found |= flag
        for flag, words in _WORDS.items():
            if words.search(text):
                found |= flag
        if not found & CHANGES and not dotted.isdisjoint(_ADDS) and _ADDING.search(text):
            found |= CHANGES
        return found

    @kept("database.reach.reads", lambda self: self.modules)
    def _reads(self, symbol: str) -> bool:
        """Whether a function itself reads such an attribute of what may be an object of a mapped class."""
        known = self._reading.get(symbol)
        if known is None:
            known = self._reading[symbol] = bool(self.own(symbol) & READS) and self._reads_objects(symbol)
        return known

    def _reads_objects(self, symbol: str) -> bool:
        """Whether one of these attributes may be that of a mapped class, by the types that are known."""
        sites = self.sessions.sites
        own = sites.function(symbol)
        if own is None:
            return False
        names, first, last = self.names, own[1].lineno, own[1].end_lineno or 0
        attributes = own[0].index.nodes(ast.Attribute)
        for node in [each for each in attributes if first <= each.lineno <= last and each.attr in names]:
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

    @remembered()
    def _text_of(self, path: str) -> tuple[str, list[int], int]:
        """The text of a file, where its lines begin, and what holds for all functions in it."""
        known = self._texts.get(path)
        if known is None:
            if len(self._texts) >= _KEPT:
                self._texts.clear()
            text = (self.modules.bytes_of(path) or b"").decode("utf-8", "replace")
            passed = accumulate(map(len, text.split("\n")), initial=0)
            starts = [letters + breaks for breaks, letters in enumerate(passed)]
            known = self._texts[path] = text, starts, _of_module(text)
        return known


def _defined(text: str, start: int) -> str:
    """What is defined on the line that begins there: up to the next line that stands as far left, texts over lines
    left out."""
    first, _, _ = text[start:].partition("\n")
    outside = _outside(len(first) - len(first.lstrip()))
    position = start + len(first)
    while found := outside.search(text, position):
        if not any(text.count(quotes, start, found.start()) % 2 for quotes in _QUOTES):
            return text[start : found.start()]
        position = found.end()
    return text[start:]


@cache
def _outside(indent: int) -> re.Pattern[str]:
    """Finds the beginnings of lines that stand no further to the right and end a function."""
    return re.compile(rf"(?m)^[^\S\n]{{0,{indent}}}[^\s)\]}}#@]")


def _of_module(text: str) -> int:
    """What holds for all functions of a file: that options at its top leave columns out."""
    for found in _WORDS[LEAVES_OUT].finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        while start and (text[start : start + 1] in _INDENTED):
            start = text.rfind("\n", 0, start - 1) + 1
        if not text.startswith(("def ", "async def ", "class ", "@"), start):
            return LEAVES_OUT
    return 0
