import functools

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route


def guard(request: Request):
    return request


def logged(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


class SlashRouter(APIRouter):
    """Registers each path with and without a slash at its end."""

    def add_api_route(self, path, endpoint, **kwargs):
        super().add_api_route(path, endpoint, **kwargs)
        super().add_api_route(path + "/", endpoint, **{**kwargs, "include_in_schema": False})


class GuardedRouter(APIRouter):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("dependencies", [Depends(guard)])
        super().__init__(*args, prefix="/guarded", **kwargs)


class Application(FastAPI):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.include_router(init_router("sub"))


def init_router(name: str) -> APIRouter:
    router = APIRouter(prefix="/" + name)

    @router.get("/closure")
    @logged
    async def closure(user=Depends(guard)):
        return name

    @router.post("/closure", status_code=202)
    def other():
        return name

    return router


async def plain(request):
    return PlainTextResponse("")


class Handlers:
    def __init__(self, prefix):
        self.router = APIRouter(prefix=prefix)
        self.router.add_api_route("/bound", self.bound, methods=["GET"])
        self.router.add_api_route("/static", self.fixed, methods=["PUT"])

    def bound(self, q: int = 0, user=Depends(guard)):
        return q

    @staticmethod
    def fixed(user=Depends(guard)):
        return 1


class Server:
    def __init__(self):
        self.app = FastAPI()
        self.handlers = Handlers("/handlers")
        self._routes()

    def _routes(self):
        self.app.include_router(self.handlers.router)
        self.app.add_api_route("/ping", self.ping)

        @self.app.get("/closure")
        def inside():
            return 1

    async def ping(self):
        return 1


def create_app(version: str = "1") -> FastAPI:
    app = FastAPI(routes=[Route("/plain", plain, methods=["GET"])])
    app.include_router(init_router("first"), prefix=f"/v{version}")
    app.include_router(init_router("second"))
    slashes = SlashRouter(prefix="/slashes")

    @slashes.get("/one")
    def one():
        return 1

    guarded = GuardedRouter()

    @guarded.get("/two")
    def two():
        return 2

    app.include_router(slashes)
    app.include_router(guarded)
    app.add_route("/plain2", plain, methods=["POST"])
    return app
