"""FAR073 unbounded-query."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from ...shapes import GROWING
from .statements import names, routes, way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Execution, Filter, Statement
    from ...rule import Violation

_NARROW = frozenset(("in_", "any", "has", "contains", "between", "<", "<=", ">", ">="))
"""Conditions that leave as many rows as somebody asks for, or a span of them."""
_PEOPLE = re.compile(r"(?i)(?:^|_)(?:account|contact|customer|member|person|people|principal|subscriber|user)s?$")
"""How tables of those are called for whom an application is."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class UnboundedQuery(Rule):
    """A route answers every row of a table.

    With ten rows in development that is fast. In production each request reads the whole table, makes an object of each
    row and JSON of each object; memory and time grow with the data until the worker is killed. Take a page at a time,
    with an upper bound.

    Silent for queries that are limited somewhere on their way, that aggregate, or that ask for the rows of one parent,
    for lists that clients write as a whole (`PUT` of the same path), for exports (answers that are no JSON), and for
    tables named in `lookup_tables`. SQLAlchemy and SQLModel are understood, and what asyncpg, databases, Motor,
    PyMongo, Beanie and Tortoise are asked for without any condition.

    Which tables stay small is not in the code. Looked at are those that grow with use, by their names (orders, events,
    sessions, logs …; users, customers …, all of them) or since `growing_tables` names them; with `always` all tables.

    Bad:

        from fastapi import APIRouter, Depends
        from sqlalchemy import create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        class Base(DeclarativeBase):
            pass

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            buyer: Mapped[str]

        @router.get("/orders")
        def list_orders():
            with Session(engine) as session:
                return session.scalars(select(Order)).all()

    Good:

        from typing import Annotated

        from fastapi import APIRouter, Query
        from sqlalchemy import create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        class Base(DeclarativeBase):
            pass

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            buyer: Mapped[str]

        @router.get("/orders")
        def list_orders(offset: int = 0, limit: Annotated[int, Query(le=100)] = 20):
            with Session(engine) as session:
                return session.scalars(select(Order).order_by(Order.id).offset(offset).limit(limit)).all()
    """

    code = "FAR073"
    severity = Severity.WARNING
    cwe = 770
    message = "`{route}` reads every row of {entity}{way}: limit the query, and let clients ask for pages"
    markers = (("fastapi", "outer", "app"), (".get(", "api_route("))

    always: bool = option(False, "Look at all tables, not only at those that grow with use.")
    growing_tables: list[str] = option([], "Tables that grow with use, though their names do not say it.")
    lookup_tables: list[str] = option([], "Tables that stay small, which may be read as a whole.")

    def check(self, file: File) -> Iterator[Violation]:
        if not any(word in file.text for word in ("GET", ".get(")):
            return
        written = {route.path for route in file.routes if "PUT" in route.methods}
        whole = {route.function for route in file.routes if route.path in written}
        handlers = [function for function, methods in routes(file) if "GET" in methods and function not in whole]
        if not handlers or not file.database.sends_queries:
            return
        for function in handlers:
            told: set[str] = set()
            for execution in file.database.executions(function):
                statement = execution.statement
                if execution.fetches != "all" or execution.loops or execution.inner_loops or statement is None:
                    continue
                entity = names(file, statement)
                if entity in told or not self._reads_all(file, statement) or not _answers(file, function, execution):
                    continue
                told.add(entity)
                related = tuple(Related(step.path, step.line, f"calls `{step.name}`") for step in execution.chain)
                yield self.at(
                    execution.node, related=related, route=function.name, entity=f"`{entity}`", way=way(execution)
                )

    def _reads_all(self, file: File, statement: Statement) -> bool:
        if statement.kind != "select" or not statement.complete or statement.opaque or not statement.items:
            return False
        if statement.of:
            return not statement.limit and self._grows(statement.of, is_filtered=False)
        if statement.limit or statement.offset or statement.group_by or statement.distinct or statement.joins:
            return False
        if not all(item.entity is not None and item.column != "?" for item in statement.items):
            return False
        for symbol in dict.fromkeys(item.entity for item in statement.items if item.entity):
            entity = file.database.entity(symbol)
            if entity is None or not self._grows(entity.table, entity.name, is_filtered=bool(statement.filters)):
                return False
        return not any(_narrows(each) for each in statement.filters)

    def _grows(self, *called: str, is_filtered: bool) -> bool:
        """Whether the rows of a table come with use."""
        if any(each in self.lookup_tables for each in called):
            return False
        if self.always or any(each in self.growing_tables for each in called):
            return True
        words = [_HUMP.sub("_", each.rpartition(".")[2]) for each in called]
        return any(GROWING.search(each) or (_PEOPLE.search(each) and not is_filtered) for each in words)


def _narrows(each: Filter) -> bool:
    """Whether a condition leaves the rows of one parent, or those that somebody asks for."""
    column = each.ref.column
    if each.operator in _NARROW or column is None or each.is_join:
        return True
    if column.foreign_keys or column.primary_key or column.unique or each.ref.attribute.endswith("_id"):
        return True
    if each.operator != "==":
        return False
    return isinstance(each.value, (ast.Name, ast.Call, ast.Subscript, ast.JoinedStr)) or (
        isinstance(each.value, ast.Attribute)
        and not (isinstance(each.value.value, ast.Name) and each.value.attr.isupper())
    )


def _counts(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("len", "bool", "sum", "any", "all", "max", "min")


def _answers(file: File, function: ast.AST, execution: Execution) -> bool:
    """Whether what was read becomes part of the answer, rather than of a decision."""
    returned = [each.value for each in file.within(function, ast.Return) if each.value is not None]
    if any(file.is_a(value, "starlette.responses.Response") for value in returned):
        return False
    statement = file.statement(execution.node)
    if any(isinstance(each, ast.Call) and _counts(each) for each in file.ancestors(execution.node)):
        return False
    if statement in (each for each in file.within(function, ast.Return)):
        return True
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            reads = [
                each for each in file.within(function, ast.Name) if each.id == name and isinstance(each.ctx, ast.Load)
            ]
            if all(any(isinstance(one, ast.Call) and _counts(one) for one in file.ancestors(each)) for each in reads):
                return False
            return any(file.mentions(value, name) for value in returned)
        case ast.For() | ast.AsyncFor() if execution.node in file.within(statement.iter):
            grown = [
                each.func.value.id
                for each in file.within(statement.body, ast.Call)
                if isinstance(each.func, ast.Attribute)
                and each.func.attr == "append"
                and isinstance(each.func.value, ast.Name)
            ]
            return any(file.mentions(value, name) for name in grown for value in returned)
    return False
