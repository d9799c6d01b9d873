"""The board over the counter: what is sold at this moment, told to every screen that is connected."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import APIRouter, Depends, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from starlette import status

from bookshop.dependencies import HttpDep, StaffUser
from bookshop.settings import settings

router = APIRouter(prefix="/live", tags=["live"])

signed_copies = {"9780000000011": 3}
sales = {"today": 0}
listeners: set[asyncio.Queue[str]] = set()

shelf_marks_cache: dict[str, str] = {}  # FAR180: `shelf_marks_cache` keeps an entry for every `isbn`


class Board:
    def __init__(self) -> None:
        self.screens: set[WebSocket] = set()

    def join(self, screen: WebSocket) -> None:
        self.screens.add(screen)

    def leave(self, screen: WebSocket) -> None:
        self.screens.discard(screen)

    async def show(self, text: str) -> None:
        for screen in self.screens:  # FAR186: loop over `list(self.screens)`
            await screen.send_text(text)


board = Board()


@router.websocket("/board")
async def watch(websocket: WebSocket) -> None:
    await websocket.accept()
    board.join(websocket)
    while await websocket.receive_text() == "still here":  # FAR185: `websocket.receive_text` raises
        await websocket.send_text("so are we")
    board.leave(websocket)
    await websocket.close()


def count_sale() -> None:
    sales["today"] += 1  # FAR130: is shared by all requests


@router.post("/sales/{isbn}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(count_sale)])
async def tell_sale(isbn: str, staff: StaffUser) -> None:
    await board.show(f"Sold: {shelf_mark(isbn)}")
    for listener in list(listeners):
        listener.put_nowait(isbn)


def shelf_mark(isbn: str) -> str:
    """Where a book stands: its publisher and title number, as printed on the shelf."""
    if isbn not in shelf_marks_cache:
        digits = "".join(character for character in isbn if character.isdigit())
        shelf_marks_cache[isbn] = f"{digits[3:8]}/{digits[8:12]}"
    return shelf_marks_cache[isbn]


@router.post("/signed-copies/{isbn}/hold", status_code=status.HTTP_204_NO_CONTENT)
async def hold_signed_copy(isbn: str, staff: StaffUser) -> None:
    """Keeps one of the signed copies for a customer who stands at the counter."""
    if signed_copies.get(isbn, 0) <= 0:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="There is no signed copy left")
    if signed_copies[isbn] > 0:  # FAR132: `signed_copies[isbn]` is tested before
        await board.show(f"Held: {shelf_mark(isbn)}")
        signed_copies[isbn] -= 1


async def ask_market(http: httpx.AsyncClient, isbn: str) -> bool:
    answer = await http.get(f"{settings.market_url}books/{isbn}")
    return answer.status_code == status.HTTP_200_OK


@router.post("/market")
async def find_in_market(isbns: list[str], staff: StaffUser, http: HttpDep) -> list[bool]:
    """Which books other shops have."""
    return await asyncio.gather(*(ask_market(http, isbn) for isbn in isbns))  # FAR125: `ask_market` is started


@router.post("/publisher", status_code=status.HTTP_204_NO_CONTENT)
async def wake_publisher(staff: StaffUser) -> None:
    http = httpx.AsyncClient()  # FAR122: something fails before  # FAR121: wake_publisher
    answer = await http.post(f"{settings.publisher_url}wake")  # FAR126: wake_publisher
    await http.aclose()
    if answer.status_code != status.HTTP_202_ACCEPTED:
        raise HTTPException(status.HTTP_502_BAD_GATEWAY, detail="The publisher sleeps")


@router.get("/catalogue")
async def stream_catalogue(staff: StaffUser) -> StreamingResponse:
    """The publisher's catalogue, which is too long to be kept here."""
    async with httpx.AsyncClient(timeout=5) as http:  # FAR121: stream_catalogue
        request = http.build_request("GET", f"{settings.publisher_url}catalogue")
        answer = await http.send(request, stream=True)
        return StreamingResponse(answer.aiter_bytes(), answer.status_code)  # FAR139: `http` is closed


@router.websocket("/counter")
async def talk_to_counter(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            call = await websocket.receive_json()
            await board.show(f"{call['counter']} needs help")  # FAR187: takes it for granted what a client sends
    except WebSocketDisconnect:
        board.leave(websocket)


async def listen() -> AsyncIterator[str]:
    sold: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(sold)
    while True:  # FAR138: stays in `listeners` when its client leaves
        yield f"data: {await sold.get()}\n\n"


@router.get("/sales")
async def stream_sales(staff: StaffUser) -> StreamingResponse:
    return StreamingResponse(listen(), media_type="text/event-stream")


@router.get("/sales/next")
async def wait_for_sale(staff: StaffUser) -> str:
    sold: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(sold)
    try:
        return await sold.get()  # FAR134: waits without end
    finally:
        listeners.discard(sold)


@router.get("/opening-hours")
async def show_opening_hours(staff: StaffUser, http: HttpDep) -> str:
    """What the street's shops have agreed on."""
    answer = await http.get("https://street.example/opening-hours")  # FAR126: answers 500  # FAR128: keep the answer
    return answer.raise_for_status().text
