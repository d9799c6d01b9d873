import contextlib
import functools
import importlib
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from types import SimpleNamespace

from fastapi import APIRouter, Depends, FastAPI, WebSocket


class Path(str, Enum):
    BOOKS = "/books"
    PRICES = "/prices"


class Tag(Enum):
    SHOP = "shop"


VERSION = 2
PREFIX = "/".join(["", "api", f"v{VERSION}"])
ENABLED = bool(int("1"))


def user() -> str:
    return "user"


def only(role: str):
    def check(name: str = Depends(user)) -> str:
        return name

    return check


class Limit:
    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, name: str = Depends(user)) -> None: ...


class Filter:
    def __init__(self, query: str = "", name: str = Depends(user)) -> None:
        self.query = query


limit = Limit(3)
books = APIRouter(prefix=Path.BOOKS.value, tags=[Tag.SHOP], dependencies=[Depends(limit)])
prices = APIRouter(prefix=Path.PRICES)
routers = {"books": books, "prices": prices}
table = [(books, {"prefix": "/one", "tags": ["one"]}), (prices, {"prefix": "/two"})]


@books.get("")
def list_books(found: Filter = Depends()) -> list[str]:
    return []


@books.get("/{isbn}", name="one book", dependencies=[Depends(only("a"))])
async def get_book(isbn: str) -> str:
    return isbn


@prices.api_route("/all", methods=["GET", "POST"])
def all_prices() -> None: ...


for method, path in (("get", "/low"), ("put", "/high")):
    getattr(prices, method)(path)(functools.partial(all_prices))


def make_app(*extra: APIRouter, **options: object) -> FastAPI:
    made = FastAPI(**options)
    for name, router in routers.items():
        made.include_router(router, prefix=f"{PREFIX}/{name}")
    for router, settings in table:
        made.include_router(router, **settings)
    for router in chain(extra, reversed([prices])):
        made.include_router(router, prefix="/extra")
    return made


app = make_app(books, title="Shop", dependencies=[Depends(only("b"))])


@dataclass
class Module:
    router: APIRouter = field(default_factory=APIRouter)
    prefix: str = "/module"

    def __post_init__(self) -> None:
        self.router.add_api_route("/posted", self.posted, methods=["POST"])
        self.router.add_api_websocket_route("/socket", self.socket)

    def posted(self, name: str = Depends(user)) -> str:
        return name

    async def socket(self, websocket: WebSocket, name: str = Depends(user)) -> None: ...

    @classmethod
    def register(cls, target: FastAPI) -> "Module":
        module = cls(prefix="/classed")
        target.include_router(module.router, prefix=module.prefix)
        return module


Module.register(app)
app.include_router(Module().router, prefix=Module.prefix)

if ENABLED:
    app.include_router(prices, prefix="/enabled")

match VERSION:
    case 1:
        app.include_router(prices, prefix="/first")
    case 2 | 3:
        app.include_router(prices, prefix="/second")

with contextlib.suppress(ImportError):
    app.include_router(importlib.import_module("late").router)

space = SimpleNamespace(router=APIRouter(prefix="/space"))


@space.router.get("/in")
def in_space() -> None: ...


app.include_router(space.router)
handlers = [list_books, get_book]
for handler in handlers:
    app.add_api_route(f"/by-name/{handler.__name__}", handler, name=handler.__name__)

walrus = FastAPI()
if (sub := APIRouter(prefix="/walrus")) is not None:
    sub.add_api_route("/x", in_space)
    walrus.include_router(sub)
app.mount("/mounted", walrus)
