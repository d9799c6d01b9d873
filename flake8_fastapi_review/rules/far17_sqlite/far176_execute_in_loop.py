from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .connections import EXECUTES, loops, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_OF_ONE_THING = re.compile(
    r"(?i)(?:field|setting|config|meta(?:data)?|option|attribute|label|propert(?:y|ie)|env|current)s?$"
)


class ExecuteInLoop(Rule):
    """The same statement is executed for each row of a loop, where `executemany` takes all of them.

    `executemany` prepares the statement once and goes through the rows in C: several times faster with sqlite3, and
    with aiosqlite one hand-over to its thread in place of one for each row.

    Loops that do anything else, ask for `lastrowid`, or catch the error of one row, are left alone.

    Bad:

        import sqlite3

        def add(connection: sqlite3.Connection, titles: list[str]) -> None:
            with connection:
                for title in titles:
                    connection.execute("INSERT INTO books (title) VALUES (?)", (title,))

    Good:

        import sqlite3

        def add(connection: sqlite3.Connection, titles: list[str]) -> None:
            with connection:
                connection.executemany("INSERT INTO books (title) VALUES (?)", [(title,) for title in titles])
    """

    code = "FAR176"
    severity = Severity.SUGGESTION
    message = "`{call}` runs the same statement for each `{target}`: hand all rows to `executemany`"
    markers = (("sqlite",), ("execute",), ("for ",))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*EXECUTES):
            loop = next(loops(file, call), None)
            if not isinstance(loop, ast.For) or not writes(file, call) or len(call.args) < 2:
                continue
            if "migration" in file.path or file.value_of(_gone_over(loop.iter)) is not file.UNKNOWN:
                continue
            owner = _gone_over(loop.iter)
            if owner is not loop.iter and _OF_ONE_THING.search(ast.unparse(owner)):
                continue  # there are few of them
            if loop.orelse or not _is_alone(file, loop, call):
                continue
            if any(each.facts & {"unknown", "returning"} for each in file.sql(file.sql_text(call.args[0]), "sqlite")):
                continue
            yield self.at(call, call=ast.unparse(call.func), target=ast.unparse(loop.target))


def _gone_over(iterable: ast.expr) -> ast.expr:
    """`DEFAULTS` of `DEFAULTS.items()`."""
    match iterable:
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "keys" | "values"), args=[]):
            return owner
    return iterable


def _is_alone(file: File, loop: ast.For, call: ast.Call) -> bool:
    """Whether the loop does nothing else than to put the row together and to execute it."""
    *before, last = loop.body
    holder = file.parent(call)
    holder = file.parent(holder) if isinstance(holder, ast.Await) else holder
    if holder is not last or not isinstance(last, ast.Expr):
        return False
    if not all(isinstance(each, (ast.Assign, ast.AnnAssign)) for each in before):
        return False
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else call
    if isinstance(receiver, ast.Name):
        bound = [each.id for each in file.within(before, ast.Name) if isinstance(each.ctx, ast.Store)]
        if receiver.id in bound:
            return False  # another connection in each round
    return not file.within(before, ast.Await)
