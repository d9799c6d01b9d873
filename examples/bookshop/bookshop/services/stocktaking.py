"""Counting the books: the scanners in the shop send a line for every book that is on a shelf."""

import asyncio
import logging
from collections import Counter

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
