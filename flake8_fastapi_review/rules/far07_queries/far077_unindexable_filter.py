"""FAR077 unindexable-filter."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from .statements import direct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Filter
    from ...rule import Violation

_LIKE = frozenset(("like", "ilike"))
_ENDS = frozenset(("endswith", "iendswith"))
_COMPARING = frozenset(("==", "<", "<=", ">", ">=", "in_", "between", "startswith"))
_AGGREGATES = frozenset(("count", "max", "min", "sum", "coalesce"))
_RENAMED = re.compile(r"\b(?:func|cast)\s+as\s+(\w+)")


class UnindexableFilter(Rule):
    """A condition makes the index on its column useless.

    What a function makes of a column is not what was indexed: the database reads the whole table instead. An index on
    the expression (`Index("…", func.lower(User.email))`), or a column that is stored in the form that is looked for,
    answer the same question. Found on indexed columns only, where somebody expects the index to help.

    With `patterns = true` also for patterns that begin with `%`, which fit anywhere in a value, while an index is
    sorted by its beginning: trigram and full-text indexes help. Off otherwise, since search boxes do just that.

    Bad:

        from sqlalchemy import func, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str] = mapped_column(unique=True)

        def find(session: Session, email: str) -> User | None:
            return session.scalars(select(User).where(func.lower(User.email) == email.lower())).first()

    Good:

        from sqlalchemy import Index, func, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str] = mapped_column(unique=True)

        Index("users_email_lower", func.lower(User.email), unique=True)

        def find(session: Session, email: str) -> User | None:
            return session.scalars(select(User).where(func.lower(User.email) == email.lower())).first()
    """

    code = "FAR077"
    severity = Severity.SUGGESTION
    cwe = 1073
    message = "{what} cannot use the index on `{column}`: {remedy}"
    markers = (
        ("sqlalchemy", "sqlmodel", "query(", "select(", "session", "Session"),
        ("like(", "func", "endswith(", "contains(", "cast("),
    )

    patterns: bool = option(False, "Report patterns that may begin with anything too.")

    def check(self, file: File) -> Iterator[Violation]:
        if not (self.patterns or _compares_results(file)) or not file.database.is_used:
            return
        told: set[ast.AST] = set()
        for _, execution in direct(file):
            statement = execution.statement
            for each in statement.filters if statement is not None else ():
                if each.path != file.path or each.node in told:
                    continue
                found = self._found(file, each)
                if found is not None:
                    told.add(each.node)
                    yield found

    def _found(self, file: File, each: Filter) -> Violation | None:
        column = each.ref.column
        table = file.database.table(each.ref.entity.table)
        if column is None or table is None or not table.indexed(column.name):
            return None
        name = f"{each.ref.entity.name}.{each.ref.attribute}"
        related = (Related(column.place.path, column.place.line, f"`{name}` is indexed here"),)
        if each.function is not None and each.operator in _COMPARING:
            if each.function in _AGGREGATES or not table.complete:
                return None
            if any("?" in index.columns for index in table.indexes):
                return None
            what = f"`{each.function}({name})`"
            remedy = "index the expression, or store the value in this form"
        elif not self.patterns:
            return None
        elif each.operator in _ENDS or (each.operator in _LIKE and _begins_anywhere(file, each.value)):
            what = f"a pattern that may begin with anything (`{each.operator}`)"
            remedy = "use a trigram or full-text index, or let the beginning be given"
        else:
            return None
        return self.at(each.node, related=related, what=what, column=name, remedy=remedy)


def _compares_results(file: File) -> bool:
    """Whether a condition in a file may compare what a function of SQL makes of something; cheap."""
    names = frozenset(("func", "cast", *_RENAMED.findall(file.text)))
    sides = [side for each in file.nodes(ast.Compare) for side in (each.left, *each.comparators)]
    sides += [each.func.value for each in file.nodes(ast.Call) if getattr(each.func, "attr", "") in _COMPARING]
    return any(_may_make(each, names) for each in sides if isinstance(each, ast.Call))


def _may_make(call: ast.Call, names: frozenset[str]) -> bool:
    """Whether a call may be one of a function of SQL; `names`: those of `func` and `cast` in the file."""
    match call.func:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(attr="cast" | "astext" | "as_string"):
            return True
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return owner in names and name not in _AGGREGATES
    return False


def _begins_anywhere(file: File, value: ast.expr | None) -> bool:
    for node in file.values(value) if value is not None else ():
        match node:
            case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                if text.startswith("%"):
                    return True
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add() | ast.Mod()):
                if text.startswith("%") and not text.startswith(("%s", "%(")):
                    return True
    return False
