"""Control flow inside one function: which statements can follow which, and by which ways control leaves.

A graph is made of statements. A simple statement is one step; a compound one contributes its header (the
test of an `if`, the iterable of a `for`, the items of a `with` ...), its handlers and its cases, and the
statements of its bodies. Three kinds of edges join them:

- normal ones: the statement completed;
- errors: the statement may raise (it calls, awaits, yields, subscripts, reads an attribute, unpacks, imports,
  asserts or divides), and control goes to the handlers that may catch it, or out of the function. `raise` and calls
  that never return have only these;
- the way through `finally`: its body is laid out once for each place that control goes to afterwards (the next
  statement, `return`, `break`, an exception on its way out), as the interpreter does it, so that no question is
  answered by a path that begins with an exception and ends behind the `try` as if nothing had happened.

What is assumed: an ordinary statement raises an ordinary exception, which `except Exception` catches;
`while True` and `if` over a constant are decided; other tests may go either way each time they run; two tests
of the same variable are not connected. A `with` lets exceptions pass unless `swallows` says otherwise.

Nothing here knows names or other modules. What needs them is asked through the callbacks of `Flow`.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Literal

from ..records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Predicate = Callable[[ast.AST], bool]

END, RETURN, ERROR, BREAK, CONTINUE = range(5)
"""The nodes by which control leaves; BREAK and CONTINUE only where a list was cut out of its loop."""

TRY: tuple[type[ast.AST], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))
"""`try` with `except`, and with `except*` where Python has it."""
_RAISING = (ast.Call, ast.Attribute, ast.Subscript, ast.Await, ast.Yield, ast.YieldFrom, ast.Raise, ast.Assert,
            ast.Import, ast.ImportFrom, ast.Div, ast.Mod, ast.FloorDiv, ast.AsyncFor, ast.AsyncWith)  # fmt: skip
_CLOSED = (ast.Lambda, ast.GeneratorExp, ast.expr_context)
"""What is not looked into: the insides of the first two do not run when they are evaluated."""

_STOPS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "assert_never", "typing.assert_never",
                    "typing_extensions.assert_never", "pytest.fail", "pytest.skip", "pytest.exit"})  # fmt: skip
_NOT_EXCEPTIONS = frozenset({"BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit", "CancelledError"})
"""Leaf names of what `except Exception` does not catch."""


class Exit(NamedTuple):
    """One way out."""

    kind: Literal["end", "return", "raise", "error", "break", "continue"]
    """`raise`: a statement that always raises; `error`: one that may; `end`: behind the last statement."""
    statement: ast.AST | None
    """What leaves: the `return`, the `raise`, the statement that may raise ...; for `end` the last statement."""


def parts(step: ast.AST) -> tuple[ast.AST, ...]:
    """What runs when `step` itself runs, without the blocks below it.

    A simple statement is its own only part. `If`, `While`: the test. `For`: iterable and target. `With`: the items.
    `Match`: the subject. `match_case`: pattern and guard. `ExceptHandler`: the type. A `def`: decorators and defaults.
    A class: decorators, bases, keywords and body. `Try`: nothing.
    """
    match step:
        case ast.If(test=test) | ast.While(test=test):
            return (test,)
        case ast.For(iter=source, target=target) | ast.AsyncFor(iter=source, target=target):
            return (source, target)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return tuple(items)
        case ast.Match(subject=subject):
            return (subject,)
        case ast.match_case(pattern=pattern, guard=guard):
            return (pattern,) if guard is None else (pattern, guard)
        case ast.ExceptHandler(type=kind):
            return () if kind is None else (kind,)
        case (
            ast.FunctionDef(decorator_list=decorators, args=args)
            | ast.AsyncFunctionDef(decorator_list=decorators, args=args)
        ):
            return (*decorators, *args.defaults, *(default for default in args.kw_defaults if default is not None))
        case ast.ClassDef(decorator_list=decorators, bases=bases, keywords=keywords, body=body):
            return (*decorators, *bases, *keywords, *body)
    return () if isinstance(step, TRY) else (step,)


def catches(handler: ast.ExceptHandler, raised: str | None) -> bool | None:
    """Whether `handler` catches the exception class with the leaf name `raised` (None: some ordinary exception).

    None means "perhaps". Only names are compared: classes are followed to their bases among the builtins alone.
    """
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    answers = [_covers(_leaf(kind), raised) for kind in kinds]
    if True in answers:
        return True
    return None if None in answers else False


def never_returns_by_name(call: ast.Call) -> bool:
    """The default of `Flow`'s callback: `sys.exit` and its like, as they are usually written."""
    return _dotted(call.func) in _STOPS


