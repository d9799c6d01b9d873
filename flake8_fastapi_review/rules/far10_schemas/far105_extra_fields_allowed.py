from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .models import MARKERS, models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_ALLOW = ("allow", "pydantic.Extra.allow", "pydantic.v1.Extra.allow")


class ExtraFieldsAllowed(Rule):
    """A model of a request keeps fields that it does not declare.

    Whatever a client sends beside the declared fields is stored unchecked in the model, comes out of `model_dump()`,
    and goes wherever that goes: into columns that no form shows, into other services, into logs, at any size. Off by
    default: those who write it mostly mean it.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class NewOrder(BaseModel):
            model_config = ConfigDict(extra="allow")

            isbn: str

        @app.post("/orders")
        def add_order(order: NewOrder) -> None: ...

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel, ConfigDict

        app = FastAPI()

        class NewOrder(BaseModel):
            model_config = ConfigDict(extra="forbid")

            isbn: str

        @app.post("/orders")
        def add_order(order: NewOrder) -> None: ...
    """

    code = "FAR105"
    severity = Severity.WARNING
    default = Default.OFF
    cwe = 915
    message = '`{model}` keeps whatever fields a request has: use `extra="forbid"`, or declare a field for the rest'
    markers = (MARKERS, ("extra",), ("allow",))

    def check(self, file: File) -> Iterator[Violation]:
        for definition, model in models(file):
            where = _declaration(definition) if model.setting("extra") in _ALLOW else None
            if where is not None and self._is_sent(file, definition):
                yield self.at(where, model=definition.name)

    def _is_sent(self, file: File, definition: ast.ClassDef) -> bool:
        """Whether a request brings such a model, or one of a class of this file that derives from it."""
        if "request" in file.model_uses(definition):
            return True
        name = f".{definition.name}"
        heirs = [each for each in file.nodes(ast.ClassDef) if each.bases and each is not definition]
        return any(
            "request" in file.model_uses(each)
            for each in heirs
            if any(f".{ast.unparse(base)}".endswith(name) for base in each.bases)
        )


def _declaration(definition: ast.ClassDef) -> ast.AST | None:
    """Where the class itself says so; None when a base does."""
    for keyword in definition.keywords:
        if keyword.arg == "extra":
            return keyword
    for statement in definition.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="model_config")], value=value)
                | ast.AnnAssign(target=ast.Name(id="model_config"), value=value)
            ) if value is not None and "extra" in ast.unparse(value):
                return statement
            case ast.ClassDef(name="Config", body=body):
                for inner in body:
                    if isinstance(inner, ast.Assign) and getattr(inner.targets[0], "id", "") == "extra":
                        return inner
    return None
