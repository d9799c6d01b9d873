"""Which functions run for each request, since a route or dependency calls them.

Asked against the direction of imports, of few functions, after a finding is likely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module.summary import ONCE, Call, Function
from .effects import Link

if TYPE_CHECKING:
    from ..module.summary import Expr, Summary
    from .injection import Injection
    from .passing import Passing
    from .type_terms import Type


def served(passing: Passing, injection: Injection, symbol: str) -> Link | None:
    """The call of a function in a route or dependency, which it names; None when none surely calls it itself.

    What is further away is not told: some function between may remember what it got.
    """
    for summary, caller, call in passing.callers(symbol):
        if _handles_requests(passing, injection, summary, caller):
            return Link(summary.path, call.line, passing.types.dotted(f"{summary.path}:{caller.qualname}"))
    return None


def built(passing: Passing, injection: Injection, cls: str) -> Link | None:
    """The dependency that makes an object of a class for each request and gives it, or the route that makes one, which
    it names; None when none surely does, or the class may give one object again and again."""
    types = passing.types
    own = types.project_class(cls)
    if own is None or own[1].decorators or own[1].keywords or types.members(cls, "__new__") is not None:
        return None
    name = own[1].qualname.rpartition(".")[2]
    for path in types.modules.mentioning(name):
        summary = types.modules.summary(path)
        if summary is None:
            continue
        for function in map(Function._make, summary.functions.values()):
            given = [each for result in (*function.results, *function.yields) for each in _values(summary, result)]
            made = any(each[0] == "c" and _names(types.eval(summary, each[1]), cls) for each in given)
            if made and not function.decorators and _handles_requests(passing, injection, summary, function):
                return Link(path, function.line, types.dotted(f"{path}:{function.qualname}"))
            if function.decorators and _is_route(passing, injection, summary, function):
                for call in map(Call._make, function.calls):
                    if not call.flags & ONCE and _names(types.eval(summary, call.expr[1]), cls):
                        return Link(path, call.line, types.dotted(f"{path}:{function.qualname}"))
    return None


def _names(called: Type | None, cls: str) -> bool:
    return called is not None and called[0] == "type" and called[1] == cls


def _values(summary: Summary, result: Expr) -> list[Expr]:
    """What is returned, and for a local variable what it was assigned."""
    if result[0] != "v":
        return [result]
    facts = [summary.table[index] for index in result[1]]
    return [fact[1] for fact in facts if fact[0] == "=" and not fact[2]]


def _handles_requests(passing: Passing, injection: Injection, summary: Summary, function: Function) -> bool:
    if _is_route(passing, injection, summary, function):
        return True
    return injection.is_dependency(f"{summary.path}:{function.qualname}")


def _is_route(passing: Passing, injection: Injection, summary: Summary, function: Function) -> bool:
    types = passing.types
    for decorator in types.decorators(summary, function):
        name = types.qualified(decorator) if decorator is not None else None
        row = injection.knowledge.route(name) if name is not None else None
        if row is not None and row.kind == "route":
            return True
    return False
