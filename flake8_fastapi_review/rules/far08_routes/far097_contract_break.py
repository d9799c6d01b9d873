from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ContractBreak(Rule):
    """A change breaks clients of the API.

    A route, method, parameter, response field or enum value that clients use is gone or has another name; a request
    needs more than before, or takes less; an answer may hold what it never held; the status or the required login is
    another one. The code is right on both sides, so no test of its own shows it: what breaks is deployed elsewhere.

    Only `fastapi-review review` tells, for it takes two sides. The routes and schemas of both are compared, whatever is
    known of both; models by what is in them, not by their names. What one model breaks in twenty routes is one finding.
    Routes with `include_in_schema=False` and `internal_paths` are no part of the contract. What was marked
    `deprecated=True` before it went is a warning.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            name: str

        @app.get("/books")
        def list_books(limit: int) -> list[Book]:
            return []

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel, computed_field

        app = FastAPI()

        class Book(BaseModel):
            name: str

            @computed_field(deprecated=True)
            @property
            def title(self) -> str:
                return self.name

        @app.get("/books")
        def list_books(limit: int = 50) -> list[Book]:
            return []

    Before:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            title: str

        @app.get("/books")
        def list_books() -> list[Book]:
            return []
    """

    code = "FAR097"
    severity = Severity.BLOCKER
    message = "{what}, which breaks {side}s: {remedy}"
    internal_paths: list[str] = option([], "Paths that are no part of the contract; `*` stands for anything.")

    def check(self, file: File) -> Iterator[Violation]:
        """Nothing: one side alone breaks nothing."""
        return iter(())
