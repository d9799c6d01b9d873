"""What has to run before and after what, in the order that a project demands: over branches, exceptions and calls.

Two roles meet in every question: what guards (a check, an operation that has to succeed first), and what is guarded.
A function of the project takes over the role of what it surely calls: a helper that completes only after a check is a
check. Who calls a function is asked where the function itself leaves the question open.

What is not told: a call whose callee is not known is neither. A function without callers that are known, while its
name is called somewhere, is not judged.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..module.flow import Flow
from ..module.index import running
from ..records import NamedTuple
from .guarding import node_of
from .readings import fact, remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..module import Module
    from .passing import Passing
    from .type_terms import Type
    from .types import Types

    Names = frozenset[str]
    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_MAX_DEPTH = 6
"""So many calls are followed, up and down."""
_LATER = frozenset("create_task ensure_future add_task start_soon spawn submit add_job".split())
"""What only starts what it is given."""
_WAITED = frozenset("to_thread run_in_threadpool run_sync run_in_executor".split())
"""What calls the function that it is given, and ends after it."""


class Step(NamedTuple):
    """A function on the way from where a request comes in to what is guarded."""

    path: str
    line: int
    qualname: str


class Protocols:
    """Answers are remembered; functions are opened when they are asked about."""

    def __init__(
        self, types: Types, passing: Passing, dependencies: Callable[[str], Iterable[tuple[str, str | None]] | None]
    ) -> None:
        """`dependencies` tells of the handler with a symbol what an application runs before it: (dotted name, symbol
        of a function of the project); None: it is not known."""
        self.types = types
        self.modules = types.modules
        self.passing = passing
        self.dependencies = dependencies
        self._flows: dict[ast.AST, Flow] = {}
        self._surely: dict[tuple[str, Names], bool] = {}

    # Names

    def named(self, module: Module, expr: ast.AST, names: Names) -> bool:
        """Whether an expression refers to one of these: qualified names, `app.ocr.Client.*`, or bare ones."""
        written = _leaf_of(expr)
        if written is None:
            return False
        if written in names:
            return True
        found = self._type(module, expr)
        name = self.types.qualified(found)
        if name is None:
            return False
        owner, _, leaf = name.rpartition(".")
        if name in names or leaf in names or f"{owner}.*" in names:
            return True
        return any(
            self.types.is_subclass(cls, (wanted.rpartition(".")[0],))
            for cls in _receivers(found)
            for wanted in names
            if wanted.rpartition(".")[2] in (leaf, "*") and "." in wanted
        )

    def calls(self, module: Module, node: ast.AST, names: Names, *, handed: bool = True) -> list[ast.Call]:
        """The calls below `node` that run one of these, or are given it to run it: `to_thread(recognise, page)`."""
        found = []
        calls = module.index.nodes(ast.Call) if isinstance(node, ast.Module) else running(node)
        for call in calls:
            if not isinstance(call, ast.Call):
                continue
            if self.named(module, call.func, names) or (
                (handed or _leaf_of(call.func) in _WAITED)
                and any(
                    isinstance(each, (ast.Name, ast.Attribute)) and self.named(module, each, names)
                    for each in call.args
                )
            ):
                found.append(call)
        return found

    def symbol(self, module: Module, expr: ast.AST) -> str | None:
        """The function of the project that an expression refers to."""
        bound = self.passing.bound(self._type(module, expr))
        return None if bound is None else bound[0]

    def function(self, symbol: str) -> tuple[Module, FunctionNode] | None:
        module = self.modules.lent(symbol.rpartition(":")[0])
        node = node_of(self.modules, symbol)
        return None if module is None or node is None else (module, node)

    def is_one(self, symbol: str, names: Names) -> bool:
        """Whether a function of the project is one of these itself."""
        name = self.types.dotted(symbol)
        owner, _, leaf = name.rpartition(".")
        return name in names or leaf in names or f"{owner}.*" in names

    # What a function surely does

    @remembered(lambda self, symbol, names, depth=0: (symbol, names))
    def surely(self, symbol: str, names: Names, depth: int = 0) -> bool:
        """Whether a function of the project only returns after one of these has completed."""
        key = (symbol, names)
        known = self._surely.get(key)
        if known is not None:
            return known
        self._surely[key] = False
        own = self.function(symbol) if depth <= _MAX_DEPTH else None
        if own is not None:
            module, node = own
            passes = self._passes(module, names, depth + 1)
            self._surely[key] = self._decorated(module, node, names) or (
                self.reaches(module, node, names)
                and self._flow(node).always_passes(None, passes, to="normal-exit", completed=True)
            )
        return self._surely[key]

    def reaches(self, module: Module, node: ast.AST, names: Names, depth: int = 0) -> bool:
        """Whether what runs below `node` may run one of these, over calls of the project's functions too."""
        if self.calls(module, node, names):
            return True
        if depth > _MAX_DEPTH:
            return False
        for call in running(node):
            symbol = self.symbol(module, call.func) if isinstance(call, ast.Call) else None
            own = self.function(symbol) if symbol is not None else None
            if own is not None and own[1] is not node and self.reaches(*own, names, depth + 1):
                return True
        return False

    def _passes(
        self, module: Module, names: Names, depth: int = 0, *, handed: bool = False
    ) -> Callable[[ast.AST], bool]:
        """Of a part of a step: it runs one of these (or with `handed` has it run), and control goes on only if that
        agreed."""

        def passes(part: ast.AST) -> bool:
            for call in running(part):
                if isinstance(call, ast.Await) and self._awaits_task(module, call, names):
                    return True
                if not isinstance(call, ast.Call):
                    continue
                symbol = self.symbol(module, call.func)
                helper = symbol is not None and self.surely(symbol, names, depth)
                runs = helper or self.calls(module, _alone(call), names, handed=handed)
                if runs and (handed or self._heeded(module, call, symbol)):
                    return True
            return False

        return passes

    def _awaits_task(self, module: Module, node: ast.Await, names: Names) -> bool:
        """Whether an `await` waits for a task that was made of one of these before: `task = create_task(read())`."""
        awaited = {each.id for each in running(node.value) if isinstance(each, ast.Name)}
        place = self._place(module, node) if awaited else None
        for statement in running(place[0]) if place is not None else ():
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made, args=[ast.Call() as call, *_])):
                    if name in awaited and _leaf_of(made) in _LATER and self.named(module, call.func, names):
                        return True
        return False

    def _heeded(self, module: Module, call: ast.Call, symbol: str | None) -> bool:
        """Whether control goes on only where the call said yes: by raising, or because its answer is looked at."""
        parents = module.index.parents
        outer: ast.AST = call
        way: list[ast.AST] = []
        parent = parents.get(outer)
        if isinstance(parent, ast.Call) and _leaf_of(parent.func) in _LATER:
            return _is_waited_for(module, parent)
        while isinstance(parent, (ast.Await, ast.UnaryOp, ast.NamedExpr, ast.BoolOp)):
            way.append(parent)
            outer, parent = parent, parents.get(parent)
        match parent:
            case ast.If(test=test, body=body, orelse=orelse) if test is outer:
                refusing = orelse if _implies(way, True) else body if _implies(way, False) else []
                return bool(refusing) and not Flow(refusing).falls_through(refusing)
            case ast.Expr() if symbol is not None:
                return not self._only_tells(symbol)
        return True

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
        declared += [each.annotation for each in _parameters(node) if each.annotation is not None]
        for call in (each for root in declared for each in running(root)):
            match call:
                case ast.Call(func=ast.Name(id="Depends" | "Security") | ast.Attribute(attr="Depends" | "Security")):
                    if any(self._provides(module, each, names) for each in call.args[:1]):
                        return True
                case ast.Name() if call in [each.annotation for each in _parameters(node)]:
                    # an alias: `QuotaDep = Annotated[None, Depends(check_quota)]`
                    value = _module_value(module, call.id)
                    if value is not None and any(
                        isinstance(inner, ast.Call)
                        and _leaf_of(inner.func) in ("Depends", "Security")
                        and any(self._provides(module, each, names) for each in inner.args[:1])
                        for inner in running(value)
                    ):
                        return True
        return False

    def _wraps(self, module: Module, decorator: ast.expr, names: Names) -> bool:
        """Whether a decorator of the project puts a function in place that does it itself."""
        is_factory = isinstance(decorator, ast.Call)
        symbol = self.symbol(module, decorator.func if isinstance(decorator, ast.Call) else decorator)
        wrapper = self.types.decorated_by.wrapper_of(symbol, is_factory) if symbol is not None else None
        return wrapper not in (None, "identity") and self.surely(str(wrapper), names)

    def _provides(self, module: Module, dependency: ast.AST, names: Names) -> bool:
        if isinstance(dependency, ast.Call):  # an object that is called: `Depends(Quota(10))`
            dependency = dependency.func
            found = self._type(module, dependency)
            if found is not None and found[0] == "type" and self.surely(f"{found[1]}.__call__", names):
                return True
        if self.named(module, dependency, names):
            return True
        symbol = self.symbol(module, dependency)
        return symbol is not None and self.surely(symbol, names)

    # What is guarded

    def unguarded(
        self, module: Module, call: ast.Call, first: Names, *, only_with: Names = frozenset()
    ) -> tuple[Step, ...] | None:
        """The functions, innermost first, through which a call is reached without one of `first` having completed.

        None: it is always guarded, or not known. Of `only_with` one must be reached by some function on the way.
        """
        chain = self._exposed(module, call, first, ())
        if chain is None or not only_with:
            return chain
        for step in chain:
            own = self.function(f"{step.path}:{step.qualname}")
            if own is not None and self.reaches(*own, only_with):
                return chain
        return None

    def _exposed(
        self, module: Module, call: ast.Call, first: Names, below: tuple[Step, ...]
    ) -> tuple[Step, ...] | None:
        place = self._place(module, call)
        if place is None or len(below) > _MAX_DEPTH or self._does_itself(module, call, first):
            return None
        node, step = place
        symbol = f"{module.path}:{module.index.by_node[node].qualname}"
        here = Step(module.path, call.lineno, symbol.rpartition(":")[2])
        if here.qualname in (each.qualname for each in below if each.path == here.path):
            return None
        if (
            self.is_one(symbol, first)
            or self._decorated(module, node, first)
            or self._is_guarded(module, node, step, call, first)
        ):
            return None
        return self._from_above(
            symbol, node, (*below, here), lambda above, at: self._exposed(above, at, first, (*below, here))
        )

    def _does_itself(self, module: Module, call: ast.AST, names: Names) -> bool:
        """Whether what is called runs one of these in its own body on every way."""
        symbol = self.symbol(module, call.func) if isinstance(call, ast.Call) else None
        return symbol is not None and not self.is_one(symbol, names) and self.surely(symbol, names)

    def _is_guarded(self, module: Module, node: FunctionNode, step: ast.AST, call: ast.Call, first: Names) -> bool:
        passes = self._passes(module, first)
        if _is_manager(node) and self._runs_within(f"{module.path}:{module.index.by_node[node].qualname}", first):
            plain = passes

            def passes(part: ast.AST) -> bool:
                return plain(part) or any(isinstance(each, ast.Yield) for each in running(part))

        if self._flow(node).always_passes(None, passes, to=step, completed=True):
            return True
        for inner in running(call):
            if inner is not call and isinstance(inner, ast.Call) and passes(_alone(inner)):
                return True  # its arguments are made before it runs
        below: ast.AST = step
        parents = module.index.parents
        while below is not node:
            above = parents[below]
            if (
                isinstance(above, ast.If)
                and below is not above.test
                and (self._agreed(module, above, below, first) or self._asks_result(node, above.test, passes))
            ):
                return True
            below = above
        return False

    def _asks_result(self, node: FunctionNode, test: ast.expr, passes: Callable[[ast.AST], bool]) -> bool:
        """Whether a test asks what one of the calls has given: `if text is not None`."""
        asked = {each.id for each in running(test) if isinstance(each, ast.Name)}
        return bool(asked) and any(
            isinstance(each, (ast.Assign, ast.AnnAssign)) and asked & _results(each) and passes(each)
            for each in running(node)
        )

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
                item = module.index.parents.get(call)
                above = module.index.parents.get(item) if isinstance(item, ast.withitem) else None
                if not isinstance(above, (ast.With, ast.AsyncWith)):
                    return False
                part = self._flow(node).part(above.body)
                if not part.always_passes(None, self._passes(module, names), to="normal-exit", completed=True):
                    return False
                found = True
        return found

    def _ended_by(self, module: Module, node: FunctionNode, step: ast.AST, then: Names) -> bool:
        """Whether a `with` around a step is over a context manager of the project that does it when the body ends."""
        below = step
        while below is not node:
            above = module.index.parents[below]
            if isinstance(above, (ast.With, ast.AsyncWith)) and below in above.body:
                for item in above.items:
                    call = item.context_expr
                    symbol = self.symbol(module, call.func) if isinstance(call, ast.Call) else None
                    own = self.function(symbol) if symbol is not None else None
                    if own is not None and _is_manager(own[1]) and self._ends_with(*own, then):
                        return True
            below = above
        return False

    def _ends_with(self, module: Module, node: FunctionNode, then: Names) -> bool:
        yields = [_step_of(module, each) for each in running(node) if isinstance(each, ast.Yield)]
        passes = self._passes(module, then, handed=True)
        flow = self._flow(node)
        return bool(yields) and all(flow.always_passes(each, passes, to="normal-exit", errors=False) for each in yields)

    def _agreed(self, module: Module, test: ast.If, below: ast.AST, first: Names) -> bool:
        """Whether the branch of `test` with `below` is taken only if one of `first` said yes."""
        asked, negated = test.test, False
        while isinstance(asked, (ast.Await, ast.UnaryOp)):
            negated ^= isinstance(asked, ast.UnaryOp)
            asked = asked.operand if isinstance(asked, ast.UnaryOp) else asked.value
        parts = (
            asked.values if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.And) and not negated else [asked]
        )
        if below not in (test.orelse if negated else test.body):
            return False
        for part in parts:
            part = part.value if isinstance(part, ast.Await) else part
            if isinstance(part, ast.Call):
                symbol = self.symbol(module, part.func)
                if self.named(module, part.func, first) or (symbol is not None and self.surely(symbol, first)):
                    return True
        return False

    # What has to follow

    def unfollowed(self, module: Module, call: ast.expr | ast.stmt, then: Names) -> tuple[Step, ...] | None:
        """The functions, innermost first, that return after a call without one of `then`; None: none does."""
        return self._left(module, call, then, ())

    def _left(
        self, module: Module, call: ast.expr | ast.stmt, then: Names, below: tuple[Step, ...]
    ) -> tuple[Step, ...] | None:
        place = self._place(module, call)
        if place is None or len(below) > _MAX_DEPTH or self._does_itself(module, call, then):
            return None
        node, step = place
        symbol = f"{module.path}:{module.index.by_node[node].qualname}"
        here = Step(module.path, call.lineno, symbol.rpartition(":")[2])
        if here.qualname in (each.qualname for each in below if each.path == here.path):
            return None
        flow = self._flow(node)
        passes = self._passes(module, then, handed=True)
        results = _results(step)
        then_calls = self._runs(module, node, then)

        def asks(part: ast.AST) -> bool:
            return any(isinstance(each, ast.Name) and each.id in results for each in running(part))

        def inside(test: ast.AST, other: ast.AST) -> bool:
            while other is not node:
                if other is test:
                    return True
                other = module.index.parents[other]
            return False

        def follows(part: ast.AST) -> bool:
            if passes(part):
                return True
            test = module.index.parents.get(part)
            if isinstance(test, (ast.If, ast.While, ast.Match)) and part is getattr(test, "test", None):
                # a branch on the result tells success from failure: what follows in either is the branch's business
                return asks(part) and any(inside(test, _step_of(module, each)) for each in then_calls)
            if isinstance(test, ast.Match) and part is test.subject:
                return asks(part) and any(flow.can_reach(test, _step_of(module, each)) for each in then_calls)
            return self._gives_up(module, node, part, asks)

        if passes(step if not hasattr(step, "body") else call) or self._decorated(module, node, then):
            return None
        if self._ended_by(module, node, step, then):
            return None
        if flow.always_passes(step, follows, to="normal-exit", errors=False):
            return None
        if then_calls:
            return (*below, here)
        return self._from_above(
            symbol, node, (*below, here), lambda above, at: self._left(above, at, then, (*below, here))
        )

    def _gives_up(self, module: Module, node: FunctionNode, part: ast.AST, asks: Callable[[ast.AST], bool]) -> bool:
        """Whether a step is in the branch of a test of the result that leaves: `if not text: return`."""
        below = part
        while below is not node:
            above = module.index.parents[below]
            if isinstance(above, ast.If) and asks(above.test):
                branch = above.body if below in above.body else above.orelse if below in above.orelse else []
                if branch and not Flow(branch).falls_through(branch):
                    return True
            below = above
        return False

    def _runs(self, module: Module, node: ast.AST, names: Names) -> list[ast.Call]:
        """The calls of a function that run one of these, or a helper that surely does."""
        found = []
        for call in running(node):
            if isinstance(call, ast.Call):
                symbol = self.symbol(module, call.func)
                if self.calls(module, _alone(call), names, handed=False) or (
                    symbol is not None and self.surely(symbol, names)
                ):
                    found.append(call)
        return found

    # What is handled

    def unhandled(self, module: Module, call: ast.Call, expected: str) -> tuple[Step, ...] | None:
        """The functions, innermost first, that an expected failure of a call leaves; None: somebody handles it.

        `expected` is the qualified or bare name of an exception, or words that a handler must look for.
        """
        is_name = re.fullmatch(r"[\w.]+", expected) is not None
        if is_name and self._handled_by_application(expected.rpartition(".")[2]):
            return None
        return self._escaping(module, call, expected, is_name, ())

    def _escaping(
        self, module: Module, call: ast.Call, expected: str, is_name: bool, below: tuple[Step, ...]
    ) -> tuple[Step, ...] | None:
        place = self._place(module, call)
        if place is None or len(below) > _MAX_DEPTH:
            return None
        node, step = place
        symbol = f"{module.path}:{module.index.by_node[node].qualname}"
        here = Step(module.path, call.lineno, symbol.rpartition(":")[2])
        if here.qualname in (each.qualname for each in below if each.path == here.path):
            return None
        for statement in _tries(module, step, node):
            if any(self._handles(module, handler, expected, is_name) for handler in statement.handlers):
                return None
        chain = (*below, here)
        return self._from_above(symbol, node, chain, lambda m, at: self._escaping(m, at, expected, is_name, chain))

    def _handles(self, module: Module, handler: ast.ExceptHandler, expected: str, is_name: bool) -> bool:
        if len(handler.body) == 1 and isinstance(handler.body[0], ast.Raise) and handler.body[0].exc is None:
            return False
        if not is_name:
            return any(
                isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and expected.lower() in each.value.lower()
                for statement in handler.body
                for each in running(statement)
            )
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        leaf = expected.rpartition(".")[2]
        for kind in kinds:
            if kind is None or _leaf_of(kind) in ("Exception", "BaseException"):
                return True
            if self.named(module, kind, frozenset((expected,))) or _leaf_of(kind) == leaf:
                return True
            name = self.types.qualified(self._type(module, kind))
            if name is not None and self.types.is_subclass(self._class(expected), (name,)):
                return True
        return False

    def _class(self, name: str) -> str:
        """The symbol of a class of the project by its qualified or bare name; the name itself for others."""
        leaf = name.rpartition(".")[2]
        for path in self.modules.mentioning(leaf):
            summary = self.modules.summary(path)
            if summary is not None and leaf in summary.classes and self.is_one(f"{path}:{leaf}", frozenset((name,))):
                return f"{path}:{leaf}"
        return name

    @fact("protocols._handled_by_application", lambda self: self.modules)
    def _handled_by_application(self, leaf: str) -> bool:
        handler = re.compile(rb"exception_handler\(\s*[\w.]*\b" + leaf.encode() + rb"\b")
        return any(handler.search(self.modules.bytes_of(path) or b"") for path in self.modules.mentioning(leaf))

    # Callers

    def _from_above(
        self,
        symbol: str,
        node: FunctionNode,
        chain: tuple[Step, ...],
        ask: Callable[[Module, ast.Call], tuple[Step, ...] | None],
    ) -> tuple[Step, ...] | None:
        """The chain, if somebody runs the function and answers `ask` with one; an entry is somebody."""
        callers = {f"{summary.path}:{function.qualname}" for summary, function, _ in self.passing.callers(symbol)}
        callers.discard(symbol)
        for caller in sorted(callers):
            own = self.function(caller)
            if own is None:
                continue
            module, above = own
            for call in running(above):
                if isinstance(call, ast.Call) and self.symbol(module, call.func) == symbol:
                    longer = ask(module, call)
                    if longer is not None:
                        return longer
        if _is_registered(node) or (not callers and not self._called_somehow(symbol)):
            return chain
        return None

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
                bound = self.passing.bound(self._type(module, call.func)) if isinstance(call, ast.Call) else None
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
                each.value for each in running(node) if isinstance(each, ast.Assign) and value.id in _results(each)
            ]
        return bool(values) and all(self._runs(module, each, names) for each in values)

    @fact("protocols._called_somehow", lambda self: self.modules)
    def _called_somehow(self, symbol: str) -> bool:
        name = symbol.rpartition(".")[2].rpartition(":")[2]
        called = re.compile(rb"(?<!def )\b" + name.encode() + rb"\(")
        return any(called.search(self.modules.bytes_of(path) or b"") for path in self.modules.mentioning(name))

    def required_by_application(self, chain: tuple[Step, ...], names: Names) -> bool:
        """Whether the application runs one of these before the last function of a chain: a dependency of a router."""
        if not chain:
            return False
        known = self.dependencies(f"{chain[-1].path}:{chain[-1].qualname}")
        if known is None:
            return True
        known = [(name.removesuffix(".__call__"), symbol) for name, symbol in known]
        return any(
            name in names
            or f"{name.rpartition('.')[0]}.*" in names
            or name.rpartition(".")[2] in names
            or (symbol is not None and (self.is_one(symbol, names) or self.surely(symbol, names)))
            for name, symbol in known
        )

    # Migrations

    @fact("protocols.migrated_unique", lambda self: self.modules)
    def migrated_unique(self, table: str, columns: tuple[str, ...]) -> bool | None:
        """Whether some Alembic revision makes columns of a table unique; None: none creates it, or SQL is run that
        nobody reads."""
        is_created = is_unknown = False
        for path in self.modules.mentioning("down_revision"):
            module = self.modules.lent(path)
            if module is None or table not in module.text:
                continue
            for call in module.index.nodes(ast.Call):
                match _leaf_of(call.func), call.args:
                    case "create_table", [ast.Constant(value=name), *parts] if name == table:
                        is_created = True
                        if any(_makes_unique(part, columns) for part in parts):
                            return True
                    case "create_unique_constraint" | "create_primary_key", arguments:
                        given = [*arguments, *(each.value for each in call.keywords)]
                        if _names_columns(given, columns) and _is_on(module, call, table):
                            return True
                    case "create_index", arguments if _is_true(call, "unique"):
                        given = [*arguments, *(each.value for each in call.keywords)]
                        if _names_columns(given, columns) and _is_on(module, call, table):
                            return True
                    case "add_column", arguments if any(_makes_unique(part, columns) for part in arguments):
                        if _is_on(module, call, table):
                            return True
                    case "execute", arguments:
                        is_unknown |= "unique" in ast.unparse(call).lower()
        return False if is_created and not is_unknown else None

    # Syntax

    def _type(self, module: Module, expr: ast.AST) -> Type | None:
        return self.types.eval(module.summary, module.expression(expr))

    def _flow(self, node: FunctionNode) -> Flow:
        if node not in self._flows:
            self._flows[node] = Flow(node)
        return self._flows[node]

    def _place(self, module: Module, call: ast.expr | ast.stmt) -> tuple[FunctionNode, ast.AST] | None:
        """The function whose body runs a call, and its step there; None at module level and in lambdas."""
        step = _step_of(module, call)
        current: ast.AST | None = step
        while current is not None:
            current = module.index.parents.get(current)
            if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return current, step
            if isinstance(current, (ast.Lambda, ast.ClassDef)):
                return None
        return None


