"""Which coroutines run where they can delay nobody: before the server serves, in a worker, in a loop of their own.

The question goes against the direction of imports, so the project's files are searched for the function's name; it is
asked only of functions in which a hazard was found.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..module.summary import ASYNC, AWAITED, GENERATOR, Expr, Function, Summary
from .readings import fact, remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..knowledge import Knowledge
    from .modules import Modules
    from .type_terms import Type
    from .types import Types

_MAX_DEPTH = 12
_KEPT = 200
"""So many files' calls stay sorted by name."""
_SERVING = ("uvicorn.Server.serve", "uvicorn.Server._serve")


class Execution:
    """Answers are remembered by symbol."""

    def __init__(self, modules: Modules, types: Types, knowledge: Knowledge) -> None:
        self.modules = modules
        self.types = types
        self.knowledge = knowledge
        self._apart: dict[str, bool] = {}
        self._calls: dict[str, Calls] = {}

    def forget(self) -> None:
        self._calls.clear()
        self._apart.clear()

    @fact("execution.apart", lambda self: self.modules, lambda self, symbol, depth=0: (symbol,))
    def apart(self, symbol: str, depth: int = 0) -> bool:
        """Whether a coroutine function only runs at start-up, at shutdown, in a worker process or under
        `asyncio.run`."""
        known = self._apart.get(symbol)
        if known is None:
            # Functions that call each other say nothing about each other.
            self._apart[symbol] = False
            known = self._apart[symbol] = depth < _MAX_DEPTH and self._is_apart(symbol, depth)
        return known

    def _is_apart(self, symbol: str, depth: int) -> bool:
        own = self.types.function(symbol)
        if own is None:
            return False
        summary, function = own
        if self._decorated_apart(summary, function) or is_lifespan(self.types, summary, function):
            return True
        if any(
            self.types.qualified(self.types.eval(summary, call[0][1])) in _SERVING
            for call in function.calls
            if _tail(call[0][1]) in ("serve", "_serve")
        ):
            # It starts the server itself: what else it does, it does before or after serving.
            return True
        if "<locals>" in function.qualname or function.qualname.startswith("__") or not function.flags & ASYNC:
            return False
        if self._registered(summary, function):
            return False
        callers: list[str] = []
        for caller in self._uses(symbol, function.qualname.rpartition(".")[2]):
            if caller is None:
                return False
            callers.append(caller)
        return bool(callers) and all(caller == "" or self.apart(caller, depth + 1) for caller in callers)

    def _decorated_apart(self, summary: Summary, function: Function) -> bool:
        for decorator, expr in zip(self.types.decorators(summary, function), function.decorators, strict=False):
            if (
                decorator is not None
                and decorator[0] in ("func", "bound")
                and self._runs_in_own_loop(decorator[1], expr[0] == "c")
            ):
                return True
            name = self.types.qualified(decorator)
            if name is None:
                continue
            row = self.knowledge.route(name)
            if self.knowledge.decorator(name) == "task" or (row is not None and row.kind == "event"):
                return True
        return False

    def _registered(self, summary: Summary, function: Function) -> bool:
        """Whether a decorator may hand the function to somebody: a router, a registry, anything unknown."""
        for decorator, expr in zip(self.types.decorators(summary, function), function.decorators, strict=False):
            if decorator is not None and decorator[0] in ("func", "bound"):
                if self.types.decorated_by.wrapper_of(decorator[1], expr[0] == "c") in (None, "identity"):
                    return True
                continue
            name = self.types.qualified(decorator)
            if name is None or self.knowledge.decorator(name) is None:
                return True
        return False

    def _runs_in_own_loop(self, decorator: str, factory: bool) -> bool:
        """Whether a decorator of the project puts a plain function in place that runs the coroutine, as commands have
        it."""
        wrapper = self.types.decorated_by.wrapper_of(decorator, factory)
        own = self.types.function(wrapper) if wrapper is not None and wrapper != "identity" else None
        if own is None or own[1].flags & ASYNC:
            return False
        summary, function = own
        return any(self._makes_loop(summary, call[0][1]) for call in function.calls)

    def _uses(self, symbol: str, name: str) -> Iterator[str | None]:
        """Who runs the function: "" a loop made for it, a symbol one that awaits it, None any other use."""
        for path in self.modules.mentioning(name):
            summary = self.modules.summary(path)
            if summary is None:
                continue
            calls = self._calls_of(summary)
            for qualname, some in calls.that_name(name, lambda functions: self._is_among(functions, symbol)):
                yield from self._uses_in(summary, qualname, some, symbol, name)

    def _calls_of(self, summary: Summary) -> Calls:
        known = self._calls.get(summary.path)
        if known is None or known.summary is not summary:
            while len(self._calls) >= _KEPT:
                del self._calls[next(iter(self._calls))]
            known = self._calls[summary.path] = Calls(summary, self.types)
        return known

    def _uses_in(
        self, summary: Summary, qualname: str, calls: list[tuple[Expr, int]], symbol: str, name: str
    ) -> Iterator[str | None]:
        handed_to_loop: list[Expr] = []
        for expr, flags in calls:
            if (
                expr[2]
                and expr[2][0][0] == "c"
                and self._is(summary, expr[2][0][1], symbol, name)
                and self._makes_loop(summary, expr[1])
            ):
                handed_to_loop.append(expr[2][0])
                yield ""
            if self._is(summary, expr[1], symbol, name):
                if expr not in handed_to_loop:
                    yield f"{summary.path}:{qualname}" if flags & AWAITED else None
            elif any(self._is(summary, value, symbol, name) for value in _references(expr)):
                yield None

    def _makes_loop(self, summary: Summary, callee: Expr) -> bool:
        called = self.types.qualified(self.types.eval(summary, callee))
        blocking = self.knowledge.blocking(called) if called else None
        return bool(blocking is not None and blocking.kind == "loop")

    def _is(self, summary: Summary, expr: Expr, symbol: str, name: str) -> bool:
        """Whether `expr` refers to the function; a call by its name on something unknown may well be it."""
        if expr[0] == "a":
            if expr[2] != name:
                return False
        elif expr[0] == "g":
            pass
        elif expr[0] != "v":
            return False
        found = self.types.eval(summary, expr)
        if found is None:
            return bool(expr[0] == "a")
        return self._is_among(_functions(found), symbol)

    def _is_among(self, functions: tuple[str, ...], symbol: str) -> bool:
        return any(function == symbol or self._may_dispatch(function, symbol) for function in functions)

    def _may_dispatch(self, base: str, symbol: str) -> bool:
        """Whether a call of the method `base` may be one of `symbol`, which overrides it."""
        owner, _, name = symbol.rpartition(".")
        base_owner, _, base_name = base.rpartition(".")
        return name == base_name and ":" in owner and base_owner in self.types.mro(owner)


