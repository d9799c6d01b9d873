"""What the schemas of a project consist of: types as trees, fields, models, and what a route takes and answers.

Models are named in trees, not written out, so that they may hold themselves; Schemas.model tells what is in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ..constants import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module.summary import Expr

SCALARS = frozenset({"string", "integer", "number", "boolean", "enum"})


class Schema(NamedTuple):
    """A type as JSON knows it."""

    kind: str
    """string, integer, number, boolean, null, enum, array, tuple, map, model, union, file, any or unknown."""
    name: str = ""
    """Of a scalar its format ("uuid"), of an array its form when it holds nothing twice ("set"), of a model or an enum
    of the project its symbol, of something unknown its dotted name, if that is known."""
    items: tuple[Schema, ...] = ()
    """What an array holds (one), a tuple's items, a map's keys and values, a union's members, a generic model's
    arguments."""
    values: tuple[Any, ...] | None = ()
    """Of an enum or a Literal; None when not known."""
    constraints: tuple[tuple[str, Any], ...] = ()
    """ge, gt, le, lt, multiple_of, min_length, max_length (also of arrays), pattern, strict, max_digits,
    decimal_places, discriminator; UNKNOWN for values that are not constants. "written_as": the Schema that a serialiser
    makes of it in answers. Sorted."""

    def constraint(self, name: str) -> Any:
        """The value of a constraint; None without one."""
        return dict(self.constraints).get(name)

    @property
    def is_nullable(self) -> bool:
        return self.kind in ("null", "any") or (self.kind == "union" and any(each.is_nullable for each in self.items))

    @property
    def members(self) -> tuple[Schema, ...]:
        """Of a union its members without null; of anything else itself."""
        if self.kind != "union":
            return () if self.kind == "null" else (self,)
        return tuple(member for each in self.items for member in each.members)

    @property
    def is_known(self) -> bool:
        """Whether no part of it is unknown (models are not looked into)."""
        return self.kind != "unknown" and all(each.is_known for each in self.items)

    @property
    def is_scalar(self) -> bool:
        """Whether FastAPI takes such a parameter from the query."""
        if self.kind == "union":
            return all(each.is_scalar or each.kind == "null" for each in self.items)
        return self.kind in SCALARS or self.kind == "any"

    def models(self) -> Iterator[Schema]:
        """The models in the tree, itself included."""
        if self.kind == "model":
            yield self
        for each in self.items:
            yield from each.models()


ANY = Schema("any")
NULL = Schema("null")
NOT_KNOWN = Schema("unknown")


def union(members: list[Schema]) -> Schema:
    """One type for several."""
    flat: list[Schema] = []
    for each in members:
        for member in each.items if each.kind == "union" and not each.constraints else (each,):
            if member not in flat:
                flat.append(member)
    return flat[0] if len(flat) == 1 else Schema("union", items=tuple(flat)) if flat else NOT_KNOWN


def constrained(schema: Schema, constraints: dict[str, Any]) -> Schema:
    """The type with further constraints; those of an optional one are for the value."""
    if not constraints:
        return schema
    if schema.kind == "union" and not {"discriminator", "written_as"} & constraints.keys():
        return schema._replace(
            items=tuple(each if each.kind == "null" else constrained(each, constraints) for each in schema.items)
        )
    found = {**dict(schema.constraints), **constraints}
    return schema._replace(constraints=tuple(sorted(found.items(), key=lambda pair: pair[0])))


class Field(NamedTuple):
    """A field of a model."""

    name: str
    """In Python."""
    type: Schema
    default: str
    """required, none (`None`, given or implied), value, call (evaluated once, when the class is made), factory, or
    unknown."""
    default_value: Any
    """A constant, UNKNOWN for anything else."""
    settings: tuple[tuple[str, Any], ...]
    """What `Field(…)` says by keyword, in the annotation or as the default; UNKNOWN for what is no constant. Under
    "AliasChoices" all names of a `validation_alias` that has several."""
    read_as: str
    """The name in a request: the alias, if there is one."""
    written_as: str
    """The name in an answer."""
    owner: str
    """Symbol of the class that declares it."""
    annotation: Expr | None
    """As the owner's module has it."""
    value: Expr | None
    is_computed: bool = False
    """Only in answers: `@computed_field`."""
    is_excluded: bool = False
    """Never in answers."""

    @property
    def is_required(self) -> bool:
        return self.default == "required"

    def setting(self, name: str) -> Any:
        """What `Field(…)` says for a keyword; None if nothing."""
        return dict(self.settings).get(name)


class Model(NamedTuple):
    """A class with fields."""

    symbol: str
    """ "path:qualname"."""
    kind: str
    """pydantic, settings, dataclass, typeddict or namedtuple."""
    version: int
    """Of Pydantic: 1 or 2; 0 for what is not made by it."""
    config: tuple[tuple[str, Any], ...]
    """Of `model_config`, `class Config` and class keywords, those of the bases included; UNKNOWN for what is no
    constant, dotted names for functions of libraries."""
    fields: tuple[Field, ...]
    """In order, those of the bases first."""
    parameters: tuple[str, ...]
    """Names of the type variables."""
    root: Schema | None
    """What a root model is instead of an object."""
    is_complete: bool
    """Whether all bases are known."""
    is_custom: bool
    """Whether it says by code what JSON of it looks like, or takes other forms than its own."""
    path: str
    line: int

    @property
    def name(self) -> str:
        return self.symbol.rpartition(":")[2].rpartition(".")[2]

    def setting(self, name: str) -> Any:
        """A value of the configuration; None if it says nothing."""
        return dict(self.config).get(name)

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


class Parameter(NamedTuple):
    """What a route takes from the path, the query, a header or a cookie."""

    name: str
    """In the request."""
    place: str
    """path, query, header or cookie."""
    is_required: bool
    type: Schema
    path: str
    line: int
    """Of the declaration."""
    is_shown: bool = True
    """Whether it is in the OpenAPI document."""


class Body(NamedTuple):
    """What a route takes from the body of a request: one value, or an object of several."""

    content: str
    """application/json, application/x-www-form-urlencoded or multipart/form-data."""
    type: Schema | None
    """None for an object of `fields`."""
    fields: tuple[Field, ...]
    is_required: bool


class Answer(NamedTuple):
    """What a route answers with a status."""

    status: int
    content: str
    """application/json, or "" for anything else."""
    type: Schema
    """ANY when the route does not say."""
    only: frozenset[str] | None = None
    """The fields that are sent, in Python's names, if not all are."""
    without: frozenset[str] = frozenset()
    by_alias: bool = True


class Operation(NamedTuple):
    """One method of one route, as a client sees it. A part that is not known is None."""

    app: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] | None
    body: Body | None
    is_body_known: bool
    status: int | None
    answer: Answer | None
    security: tuple[tuple[str, tuple[str, ...]], ...]
    """(class of the scheme, scopes)."""
    symbol: str
    """ "path:qualname" of the handler."""
    file: str
    line: int
    """Of the handler."""


__all__ = [
    "ANY",
    "NOT_KNOWN",
    "NULL",
    "SCALARS",
    "UNKNOWN",
    "Answer",
    "Body",
    "Field",
    "Model",
    "Operation",
    "Parameter",
    "Schema",
    "constrained",
    "union",
]
