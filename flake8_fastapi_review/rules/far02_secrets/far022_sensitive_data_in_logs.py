from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .exposure import exposed
from .models import credential_field
from .targets import leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WRAPPER = re.compile(r"log_(?:debug|info|warning|warn|error|critical|exception)")
"""Functions of projects that log what they are given."""
_STAND_INS = re.compile(r"(?i)mock|console|dummy|fake|stub|debug|demo")
"""Classes that print instead of sending, for developers."""
_NOT_MESSAGE = frozenset(("exc_info", "stack_info", "stacklevel", "file", "sep", "end", "flush"))


class SensitiveDataInLogs(Rule):
    """A password, a token or other secret is written to the log.

    Logs are copied to aggregators, tickets and laptops and are read by many more people than may know the secret, and
    they are kept for years. That somebody logged in is worth a line; what they typed is not.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def login(username: str, password: str) -> None:
            logger.info("login of %s with %s", username, password)

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def login(username: str, password: str) -> None:
            logger.info("login of %s, password given: %s", username, bool(password))

    Exploit:

        $ grep -rhoE "login of [^ ]+ with .+" /var/log/shop/
        login of ada@example.org with correct-horse-battery
    """

    code = "FAR022"
    severity = Severity.BLOCKER
    cwe = 532
    cvss = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"
    message = "`{what}` is written to {sink}, whose readers then have the {kind}: log an id, its presence or a mask"
    markers = (("log", "print"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            sink = self._sink(file, call)
            if sink is None or not (call.args or call.keywords):
                continue
            owner = file.enclosing(call, ast.ClassDef)
            if owner is not None and _STAND_INS.search(owner.name):
                continue
            for node, what, kind in self._shown(file, call):
                yield self.at(node, what=what, sink=sink, kind=kind)

    def _sink(self, file: File, call: ast.Call) -> str | None:
        """What the call writes to, if it writes."""
        match call.func:
            case ast.Name(id="print") if file.resolved(call) in ("builtins.print", "rich.print"):
                return "the output"
            case ast.Name(id=name) if _WRAPPER.fullmatch(name) and file.definition_of(call.func):
                return "the log"
            case ast.Attribute() if file.logging_call(call):
                return "the log"
        return None

    def _shown(self, file: File, call: ast.Call) -> Iterator[tuple[ast.expr, str, str]]:
        seen = set()
        arguments = [*call.args, *(k.value for k in call.keywords if k.arg not in _NOT_MESSAGE)]
        for argument in arguments:
            for found in exposed(file, argument):
                if found.what not in seen:
                    seen.add(found.what)
                    yield found
            for part, field in credential_field(file, argument):
                yield part, f"{leaf(part)}.{field}", f"{field} in it"
