from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation

_BY_KEYWORD = frozenset(
    "filter_by filter get get_or_none get_or_create update_or_create exists first find_one one one_or_none".split()
)
_UPSERTS = frozenset(("on_conflict_do_update", "on_conflict_do_nothing"))


class ForbiddenKey(Rule):
    """A row is looked up, upserted or declared unique by a column that the project has ruled out as its key.

    Two pages with the same content are two pages. What finds one by its hash finds the wrong one, or overwrites it, as
    soon as somebody uploads the same file again.

    A look-up that names the key as well is fine, and so is `!=`: it asks whether something has changed.

    Configuration:

        [tool.fastapi-review.protocols.pages]
        models = ["Page"]
        key = ["page_uuid"]
        forbidden = ["content_hash"]

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            page_uuid: Mapped[str] = mapped_column(primary_key=True)
            content_hash: Mapped[str]

        def known_page(session: Session, digest: str) -> Page | None:
            return session.scalar(select(Page).where(Page.content_hash == digest))

    Good:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            page_uuid: Mapped[str] = mapped_column(primary_key=True)
            content_hash: Mapped[str]

        def known_page(session: Session, page_uuid: str) -> Page | None:
            return session.scalar(select(Page).where(Page.page_uuid == page_uuid))
    """

    code = "FAR203"
    severity = Severity.BLOCKER
    default = Default.CONFIGURED
    message = "`{model}` is {what} by `{column}`, which does not identify it: use `{key}`"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            models, key, forbidden = protocol["models"], protocol["key"], protocol["forbidden"]
            found = [
                *_compared(file, models, key, forbidden),
                *_called(file, models, key, forbidden),
                *_declared(file, models, forbidden),
            ]
            for node, model, what, column in found:
                yield self.at(node, model=model, what=what, column=column, key=", ".join(key))


def _compared(
    file: File, models: frozenset[str], key: tuple[str, ...], forbidden: frozenset[str]
) -> Iterator[tuple[ast.AST, str, str, str]]:
    for column in file.nodes(ast.Attribute):
        if column.attr not in forbidden or not file.refers_to(column.value, models):
            continue
        parent = file.parent(column)
        match parent:
            case ast.Compare(ops=[ast.Eq()], left=left, comparators=[right]):
                other = right if left is column else left
                if isinstance(other, ast.Attribute) and file.database.class_of(other.value) is not None:
                    continue  # a join
            case ast.Attribute(attr="in_" | "is_" | "is_not_distinct_from"):
                pass
            case _:
                continue
        if not any(
            each.attr in key and isinstance(file.parent(each), (ast.Compare, ast.Attribute))
            for part in _together(file, parent)
            for each in file.within(part, ast.Attribute)
        ):
            yield parent, file.source(column.value), "looked up", column.attr


def _together(file: File, condition: ast.AST) -> Iterator[ast.AST]:
    """What holds together with a condition: the rest of its statement but the other parts of an `or`, and the
    statements about the same query."""
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
    for other in file.within(function, ast.Assign, ast.Return, ast.Expr) if function is not None and names else ():
        if other is not statement and any(each.id in names for each in file.within(other, ast.Name)):
            yield other


def _called(
    file: File, models: frozenset[str], key: tuple[str, ...], forbidden: frozenset[str]
) -> Iterator[tuple[ast.AST, str, str, str]]:
    for call in file.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        if call.func.attr in _UPSERTS:
            elements = given.get("index_elements")
            named = list(_columns(elements)) if isinstance(elements, (ast.List, ast.Tuple)) else []
            wrong = [name for name in named if name in forbidden]
            if wrong and not set(key) & set(named) and (model := _about(file, call.func, models)):
                yield elements or call, model, "upserted", wrong[0]
        elif call.func.attr in _BY_KEYWORD:
            wrong = [name for name in given if name in forbidden]
            if wrong and not set(key) & set(given) and (model := _about(file, call.func, models)):
                yield call, model, "looked up", wrong[0]


def _columns(elements: ast.List | ast.Tuple) -> Iterator[str]:
    for element in elements.elts:
        match element:
            case ast.Constant(value=str(name)) | ast.Attribute(attr=name):
                yield name


def _about(file: File, callee: ast.Attribute, models: frozenset[str]) -> str | None:
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
    return next((file.source(root) for root in roots if file.refers_to(root, models)), None)


def _declared(file: File, models: frozenset[str], forbidden: frozenset[str]) -> Iterator[tuple[ast.AST, str, str, str]]:
    for definition in file.nodes(ast.ClassDef):
        if not file.refers_to(definition, models):
            continue
        entity = file.entity_at(definition)
        table = file.database.table(entity.table) if entity is not None else None
        if entity is None or table is None:
            continue
        for attribute in sorted(forbidden):
            column = entity.column(attribute)
            if column is not None and table.is_unique(column.name):
                yield _field(definition, attribute), definition.name, "declared unique", attribute


def _field(definition: ast.ClassDef, name: str) -> ast.AST:
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=bound)) | ast.Assign(targets=[ast.Name(id=bound)]) if bound == name:
                return statement
    return definition
