import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from typing import NamedTuple

import routers
from fastapi import APIRouter, Depends, FastAPI
from routers import ALL, items, nested_router

DEBUG = False
VERSION = 2
CONFIG = {"api": {"prefix": "/api", "enabled": True}, "old": {"prefix": "/old", "enabled": False}}


def guard():
    return 1


class Mounted(NamedTuple):
    router: APIRouter
    prefix: str
    guards: tuple = ()


@dataclass
class Plugin:
    name: str
    router: APIRouter = field(default_factory=APIRouter)

    def install(self, app: FastAPI):
        self.router.add_api_route("/plugin", self.serve)
        app.include_router(self.router, prefix=f"/{self.name}")

    def serve(self):
        return self.name


def ping():
    return 1


def make_crud(name: str):
    router = APIRouter(prefix=f"/{name}")

    def read():
        return 1

    def write():
        return 1

    for verb, function in {"GET": read, "POST": write}.items():
        router.add_api_route("/crud", function, methods=[verb])
    return router, name


def register(app, routers: Iterable[Mounted]):
    for mounted in routers:
        app.include_router(
            mounted.router, prefix=mounted.prefix, dependencies=[Depends(each) for each in mounted.guards]
        )


def setup(app: FastAPI) -> FastAPI:
    def inner():
        app.add_api_route("/inner", ping)

    inner()
    return app


app = FastAPI()
for name, module in ALL.items():
    app.include_router(module.router, prefix=module.PREFIX, tags=module.TAGS)
for module in sorted(ALL):
    app.include_router(ALL[module].router, prefix="/sorted/" + module)
for part in CONFIG.values():
    if part["enabled"]:
        app.include_router(nested_router, prefix=part["prefix"])
if DEBUG:
    app.include_router(items.admin_router, prefix="/debug")
else:
    app.include_router(items.admin_router, prefix="/release")
if VERSION >= 2:
    app.include_router(items.router, prefix="/v%d" % VERSION)
register(app, [Mounted(items.router, "/named"), Mounted(router=items.admin_router, prefix="/kw", guards=(guard,))])
for plugin in [Plugin("one"), Plugin(name="two")]:
    plugin.install(app)
crud, crud_name = make_crud("books")
app.include_router(crud, tags=[crud_name])
for made, title in map(make_crud, ["x", "y"]):
    app.include_router(made)
setup(app)
for router in chain([items.router], [items.admin_router]):
    app.include_router(router, prefix="/chained")
for index, router in enumerate((items.router, items.admin_router), start=1):
    app.include_router(router, prefix=f"/n{index}")
for module_name in ("items", "users"):
    app.include_router(getattr(import_module(f"routers.{module_name}"), "router"), prefix=f"/imported/{module_name}")
for found in pkgutil.iter_modules(routers.__path__):
    module = import_module(f"{routers.__name__}.{found.name}")
    if hasattr(module, "router"):
        app.include_router(module.router, prefix=f"/found/{found.name}")
[app.include_router(router, prefix="/comprehended") for router in (items.router,)]
paths = [("/p1", ping), ("/p2", guard)]
while paths:
    path, function = paths.pop()
    app.add_api_route(path, function)
include = app.include_router
include(items.router, prefix="/aliased")
get = app.get
get("/verb-aliased")(ping)
match VERSION:
    case 1:
        app.include_router(items.router, prefix="/one")
    case 2:
        app.include_router(items.router, prefix="/two")
    case _:
        app.include_router(items.router, prefix="/other")
with_prefix = {"prefix": "/spread", "tags": ["s"]}
app.include_router(items.router, **with_prefix)
try:
    from missing_module_of_fixture import router as absent
except ImportError:
    absent = None
if absent is not None:
    app.include_router(absent)
routers_by_name = {name: module.router for name, module in ALL.items()}
app.include_router(routers_by_name["users"], prefix="/by-name")
