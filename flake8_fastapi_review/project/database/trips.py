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

from ...module.index import children
from .conditions import Conditions
from .course import Course
from .loading import Loading
from .looping import Looping
from .objects import Frame, Loop
from .origins import KEYED, VALIDATING, Origins, parameter
from .reads import Reads
from .sending import Sending
from .shown import Shown
from .sites import Site
from .writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module import Module
    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from .objects import LazyRead, Origin
    from .reach import Reach
    from .sessions import Count, Sessions
    from .statements import Given

_WALKED = 250
"""So many calls are followed for one function."""
_DEEPEST = 9
_LOOKED_AT = 8
"""The same where reads are looked for and nothing is counted."""
_DEEPEST_LOOK = 3
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
        self.sessions = sessions
        self.statements = sessions.statements
        self.sites = sessions.sites
        self.origins = Origins(self.sites, self.statements)
        self._reach = reach
        self._follows_all = follows_all
        self._forgets = forgets
        self._walking: set[str] = set()
        self._walked = 0
        self._answer: Schema | None = None
        loading = Loading(self.statements.entity)
        self._course = course = Course()
        self._looping = looping = Looping(self.sites, self.statements, course)
        self._conditions = Conditions(self.sites, self.statements, course)
        self._reads = Reads(self.origins, loading, looping, reach, course)
        self._writing = Writing(self.origins, loading, looping, reach, course, dialects, follows_all)
        self._sending = Sending(self.origins, loading, self._writing, course, expires, follows_all)
        self._shown = Shown(self.origins, looping, self._reads, self._sending, schemas, course)

    @property
    def count(self) -> Count:
        """The statements that were sent."""
        return self._course.count

    @property
    def reads(self) -> list[LazyRead]:
        """The reads that have sent some."""
        return self._reads.found

    # Functions

    def run(self, module: Module, function: ast.AST, answer: Schema | None = None) -> None:
        """Executes a function; `answer` is what a route makes of what it returns."""
        self._answer = answer
        symbol = self.sites.symbol(module, function)
        self._walking.add(symbol)
        self._course.executing = self
        try:
            self._body(Site(module, function), function)
        finally:
            self._course.executing = None
        self._walking.discard(symbol)
        self._answer = None

    def _body(self, site: Site, function: ast.AST) -> None:
        body = getattr(function, "body", None)
        self._course.leaves_out = (
            self._course.leaves_out or "load_only(" in site.module.text or "defer(" in site.module.text
        )
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
        if symbol in self._walking or self._walked > most or len(self._course.frames) >= deepest:
            self._course.unsure()
            return
        self._walked += 1
        self._walking.add(symbol)
        self._course.frames.append(
            Frame(call, symbol.rpartition(":")[2].rpartition(".")[2], len(self._course.loops), given)
        )
        try:
            self._body(Site(own[0], own[1], env), own[1])
        finally:
            self._course.frames.pop()
            self._walking.discard(symbol)

    def enter(self, symbol: str, position: int, given: Given, site: Site) -> None:
        """Executes a function with an object for one of its parameters."""
        own = self.sites.function(symbol)
        if own is None:
            return
        env = parameter(*own, position, given)
        if not env:
            return
        loops, self._course.loops = self._course.loops, list(given.loops)
        objects = frozenset((given.origin,)) if given.origin is not None else frozenset()
        self._walk(symbol, env, self._reads.showing or site.node, objects)
        self._course.loops = loops

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
            holds = self._conditions.holds(site.at(statement.test))
            if holds is not None:
                return self._block(site, [*(statement.body if holds else statement.orelse), *rest])
            bodies = [statement.body, statement.orelse]
        else:
            self._expr(site.at(statement.subject))
            bodies = [case.body for case in statement.cases] + [[]]
        ways = [self._course.apart(partial(self._course.doubted, partial(self._block, site, body))) for body in bodies]
        early = [way for way in ways if way[1] in ("return", "skip")]
        on = [way for way in ways if not way[1]]
        if not on:
            return self._course.either(ways)
        if not early:
            self._course.either(on)
            return self._block(site, rest)

        def going_on() -> str:
            self._course.either(on)
            return self._block(site, rest)

        return self._course.either([*early, self._course.apart(going_on)])

    def _statement(self, site: Site, statement: ast.stmt) -> str:
        match statement:
            case (
                ast.For(iter=iterable, body=body, orelse=orelse) | ast.AsyncFor(iter=iterable, body=body, orelse=orelse)
            ):
                self._looped(site, statement, iterable, lambda: self._block(site, body))
                return self._block(site, orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                with_test = [ast.copy_location(ast.Expr(test), test), *body]
                self._course.repeated(Loop(statement, None), lambda: self._block(site, with_test))
                return self._block(site, orelse)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                return self._with(site, items, body)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                return self._try(site, body, handlers, orelse, final)
            case ast.Return(value=value):
                if value is not None:
                    self._expr(site.at(value))
                    if self._answer is not None and not self._course.frames:
                        self._shown.returned(site.at(value), self._answer)
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
                        self._writing.flush()
                    elif self.statements.session_kind(site.at(owner)) or self.statements.session_kind(
                        site.at(item.context_expr)
                    ):
                        self._sending.commit(site.at(owner))
        return ends

    def _try(
        self,
        site: Site,
        body: list[ast.stmt],
        handlers: list[ast.ExceptHandler],
        orelse: list[ast.stmt],
        final: list[ast.stmt],
    ) -> str:
        caught = [self._course.apart(partial(self._block, site, each.body)) for each in handlers]
        ends = self._block(site, body) or self._block(site, orelse)
        for cost, how, _ in caught:
            if how != "raise" and not cost.is_none:
                self._course.count = self._course.count.plus(cost._replace(exact=False))
        return self._block(site, final) or ends

    # Loops

    def _looped(self, site: Site, loop: ast.AST, iterable: ast.expr, walk: Callable[[], Any]) -> None:
        self._expr(site.at(iterable))
        self._iterated(site.at(iterable))
        times = self._looping.times(site.at(iterable), loop)
        if times == 1:
            walk()
            return
        self._course.repeated(Loop(loop, times), walk)

    def _iterated(self, site: Site) -> None:
        """`for user in session.query(User)` executes it."""
        if not self._follows_all:
            return
        held = self.statements.value(site)
        if held is not None and held.kind == "query":
            self._sending.sent(held.statement, "sync", True)
        elif self.sessions.drivers.words and self.sessions.drivers.gone_over(site) is not None:
            self._course.add()

    # Expressions

    def _expr(self, site: Site) -> None:
        node = site.node
        match node:
            case ast.Constant() | ast.Name() | ast.Lambda():
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self.comprehension(site, node.generators)
            case ast.Attribute(value=inner):
                self._expr(site.at(inner))
                if isinstance(node.ctx, ast.Load):
                    self._reads.read(site, node)
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
                self._course.either(
                    [self._course.apart(partial(self._quiet, site.at(each))) for each in (first, second)]
                )
            case ast.BoolOp(values=[first, *others]):
                self._expr(site.at(first))
                for each in others:
                    cost, _, state = self._course.apart(partial(self._quiet, site.at(each)))
                    self._course.count = self._course.count.plus(cost._replace(exact=cost.exact and cost.is_none))
                    self._course.state = state
            case _:
                for child in children(node):
                    if isinstance(child, ast.expr):
                        self._expr(site.at(child))

    def _quiet(self, site: Site) -> str:
        def walk() -> str:
            self._expr(site)
            return ""

        return self._course.doubted(walk)

    def comprehension(
        self, site: Site, generators: list[ast.comprehension], then: Callable[[], Any] | None = None
    ) -> None:
        """`then`: what is done for each element, if it is not the element that is made."""
        entered = 0
        for each in generators:
            if then is None:
                self._expr(site.at(each.iter))
                self._iterated(site.at(each.iter))
            times = self._looping.times(site.at(each.iter))
            self._course.loops.append(Loop(each if times != 1 else None, times))
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
        del self._course.loops[len(self._course.loops) - entered :]

    def _store(self, site: Site) -> None:
        """A target of an assignment."""
        node = site.node
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for each in elements:
                    self._store(site.at(each))
            case ast.Attribute(value=inner, attr=name):
                self._expr(site.at(inner))
                self._writing.stored(site.at(inner), name)
            case ast.Subscript(value=inner, slice=index):
                self._expr(site.at(inner))
                self._expr(site.at(index))

    # Calls

    def _call(self, site: Site, call: ast.Call) -> None:
        function = call.func
        direct = self.sessions.direct_call(site, call)
        if direct is not None:
            self._sending.executed(site, call, direct)
            return
        if isinstance(function, ast.Name) and function.id == "setattr" and call.args:
            self._writing.set(site.at(call.args[0]))
            return
        if isinstance(function, ast.Name) and function.id in KEYED:
            if call.args:
                loops = (*self._looping.of(site.at(call.args[0])), Loop(None, None))
                body = self.origins.keyed(site, call, loops)
                if body is not None:
                    self._expr(body)
            return
        if isinstance(function, ast.Attribute):
            if function.attr == "run_sync" and call.args and self.statements.session_kind(site.at(function.value)):
                before, self._reads.greenlet = self._reads.greenlet, True
                self._passed(site, call, 1)
                self._reads.greenlet = before
                return
            if function.attr in VALIDATING and call.args:
                self._shown.validated(site, call, function)
                return
            if function.attr in ("append", "add", "extend", "insert") and call.args:
                self._writing.appended(site, call, function)
        callee = self.sites.callee(site)
        if callee is None:
            return
        if callee[0] == "ext" and callee[1] in _THREADS:
            self._passed(site, call, 0)
            return
        symbol = self.sessions.runs(callee)
        if symbol is None or not (self._follows_all or self._reach.matters(symbol)):
            return
        may_forget = self.sessions.touches(symbol) and (
            self._follows_all or (self._forgets and not self._course.frames)
        )
        given = self.origins.handed(site, call)
        if given and not self._follows_all and self._course.frames:
            given &= self._course.frames[0].given  # of other objects nothing is told there
        if not (given or may_forget or (self._follows_all and given is not None)):
            return
        own = self.sites.function(symbol)
        if own is None:
            return
        bound = ("bound", symbol) if callee[0] == "type" else callee
        self._walk(symbol, self.sites.environment(*own, bound, site), call, given or frozenset())

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
            self._course.unsure()
            return
        qualname = own[0].index.by_node[own[1]].qualname
        parameters = [*own[1].args.posonlyargs, *own[1].args.args][skipped + (callee[0] == "bound") :]
        env = [
            (f"{qualname}.{each.arg}", site.at(given)) for each, given in zip(parameters, call.args[1:], strict=False)
        ]
        self._walk(symbol, tuple(env), call)
