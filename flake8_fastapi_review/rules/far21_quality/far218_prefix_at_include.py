from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_VERSION = re.compile(r"(?i)(?:^|/)(?:api|v\d+)(?:/|$|\d)")
_ROUTER = "fastapi.APIRouter"
_MOST = 3
"""So many routers with a prefix of their own, for each without, make a habit."""


class PrefixAtInclude(Rule):
    """The only prefix of a router stands where it is included.

    Who reads the router sees `"/{isbn}"` and has to look for the file that says `/books`; a second include, in a test
    or another application, has to repeat it. `APIRouter(prefix="/books")` says it where the routes are. Prefixes of
    versions and of whole APIs belong to the include, and so do those of routers that are included more than once.

    FastAPI's own documentation does both, so that a module is left alone that gives its routers their prefixes where it
    includes them: reported is what differs from three in four of the routers beside it, unless `always` is set.

    Bad:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        orders = APIRouter(prefix="/orders")
        users = APIRouter(prefix="/users")
        offers = APIRouter(prefix="/offers")
        books = APIRouter()

        @books.get("/{isbn}")
        def read_book(isbn: str) -> str:
            return isbn

        app.include_router(orders)
        app.include_router(users)
        app.include_router(offers)
        app.include_router(books, prefix="/books")

    Good:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        orders = APIRouter(prefix="/orders")
        users = APIRouter(prefix="/users")
        offers = APIRouter(prefix="/offers")
        books = APIRouter(prefix="/books")

        @books.get("/{isbn}")
        def read_book(isbn: str) -> str:
            return isbn

        app.include_router(orders)
        app.include_router(users)
        app.include_router(offers)
        app.include_router(books)
    """

    code = "FAR218"
    severity = Severity.SUGGESTION
    message = "the prefix `{prefix}` belongs to the router: write `APIRouter(prefix={prefix!r})`"
    markers = (("include_router",), ("prefix",))

    always: bool = option(False, "Report the prefixes of modules that give all of them where they include a router.")

    def check(self, file: File) -> Iterator[Violation]:
        calls = [
            call
            for call in file.nodes(ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "include_router"
        ]
        included = [ast.unparse(call.args[0]) for call in calls if call.args]
        found = [(call, prefix) for call in calls if (prefix := _only_prefix(file, call, included)) is not None]
        if not found or not (self.always or _own(file, calls) >= _MOST * len(found)):
            return
        for call, prefix in found:
            given = next(each for each in call.keywords if each.arg == "prefix")
            yield self.at(given, prefix=prefix)


def _only_prefix(file: File, call: ast.Call, included: list[str]) -> str | None:
    """The prefix that a call gives to a router which has none of its own and is not included elsewhere in the file."""
    given = next((each for each in call.keywords if each.arg == "prefix"), None)
    if given is None or not call.args or included.count(ast.unparse(call.args[0])) > 1:
        return None
    prefix = file.value_of(given.value)
    if not isinstance(prefix, str) or not prefix or _VERSION.search(prefix):
        return None
    made = file.made_by(call.args[0])
    if made is None or not file.is_a(call.args[0], _ROUTER):
        return None
    return None if made.args or any(each.arg in ("prefix", None) for each in made.keywords) else prefix


def _own(file: File, calls: list[ast.Call]) -> int:
    """How many of the included routers have a prefix of their own."""
    makers = (file.made_by(call.args[0]) for call in calls if call.args)
    return sum(any(each.arg == "prefix" for each in made.keywords) for made in makers if made is not None)
