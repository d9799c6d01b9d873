from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, listed, option
from ...shapes import named_parameters
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...answers import Route
    from ...file import File
    from ...module.summary import Expr
    from ...project.schemas import Field, Model, Schema
    from ...rule import Violation

_PROTECTED = 2
_MOST = 0.5
"""The share of routes that ask who is calling, from which an application counts as one that does."""
_LENGTHS = ("max_length", "pattern", "max_items")


class UnconstrainedInput(Rule):
    """The fields of a request body that anybody may send may be of any length.

    A client may send a title of a gigabyte, or a list of a million: it is read, decoded, checked and stored, and a
    password of that length is hashed. Servers limit bodies at best as a whole. `max_length` at texts and lists says
    what a value can be, in the code and in the document of the API.

    Looked at are routes that nobody has to log in for, in applications whose other routes ask who is calling; one
    finding names the fields of a model. With `always`, all models of requests are reported where they are defined.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import HTTPBearer
        from pydantic import BaseModel

        app = FastAPI()
        bearer = HTTPBearer()

        class Message(BaseModel):
            text: str

        @app.get("/messages")
        def list_messages(token: Annotated[object, Depends(bearer)]) -> list[str]: ...

        @app.post("/contact")
        def write_to_us(message: Message) -> None: ...

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import HTTPBearer
        from pydantic import BaseModel, Field

        app = FastAPI()
        bearer = HTTPBearer()

        class Message(BaseModel):
            text: Annotated[str, Field(max_length=2000)]

        @app.get("/messages")
        def list_messages(token: Annotated[object, Depends(bearer)]) -> list[str]: ...

        @app.post("/contact")
        def write_to_us(message: Message) -> None: ...
    """

    code = "FAR104"
    severity = Severity.SUGGESTION
    cwe = 770
    message = "{who} may send any length of {fields} of `{model}`: set `max_length`"
    markers = ((*MARKERS, ".post(", ".put(", ".patch(", "route("),)

    always: bool = option(False, "Report the models of all routes, not only of those that are open to anybody.")

    def check(self, file: File) -> Iterator[Violation]:
        if self.always:
            for definition, model in models(file):
                free = _free(file, model, [field for _, field in own_fields(definition, model)])
                if free and "request" in file.model_uses(definition):
                    yield self.at(definition, who="requests", model=definition.name, fields=listed(free))
            return
        for route in {route.function: route for route in file.routes}.values():
            for parameter in named_parameters(route.function.args):
                taken = _taken(file, parameter.annotation) if parameter.annotation is not None else None
                if taken is None or taken.kind != "pydantic" or _is_read_only(route):
                    continue
                free = _free(file, taken, taken.fields)
                if free and file.parameter_source(route.function, parameter.arg) == "body" and _is_open(file, route):
                    name = taken.symbol.rpartition(":")[2].rpartition(".")[2]
                    yield self.at(parameter, who="anybody", model=name, fields=listed(free))


def _taken(file: File, annotation: ast.expr) -> Model | None:
    """The model that an annotation is about, plain or as `Annotated[Message, Body()]`."""
    model = file.model_named(annotation)
    if model is None and not isinstance(annotation, (ast.Name, ast.Attribute)):
        models = [each for each in file.schema(annotation).members if each.kind == "model"]
        model = file.model_of(models[0]) if len(models) == 1 else None
    return model


def _free(file: File, model: Model, fields: Iterable[Field]) -> list[str]:
    """The names of the fields that take any length, and that no validator looks at."""
    limited = any(model.setting(name) is not None for name in ("str_max_length", "max_anystr_length"))
    names = [
        field.name
        for field in fields
        if not field.is_computed
        and _is_free(field.type)
        and not (limited and all(each.kind == "string" for each in field.type.members))
        and not _has_validator(field.annotation)
    ]
    looked_at = file.validated(model) if names else frozenset()
    return [] if "*" in looked_at else [name for name in names if name not in looked_at]


def _has_validator(annotation: Expr | None) -> bool:
    """Whether `AfterValidator(…)` or the like stands in an annotation."""
    if not isinstance(annotation, tuple):
        return False
    if annotation[:1] == ("c",) and annotation[1][-1:] and str(annotation[1][-1]).endswith("Validator"):
        return True
    return any(_has_validator(each) for each in annotation)


def _is_read_only(route: Route) -> bool:
    return set(route.methods) <= {"GET", "HEAD", "OPTIONS"}


def _is_open(file: File, route: Route) -> bool:
    """Whether a route is for everybody, and most of the others are not."""
    rows = next((each.rows for each in file.endpoints if each.function is route.function), ())
    if not rows or not all(row.complete and row.kind == "route" for row in rows):
        return False
    if any(file.protection(row).level for row in rows):
        return False
    levels = [file.protection(other).level for other in file.siblings(rows[0], everywhere=True)]
    return levels.count(_PROTECTED) >= _MOST * len(levels)


def _is_free(schema: Schema) -> bool:
    """Whether a value of the type may be of any length."""
    if schema.kind == "union":
        return any(_is_free(each) for each in schema.items)
    if schema.kind == "string":
        return not schema.name and all(schema.constraint(name) is None for name in _LENGTHS)
    return schema.kind == "array" and all(schema.constraint(name) is None for name in _LENGTHS)
