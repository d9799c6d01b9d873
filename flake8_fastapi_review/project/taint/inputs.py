"""What a request can carry: which parameters of routes and dependencies a client fills, and what their types let
through.

The sources of parameters are FastAPI's own rules (`requests.py`). A type narrows what a text can hold: a number holds
no SQL, a literal none that was not written by the project. What is validated by code of the project is taken to be
checked.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from ..constants import UNKNOWN, value_of
from ..readings import kept, remembered
from ..type_terms import MODELS
from .entities import Entities
from .patterns import is_strict
from .values import ALL, ANY, SEGMENT, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module.summary import Expr, Function, Summary
    from ..requests import Requests
    from ..type_terms import Type
    from ..types import Types

HARMLESS = frozenset({ALL})
ONE_LINE = frozenset({"header", "log", "redirect"})
"""What the values of a request's headers are harmless for: the server has taken them apart at the ends of lines, and no
link sets one."""
_NARROW = (
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "builtins.complex",
    "uuid.UUID",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.tzinfo",
    "decimal.Decimal",
    "enum.Enum",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "ipaddress.IPv4Network",
    "ipaddress.IPv6Network",
    "ipaddress.IPv4Interface",
    "ipaddress.IPv6Interface",
    "pydantic.IPvAnyAddress",
    "pydantic.IPvAnyInterface",
    "pydantic.IPvAnyNetwork",
    "pydantic.EmailStr",
    "pydantic.NameEmail",
    "pydantic.Json",
    "pydantic.PaymentCardNumber",
    "pydantic.Color",
    "pydantic.ByteSize",
    "pydantic.PastDate",
    "pydantic.FutureDate",
    "pydantic.AwareDatetime",
    "pydantic.NaiveDatetime",
    "bson.ObjectId",
    "bson.objectid.ObjectId",
    "ulid.ULID",
    "builtins.NoneType",
)
"""Classes whose values cannot hold a text of a client's choice."""

