"""What things are looked up by: `session.get(Plugin, name)`, `next(p for p in plugins if p.name == name)`, and
functions of the project that end in one. Where something was found, the value is one that the project knows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...module.index import subtree
from ...records import NamedTuple
from ...regex import regex
from ..readings import EVERYTHING, NOW, masks_of, remembered
from .state import access

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from ...module import Module
    from ..stored import Asked, Told
    from ..type_terms import Type
    from .engine import Taint

KNOWN = frozenset({"module", "code", "path", "directory", "archive", "sql", "command", "program", "url", "log"})
"""Kinds that a value does no harm for which a catalogue or a database knows; pages show it as it is. Under names with
line ends nothing is found, but for what a client has stored under one."""

_MAX_DEPTH = 6
"""Functions nested deeper are not looked into."""

_MAKES = regex(
    r"(?i)^_*(?:create|add|insert|save|store|put|set|update|upsert|delete|remove|drop|upload|write|register|log|track|"
    r"record|send|post|publish|enqueue|build|make|download|open|run|exec|eval|render)(?:_|$)"
)
"""Functions that bring something about with what they are given; that it worked says nothing about it."""
_CONDITIONS = frozenset({"where", "filter", "having", "and_", "or_", "find", "find_one"})
_NAMED_CONDITIONS = frozenset({"filter_by", "get_or_none", "get_one_or_none", "find_one"})


class _Parts(NamedTuple):
    """What matters of a piece of code, in the order of its text."""

    compared: list[ast.expr]
    """What the attributes of each thing are compared with: in a loop, or in the condition of a query."""
    calls: list[ast.Call]
    assigned: list[tuple[str, frozenset[str]]]
    """Variable, the names in what it is given."""


class Lookups:
    """Answers about expressions and functions; those about functions are remembered."""

    def __init__(self, taint: Taint) -> None:
        self.taint = taint
        self.types = taint.types
        self._selecting: dict[tuple[str, int], bool] = {}
        self._parts: dict[str, _Parts] = {}
        """By symbol: a function is asked about each of its parameters."""

    def forget(self) -> None:
        self._selecting.clear()
        self._parts.clear()

    def keys(self, module: Module, node: ast.expr, is_wanted: Callable[[ast.expr], bool]) -> list[ast.expr]:
        """The wanted expressions by which `node` looks something up."""
        parts = _taken_apart(node)
        found = [each for each in parts.compared if is_wanted(each)]
        for call in parts.calls:
            found += self._given(module, call, is_wanted, 0)
        return found

    def _given(
        self, module: Module, call: ast.Call, is_wanted: Callable[[ast.expr], bool], depth: int
    ) -> Iterator[ast.expr]:
        """The wanted arguments by which a call looks something up."""
        arguments: list[tuple[int | str, ast.expr]] = [*enumerate(call.args)]
        arguments += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
        wanted = [(place, part) for place, each in arguments for part in _single(each) if is_wanted(part)]
        if not wanted:
            return
        leaf = _leaf(call.func)
        callee = self.types.eval(module.summary, module.expression(call.func))
        for place, part in wanted:
            if self._is_selecting(callee, leaf, place, depth):
                yield part

    def _is_selecting(self, callee: Type | None, leaf: str, place: int | str, depth: int) -> bool:
        if leaf in _NAMED_CONDITIONS and isinstance(place, str):
            return True
        match callee:
            case ("func", symbol):
                return not _MAKES.match(leaf) and self._selects(symbol, place, 0, depth)
            case ("bound", symbol, _):
                return not _MAKES.match(leaf) and self._selects(symbol, place, 1, depth)
            case ("union", members):
                return any(self._is_selecting(each, leaf, place, depth) for each in members)
        name = self.types.qualified(callee) if callee is not None else None
        if name is None or place == 0:
            # The first argument is the statement, or the class of what is wanted.
            return False
        rows = self.taint.rows
        return rows.source(name) == "database" or any(sink.kind == "sql" for sink in rows.sinks(name))

    @remembered(lambda self, symbol, place, first, depth: symbol, always=False)
    def _selects(self, symbol: str, place: int | str, first: int, depth: int) -> bool:
        """Whether a function of the project looks something up by an argument."""
        own = self.types.function(symbol)
        if own is None or depth >= _MAX_DEPTH:
            return False
        names = [parameter[0] for parameter in own[1].parameters]
        position = names.index(place) if place in names else place + first if isinstance(place, int) else len(names)
        if position >= len(names):
            return False
        known = self._selecting.get((symbol, position))
        if (
            known is None
            and (kept := self.taint.modules.readings.kept(("taint.selects", symbol, position))) is not None
        ):
            NOW.mask |= kept[0]
            known = self._selecting[symbol, position] = kept[1]
        if known is None:
            self._selecting[symbol, position] = False  # for those that call each other
            known = self._selecting[symbol, position] = self._looks_up(symbol, names[position], depth)
        return known

    def kept(self, known: Container[Asked]) -> Iterator[Told]:
        """What was found in this run, for a later one."""
        masks = masks_of(self, "_selects")
        for (symbol, position), selects in self._selecting.items():
            mask = masks.get(symbol, EVERYTHING)
            asked = "taint.selects", symbol, position
            if mask > EVERYTHING and asked not in known:
                yield asked, mask, selects

    def _looks_up(self, symbol: str, name: str, depth: int) -> bool:
        found = self.taint.node(symbol)
        if found is None:
            return False
        module, tree = found
        parts = self._parts.get(symbol)
        if parts is None:
            parts = self._parts[symbol] = _taken_apart(tree)
        carrying = _carrying(parts, name)

        def is_wanted(node: ast.expr) -> bool:
            return isinstance(node, ast.Name) and node.id in carrying

        if any(is_wanted(each) for each in parts.compared):
            return True
        return any(True for call in parts.calls for _ in self._given(module, call, is_wanted, depth + 1))


def _single(node: ast.expr) -> Iterator[ast.expr]:
    """An argument, or what stands in a dictionary or list of arguments."""
    match node:
        case ast.Dict(values=values):
            for each in values:
                yield from _single(each)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for each in elements:
                yield from _single(each)
        case ast.Call(func=ast.Name(id="str" | "dict"), args=arguments, keywords=keywords):
            for each in (*arguments, *(keyword.value for keyword in keywords)):
                yield from _single(each)
        case _:
            yield node


def _taken_apart(tree: ast.AST) -> _Parts:
    comparisons: list[ast.Compare] = []
    calls: list[ast.Call] = []
    assigned: list[tuple[str, frozenset[str]]] = []
    loops: set[str] = set()
    """Variables of loops."""
    conditions: set[int] = set()
    """The ids of what stands in the conditions of a query."""
    for node in subtree(tree):
        match node:
            case ast.Compare():
                comparisons.append(node)
            case ast.Call():
                calls.append(node)
                if _leaf(node.func) in _CONDITIONS:
                    conditions.update(map(id, node.args))
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                loops.update(_names(node.target))
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ):
                assigned.append((target, frozenset(_names(value))))
    compared: list[ast.expr] = []
    for comparison in comparisons:
        match comparison:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                for side, other in ((left, right), (right, left)):
                    owner = access(other)
                    if owner is None or len(owner) < 2:
                        continue
                    if owner[0] in loops or id(comparison) in conditions:
                        compared.append(side)
    return _Parts(compared, calls, assigned)


def _leaf(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in subtree(node) if isinstance(each, ast.Name))


def _carrying(parts: _Parts, name: str) -> set[str]:
    """A parameter, and the variables that are made of it."""
    found = {name}
    for _ in range(2):
        for target, names in parts.assigned:
            if not found.isdisjoint(names):
                found.add(target)
    return found
