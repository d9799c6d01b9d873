"""Compiling: one file, understood alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .parse import Unreadable, check, decode, parse, split_lines

if TYPE_CHECKING:
    from .module import Module
    from .summary import Summary

__all__ = ["Module", "Summary", "Unreadable", "check", "decode", "parse", "split_lines"]


def __getattr__(name: str) -> Any:
    """Imported when they are used: a report needs no more than lines."""
    if name == "Module":
        from .module import Module

        return Module
    if name == "Summary":
        from .summary import Summary

        return Summary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
