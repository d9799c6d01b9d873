"""Failures of a call that are expected, and who handles them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...module.flow import TRY
from ...module.index import running
from .forms import LATER, leaf_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module import Module
    from .front import Protocols, Step


def is_name(expected: str) -> bool:
    """Whether what is expected is the qualified or bare name of an exception, and not words of its message."""
    return re.fullmatch(r"[\w.]+", expected) is not None


def escaping(
    protocols: Protocols, module: Module, call: ast.Call, expected: str, below: tuple[Step, ...]
) -> tuple[Step, ...] | None:
    """The functions, innermost first, that an expected failure of a call leaves; None: somebody handles it."""
    place = place_of(module, call)
    if place is None:
        return None
    node, step = place
    started = module.index.parents.get(call)
    if isinstance(started, ast.Call) and leaf_of(started.func) in LATER:
        return None  # whoever awaits the task may handle it
    here = protocols.here(module, node, call, below)
    if here is None:
        return None
    for statement in _tries(module, step, node):
        if any(_handles(protocols, module, handler, expected) for handler in statement.handlers):
            return None
    chain = (*below, here)
    symbol = f"{here.path}:{here.qualname}"
    return protocols.from_above(symbol, node, chain, lambda m, at: escaping(protocols, m, at, expected, chain))


def _handles(protocols: Protocols, module: Module, handler: ast.ExceptHandler, expected: str) -> bool:
    if len(handler.body) == 1 and isinstance(handler.body[0], ast.Raise) and handler.body[0].exc is None:
        return False
    if not is_name(expected):
        return any(
            isinstance(each, ast.Constant) and isinstance(each.value, str) and expected.lower() in each.value.lower()
            for statement in handler.body
            for each in running(statement)
        )
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    leaf = expected.rpartition(".")[2]
    for kind in kinds:
        if kind is None or leaf_of(kind) in ("Exception", "BaseException"):
            return True
        if protocols.named(module, kind, frozenset((expected,))) or leaf_of(kind) == leaf:
            return True
        name = protocols.types.qualified(protocols.type_of(module, kind))
        if name is not None and protocols.types.is_subclass(_class(protocols, expected), (name,)):
            return True
    return False


def _class(protocols: Protocols, name: str) -> str:
    """The symbol of a class of the project by its qualified or bare name; the name itself for others."""
    leaf = name.rpartition(".")[2]
    for path in protocols.modules.mentioning(leaf):
        summary = protocols.modules.summary(path)
        if summary is not None and leaf in summary.classes and protocols.is_one(f"{path}:{leaf}", frozenset((name,))):
            return f"{path}:{leaf}"
    return name


def _tries(module: Module, step: ast.AST, node: ast.AST) -> Iterator[Any]:
    """The `try` statements whose body a step is in, innermost first."""
    current = step
    while current is not node:
        above = module.index.parents[current]
        if isinstance(above, TRY) and current in getattr(above, "body", ()):
            yield above
        current = above
