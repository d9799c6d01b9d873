"""What the SQL texts of a project say about its SQLite databases: tables and indexes that it creates, pragmas it sets.

Read from the texts in its Python files, tests and examples left out. A table whose text has parts that are put together
when the program runs is not known.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..config import role
from ..module.index import subtree
from ..records import NamedTuple
from ..regex import regex
from .readings import fact
from .sql import HOLE, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config import Config
    from .modules import Modules
    from .sql import Sql

_CREATES = regex(r"(?i)create\s+(?:unique\s+)?(?:temp\w*\s+)?(?:table|index)\b")
"""What texts are looked at for."""
_OFF = frozenset(("0", "off", "false", "no"))


class SqlTable(NamedTuple):
    """A table of a `CREATE TABLE` text."""

    name: str
    path: str
    columns: frozenset[str]
    """Names in lower case."""
    keys: frozenset[str]
    """Columns that a primary key, unique constraint or index begins with."""
    has_foreign_keys: bool


class Sqlite:
    """The schema and the pragmas of a project, read at the first question."""

    def __init__(self, modules: Modules, config: Config) -> None:
        self._modules = modules
        self._config = config
        self._tables: dict[str, SqlTable] | None = None
        self._pragmas: frozenset[str] | None = None

    @property
    @fact("sqlite.pragmas", lambda self: self._modules)
    def pragmas(self) -> frozenset[str]:
        """The pragmas that the project sets, not to off, in lower case; "*" when the name of one is not known."""
        if self._pragmas is None:
            found = set()
            for path in self._modules.mentioning_any((b"PRAGMA", b"pragma", b"Pragma")):
                data = (self._modules.bytes_of(path) or b"").decode("utf-8", "replace")
                if role(self._config, path, data) not in ("app", "script"):
                    continue
                if "pragmas" in data:
                    found.add("*")
                for text in self._texts(path):
                    if "pragma" in text.lower():
                        found.update(_set(text))
            self._pragmas = frozenset(found)
        return self._pragmas

    @property
    @fact("sqlite.tables", lambda self: self._modules)
    def tables(self) -> dict[str, SqlTable]:
        """Name in lower case → the table; those that several texts create in different ways are left out."""
        if self._tables is None:
            self._tables = self._read()
        return self._tables

    def _read(self) -> dict[str, SqlTable]:
        found: dict[str, SqlTable | None] = {}
        keys: dict[str, set[str]] = {}
        for path in self._modules.mentioning_any((b"CREATE TABLE", b"create table", b"CREATE ", b"create index")):
            data = (self._modules.bytes_of(path) or b"").decode("utf-8", "replace")
            if _CREATES.search(data) is None or role(self._config, path, data) in ("test", "example"):
                continue
            for text in self._texts(path):
                for each in read(text, "sqlite") if _CREATES.search(text) is not None else ():
                    name = (each.table or "").lower()
                    if each.kind == "create_table" and name:
                        table = _table(name, path, each)
                        known = found.get(name, table)
                        same = known is not None and table is not None and known.columns == table.columns
                        found[name] = table if same else None
                    elif each.kind == "create_index":
                        keys.setdefault(name, set()).update(column.lower() for column in each.columns[:1])
        return {
            name: table._replace(keys=table.keys | keys.get(name, set()))
            for name, table in found.items()
            if table is not None
        }

    def _texts(self, path: str) -> Iterator[str]:
        """The texts of a file, HOLE for what is filled in."""
        module = self._modules.lent(path)
        if module is None:
            return
        parts: set[ast.AST] = set()
        for node in subtree(module.tree):
            if isinstance(node, ast.JoinedStr):
                parts.update(node.values)
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else HOLE for p in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
                yield node.value


def _set(text: str) -> Iterator[str]:
    """The pragmas that a text sets."""
    for each in read(text, "sqlite"):
        if each.kind == "pragma" and each.after is not None and each.after.lower() not in _OFF:
            yield from each.columns or ("*",)
        elif each.kind == "unknown" and text.lstrip()[:6].lower() == "pragma":
            yield "*"  # put together from pieces


def _table(name: str, path: str, made: Sql) -> SqlTable | None:
    if "unknown" in made.facts:
        return None
    columns, keys = (frozenset(each.lower() for each in names) for names in (made.columns, made.keys))
    return SqlTable(name, path, columns, keys, "foreign keys" in made.facts)
