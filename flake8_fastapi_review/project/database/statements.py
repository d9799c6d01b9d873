"""What statements select, filter by and load, and what their results hold."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeVar

from ...module.index import FUNCTIONS
from ...records import NamedTuple
from ..readings import begin, cut_short, end, taken
from .sites import MOST_PARAMETERS, Site, Sites
from .terms import leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..readings import Masks
    from ..type_terms import Type
    from .sites import Env
    from .tables import Column, Entity, Relationship

T = TypeVar("T")
SESSIONS = (
    "sqlalchemy.orm.Session", "sqlalchemy.orm.scoped_session", "sqlmodel.Session",
    "sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.ext.asyncio.async_scoped_session",
    "sqlmodel.ext.asyncio.session.AsyncSession",
)  # fmt: skip
REGISTRIES = ("sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session")
ASYNC_SESSIONS = SESSIONS[3:]
CONNECTIONS = ("sqlalchemy.engine.Connection", "sqlalchemy.ext.asyncio.AsyncConnection")
_STARTS = {"select": "select", "insert": "insert", "update": "update", "delete": "delete", "text": "text",
           "exists": "select"}  # fmt: skip
_FILTERS = frozenset({"where", "filter", "having"})
_JOINS = frozenset({"join", "outerjoin", "join_from", "outerjoin_from", "select_from"})
_LOADS = {
    "joinedload": "joined", "selectinload": "selectin", "subqueryload": "subquery", "immediateload": "immediate",
    "contains_eager": "joined", "lazyload": "select", "raiseload": "raise", "noload": "noload", "defaultload": "",
}  # fmt: skip
_TOLD_BY_NAME = frozenset((
    *_STARTS, *_LOADS, "aliased", "load_only", "defer", "undefer", "col", "asc", "desc", "distinct", "and_", "or_",
    "not_", "func", "cast", "contains", "like",
))  # fmt: skip
"""The functions of the libraries that mean something here."""
_OPERATORS: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
_PREDICATES = frozenset(
    "in_ not_in notin_ like ilike notlike not_like notilike not_ilike contains startswith endswith between is_ is_not "
    "isnot any has match regexp_match icontains istartswith iendswith".split()
)
ONE = frozenset({"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchone", "get_one"})
_MAX_DEPTH = 45
_MAX_INLINED = 8
"""Calls nested deeper are not looked into for what they return."""
_KEPT = 40_000
"""So many values are remembered."""


class Ref(NamedTuple):
    """A column or a relationship of a mapped class, as an expression names it."""

    entity: Entity
    attribute: str
    column: Column | None
    relationship: Relationship | None


class Filter(NamedTuple):
    """A condition on one column."""

    ref: Ref
    operator: str
    """ "==", "<" …, or the method: "in_", "like", "ilike", "startswith" …"""
    function: str | None
    """The SQL function around the column: "lower"."""
    value: ast.expr | None
    """What it is compared with; None when the condition is in another function."""
    is_join: bool
    """Whether it compares columns of two tables."""
    node: ast.AST
    path: str
    """The file of `node`."""


class Load(NamedTuple):
    """What an option says about a relationship, or about columns."""

    path: tuple[str, ...]
    """Relationships from the selected entity on: ("orders", "items")."""
    root: str
    """Symbol of the entity where the path begins; "*" for any."""
    strategy: str
    """joined, selectin, subquery, immediate, select, raise, noload; load_only or defer for columns."""
    columns: tuple[str, ...]


class Item(NamedTuple):
    """One part of a result row."""

    entity: str | None
    """Symbol of the mapped class of an entity, or of a column's class."""
    column: str | None
    """The attribute, if it is a column and not a whole entity."""


class Statement(NamedTuple):
    """What is sent to the database, all branches that build it joined."""

    kind: str
    """select, insert, update, delete or text."""
    items: tuple[Item, ...]
    """What a row holds. Of insert, update and delete the entity."""
    filters: tuple[Filter, ...]
    joins: tuple[str, ...]
    """Symbols of the joined classes."""
    join_attributes: tuple[Ref, ...]
    """The relationships and columns joined along."""
    order_by: tuple[Ref, ...]
    is_ordered: bool
    group_by: bool
    limit: bool
    """Whether some branch limits it (`fetch` and slices count)."""
    offset: bool
    distinct: bool
    for_update: bool
    loads: tuple[Load, ...]
    text: str | None
    """SQL text, if it is a constant."""
    returning: bool
    complete: bool
    """Whether all that builds it was followed: an absence can be relied on."""
    node: ast.AST
    path: str
    opaque: bool = False
    """Whether there are conditions that `filters` does not tell, or it selects from something else than tables."""
    ran: str | None = None
    """The kind of the session that has executed it, "sync" or "async"; None when it was not, or that is not known."""
    of: str = ""
    """What a driver or another object mapper reads, as the code names it: a collection, a table, a model. Then `opaque`
    says whether it is narrowed."""

    @property
    def entities(self) -> tuple[str, ...]:
        """Symbols of the whole entities in a row."""
        return tuple(item.entity for item in self.items if item.entity is not None and item.column is None)

    def loading(self, name: str, entity: str | None = None) -> str | None:
        """How an option loads a relationship of the selected entity (of `entity`, a symbol); None: none says so."""
        for load in reversed(self.loads):
            if load.path == (name,) and (entity is None or load.root in ("*", entity)):
                return load.strategy
        return None


