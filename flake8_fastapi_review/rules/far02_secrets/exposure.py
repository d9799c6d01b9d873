"""Which secrets are in the text that an expression becomes; their length, presence or mask does not count."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CREDENTIALS, PASSWORD, made_secret, secret_name
from ...records import NamedTuple
from .targets import leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File


class Exposed(NamedTuple):
    """A secret inside an expression."""

    node: ast.expr
    what: str
    """As the reader knows it: "password", "Authorization"."""
    kind: str


_KEEPING = frozenset(
    """
    str repr bytes list tuple dict set sorted format dumps pformat decode encode strip lstrip rstrip lower upper
    join replace title get_secret_value model_dump model_dump_json json asdict vars copy items values b64encode
    b64decode quote unquote bold escape ensure_str removeprefix removesuffix
    """.split()
)
"""Calls whose result still holds what went in."""

_REVEALING = re.compile(r"plain|reveal|decrypt|secret_value|cleartext|unmask")
"""Methods that open a wrapped secret."""

_NOT_TEXT = (
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "datetime.datetime",
    "datetime.timedelta",
    "uuid.UUID",
    "enum.Enum",
    "pydantic.SecretStr",
    "pydantic.SecretBytes",
    "pydantic.types.SecretStr",
    "pydantic.types.SecretBytes",
    "starlette.datastructures.Secret",
)
"""Types that hold no secret or do not show it."""

_MAKERS = ("jwt.encode", "jose.jwt.encode", "secrets.token_urlsafe", "secrets.token_hex", "secrets.token_bytes")
_BEARER = ("fastapi.security.HTTPAuthorizationCredentials", "fastapi.security.http.HTTPAuthorizationCredentials")
_WHOLE_HEADERS = (
    "fastapi.Request",
    "starlette.requests.Request",
    "fastapi.WebSocket",
    "starlette.websockets.WebSocket",
    "starlette.requests.HTTPConnection",
    "fastapi.requests.Request",
    "httpx.Request",
)


def exposed(file: File, node: ast.expr) -> Iterator[Exposed]:
    """The secrets that printing `node` would print."""
    yield from _exposed(file, node, 0)


def _exposed(file: File, node: ast.expr, depth: int) -> Iterator[Exposed]:
    if depth > 12:
        return
    deeper = depth + 1
    match node:
        case ast.JoinedStr(values=parts):
            for part in parts:
                if isinstance(part, ast.FormattedValue) and not _is_cut(part):
                    yield from _exposed(file, part.value, deeper)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            yield from _exposed(file, left, deeper)
            yield from _exposed(file, right, deeper)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            for item in items:
                yield from _exposed(file, item, deeper)
        case ast.BoolOp(values=items):
            for item in items:
                yield from _exposed(file, item, deeper)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _exposed(file, body, deeper)
            yield from _exposed(file, orelse, deeper)
        case ast.Await(value=inner) | ast.Starred(value=inner) | ast.NamedExpr(value=inner):
            yield from _exposed(file, inner, deeper)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                yield from _entry(file, key, value, deeper)
        case ast.Call():
            yield from _call(file, node, deeper)
        case ast.Subscript(value=inner, slice=ast.Slice()):
            if not _is_short_slice(node):
                yield from _exposed(file, inner, deeper)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            yield from _named(file, node, deeper)


def _entry(file: File, key: ast.expr | None, value: ast.expr, depth: int) -> Iterator[Exposed]:
    found = list(_exposed(file, value, depth))
    if found:
        yield from found
    elif (
        isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and isinstance(value, (ast.Name, ast.Attribute))
        and _is_sensitive(key.value)
        and not _shown_otherwise(file, value)
    ):
        judged = secret_name(key.value)
        if judged and leaf(value) == key.value:
            yield Exposed(value, key.value, judged.kind)


def _call(file: File, call: ast.Call, depth: int) -> Iterator[Exposed]:
    name = leaf(call.func)
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if (read := _read_key(file, call)) is not None:
        if _is_header_or_secret(read):
            judged = secret_name(read)
            yield Exposed(call, read, judged.kind if judged else CREDENTIALS)
        return
    if receiver is not None and _REVEALING.search(name):
        judged = secret_name(leaf(receiver))
        if judged and not judged.plural:
            yield Exposed(call, leaf(receiver), judged.kind)
            return
    if name in ("decode", "encode") and isinstance(receiver, ast.Name) and _is_module(file, receiver):
        # `jwt.decode(token, …)` gives what the token says.
        return
    if name in _KEEPING:
        for argument in (*call.args, *(k.value for k in call.keywords if name in ("format", "dict"))):
            yield from _exposed(file, argument, depth)
        if receiver is not None and not isinstance(receiver, ast.Constant):
            yield from _exposed(file, receiver, depth)
        return
    made = made_secret(name)
    if made and made.strong and not made.plural and not _is_harmless_type(file, call):
        yield Exposed(call, f"{name}()", made.kind)


def _is_module(file: File, name: ast.Name) -> bool:
    return any(isinstance(bound, (ast.Import, ast.ImportFrom, ast.alias)) for bound in file.binding_nodes(name))


def _read_key(file: File, call: ast.Call) -> str | None:
    """The key of `headers.get("Authorization")`, `os.getenv("DB_PASSWORD")`, `data.pop("password")`."""
    if leaf(call.func) not in ("get", "getenv", "pop", "getlist") or not call.args:
        return None
    key = file.value_of(call.args[0])
    return key if isinstance(key, str) else None


def _is_header_or_secret(name: str) -> bool:
    if name.lower() in ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"):
        return True
    judged = secret_name(name)
    return judged is not None and judged.strong and not judged.plural


def _named(file: File, node: ast.Name | ast.Attribute | ast.Subscript, depth: int) -> Iterator[Exposed]:
    name = leaf(node)
    if name and _is_sensitive(name):
        if not _is_harmless_type(file, node) and not _shown_otherwise(file, node):
            judged = secret_name(name)
            yield Exposed(node, name, judged.kind if judged else CREDENTIALS)
        return
    if isinstance(node, ast.Subscript) and name and _is_header_or_secret(name):
        yield Exposed(node, name, CREDENTIALS)
        return
    if isinstance(node, ast.Attribute) and node.attr == "headers" and file.is_a(node.value, *_WHOLE_HEADERS):
        yield Exposed(node, f"{leaf(node.value)}.headers", "cookies and credentials in it")
        return
    if isinstance(node, ast.Attribute) and node.attr == "credentials" and file.is_a(node.value, *_BEARER):
        yield Exposed(node, node.attr, "token")
        return
    judged = secret_name(name) if name else None
    if judged and isinstance(node, ast.Name) and not judged.plural and _is_proven(file, node):
        yield Exposed(node, name, judged.kind)
        return
    if not isinstance(node, ast.Subscript) and file.name_of(node) == "os.environ":
        yield Exposed(node, "os.environ", "whole environment")
        return
    if isinstance(node, ast.Name):
        for value in file.values(node):
            if not isinstance(value, ast.expr) or isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
                continue
            if value is not node:
                yield from (Exposed(node, found.what, found.kind) for found in _exposed(file, value, depth))


def _is_proven(file: File, node: ast.Name) -> bool:
    """A bare `token` or `secret` that was just made, or that a request brought: no piece of text."""
    for value in file.values(node):
        if isinstance(value, ast.Call):
            made = made_secret(leaf(value.func))
            if (made and made.strong and not made.plural) or file.is_named(value.func, *_MAKERS):
                return not _is_harmless_type(file, node)
    for binding in file.binding_nodes(node):
        function = file.function(node)
        if isinstance(binding, ast.arg) and function is not None and binding.arg == node.id:
            return file.parameter_source(function, node.id) in ("depends", "header", "cookie") and bool(
                file.is_a(node, "builtins.str")
            )
    return False


def _is_sensitive(name: str) -> bool:
    """The name promises a secret strongly enough to be believed without another hint."""
    judged = secret_name(name)
    if judged is None or (judged.plural and judged.kind != PASSWORD):
        return False
    return judged.strong


def _is_harmless_type(file: File, node: ast.expr) -> bool:
    """The value is known to be no text, or of a class of the project (those are judged as whole models)."""
    if file.is_a(node, "builtins.str", "builtins.bytes"):
        return False
    if file.is_a(node, *_NOT_TEXT):
        return True
    kind = file.type_of(node)
    return kind is not None and not kind.startswith("builtins.")


_MASKING = (
    "mask",
    "redact",
    "hash",
    "obfuscat",
    "hide",
    "censor",
    "sanitiz",
    "sanitis",
    "fingerprint",
    "digest",
    "scrub",
    "truncat",
    "shorten",
    "anonymi",
    "encrypt",
    "len",
    "bool",
    "type",
    "id",
    "preview",
    "hexdigest",
    "filter",
)


def _shown_otherwise(file: File, node: ast.expr) -> bool:
    """What is known to be assigned to the name is a mask, a hash or a length, or nothing but literals."""
    values = [value for value in file.values(node) if value is not node]
    if any(_is_masked(value) and not isinstance(value, ast.Constant) for value in values):
        return True
    return bool(values) and all(isinstance(value, ast.Constant) for value in values)


def _is_masked(value: ast.AST) -> bool:
    match value:
        case ast.Constant() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case (
            ast.Call(func=ast.Attribute(attr="expanduser" | "join" | "resolve" | "abspath" | "expandvars"))
            | ast.Call(func=ast.Name(id="Path"))
        ):
            return True
        case ast.Call(func=callee):
            return any(word in leaf(callee).lower() for word in _MASKING)
        case ast.Subscript(slice=ast.Slice()):
            return _is_short_slice(value)
        case ast.JoinedStr(values=parts):
            return all(_is_masked(part.value) for part in parts if isinstance(part, ast.FormattedValue))
        case ast.BinOp(left=left, right=right):
            return _is_masked(left) and _is_masked(right)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_masked(body) and _is_masked(orelse)
    return False


def _is_short_slice(node: ast.Subscript) -> bool:
    """`token[:8]`, `token[-4:]`: a few characters to recognise it by."""
    bounds = node.slice
    if not isinstance(bounds, ast.Slice):
        return False
    for bound in (bounds.upper, bounds.lower):
        match bound:
            case ast.Constant(value=int(size)) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(size))) if (
                size <= 12
            ):
                return True
            case ast.Name() | ast.Attribute() | ast.BinOp() | ast.Call():
                return True
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name() | ast.Attribute()):
                return True
    return False


def _is_cut(part: ast.FormattedValue) -> bool:
    """`f"{token:.8}"` shows the first few characters."""
    match part.format_spec:
        case ast.JoinedStr(values=[ast.Constant(value=str(text))]):
            return "." in text
    return False
