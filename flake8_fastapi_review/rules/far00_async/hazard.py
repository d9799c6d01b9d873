"""What the rules about blocked event loops share: each reports the hazards of its own kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File, LoopHazard
    from ...rule import Rule

ALLOW: frozenset[str] = option(frozenset(), "Qualified names of calls that may block, such as `builtins.open`.")


def hazards(rule: Rule, file: File, allow: frozenset[str]) -> Iterator[LoopHazard]:
    """The hazards that `rule` reports, without those whose blocking call the project allows."""
    return (
        hazard
        for hazard in file.hazards(rule.code)
        if hazard.name not in allow and hazard.name.removeprefix("builtins.") not in allow
    )


def spoken(hazard: LoopHazard) -> str:
    """The blocking call as a message names it: builtins without their module."""
    return hazard.name.removeprefix("builtins.")


def through(hazard: LoopHazard) -> str:
    """The chain for a message, with the space before it; empty for a direct call."""
    return f" ({hazard.text})" if hazard.text else ""
