"""Failures of a call that are expected, and who handles them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...module.flow import TRY
from ...module.index import running
from .forms import LATER, above, leaf_of, place_of
from .naming import is_meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module import Module
    from .front import Protocols, Step


def is_name(expected: str) -> bool:
    """Whether what is expected is the qualified or bare name of an exception, and not words of its message."""
    return re.fullmatch(r"[\w.]+", expected) is not None and expected.rpartition(".")[2][:1].isupper()


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
    if _is_kept_as_result(started) or _is_suppressed(protocols, module, step, node, expected):
        return None
    for statement in _tries(module, step, node):
        if any(_handles(protocols, module, handler, expected) for handler in statement.handlers):
            return None
    chain = (*below, here)
    symbol = f"{here.path}:{here.qualname}"
    return protocols.from_above(symbol, node, chain, lambda m, at: escaping(protocols, m, at, expected, chain))


def _is_kept_as_result(call: ast.AST | None) -> bool:
    """`gather(push(), return_exceptions=True)`: whoever reads the results sees it."""
    return isinstance(call, ast.Call) and any(
        each.arg == "return_exceptions" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )


def _is_suppressed(protocols: Protocols, module: Module, step: ast.AST, node: ast.AST, expected: str) -> bool:
    """Whether a block around a step takes the failure for none: `with suppress(PushRejected)`."""
    for outer, below in above(module, step, node):
        if not isinstance(outer, (ast.With, ast.AsyncWith)) or below not in outer.body:
            continue
        for item in outer.items:
            call = item.context_expr
            kinds = call.args if isinstance(call, ast.Call) and leaf_of(call.func) == "suppress" else []
            if any(_covers(protocols, module, kind, expected) for kind in kinds):
                return True
    return False


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
    return any(kind is None or _covers(protocols, module, kind, expected) for kind in kinds)


def _covers(protocols: Protocols, module: Module, kind: ast.expr, expected: str) -> bool:
    """Whether a class of exceptions is the expected one, or one of its bases; of words any may be."""
    if leaf_of(kind) in ("Exception", "BaseException", expected.rpartition(".")[2]) or not is_name(expected):
        return True
    name = protocols.types.qualified(protocols.type_of(module, kind))
    if name is None:
        return False
    return is_meant(name, frozenset((expected,))) or bool(
        protocols.types.is_subclass(_class(protocols, expected), (name,))
    )


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
        outer = module.index.parents[current]
        if isinstance(outer, TRY) and current in getattr(outer, "body", ()):
            yield outer
        current = outer
