from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class XmlExternalEntity(Rule):
    """XML of a client is read by a parser that resolves entities.

    An entity can name a file or a URL, whose content then stands in the document, and nested entities grow to
    gigabytes. Use `defusedxml`, or a parser with `resolve_entities=False`. Off by default: lxml resolves no external
    entities since version 5, and which version is used is not looked at yet.

    Bad:

        from fastapi import FastAPI, Request
        from lxml import etree

        app = FastAPI()

        @app.post("/orders")
        async def order(request: Request):
            document = etree.fromstring(await request.body())
            return {"customer": document.findtext("customer")}

    Good:

        from defusedxml.ElementTree import fromstring
        from fastapi import FastAPI, Request

        app = FastAPI()

        @app.post("/orders")
        async def order(request: Request):
            document = fromstring(await request.body())
            return {"customer": document.findtext("customer")}

    Exploit:

        $ curl http://localhost:8000/orders -d '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><o><customer>&x;</customer></o>'
    """

    code = "FAR043"
    severity = Severity.BLOCKER
    default = Default.OFF
    cwe = 611
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = (
        "`{sink}` reads {input}{route}{chain} and resolves entities: the client reads files of the server, "
        "use `defusedxml`"
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
