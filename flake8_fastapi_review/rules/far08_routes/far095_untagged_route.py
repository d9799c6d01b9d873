from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .registration import MACHINERY, MARKERS, answers, json_answers, keyword, registered, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.application import RouteRow
    from ...rule import Violation
    from .registration import Registered


class UntaggedRoute(Rule):
    """A route has no tag, neither its own nor one of its routers.

    The documentation groups routes by tag, generators of clients make a class of each. What has none ends up under
    "default", next to everything else that nobody has sorted.

    Reported where four in five routes of an application have tags; a route for the machinery around it (`/health`,
    `/version`) needs none. With `always`, every route without one is reported.

    Bad:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        books = APIRouter(prefix="/books", tags=["books"])

        @books.get("")
        def list_books() -> list[str]:
            return ["Notes"]

        @books.get("/new")
        def list_new_books() -> list[str]:
            return ["Notes"]

        @books.get("/{book_id}")
        def read_book(book_id: int) -> str:
            return "Notes"

        @books.delete("/{book_id}", status_code=204)
        def remove_book(book_id: int) -> None: ...

        @app.get("/orders")
        def list_orders() -> list[str]:
            return []

        app.include_router(books)

    Good:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        books = APIRouter(prefix="/books", tags=["books"])

        @books.get("")
        def list_books() -> list[str]:
            return ["Notes"]

        @books.get("/new")
        def list_new_books() -> list[str]:
            return ["Notes"]

        @books.get("/{book_id}")
        def read_book(book_id: int) -> str:
            return "Notes"

        @books.delete("/{book_id}", status_code=204)
        def remove_book(book_id: int) -> None: ...

        @app.get("/orders", tags=["orders"])
        def list_orders() -> list[str]:
            return []

        app.include_router(books)
    """

    code = "FAR095"
    severity = Severity.SUGGESTION
    message = "`{route}` has no tag: the documentation puts it under `default`; give it or its router `tags`"
    markers = MARKERS

    always: bool = option(False, "Report every route without a tag, whatever the others of its application do.")

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            rows = [row for row in route.rows if row.include_in_schema and row.documented]
            if (
                not rows
                or route.function in seen
                or any(row.tags or not row.placed for row in rows)
                or _may_give_tags(file, route)
            ):
                continue
            seen.add(route.function)
            if not self.always and not (_is_api(file, route) and any(_stands_out(file, row) for row in rows)):
                continue
            yield self.at(route.decorator, route=route.spoken)


def _is_api(file: File, route: Registered) -> bool:
    """Whether the route is more than a page, a file or a place to go to."""
    return json_answers(route, file) and answers(file, route.function)[0] != {"response"}


def _stands_out(file: File, row: RouteRow) -> bool:
    """Whether nearly all routes around one have tags."""
    if MACHINERY.search(row.path):
        return False
    habits = file.habits(row)
    return habits.tagged * 5 >= habits.routes * 4


def _may_give_tags(file: File, route: Registered) -> bool:
    """Whether the registration gives tags, or something of which that cannot be told."""
    given = keyword(route.decorator, "tags")
    return spread(route.decorator) or (given is not None and file.value_of(given) not in ([], None))
