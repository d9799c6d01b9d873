from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Schema
    from ...rule import Violation


_OF_OTHERS = re.compile(r"(?i)openai|anthropic|ollama|protocols?|compat|mcp|a2a")
"""Words of somebody else's protocol: it has its own documentation, and cannot be changed here. They count in the name
of the file and of its folder, in what the file says it is about, and in what is written at the model."""


class UndocumentedUnion(Rule):
    """A field holds one of several models, and nothing says which when.

    The document of the API says `anyOf`, generated clients get a type that they cannot tell apart, and Pydantic tries
    the members one after the other and answers with the errors of all. A discriminator names the member; a description
    says what decides. One thing or a list of it is reported with the option `lists`.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Card(BaseModel):
            number: str

        class Transfer(BaseModel):
            account: str

        class Payment(BaseModel):
            means: Card | Transfer

        @app.post("/payments")
        def pay(payment: Payment) -> None: ...

    Good:

        from typing import Literal

        from fastapi import FastAPI
        from pydantic import BaseModel, Field

        app = FastAPI()

        class Card(BaseModel):
            kind: Literal["card"]
            number: str

        class Transfer(BaseModel):
            kind: Literal["transfer"]
            account: str

        class Payment(BaseModel):
            means: Card | Transfer = Field(discriminator="kind")

        @app.post("/payments")
        def pay(payment: Payment) -> None: ...
    """

    code = "FAR103"
    severity = Severity.SUGGESTION
    message = "`{model}.{field}` is {what}: name a `discriminator`, or say in its `description` which is when"
    markers = (MARKERS, ("|", "Union"))

    lists: bool = option(
        False, "Report fields that hold one thing or a list of it, too; what is meant is mostly plain."
    )

    def check(self, file: File) -> Iterator[Violation]:
        if _OF_OTHERS.search("/".join(file.path.split("/")[-2:])) or _OF_OTHERS.search(
            ast.get_docstring(file.tree) or ""
        ):
            return
        for definition, model in models(file):
            if _OF_OTHERS.search(_written_at(file, definition)):
                continue
            found = []
            for statement, field in own_fields(definition, model):
                what = _ambiguous(field.type, self.lists)
                if what and not field.setting("description") and not _is_told_apart(field.type):
                    found.append((statement, field, what))
            if found and file.model_uses(definition) & {"request", "response"}:
                for statement, field, what in found:
                    yield self.at(statement, model=definition.name, field=field.name, what=what)


def _written_at(file: File, definition: ast.ClassDef) -> str:
    """The class as it is written, with the comments right above it."""
    first = min([definition.lineno, *(each.lineno for each in definition.decorator_list)]) - 1
    while first and file.lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "\n".join(file.lines[first : definition.end_lineno])


def _ambiguous(schema: Schema, lists: bool) -> str:
    """What a union leaves open; "" when it is plain."""
    if schema.kind != "union":
        return ""
    members = schema.members
    models = [each for each in members if each.kind == "model"]
    if len(models) > 1:
        return "one of several models"
    for each in members if lists else ():
        if each.kind == "array" and each.items and each.items[0] in members:
            return "one thing or a list of it"
    return ""


def _is_told_apart(schema: Schema) -> bool:
    """Whether the union, or the one that `Optional` is around, names what tells its members apart."""
    return any(schema.constraint(name) is not None for name in ("discriminator", "description")) or any(
        _is_told_apart(each) for each in schema.items if schema.kind == "union"
    )
