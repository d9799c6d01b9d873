"""FAR076 too-many-round-trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from .statements import ROUTES, routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class TooManyRoundTrips(Rule):
    """A route sends many statements, one after the other.

    Each is a round trip to the database: with a millisecond for each, thirty of them are thirty milliseconds in which
    the request holds a connection. The message counts them, also in the functions that the route calls: of branches
    the larger one, with N for the rows of a loop, of which `rows` are assumed.

    Off by default: how many are too many depends on the application.

    Bad:

        from fastapi import APIRouter
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        @router.get("/stock")
        def stock(isbns: list[str]):
            with Session(engine) as session:
                query = text("SELECT stock FROM books WHERE isbn = :isbn")
                return [session.execute(query, {"isbn": isbn}).scalar() for isbn in isbns]

    Good:

        from fastapi import APIRouter
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session

        router = APIRouter()
        engine = create_engine("postgresql://db/shop")

        @router.get("/stock")
        def stock(isbns: list[str]):
            with Session(engine) as session:
                query = text("SELECT isbn, stock FROM books WHERE isbn = ANY(:isbns)")
                return session.execute(query, {"isbns": isbns}).all()
    """

    code = "FAR076"
    severity = Severity.WARNING
    default = Default.OFF
    cwe = 1073
    message = "`{route}` sends up to {count} statements one after the other, more than {most}: join or bundle them"
    markers = (("fastapi", "outer", "app"), *ROUTES)

    most: int = option(10, "So many statements are well.")
    rows: int = option(20, "So many rows N are assumed where a statement is sent for each of them.")

    def check(self, file: File) -> Iterator[Violation]:
        handlers = list(routes(file))
        if not handlers or not file.database.sends_queries:
            return
        for function, _ in handlers:
            count = file.database.round_trips(function)
            total = count.fixed + count.linear * self.rows + count.square * self.rows**2
            if total > self.most:
                yield self.at(function, route=function.name, count=count, most=self.most)
