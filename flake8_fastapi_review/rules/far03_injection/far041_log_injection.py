from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class LogInjection(Rule):
    """A log line holds a text of a client as it came.

    A line end in it begins a new line that looks like any other: entries can be forged, and what reads the log is
    misled. Write it by `%r` or as a field of a structured log. What is logged at the level `debug` is left alone.

    Bad:

        import logging

        from fastapi import FastAPI

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.get("/books")
        def search(title: str):
            logger.info("search for %s", title)

    Good:

        import logging

        from fastapi import FastAPI

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.get("/books")
        def search(title: str):
            logger.info("search for %r", title)

    Exploit:

        $ curl "http://localhost:8000/books?title=x%0aINFO+login+of+admin+succeeded"
    """

    code = "FAR041"
    severity = Severity.SUGGESTION
    default = Default.OFF
    cwe = 117
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:L/A:N"
    message = "`{sink}` writes {input}{route}{chain} as it came: line ends forge entries, write it by `%r`"
    markers = (("def ",),)

    debug: bool = option(False, "Also report what is only logged at the level `debug`.")

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            if reached.sink.endswith("debug") and not self.debug:
                continue
            yield told(self, reached)
