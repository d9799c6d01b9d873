from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...untrusted import told
from . import fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Reached
    from ...file import File
    from ...rule import Violation


_FOLDER = re.compile(
    r"(?i)(?:^|_)(?:dirs?|director(?:y|ies)|folders?|cwd|root|workspace|output|dest(?:ination)?|repo(?:sitory)?)"
    r"(?:_?path)?$|^(?:base|project|work(?:ing)?|target)_?path$"
)
_PATH = re.compile(r"(?i)(?:^|_)paths?$")
"""Names under which people enter where their own folders and files are: all of a path, not a name in a folder."""
_ENTERED = frozenset(("query", "body", "form", "message"))
"""Where they enter it; the path of a URL names what the service has."""
_ON_FOLDERS = ("iterdir", "mkdir", "makedirs", "listdir", "scandir", "walk", "glob", "rglob")
_HANDED_OUT = ("FileResponse", "send_file")
"""What sends the file to whoever asks, so that any of the server's is read."""
_KNOWN = ("L", "H")
_FAR = 4
"""What is checked on a way through more calls than that is not always understood."""
_BELOW = "the client chooses the file, resolve it and check that it lies below its folder"
_BESIDE = "a folder beside the one that its text is compared with begins like it, use `is_relative_to`"


class PathTraversal(Rule):
    """A request chooses which file is opened, sent, written or removed.

    `..` in a name leads out of the folder that was meant, and an absolute path replaces it altogether: `base /
    "/etc/passwd"` is `/etc/passwd`. Whether the file exists, or how its name ends, is no protection. Resolve the path
    and compare it with the folder, or take the last part of the name only. A plain `{name}` in a route's path holds
    no slash and is not reported where a file is meant; `{name:path}` is.

    A path that people enter as a whole, under a name for that (`output_folder`, `cwd`, `path` after a login), is
    reported with the option `chosen` only, unless the file is sent back; ways through more than four functions with the
    option `far`. Where the text of a path is compared with a folder's, one beside it passes, too: a warning.

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
    message = "`{sink}` gets a path with {input}{route}{chain}: {harm}"
    markers = (("def ",),)

    chosen: bool = option(
        False, "Report paths that people enter as a whole (`path`, `output_folder`, `cwd`), too: most are meant."
    )
    far: bool = option(
        False, "Report ways through more than four functions, too: checks on them are not always understood."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            if (reached.calls > _FAR and not self.far) or (_is_chosen(reached) and not self.chosen):
                continue
            yield told(
                self,
                reached,
                fix=fixes.resolved(file, reached),
                severity=Severity.WARNING if reached.is_beside or reached.calls > _FAR else None,
                harm=_BESIDE if reached.is_beside else _BELOW,
            )


def _is_chosen(reached: Reached) -> bool:
    """Whether the client says all of a path, under a name for that: an application for people's own files is meant to
    go where they say. What it sends back to whoever asks is another matter."""
    if not reached.is_whole or reached.source not in _ENTERED or reached.sink.endswith(_HANDED_OUT):
        return False
    if _FOLDER.search(reached.name):
        return True
    # Files by their paths are for those who are known: whoever else reads or writes any of them was not meant.
    return bool(_PATH.search(reached.name)) and (reached.sink.endswith(_ON_FOLDERS) or reached.privileges in _KNOWN)
