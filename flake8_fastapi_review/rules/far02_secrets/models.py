"""Classes that describe data: which of their fields hold secrets, and whether the class is a request's body."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, CODE, SecretName, secret_name
from ...shapes import is_none
from .targets import leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

_MODELS = (
    "pydantic.BaseModel",
    "pydantic.main.BaseModel",
    "pydantic.v1.BaseModel",
    "sqlmodel.SQLModel",
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
)
WHOLE = frozenset(("dict", "json", "model_dump", "model_dump_json"))
"""Methods that give all that a model holds."""


def secret_fields(file: File, owner: ast.ClassDef) -> Iterator[tuple[ast.AnnAssign, str, SecretName]]:
    """The annotated fields of `owner` that hold a secret as plain text."""
    for statement in owner.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        judged = _plain_secret(statement.target.id)
        if judged is not None and is_text(file, statement.annotation):
            yield statement, statement.target.id, judged


def _plain_secret(name: str) -> SecretName | None:
    judged = secret_name(name)
    if judged is None or not judged.strong or judged.plural or judged.kind in (CARD, CODE):
        return None
    return judged


def is_text(file: File, annotation: ast.expr) -> bool:
    """The annotation is `str`, optional or annotated ones included; other unions and aliases are not judged."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return (is_text(file, left) and is_none(right)) or (is_none(left) and is_text(file, right))
        case ast.Subscript(value=maker, slice=inner):
            name = file.name_of(maker) or leaf(maker)
            if name.endswith("Optional"):
                return is_text(file, inner)
            if name.endswith("Annotated") and isinstance(inner, ast.Tuple) and inner.elts:
                return is_text(file, inner.elts[0])
            return False
        case ast.Constant(value=str(text)):
            return text.replace(" ", "") in ("str", "str|None", "Optional[str]")
    return file.name_of(annotation) == "builtins.str"


def credential_field(file: File, shown: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The models in what `shown` prints whose text holds a secret: the expression and the field."""
    for part in _whole(shown):
        if not any(map(_plain_secret, file.field_names(part))):
            continue
        if not file.is_a(part, *_MODELS) or file.writes_itself(part):
            continue
        for field in file.fields(part):
            judged = _plain_secret(field.name)
            if judged is not None and field.type == "builtins.str":
                yield part, field.name
                break


def _whole(shown: ast.expr) -> Iterator[ast.expr]:
    """The names, attributes and calls that are printed as they are."""
    match shown:
        case ast.Name() | ast.Attribute():
            yield shown
        case ast.JoinedStr(values=parts):
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _whole(part.value)
        case ast.BinOp(right=right, op=ast.Mod()):
            yield from _whole(right)
        case ast.Tuple(elts=items):
            for item in items:
                yield from _whole(item)
        case ast.Call(func=ast.Name(id="str" | "repr" | "dict" | "vars" | "asdict"), args=[first]):
            yield from _whole(first)
        case ast.Call(func=ast.Name(id="pformat") | ast.Attribute(attr="pformat" | "dumps"), args=[first, *_]):
            yield from _whole(first)
        case ast.Call(func=ast.Attribute(value=receiver, attr=method), args=[], keywords=[]) if method in WHOLE:
            yield from _whole(receiver)
        case ast.Call(func=ast.Attribute(attr="format"), args=args):
            for argument in args:
                yield from _whole(argument)
        case ast.Call():
            yield shown
