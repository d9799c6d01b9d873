from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING, Any

from ...rule import Rule, Severity
from ...shapes import named_parameters
from .registration import MARKERS, place, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PARAMETER = re.compile(r"\{([a-zA-Z_]\w*)(?::(\w+))?\}")
_UNWANTED = re.compile(r"^_|^(ignored?|unused|rest|rest_of_path|full_path|path|catch_?all|catchall|any)$")
"""Parameters that stand in a path so that it matches, not to be read."""


class PathParameterMismatch(Rule):
    """The path of a route and the parameters of its function do not fit each other.

    A `{placeholder}` that no parameter takes is thrown away: whatever the client asks for, the route answers the same.
    Often the parameter is there under another name, and FastAPI asks for it in the query string instead. The other way
    round, a parameter declared by `Path()` that no path has makes every request fail with 422.

    The parameters of all dependencies count, those of the router and of the application included. Where one of them is
    not known, or where the code reads the path from the request itself, nothing is said.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(id: int) -> int:
            return id

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books/{book_id}")
        def read_book(book_id: int) -> int:
            return book_id
    """

    code = "FAR086"
    severity = Severity.BLOCKER
    message = "{defect}; {remedy}"
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in file.endpoints:
            rows = [row for row in endpoint.rows if row.kind == "route" and row.placed]
            if len(rows) < len(endpoint.rows):
                continue
            told: set[str] = set()
            for row in rows:
                if "{" not in row.own_path:
                    continue
                found = file.inputs(row)
                if not found.complete or found.reads_request:
                    continue
                taken = {each.name for each in found.taken}
                for name, convertor in _PARAMETER.findall(row.own_path):
                    if name in taken or name in told or convertor == "path" or _UNWANTED.match(name):
                        continue
                    told.add(name)
                    where = place(file, row)
                    if where is not None:
                        route = f"{row.method} {shown(row.path)}"
                        taker = row.endpoint_qualname
                        defect = f"`{name}` of `{route}` is taken neither by `{taker}` nor by its dependencies"
                        yield self.at(where, defect=defect, remedy=_remedy(name, row, found.taken))
            yield from self._declared(file, endpoint.function, rows)

    def _declared(self, file: File, function: ast.AST, rows: list[Any]) -> Iterator[Violation]:
        """Parameters of the function itself that are declared by `Path()` and that none of its paths has."""
        names = {name for row in rows for name in re.findall(r"\{([^}:]+)", row.path)}
        if not rows or "Path(" not in file.text:
            return
        for each in file.inputs(rows[0]).taken:
            if each.marker != "Path" or each.name in names or each.path != file.path:
                continue
            arguments = getattr(function, "args", None)
            own = named_parameters(arguments) if arguments is not None else []
            where = next((arg for arg in own if (arg.arg, arg.lineno) == (each.variable, each.line)), None)
            if where is not None:
                route = f"{rows[0].method} {shown(rows[0].path)}"
                defect = (
                    f"`{each.name}` is declared by `Path()`, but `{route}` has no such placeholder: every request fails"
                )
                yield self.at(where, defect=defect, remedy="put it into the path, or take it from the query")


def _remedy(name: str, row: Any, taken: tuple[Any, ...]) -> str:
    """A parameter that looks as if it was meant."""
    others = [each.variable for each in taken if each.marker in (None, "Query") and f"{{{each.name}}}" not in row.path]
    near = difflib.get_close_matches(name, others, 1, 0.6)
    if not near:
        near = [other for other in others if name.endswith(f"_{other}") or other.endswith(f"_{name}")][:1]
    if near:
        return f"`{near[0]}` is read from the query instead: give both the same name"
    return "take it, or leave it out of the path"
