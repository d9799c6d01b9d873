from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class MissingUniqueConstraint(Rule):
    """The key of a model is not unique in the database, or no migration makes it so.

    Code that looks first and inserts then does so twice when two requests come at once. Only the database can refuse
    the second row, and it does so by the constraint that is there, not by the one that only the model declares.

    Migrations are asked where one of them creates the table. SQL in them that speaks of uniqueness is believed. A
    constraint that only a migration creates is one.

    Configuration:

        [tool.fastapi-review.protocols.pages]
        models = ["Page"]
        key = ["page_uuid"]

    Bad:

        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            id: Mapped[int] = mapped_column(primary_key=True)
            page_uuid: Mapped[str] = mapped_column(index=True)

    Good:

        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            id: Mapped[int] = mapped_column(primary_key=True)
            page_uuid: Mapped[str] = mapped_column(unique=True)
    """

    code = "FAR204"
    severity = Severity.BLOCKER
    default = Default.CONFIGURED
    message = "the key `{key}` of `{model}` is not unique {place}: two requests at once insert it twice"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            for definition in file.nodes(ast.ClassDef):
                if file.refers_to(definition, protocol["models"]):
                    place = _lacking(file, definition, protocol["key"])
                    if place is not None:
                        yield self.at(definition, key=", ".join(protocol["key"]), model=definition.name, place=place)


def _lacking(file: File, definition: ast.ClassDef, key: tuple[str, ...]) -> str | None:
    """Where the constraint is missing; None: nowhere, or it is not known."""
    entity = file.entity_at(definition)
    table = file.database.table(entity.table) if entity is not None else None
    if entity is None or table is None or not table.complete:
        return None
    columns = [entity.column(attribute) for attribute in key]
    names = tuple(column.name for column in columns if column is not None)
    if len(names) < len(key):
        return None
    is_migrated = file.migrated_unique(table.name, names)
    if not table.is_unique(*names):
        is_unknown = any(each.unique and not each.partial and "?" in each.columns for each in table.indexes)
        return None if is_migrated or is_unknown else "in the model"
    return "in any migration" if is_migrated is False else None
