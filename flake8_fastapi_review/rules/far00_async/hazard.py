"""What the rules about blocked event loops share: each reports the hazards of its own kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import option

if TYPE_CHECKING:
    from ...answers import LoopHazard
    from ...file import File
    from ...rule import Rule

ALLOW: frozenset[str] = option(
    frozenset(),
    "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`.",
)


def hazards(rule: Rule, file: File, allow: frozenset[str]) -> list[LoopHazard]:
    """The hazards that `rule` reports, without those of functions that the project allows to block."""
    return file.hazards(rule.code, allow | {f"builtins.{name}" for name in allow if "." not in name})


def spoken(hazard: LoopHazard) -> str:
    """The blocking call as a message names it: builtins without their module."""
    return hazard.name.removeprefix("builtins.")


def through(hazard: LoopHazard) -> str:
    """The chain for a message, with the space before it; empty for a direct call."""
    return f" ({hazard.text})" if hazard.text else ""
