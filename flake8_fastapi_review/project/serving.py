"""Which functions run for each request, since a route or dependency calls them.

Asked against the direction of imports, of few functions, after a finding is likely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .effects import Link

if TYPE_CHECKING:
    from ..module.summary import Function, Summary
    from .injection import Injection
    from .passing import Passing


def served(passing: Passing, injection: Injection, symbol: str) -> Link | None:
    """The call of a function in a route or dependency, which it names; None when none surely calls it itself.

    What is further away is not told: some function between may remember what it got.
    """
    for summary, caller, call in passing.callers(symbol):
        if _handles_requests(passing, injection, summary, caller):
            return Link(summary.path, call.line, passing.types.dotted(f"{summary.path}:{caller.qualname}"))
    return None


def _handles_requests(passing: Passing, injection: Injection, summary: Summary, function: Function) -> bool:
    types = passing.types
    for decorator in types.decorators(summary, function):
        name = types.qualified(decorator) if decorator is not None else None
        row = injection.knowledge.route(name) if name is not None else None
        if row is not None and row.kind == "route":
            return True
    return injection.is_dependency(f"{summary.path}:{function.qualname}")
