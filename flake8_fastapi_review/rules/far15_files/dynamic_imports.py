"""Calls that import what is only known at run time, and what handles their failure."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

_IMPORTS = (
    "importlib.import_module",
    "builtins.__import__",
    "importlib.__import__",
    "runpy.run_path",
    "runpy.run_module",
)
_LEAVES = frozenset(("import_module", "__import__", "run_path", "run_module"))
_LAZY = ("importlib.util.LazyLoader",)
_OWN = ("__name__", "__package__", "__path__", "__file__", "__spec__")
_CAUGHT = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))


def dynamic_imports(file: File) -> Iterator[ast.Call]:
    """Calls that run the code of a module whose name or place is no constant."""
    for call in file.nodes(ast.Call):
        leaf = last_name(call.func)
        if (leaf == "exec_module" and call.args and isinstance(call.func, ast.Attribute)) or (
            leaf in _LEAVES and file.is_named(call.func, *_IMPORTS)
        ):
            if leaf == "exec_module" and _is_lazy(file, call.func):
                continue
            if not is_own(file, call):
                yield call


def _is_lazy(file: File, function: ast.expr) -> bool:
    """`importlib.util.LazyLoader(…).exec_module(module)` runs nothing yet."""
    receiver = function.value if isinstance(function, ast.Attribute) else function
    return any(
        isinstance(value, ast.Call) and file.is_named(value.func, *_LAZY) for value in file.values(receiver)
    ) or bool(file.is_a(receiver, *_LAZY))


def is_own(file: File, call: ast.Call) -> bool:
    """What is imported is a constant, or found relative to this very module: a part of the same program."""
    if not call.args:
        return True
    name = call.args[0]
    if file.value_of(name) is not file.UNKNOWN:
        return True
    return any(belongs_here(file, argument) for argument in call.args)


def belongs_here(file: File, expr: ast.expr) -> bool:
    """Computed from the name or the place of this module."""
    return any(file.mentions(expr, name) for name in _OWN)


def is_handled(file: File, node: ast.AST) -> bool:
    """A handler in the same function catches what an import raises."""
    child = node
    for above in file.ancestors(node):
        match above:
            case ast.Try(body=body, handlers=handlers) if child in body and any(map(_catches, handlers)):
                return True
            case ast.With(items=items) | ast.AsyncWith(items=items) if any(
                isinstance(item.context_expr, ast.Call) and file.is_named(item.context_expr.func, "contextlib.suppress")
                for item in items
            ):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
        child = above
    return False


def shown(file: File, node: ast.AST) -> str:
    """The text of a call or assignment for a message; arguments that are long or templates are left out."""
    text = file.source(node)
    if len(text) < 60 and "{" not in text and "\n" not in text:
        return text
    return f"{file.source(node.func)}(…)" if isinstance(node, ast.Call) else text.partition("[")[0] + "[…] = …"


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (last_name(kind)) in _CAUGHT for kind in kinds)
