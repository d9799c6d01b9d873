"""Operators, comparisons, patterns and subscripts in the abstract execution."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .values import (
    NOTHING,
    AnnotatedValue,
    Assumptions,
    ClassValue,
    Const,
    Env,
    External,
    Instance,
    Items,
    Mapping,
    Value,
    constants,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})


def joined(parts: list[Value]) -> Value:
    assumes: Assumptions = NOTHING.union(*(part.assumes for part in parts)) if parts else NOTHING
    known = constants(parts)
    if known is not None:
        return Const("".join(map(str, known)), assumes)
    return Value(assumes)


def binary(operator: ast.operator, left: Value, right: Value) -> Value:
    assumes = left.assumes | right.assumes
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            if isinstance(operator, ast.Add):
                return Const(left.value + right.value, assumes)
            if isinstance(operator, ast.Mod) and isinstance(left.value, str):
                return Const(left.value % (right.value,), assumes)
            if (
                isinstance(operator, ast.Mult)
                and isinstance(left.value, (int, float))
                and isinstance(right.value, (int, float))
            ):
                return Const(left.value * right.value, assumes)
        except (TypeError, ValueError):
            return Value(assumes)
    if isinstance(left, Items) and isinstance(right, Items) and isinstance(operator, ast.Add):
        return Items([*left.items, *right.items], left.kind, left.complete and right.complete)
    if isinstance(operator, ast.BitOr) and isinstance(left, Mapping) and isinstance(right, Mapping):
        merged = Mapping(list(left.pairs), left.complete and right.complete)
        for key, value in right.pairs:
            merged.set(key, value)
        return merged
    if (
        isinstance(operator, ast.Mod)
        and isinstance(left, Const)
        and isinstance(left.value, str)
        and isinstance(right, Items)
    ) and (known := constants(right.items)) is not None:
        try:
            return Const(left.value % tuple(known), assumes)
        except (TypeError, ValueError):
            return Value(assumes)
    if isinstance(operator, ast.BitOr):
        # `A | None`: an annotation
        return AnnotatedValue(left if not (isinstance(left, Const) and left.value is None) else right, [])
    return Value(assumes)


def status(name: str) -> int | None:
    """The number behind a name of `fastapi.status` or `http.HTTPStatus`."""
    module, _, constant = name.rpartition(".")
    if module in ("starlette.status", "fastapi.status"):
        return int("".join(filter(str.isdigit, constant[:9])) or 0) or None
    if module == "http.HTTPStatus":
        from http import HTTPStatus

        return HTTPStatus[constant].value if constant in HTTPStatus.__members__ else None
    return None


def _as_constant(value: Value) -> Value:
    """A named status is compared as the number that it is."""
    number = status(value.name) if isinstance(value, External) else None
    return value if number is None else Const(number, value.assumes)


def compare(operator: ast.cmpop, left: Value, right: Value) -> Value:
    left, right = _as_constant(left), _as_constant(right)
    assumes = left.assumes | right.assumes
    if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(right, Const) and right.value is None:
        if isinstance(left, Const):
            return Const((left.value is None) is isinstance(operator, ast.Is), assumes)
        if left.truth():
            return Const(isinstance(operator, ast.IsNot), assumes)
        return Value(assumes)
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            match operator:
                case ast.Eq():
                    return Const(left.value == right.value, assumes)
                case ast.NotEq():
                    return Const(left.value != right.value, assumes)
                case ast.In() | ast.NotIn() if isinstance(right.value, str):
                    return Const((left.value in right.value) is isinstance(operator, ast.In), assumes)
                case ast.Gt():
                    return Const(left.value > right.value, assumes)
                case ast.Lt():
                    return Const(left.value < right.value, assumes)
                case ast.GtE():
                    return Const(left.value >= right.value, assumes)
                case ast.LtE():
                    return Const(left.value <= right.value, assumes)
                case ast.Is() | ast.IsNot():
                    return Const((left.value is right.value) is isinstance(operator, ast.Is), assumes)
        except TypeError:
            return Value(assumes)
    if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(left, Const):
        members: list[Value] | None = None
        if isinstance(right, Items) and right.complete:
            members = right.items
        elif isinstance(right, Mapping) and right.complete:
            members = [key for key, _ in right.pairs]
        known = constants(members) if members is not None else None
        if known is not None:
            found = left.value in known
            return Const(found is isinstance(operator, ast.In), assumes)
    if (
        isinstance(left, Instance)
        and isinstance(right, Instance)
        and left.cls is not None
        and left.cls is right.cls
        and "name" in left.attributes
    ):
        same = getattr(left.attributes.get("name"), "value", 0) == getattr(right.attributes.get("name"), "value", 1)
        return Const(same is isinstance(operator, (ast.Eq, ast.Is)), assumes)
    return Value(assumes)


def fits(run: Interpreter, pattern: ast.pattern, subject: Value, env: Env) -> bool | None:
    """Whether a pattern of a `match` statement takes a value; None when not known. Binds the names it captures."""
    match pattern:
        case ast.MatchAs(pattern=None, name=name):
            if name is not None:
                run.bind(name, subject, env)
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner, name=name):
            found = fits(run, inner, subject, env)
            if name is not None and found is not False:
                run.bind(name, subject, env)
            return found
        case ast.MatchOr(patterns=patterns):
            answers = [fits(run, each, subject, env) for each in patterns]
            return True if True in answers else None if None in answers else False
        case ast.MatchValue(value=value):
            return compare(ast.Eq(), subject, run.eval(value, env)).truth()
        case ast.MatchSingleton(value=wanted):
            return subject.value is wanted if isinstance(subject, Const) else False if subject.truth() else None
    return None


def subscript(run: Interpreter, owner: Value, index: ast.expr, env: Env) -> Value:
    if isinstance(owner, External):
        if owner.name in _ANNOTATED and isinstance(index, ast.Tuple) and index.elts:
            base = run.eval(index.elts[0], env)
            items = [run.eval(element, env) for element in index.elts[1:]]
            if isinstance(base, AnnotatedValue):
                return AnnotatedValue(base.base, [*base.items, *items])
            return AnnotatedValue(base, items)
        if owner.name == "os.environ" and isinstance(index, ast.Constant):
            return Value(frozenset({f"environment variable {index.value!s}"}))
        if owner.name in ("typing.Optional", "typing.Union", "typing.Type", "builtins.type"):
            first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
            inner = run.eval(first, env)
            return inner if isinstance(inner, AnnotatedValue) else AnnotatedValue(inner, [])
        return AnnotatedValue(owner, [])
    if isinstance(owner, (ClassValue, AnnotatedValue)):
        return owner if isinstance(owner, AnnotatedValue) else AnnotatedValue(owner, [])
    if isinstance(index, ast.Slice):
        bounds = (
            run.eval(bound, env) if bound is not None else Const(None)
            for bound in (index.lower, index.upper, index.step)
        )
        if isinstance(owner, Items) and owner.complete and (known := constants(bounds)) is not None:
            return Items(owner.items[slice(*known)])
        if isinstance(owner, Const) and isinstance(owner.value, str) and (known := constants(bounds)) is not None:
            return Const(owner.value[slice(*known)], owner.assumes)
        return Value()
    key = run.eval(index, env)
    if isinstance(owner, Mapping) and isinstance(key, Const):
        return owner.get(key.value) or Value()
    if (
        isinstance(owner, Items)
        and isinstance(key, Const)
        and isinstance(key.value, int)
        and -len(owner.items) <= key.value < len(owner.items)
    ):
        return run.force(owner.items[key.value])
    return Value()
