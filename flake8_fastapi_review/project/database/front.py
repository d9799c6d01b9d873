"""What may be asked about the database of a project. Everything is made at the first question about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .engines import Engines
from .lifetimes import Lifetimes
from .reading import LIBRARIES, Read, Reader
from .releases import Releases
from .sessions import Sessions
from .sites import Sites
from .statements import Statements
from .terms import Terms
from .view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...config import Config
    from ...module import Module
    from ..modules import Modules
    from ..types import Types
    from .engines import Engine, SessionMaker
    from .sessions import Count
    from .sites import Site
    from .tables import Entity, Table


class Database:
    """Answers about tables, mapped classes, engines, statements and sessions."""

    def __init__(self, modules: Modules, types: Types, config: Config) -> None:
        self.modules = modules
        self.types = types
        self.config = config
        self.sites = Sites(modules, types)
        self.statements = Statements(self.sites, self.entity)
        self.sessions = Sessions(self.sites, self.statements)
        self.releases = Releases(self.sites, self.statements, self.sessions)
        self.lifetimes = Lifetimes(modules, self.sites, self.statements, self.sessions, self.counts)
        self._read: Read | None = None
        self._counted: dict[str, bool] = {}
        self._used: bool | None = None
        self._by_symbol: dict[str, Entity] = {}
        self._by_table: dict[str, Table] = {}
        self._made: tuple[tuple[Engine, ...], tuple[SessionMaker, ...]] | None = None

    def view(self, module: Module) -> View:
        """The database as a file sees it."""
        return View(self, module)

    @property
    def is_used(self) -> bool:
        """Whether any file names SQLAlchemy or SQLModel."""
        if self._used is None:
            self._used = bool(self.modules.mentioning_any(LIBRARIES))
        return self._used

    def _model(self) -> Read:
        if self._read is None:
            self._read = Reader(self.modules, self.types, self.config).read() if self.is_used else Read((), ())
            self._by_symbol = {entity.symbol: entity for entity in self._read.entities}
            self._by_table = {table.full_name: table for table in self._read.tables}
        return self._read

    @property
    def tables(self) -> tuple[Table, ...]:
        return self._model().tables

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self._model().entities

    def entity(self, symbol: str) -> Entity | None:
        """The mapped class of a symbol ("path:qualname")."""
        self._model()
        return self._by_symbol.get(symbol)

    def table(self, name: str) -> Table | None:
        """A table by its full name."""
        self._model()
        return self._by_table.get(name)

    def counts(self, path: str) -> bool:
        """Whether a file belongs to the application: no test, no migration."""
        known = self._counted.get(path)
        if known is None:
            known = self._counted[path] = Reader(self.modules, self.types, self.config).counts(path)
        return known

    def round_trips(self, symbols: Sequence[str]) -> Count:
        """How many statements these functions of the project send together: a route and its dependencies."""
        from .sessions import Count

        total = Count()
        for symbol in symbols if self.is_used else ():
            if self.sites.function(symbol) is not None and self.sessions.touches(symbol):
                total = total.plus(self.sessions.of_function(symbol))
        return total

    # Engines

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
        """Whether a session expires its objects when it commits: by the makers of its kind in the project, if they
        agree."""
        kind = self.statements.session_kind(session)
        if kind is None:
            return None
        answers = {each.expire_on_commit for each in self.session_makers if each.is_async == (kind == "async")}
        return answers.pop() if len(answers) == 1 else None
