"""The value of an expression that is known without running it, names of other modules followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..module.summary import Expr, Summary

if TYPE_CHECKING:
    from .types import Types


class Unknown:
    """The value of an expression that cannot be told."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown()
_MAX_DEPTH = 20


def value_of(types: Types, summary: Summary, expr: Expr, depth: int = 0) -> Any:
    """A constant, or a tuple, list, set or dict of them; UNKNOWN otherwise."""
    if depth > _MAX_DEPTH:
        return UNKNOWN
    depth += 1
    match expr:
        case ("k", value):
            return value
        case ("g", name):
            if name in summary.names:
                return _bound(types, summary, summary.names[name], depth)
            starred = types.starred(summary, name)
            return UNKNOWN if starred is None else value_of(types, starred, expr, depth)
        case ("v", indices):
            return _bound(types, summary, indices, depth)
        case ("a", owner, name):
            return _attribute(types, summary, owner, name, depth)
        case ("t" | "l" | "e" as kind, items):
            values = [value_of(types, summary, item, depth) for item in items]
            if any(value is UNKNOWN for value in values):
                return UNKNOWN
            return values if kind == "l" else tuple(values)
        case ("d", keys, values):
            known = {}
            for key, item in zip(keys, values, strict=False):
                name = UNKNOWN if key is None else value_of(types, summary, key, depth)
                found = value_of(types, summary, item, depth)
                if name is UNKNOWN or found is UNKNOWN or isinstance(name, (list, dict)):
                    return UNKNOWN
                known[name] = found
            return known
        case ("f", parts):
            texts = [value_of(types, summary, part, depth) for part in parts]
            return UNKNOWN if any(text is UNKNOWN for text in texts) else "".join(map(str, texts))
        case ("b", "Add", left, right):
            first, second = value_of(types, summary, left, depth), value_of(types, summary, right, depth)
            if isinstance(first, (str, int, float, bytes)) and type(first) is type(second):
                return first + second  # type: ignore[operator]
    return UNKNOWN


def _bound(types: Types, summary: Summary, indices: tuple[int, ...], depth: int) -> Any:
    if len(indices) != 1:
        return UNKNOWN
    match summary.table[indices[0]]:
        case ("=", value, ()):
            return value_of(types, summary, value, depth)
        case (":", _, value) if value is not None:
            return value_of(types, summary, value, depth)
        case ("imp", level, module, name) if name is not None:
            path = types.modules.resolve(summary.path, level, module)
            if path is not None:
                other = types.modules.summary(path)
                return value_of(types, other, ("g", name), depth) if other is not None else UNKNOWN
            return _library(types, f"{module}.{name}")
    return UNKNOWN


def _attribute(types: Types, summary: Summary, owner: Expr, name: str, depth: int) -> Any:
    held = types.eval(summary, owner)
    match held:
        case ("ext", dotted):
            return _library(types, f"{dotted}.{name}")
        case ("mod", path):
            other = types.modules.summary(path)
            return value_of(types, other, ("g", name), depth) if other is not None else UNKNOWN
        case ("type", cls, _) | ("inst", cls, _) if ":" in cls:
            found = types.members(cls, name)
            if name == "value" and held[0] == "inst" and owner[0] == "a":
                return value_of(types, summary, owner, depth)
            if found is None or found[1] is None or len(found[2]) != 1:
                return UNKNOWN
            if held[0] == "inst" and found[1].table[found[2][0]][0] == ":":
                return UNKNOWN
            return _bound(types, found[1], found[2], depth)
    return UNKNOWN


def _library(types: Types, dotted: str) -> Any:
    value = types.knowledge.constant(dotted)
    return UNKNOWN if value is None else value


def variable_of(types: Types, summary: Summary, expr: Expr, depth: int = 0) -> str | None:
    """The variable of a module of the project that a name or `module.name` is, imports followed: "path:name"; None for
    functions, classes, modules and what belongs to libraries."""
    if expr[0] == "a":
        held = types.eval(summary, expr[1])
        other = types.modules.summary(held[1]) if held is not None and held[0] == "mod" else None
        return None if other is None else variable_of(types, other, ("g", expr[2]), depth)
    if expr[0] not in ("g", "v") or depth > _MAX_DEPTH:
        return None
    # What an import inside of a function, or above in the module, has bound is known by its place.
    indices = summary.names.get(expr[1], ()) if expr[0] == "g" else expr[1]
    facts = [summary.table[index] for index in indices]
    if expr[0] == "g" and facts and all(fact[0] in ("=", ":") for fact in facts):
        return f"{summary.path}:{expr[1]}"
    match facts:
        case [("imp", level, module, str() as original)]:
            path = types.modules.resolve(summary.path, level, module)
            found = types.modules.summary(path) if path is not None else None
            return None if found is None else variable_of(types, found, ("g", original), depth + 1)
        case [] if expr[0] == "g":
            starred = types.starred(summary, expr[1])
            return None if starred is None else variable_of(types, starred, expr, depth + 1)
    return None


def parameters_in(summary: Summary, qualname: str, expr: Expr) -> set[str]:
    """The parameters of function `qualname` that an expression in it is computed from, local names followed."""
    found: set[str] = set()
    seen: set[int] = set()
    pending: list[Any] = [expr]
    while pending:
        match pending.pop():
            case ("v", (int(), *_) as indices):  # not the value of a keyword argument called v
                for index in indices:
                    fact = summary.table[index]
                    if fact[0] == "par" and fact[1] == qualname:
                        found.add(summary.functions[qualname].parameters[fact[2]][0])
                    elif index not in seen:
                        seen.add(index)
                        pending.extend(fact[1:])
            case tuple() as parts:
                pending.extend(parts)
    return found
