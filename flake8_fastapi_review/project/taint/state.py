"""The variables of a function at one place: access paths, such as ("body", ".user", "[name]"), and what they hold."""

from __future__ import annotations

import ast

from .values import CLEAN, Value, join

Path = tuple[str, ...]
State = dict[Path, Value]


def joined(left: State | None, right: State | None) -> State | None:
    """The state after either of two ways."""
    if left is None or right is None:
        return right if left is None else left
    if left is right:
        return left
    found: State = {}
    for key in (*left, *(key for key in right if key not in left)):
        a, b = left.get(key), right.get(key)
        if a is b and a is not None:
            found[key] = a
        else:
            found[key] = join([a if a is not None else lookup(left, key), b if b is not None else lookup(right, key)])
    return found


def lookup(state: State, key: Path) -> Value:
    """What `key` holds, by itself or as a part of what is known."""
    found = state.get(key)
    if found is not None:
        return found
    return lookup(state, key[:-1]).member(key[-1]) if len(key) > 1 else CLEAN


def gathered(state: State, key: Path, value: Value) -> Value:
    """`value`, which `key` holds, with what is known of its parts by themselves."""
    size = len(key)
    deeper = {known[size] for known in state if len(known) > size and known[:size] == key}
    if not deeper:
        return value
    parts = dict(value.parts or {})
    for part in deeper:
        inner = (*key, part)
        known = state.get(inner)
        parts[part] = gathered(state, inner, value.member(part) if known is None else known)
    return Value(value.marks, parts, value.own | deeper)


def forget(state: State, key: Path) -> None:
    """What was known of `key` and of its parts is not true any more."""
    for known in [known for known in state if known[: len(key)] == key]:
        del state[known]


def access(node: ast.AST) -> Path | None:
    """`body.user["name"]` as ("body", ".user", "[name]"); None for anything that is computed."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=attribute):
            base = access(value)
            return None if base is None else (*base, f".{attribute}")
        case ast.Subscript(value=value, slice=ast.Constant(value=str() | int() as index)):
            base = access(value)
            return None if base is None else (*base, f"[{index}]")
        case ast.Await(value=value) | ast.NamedExpr(target=value):
            return access(value)
    return None
