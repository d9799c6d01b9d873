from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Applicability, Default, Edit, Fix, Range, Rule, Severity
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_VERSION = 2
_MANY = 3


class OptionalWithoutDefault(Rule):
    """A field of a request may be null, but not be left out.

    Under Pydantic 1 `note: str | None` had the default `None`; since Pydantic 2 it is required: a client that leaves
    the field out, as it always could, gets a 422. Give it the default, or say with `Field(...)` that it is required.

    Classes whose fields all have to be sent, three or more of them perhaps null, are left alone. Off by
    default: that a value has to be said, if only `null`, is often meant.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class NewOrder(BaseModel):
            model_config = ConfigDict(extra="forbid")

            isbn: str
            note: str | None

        @app.post("/orders")
        def add_order(order: NewOrder) -> None: ...

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class NewOrder(BaseModel):
            model_config = ConfigDict(extra="forbid")

            isbn: str
            note: str | None = None

        @app.post("/orders")
        def add_order(order: NewOrder) -> None: ...
    """

    code = "FAR100"
    severity = Severity.WARNING
    default = Default.OFF
    message = "`{model}.{field}` may be null and still has to be sent: give it the default `None`, or `Field(...)`"
    markers = (MARKERS, ("Optional", "None"))

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
            if not found or deliberate or "request" not in file.model_uses(definition):
                continue
            for statement, field in found:
                end = Range.of(statement)
                place = Range(end.end_line, end.end_column, end.end_line, end.end_column)
                fix = Fix("Make it optional", (Edit(place, " = None"),), Applicability.UNSAFE)
                yield self.at(statement, model=definition.name, field=field.name, fix=fix)
