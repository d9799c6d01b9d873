"""What decorators make of the functions that they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module.summary import ASYNC, GENERATOR
from .type_terms import ASYNC_MANAGER, COROUTINE, MANAGER

if TYPE_CHECKING:
    from ..module.summary import Expr, Function, Summary
    from .type_terms import Type
    from .types import Types


class Decorators:
    """Applies decorators, of libraries by what is known of them, of the project by what they return."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def applied(self, summary: Summary, decorator: Expr, value: Type | None) -> Type | None:
        """What calling a decorated function gives, if calling it bare gives `value`.

        ("opaque",) where the decorator is not understood.
        """
        factory = decorator[0] == "c"
        target = self._types.eval(summary, decorator[1] if factory else decorator)
        match target:
            case ("ext" | "mem", str(name), *_):
                return self._known(name, value)
            case ("func" | "bound", symbol, *_):
                return self._of_project(symbol, factory, value)
            case ("type", _, _) | ("inst", _, _):
                return ("opaque",)
        return value if decorator[0] == "a" and decorator[2] in ("setter", "deleter", "getter") else ("opaque",)

    def _known(self, name: str, value: Type | None) -> Type | None:
        kind = self._types.knowledge.decorator(name)
        if kind == "contextmanager":
            return ("inst", MANAGER, (self._types.element(value),))
        if kind == "asynccontextmanager":
            return ("inst", ASYNC_MANAGER, (self._types.async_element(value),))
        if kind == "thread":
            return ("inst", COROUTINE, (value,))
        return ("opaque",) if kind is None else value

    def _of_project(self, symbol: str, factory: bool, value: Type | None) -> Type | None:
        if (
            self._types.knowledge.has_own
            and self._types.knowledge.decorator(name := self._types.dotted(symbol)) is not None
        ):
            return self._known(name, value)
        wrapper = self.wrapper_of(symbol, factory)
        if wrapper is None:
            return ("opaque",)
        if wrapper == "identity":
            return value
        own = self._types.function(wrapper)
        if own is None:
            return ("opaque",)
        is_coroutine = value is not None and value[:2] == ("inst", COROUTINE)
        if own[1].flags & ASYNC and not own[1].flags & GENERATOR:
            return value if is_coroutine else ("inst", COROUTINE, (value,))
        if is_coroutine:
            # A plain wrapper around a coroutine function: either it returns the coroutine or it runs it.
            return value if self._returns_the_call(own[0], own[1]) else ("opaque",)
        return value

    @staticmethod
    def _returns_the_call(summary: Summary, wrapper: Function) -> bool:
        """`return func(*args, **kwargs)` where `func` is a parameter of the function around the wrapper."""
        return bool(wrapper.results) and all(
            result[0] == "c"
            and result[1][0] == "v"
            and any(is_outer_parameter(summary.table[index], wrapper) for index in result[1][1])
            for result in wrapper.results
        )

    def wrapper_of(self, symbol: str, factory: bool) -> str | None:
        """The function that a project decorator puts in place: a symbol, "identity", or None if unclear."""
        own = self._types.function(symbol)
        if own is None:
            return None
        summary, function = own
        found: set[str] = set()
        for result in function.results:
            found.add(self._returned_function(summary, function, result) or "?")
        if len(found) != 1:
            found -= {"?"}
        if len(found) != 1:
            # Usual for decorators that work with and without arguments: several wrappers, the last one counts.
            found = {w for w in found if w not in ("identity", "?")}
            if len(found) != 1:
                return None
        (wrapper,) = found
        if wrapper == "?":
            return None
        if factory and wrapper != "identity":
            return self.wrapper_of(wrapper, False)
        return wrapper

    def _returned_function(self, summary: Summary, function: Function, result: Expr) -> str | None:
        match result:
            case ("v", indices):
                if sum(summary.table[index][0] == "def" for index in indices) > 1:
                    # One for coroutine functions, one for others: what is decorated stays what it is.
                    return "identity"
                for index in indices:
                    match summary.table[index]:
                        case ("def", qualname):
                            return f"{summary.path}:{qualname}"
                        case ("par", _, _):
                            return "identity"
                        case ("=", value, ()):
                            return self._returned_function(summary, function, value)
            case ("m", qualname):
                return f"{summary.path}:{qualname}"
            case ("c", callee, args, _) if args:
                # `return functools.wraps(f)(wrapper)`, `return cast(F, wrapper)`, `return update_wrapper(wrapper, f)`
                for arg in reversed(args):
                    found = self._returned_function(summary, function, arg)
                    if found is not None and found != "identity":
                        return found
                inner = self._types.eval(summary, callee)
                if inner is not None and inner[0] == "func" and args:
                    return self.wrapper_of(inner[1], False)
        return None


def is_outer_parameter(fact: Expr, function: Function) -> bool:
    """Whether a binding is a parameter of a function around `function`: what a decorator wraps."""
    return fact[0] == "par" and fact[1] != function.qualname and function.qualname.startswith(fact[1])
