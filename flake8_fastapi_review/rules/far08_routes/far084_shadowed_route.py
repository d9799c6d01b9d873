from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from .registration import MARKERS, place, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ShadowedRoute(Rule):
    """A route never matches because an earlier one takes all its requests.

    Starlette takes the first route that fits, in order of registration. The type of a parameter does not help: a
    request for `/users/me` goes to `/users/{user_id}`, where `me` is no number, and is answered with 422. A convertor
    in the path does help: `/users/{user_id:int}` matches numbers alone.

    The full paths count, with the prefixes of all routers, in the order in which the routers are included.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> int:
            return user_id

        @app.get("/users/me")
        def read_me() -> str:
            return "me"

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/users/me")
        def read_me() -> str:
            return "me"

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> int:
            return user_id
    """

    code = "FAR084"
    severity = Severity.BLOCKER
    message = (
        "`{method} {path}` never matches: `{earlier}` ({function}) is registered before it and takes its requests; "
        "register `{path}` first"
    )
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        told = set()
        for row, earlier in file.conflicts("shadowed"):
            where = place(file, row)
            if where is None or where in told:
                continue
            told.add(where)
            path, line = earlier.registered_at
            yield self.at(
                where,
                method=row.method,
                path=shown(row.path),
                earlier=shown(earlier.path),
                function=earlier.endpoint_qualname,
                related=[Related(path, line, f"registers `{shown(earlier.path)}`")],
            )
