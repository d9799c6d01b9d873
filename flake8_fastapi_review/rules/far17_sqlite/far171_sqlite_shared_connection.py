from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_GUARDS = re.compile(r"(?i)lock|semaphore|pool|\blocal\(|queue|single_?thread|max_workers=1\b")


class SqliteSharedConnection(Rule):
    """One SQLite connection is opened for all threads, without a lock.

    `check_same_thread=False` takes away the check, not the reason for it: a connection has one transaction, so one
    thread commits what another has half done, a rollback takes back the work of all, and cursors hand out each other's
    rows. Open a connection per request, keep one per thread, or hold a lock for as long as a transaction lasts.

    Connections that do not leave their function, and what a lock, pool or queue stands beside, are left alone.

    Bad:

        import sqlite3

        connection = sqlite3.connect("shop.db", check_same_thread=False)

        def add(title: str) -> None:
            connection.execute("INSERT INTO books (title) VALUES (?)", (title,))
            connection.commit()

    Good:

        import sqlite3

        def add(title: str) -> None:
            with sqlite3.connect("shop.db") as connection:
                connection.execute("INSERT INTO books (title) VALUES (?)", (title,))
    """

    code = "FAR171"
    severity = Severity.WARNING
    message = "`{name}` is one connection for all threads, whose transactions get mixed up: {remedy}"
    markers = (("sqlite3",), ("check_same_thread",))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to("sqlite3.connect"):
            given = next((each.value for each in call.keywords if each.arg == "check_same_thread"), None)
            if given is None or file.value_of(given) is not False:
                continue
            held = _held(file, call)
            if held is None:
                continue
            place = file.enclosing(call, ast.ClassDef) if isinstance(held, ast.Attribute) else None
            if _GUARDS.search(file.source(place) if place is not None else file.text):
                continue
            yield self.at(
                call, name=ast.unparse(held), remedy="open one per request or thread, or hold a lock over a transaction"
            )


def _held(file: File, call: ast.Call) -> ast.expr | None:
    """What outlives the function and holds the connection: a name of the module, an attribute."""
    match file.parent(call):
        case ast.Assign(targets=[ast.Name(id=name) as target]) | ast.AnnAssign(target=ast.Name(id=name) as target):
            function = file.function(call)
            if function is None:
                return target
            declared = [name for each in file.within(function, ast.Global) for name in each.names]
            return target if name in declared else None
        case (
            ast.Assign(targets=[ast.Attribute(value=ast.Name()) as held])
            | ast.AnnAssign(target=ast.Attribute(value=ast.Name()) as held)
        ):
            return held
    return None
