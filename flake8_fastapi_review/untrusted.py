"""What rules have in common that tell where untrusted input reaches a call which it can harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rule import Severity

if TYPE_CHECKING:
    from .answers import Reached
    from .rule import Fix, Rule, Violation


def told(
    rule: Rule, reached: Reached, *, fix: Fix | None = None, severity: Severity | None = None, **values: object
) -> Violation:
    """The violation at the place that input reaches.

    A message has places for `sink`, `input`, `route` and `chain`, see `Reached`, and for `values`, which go before
    these. A blocker is a warning where only administrators can request it, unless `severity` says otherwise.
    """
    if severity is None and reached.administrators and rule.severity is Severity.BLOCKER:
        severity = Severity.WARNING
    said = {"sink": reached.sink, "input": reached.input, "route": reached.route, "chain": reached.chain}
    return rule.at(
        reached.node,
        related=reached.related,
        fix=fix,
        severity=severity,
        exploit=reached.exploit,
        privileges=reached.privileges,
        **{**said, **values},
    )