def _implies(way: list[ast.AST], value: bool) -> bool:
    """Whether what stands innermost is true where the outermost of these is `value`."""
    for outer in reversed(way):
        if isinstance(outer, ast.UnaryOp):
            value = not value
        elif isinstance(outer, ast.BoolOp) and value is not isinstance(outer.op, ast.And):
            return False
    return value


def _is_waited_for(module: Module, starting: ast.Call) -> bool:
    """Whether what is started belongs to a group of tasks, whose block ends after it."""
    owner = starting.func.value if isinstance(starting.func, ast.Attribute) else None
    above: ast.AST | None = starting
    while above is not None and isinstance(owner, ast.Name):
        above = module.index.parents.get(above)
        if isinstance(above, ast.AsyncWith):
            for item in above.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == owner.id:
                    return True
    return False


def _is_manager(node: FunctionNode) -> bool:
    """Whether a function is made a context manager."""
    return any(_leaf_of(each) in ("contextmanager", "asynccontextmanager") for each in node.decorator_list)


def _tries(module: Module, step: ast.AST, node: ast.AST) -> Iterator[ast.Try]:
    """The `try` statements whose body a step is in, innermost first."""
    current = step
    while current is not node:
        above = module.index.parents[current]
        if isinstance(above, ast.Try) and current in above.body:
            yield above
        current = above


