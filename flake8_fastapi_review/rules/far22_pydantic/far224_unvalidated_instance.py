from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_UNCHECKED = ("model_construct", "construct")


class UnvalidatedInstance(Rule):
    """An object that was made without validation is taken over as it is.

    Pydantic trusts instances of a model: what stands in a field of another one is not checked again, unless
    `revalidate_instances` says so. An object of `model_construct` has had no check at all, and the one that holds it
    looks valid. Off by default: who calls `model_construct` mostly knows the data.

    Bad:

        from pydantic import BaseModel

        class Line(BaseModel):
            isbn: str

        class Order(BaseModel):
            line: Line

        def load(row: dict[str, str]) -> Order:
            return Order(line=Line.model_construct(**row))

    Good:

        from pydantic import BaseModel

        class Line(BaseModel):
            isbn: str

        class Order(BaseModel):
            line: Line

        def load(row: dict[str, str]) -> Order:
            return Order(line=Line.model_validate(row))
    """

    code = "FAR224"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{made}` was never validated, and `{model}` takes it as it is: use `model_validate`"
    markers = (("construct(",),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if not call.keywords:
                continue
            model = None
            for keyword in call.keywords:
                made = _constructed(file, keyword.value)
                if made is None:
                    continue
                model = model or file.model_named(call.func)
                if model is None or model.kind != "pydantic":
                    break
                if model.setting("revalidate_instances") in (None, "never"):
                    yield self.at(keyword.value, made=shortened(ast.unparse(made)), model=model.name)


def _constructed(file: File, value: ast.expr) -> ast.Call | None:
    """The call that makes a value without validation, in place or by a local variable."""
    for each in [value, *file.values(value)]:
        match each:
            case ast.Call(func=ast.Attribute(attr=name, value=owner)) if name in _UNCHECKED:
                return each if file.is_subclass(owner, "pydantic.BaseModel") else None
    return None
