from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from .registration import MARKERS, place, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class DuplicateRoute(Rule):
    """Two routes have the same method and full path, or the same operation id.

    Only the first of two routes with one path is ever called; whoever changes the second wonders why nothing happens.
    Two operations with one id make an invalid schema, from which generators of clients make one function of two.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books")
        def list_books() -> list[str]:
            return ["Notes"]

        @app.get("/books")
        def search_books(title: str) -> list[str]:
            return [title]

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books")
        def list_books() -> list[str]:
            return ["Notes"]

        @app.get("/books/search")
        def search_books(title: str) -> list[str]:
            return [title]
    """

    code = "FAR085"
    severity = Severity.BLOCKER
    message = "`{route}` {harm}; {remedy}"
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        told = set()
        for kind in ("duplicates", "operations"):
            for row, earlier in file.conflicts(kind):
                where = place(file, row)
                if where is None or where in told:
                    continue
                told.add(where)
                if kind == "duplicates":
                    harm = f"calls `{earlier.endpoint_qualname}`, which is registered first, and never this function"
                    remedy = "give one of them another path or method"
                else:
                    other = f"{earlier.method} {shown(earlier.path)}"
                    harm = f"has the operation id `{row.operation_id}` of `{other}`: the schema is invalid"
                    remedy = "give each its own"
                path, line = earlier.registered_at
                related = [Related(path, line, f"registers `{earlier.method} {shown(earlier.path)}`")]
                yield self.at(where, route=f"{row.method} {shown(row.path)}", harm=harm, remedy=remedy, related=related)
