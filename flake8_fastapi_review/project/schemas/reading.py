"""Annotations read as schemas, aliases, type variables and constraints followed.

What Pydantic and FastAPI make of a type is their documentation's ("Standard Library Types", "Pydantic Types"); what is
not known here stays unknown by its name, so that two sides with the same name are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..constants import UNKNOWN, value_of
from ..readings import remembered
from .nodes import ANY, NOT_KNOWN, NULL, Schema, constrained, union

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module.summary import Expr, Summary
    from ..types import Types

Scope = dict[str, Schema]
"""Type variables → what stands for them here."""

_STRING = Schema("string")
_INTEGER = Schema("integer")
_NUMBER = Schema("number")
_SCALARS = {
    "builtins.str": _STRING,
    "builtins.int": _INTEGER,
    "builtins.float": _NUMBER,
    "builtins.bool": Schema("boolean"),
    "builtins.bytes": Schema("string", "binary"),
    "builtins.bytearray": Schema("string", "binary"),
    "builtins.object": ANY,
    "typing.Any": ANY,
    "typing.AnyStr": _STRING,
    "typing.LiteralString": _STRING,
    "typing.Text": _STRING,
    "datetime.datetime": Schema("string", "date-time"),
    "datetime.date": Schema("string", "date"),
    "datetime.time": Schema("string", "time"),
    "datetime.timedelta": Schema("string", "duration"),
    "decimal.Decimal": Schema("number", "decimal"),
    "fractions.Fraction": Schema("string", "fraction"),
    "uuid.UUID": Schema("string", "uuid"),
    "pathlib.Path": Schema("string", "path"),
    "pathlib.PurePath": Schema("string", "path"),
    "re.Pattern": Schema("string", "regex"),
    "typing.Pattern": Schema("string", "regex"),
    "numbers.Number": _NUMBER,
    **{
        f"ipaddress.IP{version}{kind}": Schema("string", f"ipv{version}{kind.lower()}")
        for version in (4, 6)
        for kind in ("Address", "Network", "Interface")
    },
    **{f"uuid.UUID{version}": Schema("string", "uuid") for version in (1, 3, 4, 5)},
}
_PYDANTIC: dict[str, Schema] = {
    "EmailStr": Schema("string", "email"),
    "NameEmail": Schema("string", "name-email"),
    "SecretStr": Schema("string", "password"),
    "SecretBytes": Schema("string", "password"),
    "StrictStr": _STRING,
    "StrictInt": _INTEGER,
    "StrictFloat": _NUMBER,
    "StrictBool": Schema("boolean"),
    "StrictBytes": Schema("string", "binary"),
    "PositiveInt": constrained(_INTEGER, {"gt": 0}),
    "NonNegativeInt": constrained(_INTEGER, {"ge": 0}),
    "NegativeInt": constrained(_INTEGER, {"lt": 0}),
    "NonPositiveInt": constrained(_INTEGER, {"le": 0}),
    "PositiveFloat": constrained(_NUMBER, {"gt": 0}),
    "NonNegativeFloat": constrained(_NUMBER, {"ge": 0}),
    "NegativeFloat": constrained(_NUMBER, {"lt": 0}),
    "NonPositiveFloat": constrained(_NUMBER, {"le": 0}),
    "FiniteFloat": _NUMBER,
    "UUID1": Schema("string", "uuid1"),
    "UUID3": Schema("string", "uuid3"),
    "UUID4": Schema("string", "uuid4"),
    "UUID5": Schema("string", "uuid5"),
    "FilePath": Schema("string", "file-path"),
    "DirectoryPath": Schema("string", "directory-path"),
    "NewPath": Schema("string", "path"),
    "Json": Schema("string", "json-string"),
    "ByteSize": _INTEGER,
    "AwareDatetime": Schema("string", "date-time"),
    "NaiveDatetime": Schema("string", "date-time"),
    "PastDatetime": Schema("string", "date-time"),
    "FutureDatetime": Schema("string", "date-time"),
    "PastDate": Schema("string", "date"),
    "FutureDate": Schema("string", "date"),
    "Base64Str": Schema("string", "base64"),
    "Base64Bytes": Schema("string", "base64"),
    "JsonValue": ANY,
    "IPvAnyAddress": Schema("string", "ipvanyaddress"),
    "IPvAnyNetwork": Schema("string", "ipvanynetwork"),
    "IPvAnyInterface": Schema("string", "ipvanyinterface"),
    **dict.fromkeys(
        ("AnyUrl", "AnyHttpUrl", "HttpUrl", "FileUrl", "FtpUrl", "WebsocketUrl", "PostgresDsn", "RedisDsn", "AmqpDsn"),
        Schema("string", "uri"),
    ),
}
_CONSTRAINED = {
    "constr": _STRING,
    "conint": _INTEGER,
    "confloat": _NUMBER,
    "condecimal": Schema("number", "decimal"),
    "conbytes": Schema("string", "binary"),
    "condate": Schema("string", "date"),
}
_ARRAYS = frozenset("list List Sequence MutableSequence Iterable Collection Iterator deque Deque Generator".split())
_SETS = frozenset("set Set frozenset FrozenSet AbstractSet MutableSet".split())
_MAPS = frozenset("dict Dict Mapping MutableMapping OrderedDict defaultdict DefaultDict Counter".split())
_MODULES = frozenset({"builtins", "typing", "typing_extensions", "collections", "collections.abc"})
_PASSED = frozenset(
    "ClassVar Final Required NotRequired ReadOnly Unpack InitVar Mapped SkipValidation SerializeAsAny".split()
)
_UPLOADS = frozenset({"fastapi.UploadFile", "starlette.datastructures.UploadFile"})
_TYPE_VARIABLES = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})
CONSTRAINTS = {
    "ge": "ge",
    "gt": "gt",
    "le": "le",
    "lt": "lt",
    "multiple_of": "multiple_of",
    "min_length": "min_length",
    "max_length": "max_length",
    "min_items": "min_length",
    "max_items": "max_length",
    "pattern": "pattern",
    "regex": "pattern",
    "strict": "strict",
    "max_digits": "max_digits",
    "decimal_places": "decimal_places",
    "discriminator": "discriminator",
}
"""Keywords of `Field(…)`, `constr(…)`, `Query(…)` → the names of constraints."""
_ONE_CONSTRAINT = {
    "Ge": "ge",
    "Gt": "gt",
    "Le": "le",
    "Lt": "lt",
    "MinLen": "min_length",
    "MaxLen": "max_length",
    "MultipleOf": "multiple_of",
    "Discriminator": "discriminator",
}
_MAX_DEPTH = 40
_MAX_UNION = 60


class Reader:
    """Reads annotations of any module of the project."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._classes: dict[str, Schema] = {}
        self._depth = 0
        self._open: set[tuple[str, Expr]] = set()
        """The aliases that are being read: the module, and what stands there."""

    def forget(self) -> None:
        self._classes.clear()

    def read(self, summary: Summary, expr: Expr | None, scope: Scope | None = None) -> Schema:
        """The schema of a value that is annotated by `expr`; without an annotation it may be anything."""
        if expr is None:
            return ANY
        self._depth += 1
        try:
            return self._read(summary, expr, scope or {}) if self._depth < _MAX_DEPTH else NOT_KNOWN
        finally:
            self._depth -= 1

    def _read(self, summary: Summary, expr: Expr, scope: Scope) -> Schema:
        match expr:
            case ("k", None):
                return NULL
            case ("k", str(text)):
                return self.read(summary, self.types.text_expression(text), scope)
            case ("b", "BitOr", left, right):
                return union([self.read(summary, left, scope), self.read(summary, right, scope)])
            case ("s", base, index):
                return self._subscript(summary, base, index, scope)
            case ("c", callee, args, keywords):
                return self._called(summary, callee, args, dict(keywords), scope)
        found = self.types.eval(summary, expr)
        match found:
            case ("none",):
                return NULL
            case ("alias", path, aliased):
                owner = self.types.modules.summary(path)
                return self._once(self.read, owner, aliased, scope) if owner is not None else NOT_KNOWN
            case ("type", str(cls), _) if ":" in cls:
                return self.of_class(cls)
            case ("type" | "ext", str(name), *_):
                return self._library(name)
        name = leaf(expr)
        if name in scope:
            return scope[name]
        definition = self.definition(summary, expr)
        if definition is not None:
            return self._once(self._assigned, *definition, scope)
        return NOT_KNOWN

    def _once(
        self, read: Callable[[Summary, Expr, Scope], Schema], summary: Summary, expr: Expr, scope: Scope
    ) -> Schema:
        """What a name stands for. `Json = dict[str, "Json"] | list["Json"]` is not followed into itself, which would
        take several times as long with each level."""
        place = (summary.path, expr)
        if place in self._open:
            return NOT_KNOWN
        self._open.add(place)
        try:
            return read(summary, expr, scope)
        finally:
            self._open.remove(place)

    def arguments(self, summary: Summary, index: Expr, scope: Scope) -> tuple[Schema, ...]:
        items = index[1] if index[0] == "t" else (index,)
        return tuple(self.read(summary, item, scope) for item in items)

    def variables(self, summary: Summary, expr: Expr | None) -> tuple[str, ...]:
        """The type variables in an expression, in order."""
        found: dict[str, None] = {}

        def look(part: Expr) -> None:
            match part:
                case ("k", str(text)):
                    look(self.types.text_expression(text))
                case ("g" | "a" | "v", *_):
                    name = leaf(part)
                    if name not in found and self._is_variable(summary, part):
                        found[name] = None
                case ("s", base, index):
                    look(base)
                    look(index)
                case ("t" | "l", items):
                    for item in items:
                        look(item)
                case ("b", _, left, right):
                    look(left)
                    look(right)

        if expr is not None:
            look(expr)
        return tuple(found)

    def definition(self, summary: Summary, expr: Expr, depth: int = 0) -> tuple[Summary, Expr] | None:
        """The value that a name is bound to, and the module that says so; None if there are several or none."""
        if depth > 8:
            return None
        match expr:
            case ("g", name):
                indices = summary.names.get(name)
                if indices is None:
                    starred = self.types.starred(summary, name)
                    return self.definition(starred, expr, depth + 1) if starred is not None else None
            case ("v", indices):
                pass
            case ("a", owner, name):
                held = self.types.eval(summary, owner)
                if held is None or held[0] != "mod":
                    return None
                other = self.types.modules.summary(held[1])
                return self.definition(other, ("g", name), depth + 1) if other is not None else None
            case _:
                return None
        # Of several the last: what stands under TYPE_CHECKING, or is tried first, is for tools.
        match summary.table[indices[-1]]:
            case ("=", value, ()):
                return summary, value
            case (":", _, value) if value is not None:
                return summary, value
            case ("imp", level, module, name) if name is not None:
                path = self.types.modules.resolve(summary.path, level, module)
                other = self.types.modules.summary(path) if path is not None else None
                return self.definition(other, ("g", name), depth + 1) if other is not None else None
        return None

    # Forms

    def _subscript(self, summary: Summary, base_expr: Expr, index: Expr, scope: Scope) -> Schema:
        base = self.types.eval(summary, base_expr)
        items = index[1] if index[0] == "t" else (index,)
        match base:
            case ("type", str(cls), _) if ":" in cls:
                schema = self.of_class(cls)
                return (
                    schema._replace(items=self.arguments(summary, index, scope)) if schema.kind == "model" else schema
                )
            case ("alias", path, aliased):
                owner = self.types.modules.summary(path)
                if owner is None:
                    return NOT_KNOWN
                names = self.variables(owner, aliased)
                given = dict(zip(names, self.arguments(summary, index, scope), strict=False))
                return self._once(self.read, owner, aliased, given)
            case ("ext" | "type", str(name), *_):
                return self._generic(summary, name, items, scope)
        return NOT_KNOWN

    def _generic(self, summary: Summary, dotted: str, items: tuple[Expr, ...], scope: Scope) -> Schema:
        module, _, name = dotted.rpartition(".")
        if not items:
            return self._library(dotted)
        if name == "Annotated":
            return self._annotated(summary, items, scope)
        if name in _PASSED:
            return self.read(summary, items[0], scope)
        if name == "Optional":
            return union([self.read(summary, items[0], scope), NULL])
        if name == "Union":
            return union([self.read(summary, item, scope) for item in items[:_MAX_UNION]])
        if name == "Literal":
            return self._literal(summary, items)
        if module in _MODULES:
            if name in ("tuple", "Tuple"):
                if len(items) == 2 and items[1] == ("k", ...):
                    return Schema("array", items=(self.read(summary, items[0], scope),))
                return Schema("tuple", items=tuple(self.read(summary, item, scope) for item in items))
            if name in _MAPS:
                held = [self.read(summary, item, scope) for item in items]
                if name == "Counter":
                    held = [held[0], _INTEGER]
                return Schema("map", items=(held[0], held[1] if len(held) > 1 else ANY))
            if name in _ARRAYS or name in _SETS:
                held_item = self.read(summary, items[0], scope)
                return Schema("array", "set" if name in _SETS else "", (held_item,))
        if dotted.startswith("pydantic.") and name == "Json":
            return _PYDANTIC["Json"]
        return Schema("unknown", dotted, tuple(self.read(summary, item, scope) for item in items))

    def _literal(self, summary: Summary, items: tuple[Expr, ...]) -> Schema:
        values: list[Any] = []
        for item in items:
            nested = self.types.eval(summary, item) if item[0] != "k" else None
            if nested is not None and nested[0] == "alias":
                owner = self.types.modules.summary(nested[1])
                inner = self.read(owner, nested[2]) if owner is not None else NOT_KNOWN
                if inner.kind != "enum" or inner.values is None:
                    return Schema("enum", values=None)
                values += inner.values
                continue
            value = value_of(self.types, summary, item)
            if value is UNKNOWN and item[0] == "a":
                value = value_of(self.types, summary, ("a", item, "value"))
            if value is UNKNOWN:
                return Schema("enum", values=None)
            values.append(value)
        plain = tuple(value for value in values if value is not None)
        found = Schema("enum", values=plain)
        return found if len(plain) == len(values) else union([found, NULL]) if plain else NULL

    def _annotated(self, summary: Summary, items: tuple[Expr, ...], scope: Scope) -> Schema:
        schema = self.read(summary, items[0], scope)
        found: dict[str, Any] = {}
        for item in items[1:]:
            name = self._name(summary, item[1] if item[0] == "c" else item).rpartition(".")[2]
            if name == "WithJsonSchema":
                return NOT_KNOWN
            if name in ("PlainSerializer", "WrapSerializer") and item[0] == "c":
                schema = constrained(schema, {"written_as": self._serialized(summary, item)})
            if item[0] == "c":
                found |= self._metadata(summary, name, item)
        return constrained(schema, found)

    def _serialized(self, summary: Summary, call: Expr) -> Schema:
        """What a serialiser makes of a value; Pydantic says nothing of what has no annotation."""
        keywords = dict(call[3])
        if "return_type" in keywords:
            return self.read(summary, keywords["return_type"])
        called = call[2][0] if call[2] else keywords.get("func")
        found = self.types.eval(summary, called) if called is not None else None
        made = self.types.function(found[1]) if found is not None and found[0] == "func" else None
        return self.read(made[0], made[1].returns) if made is not None and made[1].returns is not None else ANY

    def _metadata(self, summary: Summary, name: str, call: Expr) -> dict[str, Any]:
        """What one of the extra items of `Annotated` says."""
        if name in _ONE_CONSTRAINT:
            given = call[2][0] if call[2] else next((value for _, value in call[3]), None)
            value = value_of(self.types, summary, given) if given is not None else UNKNOWN
            return {_ONE_CONSTRAINT[name]: value}
        if name in ("Interval", "Len") or name == "StringConstraints" or name.endswith("Field"):
            return self.constraints(summary, dict(call[3]))
        return {}

    def constraints(self, summary: Summary, keywords: dict[str | None, Expr]) -> dict[str, Any]:
        """The constraints among keyword arguments; None as a value is none."""
        found: dict[str, Any] = {}
        for key, value in keywords.items():
            if key in CONSTRAINTS:
                known = value_of(self.types, summary, value)
                if known is not None:
                    found[CONSTRAINTS[key]] = known if not isinstance(known, (list, dict)) else UNKNOWN
        return found

    def _called(
        self, summary: Summary, callee: Expr, args: tuple[Expr, ...], keywords: dict[str | None, Expr], scope: Scope
    ) -> Schema:
        """`constr(…)` and the like, as an annotation."""
        name = self._name(summary, callee).rpartition(".")[2]
        if name in _CONSTRAINED:
            return constrained(_CONSTRAINED[name], self.constraints(summary, keywords))
        if name in ("conlist", "conset", "confrozenset"):
            held = args[0] if args else keywords.get("item_type")
            schema = Schema("array", "" if name == "conlist" else "set", (self.read(summary, held, scope),))
            return constrained(schema, self.constraints(summary, keywords))
        if name == "NewType" and len(args) > 1:
            return self.read(summary, args[1], scope)
        return NOT_KNOWN

    def _assigned(self, summary: Summary, value: Expr, scope: Scope) -> Schema:
        """What a name stands for that is bound to a value: a type variable, `conint(…)`, `NewType(…)`, a type."""
        if value[0] == "c":
            name = self._name(summary, value[1])
            if name in _TYPE_VARIABLES:
                keywords = dict(value[3])
                if "bound" in keywords:
                    return self.read(summary, keywords["bound"], scope)
                return ANY if len(value[2]) < 2 else union([self.read(summary, each, scope) for each in value[2][1:]])
            return self.read(summary, value, scope)
        if value[0] in ("s", "b"):
            return self.read(summary, value, scope)
        return NOT_KNOWN

    def _is_variable(self, summary: Summary, expr: Expr) -> bool:
        definition = self.definition(summary, expr)
        if definition is not None:
            return definition[1][0] == "c" and self._name(definition[0], definition[1][1]) in _TYPE_VARIABLES
        # PEP 695: bound to nothing that has a value.
        return expr[0] in ("g", "v") and self.types.eval(summary, expr) is None and _is_short(leaf(expr))

    # Classes

    def _library(self, dotted: str) -> Schema:
        known = _SCALARS.get(dotted.replace("typing_extensions.", "typing."))
        if known is not None:
            return known
        module, _, name = dotted.rpartition(".")
        if module.partition(".")[0] == "pydantic" and name in _PYDANTIC:
            return _PYDANTIC[name]
        if module == "pydantic_extra_types" or dotted in ("typing.Self", "typing_extensions.Self"):
            return Schema("unknown", dotted)
        if dotted in _UPLOADS:
            return Schema("file")
        if module in _MODULES:
            if name in ("tuple", "Tuple") or name in _ARRAYS or name in _SETS:
                return Schema("array", "set" if name in _SETS else "", (ANY,))
            if name in _MAPS:
                return Schema("map", items=(ANY, ANY))
        return Schema("unknown", dotted)

    @remembered()
    def of_class(self, symbol: str) -> Schema:
        """A class of the project."""
        known = self._classes.get(symbol)
        if known is None:
            self._classes[symbol] = NOT_KNOWN
            known = self._classes[symbol] = self._of_class(symbol)
        return known

    def _of_class(self, symbol: str) -> Schema:
        if self.types.is_subclass(symbol, ("enum.Enum",)):
            return Schema("enum", symbol, values=self._enum_values(symbol))
        if model_kind(self.types, symbol) is not None:
            return Schema("model", symbol)
        order = self.types.mro(symbol)
        own = self.types.project_class(symbol)
        if own is not None and {"__get_validators__", "__get_pydantic_core_schema__"} & own[1].members.keys():
            return Schema("unknown", symbol)
        scalar = next((_SCALARS[base] for base in order if base in _SCALARS and base != "builtins.object"), None)
        if scalar is not None:
            return scalar
        if self.types.is_subclass(symbol, tuple(_UPLOADS)):
            return Schema("file")
        return Schema("unknown", symbol)

    def _enum_values(self, symbol: str) -> tuple[Any, ...] | None:
        values: list[Any] = []
        lowered = self.types.is_subclass(symbol, ("enum.StrEnum",)) is True
        text = self.types.is_subclass(symbol, ("builtins.str",)) is True
        for base in reversed(self.types.mro(symbol)):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            if "__new__" in definition.members:
                return None
            for name, indices in definition.members.items():
                fact = summary.table[indices[-1]]
                if name.startswith("_") or fact[0] not in ("=", ":") or (fact[0] == ":" and fact[2] is None):
                    continue
                expr = fact[1] if fact[0] == "=" else fact[2]
                if expr[0] == "c" and not expr[2] and self._name(summary, expr[1]).rpartition(".")[2] == "auto":
                    automatic = self._automatic(symbol, name, len(values), lowered, text)
                    if automatic is None:
                        return None
                    values.append(automatic)
                    continue
                value = value_of(self.types, summary, expr)
                if value is UNKNOWN or isinstance(value, (list, dict, tuple)):
                    return None
                if value not in values:
                    values.append(value)
        return tuple(values)

    def _automatic(self, symbol: str, name: str, count: int, lowered: bool, text: bool) -> Any:
        """What `auto()` gives a member of an enum; None when not known."""
        for base in self.types.mro(symbol):
            own = self.types.project_class(base)
            made = own[0].functions.get(f"{own[1].qualname}._generate_next_value_") if own is not None else None
            if own is None or made is None:
                continue
            if len(made.results) == 1:
                match made.results[0]:
                    case ("v", (index,)) if own[0].table[index][0] == "par" and own[0].table[index][2] == 0:
                        return name
                    case ("c", ("a", ("v", (_,)), "lower" | "upper" as case), (), ()):
                        return name.lower() if case == "lower" else name.upper()
            return None
        if lowered:
            return name.lower()
        return None if text else count + 1

    def _name(self, summary: Summary, expr: Expr) -> str:
        return self.types.qualified(self.types.eval(summary, expr)) or leaf(expr)