def _makes_unique(part: ast.AST, columns: tuple[str, ...]) -> bool:
    """Whether an argument of `create_table` is a unique constraint, primary key or unique column of these."""
    if not isinstance(part, ast.Call):
        return False
    if _leaf_of(part.func) in ("UniqueConstraint", "PrimaryKeyConstraint"):
        named = [each.value for each in part.args if isinstance(each, ast.Constant)]
        return bool(named) and set(named) <= set(columns)
    match part.args[:1]:
        case [ast.Constant(value=name)] if (name,) == columns:
            return _is_true(part, "unique") or _is_true(part, "primary_key")
    return False


def _is_true(call: ast.Call, keyword: str) -> bool:
    return any(
        each.arg == keyword and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )


def _is_on(module: Module, call: ast.Call, table: str) -> bool:
    """Whether an operation of Alembic, or the batch around it, is about a table."""
    current: ast.AST | None = call
    while current is not None:
        named: list[ast.AST] = [current]
        if isinstance(current, ast.With):
            named = [each.context_expr for each in current.items]
        if isinstance(current, (ast.Call, ast.With)):
            for each in (inner for part in named for inner in running(part)):
                if isinstance(each, ast.Constant) and each.value == table:
                    return True
        current = module.index.parents.get(current)
    return False


