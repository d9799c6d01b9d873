"""Which relationships are read that nothing has loaded."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...file import File
    from ...project.database import Entity, Relationship, Statement

WRAPPERS = frozenset("list List Sequence set Set tuple Tuple Iterable Page Optional Annotated".split())


class Lazy(NamedTuple):
    """A relationship that is loaded when it is read."""

    entity: Entity
    relationship: Relationship
    statement: Statement
    """What loaded the object that it belongs to."""

    @property
    def name(self) -> str:
        return f"{self.entity.name}.{self.relationship.name}"


def names(file: File) -> frozenset[str]:
    """The relationships of the project that are loaded when they are read."""
    return frozenset(
        each.name for entity in file.database.entities for each in entity.relationships if each.lazy == "select"
    )


def read(file: File, attribute: ast.Attribute) -> Lazy | None:
    """What `book.author` reads, if it sends a statement: nothing that is known has loaded it before."""
    if isinstance(attribute.value, ast.Attribute) and attribute.value.attr == "awaitable_attrs":
        return None
    held = file.database.value(attribute.value)
    if held is None or held.kind != "one" or held.via or held.entity is None or held.statement is None:
        return None
    found = unloaded(file, held.statement, held.entity, attribute.attr)
    if found is None or _is_prepared(file, attribute):
        return None
    return found


def unloaded(file: File, statement: Statement, symbol: str, name: str) -> Lazy | None:
    """A relationship of what a statement selects that is neither loaded with it nor surely in the session already."""
    entity = file.database.entity(symbol)
    relation = entity.relationship(name) if entity is not None else None
    if entity is None or relation is None or relation.lazy != "select" or not entity.complete:
        return None
    if statement.kind != "select" or not statement.complete or symbol not in statement.entities:
        return None
    if any(load.path[:1] in ((name,), ("*",)) or load.root == "*" for load in statement.loads):
        return None
    if relation.target in statement.entities:
        return None  # comes with the row
    if relation.direction == "many-to-one":
        keys = {column for column in entity.columns if column.foreign_keys}
        for each in statement.filters:
            if each.operator == "==" and not each.is_join and each.ref.column in keys:
                return None  # the rows of one parent, which the session may have
    return Lazy(entity, relation, statement)


def _is_prepared(file: File, attribute: ast.Attribute) -> bool:
    """Whether the function sets the relationship, refreshes the object, or hands it to something that may load it."""
    function = file.function(attribute)
    base = attribute.value
    if function is None or not isinstance(base, ast.Name):
        return not isinstance(base, ast.Name)
    for node in file.within(function):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()):
                if name == base.id and attr == attribute.attr:
                    return True
            case ast.Call(func=ast.Attribute(attr="refresh" | "run_sync"), args=args):
                if any(isinstance(arg, ast.Name) and arg.id == base.id for arg in args):
                    return True
    return False


def is_async(file: File, function: ast.AST, statement: Statement) -> bool | None:
    """Whether an asynchronous session executed a statement; None when it is not known where that was."""
    for each in file.database.executions(function):
        sent = each.statement
        if sent is not None and sent.path == statement.path and _place(sent.node) == _place(statement.node):
            return each.is_async
    return None


def _place(node: ast.AST) -> tuple[int, int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)


def shown_by(file: File, annotation: ast.expr | None) -> tuple[str, ...]:
    """The fields of the model that an answer is made into, of its elements if it is a list."""
    while annotation is not None:
        match annotation:
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner) if name in WRAPPERS:
                annotation = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            case ast.BinOp(left=left, op=ast.BitOr()):
                annotation = left
            case ast.Name() | ast.Attribute():
                return tuple(field.name for field in file.fields(annotation))
            case _:
                return ()
    return ()
