from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_VERSION = re.compile(r"(?i)(?:^|/)(?:api|v\d+)(?:/|$|\d)")
_ROUTER = "fastapi.APIRouter"


class PrefixAtInclude(Rule):
    """The only prefix of a router stands where it is included.

    Who reads the router sees `"/{isbn}"` and has to look for the file that says `/books`; a second include, in a test
    or another application, has to repeat it. `APIRouter(prefix="/books")` says it where the routes are. Prefixes of
    versions and of whole APIs belong to the include, and so do those of routers that are included more than once. Off
    by default: FastAPI's own documentation does both.

    Bad:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter()

        @router.get("/{isbn}")
        def read_book(isbn: str) -> str:
            return isbn

        app.include_router(router, prefix="/books")

    Good:

        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter(prefix="/books")

        @router.get("/{isbn}")
        def read_book(isbn: str) -> str:
            return isbn

        app.include_router(router)
    """

    code = "FAR218"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "the prefix `{prefix}` belongs to the router: write `APIRouter(prefix={prefix!r})`"
    markers = (("include_router",), ("prefix",))

    def check(self, file: File) -> Iterator[Violation]:
        calls = [
            call
            for call in file.nodes(ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "include_router"
        ]
        included = [ast.unparse(call.args[0]) for call in calls if call.args]
        for call in calls:
            given = next((each for each in call.keywords if each.arg == "prefix"), None)
            if given is None or not call.args or included.count(ast.unparse(call.args[0])) > 1:
                continue
            prefix = file.value_of(given.value)
            if not isinstance(prefix, str) or not prefix or _VERSION.search(prefix):
                continue
            made = file.made_by(call.args[0])
            if made is None or not file.is_a(call.args[0], _ROUTER):
                continue
            if not made.args and not any(each.arg in ("prefix", None) for each in made.keywords):
                yield self.at(given, prefix=prefix)
