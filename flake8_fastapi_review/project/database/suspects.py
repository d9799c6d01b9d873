"""Whether a read in a function may send a statement: by its attributes alone, in no order, which is cheap.

Of most functions it is sure that none does: what they read was loaded with the statement. Only the others are executed
(`trips`), which knows in what order all of it happens.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from ..readings import remembered
from .loading import COLUMNS, Loading
from .origins import VALIDATING, Origins, parameter, properties
from .reach import COMMITTING, FORGETS, FORGETTING, HANDS_OVER, LEAVES_OUT, READS, SHOWS
from .sites import Site
from .statements import Given, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...module import Module
    from ..schemas import Schemas
    from .engines import SessionMaker
    from .objects import Origin
    from .reach import Reach
    from .sessions import Sessions
    from .tables import Entity, Relationship

DEEPEST = 3
"""So many calls are followed, one from the other."""
_LONGEST = 8
"""So many steps are taken from a name to what it holds."""
_MOST = 40
"""So many functions are looked into for one."""
_READING = READS | SHOWS | LEAVES_OUT


class Suspects:
    """Answers by function."""

    def __init__(
        self,
        sessions: Sessions,
        reach: Reach,
        schemas: Callable[[], Schemas],
        makers: Callable[[], Iterable[SessionMaker]],
    ) -> None:
        self.sessions = sessions
        self.statements = sessions.statements
        self.sites = sessions.sites
        self.types = sessions.types
        self.loading = Loading(self.statements.entity)
        self.origins = Origins(self.sites, self.statements)
        self._reach = reach
        self._schemas = schemas
        self._makers = makers
        self._forgetting: dict[str, bool] = {}

    def any(self, module: Module, function: ast.AST, is_shown: bool) -> bool:
        """Whether executing a function may find such a read; False is sure. `is_shown`: a model reads what it
        returns."""
        symbol = self.sites.symbol(module, function)
        found = self._reach.within(symbol, DEEPEST)
        forgets = bool(found & FORGETS) and self.may_forget(symbol, DEEPEST)
        if not forgets and not found & _READING:
            return False
        if found & HANDS_OVER or (is_shown and (forgets or found & LEAVES_OUT) and self.returns(module, function)):
            return True
        site = Site(module, function)
        search = _Search(self, self._reach, site, symbol, found)
        return (forgets and search.finds_forgotten(site)) or search.finds(site)

    def returns(self, module: Module, function: ast.AST) -> bool:
        """Whether a function may return objects, alone or in lists and dictionaries."""
        values = [each.value for each in module.index.by_node[function].nodes.get(ast.Return, ())]
        return any(self._holds_objects(Site(module, each), 0) for each in values if each is not None)

    def _holds_objects(self, site: Site, depth: int) -> bool:
        parts: list[ast.expr] = []
        match site.node:
            case ast.Await(value=inner) | ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner):
                parts = [inner]
            case ast.Dict(values=inners) | ast.List(elts=inners) | ast.Tuple(elts=inners):
                parts = inners
            case ast.IfExp(body=first, orelse=second):
                parts = [first, second]
        if parts:
            return depth <= _LONGEST and any(self._holds_objects(site.at(each), depth + 1) for each in parts)
        if self.statements.value(site) is not None:
            return True
        further = self.sites.results(site)[:1]
        further += [each.site for each in self.sites.bindings(site) if each.kind == "assign" and not each.path]
        return depth <= _LONGEST and any(self._holds_objects(each, depth + 1) for each in further)

    def may_forget(self, symbol: str, depth: int) -> bool:
        """Whether a session may forget in a function, or in one that it calls, what it has loaded."""
        levels = self._reach.levels(symbol, depth + 1)
        return any(self._forgets(each) for level in levels for each in level if self._reach.own(each) & FORGETS)

    @remembered()
    def _forgets(self, symbol: str) -> bool:
        """The same of a function's own calls."""
        known = self._forgetting.get(symbol)
        if known is None:
            known = self._forgetting[symbol] = self._has_forgetting_call(symbol)
        return known

    def _has_forgetting_call(self, symbol: str) -> bool:
        own = self.types.function(symbol)
        for call in own[1].calls if own is not None else ():
            callee = call[0][1]
            if own is None or callee[0] != "a" or callee[2] not in FORGETTING | COMMITTING:
                continue
            of = self.types.eval(own[0], callee[1])
            kind = self.statements.session_kind_of(of)
            if kind is None and callee[2] == "begin":
                kind = self.statements.session_kind_of(self.types.eval(own[0], call[0]))
                if kind is not None:
                    return True
            elif kind is None:
                if self.statements.is_connection_of(of):
                    return True
            elif callee[2] in FORGETTING or not self._keeps(kind):
                return True
        return False

    def _keeps(self, kind: str) -> bool:
        """Whether no session of a kind forgets when it commits, as far as the project makes some."""
        makers = list(self._makers())
        return all(each.expire_on_commit is False for each in makers) and any(
            each.is_async == (kind == "async") for each in makers
        )

    def shows(self, site: Site, call: ast.Call) -> bool:
        """Whether `TeamOut.model_validate(team)` may read what has to be loaded."""
        owner = self.sites.type(site.at(call.func.value)) if isinstance(call.func, ast.Attribute) else None
        if owner is None or owner[0] != "type" or ":" not in str(owner[1]):
            return False
        symbol = str(owner[1])
        if self.statements.entity(symbol) is not None or self._schemas().kind(symbol) != "pydantic":
            return False
        from ..schemas.nodes import Schema

        return self._reach.shows(self._schemas(), Schema("model", symbol))

    def is_loaded_late(self, held: Value, entity: Entity, relation: Relationship, origin: Origin | None) -> bool:
        """Whether a relationship of what is held may have to be loaded when it is read."""
        if not entity.complete:
            return False
        if held.statement is None:
            return relation.lazy not in ("noload", "raise", "dynamic") and self._is_not_given(origin, entity, relation)
        if self.loading.strategy(held.statement, held.via, relation) != "select":
            return False
        if relation.direction != "many-to-one":
            return True
        if self.loading.is_of_parent(held.statement):
            return False  # the session may have the one parent of all rows
        return not (held.via and self.loading.leads_back(held.statement, held.via, relation))

    def _is_not_given(self, origin: Origin | None, entity: Entity, relation: Relationship) -> bool:
        """Whether an object is new, and was made without the object that a relationship leads to."""
        made = self.origins.call_of(origin) if origin is not None and origin[0] == "new" else None
        if made is None:
            return False
        target = self.statements.entity(relation.target)
        for keyword in made.keywords:
            column = entity.column(keyword.arg or "") if isinstance(keyword.value, ast.Attribute) else None
            tables = {each.table for each in column.foreign_keys} if column is not None else ()
            if keyword.arg == relation.name or (target is not None and target.table in tables):
                return False
        return True


