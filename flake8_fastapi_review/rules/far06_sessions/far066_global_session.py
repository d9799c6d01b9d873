"""FAR066 global-session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_SHOWN = 3


class GlobalSession(Rule):
    """One session, made when a module is imported, serves all requests.

    A session is one conversation with the database: it holds a connection, a transaction and the objects that were
    loaded. Requests that run at the same time, in threads or tasks, mix their changes in it; one that fails leaves it
    unusable for all others until somebody rolls back; what it has loaded grows old and is never given up. Found at the
    top of modules, in class bodies and as defaults of parameters. `scoped_session` has one for each thread, and is not
    meant.

    Bad:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import sessionmaker

        app = FastAPI()
        new_session = sessionmaker(create_engine("sqlite:///shop.db"))
        session = new_session()

        @app.get("/items")
        def items():
            return session.execute(text("SELECT name FROM items")).scalars().all()

    Good:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import sessionmaker

        app = FastAPI()
        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        @app.get("/items")
        def items():
            with new_session() as session:
                return session.execute(text("SELECT name FROM items")).scalars().all()
    """

    code = "FAR066"
    severity = Severity.BLOCKER
    cwe = 362
    message = "`{name}` is one session for all requests, which mix their transactions in it: open one in each"
    markers = (("ession", "Local"), ("sqlalchemy", "sqlmodel", "ession(", "Local("))

    def check(self, file: File) -> Iterator[Violation]:
        if file.role != "app" or not file.database.is_used:
            return
        for shared in file.database.shared_sessions:
            related = tuple(Related(use.path, use.line, f"uses `{use.name}`") for use in shared.uses[:_SHOWN])
            yield self.at(shared.call, related=related, name=shared.name)
