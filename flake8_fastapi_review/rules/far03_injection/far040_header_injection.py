from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class HeaderInjection(Rule):
    """A response header is put together from what a client sent.

    A quotation mark or semicolon adds parameters of the client's choice (`filename*=`), a line end adds headers where
    the server lets it through, and a character outside Latin-1 ends the response in an error. Quote the value, or let
    `FileResponse(filename=…)` do it.

    Bad:

        from fastapi import FastAPI, Response

        app = FastAPI()

        @app.get("/export")
        def export(title: str):
            return Response("…", headers={"Content-Disposition": f'attachment; filename="{title}.csv"'})

    Good:

        from urllib.parse import quote

        from fastapi import FastAPI, Response

        app = FastAPI()

        @app.get("/export")
        def export(title: str):
            return Response("…", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(title)}.csv"})

    Exploit:

        $ curl -i -G http://localhost:8000/export --data-urlencode 'title=invoice.exe"; x="'
        content-disposition: attachment; filename="invoice.exe"; x=".csv"
    """

    code = "FAR040"
    severity = Severity.WARNING
    cwe = 113
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    message = (
        "a header of `{sink}` holds {input}{route}{chain} unquoted: the client can change or break it, "
        "encode it by `urllib.parse.quote`"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(self, reached)
