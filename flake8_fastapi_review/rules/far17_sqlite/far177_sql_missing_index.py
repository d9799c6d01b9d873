from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .connections import EXECUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SqlMissingIndex(Rule):
    """SQL text looks rows up by columns of which none is indexed by the schema's text.

    SQLite then reads the whole table for every execution, the more so the longer the service is in use. Add a
    `CREATE INDEX` for what is filtered by most.

    Only tables whose `CREATE TABLE` stands in the project are judged, and only statements on one table whose conditions
    are all joined by `AND`, one of which asks for a value that is handed over. What filters by a constant, as by a
    state, counts rows, or migrates them is left alone. Tables that stay small can be named in `small_tables`.

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
        if "migration" in file.path:
            return
        small = {each.lower() for each in self.small_tables}
        for call in file.calls_to(*EXECUTES):
            if not call.args:
                continue
            text = file.sql_text(call.args[0])
            statements = file.sql(text, "sqlite") if "where" in text.lower() else ()
            if len(statements) != 1 or not statements[0].sought or "summed" in statements[0].facts:
                continue
            name = (statements[0].table or "").lower()
            columns = {each.lower() for each in statements[0].compared}
            table = file.sqlite.tables.get(name) if columns and name not in small else None
            if table is None or not table.columns.issuperset(columns) or not table.keys.isdisjoint(columns):
                continue
            names = sorted(each.lower() for each in statements[0].sought)
            told = f"`{names[0]}`" if len(names) == 1 else "any of " + ", ".join(f"`{each}`" for each in names)
            yield self.at(call.args[0], table=table.name, columns=told)
