"""Where the parameters of routes come from in a request, and which models a request body is validated by.

The rules are FastAPI's own (documentation, "Request Body" and "Path Parameters"): an explicit `Query()`, `Body()` …
decides; otherwise a name in the path is a path parameter, a scalar is a query parameter, a model is the body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..module.summary import Expr, Function, Summary
from ..records import NamedTuple
from .constants import UNKNOWN, value_of
from .readings import fact, remembered
from .type_terms import MODELS, classes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..knowledge import Knowledge, Route
    from .modules import Modules
    from .type_terms import Type
    from .types import Types

EXPLICIT = {
    f"fastapi.{name}": name.lower() for name in ("Path", "Query", "Header", "Cookie", "Body", "Form", "File")
} | {"fastapi.Depends": "depends", "fastapi.Security": "depends"}
"""Markers of parameters → what they are filled from."""
_SPECIAL = (
    "starlette.requests.HTTPConnection",
    "starlette.requests.Request",
    "starlette.websockets.WebSocket",
    "starlette.responses.Response",
    "fastapi.BackgroundTasks",
    "starlette.background.BackgroundTasks",
    "fastapi.security.SecurityScopes",
    "fastapi.Request",
    "fastapi.WebSocket",
    "fastapi.Response",
)
_UPLOADS = ("fastapi.UploadFile", "starlette.datastructures.UploadFile")
_SEQUENCES = ("builtins.list", "builtins.tuple", "builtins.set", "typing.Sequence", "collections.abc.Sequence")
_SCALARS = (
    "builtins.str",
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "builtins.bytes",
    "uuid.UUID",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "decimal.Decimal",
    "enum.Enum",
    "pydantic.SecretStr",
    "pydantic.EmailStr",
    "pydantic.AnyUrl",
    "pydantic.HttpUrl",
)
_BODIES = (
    "pydantic.BaseModel",
    "pydantic.v1.BaseModel",
    "sqlmodel.SQLModel",
    "builtins.dict",
    "builtins.list",
    "typing.TypedDict",
)
_MAX_DEPTH = 4
_KEPT = 400
"""Of so many modules the routes and the holders of models stay known."""


class Field(NamedTuple):
    """An annotated name of a class body: a field of a model, settings class or dataclass."""

    name: str
    type: str | None
    """Qualified name of its class, `None` apart; None when not known."""
    owner: str
    """Symbol of the class that declares it."""
    has_default: bool


class RequestParameter(NamedTuple):
    """A parameter of a route or dependency, as FastAPI sees it."""

    name: str
    source: str | None
    """See `Requests.source`."""
    type: str | None
    """Qualified name of its class, `None` apart; None when not known or one of several."""
    settings: dict[str, Any]
    """What `Query(…)`, `Field(…)` and the like say of it by keyword; UNKNOWN for values that are not constants."""
    is_explicit: bool
    """Whether `Query(…)`, `Body(…)` … names the source."""
    is_model: bool
    """Whether its class is a Pydantic model that validates objects alone, not text that it takes apart itself."""


class Requests:
    """Answers about routes and models; remembered."""

    def __init__(self, modules: Modules, types: Types, knowledge: Knowledge) -> None:
        self.modules = modules
        self.types = types
        self.knowledge = knowledge
        self._used: dict[tuple[str, str], bool] = {}
        self._registered: dict[str, tuple[Summary, list[Function]]] = {}
        self._held_by: dict[str, tuple[Summary, dict[str, list[str]]]] = {}
        self._uses: dict[tuple[str, bool], tuple[Summary, dict[str, list[tuple[Function, int]]]]] = {}
        self._fields: dict[str, tuple[Field, ...]] = {}
        self._in_path: dict[tuple[str, str], tuple[Summary, frozenset[str]]] = {}
        self._added: dict[str, list[tuple[str, Route, Expr]]] | None = None

    def forget(self) -> None:
        self._used.clear()
        self._registered.clear()
        self._held_by.clear()
        self._uses.clear()
        self._fields.clear()
        self._in_path.clear()
        self._added = None

    def registrations(self, summary: Summary, function: Function) -> list[tuple[Route, Expr]]:
        """How decorators and calls of `add_api_route` register a function, with these calls."""
        found = [(row, call) for name, row, call in self.added().get(summary.path, ()) if name == function.qualname]
        for decorator in function.decorators:
            if decorator[0] == "c" and (name := self.types.qualified(self.types.eval(summary, decorator[1]))):
                row = self.knowledge.route(name)
                if row is not None:
                    if not row.methods and (given := dict(decorator[3]).get("methods")) is not None:
                        row = row._replace(methods=self._listed(summary, given))
                    found.append((row, decorator))
        return found

    def _listed(self, summary: Summary, methods: Expr) -> tuple[str, ...]:
        """The value of `methods=`, in capitals; nothing if it is not known."""
        known = value_of(self.types, summary, methods)
        if not isinstance(known, (list, tuple)) or not all(isinstance(each, str) for each in known):
            return ()
        return tuple(each.upper() for each in known)

    @fact("requests.added", lambda self: self.modules)
    def added(self) -> dict[str, list[tuple[str, Route, Expr]]]:
        """By path the functions that `add_api_route` is given anywhere in the project: qualified name, methods, and the
        call, of which only the path is left where it stands in another module."""
        if self._added is None:
            self._added = {}
            for path in self.modules.mentioning_any((b"add_api_route",)):
                summary = self.modules.summary(path)
                for facts in summary.functions.values() if summary is not None else ():
                    for call, *_ in Function._make(facts).calls:
                        if summary is not None and call[1][0] == "a" and call[1][2] == "add_api_route":
                            self._add(summary, call)
        return self._added

    def _add(self, summary: Summary, call: Expr) -> None:
        keywords = dict(call[3])
        endpoint = call[2][1] if len(call[2]) > 1 else keywords.get("endpoint")
        found = self.types.eval(summary, endpoint) if endpoint is not None else None
        row = self.knowledge.route(self.types.qualified(self.types.eval(summary, call[1])) or "")
        if found is None or found[0] not in ("func", "bound") or row is None or self._added is None:
            return
        methods = self._listed(summary, keywords["methods"]) if "methods" in keywords else ("GET",)
        path, _, name = found[1].rpartition(":")
        if path != summary.path:
            given = call[2][0] if call[2] else keywords.get("path")
            text = value_of(self.types, summary, given) if given is not None else None
            call = ("c", call[1], (("k", text if isinstance(text, str) else None),), ())
        row = row._replace(methods=methods)
        self._added.setdefault(path, []).append((name, row, call))

    def source(self, summary: Summary, function: Function, position: int) -> str | None:
        """path, query, header, cookie, body, form, file, depends or special (Request …); None when not known."""
        name, kind, annotation, default = function.parameters[position]
        if kind in (2, 4):
            return None
        for owner, expr in ((summary, default), *self.types.metadata(summary, annotation)):
            if expr is not None:
                owner, expr = self._marker(owner, expr)
                marker = self.types.qualified(self.types.eval(owner, expr[1] if expr[0] == "c" else expr))
                if marker in EXPLICIT:
                    return EXPLICIT[marker]
        declared = self.types.annotation(summary, annotation) if annotation is not None else None
        found = classes_of(declared)
        if declared is None or not found:
            return None
        if any(self.types.is_subclass(cls, _SPECIAL) for cls in found):
            return "special"
        if any(self.types.is_subclass(cls, _UPLOADS) for cls in (*found, *self._held_in_lists(declared))):
            return "file"
        if name in self.names_in_path(summary, function):
            return "path"
        if all(self.types.is_subclass(cls, _SCALARS) for cls in found):
            return "query"
        return "body" if any(self.types.is_subclass(cls, _BODIES) or self._is_dataclass(cls) for cls in found) else None

    def _marker(self, summary: Summary, expr: Expr, depth: int = 0) -> tuple[Summary, Expr]:
        """The call that makes a marker which stands under a name, `X_TOKEN = Header()`, and the module it stands in."""
        if expr[0] == "a":
            held = self.types.eval(summary, expr[1])
            other = self.types.modules.summary(held[1]) if held is not None and held[0] == "mod" else None
            return (summary, expr) if other is None else self._marker(other, ("g", expr[2]), depth + 1)
        if expr[0] != "g" or depth > _MAX_DEPTH:
            return summary, expr
        bindings = summary.names.get(expr[1], ())
        if len(bindings) != 1:
            return summary, expr
        match summary.table[bindings[0]]:
            case ("=", ("c", *_) as made, ()) | (":", _, ("c", *_) as made):
                return summary, made
            case ("imp", level, module, name) if name is not None:
                path = self.types.modules.resolve(summary.path, level, module)
                other = self.types.modules.summary(path) if path is not None else None
                return (summary, expr) if other is None else self._marker(other, ("g", name), depth + 1)
        return summary, expr

    def _held_in_lists(self, declared: Type | None) -> list[str]:
        """The classes of the items of `list[X]`, `X | None` included."""
        members = declared[1] if declared is not None and declared[0] == "union" else (declared,)
        return [
            cls
            for member in members
            if member is not None and member[0] == "inst" and self.types.is_subclass(member[1], _SEQUENCES)
            for item in member[2]
            for cls in classes_of(item)
        ]

    def parameters(self, summary: Summary, function: Function) -> tuple[RequestParameter, ...]:
        """The parameters of a function, were it a route or dependency."""
        found = []
        for position, (name, kind, annotation, default) in enumerate(function.parameters):
            if kind in (2, 4):
                continue
            settings: dict[str, Any] = {}
            explicit = False
            for owner, expr in (*self.types.metadata(summary, annotation), (summary, default)):
                if expr is None:
                    continue
                owner, expr = self._marker(owner, expr)
                called = self.types.qualified(self.types.eval(owner, expr[1] if expr[0] == "c" else expr))
                explicit = explicit or called in EXPLICIT
                if (
                    expr[0] == "c"
                    and called is not None
                    and (called in EXPLICIT or called.rpartition(".")[2] == "Field")
                ):
                    settings |= {key or "**": value_of(self.types, owner, value) for key, value in expr[3]}
                elif called is not None and called.startswith("annotated_types."):
                    settings[called.rpartition(".")[2].lower()] = UNKNOWN
                elif called is not None and called.endswith(".Doc"):
                    settings["description"] = UNKNOWN
                elif expr[0] == "c" and called not in EXPLICIT:
                    settings["?"] = UNKNOWN
            classes = classes_of(self.types.annotation(summary, annotation) if annotation is not None else None)
            typed = self.types.dotted(classes[0]) if len(classes) == 1 else None
            model = len(classes) == 1 and "?" not in settings and self._is_plain_model(classes[0])
            found.append(
                RequestParameter(name, self.source(summary, function, position), typed, settings, explicit, model)
            )
        return tuple(found)

    def _is_plain_model(self, cls: str) -> bool:
        if not self.types.is_subclass(cls, MODELS):
            return False
        for base in self.types.mro(cls):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            if {"__get_validators__", "__get_pydantic_core_schema__"} & definition.members.keys():
                return False
            for decorator in (each for method in summary.methods(definition.qualname) for each in method.decorators):
                name = (
                    self.types.qualified(self.types.eval(summary, decorator[1] if decorator[0] == "c" else decorator))
                    or ""
                )
                if name.rpartition(".")[2] in ("model_validator", "root_validator"):
                    return False
        return True

    @remembered(lambda self, summary, function: (summary.path, function.qualname))
    def names_in_path(self, summary: Summary, function: Function) -> frozenset[str]:
        """The parameters in the paths that decorators register a function for."""
        key = summary.path, function.qualname
        known = self._in_path.get(key)
        if known is None or known[0] is not summary:
            while len(self._in_path) >= _KEPT:
                del self._in_path[next(iter(self._in_path))]
            known = self._in_path[key] = summary, frozenset(self._find_in_path(summary, function))
        return known[1]

    def _find_in_path(self, summary: Summary, function: Function) -> Iterator[str]:
        for _, decorator in self.registrations(summary, function):
            keywords = dict(decorator[3])
            path = decorator[2][0] if decorator[2] else keywords.get("path")
            text = value_of(self.types, summary, path) if path is not None else None
            if isinstance(text, str):
                yield from re.findall(r"\{(\w+)", text)

    def _is_dataclass(self, cls: str) -> bool:
        own = self.types.project_class(cls)
        if own is None:
            return False
        names = {self.types.qualified(self.types.eval(own[0], d[1] if d[0] == "c" else d)) for d in own[1].decorators}
        return bool(names & {"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attrs.define"})

    @remembered()
    def fields(self, cls: str) -> tuple[Field, ...]:
        """The annotated names of a project class, those of its project bases first."""
        known = self._fields.get(cls)
        if known is None:
            known = self._fields[cls] = self._find_fields(cls)
        return known

    def field_names(self, cls: str) -> list[str]:
        """Their names alone, some of them twice."""
        return [
            name
            for base in self.types.mro(cls)
            if (own := self.types.project_class(base)) is not None
            for name, indices in own[1].members.items()
            if own[0].table[indices[-1]][0] == ":"
        ]

    def _find_fields(self, cls: str) -> tuple[Field, ...]:
        found: dict[str, Field] = {}
        for base in reversed(self.types.mro(cls)):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            for name, indices in definition.members.items():
                fact = summary.table[indices[-1]]
                if fact[0] != ":":
                    continue
                classes = classes_of(self.types.annotation(summary, fact[1]))
                typed = self.types.dotted(classes[0]) if len(classes) == 1 else None
                found[name] = Field(name, typed, base, fact[2] is not None)
        return tuple(found.values())

    def is_request_model(self, symbol: str) -> bool:
        """Whether a route somewhere in the project takes this class as its body, itself or as a part of another
        model."""
        return self.is_used(symbol, "request")

    @remembered(lambda self, symbol, kind, depth=0: (symbol, kind))
    def is_used(self, symbol: str, kind: str, depth: int = 0) -> bool:
        """Whether routes take ("request") or answer ("response") this class, itself or as a part of another model;
        "patch": whether one of PATCH takes itself."""
        known = self._used.get((symbol, kind))
        if known is None:
            self._used[symbol, kind] = False
            known = self._used[symbol, kind] = depth < _MAX_DEPTH and self._is_used(symbol, kind, depth)
        return known

    def _is_used(self, symbol: str, kind: str, depth: int) -> bool:
        name = symbol.rpartition(":")[2].rpartition(".")[2]
        takes = kind in ("request", "patch")
        for path in self.modules.mentioning(name):
            summary = self.modules.summary(path)
            if summary is None:
                continue
            for function, position in self._about(summary, not takes).get(symbol, ()):
                if kind == "patch" and not self._patches(summary, function):
                    continue
                if not takes or self.source(summary, function, position) in ("body", "form"):
                    return True
            for holder in self._holders(summary).get(symbol, ()) if kind != "patch" else ():
                if holder != symbol and self.is_used(holder, kind, depth + 1):
                    return True
        return False

    @remembered(lambda self, summary: summary.path)
    def _routes(self, summary: Summary) -> list[Function]:
        """The routes of a module."""
        known = self._registered.get(summary.path)
        if known is None or known[0] is not summary:
            given = {name for name, *_ in self.added().get(summary.path, ())}
            routes = [
                function
                for function in (
                    *summary.decorated(),
                    *(Function._make(summary.functions[name]) for name in given if name in summary.functions),
                )
                if any(row.kind == "route" for row, _ in self.registrations(summary, function))
            ]
            while len(self._registered) >= _KEPT:
                del self._registered[next(iter(self._registered))]
            known = self._registered[summary.path] = (summary, routes)
        return known[1]

    @remembered(lambda self, summary: summary.path)
    def _holders(self, summary: Summary) -> dict[str, list[str]]:
        """Class → the classes of a module that hold it."""
        known = self._held_by.get(summary.path)
        if known is None or known[0] is not summary:
            holders: dict[str, list[str]] = {}
            for qualname, definition in summary.classes.items():
                for held in self._held(summary, definition[5]):
                    holders.setdefault(held, []).append(f"{summary.path}:{qualname}")
            while len(self._held_by) >= _KEPT:
                del self._held_by[next(iter(self._held_by))]
            known = self._held_by[summary.path] = (summary, holders)
        return known[1]

    @remembered(lambda self, summary, answered: (summary.path, answered))
    def _about(self, summary: Summary, answered: bool) -> dict[str, list[tuple[Function, int]]]:
        """Class → the parameters of a module's routes whose annotations are about it, by position; or else the routes
        that answer with it, each with -1."""
        known = self._uses.get((summary.path, answered))
        if known is None or known[0] is not summary:
            about: dict[str, list[tuple[Function, int]]] = {}
            for function in self._routes(summary):
                for annotation, position in self._annotations(summary, function, answered):
                    classes: set[str] = set()
                    _add_classes(self.types.annotation(summary, annotation), classes)
                    for cls in classes:
                        about.setdefault(cls, []).append((function, position))
            while len(self._uses) >= _KEPT:
                del self._uses[next(iter(self._uses))]
            known = self._uses[summary.path, answered] = (summary, about)
        return known[1]

    def _annotations(self, summary: Summary, function: Function, answered: bool) -> Iterator[tuple[Expr, int]]:
        """What a route takes or answers, with positions."""
        if not answered:
            for position, (_, _, annotation, _) in enumerate(function.parameters):
                if annotation is not None:
                    yield annotation, position
            return
        for _, decorator in self.registrations(summary, function):
            given = dict(decorator[3]).get("response_model", function.returns)
            if given is not None:
                yield given, -1

    def _patches(self, summary: Summary, function: Function) -> bool:
        methods = [row.methods for row, _ in self.registrations(summary, function)]
        return bool(methods) and all("PATCH" in each for each in methods)

    def _held(self, summary: Summary, members: dict[str, tuple[int, ...]]) -> set[str]:
        """The classes that the annotations of members are about."""
        found: set[str] = set()
        for indices in members.values():
            for index in indices:
                fact = summary.table[index]
                if fact[0] == ":":
                    _add_classes(self.types.annotation(summary, fact[1]), found)
        return found


def is_special(types: Types, summary: Summary, annotation: Expr | None) -> bool:
    """Whether FastAPI fills a parameter with this annotation by itself: Request, Response, BackgroundTasks …"""
    if annotation is None:
        return False
    return any(types.is_subclass(cls, _SPECIAL) for cls in classes_of(types.annotation(summary, annotation)))


def _add_classes(declared: Type | None, into: set[str]) -> None:
    """Add the classes that a type is or holds."""
    if declared is None:
        return
    if declared[0] == "union":
        for member in declared[1]:
            _add_classes(member, into)
    elif declared[0] == "inst":
        into.add(declared[1])
        for argument in declared[2]:
            _add_classes(argument, into)
