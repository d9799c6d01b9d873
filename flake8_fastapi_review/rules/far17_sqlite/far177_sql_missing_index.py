from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .connections import EXECUTES, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_QUERY = re.compile(
    r"""(?is)^\s*(?:select\b(?:(?!\bfrom\b).)*\bfrom|delete\s+from|update(?=\s+\w+\s+set\b))\s+["`\[]?(\w+)["`\]]?\s*
    (?:set\b(?:(?!\bwhere\b).)*)?(?:as\s+)?(?:(?!where\b)(\w+)\s+)?where\s+(.*)$""",
    re.VERBOSE,
)
_END = re.compile(r"(?i)\b(?:order|group|limit|returning|having|union|window)\b")
_COMPARED = re.compile(r"""(?i)^\(?\s*(?:\w+\.)?["`\[]?(\w+)["`\]]?\s*(?:=|==|in\b|is\b|>=?|<=?|between\b|like\b)""")


class SqlMissingIndex(Rule):
    """SQL text filters by columns of which none is indexed by the schema's text.

    SQLite then reads the whole table for every execution, the more so the longer the service is in use. Add a
    `CREATE INDEX` for what is filtered by most.

    Only tables whose `CREATE TABLE` stands in the project are judged, and only statements on one table whose conditions
    are all joined by `AND`. Tables that stay small can be named in `small_tables`.

    Bad:

        import sqlite3

        SCHEMA = "CREATE TABLE books (id INTEGER PRIMARY KEY, isbn TEXT, title TEXT)"

        def title(connection: sqlite3.Connection, isbn: str) -> str:
            return connection.execute("SELECT title FROM books WHERE isbn = ?", (isbn,)).fetchone()[0]

    Good:

        import sqlite3

        SCHEMA = "CREATE TABLE books (id INTEGER PRIMARY KEY, isbn TEXT UNIQUE, title TEXT)"

        def title(connection: sqlite3.Connection, isbn: str) -> str:
            return connection.execute("SELECT title FROM books WHERE isbn = ?", (isbn,)).fetchone()[0]
    """

    code = "FAR177"
    severity = Severity.WARNING
    message = "no index of `{table}` begins with {columns}: the whole table is read, create one"
    markers = (("sqlite",), ("execute",), ("where", "WHERE"))

    small_tables: frozenset[str] = option(frozenset(), "Names of tables that stay small.")

    def check(self, file: File) -> Iterator[Violation]:
        small = {each.lower() for each in self.small_tables}
        for call in file.calls_to(*EXECUTES):
            if not call.args:
                continue
            found = _QUERY.match(sql(file, call.args[0]))
            if found is None or found[1].lower() in small:
                continue
            columns = _columns(found[3])
            table = file.sqlite.tables.get(found[1].lower()) if columns else None
            if table is None or not table.columns.issuperset(columns) or not table.keys.isdisjoint(columns):
                continue
            names = sorted(columns)
            told = f"`{names[0]}`" if len(names) == 1 else "any of " + ", ".join(f"`{each}`" for each in names)
            yield self.at(call.args[0], table=table.name, columns=told)


def _columns(condition: str) -> set[str]:
    """The columns that a condition compares; empty when it is not a chain of comparisons."""
    end = _END.search(condition)
    condition = condition[: end.start()] if end is not None else condition
    if re.search(r"(?i)\bor\b|\bselect\b|__unknown__|\browid\b|\bmatch\b", condition):
        return set()
    found = set()
    for part in re.split(r"(?i)\band\b", re.sub(r"(?i)\bbetween\s+\S+\s+and\s+\S+", "= ?", condition)):
        compared = _COMPARED.match(part.strip())
        if compared is None:
            return set()
        found.add(compared[1].lower())
    return found
