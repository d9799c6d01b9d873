"""Which templates an environment of Jinja fills, wherever in the project it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module.summary import Expr, Function, Summary
from .constants import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .types import Types


def templates_of(types: Types, path: str, name: str) -> list[tuple[str, str, int]]:
    """The names of the templates that are asked of the variable `name` of the module at `path`, with file and line."""
    found = []
    for other in types.modules.mentioning("get_template"):
        summary = types.modules.summary(other)
        if summary is None:
            continue
        for facts in summary.functions.values():
            for expr, line, *_ in Function._make(facts).calls:
                found += [(template, other, line) for template in _asked(types, summary, expr, path, name)]
    return found


def _asked(types: Types, summary: Summary, call: Expr, path: str, name: str) -> Iterator[str]:
    match call:
        case ("c", ("a", owner, "get_template"), (first, *_), _) if _is_variable(types, summary, owner, path, name):
            value = value_of(types, summary, first)
            if isinstance(value, str):
                yield value


def _is_variable(types: Types, summary: Summary, expr: Expr, path: str, name: str) -> bool:
    """Whether an expression refers to a variable of a module, in it or imported from it."""
    match expr:
        case ("g", own) if summary.path == path:
            return bool(own == name)
        case ("g", own):
            indices = summary.names.get(own, ())
        case ("v", indices):
            pass
        case ("a", owner, own) if own == name:
            return types.eval(summary, owner) == ("mod", path)
        case _:
            return False
    for index in indices:
        match summary.table[index]:
            case ("imp", level, module, imported) if imported == name:
                return types.modules.resolve(summary.path, level, module) == path
    return False
