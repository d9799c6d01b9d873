"""Linking: the modules of a project understood together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .project import Project

__all__ = ["Project"]


def __getattr__(name: str) -> Any:
    """Imported when it is used: a run that finds nothing changed never does."""
    if name == "Project":
        from .project import Project

        return Project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
