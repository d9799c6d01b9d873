"""What the rules of this family go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...project.migrations import Migration, Operation
    from ...rule import Violation


def upgrades(migration: Migration | None) -> tuple[Operation, ...]:
    """The operations of `upgrade`; none when the revision is history."""
    if migration is None or migration.upgrade is None or not migration.is_judged:
        return ()
    return migration.upgrade.operations


def once(findings: Iterator[Violation]) -> Iterator[Violation]:
    """One finding for each place: a loop or a helper makes many operations of one call."""
    seen = set()
    for found in findings:
        if found.range not in seen:
            seen.add(found.range)
            yield found
