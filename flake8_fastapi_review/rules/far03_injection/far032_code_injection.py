from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class CodeInjection(Rule):
    """Python code or the name of a module comes from a client and is run.

    `eval` and `exec` run anything with the rights of the service; taking builtins away stops nobody. `import_module`
    runs whatever a module does when it is imported. Parse literals by `ast.literal_eval`, and look names up in a
    dictionary.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/calculator")
        def calculate(formula: str):
            return {"result": eval(formula)}

    Good:

        import ast

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/calculator")
        def calculate(values: str):
            return {"result": sum(ast.literal_eval(values))}

    Exploit:

        $ curl -G http://localhost:8000/calculator --data-urlencode "formula=__import__('os').popen('id').read()"
        {"result":"uid=0(root) gid=0(root)"}
    """

    code = "FAR032"
    severity = Severity.BLOCKER
    cwe = 95
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "`{sink}` runs {input}{route}{chain} as code: the client takes over the service, "
        "look the name up in a fixed set or parse the value as data"
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
