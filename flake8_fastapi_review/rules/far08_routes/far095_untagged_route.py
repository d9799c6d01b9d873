from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .registration import MARKERS, keyword, registered, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered


class UntaggedRoute(Rule):
    """A route has no tag, neither its own nor one of its routers.

    The documentation groups routes by tag, generators of clients make a class of each. What has none ends up under
    "default", next to everything else that nobody has sorted.

    Off by default: a small application needs no groups.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books")
        def list_books() -> list[str]:
            return ["Notes"]

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books", tags=["books"])
        def list_books() -> list[str]:
            return ["Notes"]
    """

    code = "FAR095"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{route}` has no tag: the documentation puts it under `default`; give it or its router `tags`"
    markers = MARKERS

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
            yield self.at(route.decorator, route=route.spoken)


def _may_give_tags(file: File, route: Registered) -> bool:
    """Whether the registration gives tags, or something of which that cannot be told."""
    given = keyword(route.decorator, "tags")
    return spread(route.decorator) or (given is not None and file.value_of(given) not in ([], None))