_NARROW_ALIASES = frozenset(
    "UUID1 UUID3 UUID4 UUID5 PositiveInt NegativeInt NonNegativeInt NonPositiveInt StrictInt StrictBool StrictFloat "
    "PositiveFloat NegativeFloat NonNegativeFloat NonPositiveFloat FiniteFloat".split()
)
_URLS = ("pydantic.AnyUrl", "pydantic.HttpUrl", "pydantic.AnyHttpUrl", "pydantic.networks.AnyUrl")
_LITERALS = frozenset({"typing.Literal", "typing_extensions.Literal"})
_UNIONS = frozenset({"typing.Optional", "typing.Union"})
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_PATTERNS = frozenset({"pattern", "regex"})
_CONSTRAINED = frozenset({"conint", "confloat", "condecimal", "condate"})
_VALIDATING = frozenset({"AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator", "Predicate"})
_VALIDATORS = frozenset({"field_validator", "validator"})
_MODEL_VALIDATORS = frozenset({"model_validator", "root_validator"})
_REFUSING = "!"
_BUILTIN = frozenset("len print str int list dict isinstance repr super getattr setattr type sorted set".split())
_OF_CLASSES = frozenset({"typing.ClassVar", "typing_extensions.ClassVar"})
REQUESTS = (
    "starlette.requests.HTTPConnection",
    "fastapi.Request",
    "fastapi.WebSocket",
    "starlette.requests.Request",
    "starlette.websockets.WebSocket",
)
_NOTHING_SAFE: frozenset[str] = frozenset()
_CONTAINERS = frozenset(f"builtins.{name}" for name in ("dict", "list", "set", "tuple", "frozenset"))
_ATTRIBUTE = frozenset({"attribute"})
_FIELDS = frozenset({"fields"})
"""A text is no dictionary."""
_TEXT = frozenset({"nosql"})
"""A text holds no operators of a query language that is made of dictionaries."""
_LOG = frozenset({"log"})
_LISTS = frozenset(
    {"builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "typing.Sequence", "typing.Iterable"}
)
_MAX_DEPTH = 8


class Inputs:
    """Answers about types and parameters; remembered where they are asked again."""

    def __init__(self, types: Types, requests: Requests) -> None:
        self.work = 0
        """How many inputs were handed over by calls since the outermost function was asked for."""
        self.types = types
        self.requests = requests
        self.entities = Entities(types)
        self.judge: Callable[[str, int], frozenset[str]] = lambda symbol, position: HARMLESS
        """What a function of the project makes sure of in what it gives back of an argument: replaced by who follows
        inputs through functions."""
        self._fields: dict[tuple[str, str], frozenset[str] | None] = {}
        self._aliases: list[Expr] = []
        """Those that are being followed: one may stand for itself, as that of a JSON value does."""
        self._narrow: dict[str, bool] = {}
        self._mentioned: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        self._fields.clear()
        self._narrow.clear()
        self._mentioned.clear()

    # What types let through

    def is_narrow(self, declared: Type | None) -> bool:
        """Whether no value of a type holds a text of a client's choice; False when not known."""
        match declared:
            case ("union", members):
                rest = [member for member in members if member != ("none",)]
                return bool(rest) and all(self.is_narrow(member) for member in rest)
            case ("inst", cls, args):
                if cls in ("builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset") and args:
                    return all(self.is_narrow(each) for each in args if each != ("...",))
                return self._is_narrow(cls)
        return False

    @remembered()
    def _is_narrow(self, cls: str) -> bool:
        known = self._narrow.get(cls)
        if known is None:
            known = self._narrow[cls] = (
                self.types.is_subclass(cls, _NARROW) is True or cls.rpartition(".")[2] in _NARROW_ALIASES
            )
        return known

    def safety(self, summary: Summary, annotation: Expr | None, default: Expr | None, depth: int = 0) -> frozenset[str]:
        """The kinds of sinks that a value annotated so is harmless for; "*": all."""
        if depth > _MAX_DEPTH:
            return _NOTHING_SAFE
        found = self._of_marker(summary, default) if default is not None else _NOTHING_SAFE
        return found if ALL in found or annotation is None else found | self._of_type(summary, annotation, depth + 1)

    def _of_type(self, summary: Summary, annotation: Expr, depth: int) -> frozenset[str]:
        if depth > _MAX_DEPTH:
            return _NOTHING_SAFE
        match annotation:
            case ("k", None):
                return HARMLESS
            case ("k", str(text)):
                return self._of_type(summary, self.types.text_expression(text), depth + 1)
            case ("b", "BitOr", left, right):
                return self._common(summary, (left, right), depth)
            case ("c", callee, _, _):
                return self._of_constraint(summary, annotation, self.types.qualified(self.types.eval(summary, callee)))
            case ("s", base, index):
                return self._of_generic(summary, annotation, base, index, depth)
        named = self.types.eval(summary, annotation)
        if named is not None and named[0] == "alias":
            owner = self.types.modules.summary(named[1])
            if owner is not None and named[2] != annotation:
                return self._of_alias(owner, named[2], depth)
        if named is not None and named[0] == "ext" and named[1].rpartition(".")[2] in _NARROW_ALIASES:
            return HARMLESS
        return self._of_instance(self.types.annotation(summary, annotation))

    def _of_alias(self, owner: Summary, aliased: Expr, depth: int) -> frozenset[str]:
        if aliased in self._aliases:
            return HARMLESS  # as what else it stands for
        self._aliases.append(aliased)
        try:
            return self._of_type(owner, aliased, depth + 1)
        finally:
            self._aliases.pop()

    def _of_generic(self, summary: Summary, annotation: Expr, base: Expr, index: Expr, depth: int) -> frozenset[str]:
        items = index[1] if index[0] == "t" else (index,)
        name = self.types.qualified(self.types.eval(summary, base))
        if name in _LITERALS:
            return HARMLESS
        if name in _UNIONS:
            return self._common(summary, items, depth)
        if name in _ANNOTATED and items:
            found = self._of_type(summary, items[0], depth + 1)
            for item in items[1:]:
                found |= self._of_marker(summary, item)
            return found
        if name in ("builtins.list", "typing.List", "builtins.set", "typing.Set", "typing.Sequence", "builtins.tuple"):
            return self._common(summary, items, depth)
        if name == "builtins.type":
            return HARMLESS
        return self._of_instance(self.types.annotation(summary, annotation))

    def _common(self, summary: Summary, items: tuple[Expr, ...], depth: int) -> frozenset[str]:
        """What each of several types is harmless for."""
        found: frozenset[str] | None = None
        for item in items:
            if item == ("k", ...):
                continue
            safe = self._of_type(summary, item, depth + 1)
            if ALL in safe:
                continue
            found = safe if found is None else found & safe
        return HARMLESS if found is None else found

    def _of_instance(self, declared: Type | None) -> frozenset[str]:
        if declared is None:
            return _NOTHING_SAFE
        if self.is_narrow(declared):
            return HARMLESS
        if declared[0] == "inst" and declared[1] in ("builtins.str", "builtins.bytes"):
            return _TEXT
        if declared[0] == "inst" and self.types.is_subclass(declared[1], _URLS):
            return frozenset({"path", "command", "program", "sql", "module", "header", "log", "template", "code"})
        return _NOTHING_SAFE

    def _of_constraint(self, summary: Summary, call: Expr, name: str | None) -> frozenset[str]:
        """`constr(pattern=…)` and the like as an annotation."""
        if name is None:
            return _NOTHING_SAFE
        if name.rpartition(".")[2] in _CONSTRAINED:
            return HARMLESS
        return self._of_marker(summary, call)

    def _of_marker(self, summary: Summary, marker: Expr) -> frozenset[str]:
        """What `Query(pattern=…)`, `Field(…)` or a validator in `Annotated` makes sure of."""
        if marker[0] != "c":
            return _NOTHING_SAFE
        name = self.types.qualified(self.types.eval(summary, marker[1])) or ""
        if name.rpartition(".")[2] in _VALIDATING:
            given = self.types.eval(summary, marker[2][0]) if marker[2] else None
            if given is None or given[0] != "func":
                return HARMLESS
            # A type of its own for a text, made to refuse some: it is taken to refuse the harmful ones.
            own = self.types.function(given[1])
            return HARMLESS if own is not None and own[1].raised else self.judge(given[1], 0)
        for keyword, value in marker[3]:
            if keyword in _PATTERNS:
                pattern = value_of(self.types, summary, value)
                return HARMLESS if pattern is UNKNOWN or is_strict(pattern, anchored=True) else _NOTHING_SAFE
        return _NOTHING_SAFE

    @remembered()
    def field_safety(self, cls: str, name: str) -> frozenset[str] | None:
        """The kinds that the field of a project class is harmless for; None when it has no such field."""
        key = (cls, name)
        if key not in self._fields:
            self._fields[key] = self._field_safety(cls, name)
        return self._fields[key]

    def _field_safety(self, cls: str, name: str) -> frozenset[str] | None:
        found = self.types.members(cls, name)
        summary = found[1] if found is not None else None
        if found is None or summary is None:
            return None
        indices = found[2]
        fact = summary.table[indices[-1]]
        if fact[0] != ":":
            return None
        if fact[1][0] == "s" and self.types.qualified(self.types.eval(summary, fact[1][1])) in _OF_CLASSES:
            return HARMLESS
        validated = self._validated(cls, name)
        return validated if ALL in validated else validated | self.safety(summary, fact[1], fact[2])

    def _validated(self, cls: str, name: str) -> frozenset[str]:
        """What code of the project makes sure of before the model is made, of the field or of all of them."""
        if not self.types.is_subclass(cls, MODELS):
            return _NOTHING_SAFE
        safe = _NOTHING_SAFE
        for base in self.types.mro(cls):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            for indices in definition.members.values():
                fact = summary.table[indices[-1]]
                if fact[0] != "def":
                    continue
                symbol = f"{summary.path}:{fact[1]}"
                for decorator in summary.functions[fact[1]].decorators:
                    safe |= self._validates(summary, decorator, name, symbol)
        return safe

    def _validates(self, summary: Summary, decorator: Expr, name: str, symbol: str) -> frozenset[str]:
        factory = decorator[0] == "c"
        called = self.types.qualified(self.types.eval(summary, decorator[1] if factory else decorator)) or ""
        called = called.rpartition(".")[2]
        if called in _MODEL_VALIDATORS:
            words = self._words(symbol)
            return HARMLESS if name in words and _REFUSING in words else _NOTHING_SAFE
        if called not in _VALIDATORS or not factory:
            return _NOTHING_SAFE
        names = [value_of(self.types, summary, arg) for arg in decorator[2]]
        if not any(each in (name, ALL) or each is UNKNOWN for each in names):
            return _NOTHING_SAFE
        own = self.types.function(symbol)
        given = own[1].parameters[0][0] if own is not None and own[1].parameters else ""
        return self.judge(symbol, 1 if given in ("cls", "self", "_cls", "_") else 0)

    @kept("taint.words", lambda self: self.types.modules)
    def _words(self, symbol: str) -> frozenset[str]:
        """The names, attributes and texts in a function; `_REFUSING` if it may raise or asks others."""
        known = self._mentioned.get(symbol)
        if known is None:
            path, _, qualname = symbol.rpartition(":")
            module = self.types.modules.lent(path)
            found: set[str] = set()
            for scope in module.index.scopes if module is not None else ():
                if scope.qualname == qualname:
                    for node in subtree(scope.node):
                        match node:
                            case ast.Constant(value=str(text)) | ast.Attribute(attr=text) | ast.Name(id=text):
                                found.add(text)
                            case ast.Raise() | ast.Assert():
                                found.add(_REFUSING)
                            case ast.Call(func=called) if not (isinstance(called, ast.Name) and called.id in _BUILTIN):
                                found.add(_REFUSING)
            known = self._mentioned[symbol] = frozenset(found)
        return known

    # Parameters

    def takes(self, summary: Summary, function: Function, position: int) -> str | None:
        """What a parameter of a route or dependency is filled with, as `Requests.source` says; a name that the path
        holds or that has no annotation is an input too."""
        found = self.requests.source(summary, function, position)
        if found is not None:
            return found
        name, kind, annotation, default = function.parameters[position]
        if kind in (2, 4) or (annotation is not None and not self._is_constrained(summary, annotation)):
            return None
        if name in self.requests.names_in_path(summary, function):
            return "path"
        return "query" if default is None or default[0] == "k" else None

    def _is_constrained(self, summary: Summary, annotation: Expr) -> bool:
        """`constr(…)`"""
        called = self.types.qualified(self.types.eval(summary, annotation[1])) if annotation[0] == "c" else None
        return called is not None and called.rpartition(".")[2] in ("constr", "conbytes")

    def source(
        self, summary: Summary, function: Function, position: int, kind: str, decorators: str
    ) -> tuple[Source, frozenset[str]]:
        """The input in a parameter, and the kinds that it is harmless for. `decorators`: their text."""
        name, _, annotation, default = function.parameters[position]
        declared = self.types.annotation(summary, annotation) if annotation is not None else None
        source = Source(
            kind,
            alias_of(self.types, summary, annotation, default) or name,
            summary.path,
            function.line,
            f"{summary.path}:{function.qualname}",
            declared,
        )
        safe = self.safety(summary, annotation, default)
        if kind in ("path", "query", "header", "cookie", "form"):
            safe |= _TEXT
        if kind == "header":
            safe |= ONE_LINE
        if kind == "cookie":
            safe |= {"redirect"}  # no link sets one
        if kind == "path" and f"{{{name}:path}}" not in decorators:
            # A plain path parameter ends at the next slash; what it does to a header, it does to who asked.
            safe |= {SEGMENT, "redirect", "archive", "header"}
        return source, safe

    def narrowed(self, source: Source, path: tuple[str, ...]) -> frozenset[str]:
        """The kinds that a part of an input is harmless for by the types of the model that it is part of."""
        return self._narrowed(source.type, path)

    def _narrowed(self, declared: Type | None, path: tuple[str, ...]) -> frozenset[str]:
        safe: frozenset[str] = _NOTHING_SAFE
        for place, key in enumerate(path):
            if key.startswith("._"):
                return HARMLESS  # a private attribute of a model is no field
            if declared is None:
                return safe
            if declared[0] == "union":
                rest = [member for member in declared[1] if member != ("none",)]
                if len(rest) != 1:
                    told = [self._narrowed(member, path[place:]) for member in rest]
                    some = [each for each in told if ALL not in each]
                    return safe | frozenset.intersection(*some) if some else HARMLESS
                declared = rest[0]
            if declared[0] != "inst":
                return safe
            if declared[1] in ("builtins.str", "builtins.bytes") and key != ANY:
                return safe | _LOG  # it is in something else that has such a field; which one is not known
            if key[0] == "." and declared[1] in _LISTS and declared[2]:
                # Running through a list leaves no trace in a path.
                return safe | self._narrowed(declared[2][-1], path[place:])
            if key.startswith("["):
                args = declared[2]
                declared = args[-1] if args else None
                if self.is_narrow(declared):
                    return HARMLESS
                continue
            if ":" in declared[1]:
                found = self.field_safety(declared[1], key[1:])
                if found:
                    safe = found
                elif found is None and self._has_no(declared, key[1:]):
                    return HARMLESS
            declared = self.types.attribute(declared, key[1:])
            if self.is_narrow(declared):
                return HARMLESS
        if self._names_its_fields(declared):
            return safe | _ATTRIBUTE
        return safe | _FIELDS if _is_text(declared) else safe

    def _has_no(self, model: Type, name: str) -> bool:
        """Whether a model surely has no such attribute: a field of that name is not taken from a request."""
        return (
            self.types.is_subclass(model[1], MODELS) is True
            and "?" not in self.types.mro(model[1])
            and not name.startswith(("model_", "dict", "json", "copy"))
            and self.types.members(model[1], name) is None
            and not self.entities.is_open(model)
        )

    def writes_reprs(self, declared: Type) -> bool:
        """Whether the text of such a value holds the `repr` of what is in it: containers, Pydantic's models."""
        if declared[0] != "inst":
            return False
        return declared[1] in _CONTAINERS or (
            ":" in declared[1] and self.types.is_subclass(declared[1], MODELS) is True
        )

    def _names_its_fields(self, declared: Type | None) -> bool:
        """Whether a value is an object of a class of the project: what it holds has the names that the class says."""
        if declared is not None and declared[0] == "union":
            return all(self._names_its_fields(member) for member in declared[1] if member != ("none",))
        if declared is None or declared[0] != "inst" or ":" not in declared[1]:
            return False
        return not self.entities.is_open(declared)


def alias_of(types: Types, summary: Summary, annotation: Expr | None, default: Expr | None) -> str | None:
    """The name under which a request gives a parameter, when that is another one."""
    for owner, expr in ((summary, default), *types.metadata(summary, annotation)):
        if expr is not None and expr[0] == "c":
            for keyword, value in expr[3]:
                if keyword == "alias":
                    found: Any = value_of(types, owner, value)
                    return found if isinstance(found, str) else None
    return None


def _is_text(declared: Type | None) -> bool:
    if declared is not None and declared[0] == "union":
        return all(_is_text(member) for member in declared[1] if member != ("none",))
    return declared is not None and declared[0] == "inst" and declared[1] in ("builtins.str", "builtins.bytes")


def decorator_text(node: ast.AST) -> str:
    """The decorators of a function as one text."""
    return "\n".join(ast.unparse(each) for each in getattr(node, "decorator_list", ()))