def _names_columns(arguments: Iterable[ast.AST], columns: tuple[str, ...]) -> bool:
    for argument in arguments:
        if isinstance(argument, (ast.List, ast.Tuple)):
            named = [each.value for each in argument.elts if isinstance(each, ast.Constant)]
            if named and set(named) <= set(columns):
                return True
    return False


def _alone(call: ast.Call) -> ast.AST:
    """A call without the calls in its arguments, which are asked about themselves."""
    plain: list[ast.expr] = [each for each in call.args if isinstance(each, (ast.Name, ast.Attribute))]
    return ast.copy_location(ast.Call(func=call.func, args=plain, keywords=[]), call)


def _step_of(module: Module, node: ast.AST) -> ast.AST:
    current: ast.AST = node
    while not isinstance(current, ast.stmt):
        current = module.index.parents[current]
    return current


def _results(step: ast.AST) -> frozenset[str]:
    """The names that a step binds."""
    match step:
        case ast.Assign(targets=targets):
            return frozenset(each.id for target in targets for each in running(target) if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return frozenset((name,))
    return frozenset()


def _parameters(node: FunctionNode) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


_TRANSPARENT = frozenset(("staticmethod", "classmethod", "property", "override", "wraps", "overload", "cache"))


def _is_registered(node: FunctionNode) -> bool:
    """Whether a decorator hands the function to somebody who calls it: a route, a task, a job."""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr not in _TRANSPARENT
        for each in node.decorator_list
    )


def _module_value(module: Module, name: str) -> ast.expr | None:
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                return value
    return None


def _receivers(found: Type | None) -> tuple[str, ...]:
    match found:
        case ("bound", _, ("inst" | "type", cls, *_)) if isinstance(cls, str):
            return (cls,)
        case ("mem", str(name), _):
            return (name.rpartition(".")[0],)
    return ()


def _leaf_of(expr: ast.AST) -> str | None:
    match expr:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None
