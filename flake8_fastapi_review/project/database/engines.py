"""Engines and session makers, with what is known of their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module.summary import MODULE, Function
from ...records import NamedTuple
from ..constants import UNKNOWN
from .tables import Place
from .terms import Term, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module.summary import Summary
    from ..modules import Modules

_ENGINES = {
    "create_engine": False, "create_async_engine": True, "engine_from_config": False, "async_engine_from_config": True,
    "create_pool_from_url": False,
}  # fmt: skip
_MAKERS = {"sessionmaker": False, "async_sessionmaker": True, "scoped_session": False, "async_scoped_session": True}
_SESSIONS = {"Session": False, "AsyncSession": True}
_NAMES = frozenset((*_ENGINES, *_MAKERS, *_SESSIONS))
WORDS = (
    b"create_engine",
    b"create_async_engine",
    b"engine_from_config",
    b"sessionmaker",
    b"scoped_session",
    b"Session(",
)

_LONGEST = 20
"""So many calls on a URL are followed: `url = url.replace(…)` in a branch leads back to itself."""


class Engine(NamedTuple):
    """A call that makes an engine."""

    place: Place
    function: str | None
    """Qualified name of the function that it stands in; None at the top of a module."""
    is_async: bool
    dialect: str | None
    """"postgresql", "sqlite", "mysql" …; None when the URL is not known."""
    driver: str | None
    url: str | None
    """The URL if it is a constant, without the password."""
    options: dict[str, Any]
    """Keyword arguments whose values are constants; others are UNKNOWN."""


class SessionMaker(NamedTuple):
    """A session maker, or a session that is made directly."""

    place: Place
    function: str | None
    name: str | None
    """The name in the module that holds it."""
    is_async: bool
    expire_on_commit: bool | None
    """None: not known."""
    autoflush: bool | None
    autocommit: bool | None
    direct: bool
    """Whether the call makes a session and no maker."""


class Engines:
    """Finds them in the files that name one."""

    def __init__(self, modules: Modules, terms: Terms) -> None:
        self.modules = modules
        self.terms = terms

    def find(self, counts: Any) -> tuple[tuple[Engine, ...], tuple[SessionMaker, ...]]:
        engines: list[Engine] = []
        makers: list[SessionMaker] = []
        for path in self.modules.mentioning_any(WORDS):
            summary = self.modules.summary(path) if counts(path) else None
            if summary is None:
                continue
            for term, line, function in self._calls(summary):
                called = self.terms.called(term)
                if called in _ENGINES:
                    engines.append(self._engine(term, Place(path, line), function, _ENGINES[called]))
                elif called in _MAKERS or called in _SESSIONS:
                    made = self._maker(term, Place(path, line), function, called)
                    if made is not None:
                        makers.append(made)
        return tuple(engines), tuple(makers)

    @staticmethod
    def _calls(summary: Summary) -> Iterator[tuple[Term, int, str | None]]:
        for name, plain in summary.functions.items():
            for call in Function._make(plain).calls:
                callee = call[0][1]
                if callee[0] == "a" and callee[2] not in _NAMES:
                    continue  # a class or function of a module goes by its own name
                yield Term(summary, call[0]), call[1], None if name == MODULE else name

    def _engine(self, term: Term, place: Place, function: str | None, asynchronous: bool) -> Engine:
        given = self.terms.arguments(term)
        url = self.terms.constant(given.get(0, "url"))
        dialect = driver = None
        if not isinstance(url, str):
            start = self._beginning(given.get(0, "url"))
            url = start if start and "://" in start else None
        if isinstance(url, str) and "://" in url:
            scheme, _, rest = url.partition("://")
            dialect, _, driver = scheme.partition("+")
            dialect = {"postgres": "postgresql"}.get(dialect, dialect) or None
            host = rest.rpartition("@")[2]
            url = f"{scheme}://{host}"
        options = {name: self.terms.constant(value) for name, value in given.keywords.items() if name != "url"}
        return Engine(
            place, function, asynchronous, dialect, driver or None, url if isinstance(url, str) else None, options
        )

    def _beginning(self, term: Term | None, depth: int = 0) -> str | None:
        """The constant text that a URL begins with: `f"postgresql://{user}…"`, `URL.create("postgresql", …)`."""
        if term is None or depth > _LONGEST:
            return None
        resolved = self.terms.resolve(term)
        match resolved.expr:
            case ("f", (("k", str(text)), *_)):
                return str(text)
            case ("b", "Add" | "Mod", left, _):
                text = self.terms.constant(resolved.at(left))
                return text if isinstance(text, str) else None
            case ("c", ("a", _, "create" | "build"), _, _):
                given = self.terms.arguments(resolved)
                scheme = self.terms.constant(given.get(0, "drivername") or given.keywords.get("scheme"))
                return f"{scheme}://" if isinstance(scheme, str) else None
            case ("c", ("a", inner, "format" | "replace"), _, _):
                text = self.terms.constant(resolved.at(inner))
                return text if isinstance(text, str) else self._beginning(resolved.at(inner), depth + 1)
            case ("c", ("g", "str"), (inner,), _):
                return self._beginning(resolved.at(inner), depth + 1)
        return None

    def _maker(self, term: Term, place: Place, function: str | None, called: str) -> SessionMaker | None:
        given = self.terms.arguments(term)
        if called in ("scoped_session", "async_scoped_session"):
            return None
        direct = called in _SESSIONS
        if direct and not (given.args or given.keywords):
            return None
        cls = given.keywords.get("class_")
        name = self.terms.types.qualified(self.terms.types.eval(cls.summary, cls.expr)) if cls is not None else None
        is_async = _MAKERS.get(called, _SESSIONS.get(called, False)) or (name or "").endswith("AsyncSession")
        return SessionMaker(
            place,
            function,
            self._held_by(term) if function is None else None,
            is_async,
            self._option(given, "expire_on_commit", True),
            self._option(given, "autoflush", True),
            self._option(given, "autocommit", False),
            direct,
        )

    @staticmethod
    def _held_by(term: Term) -> str | None:
        for name, indices in term.summary.names.items():
            for index in indices:
                fact = term.summary.table[index]
                if fact[0] in ("=", ":") and term.expr in fact:
                    return name
        return None

    def _option(self, given: Any, name: str, default: bool) -> bool | None:
        if name not in given.keywords:
            return default if given.complete else None
        value = self.terms.constant(given.keywords[name])
        return value if value is not UNKNOWN and isinstance(value, bool) else None
