"""Who closes a session or a connection: what a function that makes one does with it, on every way out."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from ...module.flow import Exit, Flow, parts
from ...module.index import FUNCTIONS, running, subtree
from ...module.scopes import bindings_of, scope_binding
from ...records import NamedTuple
from ..readings import remembered
from .sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...module import Module
    from ...module.index import Scope
    from .sessions import Sessions
    from .sites import FunctionNode, Sites
    from .statements import Statements

_TRANSACTIONS = frozenset({"sqlite3.connect", "psycopg2.connect"})
"""`with` ends the transaction of these, and leaves the connection open."""
_CLOSERS = frozenset({"close", "aclose", "remove", "release", "terminate", "dispose", "wait_closed", "invalidate",
                      "close_all", "disconnect", "shutdown", "detach", "end_session"})  # fmt: skip
_GIVEN_BACK = frozenset({"release", "putconn", "close_session", "close_connection", "close_db"})
_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})
"""Files that hold nothing but memory: there is nothing to close."""
_TAKING = frozenset(
    "enter_context enter_async_context push push_async_exit callback push_async_callback append add".split()
)
_HARMLESS = frozenset(
    "abs all any bool bytes callable dict enumerate float format frozenset getattr hasattr id int isinstance "
    "issubclass iter len list max min object print range repr reversed round set sorted str sum tuple type zip".split()
)
_TOLD = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "trace", "success"})
_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod"})
_DEEPEST = 6
_KEPT = 32
"""The names of so many modules are remembered."""


class Leak(NamedTuple):
    """A session or connection that is not closed on some way out of the function that makes it."""

    call: ast.Call
    """What makes it."""
    name: str
    """The variable; "" when it has none."""
    exits: tuple[Exit, ...]
    """The ways out on which nobody closes it, in source order."""
    released: bool
    """Whether it is closed on other ways."""
    yielded: ast.AST | None
    """The `yield` that hands it to the caller for a while."""


class Opened(NamedTuple):
    """A session that a function opens and hands to nobody of whom it is not known what he does with it."""

    call: ast.Call
    name: str
    function: ast.FunctionDef | ast.AsyncFunctionDef


class _Uses(NamedTuple):
    released: frozenset[ast.AST]
    """Calls and `with` items that close it."""
    plain: tuple[ast.AST, ...]
    """Names where it is used."""
    yielded: ast.AST | None
    lent: bool
    """Whether functions of which that is not known may keep or close it."""


class Releases:
    """Finds leaks; what is handed to code that is not known, kept or returned, is the business of others."""

    def __init__(self, sites: Sites, statements: Statements, sessions: Sessions) -> None:
        self.sites = sites
        self.types = sites.types
        self.statements = statements
        self.sessions = sessions
        self._fates: dict[tuple[str, str], str] = {}
        self._fresh: dict[tuple[str, bool], bool] = {}
        self._made: dict[ast.AST, bool] = {}
        self._made_in: Module | None = None
        """The module that was asked about last, of whose calls it is known whether they make a session."""
        self._read: dict[str, tuple[Module, list[ast.Name], dict[str, list[ast.Name]]]] = {}

    # What makes one

    @remembered(lambda self, site: (site.module.path, _extent(site.node)))
    def makes_session(self, site: Site) -> bool:
        """Whether a call makes a session for its caller: a session class, a maker, a project function that returns a
        new one."""
        call = site.node
        if not isinstance(call, ast.Call):
            return False
        if self._made_in is not site.module:
            self._made_in = site.module
            self._made = {}
        made = self._made
        if call not in made:
            found = self._makes_session(site, call)  # which may ask about another module
            made[call] = found
        return made[call]

    def _makes_session(self, site: Site, call: ast.Call) -> bool:
        if self.sessions.creates(site):
            function = site.at(call.func)
            callee = self.sites.callee(site)
            return not self.statements.is_registry(function) and not (
                callee is not None and callee[0] == "mem" and "scoped" in str(callee[1])
            )
        if self.statements.session_kind(site) is None:
            held = site.module.index.parents.get(call)
            if not isinstance(held, ast.Await) or self.statements.session_kind(site.at(held)) is None:
                return False
        return self._makes_through(site, False)

    def makes_connection(self, site: Site) -> bool:
        """Whether a call makes a connection or a pool, or takes one out of a pool, for its caller."""
        if not isinstance(site.node, ast.Call):
            return False
        name = self.types.qualified(self.sites.callee(site))
        if name is not None and self.types.knowledge.opens(name) is not None:
            return True
        return self._makes_through(site, True)

    def _makes_through(self, site: Site, connection: bool) -> bool:
        callee = self.sites.callee(site)
        symbol = self.sessions.runs(callee) if callee is not None and callee[0] in ("func", "bound") else None
        return symbol is not None and self._is_fresh(symbol, connection)

    @remembered()
    def _is_fresh(self, symbol: str, connection: bool) -> bool:
        """Whether each call of a function returns a new one, and keeps no other hold of it."""
        key = (symbol, connection)
        if key not in self._fresh:
            self._fresh[key] = False
            own = self.sites.function(symbol)
            self._fresh[key] = own is not None and self._returns_new(*own, connection)
        return self._fresh[key]

    def _returns_new(self, module: Module, node: FunctionNode, connection: bool) -> bool:
        if isinstance(node, ast.Lambda):
            return False
        if any(getattr(each, "id", "") not in _PLAIN_DECORATORS for each in node.decorator_list):
            return False
        scope = module.index.by_node[node]
        if scope.nodes.get(ast.Yield) or scope.nodes.get(ast.YieldFrom):
            return False
        returned = [each.value for each in scope.nodes.get(ast.Return, ()) if each.value is not None]
        makes = self.makes_connection if connection else self.makes_session
        for value in returned:
            made: list[ast.AST] = [value]
            if isinstance(value, ast.Name):
                if scope_binding(module.index, scope, value.id) is not scope or _is_kept(node, value.id):
                    return False
                bindings = bindings_of(module.index, scope).get(value.id, [])
                if not bindings or any(each.kind not in ("assign", "annotate") or each.path for each in bindings):
                    return False
                made = [each.node.value if each.kind == "annotate" else each.node for each in bindings]
            if not all(makes(Site(module, _awaited(each))) for each in made if each is not None):
                return False
        return bool(returned)

    # Leaks

    def sessions_leaked(self, module: Module, calls: list[ast.Call]) -> Iterator[Leak]:
        """The calls among these that make a session which is not closed on every way out."""
        for call in calls:
            holder = _holder(module, call)
            if holder is None or isinstance(holder, ast.withitem):
                continue
            if self.makes_session(Site(module, call)):
                yield from self._leaked(module, call, needs_use=True)

    def connections_leaked(self, module: Module, calls: list[ast.Call]) -> Iterator[Leak]:
        """The same of connections and pools."""
        for call in calls:
            if _holder(module, call) is None:
                continue
            site = Site(module, call)
            if isinstance(_entered(module, call), ast.withitem):
                name = self.types.qualified(self.sites.callee(site))
                if name not in _TRANSACTIONS:
                    continue
            elif not self.makes_connection(site):
                continue
            yield from self._leaked(module, call, needs_use=False)

    def leaked(self, module: Module, calls: list[ast.Call]) -> Iterator[Leak]:
        """Of sessions and connections those that are not closed on every way out, of other values those that are
        closed on some ways only."""
        for call in calls:
            if isinstance(_holder(module, call), (ast.Assign, ast.AnnAssign)):
                if self.types.qualified(self.sites.callee(Site(module, call))) in _MEMORY:
                    continue
                for each in self._leaked(module, call, needs_use=False):
                    site = Site(module, call)
                    if each.released or self.makes_session(site) or self.makes_connection(site):
                        yield each

    def opened(
        self,
        module: Module,
        calls: list[ast.Call],
        is_wanted: Callable[[ast.FunctionDef | ast.AsyncFunctionDef, str], bool],
    ) -> Iterator[Opened]:
        """The sessions that functions open in a variable, by assignment or by `with`, and have to themselves.

        `is_wanted`: whether one matters of which the function and the variable are known.
        """
        for call in calls:
            holder = _holder(module, call)
            if holder is None or isinstance(holder, ast.Attribute):
                continue
            scope, name = module.index.scope_of(call).frame(), _held_as(holder)
            if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if not is_wanted(scope.node, name) or not self.makes_session(Site(module, call)):
                continue
            if scope_binding(module.index, scope, name) is not scope:
                continue
            if len(bindings_of(module.index, scope).get(name, [])) > 1:
                continue
            uses = self._uses(module, scope, name)
            if uses is not None and uses.yielded is None and not uses.lent:
                yield Opened(call, name, scope.node)

    def _leaked(self, module: Module, call: ast.Call, *, needs_use: bool) -> Iterator[Leak]:
        index = module.index
        scope = index.scope_of(call).frame()
        holder = _holder(module, call)
        if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) or holder is None:
            return
        if isinstance(holder, ast.Attribute):
            if _is_used_up(module, holder):
                yield Leak(call, "", (), False, None)
            return
        name = _held_as(holder)
        if scope_binding(index, scope, name) is not scope:
            return
        uses = self._uses(module, scope, name)
        if uses is None or (uses.lent and not uses.released):
            return
        working = [use for use in uses.plain if _works(module, use)]
        if needs_use and not working and uses.yielded is None:
            return
        flow = Flow(scope.node)
        closing = [_step(module, use) for use in uses.released]
        start = _step(module, call)
        excused = _excused(module, uses.released)
        passes = _passing(uses.released, excused)
        steps = [_step(module, use) for use in (*working, *([uses.yielded] if uses.yielded is not None else []))]
        found = []
        for way in flow.exits(start, passes, errors=True):
            if way.statement is None or (way.kind == "raise" and not isinstance(way.statement, ast.Raise)):
                continue
            if way.kind == "error" and not self._is_serious(module, way.statement):
                continue
            if (
                closing
                and not any(flow.can_reach(way.statement, each) for each in closing)
                and _hands_out(way.statement)
            ):
                continue
            if (
                needs_use
                and way.kind != "end"
                and not any(step is way.statement or flow.can_reach(step, way.statement) for step in steps)
            ):
                continue
            found.append(way)
        if found:
            yield Leak(call, name, tuple(found), bool(uses.released), uses.yielded)

    def _is_serious(self, module: Module, step: ast.AST) -> bool:
        """Whether a statement may well fail: it calls something, outside of clean-ups and handlers."""
        child, parent = step, module.index.parents.get(step)
        while parent is not None and not isinstance(parent, FUNCTIONS):
            if isinstance(parent, ast.ExceptHandler) or (isinstance(parent, ast.Try) and child in parent.finalbody):
                return False
            child, parent = parent, module.index.parents.get(parent)
        for part in parts(step):
            for node in running(part) if not isinstance(part, (*FUNCTIONS, ast.ClassDef)) else ():
                match node:
                    case ast.Await() | ast.Yield() | ast.YieldFrom():
                        return True
                    case ast.Call(func=ast.Name(id=name)) if name in _HARMLESS:
                        continue
                    case ast.Call(func=ast.Attribute(attr="cursor"), args=[]):
                        continue  # asks nothing of the server
                    case ast.Call(func=ast.Attribute(attr=name, value=owner)) if (
                        name in _TOLD and "log" in ast.unparse(owner).lower()
                    ):
                        continue
                    case ast.Call():
                        return True
        return False

    # What happens to one

    def _uses(self, module: Module, scope: Scope, name: str) -> _Uses | None:
        """What a function does with what one of its variables holds; None when others may close it."""
        index = module.index
        released: set[ast.AST] = set()
        plain: list[ast.AST] = []
        yielded: ast.AST | None = None
        lent = False
        if any(name in node.names for kind in (ast.Global, ast.Nonlocal) for node in scope.nodes.get(kind, ())):
            return None
        first, last = getattr(scope.node, "lineno", 0), getattr(scope.node, "end_lineno", None) or sys.maxsize
        for use in self._loads(module, name):
            if not first <= use.lineno <= last:
                continue
            inner = index.scope_of(use)
            if scope_binding(index, inner, name) is not scope:
                continue
            if inner.frame() is not scope:
                return None
            match self._fate(module, use):
                case "kept":
                    return None
                case "released":
                    released.add(use)
                case "yielded":
                    yielded = use
                case fate:
                    lent = lent or fate == "lent"
                    plain.append(use)
        return _Uses(frozenset(released), tuple(plain), yielded, lent)

    def _loads(self, module: Module, name: str) -> list[ast.Name]:
        """Where a module reads a name."""
        known = self._read.get(module.path)
        if known is None or known[0] is not module:
            if len(self._read) >= _KEPT:
                self._read.clear()
            known = self._read[module.path] = (module, module.index.nodes(ast.Name), {})
        loads = known[2].get(name)
        if loads is None:
            loads = [use for use in known[1] if use.id == name and use.ctx.__class__ is ast.Load]
            known[2][name] = loads
        return loads

    def _fate(self, module: Module, use: ast.Name, depth: int = 0) -> str:
        """ "released", "kept", "lent" (to a function that may do either), "yielded" or "used"."""
        parents = module.index.parents
        parent = parents.get(use)
        match parent:
            case ast.Attribute(value=value, attr=attr) if value is use:
                above = parents.get(parent)
                if not (isinstance(above, ast.Call) and above.func is parent):
                    return "kept" if attr in _CLOSERS else "used"
                if attr in _CLOSERS:
                    return "released"
                return "kept" if self._leaves_in_query(module, above) else "used"
            case ast.withitem():
                return "released" if not self._is_transaction(Site(module, use)) else "used"
            case ast.Yield():
                return "yielded"
            case ast.Compare() | ast.UnaryOp() | ast.FormattedValue() | ast.Expr() | ast.Await() | ast.Assert():
                return "used"
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if test is use:
                return "used"
            case ast.BoolOp():
                top: ast.AST = parent
                while isinstance(above := parents.get(top), (ast.BoolOp, ast.UnaryOp)):
                    top = above
                return "used" if isinstance(above, (ast.If, ast.While)) else "kept"
            case ast.Call():
                return self._handed(module, parent, use, depth)
            case ast.keyword():
                call = parents.get(parent)
                return self._handed(module, call, use, depth) if isinstance(call, ast.Call) else "kept"
        return "kept"

    def _is_transaction(self, site: Site) -> bool:
        kind = self.types.qualified(self.sites.type(site))
        found = self.sites.type(site)
        names = {kind, str(found[1]) if found is not None and found[0] == "inst" else ""}
        return bool(names & {"sqlite3.Connection", "psycopg2.extensions.connection"})

    def _leaves_in_query(self, module: Module, call: ast.AST) -> bool:
        """`return session.query(User)`: whoever gets the query uses the session."""
        parents = module.index.parents
        top = call
        while True:
            above = parents.get(top)
            if isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is top):
                top = above
                continue
            break
        if not isinstance(above, (ast.Return, ast.Yield)):
            return False
        held = self.statements.value(Site(module, top))
        return held is not None and held.kind == "query"

    def _handed(self, module: Module, call: ast.Call, use: ast.Name, depth: int) -> str:
        site = Site(module, call)
        match call.func:
            case ast.Name(id=name) if (
                name in _HARMLESS and self.types.qualified(self.sites.callee(site)) == f"builtins.{name}"
            ):
                return "used"
            case ast.Attribute(attr=name) if name in _GIVEN_BACK:
                return "released"
            case ast.Attribute(attr=name, value=owner) if name in _TOLD and "log" in ast.unparse(owner).lower():
                return "used"
            case ast.Attribute(attr=name) if name in _TAKING:
                return "kept"
        callee = self.sites.callee(site)
        symbol = self.sessions.runs(callee)
        own = self.sites.function(symbol) if symbol is not None else None
        if symbol is None or own is None or depth > _DEEPEST:
            return "lent"
        inner, node = own
        if isinstance(node, ast.AsyncFunctionDef) and not isinstance(module.index.parents.get(call), ast.Await):
            return "lent"
        given = self.sessions._arguments(node, callee, call)
        names = [name for name, argument in given.items() if argument is use]
        return self._fate_of(symbol, inner, node, names[0], depth) if len(names) == 1 else "lent"

    @remembered(lambda self, symbol, module, node, parameter, depth: (symbol, parameter))
    def _fate_of(self, symbol: str, module: Module, node: FunctionNode, parameter: str, depth: int) -> str:
        key = (symbol, parameter)
        known = self._fates.get(key)
        if known is not None:
            return known
        self._fates[key] = "used"
        scope = module.index.by_node[node]
        found = "used"
        if scope.nodes.get(ast.Yield) or scope.nodes.get(ast.YieldFrom):
            found = "lent"
        for use in self._loads(module, parameter) if found == "used" else ():
            inner = module.index.scope_of(use)
            if scope_binding(module.index, inner, parameter) is not scope:
                continue
            fate = self._fate(module, use, depth + 1) if inner.frame() is scope else "lent"
            if fate in ("kept", "yielded", "lent"):
                found = "lent"
                break
            found = "released" if fate == "released" else found
        self._fates[key] = found
        return found


def _awaited(node: ast.AST) -> ast.AST:
    while isinstance(node, ast.Await):
        node = node.value
    return node


def _holder(module: Module, call: ast.Call) -> ast.AST | None:
    """What takes a new value: an assignment to one variable, a `with`, or an attribute that is read of it."""
    parent = _entered(module, call)
    match parent:
        case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name()):
            return parent
        case ast.withitem(optional_vars=ast.Name()) | ast.Attribute():
            return parent
    return None


def _extent(node: ast.expr) -> tuple[int, int, int | None, int | None]:
    """Where a node starts and ends."""
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _entered(module: Module, call: ast.Call) -> ast.AST | None:
    """What a call stands in: `async with await connect()` like `with connect()`."""
    parents = module.index.parents
    parent = parents.get(call)
    while isinstance(parent, ast.Await):
        parent = parents.get(parent)
    return parent


def _held_as(holder: ast.AST) -> str:
    match holder:
        case (
            ast.Assign(targets=[ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
            | ast.withitem(optional_vars=ast.Name(id=name))
        ):
            return name
    return ""


def _is_used_up(module: Module, attribute: ast.Attribute) -> bool:
    """`SessionLocal().execute(…)`: nobody else has the session."""
    call = module.index.parents.get(attribute)
    return isinstance(call, ast.Call) and attribute.attr in ("execute", "scalars", "scalar", "exec", "commit", "fetch",
                                                              "fetchall", "fetchrow", "fetchval")  # fmt: skip


def _works(module: Module, use: ast.AST) -> bool:
    """Whether a use may send something: a method is called, or it is handed to a function."""
    match module.index.parents.get(use):
        case ast.Call(func=ast.Name(id=name)):
            return name not in _HARMLESS
        case ast.Attribute() | ast.Call() | ast.keyword():
            return True
    return False


def _hands_out(statement: ast.AST) -> bool:
    """Whether a statement is a `yield` of a generator."""
    return isinstance(statement, (ast.Expr, ast.Assign)) and isinstance(statement.value, ast.Yield)


def _is_kept(function: ast.AST, name: str) -> bool:
    """`self.session = session`, `sessions[key] = session`"""
    for node in running(function):
        match node:
            case ast.Assign(targets=targets, value=ast.Name(id=found)) if found == name:
                if any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets):
                    return True
    return False


def _step(module: Module, node: ast.AST) -> ast.AST:
    """The statement, handler or case whose own part a node is."""
    current: ast.AST | None = node
    while current is not None and not isinstance(current, (ast.stmt, ast.ExceptHandler, ast.match_case)):
        current = module.index.parents.get(current)
    return current if current is not None else node


def _excused(module: Module, released: frozenset[ast.AST]) -> frozenset[ast.AST]:
    """The tests of `if session:` and of any `if` in a clean-up below which it is closed: they are taken to hold."""
    found: set[ast.AST] = set()
    for use in released:
        assert isinstance(use, ast.Name)
        tests: list[ast.If] = []
        child: ast.AST = use
        parent = module.index.parents.get(use)
        while parent is not None and not isinstance(parent, FUNCTIONS):
            if isinstance(parent, ast.If):
                tests.append(parent)
                if any(isinstance(node, ast.Name) and node.id == use.id for node in subtree(parent.test)):
                    found.add(parent.test)
            elif isinstance(parent, ast.Try) and child in parent.finalbody:
                found.update(each.test for each in tests)
            child, parent = parent, module.index.parents.get(parent)
    return frozenset(found)


def _passing(released: frozenset[ast.AST], excused: frozenset[ast.AST]) -> Callable[[ast.AST], bool]:
    def passes(part: ast.AST) -> bool:
        return part in excused or any(node in released for node in subtree(part))

    return passes
