"""What two rules say of sessions and connections that are not closed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...file import File
    from ...project.database import Leak

_SHOWN = 3
"""So many ways out are shown."""


def kept_open(file: File, leaks: Iterable[Leak]) -> Iterator[tuple[Leak, tuple[Related, ...]]]:
    """Those that nobody closes and that no `yield` hands to the caller, each with the ways out that leave it open. None
    where the end of the program closes all."""
    if file.talks_to_terminal:
        return
    for leak in leaks:
        if leak.yielded is None:
            yield (
                leak,
                tuple(
                    Related(file.path, way.statement.lineno, f"leaves by {way.kind}")
                    for way in leak.exits[:_SHOWN]
                    if isinstance(way.statement, (ast.stmt, ast.expr, ast.excepthandler))
                ),
            )


def told(leak: Leak, thing: str) -> str:
    """How a message begins: "`session` is never closed"."""
    if not leak.name:
        return f"The {thing} that is made here is never closed"
    return f"`{leak.name}` is not closed on every way out" if leak.released else f"`{leak.name}` is never closed"
