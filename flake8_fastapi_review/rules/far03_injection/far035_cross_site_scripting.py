from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class CrossSiteScripting(Rule):
    """HTML is put together from what a client sent, without escaping.

    A link with a script in it runs in the browser of whoever follows it, with the session of that user. Use a
    template with autoescape, or `html.escape`.

    Bad:

        from fastapi import FastAPI
        from fastapi.responses import HTMLResponse

        app = FastAPI()

        @app.get("/hello")
        def hello(name: str):
            return HTMLResponse(f"<h1>Hello {name}</h1>")

    Good:

        from html import escape

        from fastapi import FastAPI
        from fastapi.responses import HTMLResponse

        app = FastAPI()

        @app.get("/hello")
        def hello(name: str):
            return HTMLResponse(f"<h1>Hello {escape(name)}</h1>")

    Exploit:

        $ curl -G http://localhost:8000/hello --data-urlencode "name=<script>alert(document.cookie)</script>"
        <h1>Hello <script>alert(document.cookie)</script></h1>
    """

    code = "FAR035"
    severity = Severity.BLOCKER
    cwe = 79
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    message = (
        "`{sink}` sends HTML with {input}{route}{chain}: a link can run scripts in the reader's session, "
        "escape it or use a template"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield self.at(
                reached.node,
                related=reached.related,
                exploit=reached.exploit,
                sink=reached.sink,
                input=reached.input,
                route=reached.route,
                chain=reached.chain,
            )
