from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CONNECTING = frozenset(
    "cloud database dns email http ldap llm mongo queue redis rpc search socket ssh subprocess".split()
)


class UntestableGlobal(Rule):
    """Importing a module does work outside of the process: connects, sends a request, writes a file.

    Every test that imports the application needs the server to be there, a failure comes as an `ImportError` of
    something else, and the order of imports decides what happens when. A lifespan, or a function that is called when
    the value is needed first, does it where it can be replaced. Off by default.

    Bad:

        import requests

        RATES = requests.get("https://rates.example/today", timeout=5).json()

    Good:

        import functools

        import requests

        @functools.cache
        def rates() -> dict[str, float]:
            return requests.get("https://rates.example/today", timeout=5).json()
    """

    code = "FAR215"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{call}` runs when the module is imported: do it in the lifespan, or when the value is first needed"

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if file.function(call) is not None or file.under_main(call):
                continue
            if file.blocking_kind(call) in _CONNECTING or file.is_named(call.func, *file.group("file-writer")):
                yield self.at(call, call=f"{ast.unparse(call.func)}(...)"[:80])
