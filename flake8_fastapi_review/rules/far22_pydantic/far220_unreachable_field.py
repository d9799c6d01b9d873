from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Model
    from ...rule import Violation

_BY_NAME = ("populate_by_name", "validate_by_name", "allow_population_by_field_name")


class UnreachableField(Rule):
    """A field with an alias is set by its own name, which its model does not look at.

    With `alias="isbnNumber"` the value is looked for under that name alone. `Order(isbn_number=...)` is ignored: a
    required field is "missing" then, and one with a default keeps it without a word. `populate_by_name=True` lets both
    names in; `validate_by_name` and `validate_by_alias` both off let in none.

    Bad:

        from pydantic import BaseModel, Field

        class Order(BaseModel):
            isbn_number: str = Field(alias="isbnNumber")

        order = Order(isbn_number="978-0-14-143951-8")

    Good:

        from pydantic import BaseModel, ConfigDict, Field

        class Order(BaseModel):
            model_config = ConfigDict(populate_by_name=True)

            isbn_number: str = Field(alias="isbnNumber")

        order = Order(isbn_number="978-0-14-143951-8")
    """

    code = "FAR220"
    severity = Severity.WARNING
    message = "{what}: {remedy}"
    markers = (("(",),)

    def check(self, file: File) -> Iterator[Violation]:
        known: dict[str, Model | None] = {}
        for call in file.nodes(ast.Call):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if not name[:1].isupper() or not call.keywords:
                continue
            written = ast.unparse(call.func)
            if written not in known:
                known[written] = _aliased(file.model_named(call.func))
            model = known[written]
            if model is None:
                continue
            for keyword in call.keywords:
                field = model.field(keyword.arg) if keyword.arg else None
                if field is None or field.read_as == field.name or field.name in (field.setting("AliasChoices") or ()):
                    continue
                if not _others(model, field.name):
                    yield self.at(
                        keyword,
                        what=f"`{model.name}` takes `{field.name}` under the name `{field.read_as}` alone",
                        remedy=f"pass it under that name, or set `populate_by_name=True` in `{model.name}`",
                    )
        if "validate_by_alias" in file.text:
            for definition in file.nodes(ast.ClassDef):
                own = file.model(definition) if definition.bases else None
                if own is not None and own.setting("validate_by_alias") is False and not _by_name(own):
                    yield self.at(
                        definition,
                        what=f"`{own.name}` takes values neither by alias nor by name",
                        remedy="set `validate_by_name=True`",
                    )


def _aliased(model: Model | None) -> Model | None:
    """The model, if it has fields whose own names it does not look at."""
    if model is None or model.kind not in ("pydantic", "settings") or not model.is_complete or model.is_custom:
        return None
    if model.kind == "settings" or _by_name(model) or any(model.setting(name) is not None for name in _BY_NAME):
        return None
    return model if any(field.read_as != field.name for field in model.fields) else None


def _by_name(model: Model) -> bool:
    return any(model.setting(name) is True for name in _BY_NAME)


def _others(model: Model, name: str) -> bool:
    """Whether another field is read under this name."""
    return any(field.read_as == name for field in model.fields)
