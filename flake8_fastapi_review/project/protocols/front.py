"""What may be asked about the order of steps.

Two roles meet in every question: what guards (a check, an operation that has to succeed first), and what is guarded.
A function of the project takes over the role of what it surely calls: a helper that completes only after a check is a
check (`completing.py`). Who calls a function, or hands it over to be run, is asked where the function itself leaves
the question open. Tests of the same thing come out the same, and a flag that is set after a step tells that the step
was made (`deciding.py`).

What is not told: a call whose callee is not known is neither. A function without callers that are known, while its
name is called somewhere, is not judged.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...module.index import running
from ...records import NamedTuple
from ..constants import value_of
from ..readings import fact
from .completing import MAX_DEPTH, Completing
from .deciding import amounts, counts_each, decided_at, set_after, told_by
from .expected import escaping, is_name
from .forms import (
    LATER,
    QUEUED,
    WAITED,
    above,
    alone,
    bound_by,
    derived,
    enclosing_functions,
    handed,
    is_manager,
    is_registered,
    is_route,
    leaf_of,
    leaves,
    parameters,
    place_of,
    step_of,
)
from .migrated import migrated_unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...module import Module
    from ..passing import Passing
    from ..types import Types

    Names = frozenset[str]
    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Step(NamedTuple):
    """A function on the way from where a request comes in to what is guarded."""

    path: str
    line: int
    qualname: str


class Protocols(Completing):
    """See the module's docstring."""

    def __init__(
        self,
        types: Types,
        passing: Passing,
        dependencies: Callable[[str], Iterable[tuple[str, str | None]] | None],
        around: Callable[[str], Iterable[str]],
    ) -> None:
        """`dependencies` tells of the handler with a symbol what an application runs before it: (dotted name, symbol
        of a function of the project); None: it is not known. `around`: the symbols of the project's middlewares."""
        super().__init__(types, passing)
        self.dependencies = dependencies
        self.around = around

    # What is guarded

    def unguarded(
        self, module: Module, call: ast.Call, first: Names, *, only_with: Names = frozenset()
    ) -> tuple[Step, ...] | None:
        """The functions, innermost first, through which a call is reached without one of `first` having completed.

        None: it is always guarded, or not known. With `only_with`, `first` are operations and no checks: their answer
        need not be looked at, and one of `only_with` must be reached by some function on the way.
        """
        chain = self._exposed(module, call, first, (), heed=not only_with)
        if chain is None or not only_with:
            return chain
        for step in chain:
            own = self.function(f"{step.path}:{step.qualname}")
            if own is not None and self.reaches(*own, only_with):
                return chain
        return self._wrapped(module, call, chain, only_with) or self._left_unseen(module, call, chain, only_with)

    def _exposed(
        self, module: Module, call: ast.Call, first: Names, below: tuple[Step, ...], *, heed: bool
    ) -> tuple[Step, ...] | None:
        place = place_of(module, call)
        if place is None or self._does_itself(module, call, first, heed=heed):
            return None
        node, step = place
        here = self.here(module, node, call, below)
        if here is None:
            return None
        symbol = f"{here.path}:{here.qualname}"
        if (
            self.is_one(symbol, first)
            or self._decorated(module, node, first)
            or self._is_guarded(module, node, step, call, first, heed=heed)
        ):
            return None
        return self.from_above(
            symbol, node, (*below, here), lambda m, at: self._exposed(m, at, first, (*below, here), heed=heed)
        )

    def _does_itself(self, module: Module, call: ast.AST, names: Names, *, heed: bool = False) -> bool:
        """Whether what is called runs one of these in its own body on every way."""
        symbol = self.symbol(module, call.func) if isinstance(call, ast.Call) else None
        return symbol is not None and not self.is_one(symbol, names) and self.surely(symbol, names, heed=heed)

    def _is_guarded(
        self, module: Module, node: FunctionNode, step: ast.AST, call: ast.Call, first: Names, *, heed: bool
    ) -> bool:
        symbol = f"{module.path}:{module.index.by_node[node].qualname}"
        passes = self._passes(module, first, heed=heed)
        if is_manager(node) and self._runs_within(symbol, first):
            plain = passes

            def passes(part: ast.AST) -> bool:
                return plain(part) or any(isinstance(each, ast.Yield) for each in running(part))

        flow = self._flow(node)

        def is_after(other: ast.AST) -> bool:
            return passes(other) or flow.always_passes(None, passes, to=other, completed=True)

        def tells(test: ast.AST, value: bool) -> bool:
            return any(set_after(node, name, is_after) for name in told_by(test, value))

        def refuses(part: ast.AST) -> bool:
            """It is a test which only lets go on what was done: `if not done: return`."""
            test = module.index.parents.get(part)
            if not isinstance(test, ast.If) or part is not test.test:
                return False
            return (leaves(test.body) and tells(part, False)) or (leaves(test.orelse) and tells(part, True))

        decided = decided_at(module, node, call)
        if flow.always_passes(
            None, lambda part: passes(part) or refuses(part), to=step, completed=True, decided=decided
        ):
            return True
        if self._agreed_within(module, call, step, first, heed=heed):
            return True
        for outer, below in above(module, step, node):
            if isinstance(outer, (ast.If, ast.While)) and below is not outer.test:
                value = below in outer.body
                if self._agrees(module, outer.test, first, value, heed=heed) or tells(outer.test, value):
                    return True
                if isinstance(outer, ast.If) and self._asks_result(node, outer.test, passes):
                    return True
        return not heed and self._counts_successes(node, call, passes, is_after)

    def _counts_successes(
        self,
        node: FunctionNode,
        call: ast.Call,
        passes: Callable[[ast.AST], bool],
        is_after: Callable[[ast.AST], bool],
    ) -> bool:
        """Whether a call is told how many have succeeded: nothing is charged where none has."""
        if any(set_after(node, name, is_after) for name in amounts(node, call)):
            return True
        flow = self._flow(node)
        return counts_each(
            node,
            call,
            lambda loop: flow.part(loop.body).always_passes(None, passes, to="normal-exit", completed=True),
        )

    def _agreed_within(self, module: Module, call: ast.Call, step: ast.AST, first: Names, *, heed: bool) -> bool:
        """Whether a call is only made, in its own statement, after one of `first`: as its argument, behind an `and`."""
        passes = self._passes(module, first, heed=heed)
        for inner in running(call):
            if inner is not call and isinstance(inner, ast.Call) and passes(alone(inner)):
                return True  # its arguments are made before it runs
        for outer, below in above(module, call, step):
            match outer:
                case ast.IfExp(test=test, body=body) if below is not test:
                    if self._agrees(module, test, first, below is body, heed=heed):
                        return True
                case ast.BoolOp(op=op, values=values):
                    before = values[: values.index(below)] if below in values else []
                    if any(self._agrees(module, each, first, isinstance(op, ast.And), heed=heed) for each in before):
                        return True
        return False

    def _agrees(self, module: Module, test: ast.expr, first: Names, value: bool, *, heed: bool) -> bool:
        """Whether a test comes out as `value` only if one of `first` said yes (or, where none heeds it, was done)."""
        match test:
            case ast.Await(value=inner) | ast.NamedExpr(value=inner):
                return self._agrees(module, inner, first, value, heed=heed)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self._agrees(module, inner, first, not value, heed=heed)
            case ast.BoolOp(op=op, values=values) if value is isinstance(op, ast.And):
                return any(self._agrees(module, each, first, value, heed=heed) for each in values)
            case ast.Call(func=func) if value or not heed:
                symbol = self.symbol(module, func)
                return self.named(module, func, first) or (symbol is not None and self.surely(symbol, first, heed=heed))
        return False

    def _asks_result(self, node: FunctionNode, test: ast.expr, passes: Callable[[ast.AST], bool]) -> bool:
        """Whether a test asks what one of the calls has given: `if text is not None`."""
        asked = {each.id for each in running(test) if isinstance(each, ast.Name)}
        return bool(asked) and any(
            isinstance(each, (ast.Assign, ast.AnnAssign)) and asked & bound_by(each) and passes(each)
            for each in running(node)
        )

    def _wrapped(
        self, module: Module, call: ast.Call, chain: tuple[Step, ...], operations: Names
    ) -> tuple[Step, ...] | None:
        """The chain to what a decorator is around, if a call stands in its wrapper before the function is called."""
        place = place_of(module, call)
        around = enclosing_functions(module, place[0]) if place is not None else []
        if place is None or not around:
            return None
        node, step = place
        given = {each.arg for outer in around for each in parameters(outer)}

        def calls_it(part: ast.AST) -> bool:
            return any(isinstance(each, ast.Call) and leaf_of(each.func) in given for each in running(part))

        if not any(map(calls_it, node.body)) or self._flow(node).always_passes(None, calls_it, to=step, completed=True):
            return None
        decorator = around[-1].name
        for path in self.modules.mentioning(decorator):
            user = self.modules.lent(path)
            if user is None:
                continue
            for each in user.index.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
                written = [x.func if isinstance(x, ast.Call) else x for x in each.decorator_list]
                if any(leaf_of(x) == decorator for x in written) and self.reaches(user, each, operations):
                    return (*chain, Step(path, each.lineno, user.index.by_node[each].qualname))
        return None

    def _left_unseen(
        self, module: Module, call: ast.Call, chain: tuple[Step, ...], operations: Names
    ) -> tuple[Step, ...] | None:
        """The chain to a block that ends with a call, whether it has failed or not: an `__exit__` that does not ask."""
        place = place_of(module, call)
        if place is None or place[0].name not in ("__exit__", "__aexit__"):
            return None
        arguments = place[0].args
        told = {each.arg for each in (*parameters(place[0])[1:], arguments.vararg, arguments.kwarg) if each is not None}
        if any(isinstance(each, ast.Name) and each.id in told for each in running(place[0])):
            return None
        cls = module.index.parents.get(place[0])
        for path in self.modules.mentioning(cls.name) if isinstance(cls, ast.ClassDef) else ():
            user = self.modules.lent(path)
            if user is None:
                continue
            for block in user.index.nodes(ast.With, ast.AsyncWith):
                if any(
                    self.method(user, each.context_expr, place[0].name) == f"{module.path}:{chain[0].qualname}"
                    for each in block.items
                ) and any(self.reaches(user, each, operations) for each in block.body):
                    within = place_of(user, block)
                    if within is not None:
                        return (*chain, Step(path, block.lineno, user.index.by_node[within[0]].qualname))
        return None

    # What has to follow

    def unfollowed(self, module: Module, call: ast.expr | ast.stmt, then: Names) -> tuple[Step, ...] | None:
        """The functions, innermost first, that return after a call without one of `then`; None: none does."""
        chain = self._left(module, call, then, ())
        if chain and self.done_around(f"{chain[-1].path}:{chain[-1].qualname}", then):
            return None
        return chain

    def _left(
        self, module: Module, call: ast.expr | ast.stmt, then: Names, below: tuple[Step, ...]
    ) -> tuple[Step, ...] | None:
        place = place_of(module, call)
        if place is None or self._does_itself(module, call, then):
            return None
        node, step = place
        here = self.here(module, node, call, below)
        if here is None:
            return None
        symbol = f"{here.path}:{here.qualname}"
        flow = self._flow(node)
        passes = self._passes(module, then, handed=True, heed=False)
        then_calls = self._runs(module, node, then)
        asks = self._asking(node, step, call)

        def follows(part: ast.AST) -> bool:
            if passes(part):
                return True
            test = module.index.parents.get(part)
            if isinstance(test, (ast.If, ast.While)) and part is test.test:
                # a branch on the result tells success from failure: what follows in either is the branch's business
                return asks(part) and any(_is_inside(module, each, test) for each in then_calls)
            if isinstance(test, ast.Match) and part is test.subject:
                return asks(part) and any(flow.can_reach(test, step_of(module, each)) for each in then_calls)
            return self._gives_up(module, node, part, asks)

        if passes(step if not hasattr(step, "body") else call) or self._decorated(module, node, then):
            return None
        if isinstance(step, (ast.If, ast.While, ast.Match)) and any(
            _is_inside(module, each, step) for each in then_calls
        ):
            return None  # the result of the call itself is asked for
        if self._ended_by(module, node, step, then):
            return None
        decided = decided_at(module, node, call)
        if flow.always_passes(step, follows, to="normal-exit", errors=False, decided=decided):
            return None
        if then_calls:
            return (*below, here)
        return self.from_above(symbol, node, (*below, here), lambda m, at: self._left(m, at, then, (*below, here)))

    def _asking(self, node: FunctionNode, step: ast.AST, call: ast.AST) -> Callable[[ast.AST], bool]:
        """Of a part of a step: it asks for the result of a call, or for what is set only after it."""
        results = derived(node, bound_by(step))
        flow = self._flow(node)

        def is_it(part: ast.AST) -> bool:
            return any(each is call for each in running(part))

        def is_after(other: ast.AST) -> bool:
            return is_it(other) or flow.always_passes(None, is_it, to=other, completed=True)

        def asks(part: ast.AST) -> bool:
            if any(each is call or (isinstance(each, ast.Name) and each.id in results) for each in running(part)):
                return True
            told = told_by(part, True) | told_by(part, False)
            return any(set_after(node, name, is_after) for name in told)

        return asks

    def _gives_up(self, module: Module, node: FunctionNode, part: ast.AST, asks: Callable[[ast.AST], bool]) -> bool:
        """Whether a step is in the branch of a test of the result that leaves: `if not text: return`."""
        for outer, below in above(module, part, node):
            if isinstance(outer, ast.If) and below is not outer.test and asks(outer.test):
                branch = outer.body if below in outer.body else outer.orelse
                if leaves(branch):
                    return True
        return False

    def _runs(self, module: Module, node: ast.AST, names: Names) -> list[ast.Call]:
        """The calls of a function that run one of these, or a helper that surely does."""
        found = []
        for call in running(node):
            if isinstance(call, ast.Call):
                symbol = self.symbol(module, call.func)
                if self.calls(module, alone(call), names, handed=True) or (
                    symbol is not None and self.surely(symbol, names, heed=False)
                ):
                    found.append(call)
        return found

    # What is handled

    def unhandled(self, module: Module, call: ast.Call, expected: str) -> tuple[Step, ...] | None:
        """The functions, innermost first, that an expected failure of a call leaves; None: somebody handles it.

        `expected` is the qualified or bare name of an exception, or words that a handler must look for.
        """
        if is_name(expected) and self._handled_by_application(expected.rpartition(".")[2]):
            return None
        return escaping(self, module, call, expected, ())

    @fact("protocols._handled_by_application", lambda self: self.modules)
    def _handled_by_application(self, leaf: str) -> bool:
        handler = re.compile(rb"exception_handler\(\s*[\w.]*\b" + leaf.encode() + rb"\b")
        return any(handler.search(self.modules.bytes_of(path) or b"") for path in self.modules.mentioning(leaf))

    def fixed_status(self, module: Module, cls: ast.AST) -> int | None:
        """The status that an exception class of the project has itself, by an attribute of the class or by what its
        constructor hands on."""
        found = self.type_of(module, cls)
        if found is None or found[0] != "type" or ":" not in found[1]:
            return None
        member = self.types.members(found[1], "__init__")
        own = None
        if member is not None and member[1] is not None:
            fact = member[1].table[member[2][-1]]
            own = self.types.function(f"{member[1].path}:{fact[1]}") if fact[0] == "def" else None
        for fact in own[1].calls if own is not None else ():
            _, callee, arguments, keywords = fact[0]
            if own is not None and callee[0] == "a" and callee[2] == "__init__":
                given = dict(keywords).get("status_code", arguments[0] if arguments else None)
                status = value_of(self.types, own[0], given) if given is not None else None
                return int(status) if isinstance(status, int) else None
        status = value_of(self.types, module.summary, ("a", module.expression(cls), "status_code"))
        return int(status) if isinstance(status, int) and own is None else None

    # Callers

    def here(
        self, module: Module, node: FunctionNode, call: ast.expr | ast.stmt, below: tuple[Step, ...]
    ) -> Step | None:
        """The function with a call as a step of a chain; None where the chain is too long or comes by a second time."""
        if len(below) > MAX_DEPTH:
            return None
        step = Step(module.path, call.lineno, module.index.by_node[node].qualname)
        return None if any((step.path, step.qualname) == (each.path, each.qualname) for each in below) else step

    def from_above(
        self,
        symbol: str,
        node: FunctionNode,
        chain: tuple[Step, ...],
        ask: Callable[[Module, ast.Call], tuple[Step, ...] | None],
    ) -> tuple[Step, ...] | None:
        """The chain, if somebody runs the function and answers `ask` with one; an entry is somebody."""
        is_called = False
        for module, call in self._uses(symbol):
            is_called = True
            longer = ask(module, call)
            if longer is not None:
                return longer
        if is_called and is_registered(node) and not is_route(node):
            return None  # a task, run by those who have it run
        if is_registered(node) or (not is_called and not self._called_somehow(symbol)):
            return chain
        return None

    def _uses(self, symbol: str) -> Iterator[tuple[Module, ast.Call]]:
        """The calls, in functions of the project, of a function, and those that hand it over to be run."""
        callers = {f"{summary.path}:{function.qualname}" for summary, function, _ in self.passing.callers(symbol)}
        callers.discard(symbol)
        for caller in sorted(callers):
            own = self.function(caller)
            for call in running(own[1]) if own is not None else ():
                if own is not None and isinstance(call, ast.Call) and self.symbol(own[0], call.func) == symbol:
                    yield own[0], call
        name = symbol.rpartition(":")[2].rpartition(".")[2]
        for path in self.modules.mentioning(name):
            module = self.modules.lent(path)
            for call in module.index.nodes(ast.Call) if module is not None else ():
                leaf = leaf_of(call.func)
                if leaf in QUEUED and isinstance(call.func, ast.Attribute):
                    given: list[ast.expr] = [call.func.value]
                elif leaf in LATER or leaf in WAITED:
                    given = handed(call)
                else:
                    continue
                if module is not None and any(self.symbol(module, each) == symbol for each in given):
                    yield module, call

    def always_given(self, symbol: str, parameter: str, names: Names) -> bool:
        """Whether all callers of a function give it for a parameter what one of these has made."""
        callers = sorted(
            {f"{summary.path}:{function.qualname}" for summary, function, _ in self.passing.callers(symbol)}
        )
        for caller in callers:
            own = self.function(caller)
            if own is None:
                return False
            module, node = own
            for call in running(node):
                bound = self.passing.bound(self.type_of(module, call.func)) if isinstance(call, ast.Call) else None
                if bound is None or bound[0] != symbol or not isinstance(call, ast.Call):
                    continue
                names_of_parameters = [each[0] for each in bound[1]]
                if parameter not in names_of_parameters:
                    return True
                position = names_of_parameters.index(parameter)
                given = [*call.args[position : position + 1], *(k.value for k in call.keywords if k.arg == parameter)]
                if not given or not all(self._made_by(module, node, each, names) for each in given):
                    return False
        return bool(callers)

    def _made_by(self, module: Module, node: FunctionNode, value: ast.expr, names: Names) -> bool:
        values: list[ast.AST] = [value]
        if isinstance(value, ast.Name):
            values = [
                each.value for each in running(node) if isinstance(each, ast.Assign) and value.id in bound_by(each)
            ]
        return bool(values) and all(self._runs(module, each, names) for each in values)

    @fact("protocols._called_somehow", lambda self: self.modules)
    def _called_somehow(self, symbol: str) -> bool:
        name = symbol.rpartition(".")[2].rpartition(":")[2]
        called = re.compile(rb"(?<!def )\b" + name.encode() + rb"\(")
        return any(called.search(self.modules.bytes_of(path) or b"") for path in self.modules.mentioning(name))

    def required_by_application(self, chain: tuple[Step, ...], names: Names) -> bool:
        """Whether the application runs one of these before the last function of a chain, a dependency of a router, or
        may run it around all of its routes."""
        if not chain:
            return False
        symbol = f"{chain[-1].path}:{chain[-1].qualname}"
        known = self.dependencies(symbol)
        if known is None:
            return True
        known = [(name.removesuffix(".__call__"), each) for name, each in known]
        return any(
            name in names
            or f"{name.rpartition('.')[0]}.*" in names
            or name.rpartition(".")[2] in names
            or (each is not None and (self.is_one(each, names) or self.surely(each, names)))
            for name, each in known
        ) or self.done_around(symbol, names)

    def done_around(self, symbol: str, names: Names) -> bool:
        """Whether a middleware around a handler may run one of these: for which requests is its own business."""
        for middleware in self.around(symbol):
            own = self.function(middleware)
            if own is not None and self.reaches(*own, names):
                return True
        return False

    # Migrations

    @fact("protocols.migrated_unique", lambda self: self.modules)
    def migrated_unique(self, table: str, columns: tuple[str, ...]) -> bool | None:
        """Whether some Alembic revision makes columns of a table unique; None: none creates it, or SQL is run that
        nobody reads."""
        return migrated_unique(self.modules, table, columns)


def _is_inside(module: Module, node: ast.AST, outer: ast.AST) -> bool:
    current: ast.AST | None = node
    while current is not None and current is not outer:
        current = module.index.parents.get(current)
    return current is outer
