"""What is written to objects and sessions, and waits there to be sent."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .objects import Loop
from .origins import of_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .course import Course
    from .loading import Loading
    from .looping import Looping
    from .objects import Origin
    from .origins import Origins
    from .reach import Reach
    from .sites import Site
    from .statements import Value


class Writing:
    """Writes of a function that is executed."""

    def __init__(
        self,
        origins: Origins,
        loading: Loading,
        looping: Looping,
        reach: Reach,
        course: Course,
        dialects: Callable[[], frozenset[str]],
        follows_all: bool,
    ) -> None:
        """`dialects`: of the project's engines; without `follows_all` nothing is counted."""
        self.statements = origins.statements
        self.origins = origins
        self.loading = loading
        self._looping = looping
        self._reach = reach
        self._course = course
        self._dialects = dialects
        self._follows_all = follows_all

    def stored(self, site: Site, name: str) -> None:
        """An attribute of an object is assigned to."""
        if not self._follows_all and name not in self._reach.relationships:
            return
        held = self.statements.value(site)
        entity = self.statements.entity(held.entity or "") if held is not None and held.kind == "one" else None
        if held is None or entity is None:
            return
        origin = self.origins.of(site, held)
        relation = entity.relationship(name)
        if origin is None or (relation is None and entity.column(name) is None):
            return
        self._course.state.loaded.add((origin, held.via, name))
        if held.statement is not None or origin in self._course.state.flushed:
            self._waits("update", entity.symbol, self._course.loops)

    def set(self, site: Site) -> None:
        """`setattr(team, name, value)` may set any relationship."""
        held = self.statements.value(site)
        entity = self.statements.entity(held.entity or "") if held is not None and held.kind == "one" else None
        origin = self.origins.of(site, held) if held is not None else None
        if held is None or entity is None or origin is None:
            return
        self._course.state.loaded.update((origin, held.via, each.name) for each in entity.relationships)
        if held.statement is not None or origin in self._course.state.flushed:
            self._waits("update", entity.symbol, self._course.loops)

    def appended(self, site: Site, call: ast.Call, function: ast.Attribute) -> None:
        """`team.members.append(Member())`"""
        if not isinstance(function.value, ast.Attribute) or function.value.attr not in self._reach.relationships:
            return
        ref = self.statements.reference(site.at(function.value))
        held = (
            self.statements.value(site.at(call.args[0])) if ref is not None and ref.relationship is not None else None
        )
        if held is not None and held.statement is None and held.entity is not None:
            loops = list(self._course.loops) + ([] if held.kind == "one" else [Loop(None, None)])
            owner = self.statements.value(site.at(function.value.value))
            kind = owner.statement.ran if owner is not None and owner.statement is not None else None
            self._new(site.at(call.args[0]), held.entity, loops, kind)

    def written(self, site: Site, call: ast.Call, name: str, kind: str | None) -> None:
        """`add`, `add_all` and `delete`."""
        if not call.args:
            return
        given = site.at(call.args[0])
        held = self.statements.value(given)
        if held is None or held.entity is None:
            self._course.unsure()
            return
        if name == "delete":
            self._deleted(given, held)
            return
        loops = list(self._course.loops)
        if held.kind != "one":
            times = self._looping.times(given)
            loops += [Loop(None, times)] if times != 1 else []
        if held.statement is None:
            self._new(given, held.entity, loops, kind)

    def _new(self, site: Site, symbol: str, loops: list[Loop], kind: str | None) -> None:
        """An object becomes part of a session, with those that it was given."""
        made = self.origins.made_by(site)
        self._waits("insert", symbol, loops)
        if made is None:
            return
        origin: Origin = of_call(made)
        self._course.state.known[origin] = kind
        entity = self.statements.entity(symbol)
        for keyword in made.node.keywords if isinstance(made.node, ast.Call) else ():
            if entity is None or keyword.arg is None:
                continue
            column, relation = entity.column(keyword.arg), entity.relationship(keyword.arg)
            if column is not None and isinstance(keyword.value, ast.Attribute):
                tables = {each.table for each in column.foreign_keys}
                for each in entity.relationships:
                    target = self.statements.entity(each.target)
                    if target is not None and target.table in tables:
                        self._course.state.given.add((origin, each.name))
            if relation is None:
                continue
            self._course.state.loaded.add((origin, (), relation.name))
            held = self.statements.value(made.at(keyword.value))
            if held is not None and held.statement is None and held.entity is not None:
                self._waits("insert", held.entity, loops)

    def _deleted(self, given: Site, held: Value) -> None:
        """What belongs to a row is loaded before it is deleted."""
        entity = self.statements.entity(held.entity or "")
        if entity is None:
            return
        origin = self.origins.of(given, held)
        self._waits("delete", entity.symbol, self._course.loops)
        for relation in entity.relationships:
            if relation.direction == "many-to-one" or relation.viewonly:
                continue
            key = (origin or (), held.via, relation.name)
            strategy = (
                self.loading.strategy(held.statement, held.via, relation)
                if held.statement is not None
                else relation.lazy
            )
            if strategy == "select" and key not in self._course.state.loaded:
                self._course.add()
            target = self.statements.entity(relation.target)
            self._waits("delete", f"{relation.secondary or relation.target}", self._course.loops)
            owned = [] if target is None else [each for each in target.relationships if each.direction != "many-to-one"]
            if relation.secondary is None and "delete" in relation.cascade and owned:
                self._course.unsure()

    def _waits(self, what: str, symbol: str, loops: Iterable[Loop]) -> None:
        self._course.state.pending.setdefault((what, symbol), tuple(loops))

    def flush(self) -> None:
        """What waits is sent."""
        waiting, self._course.state.pending = self._course.state.pending, {}
        for (what, symbol), loops in waiting.items():
            common: list[Loop] = []
            for one, other in zip(loops, self._course.loops, strict=False):
                if one is not other:
                    break
                common.append(one)
            self._course.add(1, loops if what == "insert" and self._is_sent_singly(symbol) else common)
        for origin in self._course.state.known:
            if origin[0] == "new":
                self._course.state.flushed.add(origin)

    def _is_sent_singly(self, symbol: str) -> bool:
        """Whether rows are inserted one by one: SQLite does not tell the keys of several in their order."""
        entity = self.statements.entity(symbol)
        if entity is None or self._dialects() != {"sqlite"}:
            return False
        keys = [column for column in entity.columns if column.primary_key]
        return len(keys) == 1 and keys[0].family == "integer" and keys[0].default is None and not keys[0].foreign_keys
