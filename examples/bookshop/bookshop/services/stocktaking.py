"""Counting the books: the scanners in the shop send a line for every book that is on a shelf."""

import asyncio
import functools
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

import anyio

logger = logging.getLogger(__name__)


class Shelves:
    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.unknown: list[str] = []

    def count(self, line: str) -> None:
        shelf, _, isbn = line.strip().partition(";")
        if not isbn:
            print("no shelf:", line)  # FAR190: `print("no shelf:", line)`
            self.unknown.append(line)
            return
        logger.debug(f"{isbn} on {shelf}")  # FAR191: an f-string
        self.counted[isbn] += 1

    def correct(self, isbn: str, text: str) -> None:
        """A clerk has counted again; what cannot be read leaves the count as it is."""
        try:
            self.counted[isbn] = int(text)
        except ValueError:
            logger.warning("The count cannot be read", exc_info=True)  # FAR193: add `isbn`
        if self.counted[isbn] < 0:
            logger.warning("There cannot be fewer than no copies of %s", isbn)

    def differences(self, on_record: dict[str, int]) -> dict[str, int]:
        """Books by which the shelves and the record differ; fewer than on record are negative."""
        isbns = sorted(self.counted.keys() | on_record.keys())
        found = {isbn: self.counted[isbn] - on_record.get(isbn, 0) for isbn in isbns}
        return {isbn: number for isbn, number in found.items() if number}


async def take(lines: asyncio.Queue[str], shelves: Shelves) -> None:
    while True:
        line = await lines.get()
        try:
            shelves.count(line)
        except Exception as error:
            logger.debug("%r is not counted: %s", line, error)  # FAR192: any failure of `shelves.count`


UNDECIDED: dict[str, int] = {}
deciding = threading.Lock()


async def decide(isbn: str, recount: Callable[[str], Awaitable[int]]) -> int:
    """The number that counts; a book whose scans differ is counted again."""
    with deciding:  # FAR133: `deciding`
        if isbn not in UNDECIDED:
            UNDECIDED[isbn] = await recount(isbn)
    return UNDECIDED[isbn]


@functools.lru_cache(maxsize=1000)  # FAR136: keeps the coroutine of `shelf_mark`
async def shelf_mark(isbn: str) -> str:
    await asyncio.sleep(0)
    return f"{isbn[3:5]}/{isbn[-4:]}"


async def print_marks(isbns: list[str]) -> None:
    for isbn in isbns:
        asyncio.create_task(shelf_mark(isbn))  # FAR131: shelf_mark
    try:
        async with anyio.create_task_group() as group:
            for isbn in isbns:
                group.start_soon(shelf_mark, isbn)
    except OSError:  # FAR137: write `except* OSError`
        logger.exception("The printer is out of paper")