PYDANTIC = ("pydantic.BaseModel", "pydantic.v1.BaseModel", "sqlmodel.SQLModel", "pydantic.generics.GenericModel")
SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
DATACLASSES = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ROOT = ("pydantic.RootModel",)


def model_kind(types: Types, symbol: str) -> str | None:
    """pydantic, settings, dataclass, typeddict or namedtuple; None for any other class."""
    if types.is_subclass(symbol, SETTINGS):
        return "settings"
    if types.is_subclass(symbol, (*PYDANTIC, *_ROOT)):
        return "pydantic"
    if types.is_subclass(symbol, ("typing.TypedDict", "typing_extensions.TypedDict")):
        return "typeddict"
    if types.is_subclass(symbol, ("typing.NamedTuple",)):
        return "namedtuple"
    for base in types.mro(symbol):
        own = types.project_class(base)
        for decorator in own[1].decorators if own is not None else ():
            called = decorator[1] if decorator[0] == "c" else decorator
            if own is not None and types.qualified(types.eval(own[0], called)) in DATACLASSES:
                return "dataclass"
    return None


def leaf(expr: Expr) -> str:
    """The last name of `a.b.c`; "" for anything else."""
    match expr:
        case ("g", str(name)) | ("a", _, str(name)):
            return name
        case ("c", callee, *_):
            return leaf(callee)
    return ""


def _is_short(name: str) -> bool:
    """The convention for type variables: T, KT, ModelT …"""
    return name[:1].isupper() and (len(name) <= 2 or name.endswith(("T", "Type")))
