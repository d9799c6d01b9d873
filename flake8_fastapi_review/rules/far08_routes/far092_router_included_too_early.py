from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class RouterIncludedTooEarly(Rule):
    """A route or router is registered on a router after that was included.

    Before version 0.138 FastAPI copies the routes of a router when `include_router` is called. What comes later is part
    of the router and not of the application: a 404. The rule looks at the version that the project states, and says
    nothing where it states none.

    Bad:

        # requirements.txt: fastapi==0.115.6
        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter(prefix="/books")
        app.include_router(router)

        @router.get("")
        def list_books() -> list[str]:
            return ["Notes"]

    Good:

        # requirements.txt: fastapi==0.115.6
        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter(prefix="/books")

        @router.get("")
        def list_books() -> list[str]:
            return ["Notes"]

        app.include_router(router)
    """

    code = "FAR092"
    severity = Severity.BLOCKER
    message = (
        "{what} is registered after its router was included ({place}): this version of FastAPI copied the routes then, "
        "so that it is a 404; include the router last"
    )
    markers = (
        ("fastapi", "outer", "app"),
        (".get(", ".post(", ".put(", ".patch(", ".delete(", "route(", "include_router"),
    )

    def check(self, file: File) -> Iterator[Violation]:
        for late in file.late_registrations:
            call = next((each for each in file.nodes(ast.Call) if each.lineno == late.line), None)
            if call is None:
                continue
            what = "A router" if late.kind == "include" else f"`{late.path or '/'}`"
            where = f"{late.included_file}:{late.included_line}"
            related = [Related(late.included_file, late.included_line, "includes the router")]
            yield self.at(call, what=what, place=where, related=related)
