"""Where a file makes connections to SQLite databases on disk, directly or by an engine."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .connections import connects, is_in_memory

if TYPE_CHECKING:
    from ...file import File

_ENGINES = ("create_engine", "create_async_engine")


def engines(file: File) -> list[ast.Call]:
    """The call that makes the project's first engine for a SQLite database on disk, if it stands in this file."""
    if not any(f"{name}(" in file.text for name in _ENGINES) or not file.database.is_used:
        return []
    places = sorted(
        engine.place
        for engine in file.database.engines
        if engine.dialect == "sqlite"
        and not (engine.url or "").endswith("://")
        and ":memory:" not in (engine.url or "")
    )
    if not places or places[0].path != file.path:
        return []
    lines = {places[0].line}
    return [
        call
        for call in file.nodes(ast.Call)
        if call.lineno in lines and getattr(call.func, "attr", getattr(call.func, "id", "")) in _ENGINES
    ]


def files(file: File) -> list[ast.Call]:
    """The calls of this file that open a database on disk, not only for reading."""
    return [
        call
        for call in connects(file)
        if not is_in_memory(file, call) and "mode=ro" not in file.source(call) and "immutable" not in file.source(call)
    ]
