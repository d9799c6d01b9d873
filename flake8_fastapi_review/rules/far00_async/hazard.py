"""What the rules about blocked event loops share: each reports the hazards of its own kinds."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File, LoopHazard
    from ...rule import Rule

ALLOW: frozenset[str] = option(frozenset(), "Qualified names of calls that may block, such as `builtins.open`.")

_DEBUGGING = re.compile(r"(?i)(?:^|_)(?:debug|debugging|profiling|profiler)(?:_|$)")


def hazards(rule: Rule, file: File, allow: frozenset[str]) -> Iterator[LoopHazard]:
    """The hazards that `rule` reports, without those whose blocking call the project allows."""
    return (
        hazard
        for hazard in file.hazards(rule.code)
        if hazard.name not in allow
        and hazard.name.removeprefix("builtins.") not in allow
        and not _is_for_developers(file, hazard.call)
    )


def _is_for_developers(file: File, call: ast.AST) -> bool:
    """Whether a switch for debugging or profiling has to be on for the call to run."""
    child = call
    for ancestor in file.ancestors(call):
        if isinstance(ancestor, ast.If) and child in ancestor.body:
            match ancestor.test:
                case ast.Name(id=name) | ast.Attribute(attr=name) if _DEBUGGING.search(name):
                    return True
        child = ancestor
    return False


def spoken(hazard: LoopHazard) -> str:
    """The blocking call as a message names it: builtins without their module."""
    return hazard.name.removeprefix("builtins.")


def through(hazard: LoopHazard) -> str:
    """The chain for a message, with the space before it; empty for a direct call."""
    return f" ({hazard.text})" if hazard.text else ""
