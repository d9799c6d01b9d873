"""The schema of knowledge rows: checks a parsed TOML document and adds its rows to Tables.

Used when the shipped rows are compiled (`compile.py`) and when a project appends rows of its own; a plain run
never imports it. The schema itself is described in README.md beside this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..regex import regex
from . import AWAIT, KINDS, KnowledgeError, Tables
from .flows import SINKS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .flows import Rows

WHERE_OFFLOADED = ("thread", "process", "worker", "greenlet", "inline")
WHERE_CALLED_BACK = ("loop", "loop-or-thread")
EFFECTS = (
    "transparent",
    "cached",
    "thread",
    "sync",
    "coroutine",
    "task",
    "loop-or-thread",
    "property",
    "cached_property",
    "static",
    "class",
    "contextmanager",
    "asynccontextmanager",
)
ROUTE_KINDS = ("route", "websocket", "middleware", "exception_handler", "event", "include", "mount")
HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT")
QUERIES = ("one", "all", "write", "lazy", "narrows", "limits", "takes")
OPENED = ("connection", "pool", "client")
NO_BLOCKING = "none"
"""A kind that takes a name out of a wider row, such as a member out of `Class.*`."""

_NAME = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_PLACE = regex(r"(?:sql|filter|most):\d")
_BRACES = regex(r"\{([^{}]*)\}")


def expand(name: str) -> Iterator[str]:
    """`requests.{get,post}` gives `requests.get` and `requests.post`; several groups give every combination."""
    match = _BRACES.search(name)
    if match is None:
        yield name
        return
    for choice in match[1].split(","):
        yield from expand(name[: match.start()] + choice.strip() + name[match.end() :])


def add(tables: Tables, document: Mapping[str, Any], where: str, *, override: bool = False) -> None:
    """Adds the rows of one document; `where` names it in errors.

    `override` lets rows replace those that are there already (a project's rows win over the shipped ones);
    without it two rows that disagree about one name are an error. Raises KnowledgeError.
    """
    _Document(tables, where, override).add(document)


class _Document:
    def __init__(self, tables: Tables, where: str, override: bool) -> None:
        self.tables = tables
        self.where = where
        self.override = override
        self._flows_owned = False

    def add(self, document: Mapping[str, Any]) -> None:
        sections: dict[str, Callable[[str, Any], None]] = {
            "blocking": self._blocking,
            "unverified": self._unverified,
            "groups": self._groups,
            "aliases": self._aliases,
            "bases": self._bases,
            "returns": self._returns,
            "enters": self._types(self.tables.enters),
            "async_enters": self._types(self.tables.async_enters),
            "iterates": self._types(self.tables.iterates),
            "async_iterates": self._types(self.tables.async_iterates),
            "offloads": self._runs(self.tables.offloads, WHERE_OFFLOADED),
            "loop_callbacks": self._runs(self.tables.loop_callbacks, WHERE_CALLED_BACK),
            "decorators": self._decorators,
            "queries": self._queries,
            "opens": self._opens,
            "constants": self._constants,
            "routes": self._routes,
            "sinks": self._sinks,
            "passes": self._passes,
            "sources": self._sources,
            "checks": self._checks,
        }
        for section, value in document.items():
            if section not in sections:
                self._fail(section, "unknown table" + _nearest(section, sections))
            sections[section](section, value)

    def _fail(self, key: str, problem: str) -> NoReturn:
        raise KnowledgeError(f"{self.where}: {key}: {problem}")

    # tables, in the order of README.md

    def _blocking(self, section: str, value: Any) -> None:
        if not isinstance(value, list):
            self._fail(section, "must be an array of tables, written [[blocking]]")
        for position, row in enumerate(value):
            self._blocking_row(f"{section}[{position}]", row)

    def _blocking_row(self, key: str, row: Any) -> None:
        fields = self._table(key, row, {"kind", "names", "remedy", "except", "unless"})
        kind = fields.get("kind")
        if not isinstance(kind, str) or (kind not in KINDS and kind != NO_BLOCKING):
            self._fail(f"{key}.kind", f"{kind!r} is no kind" + _nearest(str(kind), KINDS))
        remedy = fields.get("remedy", "")
        if not isinstance(remedy, str) or (not remedy and kind != NO_BLOCKING):
            self._fail(f"{key}.remedy", "must say what to use instead (a text that follows the word “use”)")
        exceptions = frozenset(self._strings(f"{key}.except", fields.get("except", [])))
        names = [name for text in self._strings(f"{key}.names", fields.get("names")) for name in expand(text)]
        if not names:
            self._fail(f"{key}.names", "must name at least one function, method or `Class.*`")
        wildcards = [name for name in names if name.endswith(".*")]
        if exceptions and not wildcards:
            self._fail(f"{key}.except", "has no `Class.*` in `names` that it could narrow")
        index = self._block(kind, remedy)
        for name in names:
            self._check_name(f"{key}.names", name.removesuffix(".*"))
            self._put(self.tables.blocking, f"{key}.names", name, index)
        for name in wildcards:
            self.tables.exceptions[name] = exceptions
        unless = self._conditions(f"{key}.unless", fields.get("unless", []))
        if unless and wildcards and len(wildcards) < len(names):
            self._fail(f"{key}.unless", "holds for methods by name or for `Class.*`, not for both in one row")
        for name in names:
            if unless:
                self.tables.unless[name] = unless
            else:
                self.tables.unless.pop(name, None)

    def _conditions(self, key: str, value: Any) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
        """`[{ argument = "block", position = 0, values = ["False"] }, …]`."""
        if not isinstance(value, list):
            self._fail(key, "must be a list of tables: argument, position, values")
        conditions = []
        for row in value:
            fields = self._table(key, row, {"argument", "position", "values"})
            argument, position = fields.get("argument"), fields.get("position", -1)
            if not isinstance(argument, str) or type(position) is not int:
                self._fail(key, "`argument` is a keyword, `position` the argument's position, from 0")
            conditions.append((argument, position, tuple(self._strings(f"{key}.values", fields.get("values")))))
        return tuple(conditions)

    def _block(self, kind: str, remedy: str) -> int:
        block = (kind, remedy)
        if block not in self.tables.blocks:
            self.tables.blocks.append(block)
        return self.tables.blocks.index(block)

    def _unverified(self, section: str, value: Any) -> None:
        if not isinstance(value, list):
            self._fail(section, "must be an array of tables, written [[unverified]]")
        for place, row in enumerate(value):
            key = f"{section}[{place}]"
            fields = self._table(key, row, {"names", "argument", "position", "values"})
            argument, position = fields.get("argument", ""), fields.get("position", -1)
            values = tuple(self._strings(f"{key}.values", fields.get("values")))
            if not isinstance(argument, str) or type(position) is not int:
                self._fail(key, "`argument` is a keyword, `position` the argument's position, from 0")
            if not values:
                self._fail(f"{key}.values", "must name at least one value that switches verification off")
            for name in (name for text in self._strings(f"{key}.names", fields.get("names")) for name in expand(text)):
                self._check_name(f"{key}.names", name)
                rows = self.tables.unverified.get(name, ())
                if (argument, position, values) not in rows:
                    self.tables.unverified[name] = (*rows, (argument, position, values))

    def _aliases(self, section: str, value: Any) -> None:
        for name, target in self._rows(section, value):
            key = f'{section}."{name}"'
            if not isinstance(target, str):
                self._fail(key, "must be the canonical dotted name")
            self._check_name(key, name.removesuffix(".*"))
            self._check_name(key, target)
            if name == target:
                self._fail(key, "is an alias of itself")
            self._put(self.tables.aliases, key, name, target)

    def _bases(self, section: str, value: Any) -> None:
        for name, bases in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            classes = tuple(self._strings(key, bases))
            for base in classes:
                self._check_name(key, base)
            self._put(self.tables.bases, key, name, classes)

    def _returns(self, section: str, value: Any) -> None:
        for name, result in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name.removesuffix(".*"))
            if not isinstance(result, str):
                self._fail(key, "must be a class, `self`, or either after `await `")
            awaited = result.removeprefix(AWAIT)
            if awaited == "?" and awaited == result:
                self._fail(key, "`?` (an unknown class) is only of use after `await `")
            if awaited not in ("?", "None", "self"):
                self._check_name(key, awaited)
            self._put(self.tables.returns, key, name, result)

    def _types(self, table: dict[str, str]) -> Callable[[str, Any], None]:
        def add(section: str, value: Any) -> None:
            for name, result in self._rows(section, value):
                key = f'{section}."{name}"'
                self._check_name(key, name)
                if not isinstance(result, str):
                    self._fail(key, "must be a class, `self`, `?` or `None`")
                if result not in ("?", "None", "self"):
                    self._check_name(key, result)
                self._put(table, key, name, result)

        return add

    def _queries(self, section: str, value: Any) -> None:
        for name, text in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            kind, *options = text.split() if isinstance(text, str) and text.strip() else [""]
            if kind not in QUERIES:
                self._fail(key, f"must begin with one of {', '.join(QUERIES)}")
            if not all(_PLACE.fullmatch(each) for each in options):
                self._fail(key, "after the kind: `sql:0`, `filter:0` or `most:0`, places of arguments")
            self._put(self.tables.queries, key, name, text)

    def _opens(self, section: str, value: Any) -> None:
        for name, kind in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            if kind not in OPENED:
                self._fail(key, f"must be one of {', '.join(OPENED)}")
            self._put(self.tables.opens, key, name, kind)

    def _runs(
        self, table: dict[str, tuple[int, str, str, bool]], places: tuple[str, ...]
    ) -> Callable[[str, Any], None]:
        def add(section: str, value: Any) -> None:
            for name, row in self._rows(section, value):
                key = f'{section}."{name}"'
                self._check_name(key, name)
                fields = self._table(key, row, {"callable", "keyword", "where", "wraps"})
                position, keyword = fields.get("callable", -1), fields.get("keyword", "")
                place, wraps = fields.get("where"), fields.get("wraps", False)
                if type(position) is not int or not isinstance(keyword, str) or (position < 0 and not keyword):
                    self._fail(key, "needs `callable` (the argument's position, from 0) or `keyword` (its name)")
                if place not in places:
                    self._fail(f"{key}.where", f"{place!r} is none of {', '.join(places)}")
                if not isinstance(wraps, bool):
                    self._fail(f"{key}.wraps", "must be true or false")
                self._put(table, key, name, (position, keyword, place, wraps))

        return add

    def _decorators(self, section: str, value: Any) -> None:
        for name, effect in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            if effect not in EFFECTS:
                self._fail(key, f"{effect!r} is none of {', '.join(EFFECTS)}")
            self._put(self.tables.decorators, key, name, effect)

    def _groups(self, section: str, value: Any) -> None:
        table = self.tables.group_rows()
        if not isinstance(value, dict):
            self._fail(section, "must be a table")
        for group, listed in value.items():
            key = f"{section}.{group}"
            if self.override and group not in table:
                self._fail(key, "is no group" + _nearest(group, table))
            names = [name for text in self._strings(key, listed) for name in expand(text)]
            for name in names:
                self._check_name(key, name.removesuffix("*"))
            table[group] = tuple(dict.fromkeys((*table.get(group, ()), *names)))

    def _constants(self, section: str, value: Any) -> None:
        for name, constant in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            if not isinstance(constant, (int, float, str)):
                self._fail(key, "must be a number, a text or a truth value")
            self._put(self.tables.constants, key, name, constant)

    def _routes(self, section: str, value: Any) -> None:
        for name, row in self._rows(section, value):
            key = f'{section}."{name}"'
            self._check_name(key, name)
            fields = self._table(key, row, {"kind", "methods", "endpoint"})
            kind, endpoint = fields.get("kind"), fields.get("endpoint", -1)
            if kind not in ROUTE_KINDS:
                self._fail(f"{key}.kind", f"{kind!r} is none of {', '.join(ROUTE_KINDS)}")
            methods = tuple(self._strings(f"{key}.methods", fields.get("methods", [])))
            for method in methods:
                if method not in HTTP_METHODS:
                    self._fail(f"{key}.methods", f"{method!r} is none of {', '.join(HTTP_METHODS)}")
            if type(endpoint) is not int:
                self._fail(f"{key}.endpoint", "must be the position of the argument, from 0")
            self._put(self.tables.routes, key, name, (kind, methods, endpoint))

    # untrusted input

    def _flow_blocks(
        self, section: str, value: Any, allowed: set[str], table: int
    ) -> Iterator[tuple[str, str, Mapping[str, Any], dict[str, Any]]]:
        """Key, name, fields of each row of an array of tables, and the table that it belongs to."""
        if not isinstance(value, list):
            self._fail(section, f"must be an array of tables, written [[{section}]]")
        rows: Any = self._own_flows()[table]
        for place, row in enumerate(value):
            key = f"{section}[{place}]"
            fields = self._table(key, row, allowed)
            names = [name for text in self._strings(f"{key}.names", fields.get("names")) for name in expand(text)]
            if not names:
                self._fail(f"{key}.names", "must name at least one function, method, class or attribute")
            for name in names:
                self._check_name(f"{key}.names", name)
                yield key, name, fields, rows

    def _own_flows(self) -> Rows:
        if self.override and not self._flows_owned:
            self._flows_owned = True
            return self.tables.own_flow_rows()
        return self.tables.flow_rows()

    def _sinks(self, section: str, value: Any) -> None:
        for key, name, fields, rows in self._flow_blocks(section, value, {"kind", "names", "arguments", "when"}, 0):
            kind, condition = fields.get("kind"), fields.get("when", "")
            if kind not in SINKS:
                self._fail(f"{key}.kind", f"{kind!r} is no kind" + _nearest(str(kind), SINKS))
            if not isinstance(condition, str):
                self._fail(f"{key}.when", "must be a text")
            row = (kind, self._arguments(f"{key}.arguments", fields.get("arguments", [0])), condition)
            if row not in rows.get(name, ()):
                rows[name] = (*rows.get(name, ()), row)

    def _passes(self, section: str, value: Any) -> None:
        for key, name, fields, rows in self._flow_blocks(section, value, {"names", "from", "safe", "unsafe"}, 1):
            given = self._arguments(f"{key}.from", fields.get("from", ["*", "self"]))
            safe = self._kinds(f"{key}.safe", fields.get("safe", []))
            self._put(rows, key, name, (given, safe, self._kinds(f"{key}.unsafe", fields.get("unsafe", []))))

    def _sources(self, section: str, value: Any) -> None:
        for key, name, fields, rows in self._flow_blocks(section, value, {"kind", "names"}, 2):
            if fields.get("kind") not in SOURCES:
                self._fail(f"{key}.kind", f"{fields.get('kind')!r} is none of {', '.join(SOURCES)}")
            self._put(rows, key, name, fields["kind"])

    def _checks(self, section: str, value: Any) -> None:
        allowed = {"names", "argument", "safe", "when", "raises"}
        for key, name, fields, rows in self._flow_blocks(section, value, allowed, 3):
            (argument,) = self._arguments(f"{key}.argument", [fields.get("argument", 0)])
            safe = self._kinds(f"{key}.safe", fields.get("safe", ["*"]))
            condition, raises = fields.get("when", ""), fields.get("raises", False)
            if condition not in ("", "resolved", "separator"):
                self._fail(f"{key}.when", "must be `resolved` or `separator`")
            if not isinstance(raises, bool):
                self._fail(f"{key}.raises", "must be true or false")
            self._put(rows, key, name, (argument, safe, condition, raises))

    def _arguments(self, key: str, value: Any) -> tuple[int | str, ...]:
        if not isinstance(value, list) or not all(type(item) in (int, str) for item in value):
            self._fail(key, "must be a list of positions from 0, keywords, `self` or `*`")
        return tuple(value)

    def _kinds(self, key: str, value: Any) -> tuple[str, ...]:
        kinds = tuple(self._strings(key, value))
        for kind in kinds:
            if kind not in SINKS and kind not in ("*", "resolved", "keys", "content", "member", "host"):
                self._fail(key, f"{kind!r} is no kind" + _nearest(kind, SINKS))
        return kinds

    # pieces

    def _rows(self, section: str, value: Any) -> Iterator[tuple[str, Any]]:
        """The rows of a table with braces in their names expanded."""
        if not isinstance(value, dict):
            self._fail(section, f"must be a table, written [{section}]")
        for text, row in value.items():
            if isinstance(row, dict) and not _is_row(row):
                self._fail(f"{section}.{text}", "unknown keys; a dotted name must stand in quotation marks")
            for name in expand(text):
                yield name, row

    def _table(self, key: str, row: Any, allowed: set[str]) -> Mapping[str, Any]:
        if not isinstance(row, dict):
            self._fail(key, "must be a table")
        for field in row:
            if field not in allowed:
                self._fail(f"{key}.{field}", "unknown key" + _nearest(field, allowed))
        return row

    def _strings(self, key: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._fail(key, "must be a list of texts")
        return value

    def _check_name(self, key: str, name: str) -> None:
        if _NAME.fullmatch(name) is None:
            self._fail(key, f"{name!r} is no dotted name")

    def _put(self, table: dict[str, Any], key: str, name: str, value: Any) -> None:
        if not self.override and table.get(name, value) != value:
            self._fail(key, f"disagrees with an earlier row about {name}")
        table[name] = value


_ROW_KEYS = {"callable", "keyword", "where", "wraps", "kind", "methods", "endpoint"}


def _is_row(row: dict[str, Any]) -> bool:
    """A dictionary of a row, not the table that TOML makes of a dotted name without quotation marks."""
    return not row or not _ROW_KEYS.isdisjoint(row)


def _nearest(word: str, words: Any) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(words), 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(words))}"


def check_canonical(tables: Tables, where: str) -> None:
    """Every name in a row must be canonical: a row that stands under an alias would never be found."""
    if tables.flows is not None:
        for name in (name for rows in tables.flows for name in rows):
            if tables.canonical(name) != name:
                raise KnowledgeError(f"{where}: {name} is an alias; write the row for {tables.canonical(name)}")
    for group, names in (tables.groups or {}).items():
        for name in names:
            if (canonical := tables.canonical(name)) != name:
                raise KnowledgeError(f"{where}: groups.{group}: {name} is an alias; write {canonical}")
    for title, table in tables.named():
        for name, value in table.items():
            plain = name.removesuffix(".*")
            canonical = tables.canonical(plain)
            if canonical != plain and title != "aliases":
                raise KnowledgeError(f'{where}: {title}."{name}": is an alias; write the row for {canonical}')
            for target in _targets(title, value):
                canonical = tables.canonical(target)
                if canonical != target:
                    raise KnowledgeError(f'{where}: {title}."{name}": {target} is an alias; write {canonical}')


def _targets(title: str, value: Any) -> tuple[str, ...]:
    match title:
        case "bases":
            return tuple(value)
        case "returns" | "enters" | "async_enters" | "iterates" | "async_iterates" | "aliases":
            return (str(value).removeprefix(AWAIT),)
        case _:
            return ()
