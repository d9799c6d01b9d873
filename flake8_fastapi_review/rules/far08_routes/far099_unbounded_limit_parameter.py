from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...edits import argument
from ...rule import Edit, Fix, Range, Rule, Severity
from ...shapes import named_parameters
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


_ALL = re.compile(
    r"(?i)\b(?:0|zero|-1|none)\b\W{0,3}(?:(?:for|means?|is|=|returns?)\W{0,3})+(?:all|no limit|unlimited|everything)\b"
)
"""It is said that everything can be asked for."""
_MOST = 100
_QUERY = ("fastapi.Query", "fastapi.param_functions.Query", "fastapi.params.Query")


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
        nodes = {each.arg: each for each in named_parameters(arguments)}
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
            said = (str(each.settings.get("description", "")), ast.get_docstring(function) or "")
            if any(_ALL.search(text) for text in said):
                continue
            if _is_used(file, function, each.name):
                fix = _bounded(file, nodes[each.name], arguments)
                yield self.at(nodes[each.name], fix=fix, name=each.name, route=route)


def _bounded(file: File, parameter: ast.arg, arguments: ast.arguments) -> Fix | None:
    """Unsafe: who asks for more than a hundred, or than is given by default, is refused."""
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(named[len(named) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    default = next((given for each, given in pairs if each is parameter), None)
    stated = [default, *_metadata(parameter)]
    query = next((each for each in stated if isinstance(each, ast.Call) and file.is_named(each.func, *_QUERY)), None)
    asked = default
    if query is not None and query is default:
        asked = file.argument(query, 0, "default")
    known = file.value_of(asked) if asked is not None else None
    most = max(_MOST, known) if isinstance(known, int) else _MOST
    if query is not None:
        edit = argument(file, query, f"le={most}")
        return Fix(f"Allow {most} at most", (edit,)) if edit is not None else None
    if default is None or not isinstance(known, int) or not isinstance(parameter.annotation, ast.Name):
        return None
    query_name = file.import_from("fastapi", "Query", parameter)
    if query_name is None:
        return None
    name, imports = query_name
    return Fix(
        f"Allow {most} at most", (*imports, Edit(Range.of(default), f"{name}({file.source(default)}, le={most})"))
    )


def _metadata(parameter: ast.arg) -> list[ast.expr]:
    match parameter.annotation:
        case ast.Subscript(slice=ast.Tuple(elts=[_, *metadata])):
            return metadata
    return []


def _is_used(file: File, function: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in file.within(function, ast.Name))
