"""The board over the counter: what is sold at this moment, told to every screen that is connected."""

from fastapi import APIRouter, WebSocket
from starlette import status

from bookshop.dependencies import StaffUser

router = APIRouter(prefix="/live", tags=["live"])

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


@router.post("/sales/{isbn}", status_code=status.HTTP_204_NO_CONTENT)
async def tell_sale(isbn: str, staff: StaffUser) -> None:
    await board.show(f"Sold: {shelf_mark(isbn)}")


def shelf_mark(isbn: str) -> str:
    """Where a book stands: its publisher and title number, as printed on the shelf."""
    if isbn not in shelf_marks_cache:
        digits = "".join(character for character in isbn if character.isdigit())
        shelf_marks_cache[isbn] = f"{digits[3:8]}/{digits[8:12]}"
    return shelf_marks_cache[isbn]
