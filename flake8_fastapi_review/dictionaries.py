"""What a dictionary holds that a function writes out, piece by piece, and what a call is given by keyword."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .module.index import FUNCTIONS

if TYPE_CHECKING:
    from .file import File

_SOMETIMES = ast.Constant(...)


class Dictionaries:
    """Asks about the dictionaries of one file."""

    def __init__(self, file: File) -> None:
        self._file = file

    def keywords(self, call: ast.Call) -> list[tuple[str, ast.expr]] | None:
        """What a call passes by keyword, dictionaries written out in this file unpacked; None when not all is known."""
        found: list[tuple[str, ast.expr]] = []
        for given in call.keywords:
            if given.arg is not None:
                found.append((given.arg, given.value))
                continue
            pairs = self.entries(given.value)
            if pairs is None:
                return None
            found += pairs
        return found

    def entries(self, expr: ast.expr) -> list[tuple[str, ast.expr]] | None:
        """The keys and values of a dictionary that is written out in this function; None when not all are known.

        The value of a key that is only added under a condition is the literal `...`.
        """
        match expr:
            case ast.Dict(keys=keys, values=values):
                found: list[tuple[str, ast.expr]] = []
                for key, value in zip(keys, values, strict=True):
                    name = self._file.value_of(key) if key is not None else None
                    inner = self.entries(value) if key is None else [(name, value)] if isinstance(name, str) else None
                    if inner is None:
                        return None
                    found += inner
                return found
            case ast.Call(func=ast.Name(id="dict"), args=arguments):
                pairs = self.keywords(expr)
                for first in arguments:
                    inner = self.entries(first)
                    pairs = None if pairs is None or inner is None else [*inner, *pairs]
                return pairs
            case ast.Call(func=ast.Attribute(value=inner_dict, attr="copy"), args=[]):
                return self.entries(inner_dict)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                first_half, second_half = self.entries(left), self.entries(right)
                return None if first_half is None or second_half is None else [*first_half, *second_half]
            case ast.Name():
                assigned = self._file.assigned(expr)
                bound = self._file.binding_nodes(expr)
                if len(assigned) != 1 or len(bound) != 1 or not isinstance(assigned[0], ast.expr):
                    return None
                known = self.entries(assigned[0])
                return None if known is None else self._grown(expr, known)
        return None

    def _grown(self, name: ast.Name, pairs: list[tuple[str, ast.expr]]) -> list[tuple[str, ast.expr]] | None:
        """The entries of a local dictionary with those that are added to it anywhere in its function."""
        function = self._file.function(name)
        place = function if function is not None else self._file.tree
        for node in self._file.within(place, ast.Call, ast.Subscript, ast.AugAssign):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="update" | "setdefault" as method)) if (
                    owner == name.id
                ):
                    if method == "setdefault" and node.args:
                        key = self._file.value_of(node.args[0])
                        more = [(key, node.args[-1])] if isinstance(key, str) else None
                    else:
                        known = [self.keywords(node), *(self.entries(each) for each in node.args)]
                        more = None if None in known else [pair for each in known if each for pair in each]
                case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(key)), ctx=ast.Store()) if (
                    owner == name.id
                ):
                    holder = self._file.parent(node)
                    more = [(key, holder.value)] if isinstance(holder, ast.Assign) else None
                case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store()) if owner == name.id:
                    more = None
                case ast.AugAssign(target=ast.Name(id=owner), value=right) if owner == name.id:
                    more = self.entries(right)
                case _:
                    continue
            if more is None:
                return None
            if not self._branches(node) <= self._branches(name):
                more = [(key, _SOMETIMES) for key, _ in more]
            pairs = [*pairs, *more]
        return pairs

    def _branches(self, node: ast.AST) -> set[tuple[ast.AST, str]]:
        """The conditions, loops and handlers of its function that a node runs under, each with the part it is in."""
        found: set[tuple[ast.AST, str]] = set()
        child = node
        for above in self._file.ancestors(node):
            if isinstance(above, (*FUNCTIONS, ast.ClassDef)):
                break
            if isinstance(above, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)):
                orelse = getattr(above, "orelse", ())
                found.add((above, "else" if any(child is each for each in orelse) else "body"))
            child = above
        return found
