from fastapi import APIRouter, Depends, FastAPI
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router, WebSocketRoute


def guard():
    return 1


async def home(request):
    return PlainTextResponse("")


async def socket(websocket):
    await websocket.accept()


class Endpoint(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("")


async def about(request):
    return PlainTextResponse("")


routes = [
    Route("/home", home),
    Route("/about", endpoint=about, methods=["GET", "POST"]),
    WebSocketRoute("/socket", socket),
    Mount("/nested", routes=[Route("/deep", about), Mount("/deeper", routes=[Route("/deepest", home)])]),
]
starlette = Starlette(routes=routes)
sub = FastAPI(root_path="/ignored", dependencies=[Depends(guard)])
subsub = FastAPI(title="x")
app = FastAPI(root_path="/api/v1", routes=[Route("/first", home)])
router = APIRouter(prefix="/router")
plain = Router([Route("/in-plain", home)])


@sub.get("/sub")
def in_sub():
    return 1


@subsub.get("/subsub")
def in_subsub():
    return 1


@router.get("/own")
def own():
    return 1


sub.mount("/inner", app=subsub, name="inner")
router.mount("/dropped", subsub)
app.mount("/starlette", starlette)
app.mount(path="/sub", app=sub)
app.mount("/sub/", subsub)
app.include_router(router, prefix="/included")
app.mount("/plain", plain)
app.router.routes.append(Route("/appended", about, methods=["DELETE"]))
app.routes.append(Mount("/late", app=subsub))
app.add_route("/added", home, ["PUT"])
app.router.add_websocket_route("/ws", socket)
router.add_route("/unprefixed", about)
router.add_websocket_route("/unprefixed-ws", socket)
app.router.add_api_route("/through-router", own)
app.router.mount("/through", subsub)
app.add_api_websocket_route("/api-ws", socket)
outer = APIRouter(prefix="/outer")
leaf = APIRouter(prefix="/leaf")
leaf.add_route("/plain", about)
leaf.add_api_route("/api", own)
outer.include_router(leaf, prefix="/p")
app.include_router(outer, prefix="/q")
