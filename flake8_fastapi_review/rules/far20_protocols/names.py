"""Names of a protocol in messages."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...file import File

_MANY = 4


def shown(names: Iterable[str]) -> str:
    """The names without their modules, in backticks: "`check_quota`", "`Client.*` or `recognise`"; of many some."""
    found = sorted({_short(name) for name in names})
    if len(found) > _MANY:
        found = [*found[: _MANY - 1], "…"]
    return " or ".join(f"`{name}`" for name in found)


def written(file: File, call: ast.Call, names: frozenset[str]) -> str:
    """What of these a call runs, as it is written: itself, or what it is given to run."""
    given = (inner for each in call.args for inner in (each, *getattr(each, "args", ())))
    named = (each for each in (call.func, *given) if isinstance(each, (ast.Name, ast.Attribute)))
    return file.source(next((each for each in named if file.refers_to(each, names)), call.func))


def is_among(dotted: str, names: frozenset[str]) -> bool:
    """Whether a qualified name is one of some, which may be bare."""
    return dotted in names or dotted.rpartition(".")[2] in names


def _short(name: str) -> str:
    owner, _, leaf = name.rpartition(".")
    return f"{owner.rpartition('.')[2]}.*" if leaf == "*" else leaf
