"""FAR067 engine-per-request."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class EnginePerRequest(Rule):
    """A route or a dependency makes an engine or a connection pool each time it is called.

    An engine is a pool of connections, meant to be made once for the process. One for each request connects anew each
    time, a handshake of several round trips, pools nothing, and leaves its connections open until the garbage collector
    comes: under load the database refuses further ones. Silent for engines that are kept, disposed of, made without a
    pool, or made of what the request gives.

    Bad:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()

        @app.get("/items")
        def items():
            engine = create_engine("postgresql://db/shop")
            with engine.connect() as connection:
                return connection.execute(text("SELECT name FROM items")).scalars().all()

    Good:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()
        engine = create_engine("postgresql://db/shop")

        @app.get("/items")
        def items():
            with engine.connect() as connection:
                return connection.execute(text("SELECT name FROM items")).scalars().all()
    """

    code = "FAR067"
    severity = Severity.BLOCKER
    cwe = 400
    message = "`{name}` is called for each request{chain}: a new pool, and connections that stay open; make it once"
    markers = (("@", "Depends"), ("fastapi", "starlette", "Depends"))

    def check(self, file: File) -> Iterator[Violation]:
        told: set[tuple[int, int]] = set()
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if not _serves(file, function):
                continue
            way = file.database.makes_engine(function)
            if not way or (way[0].line, len(way)) in told:
                continue
            told.add((way[0].line, len(way)))
            call = next((each for each in file.within(function, ast.Call) if each.lineno == way[0].line), function)
            names = [step.name.rpartition(".")[2] for step in way]
            chain = f" ({' → '.join(names)} {way[-1].path}:{way[-1].line})" if len(way) > 1 else ""
            related = tuple(Related(step.path, step.line, f"calls `{step.name}`") for step in way[1:])
            yield self.at(call, related=related, name=names[-1], chain=chain)


def _serves(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a route, a middleware or a dependency."""
    if function.decorator_list and file.registered_as(function) in ("route", "websocket", "middleware"):
        return True
    if not file.may_be_dependency(ast.Name(function.name, ast.Load())):
        return False
    if not all(
        file.is_named(each, "builtins.staticmethod", "builtins.classmethod") for each in function.decorator_list
    ):
        return False  # `@cache` makes one engine, others may
    definition = file.definition_at(function)
    return definition is not None and file.is_dependency(definition)
