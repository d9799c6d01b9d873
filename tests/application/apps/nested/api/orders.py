from fastapi import APIRouter, WebSocket

from .deps import Session

VERSION = "v" + str(1)
BASE = f"/{VERSION}/orders"
router = APIRouter(prefix=BASE, tags=["orders"])
second = APIRouter(prefix=BASE + "/second", include_in_schema=False)


@router.api_route("/all", methods=["GET", "POST"])
async def orders(db: Session):
    return []


@router.websocket("/live/{number}")
async def live(websocket: WebSocket, number: int, db: Session):
    await websocket.accept()


@second.patch("/{number:int}")
def change(number: int):
    return number


def late():
    return None


router.add_api_route("/late", late, methods=["DELETE"], tags=["late"])
router.add_api_websocket_route("/late/ws", live)
