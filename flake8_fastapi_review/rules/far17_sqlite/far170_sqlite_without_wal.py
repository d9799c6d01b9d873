from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .connections import EXECUTES, writes
from .databases import engines, files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SqliteWithoutWal(Rule):
    """A SQLite database that an application serves from is not in WAL mode.

    In the mode that SQLite starts with, a writer locks everybody out while it commits, and a reader keeps it from
    committing: under load, requests fail with `database is locked`. With `PRAGMA journal_mode=WAL` readers and one
    writer go on side by side. The mode is kept in the file, so setting it once will do.

    Bad:

        from fastapi import FastAPI
        from sqlalchemy import create_engine

        app = FastAPI()
        engine = create_engine("sqlite:///shop.db")

    Good:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, event

        app = FastAPI()
        engine = create_engine("sqlite:///shop.db")

        @event.listens_for(engine, "connect")
        def set_up(connection, record):
            connection.execute("PRAGMA journal_mode=WAL")
    """

    code = "FAR170"
    severity = Severity.WARNING
    message = "nothing sets `PRAGMA journal_mode=WAL` for this database: readers and writers lock each other out"
    markers = (("sqlite", "engine"), ("connect", "engine"))

    def check(self, file: File) -> Iterator[Violation]:
        made = engines(file)
        if not made and "sqlite" in file.text:
            opened = files(file)
            if opened and any(writes(file, call) for call in file.calls_to(*EXECUTES)):
                made = opened
        if (
            not made
            or not file.project_mentions("FastAPI(")
            or not {"journal_mode", "*"}.isdisjoint(file.sqlite.pragmas)
        ):
            return
        if not file.project_mentions("journal_mode"):
            yield self.at(made[0])
