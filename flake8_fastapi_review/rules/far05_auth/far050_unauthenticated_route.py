from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from .routes import (
    CHANGING,
    REGISTRATIONS,
    endpoints,
    is_public,
    is_said_to_be_open,
    leads_elsewhere,
    looks_at_caller,
    only_reads,
    only_sets_cookies,
    shown,
    takes_input,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Endpoint
    from ...file import File
    from ...project.application import RouteRow
    from ...rule import Violation

_PROTECTED = 2
_MOST = 2 / 3
"""The share of an application's routes that has to be protected before one that is not counts as forgotten."""
_SOME = 0.3
"""The same for a route that changes something beside others that are protected."""


class UnauthenticatedRoute(Rule):
    """A route lets everybody in, although the routes beside it require a user.

    Nothing that applies to it asks who is calling: no dependency of its own, of its router, of a router that includes
    it or of the application, no decorator, no middleware, no check in its body. Reported are routes that change
    something, and reading ones where all others are protected. Open by nature, and silent, are logging in and out,
    signing up, health checks, documentation, webhooks that check a signature and the like; name others in `public`.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordBearer

        app = FastAPI()
        Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]

        @app.post("/orders")
        def create_order(token: Token): ...

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int): ...

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordBearer

        app = FastAPI()
        Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]

        @app.post("/orders")
        def create_order(token: Token): ...

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int, token: Token): ...

    Exploit:

        $ curl -X DELETE https://shop.example/orders/1
        null
    """

    code = "FAR050"
    severity = Severity.BLOCKER
    cwe = 306
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"
    message = "`{route}` lets everybody in, while {others} {verb} `{guard}`: depend on it here or at the router"
    markers = (REGISTRATIONS,)

    public: frozenset[str] = option(frozenset(), "Paths, with `*` for anything, of routes that are open on purpose.")
    authenticators: frozenset[str] = option(frozenset(), "Qualified names of dependencies that authenticate.")

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in endpoints(file):
            found = self._unprotected(file, endpoint)
            if found is None:
                continue
            row, siblings = found
            if not siblings:
                # All that is protected lies under another application, or below the same name.
                continue
            guard = self._guard(file, siblings)
            guarded = [other for other in siblings if self._name(file, other) == guard]
            # A function may be registered with a slash at the end and without.
            places = {(other.file, other.line, other.method): other for other in reversed(guarded)}
            first = list(reversed(places.values()))[:2]
            others = ", ".join(f"`{shown(other)}`" for other in first)
            if len(places) > len(first):
                others += f" and {len(places) - len(first)} more"
            related = [Related(other.file, other.line, f"`{shown(other)}` requires `{guard}`") for other in first]
            yield self.at(
                endpoint.function,
                route=shown(row),
                others=others,
                guard=guard,
                verb="require" if len(places) > 1 else "requires",
                related=related,
            )

    def _unprotected(self, file: File, endpoint: Endpoint) -> tuple[RouteRow, list[RouteRow]] | None:
        """The route to report, and the protected ones to compare it with."""
        rows = [row for row in endpoint.rows if row.kind == "route" and row.method not in ("HEAD", "OPTIONS")]
        if not rows or any(self._level(file, row) for row in rows) or any(is_public(row, self.public) for row in rows):
            return None
        if (
            looks_at_caller(file, endpoint.function)
            or leads_elsewhere(file, endpoint.function)
            or only_sets_cookies(file, endpoint.function)
            or is_said_to_be_open(file, endpoint.function)
        ):
            return None
        if all(row.method == "GET" for row in rows) and _is_page(file, endpoint):
            return None
        if all(only_reads(each, endpoint.function) for each in rows) and not takes_input(
            file, rows[0], endpoint.function
        ):
            return None
        changing = [row for row in rows if row.method in CHANGING]
        row = (changing or rows)[0]
        beside = [other for other in file.siblings(row) if other.kind == "route" and self._name(file, other)]
        around = [
            other
            for other in file.siblings(row, everywhere=True)
            if other.kind == "route" and not is_public(other, self.public)
        ]
        share = self._share(file, around)
        if changing:
            near = [other for other in beside if other.method in CHANGING] or beside
            if near and share >= _SOME:
                return row, near
            return (row, [other for other in around if self._name(file, other)]) if share >= _MOST else None
        if not beside or not takes_input(file, row, endpoint.function):
            return None
        reading = [other for other in around if other.method == "GET"]
        others = [other for other in file.siblings(row) if other.method == "GET" and other.line != row.line]
        if self._share(file, reading) >= _MOST or (len(others) > 1 and self._share(file, others) == 1):
            return row, beside
        return None

    def _share(self, file: File, rows: list[RouteRow]) -> float:
        """How many of the routes about which it can be told require somebody."""
        levels = [self._level(file, row) for row in rows]
        protected = sum(level == _PROTECTED for level in levels)
        return protected / max(1, protected + sum(level == 0 for level in levels))

    def _level(self, file: File, row: RouteRow) -> int:
        if any(dependency.name.replace(":", ".") in self.authenticators for dependency in row.dependencies):
            return _PROTECTED
        return file.protection(row).level

    def _name(self, file: File, row: RouteRow) -> str:
        """What protects a route for sure; empty if nothing does."""
        for dependency in row.dependencies:
            if dependency.name.replace(":", ".") in self.authenticators:
                return dependency.name.rpartition(":")[2]
        found = file.protection(row)
        return found.by if found.level == _PROTECTED else ""

    def _guard(self, file: File, rows: list[RouteRow]) -> str:
        """What protects most of them."""
        names = [self._name(file, row) for row in rows]
        return max(dict.fromkeys(names), key=names.count)


def _is_page(file: File, endpoint: Endpoint) -> bool:
    """Whether a handler answers with a page that is no part of the API: the browser that goes there sends no token, and
    the scripts of the page do."""
    for decorator in getattr(endpoint.function, "decorator_list", ()):
        if isinstance(decorator, ast.Call):
            given = {keyword.arg: keyword.value for keyword in decorator.keywords}
            hidden, answer = given.get("include_in_schema"), given.get("response_class")
            if answer is not None and hidden is not None and file.value_of(hidden) is False:
                return (file.name_of(answer) or "").endswith("HTMLResponse")
    return False
