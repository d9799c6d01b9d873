"""What functions do to database sessions, over any number of calls.

The effect of a function says for each session that it is given, by parameter or attribute, what may happen to it, and
how many statements are sent: as an expression in N, the number of rows that a loop goes over.
"""

from __future__ import annotations

import ast
from operator import attrgetter
from typing import TYPE_CHECKING

from ...module.index import COMPREHENSIONS, FUNCTIONS, running
from ...records import NamedTuple
from ..readings import Apart, is_whole, kept, made_along, masks_of, remembered, taken, use
from .fetching import TAKING, fetches
from .sites import FunctionNode, Site, Sites
from .statements import CONNECTIONS, SESSIONS, Statements, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...module import Module
    from ..type_terms import Type
    from .drivers import Drivers
    from .statements import Statement

_LONGEST = 9
"""Chains of more calls are not followed."""
_DIRECT = {
    "execute": "execute", "scalars": "execute", "scalar": "execute", "exec": "execute", "stream": "execute",
    "stream_scalars": "execute", "get": "get", "get_one": "get", "refresh": "refresh", "commit": "commit",
    "rollback": "rollback", "flush": "flush", "close": "close", "aclose": "close", "remove": "close", "add": "write",
    "add_all": "write", "delete": "write", "merge": "get", "expunge": "expunge", "expunge_all": "expunge",
    "bulk_save_objects": "execute", "bulk_insert_mappings": "execute", "bulk_update_mappings": "execute",
    "begin": "begin", "begin_nested": "begin", "expire": "expire", "expire_all": "expire", "exec_driver_sql": "execute",
    "invalidate": "close", "reset": "rollback",
}  # fmt: skip
_ENDS = frozenset({"all", "first", "one", "one_or_none", "scalar", "count", "get", "delete", "update", "scalar_one"})
SENDING = frozenset({"execute", "get", "refresh", "lazy"})
"""Kinds that send a statement; a flush sends those that were waiting."""
_CERTAIN = frozenset(
    "execute exec scalars scalar stream_scalars commit rollback flush refresh query add_all begin_nested expunge "
    "bulk_save_objects bulk_insert_mappings bulk_update_mappings exec_driver_sql".split()
)
_TELLING = _CERTAIN | frozenset(_DIRECT)
"""Methods by which a function shows that it touches a session; if they are not certain, their receiver decides."""
_SENDING = (ast.Call, ast.For, ast.AsyncFor, ast.comprehension, ast.With, ast.AsyncWith)
"""What may do something to a session."""
_REPEATING = frozenset((ast.For, ast.AsyncFor, ast.While, ast.comprehension, *COMPREHENSIONS, *FUNCTIONS))
"""What does something several times, and what ends the search for it."""
_position = attrgetter("lineno", "col_offset")
_HANDS_ON = ("typing.cast", "sqlalchemy.orm.object_session", "sqlalchemy.ext.asyncio.async_object_session")
"""What gives a session that somebody else made."""


class Count(NamedTuple):
    """A number of statements: `fixed` + `linear`·N + `square`·N²; `exact` False: at most, or not wholly known."""

    fixed: int = 0
    linear: int = 0
    square: int = 0
    exact: bool = True

    def plus(self, other: Count) -> Count:
        return Count(
            self.fixed + other.fixed, self.linear + other.linear, self.square + other.square, self.exact and other.exact
        )

    def or_else(self, other: Count) -> Count:
        """Of two branches the larger, term by term."""
        exact = self.exact and other.exact and self[:3] == other[:3]
        return Count(
            max(self.fixed, other.fixed), max(self.linear, other.linear), max(self.square, other.square), exact
        )

    def per_row(self, loops: int = 1) -> Count:
        """As many for each of N rows."""
        found = self
        for _ in range(loops):
            found = Count(0, found.fixed, found.linear + found.square, found.exact)
        return found

    @property
    def is_none(self) -> bool:
        return not (self.fixed or self.linear or self.square)

    def __str__(self) -> str:
        parts = [str(self.fixed)] if self.fixed else []
        parts += [f"{self.linear}·N"] if self.linear else []
        parts += [f"{self.square}·N²"] if self.square else []
        return " + ".join(parts) or "0"


