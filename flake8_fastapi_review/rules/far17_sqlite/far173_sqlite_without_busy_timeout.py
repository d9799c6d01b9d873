from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .connections import connects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_LEAST = 1.0
"""Seconds: less is over before another transaction of some rows has been written to disk."""


class SqliteWithoutBusyTimeout(Rule):
    """A connection to SQLite does not wait for another one that writes.

    One connection at a time can write. The others wait for `timeout` seconds, five if nothing is said, and then fail
    with `database is locked`; with 0 they fail at once, so that two requests at the same time are one too many.

    Bad:

        import sqlite3

        def opened() -> sqlite3.Connection:
            return sqlite3.connect("shop.db", timeout=0)

    Good:

        import sqlite3

        def opened() -> sqlite3.Connection:
            return sqlite3.connect("shop.db", timeout=30)
    """

    code = "FAR173"
    severity = Severity.SUGGESTION
    message = "`{what}` gives up {when} while another connection writes: wait for some seconds"
    markers = (("sqlite", "PRAGMA", "pragma"), ("timeout",))

    def check(self, file: File) -> Iterator[Violation]:
        for call in connects(file):
            given = file.argument(call, 1, "timeout")
            value = file.value_of(given) if given is not None else None
            if given is not None and isinstance(value, (int, float)) and not isinstance(value, bool) and value < _LEAST:
                yield self.at(given, what=f"timeout={value}", when=_when(value))
        if "busy_timeout" not in file.text:
            return
        for call in file.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "execute" and call.args:
                waits = _milliseconds(file, call.args[0])
                if waits is not None and waits < _LEAST * 1000:
                    yield self.at(call.args[0], what=f"busy_timeout={waits}", when=_when(waits / 1000))


def _milliseconds(file: File, expr: ast.expr) -> int | None:
    """What a statement sets `busy_timeout` to."""
    text = file.sql_text(expr)
    for each in file.sql(text, "sqlite") if "busy_timeout" in text else ():
        if each.kind == "pragma" and each.columns == ("busy_timeout",) and (each.after or "").isdecimal():
            return int(each.after or "")
    return None


def _when(seconds: float) -> str:
    return f"after {seconds:g} s" if seconds else "at once"
