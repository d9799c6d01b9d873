from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity, option
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
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
        for definition, model in models(file):
            if model.version != 2 or file.pydantic != _VERSION:
                continue
            found = [
                (statement, field)
                for statement, field in own_fields(definition, model)
                if field.is_required
                and statement.value is None
                and field.type.is_nullable
                and field.type.kind == "union"
            ]
            nullable = [field for field in model.fields if field.type.is_nullable]
            deliberate = len(nullable) >= _MANY and all(field.is_required for field in nullable)
            if not found or deliberate:
                continue
            if not file.is_patch_model(definition) and not (
                self.everywhere and "request" in file.model_uses(definition)
            ):
                continue
            for statement, field in found:
                end = Range.of(statement)
                place = Range(end.end_line, end.end_column, end.end_line, end.end_column)
                fix = Fix("Make it optional", (Edit(place, " = None"),), Applicability.UNSAFE)
                yield self.at(statement, model=definition.name, field=field.name, fix=fix)
