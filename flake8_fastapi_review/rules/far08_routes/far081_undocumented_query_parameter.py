from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Range, Rule, Severity, option
from .registration import MARKERS, in_schema, registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_DOCUMENTS = ("description", "title", "include_in_schema", "deprecated", "**", "?")
_SHOWN = 4
_PLAIN = frozenset("limit offset skip page page_size per_page cursor q query search width height new_name".split())


class UndocumentedQueryParameter(Rule):
    """A query parameter of a route has no description.

    The schema, and the documentation that is made of it, shows a name and a type. What `scope` or `mode` mean, which
    unit a number has and what happens without it, the client has to guess.

    What a page, a limit or a text to search for means everybody knows.

    `Query(description=...)` says it, at the parameter or in an `Annotated` alias that several routes share. A
    description of the parameter in the docstring of the route, which is in the schema too, does as well.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books")
        def list_books(scope: str = "all") -> list[str]:
            return [scope]

    Good:

        from typing import Annotated

        from fastapi import FastAPI, Query

        app = FastAPI()

        @app.get("/books")
        def list_books(scope: Annotated[str, Query(description="`all` or `mine`")] = "all") -> list[str]:
            return [scope]
    """

    code = "FAR081"
    severity = Severity.SUGGESTION
    message = "`{route}` does not say what {parameters} {verb}: give {them} `Query(description=...)`"
    markers = MARKERS

    plain: frozenset[str] = option(_PLAIN, "Names that say what they mean.")

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            if route.function in seen or not in_schema(file, route):
                continue
            seen.add(route.function)
            text = ast.get_docstring(route.function) or ""
            names = [
                each.name
                for each in file.parameters(route.function)
                if each.source == "query"
                and not each.is_model
                and each.name not in self.plain
                and not _is_in_path(route, each.name)
                and not any(key in each.settings for key in _DOCUMENTS)
                and not re.search(rf"\b{re.escape(each.name)}\b", text)
            ]
            if names:
                shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                several = len(names) > 1
                yield self.at(
                    _name(route.function),
                    route=route.spoken,
                    parameters=shown + more,
                    verb="mean" if several else "means",
                    them="them" if several else "it",
                )


def _name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Range:
    """The name of a function where it is defined."""
    column = function.col_offset + len("async def " if isinstance(function, ast.AsyncFunctionDef) else "def ")
    return Range(function.lineno, column, function.lineno, column + len(function.name.encode()))


def _is_in_path(route: Registered, name: str) -> bool:
    """Whether a prefix of the full path has the parameter; without that, none without a default is judged."""
    if route.rows:
        return any(re.search(rf"\{{{re.escape(name)}[:}}]", row.path) for row in route.rows)
    given = route.function.args
    positional = [*given.posonlyargs, *given.args]
    optional = [each.arg for each in positional[len(positional) - len(given.defaults) :]]
    optional += [
        each.arg for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is not None
    ]
    return name not in optional
