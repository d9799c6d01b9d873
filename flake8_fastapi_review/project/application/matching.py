"""Which routes never match, because an earlier one takes all their requests, and which are registered twice.

Starlette tries routes in order of registration and takes the first whose pattern and method fit. Types of parameters
play no part in that, convertors do: `/users/{id}` takes `/users/me` whatever the annotation of `id`, `/users/{id:int}`
does not.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from ...records import NamedTuple
from ...regex import regex

if TYPE_CHECKING:
    from .rows import RouteRow

_PARAMETER = regex(r"\{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?\}")
_PATTERNS = {
    "str": "[^/]+",
    "path": ".*",
    "int": "[0-9]+",
    "float": r"[0-9]+(\.[0-9]+)?",
    "uuid": "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
}
_SAMPLES = {
    "str": ("\x01q",),
    "path": ("", "\x01q", "\x01q/\x02r"),
    "int": ("07",),
    "float": ("07", "0.5"),
    "uuid": ("0b1c2d3e-0a1b-4c2d-8e3f-a1b2c3d4e5f6", "0b1c2d3e0a1b4c2d8e3fa1b2c3d4e5f6"),
}
"""For each convertor texts that only what takes all of its texts can take."""
_MAX_SAMPLES = 64


class Conflict(NamedTuple):
    """A route, and the earlier one that it loses against."""

    row: RouteRow
    earlier: RouteRow


def parameters(path: str) -> dict[str, str]:
    """The parameters in a path and their convertors, "str" where none is written."""
    return {name: convertor or "str" for name, convertor in _PARAMETER.findall(path)}


def shape(path: str) -> str:
    """The path without the names of its parameters."""
    return _PARAMETER.sub(lambda found: f"{{:{found[2] or 'str'}}}", path)


def _pattern(path: str) -> re.Pattern[str] | None:
    """As Starlette compiles it; None when a convertor is the project's own."""
    text, position = "", 0
    for found in _PARAMETER.finditer(path):
        convertor = found[2] or "str"
        if convertor not in _PATTERNS:
            return None
        text += re.escape(path[position : found.start()]) + f"({_PATTERNS[convertor]})"
        position = found.end()
    return re.compile(text + re.escape(path[position:]))


def _samples(path: str) -> list[str] | None:
    """Paths that match, such that a pattern which takes them all takes every one."""
    kinds = list(parameters(path).values())
    if any(kind not in _SAMPLES for kind in kinds):
        return None
    chosen = list(product(*(_SAMPLES[kind] for kind in kinds)))
    if len(chosen) > _MAX_SAMPLES:
        return None
    return [_filled(path, list(texts)) for texts in chosen]


def _filled(path: str, texts: list[str]) -> str:
    return _PARAMETER.sub(lambda _: texts.pop(0), path)


def shadowed(rows: tuple[RouteRow, ...]) -> tuple[Conflict, ...]:
    """The routes that never match, each with the first earlier route that takes all its requests.

    Routes of the same shape are told by `duplicates` when they are written alike, here when their parameters differ.
    """
    found: list[Conflict] = []
    earlier: dict[tuple[str, str], list[tuple[RouteRow, re.Pattern[str]]]] = {}
    reached: set[tuple[str, str, str, str, int]] = set()
    for row in rows:
        if not row.placed:
            continue
        before = earlier.setdefault((row.app, row.method), [])
        samples = _samples(row.path)
        place = (row.app, row.method, row.path, row.file, row.line)
        if samples is not None and place not in reached:
            taker = next((other for other, pattern in before if all(map(pattern.fullmatch, samples))), None)
            if taker is None:
                reached.add(place)
            elif taker.path != row.path and not _same_endpoint(taker, row):
                found.append(Conflict(row, taker))
        if "{" in row.path and (pattern := _pattern(row.path)) is not None:
            before.append((row, pattern))
    return tuple(found)


def duplicates(rows: tuple[RouteRow, ...]) -> tuple[Conflict, ...]:
    """The routes whose method and path an earlier route has."""
    first: dict[tuple[str, str, str], RouteRow] = {}
    found = []
    for row in rows:
        if not row.placed:
            continue
        other = first.setdefault((row.app, row.method, row.path), row)
        # A router that is included twice repeats all its routes, to no harm.
        if other is not row and other.registered_at != row.registered_at and not _same_endpoint(other, row):
            found.append(Conflict(row, other))
    return tuple(found)


def repeated_operations(rows: tuple[RouteRow, ...]) -> tuple[Conflict, ...]:
    """The routes whose operation id an earlier route of the same OpenAPI document has."""
    named = tuple(row for row in rows if row.operation_id and row.include_in_schema)
    first: dict[tuple[str, str, str | None], RouteRow] = {}
    found = []
    for row in named:
        key = (row.app, row.mounted_at, row.operation_id)
        other = first.setdefault(key, row)
        # One registration with several methods has one id whatever is written.
        once = (other.registered_at, other.path) == (row.registered_at, row.path)
        if other is not row and not once and row.placed and other.placed and _place(other) != _place(row):
            found.append(Conflict(row, other))
    return tuple(found)


def _place(row: RouteRow) -> tuple[str, str]:
    return row.method, row.path


def _same_endpoint(one: RouteRow, other: RouteRow) -> bool:
    return (one.file, one.line) == (other.file, other.line)