def swallows_by_name(item: ast.withitem) -> bool:
    """The default of `Flow`'s callback: `contextlib.suppress` and `pytest.raises`, as they are usually written."""
    match item.context_expr:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ("suppress", "raises", "assertRaises")
    return False


class Flow:
    """The control flow of a function's body, or of any list of statements taken alone.

    The graph is built on the first question. A step is a statement, an `ExceptHandler` or a `match_case` of the body;
    steps of nested functions and classes are not part of it. A `predicate` is called with the `parts` of steps, so
    that it can look at everything below what it is given; it is called at most once for each step and question.
    """

    __slots__ = (
        "_again",
        "_always",
        "_body",
        "_code",
        "_entry",
        "_errors",
        "_lists",
        "_live",
        "_never_returns",
        "_next",
        "_nodes",
        "_scopes",
        "_swallows",
    )

    def __init__(
        self,
        of: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | Sequence[ast.stmt],
        *,
        never_returns: Callable[[ast.Call], bool] = never_returns_by_name,
        swallows: Callable[[ast.withitem], bool] = swallows_by_name,
    ) -> None:
        """`never_returns` knows calls that always raise or exit, `swallows` context managers that stop exceptions."""
        match of:
            case ast.Lambda(body=body):
                self._body: list[ast.AST] = [body]
            case ast.FunctionDef(body=statements) | ast.AsyncFunctionDef(body=statements):
                self._body = list(statements)
            case _:
                self._body = list(of)
        self._never_returns = never_returns
        self._swallows = swallows
        self._entry = -1
        self._lists: dict[tuple[int, int], Flow] = {}

    # Questions

    def falls_through(self, statements: Sequence[ast.stmt]) -> bool:
        """Whether control can reach the end of this list of statements and go on behind it."""
        return any(way.kind == "end" for way in self.part(statements).exits())

    def part(self, statements: Sequence[ast.stmt]) -> Flow:
        """The flow of one block alone (the body of a handler, of a loop ...): what leaves the block leaves the flow."""
        if not statements:
            return Flow(statements)
        key = (id(statements[0]), len(statements))
        if key not in self._lists:
            self._lists[key] = Flow(statements, never_returns=self._never_returns, swallows=self._swallows)
        return self._lists[key]

    def exits(
        self, start: ast.AST | None = None, predicate: Predicate | None = None, *, errors: bool = False
    ) -> list[Exit]:
        """The ways out that can be reached after `start` (None: from the beginning) without passing `predicate`.

        Exceptions are followed into handlers. One that leaves from a statement that merely may raise is listed only
        with `errors`. In source order, the end last.
        """
        passed = self._passing(predicate)
        found: set[Exit] = set()
        stack: list[tuple[int, ast.AST | None, Exit | None]] = [(node, None, None) for node in self._starts(start)]
        seen = set(stack)
        while stack:
            node, jump, error = stack.pop()
            if node <= CONTINUE:
                found.add(self._exit(node, jump, error))
                continue
            if passed(node):
                continue
            code = self._code[node]
            if isinstance(code, ast.ExceptHandler):
                error = None
            if isinstance(code, (ast.Return, ast.Break, ast.Continue, ast.expr)):
                jump = code
            failure = Exit("raise" if node in self._always else "error", code) if self._errors[node] else None
            states = [(after, jump, failure) for after in self._errors[node]]
            states += [(after, jump, error) for after in self._next[node]]
            for state in states:
                if state not in seen:
                    seen.add(state)
                    stack.append(state)
        return sorted((way for way in found if errors or way.kind != "error"), key=_place)

    def always_passes(
        self,
        start: ast.AST | None,
        predicate: Predicate,
        *,
        to: ast.AST | Literal["exit", "normal-exit"] = "exit",
        errors: bool = True,
        completed: bool = False,
        decided: Callable[[ast.AST], bool | None] | None = None,
    ) -> bool:
        """Whether every path from after `start` (None: the beginning) to `to` passes a step with `predicate`.

        `to` is "exit" (every way out), "normal-exit" (exceptions that leave are no matter, those that are handled are)
        or a step, whose own parts do not count. Without `errors` only statements that always raise do raise.
        True where there is no such path. For an acquired resource: `always_passes(acquire, releases)`. With `completed`
        a step that raises has not been passed: the ways through the handlers of its error are followed. `decided` knows
        how tests of `if` come out on the ways that count; None: either way.
        """
        self._build()
        goals = set(self._ids(to)) if isinstance(to, ast.AST) else {END, RETURN, BREAK, CONTINUE}
        if to == "exit":
            goals.add(ERROR)
        passed = self._passing(predicate)
        stack = self._starts(start)
        seen = set(stack)
        while stack:
            node = stack.pop()
            if node in goals:
                return False
            if passed(node):
                if not completed:
                    continue
                onward: Iterable[int] = self._errors[node]
            else:
                onward = self._after(node, errors=errors)
                test = self._code[node] if decided is not None and node > CONTINUE else None
                if decided is not None and isinstance(test, ast.If) and len(self._next[node]) == 2:
                    outcome = decided(test.test)
                    if outcome is not None:
                        other = self._next[node][1 if outcome else 0]
                        onward = [after for after in onward if after != other or other in self._errors[node]]
            for after in onward:
                if after not in seen:
                    seen.add(after)
                    stack.append(after)
        return True

    def can_reach(self, first: ast.AST | None, second: ast.AST) -> bool:
        """Whether `second` can run after `first` (None: at all), also in a later round of a loop."""
        goals = set(self._ids(second))
        starts = (
            [self._entry]
            if first is None
            else [after for node in self._ids(first) for after in self._after(node, errors=True)]
        )
        return not goals.isdisjoint(self._reached(starts))

    def dominates(self, first: ast.AST, second: ast.AST) -> bool:
        """Whether every path to `second` goes through `first`, completed or not. False for dead code."""
        goals = set(self._ids(second))
        if not goals:
            return False
        barrier = frozenset(self._ids(first))
        if self._entry in barrier:
            return True
        return goals <= barrier or goals.isdisjoint(self._reached([self._entry], barrier=barrier) - barrier)

    def before(self, first: ast.AST, second: ast.AST) -> bool:
        """Whether `first` can run before `second` in the same round of the loops around them."""
        goals = set(self._ids(second))
        starts = [after for node in self._ids(first) for after in self._after(node, errors=True)]
        return not goals.isdisjoint(self._reached(starts, rounds=False))

    def exception_handlers(self, step: ast.AST) -> list[ast.ExceptHandler]:
        """The handlers that may see an exception raised by `step`, nearest first, up to one that surely catches it."""
        self._build()
        scope = self._scopes.get(step)
        return [] if scope is None else scope.catchers(_raised(step))

    # Walking

    def _passing(self, predicate: Predicate | None) -> Callable[[int], bool]:
        if predicate is None:
            return lambda _node: False
        known: dict[ast.AST, bool] = {}

        def passed(node: int) -> bool:
            code = self._code[node] if node > CONTINUE else None
            if code is None:
                return False
            answer = known.get(code)
            if answer is None:
                answer = known[code] = any(predicate(part) for part in parts(code))
            return answer

        return passed

    def _exit(self, node: int, jump: ast.AST | None, error: Exit | None) -> Exit:
        match node:
            case _ if node == ERROR and error is not None:
                return error
            case _ if node == RETURN:
                return Exit("return", jump)
            case _ if node == BREAK:
                return Exit("break", jump)
            case _ if node == CONTINUE:
                return Exit("continue", jump)
        return Exit("end" if node == END else "error", self._body[-1] if self._body else None)

    def _ids(self, step: ast.AST) -> list[int]:
        """The nodes of `step` that can be reached at all."""
        self._build()
        return [node for node in self._nodes.get(step, ()) if node in self._live]

    def _starts(self, start: ast.AST | None) -> list[int]:
        """Where control is once `start` has completed."""
        self._build()
        if start is None:
            return [self._entry]
        return list(dict.fromkeys(after for node in self._ids(start) for after in self._next[node]))

    def _after(self, node: int, *, errors: bool) -> Iterable[int]:
        if node <= CONTINUE:
            return ()
        return (*self._next[node], *self._errors[node]) if errors or node in self._always else self._next[node]

    def _reached(
        self, starts: Iterable[int], *, barrier: frozenset[int] = frozenset(), rounds: bool = True
    ) -> set[int]:
        """All nodes on paths from `starts` that do not go on behind a node of `barrier`, or into a new round."""
        stack = list(starts)
        seen = set(stack)
        while stack:
            node = stack.pop()
            if node in barrier or (node in self._again and not rounds):
                continue
            for after in self._after(node, errors=True):
                if after not in seen:
                    seen.add(after)
                    stack.append(after)
        return seen

    # Building, from the end to the beginning: a step is made when the node that follows it is known

    def _build(self) -> None:
        if self._entry >= 0:
            return
        self._code: list[ast.AST | None] = [None] * 5
        self._next: list[tuple[int, ...]] = [()] * 5
        self._errors: list[tuple[int, ...]] = [()] * 5
        self._nodes: dict[ast.AST, list[int]] = {}
        self._scopes: dict[ast.AST, _Scope] = {}
        self._again: set[int] = set()
        self._always: set[int] = set()
        self._live: set[int] = set()
        self._entry = self._block(self._body, END, _Scope())
        self._live = self._reached([self._entry])

    def _node(self, code: ast.AST | None, after: tuple[int, ...], errors: tuple[int, ...] = ()) -> int:
        node = len(self._code)
        self._code.append(code)
        self._next.append(after)
        self._errors.append(errors)
        if code is not None:
            self._nodes.setdefault(code, []).append(node)
        return node

    def _step(self, code: ast.AST, after: tuple[int, ...], scope: _Scope) -> int:
        """A node for `code` with the error edges that its parts ask for."""
        self._scopes.setdefault(code, scope)
        raising = isinstance(code, (ast.AsyncFor, ast.AsyncWith)) or any(_may_raise(part) for part in parts(code))
        return self._node(code, after, scope.unwind(None) if raising else ())

    def _block(self, statements: Sequence[ast.AST], follow: int, scope: _Scope) -> int:
        for statement in reversed(statements):
            follow = self._statement(statement, follow, scope)
        return follow

    def _statement(self, code: ast.AST, follow: int, scope: _Scope) -> int:
        match code:
            case ast.Return():
                return self._step(code, (scope.jump(RETURN),), scope)
            case ast.Break() | ast.Continue():
                return self._step(code, (scope.jump(BREAK if isinstance(code, ast.Break) else CONTINUE),), scope)
            case ast.Raise():
                return self._raise(code, scope)
            case ast.If():
                return self._if(code, follow, scope)
            case ast.While() | ast.For() | ast.AsyncFor():
                return self._loop(code, follow, scope)
            case ast.With() | ast.AsyncWith():
                inner = _Swallowing(scope, follow) if any(map(self._swallows, code.items)) else scope
                return self._step(code, (self._block(code.body, follow, inner),), scope)
            case ast.Match():
                return self._match(code, follow, scope)
            case ast.Assert(test=ast.Constant(value=value)) if not value:
                return self._raise(code, scope)
            case ast.expr():  # the body of a lambda
                return self._step(code, (RETURN,), scope)
        if isinstance(code, TRY):
            return self._try(code, follow, scope)
        if (call := _outermost_call(code)) is not None and self._never_returns(call):
            return self._raise(code, scope)
        return self._step(code, (follow,), scope)

    def _raise(self, code: ast.AST, scope: _Scope) -> int:
        self._scopes.setdefault(code, scope)
        node = self._node(code, (), scope.unwind(_raised(code)))
        self._always.add(node)
        return node

    def _if(self, code: ast.If, follow: int, scope: _Scope) -> int:
        chain = [code]
        while len(chain[-1].orelse) == 1 and isinstance(link := chain[-1].orelse[0], ast.If):
            chain.append(link)  # a long `elif` chain must not become deep recursion
        other = self._block(chain[-1].orelse, follow, scope)
        for link in reversed(chain):
            body = self._block(link.body, follow, scope)
            match link.test:
                case ast.Constant(value=value):
                    other = self._step(link, (body if value else other,), scope)
                case _:
                    other = self._step(link, (body, other), scope)
        return other

    def _loop(self, code: ast.While | ast.For | ast.AsyncFor, follow: int, scope: _Scope) -> int:
        done = self._block(code.orelse, follow, scope)
        again = self._node(None, ())
        self._again.add(again)
        body = self._block(code.body, again, _Loop(scope, follow, again))
        match code:
            case ast.While(test=ast.Constant(value=value)):
                after: tuple[int, ...] = (body,) if value else (done,)
            case _:
                after = (body, done)
        header = self._step(code, after, scope)
        self._next[again] = (header,)
        return header

    def _match(self, code: ast.Match, follow: int, scope: _Scope) -> int:
        other = follow
        for case in reversed(code.cases):
            body = self._block(case.body, follow, scope)
            certain = case.guard is None and _irrefutable(case.pattern)
            other = self._step(case, (body,) if certain else (body, other), scope)
        return self._step(code, (other,), scope)

    def _try(self, code: ast.AST, follow: int, scope: _Scope) -> int:
        body, handlers, orelse, final = code.body, code.handlers, code.orelse, code.finalbody  # type: ignore[attr-defined]
        outside, after = scope, follow
        if final:
            outside = cleanup = _Finally(scope, self, final)
            after = cleanup.through(follow)
        caught: list[tuple[ast.ExceptHandler, int]] = []
        for handler in reversed(handlers):
            # `except*`: one group can go through several handlers in turn
            leave = (
                after
                if isinstance(code, ast.Try) or not caught
                else self._node(None, (after, *(node for _, node in caught)))
            )
            entry = self._block(handler.body, leave, outside)
            caught.insert(0, (handler, self._step(handler, (entry,), outside)))
        otherwise = self._block(orelse, after, outside)
        self._scopes.setdefault(code, scope)
        return self._node(code, (self._block(body, otherwise, _Handlers(outside, caught) if caught else outside),))


