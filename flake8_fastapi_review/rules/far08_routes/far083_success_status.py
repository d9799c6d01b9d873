from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...edits import argument
from ...rule import Edit, Fix, Range, Rule, Severity
from .registration import MARKERS, answers, json_answers, keyword, registered, returns_nothing, spread, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_CREATES = re.compile(r"^(create|add|register|new|insert)(_|$)")
_ADDS = tuple(
    f"{session}.{method}"
    for session in ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session")
    for method in ("add", "add_all")
)


class SuccessStatus(Rule):
    """The status of success does not fit what the route does.

    A POST that creates something answers 201, so that clients, caches and logs can tell a new resource from one that
    was there. A DELETE that returns nothing answers 204: with 200 it sends the body `null`, which clients try to read.
    And with 204 there is no body at all: FastAPI drops whatever the function returns.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()
        BOOKS = {1: "Notes"}

        @app.delete("/books/{book_id}")
        def delete_book(book_id: int) -> None:
            del BOOKS[book_id]

    Good:

        from fastapi import FastAPI, status

        app = FastAPI()
        BOOKS = {1: "Notes"}

        @app.delete("/books/{book_id}", status_code=status.HTTP_204_NO_CONTENT)
        def delete_book(book_id: int) -> None:
            del BOOKS[book_id]
    """

    code = "FAR083"
    severity = Severity.WARNING
    message = "`{route}` {does}: {remedy}"
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        for route in registered(file):
            if spread(route.decorator):
                continue
            code = status(file, route)
            if code in (204, 205):
                yield from self._dropped(file, route)
            elif code in (None, 200) and json_answers(route, file) and not _sets_status(file, route):
                if route.methods == ("DELETE",) and returns_nothing(file, route):
                    remedy = "give it `status_code=204`"
                    yield self.at(
                        route.decorator,
                        fix=_answering(file, route, 204),
                        route=route.spoken,
                        does="returns nothing and answers 200 with the body `null`",
                        remedy=remedy,
                    )
                elif route.methods == ("POST",) and (created := _created(file, route)) is not None:
                    remedy = "give it `status_code=201`"
                    yield self.at(
                        route.decorator,
                        fix=_answering(file, route, 201),
                        route=route.spoken,
                        does=f"{_what(route, created)} and answers 200",
                        remedy=remedy,
                    )

    def _dropped(self, file: File, route: Registered) -> Iterator[Violation]:
        """What a function returns though there is no body; one finding for all its `return`s."""
        kinds, returns = answers(file, route.function)
        for each in returns if "data" in kinds else []:
            if each.value is not None and not _is_response(file, each.value):
                yield self.at(
                    each,
                    severity=Severity.SUGGESTION,
                    route=route.spoken,
                    does=f"answers {status(file, route)}, so that FastAPI drops what is returned here",
                    remedy="return nothing, or answer another status",
                )
                return


def _answering(file: File, route: Registered, code: int) -> Fix | None:
    """Unsafe: clients see the other status."""
    given = next((each.value for each in route.decorator.keywords if each.arg == "status_code"), None)
    edit = Edit(Range.of(given), str(code)) if given else argument(file, route.decorator, f"status_code={code}")
    return Fix(f"Answer {code}", (edit,)) if edit is not None else None


def _is_response(file: File, value: ast.expr) -> bool:
    return file.is_a(value, "starlette.responses.Response") is not False and not isinstance(value, (ast.Dict, ast.List))


def _sets_status(file: File, route: Registered) -> bool:
    """Whether the body sets the status on the response that it is given."""
    nodes = file.within(route.function, ast.Attribute)
    return any(node.attr == "status_code" and isinstance(node.ctx, ast.Store) for node in nodes)


def _created(file: File, route: Registered) -> str | None:
    """What a POST puts into the database as new, when the function does so itself and says so by its name."""
    if not _CREATES.match(route.function.name) or keyword(route.decorator, "status_code") is not None:
        return None
    if not answers(file, route.function)[0] <= {"data", "unknown"}:
        return None
    for call in file.within(route.function, ast.Call):
        if file.is_named(call.func, *_ADDS) and call.args:
            given = call.args[0]
            cls = file.type_of(given)
            if cls is not None and _is_made_here(file, given):
                return cls.rpartition(".")[2]
    return None


def _what(route: Registered, created: str) -> str:
    """A function may add more than what it is named after."""
    named = created.lower() in route.function.name.replace("_", "")
    return f"creates `{created}`" if named else f"adds a new `{created}` to the database"


def _is_made_here(file: File, given: ast.expr) -> bool:
    """Whether the value is constructed in this function on every way that leads here."""
    made = [node for node in file.values(given) if not isinstance(node, ast.Name)]
    return bool(made) and all(isinstance(node, ast.Call) for node in made)
