"""Which relationships a statement loads, and with how many further statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .statements import Statement
    from .tables import Entity, Relationship

EAGER = ("selectin", "subquery", "immediate")
"""Strategies that load by a statement of their own, right after the first."""
COLUMNS = ("load_only", "defer", "undefer")
"""Options that are about columns."""


class Loading:
    """Answers by statement and by the relationships walked since: `via`."""

    def __init__(self, entity: Callable[[str], Entity | None]) -> None:
        self._entity = entity

    @staticmethod
    def strategy(statement: Statement, via: tuple[str, ...], relation: Relationship) -> str | None:
        """How a statement loads a relationship at the end of a path; None: not known."""
        path = (*via, relation.name)
        for load in reversed(statement.loads):
            if load.strategy not in COLUMNS and load.path in (path, (*via, "*")):
                return load.strategy or relation.lazy
            if load.root == "*" and load.path[:1] == ("*",):
                return None
        if relation.target in statement.entities and not via:
            return "joined"  # comes with the row
        return relation.lazy if statement.complete else None

    @staticmethod
    def leaves_out(statement: Statement, via: tuple[str, ...], entity: Entity, name: str) -> bool:
        """Whether a statement does not load a column at the end of a path."""
        column = entity.column(name)
        if column is None or column.primary_key:
            return False
        found = False
        for load in statement.loads:
            if load.strategy not in COLUMNS or load.path != via or load.root not in ("*", entity.symbol):
                continue
            if "?" in load.columns:
                return False
            if load.strategy == "load_only":
                found = name not in load.columns
            elif name in load.columns:
                found = load.strategy == "defer"
        return found

    @staticmethod
    def is_of_parent(statement: Statement) -> bool:
        """Whether it asks for the rows of one parent, by a foreign key."""
        return any(
            each.operator == "=="
            and not each.is_join
            and each.ref.column is not None
            and bool(each.ref.column.foreign_keys)
            for each in statement.filters
        )

    def eager(self, statement: Statement | None) -> int:
        """The further statements of what is loaded along."""
        if statement is None or statement.kind != "select":
            return 0
        entities = [self._entity(symbol) for symbol in statement.entities]
        return sum(self._along(statement, (), each, ()) for each in entities if each is not None)

    def _along(self, statement: Statement, via: tuple[str, ...], entity: Entity, seen: tuple[str, ...]) -> int:
        if len(via) > 6 or seen.count(entity.symbol) > 1:
            return 0
        total = 0
        for relation in entity.relationships:
            strategy = self.strategy(statement, via, relation)
            target = self._entity(relation.target)
            if strategy not in ("joined", *EAGER) or (relation.target in statement.entities and not via):
                continue
            total += strategy in EAGER
            if target is not None:
                total += self._along(statement, (*via, relation.name), target, (*seen, entity.symbol))
        return total

    def eager_of(self, entity: Entity, seen: tuple[str, ...] = ()) -> int:
        """The same of an object that is loaded by itself."""
        total = 0
        for relation in entity.relationships if entity.symbol not in seen else ():
            target = self._entity(relation.target)
            if relation.lazy in ("joined", *EAGER):
                total += relation.lazy in EAGER
                total += self.eager_of(target, (*seen, entity.symbol)) if target is not None else 0
        return total

    def leads_back(self, statement: Statement, via: tuple[str, ...], relation: Relationship) -> bool:
        """Whether a relationship of what is at the end of a path leads to where that came from."""
        parents = [self._entity(symbol) for symbol in statement.entities]
        for parent in parents:
            above = parent
            for name in via[:-1]:
                step = above.relationship(name) if above is not None else None
                above = self._entity(step.target) if step is not None else None
            last = above.relationship(via[-1]) if above is not None else None
            if above is None or last is None:
                continue
            if last.back_populates == relation.name or (
                last.direction == "one-to-many" and relation.target == above.symbol
            ):
                return True
        return False
