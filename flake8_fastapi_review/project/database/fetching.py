"""How many of the rows that a statement finds are read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.index import FUNCTIONS
from .statements import ONE

if TYPE_CHECKING:
    from ...module import Module

_SAME = frozenset({"scalars", "unique", "mappings", "tuples", "execution_options", "columns", "copy"})
_ALL = frozenset({"all", "fetchall"})
TAKING = frozenset({"list", "set", "tuple", "sorted", "dict", "len", "sum", "frozenset"})


def fetches(module: Module, call: ast.AST) -> str:
    """What becomes of the result of a call that executes a statement: "all" rows are read at once or one after the
    other, "one", "some" in portions, or "" when that is not known."""
    parents = module.index.parents
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        if call.func.attr in ONE or call.func.attr in ("get", "count"):
            return "one"
        if call.func.attr in _ALL:
            return "all"
    node: ast.AST = call
    while True:
        parent = parents.get(node)
        match parent:
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                node = parent
            case ast.Attribute(attr=name):
                above = parents.get(parent)
                if not isinstance(above, ast.Call) or above.func is not parent:
                    return ""
                if name in ONE or name == "count":
                    return "one"
                if name in _ALL:
                    return "all"
                if name not in _SAME:
                    return "some" if name in ("fetchmany", "partitions", "yield_per") else ""
                node = above
            case ast.For(iter=iterable) | ast.AsyncFor(iter=iterable):
                return "all" if iterable is node else ""
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return "all" if any(each.iter is node for each in parent.generators) else ""
            case ast.Call(func=ast.Name(id=name), args=[first, *_]):
                return "all" if name in TAKING and first is node else ""
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return _of_name(module, parent, name)
            case _:
                return ""


def _of_name(module: Module, bound: ast.AST, name: str) -> str:
    """What becomes of the result in a local variable; nothing is told where that has several values."""
    scope = module.index.scope_of(bound).frame()
    if not isinstance(scope.node, FUNCTIONS):
        return ""
    names = [each for each in module.index.running(scope.node, (ast.Name,)) if each.id == name]
    if sum(not isinstance(each.ctx, ast.Load) for each in names) != 1:
        return ""
    found = {fetches(module, each) for each in names if isinstance(each.ctx, ast.Load)} - {""}
    return found.pop() if len(found) == 1 else "all" if found == {"all", "one"} else ""
