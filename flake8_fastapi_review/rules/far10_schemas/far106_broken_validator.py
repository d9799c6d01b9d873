from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from ...shapes import is_none
from .models import MARKERS, models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Model
    from ...rule import Violation

_FIELD = (
    "pydantic.field_validator",
    "pydantic.validator",
    "pydantic.v1.validator",
    "pydantic.functional_validators.field_validator",
)
_MODEL = ("pydantic.model_validator", "pydantic.root_validator", "pydantic.v1.root_validator")
_ANNOTATED = tuple(
    f"pydantic.{module}{kind}Validator"
    for kind in ("After", "Before", "Plain", "Wrap")
    for module in ("", "functional_validators.")
)
"""What an annotation names a function with."""
_BOUND = ("builtins.classmethod", "builtins.staticmethod")
_HTTP_EXCEPTION = "starlette.exceptions.HTTPException"
_VERSION = 2
_PAIR = 2
"""A class and a value."""


class BrokenValidator(Rule):
    """A validator loses the value, names a field that is not there, is no class method, or answers the request itself.

    What a validator returns becomes the field. One that only checks, and returns nothing, makes every valid value
    `None`. A name that is no field is an error when the class is made. There is no object yet when a field is checked:
    with `self` in place of `cls`, and no `@classmethod`, Pydantic refuses the class or hands over the wrong things. And
    an `HTTPException` passes by Pydantic: of several mistakes the client hears of one, without its place, and elsewhere
    nobody expects it from a model.

    Bad:

        from pydantic import BaseModel, field_validator

        class NewOrder(BaseModel):
            isbn: str

            @field_validator("isbn")
            @classmethod
            def has_thirteen_digits(cls, value: str) -> None:
                if len(value) != 13:
                    raise ValueError("an ISBN has thirteen digits")

    Good:

        from pydantic import BaseModel, field_validator

        class NewOrder(BaseModel):
            isbn: str

            @field_validator("isbn")
            @classmethod
            def has_thirteen_digits(cls, value: str) -> str:
                if len(value) != 13:
                    raise ValueError("an ISBN has thirteen digits")
                return value
    """

    code = "FAR106"
    severity = Severity.BLOCKER
    message = "the validator `{validator}` {harm}: {remedy}"
    markers = (MARKERS, ("validator", "Validator"))

    def check(self, file: File) -> Iterator[Violation]:
        for definition, model in models(file):
            for function in definition.body:
                if not isinstance(function, ast.FunctionDef):
                    continue
                found = _validator(file, function)
                if found is None:
                    continue
                decorator, of_field = found
                yield from self._unbound(file, function, decorator, model)
                yield from self._lost(file, function, of_field=of_field)
                if of_field:
                    yield from self._unknown(file, function, decorator, model)
                yield from self._answers(file, function)
        for function in dict.fromkeys(_named_in_annotations(file)):
            yield from self._lost(file, function, of_field=True)
            yield from self._answers(file, function)

    def _answers(self, file: File, function: ast.FunctionDef) -> Iterator[Violation]:
        for statement in file.raises(function):
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if raised is not None and file.is_subclass(raised, _HTTP_EXCEPTION):
                yield self.at(
                    statement,
                    validator=function.name,
                    harm="answers the request past Pydantic",
                    remedy="raise `ValueError`, which becomes a 422 with the field's name",
                )
                break

    def _unbound(self, file: File, function: ast.FunctionDef, decorator: ast.expr, model: Model) -> Iterator[Violation]:
        """Pydantic 2 makes a class method of a function whose first parameter is called `cls`, and of no other."""
        parameters = [*function.args.posonlyargs, *function.args.args]
        if len(parameters) < _PAIR or parameters[0].arg == "cls" or model.version != _VERSION:
            return
        if any(file.is_named(each, *_BOUND) for each in function.decorator_list) or _comes_after(file, decorator):
            return
        first = parameters[0].arg
        harm = "is no class method, so that Pydantic refuses the class"
        if first != "self" or not isinstance(decorator, ast.Call) or not file.is_named(decorator.func, *_FIELD):
            harm = f"is no class method: `{first}` is what it should check"
        start = Range.of(function)
        place = Range(function.lineno, function.col_offset, function.lineno, function.col_offset)
        fix = Fix("Make it a class method", (Edit(place, f"@classmethod\n{' ' * start.column}"),), Applicability.UNSAFE)
        remedy = "add `@classmethod` below the decorator"
        yield self.at(function, validator=function.name, harm=harm, remedy=remedy, fix=fix)

    def _lost(self, file: File, function: ast.FunctionDef, *, of_field: bool) -> Iterator[Violation]:
        if _never_ends(function) or file.within(function.body, ast.Yield):
            return
        some = ""
        if any(not _is_none(each.value) for each in file.within(function.body, ast.Return)):
            if not file.flow(function).falls_through(function.body):
                return
            some = " on some paths"
        value = "the field" if of_field else "the model"
        remedy = "return the value" if of_field else "return `self`, or the data it was given"
        harm = f"returns nothing{some}, so that {value} becomes `None`"
        yield self.at(function, validator=function.name, harm=harm, remedy=remedy)

    def _unknown(self, file: File, function: ast.FunctionDef, decorator: ast.expr, model: Model) -> Iterator[Violation]:
        if not isinstance(decorator, ast.Call) or not model.is_complete:
            return
        if any(keyword.arg == "check_fields" or keyword.arg is None for keyword in decorator.keywords):
            return
        names = {field.name for field in model.fields}
        for given in decorator.args:
            name = file.value_of(given)
            if isinstance(name, str) and name != "*" and name not in names:
                yield self.at(
                    given,
                    validator=function.name,
                    harm=f"is for the field `{name}`, which `{model.name}` does not have",
                    remedy="name one of its fields",
                )


def _validator(file: File, function: ast.FunctionDef) -> tuple[ast.expr, bool] | None:
    """The decorator that makes a function a validator, and whether of a field."""
    for decorator in function.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        if file.is_named(named, *_FIELD):
            return decorator, True
        if file.is_named(named, *_MODEL):
            return decorator, False
    return None


def _comes_after(file: File, decorator: ast.expr) -> bool:
    """Whether a validator of a model gets the finished object, as a method does; also where that is not known."""
    if not isinstance(decorator, ast.Call) or not file.is_named(decorator.func, *_MODEL):
        return not isinstance(decorator, ast.Call)
    mode = next((each.value for each in decorator.keywords if each.arg == "mode"), None)
    return mode is None or file.value_of(mode) not in ("before", "wrap")


def _named_in_annotations(file: File) -> Iterator[ast.FunctionDef]:
    """The functions of this file that `AfterValidator(…)` and the like are given."""
    functions: dict[str, ast.FunctionDef] = {}
    for call in file.calls_to(*_ANNOTATED):
        given = file.argument(call, 0, "func")
        target = file.definition_of(given) if given is not None else None
        if target is None or target.is_class or target.path != file.path:
            continue
        functions = functions or {each.name: each for each in file.nodes(ast.FunctionDef) if not file.function(each)}
        found = functions.get(target.qualname)
        if found is not None:
            yield found


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (is_none(value))


def _never_ends(function: ast.FunctionDef) -> bool:
    """Whether it always raises, or is a stub."""
    last = function.body[-1]
    if isinstance(last, ast.Raise):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...
