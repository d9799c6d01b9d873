from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .databases import engines, files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
_SCHEMA = re.compile(r"(?i)schema|models?|tables?|ddl|migrat|structure")


class SqliteForeignKeysOff(Rule):
    """The schema has foreign keys, and nothing tells SQLite to keep them.

    SQLite reads `REFERENCES` and `ON DELETE CASCADE` and does nothing about them, unless each connection says
    `PRAGMA foreign_keys=ON`: rows may refer to what never was, and what should go with its parent stays. Set it where
    connections are made, for SQLAlchemy in a listener of `connect`.

    Bad:

        import sqlite3

        SCHEMA = "CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER REFERENCES authors (id))"

        def opened() -> sqlite3.Connection:
            return sqlite3.connect("shop.db")

    Good:

        import sqlite3

        SCHEMA = "CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER REFERENCES authors (id))"

        def opened() -> sqlite3.Connection:
            connection = sqlite3.connect("shop.db")
            connection.execute("PRAGMA foreign_keys=ON")
            return connection
    """

    code = "FAR174"
    severity = Severity.WARNING
    message = "{what} foreign keys, and SQLite keeps none without `PRAGMA foreign_keys=ON`: set it on each connection"
    markers = (("sqlite", "engine"), ("connect", "engine"))

    def check(self, file: File) -> Iterator[Violation]:
        made = engines(file)
        what = ""
        if made:
            table = next((each for each in file.database.tables if each.foreign_keys), None)
            what = f"`{table.name}` and other tables of the models have" if table is not None else ""
        elif "sqlite" in file.text and (made := files(file)):
            folder = file.path.rpartition("/")[0]
            found = [
                each
                for each in file.sqlite.tables.values()
                if each.has_foreign_keys and each.path.rpartition("/")[0] == folder and _belongs(file, each.path)
            ]
            what = f"`{found[0].name}` has" if found else ""
        if what and {"foreign_keys", "*"}.isdisjoint(file.sqlite.pragmas):
            yield self.at(made[0], what=what)


def _belongs(file: File, path: str) -> bool:
    """Whether the tables of a file are those of the database that this one opens: its own, or of a file that holds
    nothing but the schema."""
    return path == file.path or _SCHEMA.search(path.rpartition("/")[2]) is not None
