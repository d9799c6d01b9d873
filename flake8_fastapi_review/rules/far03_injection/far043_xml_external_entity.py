from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class XmlExternalEntity(Rule):
    """XML of a client is read by a parser that resolves entities.

    An entity can name a file or a URL, whose content then stands in the document, and nested entities grow to
    gigabytes. Use `defusedxml`, or a parser with `resolve_entities=False`. lxml resolves no external entities since
    version 5: what is not told to by `resolve_entities=True` is reported only if the project declares an older one.

    Bad:

        from fastapi import FastAPI, Request
        from lxml import etree

        app = FastAPI()

        @app.post("/orders")
        async def order(request: Request):
            document = etree.fromstring(await request.body(), etree.XMLParser(resolve_entities=True))
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
    cwe = 611
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = (
        "`{sink}` reads {input}{route}{chain} and resolves entities: the client reads files of the server, "
        "use `defusedxml`"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        version = file.version("lxml")
        older = version is not None and version < (5, 0)
        for reached in file.reached(self.code):
            if not (older if (resolves := _resolves(file, reached.node)) is None else resolves):
                continue
            yield told(self, reached)


def _resolves(file: File, node: ast.AST) -> bool | None:
    """What the parser that the call is given was told of entities; None when nothing."""
    call = node if isinstance(node, ast.Call) and file.argument(node, 1, "parser") is not None else None
    call = call or file.enclosing(node, ast.Call)
    parser = file.argument(call, 1, "parser") if call is not None else None
    for value in file.values(parser) if parser is not None else ():
        if isinstance(value, ast.Call):
            given = file.argument(value, -1, "resolve_entities")
            return None if given is None else file.value_of(given) is True
    return None if parser is None else False
