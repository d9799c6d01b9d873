"""What the SQL texts of a project say about its SQLite databases: tables and indexes that it creates, pragmas it sets.

Read from the texts in its Python files, tests and examples left out. A table whose text has parts that are put together
when the program runs is not known.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from ..config import role
from .readings import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config import Config
    from .modules import Modules

_NAME = r"""["`\[]?(\w+)["`\]]?"""
_TABLE = re.compile(rf"(?is)\bcreate\s+(?:temp\w*\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:\w+\.)?{_NAME}\s*\(")
_INDEX = re.compile(
    rf"(?is)\bcreate\s+(unique\s+)?index\s+(?:if\s+not\s+exists\s+)?(?:\w+\.)?{_NAME}\s+on\s+{_NAME}\s*\(([^)]*)\)"
)
_PRAGMA = re.compile(r"(?i)\bpragma\s+(?:\w+\.)?(\w+)")
_DYNAMIC_PRAGMA = re.compile(r"""(?i)\bpragma\s*(?:\{|%s|["'])""")
_CONSTRAINTS = re.compile(r"(?i)^(?:constraint\s+\S+\s+)?(primary\s+key|unique|foreign\s+key|check)\b")


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
        """The pragmas that the project sets or asks for, in lower case; "*" when the name of one is not known."""
        if self._pragmas is None:
            found = set()
            for path in self._modules.mentioning_any((b"PRAGMA", b"pragma", b"Pragma")):
                text = (self._modules.bytes_of(path) or b"").decode("utf-8", "replace")
                if role(self._config, path, text) not in ("app", "script"):
                    continue
                found |= {each.lower() for each in _PRAGMA.findall(text)}
                if _DYNAMIC_PRAGMA.search(text) or "pragmas" in text:
                    found.add("*")
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
        texts = [
            (path, text)
            for path in self._modules.mentioning_any((b"CREATE TABLE", b"create table", b"CREATE ", b"create index"))
            for text in self._texts(path)
        ]
        for path, text in texts:
            for each in _TABLE.finditer(text):
                body = _balanced(text, each.end())
                table = _table(each[1].lower(), path, body) if body is not None else None
                known = found.get(each[1].lower(), table)
                same = known is not None and table is not None and known.columns == table.columns
                found[each[1].lower()] = table if same else None
            for index in _INDEX.finditer(text):
                first = index[4].partition(",")[0].split()
                keys.setdefault(index[3].lower(), set()).add(first[0].strip('"`[]').lower() if first else "")
        return {
            name: table._replace(keys=table.keys | keys.get(name, set()))
            for name, table in found.items()
            if table is not None
        }

    def _texts(self, path: str) -> Iterator[str]:
        data = (self._modules.bytes_of(path) or b"").decode("utf-8", "replace")
        if not re.search(r"(?i)create\s+(?:unique\s+)?(?:temp\w*\s+)?(?:table|index)\b", data):
            return
        if role(self._config, path, data) in ("test", "example"):
            return
        module = self._modules.lent(path)
        if module is None:
            return
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else "__unknown__" for p in node.values)


def _balanced(text: str, start: int) -> str | None:
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if not depth:
            return text[start:position]
    return None


def _table(name: str, path: str, body: str) -> SqlTable | None:
    if "__unknown__" in body or "__unknown__" in name:
        return None
    body = re.sub(r"--[^\n]*|/\*.*?\*/", " ", body)
    columns, keys = set(), set()
    for part in _parts(body):
        constraint = _CONSTRAINTS.match(part)
        if constraint is not None:
            listed = re.search(r"\(([^)]*)\)", part)
            if listed is not None and constraint[1][:1].lower() in "pu":
                keys.add(listed[1].partition(",")[0].split()[0].strip('"`[]').lower() if listed[1].strip() else "")
            continue
        words = part.split(None, 1)
        column = words[0].strip('"`[]').lower()
        columns.add(column)
        if len(words) > 1 and re.search(r"(?i)\bprimary\s+key\b|\bunique\b", words[1]):
            keys.add(column)
    return SqlTable(
        name, path, frozenset(columns), frozenset(keys), re.search(r"(?i)\breferences\s+\S", body) is not None
    )


def _parts(body: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, char in enumerate(body):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            if body[start:position].strip():
                yield body[start:position].strip()
            start = position + 1
    if body[start:].strip():
        yield body[start:].strip()
