from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told
from . import fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MEANT = re.compile(r"(?i)(?:^|_)(?:pattern|regexp?|expression)$")
"""Names under which administrators enter a rule for others, which has to be a pattern."""


class RegexInjection(Rule):
    """A regular expression is compiled from what a client sent.

    Some expressions take exponential time on short texts; one request then holds a processor for hours. Escape the
    text by `re.escape`, or search for it without an expression.

    It also happens when an expression of the project surely backtracks, such as `^(\\w+\\s?)+$`: a repetition
    of a repetition. Those in Pydantic's `pattern=` do not, for its engine takes linear time.

    Bad:

        import re

        from fastapi import FastAPI

        app = FastAPI()
        TITLES = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"]

        @app.get("/books")
        def search(pattern: str):
            return [title for title in TITLES if re.search(pattern, title)]

    Good:

        import re

        from fastapi import FastAPI

        app = FastAPI()
        TITLES = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"]

        @app.get("/books")
        def search(text: str):
            return [title for title in TITLES if re.search(re.escape(text), title)]

    Exploit:

        $ curl -G http://localhost:8000/books --data-urlencode "pattern=(a+)+$"
    """

    code = "FAR042"
    severity = Severity.WARNING
    cwe = 1333
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
    message = "`{sink}` takes {input}{route}{chain} {how}: one request can hold a processor for hours, {remedy}"
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            if reached.administrators and _MEANT.search(reached.name):
                continue
            yield told(
                self,
                reached,
                fix=fixes.wrapped(file, reached, "re.escape") if reached.kind == "regex" else None,
                how="for a pattern that backtracks" if reached.kind == "backtracking" else "as a pattern",
                remedy="repeat no repetition in it" if reached.kind == "backtracking" else "escape it by `re.escape`",
            )