class _Search:
    """Goes through one function, and those that it hands objects to."""

    def __init__(self, suspects: Suspects, reach: Reach, site: Site, symbol: str, found: int) -> None:
        """`found`: what the texts of the function and of those that it calls have."""
        self._suspects = suspects
        self._reach = reach
        self._sites = suspects.sites
        self._statements = suspects.statements
        self._around = [symbol]
        self._looked_into = 0
        self._leaves_out = bool(found & LEAVES_OUT) and (bool(reach.own(symbol) & LEAVES_OUT) or self._gets_parts(site))
        self._names = reach.names | reach.columns if self._leaves_out else reach.names

    def finds(self, site: Site, given: frozenset[Origin] | None = None, parts: bool = True) -> bool:
        """Whether a function reads what may have to be loaded: of what it was `given` when it is called, as only that
        is told where it was called. `parts`: this may lack columns."""
        module, env = site.module, site.env
        names = self._names if parts else self._reach.names
        scopes = module.index.frames(module.index.by_node[site.node])
        for scope in scopes:
            for node in scope.nodes.get(ast.Attribute, ()):
                if node.attr in names and self._reads(Site(module, node, env), node, given):
                    return True
            for function in scope.nodes.get(ast.Lambda, ()):
                body = self._keyed(site, function)
                if body is not None and self._reads_in(body, names, given):
                    return True
        symbol = self._around[-1]
        shows = self._reach.own(symbol) & SHOWS
        places = self._places(symbol)
        for scope in scopes if shows or places else ():
            for call in scope.nodes.get(ast.Call, ()):
                if shows and isinstance(call.func, ast.Attribute) and call.func.attr in VALIDATING and call.args:
                    if self._leaves_out or self._suspects.shows(Site(module, call, env), call):
                        return True
                elif (call.lineno, call.col_offset) in places and self._calls(Site(module, call, env), call, given):
                    return True
        return False

    def _gets_parts(self, site: Site) -> bool:
        """Whether functions that are called return objects that were loaded without some of their columns."""
        called = self._suspects.sessions.called(self._around[0])
        symbols = {each for _, _, each in called}
        leaving_out = {each for each in symbols if self._reach.within(each, DEEPEST - 1) & LEAVES_OUT}
        places = {(line, column) for line, column, each in called if each in leaving_out}
        if not places:
            return False
        scopes = site.module.index.frames(site.module.index.by_node[site.node])
        calls = [each for scope in scopes for each in scope.nodes.get(ast.Call, ())]
        values = [self._statements.value(site.at(each)) for each in calls if (each.lineno, each.col_offset) in places]
        return _has_parts(values)

    def _places(self, symbol: str) -> set[tuple[int, int]]:
        """Where a function calls others that are worth looking into."""
        depth = DEEPEST - len(self._around)
        called = self._suspects.sessions.called(symbol) if depth >= 0 else ()
        reading = {each: self._may_read(each, depth) for each in {each for _, _, each in called}}
        return {(line, column) for line, column, each in called if reading[each]}

    def _may_read(self, symbol: str, depth: int) -> bool:
        found = self._reach.within(symbol, depth)
        if found & (SHOWS | LEAVES_OUT):
            return True
        return (bool(found & READS) and self._reach.may_read(symbol)) or (
            self._leaves_out and self._reach.matters(symbol)
        )

    def finds_forgotten(self, site: Site) -> bool:
        """Whether a function reads anything of an object after a session may have forgotten it."""
        module, reach = site.module, self._reach
        scopes = module.index.frames(module.index.by_node[site.node])
        calls = [each for scope in scopes for each in scope.nodes.get(ast.Call, ())]
        lines = [_line(module, each) for each in calls if self._forgets(Site(module, each), each)]
        if not lines:
            return True
        first = min(lines)
        names = reach.names | reach.columns | reach.keys
        for scope in scopes:
            for node in scope.nodes.get(ast.Attribute, ()):
                if node.lineno >= first and node.attr in names and self._origin_of(site.at(node.value)) is not None:
                    return True
            if any(each.lineno >= first for each in scope.nodes.get(ast.Lambda, ())):
                return True
        return any(each.lineno >= first and self._hands_on(site.at(each), each) for each in calls)

    def _forgets(self, site: Site, call: ast.Call) -> bool:
        """Whether a session may forget in a call."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in FORGETTING | COMMITTING:
            return True
        symbol = self._suspects.sessions.runs(self._sites.callee(site))
        return (
            symbol is not None
            and bool(self._reach.within(symbol, DEEPEST - 1) & FORGETS)
            and self._suspects.may_forget(symbol, DEEPEST - 1)
        )

    def _hands_on(self, site: Site, call: ast.Call) -> bool:
        """Whether a call is given objects that it may read."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in VALIDATING and call.args:
            return True
        symbol = self._suspects.sessions.runs(self._sites.callee(site))
        return symbol is not None and self._reach.matters(symbol) and bool(self._suspects.origins.handed(site, call))

    def _origin_of(self, site: Site) -> Origin | None:
        held = self._statements.value(site)
        if held is None or held.kind != "one" or self._statements.entity(held.entity or "") is None:
            return None
        return self._suspects.origins.of(site, held)

    def _reads_in(self, body: Site, names: frozenset[str], given: frozenset[Origin] | None) -> bool:
        nodes = [each for each in subtree(body.node) if isinstance(each, ast.Attribute) and each.attr in names]
        return any(self._reads(body.at(each), each, given) for each in nodes)

    def _keyed(self, site: Site, function: ast.Lambda) -> Site | None:
        """The body of `key=lambda team: …` with what it is given; None for other lambdas, which are not executed."""
        keyword = site.module.index.parents.get(function)
        call = site.module.index.parents.get(keyword) if isinstance(keyword, ast.keyword) else None
        return self._suspects.origins.keyed(site.at(call), call, ()) if isinstance(call, ast.Call) else None

    def _reads(self, site: Site, node: ast.Attribute, given: frozenset[Origin] | None) -> bool:
        if not isinstance(node.ctx, ast.Load):
            return False
        receiver = site.at(node.value)
        held = self._statements.value(receiver)
        entity = self._statements.entity(held.entity or "") if held is not None and held.kind == "one" else None
        if held is None or entity is None or self._is_loaded(held, entity, node.attr):
            return False
        origin = self._suspects.origins.of(receiver, held)
        if given is not None and origin not in given:
            return False
        return self._touches(held, entity, node.attr, origin, given)

    def _is_loaded(self, held: Value, entity: Entity, name: str) -> bool:
        """Whether an attribute is there, wherever the object comes from: most are."""
        relation = entity.relationship(name)
        if relation is not None:
            return held.statement is not None and not self._suspects.is_loaded_late(held, entity, relation, None)
        return entity.column(name) is not None and not self._is_left_out(held, entity, name)

    def _is_left_out(self, held: Value, entity: Entity, name: str) -> bool:
        """Whether a statement leaves a column out."""
        if not self._leaves_out or held.statement is None:
            return False
        return self._suspects.loading.leaves_out(held.statement, held.via, entity, name)

    def _touches(
        self, held: Value, entity: Entity, name: str, origin: Origin | None, given: frozenset[Origin] | None
    ) -> bool:
        relation = entity.relationship(name)
        if relation is not None:
            return self._suspects.is_loaded_late(held, entity, relation, origin)
        if entity.column(name) is not None:
            return self._is_left_out(held, entity, name)
        proxy = next((each for each in entity.proxies if each.name == name), None)
        if proxy is not None:
            relation = entity.relationship(proxy.collection)
            target = self._statements.entity(relation.target) if relation is not None else None
            if self._touches(held, entity, proxy.collection, origin, given):
                return True
            if relation is None or target is None or target.relationship(proxy.attribute) is None:
                return False
            items = (held.items[0]._replace(entity=relation.target),)
            further = Value("one", items, held.statement, (*held.via, relation.name))
            return self._touches(further, target, proxy.attribute, origin, given)
        return any(
            self._enters(symbol, parameter(*own, 0, Given(held, origin, ())), _only(origin) if given is None else given)
            for symbol, own in properties(self._sites, entity, name)
        )

    def _calls(self, site: Site, call: ast.Call, given: frozenset[Origin] | None) -> bool:
        depth = DEEPEST - len(self._around)
        callee = self._sites.callee(site)
        symbol = self._suspects.sessions.runs(callee)
        if symbol is None or callee is None or not self._may_read(symbol, depth):
            return False
        handed = self._suspects.origins.handed(site, call) or frozenset()
        if given is not None:
            handed &= given
        parts = bool(handed) and self._leaves_out and self._hands_parts(site, call)
        reads = parts or self._reach.within(symbol, depth) & _READING
        own = self._sites.function(symbol) if handed and reads else None
        if own is None:
            return False
        env = self._sites.environment(*own, ("bound", symbol) if callee[0] == "type" else callee, site)
        return self._enters(symbol, env, handed if given is None else given, parts)

    def _hands_parts(self, site: Site, call: ast.Call) -> bool:
        """Whether a call is given objects that were loaded without some of their columns."""
        given = [*call.args, *(each.value for each in call.keywords)]
        if isinstance(call.func, ast.Attribute):
            given.append(call.func.value)
        return _has_parts([self._statements.value(site.at(each)) for each in given])

    def _enters(
        self, symbol: str, env: tuple[tuple[str, Any], ...], given: frozenset[Origin], parts: bool = True
    ) -> bool:
        """Looks into a function that is called."""
        own = self._sites.function(symbol)
        if own is None or symbol in self._around or len(self._around) > DEEPEST:
            return False
        self._looked_into += 1
        if self._looked_into > _MOST:
            return True
        self._around.append(symbol)
        try:
            return self.finds(Site(own[0], own[1], env), given, parts)
        finally:
            self._around.pop()


def _has_parts(values: list[Value | None]) -> bool:
    """Whether some objects were loaded without all of their columns."""
    statements = [each.statement for each in values if each is not None and each.statement is not None]
    return any(load.strategy in COLUMNS for each in statements for load in each.loads)


def _line(module: Module, node: ast.AST) -> int:
    """The line where the statement around a node begins."""
    current: ast.AST | None = node
    while current is not None and not isinstance(current, ast.stmt):
        current = module.index.parents.get(current)
    return getattr(current or node, "lineno", 0)


def _only(origin: Origin | None) -> frozenset[Origin]:
    return frozenset(() if origin is None else (origin,))
