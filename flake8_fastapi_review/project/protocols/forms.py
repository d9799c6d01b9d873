"""What the shape of code alone tells about the order of steps."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.flow import Flow
from ...module.index import running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...module import Module

    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

LATER = frozenset("create_task ensure_future add_task start_soon spawn submit add_job".split())
"""What only starts what it is given."""
WAITED = frozenset("to_thread run_in_threadpool run_sync run_in_executor".split())
"""What calls the function that it is given, and ends after it."""
QUEUED = frozenset("delay apply_async send send_with_options kiq".split())
"""Methods of a task that have a worker run it."""
ENTERED = frozenset(("enter_context", "enter_async_context"))
_ROUTES = frozenset("get post put patch delete head options trace api_route route websocket websocket_route".split())
_TRANSPARENT = frozenset(("staticmethod", "classmethod", "property", "override", "wraps", "overload", "cache"))
_DEPENDS = ("Depends", "Security")


def leaf_of(expr: ast.AST) -> str | None:
    match expr:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def is_dependency(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and leaf_of(node.func) in _DEPENDS


def alone(call: ast.Call) -> ast.Call:
    """A call without the calls in its arguments, which are asked about themselves."""
    return ast.copy_location(ast.Call(func=call.func, args=handed(call), keywords=[]), call)


def handed(call: ast.Call) -> list[ast.expr]:
    """What a call may be given to call it: names, and what `partial` is made of."""
    found: list[ast.expr] = []
    for each in call.args:
        match each:
            case ast.Name() | ast.Attribute():
                found.append(each)
            case ast.Call(func=func, args=[ast.Name() | ast.Attribute() as first, *_]) if leaf_of(func) == "partial":
                found.append(first)
    return found


def step_of(module: Module, node: ast.AST) -> ast.AST:
    """The statement that a node is in."""
    current: ast.AST = node
    while not isinstance(current, ast.stmt):
        current = module.index.parents[current]
    return current


def place_of(module: Module, node: ast.expr | ast.stmt) -> tuple[FunctionNode, ast.AST] | None:
    """The function whose body runs a node, and its step there; None at module level and in lambdas."""
    current: ast.AST | None = node
    step: ast.AST | None = None
    while current is not None:
        if isinstance(current, ast.stmt):
            step = step or current
        current = module.index.parents.get(current)
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)) and step is not None:
            return current, step
        if isinstance(current, (ast.Lambda, ast.ClassDef)):
            return None
    return None


def above(module: Module, below: ast.AST, top: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The nodes between one and `top`, innermost first, each with the one of its children that leads there."""
    while below is not top:
        outer = module.index.parents.get(below)
        if outer is None or outer is top:
            return
        yield outer, below
        below = outer


def bound_by(step: ast.AST) -> frozenset[str]:
    """The names that a step binds, or adds to: `texts.append(…)`."""
    found: set[str] = set()
    match step:
        case ast.Assign(targets=targets):
            for target in targets:
                found |= {
                    each.id
                    for each in running(target)
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                }
                if isinstance(target, (ast.Subscript, ast.Attribute)) and isinstance(target.value, ast.Name):
                    found.add(target.value.id)
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            found.add(name)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            found.add(name)
    parts = step.items if isinstance(step, (ast.With, ast.AsyncWith)) else ()
    for item in parts:
        if item.optional_vars is not None:
            found |= {each.id for each in running(item.optional_vars) if isinstance(each, ast.Name)}
    looked: Iterable[ast.AST] = ()
    match step:
        case ast.If(test=test) | ast.While(test=test) | ast.Match(subject=test):
            looked = running(test)
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) | ast.Expr(value=value):
            looked = running(value)
    found |= {
        each.target.id for each in looked if isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name)
    }
    return frozenset(found)


def derived(node: FunctionNode, names: frozenset[str]) -> frozenset[str]:
    """The local names that are computed from some, these included."""
    found = set(names)
    if not found:
        return names
    changed = True
    while changed:
        changed = False
        for each in running(node):
            match each:
                case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                    made = bound_by(each)
                case ast.For(iter=value, target=target) | ast.AsyncFor(iter=value, target=target):
                    made = frozenset(inner.id for inner in running(target) if isinstance(inner, ast.Name))
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    made = frozenset((name,))
                case _:
                    continue
            if not made <= found and any(isinstance(inner, ast.Name) and inner.id in found for inner in running(value)):
                found |= made
                changed = True
    return frozenset(found)


def implies(way: list[ast.AST], value: bool) -> bool:
    """Whether what stands innermost is true where the outermost of these is `value`."""
    for outer in reversed(way):
        if isinstance(outer, ast.UnaryOp):
            value = not value
        elif isinstance(outer, ast.BoolOp) and value is not isinstance(outer.op, ast.And):
            return False
    return value


def leaves(branch: list[ast.stmt]) -> bool:
    """Whether control never goes on behind a branch that is there."""
    return bool(branch) and not Flow(branch).falls_through(branch)


def is_certain(module: Module, call: ast.AST) -> bool:
    """Whether a call runs whenever its statement does: not as the second part of an `and`, or of `a if b else c`."""
    below: ast.AST = call
    while not isinstance(below, ast.stmt):
        outer = module.index.parents[below]
        if isinstance(outer, ast.BoolOp) and outer.values[0] is not below:
            return False
        if isinstance(outer, ast.IfExp) and outer.test is not below:
            return False
        below = outer
    return True


def is_waited_for(module: Module, starting: ast.Call) -> bool:
    """Whether what is started belongs to a group of tasks, whose block ends after it."""
    owner = starting.func.value if isinstance(starting.func, ast.Attribute) else None
    outer: ast.AST | None = starting
    while outer is not None and isinstance(owner, ast.Name):
        outer = module.index.parents.get(outer)
        if isinstance(outer, (ast.AsyncWith, ast.With)):
            for item in outer.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == owner.id:
                    return True
    return False


def is_manager(node: FunctionNode) -> bool:
    """Whether a function is made a context manager."""
    return any(leaf_of(each) in ("contextmanager", "asynccontextmanager") for each in node.decorator_list)


def parameters(node: FunctionNode) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def is_route(node: FunctionNode) -> bool:
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _ROUTES
        for each in node.decorator_list
    )


def is_registered(node: FunctionNode) -> bool:
    """Whether a decorator hands the function to somebody who calls it: a route, a task, a job."""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr not in _TRANSPARENT
        for each in node.decorator_list
    )


def module_value(module: Module, name: str) -> ast.expr | None:
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                return value
    return None


def enclosing_functions(module: Module, node: ast.AST) -> list[FunctionNode]:
    """The functions around a definition, innermost first."""
    found: list[FunctionNode] = []
    outer = module.index.parents.get(node)
    while outer is not None:
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(outer)
        outer = module.index.parents.get(outer)
    return found
