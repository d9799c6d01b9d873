"""What an expression evaluates to: a type inference over plain expressions, across modules.

What the types look like is told in `type_terms.py`; None means "not known".
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ..module import Module
from ..module.summary import ASYNC, GENERATOR, TRIVIAL, UNKNOWN_EXPR, Class, Expr, Function, Summary
from ..regex import regex
from .decorators import Decorators
from .library_calls import result_by_arguments
from .readings import NOW, begin, cut_short, end, remembered, taken
from .type_terms import (
    ASYNC_GENERATOR_TYPE,
    ASYNC_ITERABLES,
    ASYNC_MANAGERS,
    AWAITABLES,
    BOOL,
    BUILTIN_CLASSES,
    COROUTINE,
    GENERATOR_TYPE,
    GENERIC_CLASSES,
    ITERABLES,
    MANAGERS,
    MAPPINGS,
    NONE,
    OPAQUE,
    STR,
    TASKS,
    TRANSPARENT_GENERICS,
    TYPING_BUILTINS,
    constant_type,
    dotted_text,
    is_class_name,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..knowledge import Knowledge
    from .modules import Modules
    from .readings import Masks
    from .type_terms import Type

_BUILTINS = frozenset(dir(builtins))
_EMPTY_BASES = ("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol")
_MAX_DEPTH = 60
_STREAMING = regex(r"(?:^|_)(?:a?stream|iter|iterate|chunks|events|listen|subscribe)(?:_|$)")
_ALIAS_MARKERS = (("ext", "typing.TypeAlias"), ("ext", "typing_extensions.TypeAlias"))
_SELF = frozenset({"typing.Self", "typing_extensions.Self"})
_PROPERTIES = frozenset(
    {
        "builtins.property",
        "functools.cached_property",
        "cached_property.cached_property",
        "sqlalchemy.ext.hybrid.hybrid_property",
        "pydantic.computed_field",
        "django.utils.functional.cached_property",
        "werkzeug.utils.cached_property",
        "abc.abstractproperty",
    }
)
_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security"})


class Types:
    """Evaluates expressions of any module of the project; answers are remembered."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        self.modules = modules
        self.knowledge = knowledge
        self.decorated_by = Decorators(self)
        self._bindings: dict[str, dict[int, Type | None]] = {}
        modules.when_replaced(self._renumbered)
        self._results: dict[str, Type | None] = {}
        self._mros: dict[str, tuple[str, ...]] = {}
        self._open_mros = 0
        """So many orders of bases are being made; what is asked of them meanwhile is not final."""
        self._derivations: dict[tuple[str, tuple[str, ...]], bool | None] = {}
        self._evaluated: dict[str, dict[int, tuple[Expr, Type | None]]] = {}
        """Path → id of a call or attribute → itself, so that the id stays its own, and its type."""
        self._annotated: dict[str, dict[int, tuple[Expr, Type | None]]] = {}
        """As `_evaluated`, of generics and unions as annotations."""
        self._aliases: dict[int, int] = {}
        """The ids of the expressions of the aliases that are being followed: one may stand for itself, as that of a
        JSON value does."""
        self._texts: dict[str, Expr] = {}
        self._active: dict[Any, int] = {}
        """What is being looked at → how deep among the answers in the making."""
        self._depth = 0
        self._results_read: Masks = {}
        self._orders_read: Masks = {}
        """Function, and class, alone or with names that it may derive from → what the answer was made from."""
        self._read: dict[str, Masks] = {}
        """Path → key of what is remembered of expressions and bindings of the module → what it was made from."""

    def forget(self) -> None:
        """Drop what was remembered: the text of a module has changed."""
        self._bindings.clear()
        self._results.clear()
        self._mros.clear()
        self._derivations.clear()
        self._evaluated.clear()
        self._annotated.clear()

    def _renumbered(self, path: str) -> None:
        """Another Summary of the same text counts its bindings anew; everything else speaks of symbols."""
        self._bindings.pop(path, None)
        self._evaluated.pop(path, None)
        self._annotated.pop(path, None)
        self._read.pop(path, None)

    def _masks(self, path: str) -> Masks:
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = {}
        return found

    # Symbols

    def function(self, symbol: str) -> tuple[Summary, Function] | None:
        path, _, qualname = symbol.rpartition(":")
        summary = self.modules.summary(path)
        function = summary.functions.get(qualname) if summary else None
        return (summary, function) if summary and function else None

    def project_class(self, symbol: str) -> tuple[Summary, Class] | None:
        path, _, qualname = symbol.rpartition(":")
        summary = self.modules.summary(path) if path else None
        found = summary.classes.get(qualname) if summary else None
        return (summary, found) if summary and found else None

    def mro(self, cls: str) -> tuple[str, ...]:
        """The class and its bases, project symbols and canonical external names; "?" stands for an unknown base."""
        found = self._mros.get(cls)
        if found is not None:
            taken(self._orders_read, cls)
            return found
        frame = begin(self._orders_read, cls)
        try:
            return self._order(cls)
        finally:
            end(frame, self._orders_read, cls)

    def _order(self, cls: str) -> tuple[str, ...]:
        self._mros[cls] = (cls,)
        self._open_mros += 1
        own = self.project_class(cls)
        if own is None:
            order = (cls, *self.knowledge.mro(cls)[1:]) if ":" not in cls else (cls, "?")
        else:
            summary, definition = own
            chains: list[list[str]] = []
            for base in definition.bases:
                base_type = self.eval(summary, base)
                if base_type is not None and base_type[0] == "alias":
                    base_type = self._class_of_alias(base_type)
                match base_type:
                    case ("type", str(name), _):
                        chains.append(list(self.mro(name)))
                    case ("ext", str(name)):
                        chains.append(list(self.knowledge.mro(name)))
                    case _:
                        chains.append(["?"])
            if self.knowledge.has_own:
                chains += [list(self.knowledge.mro(base)) for base in self.knowledge.bases(self.dotted(cls))]
            order = (cls, *_merge(chains))
        self._mros[cls] = order
        self._open_mros -= 1
        return order

    def is_subclass(self, cls: str, names: tuple[str, ...]) -> bool | None:
        """Whether a class is one of `names` (dotted, external or the project's) or derives from one; None if a base
        is unknown."""
        key = (cls, names)
        if key in self._derivations:
            taken(self._orders_read, key)
            return self._derivations[key]
        frame = begin(self._orders_read, key)
        try:
            found = self._derives(cls, names)
        finally:
            end(frame, self._orders_read, key)
        if not self._open_mros:
            self._derivations[key] = found
        return found

    def _derives(self, cls: str, names: tuple[str, ...]) -> bool | None:
        order = self.mro(cls)
        wanted = {self.knowledge.canonical(name) for name in names}
        unknown = False
        for base in order:
            if base == "?":
                unknown = True
            elif ":" in base:
                if self.dotted(base) in wanted:
                    return True
            elif base in wanted:
                return True
            else:
                answers = {self.knowledge.is_subclass(base, name) for name in wanted}
                if True in answers:
                    return True
                unknown = unknown or None in answers
        return None if unknown else False

    # Expressions

    def eval(self, summary: Summary, expr: Expr) -> Type | None:
        """The type of an expression of the module `summary`."""
        kind = expr[0]
        if kind != "c" and kind != "a":
            if kind == "v" or kind == "g":
                indices = expr[1] if kind == "v" else summary.names.get(expr[1], ())
                if len(indices) == 1 and self._depth < _MAX_DEPTH - 1:
                    # Most names have one binding, and that was asked for before.
                    known = self._bindings.get(summary.path)
                    if known is not None and (index := indices[0]) in known:
                        taken(self._masks(summary.path), ~index)
                        return known[index] if kind == "v" else _first_of_twins(known[index])
            self._depth += 1
            try:
                return self._eval(summary, expr) if self._depth < _MAX_DEPTH else None
            finally:
                self._depth -= 1
        typed = self._evaluated.get(summary.path)
        if typed is None:
            typed = self._evaluated[summary.path] = {}
        masks = self._masks(summary.path)
        made = typed.get(id(expr))
        if made is not None:
            taken(masks, id(expr))
            return made[1]
        self._depth += 1
        frame = begin(masks, id(expr))
        try:
            found = self._eval(summary, expr) if self._depth < _MAX_DEPTH else None
        finally:
            self._depth -= 1
            end(frame, masks, id(expr))
        # Where something is being looked at already, or too deep, "unknown" is no answer for good.
        if not self._active or (found is not None and self._depth < _MAX_DEPTH // 2):
            typed[id(expr)] = (expr, found)
        return found

    def _eval(self, summary: Summary, expr: Expr) -> Type | None:
        match expr[0]:
            case "g":
                return self.name(summary, expr[1])
            case "v":
                indices = expr[1]
                if len(indices) == 1:
                    return self.binding(summary, indices[0])
                return union([self.binding(summary, index) for index in indices])
            case "a":
                return self.attribute(self.eval(summary, expr[1]), expr[2])
            case "c":
                return self.call(summary, expr)
            case "w":
                return self.awaited(self.eval(summary, expr[1]))
            case "s":
                return self._subscript(summary, expr)
            case "k":
                return constant_type(expr[1])
            case "t":
                return ("inst", "builtins.tuple", tuple(self.eval(summary, item) for item in expr[1]))
            case "l":
                return ("inst", "builtins.list", (self._joint(summary, expr[1]),))
            case "e":
                return ("inst", "builtins.set", (self._joint(summary, expr[1]),))
            case "d":
                keys = tuple(key for key in expr[1] if key is not None)
                return ("inst", "builtins.dict", (self._joint(summary, keys), self._joint(summary, expr[2])))
            case "b":
                return self._binary(summary, expr)
            case "o":
                types = [self.eval(summary, value) for value in expr[1]]
                return union([t for t in types[:-1] if t != NONE] + types[-1:])
            case "i":
                return union([self.eval(summary, expr[1]), self.eval(summary, expr[2])])
            case "f":
                return STR
            case "n":
                return BOOL
            case "m":
                return ("func", f"{summary.path}:{expr[1]}")
            case "q":
                return self._comprehension(summary, expr)
            case "u":
                return ("super", f"{summary.path}:{expr[1]}")
        return None

    def _joint(self, summary: Summary, items: tuple[Expr, ...]) -> Type | None:
        """The common type of a display's first items; enough to know what it holds."""
        return union([self.eval(summary, item) for item in items[:8]]) if items else None

    def _comprehension(self, summary: Summary, expr: Expr) -> Type | None:
        _, kind, element, key = expr
        value = self.eval(summary, element)
        if kind == "DictComp":
            return ("inst", "builtins.dict", (self.eval(summary, key), value))
        return ("inst", {"ListComp": "builtins.list", "SetComp": "builtins.set"}.get(kind, GENERATOR_TYPE), (value,))

    def _binary(self, summary: Summary, expr: Expr) -> Type | None:
        _, operator, left_expr, right_expr = expr
        left = self.eval(summary, left_expr)
        if left is not None and left[0] == "mem":
            left = self._returned(left[1], left[2])
        if operator == "BitOr":
            right = self.eval(summary, right_expr)
            if any(side is not None and side[0] in ("type", "alias", "none", "ext") for side in (left, right)):
                return ("alias", summary.path, expr)
            return left if left == right else None
        if operator in ("Add", "Mod") and left == STR:
            return STR
        if operator == "Mod" and left_expr[0] in ("k", "f"):
            return STR if left == STR else left
        if left is not None and left[0] == "inst":
            if ":" not in left[1] and (
                known := self._returned(self.knowledge.member(left[1], _OPERATORS.get(operator, "?")), left)
            ):
                return known
            right = self.eval(summary, right_expr)
            if right is not None and right[0] == "inst" and ":" not in right[1]:
                reflected = self._returned(self.knowledge.member(right[1], _REFLECTED.get(operator, "?")), right)
                if reflected:
                    return reflected
            return left if left == right else None
        return None

    def _subscript(self, summary: Summary, expr: Expr) -> Type | None:
        _, value_expr, index = expr
        value = self.eval(summary, value_expr)
        match value:
            case ("type", cls, _):
                return ("type", cls, self._arguments(summary, index))
            case ("ext", name) if is_class_name(name) or name in TYPING_BUILTINS or name in GENERIC_CLASSES:
                return ("alias", summary.path, expr)
            case ("alias", _, _):
                return value
            case ("inst", "builtins.tuple", (item, ("...",))):
                return item  # type: ignore[no-any-return]
            case ("inst", "builtins.tuple", items):
                position = index[1] if index[0] == "k" else None
                return (
                    items[position]
                    if isinstance(position, int) and -len(items) <= position < len(items)
                    else union(list(items))
                )
            case ("inst", name, args) if name in MAPPINGS:
                return args[1] if len(args) > 1 else None
            case ("inst", name, args) if name in ITERABLES and args:
                return args[0] if index[0] != "?" else value
            case ("inst", "builtins.str" | "builtins.bytes", _):
                return value
            case ("inst", cls, _) if ":" in cls:
                if (
                    index[0] == "k"
                    and isinstance(index[1], str)
                    and not {"typing.TypedDict", "typing_extensions.TypedDict"}.isdisjoint(self.mro(cls))
                ):
                    return self.attribute(value, index[1])
                return self._call_member(value, "__getitem__")
            case ("inst", cls, _):
                return self._returned(self.knowledge.member(cls, "__getitem__"), value)
            case ("mem", name, self_type):
                held = self._returned(name, self_type)
                return (
                    self._returned(self.knowledge.member(held[1], "__getitem__"), held)
                    if held and held[0] == "inst"
                    else None
                )
        return None

    def _arguments(self, summary: Summary, index: Expr) -> tuple[Type | None, ...]:
        items = index[1] if index[0] == "t" else (index,)
        return tuple(self.annotation(summary, item) for item in items)

    # Names and bindings

    def name(self, summary: Summary, name: str) -> Type | None:
        """A name of the module: its own bindings, what star imports bring, builtins."""
        found = summary.names.get(name)
        if found:
            if len(found) == 1:
                return _first_of_twins(self.binding(summary, found[0]))
            found = tuple([index for index in found if not _is_overload(summary, summary.table[index])]) or found
            return _first_of_twins(union([self.binding(summary, index) for index in found]))
        source = self.starred(summary, name)
        if source is not None:
            return self.name(source, name)
        if name in _BUILTINS:
            return NONE if name == "None" else ("ext", f"builtins.{name}")
        return None

    def starred(self, summary: Summary, name: str, seen: tuple[str, ...] = ()) -> Summary | None:
        """The module that binds a name which star imports bring into another."""
        for level, module in reversed(summary.stars):
            path = self.modules.resolve(summary.path, level, module)
            other = self.modules.summary(path) if path is not None and path not in seen else None
            if other is None:
                continue
            if name.startswith("_") if other.exported is None else name not in other.exported:
                continue
            if name in other.names:
                return other
            found = self.starred(other, name, (*seen, other.path))
            if found is not None:
                return found
        return None

    def binding(self, summary: Summary, index: int) -> Type | None:
        known = self._bindings.setdefault(summary.path, {})
        masks = self._masks(summary.path)
        place = ~index  # the ids of expressions are above 0
        if index in known:
            taken(masks, place)
            return known[index]
        key = (summary.path, index)
        frame = begin(masks, place)
        if key in self._active:
            cut_short(self._active[key])
            end(frame, masks, place)
            return None
        self._active[key] = NOW.depth
        depth_before = self._depth
        try:
            found = self._binding(summary, summary.table[index])
        finally:
            self._active.pop(key, None)
            end(frame, masks, place)
        if found is not None or not self._active or depth_before < _MAX_DEPTH // 2:
            known[index] = found
        return found

    def _binding(self, summary: Summary, fact: Expr) -> Type | None:
        match fact:
            case ("imp", level, module, name):
                return self.imported(summary, level, module, name)
            case ("=", value, path):
                return self._unpack(self.eval(summary, value), path)
            case (":", annotation, value):
                if annotation[0] in ("g", "a") and self.eval(summary, annotation) in _ALIAS_MARKERS:
                    return ("alias", summary.path, value) if value is not None else None
                declared = self.annotation(summary, annotation)
                return declared if declared is not None or value is None else self.eval(summary, value)
            case ("def", qualname):
                return ("func", f"{summary.path}:{qualname}")
            case ("cls", qualname):
                return ("type", f"{summary.path}:{qualname}", ())
            case ("par", qualname, position):
                return self.parameter(summary, qualname, position)
            case ("for", value, path, asynchronous):
                iterable = self.eval(summary, value)
                item = self.async_element(iterable) if asynchronous else self.element(iterable)
                if item is None:
                    item = self._result_used(
                        summary, value, self.knowledge.async_iterates if asynchronous else self.knowledge.iterates
                    )
                return self._unpack(item, path)
            case ("with", value, path, asynchronous):
                entered = self.entered(self.eval(summary, value), asynchronous)
                if entered is None:
                    entered = self._result_used(
                        summary, value, self.knowledge.async_enters if asynchronous else self.knowledge.enters
                    )
                return self._unpack(entered, path)
            case ("exc", value, _):
                return self._caught(summary, value) if value else ("inst", "builtins.BaseException", ())
            case ("ins", value):
                return self.instance(self.eval(summary, value))
            case ("typ", value):
                return ("alias", summary.path, value)
        return None

    def _result_used(self, summary: Summary, value: Expr, used: Callable[[str], str | None]) -> Type | None:
        """What `with f() as x` or `for x in f()` gives x by a row about the function `f`."""
        if value[0] != "c":
            return None
        callee = self.eval(summary, value[1])
        if callee is None or callee[0] not in ("ext", "mem"):
            return None
        row = used(callee[1])
        return self._parse_row(row) if row not in (None, "?", "None", "self") else None

    def _caught(self, summary: Summary, value: Expr) -> Type | None:
        if value[0] == "t":
            return union([self.instance(self.eval(summary, item)) for item in value[1]])
        if value[0] == "b":
            return union([self._caught(summary, value[2]), self._caught(summary, value[3])])
        found = self.eval(summary, value)
        if found is not None and found[:2] == ("inst", "builtins.tuple"):
            return union([self.instance(item) for item in found[2]])
        return self.instance(found)

    def imported(self, summary: Summary, level: int, module: str | None, name: str | None) -> Type | None:
        path = self.modules.resolve(summary.path, level, module)
        if path is None:
            if level or not module:
                return None
            return ("ext", self.knowledge.canonical(f"{module}.{name}" if name else module))
        return ("mod", path) if name is None else self.module_member(path, name, module)

    @remembered(lambda self, path, name, dotted=None: (path, name), always=False)
    def module_member(self, path: str, name: str, dotted: str | None = None) -> Type | None:
        """`from path import name`: a name of the module, or a submodule of the package."""
        key = ("member", path, name)
        if key in self._active:
            # `from . import part` in the package itself.
            submodule = self.modules.submodule(path, name)
            return ("mod", submodule) if submodule is not None else None
        self._active[key] = NOW.depth
        try:
            summary = self.modules.summary(path)
            if summary is not None and name in summary.names:
                return self.name(summary, name)
            submodule = self.modules.submodule(path, name)
            if submodule is not None:
                return ("mod", submodule)
            if path.endswith("/"):
                # A folder without __init__.py shadows an installed package only with modules that it has.
                return ("ext", self.knowledge.canonical(f"{dotted or path[:-1].replace('/', '.')}.{name}"))
            source = self.starred(summary, name) if summary is not None else None
            return self.name(source, name) if source is not None else None
        finally:
            self._active.pop(key, None)

    def _unpack(self, value: Type | None, path: tuple[int, ...]) -> Type | None:
        for position in path:
            if value is None:
                return None
            if value[:2] == ("inst", "builtins.tuple") and value[2]:
                items = value[2]
                if position < 0 or (len(items) == 2 and items[1] == ("...",)):
                    value = items[0]
                else:
                    value = items[position] if position < len(items) else None
            else:
                value = self.element(value)
        return value

    # Parameters and annotations

    def parameter(self, summary: Summary, qualname: str, position: int) -> Type | None:
        function = summary.functions.get(qualname)
        if function is None or position >= len(function.parameters):
            return None
        _name, kind, annotation, default = function.parameters[position]
        if position == 0 and function.owner and annotation is None and kind < 2:
            return self.receiver(summary, function)
        declared = self.annotation(summary, annotation) if annotation is not None else None
        if kind == 2:
            return ("inst", "builtins.tuple", (declared, ("...",)))
        if kind == 4:
            return ("inst", "builtins.dict", (STR, declared))
        if declared is not None:
            return declared
        dependency = self.dependency(summary, annotation, default)
        if dependency is not None:
            return self.provided(dependency)
        if default is not None and annotation is None:
            value = self.eval(summary, default)
            if value is not None and value[0] == "inst" and not value[1].startswith("builtins."):
                return value
        if annotation is None and default is None and self._is_middleware(summary, function, position):
            return ("inst", "starlette.requests.Request", ())
        return None

    def _is_middleware(self, summary: Summary, function: Function, position: int) -> bool:
        """Whether a parameter is the request that a middleware is given."""
        if function.owner:
            base = ("starlette.middleware.base.BaseHTTPMiddleware",)
            is_method = position == 1 and function.qualname.endswith(".dispatch")
            return is_method and self.is_subclass(f"{summary.path}:{function.owner}", base) is True
        for decorator in function.decorators if position == 0 else ():
            name = self.qualified(self.eval(summary, decorator[1])) if decorator[0] == "c" else None
            row = self.knowledge.route(name) if name is not None else None
            if row is not None and row.kind == "middleware":
                return True
        return False

    def receiver(self, summary: Summary, function: Function) -> Type | None:
        """The type of a method's first parameter; None for a static method."""
        symbol = f"{summary.path}:{function.owner}"
        kinds = {self._decorator_name(summary, decorator) for decorator in function.decorators}
        if "builtins.staticmethod" in kinds:
            return None
        short = function.qualname.rpartition(".")[2]
        if "builtins.classmethod" in kinds or short in ("__new__", "__init_subclass__", "__class_getitem__"):
            return ("type", symbol, ())
        return ("inst", symbol, ())

    def dependency(self, summary: Summary, annotation: Expr | None, default: Expr | None) -> Type | None:
        """What `Depends(...)` of a parameter calls, from its default or from `Annotated` metadata."""
        for owner, expr in ((summary, default), *self.metadata(summary, annotation)):
            if expr is None or expr[0] != "c":
                continue
            callee = self.eval(owner, expr[1])
            if callee is None or callee[0] != "ext" or callee[1] not in _DEPENDS:
                continue
            keywords = dict(expr[3])
            called = expr[2][0] if expr[2] else keywords.get("dependency")
            if called is not None and called != ("k", None):
                return self.eval(owner, called)
            inner = self.annotation(summary, annotation) if annotation is not None else None
            return ("type", inner[1], inner[2]) if inner is not None and inner[0] == "inst" else None
        return None

    def metadata(self, summary: Summary, annotation: Expr | None) -> list[tuple[Summary, Expr]]:
        """The extra items of `Annotated[T, ...]`, also behind aliases, each with the module it stands in."""
        if annotation is None:
            return []
        if annotation[0] == "k" and isinstance(annotation[1], str):
            annotation = self.text_expression(annotation[1])
        if annotation[0] == "s":
            base = self.eval(summary, annotation[1])
            if base is not None and base[0] == "ext" and base[1] in ("typing.Annotated", "typing_extensions.Annotated"):
                items = annotation[2][1] if annotation[2][0] == "t" else ()
                return [*self.metadata(summary, items[0] if items else None), *((summary, item) for item in items[1:])]
            return []
        if annotation[0] in ("g", "v", "a"):
            found = self.eval(summary, annotation)
            if found is not None and found[0] == "alias":
                owner = self.modules.summary(found[1])
                return self.metadata(owner, found[2]) if owner is not None else []
        return []

    def provided(self, dependency: Type | None) -> Type | None:
        """What FastAPI injects for a dependency: the result awaited, the value that a generator yields."""
        result = self.call_type(dependency)
        if result is None or result[0] != "inst":
            return result
        if result[1] in (COROUTINE,):
            return self.awaited(result)
        if result[1] == GENERATOR_TYPE or result[1] in (
            "typing.Generator",
            "typing.Iterator",
            "collections.abc.Iterator",
            "typing.Iterable",
        ):
            return self.element(result)
        if result[1] in ASYNC_ITERABLES:
            return self.async_element(result)
        return result

    def annotation(self, summary: Summary, expr: Expr) -> Type | None:
        """The type of a value that is annotated by `expr`; None for Any, object, type variables and the unknown."""
        if expr[0] != "s" and expr[0] != "b":
            self._depth += 1
            try:
                return self._annotation(summary, expr) if self._depth < _MAX_DEPTH else None
            finally:
                self._depth -= 1
        known = self._annotated.get(summary.path)
        if known is None:
            known = self._annotated[summary.path] = {}
        masks = self._masks(summary.path)
        key = "annotation", id(expr)
        made = known.get(id(expr))
        if made is not None:
            taken(masks, key)
            return made[1]
        self._depth += 1
        frame = begin(masks, key)
        try:
            found = self._annotation(summary, expr) if self._depth < _MAX_DEPTH else None
        finally:
            self._depth -= 1
            end(frame, masks, key)
        is_whole = not self._aliases or self._aliases.keys() == {id(expr)}
        if is_whole and (not self._active or (found is not None and self._depth < _MAX_DEPTH // 2)):
            known[id(expr)] = (expr, found)
        return found

    def _annotation(self, summary: Summary, expr: Expr) -> Type | None:
        match expr:
            case ("k", None):
                return NONE
            case ("k", str(text)):
                return self.annotation(summary, self.text_expression(text))
            case ("b", "BitOr", left, right):
                return union([self.annotation(summary, left), self.annotation(summary, right)])
            case ("s", base_expr, index):
                return self._generic(summary, base_expr, index)
        return self._instance_of_annotation(self.eval(summary, expr))

    def _instance_of_annotation(self, found: Type | None) -> Type | None:
        match found:
            case ("alias", path, expr):
                owner = self.modules.summary(path)
                if owner is None:
                    return None
                if id(expr) in self._aliases:
                    cut_short(self._aliases[id(expr)])
                    return None
                self._aliases[id(expr)] = NOW.depth + 1
                try:
                    return self.annotation(owner, expr)
                finally:
                    self._aliases.pop(id(expr), None)
            case ("ext", name) if name in OPAQUE or name in TRANSPARENT_GENERICS:
                return None
            case ("ext", name):
                return ("inst", TYPING_BUILTINS.get(name, name), ())
            case ("type", cls, args):
                return ("inst", cls, args)
            case ("none",):
                return NONE
        return None

    def _generic(self, summary: Summary, base_expr: Expr, index: Expr) -> Type | None:
        base = self.eval(summary, base_expr)
        items = index[1] if index[0] == "t" else (index,)
        match base:
            case ("alias", _, _):
                return self._instance_of_annotation(base)
            case ("type", cls, _):
                return ("inst", cls, tuple(self.annotation(summary, item) for item in items))
            case ("ext", name):
                pass
            case _:
                return None
        name = TYPING_BUILTINS.get(name, name)
        if name in ("typing.Annotated", "typing_extensions.Annotated") or name in TRANSPARENT_GENERICS:
            return self.annotation(summary, items[0]) if items else None
        if name == "typing.Optional":
            return union([self.annotation(summary, items[0]), NONE])
        if name == "typing.Union":
            return union([self.annotation(summary, item) for item in items])
        if name in ("typing.Literal", "typing_extensions.Literal"):
            return union([constant_type(item[1]) for item in items if item[0] == "k"])
        if name == "builtins.type":
            inner = self.annotation(summary, items[0])
            return ("type", inner[1], inner[2]) if inner is not None and inner[0] == "inst" else None
        if name in OPAQUE:
            return None
        args = tuple(("...",) if item == ("k", ...) else self.annotation(summary, item) for item in items)
        return ("inst", name, args)

    def _class_of_alias(self, alias: Type) -> Type | None:
        """`Generic[T]`, `Repository[User]` as a base class."""
        owner = self.modules.summary(alias[1])
        if owner is None or alias[2][0] != "s":
            return None
        return self.eval(owner, alias[2][1])

    def text_expression(self, text: str) -> Expr:
        """A string annotation as an expression; unknown when it is not one."""
        found = self._texts.get(text)
        if found is None:
            found = UNKNOWN_EXPR
            try:
                module = Module("", f"({text})")
                found = module.expression(module.tree.body[0].value)  # type: ignore[attr-defined]
            except Exception:
                pass
            self._texts[text] = found
        return found

    # Attributes

    def attribute(self, value: Type | None, name: str) -> Type | None:
        match value:
            case ("mod", path):
                return self.module_member(path, name)
            case ("ext", dotted):
                return ("ext", self.knowledge.canonical(f"{dotted}.{name}"))
            case ("inst", cls, _):
                return self._instance_attribute(value, cls, name)
            case ("type", cls, _):
                return self._class_attribute(value, cls, name)
            case ("mem", member, self_type):
                held = self._returned(member, self_type)
                return self.attribute(held, name) if held is not None else None
            case ("union", members):
                return union([self.attribute(member, name) for member in members if member != NONE])
            case ("super", symbol):
                return self._super_attribute(symbol, name)
            case ("func" | "bound", symbol, *_) if name in ("__wrapped__",):
                return ("func", symbol)
            case ("func", symbol):
                made = self._made_by_decorator(symbol)
                return self.attribute(("inst", made, ()), name) if made is not None else None
        return None

    def _made_by_decorator(self, symbol: str) -> str | None:
        """The library's class that a decorator makes of a project function: "celery.Task"."""
        own = self.function(symbol)
        for name in (self._decorator_name(own[0], each) for each in own[1].decorators) if own is not None else ():
            made = self.knowledge.returns(name) if name else None
            if made is not None and self.knowledge.is_class(made):
                return made
        return None

    def members(self, cls: str, name: str) -> tuple[str, Summary | None, tuple[int, ...]] | None:
        """The first class of the MRO that has `name`: (class, its module or None if external, bindings).

        None when a class of unknown bases comes first.
        """
        for base in self.mro(cls):
            if base == "?":
                return None
            own = self.project_class(base)
            if own is not None:
                summary, definition = own
                found = definition.members.get(name) or definition.attributes.get(name)
                if found:
                    return base, summary, found
            elif ":" not in base and base not in _EMPTY_BASES and self._external_has(base, name):
                return base, None, ()
        return None

    def _external_has(self, cls: str, name: str) -> bool:
        """Whether an external base may define `name`; classes that are known to add nothing are passed over."""
        return (
            not cls.startswith(("pydantic.", "enum.", "typing.", "abc."))
            or self.knowledge.returns(f"{cls}.{name}") is not None
        )

    def _instance_attribute(self, value: Type, cls: str, name: str) -> Type | None:
        if ":" not in cls:
            container = self._container_method(value, cls, name)
            return container or ("mem", self.knowledge.member(cls, name), value)
        found = self.members(cls, name)
        if found is None:
            return None
        base, summary, indices = found
        if summary is None:
            return ("mem", self.knowledge.member(base, name), value)
        types = []
        for index in indices:
            fact = summary.table[index]
            if fact[0] == "def":
                types.append(self._method(summary, fact[1], value))
            else:
                types.append(self._without_descriptor(self.binding(summary, index)))
        return union(types)

    def _without_descriptor(self, found: Type | None) -> Type | None:
        return found

    def _method(self, summary: Summary, qualname: str, receiver: Type) -> Type | None:
        function = summary.functions.get(qualname)
        if function is None:
            return None
        symbol = f"{summary.path}:{qualname}"
        kinds = {self._decorator_name(summary, decorator) for decorator in function.decorators}
        if kinds & _PROPERTIES or any(kind is not None and kind.rpartition(".")[2] == "setter" for kind in kinds):
            return self.result(symbol, receiver)
        if "builtins.staticmethod" in kinds:
            return ("func", symbol)
        if "builtins.classmethod" in kinds:
            return ("bound", symbol, ("type", *receiver[1:]))
        return ("bound", symbol, receiver)

    def is_property(self, summary: Summary, function: Function) -> bool:
        return any(self._decorator_name(summary, decorator) in _PROPERTIES for decorator in function.decorators)

    def _decorator_name(self, summary: Summary, decorator: Expr) -> str | None:
        target = decorator[1] if decorator[0] == "c" else decorator
        if target[0] == "g" and target[1] in ("staticmethod", "classmethod", "property"):
            return f"builtins.{target[1]}"
        if target[0] == "a" and target[2] in ("setter", "deleter", "getter"):
            return f"?.{target[2]}"
        found = self.eval(summary, target)
        return found[1] if found is not None and found[0] in ("ext", "mem") else None

    def decorators(self, summary: Summary, function: Function) -> list[Type | None]:
        """What each decorator (called, if it is a factory) evaluates to, outermost first."""
        return [
            self.eval(summary, decorator[1] if decorator[0] == "c" else decorator) for decorator in function.decorators
        ]

    def setting_default(self, summary: Summary, expr: Expr) -> bool | None:
        """Whether a setting is on by default: `settings.bundle` of a settings class; None for anything else."""
        if expr[0] != "a":
            return None
        held = self.eval(summary, expr[1])
        if held is None or held[0] != "inst" or ":" not in held[1] or not self.is_subclass(held[1], _SETTINGS):
            return None
        found = self.members(held[1], expr[2])
        fact = found[1].table[found[2][-1]] if found is not None and found[1] is not None else None
        match fact:
            case (":", _, ("k", bool() as value)):
                return value
            case (":", _, ("c", _, (("k", bool() as value), *_), _)):
                return value
            case (":", _, ("c", _, _, keywords)) if dict(keywords).get("default", ("?",))[0] == "k":
                value = dict(keywords)["default"][1]
                return value if isinstance(value, bool) else None
        return None

    def _class_attribute(self, value: Type, cls: str, name: str) -> Type | None:
        if ":" not in cls:
            return ("ext", self.knowledge.member(cls, name))
        found = self.members(cls, name)
        if found is None:
            return None
        base, summary, indices = found
        if summary is None:
            return ("mem", self.knowledge.member(base, name), ("inst", *value[1:]))
        fact = summary.table[indices[-1]]
        if fact[0] == "def":
            method = self._method(summary, fact[1], ("inst", *value[1:]))
            if method is not None and method[0] == "bound" and method[2][0] == "inst":
                return ("func", method[1])
            return method
        if self.is_subclass(cls, ("enum.Enum",)) and fact[0] == "=":
            return ("inst", cls, ())
        return self.binding(summary, indices[-1])

    def _super_attribute(self, symbol: str, name: str) -> Type | None:
        receiver: Type = ("inst", symbol, ())
        for base in self.mro(symbol)[1:]:
            if base == "?":
                return None
            own = self.project_class(base)
            if own is not None:
                summary, definition = own
                for index in definition.members.get(name, ())[-1:]:
                    fact = summary.table[index]
                    return (
                        self._method(summary, fact[1], receiver) if fact[0] == "def" else self.binding(summary, index)
                    )
            elif base != "builtins.object":
                return ("mem", self.knowledge.member(base, name), receiver)
        return None

    def _container_method(self, value: Type, cls: str, name: str) -> Type | None:
        """Methods of generic containers whose result depends on what they hold, as ("const", result)."""
        args = value[2]
        if cls == "builtins.str" and name in ("split", "rsplit", "splitlines"):
            return ("const", ("inst", "builtins.list", (STR,)), f"{cls}.{name}")
        if cls in MAPPINGS and len(args) > 1:
            results = {
                "get": union([args[1], NONE]),
                "pop": args[1],
                "setdefault": args[1],
                "values": ("inst", "collections.abc.Iterable", (args[1],)),
                "keys": ("inst", "collections.abc.Iterable", (args[0],)),
                "copy": value,
                "items": ("inst", "collections.abc.Iterable", (("inst", "builtins.tuple", (args[0], args[1])),)),
            }
            return ("const", results[name], f"{cls}.{name}") if name in results and results[name] is not None else None
        if cls in ITERABLES and args and name in ("pop", "popleft", "copy", "union"):
            result = value if name in ("copy", "union") else args[0]
            return ("const", result, f"{cls}.{name}") if result is not None else None
        if cls in TASKS and args and name == "result":
            return ("const", args[0], f"{cls}.{name}") if args[0] is not None else None
        return None

    # Calls

    def call(self, summary: Summary, expr: Expr) -> Type | None:
        _, callee_expr, args, keywords = expr
        callee = self.eval(summary, callee_expr)
        if callee is None:
            return None
        if callee[0] == "ext":
            special = result_by_arguments(self, summary, callee[1], args, keywords)
            if special is not None:
                return special
        if callee[0] == "type" and keywords and ":" in callee[1] and self._is_remade(callee[1], keywords):
            return None
        return self.call_type(callee)

    def _is_remade(self, symbol: str, keywords: tuple[Any, ...]) -> bool:
        """Whether a decorator of the project must have changed what calling a class does: its constructor has no
        parameter for a keyword."""
        own = self.project_class(symbol)
        if own is None or not own[1].decorators:
            return False
        kinds = (self.eval(own[0], each[1] if each[0] == "c" else each) for each in own[1].decorators)
        if not any(kind is not None and kind[0] == "func" for kind in kinds):
            return False
        found = self.members(symbol, "__init__")
        if found is None or found[1] is None or not found[2]:
            return False
        fact = found[1].table[found[2][-1]]
        constructor = self.function(f"{found[1].path}:{fact[1]}") if fact[0] == "def" else None
        if constructor is None or any(parameter[1] == 4 for parameter in constructor[1].parameters):
            return False
        names = {parameter[0] for parameter in constructor[1].parameters}
        return any(name is not None and name not in names for name, _ in keywords)

    def call_type(self, callee: Type | None) -> Type | None:
        """The type of the value of calling `callee`, whatever the arguments."""
        match callee:
            case ("func", symbol):
                return self.result(symbol, None)
            case ("bound", symbol, receiver):
                return self.result(symbol, receiver)
            case ("type", cls, args):
                return ("inst", cls, args)
            case ("partial", inner, _):
                return self.call_type(inner)
            case ("const", result, _):
                held: Type = result
                return held
            case ("ext", name):
                known = self._returned(name, None)
                if known is not None:
                    return known
                is_class = is_class_name(name) and name not in OPAQUE
                return (
                    ("inst", name, ()) if is_class or name in BUILTIN_CLASSES or self.knowledge.is_class(name) else None
                )
            case ("mem", name, receiver):
                return self._returned(name, receiver)
            case ("inst", cls, _) if ":" in cls:
                return self._call_member(callee, "__call__")
            case ("inst", cls, _):
                return self._returned(self.knowledge.member(cls, "__call__"), callee)
            case ("alias", path, target):
                owner = self.modules.summary(path)
                return self.annotation(owner, target) if owner is not None else None
            case ("union", members):
                return union([self.call_type(member) for member in members if member != NONE])
        return None

    def _call_member(self, value: Type, name: str) -> Type | None:
        return self.call_type(self.attribute(value, name))

    def _returned(self, name: str, receiver: Type | None) -> Type | None:
        """What a known external callable or property gives, by its knowledge row."""
        owner, _, member = name.rpartition(".")
        if receiver is not None and receiver[0] == "inst" and ":" not in receiver[1]:
            # `self` in a row of a base class is the class at hand: `Path / str` is a Path, not a PurePath.
            name = f"{receiver[1]}.{member}"
        row = self.knowledge.returns(name)
        if row is None:
            return None
        asynchronous = row.startswith("await ")
        target = row[6:] if asynchronous else row
        found: Type | None
        if target == "self":
            found = receiver
        elif target in ("?", ""):
            found = None
        elif target == "None":
            found = NONE
        elif target == owner and receiver is not None and receiver[0] == "inst" and ":" in receiver[1]:
            found = receiver
        else:
            found = self._parse_row(target)
        return ("inst", COROUTINE, (found,)) if asynchronous else found

    def _parse_row(self, text: str) -> Type | None:
        if "|" in text or "[" in text:
            return self._row_annotation(self.text_expression(text))
        return ("inst", self.knowledge.canonical(text), ())

    def _row_annotation(self, expr: Expr) -> Type | None:
        match expr:
            case ("b", "BitOr", left, right):
                return union([self._row_annotation(left), self._row_annotation(right)])
            case ("s", base, index):
                head = self._row_annotation(base)
                items = index[1] if index[0] == "t" else (index,)
                return ("inst", head[1], tuple(self._row_annotation(item) for item in items)) if head else None
            case ("k", None):
                return NONE
        dotted = dotted_text(expr)
        if dotted is None:
            return None
        return ("inst", f"builtins.{dotted}" if dotted in _BUILTINS else self.knowledge.canonical(dotted), ())

    def result(self, symbol: str, receiver: Type | None) -> Type | None:
        """The value of calling a project function, its decorators applied."""
        key = symbol if receiver is None or receiver[0] == "super" else f"{symbol}@{receiver}"
        if key in self._results:
            taken(self._results_read, key)
            return self._results[key]
        active = ("result", key)
        if active in self._active:
            cut_short(self._active[active])
            return None
        frame = begin(self._results_read, key)
        self._active[active] = NOW.depth
        try:
            found = self._result(symbol, receiver)
        finally:
            self._active.pop(active, None)
            end(frame, self._results_read, key)
        self._results[key] = found
        return found

    def _result(self, symbol: str, receiver: Type | None) -> Type | None:
        own = self.function(symbol)
        if own is None:
            return None
        summary, function = own
        value = self._raw_result(summary, function, receiver)
        for decorator in reversed(function.decorators):
            value = self.decorated_by.applied(summary, decorator, value)
            if value == ("opaque",):
                return None
        return value

    def _raw_result(self, summary: Summary, function: Function, receiver: Type | None) -> Type | None:
        declared: Type | None = None
        if function.returns is not None:
            named = self.eval(summary, function.returns) if function.returns[0] in ("g", "v", "a") else None
            is_self = named is not None and named[0] == "ext" and named[1] in _SELF
            if is_self:
                declared = receiver if receiver is None or receiver[0] == "inst" else ("inst", *receiver[1:])
            else:
                declared = self.annotation(summary, function.returns)
        if function.flags & GENERATOR:
            wrongly_async = (
                declared is not None
                and declared[0] == "inst"
                and declared[1] in ASYNC_ITERABLES
                and not function.flags & ASYNC
            )
            if declared is not None and not wrongly_async:
                return declared
            cls = ASYNC_GENERATOR_TYPE if function.flags & ASYNC else GENERATOR_TYPE
            return ("inst", cls, (union([self.eval(summary, value) for value in function.yields]),))
        if declared is None and function.results and function.returns is None:
            declared = union([self.eval(summary, value) for value in function.results])
        elif declared is None and function.returns is not None:
            # `-> Any`, `-> T`: the code may still tell, a type variable may not.
            declared = None
        elif declared is None:
            declared = NONE
        if (
            function.flags & ASYNC
            and function.flags & TRIVIAL
            and declared is not None
            and declared[0] == "inst"
            and declared[1] in ASYNC_ITERABLES
        ):
            # An abstract `async def` without a `yield`: those that implement it are asynchronous generators.
            return None
        if (
            function.flags & ASYNC
            and function.flags & TRIVIAL
            and declared in (None, NONE)
            and _STREAMING.search(function.qualname.rpartition(".")[2])
        ):
            # Where no type says what they are, the name may.
            return None
        return ("inst", COROUTINE, (declared,)) if function.flags & ASYNC else declared

    # Protocols

    def instance(self, value: Type | None) -> Type | None:
        """An instance of the class that `value` is."""
        match value:
            case ("type", cls, args):
                return ("inst", cls, args)
            case ("ext", name):
                return ("inst", name, ())
            case ("union", members):
                return union([self.instance(member) for member in members])
        return None

    def awaited(self, value: Type | None) -> Type | None:
        match value:
            case ("inst", cls, args) if cls in AWAITABLES:
                position = AWAITABLES[cls]
                return args[position] if position < len(args) else None
            case ("inst", cls, args) if cls in TASKS:
                return args[0] if args else None
            case ("inst", cls, _) if ":" in cls:
                return self.element(self._call_member(value, "__await__"))
            case ("inst", cls, _):
                return self._returned(self.knowledge.member(cls, "__await__"), value)
            case ("mem", name, receiver):
                return self.awaited(self._returned(name, receiver))
            case ("union", members):
                return union([self.awaited(member) for member in members])
        return None

    def element(self, value: Type | None) -> Type | None:
        """What iterating over `value` gives."""
        match value:
            case ("inst", "builtins.tuple", args):
                return args[0] if len(args) == 2 and args[1] == ("...",) else union(list(args))
            case ("inst", cls, args) if cls in ITERABLES or cls in MAPPINGS:
                return args[0] if args else None
            case ("inst", "builtins.str", _):
                return value
            case ("inst", cls, args) if ":" in cls:
                found = self._call_member(value, "__iter__")
                return self.element(found) if found != value else self._call_member(value, "__next__")
            case ("inst", cls, _):
                row = self.knowledge.iterates(cls)
                return value if row == "self" else self._parse_row(row) if row else None
            case ("type", cls, _) if self.is_subclass(cls, ("enum.Enum",)):
                return ("inst", cls, ())
            case ("mem", name, receiver):
                return self.element(self._returned(name, receiver))
            case ("union", members):
                return union([self.element(member) for member in members if member != NONE])
        return None

    def async_element(self, value: Type | None) -> Type | None:
        match value:
            case ("inst", cls, args) if cls in ASYNC_ITERABLES:
                return args[0] if args else None
            case ("inst", cls, _) if ":" in cls:
                found = self._call_member(value, "__aiter__")
                return (
                    self.async_element(found)
                    if found is not None and found != value
                    else self.awaited(self._call_member(value, "__anext__"))
                )
            case ("inst", cls, _):
                row = self.knowledge.async_iterates(cls)
                return value if row == "self" else self._parse_row(row) if row else None
        return None

    def entered(self, value: Type | None, asynchronous: bool) -> Type | None:
        """What `with value as x` (or `async with`) gives x."""
        match value:
            case ("inst", cls, args) if cls in (ASYNC_MANAGERS if asynchronous else MANAGERS):
                return args[0] if args else None
            case ("inst", cls, _) if ":" in cls:
                found = self._call_member(value, "__aenter__" if asynchronous else "__enter__")
                return self.awaited(found) if asynchronous else found
            case ("inst", cls, _):
                row = self.knowledge.async_enters(cls) if asynchronous else self.knowledge.enters(cls)
                return value if row == "self" else self._parse_row(row) if row else None
            case ("mem", name, receiver):
                return self.entered(self._returned(name, receiver), asynchronous)
            case ("union", members):
                return union([self.entered(member, asynchronous) for member in members if member != NONE])
        return None

    def only_async(self, cls: str, asynchronous: str, synchronous: str) -> bool | None:
        """Whether a class has the asynchronous one of two protocols (`__aenter__`, `__enter__`) and lacks the other."""
        if cls in ASYNC_MANAGERS:
            return asynchronous == "__aenter__"
        if cls in ASYNC_ITERABLES:
            return asynchronous == "__aiter__"
        if ":" not in cls:
            known = self.knowledge
            has_async = known.async_enters(cls) if asynchronous == "__aenter__" else known.async_iterates(cls)
            has_sync = known.enters(cls) if asynchronous == "__aenter__" else known.iterates(cls)
            return None if has_async is None else has_sync is None
        if "?" in self.mro(cls):
            return None
        found: dict[str, bool | None] = {}
        for name in (asynchronous, synchronous):
            member = self.members(cls, name)
            found[name] = member is not None and member[1] is not None
        externals = [
            base for base in self.mro(cls) if ":" not in base and not base.startswith(("builtins.", "abc.", "typing."))
        ]
        if externals and not found[asynchronous]:
            return self.only_async(externals[0], asynchronous, synchronous) if not found[synchronous] else False
        if externals and not found[synchronous]:
            return None
        return bool(found[asynchronous]) and not found[synchronous]

    # Names of things

    def qualified(self, value: Type | None) -> str | None:
        """The dotted name of a function, class, method or module; None for values and the unknown."""
        match value:
            case ("ext", name) | ("mem", name, _) | ("const", _, name):
                return str(name)
            case ("func", symbol) | ("bound", symbol, _) | ("type", symbol, _):
                return self.dotted(symbol)
            case ("mod", path):
                return self.modules.dotted(path)
            case ("partial", inner, _):
                return self.qualified(inner)
            case ("union", members):
                names = {self.qualified(member) for member in members if member != NONE}
                return names.pop() if len(names) == 1 else None
        return None

    def dotted(self, symbol: str) -> str:
        """ "app/db.py:Repo.get" → "app.db.Repo.get"; external names stay as they are."""
        path, colon, qualname = symbol.rpartition(":")
        return f"{self.modules.dotted(path)}.{qualname}".lstrip(".") if colon else symbol


_OPERATORS = {"Div": "__truediv__", "Add": "__add__", "Sub": "__sub__", "Mult": "__mul__"}
_REFLECTED = {"Div": "__rtruediv__", "Add": "__radd__", "Sub": "__rsub__", "Mult": "__rmul__"}


def _is_overload(summary: Summary, fact: Expr) -> bool:
    """Whether a definition only declares a signature: `typing.overload`."""
    if fact[0] != "def":
        return False
    decorators = Function._make(summary.functions[fact[1]]).decorators
    return any(
        (each[0] == "g" and each[1] == "overload") or (each[0] == "a" and each[2] == "overload") for each in decorators
    )


def _first_of_twins(found: Type | None) -> Type | None:
    """`try: from enum import StrEnum`, `except ImportError: from .compat import StrEnum`: two of one kind."""
    if found is None or found[0] != "union" or any(member[0] not in ("ext", "type") for member in found[1]):
        return found
    names = {member[1].replace(":", ".").rpartition(".")[2] for member in found[1]}
    return found[1][0] if len(names) == 1 and is_class_name(names.pop()) else found


def _merge(chains: list[list[str]]) -> list[str]:
    """C3 linearisation; where the order is contradictory, first come first served."""
    chains = [list(chain) for chain in chains if chain]
    merged: list[str] = []
    while chains:
        for chain in chains:
            head = chain[0]
            if not any(head in other[1:] for other in chains):
                break
        else:
            head = chains[0][0]
        merged.append(head)
        chains = [rest for chain in chains if (rest := [name for name in chain if name != head])]
    return merged
