from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import last_name
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WRITES = frozenset({"dump", "save", "write", "write_bytes", "savez", "to_pickle"})
_CHECKS = re.compile(r"(?i)verif|signature|digest|sha256|hmac|checksum")


class UnsafeDeserialization(Rule):
    """Data of a client is read by a loader that runs code.

    Pickle and its relatives call whatever the data name, before the value is looked at. Use JSON, or a format with a
    schema; `yaml.safe_load`, `torch.load(…, weights_only=True)`.

    With the option `files`, a file that the application loads so is a warning, for whoever can write it runs code in
    the service. Files that the same function writes, or whose digest or signature it checks, are not.

    Bad:

        import base64
        import pickle

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/jobs")
        def submit(job: str):
            return {"job": repr(pickle.loads(base64.b64decode(job)))}

    Good:

        import json

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/jobs")
        def submit(job: str):
            return {"job": json.loads(job)}

    Exploit:

        $ python -c 'import base64, os, pickle
        class Job:
            def __reduce__(self): return os.system, ("id",)
        print(base64.b64encode(pickle.dumps(Job())).decode())'
    """

    code = "FAR036"
    severity = Severity.BLOCKER
    cwe = 502
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = "`{sink}` loads {what}: the data can run code, use JSON or another format without code"
    markers = (("def ",),)

    files: bool = option(False, "Report files that are loaded so, too; whoever can write one runs code in the service.")

    def check(self, file: File) -> Iterator[Violation]:
        known: set[tuple[str, int]] = set()
        for reached in file.reached(self.code):
            yield told(
                self,
                reached,
                what=f"{reached.input}{reached.route}{reached.chain}",
            )
            known.update((step.path, step.line) for step in reached.related[-1:])
        if not self.files:
            return
        for call, given, name in file.sink_calls("pickle"):
            function = file.function(call)
            if (file.path, given.lineno) in known or function is None or file.registered_as(function) is not None:
                continue
            if _is_file(file, given, name) and not _is_own(file, call):
                yield self.at(call, severity=Severity.WARNING, sink=_short(name), what="a file that others may write")


def _short(name: str) -> str:
    return name.rpartition("._")[2] if "._" in name else name


def _is_file(file: File, given: ast.expr, name: str) -> bool:
    """Whether the data stand in a file: what takes a path or an open file, or is given what was read of one."""
    if name.rpartition(".")[2] not in ("loads", "decode", "unsafe_load", "unsafe_load_all", "load_all"):
        return file.value_of(given) is file.UNKNOWN and not _is_in_memory(file, given)
    return any(
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and (
            value.func.attr == "read_bytes"
            or (value.func.attr == "read" and bool(file.is_a(value.func.value, "io.IOBase")))
        )
        for value in file.values(given)
    )


def _is_in_memory(file: File, given: ast.expr) -> bool:
    return file.is_a(given, "io.BytesIO", "io.StringIO") is True


def _is_own(file: File, call: ast.Call) -> bool:
    """Whether the function has written the file itself, or looks at a signature or digest of it first."""
    function = file.function(call)
    place = function if function is not None else file.tree
    for other in file.within(place, ast.Call):
        leaf = last_name(other.func)
        if leaf in _WRITES or _CHECKS.search(leaf):
            return True
    return False
