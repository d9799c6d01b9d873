"""What an answer shows of the project's models and entities, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import NamedTuple
from ..regex import regex
from .readings import kept, remembered
from .type_terms import classes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..module.summary import Expr, Summary
    from .type_terms import Type
    from .types import Types


class Exposed(NamedTuple):
    """A field that a serialised object shows."""

    way: tuple[str, ...]
    """The names that lead to it: ("owner", "password_hash")."""
    type: str | None
    """Qualified name of its class, `None` apart; None when not known."""
    path: str
    line: int
    """Of the class that declares it."""
    cls: str
    """Dotted name of the class that was asked about: the outermost one."""
    entity: bool
    """Whether the outermost class is a database entity."""
    owner: str
    """Qualified name, in its module, of the class that declares it."""


class _Field(NamedTuple):
    """A field of a class that an answer shows."""

    name: str
    type: str | None
    path: str
    line: int
    owner: str
    nested: tuple[str, ...]
    """The models in it, whose fields are shown, too."""


_ENTITIES = (
    "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.MappedAsDataclass", "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlmodel.SQLModel", "tortoise.models.Model", "beanie.Document", "peewee.Model",
)  # fmt: skip
_SHOWN = ("pydantic.BaseModel", "pydantic.v1.BaseModel", *_ENTITIES)
_COLUMNS = frozenset({"sqlalchemy.Column", "sqlalchemy.orm.mapped_column", "sqlalchemy.schema.Column"})
_REDACTS = regex(
    r"(?i)redact|mask|hide|hidden|obfuscat|censor|sanitiz|strip_|remove_|serializ|exclude|to_representation|scrub|conceal"
)
_DATA = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attrs.define"})
_MAX_DEPTH = 4


class Exposure:
    """Answers about types of answers."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._fields: dict[str, tuple[_Field, ...]] = {}
        self._exposed: dict[Type | None, tuple[Exposed, ...]] = {}

    @remembered()
    def exposed(self, declared: Type | None) -> tuple[Exposed, ...]:
        """What an answer of this type shows of models and entities of the project, those inside of them included."""
        known = self._exposed.get(declared)
        if known is None:
            known = self._exposed[declared] = self._find_exposed(declared)
        return known

    def _find_exposed(self, declared: Type | None) -> tuple[Exposed, ...]:
        found: list[Exposed] = []
        for cls in _project_classes(declared):
            if self.types.is_subclass(cls, _SHOWN) or self._is_dataclass(cls):
                entity = self.types.is_subclass(cls, _ENTITIES) is True
                found.extend(
                    Exposed(way, typed, path, line, self.types.dotted(cls), entity, owner)
                    for way, typed, path, line, owner in self._shown(cls, (), 0)
                )
        return tuple(found)

    def _shown(
        self, cls: str, way: tuple[str, ...], depth: int
    ) -> Iterator[tuple[tuple[str, ...], str | None, str, int, str]]:
        for field in self._own(cls):
            yield (*way, field.name), field.type, field.path, field.line, field.owner
            if depth < _MAX_DEPTH:
                for each in field.nested:
                    yield from self._shown(each, (*way, field.name), depth + 1)

    @kept("exposure.own", lambda self: self.types.modules)
    def _own(self, cls: str) -> tuple[_Field, ...]:
        """The fields of a class and its bases that are not left out."""
        found = self._fields.get(cls)
        if found is None:
            found = self._fields[cls] = tuple(self._find(cls))
        return found

    def _find(self, cls: str) -> Iterator[_Field]:
        seen: set[str] = set()
        for base in self.types.mro(cls):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            if any(_REDACTS.search(name) for name in definition.members):
                return
            watched = {
                text for name in definition.members for text in self._watched(summary, f"{definition.qualname}.{name}")
            }
            place = summary.path, definition.line, definition.qualname
            for name, indices in definition.members.items():
                if name in seen or name.startswith("_"):
                    continue
                seen.add(name)
                fact = summary.table[indices[-1]]
                if name in watched or "*" in watched:
                    continue
                if (
                    fact[0] == "="
                    and fact[1][0] == "c"
                    and self.types.qualified(self.types.eval(summary, fact[1][1])) in _COLUMNS
                ):
                    is_text = "String" in str(fact[1]) or "Text" in str(fact[1])
                    yield _Field(name, "builtins.str" if is_text else None, *place, ())
                if fact[0] != ":" or self._is_left_out(summary, fact):
                    continue
                declared = self.types.annotation(summary, fact[1])
                classes = classes_of(declared)
                typed = self.types.dotted(classes[0]) if len(classes) == 1 else None
                nested = tuple(each for each in _project_classes(declared) if each != cls and self._is_nested(each))
                yield _Field(name, typed, *place, nested)

    def _is_nested(self, cls: str) -> bool:
        """Whether a model shows another one that it holds; the relations of an entity are not loaded by themselves."""
        models = ("pydantic.BaseModel", "pydantic.v1.BaseModel")
        return bool(self.types.is_subclass(cls, models)) and self.types.is_subclass(cls, _ENTITIES) is not True

    def _watched(self, summary: Summary, qualname: str) -> Iterator[str]:
        """The fields whose value a validator or serialiser of the class may replace."""
        function = summary.functions.get(qualname)
        for decorator in function.decorators if function is not None else ():
            if decorator[0] == "c":
                leaf = decorator[1][2] if decorator[1][0] == "a" else decorator[1][1] if decorator[1][0] == "g" else ""
                if leaf in (
                    "field_serializer",
                    "field_validator",
                    "validator",
                    "root_validator",
                    "model_serializer",
                    "model_validator",
                ):
                    yield from (arg[1] for arg in decorator[2] if arg[0] == "k" and isinstance(arg[1], str))
            elif decorator[0] == "g" and decorator[1] in ("model_serializer",):
                yield "*"

    def _is_left_out(self, summary: Summary, fact: Expr) -> bool:
        """`Field(exclude=True)`, as the default or in the annotation; `ClassVar`; a relation of a table."""
        for owner, expr in ((summary, fact[2]), *self.types.metadata(summary, fact[1])):
            if expr is not None and expr[0] == "c":
                keywords = dict(expr[3])
                if keywords.get("exclude") == ("k", True) or keywords.get("repr_only") == ("k", True):
                    return True
                if self.types.qualified(self.types.eval(owner, expr[1])) in (
                    "sqlmodel.Relationship",
                    "sqlalchemy.orm.relationship",
                ):
                    return True
        return "ClassVar" in str(fact[1])

    def _is_dataclass(self, cls: str) -> bool:
        own = self.types.project_class(cls)
        if own is None:
            return False
        made = {self.types.qualified(self.types.eval(own[0], d[1] if d[0] == "c" else d)) for d in own[1].decorators}
        return bool(made & _DATA)


def _project_classes(declared: Type | None) -> list[str]:
    """The classes of the project in a type: itself, the members of a union, what a container or generic holds."""
    match declared:
        case ("union", members):
            return [cls for member in members for cls in _project_classes(member)]
        case ("inst", cls, args):
            inside = [found for arg in args for found in _project_classes(arg)]
            return [cls, *inside] if ":" in cls else inside
    return []
