"""The formats by name: those for people take a terminal's style, those for machines only the report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .finding import Report

FOR_PEOPLE = ("text", "concise")
WHOLE = ("markdown", "html")
"""Those that tell all of a review, what passed and what was looked at included."""
FOR_MACHINES = ("json", "sarif", "github", "gitlab", "rdjson", "sonar", "junit")
"""Each of these, and of the whole ones, is the name of a module here, whose `render` writes the report."""
NAMES = (*FOR_PEOPLE, *WHOLE, *FOR_MACHINES)


def renderer(name: str) -> Callable[[Report], str]:
    """What writes the format with this name, unless it takes a style."""
    if name not in (*WHOLE, *FOR_MACHINES):
        raise KeyError(name)
    found: Callable[[Report], str] = import_module(f"{__package__}.{name}").render
    return found
