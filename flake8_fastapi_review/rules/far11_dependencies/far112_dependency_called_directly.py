"""FAR112 dependency-called-directly."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class DependencyCalledDirectly(Rule):
    """A route calls a dependency itself instead of having it injected.

    Behind the `yield` of a dependency stands its cleanup. FastAPI runs that after the request; of a generator that a
    route made and dropped it runs when the garbage collector comes, or never: sessions stay open, transactions
    uncommitted. Called without its own dependencies, a function gets the `Depends(...)` objects in their place. And
    tests cannot override what is not injected.

    Bad:

        from fastapi import Depends, FastAPI

        app = FastAPI()

        def get_session():
            session = connect()
            yield session
            session.close()

        @app.get("/books")
        def list_books(session=Depends(get_session)):
            return session.books()

        @app.get("/authors")
        def list_authors():
            session = next(get_session())
            return session.authors()

    Good:

        from fastapi import Depends, FastAPI

        app = FastAPI()

        def get_session():
            session = connect()
            yield session
            session.close()

        @app.get("/authors")
        def list_authors(session=Depends(get_session)):
            return session.authors()
    """

    code = "FAR112"
    severity = Severity.WARNING
    message = "`{route}` calls the dependency `{name}` itself: {harm}; {remedy}"
    markers = (("@",), ("fastapi", "router", "app"))

    def check(self, file: File) -> Iterator[Violation]:
        told: set[ast.AST] = set()
        for route in file.routes:
            if route.function in told:
                continue
            told.add(route.function)
            for call in file.within(route.function, ast.Call):
                found = self._harm(file, call)
                if found is not None:
                    name = file.source(call.func)
                    harm, remedy = found
                    yield self.at(call, route=route.function.name, name=name, harm=harm, remedy=remedy.format(name))

    @staticmethod
    def _harm(file: File, call: ast.Call) -> tuple[str, str] | None:
        definition = file.definition_of(call.func) if file.may_be_dependency(call.func) else None
        if definition is None or definition.is_class:
            return None
        if definition.is_generator:
            if not file.is_bare_generator(definition) or not file.is_dependency(definition):
                return None
            return "nobody runs what stands behind its `yield`", "take it as a parameter, `Depends({})`"
        missing = file.unfilled(call)
        if missing and file.is_dependency(definition):
            return f"`{missing[0]}` is a marker object there instead of a value", "give one, or have `{}` injected"
        return None
