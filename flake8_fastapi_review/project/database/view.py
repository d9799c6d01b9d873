"""The database as one file sees it: what rules ask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.index import FUNCTIONS, running
from .sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...module import Module
    from ...module.summary import Summary
    from ..schemas.nodes import Schema
    from .engines import Engine, SessionMaker
    from .front import Database
    from .lifetimes import SharedSession
    from .objects import LazyRead
    from .releases import Leak, Opened
    from .sessions import Count, Execution, Facts, Step
    from .statements import Ref, Statement, Value
    from .tables import Column, Entity, Relationship, Table


class View:
    """Questions of one file; nothing is computed before one is asked. None, or nothing, means "not known"."""

    def __init__(self, database: Database, module: Module) -> None:
        self._database = database
        self._module = module

    # The model

    @property
    def is_used(self) -> bool:
        """Whether the project uses SQLAlchemy or SQLModel at all. Cheap after the first time; ask it first."""
        return self._database.is_used

    @property
    def sends_queries(self) -> bool:
        """Whether it uses them, or a driver or object mapper whose queries are known (asyncpg, Motor, Beanie …)."""
        return self._database.sends_queries

    @property
    def tables(self) -> tuple[Table, ...]:
        return self._database.tables

    @property
    def entities(self) -> tuple[Entity, ...]:
        """All mapped classes of the project, tests and migrations left out."""
        return self._database.entities

    def entity(self, symbol: str) -> Entity | None:
        """A mapped class by its symbol: `Item.entity`, `Relationship.target`, `Entity.parent`."""
        return self._database.entity(symbol)

    def table(self, name: str) -> Table | None:
        """A table by its full name: `Entity.table`, `ForeignKey.table`, `Relationship.secondary`."""
        return self._database.table(name)

    def is_indexed_by_statement(self, table: str, column: str) -> bool:
        """Whether a migration, or SQL text, may make an index on a column: the text around it names both."""
        return self._database.elsewhere.is_indexed(table, column)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The places of the project where engines are made."""
        return self._database.engines

    @property
    def session_makers(self) -> tuple[SessionMaker, ...]:
        """The places of the project where session makers are made."""
        return self._database.session_makers

    @property
    def dialects(self) -> frozenset[str]:
        """The databases that the engines of the project connect to: "postgresql", "sqlite" …; empty: not known."""
        return frozenset(engine.dialect for engine in self.engines if engine.dialect is not None)

    def expires_on_commit(self, session: ast.expr) -> bool | None:
        """Whether the objects of a session lose their attributes when it commits; None when its maker is not known, or
        several disagree."""
        return self._database.expires_on_commit(self._site(session))

    def is_constrained_elsewhere(self, table: Table, columns: Iterable[str]) -> bool:
        """Whether a file that names the table (a migration) makes these columns unique, which the model may not say."""
        return self._database.elsewhere.is_unique(table.name, tuple(sorted(set(columns))))

    # Values

    def value(self, expr: ast.AST) -> Value | None:
        """What an expression holds: entities, rows, a result, a statement …"""
        return self._database.statements.value(self._site(expr))

    def entity_of(self, expr: ast.AST) -> Entity | None:
        """The mapped class that the value is an instance of."""
        held = self.value(expr)
        return self.entity(held.entity) if held is not None and held.kind == "one" and held.entity else None

    def rows_of(self, expr: ast.AST) -> Entity | None:
        """The mapped class of what iterating over the value gives: a list of entities, scalars, a query."""
        held = self.value(expr)
        element = self._database.statements.element(held) if held is not None else None
        return self.entity(element.entity) if element is not None and element.kind == "one" and element.entity else None

    def class_of(self, expr: ast.AST) -> Entity | None:
        """The mapped class that an expression names."""
        held = self.value(expr)
        return self.entity(held.entity) if held is not None and held.kind == "class" and held.entity else None

    def reference(self, expr: ast.AST) -> Ref | None:
        """The column or relationship that `User.name` or `user.name` names."""
        return self._database.statements.reference(self._site(expr))

    def column(self, expr: ast.AST) -> Column | None:
        ref = self.reference(expr)
        return ref.column if ref is not None else None

    def relationship(self, expr: ast.AST) -> Relationship | None:
        ref = self.reference(expr)
        return ref.relationship if ref is not None else None

    def statement(self, expr: ast.AST) -> Statement | None:
        """What a statement, a query or a result selects, filters by and loads; of an entity or a
        list the statement that it came from."""
        held = self.value(expr)
        return held.statement if held is not None else None

    # Sessions

    def is_session(self, expr: ast.AST) -> str | None:
        """ "sync" or "async" if the value is a session, None otherwise."""
        return self._database.statements.session_kind(self._site(expr))

    def creates_session(self, call: ast.Call) -> bool:
        """Whether a call makes a session: a session class or a session maker called."""
        return self._database.sessions.creates(self._site(call))

    def executions(self, function: ast.AST) -> tuple[Execution, ...]:
        """What a function of this file (or, given the tree, the module's top) does to sessions, also through functions
        of the project, in source order."""
        return self._database.sessions.executions(self._module, function)

    def direct_executions(self, function: ast.AST) -> list[Execution]:
        """What a function of this file does to sessions itself, in source order; cheap."""
        return self._database.sessions.direct(self._module, function)

    def skips_rows(self, function: ast.AST) -> bool:
        """Whether a function of this file may execute a statement with an offset, by the texts around it; cheap."""
        return self._database.reach.skips(self._module, function)

    def executions_of(self, call: ast.Call) -> tuple[Execution, ...]:
        """What one call does to sessions."""
        return self._database.sessions.of_call(self._site(call), _function(self._module, call))

    def looped(self, function: ast.AST) -> dict[ast.AST, list[ast.Call]]:
        """The calls of a function of this file that may do something to sessions, in source order, by the loops and
        comprehensions around them; cheap."""
        return self._database.sessions.looped(self._module, function) if isinstance(function, FUNCTIONS) else {}

    def facts(self, function: ast.AST) -> Facts | None:
        """What calling a function of this file does to sessions."""
        return self._database.sessions.facts(self._database.sites.symbol(self._module, function))

    def round_trips(self, function: ast.AST, answer: ast.expr | None = None) -> Count:
        """How many statements one call of a function of this file sends, at most; see `Count`. `answer`: the model, as
        the code names it, of what a route returns, which reads it too."""
        return self._database.trips(self._module, function, self._schema(answer))

    def touches(self, function: ast.AST) -> bool:
        """Whether a function of this file, or one that it calls, may do something to a session; cheap."""
        return self._database.sessions.touches(self._database.sites.symbol(self._module, function))

    def lazy_reads(self, function: ast.AST, answer: ast.expr | None = None) -> tuple[LazyRead, ...]:
        """The attributes whose reading sends a statement: in a function of this file, in what it calls with objects
        that it has loaded, and by the model of the answer."""
        return self._database.lazy_reads(self._module, function, self._schema(answer))

    def _schema(self, annotation: ast.expr | None) -> Schema | None:
        if annotation is None:
            return None
        return self._database.schemas().schema(self._summary, self._module.expression(annotation))

    @property
    def shared_sessions(self) -> list[SharedSession]:
        """The sessions that this file makes when it is imported (at its top, in a class's body, as the default of a
        parameter) and that functions use, here or elsewhere."""
        return list(self._database.lifetimes.shared_sessions(self._module))

    def makes_engine(self, function: ast.AST) -> tuple[Step, ...] | None:
        """The calls from a function of this file to where each call of it makes another engine or pool; None: it makes
        none, keeps it, disposes of it, or makes it of what it is given."""
        return self._database.lifetimes.makes_engine(self._database.sites.symbol(self._module, function))

    def leaked_sessions(self) -> list[Leak]:
        """The sessions that functions of this file make and do not close on every way out."""
        return list(self._database.releases.sessions_leaked(self._module, self._module.index.nodes(ast.Call)))

    def opened_sessions(
        self, is_wanted: Callable[[ast.FunctionDef | ast.AsyncFunctionDef, str], bool]
    ) -> Iterator[Opened]:
        """The sessions that functions of this file open and hand to nobody who is not known; `is_wanted` is cheap, and
        asked first whether one in this function and under this name matters."""
        return self._database.releases.opened(self._module, self._module.index.nodes(ast.Call), is_wanted)

    def leaked_connections(self) -> list[Leak]:
        """The same of connections and pools, of any database library."""
        return list(self._database.releases.connections_leaked(self._module, self._module.index.nodes(ast.Call)))

    def leaks(self, function: ast.AST) -> list[Leak]:
        """What a function of this file makes and does not close on every way out: sessions, connections, and of other
        things those that it closes on some ways."""
        calls = [each for each in running(function) if isinstance(each, ast.Call)]
        return list(self._database.releases.leaked(self._module, calls))

    # Inner parts

    def _site(self, node: ast.AST) -> Site:
        return Site(self._module, node)

    @property
    def _summary(self) -> Summary:
        return self._module.summary


def _function(module: Module, node: ast.AST) -> ast.AST:
    return module.index.scope_of(node).frame().node
