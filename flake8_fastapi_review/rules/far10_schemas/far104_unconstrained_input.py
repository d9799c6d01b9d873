from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, listed
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Schema
    from ...rule import Violation

_LENGTHS = ("max_length", "pattern", "max_items")


class UnconstrainedInput(Rule):
    """The fields of a request body may be of any length.

    A client may send a title of a gigabyte, or a list of a million: it is read, decoded, checked and stored. Servers
    limit bodies at best as a whole. `max_length` at texts and lists says what a value can be, in the code and in the
    document of the API. One finding names the fields of a model. Off by default: where columns have lengths, or a proxy
    limits bodies, little is won.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class NewReview(BaseModel):
            title: str
            tags: list[str]

        @app.post("/reviews")
        def add_review(review: NewReview) -> None: ...

    Good:

        from typing import Annotated

        from fastapi import FastAPI
        from pydantic import BaseModel, Field

        app = FastAPI()

        class NewReview(BaseModel):
            title: Annotated[str, Field(max_length=200)]
            tags: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)]

        @app.post("/reviews")
        def add_review(review: NewReview) -> None: ...
    """

    code = "FAR104"
    severity = Severity.SUGGESTION
    default = Default.OFF
    cwe = 770
    message = "requests may bring any length of {fields} of `{model}`: set `max_length`"
    markers = (MARKERS, ("str", "list", "List", "bytes"))

    def check(self, file: File) -> Iterator[Violation]:
        for definition, model in models(file):
            free = [field.name for _, field in own_fields(definition, model) if _is_free(field.type)]
            if free and "request" in file.model_uses(definition):
                yield self.at(definition, model=definition.name, fields=listed(free))


def _is_free(schema: Schema) -> bool:
    """Whether a value of the type may be of any length."""
    if schema.kind == "union":
        return any(_is_free(each) for each in schema.items)
    if schema.kind == "string":
        return not schema.name and all(schema.constraint(name) is None for name in _LENGTHS)
    return schema.kind == "array" and all(schema.constraint(name) is None for name in _LENGTHS)
