"""The fix of a `class Config`: the same settings as `model_config`, by the names that Pydantic 2 has for them.

Names: the table "Changes to config" of Pydantic's migration guide.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range

if TYPE_CHECKING:
    from ...file import File

_RENAMED = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
_KEPT = frozenset(
    "arbitrary_types_allowed case_sensitive env_file env_file_encoding env_nested_delimiter env_prefix extra frozen "
    "from_attributes json_encoders json_schema_extra populate_by_name protected_namespaces secrets_dir "
    "str_strip_whitespace title use_enum_values validate_assignment validate_default".split()
)


def as_model_config(file: File, config: ast.ClassDef, is_settings: bool) -> Fix | None:
    """Unsafe: a class that inherits the inner one has to be rewritten, too."""
    if config.bases or config.keywords or config.decorator_list or file.has_comment(config):
        return None
    given: list[str] = []
    for statement in config.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _KEPT or name in _RENAMED:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and "\n" in value.value:
                    return None
                given.append(f"{_RENAMED.get(name, name)}={_value(file, value)}")
            case _:
                return None
    module, made = ("pydantic_settings", "SettingsConfigDict") if is_settings else ("pydantic", "ConfigDict")
    known = file.import_from(module, made, config)
    if known is None:
        return None
    name, imports = known
    indent = " " * (config.col_offset + 4)
    text = f"model_config = {name}({', '.join(given)})"
    if len(text) + config.col_offset > _WIDEST or any("\n" in each for each in given):
        lines = "".join(f"\n{indent}{each}," for each in given)
        text = f"model_config = {name}({lines}\n{' ' * config.col_offset})"
    place = Range(config.lineno, config.col_offset, config.end_lineno or 0, config.end_col_offset or 0)
    return Fix("Write `model_config`", (*imports, Edit(place, text)))


_WIDEST = 100


def _value(file: File, value: ast.expr) -> str:
    """As it is written; `Extra.forbid` as the text that it stands for."""
    if isinstance(value, ast.Attribute) and (file.name_of(value.value) or "").endswith(".Extra"):
        return f'"{value.attr}"'
    return file.source(value)
