from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .connections import connects, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_BUSY = re.compile(r"(?i)^\s*pragma\s+busy_timeout\s*[=(]\s*(\d+)\s*\)?\s*;?\s*$")
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
                found = _BUSY.match(sql(file, call.args[0]))
                if found is not None and int(found[1]) < _LEAST * 1000:
                    yield self.at(call.args[0], what=found[0].strip(), when=_when(int(found[1]) / 1000))


def _when(seconds: float) -> str:
    return f"after {seconds:g} s" if seconds else "at once"
