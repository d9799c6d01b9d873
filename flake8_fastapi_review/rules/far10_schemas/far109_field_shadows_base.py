from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .models import MARKERS, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.schemas import Field, Schema
    from ...rule import Violation

_MEMBERS = frozenset(
    "model_dump model_dump_json model_copy model_validate model_validate_json model_validate_strings model_construct "
    "model_fields model_fields_set model_computed_fields model_json_schema model_rebuild model_post_init model_extra "
    "model_parametrized_name dict json copy parse_obj parse_raw parse_file from_orm construct schema schema_json "
    "validate update_forward_refs".split()
)
"""Of `BaseModel`, by its documentation; `model_config` is no field."""


class FieldShadowsBase(Rule):
    """A field hides a method of `BaseModel`, or has another type than the field of a base class that it replaces.

    `order.json` is the field then, and `order.json()`, which FastAPI, libraries and colleagues call, fails with
    "'str' object is not callable", or is left out of what is generated. Pydantic 2 warns, and refuses names that it
    reserves. Give the field another name, and the old one as its alias.

    Whoever takes the base class takes its subclasses, too: where the base says that `number` is an `int`, one with a
    text breaks in code that never names the subclass. Literals, narrower types and `None` in addition are left alone.

    Bad:

        from pydantic import BaseModel

        class Export(BaseModel):
            copy: bool
            schema: str

    Good:

        from pydantic import BaseModel, Field

        class Export(BaseModel):
            is_copy: bool = Field(alias="copy")
            schema_name: str = Field(alias="schema")
    """

    code = "FAR109"
    severity = Severity.WARNING
    message = "the field `{model}.{field}` {harm}: {remedy}"
    markers = (MARKERS,)

    def check(self, file: File) -> Iterator[Violation]:
        is_named = any(f"{name}:" in file.text for name in _MEMBERS)
        for definition in file.nodes(ast.ClassDef):
            bases = [base for base in definition.bases if not ast.unparse(base).endswith("BaseModel")]
            model = file.model(definition) if bases or (is_named and definition.bases) else None
            if model is None or model.kind != "pydantic":
                continue
            for statement, field in own_fields(definition, model):
                if field.name in _MEMBERS:
                    harm = f"hides `BaseModel.{field.name}`"
                    remedy = f"rename it, with `alias={field.name!r}`"
                    yield self.at(statement.target, model=definition.name, field=field.name, harm=harm, remedy=remedy)
                    continue
                if _MEANT.search(file.lines[statement.lineno - 1]):
                    continue
                replaced = next((each for base in bases if (each := _field(file, base, field.name)) is not None), None)
                if replaced is not None and _contradict(replaced.type, field.type):
                    base = replaced.owner.rpartition(":")[2]
                    harm = f"is {_shown(field.type)} where `{base}.{field.name}` is {_shown(replaced.type)}"
                    remedy = "what takes the base class breaks, keep the type or give it another name"
                    yield self.at(statement.target, model=definition.name, field=field.name, harm=harm, remedy=remedy)


_MEANT = re.compile(r"#\s*(?:type|pyright|ty|mypy):\s*ignore")
"""The author has been told by a checker of types, and has answered."""


def _field(file: File, base: ast.expr, name: str) -> Field | None:
    model = file.model_of(file.schema(base)) if isinstance(base, ast.Subscript) else file.model_named(base)
    return model.field(name) if model is not None else None


def _contradict(old: Schema, new: Schema) -> bool:
    """Whether no value but `None` fits both."""
    kinds = [{_broad(each) for each in schema.members} for schema in (old, new)]
    return bool(kinds[0] and kinds[1]) and not any("" in each for each in kinds) and not kinds[0] & kinds[1]


def _broad(schema: Schema) -> str:
    """The kind of value; empty where it may be any."""
    match schema.kind:
        case "any" | "unknown" | "enum" | "file":
            return ""
        case "integer" | "boolean":
            return "number"
        case "tuple":
            return "array"
    return schema.kind


def _shown(schema: Schema) -> str:
    kinds = dict.fromkeys(each.name.rpartition(":")[2] or each.kind for each in schema.members)
    return " or ".join(f"`{kind}`" for kind in kinds)
