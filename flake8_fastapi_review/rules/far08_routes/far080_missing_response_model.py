from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .registration import (
    MARKERS,
    answers,
    in_schema,
    json_answers,
    keyword,
    registered,
    returns_nothing,
    spread,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_WITHOUT_BODY = (*range(100, 200), 204, 205, 304, *range(300, 309))
_HEALTH = re.compile(r"(?i)(^|/)(health\w*|healthz|ping|ready|readyz|live|livez|liveness|readiness|alive|heartbeat)/?$")


class MissingResponseModel(Rule):
    """A route answers JSON of which nothing says what it looks like.

    Without `response_model` or a return annotation FastAPI sends whatever the function returns: a column that is added
    to a table is in the response of the next deployment, nobody notices a field that is missing, and the schema tells
    clients nothing. Of a route that returns nothing the schema says that it may answer any JSON: `-> None` says it.

    Routes that return responses, stream, check the health or are not part of the schema are left alone, and so are
    those of which it cannot be told what they return.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(book_id: int):
            return {"id": book_id, "title": "Notes"}

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            id: int
            title: str

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> Book:
            return Book(id=book_id, title="Notes")
    """

    code = "FAR080"
    severity = Severity.WARNING
    message = (
        "`{route}` answers {what} with neither `response_model` nor a return annotation: nothing checks or documents "
        "what it sends; annotate {remedy}"
    )
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            function = route.function
            if function.returns is not None or function in seen:
                continue
            seen.add(function)
            given = route.decorator
            if spread(given) or keyword(given, "response_model") is not None or not in_schema(file, route):
                continue
            if any("response_model" in row.keywords for row in route.rows) or set(route.methods) <= {"HEAD", "OPTIONS"}:
                continue
            if not json_answers(route, file) or status(file, route) in (*_WITHOUT_BODY, file.UNKNOWN):
                continue
            if _documents_success(file, route) or _HEALTH.search(route.path or ""):
                continue
            kinds, _ = answers(file, function)
            if "data" in kinds and "stream" not in kinds:
                yield self.at(function, route=route.spoken, what="JSON", remedy=f"what `{function.name}` returns")
            elif returns_nothing(file, route):
                yield self.at(
                    function,
                    severity=Severity.SUGGESTION,
                    route=route.spoken,
                    what="`null`",
                    remedy=f"`{function.name}` with `-> None`",
                )


def _documents_success(file: File, route: Registered) -> bool:
    """Whether `responses`, of the route or of a router, describes what a success looks like, or may do so."""
    if route.rows:
        return any(row.responses is None or any(code.startswith("2") for code in row.responses) for row in route.rows)
    match keyword(route.decorator, "responses"):
        case None:
            return False
        case ast.Dict(keys=keys):
            codes = [file.value_of(key) if key is not None else "2" for key in keys]
            return any(str(code).startswith("2") for code in codes)
    return True
