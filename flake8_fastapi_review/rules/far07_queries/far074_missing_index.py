"""FAR074 missing-index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from ...shapes import GROWING
from .statements import ROUTES, routes, way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Execution, Ref, Statement
    from ...project.database.tables import Column, Table
    from ...rule import Violation

_FINDING = frozenset(("==", "in_"))
"""Conditions that an index answers with few rows."""
_SPANS = frozenset(("<", "<=", ">", ">=", "between"))
_COARSE = frozenset(("boolean", "enum", "json", "array", "text", "binary", "?"))
"""Kinds of columns that have few values, or that an ordinary index does not serve."""
_FURTHEST = 4
"""Steps to a query; one that is further away belongs to many routes."""
_INDEXING = ("mysql", "mariadb")
"""Databases that index foreign keys by themselves."""
_FEW = re.compile(
    r"(?i)(?:^|_)(?:organi[sz]ation|org|tenant|workspace|company|project|provider|team|region|country|shop|currency|locale"
    r"|language|status|state|type|kind|category|version)(?:_?(?:id|key|uuid|name|code))?$"
)
"""Columns in which many rows have the same."""


class MissingIndex(Rule):
    """A route looks rows up by a column that has no index.

    The database reads the whole table for each request. That is unnoticed while the table is small, and then each
    request costs as much as the table is long, in a transaction that holds up others. Foreign keys are not indexed by
    themselves, except in MySQL.

    Primary keys, unique constraints, the first column of a composite index, partial indexes and indexes that a
    migration makes count; so do other conditions that an index answers. Silent for booleans, enumerations and large
    texts, for columns that say whose a row is, as all of an organisation's rows have the same there, for tables that
    are not fully known, and for those named in `lookup_tables`. Joined columns are not looked at.

    Which tables stay small, and need no index, is not in the code. Looked at are the foreign keys of tables that grow
    with use: those that link others, and those whose names say it (orders, events, messages …); of the tables named in
    `growing_tables` all columns, and with `always` all columns of all tables.

    Bad:

        from fastapi import APIRouter
        from sqlalchemy import ForeignKey, create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        class Base(DeclarativeBase):
            pass

        class Customer(Base):
            __tablename__ = "customers"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))

        @router.get("/customers/{customer_id}/orders")
        def list_orders(customer_id: int):
            with Session(engine) as session:
                return session.scalars(select(Order).where(Order.customer_id == customer_id).limit(100)).all()

    Good:

        from fastapi import APIRouter
        from sqlalchemy import ForeignKey, create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        class Base(DeclarativeBase):
            pass

        class Customer(Base):
            __tablename__ = "customers"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)

        @router.get("/customers/{customer_id}/orders")
        def list_orders(customer_id: int):
            with Session(engine) as session:
                return session.scalars(select(Order).where(Order.customer_id == customer_id).limit(100)).all()
    """

    code = "FAR074"
    severity = Severity.WARNING
    cwe = 1072
    message = "`{column}`, by which `{route}` {does}{way}, has no index: the whole table is read each time; add one"
    markers = (("fastapi", "outer", "app"), *ROUTES)

    lookup_tables: list[str] = option([], "Tables that stay small, which need no further indexes.")
    growing_tables: list[str] = option([], "Tables that grow with use, of which all columns are looked at.")
    always: bool = option(False, "Look at all columns of all tables.")

    def check(self, file: File) -> Iterator[Violation]:
        handlers = list(routes(file))
        if not handlers or not file.database.is_used:
            return
        told: set[tuple[str, str]] = set()
        for function, _ in handlers:
            for execution in file.database.executions(function):
                statement = execution.statement
                if not execution.sends or statement is None or statement.opaque or not statement.complete:
                    continue
                if len(execution.chain) > _FURTHEST:
                    continue
                found = self._unindexed(file, statement)
                if found is None:
                    continue
                ref, does = found
                key = (ref.entity.symbol, ref.attribute)
                if key not in told:
                    told.add(key)
                    yield self._told(execution, ref, does, function.name)

    def _told(self, execution: Execution, ref: Ref, does: str, route: str) -> Violation:
        assert ref.column is not None
        place = ref.column.place
        name = f"{ref.entity.name}.{ref.attribute}"
        related = [Related(step.path, step.line, f"calls `{step.name}`") for step in execution.chain]
        related.append(Related(place.path, place.line, f"`{name}` is declared here"))
        return self.at(execution.node, related=related, column=name, route=route, does=does, way=way(execution))

    def _unindexed(self, file: File, statement: Statement) -> tuple[Ref, str] | None:
        """The column that rows are looked up by without an index, when nothing else leads to them."""
        if statement.kind not in ("select", "update", "delete"):
            return None
        candidates: list[tuple[Ref, str]] = []
        for each in statement.filters:
            if each.ref.column is None or each.is_join:
                return None  # a relationship, or a table that another one leads to
            if self._is_indexed(file, each.ref):
                return None
            if each.function is None and each.operator in _FINDING:
                candidates.append((each.ref, "looks rows up"))
            elif each.function is None and each.operator in _SPANS:
                candidates.append((each.ref, "selects a span"))
        if statement.joins:
            return None
        if not statement.filters and statement.limit and statement.order_by:
            candidates.append((statement.order_by[0], "orders a page"))
        candidates.sort(key=lambda each: not (each[0].column is not None and each[0].column.foreign_keys))
        return next((each for each in candidates if self._wants_index(file, each[0])), None)

    @staticmethod
    def _is_indexed(file: File, ref: Ref) -> bool:
        table = file.database.table(ref.entity.table)
        return table is None or ref.column is None or table.indexed(ref.column.name)

    def _wants_index(self, file: File, ref: Ref) -> bool:
        table, column = file.database.table(ref.entity.table), ref.column
        if table is None or column is None or not table.complete or not column.known or not ref.entity.complete:
            return False
        if column.family in _COARSE or table.name in self.lookup_tables or ref.entity.name in self.lookup_tables:
            return False
        if column.foreign_keys and any(dialect in _INDEXING for dialect in file.database.dialects):
            return False
        if not self.always and (_FEW.search(column.name) or not self._is_looked_at(table, column, ref.entity.name)):
            return False
        if any("?" in index.columns for index in table.indexes) or self._is_indexed(file, ref):
            return False
        return not file.database.is_indexed_by_statement(table.name, column.name)

    def _is_looked_at(self, table: Table, column: Column, entity: str) -> bool:
        if table.name in self.growing_tables or entity in self.growing_tables:
            return True
        return bool(column.foreign_keys) and self._grows(table)

    @staticmethod
    def _grows(table: Table) -> bool:
        """Whether the rows of a table come with use."""
        if GROWING.search(table.name):
            return True
        links = {name: key.table for key in table.foreign_keys for name in key.columns}
        keys = [
            [each.name for each in table.columns if each.primary_key],
            *(each.columns for each in table.uniques),
            *(each.columns for each in table.indexes if each.unique),
        ]
        return any(len({links[name] for name in key if name in links}) > 1 for key in keys)
