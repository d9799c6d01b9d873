from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option, shortened
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_UNCHECKED = ("model_construct", "construct")
_DUMPS = ("model_dump", "dict", "asdict", "vars")
_SENT = ("path", "query", "header", "cookie", "body", "form")


class UnvalidatedInstance(Rule):
    """An object that was made without validation is taken over as it is.

    Pydantic trusts instances of a model: what stands in a field of another one is not checked again, unless
    `revalidate_instances` says so. An object of `model_construct` has had no check at all, and the one that holds it
    looks valid.

    Reported where nobody wrote the values down: a row, a payload or a dictionary is unpacked into it, or what a request
    sends. What another model dumped has been checked. With `always`, wherever such an object is taken over.

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
    message = "`{made}` was never validated, and `{model}` takes it as it is: use `model_validate`"
    markers = (("construct(",),)

    always: bool = option(False, "Report objects whose values the code itself writes down, too.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if not call.keywords:
                continue
            model = None
            for keyword in call.keywords:
                made = _constructed(file, keyword.value)
                if made is None or not (self.always or _is_from_outside(file, made)):
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


def _is_from_outside(file: File, made: ast.Call) -> bool:
    """Whether values come in that this code does not tell."""
    return any(
        _is_sent(file, keyword.value) if keyword.arg is not None else not _is_known(file, keyword.value)
        for keyword in made.keywords
    )


def _is_sent(file: File, value: ast.expr) -> bool:
    """Whether it is a parameter that a request fills."""
    function = file.function(value)
    return (
        isinstance(value, ast.Name)
        and function is not None
        and (file.registered_as(function) == "route" or file.is_injected(function))
        and file.parameter_source(function, value.id) in _SENT
    )


def _is_known(file: File, unpacked: ast.expr) -> bool:
    """Whether a dictionary was written here, dumped by something that is valid, or is handed through."""
    function = file.function(unpacked)
    handed = function.args.kwarg if function is not None else None
    for each in file.values(unpacked):
        match each:
            case ast.Dict() | ast.DictComp() | ast.Attribute(attr="__dict__"):
                return True
            case ast.Call(func=called) if last_name(called) in _DUMPS:
                return True
            case ast.Name(id=name) if handed is not None and name == handed.arg:
                return True
    return False