class Calls:
    """The calls of a module by the names that stand in them, as callee or handed over."""

    def __init__(self, summary: Summary, types: Types) -> None:
        self.summary = summary
        self._types = types
        self._named: list[tuple[tuple[str, ...], list[int]]] | None = None
        """For each plain name that can be a function: the functions, and where it stands."""
        self._rows: list[tuple[str, Expr, int]] = []
        self._by_attribute: dict[str, list[int]] = {}
        self._by_name: dict[Expr, list[int]] = {}
        for facts in summary.functions.values():
            for expr, _, _, flags in facts[7]:
                self._file(expr, len(self._rows))
                self._rows.append((facts[0], expr, flags))

    def _file(self, expr: Expr, position: int) -> None:
        named = [expr[1], *_references(expr)]
        if expr[2] and expr[2][0][0] == "c":
            named.append(expr[2][0][1])
        for value in named:
            if value[0] == "a":
                self._by_attribute.setdefault(value[2], []).append(position)
            elif value[0] in ("g", "v"):
                self._by_name.setdefault(value, []).append(position)

    @remembered()
    def _naming(self) -> list[tuple[tuple[str, ...], list[int]]]:
        if self._named is None:
            evaluated = ((self._types.eval(self.summary, expr), found) for expr, found in self._by_name.items())
            self._named = [(functions, found) for value, found in evaluated if (functions := _functions(value))]
        return self._named

    def that_name(
        self, name: str, means: Callable[[tuple[str, ...]], bool]
    ) -> Iterator[tuple[str, list[tuple[Expr, int]]]]:
        """The calls with an attribute `name`, or with a plain name that is one of functions for which `means` is true:
        by function, in order."""
        positions = set(self._by_attribute.get(name, ()))
        for functions, found in self._naming():
            if means(functions):
                positions.update(found)
        for qualname, some in groupby((self._rows[position] for position in sorted(positions)), lambda row: row[0]):
            yield qualname, [(expr, flags) for _, expr, flags in some]


def _functions(found: Type | None) -> tuple[str, ...]:
    """The functions that a value is one of: a loop over a list of functions calls each of them."""
    if found is None:
        return ()
    members = found[1] if found[0] == "union" else (found,)
    return tuple(member[1] for member in members if member[0] in ("func", "bound"))


def _tail(expr: Expr) -> Any:
    return expr[2] if expr[0] == "a" else None


def is_lifespan(types: Types, summary: Summary, function: Function) -> bool:
    """An asynchronous generator over the application: start-up before its `yield`, shutdown after it."""
    if not (function.flags & ASYNC and function.flags & GENERATOR):
        return False
    if re.search(r"lifespan|lifecycle", function.qualname):
        return True
    annotations = [parameter[2] for parameter in function.parameters]
    if len(annotations) != 1 or annotations[0] is None:
        return False
    found = types.annotation(summary, annotations[0])
    return (
        found is not None
        and found[0] == "inst"
        and bool(types.is_subclass(found[1], ("starlette.applications.Starlette",)))
    )


def _references(expr: Any) -> Iterator[Expr]:
    """The names and attributes among the arguments of a call, calls inside of them left out (they are facts
    themselves)."""
    pending = [*expr[2], *(value for _, value in expr[3])]
    while pending:
        value = pending.pop()
        if not isinstance(value, tuple) or not value:
            continue
        if value[0] in ("g", "v", "a"):
            yield value
        elif value[0] in ("t", "l", "e"):
            pending.extend(value[1])
        elif value[0] == "d":
            pending.extend(value[2])
