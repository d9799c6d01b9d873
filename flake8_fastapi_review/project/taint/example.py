"""A request that carries a harmful value to where it does harm: a command that can be tried on a test system."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from ..application.rows import RouteRow
    from ..requests import Requests
    from ..types import Type
    from .engine import Finding

HOST = "http://localhost:8000"

PAYLOADS: dict[str, str] = {
    "sql": "x' OR '1'='1",
    "command": "x; id",
    "program": "/usr/bin/id",
    "code": "__import__('os').system('id')",
    "module": "antigravity",
    "path": "../../../../etc/passwd",
    "directory": "..",
    "url": "http://169.254.169.254/latest/meta-data/",
    "html": "<script>alert(document.domain)</script>",
    "pickle": "gASVHwAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
    "template": "{{7*7}}",
    "redirect": "https://attacker.example/",
    "nosql": '{"$ne": null}',
    "ldap": "*)(uid=*",
    "header": "x\r\nSet-Cookie: session=attacker",
    "log": "x\nINFO login of admin succeeded",
    "regex": "(a+)+$",
    "backtracking": "a" * 40 + "!",
    "xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "attribute": "is_admin",
    "fields": '{"is_admin": true}',
    "archive": "evil.tar",
}
"""By kind of sink: a value that shows the harm and does none. The pickle calls `os.system("id")`."""

_SAMPLES = {
    "builtins.int": 1,
    "builtins.float": 1.0,
    "builtins.bool": True,
    "uuid.UUID": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
}
_MAX_DEPTH = 5


def request(finding: Finding, row: RouteRow, requests: Requests) -> str:
    """A command for a shell: `curl …` for HTTP, `websocat …` for a websocket."""
    payload = PAYLOADS.get(finding.kind, "x")
    source = finding.source
    name = parameter(finding)
    path = _filled(row.path, name if source.kind == "path" else None, payload)
    if row.method == "WEBSOCKET":
        sent = json.dumps(_nested(finding.part, payload)) if finding.part else payload
        return f"echo {shlex.quote(sent)} | websocat {shlex.quote('ws' + HOST[4:] + path)}"
    words = ["curl"]
    if row.method != "GET":
        words += ["-X", row.method]
    url = HOST + path
    match source.kind:
        case "query":
            url += "?" + urlencode({name or "x": payload}, quote_via=quote)
        case "header":
            words += ["-H", f"{(name or 'x').replace('_', '-')}: {_one_line(payload)}"]
        case "cookie":
            words += ["-b", f"{name or 'x'}={quote(payload)}"]
        case "form":
            words += ["--data-urlencode", f"{name or 'x'}={payload}"]
        case "file":
            words += ["-F", f"{name or 'file'}=@upload;filename={_one_line(payload)}"]
        case "body":
            words += ["-H", "Content-Type: application/json", "-d", json.dumps(_body(finding, payload, requests))]
        case "path" if finding.kind in ("path", "directory"):
            words.append("--path-as-is")
    return " ".join(shlex.quote(word) for word in (*words, url))


def parameter(finding: Finding) -> str:
    """The name under which a client gives the input, where it is one text among others; empty when not known."""
    source = finding.source
    declared = source.type
    fields = declared is not None and declared[0] == "inst" and ":" in declared[1]
    if (not source.name or fields) and finding.part:
        return _first_part(finding)
    return source.name


def _first_part(finding: Finding) -> str:
    return finding.part[0].strip(".[]") if finding.part else ""


def _one_line(text: str) -> str:
    return text.replace("\r", "%0d").replace("\n", "%0a")


def _filled(path: str, name: str | None, payload: str) -> str:
    """A path with the payload in one parameter and samples in the others."""

    def fill(match: re.Match[str]) -> str:
        if match[1] != name:
            return "1"
        return quote(payload, safe="/" if match[2] == ":path" else "")

    return re.sub(r"\{(\w+)(:\w+)?\}", fill, path)


def _body(finding: Finding, payload: Any, requests: Requests) -> Any:
    declared = finding.source.type
    if finding.kind in ("attribute", "fields") and _is_dictionary(declared, finding.part):
        payload = {finding.sink.rpartition(".")[2]: True}
    if declared is None:
        return _nested(finding.part, payload)
    return _value(declared, finding.part, payload, requests, 0)


def _is_dictionary(declared: Type | None, part: tuple[str, ...]) -> bool:
    return part != () or declared is None or declared[0] != "inst" or declared[1] != "builtins.str"


def _nested(part: tuple[str, ...], payload: Any) -> Any:
    """`{"user": {"name": payload}}`"""
    value: Any = payload
    for key in reversed(part):
        value = [value] if key == "[*]" else {key.strip(".[]"): value}
    return value


def _value(declared: Type | None, part: tuple[str, ...], payload: Any, requests: Requests, depth: int) -> Any:
    """A sample of a type, with the payload in one part of it."""
    if declared is not None and declared[0] == "union":
        rest = [member for member in declared[1] if member != ("none",)]
        declared = rest[0] if rest else None
    if declared is None or declared[0] != "inst" or depth > _MAX_DEPTH:
        return _nested(part, payload) if payload is not None else "x"
    cls, args = declared[1], declared[2]
    if cls in ("builtins.list", "builtins.set", "builtins.tuple", "typing.Sequence", "collections.abc.Sequence"):
        inner = part[1:] if part[:1] == ("[*]",) else part
        return [_value(args[0] if args else None, inner, payload, requests, depth + 1)]
    if ":" in cls:
        return _model(cls, part, payload, requests, depth)
    if payload is not None and cls == "builtins.dict" and part:
        return _nested(part, payload)
    return payload if payload is not None else _SAMPLES.get(cls, "x")


def _model(cls: str, part: tuple[str, ...], payload: Any, requests: Requests, depth: int) -> Any:
    """The required fields of a model, and the one that the payload goes into."""
    found = {}
    wanted = part[0].strip(".[]") if part else None
    types = requests.types
    for field in requests.fields(cls):
        if field.name == wanted or not field.has_default:
            declared = types.attribute(("inst", cls, ()), field.name)
            here = payload if field.name == wanted else None
            found[field.name] = _value(declared, part[1:] if here is not None else (), here, requests, depth + 1)
    if payload is not None and wanted is None:
        return {**found, **(payload if isinstance(payload, dict) else {"x": payload})}
    return found
