"""What middlewares and decorators of the project do, as far as rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..module.summary import Function
from .constants import value_of

if TYPE_CHECKING:
    from ..module.summary import Expr, Summary
    from .types import Types

_RESPONSE = ("starlette.responses.Response",)
_REDIRECT = ("starlette.responses.RedirectResponse",)
_MAX_DEPTH = 3


def answers_itself(types: Types, symbol: str) -> bool:
    """Whether a middleware (class, or function over request and call_next) surely answers some requests without the
    application.
    """
    if types.function(symbol) is not None:
        return _answers(types, symbol, 0)
    for method in ("dispatch", "__call__"):
        found = types.members(symbol, method)
        if found is not None and found[1] is not None:
            fact = found[1].table[found[2][-1]]
            return fact[0] == "def" and _answers(types, f"{found[1].path}:{fact[1]}", 0)
    return False


def replaces_answer(types: Types, symbol: str) -> bool:
    """Whether a function that a decorator of the project puts in another one's place makes a response itself."""
    own = types.function(symbol)
    held = own[0] if own is not None else None
    cls = types.project_class(symbol)
    held = cls[0] if held is None and cls is not None else held
    if held is None:
        return True
    inside = f"{symbol.rpartition(':')[2]}."
    functions = (Function._make(facts) for name, facts in held.functions.items() if name.startswith(inside))
    return any(_is_response(types, held, expr) for function in functions for expr in _calls(function))


def _is_response(types: Types, summary: Summary, expr: Expr) -> bool:
    called = types.eval(summary, expr[1])
    return called is not None and called[0] in ("type", "ext") and types.is_subclass(called[1], _RESPONSE) is True


def _answers(types: Types, symbol: str, depth: int) -> bool:
    own = types.function(symbol)
    if own is None or depth > _MAX_DEPTH:
        return False
    summary, function = own
    if any(_is_own(types, summary, value, depth) for value in function.results):
        return True
    # `await response(scope, receive, send)`, as pure ASGI middlewares answer.
    return any(len(expr[2]) == 3 and _is_own(types, summary, expr[1], depth) for expr in _calls(function))


def _calls(function: Function) -> list[Expr]:
    return [fact[0] for fact in function.calls]


def _is_own(types: Types, summary: Summary, value: Expr, depth: int) -> bool:
    """Whether a response is made here, and not out of what the application answered."""
    match value:
        case ("w", inner):
            return _is_own(types, summary, inner, depth)
        case ("v", indices):
            facts = [summary.table[index] for index in indices]
            return any(fact[0] == "=" and not fact[2] and _is_own(types, summary, fact[1], depth) for fact in facts)
        case ("i", body, orelse):
            return _is_own(types, summary, body, depth) or _is_own(types, summary, orelse, depth)
        case ("c", callee, args, keywords):
            called = types.eval(summary, callee)
            if called is None:
                return False
            if called[0] in ("type", "ext") and types.is_subclass(called[1], _RESPONSE):
                given = dict(keywords)
                if not types.is_subclass(called[1], _REDIRECT) and _is_success(types, summary, args, given):
                    return False
                return not _takes_headers_over(given.get("headers"))
            return called[0] in ("func", "bound") and _answers(types, called[1], depth + 1)
    return False


def _is_success(types: Types, summary: Summary, args: tuple[Any, ...], given: dict[str | None, Any]) -> bool:
    """A health check answers all, pages and probes alike: what is lost without CORS headers are refusals and
    failures.
    """
    status = given.get("status_code") or (args[1] if len(args) > 1 else None)
    value = value_of(types, summary, status) if status is not None else 200
    return isinstance(value, int) and value < 300


def _takes_headers_over(headers: Expr | None) -> bool:
    """Whether the headers may be those of the application's answer."""
    return headers is not None and headers[0] not in ("d", "k")
