from __future__ import annotations

import asyncio
import contextlib
import enum
import typing
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NamedTuple, NewType, Optional, Protocol, Self, TypedDict, TypeVar, Union, cast

import attrs
import httpx
from pydantic import BaseModel

T = TypeVar("T")
UserId = NewType("UserId", int)
Clients = dict[str, httpx.Client]
Alias = httpx.Client
MaybeClient = Optional[httpx.Client]
Marked = Annotated[httpx.Client, "marker"]
Explicit: typing.TypeAlias = "httpx.Client"
Json: typing.TypeAlias = Union[None, Mapping[str, "Json"], Mapping[str, Optional["Json"]], Optional[Mapping[str, "Json"]]]

1  # reveals: builtins.int
"a"  # reveals: builtins.str
f"{1}"  # reveals: builtins.str
None  # reveals: None
[1]  # reveals: builtins.list
{"a": 1}  # reveals: builtins.dict
{1}  # reveals: builtins.set
(1, "a")[1]  # reveals: builtins.str
{"a": b""}["a"]  # reveals: builtins.bytes
not 1  # reveals: builtins.bool
1 == 2  # reveals: builtins.bool
"a" + "b"  # reveals: builtins.str
"%s" % 1  # reveals: builtins.str
Path("a") / "b"  # reveals: pathlib.Path
"a" / Path("b")  # reveals: pathlib.Path
(Path("a") / "b").parent  # reveals: pathlib.Path
Path("a").resolve().parent / "x"  # reveals: pathlib.Path
str(1)  # reveals: builtins.str
int("1")  # reveals: builtins.int
[1, "a"][0]  # reveals: None
"a".split()[0]  # reveals: builtins.str
1 if Path else 2  # reveals: builtins.int
1 if Path else "a"  # reveals: None
None or 1  # reveals: builtins.int
...  # reveals: None


def annotations(
    plain: httpx.Client,
    text: "httpx.Client",
    nested: "Optional['httpx.Client']",
    optional: Optional[httpx.Client],
    pipe: httpx.Client | None,
    both: Union[httpx.Client, httpx.AsyncClient],
    annotated: Annotated[httpx.Client, "x"],
    alias: Alias,
    maybe: MaybeClient,
    marked: Marked,
    explicit: Explicit,
    of_itself: Json,
    mapping: Clients,
    listed: list[httpx.Client],
    typed: typing.List[httpx.Client],
    pair: tuple[int, httpx.Client],
    many: tuple[httpx.Client, ...],
    literal: Literal["a", "b"],
    anything: Any,
    variable: T,
    user: UserId,
    cls: type[httpx.Client],
    function: Callable[[], httpx.Client],
    pending: Awaitable[httpx.Client],
    coroutine: Coroutine[Any, Any, httpx.Client],
    iterator: Iterator[httpx.Client],
    asynchronous: AsyncIterator[httpx.Client],
    queue: deque[httpx.Client],
    default=httpx.Client(),
    *args: httpx.Client,
    **kwargs: httpx.Client,
):
    plain  # reveals: httpx.Client
    text  # reveals: httpx.Client
    nested  # reveals: httpx.Client
    optional  # reveals: httpx.Client
    pipe  # reveals: httpx.Client
    both  # reveals: None
    annotated  # reveals: httpx.Client
    alias  # reveals: httpx.Client
    maybe  # reveals: httpx.Client
    marked  # reveals: httpx.Client
    explicit  # reveals: httpx.Client
    of_itself  # reveals: collections.abc.Mapping
    mapping["a"]  # reveals: httpx.Client
    mapping.get("a")  # reveals: httpx.Client
    list(mapping.values())[0]  # reveals: httpx.Client
    listed[0]  # reveals: httpx.Client
    typed[0]  # reveals: httpx.Client
    pair[1]  # reveals: httpx.Client
    many[3]  # reveals: httpx.Client
    literal  # reveals: builtins.str
    anything  # reveals: None
    variable  # reveals: None
    user  # reveals: builtins.int
    cls()  # reveals: httpx.Client
    function()  # reveals: None
    next(iterator)  # reveals: httpx.Client
    queue.popleft()  # reveals: httpx.Client
    default  # reveals: httpx.Client
    args[0]  # reveals: httpx.Client
    kwargs["a"]  # reveals: httpx.Client
    one, two = pair
    two  # reveals: httpx.Client
    first, *others = listed
    first  # reveals: httpx.Client
    for index, item in enumerate(listed):
        index  # reveals: builtins.int
        item  # reveals: httpx.Client
    for name, client in mapping.items():
        name  # reveals: builtins.str
        client  # reveals: httpx.Client
    for a, b in zip(listed, many):
        b  # reveals: httpx.Client
    for sure in sorted(listed, key=id):
        sure  # reveals: httpx.Client
    declared: httpx.Client = anything
    declared  # reveals: httpx.Client
    cast(httpx.Client, anything)  # reveals: httpx.Client
    cast("httpx.Client", anything)  # reveals: httpx.Client
    partial(httpx.Client)()  # reveals: httpx.Client
    getattr(plain, "get")  # names: httpx.Client.get


async def awaiting(pending: Awaitable[httpx.Client], coroutine: Coroutine[Any, Any, httpx.Client], asynchronous: AsyncIterator[httpx.Client]):
    (await pending)  # reveals: httpx.Client
    (await coroutine)  # reveals: httpx.Client
    async for client in asynchronous:
        client  # reveals: httpx.Client
    [c async for c in asynchronous][0]  # reveals: httpx.Client
    async with httpx.AsyncClient() as client:
        client  # reveals: httpx.AsyncClient
        (await client.get("u"))  # reveals: httpx.Response
        client.get("u")  # reveals: types.CoroutineType
    with httpx.Client() as plain, open("x") as file:
        plain  # reveals: httpx.Client
        file.read()  # reveals: builtins.str
    (await asyncio.to_thread(httpx.Client))  # reveals: httpx.Client
    task = asyncio.create_task(made())
    (await task)  # reveals: httpx.Client
    (await asyncio.wait_for(made(), 1))  # reveals: httpx.Client
    one, two = await asyncio.gather(made(), made())
    one  # reveals: httpx.Client


