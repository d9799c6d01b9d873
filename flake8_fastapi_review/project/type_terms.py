"""What types look like, as `types.py` infers them, and the classes of the standard library that it knows by heart.

Types are tuples; None means "not known", and whatever depends on it is not known either:

    ("inst", cls, args)      an instance; `cls` is the canonical dotted name of an external class
                             ("httpx.Client") or the symbol of a project class ("app/db.py:Repository")
    ("type", cls, args)      the class itself
    ("func", symbol)         a function of the project
    ("bound", symbol, self)  a method of the project with its receiver's type
    ("mod", path)            a module of the project, or a namespace package (path ends with a slash)
    ("ext", name)            an external module, function or class by its canonical dotted name
    ("mem", name, self)      a member of an external class, reached through an instance of type `self`
    ("alias", path, expr)    a type alias such as `Annotated[...]`, to be read as an annotation in that module
    ("partial", type, n)     functools.partial of it with n arguments by position; None when that is not known
    ("none",)
    ("union", types)

A symbol is "path:qualname".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..module.summary import Expr

Type = tuple[Any, ...]
NONE: Type = ("none",)
STR: Type = ("inst", "builtins.str", ())
BOOL: Type = ("inst", "builtins.bool", ())
COROUTINE = "types.CoroutineType"
GENERATOR_TYPE = "collections.abc.Generator"
ASYNC_GENERATOR_TYPE = "collections.abc.AsyncGenerator"
MANAGER = "contextlib.AbstractContextManager"
ASYNC_MANAGER = "contextlib.AbstractAsyncContextManager"
BUILTIN_CLASSES = frozenset(
    f"builtins.{name}"
    for name in (
        "str int float bool bytes bytearray complex dict list set frozenset tuple range memoryview slice".split()
    )
)
MODELS = ("pydantic.BaseModel", "pydantic.v1.BaseModel", "sqlmodel.SQLModel")
"""What the models of pydantic derive from."""
ITERABLES = frozenset(
    f"{module}.{name}"
    for module in ("typing", "collections.abc")
    for name in (
        "Iterable Iterator Sequence MutableSequence Collection Set MutableSet Generator Container Reversible "
        "KeysView ValuesView"
    ).split()
) | {
    "builtins.list",
    "builtins.set",
    "builtins.frozenset",
    "builtins.tuple",
    "collections.deque",
    "typing.List",
    "typing.Set",
    "typing.Deque",
}
MAPPINGS = frozenset(
    {"builtins.dict", "typing.Dict", "collections.defaultdict", "collections.OrderedDict"}
) | frozenset(f"{module}.{name}" for module in ("typing", "collections.abc") for name in ("Mapping", "MutableMapping"))
GENERIC_CLASSES = ITERABLES | MAPPINGS | {"builtins.type"}
ASYNC_ITERABLES = frozenset(
    f"{module}.{name}"
    for module in ("typing", "collections.abc")
    for name in ("AsyncIterable", "AsyncIterator", "AsyncGenerator")
)
AWAITABLES = {
    "typing.Awaitable": 0,
    "collections.abc.Awaitable": 0,
    "typing.Coroutine": 2,
    "collections.abc.Coroutine": 2,
    COROUTINE: 0,
}
TASKS = frozenset({"asyncio.Task", "asyncio.Future", "asyncio.tasks.Task"})
MANAGERS = frozenset({MANAGER, "typing.ContextManager", "contextlib.AbstractContextManager"})
ASYNC_MANAGERS = frozenset({ASYNC_MANAGER, "typing.AsyncContextManager"})
TRANSPARENT_GENERICS = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "Unpack")
) | {"sqlalchemy.orm.Mapped", "sqlalchemy.orm.DynamicMapped", "sqlalchemy.orm.WriteOnlyMapped", "dataclasses.InitVar"}
OPAQUE = frozenset(
    {
        "typing.Any",
        "typing_extensions.Any",
        "builtins.object",
        "typing.Callable",
        "collections.abc.Callable",
        "typing.TypeVar",
        "typing.Self",
        "typing_extensions.Self",
    }
)
TYPING_BUILTINS = {
    "typing.List": "builtins.list",
    "typing.Dict": "builtins.dict",
    "typing.Set": "builtins.set",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.Tuple": "builtins.tuple",
    "typing.Text": "builtins.str",
    "typing.Type": "builtins.type",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.Deque": "collections.deque",
}


def classes_of(declared: Type | None) -> list[str]:
    """The classes that a type is of: one, or those of the members of a union."""
    members = declared[1] if declared is not None and declared[0] == "union" else (declared,)
    return [member[1] for member in members if member is not None and member[0] == "inst"]


def constant_type(value: object) -> Type | None:
    if value is None:
        return NONE
    return None if value is ... else ("inst", f"builtins.{type(value).__name__}", ())


def union(types: list[Type | None]) -> Type | None:
    """One type for several; unknown as soon as one of them is."""
    if None in types:
        return None
    if len(types) == 1 and types[0][0] != "union":  # type: ignore[index]
        return types[0]
    flat: list[Type] = []
    for found in types:
        assert found is not None
        for member in found[1] if found[0] == "union" else (found,):
            if member not in flat:
                flat.append(member)
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else ("union", tuple(flat))


def without_none(value: Type | None) -> Type | None:
    if value is not None and value[0] == "union":
        return union([member for member in value[1] if member != NONE])
    return value


def dotted_text(expr: Expr) -> str | None:
    """`a.b.c` as text."""
    match expr:
        case ("g", name):
            return str(name)
        case ("a", value, name):
            base = dotted_text(value)
            return f"{base}.{name}" if base else None
    return None


def is_class_name(name: str) -> bool:
    """CapWords, the convention for classes: an external callable of that form is taken for one."""
    last = name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not (len(last) > 1 and last.isupper() and "_" in last)
