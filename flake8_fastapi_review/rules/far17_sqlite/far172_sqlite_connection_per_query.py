from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments
from .connections import CONNECTS, connects, loops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SqliteConnectionPerQuery(Rule):
    """A SQLite database is opened once more for each round of a loop, or for each query of a request.

    Each time the file is opened, its header and schema are read, the cache of pages starts empty, and pragmas have to
    be set again; and what belongs together is no transaction: a failure in the middle leaves half of it. Open it once,
    and hand the connection on.

    Loops that try again, and loops over databases, are left alone.

    Bad:

        import sqlite3

        def titles(numbers: list[int]) -> list[str]:
            found = []
            for number in numbers:
                connection = sqlite3.connect("shop.db")
                found.append(connection.execute("SELECT title FROM books WHERE id = ?", (number,)).fetchone()[0])
                connection.close()
            return found

    Good:

        import sqlite3
        from contextlib import closing

        def titles(numbers: list[int]) -> list[str]:
            found = []
            with closing(sqlite3.connect("shop.db")) as connection:
                for number in numbers:
                    found.append(connection.execute("SELECT title FROM books WHERE id = ?", (number,)).fetchone()[0])
            return found
    """

    code = "FAR172"
    severity = Severity.WARNING
    message = "`{call}` opens the database {when}: open it once, and hand the connection on"
    markers = (("sqlite", "for ", "while "), ("(",), ("for ", "while ", ".get(", ".post(", ".put("))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.project_mentions("sqlite3", "aiosqlite"):
            return
        if "sqlite" in file.text:
            for call in connects(file):
                if _repeats(file, call):
                    yield self.at(call, call=ast.unparse(call.func), when="in each round of the loop")
        yield from self._through_helpers(file)

    def _through_helpers(self, file: File) -> Iterator[Violation]:
        for route in file.routes:
            helpers: dict[str, ast.Call] = {}
            for call in file.within(route.function, ast.Call):
                if not _opens(file, call):
                    continue
                name = ast.unparse(call.func)
                if _repeats(file, call):
                    yield self.at(call, call=name, when="in each round of the loop")
                elif helpers and name not in helpers and len(helpers) == 1:
                    yield self.at(call, call=name, when=f"once more in this request, after `{next(iter(helpers))}`")
                helpers.setdefault(name, call)


def _opens(file: File, call: ast.Call) -> bool:
    """Whether a call of a function of the project opens a database and closes it, for itself."""
    definition = file.definition_of(call.func)
    if definition is None or definition.is_class or definition.is_generator:
        return False
    names = [each.name for each in file.calls_of(definition)]
    return any(name in CONNECTS for name in names) and any(".execute" in name for name in names)


def _repeats(file: File, call: ast.Call) -> bool:
    """Whether each round of a loop opens the same database, and goes on after it has succeeded."""
    for loop in loops(file, call):
        if isinstance(loop, ast.While) or file.within(loop.body, ast.Break, ast.Return, ast.Yield):
            return False
        given = all_arguments(call)
        changing = {each.id for each in file.everywhere(loop.target) if isinstance(each, ast.Name)}
        opens_directly = file.is_named(call.func, *CONNECTS)
        return not (opens_directly and any(file.mentions(each, name) for each in given for name in changing))
    return False
