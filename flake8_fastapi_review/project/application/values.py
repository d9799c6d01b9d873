"""What the abstract execution of a program computes with.

A value knows the assumptions that it rests on: texts such as "environment variable API_PREFIX is not set".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from ...module import Module
    from .source import Source

Assumptions = frozenset[str]
NOTHING: Assumptions = frozenset()


class Doubt(str):
    """An assumption that may be false just as well: what rests on it is not certain."""

    __slots__ = ()


class Value:
    """Anything; by itself something that is not known."""

    __slots__ = ("assumes",)

    def __init__(self, assumes: Assumptions = NOTHING) -> None:
        self.assumes = assumes

    def truth(self) -> bool | None:
        """None when not known."""
        return None


class Const(Value):
    """A str, bytes, number, bool or None."""

    __slots__ = ("value",)

    def __init__(self, value: Any, assumes: Assumptions = NOTHING) -> None:
        super().__init__(assumes)
        self.value = value

    def truth(self) -> bool | None:
        return bool(self.value)

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


class Items(Value):
    """A list, tuple or set."""

    __slots__ = ("complete", "items", "kind")

    def __init__(self, items: list[Value], kind: str = "list", complete: bool = True) -> None:
        super().__init__()
        self.items = items
        self.kind = kind
        self.complete = complete

    def truth(self) -> bool | None:
        return bool(self.items) if self.complete or self.items else None


class Mapping(Value):
    """A dict."""

    __slots__ = ("complete", "pairs")

    def __init__(self, pairs: list[tuple[Value, Value]], complete: bool = True) -> None:
        super().__init__()
        self.pairs = pairs
        self.complete = complete

    def truth(self) -> bool | None:
        return bool(self.pairs) if self.complete or self.pairs else None

    def get(self, key: object) -> Value | None:
        for name, value in reversed(self.pairs):
            if isinstance(name, Const) and name.value == key:
                return value
        return None

    def set(self, key: Value, value: Value) -> None:
        if isinstance(key, Const):
            self.pairs[:] = [
                pair for pair in self.pairs if not (isinstance(pair[0], Const) and pair[0].value == key.value)
            ]
        self.pairs.append((key, value))


class Known(Value):
    """Something whose existence is certain, so that it is true."""

    __slots__ = ()

    def truth(self) -> bool | None:
        return True


class ModuleValue(Known):
    """A module of the project."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class External(Known):
    """A module, class or function of a library, by its canonical dotted name."""

    __slots__ = ("name", "optional")

    def __init__(self, name: str, optional: bool = False) -> None:
        super().__init__()
        self.name = name
        self.optional = optional
        """Whether it may not be installed: `except ImportError` provides for it."""

    def truth(self) -> bool | None:
        return None if self.optional else True

    def __repr__(self) -> str:
        return f"External({self.name})"


class Env:
    """The names of a module, class body or call."""

    __slots__ = ("globals", "kind", "module", "names", "outer", "owner", "under")

    def __init__(self, module: Module | Source, kind: str, outer: Env | None = None) -> None:
        self.module = module
        self.kind = kind
        self.outer = outer
        self.names: dict[str, Value] = {}
        self.globals: set[str] = set()
        self.under: tuple[object, ...] = ()
        """The uncertain conditions under which all of it is executed."""
        self.owner: ClassValue | None = outer.owner if outer is not None else None


class Function(Known):
    """A function of the project as a closure."""

    __slots__ = ("attributes", "defaults", "env", "module", "node", "owner", "wraps")

    def __init__(self, module: Module | Source, node: Any, env: Env, owner: ClassValue | None = None) -> None:
        super().__init__()
        self.module = module
        self.node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda = node
        self.env = env
        self.owner = owner
        self.defaults: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}
        """What the program attached to it."""
        self.wraps: Function | Bound | None = None
        """What `functools.wraps` says it stands for: frameworks look at that one's signature."""

    @property
    def qualname(self) -> str:
        return self.module.index.by_node[self.node].qualname


class Bound(Known):
    """A function with its first argument."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Value, receiver: Value) -> None:
        super().__init__()
        self.function = function
        self.receiver = receiver


class ViewMethod(Bound):
    """A method of a class-based view: FastAPI makes an instance of the receiver, a class, for each request."""

    __slots__ = ()


class Static(Known):
    """`staticmethod`, `classmethod` or `property` of a function."""

    __slots__ = ("function", "kind")

    def __init__(self, function: Value, kind: str) -> None:
        super().__init__()
        self.function = function
        self.kind = kind


class Partial(Known):
    """functools.partial."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Value, args: list[Value], keywords: dict[str, Value]) -> None:
        super().__init__()
        self.function = function
        self.args = args
        self.keywords = keywords


class ClassValue(Known):
    """A class of the project."""

    __slots__ = ("_mro", "annotations", "bases", "env", "module", "names", "node")

    def __init__(self, module: Module | Source, node: ast.ClassDef, env: Env, bases: list[Value]) -> None:
        super().__init__()
        self.module = module
        self.node = node
        self.env = env
        self.bases = bases
        self.names: dict[str, Value] = {}
        self.annotations: dict[str, ast.expr] = {}
        self._mro: tuple[Value, ...] | None = None

    @property
    def qualname(self) -> str:
        return self.module.index.by_node[self.node].qualname

    def mro(self) -> tuple[Value, ...]:
        """Project classes and external ones, depth first, each once, later occurrences kept as Python does."""
        if self._mro is None:
            order: dict[object, Value] = {id(self): self}
            for base in self.bases:
                for each in base.mro() if isinstance(base, ClassValue) else (base,):
                    key = each.name if isinstance(each, External) else id(each)
                    order.pop(key, None)
                    order[key] = each
            self._mro = tuple(order.values())
        return self._mro

    def externals(self) -> list[str]:
        return [base.name for base in self.mro() if isinstance(base, External)]


