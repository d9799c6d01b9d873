"""Old orders, in a SQLite file of their own, so that the shop's database stays small."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from bookshop.settings import settings

PATH = f"{settings.database}.archive"
SCHEMA = "CREATE TABLE archived_orders (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, title TEXT NOT NULL)"
INSERT = "INSERT INTO archived_orders (number, title) VALUES (?, ?)"

# Shared by the threads that FastAPI runs reports in.
reader = sqlite3.connect(  # FAR170: readers and writers  # FAR171: `reader` is one  # FAR215: runs when
    PATH,
    timeout=0,  # FAR173: gives up at once
    check_same_thread=False,
)


def archive(number: int, titles: Sequence[str]) -> None:
    """Put an order aside."""
    with closing(sqlite3.connect(PATH)) as connection:
        connection.execute(  # FAR175: `connection.commit()`
            "DELETE FROM archived_orders WHERE number = ?",  # FAR177: `archived_orders` begins with `number`
            (number,),
        )
        for title in titles:
            connection.execute(INSERT, (number, title))  # FAR176: for each `title`


def titles_of(numbers: Sequence[int]) -> list[str]:
    """The titles in some old orders."""
    found: list[str] = []
    for number in numbers:
        with closing(sqlite3.connect(PATH)) as connection:  # FAR172: in each round of the loop
            rows = connection.execute(
                "SELECT title FROM archived_orders WHERE number = ?",  # FAR177: begins with `number`
                (number,),
            )
            found += [title for (title,) in rows]
    return found