class Step(NamedTuple):
    """A call on the way to a statement."""

    path: str
    line: int
    name: str
    """What is called there."""


class Execution(NamedTuple):
    """Something that a call (or `for x in query`) does to a session."""

    node: ast.AST
    """In the function that was asked about."""
    kind: str
    """execute, get, refresh, commit, rollback, flush, close, write, begin, expire, expunge."""
    statement: Statement | None
    """What is executed, if it is known."""
    session: ast.expr | None
    """The session as the function that was asked about names it; None when that is not known."""
    loops: tuple[ast.AST, ...]
    """The loops and comprehensions around the node, innermost first: it happens for each of their rows."""
    chain: tuple[Step, ...]
    """The calls to the place where it happens; empty when it happens in the function itself."""
    inner_loops: int
    """So many loops are around it in the called functions."""
    is_async: bool | None = None
    """Whether the session is an asynchronous one; None when that is not known."""
    fetches: str = ""
    """Of what it finds, what is read where it is executed: "all", "one", "some" (in portions); "" when not known."""

    @property
    def sends(self) -> bool:
        """Whether it sends a statement of its own."""
        return self.kind in SENDING


class Edge(NamedTuple):
    """A call of a project function that can touch sessions."""

    node: ast.Call
    symbol: str
    given: dict[str, ast.expr]
    """Parameter → argument."""
    loops: tuple[ast.AST, ...]
    step: Step


class Body(NamedTuple):
    """What stands in a function itself, in source order."""

    module: Module
    parts: tuple[Execution | Edge, ...]


class Facts(NamedTuple):
    """What calling a function does to sessions."""

    kinds: frozenset[str]
    """What happens to any session in it and in what it calls; see `Execution.kind`, and "create"."""
    by_parameter: dict[str, frozenset[str]]
    """Parameter → what happens to the session that it holds (or, for `self`, to sessions in its attributes)."""
    creates: tuple[ast.Call, ...]
    """The calls in its own body that make a session."""
    hands_on: frozenset[str]
    """Parameters with a session that it returns, keeps in an attribute, or hands to code that is not known."""
    rows_of: str | None
    """Symbol of the entity that it returns, alone or in a list."""
    complete: bool
    """Whether everything that it calls with a session is known."""


