from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_REMOTE = frozenset("cloud database email http ldap llm mongo queue redis rpc search".split())
_CONNECTING = _REMOTE | {"dns", "socket", "ssh", "subprocess"}
_LOCAL = ("sqlite3.", "kubernetes.config.", "google.auth.default")
"""What these do needs a file at most."""


class UntestableGlobal(Rule):
    """Importing a module does work outside of the process: connects, sends a request, writes a file.

    Every test that imports the application needs the server to be there, a failure comes as an `ImportError` of
    something else, and the order of imports decides what happens when. A lifespan, or a function that is called when
    the value is needed first, does it where it can be replaced.

    Reported are other machines: requests, databases, queues and the like, also through the functions that the module
    calls; in modules that others import, and those that make the application. What a condition or a handler stands
    around is left alone. With `always`, also folders and files, programs, and scripts.

    Bad:

        import requests
        from fastapi import FastAPI

        app = FastAPI()
        RATES = requests.get("https://rates.example/today", timeout=5).json()

    Good:

        import functools

        import requests
        from fastapi import FastAPI

        app = FastAPI()

        @functools.cache
        def rates() -> dict[str, float]:
            return requests.get("https://rates.example/today", timeout=5).json()
    """

    code = "FAR215"
    severity = Severity.SUGGESTION
    message = "`{call}` runs when the module is imported{way}: do it in the lifespan, or when the value is first needed"

    always: bool = option(False, "Report work on this machine, and in scripts, too.")

    def check(self, file: File) -> Iterator[Violation]:
        remote = [each for each in file.done_at_import(_REMOTE) if not each.name.startswith(_LOCAL)]
        if remote and not self.always and not _is_part(file):
            return
        for work in remote:
            way = f" ({work.text})" if work.text else ""
            yield self.at(work.call, related=work.chain, call=_short(work.call), way=way)
        if not self.always:
            return
        told = {each.call for each in remote}
        for call in file.nodes(ast.Call):
            if call in told or file.function(call) is not None or file.under_main(call):
                continue
            if file.blocking_kind(call) in _CONNECTING or file.is_named(call.func, *file.group("file-writer")):
                yield self.at(call, call=_short(call), way="")


def _is_part(file: File) -> bool:
    """Whether the module is one of an application: others import it, or it makes the application itself."""
    return file.is_imported or any(
        file.function(each) is None and file.is_a(each.value, "fastapi.FastAPI") for each in file.nodes(ast.Assign)
    )


def _short(call: ast.expr) -> str:
    return f"{ast.unparse(call.func if isinstance(call, ast.Call) else call)}(...)"[:80]
