from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class OpenRedirect(Rule):
    """A redirect leads where a client says.

    A link to the trusted host ends on a page of the attacker that looks like it: phishing, and tokens that are sent
    along. Allow paths of the own site, or hosts of a fixed set.

    Bad:

        from fastapi import FastAPI
        from fastapi.responses import RedirectResponse

        app = FastAPI()

        @app.get("/login/done")
        def done(next: str):
            return RedirectResponse(next)

    Good:

        from fastapi import FastAPI, HTTPException
        from fastapi.responses import RedirectResponse

        app = FastAPI()
        PAGES = {"/", "/orders", "/profile"}

        @app.get("/login/done")
        def done(next: str):
            if next not in PAGES:
                raise HTTPException(400, "unknown page")
            return RedirectResponse(next)

    Exploit:

        $ curl -i "http://localhost:8000/login/done?next=https://attacker.example/"
        location: https://attacker.example/
    """

    code = "FAR038"
    severity = Severity.WARNING
    cwe = 601
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    message = (
        "`{sink}` leads to {input}{route}{chain}: links to this host can end on another one, "
        "allow paths of this site only"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(self, reached)
