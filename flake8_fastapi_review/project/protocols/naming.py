"""Whom the names of a protocol mean."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.index import running
from ..guarding import node_of
from .forms import WAITED, leaf_of
from .forms import handed as given_to_call

if TYPE_CHECKING:
    from ...module import Module
    from ..passing import Passing
    from ..type_terms import Type
    from ..types import Types

    Names = frozenset[str]
    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Naming:
    """Names are qualified ones, `app.ocr.Client.*` for all members of a class, or bare ones."""

    def __init__(self, types: Types, passing: Passing) -> None:
        self.types = types
        self.modules = types.modules
        self.passing = passing

    def named(self, module: Module, expr: ast.AST, names: Names) -> bool:
        """Whether an expression refers to one of these."""
        written = leaf_of(expr)
        if written is None:
            return False
        if written in names:
            return True
        found = self.type_of(module, expr)
        name = self.types.qualified(found)
        if name is None:
            path, member = _written(expr), self._unknown_member(module, expr)
            return (member is not None and is_meant(member, names)) or any(
                "." in wanted and f".{path}".endswith(f".{wanted}") for wanted in names if path
            )
        if is_meant(name, names):
            return True
        if found is not None and found[0] == "type":
            return bool(self.types.is_subclass(found[1], tuple(each for each in names if "." in each)))
        leaf = name.rpartition(".")[2]
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
            if not isinstance(call, ast.Call) or leaf_of(call.func) == "partial":
                continue
            if self.named(module, call.func, names) or (
                (handed or leaf_of(call.func) in WAITED)
                and any(self.named(module, each, names) for each in given_to_call(call))
            ):
                found.append(call)
        return found

    def symbol(self, module: Module, expr: ast.AST) -> str | None:
        """The function of the project that an expression refers to."""
        bound = self.passing.bound(self.type_of(module, expr))
        return None if bound is None else bound[0]

    def function(self, symbol: str) -> tuple[Module, FunctionNode] | None:
        module = self.modules.lent(symbol.rpartition(":")[0])
        node = node_of(self.modules, symbol)
        return None if module is None or node is None else (module, node)

    def method(self, module: Module, value: ast.expr, *names: str) -> str | None:
        """The first of these methods that the class of a value has: a symbol of the project."""
        found = self.type_of(module, value)
        cls = found[1] if found is not None and found[0] == "inst" else None
        for name in names if isinstance(cls, str) and ":" in cls else ():
            member = self.types.members(str(cls), name)
            if member is None or member[1] is None or not member[2]:
                continue
            fact = member[1].table[member[2][-1]]
            if fact[0] == "def":
                return f"{member[1].path}:{fact[1]}"
        return None

    def is_one(self, symbol: str, names: Names) -> bool:
        """Whether a function of the project is one of these itself."""
        return is_meant(self.types.dotted(symbol), names)

    def _unknown_member(self, module: Module, expr: ast.AST) -> str | None:
        """The name of what an object of a library has, although nothing is known of it: `Client().blocks.update`."""
        path = []
        while isinstance(expr, ast.Attribute):
            path.append(expr.attr)
            expr = expr.value
            found = self.type_of(module, expr)
            if found is not None and found[0] == "inst" and ":" not in found[1]:
                return ".".join([found[1], *reversed(path)])
        return None

    def type_of(self, module: Module, expr: ast.AST) -> Type | None:
        return self.types.eval(module.summary, module.expression(expr))


def is_meant(name: str, names: Names) -> bool:
    """Whether a qualified name is one of some: as a whole, by its end ("Client.read"), or any member of a class."""
    owner = name.rpartition(".")[0]
    return any(
        name == wanted
        or name.endswith(f".{wanted}")
        or (wanted.endswith(".*") and f".{owner}".endswith(f".{wanted[:-2]}"))
        for wanted in names
    )


def _written(expr: ast.AST) -> str:
    """An expression of names and dots as it is written; "" for any other."""
    path: list[str] = []
    while isinstance(expr, ast.Attribute):
        path.append(expr.attr)
        expr = expr.value
    return ".".join([expr.id, *reversed(path)]) if isinstance(expr, ast.Name) else ""


def _receivers(found: Type | None) -> tuple[str, ...]:
    match found:
        case ("bound", _, ("inst" | "type", cls, *_)) if isinstance(cls, str):
            return (cls,)
        case ("mem", str(name), _):
            return (name.rpartition(".")[0],)
    return ()
