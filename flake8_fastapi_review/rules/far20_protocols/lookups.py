"""Where code finds, updates or tells apart the rows of a model by a column."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...records import NamedTuple
from .names import is_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...file import File

_BY_KEYWORD = frozenset(
    "filter_by filter get get_or_none get_or_create update_or_create exists first find_one one one_or_none".split()
)
_UPSERTS = frozenset(("on_conflict_do_update", "on_conflict_do_nothing"))
_NO_CONDITION = frozenset("order_by case label group_by add_columns count sum min max coalesce if_".split())
"""What asks for a value and finds no row by it."""
_SEEKING = re.compile(r"(?:^|_)(?:get|find|fetch|load|lookup|one|first|exists?|filter|select|search|list|by)(?:_|$)")
_ORDERING = re.compile(r"(?:sort|order|group|index|count)")


class Wanted(NamedTuple):
    """What a protocol says of models, as rules need it."""

    models: frozenset[str]
    key: tuple[str, ...]
    forbidden: frozenset[str]


class Use(NamedTuple):
    """A place where a row is meant by a column."""

    node: ast.AST
    model: str
    what: str
    column: str


def wanted(protocol: Mapping[str, Any]) -> Wanted:
    return Wanted(protocol["models"], protocol["key"], protocol["forbidden"])


def uses(file: File, protocol: Wanted) -> Iterator[Use]:
    """All places of a file, once each."""
    yield from _compared(file, protocol)
    yield from _called(file, protocol)
    yield from _told_apart(file, protocol)
    yield from _written(file, protocol)


# Conditions


def _compared(file: File, protocol: Wanted) -> Iterator[Use]:
    for column, model, name in _columns_of(file, protocol):
        condition = _condition(file, column)
        if condition is None:
            continue
        if not any(
            each.attr in protocol.key and _is_compared(file, each)
            for part in _together(file, condition)
            for each in file.within(part, ast.Attribute)
        ):
            yield Use(condition, model, "looked up", name)


def _columns_of(file: File, protocol: Wanted) -> Iterator[tuple[ast.expr, str, str]]:
    """The expressions that name a forbidden column of a model, with the model and the column."""
    for column in file.nodes(ast.Attribute):
        if column.attr in protocol.forbidden and isinstance(column.ctx, ast.Load):
            model = _model(file, column.value, protocol)
            if model is not None:
                yield column, model, column.attr
    for call in file.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id="getattr"), args=[held, ast.Constant(value=str(name)), *_]):
                if name in protocol.forbidden and (model := _model(file, held, protocol)) is not None:
                    yield call, model, name


def _model(file: File, expr: ast.expr, protocol: Wanted) -> str | None:
    """The model whose columns an expression has: the class, an alias of it, or the columns of its table."""
    if file.refers_to(expr, protocol.models):
        return file.source(expr)
    if isinstance(expr, ast.Attribute) and expr.attr in ("c", "columns"):
        for value in file.values(expr.value):
            if isinstance(value, ast.Attribute) and value.attr == "__table__":
                return _model(file, value.value, protocol)
    for value in file.values(expr) if isinstance(expr, ast.Name) else ():
        match value:
            case ast.Call(func=ast.Name(id="aliased") | ast.Attribute(attr="aliased"), args=[first, *_]):
                if file.refers_to(first, protocol.models):
                    return file.source(first)
    return None


def _condition(file: File, column: ast.expr) -> ast.AST | None:
    """The condition that finds rows by a column; None: the column is read, sorted, or compared with another one."""
    parent = file.parent(column)
    above = list(file.ancestors(column))
    calls = [each for each in above[: _first_statement(above)] if isinstance(each, ast.Call)]
    if any(_leaf(each.func) in _NO_CONDITION for each in calls):
        return None
    match parent:
        case ast.Compare(ops=[ast.Eq()], left=left, comparators=[right]):
            other = right if left is column else left
            if isinstance(other, ast.Constant) and not other.value:
                return None  # whether there is one
            if isinstance(other, ast.Attribute) and file.database.class_of(other.value) is not None:
                return None  # a join
            return parent
        case ast.Attribute(attr="in_" | "is_not_distinct_from"):
            return parent
        case ast.Attribute(attr="is_") if not _is_given_none(file, parent):
            return parent
        case ast.Call(func=func) if _leaf(func) == "tuple_" and isinstance(file.parent(parent), ast.Attribute):
            return parent
        case ast.Call(func=ast.Attribute(attr="distinct")):
            return parent
        case ast.Call(func=func, args=args) if column in args and _seeks(_leaf(func)):
            callee = file.definition_of(func)
            return parent if callee is not None and not callee.is_class else None
    return None


def _is_compared(file: File, column: ast.Attribute) -> bool:
    parent = file.parent(column)
    return isinstance(parent, (ast.Compare, ast.Attribute)) or (
        isinstance(parent, ast.Call) and _leaf(parent.func) == "tuple_"
    )


def _first_statement(above: list[ast.AST]) -> int:
    return next((place for place, each in enumerate(above) if isinstance(each, ast.stmt)), len(above))


def _is_given_none(file: File, method: ast.AST) -> bool:
    call = file.parent(method)
    return isinstance(call, ast.Call) and bool(call.args) and file.value_of(call.args[0]) is None


def _seeks(name: str) -> bool:
    return _SEEKING.search(name) is not None and _ORDERING.search(name) is None


def _leaf(func: ast.AST) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _together(file: File, condition: ast.AST) -> Iterator[ast.AST]:
    """What holds together with a condition: the rest of its statement but the other parts of an `or`, and the
    statements about the same query, or the same list of conditions."""
    parts = [condition]
    is_either = False
    for above in file.ancestors(condition):
        match above:
            case ast.Call(func=ast.Name(id="or_") | ast.Attribute(attr="or_")) | ast.BinOp(op=ast.BitOr()):
                is_either = True
            case ast.Call(func=func, args=args):
                parts += [each for each in (func, *args) if each is not condition]
            case ast.BinOp(left=left, right=right):
                parts.append(right if left is condition else left)
            case ast.stmt():
                break
        condition = above
    statement = file.statement(condition)
    if not is_either:
        parts.append(statement)
    for part in parts:
        yield part
        for name in file.within(part, ast.Name):
            yield from file.values(name)
    function = file.function(statement)
    names = {each.id for each in file.within(statement, ast.Name) if isinstance(each.ctx, ast.Store)}
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=held)))):  # `conditions.append(…)`
            names.add(held)
    for other in file.within(function, ast.Assign, ast.Return, ast.Expr) if function is not None and names else ():
        if other is not statement and any(each.id in names for each in file.within(other, ast.Name)):
            yield other


# Calls


def _called(file: File, protocol: Wanted) -> Iterator[Use]:
    for call in file.nodes(ast.Call):
        leaf = _leaf(call.func)
        given = {name for name, _ in file.keywords(call) or ()} if call.keywords else set()
        wrong = sorted(given & protocol.forbidden)
        if leaf in _UPSERTS and isinstance(call.func, ast.Attribute):
            yield from _upserted(file, call, call.func, protocol)
        elif not wrong or not given.isdisjoint(protocol.key):
            continue
        elif leaf in _BY_KEYWORD and isinstance(call.func, ast.Attribute):
            if (model := _about(file, call.func, protocol)) is not None:
                yield Use(call, model, "looked up", wrong[0])
        elif _seeks(leaf) and (model := _found_by_helper(file, call, wrong[0], protocol)) is not None:
            yield Use(call, model, "looked up", wrong[0])


def _upserted(file: File, call: ast.Call, callee: ast.Attribute, protocol: Wanted) -> Iterator[Use]:
    elements = file.argument(call, -1, "index_elements")
    constraint = file.argument(call, -1, "constraint")
    named: list[str] = list(_columns(elements)) if isinstance(elements, (ast.List, ast.Tuple)) else []
    if constraint is not None:
        named = _constrained(file, file.value_of(constraint), protocol)
    wrong = [name for name in named if name in protocol.forbidden]
    if wrong and not set(protocol.key) & set(named) and (model := _about(file, callee, protocol)):
        yield Use(elements or constraint or call, model, "upserted", wrong[0])


def _constrained(file: File, name: object, protocol: Wanted) -> list[str]:
    """The columns of a constraint of one of the models, by its name."""
    for entity in models_of(file, protocol):
        table = file.database.table(entity.table)
        named = [(each.name, each.columns) for each in table.uniques] if table is not None else []
        named += [(each.name, each.columns) for each in table.indexes] if table is not None else []
        for known, columns in named:
            if known == name:
                return list(columns)
    return []


def _columns(elements: ast.List | ast.Tuple) -> Iterator[str]:
    for element in elements.elts:
        match element:
            case ast.Constant(value=str(name)) | ast.Attribute(attr=name):
                yield name


def _found_by_helper(file: File, call: ast.Call, column: str, protocol: Wanted) -> str | None:
    """The model that a function of the project gives, which takes conditions as `**criteria`."""
    callee = file.definition_of(call.func)
    if callee is None or callee.is_class or column in callee.parameters:
        return None
    given = file.type_of(call)
    parent = file.parent(call)
    if isinstance(parent, ast.Await):
        given = file.type_of(parent) or given
    return given.rpartition(".")[2] if given is not None and is_among(given, protocol.models) else None


def _about(file: File, callee: ast.Attribute, protocol: Wanted) -> str | None:
    """The one of the models that a chain of calls, or what a variable at its root holds, names."""
    roots = [node for value in file.values(callee.value) for node in file.within(value, ast.Name, ast.Attribute)]
    roots += file.within(callee.value, ast.Name, ast.Attribute)
    roots += [
        node
        for root in list(roots)
        if isinstance(root, ast.Name)
        for value in file.values(root)
        for node in file.within(value, ast.Name, ast.Attribute)
    ]
    return next((file.source(root) for root in roots if file.refers_to(root, protocol.models)), None)


# Rows in memory


def _told_apart(file: File, protocol: Wanted) -> Iterator[Use]:
    """`{page.content_hash: page for …}`, `known[page.content_hash] = page`, `if page.content_hash in seen`."""
    for column in file.nodes(ast.Attribute):
        if column.attr not in protocol.forbidden or not isinstance(column.ctx, ast.Load):
            continue
        name = column.attr
        parent: ast.AST | None = file.parent(column)
        row = ast.dump(column.value)
        match parent:
            case ast.DictComp(key=named, value=value) if named is column and ast.dump(value) == row:
                pass
            case ast.Subscript(slice=named, ctx=ast.Store()) if named is column:
                assigned = file.parent(parent)
                if not isinstance(assigned, ast.Assign) or ast.dump(assigned.value) != row:
                    continue
            case ast.Compare(left=asked, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name()]) if asked is column:
                pass
            case _:
                continue
        holder = file.holder(column) if isinstance(column, ast.Attribute) else None
        if parent is not None and holder is not None and is_among(holder, protocol.models):
            yield Use(parent, holder.rpartition(".")[2], "told apart", name)


# SQL


def _written(file: File, protocol: Wanted) -> Iterator[Use]:
    if not any(name in file.text for name in protocol.forbidden):
        return
    for call in file.nodes(ast.Call):
        if _leaf(call.func) not in ("text", "execute", "exec_driver_sql", "scalar", "fetch", "fetchrow", "fetchval"):
            continue
        text = file.sql_text(call.args[0]) if call.args else ""
        if not any(name in text for name in protocol.forbidden):
            continue
        for entity in models_of(file, protocol):
            if re.search(rf"\b{re.escape(entity.table.rpartition('.')[2])}\b", text):
                column, what = _sought(file, text, entity.table, protocol)
                if column is not None:
                    yield Use(call.args[0], entity.name, what, column)


def _sought(file: File, text: str, table: str, protocol: Wanted) -> tuple[str | None, str]:
    conflict = re.search(r"\bon\s+conflict\s*\(([^)]*)\)", text, re.IGNORECASE)
    if conflict is not None:
        named = {each.strip(' "`').lower() for each in conflict[1].split(",")}
        wrong = sorted(named & protocol.forbidden)
        return (wrong[0] if wrong and named.isdisjoint(protocol.key) else None), "upserted"
    for statement in file.sql(text):
        if statement.kind in ("select", "update", "delete") and statement.table == table.rpartition(".")[2]:
            wrong = sorted(set(statement.sought) & protocol.forbidden)
            if wrong and set(statement.compared).isdisjoint(protocol.key):
                return wrong[0], "looked up"
    return None, ""


def models_of(file: File, protocol: Wanted) -> Iterator[Any]:
    """The mapped classes that a protocol means."""
    for entity in file.database.entities:
        if is_among(file.dotted_name(entity.symbol), protocol.models):
            yield entity
