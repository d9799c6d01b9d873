from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class TemplateInjection(Rule):
    """The source of a template is put together from what a client sent.

    Template languages reach Python: an expression in the value is evaluated on the server and can run programs.
    Values belong into the context, not into the source.

    Bad:

        from fastapi import FastAPI
        from jinja2 import Template

        app = FastAPI()

        @app.get("/greeting")
        def greeting(name: str):
            return {"text": Template(f"Hello {name}!").render()}

    Good:

        from fastapi import FastAPI
        from jinja2 import Template

        app = FastAPI()
        GREETING = Template("Hello {{ name }}!")

        @app.get("/greeting")
        def greeting(name: str):
            return {"text": GREETING.render(name=name)}

    Exploit:

        $ curl -G http://localhost:8000/greeting --data-urlencode "name={{
        cycler.__init__.__globals__.os.popen('id').read() }}"
    """

    code = "FAR037"
    severity = Severity.BLOCKER
    cwe = 1336
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "the template for `{sink}` is built with {input}{route}{chain}: the client can run code, "
        "pass the value as context"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(self, reached)
