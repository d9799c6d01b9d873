from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from .config_class import as_model_config
from .models import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_VERSION = 2
_VERSIONS = re.compile(r"(?i)pydantic_*(?:is_)?v?_?[12]|pydantic[\W_]*(?:major|version)|hasattr\(")
"""Conditions that ask which Pydantic there is."""
_METHODS = {
    "dict": "model_dump",
    "json": "model_dump_json",
    "copy": "model_copy",
    "parse_obj": "model_validate",
    "parse_raw": "model_validate_json",
    "parse_file": "model_validate_json",
    "validate": "model_validate",
    "from_orm": "model_validate",
    "construct": "model_construct",
    "schema": "model_json_schema",
    "schema_json": "json.dumps(model_json_schema())",
    "update_forward_refs": "model_rebuild",
    "__fields__": "model_fields",
    "__fields_set__": "model_fields_set",
}
_SAME = frozenset("dict copy parse_obj construct update_forward_refs __fields_set__".split())
"""What takes the same arguments under its new name."""
_VALUES = frozenset("parse_obj parse_raw from_orm construct".split())
"""What is handed on as a function, `map(Order.from_orm, rows)`."""
_NAMES = {
    "pydantic.validator": "field_validator",
    "pydantic.root_validator": "model_validator",
    "pydantic.conint": "Annotated[int, Field(…)]",
    "pydantic.confloat": "Annotated[float, Field(…)]",
    "pydantic.constr": "Annotated[str, StringConstraints(…)]",
    "pydantic.conlist": "Annotated[list[…], Field(…)]",
    "pydantic.condecimal": "Annotated[Decimal, Field(…)]",
    "pydantic.parse_obj_as": "TypeAdapter(…).validate_python",
    "pydantic.Extra": 'extra="allow" | "forbid" | "ignore"',
    "pydantic.validate_arguments": "validate_call",
    "pydantic.BaseSettings": "pydantic_settings.BaseSettings",
    "pydantic.generics.GenericModel": "BaseModel, Generic[…]",
}
_GONE = frozenset(("pydantic.BaseSettings", "pydantic.generics.GenericModel"))
_MODULES = frozenset(name.rpartition(".")[0] for name in _NAMES)
_LEAVES = frozenset(name.rpartition(".")[2] for name in _NAMES)
_WRITTEN = tuple(
    ".dict( .json( .copy( parse_ from_orm construct( .schema update_forward_refs __fields validator conint confloat "
    "constr conlist condecimal Extra .validate validate_arguments BaseSettings GenericModel".split()
)
_BASE = "pydantic.BaseModel"
_DEPRECATED = "deprecated since 2.0"


