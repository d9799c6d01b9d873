"""What the rules of this family ask about connections of `sqlite3` and `aiosqlite`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

CONNECTS = ("sqlite3.connect", "aiosqlite.connect")
EXECUTES = (
    "sqlite3.Connection.execute",
    "sqlite3.Cursor.execute",
    "aiosqlite.Connection.execute",
    "aiosqlite.Cursor.execute",
)
_WRITES = ("insert", "update", "delete", "replace")


def connects(file: File) -> list[ast.Call]:
    """The calls that open a database, sqlite3's and aiosqlite's."""
    return file.calls_to(*CONNECTS)


def is_in_memory(file: File, call: ast.Call) -> bool:
    """Whether the database is one in memory, which nobody else sees."""
    name = file.argument(call, 0, "database")
    value = file.value_of(name) if name is not None else None
    return isinstance(value, str) and (":memory:" in value or "mode=memory" in value or not value)


def writes(file: File, call: ast.Call) -> bool:
    """Whether a call of `execute` is given a statement that changes rows."""
    given = file.argument(call, 0, "sql")
    text = file.sql_text(given) if given is not None else ""
    if not any(word in text.lower() for word in _WRITES):
        return False
    return any(each.kind in _WRITES for each in file.sql(text, "sqlite"))


def name_of_connection(file: File, call: ast.Call) -> ast.Name | None:
    """The local name that is bound to what a call opens: by an assignment, with `await` too, or by `with … as`."""
    node: ast.AST = call
    above = file.parent(node)
    if isinstance(above, ast.Await):
        node, above = above, file.parent(above)
    if isinstance(above, ast.Call) and getattr(above.func, "id", getattr(above.func, "attr", "")) == "closing":
        node, above = above, file.parent(above)
    match above:
        case ast.Assign(targets=[ast.Name() as name]) | ast.AnnAssign(target=ast.Name() as name):
            return name
        case ast.withitem(context_expr=inner, optional_vars=ast.Name() as name) if inner is node:
            return name
    return None


def loops(file: File, node: ast.AST) -> Iterator[ast.For | ast.AsyncFor | ast.While]:
    """The loops of its own function whose body, not whose iterable, a node runs in, nearest first."""
    child = node
    for above in file.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            return
        if isinstance(above, (ast.For, ast.AsyncFor, ast.While)) and any(child is each for each in above.body):
            yield above
        child = above
