"""Old orders, in a SQLite file of their own, so that the shop's database stays small."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from bookshop.settings import settings

PATH = f"{settings.database}.archive"
INSERT = "INSERT INTO archived_orders (number, title) VALUES (?, ?)"

# Shared by the threads that FastAPI runs reports in.
reader = sqlite3.connect(PATH, check_same_thread=False)  # FAR171: `reader` is one  # FAR215: runs when


def archive(number: int, titles: Sequence[str]) -> None:
    """Put an order aside."""
    with closing(sqlite3.connect(PATH)) as connection:
        connection.execute("DELETE FROM archived_orders WHERE number = ?", (number,))  # FAR175: `connection.commit()`
        for title in titles:
            connection.execute(INSERT, (number, title))  # FAR176: for each `title`


def titles_of(numbers: Sequence[int]) -> list[str]:
    """The titles in some old orders."""
    found: list[str] = []
    for number in numbers:
        with closing(sqlite3.connect(PATH)) as connection:  # FAR172: in each round of the loop
            rows = connection.execute("SELECT title FROM archived_orders WHERE number = ?", (number,))
            found += [title for (title,) in rows]
    return found
