"""What may be asked about the database of a project. Everything is made at the first question about it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..readings import fact, remembered
from .drivers import Drivers
from .elsewhere import Elsewhere
from .engines import Engines
from .lifetimes import Lifetimes
from .reach import Reach
from .reading import LIBRARIES, Read, Reader
from .releases import Releases
from .sessions import Count, Sessions
from .sites import Sites
from .statements import Statements
from .suspects import Suspects
from .terms import Terms
from .view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...config import Config
    from ...module import Module
    from ..modules import Modules
    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from ..types import Types
    from .engines import Engine, SessionMaker
    from .objects import LazyRead
    from .sites import Site
    from .tables import Entity, Table
    from .trips import Trips


class Database:
    """Answers about tables, mapped classes, engines, statements and sessions."""

    def __init__(self, modules: Modules, types: Types, config: Config, schemas: Callable[[], Schemas]) -> None:
        self.modules = modules
        self.types = types
        self.config = config
        self.sites = Sites(modules, types)
        self.statements = Statements(self.sites, self.entity)
        self.drivers = Drivers(modules, self.sites)
        self.sessions = Sessions(self.sites, self.statements, self.drivers)
        self.releases = Releases(self.sites, self.statements, self.sessions)
        self.lifetimes = Lifetimes(modules, self.sites, self.statements, self.sessions, self.counts)
        self.elsewhere = Elsewhere(modules)
        self.reach = Reach(modules, self.sessions, lambda: self.entities)
        self.suspects = Suspects(self.sessions, self.reach, schemas, lambda: self.session_makers)
        self._read: Read | None = None
        self._counted: dict[str, bool] = {}
        self._used: bool | None = None
        self.schemas = schemas
        self._trips: dict[tuple[str, int, Schema | None], tuple[Module, Count]] = {}
        self._reads: dict[tuple[str, int, Schema | None], tuple[Module, tuple[LazyRead, ...]]] = {}
        self._by_symbol: dict[str, Entity] = {}
        self._by_table: dict[str, Table] = {}
        self._made: tuple[tuple[Engine, ...], tuple[SessionMaker, ...]] | None = None

    def view(self, module: Module) -> View:
        """The database as a file sees it."""
        return View(self, module)

    @property
    @remembered()
    def is_used(self) -> bool:
        """Whether any file names SQLAlchemy or SQLModel."""
        if self._used is None:
            self._used = bool(self.modules.mentioning_any(LIBRARIES))
        return self._used

    @property
    def sends_queries(self) -> bool:
        """The same, or a driver or object mapper whose queries are known."""
        return self.is_used or self.drivers.is_used

    @fact("database._model", lambda self: self.modules, is_kept=True)
    def _model(self) -> Read:
        if self._read is None:
            reader = Reader(self.modules, self.types, self.config, self.declares)
            self._read = reader.read() if self.is_used else Read((), ())
        return self._read

    @fact("database.declares", lambda self: self.modules)
    def declares(self, path: str) -> bool:
        """Whether a file may add something to the model."""
        return Reader(self.modules, self.types, self.config).declares(path)

    @property
    def tables(self) -> tuple[Table, ...]:
        return self._model().tables

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self._model().entities

    @fact("database.entity", lambda self: self.modules)
    def entity(self, symbol: str) -> Entity | None:
        """The mapped class of a symbol ("path:qualname")."""
        read = self._model()
        if not self._by_symbol:
            self._by_symbol = {entity.symbol: entity for entity in read.entities}
        return self._by_symbol.get(symbol)

    @fact("database.table", lambda self: self.modules)
    def table(self, name: str) -> Table | None:
        """A table by its full name."""
        read = self._model()
        if not self._by_table:
            self._by_table = {table.full_name: table for table in read.tables}
        return self._by_table.get(name)

    @remembered()
    def counts(self, path: str) -> bool:
        """Whether a file belongs to the application: no test, no migration."""
        known = self._counted.get(path)
        if known is None:
            known = self._counted[path] = Reader(self.modules, self.types, self.config).counts(path)
        return known

    def round_trips(self, handler: str, dependencies: Sequence[str] = (), answer: Schema | None = None) -> Count:
        """How many statements a request sends: the handler, its dependencies (symbols, each once) and what reads the
        answer. What dependencies do after their `yield` comes last."""
        from .trips import Trips

        if not self.sends_queries:
            return Count()
        trips = self._new_trips(Trips)
        after: list[str] = []
        for symbol in dependencies:
            own = self.sites.function(symbol)
            if own is None or not self.sessions.touches(symbol):
                continue
            if own[0].index.by_node[own[1]].nodes.get(ast.Yield):
                after.append(symbol)
            else:
                trips.run(*own)
        own = self.sites.function(handler)
        if own is not None:
            trips.run(*own, answer)
        for symbol in after:
            own = self.sites.function(symbol)
            if own is not None:
                trips.run(*own)
        return trips.count

    @remembered(lambda self, module, function, answer: (module.path, getattr(function, "lineno", 0), answer))
    def trips(self, module: Module, function: ast.AST, answer: Schema | None) -> Count:
        """The statements that one function sends; `answer`: what a route makes of what it returns."""
        from .trips import Trips

        key = (module.path, getattr(function, "lineno", 0), answer)
        known = self._trips.get(key)
        if known is None or known[0] is not module:
            trips = self._new_trips(Trips)
            trips.run(module, function, answer)
            known = self._trips[key] = (module, trips.count)
        return known[1]

    @remembered(lambda self, module, function, answer: (module.path, getattr(function, "lineno", 0), answer))
    def lazy_reads(self, module: Module, function: ast.AST, answer: Schema | None) -> tuple[LazyRead, ...]:
        """The reads of a function that send a statement; of what it calls only what can matter is followed."""
        from .trips import Trips

        key = (module.path, getattr(function, "lineno", 0), answer)
        known = self._reads.get(key)
        if known is None or known[0] is not module:
            found: tuple[LazyRead, ...] = ()
            if self._may_send(module, function, answer):
                trips = self._new_trips(Trips, follows_all=False)
                trips.run(module, function, answer)
                found = tuple(trips.reads)
            known = self._reads[key] = (module, found)
        return known[1]

    def _may_send(self, module: Module, function: ast.AST, answer: Schema | None) -> bool:
        """Whether executing a function may find a read that sends a statement; False is sure."""
        shows = answer is not None and self.reach.shows(self.schemas(), answer)
        if shows and self.suspects.returns(module, function):
            return True
        symbol = self.sites.symbol(module, function)
        may_read = shows or self._forgets(module, function) or self.reach.may_read(symbol)
        return may_read and self.suspects.any(module, function, answer is not None)

    def _forgets(self, module: Module, function: ast.AST) -> bool:
        """Whether a function may read columns that a commit made a session forget, or that queries leave out."""
        lines = module.lines[getattr(function, "lineno", 1) - 1 : getattr(function, "end_lineno", 0)]
        if ".commit(" in "".join(lines):
            return any(each.expire_on_commit is not False for each in self.session_makers)
        return "load_only(" in module.text or "defer(" in module.text

    def _new_trips(self, make: type[Trips], *, follows_all: bool = True) -> Trips:
        return make(
            self.sessions,
            self.schemas,
            self.expires_on_commit,
            lambda: frozenset(engine.dialect for engine in self.engines if engine.dialect is not None),
            self.reach,
            follows_all,
            any(each.expire_on_commit is not False for each in self.session_makers),
        )

    # Engines

    @fact("database._engines", lambda self: self.modules, is_kept=True)
    def _engines(self) -> tuple[tuple[Engine, ...], tuple[SessionMaker, ...]]:
        if self._made is None:
            self._made = ((), ())
            if self.is_used:
                self._made = Engines(self.modules, Terms(self.types)).find(self.counts)
        return self._made

    @property
    def engines(self) -> tuple[Engine, ...]:
        return self._engines()[0]

    @property
    def session_makers(self) -> tuple[SessionMaker, ...]:
        return self._engines()[1]

    def expires_on_commit(self, session: Site) -> bool | None:
        """Whether a session expires its objects when it commits: by the maker of this one, if that is found, else by
        all makers of its kind in the project, if they agree."""
        kind = self.statements.session_kind(session)
        if kind is None:
            return None
        makers = {(each.place.path, each.place.line): each for each in self.session_makers}
        found = self._maker_of(session, makers, 0)
        if found is not None:
            return found.expire_on_commit
        answers = {each.expire_on_commit for each in self.session_makers if each.is_async == (kind == "async")}
        return answers.pop() if len(answers) == 1 else None

    def _maker_of(self, site: Site, makers: dict[tuple[str, int], SessionMaker], depth: int) -> SessionMaker | None:
        """Follows a session, or a session maker, to where it is made."""
        node = site.node
        if depth > 10:
            return None
        following: list[Site] = []
        match node:
            case ast.Await(value=inner):
                following = [site.at(inner)]
            case ast.Call(func=function):
                made = makers.get((site.module.path, node.lineno))
                if made is not None:
                    return made
                results = self.sites.results(site)
                following = results or ([site.at(function)] if isinstance(function, ast.Name) else [])
                if isinstance(function, ast.Attribute) and function.attr == "begin":
                    following = [site.at(function.value)]
            case ast.Name(id=name):
                for each in self.sites.bindings(site):
                    if each.kind in ("assign", "with", "for") and not each.path:
                        following.append(each.site)
                    elif each.kind == "parameter":
                        following += self.sites.provided(site, name)
        found = {made for each in following if (made := self._maker_of(each, makers, depth + 1)) is not None}
        return found.pop() if len(found) == 1 else None
