"""FAR111 depends-called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class DependsCalled(Rule):
    """`Depends(f())` is given what the function returns instead of the function.

    `f` runs once, when the module is imported, and what it returned is what FastAPI tries to call for each request: a
    generator, a coroutine or a session cannot be called, and the application does not start. A function that returns
    a dependency (`Depends(require_role("admin"))`) is called rightly.

    Bad:

        from fastapi import Depends, FastAPI

        app = FastAPI()

        def get_session():
            yield object()

        @app.get("/books")
        def list_books(session=Depends(get_session())):
            return session.books()

    Good:

        from fastapi import Depends, FastAPI

        app = FastAPI()

        def get_session():
            yield object()

        @app.get("/books")
        def list_books(session=Depends(get_session)):
            return session.books()
    """

    code = "FAR111"
    severity = Severity.BLOCKER
    message = "`{marker}({given})` injects {what}, which cannot be called: give the function itself{instead}"
    markers = (("Depends", "Security"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to("fastapi.Depends", "fastapi.Security"):
            given = file.argument(call, 0, "dependency")
            if given is None or isinstance(given, (ast.Constant, ast.Lambda)):
                continue
            what = file.uncallable(given)
            if what is None:
                continue
            made = next((value for value in file.values(given) if isinstance(value, ast.Call)), None)
            if made is None:
                continue
            function = file.source(made.func)
            marker = file.source(call.func)
            fix = None
            if made is given and not made.args and not made.keywords:
                start, end = Range.of(made.func), Range.of(made)
                fix = Fix(
                    "Inject the function",
                    (Edit(Range(start.end_line, start.end_column, end.end_line, end.end_column), ""),),
                )
            instead = (
                f", `{marker}({function})`"
                if not made.args and not made.keywords
                else ", or one that returns a function"
            )
            yield self.at(
                given, fix=fix, marker=marker, given=" ".join(file.source(given).split()), what=what, instead=instead
            )