class PydanticV1Api(Rule):
    """Code for Pydantic 2 calls what Pydantic 1 had.

    Pydantic 2 still has most of the old names, with a `PydanticDeprecatedSince20` warning at each call, and takes them
    out in version 3. Some behave differently already: a `@validator` sees other arguments, and `class Config` with
    `orm_mode` is silently ignored.

    What is imported from `pydantic.v1` is left alone, and projects that do not tell that they use Pydantic 2.

    Bad:

        from pydantic import BaseModel, ConfigDict

        class Order(BaseModel):
            model_config = ConfigDict(extra="forbid")

            isbn: str

        def store(order: Order) -> dict[str, str]:
            return order.dict()

    Good:

        from pydantic import BaseModel, ConfigDict

        class Order(BaseModel):
            model_config = ConfigDict(extra="forbid")

            isbn: str

        def store(order: Order) -> dict[str, str]:
            return order.model_dump()
    """

    code = "FAR102"
    severity = Severity.WARNING
    roles = ("app", "script", "example", "test")
    message = "`{old}` is of Pydantic 1, and {state}: use `{new}`"
    markers = ((*_WRITTEN, "class Config"),)

    def check(self, file: File) -> Iterator[Violation]:
        if file.pydantic != _VERSION:
            return
        yield from self._names(file)
        yield from self._members(file)
        if "class Config" in file.text:
            yield from self._configs(file)

    def _names(self, file: File) -> Iterator[Violation]:
        for statement in file.nodes(ast.ImportFrom):
            if statement.module in _MODULES and not statement.level:
                for alias in statement.names:
                    yield from self._name(file, alias, f"{statement.module}.{alias.name}", alias.name)
        for node in file.nodes(ast.Attribute):
            if node.attr in _LEAVES:
                name = file.name_of(node)
                if name in _NAMES and file.name_of(node.value) in _MODULES:
                    yield from self._name(file, node, name, ast.unparse(node))

    def _name(self, file: File, node: ast.AST, name: str, written: str) -> Iterator[Violation]:
        new = _NAMES.get(name)
        if new is not None and not _is_for_either(file, node):
            is_constrained = name.startswith("pydantic.con")
            state = "discouraged" if is_constrained else "gone since 2.0" if name in _GONE else _DEPRECATED
            yield self.at(node, old=written, new=new, state=state)

    def _members(self, file: File) -> Iterator[Violation]:
        for node in file.nodes(ast.Attribute):
            new = _METHODS.get(node.attr)
            if new is None or not isinstance(node.ctx, ast.Load):
                continue
            parent = file.parent(node)
            is_call = isinstance(parent, ast.Call) and parent.func is node
            if not is_call and not node.attr.startswith("__") and node.attr not in _VALUES:
                continue
            if not (file.is_a(node.value, _BASE) or file.is_subclass(node.value, _BASE) or _is_super(file, node)):
                continue
            if _is_first(file, node) or _is_for_either(file, node):
                continue
            fix = None
            if node.attr in _SAME:
                end = Range.of(node)
                place = Range(end.end_line, end.end_column - len(node.attr), end.end_line, end.end_column)
                fix = Fix(f"Call `{new}`", (Edit(place, new),), Applicability.UNSAFE)
            yield self.at(node, old=f".{node.attr}{'()' if is_call else ''}", new=f".{new}", state=_DEPRECATED, fix=fix)

    def _configs(self, file: File) -> Iterator[Violation]:
        for definition, model in models(file):
            for statement in definition.body:
                if isinstance(statement, ast.ClassDef) and statement.name == "Config" and model.version == _VERSION:
                    fix = as_model_config(file, statement, model.kind == "settings")
                    new = "model_config = ConfigDict(…)"
                    yield self.at(statement, fix=fix, old="class Config", new=new, state=_DEPRECATED)


def _is_for_either(file: File, node: ast.AST) -> bool:
    """`if PYDANTIC_V2: … else: …`, `try: … except ImportError: …`: code for both versions."""
    child = node
    for above in file.ancestors(node):
        match above:
            case ast.If(test=test) | ast.IfExp(test=test) if child is not test and _VERSIONS.search(file.source(test)):
                return True
            case ast.Try(body=body, handlers=handlers) if child in body and any(
                file.is_named(kind, "builtins.ImportError", "builtins.AttributeError", "builtins.ModuleNotFoundError")
                for handler in handlers
                for kind in ([handler.type] if handler.type is not None else [])
            ):
                return True
            case ast.ExceptHandler(type=ast.expr() as kind) if file.is_named(
                kind, "builtins.ImportError", "builtins.AttributeError", "builtins.ModuleNotFoundError"
            ):
                return True
        child = above
    return False


def _is_super(file: File, node: ast.Attribute) -> bool:
    """`super().dict()`, where the next one is Pydantic's."""
    match node.value:
        case ast.Call(func=ast.Name(id="super")):
            return (file.name_of(node) or "").startswith(_BASE)
    return False


def _is_first(file: File, node: ast.Attribute) -> bool:
    """Whether the class has a method of this name of its own, or is one of `pydantic.v1`."""
    name = file.name_of(node) or ""
    if not name:
        return not node.attr.startswith("__")
    return not name.startswith("pydantic.") or name.startswith("pydantic.v1.")