class _Scope:
    """Where jumps and exceptions go from a place; this one: out of the flow."""

    __slots__ = ()

    def jump(self, kind: int) -> int:
        return kind

    def unwind(self, raised: str | None) -> tuple[int, ...]:
        return (ERROR,)

    def catchers(self, raised: str | None) -> list[ast.ExceptHandler]:
        return []


class _Inner(_Scope):
    __slots__ = ("outer",)

    def __init__(self, outer: _Scope) -> None:
        self.outer = outer

    def jump(self, kind: int) -> int:
        return self.outer.jump(kind)

    def unwind(self, raised: str | None) -> tuple[int, ...]:
        return self.outer.unwind(raised)

    def catchers(self, raised: str | None) -> list[ast.ExceptHandler]:
        return self.outer.catchers(raised)


class _Loop(_Inner):
    __slots__ = ("again", "follow")

    def __init__(self, outer: _Scope, follow: int, again: int) -> None:
        super().__init__(outer)
        self.follow = follow
        self.again = again

    def jump(self, kind: int) -> int:
        return self.follow if kind == BREAK else self.again if kind == CONTINUE else self.outer.jump(kind)


class _Swallowing(_Inner):
    """Inside a `with` that may stop an exception."""

    __slots__ = ("follow",)

    def __init__(self, outer: _Scope, follow: int) -> None:
        super().__init__(outer)
        self.follow = follow

    def unwind(self, raised: str | None) -> tuple[int, ...]:
        return (self.follow, *self.outer.unwind(raised))


