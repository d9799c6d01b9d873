"""What reading an attribute sends: relationships that were not loaded, columns left out, what a commit made forget."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .loading import EAGER
from .objects import LazyRead, Loop
from .origins import properties
from .statements import Given, Value

if TYPE_CHECKING:
    from .course import Course
    from .loading import Loading
    from .looping import Looping
    from .objects import Origin
    from .origins import Origins
    from .reach import Reach
    from .sites import Site
    from .tables import Entity, Relationship


class Reads:
    """Reads of a function that is executed."""

    def __init__(
        self,
        origins: Origins,
        loading: Loading,
        looping: Looping,
        reach: Reach,
        course: Course,
    ) -> None:
        self.sites = origins.sites
        self.statements = origins.statements
        self.origins = origins
        self.loading = loading
        self.found: list[LazyRead] = []
        self.showing: ast.AST | None = None
        """What is answered, while a model reads it."""
        self.greenlet = False
        """Whether somebody waits for what is sent."""
        self._looping = looping
        self._reach = reach
        self._course = course

    def read(self, site: Site, node: ast.Attribute) -> None:
        """An attribute that stands in the code is read."""
        if node.attr not in self._reach.names and not self._course.state.expired and not self._course.leaves_out:
            return
        held = self.statements.value(site.at(node.value))
        if held is None or held.kind != "one" or held.entity is None or node.attr == "awaitable_attrs":
            return
        waits = isinstance(node.value, ast.Attribute) and node.value.attr == "awaitable_attrs"
        before, self.greenlet = self.greenlet, self.greenlet or waits
        self.touch(
            held, self.origins.of(site.at(node.value), held), node.attr, site, self._looping.of(site.at(node.value))
        )
        self.greenlet = before

    def touch(self, held: Value, origin: Origin | None, name: str, site: Site, loops: tuple[Loop, ...]) -> None:
        """An attribute of an object is read, for each of some loops."""
        entity = self.statements.entity(held.entity or "")
        if entity is None:
            return
        relation = entity.relationship(name)
        if relation is not None:
            self._forgotten(held, origin, entity, name, site, loops)
            self._relationship(held, origin, entity, relation, site, loops)
            return
        if entity.column(name) is not None:
            if not self._forgotten(held, origin, entity, name, site, loops):
                self._column(held, origin, entity, name, site, loops)
            return
        proxy = next((each for each in entity.proxies if each.name == name), None)
        if proxy is not None:
            self.touch(held, origin, proxy.collection, site, loops)
            inner = entity.relationship(proxy.collection)
            target = self.statements.entity(inner.target) if inner is not None else None
            if inner is not None and target is not None and target.relationship(proxy.attribute) is not None:
                further = Value(
                    "one", ((held.items[0]._replace(entity=inner.target)),), held.statement, (*held.via, inner.name)
                )
                more = (*loops, Loop(None, None)) if inner.uselist else loops
                self.touch(further, origin, proxy.attribute, site, more)
            return
        self._property(held, origin, entity, name, site, loops)

    def _property(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> None:
        """`@property` of a mapped class."""
        executing = self._course.executing
        for symbol, _ in properties(self.sites, entity, name) if executing is not None else ():
            if executing is not None:
                executing.enter(symbol, 0, Given(held, origin, loops), site)

    def _forgotten(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> bool:
        """Whether the object is loaded again, since a commit made it forget its values."""
        if origin is None or origin not in self._course.state.expired or (origin, held.via) in self._course.state.fresh:
            return False
        self._course.state.fresh.add((origin, held.via))
        if not self._course.state.expired[origin]:
            self._course.unsure()
            return False
        self._lazy(held, origin, entity, name, None, "expired", site, loops)
        self._course.add(self.loading.eager_of(entity), loops)
        return True

    def _column(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> None:
        """A column that the query left out."""
        key = (origin or (), held.via, name)
        if held.statement is None or key in self._course.state.loaded:
            return
        if self.loading.leaves_out(held.statement, held.via, entity, name):
            self._course.state.loaded.add(key)
            self._lazy(held, origin, entity, name, None, "deferred", site, loops)

    def _relationship(
        self,
        held: Value,
        origin: Origin | None,
        entity: Entity,
        relation: Relationship,
        site: Site,
        loops: tuple[Loop, ...],
    ) -> None:
        key = (origin or (), held.via, relation.name)
        if origin is not None:
            self._course.state.fresh.add((origin, (*held.via, relation.name)))
        if key in self._course.state.loaded:
            return
        if held.statement is None:
            if origin is None or origin not in self._course.state.flushed or relation.lazy in ("noload", "raise"):
                return
            strategy: str | None = "select"
        else:
            strategy = self.loading.strategy(held.statement, held.via, relation)
            if origin in self._course.state.expired and strategy in ("joined", *EAGER):
                if not self._course.state.expired[origin]:
                    self._course.unsure()
                    return
                strategy = relation.lazy  # what was loaded along is forgotten, too
        if strategy in (None, "dynamic", "write_only", "?") or not entity.complete:
            self._course.unsure()
            return
        if strategy != "select" or self._is_in_session(held, relation):
            return
        self._course.state.loaded.add(key)
        is_filled = (entity.symbol, relation.name, origin) in self._course.state.filled
        if is_filled or self._is_fetched(entity, relation):
            self._course.unsure()
            return
        if held.statement is None and (origin, relation.name) in self._course.state.given:
            self._course.unsure()  # it has the key of an object that somebody holds
            return
        if (
            relation.direction == "many-to-one"
            and held.statement is not None
            and self.loading.is_of_parent(held.statement)
        ):
            self._course.unsure()  # the rows of one parent, which the session may have
            self._course.add(1, ())
            return
        self._lazy(held, origin, entity, relation.name, relation, "unloaded", site, loops)
        target = self.statements.entity(relation.target)
        if target is not None:
            self._course.add(self.loading.eager_of(target), loops)

    def _lazy(
        self,
        held: Value,
        origin: Origin | None,
        entity: Entity,
        name: str,
        relation: Relationship | None,
        reason: str,
        site: Site,
        loops: tuple[Loop, ...],
    ) -> None:
        self._course.add(1, loops)
        kind = held.statement.ran if held.statement is not None else self._course.state.known.get(origin or ())
        if kind is None or self._course.doubts:
            self._course.unsure()
            return
        if self._course.frames and self.showing is None and origin not in self._course.frames[0].given:
            return  # all of it is in the function that is called, and told there
        node = self.showing or (self._course.frames[0].node if self._course.frames else site.node)
        names = " → ".join(frame.name for frame in self._course.frames)
        rows = sum(loop.times is None for loop in loops)
        waits = kind == "async" and not self.greenlet
        place = site.module.path, getattr(site.node, "lineno", 1)
        self.found.append(
            LazyRead(node, entity, name, relation, reason, waits, rows, self.showing is not None, place, names)
        )

    def _is_in_session(self, held: Value, relation: Relationship) -> bool:
        """Whether the one object that a relationship leads to is there already."""
        if relation.direction != "many-to-one":
            return False
        if relation.target in self._course.state.kept:
            return True
        if not held.via or held.statement is None:
            return False
        return self.loading.leads_back(held.statement, held.via, relation)

    def _is_fetched(self, entity: Entity, relation: Relationship) -> bool:
        """Whether a statement before asked for just what a relationship leads to, by its key."""
        if relation.direction != "many-to-one":
            return False
        keys = [column.attribute for column in entity.columns if column.foreign_keys]
        return any((relation.target, name) in self._course.state.fetched for name in ("*", *keys))
