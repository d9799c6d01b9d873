"""The formats by name: those for people take a terminal's style, those for machines only the report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .finding import Report

FOR_PEOPLE = ("text", "concise")
FOR_MACHINES = ("json", "sarif", "github", "gitlab", "rdjson", "sonar", "junit")
"""Each is the name of a module here, whose `render` writes the report."""
NAMES = (*FOR_PEOPLE, *FOR_MACHINES)


def renderer(name: str) -> Callable[[Report], str]:
    """What writes the format for machines with this name."""
    if name not in FOR_MACHINES:
        raise KeyError(name)
    found: Callable[[Report], str] = import_module(f"{__package__}.{name}").render
    return found
