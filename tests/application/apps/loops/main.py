import importlib
import os

from fastapi import APIRouter, FastAPI

from config import settings
from routers import a, b, c

PREFIXES = {"alpha": a.router, "beta": b.router}
BASE_PATH = os.getenv("BASE_PATH_OF_THE_FIXTURE", "/base")

app = FastAPI()
for module in (a, b):
    app.include_router(module.router, prefix=settings.prefix)
for name, router in PREFIXES.items():
    app.include_router(router, prefix=f"/{name}", tags=[name])
for router in [c.router]:
    app.include_router(router, prefix=BASE_PATH)
for name in ["a", "c"]:
    app.include_router(importlib.import_module(f"routers.{name}").router, prefix="/dynamic/" + name)


def plug(target: FastAPI | APIRouter, *routers: APIRouter, prefix: str = "/plugged") -> None:
    for router in routers:
        target.include_router(router, prefix=prefix)


plug(app, a.router, c.router)
versions = [APIRouter(prefix=f"/v{number}") for number in range(1, 3)]
for version in versions:
    plug(version, b.router, prefix="")
    app.include_router(version)
if settings.debug:
    app.include_router(c.router, prefix="/debug")
if not settings.debug:
    app.include_router(a.router, prefix="/prod")
