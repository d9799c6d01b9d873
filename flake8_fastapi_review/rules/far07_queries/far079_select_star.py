"""FAR079 select-star."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_STAR = re.compile(r"^\s*SELECT\s+(?:DISTINCT\s+)?(?:\w+\.)?\*\s+FROM\s+(?!\s*\()(?P<table>[^\s;,)]+)", re.IGNORECASE)
_SENDING = frozenset(
    "execute executemany executescript exec_driver_sql text fetch fetchrow fetchval fetchall fetchone fetch_all "
    "fetch_one fetch_val iterate query stream read_sql read_sql_query cursor prepare scalar scalars".split()
)


_MAKING = re.compile(
    r"(?i)rows?_to_|_to_(?:item|model|record|dict|dto)s?$|from_(?:row|record)s?|_as_?dict$|deserialize|hydrate"
    r"|model_validate"
)
"""Functions that take what they need out of rows by the names of columns."""


class SelectStar(Rule):
    """SQL text asks for all columns of a table.

    A column that is added tomorrow, large or secret, comes along in every answer; one that is renamed or removed breaks
    the code where it is used, not where it is asked for; and no index can ever cover the query. Name the columns.

    Silent where rows are made into a class of the project, which names the fields that are taken, or into a dictionary,
    where the table is filled in, and in modules of migrations, which meet the table as it was.

    Bad:

        import sqlite3

        def books(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
            return connection.execute("SELECT * FROM books").fetchall()

    Good:

        import sqlite3

        def books(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
            return connection.execute("SELECT id, title FROM books").fetchall()
    """

    code = "FAR079"
    severity = Severity.SUGGESTION
    message = "`SELECT * FROM {table}` takes whatever columns there are: name those that are used"
    markers = (("SELECT", "select ", "Select"), ("*",))

    def check(self, file: File) -> Iterator[Violation]:
        if "migration" in file.path.rpartition("/")[2]:
            return
        for node in file.nodes(ast.Constant, ast.JoinedStr):
            text = _text(node)
            found = _STAR.match(text) if text is not None else None
            if (
                found is None
                or "…" in found["table"]
                or isinstance(file.parent(node), (ast.JoinedStr, ast.Expr))
                or not _is_sent(file, node)
                or _is_made_over(file, node)
            ):
                continue
            yield self.at(node, table=found["table"])


def _text(node: ast.AST) -> str | None:
    """A constant, or an f-string with what is filled in as "…"."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in values)
    return None


def _is_sent(file: File, node: ast.AST) -> bool:
    """Whether a text goes to a call that sends SQL, itself or through a local variable."""
    outer = next((each for each in file.ancestors(node) if isinstance(each, (ast.Call, ast.stmt))), None)
    if isinstance(outer, ast.Call) and _leaf(outer) in ("dedent", "strip", "join", "format"):
        outer = next((each for each in file.ancestors(outer) if isinstance(each, (ast.Call, ast.stmt))), None)
    match outer:
        case ast.Call():
            sends = _leaf(outer) in _SENDING or file.is_named(outer.func, "sqlalchemy.text")
            return sends and not _is_mapped(file, outer)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            function = file.function(node)
            if function is not None and any(
                each.attr == "from_statement" for each in file.within(function, ast.Attribute)
            ):
                return False
            calls = file.within(function, ast.Call) if function is not None else file.nodes(ast.Call)
            return any(
                _leaf(call) in _SENDING
                and any(isinstance(arg, ast.Name) and arg.id == name for arg in call.args)
                and not _is_mapped(file, call)
                for call in calls
            )
    return False


def _is_made_over(file: File, node: ast.AST) -> bool:
    """Whether the function makes dictionaries of the rows, or has another one make something of them by name."""
    function = file.function(node)
    if function is None:
        return False
    for call in file.within(function, ast.Call):
        match call:
            case ast.Call(func=ast.Name(id="dict"), args=[_], keywords=[]):
                return True
            case ast.Call() if _MAKING.search(_leaf(call)):
                return True
    return False


def _is_mapped(file: File, call: ast.Call) -> bool:
    """Whether a call is given a class to make rows into."""
    for each in (*call.args[1:], *(keyword.value for keyword in call.keywords)):
        definition = file.definition_of(each) if isinstance(each, (ast.Name, ast.Attribute)) else None
        if definition is not None and definition.is_class:
            return True
    return False


def _leaf(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
