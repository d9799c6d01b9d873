"""Whether a function of the project can fail for reasons outside of it: the network, a disk, a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module.summary import ASYNC, AWAITED, CAUGHT

if TYPE_CHECKING:
    from ..knowledge import Knowledge
    from .types import Types

_MAX_DEPTH = 3
"""So many calls are followed."""
_STEADY = ("asyncio", "anyio", "contextlib", "time", "threading")
"""Libraries whose awaitables wait for other parts of the same process."""


def may_fail(types: Types, knowledge: Knowledge, symbol: str, depth: int = 0) -> bool:
    """Whether an exception from outside is known to be possible that the function does not catch: it awaits a library,
    or calls one that waits for something, itself or in functions that it calls.

    What it raises itself does not count: that tells of a mistake in the program, or of what a caller expects.
    """
    own = types.function(symbol)
    if own is None:
        return False
    summary, function = own
    for expr, _, _, flags in function.calls:
        if flags & CAUGHT:
            continue
        called = types.eval(summary, expr[1])
        name = types.qualified(called)
        if called is not None and called[0] in ("func", "bound") and ":" in called[1]:
            inner = types.function(called[1])
            runs = inner is not None and bool(flags & AWAITED or not inner[1].flags & ASYNC)
            if runs and depth < _MAX_DEPTH and may_fail(types, knowledge, called[1], depth + 1):
                return True
        elif name is not None and (
            knowledge.blocking(name) is not None
            or (flags & AWAITED and "." in name and name.partition(".")[0] not in _STEADY)
        ):
            return True
    return False
