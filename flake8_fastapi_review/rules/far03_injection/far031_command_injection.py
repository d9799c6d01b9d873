from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_COMMAND = re.compile(r"(?i)^(?:(?:shell_?|bash_?)?(?:commands?|cmds?|cmd_?line|command_?line)|script|shell)$")
"""Names of what a route takes that exists to run commands: a terminal, a sandbox."""


class CommandInjection(Rule):
    """A command line is put together from what a client sent, or the client chooses the program.

    A shell takes `;`, `|`, `$(…)` and line ends in the value as its own language and runs what follows. Give the
    program and its arguments as a list, without a shell; `shlex.quote` helps where a shell can't be avoided.

    A route that takes a `command` exists to run it: a terminal, a sandbox. It is reported where nobody has to log in
    for it, and else with the option `terminals`.

    Bad:

        import subprocess

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/thumbnails")
        def thumbnail(name: str):
            subprocess.run(f"convert uploads/{name} -resize 100x thumbnails/{name}", shell=True, check=True)

    Good:

        import subprocess

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/thumbnails")
        def thumbnail(name: str):
            subprocess.run(["convert", f"uploads/{name}", "-resize", "100x", f"thumbnails/{name}"], check=True)

    Exploit:

        $ curl -X POST "http://localhost:8000/thumbnails?name=x;id>/tmp/owned;"
    """

    code = "FAR031"
    severity = Severity.BLOCKER
    cwe = 78
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "`{sink}` runs a command with {input}{route}{chain}: the client can run programs of its own, "
        "pass a list of arguments and no shell"
    )
    markers = (("def ",),)

    terminals: bool = option(
        False, "Report routes that exist to run a `command`, too, where one has to log in for them."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            if self.terminals or reached.privileges == "N" or not _COMMAND.search(reached.name):
                yield told(self, reached)
