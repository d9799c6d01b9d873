from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told
from . import fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


_FAR = 4
"""What is checked on a way through more calls than that is not always understood."""


class PathTraversal(Rule):
    """A request chooses which file is opened, sent, written or removed.

    `..` in a name leads out of the folder that was meant, and an absolute path replaces it altogether: `base /
    "/etc/passwd"` is `/etc/passwd`. Whether the file exists, or how its name ends, is no protection. Resolve the path
    and compare it with the folder, or take the last part of the name only. A plain `{name}` in a route's path holds
    no slash and is not reported where a file is meant; `{name:path}` is.

    Bad:

        from pathlib import Path

        from fastapi import FastAPI
        from fastapi.responses import FileResponse

        app = FastAPI()
        BASE = Path("/srv/files")

        @app.get("/files/{name:path}")
        def download(name: str):
            return FileResponse(BASE / name)

    Good:

        from pathlib import Path

        from fastapi import FastAPI, HTTPException
        from fastapi.responses import FileResponse

        app = FastAPI()
        BASE = Path("/srv/files")

        @app.get("/files/{name:path}")
        def download(name: str):
            path = (BASE / name).resolve()
            if not path.is_relative_to(BASE):
                raise HTTPException(404, "no such file")
            return FileResponse(path)

    Exploit:

        $ curl --path-as-is http://localhost:8000/files/../../etc/passwd
        root:x:0:0:root:/root:/bin/bash
    """

    code = "FAR033"
    severity = Severity.BLOCKER
    cwe = 22
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N"
    message = (
        "`{sink}` gets a path with {input}{route}{chain}: the client chooses the file, "
        "resolve it and check that it lies below its folder"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(
                self,
                reached,
                fix=fixes.resolved(file, reached),
                severity=Severity.WARNING if reached.calls > _FAR else None,
            )
