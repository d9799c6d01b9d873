"""How a finding is told: the input as the client knows it, the route, the way, and a request that shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...records import NamedTuple
from ...regex import regex
from ..application.authentication import OPEN, PROTECTED
from .example import parameter, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..application import Application
    from ..application.authentication import Authentication
    from ..application.rows import RouteRow
    from ..requests import Requests
    from .engine import Finding

NONE, LOW, HIGH = "N", "L", "H"
"""The privileges required of CVSS v3.1 (specification, table 3)."""
_KINDS = {
    "path": "path parameter",
    "query": "query parameter",
    "header": "header",
    "cookie": "cookie",
    "body": "the body's",
    "form": "form field",
    "file": "upload",
    "url": "URL",
    "message": "message",
}
_ANONYMOUS = {
    "path": "the path parameters",
    "query": "the query",
    "header": "the headers",
    "cookie": "the cookies",
    "body": "the body",
    "form": "the form",
    "url": "the URL",
    "message": "a message",
}
_ADMINISTRATORS = regex(r"(?:^|_)(?:(?:super|sys)?_?admin(?:istrator)?s?|super_?users?|staff|root)(?:_|$)")
_OTHERS = regex(r"(?:^|_)(?:or|if|optional|maybe|org|organi[sz]ation|team|project|workspace|tenant)(?:_|$)")
"""`require_admin_or_owner`, `get_org_admin`: there are many of them."""
_CAPITAL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_TEXTS = frozenset({"path", "query", "header", "cookie", "form"})
_MOST = 4
"""More steps than this are not told in a message; they stand in the related places."""


class Told(NamedTuple):
    """The words for a finding."""

    input: str
    """"path parameter `name`", "the body's `user.name`"."""
    route: str
    """"GET /files/{name}"; empty when no route is known."""
    sink: str
    """The function as it is usually written: `open`, `session.execute`."""
    chain: str
    """" through load → read files.py:12"; empty when the sink is in the same function."""
    example: str
    """A request that shows it, as a command; empty when no route is known."""
    administrators: bool
    """Nobody else gets to it: a dependency that refuses the others is named after them."""
    privileges: str
    """What whoever sends the input has to have, see Violation.privileges."""


def told(finding: Finding, authentication: Authentication, requests: Requests) -> Told:
    """The words for a finding. The applications are only assembled for it, because findings are few."""
    rows = _rows(finding, authentication.application)
    row = rows[0] if rows else None
    needed = privileges(rows, authentication)
    return Told(
        _input(finding),
        f"{row.method} {row.path}" if row is not None else "",
        short(finding.sink),
        _chain(finding),
        request(finding, row, requests) if row is not None else "",
        needed == HIGH,
        # Who has stored what the database returns is not known.
        needed if finding.source.kind != "database" else "",
    )


def short(name: str) -> str:
    """`builtins.open` as `open`, `sqlalchemy.orm.Session.execute` as `Session.execute`, `os.path.join` as it is."""
    name = name.removeprefix("builtins.")
    owner, _, attribute = name.rpartition(".")
    cls = owner.rpartition(".")[2]
    if cls[:1].isupper():
        return f"{cls}.{attribute}"
    return attribute if attribute[:1].isupper() else name


def _input(finding: Finding) -> str:
    source = finding.source
    if source.kind in _TEXTS:
        name = parameter(finding)
        return f"{_KINDS[source.kind]} `{name}`" if name else _ANONYMOUS[source.kind]
    part = "".join(finding.part)
    if source.kind == "database":
        name = part.strip(".[]")
        return f"`{name}` of the database" if name else "what the database returns"
    name = source.name + part if source.name else part.lstrip(".")
    name = re.sub(r"^\[(.*?)\]", r"\1", name)
    name = name.replace("[*]", "[]")
    if source.kind == "file" and finding.part:
        return f"`{name}` of an upload"
    if source.kind == "body":
        return f"`{name}` of the body" if name else "the body"
    if not name:
        return _ANONYMOUS.get(source.kind, source.kind)
    return f"{_KINDS[source.kind]} `{name}`"


def _chain(finding: Finding) -> str:
    names: list[str] = []
    for step in finding.steps:
        given = re.match(r"is given to `([^`]*)`", step.text)
        if given and (not names or names[-1] != given[1]):
            names.append(given[1].rpartition(".")[2] if given[1].count(".") > 1 else given[1])
    if not names:
        return ""
    if len(names) > _MOST:
        names = [*names[:2], "…", names[-1]]
    return f" through {' → '.join(names)} {finding.sink_path}:{finding.sink_line}"


def _rows(finding: Finding, application: Application) -> list[RouteRow]:
    """The routes that the function handles, or that depend on it."""
    symbol = finding.handler
    path, _, qualname = symbol.rpartition(":")
    rows = [row for row in application.rows if row.file == path and row.endpoint_qualname == qualname]
    if rows:
        return rows
    return [row for row in application.rows if any(each.symbol == symbol for each in row.dependencies)]


def privileges(rows: Sequence[RouteRow], authentication: Authentication) -> str:
    """What somebody has to have to request one of these routes, see Violation.privileges: of several the easiest."""
    found = {_privileges(row, authentication) for row in rows}
    if NONE in found or not found:
        return NONE if found else ""
    return "" if "" in found else LOW if LOW in found else HIGH


def _privileges(row: RouteRow, authentication: Authentication) -> str:
    if _is_for_administrators(row, authentication):
        return HIGH
    level = authentication.protection(row).level
    if level == PROTECTED:
        return LOW
    return NONE if level == OPEN and row.complete else ""


def _is_for_administrators(row: RouteRow, authentication: Authentication) -> bool:
    for dependency in row.dependencies:
        leaf = dependency.name.rpartition(":")[2].rpartition(".")[2]
        words = _CAPITAL.sub("_", leaf).lower()
        if (
            _ADMINISTRATORS.search(words)
            and not _OTHERS.search(words)
            and authentication.dependency(dependency) == PROTECTED
        ):
            return True
    return False