class _Handlers(_Inner):
    """Inside the body of a `try` with handlers."""

    __slots__ = ("handlers", "known")

    def __init__(self, outer: _Scope, handlers: list[tuple[ast.ExceptHandler, int]]) -> None:
        super().__init__(outer)
        self.handlers = handlers
        self.known: dict[str | None, tuple[int, ...]] = {}

    def unwind(self, raised: str | None) -> tuple[int, ...]:
        if raised not in self.known:
            nodes, caught = [], False
            for handler, node in self.handlers:
                answer = catches(handler, raised)
                if answer is not False:
                    nodes.append(node)
                if answer:
                    caught = True
                    break
            self.known[raised] = tuple(nodes) if caught else (*nodes, *self.outer.unwind(raised))
        return self.known[raised]

    def catchers(self, raised: str | None) -> list[ast.ExceptHandler]:
        found = []
        for handler, _ in self.handlers:
            answer = catches(handler, raised)
            if answer is not False:
                found.append(handler)
            if answer:
                return found
        return found + self.outer.catchers(raised)


class _Finally(_Inner):
    """Inside a `try` with `finally`: everything that leaves goes through a copy of its body."""

    __slots__ = ("body", "copies", "flow", "joins")

    def __init__(self, outer: _Scope, flow: Flow, body: Sequence[ast.stmt]) -> None:
        super().__init__(outer)
        self.flow = flow
        self.body = body
        self.copies: dict[int, int] = {}
        self.joins: dict[tuple[int, ...], int] = {}

    def through(self, target: int) -> int:
        """The beginning of the copy that goes on to `target`."""
        if target not in self.copies:
            self.copies[target] = self.flow._block(self.body, target, self.outer)
        return self.copies[target]

    def jump(self, kind: int) -> int:
        return self.through(self.outer.jump(kind))

    def unwind(self, raised: str | None) -> tuple[int, ...]:
        targets = self.outer.unwind(raised)
        if targets not in self.joins:
            # even a single target gets a node of its own, lest an exception shares a copy with a normal end
            self.joins[targets] = self.flow._node(None, targets)
        return (self.through(self.joins[targets]),)


