"""Whether a function deals with its own errors, so that none leaves it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..module.index import subtree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .modules import Modules

_BROAD = frozenset(("Exception", "BaseException"))
_HARMLESS = frozenset(
    "len int str bool float isinstance min max sorted list dict set tuple range print getattr".split()
)
_LOGGING = frozenset("debug info warning error exception critical log trace".split())
_OPAQUE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

_ENDING = frozenset(("close", "aclose", "close_all", "disconnect", "shutdown", "release", "terminate"))


def node_of(modules: Modules, symbol: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The definition of a project function, "path:qualname"; None when it is none, or cannot be read."""
    path, _, qualname = symbol.rpartition(":")
    module = modules.lent(path)
    if module is None:
        return None
    found = module.index.function(qualname)
    return found if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def guards_itself(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether what the function does is done under a handler for every exception that raises none on.

    Calls outside of it that cannot fail, of builtins and loggers, do not count.
    """
    tries = [each for each in _statements(function.body) if isinstance(each, ast.Try) and _is_broad(each)]
    if not tries:
        return False
    covered = {id(node) for each in tries for node in _within([*each.body, *each.handlers, *each.orelse])}
    return not any(id(call) not in covered and not _is_harmless(call) for call in _calls(function.body))


def _is_broad(statement: ast.Try) -> bool:
    for handler in statement.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or (isinstance(kind, ast.Name) and kind.id in _BROAD) for kind in kinds):
            return not any(isinstance(node, ast.Raise) for node in _within(handler.body))
    return False


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in _within(body):
        if isinstance(node, ast.stmt):
            yield node


def _within(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """What runs when the body runs, in no order."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _OPAQUE):
            todo.extend(ast.iter_child_nodes(node))


def _calls(body: Iterable[ast.AST]) -> Iterator[ast.Call]:
    for node in _within(body):
        if isinstance(node, ast.Call):
            yield node


def _is_harmless(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id=name):
            return name in _HARMLESS
        case ast.Attribute(attr=name):
            return name in _LOGGING or name in ("get", "sleep", "time", "now", "monotonic")
    return False


def is_endless(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function holds a `while True` that neither `break` nor `return` leaves."""
    for loop in subtree(function):
        if isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and loop.test.value:
            return not any(isinstance(each, (ast.Break, ast.Return)) for each in subtree(loop))
    return False


def ends_what_it_yields(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a `with` that gives the yielded value is around a `yield`, or something is closed behind it."""
    for node in subtree(function):
        if not isinstance(node, ast.Yield) or not isinstance(node.value, ast.Name):
            continue
        name = node.value.id
        for other in subtree(function):
            match other:
                case ast.withitem(optional_vars=ast.Name(id=opened)) if opened == name:
                    return True
                case ast.Call(func=ast.Attribute(value=ast.Name(id=closed), attr=method)) if (
                    closed == name and method in _ENDING
                ):
                    return True
    return False