async def made():
    return httpx.Client()


def returned():
    return made


def generator():
    yield httpx.Client()


async def async_generator():
    yield httpx.Client()


@contextlib.contextmanager
def manager():
    yield httpx.Client()


@contextlib.asynccontextmanager
async def async_manager():
    yield httpx.Client()


def recursive(n):
    return recursive(n - 1)


def maybe(flag):
    if flag:
        return httpx.Client()
    return None


def nothing():
    pass


def of_any() -> Any:
    return httpx.Client()


async def results():
    made()  # reveals: types.CoroutineType
    (await made())  # reveals: httpx.Client
    (await returned()())  # reveals: httpx.Client
    next(generator())  # reveals: httpx.Client
    for a in generator():
        a  # reveals: httpx.Client
    async for b in async_generator():
        b  # reveals: httpx.Client
    with manager() as c:
        c  # reveals: httpx.Client
    async with async_manager() as d:
        d  # reveals: httpx.Client
    recursive(1)  # reveals: None
    maybe(1)  # reveals: httpx.Client
    nothing()  # reveals: None
    of_any()  # reveals: None


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: int
    name: str


class Options(TypedDict):
    name: str


class Readable(Protocol):
    def read(self) -> bytes: ...


@dataclass
class Data:
    client: httpx.Client
    names: list[str] = field(default_factory=list)
    limit: ClassVar[int] = 3


@attrs.define
class Attrs:
    client: httpx.Client
    path: Path = attrs.field(factory=Path)


class Model(BaseModel):
    path: Path
    tags: list[str] | None = None


class Base(Generic[T]):
    shared: Final = httpx.Client()

    def __init__(self, client: httpx.Client, other=None):
        self.client = client
        self.other = other
        self.path, self.number = Path("a"), 1
        self.annotated: Optional[httpx.Client] = None
        with open("name") as self.file:
            pass

    def itself(self) -> Self:
        return self

    def again(self):
        return self

    @classmethod
    def create(cls) -> "Base[T]":
        return cls(httpx.Client())

    @classmethod
    def made(cls):
        return cls(httpx.Client())

    @staticmethod
    def helper() -> Path:
        return Path()

    @property
    def folder(self) -> Path:
        return self.path

    @cached_property
    def cached(self):
        return self.client

    def __getitem__(self, key) -> Path:
        return self.path

    def __iter__(self) -> Iterator[Path]:
        yield self.path

    def __enter__(self):
        return self.client

    def __exit__(self, *details): ...

    def __call__(self) -> Path:
        return self.path


class Child(Base[str]):
    def folder_name(self):
        self.client  # reveals: httpx.Client
        super().itself  # names: types.Base.itself
        super().helper()  # reveals: pathlib.Path
        return self.folder.name


class Opaque(unknown):
    def use(self):
        self.client  # reveals: None


def classes(base: Base, child: Child, model: Model, data: Data, a: Attrs, point: Point, readable: Readable, options: Options, opaque: Opaque):
    base.client  # reveals: httpx.Client
    base.other  # reveals: None
    base.path  # reveals: pathlib.Path
    base.number  # reveals: builtins.int
    base.annotated  # reveals: httpx.Client
    base.file.read()  # reveals: builtins.str
    base.shared  # reveals: httpx.Client
    Base.shared  # reveals: httpx.Client
    base.folder  # reveals: pathlib.Path
    base.cached  # reveals: httpx.Client
    base.helper()  # reveals: pathlib.Path
    Base.helper()  # reveals: pathlib.Path
    base["a"]  # reveals: pathlib.Path
    base()  # reveals: pathlib.Path
    base.itself()  # reveals: types.Base
    child.itself()  # reveals: types.Child
    child.again()  # reveals: types.Base
    child.made().client  # reveals: httpx.Client
    Child.create()  # reveals: types.Base
    child.client.get  # names: httpx.Client.get
    child.folder.name  # reveals: builtins.str
    child.folder_name()  # reveals: builtins.str
    child.missing  # reveals: None
    opaque.missing  # reveals: None
    with base as client:
        client  # reveals: httpx.Client
    for path in base:
        path  # reveals: pathlib.Path
    model.path  # reveals: pathlib.Path
    model.tags  # reveals: builtins.list
    model.path.read_text  # names: pathlib.Path.read_text
    model.model_dump()  # reveals: builtins.dict
    data.client  # reveals: httpx.Client
    data.names[0]  # reveals: builtins.str
    data.limit  # reveals: builtins.int
    a.client  # reveals: httpx.Client
    a.path  # reveals: pathlib.Path
    point.x  # reveals: builtins.int
    point.name  # reveals: builtins.str
    readable.read()  # reveals: builtins.bytes
    options["name"]  # reveals: builtins.str
    Color.RED  # reveals: types.Color
    Color.RED.value  # is: 'red'
    Color("red")  # reveals: types.Color
    for color in Color:
        color  # reveals: types.Color
    UserId(3)  # reveals: builtins.int
    Base  # names: types.Base
    base.itself  # names: types.Base.itself
    child.itself  # names: types.Base.itself
    Base(httpx.Client())  # reveals: types.Base
