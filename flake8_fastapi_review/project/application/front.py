"""What may be asked of the applications of a project. They are assembled at the first question, unless a page of the
cache has the answers."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from ..readings import EVERYTHING, fact
from .answers import Answers, Kept, Lost
from .rows import Habits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...knowledge import Knowledge
    from ..modules import Modules
    from .matching import Conflict
    from .page import Pages
    from .rows import Inputs, Late, Link, Middleware, Node, RouteRow
    from .table import Assembly

T = TypeVar("T")


def _modules(application: Application) -> Modules:
    return application._modules


def _look(application: Application) -> None:
    """All answers are made from what the state tells."""
    application.state()


class Application:
    """All applications of a project."""

    def __init__(self, modules: Modules, knowledge: Knowledge, live_include: bool, pages: Pages) -> None:
        """`live_include`: whether routes added to a router after it was included appear (FastAPI 0.138 and later)."""
        self._modules = modules
        self._knowledge = knowledge
        self._live_include = live_include
        self._pages = pages
        self._stamp = f"{live_include} {sys.getrecursionlimit()}"
        self._answers: Answers | None = None
        self._assembly: Assembly | None = None
        self._state: tuple[bytes, Any] = os.urandom(16), {}
        self._habits: dict[tuple[str, str], Habits] = {}

    # Questions

    @property
    @fact("application.rows", _modules, before=_look)
    def rows(self) -> tuple[RouteRow, ...]:
        """In order of applications, then of matching."""
        return self._answered(lambda answers: answers.rows())

    @fact("application.rows_in", _modules, before=_look)
    def rows_in(self, path: str) -> tuple[RouteRow, ...]:
        """The rows whose handler is in a file, in order."""
        return self._answered(lambda answers: answers.rows_in(path))

    @fact("application.registered_in", _modules, before=_look)
    def registered_in(self, app: str, path: str) -> tuple[RouteRow, ...]:
        """The rows of an application that are registered in a file, in order."""
        return self._answered(lambda answers: answers.registered_in(app, path))

    @fact("application.habits", _modules, before=_look)
    def habits(self, app: str, mounted_at: str) -> Habits:
        """What the routes of an application do in common; of one that is mounted, its own."""
        known = self._habits.get((app, mounted_at))
        if known is None:
            shown = [
                row
                for row in self._answered(lambda answers: answers.rows())
                if (row.app, row.mounted_at) == (app, mounted_at) and row.include_in_schema and row.documented
            ]
            common = (
                frozenset.intersection(*[frozenset(row.responses or ()) for row in shown]) if shown else frozenset()
            )
            known = self._habits[app, mounted_at] = Habits(
                len(shown), sum(bool(row.tags) for row in shown), sum(_declares_errors(row, common) for row in shown)
            )
        return known

    def inputs(self, row: RouteRow) -> Inputs:
        """What the route, with all its dependencies, takes from a request."""
        if self._pages.is_kept:
            self.taken(row.file)
        return self._answered(lambda answers: answers.inputs(row))

    @fact("application.conflicts", _modules, before=_look)
    def conflicts(self, kind: str, path: str | None = None) -> tuple[Conflict, ...]:
        """Routes (that are handled in a file) that an earlier one stands in the way of: "shadowed", "duplicates" or
        "operations"."""
        return self._answered(lambda answers: answers.conflicts(kind, path))

    @fact("application.late", _modules, before=_look)
    def late(self) -> tuple[Late, ...]:
        """What was registered on routers after every include of theirs, by place; nothing where includes are live."""
        return self._ask().around.late

    @fact("application.middleware", _modules, before=_look)
    def middleware(self, app: str) -> tuple[Middleware, ...]:
        """The middlewares around the routes of an application, those of mounted ones included, in order of their
        addition."""
        return dict(self._ask().around.by_app).get(app, ())

    @property
    @fact("application.middlewares", _modules, before=_look)
    def middlewares(self) -> tuple[Middleware, ...]:
        """Those of all applications of the project, in order of their addition; one that is added in several
        executions comes several times."""
        return self._ask().around.middlewares

    @property
    @fact("application.stacks", _modules, before=_look)
    def stacks(self) -> tuple[tuple[Middleware, ...], ...]:
        """Of each application its own middlewares, the outermost first: what is added later wraps what was added
        before."""
        return self._ask().around.stacks

    @property
    @fact("application.truncated", _modules, before=_look)
    def truncated(self) -> bool:
        """Whether the program does more, or nests deeper, than was followed; no row is complete then."""
        return self._ask().around.truncated

    @property
    @fact("application.unreadable", _modules, before=_look)
    def unreadable(self) -> tuple[str, ...]:
        """Files that the applications import and that are not Python, sorted."""
        return self._ask().around.unreadable

    @property
    @fact("application.unknown_includes", _modules, before=_look)
    def unknown_includes(self) -> tuple[tuple[str, int], ...]:
        """File and line of each `include_router` whose router is not known, or made by a library; sorted."""
        return self._ask().around.unknown_includes

    @staticmethod
    def plain(middleware: Middleware) -> dict[str, Any]:
        """The keyword arguments that are constants, or lists of which some items are (the others are left out)."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in middleware.values}

    def graph(self, app: str | None = None) -> tuple[list[Node], list[Link]]:
        """Applications, the routers and applications in them, and what guards each."""
        with _uncollected():
            return self._assembled().graph(app)

    @property
    def is_executed(self) -> bool:
        """Whether it was assembled in this process."""
        return self._assembly is not None

    @fact("application.taken", _modules, before=_look)
    def taken(self, path: str) -> tuple[Inputs, ...]:
        """What the routes take whose handlers are in a file, in order of the rows."""
        rows = self.rows_in(path)
        return self._answered(lambda answers: tuple([answers.inputs(row) for row in rows]))

    @fact("application.state", _modules, mask=EVERYTHING)
    def state(self) -> tuple[bytes, Any]:
        """Tells whether all answers are those of an earlier run: the page that they are of, and the lines that have
        moved since it was made."""
        self._ask()
        return self._state

    # Answers

    def _answered(self, question: Callable[[Answers], T]) -> T:
        try:
            return question(self._ask())
        except Lost:
            return question(self._ask())

    def _ask(self) -> Answers:
        if self._answers is None:
            with _uncollected():
                found = self._pages.load(self._stamp)
            if found is not None:
                self._answers = Kept(found)
                self._state = found.part.id, found.moves
        if self._answers is None or self._answers.is_lost:
            with _uncollected():
                assembly = self._assembled()
                self._answers = made = assembly.answers()
                if self._pages.is_kept:
                    made.complete()
                    stored = self._pages.store(self._stamp, assembly.searched(), assembly.executed(), made)
                    self._state = stored or os.urandom(16), {}
        return self._answers

    def _assembled(self) -> Assembly:
        if self._assembly is None:
            from .table import Assembly

            self._assembly = Assembly(self._modules, self._knowledge, self._live_include)
        return self._assembly


def _declares_errors(row: RouteRow, common: frozenset[str]) -> bool:
    """Whether the registration of a route documents errors that neither all routes document nor FastAPI by itself."""
    own = set(row.responses or ()) - common - {"422"} if "responses" in row.keywords else set()
    return any(code.startswith(("4", "5")) for code in own)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector: trees and values by the hundred thousand, none of them garbage, would keep it busy."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
