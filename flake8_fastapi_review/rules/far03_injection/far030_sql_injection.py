from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_STATEMENT = re.compile(r"(?i)^(?:raw_?)?(?:sql(?:_?(?:query|text|statement|code))?|queries|query|statements?)$")
"""Names of what a console for SQL takes."""


class SqlInjection(Rule):
    """SQL text is put together from what a client sent.

    A quotation mark in the value ends the literal, and the rest is executed: the client reads other tables, changes
    them, or drops them. Hand the value over as a parameter; the name of a column or table can't be one, look it up in
    a fixed set.

    A route that takes a whole statement, under a name for that (`sql`, `query`), is a console. It is reported where
    nobody has to log in for it, and else with the option `consoles`.

    Bad:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()
        engine = create_engine("postgresql://localhost/shop")

        @app.get("/books")
        def search(title: str):
            with engine.connect() as connection:
                return connection.execute(text(f"SELECT * FROM books WHERE title = '{title}'")).mappings().all()

    Good:

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()
        engine = create_engine("postgresql://localhost/shop")

        @app.get("/books")
        def search(title: str):
            with engine.connect() as connection:
                query = text("SELECT * FROM books WHERE title = :title")
                return connection.execute(query, {"title": title}).mappings().all()

    Exploit:

        $ curl -G http://localhost:8000/books --data-urlencode "title=x' UNION SELECT name, password FROM users --"
    """

    code = "FAR030"
    severity = Severity.BLOCKER
    cwe = 89
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "SQL text for `{sink}` is built with {input}{route}{chain}: the client can run statements of its own, "
        "pass the value as a bound parameter"
    )
    markers = (("def ",),)

    consoles: bool = option(
        False, "Report routes that take a whole statement (`sql`), too, where one has to log in for them."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            is_console = reached.is_whole and _STATEMENT.search(reached.name) is not None
            if self.consoles or reached.privileges == "N" or not is_console:
                yield told(self, reached)
