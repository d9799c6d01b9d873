from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .registration import registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_LIMIT = re.compile(
    r"^(limit|page_?size|per_?page|page_?limit|max_results|size|first|top|n_results|num_results)$", re.IGNORECASE
)
_AMBIGUOUS = re.compile(r"^(size|first|top)$", re.IGNORECASE)
_PAGES = re.compile(r"^(page|offset|skip|cursor|after|start|start_cursor|page_token)$", re.IGNORECASE)
"""Parameters next to which a size is that of a page."""
_BOUNDED = ("le", "lt", "Le", "Lt", "**", "?", "interval", "multiple_of")


class UnboundedLimitParameter(Rule):
    """A `limit` or `page_size` query parameter has no upper bound.

    Pagination protects the database and the memory of the worker only as long as the client plays along. With
    `?limit=100000000` one request reads the whole table.

    A function that bounds the value itself, or hands it to one that does, is left alone; so is one that only passes it
    on, as an entry of a dictionary, to somebody else whose limit it is.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()
        BOOKS = ["Notes"]

        @app.get("/books")
        def list_books(limit: int = 20) -> list[str]:
            return BOOKS[:limit]

    Good:

        from typing import Annotated

        from fastapi import FastAPI, Query

        app = FastAPI()
        BOOKS = ["Notes"]

        @app.get("/books")
        def list_books(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[str]:
            return BOOKS[:limit]
    """

    code = "FAR099"
    severity = Severity.WARNING
    cwe = 770
    message = "`{name}` of `{route}` has no upper bound: one request can ask for everything; give it `Query(le=...)`"
    markers = (("fastapi", "outer", "app"), ("limit", "size", "page", "max_results", "first", "top", "results"))

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            if route.function in seen or not set(route.methods) <= {"GET", "HEAD"}:
                continue
            seen.add(route.function)
            yield from self._unbounded(file, route.function, route.spoken)

    def _unbounded(
        self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, route: str
    ) -> Iterator[Violation]:
        arguments = function.args
        nodes = {each.arg: each for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        for each in file.parameters(function):
            if each.source != "query" or not _LIMIT.match(each.name) or each.type != "builtins.int":
                continue
            if _AMBIGUOUS.match(each.name) and not any(_PAGES.match(other) for other in nodes):
                continue
            if any(key in each.settings for key in _BOUNDED) or file.is_bounded(function, each.name):
                continue
            annotation = nodes[each.name].annotation
            if annotation is not None and "Literal" in ast.unparse(annotation):
                continue
            if _is_used(file, function, each.name):
                yield self.at(nodes[each.name], name=each.name, route=route)


def _is_used(file: File, function: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in file.within(function, ast.Name))
