"""FAR075 wasteful-query."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_COUNT = "`{call}` loads every row to count them: let the database count, with `func.count()`"
_FIRST = "`{call}` loads every row to take one: ask for it with `.first()`, or with a limit of 1"
_EXISTS = "`{call}` loads every row to see whether there is one: ask for `exists()`, or for one with a limit of 1"


class WastefulQuery(Rule):
    """Rows are loaded only to be counted, to test whether there are any, or to take the first.

    The database finds out without sending a single row. Loaded as objects, each row costs its way over the network,
    the making of an object and its place in the session, and the cost grows with the table.

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)

        def count_books(session: Session) -> int:
            return len(session.scalars(select(Book)).all())

    Good:

        from sqlalchemy import func, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)

        def count_books(session: Session) -> int:
            return session.scalar(select(func.count(Book.id))) or 0
    """

    code = "FAR075"
    severity = Severity.SUGGESTION
    cwe = 1073
    message = "{text}"
    markers = (("sqlalchemy", "sqlmodel", "query(", "select(", "session", "Session"), (".all(", "fetchall(", "list("))

    def check(self, file: File) -> Iterator[Violation]:
        if not any(word in file.text for word in ("len(", ")[0]", "if ", "bool(", "not ")):
            return
        for call in file.nodes(ast.Call):
            function = file.function(call) if _takes_all(call) else None
            if function is None or isinstance(function, ast.Lambda):
                continue
            text = self._waste(file, function, call)
            if text is not None and file.database.is_used and _loads(file, call):
                yield self.at(call, text=text.format(call=_short(call)))

    def _waste(self, file: File, function: ast.AST, call: ast.Call) -> str | None:
        node: ast.AST = call
        parent = file.parent(call)
        if isinstance(parent, ast.Await):
            node, parent = parent, file.parent(parent)
        use = _use(node, parent)
        if use is not None or not isinstance(parent, ast.Assign):
            return use
        match parent:
            case ast.Assign(targets=[ast.Name(id=name)]) if parent.value is node:
                names = [each for each in file.within(function, ast.Name) if each.id == name]
                reads = [each for each in names if isinstance(each.ctx, ast.Load)]
                if len(names) - len(reads) != 1:
                    return None
                uses = {_use(each, file.parent(each)) for each in reads}
                inner = any(each.id == name for each in _nested(file, function))
                return uses.pop() if len(uses) == 1 and not inner else None
        return None


def _takes_all(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(attr="all" | "fetchall"):
            return not call.args
        case ast.Name(id="list"):
            return len(call.args) == 1
    return False


def _nested(file: File, function: ast.AST) -> list[ast.Name]:
    """The names in functions that are defined in a function."""
    inner = list(file.within(function, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    return [name for each in inner for name in file.within(each, ast.Name)]


def _use(node: ast.AST, parent: ast.AST | None) -> str | None:
    """What a list is made for, when that is all that is done with it."""
    match parent:
        case ast.Call(func=ast.Name(id="len"), args=[argument]) if argument is node:
            return _COUNT
        case ast.Call(func=ast.Name(id="bool"), args=[argument]) if argument is node:
            return _EXISTS
        case ast.Subscript(value=value, slice=ast.Constant(value=0)) if value is node:
            return _FIRST
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if test is node:
            return _EXISTS
        case ast.UnaryOp(op=ast.Not()):
            return _EXISTS
    return None


def _loads(file: File, call: ast.Call) -> bool:
    """Whether the call gives rows of a statement without a limit."""
    held = file.database.value(call)
    if held is None or held.statement is None or held.kind not in ("many", "rows") or held.via:
        return False
    source = call.func.value if isinstance(call.func, ast.Attribute) else call.args[0]
    made = file.database.value(source)
    if made is None or made.kind not in ("query", "scalars", "result"):
        return False
    statement = held.statement
    if any(each.operator == "in_" for each in statement.filters):
        return False  # as many as were asked for
    return statement.kind == "select" and statement.complete and not (statement.limit or statement.for_update)


def _short(call: ast.Call) -> str:
    text = " ".join(ast.unparse(call).split())
    return text if len(text) <= 60 else f"{text[:40]}…{text[-16:]}"
