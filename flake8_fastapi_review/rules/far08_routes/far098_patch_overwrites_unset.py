from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from .registration import registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_DUMPS = ("model_dump", "dict")
_NARROWS = ("exclude_unset", "exclude_none", "exclude_defaults", "include")


class PatchOverwritesUnset(Rule):
    """A partial update takes the fields that the client did not send for values.

    `model_dump()` holds every field, with its default where the request has none. Written to the stored object, the
    title alone of `PATCH {"price": 10}` is replaced by `None`: what the client did not mention is lost.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()
        BOOK = {"title": "Notes", "price": 12}

        class BookUpdate(BaseModel):
            title: str | None = None
            price: int | None = None

        @app.patch("/book")
        def update_book(update: BookUpdate) -> dict[str, object]:
            BOOK.update(update.model_dump())
            return BOOK

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()
        BOOK = {"title": "Notes", "price": 12}

        class BookUpdate(BaseModel):
            title: str | None = None
            price: int | None = None

        @app.patch("/book")
        def update_book(update: BookUpdate) -> dict[str, object]:
            BOOK.update(update.model_dump(exclude_unset=True))
            return BOOK
    """

    code = "FAR098"
    severity = Severity.WARNING
    message = (
        "`{call}` in `{route}` holds the defaults of what the client did not send, `{field}` for one: they overwrite "
        "what is stored; use `exclude_unset=True`"
    )
    markers = (("fastapi", "outer", "app"), (".patch(", ".put(", "api_route("), (".model_dump(", ".dict("))

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            if not {"PATCH", "PUT"} & set(route.methods):
                continue
            bodies = {each.name for each in file.parameters(route.function) if each.source == "body" and each.is_model}
            for call in file.within(route.function, ast.Call):
                match call.func:
                    case ast.Attribute(value=ast.Name(id=name) as body, attr=method) if (
                        name in bodies and method in _DUMPS
                    ):
                        pass
                    case _:
                        continue
                if (
                    call in seen
                    or any(key.arg in (*_NARROWS, None) for key in call.keywords)
                    or not _updates(file, call)
                ):
                    continue
                fields = file.fields(body)
                optional = [field.name for field in fields if field.has_default]
                # A PUT replaces: it is partial when its model can be left out wholly.
                if not optional or ("PATCH" not in route.methods and len(optional) < len(fields)):
                    continue
                seen.add(call)
                yield self.at(call, call=ast.unparse(call), route=route.spoken, field=optional[0], fix=_fix(file, call))


def _updates(file: File, call: ast.Call) -> bool:
    """Whether what is dumped goes onto something that is stored: `**data`, `.update(data)`, a loop of `setattr`."""
    if _goes_into_update(file, call):
        return True
    statement = file.statement(call)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call:
            pass
        case _:
            return False
    function = file.function(call)
    if function is None or _is_filtered(file, function, name):
        return False
    uses = [node for node in file.within(function, ast.Name) if node.id == name and isinstance(node.ctx, ast.Load)]
    return any(_goes_into_update(file, use) for use in uses)


def _is_filtered(file: File, function: ast.AST, name: str) -> bool:
    """Whether some entries are taken out again."""
    for node in file.within(function, ast.DictComp, ast.Delete, ast.If, ast.Call):
        match node:
            case ast.DictComp(generators=generators):
                if any(generator.ifs and name in ast.unparse(generator.iter) for generator in generators):
                    return True
            case ast.Delete() if name in ast.unparse(node):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=held), attr="pop")) if held == name:
                return True
    return False


def _goes_into_update(file: File, value: ast.AST) -> bool:
    parent = file.parent(value)
    match parent:
        case ast.keyword(arg=None):
            call = file.parent(parent)
            return (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("values", "update", "replace")
            )
        case ast.Call(func=ast.Attribute(attr="update" | "values" | "update_one" | "sqlmodel_update"), args=args):
            return value in args
        case ast.keyword(arg="update"):
            call = file.parent(parent)
            return isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("model_copy", "copy")
        case ast.Dict(keys=keys, values=values):
            # `{**data}` passes on what it unpacks.
            return any(key is None and each is value for key, each in zip(keys, values, strict=True)) and (
                _goes_into_update(file, parent)
            )
        case ast.Attribute(attr="items"):
            call = file.parent(parent)
            loop = file.parent(call) if call is not None else None
            if not isinstance(loop, ast.For) or loop.iter is not call:
                return False
            sets = [
                each
                for each in file.within(loop.body, ast.Call)
                if isinstance(each.func, ast.Name) and each.func.id == "setattr"
            ]
            return bool(sets) and not any(isinstance(file.parent(file.statement(each)), ast.If) for each in sets)
    return False


def _fix(file: File, call: ast.Call) -> Fix:
    end = Range.of(call)
    place = Range(end.end_line, end.end_column - 1, end.end_line, end.end_column - 1)
    before = file.source(call)[:-1].rstrip()
    text = "exclude_unset=True" if before.endswith(("(", ",")) else ", exclude_unset=True"
    return Fix("Leave out what the client did not send", (Edit(place, text),), Applicability.UNSAFE)
