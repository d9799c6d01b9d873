"""FAR068 lost-update."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Ref
    from ...rule import Violation

_NUMBERS = frozenset({"integer", "float", "numeric"})
_STEPS = (ast.Add, ast.Sub, ast.Mult)
_SAFE_LEVELS = ("SERIALIZABLE", "REPEATABLE READ")


class LostUpdate(Rule):
    """A number of a row is read, changed in Python and written back, and nothing keeps others from doing the same.

    Two requests read the same stock, both take one away, and both write the same result: one sale is lost. Let the
    database compute (`update(Item).values(stock=Item.stock - 1)`, or `item.stock = Item.stock - 1`), lock the row when
    it is read (`with_for_update()`), or give the table a version column (`version_id_col`). Judged are numbers of rows
    that a query has found, changed by addition, subtraction or multiplication.

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)
            stock: Mapped[int]

        def sell(session: Session, item_id: int):
            item = session.scalars(select(Item).where(Item.id == item_id)).one()
            item.stock -= 1
            session.commit()

    Good:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)
            stock: Mapped[int]

        def sell(session: Session, item_id: int):
            item = session.scalars(select(Item).where(Item.id == item_id).with_for_update()).one()
            item.stock -= 1
            session.commit()
    """

    code = "FAR068"
    severity = Severity.WARNING
    cwe = 362
    message = "`{name}` is read, changed and written back: of two requests at once one is lost; {instead}"
    markers = (("+", "-", "*"), ("ession", "db"))

    def check(self, file: File) -> Iterator[Violation]:
        changes = [
            change
            for node in file.nodes(ast.AugAssign, ast.Assign)
            if (change := _change(file, node)) is not None and file.function(node) is not None
        ]
        if not changes or not file.database.is_used or _is_serial(file):
            return
        for node, target in changes:
            ref = file.database.reference(target)
            if ref is None or not _counts(ref) or not _is_found(file, target.value) or _is_locked(file, target):
                continue
            related = (Related(ref.column.place.path, ref.column.place.line, "the column"),) if ref.column else ()
            name = f"{ref.entity.name}.{ref.attribute}"
            instead = f"let the database compute (`{name} + …`), or lock the row (`with_for_update()`)"
            yield self.at(node, related=related, name=file.source(target), instead=instead)


def _change(file: File, node: ast.AugAssign | ast.Assign) -> tuple[ast.stmt, ast.Attribute] | None:
    """`item.stock -= 1`, `item.stock = item.stock - 1`"""
    match node:
        case ast.AugAssign(target=ast.Attribute() as target, op=step) if isinstance(step, _STEPS):
            return node, target
        case ast.Assign(targets=[ast.Attribute() as target], value=ast.BinOp(op=step) as value):
            if isinstance(step, _STEPS) and any(_is_same(part, target) for part in file.everywhere(value)):
                return node, target
    return None


def _is_same(part: ast.AST, target: ast.Attribute) -> bool:
    return (
        isinstance(part, ast.Attribute)
        and part.attr == target.attr
        and ast.dump(part.value, annotate_fields=False) == ast.dump(target.value, annotate_fields=False)
    )


def _counts(ref: Ref) -> bool:
    """Whether it is a number, in a table without a version column."""
    column = ref.column
    if column is None or column.family not in _NUMBERS or column.foreign_keys or not ref.entity.complete:
        return False
    return not any("version" in each.name for each in ref.entity.columns)


def _is_found(file: File, row: ast.expr) -> bool:
    """Whether a row comes from a query: one that was made here is nobody else's."""
    value = file.database.value(row)
    if value is None or value.kind != "one" or value.statement is None:
        return False
    return value.statement.kind == "select" and not value.statement.for_update and not value.via


def _is_locked(file: File, target: ast.Attribute) -> bool:
    """Whether the function, or one of the file that calls it, locks anything: `get(…, with_for_update=True)`, an
    advisory lock."""
    function = file.function(target)
    if function is None:
        return False
    text = ast.unparse(function).lower()
    if "for_update" in text or "lock" in text:
        return True
    name = getattr(function, "name", "")
    return any(
        "lock" in ast.unparse(each).lower()
        and any(last_name(call.func) == name for call in file.within(each, ast.Call))
        for each in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    )


def _is_serial(file: File) -> bool:
    levels = (str(engine.options.get("isolation_level") or "") for engine in file.database.engines)
    return any(level.upper() in _SAFE_LEVELS for level in levels)