class Sessions:
    """Effects on sessions, remembered."""

    def __init__(self, sites: Sites, statements: Statements, drivers: Drivers) -> None:
        self.sites = sites
        self.types = sites.types
        self.statements = statements
        self.drivers = drivers
        self._facts: dict[str, Facts] = {}
        self._done: dict[str, tuple[Module, tuple[Execution, ...]]] = {}
        self._bodies: dict[str, Body] = {}
        self._touching: dict[str, bool] = {}
        self._queries: bool | None = None
        self._calls: dict[str, tuple[tuple[int, int, str], ...]] = {}

    @property
    @remembered()
    def queries(self) -> bool:
        """Whether the project has statements of the form `session.query(User)`, which are sent where they are read."""
        if self._queries is None:
            self._queries = bool(self.types.modules.mentioning_any((b".query(",)))
        return self._queries

    # Single calls

    def creates(self, site: Site) -> bool:
        """Whether a call makes a session itself: of a session class or a session maker."""
        call = site.node
        if not isinstance(call, ast.Call):
            return False
        if self.statements.session_kind(site) is None or self.statements.is_registry(site):
            return False
        callee = self.sites.callee(site)
        if callee is None:
            return False
        match callee[0]:
            case "ext" if callee[1] in _HANDS_ON:
                return False
            case "ext" | "type" | "inst" | "partial":
                return True
            case "mem":
                return str(callee[1]).endswith(("__call__", "sessionmaker.begin"))
        return False

    @remembered(
        lambda self, module, function: (
            self.sites.symbol(module, function) if isinstance(function, FUNCTIONS) else module.path
        )
    )
    def executions(self, module: Module, function: ast.AST) -> tuple[Execution, ...]:
        """What a function does to sessions, through the project's functions too, in source order."""
        if not isinstance(function, FUNCTIONS):
            return tuple(self._all(self._body(module, function, module.tree)))
        symbol = self.sites.symbol(module, function)
        known = self._done.get(symbol)
        if known is None or known[0] is not module:
            known = self._done[symbol] = (module, tuple(self._all(self._own(symbol, module, function))))
        return known[1]

    def direct(self, module: Module, function: ast.AST) -> list[Execution]:
        """What a function does to sessions itself; cheaper than with what it calls."""
        if not isinstance(function, FUNCTIONS):
            return []
        parts = self._own(self.sites.symbol(module, function), module, function).parts
        return [each for each in parts if isinstance(each, Execution)]

    @remembered(lambda self, symbol, module, function: symbol)
    def _own(self, symbol: str, module: Module, function: ast.AST) -> Body:
        """What stands in a function itself."""
        known = self._bodies.get(symbol)
        if known is None or known.module is not module:
            known = self._bodies[symbol] = self._body(module, function, function)
        return known

    def _body(self, module: Module, function: ast.AST, body: ast.AST) -> Body:
        found: list[Execution | Edge] = []
        places = self._touching_calls(self.sites.symbol(module, function)) if isinstance(function, FUNCTIONS) else None
        for node in module.index.running(body, _SENDING):
            if isinstance(node, ast.Call):
                if places is not None and not self._may_execute(node, places):
                    continue
                each = self._called(Site(module, node), function)
                if each is not None:
                    found.append(each)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                found += self._entered(module, node, function)
            else:
                found += self._iterated(Site(module, node.iter), function)
        return Body(module, tuple(found))

    def _all(self, body: Body) -> Iterator[Execution]:
        for each in body.parts:
            if isinstance(each, Execution):
                yield each
            else:
                yield from self._through(each)

    def looped(self, module: Module, function: FunctionNode) -> dict[ast.AST, list[ast.Call]]:
        """The calls of a function that may do something to a session, by the loops around them; cheap."""
        symbol = self.sites.symbol(module, function)
        found: dict[ast.AST, list[ast.Call]] = {}
        if not isinstance(function, ast.Lambda) and not self.touches(symbol):
            return found
        places = self._touching_calls(symbol)
        frames = module.index.frames(module.index.by_node[function])
        for call in sorted([each for frame in frames for each in frame.nodes.get(ast.Call, ())], key=_position):
            if self._may_execute(call, places):
                for loop in self.loops(module, call, function):
                    found.setdefault(loop, []).append(call)
        return found

    def _touching_calls(self, symbol: str) -> set[tuple[int, int]]:
        """Where a function calls others of the project that may do something to a session."""
        called = self.called(symbol)
        touching = {each for each in {each for _, _, each in called} if self.touches(each)}
        return {(line, column) for line, column, each in called if each in touching}

    def _may_execute(self, call: ast.Call, places: set[tuple[int, int]]) -> bool:
        """Whether a call may do something to a session, by its name alone; `places`: of those that may by what they
        call."""
        match call.func:
            case ast.Attribute(attr=name) if name in _DIRECT or name in self.drivers.words:
                return True
            case ast.Attribute(attr=name) if name in _ENDS and self.queries:
                return True
            case ast.Name(id=name) if name in TAKING:
                return True
        return (call.lineno, call.col_offset) in places

    def _called(self, site: Site, function: ast.AST | None) -> Execution | Edge | None:
        """What a call does itself, or the function of the project that it runs and that can touch sessions."""
        call = site.node
        if not isinstance(call, ast.Call):
            return None
        found: Execution | Edge | None = self.direct_call(site, call) or self._edge(site, call)
        if found is None or function is None:
            return found
        return found._replace(loops=self.loops(site.module, call, function))

    def _listed(self, site: Site, call: ast.Call) -> Execution | None:
        """`list(session.query(User))` executes it."""
        if len(call.args) != 1 or call.func.id not in TAKING or ".query(" not in site.module.text:  # type: ignore[attr-defined]
            return None
        held = self.statements.value(site.at(call.args[0]))
        if held is None or held.kind != "query":
            return None
        return Execution(call.args[0], "execute", held.statement, None, (), (), 0, False, "all")

    def _edge(self, site: Site, call: ast.Call) -> Edge | None:
        callee = self.sites.callee(site)
        symbol = self.runs(callee)
        if symbol is None or not self.touches(symbol):
            return None
        own = self.sites.function(symbol)
        if own is None:
            return None
        step = Step(site.module.path, call.lineno, self.types.dotted(symbol))
        return Edge(call, symbol, self._arguments(own[1], callee, call), (), step)

    def _through(self, edge: Edge) -> Iterator[Execution]:
        """What the called function does, and what that calls, each function once by a shortest way."""
        seen = {edge.symbol}
        level: list[tuple[str, dict[str, ast.expr | None], tuple[Step, ...], int]] = [
            (edge.symbol, dict(edge.given), (edge.step,), 0)
        ]
        while level:
            following: list[tuple[str, dict[str, ast.expr | None], tuple[Step, ...], int]] = []
            for symbol, given, chain, loops in level:
                own = self.sites.function(symbol)
                if own is None:
                    continue
                for each in self._own(symbol, *own).parts:
                    inner = loops + len(each.loops)
                    if isinstance(each, Execution):
                        yield Execution(
                            edge.node,
                            each.kind,
                            each.statement,
                            given.get(_root(each.session)),
                            edge.loops,
                            (*chain, _place(own[0], each.node)),
                            inner,
                            each.is_async,
                            each.fetches,
                        )
                    elif each.symbol not in seen and len(chain) < _LONGEST:
                        seen.add(each.symbol)
                        handed = {name: given.get(_root(argument)) for name, argument in each.given.items()}
                        following.append((each.symbol, handed, (*chain, each.step), inner))
            level = following

    # Which functions can touch a session, by Summaries alone: cheap, since no syntax is needed

    @kept("database.sessions.touches", lambda self: self.types.modules)
    def touches(self, symbol: str) -> bool:
        """Whether a project function, or one that it calls, may do something to a session."""
        known = self._touching.get(symbol)
        if known is not None:
            return known
        masks = masks_of(self, "touches")
        callers = {symbol: symbol}
        calls: dict[str, tuple[str, ...]] = {}
        bits: dict[str, int] = {}
        level = [symbol]
        for current in level:
            with Apart() as part:
                known = self._touching.get(current)
                if known is not None:
                    taken(masks, (current,))
                    calls[current] = ()
                else:
                    known = self._touches_itself(current)
                    calls[current] = () if known else self.callees(current)
            bits[current] = part.mask
            if known:
                self._touching[symbol] = True
                use(_joined(bits, _chain(callers, current) if is_whole() else bits))
                return True
            for each in calls[current]:
                if each not in callers:
                    callers[each] = current
                    level.append(each)
        found = [each for each in level if each not in self._touching]
        self._touching.update(dict.fromkeys(found, False))
        if is_whole():
            _hand_on(bits, calls)
            masks.update({(each,): bits[each] for each in found if each != symbol})
        else:
            made_along(masks, [(each,) for each in found if each != symbol])
        use(_joined(bits, bits))
        return False

    def _touches_itself(self, symbol: str) -> bool:
        own = self.types.function(symbol)
        if own is None:
            return False
        summary, function = own
        for call in function.calls:
            callee = call[0][1]
            if callee[0] != "a":
                continue
            if callee[2] in self.drivers.words and self.drivers.has_row(self.types.eval(summary, callee)):
                return True
            if callee[2] not in _TELLING:
                continue
            if callee[2] in _CERTAIN:
                return True
            found = self.types.eval(summary, callee[1])
            for each in found[1] if found is not None and found[0] == "union" else (found,):
                classes = (*SESSIONS, *CONNECTIONS) if callee[2] == "stream" else SESSIONS
                if each is not None and each[0] == "inst" and self.types.is_subclass(each[1], classes):
                    return True
        return False

    def callees(self, symbol: str) -> tuple[str, ...]:
        """The project functions that a function calls."""
        return tuple(dict.fromkeys([each for _, _, each in self.called(symbol)]))

    @kept("database.sessions.called", lambda self: self.types.modules)
    def called(self, symbol: str) -> tuple[tuple[int, int, str], ...]:
        """The same with the places of the calls, line and column, each time."""
        known = self._calls.get(symbol)
        if known is None:
            known = ()
            own = self.types.function(symbol)
            if own is not None:
                summary, function = own
                found = [
                    (line, column, self.runs(self.types.eval(summary, call[1])))
                    for call, line, column, _ in function.calls
                ]
                known = tuple([(line, column, each) for line, column, each in found if each is not None])
            self._calls[symbol] = known
        return known

    def _iterated(self, site: Site, function: ast.AST) -> Iterator[Execution]:
        """`for user in session.query(User)` executes it."""
        held = self.statements.value(site) if self.queries else None
        if held is not None and held.kind == "query":
            loops = self.loops(site.module, site.node, function)
            yield Execution(site.node, "execute", held.statement, None, loops, (), 0, False, "all")
        elif self.drivers.words:
            sent = self.drivers.gone_over(site)
            if sent is not None:
                loops = self.loops(site.module, site.node, function)
                yield Execution(site.node, "execute", sent, None, loops, (), 0, True, "all")

    def _entered(self, module: Module, node: ast.With | ast.AsyncWith, function: ast.AST) -> Iterator[Execution]:
        """`with session:` closes it at the end; `with session.begin():` commits or rolls back."""
        for item in node.items:
            site = Site(module, item.context_expr)
            loops = self.loops(module, node, function)
            manager = item.context_expr
            if self.statements.session_kind(site) is not None:
                session = item.optional_vars if isinstance(item.optional_vars, ast.expr) else manager
                yield Execution(manager, "close", None, session, loops, (), 0)
                callee = self.sites.callee(site)
                if callee is not None and callee[0] == "mem" and str(callee[1]).endswith("sessionmaker.begin"):
                    yield Execution(manager, "commit", None, session, loops, (), 0)
            match manager:
                case ast.Call(func=ast.Attribute(value=owner, attr="begin" | "begin_nested" as name)):
                    if self.statements.session_kind(site.at(owner)) is not None and name == "begin":
                        yield Execution(manager, "commit", None, owner, loops, (), 0)

    def of_call(self, site: Site, function: ast.AST | None = None) -> tuple[Execution, ...]:
        """What one call does to sessions."""
        found = self._called(site, function)
        if found is None:
            return ()
        return (found,) if isinstance(found, Execution) else tuple(self._through(found))

    def direct_call(self, site: Site, call: ast.Call) -> Execution | None:
        """What a call does itself, without functions of the project."""
        function = call.func
        if isinstance(function, ast.Attribute):
            return self._sent(site, call, function)
        return self._listed(site, call) if isinstance(function, ast.Name) else None

    def _sent(self, site: Site, call: ast.Call, function: ast.Attribute) -> Execution | None:
        """What a method of a session, a query or a driver does."""
        name = function.attr
        if name in _DIRECT or name in _ENDS:
            receiver = site.at(function.value)
            held = self.statements.value(receiver) if name in _ENDS and self.queries else None
            if held is not None and held.kind == "query":
                ended, session = self._ended(name, held), self._of_query(receiver)
                return Execution(call, "execute", ended, session, (), (), 0, False, fetches(site.module, call))
            if name in _DIRECT and self._is_session(receiver, call, name):
                kind = _DIRECT[name]
                statement = None
                if kind == "execute" and call.args:
                    value = self.statements.value(site.at(call.args[0]))
                    statement = value.statement if value is not None else None
                if kind in ("get", "refresh"):
                    statement = self._fetched(site, call)
                read = fetches(site.module, call) if kind == "execute" else ""
                found = self.statements.session_kind(receiver)
                is_async = found == "async" if found is not None else None
                return Execution(call, kind, statement, function.value, (), (), 0, is_async, read)
        if name in self.drivers.words:
            sent = self.drivers.sends(site)
            if sent is not None:
                return Execution(call, "execute", sent[0], function.value, (), (), 0, True, sent[1])
        return None

    @staticmethod
    def _ended(name: str, held: Value) -> Statement | None:
        statement = held.statement
        if statement is None:
            return None
        if name in ("first", "one", "one_or_none", "scalar", "count", "get"):
            statement = statement._replace(limit=True)
        return statement._replace(kind=name) if name in ("delete", "update") else statement

    def _is_session(self, receiver: Site, call: ast.Call, name: str) -> bool:
        if name in (
            "get",
            "merge",
            "add",
            "delete",
            "close",
            "reset",
            "remove",
            "begin",
            "expire",
            "refresh",
            "invalidate",
        ):
            return self.statements.session_kind(receiver) is not None or (
                name in ("close", "begin") and self.statements.is_connection(receiver)
            )
        if self.statements.session_kind(receiver) is not None or self.statements.is_connection(receiver):
            return True
        if name in ("execute", "scalars", "scalar", "exec") and call.args:
            value = self.statements.value(receiver.at(call.args[0]))
            return value is not None and value.kind == "statement" and self.statements.looks_like_session(receiver)
        return False

    def _fetched(self, site: Site, call: ast.Call) -> Statement | None:
        held = self.statements.value(site.at(call.args[0])) if call.args else None
        if held is None or held.entity is None:
            return None
        return self.statements.fetched(site, call, held.items[:1])

    def _of_query(self, site: Site) -> ast.expr | None:
        """The session at the beginning of `session.query(User).filter(…)`."""
        node = site.node
        while isinstance(node, (ast.Call, ast.Attribute)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "query":
                return node.func.value
            node = node.func if isinstance(node, ast.Call) else node.value
        return None

    def runs(self, callee: Type | None) -> str | None:
        """The project function whose body a call runs (when it is awaited, if that is needed)."""
        match callee:
            case ("func" | "bound", str(symbol), *_) if ":" in symbol:
                return symbol
            case ("type", str(cls), _) if ":" in cls:
                found = self.types.members(cls, "__init__")
                if found is not None and found[1] is not None:
                    fact = found[1].table[found[2][-1]]
                    return f"{found[1].path}:{fact[1]}" if fact[0] == "def" else None
            case ("union", members):
                symbols = {self.runs(each) for each in members if each != ("none",)}
                return symbols.pop() if len(symbols) == 1 else None
        return None

    @staticmethod
    def _arguments(node: FunctionNode, callee: Type | None, call: ast.Call) -> dict[str, ast.expr]:
        """Parameter → the argument that a call gives it."""
        positional = [*node.args.posonlyargs, *node.args.args]
        found: dict[str, ast.expr] = {}
        if callee is not None and callee[0] in ("bound", "type") and positional:
            if isinstance(call.func, ast.Attribute):
                found[positional[0].arg] = call.func.value
            positional = positional[1:]
        for parameter, argument in zip(positional, call.args, strict=False):
            if isinstance(argument, ast.Starred):
                break
            found[parameter.arg] = argument
        found.update({k.arg: k.value for k in call.keywords if k.arg is not None})
        return found

    def loops(self, module: Module, node: ast.AST, function: ast.AST | None) -> tuple[ast.AST, ...]:
        """The loops around a node in its function, innermost first; what a loop goes over is outside of it."""
        found: list[ast.AST] = []
        parents = module.index.parents
        child: ast.AST = node
        parent = parents.get(node)
        while parent is not None and parent is not function:
            match parent if parent.__class__ in _REPEATING else None:
                case ast.For(iter=iterable, orelse=orelse) | ast.AsyncFor(iter=iterable, orelse=orelse):
                    if child is not iterable and child not in orelse:
                        found.append(parent)
                case ast.While(orelse=orelse):
                    if child not in orelse:
                        found.append(parent)
                case ast.comprehension(iter=iterable):
                    above = parents.get(parent)
                    if child is not iterable and isinstance(above, COMPREHENSIONS) and parent is above.generators[0]:
                        found.append(above)
                case (
                    ast.ListComp(generators=[first, *_])
                    | ast.SetComp(generators=[first, *_])
                    | ast.DictComp(generators=[first, *_])
                    | ast.GeneratorExp(generators=[first, *_])
                ):
                    if child is not first and child is not first.iter:
                        found.append(parent)
                case ast.AST():
                    break
            child, parent = parent, parents.get(parent)
        return tuple(found)

    # Functions

    @remembered()
    def facts(self, symbol: str) -> Facts | None:
        """What calling a project function does; None when there is no such function."""
        known = self._facts.get(symbol)
        if known is not None:
            return known
        own = self.sites.function(symbol)
        if own is None:
            return None
        module, node = own
        done = self.executions(module, node)
        parameters = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        by_parameter: dict[str, set[str]] = {}
        for each in done:
            root = _root(each.session)
            if root in parameters:
                by_parameter.setdefault(root, set()).add(each.kind)
        creates = tuple(
            call for call in running(node) if isinstance(call, ast.Call) and self.creates(Site(module, call))
        )
        handed, complete = self._handed_on(module, node, parameters)
        kinds = {each.kind for each in done} | ({"create"} if creates else set())
        found = Facts(
            frozenset(kinds),
            {name: frozenset(values) for name, values in by_parameter.items()},
            creates,
            frozenset(handed),
            self._rows_of(module, node),
            complete,
        )
        self._facts[symbol] = found
        return found

    def _handed_on(self, module: Module, node: FunctionNode, parameters: set[str]) -> tuple[set[str], bool]:
        handed: set[str] = set()
        complete = True
        for each in running(node):
            match each:
                case ast.Return(value=ast.Name(id=name)) | ast.Yield(value=ast.Name(id=name)):
                    if name in parameters and self._holds_session(module, each.value):
                        handed.add(name)
                case ast.Assign(targets=[ast.Attribute()], value=ast.Name(id=name) as value):
                    if name in parameters and self._holds_session(module, value):
                        handed.add(name)
                case ast.Call():
                    callee = self.sites.callee(Site(module, each))
                    if self.runs(callee) is not None:
                        continue
                    for argument in (*each.args, *(keyword.value for keyword in each.keywords)):
                        if (
                            isinstance(argument, ast.Name)
                            and argument.id in parameters
                            and self._holds_session(module, argument)
                        ):
                            complete = False
                            handed.add(argument.id)
        return handed, complete

    def _holds_session(self, module: Module, node: ast.AST | None) -> bool:
        return node is not None and self.statements.session_kind(Site(module, node)) is not None

    def _rows_of(self, module: Module, node: FunctionNode) -> str | None:
        if isinstance(node, ast.Lambda):
            held = self.statements.value(Site(module, node.body))
            return held.entity if held is not None else None
        scope = module.index.by_node[node]
        for each in scope.nodes.get(ast.Return, ()):
            held = self.statements.value(Site(module, each.value)) if each.value is not None else None
            if held is not None and held.kind in ("one", "many", "scalars", "query") and held.entity is not None:
                return held.entity
        return None


def _place(module: Module, node: ast.AST) -> Step:
    return Step(module.path, getattr(node, "lineno", 1), ast.unparse(node.func) if isinstance(node, ast.Call) else "")


def _root(expression: ast.expr | None) -> str:
    """`self` of `self.session`, the name itself of a name."""
    current = expression
    while isinstance(current, ast.Attribute):
        current = current.value
    return current.id if isinstance(current, ast.Name) else ""


def _chain(callers: Mapping[str, str], symbol: str) -> Iterator[str]:
    """A function, the one it was reached from, and so on."""
    while True:
        yield symbol
        if callers[symbol] == symbol:
            return
        symbol = callers[symbol]


def _joined(bits: Mapping[str, int], symbols: Iterable[str]) -> int:
    found = 0
    for each in symbols:
        found |= bits[each]
    return found


def _hand_on(bits: dict[str, int], calls: Mapping[str, Iterable[str]]) -> None:
    """Give each function the bits of those that it calls, and of those that these call."""
    is_new = True
    while is_new:
        is_new = False
        for symbol in reversed(tuple(calls)):
            joined = bits[symbol] | _joined(bits, calls[symbol])
            is_new |= joined != bits[symbol]
            bits[symbol] = joined
