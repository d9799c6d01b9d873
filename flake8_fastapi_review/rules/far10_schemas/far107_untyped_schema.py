from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, listed, option, shortened
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Schema
    from ...rule import Violation

_HEALTH = re.compile(r"(?i)(^|_)(health\w*|ping|ready|live|alive|readiness|liveness|heartbeat|version|info)(_|$)")
_MESSAGE = re.compile(r"(?i)^(status|success|ok|message|msg|detail|details|error|result|code|deleted|count)$")


class UntypedSchema(Rule):
    """A route takes or answers anything.

    `dict`, `Any`, `object` or a bare `list` in a signature promise nothing: no client knows what to send or expect,
    nothing is checked or converted, whatever the function happens to return goes out, and a change of it is noticed by
    those who use it. A model says what there is.

    Reported where the function itself knows better: it reads fields of the body by their names, makes a model of
    it, or answers a dictionary that it writes out. Health checks, deprecated routes, answers with a message alone
    and those of fewer than `least` fields are left alone. With `always`, whatever is not typed is reported: JSON of
    any shape is what some routes are for.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/orders")
        def add_order(order: dict) -> dict:
            return {"isbn": order["isbn"], "count": 1}

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Order(BaseModel):
            isbn: str
            count: int = 1

        @app.post("/orders")
        def add_order(order: Order) -> Order:
            return order
    """

    code = "FAR107"
    severity = Severity.WARNING
    message = "`{function}` {does} `{written}`, which is anything{though}: {remedy}"
    markers = (("fastapi", "router", "APIRouter"), ("dict", "Dict", "Any", "object", "list", "List"))

    answers: bool = option(True, "Look at answers too, not only at what routes take.")
    always: bool = option(False, "Report what is anything even where the function does not tell any fields.")
    least: int = option(2, "So many fields make an answer that deserves a model.")

    def check(self, file: File) -> Iterator[Violation]:
        for function in {route.function: None for route in file.routes}:
            arguments = function.args
            for parameter in named_parameters(arguments):
                annotation = parameter.annotation
                if annotation is None or not _could_be(file, annotation) or not _is_anything(file.schema(annotation)):
                    continue
                if file.parameter_source(function, parameter.arg) != "body":
                    continue
                read = _read(file, function, parameter.arg)
                made = _made(file, function, parameter.arg)
                if read or made or self.always:
                    yield self.at(
                        annotation,
                        function=function.name,
                        does="takes a body of type",
                        written=shortened(ast.unparse(annotation)),
                        though=f", and makes `{made}` of it"
                        if made
                        else f", and reads {listed(read)} of it"
                        if read
                        else "",
                        remedy=f"take `{made}`" if made else "take a model with the fields that it reads",
                    )
            if self.answers:
                yield from self._answer(file, function)

    def _answer(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Violation]:
        for route in file.routes:
            if route.function is not function:
                continue
            given = next((each.value for each in route.decorator.keywords if each.arg == "response_model"), None)
            words = {each.arg for each in route.decorator.keywords}
            if (given is None and words & {"response_class", None}) or "deprecated" in words:
                return
            promised = given if given is not None else function.returns
            if promised is None or not _could_be(file, promised) or not _is_anything(file.schema(promised)):
                return
            written = _answered(file, function)
            if self.always or (_is_worth_it(written, self.least) and not _HEALTH.search(function.name)):
                yield self.at(
                    promised,
                    function=function.name,
                    does="answers",
                    written=shortened(ast.unparse(promised)),
                    though=f", and writes {listed(written)}" if written else "",
                    remedy="answer a model",
                )
            return


def _read(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> list[str]:
    """The fields that a function reads of its parameter, or of what it holds, by their names, in order."""
    found: dict[str, None] = {}
    names = {name}
    for loop in file.within(function, ast.For, ast.comprehension):
        match loop:
            case (
                ast.For(target=ast.Name(id=each), iter=ast.Name(id=owner))
                | ast.comprehension(target=ast.Name(id=each), iter=ast.Name(id=owner))
            ) if owner == name:
                names.add(each)
    for node in file.within(function, ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(key)), ctx=ast.Load()) if (
                owner in names
            ):
                found[key] = None
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr="get" | "pop"),
                args=[ast.Constant(value=str(key)), *_],
            ) if owner in names:
                found[key] = None
    return list(found)


def _made(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    """The model that a function makes of its parameter: `Order(**body)`, `Order.model_validate(body)`."""
    for call in file.within(function, ast.Call):
        match call:
            case ast.Call(func=model, args=[], keywords=[ast.keyword(arg=None, value=ast.Name(id=given))]):
                pass
            case ast.Call(
                func=ast.Attribute(value=model, attr="model_validate" | "parse_obj"), args=[ast.Name(id=given)]
            ):
                pass
            case _:
                continue
        if given == name and isinstance(model, (ast.Name, ast.Attribute)):
            found = file.model_named(model)
            if found is not None and found.kind == "pydantic":
                return ast.unparse(model)
    return ""


def _answered(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The fields of the dictionaries that a function writes out and returns, alone or as items of a list, without
    those that only repeat what it was given."""
    given = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    found: dict[str, None] = {}
    for each in file.within(function, ast.Return):
        for value in file.values(each.value) if each.value is not None else ():
            match value:
                case ast.ListComp(elt=ast.Dict() as item) | ast.List(elts=[ast.Dict() as item, *_]):
                    pairs = file.entries(item)
                case ast.Dict() | ast.Name():
                    pairs = file.entries(value)
                case ast.Call(func=ast.Name(id="dict"), args=[]):
                    pairs = file.keywords(value)
                case ast.List(elts=[]) if isinstance(each.value, ast.Name):
                    pairs = _appended(file, function, each.value.id)
                case _:
                    continue
            told = (key for key, held in pairs or () if not (isinstance(held, ast.Name) and held.id in given))
            found.update((key, None) for key in told)
    return list(found)


def _appended(
    file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> list[tuple[str, ast.expr]] | None:
    """What stands in the first dictionary that is appended to a list."""
    for call in file.within(function, ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[ast.Dict() as item]) if (
                owner == name
            ):
                return file.entries(item)
    return None


def _is_worth_it(fields: list[str], least: int) -> bool:
    """Whether an answer says more than that something was done."""
    return len(fields) >= least and any(not _MESSAGE.match(field) for field in fields)


def _could_be(file: File, annotation: ast.expr) -> bool:
    """Cheap, for refusing: whether one of the names stands in it, or it is a variable that may hold such a type."""
    text = ast.unparse(annotation)
    if isinstance(annotation, (ast.Name, ast.Attribute)) and file.module_variable(annotation) is not None:
        return True
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
