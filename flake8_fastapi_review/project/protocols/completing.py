"""What has completed where control goes on: calls of the project's functions, decorators, managers, tasks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.flow import Flow
from ...module.index import running
from ..readings import remembered
from .forms import (
    ENTERED,
    LATER,
    WAITED,
    alone,
    bound_by,
    derived,
    handed,
    implies,
    is_certain,
    is_dependency,
    is_manager,
    is_waited_for,
    leaf_of,
    leaves,
    module_value,
    parameters,
    place_of,
    step_of,
)
from .naming import Naming

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module import Module
    from ..passing import Passing
    from ..types import Types

    Names = frozenset[str]
    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

MAX_DEPTH = 6
"""So many calls are followed, up and down."""


class Completing(Naming):
    """Answers are remembered; functions are opened when they are asked about."""

    def __init__(self, types: Types, passing: Passing) -> None:
        super().__init__(types, passing)
        self._flows: dict[ast.AST, Flow] = {}
        self._surely: dict[tuple[str, Names, bool], bool] = {}

    @remembered(lambda self, symbol, names, depth=0, *, heed=True: (symbol, names, heed))
    def surely(self, symbol: str, names: Names, depth: int = 0, *, heed: bool = True) -> bool:
        """Whether a function of the project only returns after one of these has completed.

        `heed`: it is a check, whose answer somebody has to look at if it is one.
        """
        key = (symbol, names, heed)
        known = self._surely.get(key)
        if known is not None:
            return known
        self._surely[key] = False
        own = self.function(symbol) if depth <= MAX_DEPTH else None
        if own is not None:
            module, node = own
            passes = self._passes(module, names, depth + 1, heed=heed)
            self._surely[key] = self._decorated(module, node, names) or (
                self.reaches(module, node, names)
                and self._flow(node).always_passes(None, passes, to="normal-exit", completed=True)
            )
        return self._surely[key]

    def reaches(self, module: Module, node: ast.AST, names: Names, depth: int = 0) -> bool:
        """Whether what runs below `node` may run one of these, over calls of the project's functions too."""
        if self.calls(module, node, names):
            return True
        if depth > MAX_DEPTH:
            return False
        for call in running(node):
            if not isinstance(call, ast.Call):
                continue
            handing = leaf_of(call.func) in WAITED | LATER
            for each in (call.func, *(handed(call) if handing else ())):
                symbol = self.symbol(module, each)
                own = self.function(symbol) if symbol is not None else None
                if own is not None and own[1] is not node and self.reaches(*own, names, depth + 1):
                    return True
        return False

    def _passes(
        self, module: Module, names: Names, depth: int = 0, *, handed: bool = False, heed: bool = True
    ) -> Callable[[ast.AST], bool]:
        """Of a part of a step: it runs one of these (or with `handed` has it run), and control goes on only if that
        agreed."""

        def passes(part: ast.AST) -> bool:
            if self._is_collected(module, part, names):
                return True
            if isinstance(part, ast.withitem):
                entering = self.method(module, part.context_expr, "__aenter__", "__enter__")
                if entering is not None and self.surely(entering, names, depth, heed=heed):
                    return True
            for call in running(part):
                if isinstance(call, ast.Await) and self._awaits_task(module, call, names):
                    return True
                if not isinstance(call, ast.Call):
                    continue
                symbol = self.symbol(module, call.func)
                helper = symbol is not None and self.surely(symbol, names, depth, heed=heed)
                helper = helper or self._waits_for_helper(module, call, names, depth, heed=heed)
                runs = helper or self.calls(module, alone(call), names, handed=handed)
                if runs and (handed or self._heeded(module, call, symbol, heed=heed)):
                    return True
            return False

        return passes

    def _waits_for_helper(self, module: Module, call: ast.Call, names: Names, depth: int, *, heed: bool) -> bool:
        """Whether a helper runs in a thread, and the call ends after it: `to_thread(work, page)`."""
        if leaf_of(call.func) not in WAITED:
            return False
        symbols = (self.symbol(module, each) for each in handed(call))
        return any(symbol is not None and self.surely(symbol, names, depth, heed=heed) for symbol in symbols)

    def _awaits_task(self, module: Module, node: ast.Await, names: Names) -> bool:
        """Whether an `await` waits for a task that was made of one of these before: `task = create_task(read())`."""
        awaited = {each.id for each in running(node.value) if isinstance(each, ast.Name)}
        place = place_of(module, node) if awaited else None
        return place is not None and not awaited.isdisjoint(self._tasks(module, place[0], names))

    def _tasks(self, module: Module, node: FunctionNode, names: Names) -> frozenset[str]:
        """The local names that hold tasks which run one of these, or collections of them."""
        found: set[str] = set()
        for call in running(node):
            if isinstance(call, ast.Call) and leaf_of(call.func) in LATER:
                made = [each for each in call.args if isinstance(each, ast.Call)]
                if any(self.calls(module, alone(each), names) for each in made):
                    found |= bound_by(step_of(module, call))
        return derived(node, frozenset(found))

    def _is_collected(self, module: Module, part: ast.AST, names: Names) -> bool:
        """Whether a loop awaits each of some tasks: `for task in tasks: await task`."""
        loop = module.index.parents.get(part)
        if not isinstance(loop, (ast.For, ast.AsyncFor)) or part is not loop.iter:
            return False
        place = place_of(module, loop)
        if place is None:
            return False
        targets = {each.id for each in running(loop.target) if isinstance(each, ast.Name)}
        is_awaited = any(
            isinstance(each, ast.Await) and any(isinstance(x, ast.Name) and x.id in targets for x in running(each))
            for statement in loop.body
            for each in running(statement)
        )
        if not is_awaited:
            return False
        held = {each.id for each in running(part) if isinstance(each, ast.Name)}
        return bool(self.calls(module, part, names)) or not held.isdisjoint(self._tasks(module, place[0], names))

    def _heeded(self, module: Module, call: ast.Call, symbol: str | None, *, heed: bool = True) -> bool:
        """Whether control goes on only where the call said yes: by raising, or because its answer is looked at."""
        parents = module.index.parents
        outer: ast.AST = call
        way: list[ast.AST] = []
        parent = parents.get(outer)
        if isinstance(parent, ast.Call) and leaf_of(parent.func) in LATER:
            return is_waited_for(module, parent)
        if not heed:
            return True
        while isinstance(parent, (ast.Await, ast.UnaryOp, ast.NamedExpr, ast.BoolOp)):
            way.append(parent)
            outer, parent = parent, parents.get(parent)
        match parent:
            case ast.If(test=test, body=body, orelse=orelse) if test is outer:
                refusing = orelse if implies(way, True) else body if implies(way, False) else []
                return leaves(refusing)
            case ast.Assert(test=test) if test is outer:
                return implies(way, True)
            case ast.Expr() if symbol is not None and self._only_tells(symbol):
                return False
        return is_certain(module, call)

    def _only_tells(self, symbol: str) -> bool:
        """Whether a function answers yes or no, and raises nothing itself."""
        own = self.types.function(symbol)
        if own is None or own[1].raised or own[1].returns is None:
            return False
        return self.types.annotation(own[0], own[1].returns) == ("inst", "builtins.bool", ())

    def _decorated(self, module: Module, node: FunctionNode, names: Names) -> bool:
        """Whether a decorator or a dependency of the function does it."""
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self.named(module, called, names) or self._wraps(module, decorator, names):
                return True
        declared = [*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)]
        annotations = [each.annotation for each in parameters(node) if each.annotation is not None]
        # an alias: `QuotaDep = Annotated[None, Depends(check_quota)]`
        aliases = [module_value(module, each.id) for each in annotations if isinstance(each, ast.Name)]
        declared += [*annotations, *(each for each in aliases if each is not None)]
        return any(
            isinstance(call, ast.Call) and is_dependency(call) and any(map(provides, call.args[:1]))
            for provides in [lambda each: self._provides(module, each, names)]
            for root in declared
            for call in running(root)
        )

    def _wraps(self, module: Module, decorator: ast.expr, names: Names) -> bool:
        """Whether a decorator of the project puts a function in place that does it itself."""
        is_factory = isinstance(decorator, ast.Call)
        symbol = self.symbol(module, decorator.func if isinstance(decorator, ast.Call) else decorator)
        wrapper = self.types.decorated_by.wrapper_of(symbol, is_factory) if symbol is not None else None
        return wrapper not in (None, "identity") and self.surely(str(wrapper), names)

    def _provides(self, module: Module, dependency: ast.expr, names: Names) -> bool:
        calling = self.method(module, dependency, "__call__")  # an object that is called: `Depends(Quota(10))`
        if calling is not None and self.surely(calling, names):
            return True
        dependency = dependency.func if isinstance(dependency, ast.Call) else dependency
        if self.named(module, dependency, names):
            return True
        symbol = self.symbol(module, dependency)
        return symbol is not None and self.surely(symbol, names)

    # Managers

    def _runs_within(self, symbol: str, names: Names) -> bool:
        """Whether the body of each `with` over a context manager of the project only ends after one of these."""
        found = False
        for caller in {f"{summary.path}:{function.qualname}" for summary, function, _ in self.passing.callers(symbol)}:
            own = self.function(caller)
            if own is None:
                return False
            module, node = own
            for call in running(node):
                if not isinstance(call, ast.Call) or self.symbol(module, call.func) != symbol:
                    continue
                block = _block_of(module, call)
                if block is None:
                    return False
                passes = self._passes(module, names, heed=False)
                if not self._flow(node).part(block.body).always_passes(None, passes, to="normal-exit", completed=True):
                    return False
                found = True
        return found

    def _ended_by(self, module: Module, node: FunctionNode, step: ast.AST, then: Names) -> bool:
        """Whether a `with` around a step is over a context manager of the project that does it when the body ends."""
        below = step
        while below is not node:
            outer = module.index.parents[below]
            if isinstance(outer, (ast.With, ast.AsyncWith)) and below in outer.body:
                entered = [
                    each.args[0]
                    for statement in outer.body
                    for each in running(statement)
                    if isinstance(each, ast.Call) and leaf_of(each.func) in ENTERED and each.args
                ]
                if any(self._does_at_exit(module, each, then) for each in (*map(_managed, outer.items), *entered)):
                    return True
            below = outer
        return False

    def _does_at_exit(self, module: Module, manager: ast.expr, then: Names) -> bool:
        leaving = self.method(module, manager, "__aexit__", "__exit__")
        own = self.function(leaving) if leaving is not None else None
        if own is not None:
            return self.reaches(*own, then)  # whether the body has failed, it is told
        symbol = self.symbol(module, manager.func) if isinstance(manager, ast.Call) else None
        own = self.function(symbol) if symbol is not None else None
        return own is not None and is_manager(own[1]) and self._ends_with(*own, then)

    def _ends_with(self, module: Module, node: FunctionNode, then: Names) -> bool:
        yields = [step_of(module, each) for each in running(node) if isinstance(each, ast.Yield)]
        passes = self._passes(module, then, handed=True, heed=False)
        flow = self._flow(node)
        return bool(yields) and all(flow.always_passes(each, passes, to="normal-exit", errors=False) for each in yields)

    def _flow(self, node: FunctionNode) -> Flow:
        if node not in self._flows:
            self._flows[node] = Flow(node)
        return self._flows[node]


def _managed(item: ast.withitem) -> ast.expr:
    return item.context_expr


def _block_of(module: Module, call: ast.Call) -> ast.With | ast.AsyncWith | None:
    """The block that a manager is around, which a call makes: as an item, or entered by a stack."""
    parents = module.index.parents
    outer = parents.get(call)
    if isinstance(outer, ast.withitem):
        block = parents.get(outer)
        return block if isinstance(block, (ast.With, ast.AsyncWith)) else None
    if isinstance(outer, ast.Call) and leaf_of(outer.func) in ENTERED:
        while outer is not None:
            outer = parents.get(outer)
            if isinstance(outer, (ast.With, ast.AsyncWith)):
                return outer
    return None
