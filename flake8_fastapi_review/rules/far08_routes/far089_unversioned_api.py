from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from .registration import MARKERS, answers, json_answers, registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_VERSION = re.compile(r"(^|/)v\d+(\.\d+)*((alpha|beta|rc)\d*)?([-_]\w[\w-]*)?(/|$)")
_APART = re.compile(
    r"(?i)^/?(?:api/?)?$|health|ready|live|ping|metrics|version|docs|openapi|redoc|favicon|robots|static|login|logout|auth|oauth|webhook|well-known"
)
"""Paths that stand outside of any version."""


class UnversionedApi(Rule):
    """A route stands outside of the versions of the API.

    Most routes of the application have a version in their path. One that has none cannot be changed without breaking
    its clients, and is what nobody thinks of when the next version is made.

    Off by default: whether an API has versions is a decision of its owners.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/v1/books")
        def list_books() -> list[str]:
            return ["Notes"]

        @app.get("/v1/authors")
        def list_authors() -> list[str]:
            return ["Ada"]

        @app.get("/orders")
        def list_orders() -> list[str]:
            return []

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/v1/books")
        def list_books() -> list[str]:
            return ["Notes"]

        @app.get("/v1/authors")
        def list_authors() -> list[str]:
            return ["Ada"]

        @app.get("/v1/orders")
        def list_orders() -> list[str]:
            return []
    """

    code = "FAR089"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{route}` has no version, as most routes of `{app}` have: move it below `{version}`"
    markers = MARKERS

    scheme: str = option("", "A regular expression that versioned paths match; empty: `/v1/` and the like.")

    def check(self, file: File) -> Iterator[Violation]:
        scheme = re.compile(self.scheme) if self.scheme else _VERSION
        versions: dict[tuple[str, str], str | None] = {}
        for route in registered(file):
            row = next((row for row in route.rows if row.include_in_schema and row.placed and not row.deprecated), None)
            if row is None or any(scheme.search(each.path) for each in route.rows) or _APART.search(row.path):
                continue
            if not _is_api(file, route):
                continue
            api = (row.app, row.mounted_at)
            if api not in versions:
                versions[api] = _version(file, api, scheme)
            version = versions[api]
            if version is not None:
                api_name = row.mounted_at or row.app
                yield self.at(route.decorator, route=route.spoken, app=api_name, version=version)


def _is_api(file: File, route: Registered) -> bool:
    """Whether clients of the API ask for the route, rather than browsers for a page, a file or a place to go to."""
    return json_answers(route, file) and answers(file, route.function)[0] != {"response"}


def _version(file: File, api: tuple[str, str], scheme: re.Pattern[str]) -> str | None:
    """What most routes of an application begin with up to their version; one that is mounted counts by itself."""
    paths = {row.path for row in file.application if (row.app, row.mounted_at) == api and row.include_in_schema}
    versioned = [found for path in sorted(paths) if (found := scheme.search(path)) is not None]
    if len(versioned) * 2 <= len(paths):
        return None
    prefixes = [found.string[: found.end()].rstrip("/") or "/" for found in versioned]
    return max(sorted(set(prefixes)), key=prefixes.count)
