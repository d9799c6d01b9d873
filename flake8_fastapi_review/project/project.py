"""Project: all files of one root, linked; Files are opened in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..config import role, versions
from ..knowledge import Knowledge, KnowledgeError
from ..module import check, decode
from .disk import scan
from .effects import Effects
from .execution import Execution
from .injection import Injection
from .listing import listed
from .modules import Modules
from .requests import Requests
from .sources import Sources
from .types import Types

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from ..config import Config
    from ..file import File
    from .application import Application
    from .application.authentication import Authentication
    from .cache import Cache
    from .database import Database
    from .disk import Listing
    from .exposure import Exposure
    from .imports import ImportGraph
    from .migrations import Migrations
    from .passing import Passing
    from .protocols import Protocols
    from .schemas import Schemas
    from .sqlite import Sqlite
    from .taint import Taint


class Project:
    """Answers are made on demand and remembered; what no rule asks is never computed."""

    def __init__(self, root: str, config: Config, cache_dir: str | None = None, cache: Cache | None = None) -> None:
        """`root` is absolute. `cache_dir` None, and no `cache` that is open already: nothing is kept between runs."""
        self.root = root
        self.config = config
        self.problem: str | None = None
        """What is wrong with the project's own knowledge rows, if anything; they are ignored then."""
        try:
            self.knowledge = Knowledge(config.knowledge or None)
        except KnowledgeError as error:
            self.problem = str(error)
            self.knowledge = Knowledge()
        if cache is None and cache_dir:
            from .cache import opened

            cache = opened(cache_dir)
        self.cache = cache
        self.listing: Listing | None = None
        """The project's files, if somebody has looked for them already."""
        self.sources = Sources(root, tuple(config.src), self._files_below, config.files)
        self.modules = Modules(self.sources, cache)
        self.types = Types(self.modules, self.knowledge)
        self.effects = Effects(self.types, self.knowledge)
        self.execution = Execution(self.modules, self.types, self.knowledge)
        self.requests = Requests(self.modules, self.types, self.knowledge)
        self.injection = Injection(self.modules, self.types, self.knowledge, self.requests)
        self._application: Application | None = None
        self._authentication: Authentication | None = None
        self._taint: Taint | None = None
        self._passing: Passing | None = None
        self._protocols: Protocols | None = None
        self._database: Database | None = None
        self._migrations: Migrations | None = None
        self._sqlite: Sqlite | None = None
        self._schemas: Schemas | None = None
        self._exposure: Exposure | None = None
        self._imports: ImportGraph | None = None
        self._texts: dict[str, str] = {}

    @property
    def application(self) -> Application:
        """The applications that the project assembles; executed at the first question."""
        if self._application is None:
            from .application import Application, Pages

            fastapi = versions(self.config).get("fastapi")
            live = fastapi is None or fastapi >= (0, 138)
            self._application = Application(
                self.modules, self.knowledge, live, Pages(self.modules, self.config, self._listed)
            )
        return self._application

    @property
    def taint(self) -> Taint:
        """Untrusted input, followed at the first question."""
        if self._taint is None:
            from .taint import Taint

            self._taint = Taint(self.modules, self.types, self.knowledge, self.requests, self.injection)
            self._taint.python = self.config.target_version or self._taint.python
            if self.config.stored_input:
                self._taint.follow_stored()
        return self._taint

    @property
    def passing(self) -> Passing:
        """Where the arguments of the project's functions go."""
        if self._passing is None:
            from .passing import Passing

            self._passing = Passing(self.types)
        return self._passing

    @property
    def protocols(self) -> Protocols:
        """What has to run before and after what."""
        if self._protocols is None:
            from .protocols import Protocols

            self._protocols = Protocols(self.types, self.passing, self._dependencies, self._around)
        return self._protocols

    def _dependencies(self, symbol: str) -> list[tuple[str, str | None]] | None:
        """What the applications run before the handler with this symbol: (dotted name, symbol); None: not known."""
        path, _, qualname = symbol.rpartition(":")
        rows = [row for row in self.application.rows_in(path) if row.endpoint_qualname == qualname]
        if not all(row.complete for row in rows):
            return None
        common = [{(each.name.replace(":", "."), each.symbol) for each in row.dependencies} for row in rows]
        return sorted(set.intersection(*common), key=str) if common else []

    def _around(self, symbol: str) -> list[str]:
        """The functions of the project's middlewares around the handler with this symbol."""
        path, _, qualname = symbol.rpartition(":")
        apps = {row.app for row in self.application.rows_in(path) if row.endpoint_qualname == qualname}
        found = {each.symbol for app in apps for each in self.application.middleware(app)} - {None}
        return sorted(f"{each}{end}" for each in found for end in ("", ".dispatch", ".__call__"))

    @property
    def schemas(self) -> Schemas:
        """The models of the project, and what its routes take and answer."""
        if self._schemas is None:
            from .schemas import Schemas

            self._schemas = Schemas(
                self.types, self.requests, lambda: self.application, lambda: versions(self.config).get("pydantic")
            )
        return self._schemas

    @property
    def exposure(self) -> Exposure:
        """What answers show of models and entities."""
        if self._exposure is None:
            from .exposure import Exposure

            self._exposure = Exposure(self.types)
        return self._exposure

    @property
    def imports(self) -> ImportGraph:
        """Which modules import each other."""
        if self._imports is None:
            from .imports import ImportGraph

            self._imports = ImportGraph(self.modules)
        return self._imports

    @property
    def database(self) -> Database:
        """Tables, mapped classes, sessions and statements; read at the first question."""
        if self._database is None:
            from .database import Database

            self._database = Database(self.modules, self.types, self.config, lambda: self.schemas)
        return self._database

    @property
    def migrations(self) -> Migrations:
        """The Alembic revisions of the project."""
        if self._migrations is None:
            from .migrations import Migrations

            self._migrations = Migrations(self.modules, self.config)
        return self._migrations

    @property
    def sqlite(self) -> Sqlite:
        """What SQL texts say about the project's SQLite databases."""
        if self._sqlite is None:
            from .sqlite import Sqlite

            self._sqlite = Sqlite(self.modules, self.config)
        return self._sqlite

    @property
    def authentication(self) -> Authentication:
        """What guards the routes of the applications."""
        if self._authentication is None or self._authentication.application is not self.application:
            from .application.authentication import Authentication

            self._authentication = Authentication(self.types, self.application)
        return self._authentication

    def _files_below(self, folder: str) -> list[str]:
        if self.listing is None and folder:
            return [path for path in scan(self.root, self.config, start=folder).files if path.endswith(".py")]
        below = f"{folder}/" if folder else ""
        return [path for path in self._listed().files if path.endswith(".py") and path.startswith(below)]

    def _listed(self) -> Listing:
        if self.listing is None:
            self.listing = listed(self.cache, self.config)
        return self.listing

    def relative(self, path: str) -> str:
        """`path`, absolute or relative to the root, as the project names it: relative, with forward slashes."""
        if os.path.isabs(path):
            path = os.path.relpath(path, self.root)
        return path.replace(os.sep, "/")

    def file(self, path: str, text: str | None = None, tree: ast.Module | None = None) -> File:
        """The file at `path` (absolute, or relative to the root), seen inside the project.

        `text` stands in for what is on disk, `tree` for parsing it. Raises Unreadable and OSError.
        """
        from ..file import File

        name = self.relative(path)
        on_disk = text is None
        if text is None:
            text = decode(self.config.files.read(os.path.join(self.root, name)), name)
        elif text.startswith("\ufeff"):
            text = text[1:]
        self._overlay(name, text, on_disk)
        module = self.modules.opened(name, text, tree)
        return File(module, self, role(self.config, name, text))

    def file_for(self, path: str, wanted: Callable[[str, str, str], bool]) -> File | None:
        """The file at `path` if it is `wanted` by its role, text and path; else it is only seen to be Python.

        Raises Unreadable and OSError.
        """
        name = self.relative(path)
        text = decode(self.config.files.read(os.path.join(self.root, name)), name)
        purpose = role(self.config, name, text)
        if not wanted(purpose, text, name):
            check(text, name)
            return None
        self._overlay(name, text, True)
        from ..file import File

        return File(self.modules.opened(name, text, None), self, purpose)

    def close(self, path: str) -> None:
        """The file has been reviewed: let its tree go."""
        self.modules.drop(self.relative(path))

    def _overlay(self, name: str, text: str, on_disk: bool) -> None:
        """An editor checks one file again and again: what was known through its earlier text is forgotten."""
        known = self._texts.get(name)
        if known is not None and known != text:
            self.types.forget()
            self.effects.forget()
            self.execution.forget()
            self.requests.forget()
            self.injection.forget()
            self._passing = None
            self._exposure = None
            self._protocols = None
            self._application = None
            self._taint = None
            self._database = None
            self._migrations = None
            self._sqlite = None
            self._schemas = None
        if not on_disk:
            self._texts[name] = text
            self.sources.overlay(name)
