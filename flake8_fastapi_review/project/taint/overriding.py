"""Methods that only say what there is to call: a call of one is a call of a method that overrides it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .substitution import Substitution
from .values import UNTOUCHED, Effect, Value, common, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..types import Types
    from .inputs import Inputs
    from .values import Label, Origin

_MOST_FILES = 40
_MOST = 3
"""A name that is defined in more files, or a method that is overridden more often, does not tell what is called."""


def is_abstract(node: ast.AST) -> bool:
    """Whether a method does nothing, or says that it is not implemented."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    match body:
        case [] | [ast.Pass()]:
            return True
        case [*before, ast.Raise(exc=ast.Name(id="NotImplementedError"))] | [
            *before,
            ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))),
        ]:
            return all(isinstance(each, ast.Assign) for each in before)
    return False


def overriders(types: Types, symbol: str, cls: str) -> list[str]:
    """The methods of subclasses of `cls` that override one, by path; none when there are too many."""
    path, _, qualname = symbol.rpartition(":")
    owner, _, name = qualname.rpartition(".")
    if not owner or name.startswith("__"):
        return []
    paths = types.modules.mentioning_any((f"def {name}(".encode(),))
    found: list[str] = []
    for each in paths if len(paths) <= _MOST_FILES else ():
        summary = types.modules.summary(each)
        if summary is None:
            continue
        for definition in summary.classes.values():
            indices = definition.members.get(name)
            if not indices or (each, definition.qualname) == (path, owner):
                continue
            fact = summary.table[indices[-1]]
            if fact[0] == "def" and cls in types.mro(f"{each}:{definition.qualname}"):
                found.append(f"{each}:{fact[1]}")
    return found if len(found) <= _MOST else []


def merged(base: Sequence[str], found: Sequence[tuple[Sequence[str], Effect]], inputs: Inputs) -> Effect | None:
    """The effect of any of several methods, each with the names of its parameters, in terms of those of the method
    that they override."""
    if not found:
        return None
    told = [effect if list(names) == list(base) else _renamed(base, names, effect, inputs) for names, effect in found]
    stored: dict[tuple[int, str], Value] = {}
    attached: dict[str, Value] = {}
    for effect in told:
        for place, value in effect.stored.items():
            stored[place] = join([stored[place], value]) if place in stored else value
        for key, value in effect.attached.items():
            attached[key] = join([attached[key], value]) if key in attached else value
    return Effect(
        join([effect.result for effect in told]),
        join([effect.yielded for effect in told]),
        tuple(flow for effect in told for flow in effect.flows),
        common([effect.checked for effect in told]),
        common([effect.confirmed for effect in told]),
        stored,
        any(effect.returns for effect in told),
        attached,
    )


def _renamed(base: Sequence[str], names: Sequence[str], effect: Effect, inputs: Inputs) -> Effect:
    places = {place: base.index(name) for place, name in enumerate(names) if name in base}
    places[0] = 0
    given: dict[Origin, Value] = {here: Value({(there, ()): UNTOUCHED}) for here, there in places.items()}
    moved = Substitution(given, inputs, {})

    def checked(known: dict[Label, frozenset[str]]) -> dict[Label, frozenset[str]]:
        return {
            (places[origin], path): kinds
            for (origin, path), kinds in known.items()
            if isinstance(origin, int) and origin in places
        }

    return effect._replace(
        result=moved.value(effect.result),
        yielded=moved.value(effect.yielded),
        flows=(
            *(flow for flow in effect.flows if not isinstance(flow.label[0], (int, str))),
            *moved.flows(effect.flows),
        ),
        checked=checked(effect.checked),
        confirmed=checked(effect.confirmed),
        stored={
            (places[place], key): moved.value(value) for (place, key), value in effect.stored.items() if place in places
        },
    )
