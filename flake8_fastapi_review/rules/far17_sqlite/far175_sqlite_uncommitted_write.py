from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .connections import EXECUTES, connects, name_of_connection, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_COMMITS = frozenset(("commit", "executescript", "__exit__"))


class SqliteUncommittedWrite(Rule):
    """Rows are written to SQLite over a connection that is closed without a commit.

    sqlite3 and aiosqlite begin a transaction before the first `INSERT`, `UPDATE` or `DELETE`; closing the connection
    throws it away. No error tells, and within the same connection the rows are there. sqlite3's `with connection:`
    commits; `closing(…)` and aiosqlite's `async with` only close.

    Connections that are handed on, returned, or that commit by themselves, are left alone.

    Bad:

        import sqlite3

        def add(title: str) -> None:
            connection = sqlite3.connect("shop.db")
            connection.execute("INSERT INTO books (title) VALUES (?)", (title,))
            connection.close()

    Good:

        import sqlite3

        def add(title: str) -> None:
            connection = sqlite3.connect("shop.db")
            with connection:
                connection.execute("INSERT INTO books (title) VALUES (?)", (title,))
            connection.close()
    """

    code = "FAR175"
    severity = Severity.BLOCKER
    message = "what is written here is gone when `{name}` is closed: call `{name}.commit()`{alternative}"
    markers = (("sqlite",), ("execute",), ("connect",))

    def check(self, file: File) -> Iterator[Violation]:
        for call in connects(file):
            function = file.function(call)
            name = name_of_connection(file, call)
            if function is None or isinstance(function, ast.Lambda) or name is None:
                continue
            if any(each.arg in ("isolation_level", "autocommit", None) for each in call.keywords):
                continue
            is_async = file.is_named(call.func, "aiosqlite.connect")
            manager = file.parent(call)
            if isinstance(manager, ast.withitem) and not is_async:
                continue  # sqlite3's own manager commits
            if _leaves(file, function, name.id):
                continue
            for written in file.within(function, ast.Call):
                if file.is_named(written.func, *EXECUTES, *_MANY) and writes(file, written):
                    alternative = "" if is_async else f", or use `with {name.id}:`"
                    yield self.at(written, name=name.id, alternative=alternative)
                    break


_MANY = tuple(name.replace(".execute", ".executemany") for name in EXECUTES)


def _leaves(file: File, function: ast.AST, name: str) -> bool:
    """Whether the connection is committed, entered, handed on or used in a way that is not known."""
    bound = 0
    for node in file.everywhere(function):
        if not isinstance(node, ast.Name) or node.id != name:
            continue
        if isinstance(node.ctx, ast.Store):
            bound += 1
            continue
        above = file.parent(node)
        if isinstance(above, ast.Attribute):
            holder = file.parent(above)
            is_call = isinstance(holder, ast.Call) and holder.func is above
            if above.attr in _COMMITS or above.attr in ("isolation_level", "autocommit"):
                return True
            if is_call or isinstance(above.ctx, ast.Store):
                if above.attr == "execute" and is_call and _begins(file, holder):
                    return True
                continue
            return True
        return True
    return bound != 1


def _begins(file: File, call: ast.AST | None) -> bool:
    """Whether transactions are written out: `execute("COMMIT")`."""
    given = call.args[0] if isinstance(call, ast.Call) and call.args else None
    text = file.sql_text(given) if given is not None else ""
    words = text.lower().split()
    return not words or words[0].rstrip(";") in ("commit", "begin", "end", "savepoint", "__unknown__")
