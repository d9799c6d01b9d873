from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Fix, Rule, Severity
from ...shapes import is_none
from .edits import removal
from .registration import keyword

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ANNOTATION_SINCE = (0, 89)
"""From this version on the return annotation is the response model (release notes)."""


class RedundantResponseModel(Rule):
    """`response_model` repeats the return annotation.

    FastAPI takes the annotation as the response model by itself. Written twice, the two drift apart: `response_model`
    wins, and the annotation, which the type checker believes, becomes a lie.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            title: str

        @app.get("/book", response_model=Book)
        def read_book() -> Book:
            return Book(title="Notes")

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            title: str

        @app.get("/book")
        def read_book() -> Book:
            return Book(title="Notes")
    """

    code = "FAR090"
    severity = Severity.SUGGESTION
    message = "`response_model={model}` is what `{function}` is annotated to return: leave it out"
    markers = (("response_model",), ("->",))

    def check(self, file: File) -> Iterator[Violation]:
        version = file.version("fastapi")
        if version is not None and version < _ANNOTATION_SINCE:
            return
        for route in file.routes:
            model, returns = keyword(route.decorator, "response_model"), route.function.returns
            if model is None or returns is None or not _same(file, model, returns):
                continue
            given = next(each for each in route.decorator.keywords if each.arg == "response_model")
            edit = removal(file, route.decorator, given)
            fix = Fix("Leave `response_model` out", (edit,), Applicability.SAFE) if edit is not None else None
            yield self.at(given, model=ast.unparse(model), function=route.function.name, fix=fix)


def _same(file: File, model: ast.expr, returns: ast.expr) -> bool:
    """Whether both say the same type, quotes of annotations and ways to name a class apart."""
    if is_none(model):
        return False
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        return ast.unparse(model).replace(" ", "") == returns.value.replace(" ", "")
    if ast.unparse(model) == ast.unparse(returns):
        return True
    match model, returns:
        case ast.Subscript(value=outer, slice=inner), ast.Subscript(value=other, slice=held):
            return _same(file, outer, other) and _same(file, inner, held)
        case ast.Tuple(elts=items), ast.Tuple(elts=others):
            return len(items) == len(others) and all(_same(file, *each) for each in zip(items, others, strict=True))
        case ((ast.Name() | ast.Attribute()), (ast.Name() | ast.Attribute())):
            name = file.name_of(model)
            return name is not None and _BUILTIN.get(name, name) == _builtin(file.name_of(returns))
    return False


_BUILTIN = {
    f"typing.{name}": f"builtins.{name.lower()}" for name in ("List", "Dict", "Set", "FrozenSet", "Tuple", "Type")
}


def _builtin(name: str | None) -> str | None:
    return _BUILTIN.get(name, name) if name is not None else None
