"""Whether a number that somebody asks for is kept small, by the function that is given it or by others."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..module.index import FUNCTIONS, subtree
from ..regex import regex
from .constants import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..module import Module
    from .types import Types

_DEPTH = 3
"""So many calls are followed."""
_LOWEST = 1
_BOUNDING = regex(r"clamp|bound|valid|check|normali[sz]e|(max|safe|cap|enforce|apply)_?limit|limit_", re.IGNORECASE)
_QUERYING = regex(r"^(execute\w*|fetch\w*|query\w*|scalars?|text|raw|find\w*|aggregate)$", re.IGNORECASE)


def is_bounded(types: Types, module: Module, function: ast.AST, name: str, depth: int = _DEPTH) -> bool:
    """Whether a function compares its parameter `name` from above, takes the smaller of it and something else, or hands
    it to a function of the project that does."""
    calls = []
    for node in _inside(function):
        match node:
            case ast.Compare() if _limits(types, module, node, name):
                return True
            case ast.Call(func=callee, args=args) if any(_is_name(arg, name) for arg in args):
                called = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
                if called == "min" or _BOUNDING.search(called):
                    return True
                calls.append(node)
            case ast.Call(keywords=keywords) if any(_is_name(keyword.value, name) for keyword in keywords):
                calls.append(node)
    return depth > 0 and any(_is_bounded_by(types, module, call, name, depth - 1) for call in calls)


def is_relayed(function: ast.AST, name: str) -> bool:
    """Whether a function does nothing with its parameter but write it, under its own name, into a dictionary that no
    query of a database is given: that of a request to somebody else, whose limit it is."""
    entries = 0
    tests: set[int] = set()
    for node in _inside(function):
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=key))], value=ast.Name(id=read)):
                entries += key == name == read
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                entries += sum(isinstance(k, ast.Constant) and k.value == name and _is_name(v, name) for k, v in pairs)
            case ast.Compare(left=ast.Name(id=read) as left, comparators=[ast.Constant(value=None)]) if read == name:
                tests.add(id(left))
            case ast.Call(func=callee):
                called = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
                if _QUERYING.match(called):
                    return False
    reads = sum(_is_name(node, name) and id(node) not in tests for node in _inside(function))
    return 0 < entries == reads


def _limits(types: Types, module: Module, compare: ast.Compare, name: str) -> bool:
    operands = (compare.left, *compare.comparators)
    if not any(_is_name(each, name) for each in operands):
        return False
    if len(compare.ops) == 1:
        others = [value_of(types, module.summary, module.expression(each)) for each in operands]
        if any(isinstance(other, int) and other <= _LOWEST for other in others):
            return False  # `limit < 1` bounds it from below
        if not any(_is_fixed(each) for each in operands if not _is_name(each, name)):
            return False  # `len(rows) > limit`, `count >= limit` stop at it
    return any(isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for operator in compare.ops)


def _is_bounded_by(types: Types, module: Module, call: ast.Call, name: str, depth: int) -> bool:
    found = types.eval(module.summary, module.expression(call.func))
    if found is None or found[0] not in ("func", "bound") or ":" not in found[1]:
        return False
    path, _, qualname = found[1].rpartition(":")
    callee = types.modules.lent(path)
    if callee is None:
        return False
    node = next((s.node for s in callee.index.scopes if s.kind == "function" and s.qualname == qualname), None)
    if not isinstance(node, FUNCTIONS):
        return False
    parameters = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    if found[0] == "bound":
        parameters = parameters[1:]
    given = [parameter for parameter, arg in zip(parameters, call.args, strict=False) if _is_name(arg, name)]
    given += [keyword.arg for keyword in call.keywords if keyword.arg and _is_name(keyword.value, name)]
    return any(is_bounded(types, callee, node, each, depth) for each in given)


def _is_fixed(operand: ast.expr) -> bool:
    """Whether a bound is meant and not something that is counted: a number, a constant, a setting."""
    match operand:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper() or "max" in name.lower()
        case ast.Call(func=ast.Name(id=called)):
            return called != "len"
        case _:
            return isinstance(operand, (ast.Attribute, ast.Call, ast.BinOp, ast.Subscript))


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _inside(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's body, those of functions in it included."""
    for statement in getattr(function, "body", ()):
        yield from subtree(statement)
