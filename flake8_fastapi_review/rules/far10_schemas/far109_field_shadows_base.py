from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .models import MARKERS, models, own_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MEMBERS = frozenset(
    "model_dump model_dump_json model_copy model_validate model_validate_json model_validate_strings model_construct "
    "model_fields model_fields_set model_computed_fields model_json_schema model_rebuild model_post_init model_extra "
    "model_parametrized_name dict json copy parse_obj parse_raw parse_file from_orm construct schema schema_json "
    "validate update_forward_refs".split()
)
"""Of `BaseModel`, by its documentation; `model_config` is no field."""


class FieldShadowsBase(Rule):
    """A field hides a method of `BaseModel`.

    `order.json` is the field then, and `order.json()`, which FastAPI, libraries and colleagues call, fails with
    "'str' object is not callable", or is left out of what is generated. Pydantic 2 warns, and refuses names that it
    reserves. Give the field another name, and the old one as its alias.

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
    message = "the field `{model}.{field}` hides `BaseModel.{field}`: rename it, with `alias={field!r}`"
    markers = (MARKERS, tuple(f"{name}:" for name in sorted(_MEMBERS)))

    def check(self, file: File) -> Iterator[Violation]:
        for definition, model in models(file):
            for statement, field in own_fields(definition, model):
                if field.name in _MEMBERS:
                    yield self.at(statement.target, model=definition.name, field=field.name)
