"""The fields and the configuration of a class, those of its bases included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ..constants import UNKNOWN, value_of
from .nodes import NOT_KNOWN, Field, Model, Schema, constrained
from .reading import PYDANTIC, Reader, Scope, leaf, model_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module.summary import Class, Expr, Function, Summary
    from ..types import Types

_FIELDS = frozenset("Field field Query Path Header Cookie Body Form File".split())
"""Calls that describe a field, by their last name."""
_NO_FIELDS = frozenset({"PrivateAttr", "Relationship", "relationship"})
_KNOWN_BASES = frozenset(
    {
        *PYDANTIC,
        "pydantic.RootModel",
        "pydantic_settings.BaseSettings",
        "pydantic.BaseSettings",
        "pydantic.v1.BaseSettings",
        "pydantic.v1.generics.GenericModel",
        "builtins.object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
        "typing.NamedTuple",
    }
)
_CORE = frozenset({"__get_pydantic_core_schema__", "__get_validators__"})
_MAX_DEPTH = 30


class _Draft(NamedTuple):
    """What is collected over a class and its bases."""

    version: int
    kind: str
    fields: dict[str, Field]
    config: dict[str, Any]
    rewritten: set[str]
    """Fields that a serialiser replaces; "*" for all."""
    unsure: list[str]
    """Bases that are not known."""
    custom: list[str]
    """Methods that say what the JSON is."""
    roots: list[Schema]


class Models:
    """Makes Models; the caller remembers them."""

    def __init__(self, types: Types, reader: Reader, pydantic: Callable[[], int]) -> None:
        """`pydantic`: the major version that the project uses, asked for when it matters."""
        self.types = types
        self.reader = reader
        self._pydantic = pydantic

    def make(self, symbol: str, arguments: tuple[Schema, ...] = ()) -> Model | None:
        """The model with this symbol, its type variables replaced by `arguments`; None for any other class."""
        own = self.types.project_class(symbol)
        kind = model_kind(self.types, symbol) if own is not None else None
        if own is None or kind is None:
            return None
        summary, definition = own
        draft = _Draft(self._version(symbol, kind), kind, {}, {}, set(), [], [], [])
        generic = arguments or any(base[0] == "s" for base in definition.bases)
        names = self.parameters(summary, definition) if generic else ()
        self._collect(symbol, dict(zip(names, arguments, strict=False)), draft, 0)
        fields = tuple(self._named(field, draft) for field in draft.fields.values())
        root = draft.roots[-1] if draft.roots else None
        if root is None and (known := draft.fields.get("__root__")) is not None:
            root = known.type
        return Model(
            symbol,
            kind,
            draft.version,
            tuple(draft.config.items()),
            fields,
            names,
            root,
            not draft.unsure,
            bool(draft.custom),
            summary.path,
            definition.line,
        )

    def parameters(self, summary: Summary, definition: Class) -> tuple[str, ...]:
        """The type variables of a class, in order."""
        inherited: dict[str, None] = {}
        for base in definition.bases:
            if base[0] != "s":
                continue
            found = self.reader.variables(summary, base[2])
            if leaf(base[1]) in ("Generic", "Protocol"):
                return found
            inherited.update(dict.fromkeys(found))
        if inherited:
            return tuple(inherited)
        # PEP 695 names them where no Summary looks; those that are used tell.
        used: dict[str, None] = {}
        for indices in definition.members.values():
            fact = summary.table[indices[-1]]
            if fact[0] == ":":
                used.update(dict.fromkeys(self.reader.variables(summary, fact[1])))
        return tuple(used)

    def _version(self, symbol: str, kind: str) -> int:
        if kind not in ("pydantic", "settings"):
            return 0
        order = self.types.mro(symbol)
        if any(base.startswith("pydantic.v1.") for base in order):
            return 1
        if "pydantic_settings.BaseSettings" in order or "pydantic.RootModel" in order:
            return 2
        return self._pydantic()

    def _collect(self, symbol: str, scope: Scope, draft: _Draft, depth: int) -> None:
        own = self.types.project_class(symbol)
        if own is None or depth > _MAX_DEPTH:
            draft.unsure.append(symbol)
            return
        summary, definition = own
        for base in reversed(definition.bases):
            self._base(summary, base, scope, draft, depth)
        draft.config.update(self._config(summary, definition))
        if _CORE & definition.members.keys():
            draft.custom.append(symbol)
        total = dict(definition.keywords).get("total") != ("k", False)
        for name, indices in definition.members.items():
            fact = summary.table[indices[-1]]
            if name in draft.fields and fact[0] not in (":", "="):
                del draft.fields[name]
            field = self._field(summary, symbol, name, fact, scope, draft, total)
            if field is not None:
                # A field that is declared again keeps its place.
                draft.fields[name] = field
        for method in summary.methods(definition.qualname):
            if method.decorators:
                self._method(summary, symbol, method, scope, draft)

    def _base(self, summary: Summary, base: Expr, scope: Scope, draft: _Draft, depth: int) -> None:
        arguments: tuple[Schema, ...] = ()
        named = base
        if base[0] == "s":
            named = base[1]
            arguments = self.reader.arguments(summary, base[2], scope)
        found = self.types.eval(summary, named)
        if found is not None and found[0] == "alias":
            owner = self.types.modules.summary(found[1])
            if owner is None:
                draft.unsure.append("?")
            else:
                self._base(owner, found[2], scope, draft, depth + 1)
            return
        match found:
            case ("type", str(cls), _) if ":" in cls:
                own = self.types.project_class(cls)
                names = self.parameters(*own) if own is not None and arguments else ()
                self._collect(cls, dict(zip(names, arguments, strict=False)), draft, depth + 1)
            case ("ext" | "type", str(name), *_):
                if name == "pydantic.RootModel" and arguments:
                    draft.roots.append(arguments[0])
                if name not in _KNOWN_BASES:
                    draft.unsure.append(name)
            case _:
                draft.unsure.append("?")

    # Fields

    def _field(
        self, summary: Summary, symbol: str, name: str, fact: Expr, scope: Scope, draft: _Draft, total: bool
    ) -> Field | None:
        if (name.startswith("_") and name != "__root__") or name == "model_config":
            return None
        if fact[0] == "=":
            return self._unannotated(summary, symbol, name, fact, draft)
        if fact[0] != ":":
            return None
        annotation, value = fact[1], fact[2]
        if self._is_class_variable(annotation):
            return None
        called = self._last_name(summary, value) if value is not None and value[0] == "c" else ""
        if called in _NO_FIELDS:
            return None
        schema = self.reader.read(summary, annotation, scope)
        settings: dict[str, Any] = {}
        default = "required"
        known: Any = UNKNOWN
        for owner, expr in (*self.types.metadata(summary, annotation), (summary, value)):
            if expr is None or expr[0] != "c" or self._last_name(owner, expr) not in _FIELDS:
                continue
            keywords = dict(expr[3])
            schema = constrained(schema, self.reader.constraints(owner, keywords))
            settings |= {key: value_of(self.types, owner, given) for key, given in keywords.items() if key is not None}
            settings |= {key: self._alias(owner, keywords[key]) for key in _ALIASES if key in keywords}
            if chosen := self._choices(owner, keywords.get("validation_alias")):
                settings["AliasChoices"] = chosen
            if None in keywords:
                settings["**"] = UNKNOWN
            given = expr[2][0] if expr[2] and expr is value else keywords.get("default")
            if "default_factory" in keywords or "factory" in keywords:
                default = "factory"
            elif given is not None:
                default, known = self._default(owner, given)
            if keywords.get("init") == ("k", False):
                settings["init"] = False
        if value is not None and called not in _FIELDS:
            default, known = self._default(summary, value)
        if draft.kind == "typeddict":
            required = total
            if annotation[0] == "s" and leaf(annotation[1]) in ("Required", "NotRequired"):
                required = leaf(annotation[1]) == "Required"
            default = "required" if required else "value"
        elif default == "required" and draft.version == 1 and schema.is_nullable and not _is_ellipsis(value, settings):
            # Version 1: what may be None is None by default.
            default, known = "none", None
        excluded = settings.get("exclude") is True
        return Field(
            name, schema, default, known, tuple(settings.items()), name, name, symbol, annotation, value,
            is_excluded=excluded,
        )  # fmt: skip

    def _unannotated(self, summary: Summary, symbol: str, name: str, fact: Expr, draft: _Draft) -> Field | None:
        """`x = 1`: a field in version 1; another default of an inherited field."""
        if fact[2] or name == "Config" or draft.kind != "pydantic":
            return None
        inherited = draft.fields.get(name)
        default, known = self._default(summary, fact[1])
        if inherited is not None:
            return inherited._replace(default=default, default_value=known, value=fact[1])
        if draft.version != 1 or (fact[1][0] == "c" and self._last_name(summary, fact[1]) in _NO_FIELDS):
            return None
        typed = self.types.eval(summary, fact[1])
        schema = NOT_KNOWN
        if typed is not None and typed[0] == "inst" and typed[1].startswith("builtins."):
            schema = self.reader.read(summary, ("g", typed[1].rpartition(".")[2]))
        elif typed is None or typed[0] != "inst":
            return None
        return Field(name, schema, default, known, (), name, name, symbol, None, fact[1])

    def _default(self, summary: Summary, value: Expr) -> tuple[str, Any]:
        match value:
            case ("k", None):
                return "none", None
            case ("k", known):
                return ("required", UNKNOWN) if known is ... else ("value", known)
            case ("c", *_):
                return "call", UNKNOWN
        return "value", value_of(self.types, summary, value)

    def _alias(self, summary: Summary, expr: Expr) -> Any:
        """`alias="x"`, or the first of `AliasChoices("x", …)`."""
        if expr[0] == "c" and self._last_name(summary, expr) == "AliasChoices" and expr[2]:
            expr = expr[2][0]
        return value_of(self.types, summary, expr)

    def _choices(self, summary: Summary, expr: Expr | None) -> tuple[Any, ...]:
        """All names in `AliasChoices("x", …)`."""
        if expr is None or expr[0] != "c" or self._last_name(summary, expr) != "AliasChoices":
            return ()
        return tuple(value_of(self.types, summary, each) for each in expr[2])

    def _is_class_variable(self, annotation: Expr) -> bool:
        if annotation[0] == "k" and isinstance(annotation[1], str):
            annotation = self.types.text_expression(annotation[1])
        return leaf(annotation[1] if annotation[0] == "s" else annotation) in ("ClassVar", "InitVar")

    def _method(self, summary: Summary, symbol: str, method: Function, scope: Scope, draft: _Draft) -> None:
        for decorator in method.decorators:
            name = self._last_name(summary, decorator)
            if name == "computed_field":
                keywords = dict(decorator[3]) if decorator[0] == "c" else {}
                returns = keywords.get("return_type", method.returns)
                schema = self.reader.read(summary, returns, scope) if returns is not None else NOT_KNOWN
                short = method.qualname.rpartition(".")[2]
                settings = {
                    key: value_of(self.types, summary, given) for key, given in keywords.items() if key is not None
                }
                draft.fields[short] = Field(
                    short, schema, "value", UNKNOWN, tuple(settings.items()), short, short, symbol,
                    method.returns, None, is_computed=True,
                )  # fmt: skip
            elif name in ("field_serializer", "serializer"):
                draft.rewritten.update(each[1] for each in decorator[2] if each[0] == "k" and isinstance(each[1], str))
            elif name == "model_serializer":
                draft.custom.append(method.qualname)

    # Configuration

    def _config(self, summary: Summary, definition: Class) -> dict[str, Any]:
        found: dict[str, Any] = {}
        nested = definition.members.get("Config")
        if nested is not None and summary.table[nested[-1]][0] == "cls":
            inner = summary.classes.get(summary.table[nested[-1]][1])
            for name, indices in inner.members.items() if inner is not None else ():
                fact = summary.table[indices[-1]]
                expr = fact[1] if fact[0] == "=" else fact[2] if fact[0] == ":" else None
                if expr is not None:
                    found[name] = self._config_value(summary, expr)
        stated = definition.members.get("model_config")
        if stated is not None:
            fact = summary.table[stated[-1]]
            expr = fact[1] if fact[0] == "=" else fact[2] if fact[0] == ":" else None
            match expr:
                case ("c", _, _, keywords):
                    found |= {name or "**": self._config_value(summary, value) for name, value in keywords}
                case ("d", keys, values):
                    for key, value in zip(keys, values, strict=True):
                        name = key[1] if key is not None and key[0] == "k" else "**"
                        found[str(name)] = self._config_value(summary, value)
        found |= {
            name: self._config_value(summary, value)
            for name, value in definition.keywords
            if name is not None and name not in ("metaclass", "total")
        }
        return found

    def _config_value(self, summary: Summary, expr: Expr) -> Any:
        value = value_of(self.types, summary, expr)
        if value is not UNKNOWN:
            return value
        if expr[0] == "a" and self.types.qualified(self.types.eval(summary, expr)) is None:
            # `Extra.forbid`
            return expr[2]
        named = self.types.qualified(self.types.eval(summary, expr))
        if named is not None and named.rpartition(".")[0] in ("pydantic.Extra", "pydantic.v1.Extra"):
            return named.rpartition(".")[2]
        return named or UNKNOWN

    # Names in JSON

    def _named(self, field: Field, draft: _Draft) -> Field:
        settings = dict(field.settings)
        both = settings.get("alias")
        if both is None and draft.kind in ("pydantic", "settings"):
            both = generated(draft.config.get("alias_generator"), field.name)
        read = settings.get("validation_alias") or both
        written = settings.get("serialization_alias") or both
        if field.name in draft.rewritten or "*" in draft.rewritten:
            settings["serialized"] = True
            field = field._replace(settings=tuple(settings.items()))
        return field._replace(
            read_as=read if isinstance(read, str) else field.name,
            written_as=written if isinstance(written, str) else field.name,
        )

    def _last_name(self, summary: Summary, expr: Expr) -> str:
        called = expr[1] if expr[0] == "c" else expr
        name = self.types.qualified(self.types.eval(summary, called)) or leaf(called)
        return name.rpartition(".")[2]


_ALIASES = ("alias", "validation_alias", "serialization_alias")


def generated(generator: Any, name: str) -> str | None:
    """What an `alias_generator` with this dotted name makes of a field's name; None when that is not known."""
    if not isinstance(generator, str):
        return None
    kind = generator.rpartition(".")[2].lower()
    words = name.split("_")
    if "camel" in kind and "upper" not in kind:
        first = next((position for position, word in enumerate(words) if word), 0)
        return "".join(
            word if position <= first else word[:1].upper() + word[1:] for position, word in enumerate(words)
        )
    if "pascal" in kind or "camel" in kind:
        return "".join(word[:1].upper() + word[1:] for word in words)
    if "kebab" in kind:
        return "-".join(words)
    if "snake" in kind:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return None


def _is_ellipsis(value: Expr | None, settings: dict[str, Any]) -> bool:
    """`= ...`, `Field(...)`: required, whatever the type."""
    if value is None:
        return False
    given = value[2][0] if value[0] == "c" and value[2] else value
    return bool(given == ("k", ...)) or settings.get("default") is ...