class Value(NamedTuple):
    """What an expression holds, as far as the database is concerned."""

    kind: str
    """class, one (an entity), many (a list or iterable of entities), row, rows, result, scalars, query, statement,
    load (an option)."""
    items: tuple[Item, ...]
    statement: Statement | None = None
    via: tuple[str, ...] = ()
    """Relationships that lead from what the statement selects to this value."""

    @property
    def entity(self) -> str | None:
        """The mapped class, by symbol, if the value is (or holds nothing but) entities."""
        first = self.items[0] if self.items else None
        return first.entity if first is not None and first.column is None else None


class Given(NamedTuple):
    """An object that a parameter holds while a function is followed."""

    value: Value
    origin: tuple[Any, ...] | None
    loops: tuple[Any, ...]
    """Those in which it is another one each time; see `trips`."""


class Statements:
    """Evaluates expressions to what they mean to the database."""

    def __init__(self, sites: Sites, entity: Callable[[str], Entity | None]) -> None:
        self.sites = sites
        self.types = sites.types
        self.entity = entity
        self._active: set[tuple[ast.AST, int]] = set()
        self._taken: set[ast.AST] = set()
        self._named: set[ast.AST] = set()
        self._inlined: set[str] = set()
        self._cut = 0
        self._values: dict[tuple[ast.AST, int], tuple[Any, Value | None]] = {}
        self._free: dict[ast.AST, tuple[tuple[ast.AST, int], Env, Value | None]] = {}
        """Those that do not depend on what parameters were given: the same for all callers."""
        self._read: Masks = {}
        """What the values were made from."""
        self._passing: dict[tuple[ast.AST, int], tuple[Any, Value | None]] = {}

    # Values

    def value(self, site: Site) -> Value | None:
        """What an expression holds; None when it is nothing of the database, or not known."""
        node, env = site.node, site.env
        if node.__class__ is ast.Name:
            node = self.sites.meant(site)
        free = self._free.get(node)
        if free is not None:
            taken(self._read, free[0])
            return free[2]
        number = id(env)
        key = (node, number)
        known = self._values.get(key) or self._passing.get(key)
        if known is not None:
            self.sites.look_at(env)
            taken(self._read, key)
            return known[1]
        if key in self._active or len(self._active) > _MAX_DEPTH:
            self._cut += 1
            if key not in self._active or begin(self._read, key) is not None:
                cut_short()
            return None
        looked_at = self.sites.looked_at
        if not self._active:
            looked_at.clear()
            if len(self._values) + len(self._free) > _KEPT:
                self._values.clear()
                self._free.clear()
                self._read = {}
        self._active.add(key)
        before, looks = self._cut, looked_at.get(number)
        frame = begin(self._read, key)
        try:
            try:
                found = self._value(site)
            finally:
                self._active.discard(key)
            if found is None:
                found = self._by_type(site)
        finally:
            end(frame, self._read, key)
        # What was left out to end a circle may be there when it is asked for from elsewhere: remembered for now only.
        # The parameters are kept so that nothing else can take their place.
        if self._cut == before and looked_at.get(number) == looks and len(env) <= MOST_PARAMETERS:
            self._free[node] = (key, env, found)
        elif self._cut == before or not self._active:
            self._values[key] = (env, found)
        else:
            self._passing[key] = (env, found)
        if not self._active:
            self._passing.clear()
        return found

    def _value(self, site: Site) -> Value | None:
        node = site.node
        match node:
            case ast.Await(value=inner) | ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                return self.value(site.at(inner))
            case ast.Name():
                return self._name(site)
            case ast.Call():
                return self._call(site, node)
            case ast.Attribute():
                return self._attribute(site, node)
            case ast.Subscript(value=inner, slice=index):
                held = self.value(site.at(inner))
                if held is None:
                    return None
                if isinstance(index, ast.Slice):
                    if held.kind == "query" and held.statement is not None:
                        return held._replace(statement=held.statement._replace(limit=True))
                    return held
                if held.kind == "row" and isinstance(index, ast.Constant) and isinstance(index.value, int):
                    return self._part(held, index.value)
                return self.element(held)
            case ast.IfExp(body=first, orelse=second):
                return self._either([self.value(site.at(first)), self.value(site.at(second))])
            case ast.BoolOp(values=values):
                return self._either([self.value(site.at(each)) for each in values])
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                held = self.value(site.at(element))
                return Value("many", held.items, held.statement, held.via) if held and held.kind == "one" else None
            case ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]) | ast.Set(elts=[first, *_]):
                held = self.value(site.at(first))
                return held._replace(kind="many") if held is not None and held.kind == "one" else None
            case ast.BinOp(left=left, right=right):
                return self._either([self.value(site.at(left)), self.value(site.at(right))])
        return None

    @staticmethod
    def _either(values: list[Value | None]) -> Value | None:
        known = [value for value in values if value is not None]
        if len(known) > 1 and all(value.statement is not None for value in known):
            statements = [value.statement for value in known if value.statement is not None]
            return known[0]._replace(statement=_joined(statements))
        return known[0] if known else None

    def _by_type(self, site: Site) -> Value | None:
        """By the declared or inferred type."""
        try:
            return self._of_type(self.sites.type(site))
        except RecursionError:
            return None

    def _of_type(self, found: Any) -> Value | None:
        match found:
            case ("inst", str(cls), _) if ":" in cls and self.entity(cls) is not None:
                return Value("one", (Item(cls, None),))
            case ("type", str(cls), _) if ":" in cls and self.entity(cls) is not None:
                return Value("class", (Item(cls, None),))
            case ("inst", str(cls), args) if args and ":" not in cls:
                inner = self._of_type(args[-1] if args[-1] != ("...",) else args[0])
                if inner is None or inner.kind != "one":
                    return None
                if cls in ("types.CoroutineType", "typing.Awaitable", "collections.abc.Awaitable"):
                    return inner
                return inner._replace(kind="many") if cls in _HOLDERS else None
            case ("union", members):
                return self._either([self._of_type(each) for each in members if each != ("none",)])
        return None

    def _name(self, site: Site) -> Value | None:
        bound = self.sites.bindings(site)
        found: list[Value | None] = []
        for each in bound:
            if each.kind == "assign":
                held = self.value(each.site)
                for position in each.path:
                    held = self._part(held, position) if held is not None else None
                found.append(held)
            elif each.kind == "for":
                held = self.value(each.site)
                held = self.element(held) if held is not None else None
                for position in each.path:
                    held = self._part(held, position) if held is not None else None
                found.append(held)
            elif each.kind == "with":
                found.append(self.value(each.site))
            elif each.kind == "parameter":
                found.append(self._given(site))
        return self._either(found)

    def _given(self, site: Site) -> Value | None:
        """What a parameter holds: what is said of it, or what its dependency gives."""
        name = getattr(site.node, "id", "")
        self.sites.look_at(site.env)
        for key, given in site.env:
            if isinstance(given, Given) and key.rpartition(".")[2] == name:
                return given.value
        found = [self.value(each) for each in self.sites.provided(site, name)]
        return self._either(found)

    def element(self, value: Value) -> Value | None:
        """What iterating over a value gives."""
        if value.kind in ("many", "scalars") or (value.kind == "query" and len(value.items) == 1):
            first = value.items[0] if value.items else None
            if first is None or first.column is not None:
                return None
            return Value("one", value.items[:1], value.statement, value.via)
        if value.kind in ("result", "rows", "query"):
            return Value("row", value.items, value.statement)
        return None

    def _part(self, value: Value, position: int) -> Value | None:
        """One part of a row (or an item of a list of entities)."""
        if value.kind != "row":
            return self.element(value) if value.kind == "many" else None
        if not -len(value.items) <= position < len(value.items):
            return None
        item = value.items[position]
        return Value("one", (item,), value.statement) if item.entity is not None and item.column is None else None

    def _attribute(self, site: Site, node: ast.Attribute) -> Value | None:
        held = self.value(site.at(node.value))
        if held is None:
            return None
        if held.kind == "one" and held.entity is not None:
            if node.attr == "awaitable_attrs":
                return held
            owner = self.entity(held.entity)
            relation = owner.relationship(node.attr) if owner is not None else None
            if relation is not None and relation.target != "?":
                kind = "many" if relation.uselist else "one"
                return Value(kind, (Item(relation.target, None),), held.statement, (*held.via, relation.name))
        if held.kind == "row":
            for item in held.items:
                owner = self.entity(item.entity) if item.entity is not None else None
                if owner is not None and owner.name == node.attr and item.column is None:
                    return Value("one", (item,), held.statement)
        return None

    def _call(self, site: Site, call: ast.Call) -> Value | None:
        function = call.func
        if isinstance(function, ast.Name):
            if (
                function.id in ("list", "sorted", "set", "tuple", "reversed", "iter", "next", "min", "max")
                and call.args
            ):
                held = self.value(site.at(call.args[0]))
                if held is None:
                    return None
                if function.id in ("next", "min", "max"):
                    return self.element(held)
                listed = {"scalars": "many", "query": "many", "result": "rows"}
                if held.kind == "query" and len(held.items) != 1:
                    return held._replace(kind="rows")
                return held._replace(kind=listed.get(held.kind, held.kind))
            if function.id == "aliased" and call.args:
                return self.value(site.at(call.args[0]))
        made = self._made(site, call)
        if made is not None:
            return made
        if isinstance(function, ast.Attribute):
            found = self._method(site, call, function)
            if found is not None:
                return found
        callee = self.sites.callee(site)
        if callee is None or callee[0] not in ("func", "bound") or _is_plain(self.sites.type(site)):
            return None
        return self._either(self._of_results(site, self.value))

    def _made(self, site: Site, call: ast.Call) -> Value | None:
        """`select(…)`, `insert(…)`, `selectinload(…)` …"""
        name = self._name_of(site, call)
        if name == "aliased" and call.args:
            return self.value(site.at(call.args[0]))
        if name in _LOADS or name in ("load_only", "defer", "undefer"):
            return self._load(site, call, name)
        if name not in _STARTS:
            return None
        kind = _STARTS[name]
        text = None
        items: tuple[Item, ...] = ()
        complete = not any(isinstance(arg, ast.Starred) for arg in call.args)
        if kind == "text":
            text = self._text(call.args[0]) if call.args else None
        else:
            items = tuple(each for arg in call.args for each in self._items(site.at(arg)))
        statement = Statement(
            kind, items, (), (), (), (), False, False, False, False, False, False, (), text, False, complete, call,
            site.module.path, any(self._is_derived(site, arg) for arg in call.args),
        )  # fmt: skip
        return Value("statement", items, statement)

    def _is_derived(self, site: Site, arg: ast.expr) -> bool:
        """Whether a selected class is an alias of a query: `aliased(User, newest)`."""
        for each in [site.at(arg), *(bound.site for bound in self.sites.bindings(site.at(arg)))]:
            match each.node:
                case ast.Call(func=ast.Name(id="aliased") | ast.Attribute(attr="aliased"), args=[_, _, *_]):
                    return True
        return False

    @staticmethod
    def _text(node: ast.AST) -> str | None:
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _of_results(self, site: Site, ask: Callable[[Site], T]) -> list[T]:
        """An answer for each value that a called function of the project returns; a function is not looked into again
        while that is done."""
        callee = self.sites.callee(site)
        symbol = callee[1] if callee is not None and callee[0] in ("func", "bound") else None
        if symbol is None:
            return []
        if symbol in self._inlined or len(self._inlined) >= _MAX_INLINED:
            self._cut += 1
            return []
        self._inlined.add(symbol)
        try:
            return [ask(each) for each in self.sites.results(site)]
        finally:
            self._inlined.discard(symbol)

    def _name_of(self, site: Site, call: ast.Call) -> str:
        if isinstance(call.func, ast.Attribute) and call.func.attr not in _TOLD_BY_NAME:
            return ""
        name = self.sites.name(site.at(call.func))
        if name is None or not name.startswith(("sqlalchemy.", "sqlmodel.")):
            return ""
        owner = name.rpartition(".")[0].rpartition(".")[2]
        return "" if owner in ("func", "Session", "AsyncSession", "Query", "Select") else leaf(name)

    def _items(self, site: Site) -> list[Item]:
        node = site.node
        if isinstance(node, ast.Starred):
            return [Item(None, None)]
        if isinstance(node, (ast.List, ast.Tuple)):
            return [each for element in node.elts for each in self._items(site.at(element))]
        held = self.value(site)
        if held is not None and held.kind == "class":
            return [held.items[0]]
        ref = self.reference(site)
        if ref is not None:
            return [Item(ref.entity.symbol, ref.attribute)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "label":
            return self._items(site.at(node.func.value))
        return [Item(None, "?")]

    def reference(self, site: Site) -> Ref | None:
        """The column or relationship that `User.name` or `user.name` names."""
        if site.node in self._named or len(self._named) > _MAX_DEPTH:
            return None
        self._named.add(site.node)
        try:
            return self._reference(site)
        finally:
            self._named.discard(site.node)

    def _reference(self, site: Site) -> Ref | None:
        node = site.node
        if isinstance(node, ast.Call) and node.args and self._name_of(site, node) in ("col", "asc", "desc", "distinct"):
            return self.reference(site.at(node.args[0]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("desc", "asc", "nulls_last", "nullslast", "nulls_first", "nullsfirst", "of_type",
                                  "label", "and_"):  # fmt: skip
                return self.reference(site.at(node.func.value))
            return None
        if isinstance(node, ast.Name):
            for each in self.sites.bindings(site):
                if each.kind == "assign" and not each.path and isinstance(each.site.node, (ast.Attribute, ast.Call)):
                    found = self.reference(each.site)
                    if found is not None:
                        return found
            return None
        if not isinstance(node, ast.Attribute):
            return None
        owner: ast.AST = node.value
        if isinstance(owner, ast.Attribute) and owner.attr in ("c", "columns"):
            return None
        held = self.value(site.at(owner))
        if held is None or held.kind not in ("class", "one") or held.entity is None:
            return None
        entity = self.entity(held.entity)
        if entity is None:
            return None
        column, relation = entity.column(node.attr), entity.relationship(node.attr)
        return Ref(entity, node.attr, column, relation) if column is not None or relation is not None else None

    # Sessions

    def session_kind(self, site: Site) -> str | None:
        """ "sync" or "async" if the value is a session; None otherwise."""
        return self.session_kind_of(self.sites.type(site))

    def session_kind_of(self, found: Type | None) -> str | None:
        """The same of a type."""
        members = found[1] if found is not None and found[0] == "union" else (found,)
        for member in members:
            if member is None or member[0] != "inst":
                continue
            if self.types.is_subclass(member[1], ASYNC_SESSIONS):
                return "async"
            if self.types.is_subclass(member[1], SESSIONS):
                return "sync"
        return None

    def is_registry(self, site: Site) -> bool:
        """Whether a value stands for one session for each thread or task."""
        found = self.sites.type(site)
        return found is not None and found[0] == "inst" and bool(self.types.is_subclass(found[1], REGISTRIES))

    def is_connection(self, site: Site) -> bool:
        return self.is_connection_of(self.sites.type(site))

    def is_connection_of(self, found: Type | None) -> bool:
        """The same of a type."""
        return found is not None and found[0] == "inst" and bool(self.types.is_subclass(found[1], CONNECTIONS))

    def looks_like_session(self, site: Site) -> bool:
        """Whether a value is a session, or is named like one and its type is not known."""
        if self.session_kind(site) is not None or self.is_connection(site):
            return True
        node = site.node
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name.lower().strip("_").endswith(("session", "db")) and self.sites.type(site) is None

    # Methods

    def _method(self, site: Site, call: ast.Call, function: ast.Attribute) -> Value | None:
        name = function.attr
        receiver = site.at(function.value)
        held = self.value(receiver)
        if held is not None and held.statement is not None and held.kind in ("statement", "query"):
            return self._built(site, call, name, held, held.statement)
        if held is not None and held.kind == "load":
            return self._longer_load(site, call, name, held)
        if held is not None and held.kind == "class" and name == "query":
            return None
        if name in ("execute", "scalars", "scalar", "exec", "stream", "stream_scalars") and call.args:
            if not self.looks_like_session(receiver):
                return None
            statement = self.value(site.at(call.args[0]))
            if statement is None or statement.statement is None:
                return None
            return self._executed(name, statement.statement._replace(ran=self.session_kind(receiver)))
        if name in ("get", "get_one") and call.args and self.looks_like_session(receiver):
            cls = self.value(site.at(call.args[0]))
            if cls is None or cls.kind != "class":
                return None
            fetched = self.fetched(site, call, cls.items[:1])
            return Value("one", cls.items, fetched._replace(ran=self.session_kind(receiver)))
        if name == "merge" and call.args and self.session_kind(receiver):
            return self.value(site.at(call.args[0]))
        if name == "query" and self.looks_like_session(receiver):
            items = tuple(each for arg in call.args for each in self._items(site.at(arg)))
            statement_made = Statement(
                "select", items, (), (), (), (), False, False, False, False, False, False, (), None, False,
                not any(isinstance(arg, ast.Starred) for arg in call.args), call, site.module.path, False, "sync",
            )  # fmt: skip
            return Value("query", items, statement_made)
        if held is not None:
            return self._of_result(name, held)
        return None

    def fetched(self, site: Site, call: ast.Call, items: tuple[Item, ...]) -> Statement:
        """What `session.get(User, 1, options=…)` and `session.refresh(user)` send."""
        loads: tuple[Load, ...] = ()
        known = True
        for keyword in call.keywords:
            if keyword.arg == "options":
                found, known = self.options(site, [keyword.value])
                loads = tuple(found)
        return Statement(
            "select", items, (), (), (), (), False, False, True, False, False, False, loads, None, False, known, call,
            site.module.path,
        )  # fmt: skip

    @staticmethod
    def _executed(name: str, statement: Statement) -> Value | None:
        items = statement.items
        single = len(items) == 1
        if name in ("scalars", "stream_scalars") or (name == "exec" and single):
            return Value("scalars", items[:1], statement)
        if name == "scalar":
            one = items[:1]
            return Value("one", one, statement) if one and one[0].entity and one[0].column is None else None
        return Value("result", items, statement)

    def _of_result(self, name: str, held: Value) -> Value | None:
        """A method of a result."""
        match held.kind, name:
            case ("result", "scalars"):
                return Value("scalars", held.items[:1], held.statement)
            case ("result", "scalar" | "scalar_one" | "scalar_one_or_none"):
                one = held.items[:1]
                return Value("one", one, held.statement) if one and one[0].entity and one[0].column is None else None
            case ("result", "first" | "one" | "one_or_none" | "fetchone"):
                return Value("row", held.items, held.statement)
            case ("result", "all" | "fetchall" | "fetchmany"):
                return Value("rows", held.items, held.statement)
            case ("result" | "scalars", "unique" | "mappings" | "yield_per" | "tuples" | "execution_options"):
                return held
            case ("scalars", "all" | "fetchall" | "fetchmany"):
                return Value("many", held.items, held.statement)
            case ("scalars", "first" | "one" | "one_or_none"):
                return self.element(held)
            case ("many" | "rows", "pop"):
                return self.element(held)
            case ("many" | "rows", "copy"):
                return held
        return None

    def _built(self, site: Site, call: ast.Call, name: str, held: Value, statement: Statement) -> Value | None:
        """A method that makes a statement or a query more precise, or ends a query."""
        if held.kind == "query":
            ended = self._ended(name, held)
            if ended is not None:
                return ended
            if name in ("count", "exists", "delete", "update"):
                return None
        if name in ("subquery", "cte", "scalar_subquery", "label", "exists", "alias"):
            return None
        starred = any(isinstance(arg, ast.Starred) for arg in call.args)
        complete = statement.complete
        args = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
        found = statement
        if name in _FILTERS:
            filters = [each for arg in args for each in self.filters(site.at(arg))]
            for arg in call.args:
                if isinstance(arg, ast.Starred):
                    filters += self._starred_filters(site.at(arg.value))
            opaque = starred or not all(self.filters(site.at(arg)) for arg in args)
            found = statement._replace(filters=(*statement.filters, *filters), opaque=statement.opaque or opaque)
            complete = complete and not starred
        elif name == "filter_by":
            found = statement._replace(filters=(*statement.filters, *self._by_keywords(site, call, statement)))
        elif name in _JOINS:
            found = self._joined_to(site, args, statement)
        elif name == "order_by":
            refs = tuple(ref for arg in args if (ref := self.reference(site.at(arg))) is not None)
            found = statement._replace(order_by=(*statement.order_by, *refs), is_ordered=True)
        elif name == "group_by":
            found = statement._replace(group_by=True)
        elif name in ("limit", "fetch"):
            found = statement._replace(limit=not (args and isinstance(args[0], ast.Constant) and args[0].value is None))
        elif name == "slice":
            found = statement._replace(limit=True, offset=True)
        elif name == "offset":
            found = statement._replace(offset=True)
        elif name == "distinct":
            found = statement._replace(distinct=True)
        elif name == "with_for_update":
            found = statement._replace(for_update=True)
        elif name == "returning":
            items = tuple(each for arg in args for each in self._items(site.at(arg)))
            return Value(held.kind, items, statement._replace(items=items, returning=True))
        elif name == "options":
            loads, known = self.options(site, call.args)
            found = statement._replace(loads=(*statement.loads, *loads))
            complete = complete and known
        elif name in ("with_only_columns", "with_entities", "add_columns", "add_entity"):
            items = tuple(each for arg in args for each in self._items(site.at(arg)))
            items = items if name.startswith("with") else (*statement.items, *items)
            return Value(held.kind, items, statement._replace(items=items))
        elif name in ("union", "union_all", "intersect", "except_", "from_statement"):
            complete = False
        elif name not in _NEUTRAL:
            return None
        return Value(held.kind, held.items, found._replace(complete=complete, node=call))

    def _ended(self, name: str, held: Value) -> Value | None:
        single = len(held.items) == 1
        match name:
            case "all":
                return Value("many" if single else "rows", held.items, held.statement)
            case "first" | "one" | "one_or_none" | "get":
                return self.element(held)
        return None

    def _starred_filters(self, site: Site) -> list[Filter]:
        """`where(*conditions)` of a list that is built in the function."""
        found: list[Filter] = []
        for each in self.sites.bindings(site):
            if each.kind == "assign" and isinstance(each.site.node, (ast.List, ast.Tuple)):
                found += [one for element in each.site.node.elts for one in self.filters(each.site.at(element))]
        node = site.node
        if isinstance(node, ast.Name):
            function = _function_of(site)
            for call in site.module.index.running(function, (ast.Call,)) if function is not None else ():
                match call:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[arg]):
                        if name == node.id:
                            found += self.filters(site.at(arg))
        return found

    def filters(self, site: Site) -> list[Filter]:
        """The conditions on columns in an expression, taken apart at `and`, `or` and `not`."""
        if site.node in self._taken or len(self._taken) > _MAX_DEPTH:
            return []
        self._taken.add(site.node)
        try:
            return self._filters(site)
        finally:
            self._taken.discard(site.node)

    def _filters(self, site: Site) -> list[Filter]:
        node = site.node
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(site, left, _OPERATORS.get(type(op), "?"), right)
            case ast.BinOp(left=left, right=right) | ast.BoolOp(values=[left, right]):
                return [*self.filters(site.at(left)), *self.filters(site.at(right))]
            case ast.UnaryOp(operand=operand):
                return self.filters(site.at(operand))
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args) if name in _PREDICATES:
                found = self._side(site.at(owner))
                if found is not None:
                    value = args[0] if args else None
                    inner = (
                        [each for arg in args for each in self.filters(site.at(arg))] if name in ("any", "has") else []
                    )
                    return [self._filter(site, found, name, value), *inner]
                return []
            case ast.Call(args=args):
                name = self._name_of(site, node)
                if name in ("and_", "or_", "not_", "func"):
                    return [each for arg in args for each in self.filters(site.at(arg))]
                if name in ("contains", "like"):
                    return []
                return [each for found in self._of_results(site, self.filters) for each in found]
            case ast.IfExp(body=first, orelse=second):
                return [*self.filters(site.at(first)), *self.filters(site.at(second))]
            case ast.Name():
                return [
                    one
                    for each in self.sites.bindings(site)
                    if each.kind == "assign" and each.site.node is not node and not isinstance(each.site.node, ast.Name)
                    for one in self.filters(each.site)
                ]
            case ast.Attribute():
                ref = self.reference(site)
                return [self._filter(site, (ref, None), "==", None)] if ref is not None and ref.column else []
        return []

    def _comparison(self, site: Site, left: ast.expr, operator: str, right: ast.expr) -> list[Filter]:
        first, second = self._side(site.at(left)), self._side(site.at(right))
        if first is not None and second is not None:
            return [
                self._filter(site, first, operator, right)._replace(is_join=True),
                self._filter(site, second, operator, left)._replace(is_join=True),
            ]
        if first is not None:
            return [self._filter(site, first, operator, right)]
        return [self._filter(site, second, operator, left)] if second is not None else []

    def _side(self, site: Site) -> tuple[Ref, str | None] | None:
        """A column of a class (of an instance it is a value), and the SQL function around it."""
        node = site.node
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(value=owner, attr=function) if node.args and self._is_func(site, owner):
                    inner = self._side(site.at(node.args[0]))
                    return (inner[0], function) if inner is not None else None
            if self._name_of(site, node) == "cast" and node.args:
                inner = self._side(site.at(node.args[0]))
                return (inner[0], "cast") if inner is not None else None
            match node.func:
                case ast.Attribute(value=owner, attr="cast" | "astext" | "as_string"):
                    inner = self._side(site.at(owner))
                    return (inner[0], "cast") if inner is not None else None
        if isinstance(node, ast.Attribute):
            held = self.value(site.at(node.value))
            if held is not None and held.kind == "one":
                return None
        ref = self.reference(site)
        return (ref, None) if ref is not None else None

    def _is_func(self, site: Site, owner: ast.expr) -> bool:
        """`func` of SQLAlchemy, under its own name or another."""
        match owner:
            case ast.Name(id="func") | ast.Attribute(attr="func"):
                return True
            case ast.Name():
                return leaf(self.sites.name(site.at(owner)) or "") == "func"
        return False

    def _filter(self, site: Site, side: tuple[Ref | None, str | None], operator: str, value: ast.expr | None) -> Filter:
        ref = side[0]
        assert ref is not None
        return Filter(ref, operator, side[1], value, False, site.node, site.module.path)

    def _by_keywords(self, site: Site, call: ast.Call, statement: Statement) -> list[Filter]:
        symbol = statement.joins[-1] if statement.joins else next((i.entity for i in statement.items if i.entity), None)
        entity = self.entity(symbol) if symbol is not None else None
        found: list[Filter] = []
        for keyword in call.keywords if entity is not None else ():
            if keyword.arg is None or entity is None:
                continue
            column, relation = entity.column(keyword.arg), entity.relationship(keyword.arg)
            if column is not None or relation is not None:
                ref = Ref(entity, keyword.arg, column, relation)
                found.append(Filter(ref, "==", None, keyword.value, False, keyword.value, site.module.path))
        return found

    def _joined_to(self, site: Site, args: list[ast.expr], statement: Statement) -> Statement:
        joins = list(statement.joins)
        refs = list(statement.join_attributes)
        filters = list(statement.filters)
        for arg in args:
            ref = self.reference(site.at(arg))
            if ref is not None:
                refs.append(ref)
                if ref.relationship is not None:
                    joins.append(ref.relationship.target)
                continue
            held = self.value(site.at(arg))
            if held is not None and held.kind == "class" and held.entity is not None:
                joins.append(held.entity)
            else:
                filters += self.filters(site.at(arg))
        return statement._replace(joins=tuple(joins), join_attributes=tuple(refs), filters=tuple(filters))

    # Options

    def options(self, site: Site, args: list[ast.expr]) -> tuple[list[Load], bool]:
        """What `options(…)` is given, lists and helpers that make them included; and whether all of it is known."""
        return self._all_options([site.at(arg) for arg in args], 0)

    def _all_options(self, sites: list[Site], depth: int) -> tuple[list[Load], bool]:
        found: list[Load] = []
        known = bool(sites) or depth == 0
        for each in sites:
            node = each.node
            loads, whole = self._options(each.at(node.value) if isinstance(node, ast.Starred) else each, depth + 1)
            found += loads
            known = known and whole
        return found, known

    def _options(self, site: Site, depth: int) -> tuple[list[Load], bool]:
        node = site.node
        if depth > 12:
            return [], False
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                found, known = self._all_options([site.at(each) for each in elements], depth)
                return found, known or not elements
            case ast.Name():
                bound = [each.site for each in self.sites.bindings(site) if each.kind == "assign"]
                return self._all_options([*bound, *self._appended(site)] if bound else [], depth)
            case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
                return self._all_options([site.at(first), site.at(second)], depth)
            case ast.Call():
                held = self._made(site, node)
                if held is None and isinstance(node.func, ast.Attribute):
                    inner = self.value(site.at(node.func.value))
                    if inner is not None and inner.kind == "load":
                        held = self._longer_load(site, node, node.func.attr, inner)
                if held is not None and held.kind == "load" and held.statement is not None:
                    loads = held.statement.loads
                    return list(loads), all(load.path or load.columns for load in loads)
                results = self._of_results(site, lambda each: self._options(each, depth + 1))
                return [load for loads, _ in results for load in loads], bool(results) and all(k for _, k in results)
        return [], False

    def _appended(self, site: Site) -> Iterator[Site]:
        """`options.append(x)`, `options.extend([x])`, `options += [x]` on a local list."""
        node = site.node
        function = _function_of(site)
        if not isinstance(node, ast.Name) or function is None:
            return
        for each in site.module.index.running(function, (ast.Call, ast.AugAssign)):
            match each:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend"), args=[arg]):
                    if name == node.id:
                        yield site.at(arg)
                case ast.AugAssign(target=ast.Name(id=name), value=value):
                    if name == node.id:
                        yield site.at(value)

    def _load(self, site: Site, call: ast.Call, name: str, before: tuple[str, ...] = (), root: str = "") -> Value:
        """`selectinload(User.orders)`, `joinedload("*")`"""
        path: list[str] = list(before)
        columns: list[str] = []
        loads: list[Load] = []
        strategy = _LOADS.get(name, name)
        for arg in call.args:
            if isinstance(arg, ast.Constant) and arg.value == "*":
                path.append("*")
                root = root or "*"
                continue
            if isinstance(arg, ast.Starred):
                columns.append("?")
                continue
            ref = self.reference(site.at(arg))
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and name in _LOADS:
                path += arg.value.split(".")
                root = root or "*"
            elif ref is not None and name in _LOADS:
                root = root or ref.entity.symbol
                path.append(ref.attribute)
                loads.append(Load(tuple(path), root, strategy, ()))
            elif ref is not None:
                root = root or ref.entity.symbol
                columns.append(ref.attribute)
            elif name not in _LOADS:
                columns.append("?")
        if not loads or columns or (path and loads[-1].path != tuple(path)):
            loads.append(Load(tuple(path), root or "*", strategy, tuple(columns)))
        statement = Statement(
            "load", (), (), (), (), (), False, False, False, False, False, False, tuple(loads), None, False, True, call,
            site.module.path,
        )  # fmt: skip
        return Value("load", (Item(root or None, None),), statement)

    def _longer_load(self, site: Site, call: ast.Call, name: str, held: Value) -> Value | None:
        """`selectinload(User.orders).joinedload(Order.items)`, `.options(…)`, `.load_only(…)`"""
        if held.statement is None or not held.statement.loads:
            return None
        last = held.statement.loads[-1]
        if name in _LOADS or name in ("load_only", "defer", "undefer"):
            longer = self._load(site, call, name, last.path, last.root)
            more = longer.statement.loads if longer.statement is not None else ()
        elif name == "options":
            inner, _ = self.options(site, call.args)
            more = tuple(load._replace(path=(*last.path, *load.path), root=last.root) for load in inner)
        else:
            return held
        statement = held.statement._replace(loads=(*held.statement.loads, *more))
        return held._replace(statement=statement)


_NEUTRAL = frozenset(
    "execution_options params values bindparams prefix_with suffix_with correlate populate_existing enable_eagerloads "
    "yield_per autoflush add_cte with_hint on_conflict_do_nothing on_conflict_do_update on_duplicate_key_update "
    "inline return_defaults ordered_values tuples".split()
)
_PLAIN = frozenset(
    "builtins.str builtins.int builtins.float builtins.bool builtins.bytes uuid.UUID datetime.datetime datetime.date "
    "datetime.timedelta".split()
)
_HOLDING_PLAIN = frozenset(
    "builtins.list builtins.set builtins.tuple builtins.dict builtins.frozenset typing.List typing.Dict "
    "types.CoroutineType typing.Awaitable collections.abc.Awaitable".split()
)
_HOLDERS = frozenset(
    "builtins.list builtins.set builtins.tuple builtins.frozenset typing.List typing.Sequence typing.Iterable "
    "collections.abc.Sequence collections.abc.Iterable collections.abc.Iterator typing.Iterator typing.Set "
    "collections.abc.Collection typing.Collection collections.abc.Generator typing.Generator "
    "collections.abc.AsyncIterator collections.abc.AsyncGenerator typing.AsyncIterator typing.AsyncGenerator "
    "sqlalchemy.orm.collections.InstrumentedList".split()
)


def _is_plain(found: Type | None) -> bool:
    """Whether values of a type have nothing to do with the database: texts, numbers, lists of these. Other classes may
    be the models of answers, which are declared where objects are returned."""
    match found:
        case ("inst", str(cls), args):
            inner = [each for each in args if each != ("...",)]
            return cls in _PLAIN or (cls in _HOLDING_PLAIN and bool(inner) and all(_is_plain(each) for each in inner))
        case ("union", members):
            return all(_is_plain(each) for each in members)
    return found == ("none",)


def _function_of(site: Site) -> ast.AST | None:
    scope = site.module.index.scope_of(site.node).frame()
    return scope.node if isinstance(scope.node, FUNCTIONS) else None


def _joined(statements: list[Statement]) -> Statement:
    """What all branches build together."""
    first = statements[0]
    for other in statements[1:]:
        first = first._replace(
            items=first.items or other.items,
            filters=_once((*first.filters, *other.filters), lambda each: (id(each.node), each.ref.attribute)),
            joins=tuple(dict.fromkeys((*first.joins, *other.joins))),
            join_attributes=_once((*first.join_attributes, *other.join_attributes), _named),
            order_by=_once((*first.order_by, *other.order_by), _named),
            is_ordered=first.is_ordered or other.is_ordered,
            group_by=first.group_by or other.group_by,
            limit=first.limit or other.limit,
            offset=first.offset or other.offset,
            distinct=first.distinct or other.distinct,
            for_update=first.for_update or other.for_update,
            loads=tuple(dict.fromkeys((*first.loads, *other.loads))),
            text=first.text or other.text,
            returning=first.returning or other.returning,
            complete=first.complete and other.complete,
            opaque=first.opaque or other.opaque,
            node=other.node,
            path=other.path,
        )
    return first


def _named(ref: Ref) -> tuple[str, str]:
    return ref.entity.symbol, ref.attribute


def _once(items: tuple[T, ...], key: Callable[[T], Any]) -> tuple[T, ...]:
    """Each item once, by a key: entities are large, and slow to compare."""
    return tuple({key(item): item for item in items}.values())
