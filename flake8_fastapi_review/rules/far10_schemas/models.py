"""What the rules on models ask of a class body: its fields and where they stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Field, Model

MARKERS = ("BaseModel", "SQLModel", "pydantic", "Schema", "Base)", "Model)")
"""One of these words is in nearly every file that defines models."""
FIELDS = ("pydantic.Field", "pydantic.fields.Field", "pydantic.v1.Field", "sqlmodel.Field")


def models(file: File, *uses: str) -> Iterator[tuple[ast.ClassDef, Model]]:
    """The Pydantic models of this file; with `uses` those that routes use so."""
    for definition in file.nodes(ast.ClassDef):
        if not definition.bases:
            continue
        model = file.model(definition)
        if model is None or model.kind != "pydantic":
            continue
        if not uses or any(use in file.model_uses(definition) for use in uses):
            yield definition, model


def own_fields(definition: ast.ClassDef, model: Model) -> Iterator[tuple[ast.AnnAssign, Field]]:
    """The fields that the class itself declares, with their statements."""
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                field = model.field(name)
                if field is not None and field.owner == model.symbol and not field.is_computed:
                    yield statement, field


def settings(file: File, statement: ast.AnnAssign) -> Iterator[ast.Call]:
    """The calls of `Field(...)` that describe a field, as its default or in its annotation."""
    for part in (statement.value, statement.annotation):
        if part is not None:
            for call in [part] if isinstance(part, ast.Call) else file.within(part, ast.Call):
                if file.is_named(call.func, *FIELDS):
                    yield call
