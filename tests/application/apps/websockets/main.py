from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.security import APIKeyQuery

key = APIKeyQuery(name="k")


def user(websocket: WebSocket, found=Depends(key)):
    return found


def audit():
    return 1


User = Annotated[str, Depends(user)]
app = FastAPI(dependencies=[Depends(audit)])
router = APIRouter(prefix="/rooms", dependencies=[Depends(user)])


class Rooms:
    def __init__(self):
        self.router = APIRouter()
        self.router.add_api_websocket_route("/bound/{name}", self.join)

    async def join(self, websocket: WebSocket, name: str, who: User):
        await websocket.accept()


@app.websocket("/plain")
async def plain(websocket: WebSocket):
    await websocket.accept()


@app.websocket("/user", dependencies=[Depends(user)])
async def with_user(websocket: WebSocket):
    await websocket.accept()


@router.websocket("/{name}")
async def room(websocket: WebSocket, name: str, who: User):
    await websocket.accept()


async def added(websocket: WebSocket, who: User):
    await websocket.accept()


router.add_api_websocket_route("/added", added, name="x", dependencies=[Depends(audit)])
app.include_router(router, prefix="/v1", dependencies=[Depends(audit)])
app.include_router(Rooms().router)