class Instance(Known):
    """An object of a class of the project or of a library."""

    __slots__ = ("attributes", "bound_as", "cls", "keywords", "name")

    def __init__(self, cls: ClassValue | None, name: str | None = None) -> None:
        super().__init__()
        self.cls = cls
        self.name = name
        """Canonical name of the library's class when `cls` is None."""
        self.attributes: dict[str, Value] = {}
        self.keywords: dict[str, Value] = {}
        self.bound_as: str | None = None
        """"module:variable" of the first module variable that holds it."""


class Registrar(Instance):
    """An application or router: what routes are registered on."""

    __slots__ = ("entries", "kind", "line", "path", "router", "under")

    def __init__(self, kind: str, cls: ClassValue | None, path: str, line: int) -> None:
        super().__init__(cls, kind)
        self.kind = kind
        """Canonical name of the framework's class: "fastapi.FastAPI", "fastapi.APIRouter" …"""
        self.path = path
        self.line = line
        self.entries: list[Entry] = []
        self.under: tuple[object, ...] = ()
        """The uncertain conditions under which it was made: what is registered under these is as certain as itself."""

    @property
    def is_app(self) -> bool:
        return self.kind in ("fastapi.FastAPI", "starlette.applications.Starlette")


class Entry:
    """One registration on a Registrar: a route, an included router or a mounted application."""

    __slots__ = (
        "assumes",
        "bare",
        "certain",
        "endpoint",
        "keywords",
        "kind",
        "line",
        "methods",
        "module",
        "path",
        "seen",
        "simple",
        "target",
    )

    def __init__(self, kind: str, path: Value, module: str, line: int) -> None:
        self.kind = kind
        """route (FastAPI's), plain (Starlette's), websocket, include, mount."""
        self.path = path
        """The path, or of an include its prefix."""
        self.module = module
        self.line = line
        self.methods: tuple[str, ...] | None = ()
        """None when not known."""
        self.endpoint: Value = Value()
        self.target: Value = Value()
        self.keywords: dict[str, Value] = {}
        self.assumes: Assumptions = NOTHING
        self.certain = True
        self.bare = False
        """Whether the router that it is put on adds nothing to it: built as an object, or one of Starlette's."""
        self.simple = False
        """Whether it is one of Starlette's, that knows of no dependencies."""
        self.seen = 0
        """Of an include: how many entries its target had at that moment."""


class RouteList(Value):
    """`app.routes`: the list itself, so that what is appended to it is registered."""

    __slots__ = ("registrar",)

    def __init__(self, registrar: Registrar) -> None:
        super().__init__()
        self.registrar = registrar


class Decorator(Known):
    """What `router.get(path)` returns: registers the function it is called with."""

    __slots__ = ("entry", "registrar")

    def __init__(self, registrar: Registrar, entry: Entry) -> None:
        super().__init__()
        self.registrar = registrar
        self.entry = entry


class Method(Known):
    """A method of a library's or builtin object, to be executed by `library`."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Value, name: str) -> None:
        super().__init__()
        self.receiver = receiver
        self.name = name


class Super(Known):
    """`super()` in a method."""

    __slots__ = ("after", "receiver")

    def __init__(self, after: ClassValue, receiver: Value) -> None:
        super().__init__()
        self.after = after
        self.receiver = receiver


class DependsValue(Known):
    """`Depends(...)` or `Security(...)`."""

    __slots__ = ("dependency", "scopes", "security", "use_cache")

    def __init__(self, dependency: Value | None, scopes: tuple[str, ...], security: bool) -> None:
        super().__init__()
        self.dependency = dependency
        self.scopes = scopes
        self.security = security
        self.use_cache = True


class AnnotatedValue(Known):
    """`Annotated[base, …]`, or another subscripted type (no metadata)."""

    __slots__ = ("base", "items", "node")

    def __init__(self, base: Value, items: list[Value]) -> None:
        super().__init__()
        self.base = base
        self.items = items
        self.node: ast.expr | None = None
        """As it is written."""


class Wraps(Known):
    """`functools.wraps(f)`, waiting for the wrapper."""

    __slots__ = ("wrapped",)

    def __init__(self, wrapped: Value) -> None:
        super().__init__()
        self.wrapped = wrapped


def constants(values: Iterable[Value]) -> list[Any] | None:
    """What the values are, if each is a constant; None otherwise."""
    found = []
    for value in values:
        if not isinstance(value, Const):
            return None
        found.append(value.value)
    return found


def unwrapped(value: Value) -> Value:
    """The innermost function that a wrapper stands for."""
    for _ in range(20):
        if isinstance(value, Function) and value.wraps is not None:
            value = value.wraps
        elif isinstance(value, Bound) and isinstance(value.function, Function) and value.function.wraps is not None:
            value = value.function.wraps
        elif isinstance(value, Partial):
            value = value.function
        elif isinstance(value, Instance) and "__wrapped__" in value.attributes:
            value = value.attributes["__wrapped__"]
        else:
            break
    return value
