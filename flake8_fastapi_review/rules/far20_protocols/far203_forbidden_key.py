from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .lookups import Use, Wanted, models_of, uses, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class ForbiddenKey(Rule):
    """A row is looked up, upserted or declared unique by a column that the project has ruled out as its key.

    Two pages with the same content are two pages. What finds one by its hash finds the wrong one, or overwrites it, as
    soon as somebody uploads the same file again.

    Conditions of queries, keywords, upserts, SQL texts, and rows that are told apart in memory (`if page.content_hash
    in seen`) are looked at, and unique constraints of models and migrations. A look-up that names the key as well is
    fine, and so is `!=`: it asks whether something has changed.

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
    roles = ("app", "migration")
    message = "`{model}` is {what} by `{column}`, which does not identify it: use `{key}`"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            asked = wanted(protocol)
            found = [*(uses(file, asked) if file.role == "app" else ()), *_declared(file, asked)]
            found += _migrated(file, asked) if file.role == "migration" else ()
            for use in found:
                yield self.at(use.node, model=use.model, what=use.what, column=use.column, key=", ".join(asked.key))


def _declared(file: File, protocol: Wanted) -> Iterator[Use]:
    for definition in file.nodes(ast.ClassDef):
        if not file.refers_to(definition, protocol.models):
            continue
        entity = file.entity_at(definition)
        if entity is None:
            continue
        for attribute in sorted(protocol.forbidden):
            column = entity.column(attribute)
            keys = {each.name for name in protocol.key if (each := entity.column(name)) is not None}
            if column is not None and any(
                column.name in each and keys.isdisjoint(each) for each in _constraints(file, entity)
            ):
                yield Use(_field(definition, attribute), definition.name, "declared unique", attribute)


def _constraints(file: File, entity: Any) -> list[frozenset[str]]:
    """The columns of each constraint that a model declares: names in the database."""
    table = file.database.table(entity.table)
    if table is None:
        return []
    found = [table.primary_key, *(each.columns for each in table.uniques)]
    found += [each.columns for each in table.indexes if each.unique and not each.partial]
    return [frozenset(each) for each in found]


def _migrated(file: File, protocol: Wanted) -> Iterator[Use]:
    """What a migration makes unique although the model does not."""
    calls = [each for each in file.nodes(ast.Call) if isinstance(each.func, ast.Attribute)]
    for call in calls:
        if call.func.attr not in ("create_unique_constraint", "create_index"):
            continue
        unique = call.func.attr == "create_unique_constraint" or file.value_of(
            file.argument(call, -1, "unique") or ast.Constant(value=False)
        )
        lists = [each for each in (*call.args, *(x.value for x in call.keywords)) if isinstance(each, ast.List)]
        named = {name for each in lists[:1] for name in map(file.value_of, each.elts) if isinstance(name, str)}
        if unique is not True or named.isdisjoint(protocol.forbidden):
            continue
        values = [file.value_of(each) for each in (*call.args, *(x.value for x in call.keywords))]
        tables = {each for each in values if isinstance(each, str)}
        for entity in models_of(file, protocol):
            wrong = sorted(named & protocol.forbidden)
            if (
                entity.table.rpartition(".")[2] in tables
                and named.isdisjoint(protocol.key)
                and named not in _constraints(file, entity)
            ):
                yield Use(call, entity.name, "declared unique", wrong[0])


def _field(definition: ast.ClassDef, name: str) -> ast.AST:
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=bound)) | ast.Assign(targets=[ast.Name(id=bound)]) if bound == name:
                return statement
    return definition
