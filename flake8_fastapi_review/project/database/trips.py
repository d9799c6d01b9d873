"""How often code goes to the database, those times included that nobody wrote: what is loaded when it is read.

A function is executed in the abstract, with what it calls: which objects there are, what was loaded with them, what
waits to be written, what a commit made forget. Of a branch the larger way counts, ways that end in an error do not; a
loop counts N times, or as often as the list in the code is long. An object is known by the statement that loaded it
and the relationships walked since: all rows of a statement are one.

What SQLAlchemy does was taken from its manual ("Relationship Loading Techniques", "State Management",
"Cascades", "What kinds of attributes may be refreshed") and is checked by tests/test_counted.py, where a
database counts.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from ...module.index import FUNCTIONS, children
from .loading import COLUMNS, EAGER, Loading
from .objects import Frame, LazyRead, Loop, Origin, State
from .sessions import Count
from .sites import Site
from .statements import Given, Statements, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ...module import Module
    from ...module.index import Scope
    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from .reach import Reach
    from .sessions import Execution, Sessions
    from .statements import Statement
    from .tables import Entity, Relationship

Branch = tuple[Count, str, State]
_WALKED = 250
"""So many calls are followed for one function."""
_DEEPEST = 9
_LOOKED_AT = 8
"""The same where reads are looked for and nothing is counted."""
_DEEPEST_LOOK = 3
_LISTS = ("many", "scalars", "query", "rows", "result")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_KEYED = ("sorted", "min", "max")
_SAME_LENGTH = ("enumerate", "list", "tuple", "set", "sorted", "reversed", "iter")
_VALIDATING = ("model_validate", "from_orm", "validate_python", "parse_obj")
_MAKING = ("model_validate", "model_construct", "parse_obj", "from_orm")
"""Class methods that make an object."""
_THREADS = ("asyncio.to_thread", "starlette.concurrency.run_in_threadpool", "anyio.to_thread.run_sync")


class Trips:
    """Walks functions. Made anew for each question."""

    def __init__(
        self,
        sessions: Sessions,
        schemas: Callable[[], Schemas],
        expires: Callable[[Site], bool | None],
        dialects: Callable[[], frozenset[str]],
        reach: Reach,
        follows_all: bool,
        forgets: bool,
    ) -> None:
        """`expires`: whether a session forgets its objects when it commits; `dialects`: of the project's engines;
        without `follows_all` reads are looked for, and nothing is counted; `forgets`: whether there are sessions that
        forget."""
        self._reach = reach
        self._follows_all = follows_all
        self._forgets = forgets
        self._defers = False
        """Whether queries leave columns out."""
        self.sessions = sessions
        self.statements: Statements = sessions.statements
        self.loading = Loading(self.statements.entity)
        self.sites = sessions.sites
        self.types = sessions.types
        self._schemas = schemas
        self._expires = expires
        self._dialects = dialects
        self.count = Count()
        self.reads: list[LazyRead] = []
        self._state = State()
        self._loops: list[Loop] = []
        self._frames: list[Frame] = []
        self._walking: set[str] = set()
        self._walked = 0
        self._answer: Schema | None = None
        self._greenlet = False
        self._showing: ast.AST | None = None
        self._doubts = 0
        """So many conditions of called functions are around, of which it is not known whether they hold."""

    # Functions

    def run(self, module: Module, function: ast.AST, answer: Schema | None = None) -> None:
        """Executes a function; `answer` is what a route makes of what it returns."""
        self._answer = answer
        symbol = self.sites.symbol(module, function)
        self._walking.add(symbol)
        self._body(Site(module, function), function)
        self._walking.discard(symbol)
        self._answer = None

    def _body(self, site: Site, function: ast.AST) -> None:
        body = getattr(function, "body", None)
        self._defers = self._defers or "load_only(" in site.module.text or "defer(" in site.module.text
        if isinstance(body, list):
            self._block(site, body)
        elif isinstance(body, ast.expr):
            self._expr(site.at(body))

    def _walk(
        self, symbol: str, env: tuple[tuple[str, Any], ...], call: ast.AST, given: frozenset[Origin] = frozenset()
    ) -> None:
        """Executes a function that is called."""
        own = self.sites.function(symbol)
        if own is None:
            return
        most, deepest = (_WALKED, _DEEPEST) if self._follows_all else (_LOOKED_AT, _DEEPEST_LOOK)
        if symbol in self._walking or self._walked > most or len(self._frames) >= deepest:
            self._unsure()
            return
        self._walked += 1
        self._walking.add(symbol)
        self._frames.append(Frame(call, symbol.rpartition(":")[2].rpartition(".")[2], len(self._loops), given))
        try:
            self._body(Site(own[0], own[1], env), own[1])
        finally:
            self._frames.pop()
            self._walking.discard(symbol)

    # Counting

    def _add(self, number: int = 1, loops: Iterable[Loop] | None = None) -> None:
        times, rows = number, 0
        for loop in self._loops if loops is None else loops:
            if loop.times is None:
                rows += 1
            else:
                times *= loop.times
        self.count = self.count.plus(Count(times).per_row(rows))

    def _unsure(self) -> None:
        self.count = self.count._replace(exact=False)

    def _apart(self, walk: Callable[[], str]) -> Branch:
        """What one way costs, how it ends, and what is true then; it begins now."""
        count, state = self.count, self._state
        self.count, self._state = Count(), state.copy()
        ends = walk()
        found = self.count, ends, self._state
        self.count, self._state = count, state
        return found

    def _either(self, ways: Sequence[Branch]) -> str:
        """Goes on after one of several ways; those that end in an error are left out."""
        going = [way for way in ways if way[1] != "raise"]
        if not going:
            self._unsure()
            return "raise"
        cost = going[0][0]
        for each in going[1:]:
            cost = cost.or_else(each[0])
        self.count = self.count.plus(cost)
        on = [way for way in going if not way[1]] or going
        self._state = on[0][2]
        for each in on[1:]:
            self._state.join(each[2])
        return "" if any(not way[1] for way in going) else going[0][1]

    # Statements

    def _block(self, site: Site, body: list[ast.stmt]) -> str:
        """ "", or how it ends: "return", "raise", "skip" (the rest of a loop's body)."""
        for position, statement in enumerate(body):
            if isinstance(statement, (ast.If, ast.Match)):
                return self._branches(site, statement, body[position + 1 :])
            ends = self._statement(site, statement)
            if ends:
                return ends
        return ""

    def _branches(self, site: Site, statement: ast.If | ast.Match, rest: list[ast.stmt]) -> str:
        if isinstance(statement, ast.If):
            self._expr(site.at(statement.test))
            holds = self._holds(site.at(statement.test))
            if holds is not None:
                return self._block(site, [*(statement.body if holds else statement.orelse), *rest])
            bodies = [statement.body, statement.orelse]
        else:
            self._expr(site.at(statement.subject))
            bodies = [case.body for case in statement.cases] + [[]]
        ways = [self._apart(partial(self._doubted, partial(self._block, site, body))) for body in bodies]
        early = [way for way in ways if way[1] in ("return", "skip")]
        on = [way for way in ways if not way[1]]
        if not on:
            return self._either(ways)
        if not early:
            self._either(on)
            return self._block(site, rest)

        def going_on() -> str:
            self._either(on)
            return self._block(site, rest)

        return self._either([*early, self._apart(going_on)])

    def _statement(self, site: Site, statement: ast.stmt) -> str:
        match statement:
            case (
                ast.For(iter=iterable, body=body, orelse=orelse) | ast.AsyncFor(iter=iterable, body=body, orelse=orelse)
            ):
                self._looped(site, statement, iterable, lambda: self._block(site, body))
                return self._block(site, orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                with_test = [ast.copy_location(ast.Expr(test), test), *body]
                self._repeated(Loop(statement, None), lambda: self._block(site, with_test))
                return self._block(site, orelse)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                return self._with(site, items, body)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                return self._try(site, body, handlers, orelse, final)
            case ast.Return(value=value):
                if value is not None:
                    self._expr(site.at(value))
                    if self._answer is not None and not self._frames:
                        self._showing = value
                        self._show_expr(site.at(value), self._answer, ())
                        self._showing = None
                return "return"
            case ast.Raise():
                return "raise"
            case ast.Continue() | ast.Break():
                return "skip"
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return ""
            case ast.Assign(targets=targets, value=value):
                self._expr(site.at(value))
                for target in targets:
                    self._store(site.at(target))
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self._expr(site.at(value))
                    self._store(site.at(target))
            case ast.AugAssign(target=target, value=value):
                self._expr(site.at(value))
                self._store(site.at(target))
            case _:
                for child in children(statement):
                    if isinstance(child, ast.expr):
                        self._expr(site.at(child))
        return ""

    def _with(self, site: Site, items: list[ast.withitem], body: list[ast.stmt]) -> str:
        for item in items:
            self._expr(site.at(item.context_expr))
        ends = self._block(site, body)
        for item in items:
            match item.context_expr:
                case ast.Call(func=ast.Attribute(value=owner, attr="begin" | "begin_nested" as name)):
                    if name == "begin_nested":
                        self._flush()
                    elif self.statements.session_kind(site.at(owner)) or self.statements.session_kind(
                        site.at(item.context_expr)
                    ):
                        self._commit(site.at(owner))
        return ends

    def _try(
        self,
        site: Site,
        body: list[ast.stmt],
        handlers: list[ast.ExceptHandler],
        orelse: list[ast.stmt],
        final: list[ast.stmt],
    ) -> str:
        caught = [self._apart(partial(self._block, site, each.body)) for each in handlers]
        ends = self._block(site, body) or self._block(site, orelse)
        for cost, how, _ in caught:
            if how != "raise" and not cost.is_none:
                self.count = self.count.plus(cost._replace(exact=False))
        return self._block(site, final) or ends

    # Loops

    def _looped(self, site: Site, loop: ast.AST, iterable: ast.expr, walk: Callable[[], Any]) -> None:
        self._expr(site.at(iterable))
        self._iterated(site.at(iterable))
        times = self._times(site.at(iterable), loop)
        if times == 1:
            walk()
            return
        self._repeated(Loop(loop, times), walk)

    def _repeated(self, loop: Loop, walk: Callable[[], Any]) -> None:
        self._loops.append(loop)
        try:
            walk()
        finally:
            self._loops.pop()

    def _iterated(self, site: Site) -> None:
        """`for user in session.query(User)` executes it."""
        if not self._follows_all:
            return
        held = self.statements.value(site)
        if held is not None and held.kind == "query":
            self._sent(held.statement, "sync", True)
        elif self.sessions.drivers.words:
            self._sent_by_driver(self.sessions.drivers.gone_over(site))

    def _times(self, site: Site, loop: ast.AST | None = None) -> int | None:
        """How often a loop is run; None: for each of N rows."""
        target = getattr(loop, "target", None)
        if target is not None and self.statements.session_kind(site.at(target)) is not None:
            return 1  # a generator of sessions gives one
        match site.node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return None if any(isinstance(each, ast.Starred) for each in elements) else len(elements)
            case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(number))]):
                return number
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _SAME_LENGTH:
                return self._times(site.at(first))
            case ast.Name():
                bound = self.sites.bindings(site)
                if len(bound) == 1 and bound[0].kind == "assign" and not bound[0].path:
                    inner = bound[0].site
                    if isinstance(inner.node, (ast.Tuple, ast.List)) and not self._grows(site):
                        return self._times(inner)
        return None

    @staticmethod
    def _grows(site: Site) -> bool:
        """Whether something is put into a list after it was made."""
        name = site.node.id if isinstance(site.node, ast.Name) else ""
        return f"{name}.append(" in site.module.text or f"{name}.extend(" in site.module.text

    def _loops_of(self, site: Site, level: int | None = None) -> tuple[Loop, ...]:
        """The loops in which an object is another one each time."""
        level = len(self._frames) if level is None else level
        node = site.node
        while not isinstance(node, ast.Name):
            match node:
                case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
                    node = inner
                case ast.Call(func=ast.Attribute(value=inner)):
                    node = inner
                case _:
                    return tuple(self._loops)
        scope: Scope | None = site.module.index.scope_of(node)
        given = None
        while scope is not None and given is None:
            given = dict(site.env).get(f"{scope.frame().qualname}.{node.id}")
            scope = scope.frame().parent
        if isinstance(given, Given):
            return given.loops
        if isinstance(given, Site) and level > 0:
            return self._loops_of(given, level - 1)
        before = self._frames[level - 1].loops if level > 0 else 0
        upto = self._frames[level].loops if level < len(self._frames) else len(self._loops)
        own: list[Loop] = []
        for bound in self.sites.bindings(site.at(node)):
            if bound.kind == "for":
                own += [each for each in self._loops_of(bound.site, level)[before:] if each not in own]
            for loop in self._loops[before:upto]:
                if loop not in own and loop.node is not None and _is_within(site.module, bound.place, loop.node):
                    own.append(loop)
        return (*self._loops[:before], *own)

    # Expressions

    def _expr(self, site: Site) -> None:
        node = site.node
        match node:
            case ast.Constant() | ast.Name() | ast.Lambda():
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(site, node.generators)
            case ast.Attribute(value=inner):
                self._expr(site.at(inner))
                if isinstance(node.ctx, ast.Load):
                    self._read(site, node)
            case ast.Call(func=function, args=args, keywords=keywords):
                if isinstance(function, ast.Attribute):
                    self._expr(site.at(function.value))
                elif not isinstance(function, ast.Name):
                    self._expr(site.at(function))
                for argument in (*args, *(each.value for each in keywords)):
                    self._expr(site.at(argument))
                self._call(site, node)
            case ast.IfExp(test=test, body=first, orelse=second):
                self._expr(site.at(test))
                self._either([self._apart(partial(self._quiet, site.at(each))) for each in (first, second)])
            case ast.BoolOp(values=[first, *others]):
                self._expr(site.at(first))
                for each in others:
                    cost, _, state = self._apart(partial(self._quiet, site.at(each)))
                    self.count = self.count.plus(cost._replace(exact=cost.exact and cost.is_none))
                    self._state = state
            case _:
                for child in children(node):
                    if isinstance(child, ast.expr):
                        self._expr(site.at(child))

    def _quiet(self, site: Site) -> str:
        def walk() -> str:
            self._expr(site)
            return ""

        return self._doubted(walk)

    def _doubted(self, walk: Callable[[], str]) -> str:
        """Executes what happens under a condition."""
        more = bool(self._frames)
        self._doubts += more
        try:
            return walk()
        finally:
            self._doubts -= more

    def _holds(self, site: Site, depth: int = 0) -> bool | None:
        """Whether a condition on what a called function was given is true."""
        node = site.node
        if not self._frames or depth > 6:
            return None
        match node:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._holds(site.at(operand), depth + 1)
                return None if inner is None else not inner
            case ast.BoolOp(op=op, values=values):
                known = [self._holds(site.at(each), depth + 1) for each in values]
                decisive = isinstance(op, ast.Or)
                if decisive in known:
                    return decisive
                return None if None in known else not decisive
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                given = self._given_to(site.at(left))
                if given is None:
                    return None
                held = None if isinstance(given.node, ast.Constant) else self.statements.value(given)
                if held is None and not isinstance(given.node, ast.Constant):
                    return None
                is_none = held is None and getattr(given.node, "value", 0) is None
                return is_none is isinstance(op, ast.Is)
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, ast.Name() as cls]):
                held, wanted = self.statements.value(site.at(subject)), self.statements.value(site.at(cls))
                if (
                    held is None
                    or held.kind != "one"
                    or held.entity is None
                    or wanted is None
                    or wanted.kind != "class"
                ):
                    return None
                return wanted.entity in self.types.mro(held.entity)
            case ast.Name():
                given = self._given_to(site)
                return bool(given.node.value) if given is not None and isinstance(given.node, ast.Constant) else None
        return None

    def _given_to(self, site: Site, depth: int = 0) -> Site | None:
        """What a parameter of a called function holds: the argument, or its default."""
        node = site.node
        if not isinstance(node, ast.Name):
            return site if isinstance(node, ast.Constant) else None
        bound = self.sites.bindings(site)
        if len(bound) != 1 or depth > 6:
            return None
        if bound[0].kind == "assign" and not bound[0].path:
            given = bound[0].site
            return self._given_to(given, depth + 1) if isinstance(given.node, ast.Name) else given
        function = site.module.index.scope_of(node).frame().node
        if bound[0].kind != "parameter" or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = zip(reversed(positional), reversed(arguments.defaults), strict=False)
        for parameter, default in (*with_default, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
            if parameter.arg == node.id and default is not None:
                return site.at(default)
        return None

    def _comprehension(
        self, site: Site, generators: list[ast.comprehension], then: Callable[[], Any] | None = None
    ) -> None:
        """`then`: what is done for each element, if it is not the element that is made."""
        entered = 0
        for each in generators:
            if then is None:
                self._expr(site.at(each.iter))
                self._iterated(site.at(each.iter))
            times = self._times(site.at(each.iter))
            self._loops.append(Loop(each if times != 1 else None, times))
            entered += 1
            for test in each.ifs if then is None else ():
                self._expr(site.at(test))
        if then is not None:
            then()
        else:
            match site.node:
                case ast.DictComp(key=key, value=value):
                    self._expr(site.at(key))
                    self._expr(site.at(value))
                case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                    self._expr(site.at(element))
        del self._loops[len(self._loops) - entered :]

    # Reads

    def _read(self, site: Site, node: ast.Attribute) -> None:
        if node.attr not in self._reach.names and not self._state.expired and not self._defers:
            return
        held = self.statements.value(site.at(node.value))
        if held is None or held.kind != "one" or held.entity is None or node.attr == "awaitable_attrs":
            return
        waits = isinstance(node.value, ast.Attribute) and node.value.attr == "awaitable_attrs"
        before, self._greenlet = self._greenlet, self._greenlet or waits
        self._touch(held, self._origin(site.at(node.value), held), node.attr, site, self._loops_of(site.at(node.value)))
        self._greenlet = before

    def _touch(self, held: Value, origin: Origin | None, name: str, site: Site, loops: tuple[Loop, ...]) -> None:
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
            self._touch(held, origin, proxy.collection, site, loops)
            inner = entity.relationship(proxy.collection)
            target = self.statements.entity(inner.target) if inner is not None else None
            if inner is not None and target is not None and target.relationship(proxy.attribute) is not None:
                further = Value(
                    "one", ((held.items[0]._replace(entity=inner.target)),), held.statement, (*held.via, inner.name)
                )
                more = (*loops, Loop(None, None)) if inner.uselist else loops
                self._touch(further, origin, proxy.attribute, site, more)
            return
        self._property(held, origin, entity, name, site, loops)

    def _property(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> None:
        """`@property` of a mapped class."""
        found = self.types.members(entity.symbol, name)
        if found is None or found[1] is None:
            return
        for index in found[2]:
            fact = found[1].table[index]
            if fact[0] != "def":
                continue
            symbol = f"{found[1].path}:{fact[1]}"
            own = self.sites.function(symbol)
            if own is not None and _has_decorator(own[1], ("property", "cached_property", "hybrid_property")):
                self._given(symbol, 0, Given(held, origin, loops), site)

    def _given(self, symbol: str, position: int, given: Given, site: Site) -> None:
        """Executes a function with an object for one of its parameters."""
        own = self.sites.function(symbol)
        if own is None:
            return
        parameters = [*own[1].args.posonlyargs, *own[1].args.args]
        if position >= len(parameters):
            return
        qualname = own[0].index.by_node[own[1]].qualname
        loops, self._loops = self._loops, list(given.loops)
        env = ((f"{qualname}.{parameters[position].arg}", given),)
        objects = frozenset((given.origin,)) if given.origin is not None else frozenset()
        self._walk(symbol, env, self._showing or site.node, objects)
        self._loops = loops

    def _forgotten(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> bool:
        """Whether the object is loaded again, since a commit made it forget its values."""
        if origin is None or origin not in self._state.expired or (origin, held.via) in self._state.fresh:
            return False
        self._state.fresh.add((origin, held.via))
        if not self._state.expired[origin]:
            self._unsure()
            return False
        self._lazy(held, origin, entity, name, None, "expired", site, loops)
        self._add(self.loading.eager_of(entity), loops)
        return True

    def _column(
        self, held: Value, origin: Origin | None, entity: Entity, name: str, site: Site, loops: tuple[Loop, ...]
    ) -> None:
        """A column that the query left out."""
        column = entity.column(name)
        key = (origin or (), held.via, name)
        if held.statement is None or column is None or column.primary_key or key in self._state.loaded:
            return
        loads = [
            each
            for each in held.statement.loads
            if each.strategy in COLUMNS and each.path == held.via and each.root in ("*", entity.symbol)
        ]
        left_out = False
        for load in loads:
            if "?" in load.columns:
                return
            if load.strategy == "load_only":
                left_out = name not in load.columns
            elif name in load.columns:
                left_out = load.strategy == "defer"
        if left_out:
            self._state.loaded.add(key)
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
            self._state.fresh.add((origin, (*held.via, relation.name)))
        if key in self._state.loaded:
            return
        if held.statement is None:
            if origin is None or origin not in self._state.flushed or relation.lazy in ("noload", "raise"):
                return
            strategy: str | None = "select"
        else:
            strategy = self.loading.strategy(held.statement, held.via, entity, relation)
            if origin in self._state.expired and strategy in ("joined", *EAGER):
                if not self._state.expired[origin]:
                    self._unsure()
                    return
                strategy = relation.lazy  # what was loaded along is forgotten, too
        if strategy in (None, "dynamic", "write_only", "?") or not entity.complete:
            self._unsure()
            return
        if strategy != "select" or self._is_in_session(held, relation):
            return
        self._state.loaded.add(key)
        is_filled = (entity.symbol, relation.name, origin) in self._state.filled
        if is_filled or self._is_fetched(entity, relation):
            self._unsure()
            return
        if held.statement is None and (origin, relation.name) in self._state.given:
            self._unsure()  # it has the key of an object that somebody holds
            return
        if (
            relation.direction == "many-to-one"
            and held.statement is not None
            and self.loading.is_of_parent(held.statement)
        ):
            self._unsure()  # the rows of one parent, which the session may have
            self._add(1, ())
            return
        self._lazy(held, origin, entity, relation.name, relation, "unloaded", site, loops)
        target = self.statements.entity(relation.target)
        if target is not None:
            self._add(self.loading.eager_of(target), loops)

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
        self._add(1, loops)
        kind = held.statement.ran if held.statement is not None else self._state.known.get(origin or ())
        if kind is None or self._doubts:
            self._unsure()
            return
        if self._frames and self._showing is None and origin not in self._frames[0].given:
            return  # all of it is in the function that is called, and told there
        node = self._showing or (self._frames[0].node if self._frames else site.node)
        names = " → ".join(frame.name for frame in self._frames)
        rows = sum(loop.times is None for loop in loops)
        waits = kind == "async" and not self._greenlet
        place = site.module.path, getattr(site.node, "lineno", 1)
        self.reads.append(
            LazyRead(node, entity, name, relation, reason, waits, rows, self._showing is not None, place, names)
        )

    def _is_in_session(self, held: Value, relation: Relationship) -> bool:
        """Whether the one object that a relationship leads to is there already."""
        if relation.direction != "many-to-one":
            return False
        if relation.target in self._state.kept:
            return True
        if not held.via or held.statement is None:
            return False
        return self.loading.leads_back(held.statement, held.via, relation)

    # Objects

    def _origin(self, site: Site, held: Value) -> Origin | None:
        node = site.node
        if isinstance(node, ast.Name) and site.env:
            given = dict(site.env).get(f"{site.module.index.scope_of(node).frame().qualname}.{node.id}")
            if isinstance(given, Given):
                return given.origin
        if held.statement is not None:
            return _origin_of(held.statement) if self._is_certain(site, held.statement) else None
        made = self._made_by(site, 0)
        return None if made is None else ("new", made.module.path, *_place(made.node))

    def _is_certain(self, site: Site, statement: Statement) -> bool:
        """Whether a name holds what this statement has loaded on all ways."""
        bound = self.sites.bindings(site) if isinstance(site.node, ast.Name) else []
        for each in bound if len(bound) > 1 else ():
            if each.kind == "assign" and not _is_nothing(each.site.node):
                held = self.statements.value(each.site) if not each.path else None
                if held is None or held.statement is None:
                    return False
        return True

    def _made_by(self, site: Site, depth: int) -> Site | None:
        """The call that made an object which no statement has loaded."""
        node = site.node
        if depth > 8:
            return None
        match node:
            case ast.Await(value=inner) | ast.NamedExpr(value=inner) | ast.Subscript(value=inner):
                return self._made_by(site.at(inner), depth + 1)
            case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.List(elts=[inner, *_]):
                return self._made_by(site.at(inner), depth + 1)
            case ast.Name():
                for each in self.sites.bindings(site):
                    if each.kind in ("assign", "for"):
                        found = self._made_by(each.site, depth + 1)
                        if found is not None:
                            return found
            case ast.Call():
                for result in self.sites.results(site):
                    found = self._made_by(result, depth + 1)
                    if found is not None:
                        return found
                made = node.func
                if isinstance(made, ast.Attribute) and made.attr in _MAKING:
                    made = made.value
                held = self.statements.value(site.at(made))
                return site if held is not None and held.kind == "class" else None
        return None

    def _sent(self, statement: Statement | None, kind: str | None, all_kept: bool) -> None:
        self._flush()
        self._add()
        if statement is None:
            return
        if self._follows_all:
            self._add(self.loading.eager(statement))
        self._defers = self._defers or any(load.strategy in COLUMNS for load in statement.loads)
        origin = _origin_of(statement)
        self._fill(statement)
        self._state.known[origin] = kind
        self._state.expired.pop(origin, None)
        if (
            all_kept
            and statement.complete
            and not (statement.filters or statement.limit or statement.offset or statement.joins or statement.opaque)
        ):
            self._state.kept.update(statement.entities)

    def _sent_by_driver(self, statement: Statement | None) -> None:
        if statement is not None:
            self._add()

    def _fill(self, statement: Statement) -> None:
        """Rows that the session has already get what a later statement loads along, or leads to."""
        for load in statement.loads:
            above = self.statements.entity(load.root) or next(
                (self.statements.entity(symbol) for symbol in statement.entities), None
            )
            for name in load.path:
                relation = above.relationship(name) if above is not None else None
                if above is None or relation is None:
                    break
                if load.strategy in ("joined", *EAGER):
                    self._state.filled.update((above.symbol, name, origin) for origin in self._state.known)
                above = self.statements.entity(relation.target)
        for each in statement.filters:
            if each.ref.column is None or not each.ref.column.primary_key or each.function is not None:
                continue
            if each.operator == "in_":
                self._state.fetched.add((each.ref.entity.symbol, "*"))
            elif each.operator == "==" and isinstance(each.value, ast.Attribute):
                self._state.fetched.add((each.ref.entity.symbol, each.value.attr))

    def _is_fetched(self, entity: Entity, relation: Relationship) -> bool:
        """Whether a statement before asked for just what a relationship leads to, by its key."""
        if relation.direction != "many-to-one":
            return False
        keys = [column.attribute for column in entity.columns if column.foreign_keys]
        return any((relation.target, name) in self._state.fetched for name in ("*", *keys))

    # Writing

    def _flush(self) -> None:
        waiting, self._state.pending = self._state.pending, {}
        for (what, symbol), loops in waiting.items():
            common: list[Loop] = []
            for one, other in zip(loops, self._loops, strict=False):
                if one is not other:
                    break
                common.append(one)
            self._add(1, loops if what == "insert" and self._is_sent_singly(symbol) else common)
        for origin in self._state.known:
            if origin[0] == "new":
                self._state.flushed.add(origin)

    def _is_sent_singly(self, symbol: str) -> bool:
        """Whether rows are inserted one by one: SQLite does not tell the keys of several in their order."""
        entity = self.statements.entity(symbol)
        if entity is None or self._dialects() != {"sqlite"}:
            return False
        keys = [column for column in entity.columns if column.primary_key]
        return len(keys) == 1 and keys[0].family == "integer" and keys[0].default is None and not keys[0].foreign_keys

    def _commit(self, session: Site) -> None:
        self._flush()
        expires = self._expires(session)
        if expires is False:
            return
        self._forget(expires is True)

    def _forget(self, sure: bool) -> None:
        self._state.fresh.clear()
        self._state.kept.clear()
        for origin in self._state.known:
            self._state.expired[origin] = sure
        if sure:
            self._state.loaded.clear()
            self._state.filled.clear()
            self._state.fetched.clear()

    def _waits(self, what: str, symbol: str, loops: Iterable[Loop]) -> None:
        self._state.pending.setdefault((what, symbol), tuple(loops))

    def _store(self, site: Site) -> None:
        """A target of an assignment."""
        node = site.node
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for each in elements:
                    self._store(site.at(each))
            case ast.Attribute(value=inner, attr=name):
                self._expr(site.at(inner))
                if not self._follows_all and name not in self._reach.relationships:
                    return
                held = self.statements.value(site.at(inner))
                entity = self.statements.entity(held.entity or "") if held is not None and held.kind == "one" else None
                if held is None or entity is None:
                    return
                origin = self._origin(site.at(inner), held)
                relation = entity.relationship(name)
                if origin is None or (relation is None and entity.column(name) is None):
                    return
                self._state.loaded.add((origin, held.via, name))
                if held.statement is not None or origin in self._state.flushed:
                    self._waits("update", entity.symbol, self._loops)
                elif relation is not None:
                    self._state.loaded.add((origin, held.via, name))
            case ast.Subscript(value=inner, slice=index):
                self._expr(site.at(inner))
                self._expr(site.at(index))

    def _written(self, site: Site, call: ast.Call, name: str, kind: str | None) -> None:
        """`add`, `add_all` and `delete`."""
        if not call.args:
            return
        given = site.at(call.args[0])
        held = self.statements.value(given)
        if held is None or held.entity is None:
            self._unsure()
            return
        if name == "delete":
            self._deleted(site, given, held)
            return
        loops = list(self._loops)
        if held.kind != "one":
            times = self._times(given)
            loops += [Loop(None, times)] if times != 1 else []
        if held.statement is None:
            self._new(given, held.entity, loops, kind)

    def _new(self, site: Site, symbol: str, loops: list[Loop], kind: str | None) -> None:
        """An object becomes part of a session, with those that it was given."""
        made = self._made_by(site, 0)
        self._waits("insert", symbol, loops)
        if made is None:
            return
        origin: Origin = ("new", made.module.path, *_place(made.node))
        self._state.known[origin] = kind
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
                        self._state.given.add((origin, each.name))
            if relation is None:
                continue
            self._state.loaded.add((origin, (), relation.name))
            held = self.statements.value(made.at(keyword.value))
            if held is not None and held.statement is None and held.entity is not None:
                self._waits("insert", held.entity, loops)

    def _deleted(self, site: Site, given: Site, held: Value) -> None:
        """What belongs to a row is loaded before it is deleted."""
        entity = self.statements.entity(held.entity or "")
        if entity is None:
            return
        origin = self._origin(given, held)
        self._waits("delete", entity.symbol, self._loops)
        for relation in entity.relationships:
            if relation.direction == "many-to-one" or relation.viewonly:
                continue
            key = (origin or (), held.via, relation.name)
            strategy = (
                self.loading.strategy(held.statement, held.via, entity, relation)
                if held.statement is not None
                else relation.lazy
            )
            if strategy == "select" and key not in self._state.loaded:
                self._add()
            target = self.statements.entity(relation.target)
            self._waits("delete", f"{relation.secondary or relation.target}", self._loops)
            owned = [] if target is None else [each for each in target.relationships if each.direction != "many-to-one"]
            if relation.secondary is None and "delete" in relation.cascade and owned:
                self._unsure()

    # Calls

    def _call(self, site: Site, call: ast.Call) -> None:
        function = call.func
        direct = self.sessions.direct_call(site, call)
        if direct is not None:
            self._executed(site, call, direct)
            return
        if isinstance(function, ast.Name) and function.id == "setattr" and call.args:
            self._set(site.at(call.args[0]))
            return
        if isinstance(function, ast.Name) and function.id in _KEYED:
            self._keyed(site, call)
            return
        if isinstance(function, ast.Attribute):
            if function.attr == "run_sync" and call.args and self.statements.session_kind(site.at(function.value)):
                before, self._greenlet = self._greenlet, True
                self._passed(site, call, 1)
                self._greenlet = before
                return
            if function.attr in _VALIDATING and call.args:
                self._validated(site, call, function)
                return
            if function.attr in ("append", "add", "extend", "insert") and call.args:
                self._appended(site, call, function)
        callee = self.sites.callee(site)
        if callee is None:
            return
        if callee[0] == "ext" and callee[1] in _THREADS:
            self._passed(site, call, 0)
            return
        symbol = self.sessions.runs(callee)
        if symbol is None or not (self._follows_all or self._reach.matters(symbol)):
            return
        may_forget = self.sessions.touches(symbol) and (self._follows_all or (self._forgets and not self._frames))
        given = self._rows_given(site, call)
        if given and not self._follows_all and self._frames:
            given &= self._frames[0].given  # of other objects nothing is told there
        if not (given or may_forget or (self._follows_all and given is not None)):
            return
        own = self.sites.function(symbol)
        if own is None:
            return
        bound = ("bound", symbol) if callee[0] == "type" else callee
        self._walk(symbol, self.sites.environment(*own, bound, site), call, given or frozenset())

    def _set(self, site: Site) -> None:
        """`setattr(team, name, value)` may set any relationship."""
        held = self.statements.value(site)
        entity = self.statements.entity(held.entity or "") if held is not None and held.kind == "one" else None
        origin = self._origin(site, held) if held is not None else None
        if held is None or entity is None or origin is None:
            return
        self._state.loaded.update((origin, held.via, each.name) for each in entity.relationships)
        if held.statement is not None or origin in self._state.flushed:
            self._waits("update", entity.symbol, self._loops)

    def _rows_given(self, site: Site, call: ast.Call) -> frozenset[Origin] | None:
        """Where the objects of the database come from that a call is given; None if it is given none."""
        given = [*call.args, *(each.value for each in call.keywords)]
        if isinstance(call.func, ast.Attribute):
            given.append(call.func.value)
        found: set[Origin] = set()
        any_given = False
        for each in given:
            held = self.statements.value(site.at(each))
            if held is not None and held.kind in ("one", *_LISTS) and held.items and held.items[0].entity is not None:
                any_given = True
                origin = self._origin(site.at(each), held)
                if origin is not None:
                    found.add(origin)
        return frozenset(found) if any_given else None

    def _passed(self, site: Site, call: ast.Call, skipped: int) -> None:
        """A function that is handed over to be called with the further arguments; `skipped`: parameters before them."""
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Lambda):
            self._expr(site.at(first.body))
            return
        callee = self.sites.type(site.at(first)) if first is not None else None
        symbol = self.sessions.runs(callee)
        own = self.sites.function(symbol) if symbol is not None else None
        if symbol is None or own is None or callee is None:
            self._unsure()
            return
        qualname = own[0].index.by_node[own[1]].qualname
        parameters = [*own[1].args.posonlyargs, *own[1].args.args][skipped + (callee[0] == "bound") :]
        env = [
            (f"{qualname}.{each.arg}", site.at(given)) for each, given in zip(parameters, call.args[1:], strict=False)
        ]
        self._walk(symbol, tuple(env), call)

    def _keyed(self, site: Site, call: ast.Call) -> None:
        """`sorted(teams, key=lambda team: team.country.name)`"""
        key = next((each.value for each in call.keywords if each.arg == "key"), None)
        held = self.statements.value(site.at(call.args[0])) if call.args else None
        element = self.statements.element(held) if held is not None else None
        if not isinstance(key, ast.Lambda) or not key.args.args or element is None or held is None:
            return
        loops = (*self._loops_of(site.at(call.args[0])), Loop(None, None))
        qualname = site.module.index.by_node[key].qualname
        given = Given(element, self._origin(site.at(call.args[0]), element), loops)
        env = (*site.env, (f"{qualname}.{key.args.args[0].arg}", given))
        self._expr(Site(site.module, key.body, env))

    def _appended(self, site: Site, call: ast.Call, function: ast.Attribute) -> None:
        """`team.members.append(Member())`"""
        if not isinstance(function.value, ast.Attribute) or function.value.attr not in self._reach.relationships:
            return
        ref = self.statements.reference(site.at(function.value)) if isinstance(function.value, ast.Attribute) else None
        held = (
            self.statements.value(site.at(call.args[0])) if ref is not None and ref.relationship is not None else None
        )
        if held is not None and held.statement is None and held.entity is not None:
            loops = list(self._loops) + ([] if held.kind == "one" else [Loop(None, None)])
            owner = (
                self.statements.value(site.at(function.value.value))
                if isinstance(function.value, ast.Attribute)
                else None
            )
            kind = owner.statement.ran if owner is not None and owner.statement is not None else None
            self._new(site.at(call.args[0]), held.entity, loops, kind)

    def _executed(self, site: Site, call: ast.Call, direct: Execution) -> None:
        kind = None if direct.is_async is None else "async" if direct.is_async else "sync"
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        match direct.kind:
            case "execute":
                kept = direct.fetches == "all" and _is_kept(site)
                self._sent(direct.statement, kind, kept)
            case "get" if name != "merge":
                self._sent(direct.statement, kind, False)
            case "get":
                self._add()
            case "refresh":
                self._refreshed(site, call)
            case "commit":
                if isinstance(call.func, ast.Attribute):
                    self._commit(site.at(call.func.value))
            case "flush":
                self._flush()
            case "rollback":
                self._state.pending.clear()
                self._forget(True)
            case "expire":
                self._forget(name == "expire_all")
            case "begin":
                if name == "begin_nested":
                    self._flush()
            case "write":
                self._written(site, call, name, kind)

    def _refreshed(self, site: Site, call: ast.Call) -> None:
        """`refresh(team, ["members"])` loads the relationship in a statement of its own."""
        self._flush()
        self._add()
        held = self.statements.value(site.at(call.args[0])) if call.args else None
        entity = self.statements.entity(held.entity or "") if held is not None else None
        if held is None or entity is None:
            return
        origin = self._origin(site.at(call.args[0]), held)
        given = call.args[1] if len(call.args) > 1 else None
        given = next((each.value for each in call.keywords if each.arg == "attribute_names"), given)
        if given is None:
            self._add(self.loading.eager_of(entity))
            if origin is not None:
                self._state.fresh.add((origin, held.via))
                self._state.loaded = {key for key in self._state.loaded if key[:2] != (origin, held.via)}
                along = [each.name for each in entity.relationships if each.lazy in ("joined", *EAGER)]
                self._state.loaded.update((origin, held.via, name) for name in along)
            return
        if not isinstance(given, (ast.List, ast.Tuple, ast.Set)):
            self._unsure()
            return
        for each in given.elts:
            name = each.value if isinstance(each, ast.Constant) else getattr(each, "attr", "")
            relation = entity.relationship(name) if isinstance(name, str) else None
            if relation is not None and relation.lazy != "joined":
                self._add()
            if relation is not None and origin is not None:
                self._state.loaded.add((origin, held.via, relation.name))
            if relation is None and origin is not None:
                self._state.loaded.add((origin, held.via, str(name)))

    # What is answered

    def _validated(self, site: Site, call: ast.Call, function: ast.Attribute) -> None:
        """`TeamOut.model_validate(team)`"""
        owner = self.sites.type(site.at(function.value))
        if owner is None or owner[0] != "type" or ":" not in str(owner[1]):
            return
        symbol = str(owner[1])
        if self.statements.entity(symbol) is not None or self._schemas().kind(symbol) != "pydantic":
            return
        from ..schemas.nodes import Schema

        self._show_expr(site.at(call.args[0]), Schema("model", symbol), ())

    def _show_expr(self, site: Site, schema: Schema, within: tuple[str, ...], depth: int = 0) -> None:
        """A value becomes what the schema says."""
        node = site.node
        if depth > 8:
            return
        match node:
            case ast.Await(value=inner):
                self._show_expr(site.at(inner), schema, within, depth)
                return
            case ast.Dict(keys=keys, values=values):
                self._show_entries(site, schema, keys, values, within, depth)
                return
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                of_each = _element_of(schema)
                for part in elements if of_each is not None else ():
                    self._show_expr(site.at(part), of_each or schema, within, depth + 1)
                return
            case (
                ast.ListComp(elt=element, generators=generators) | ast.GeneratorExp(elt=element, generators=generators)
            ):
                made = _element_of(schema)
                if made is not None:
                    self._comprehension(
                        site, generators, lambda: self._show_expr(site.at(element), made, within, depth + 1)
                    )
                return
            case ast.IfExp(body=first, orelse=second):
                self._show_expr(site.at(first), schema, within, depth + 1)
                self._show_expr(site.at(second), schema, within, depth + 1)
                return
        held = self.statements.value(site)
        if held is not None:
            self._show(held, self._origin(site, held), schema, site, self._loops_of(site), within)
            return
        if isinstance(node, ast.Name):
            for each in self.sites.bindings(site):
                if (
                    each.kind == "assign"
                    and not each.path
                    and isinstance(each.site.node, (ast.Dict, ast.List, ast.ListComp))
                ):
                    self._show_expr(each.site, schema, within, depth + 1)
        elif isinstance(node, ast.Call):
            for result in self.sites.results(site)[:1]:
                if isinstance(result.node, (ast.Dict, ast.List, ast.ListComp, ast.Name)):
                    self._show_expr(result, schema, within, depth + 1)

    def _show_entries(
        self,
        site: Site,
        schema: Schema,
        keys: list[ast.expr | None],
        values: list[ast.expr],
        within: tuple[str, ...],
        depth: int,
    ) -> None:
        member = next((each for each in schema.members if each.kind in ("model", "map")), None)
        model = (
            self._schemas().model(member.name, member.items) if member is not None and member.kind == "model" else None
        )
        for key, value in zip(keys, values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            found = None
            if model is not None:
                found = next((each.type for each in model.fields if name in (each.name, each.read_as)), None)
            elif member is not None and len(member.items) == 2:
                found = member.items[1]
            if found is not None:
                self._show_expr(site.at(value), found, within, depth + 1)

    def _show(
        self,
        held: Value,
        origin: Origin | None,
        schema: Schema,
        site: Site,
        loops: tuple[Loop, ...],
        within: tuple[str, ...],
    ) -> None:
        if len(within) > 6:
            return
        if held.kind in _LISTS:
            inner = _element_of(schema)
            element = self.statements.element(held)
            if held.kind == "query" and held.statement is not None:
                self._sent(held.statement, "sync", False)
            if inner is not None and element is not None and element.kind == "one":
                self._show(element, origin, inner, site, (*loops, Loop(None, None)), within)
            return
        if held.kind != "one" or held.entity is None:
            return
        models = [each for each in schema.members if each.kind == "model"]
        member = models[0] if len(models) == 1 else None  # of several it is not known which it becomes
        entity = self.statements.entity(held.entity)
        if member is None or entity is None or self.statements.entity(member.name) is not None:
            return
        model = self._schemas().model(member.name, member.items)
        if model is None or self._show_by_validator(member.name, Given(held, origin, loops), site):
            return
        for field in model.fields:
            names = [each for each in (field.read_as, field.name) if not field.is_computed]
            name = next((each for each in names if _has(entity, each)), field.name)
            if field.is_computed:
                continue
            self._touch(held, origin, name, site, loops)
            relation = entity.relationship(name)
            if relation is not None and relation.target != "?":
                kind = "many" if relation.uselist else "one"
                items = (held.items[0]._replace(entity=relation.target),)
                further = Value(kind, items, held.statement, (*held.via, name))
                if held.statement is not None or (
                    origin in self._state.flushed and not self._is_held_elsewhere(entity, relation, origin)
                ):
                    self._show(further, origin, field.type, site, loops, (*within, name))

    def _is_held_elsewhere(self, entity: Entity, relation: Relationship, origin: Origin | None) -> bool:
        """Whether what a relationship of a new object leads to was loaded by somebody, who knows with what, or is
        nothing: its lists are empty until somebody fills them."""
        if relation.uselist or (origin, relation.name) in self._state.given:
            self._unsure()
            return True
        return (entity.symbol, relation.name, origin) in self._state.filled

    def _show_by_validator(self, symbol: str, given: Given, site: Site) -> bool:
        """Executes what a model does before it reads the object; whether it reads the object itself then no more."""
        path, _, owner = symbol.rpartition(":")
        module = self.sites.modules.lent(path)
        if module is None or "model_validator" not in module.text:
            return False
        for scope in module.index.scopes:
            if not isinstance(scope.node, FUNCTIONS) or isinstance(scope.node, ast.Lambda):
                continue
            if scope.qualname.rpartition(".")[0] != owner or not _is_before_validator(scope.node):
                continue
            self._given(f"{path}:{scope.qualname}", 1, given, site)
            parameter = scope.node.args.args[1].arg if len(scope.node.args.args) > 1 else ""
            returned = [each.value for each in scope.nodes.get(ast.Return, ())]
            return not any(isinstance(each, ast.Name) and each.id == parameter for each in returned)
        return False


def _is_nothing(node: ast.AST) -> bool:
    """`None`, `[]`: what a name holds until it has a value."""
    return (isinstance(node, ast.Constant) and node.value is None) or (isinstance(node, ast.List) and not node.elts)


def _has(entity: Entity, name: str) -> bool:
    return entity.column(name) is not None or entity.relationship(name) is not None


def _element_of(schema: Schema) -> Schema | None:
    found = next((each for each in schema.members if each.kind == "array" and each.items), None)
    return found.items[0] if found is not None else None


def _is_before_validator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Name(id="model_validator") | ast.Attribute(attr="model_validator"), keywords=keywords
            ):
                return any(isinstance(each.value, ast.Constant) and each.value.value == "before" for each in keywords)
    return False


def _has_decorator(function: ast.AST, names: tuple[str, ...]) -> bool:
    for each in getattr(function, "decorator_list", ()):
        name = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        if name in names:
            return True
    return False


def _is_kept(site: Site) -> bool:
    """Whether a variable holds the rows: what nobody holds, the session forgets."""
    node: ast.AST | None = site.node
    while node is not None and not isinstance(node, ast.stmt):
        node = site.module.index.parents.get(node)
    return isinstance(node, (ast.Assign, ast.AnnAssign))


def _is_within(module: Module, node: ast.AST, outer: ast.AST) -> bool:
    parents = module.index.parents
    current: ast.AST | None = node
    while current is not None:
        if current is outer:
            return True
        current = parents.get(current)
    return False


def _place(node: ast.AST) -> tuple[int, int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)


def _origin_of(statement: Statement) -> Origin:
    return ("sent", statement.path, *_place(statement.node))
