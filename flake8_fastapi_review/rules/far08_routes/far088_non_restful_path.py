from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .registration import MARKERS, in_schema, keyword, registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_VERBS = {
    "get": ("GET",),
    "fetch": ("GET",),
    "list": ("GET",),
    "read": ("GET",),
    "create": ("POST",),
    "add": ("POST",),
    "insert": ("POST",),
    "update": ("PUT", "PATCH", "POST"),
    "edit": ("PUT", "PATCH", "POST"),
    "modify": ("PUT", "PATCH", "POST"),
    "delete": ("DELETE", "POST"),
    "remove": ("DELETE", "POST"),
}
"""Words that say no more than a method does, and the methods that say it. `POST /orders/{id}/cancel` is an action."""
_INSTEAD = {
    **dict.fromkeys(("get", "fetch", "list", "read"), "GET"),
    **dict.fromkeys(("create", "add", "insert"), "POST"),
    **dict.fromkeys(("update", "edit", "modify"), "PATCH"),
    **dict.fromkeys(("delete", "remove"), "DELETE"),
}
_UNCOUNTED = frozenset(
    "content data media metadata information feedback history software hardware equipment staff music audio video "
    "knowledge storage inventory traffic evidence".split()
)
"""Nouns that are a collection as they are."""
_CAMEL = re.compile(r"^[a-z]+[A-Z][A-Za-z]*$")
_PARAMETER = re.compile(r"^\{(\w+)(?::\w+)?\}$")


class NonRestfulPath(Rule):
    """A path repeats its method as a verb, is in camel case, or names a collection in the singular.

    Clients learn an API by analogy. Where `GET /books` lists books and `POST /books` adds one, nobody has to look up
    `/createAuthor`. Paths are case sensitive, and hyphens are what all others write.

    Actions that no method stands for, such as `POST /orders/{order_id}/cancel`, are fine.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/books/create", status_code=201)
        def create_book(title: str) -> str:
            return title

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/books", status_code=201)
        def create_book(title: str) -> str:
            return title
    """

    code = "FAR088"
    severity = Severity.SUGGESTION
    message = "`{route}`: {defect}"
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        told = set()
        for route in registered(file):
            if not in_schema(file, route) or keyword(route.decorator, "deprecated") is not None or not route.path:
                continue
            own = {row.own_path for row in route.rows} or {route.path}
            for segment, defect in _defects(route, own.pop()):
                if (route.function, segment) not in told:
                    told.add((route.function, segment))
                    yield self.at(_path(file, route), route=route.spoken, defect=defect)
                    break


def _defects(route: Registered, own: str) -> Iterator[tuple[str, str]]:
    """The segments of the path written at this route that break a convention, with what is wrong."""
    segments = [each for each in own.split("/") if each]
    for position, segment in enumerate(segments):
        if _PARAMETER.match(segment) or "{" in segment or "." in segment:
            continue
        if _CAMEL.match(segment):
            yield segment, f"`{segment}` is in camel case; write `{_hyphened(segment)}`"
        words = re.split(r"[-_]", _hyphened(segment))
        last = position == len(segments) - 1 or all(_PARAMETER.match(each) for each in segments[position + 1 :])
        methods = _VERBS.get(words[0])
        if words == ["list"] and position < len(segments) - 1:
            continue
        if methods and last and route.methods and set(route.methods) <= set(methods):
            yield (
                segment,
                f"`{segment}` says what `{_INSTEAD[words[0]]}` says; let the path name things alone",
            )
        if position + 1 < len(segments) and (found := _PARAMETER.match(segments[position + 1])) is not None:
            noun = re.sub(r"[-_]", "", segment)
            if (
                not segment.endswith("s")
                and words[-1] not in _UNCOUNTED
                and found[1].replace("_", "") in (f"{noun}id", f"{noun}uuid")
            ):
                yield segment, f"`/{segment}/{{{found[1]}}}` takes one of a collection; name that in the plural"


def _path(file: File, route: Registered) -> ast.AST:
    return file.argument(route.decorator, 0, "path") or route.decorator


def _hyphened(segment: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", segment).lower()
