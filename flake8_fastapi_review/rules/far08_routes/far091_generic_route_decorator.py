from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from .edits import removal
from .registration import keyword

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_VERBS = frozenset("GET PUT POST DELETE OPTIONS HEAD PATCH TRACE".split())
_GENERIC = ("fastapi.FastAPI.api_route", "fastapi.APIRouter.api_route")
_APPLICATIONS = ("fastapi.FastAPI", "fastapi.APIRouter")


class GenericRouteDecorator(Rule):
    """A route is registered by `api_route` with one method, or by Starlette's `route`.

    `@app.get("/books")` says at a glance what `@app.api_route("/books", methods=["GET"])` hides at its end. Starlette's
    `@app.route` is no route of the API at all: no parameters, no validation, no dependencies, not even those of the
    router, no place in the schema. A docstring that names `api_route` says why.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.api_route("/books", methods=["GET"])
        def list_books() -> list[str]:
            return ["Notes"]

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/books")
        def list_books() -> list[str]:
            return ["Notes"]
    """

    code = "FAR091"
    severity = Severity.SUGGESTION
    message = "`{given}` {harm}: {remedy}"
    markers = (("fastapi",), (".api_route(", ".route("))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for call in function.decorator_list:
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                    continue
                if call.func.attr == "api_route" and file.is_named(call.func, *_GENERIC):
                    if "api_route" in (ast.get_docstring(function) or ""):
                        continue  # the author says why
                    yield from self._generic(file, call, call.func)
                elif (
                    call.func.attr == "route"
                    and file.is_a(call.func.value, *_APPLICATIONS)
                    and file.definition_of(call.func) is None
                ):
                    yield self.at(
                        call,
                        given=ast.unparse(call.func),
                        harm="registers a plain Starlette route, without validation, dependencies and schema",
                        remedy="use the decorator of its method, such as `get`",
                    )

    def _generic(self, file: File, call: ast.Call, callee: ast.Attribute) -> Iterator[Violation]:
        given = keyword(call, "methods")
        if isinstance(given, (ast.List, ast.Tuple, ast.Set)):
            methods = [file.value_of(each) for each in given.elts]
        else:
            return
        if len(methods) != 1 or str(methods[0]).upper() not in _VERBS:
            return
        verb = str(methods[0]).lower()
        edit = removal(file, call, next(each for each in call.keywords if each.arg == "methods"))
        end = Range.of(callee)
        name = Range(end.end_line, end.end_column - len("api_route"), end.end_line, end.end_column)
        fix = Fix(f"Use `{verb}`", (Edit(name, verb), edit), Applicability.SAFE) if edit is not None else None
        short = ast.unparse(callee.value)
        yield self.at(
            call,
            given=f"{short}.api_route(..., methods={ast.unparse(given)})",
            harm=f"is `{short}.{verb}(...)`",
            remedy="say so",
            fix=fix,
        )
