from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .registration import keyword, registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_LIMIT = re.compile(r"^(limit|page_?size|per_?page|size)$", re.IGNORECASE)
_OFFSET = re.compile(r"^(offset|skip|page|start|cursor|after|before|page_token)$", re.IGNORECASE)
_LISTS = ("builtins.list", "typing.List", "typing.Sequence", "collections.abc.Sequence")


class MissingPaginationMetadata(Rule):
    """A paginated route answers a bare list.

    A client that gets twenty items cannot tell whether there are more: it asks once too often, or stops too early.
    A total, or a cursor of the next page, belongs into the answer or its headers.

    Off by default: it is a convention, and a client that asks until a page is empty gets everything as well.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()
        BOOKS = ["Notes"]

        @app.get("/books")
        def list_books(offset: int = 0, limit: int = 20) -> list[str]:
            return BOOKS[offset : offset + limit]

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()
        BOOKS = ["Notes"]

        class Page(BaseModel):
            items: list[str]
            total: int

        @app.get("/books")
        def list_books(offset: int = 0, limit: int = 20) -> Page:
            return Page(items=BOOKS[offset : offset + limit], total=len(BOOKS))
    """

    code = "FAR094"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = (
        "`{route}` answers a page as a bare list: the client cannot tell whether there is more; add a total or a cursor"
    )
    markers = (("fastapi", "outer", "app"), (".get(",), ("limit", "size", "per_page"))

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            if route.methods != ("GET",) or route.function in seen:
                continue
            names = [each.name for each in file.parameters(route.function) if each.source == "query"]
            if not any(map(_LIMIT.match, names)) or not any(map(_OFFSET.match, names)):
                continue
            model = keyword(route.decorator, "response_model") or route.function.returns
            if model is None or file.declared_class(model) not in _LISTS:
                continue
            if not any(node.attr == "headers" for node in file.within(route.function, ast.Attribute)):
                seen.add(route.function)
                yield self.at(route.function, route=route.spoken)