def _place(way: Exit) -> tuple[float, int, str]:
    line = getattr(way.statement, "lineno", 0) if way.kind != "end" else float("inf")
    return line, getattr(way.statement, "col_offset", 0), way.kind


def _may_raise(part: ast.AST) -> bool:
    """Whether evaluating `part` runs anything that can fail."""
    stack = [part]
    while stack:
        node = stack.pop()
        if isinstance(node, _RAISING):
            return True
        match node:
            case ast.Assign(targets=[ast.Tuple() | ast.List(), *_]):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                stack.extend(parts(node))
            case _ if not isinstance(node, _CLOSED):
                stack.extend(ast.iter_child_nodes(node))
    return False


def _outermost_call(code: ast.AST) -> ast.Call | None:
    """The call that a simple statement consists of, awaited or not."""
    match code:
        case ast.Expr(value=value) | ast.Assign(value=value) | ast.AnnAssign(value=value):
            if isinstance(value, ast.Await):
                value = value.value
            return value if isinstance(value, ast.Call) else None
    return None


def _raised(code: ast.AST) -> str | None:
    """The leaf name of the class that a `raise` names, if it looks like one."""
    match code:
        case ast.Raise(exc=ast.Call(func=kind)) | ast.Raise(exc=ast.Name() | ast.Attribute() as kind):
            name = _leaf(kind)
            return name if name and name.lstrip("_")[:1].isupper() else None
        case ast.Assert():
            return "AssertionError"
    return None


def _covers(caught: str, raised: str | None) -> bool | None:
    if caught == "BaseException" or (caught and caught == raised):
        return True
    if caught == "Exception":
        return raised not in _NOT_EXCEPTIONS
    if raised is None:
        return None
    mine, its = getattr(builtins, caught, None), getattr(builtins, raised, None)
    if isinstance(mine, type) and isinstance(its, type):
        return issubclass(its, mine)
    return None


def _irrefutable(pattern: ast.pattern) -> bool:
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return _irrefutable(inner)
        case ast.MatchOr(patterns=[*_, last]):
            return _irrefutable(last)
    return False


def _leaf(expr: ast.AST) -> str:
    match expr:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _dotted(expr: ast.AST) -> str:
    names = list(_names(expr))
    return ".".join(reversed(names)) if all(names) else ""


def _names(expr: ast.AST) -> Iterator[str]:
    while isinstance(expr, ast.Attribute):
        yield expr.attr
        expr = expr.value
    yield expr.id if isinstance(expr, ast.Name) else ""
