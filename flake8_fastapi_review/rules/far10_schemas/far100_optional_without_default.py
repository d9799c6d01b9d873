from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity, option
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Field
    from ...rule import Violation


_VERSION = 2
_MANY = 3


class OptionalWithoutDefault(Rule):
    """A field of a PATCH may be null, but not be left out.

    Under Pydantic 1 `note: str | None` had the default `None`; since Pydantic 2 it is required: a client that changes
    something else, and so leaves the field out, gets a 422. Give it the default, or say with `Field(...)` that it is
    required.

    Classes whose fields all have to be sent, three or more of them perhaps null, are left alone. In bodies of POST and
    PUT it is often meant that a value has to be said, if only `null`: these are reported with `everywhere`.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class OrderChange(BaseModel):
            model_config = ConfigDict(extra="forbid")

            count: int = 1
            note: str | None

        @app.patch("/orders/{number}")
        def change_order(number: int, change: OrderChange) -> None: ...

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class OrderChange(BaseModel):
            model_config = ConfigDict(extra="forbid")

            count: int = 1
            note: str | None = None

        @app.patch("/orders/{number}")
        def change_order(number: int, change: OrderChange) -> None: ...
    """

    code = "FAR100"
    severity = Severity.WARNING
    message = "`{model}.{field}` may be null and still has to be sent: give it the default `None`, or `Field(...)`"
    markers = (MARKERS, ("Optional", "None"))

    everywhere: bool = option(False, "Look at the bodies of all methods, not only of PATCH.")

    def check(self, file: File) -> Iterator[Violation]:
        told: set[ast.AnnAssign] = set()
        for definition, model in models(file):
            if model.version != 2 or file.pydantic != _VERSION:
                continue
            found = [field for field in model.fields if _has_to_be_sent(field)]
            nullable = [field for field in model.fields if field.type.is_nullable]
            deliberate = len(nullable) >= _MANY and all(field.is_required for field in nullable)
            if not found or deliberate:
                continue
            if not file.is_patch_model(definition) and not (
                self.everywhere and "request" in file.model_uses(definition)
            ):
                continue
            for field in found:
                owner, statement = _declaration(file, definition, field)
                if statement is not None and statement not in told:
                    told.add(statement)
                    fix = _optional(statement)
                    yield self.at(statement, model=owner.name, field=field.name, fix=fix)


def _has_to_be_sent(field: Field) -> bool:
    """Whether a field that may be null has no default, and nobody wrote that this is meant."""
    if not field.is_required or field.is_computed or field.type.kind != "union" or not field.type.is_nullable:
        return False
    match field.value:
        case None:
            return True
        case ("c", _, (), keywords):  # Field(description="…")
            return "default" not in dict(keywords) and None not in dict(keywords)
    return False


def _optional(statement: ast.AnnAssign) -> Fix:
    if isinstance(statement.value, ast.Call):
        start = Range.of(statement.value.func)
        place, text = (
            Range(start.end_line, start.end_column + 1, start.end_line, start.end_column + 1),
            "default=None, ",
        )
    else:
        end = Range.of(statement)
        place, text = Range(end.end_line, end.end_column, end.end_line, end.end_column), " = None"
    return Fix("Make it optional", (Edit(place, text),), Applicability.UNSAFE)


def _declaration(file: File, definition: ast.ClassDef, field: Field) -> tuple[ast.ClassDef, ast.AnnAssign | None]:
    """The class of this file that declares the field of a model, and the statement; of a base in another module none,
    for others may derive from it."""
    name = field.owner.rpartition(":")[2].rpartition(".")[2]
    for owner in file.nodes(ast.ClassDef):
        if owner is definition or owner.name == name:
            declared = file.model(owner)
            if declared is not None and declared.symbol == field.owner:
                for statement, each in own_fields(owner, declared):
                    if each.name == field.name:
                        return owner, statement
    return definition, None
