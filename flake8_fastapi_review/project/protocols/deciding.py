"""What tests say about each other, and about what has been done: `if paid: …` twice, `if done: …` after a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.index import running
from .forms import bound_by, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...module import Module

    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_STABLE = (ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.boolop, ast.unaryop,
           ast.cmpop, ast.expr_context, ast.Tuple, ast.List, ast.Set)  # fmt: skip
_ADDING = frozenset(("append", "add", "extend", "update", "appendleft", "setdefault", "insert", "put_nowait"))


def decided_at(module: Module, node: FunctionNode, at: ast.AST) -> Callable[[ast.AST], bool | None]:
    """Of the tests in a function: how they come out whenever `at` is reached, as far as the tests around it, and those
    before it that leave, tell."""
    known: dict[str, bool] = {}
    for test, value in _taken(module, node, at):
        _learn(known, node, test, value)

    def decided(test: ast.AST) -> bool | None:
        return _outcome(known, test) if known else None

    return decided


def _taken(module: Module, node: FunctionNode, at: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    below = at
    while below is not node:
        outer = module.index.parents.get(below)
        if outer is None:
            return
        match outer:
            case ast.If(test=test, body=body, orelse=orelse) if below is not test:
                yield test, below in body
                yield from _left_before(body if below in body else orelse, below)
            case ast.IfExp(test=test, body=body) if below is not test:
                yield test, below is body
            case _:
                for block in ("body", "orelse", "finalbody"):
                    statements = getattr(outer, block, None)
                    if isinstance(statements, list) and below in statements:
                        yield from _left_before(statements, below)
        below = outer


def _left_before(block: list[ast.stmt], below: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    for statement in block:
        if statement is below:
            return
        if isinstance(statement, ast.If):
            if leaves(statement.body):
                yield statement.test, False
            elif leaves(statement.orelse):
                yield statement.test, True


def _learn(known: dict[str, bool], node: FunctionNode, test: ast.expr, value: bool) -> None:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _learn(known, node, operand, not value)
        case ast.BoolOp(op=op, values=values) if value is isinstance(op, ast.And):
            for each in values:
                _learn(known, node, each, value)
        case _ if _is_stable(node, test):
            known[ast.dump(test)] = value


def _outcome(known: dict[str, bool], test: ast.AST) -> bool | None:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _outcome(known, operand)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            decisive = not isinstance(op, ast.And)
            outcomes = [_outcome(known, each) for each in values]
            if decisive in outcomes:
                return decisive
            return None if None in outcomes else not decisive
    return known.get(ast.dump(test))


def _is_stable(node: FunctionNode, test: ast.expr) -> bool:
    """Whether a test comes out the same wherever the function asks it: no calls, and nothing that is bound again."""
    names = set()
    for each in ast.walk(test):
        if not isinstance(each, _STABLE):
            return False
        if isinstance(each, ast.Name):
            names.add(each.id)
    own = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    bound: dict[str, int] = dict.fromkeys(own, 1)
    for each in running(node):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound[name] = bound.get(name, 0) + 1
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                bound[name] = bound.get(name, 0) + 2
    return all(bound.get(name, 1) <= 1 for name in names)


def told_by(test: ast.AST, value: bool) -> frozenset[str]:
    """The local names that hold something (true, more than 0, not None) where a test comes out as `value`."""
    match test:
        case ast.Name(id=name):
            return frozenset((name,) if value else ())
        case ast.NamedExpr(target=ast.Name(id=name)):
            return frozenset((name,) if value else ())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return told_by(operand, not value)
        case ast.BoolOp(op=op, values=values) if value is isinstance(op, ast.And):
            return frozenset().union(*(told_by(each, value) for each in values))
        case ast.Call(func=ast.Name(id="len" | "bool" | "any" | "sum"), args=[inner]):
            return told_by(inner, value)
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=bound)]):
            if isinstance(op, (ast.Gt, ast.NotEq, ast.IsNot)) and not bound:
                return told_by(left, value)
            if isinstance(op, (ast.Is, ast.Eq)) and bound is True:
                return told_by(left, value)
            if isinstance(op, (ast.Is, ast.Eq, ast.LtE)) and not bound:
                return told_by(left, not value)
            if isinstance(op, ast.GtE) and bound == 1:
                return told_by(left, value)
            if isinstance(op, ast.Lt) and bound == 1:
                return told_by(left, not value)
    return frozenset()


def amounts(node: FunctionNode, call: ast.Call) -> frozenset[str]:
    """The local names that a call is given as a number: `consume(user, done)`, `consume(user, pages=len(texts))`."""
    found: set[str] = set()
    for given in (*call.args, *(each.value for each in call.keywords)):
        match given:
            case ast.Name(id=name) if _begins_with_number(node, name):
                found.add(name)
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                found.add(name)
    return frozenset(found)


def _begins_with_number(node: FunctionNode, name: str) -> bool:
    return any(
        isinstance(each, (ast.Assign, ast.AnnAssign))
        and name in bound_by(each)
        and isinstance(each.value, ast.Constant)
        and each.value.value in (0, 0.0)
        and each.value.value is not False
        for each in running(node)
    )


def counts_each(node: FunctionNode, call: ast.Call, body_does: Callable[[ast.For | ast.AsyncFor], bool]) -> bool:
    """Whether a call is given the length of what a loop has done something for each of: `consume(user, len(pages))`."""
    names = amounts(node, call)
    return any(
        isinstance(each, (ast.For, ast.AsyncFor))
        and isinstance(each.iter, ast.Name)
        and each.iter.id in names
        and body_does(each)
        for each in running(node)
    )


def set_after(node: FunctionNode, name: str, is_after: Callable[[ast.AST], bool]) -> bool:
    """Whether a local name holds something only where a step has been made that `is_after`: it begins with nothing."""
    if any(each.arg == name for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)):
        return False
    begins = False
    steps: list[ast.AST] = []
    for each in running(node):
        match each:
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) if name in bound_by(each):
                is_whole = not isinstance(each, ast.Assign) or any(isinstance(to, ast.Name) for to in each.targets)
                if is_whole and _is_nothing(value):
                    begins = True
                    continue
                steps.append(each)
            case ast.AugAssign(target=ast.Name(id=bound)) if bound == name:
                steps.append(each)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=bound), attr=attr))):
                if bound == name and attr in _ADDING:
                    steps.append(each)
            case ast.For(target=ast.Name(id=bound)) | ast.AsyncFor(target=ast.Name(id=bound)) if bound == name:
                return False
            case ast.withitem(optional_vars=ast.Name(id=bound)) if bound == name:
                return False
    return begins and bool(steps) and all(is_after(each) for each in steps)


def _is_nothing(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=constant):
            return not constant
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "deque"), args=[], keywords=[]):
            return True
    return False
