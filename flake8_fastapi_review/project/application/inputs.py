"""What a route takes from a request: the parameters of its function and of all its dependencies."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..type_terms import MODELS
from .rows import Inputs, Taken
from .skeleton import looks_at_path
from .values import (
    AnnotatedValue,
    Bound,
    ClassValue,
    Const,
    DependsValue,
    External,
    Function,
    Instance,
    Partial,
    Static,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .interpreter import Interpreter

_MARKERS = frozenset(f"fastapi.{name}" for name in ("Path", "Query", "Header", "Cookie", "Body", "Form", "File"))
_CONNECTIONS = frozenset(
    (
        "starlette.requests.Request",
        "starlette.requests.HTTPConnection",
        "starlette.websockets.WebSocket",
        "fastapi.Request",
        "fastapi.WebSocket",
    )
)
_PLAIN_BASES = frozenset(("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", *MODELS))
_TYPES = frozenset(
    "builtins typing typing_extensions datetime uuid decimal enum pathlib ipaddress collections fractions re pydantic "
    "pydantic_core annotated_types fastapi starlette sqlalchemy sqlmodel".split()
)
"""Modules whose names in annotations are types, no aliases of dependencies."""
_MAX_DEPTH = 30


def inputs_of(
    run: Interpreter,
    given: list[Value],
    endpoint: Value,
    view: ClassValue | None,
    annotation: Callable[[ast.expr | None, object], Value],
) -> Inputs:
    """Of the callables in the tree below `endpoint` and the dependencies `given` around it."""
    collector = _Collector(run, annotation)
    for value in given:
        collector.depend(value, None)
    if view is not None:
        for base in view.mro():
            collector.fields(base, dependencies_only=True)
    collector.parameters(endpoint, 0)
    return Inputs(tuple(collector.taken), collector.complete, collector.reads_request)


class _Collector:
    def __init__(self, run: Interpreter, annotation: Callable[[ast.expr | None, object], Value]) -> None:
        self.run = run
        self.annotation = annotation
        self.taken: list[Taken] = []
        self.complete = True
        self.reads_request = False
        self._seen: set[int] = set()

    def depend(self, marker: Value, declared: Value | None, depth: int = 0) -> None:
        marker = self.run.force(marker)
        if not isinstance(marker, DependsValue):
            self.complete = False
            return
        called = marker.dependency
        if called is None:
            called = declared.base if isinstance(declared, AnnotatedValue) else declared
        called = self.run.force(called) if called is not None else None
        if called is None or type(called) is Value or depth > _MAX_DEPTH:
            self.complete = False
            return
        self.parameters(called, depth + 1)

    def parameters(self, called: Value, depth: int) -> None:
        """The parameters of a callable, a class or an instance that can be called."""
        skip_first = False
        given: set[str] = set()
        for _ in range(_MAX_DEPTH):
            called = self.run.force(called)
            match called:
                case Partial():
                    given |= set(called.keywords)
                    self.complete = self.complete and not called.args
                    called = called.function
                case Bound():
                    skip_first = True
                    called = called.function
                case Static(function=function) | Function(wraps=(Function() | Bound()) as function):
                    called = function
                case AnnotatedValue(base=base):
                    called = base
                case ClassValue():
                    initialiser = self.run.find_in_class(called, "__init__")
                    if not isinstance(initialiser, Function):
                        self._model(called)
                        return
                    called, skip_first = initialiser, True
                case Instance(cls=ClassValue() as cls):
                    method = self.run.find_in_class(cls, "__call__")
                    if not isinstance(method, Function):
                        # Security schemes of the library look at headers and cookies; of others nothing is known.
                        self.complete = self.complete and any(
                            name.startswith("fastapi.security.") for name in cls.externals()
                        )
                        return
                    called, skip_first = method, True
                case _:
                    break
        if not isinstance(called, Function):
            name = called.name if isinstance(called, (Instance, External)) else None
            self.complete = self.complete and name is not None and name.startswith("fastapi.security.")
            return
        if "__signature__" in called.attributes:
            # FastAPI asks `inspect.signature`, which believes it.
            self.complete = False
            return
        if id(called.node) in self._seen and not given:
            return
        self._seen.add(id(called.node))
        self._function(called, skip_first, given, depth)

    def _function(self, called: Function, skip_first: bool, given: set[str], depth: int) -> None:
        arguments = called.node.args
        names = [*arguments.posonlyargs, *arguments.args]
        for argument in [*(names[1:] if skip_first else names), *arguments.kwonlyargs]:
            if argument.arg in given:
                continue
            default = self.run.force(called.defaults[argument.arg]) if argument.arg in called.defaults else None
            self._parameter(called, argument, default, depth)
        if not isinstance(called.node, ast.Lambda):
            self.complete = self.complete and all(_keeps_signature(each) for each in called.node.decorator_list)

    def _parameter(self, called: Function, argument: ast.arg, default: Value | None, depth: int) -> None:
        declared = self.annotation(argument.annotation, called.env)
        items = [self.run.force(item) for item in declared.items] if isinstance(declared, AnnotatedValue) else []
        candidates = [*items, *([default] if default is not None else [])]
        depends = [item for item in candidates if isinstance(item, DependsValue)]
        if depends:
            self.depend(depends[-1], declared, depth)
            return
        base = self.run.force(declared.base) if isinstance(declared, AnnotatedValue) else declared
        if isinstance(base, External) and base.name in _CONNECTIONS:
            if not self.reads_request:
                self.run.watched.setdefault(called.node, set()).add(argument.arg)
                self.reads_request = looks_at_path(called.module.lines, called.node, argument.arg)
            return
        unknown = type(base) is Value or (isinstance(base, External) and base.name.partition(".")[0] not in _TYPES)
        if argument.annotation is not None and unknown and not items:
            # The annotation may be an alias with `Depends` inside.
            self.complete = self.complete and not _may_be_alias(argument.annotation)
        if default is not None and type(default) is Value:
            self.complete = False
        marker, alias, fixed = None, None, True
        for item in candidates:
            if isinstance(item, Instance) and item.name in _MARKERS:
                marker = item.name.rpartition(".")[2]
                given = item.keywords.get("alias")
                if isinstance(given, Const) and isinstance(given.value, str):
                    alias = given.value
                elif given is not None:
                    fixed = False
        self.complete = self.complete and fixed
        if marker == "Path" and isinstance(base, ClassValue) and set(base.externals()) & set(MODELS):
            # Each field of the model is a parameter.
            self._model(base)
            return
        has_default = default is not None and not (
            isinstance(default, Instance) and default.name in _MARKERS and _is_required(default)
        )
        self.taken.append(
            Taken(
                alias or argument.arg,
                argument.arg,
                marker,
                called.module.path,
                argument.lineno,
                has_default,
                f"{called.module.path}:{called.qualname}",
            )
        )

    def _model(self, cls: ClassValue) -> None:
        """The fields of a class without a constructor of its own: a dataclass or a Pydantic model."""
        for base in reversed(cls.mro()):
            if isinstance(base, External):
                self.complete = self.complete and base.name in _PLAIN_BASES
            else:
                self.fields(base)

    def fields(self, cls: Value, dependencies_only: bool = False) -> None:
        """The annotated names of a class body."""
        if not isinstance(cls, ClassValue):
            return
        written = _written_aliases(cls.node)
        if None in written.values() or "alias_generator" in "".join(
            cls.module.lines[cls.node.lineno - 1 : cls.node.end_lineno]
        ):
            self.complete = False
        symbol = f"{cls.module.path}:{cls.qualname}"
        for name, node in cls.annotations.items():
            declared = self.annotation(node, cls.env)
            items = [self.run.force(item) for item in declared.items] if isinstance(declared, AnnotatedValue) else []
            default = self.run.force(cls.names[name]) if name in cls.names else None
            candidates = [*items, *([default] if default is not None else [])]
            depends = [item for item in candidates if isinstance(item, DependsValue)]
            if depends:
                self.depend(depends[-1], declared)
            elif not dependencies_only:
                self.taken += [
                    Taken(each, name, None, cls.module.path, node.lineno, default is not None, symbol)
                    for each in (name, *_aliases(candidates), *filter(None, [written.get(name)]))
                ]


def _written_aliases(cls: ast.ClassDef) -> dict[str, str | None]:
    """`name: int = Field(alias="…")`, by name; None where the alias is no literal."""
    found: dict[str, str | None] = {}
    for statement in cls.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(keywords=keywords)):
                for keyword in keywords:
                    if keyword.arg in ("alias", "validation_alias"):
                        given = keyword.value
                        literal = isinstance(given, ast.Constant) and isinstance(given.value, str)
                        found[name] = str(given.value) if literal else None  # type: ignore[attr-defined]
    return found


def _aliases(candidates: list[Value]) -> Iterator[str]:
    """`Field(alias=…)`, as far as it is known."""
    for item in candidates:
        if isinstance(item, Instance):
            for key in ("alias", "validation_alias"):
                given = item.keywords.get(key) or item.attributes.get(key)
                if isinstance(given, Const) and isinstance(given.value, str):
                    yield given.value


def _is_required(marker: Instance) -> bool:
    given = marker.keywords.get("0") or marker.keywords.get("default")
    return (
        given is None or (isinstance(given, Const) and given.value is ...)
    ) and "default_factory" not in marker.keywords


def _may_be_alias(annotation: ast.expr) -> bool:
    """Whether an annotation that is not known is a plain name, as those of dependencies are."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.isidentifier() or "." in annotation.value
    return isinstance(annotation, (ast.Name, ast.Attribute))


def _keeps_signature(decorator: ast.expr) -> bool:
    """A decorator of a library that is not known may take parameters away or add some."""
    return "inject" not in ast.unparse(decorator)
