from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...untrusted import told
from . import fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_SERVICE = re.compile(
    r"(?i)(?:(?:base|api|custom|endpoint|server|service|instance|deployment|workspace|node|peer|provider|host)_?ur[il]"
    r"|api_?base|endpoint|address|server)$"
)
"""Names under which people enter where their own provider, node or peer is."""
_FAR = 4
"""What is checked on a way through more calls than that is not always understood."""


class Ssrf(Rule):
    """The server requests a URL whose host a client chooses.

    The request comes from inside: it reaches databases, admin pages and the metadata service of the cloud, which
    hands out credentials. Compare the host with a fixed set, or resolve it and refuse private addresses, redirects
    included. A client's value behind a fixed host is not reported.

    Addresses of services that people enter on purpose (`base_url`, `endpoint`, `address`) are reported with the option
    `services`, and ways through more than four functions with the option `far`. What only administrators enter is a
    warning.

    Bad:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/preview")
        async def preview(url: str):
            async with httpx.AsyncClient() as client:
                return (await client.get(url)).text

    Good:

        from urllib.parse import urlparse

        import httpx
        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        HOSTS = {"images.example.org", "cdn.example.org"}

        @app.get("/preview")
        async def preview(url: str):
            if urlparse(url).hostname not in HOSTS:
                raise HTTPException(400, "host not allowed")
            async with httpx.AsyncClient() as client:
                return (await client.get(url)).text

    Exploit:

        $ curl -G http://localhost:8000/preview --data-urlencode "url=http://169.254.169.254/latest/meta-data/iam/"
    """

    code = "FAR034"
    severity = Severity.BLOCKER
    cwe = 918
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N"
    message = (
        "`{sink}` requests a URL from {input}{route}{chain}: the client reaches hosts behind the firewall, "
        "compare the host with a fixed set"
    )
    markers = (("def ",),)

    services: bool = option(
        False, "Report addresses of providers, nodes and peers that people enter (`base_url`), too: most are meant."
    )
    far: bool = option(
        False, "Report ways through more than four functions, too: checks on them are not always understood."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            if reached.calls > _FAR and not self.far:
                continue
            if _SERVICE.search(reached.name) and not self.services:
                continue
            yield told(
                self,
                reached,
                fix=fixes.known_host(file, reached),
                severity=Severity.WARNING if _SERVICE.search(reached.name) else None,
            )
