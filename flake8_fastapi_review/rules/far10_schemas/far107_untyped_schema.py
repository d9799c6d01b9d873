from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Schema
    from ...rule import Violation


class UntypedSchema(Rule):
    """A route takes or answers anything.

    `dict`, `Any`, `object` or a bare `list` in a signature promise nothing: no client knows what to send or expect,
    nothing is checked or converted, whatever the function happens to return goes out, and a change of it is noticed by
    those who use it. A model says what there is. Off by default: of small answers nobody makes one.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/orders")
        def add_order(order: dict) -> dict:
            return order

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Order(BaseModel):
            isbn: str

        @app.post("/orders")
        def add_order(order: Order) -> Order:
            return order
    """

    code = "FAR107"
    severity = Severity.WARNING
    default = Default.OFF
    message = "`{function}` {does} `{written}`, which is anything: {remedy}"
    markers = (("fastapi", "router", "APIRouter"), ("dict", "Dict", "Any", "object", "list", "List"))

    answers: bool = option(True, "Look at answers too, not only at what routes take.")

    def check(self, file: File) -> Iterator[Violation]:
        for function in {route.function: None for route in file.routes}:
            arguments = function.args
            for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                annotation = parameter.annotation
                if annotation is None or not _could_be(annotation) or not _is_anything(file.schema(annotation)):
                    continue
                if file.parameter_source(function, parameter.arg) == "body":
                    yield self.at(
                        annotation,
                        function=function.name,
                        does="takes a body of type",
                        written=_short(annotation),
                        remedy="take a model with the fields that it reads",
                    )
            if self.answers:
                yield from self._answer(file, function)

    def _answer(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Violation]:
        for route in file.routes:
            if route.function is not function:
                continue
            given = next((each.value for each in route.decorator.keywords if each.arg == "response_model"), None)
            if given is None and any(each.arg in ("response_class", None) for each in route.decorator.keywords):
                return
            promised = given if given is not None else function.returns
            if promised is not None and _could_be(promised) and _is_anything(file.schema(promised)):
                yield self.at(
                    promised,
                    function=function.name,
                    does="answers",
                    written=_short(promised),
                    remedy="answer a model",
                )
            return


def _could_be(annotation: ast.expr) -> bool:
    """Cheap, for refusing: whether one of the names stands in it."""
    text = ast.unparse(annotation)
    return any(word in text for word in ("dict", "Dict", "Any", "object", "list", "List", "Mapping"))


def _is_anything(schema: Schema) -> bool:
    """Whether any JSON, any object or any list fits."""
    match schema.kind:
        case "any":
            return True
        case "map":
            return not schema.items or schema.items[-1].kind == "any"
        case "array":
            return not schema.items or _is_anything(schema.items[0])
        case "union":
            return any(_is_anything(each) for each in schema.items if each.kind != "null")
    return False


def _short(annotation: ast.expr) -> str:
    text = ast.unparse(annotation)
    return text if len(text) <= 60 else text[:57] + "…"
