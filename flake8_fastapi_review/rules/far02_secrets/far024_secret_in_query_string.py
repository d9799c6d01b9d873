from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ...file import Aim
from ...knowledge.secrets import CARD, PASSWORD, SecretName, secret_name
from ...rule import Rule, Severity, option
from .targets import leaf, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Route
    from ...file import File
    from ...rule import Violation

_ONE_TIME = re.compile(
    r"(?i)verif|confirm|reset|invit|activat|unsubscri|callback|magic|share|accept|recover|validate|download|preview|oauth|webhook|subscribe"
)
_SOCKET = re.compile(r"(?i)websocket|(?:^|_)ws(?:_|$)")
"""Browsers send no headers of one's own when they open a socket."""
_METHODS = ("get", "post", "put", "patch", "delete", "head", "request")
_SENT = Aim(
    names=tuple(
        f"{client}.{method}"
        for client in (
            "httpx",
            "httpx.Client",
            "httpx.AsyncClient",
            "requests",
            "requests.api",
            "requests.Session",
            "requests.sessions.Session",
            "aiohttp.ClientSession",
            "aiohttp.client.ClientSession",
        )
        for method in _METHODS
    ),
    keywords=((-1, "params"),),
)
"""Where the query of a URL is given as a dictionary."""
_IN_TEXT = re.compile(r"[?&]([A-Za-z_-]+)=$")
_OF_MONEY = frozenset("chain chain_id network currency fiat wallet wallet_id amount amount_usd symbol".split())


class SecretInQueryString(Rule):
    """A password, token or key travels in a URL.

    URLs are written to the access logs of every server and proxy on the way, stay in browser histories and are sent to
    other sites in the `Referer` header. One-time links that are sent by mail are the exception and are not reported.

    Keys of applications that go to other services are left alone, since these say how they travel; `vendors` reports
    them, too.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/login")
        def login(username: str, password: str):
            return {"user": username}

    Good:

        from typing import Annotated

        from fastapi import FastAPI, Form

        app = FastAPI()

        @app.post("/login")
        def login(username: Annotated[str, Form()], password: Annotated[str, Form()]):
            return {"user": username}

    Exploit:

        $ grep -o "password=[^& ]*" /var/log/nginx/access.log
        password=correct-horse-battery
    """

    code = "FAR024"
    severity = Severity.WARNING
    cwe = 598
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = (
        "`{name}` travels in the {part} of a URL, which access logs, browser histories and proxies keep: {instead}"
    )

    vendors: bool = option(False, "Report keys of other services in their URLs, too.")

    def check(self, file: File) -> Iterator[Violation]:
        routes = set()
        for route in file.routes:
            routes.add(route.function)
            yield from self._parameters(file, route)
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if function not in routes and any(_is_secret(parameter.arg) for parameter, _ in parameters(function)):
                yield from self._dependency(file, function)
        for text in file.nodes(ast.JoinedStr, ast.BinOp):
            yield from self._texts(file, text)
        for call in file.nodes(ast.Call):
            if call.keywords or any(isinstance(each, ast.Dict) for each in call.args):
                yield from self._query(file, call)

    def _dependency(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Violation]:
        """What a dependency takes comes from the request, too: without a marker, from the query string."""
        if file.enclosing(function, ast.ClassDef) is not None:
            return
        if not file.may_be_dependency(ast.Name(function.name, ast.Load())):
            return
        in_query = [
            parameter
            for parameter, _ in parameters(function)
            if _is_secret(parameter.arg) and file.parameter_source(function, parameter.arg) == "query"
        ]
        if not in_query or not file.is_injected(function):
            return
        source = file.source(function)
        for parameter in in_query:
            name = parameter.arg
            judged = secret_name(name)
            if judged is None:
                continue
            if judged.kind != PASSWORD and (_ONE_TIME.search(f"{function.name} {name}") or _SOCKET.search(source)):
                continue
            if not judged.strong and _ONE_TIME.search(source):
                continue
            yield self.at(parameter, name=name, part="query string", instead="take it from the body or a header")

    def _query(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """`client.get(url, params={"api_key": key})`, also through functions of the project."""
        given = file.argument(call, -1, "params")
        if given is not None and file.is_named(call.func, *_SENT.names):
            pairs = file.entries(given) or []
        elif any(_is_sent(keyword.arg, keyword.value) for keyword in call.keywords) or any(
            isinstance(each, ast.Dict) and any(map(_is_sent, map(_text, each.keys), each.values)) for each in call.args
        ):
            pairs = []
            for each in file.handed_on(call, _SENT):
                keyword = next((k.arg for k in call.keywords if k.value is each.argument), None)
                if keyword is not None and keyword != each.parameter:
                    pairs.append((keyword, each.argument))
                elif isinstance(each.argument, ast.Dict):
                    pairs += file.entries(each.argument) or []
        else:
            return
        for name, value in pairs:
            if _is_sent(name, value) and (self.vendors or not _is_key(name)):
                yield self.at(value, name=name, part="query string", instead="send it in a header or the body")

    def _parameters(self, file: File, route: Route) -> Iterator[Violation]:
        for parameter, _ in parameters(route.function):
            name = parameter.arg
            judged = secret_name(name)
            if judged is None or judged.plural or not (judged.strong or name == "token"):
                continue
            if name == "token" and _is_money(route.function):
                continue
            source = file.parameter_source(route.function, name)
            if (
                source not in ("query", "path")
                or (source == "path" and not judged.strong)
                or self._is_one_time(file, route, judged)
            ):
                continue
            yield self.at(
                parameter,
                name=name,
                part="query string" if source == "query" else "path",
                instead="take it from the body or a header",
            )

    def _is_one_time(self, file: File, route: Route, judged: SecretName) -> bool:
        """A link that somebody gets by mail carries its token in the URL by nature."""
        if judged.kind == PASSWORD:
            return False
        if _ONE_TIME.search(f"{route.path} {route.function.name}"):
            return True
        return not judged.strong and bool(_ONE_TIME.search(file.source(route.function)))

    def _texts(self, file: File, text: ast.JoinedStr | ast.BinOp) -> Iterator[Violation]:
        """`f"{base}?api_key={key}"`, `base + "?api_key=" + key`, `"…?api_key=%s" % key`."""
        for before, value in _pairs(text):
            found = _IN_TEXT.search(before)
            if found is None or _is_masked(value):
                continue
            judged = secret_name(found[1])
            if judged is None and found[1] in ("key", "auth", "appid"):
                judged = secret_name(leaf(value))
            if (
                judged is None
                or judged.plural
                or judged.kind == CARD
                or not (judged.strong or found[1] in ("token", "access-key", "access_key"))
            ):
                continue
            if judged.kind != PASSWORD and re.search(
                rf"{_ONE_TIME.pattern}|link|href", file.source(file.statement(text))
            ):
                continue
            if self.vendors or not (_is_key(found[1]) or _is_of_vendor(text)):
                yield self.at(text, name=found[1], part="query string", instead="send it in a header or the body")


def _pairs(text: ast.JoinedStr | ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    """Each value in a text with the constant before it."""
    match text:
        case ast.JoinedStr(values=parts):
            for before, value in pairwise(parts):
                if isinstance(before, ast.Constant) and isinstance(value, ast.FormattedValue):
                    yield str(before.value), value.value
        case ast.BinOp(left=ast.BinOp(op=ast.Add(), right=ast.Constant(value=str(before))), op=ast.Add(), right=value):
            yield before, value
        case ast.BinOp(left=ast.Constant(value=str(before)), op=ast.Add(), right=value):
            yield before, value
        case ast.BinOp(left=ast.Constant(value=str(before)), op=ast.Mod(), right=value):
            values = value.elts if isinstance(value, ast.Tuple) else [value]
            yield from zip(before.split("%s"), values, strict=False)


def _is_money(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a `token` is a coin: `chain` or `currency` stands beside it, or its default is the name of one."""
    given = {parameter.arg: default for parameter, default in parameters(function)}
    if _OF_MONEY & given.keys():
        return True
    default = given.get("token")
    return isinstance(default, ast.Constant) and isinstance(default.value, str) and default.value != ""


def _is_of_vendor(text: ast.JoinedStr | ast.BinOp) -> bool:
    """Whether a URL names its host: how the others want their credentials is theirs to say."""
    first: ast.AST = text
    while isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    return isinstance(first, ast.Constant) and re.match(r"https?://[^/?]+[/?]", str(first.value)) is not None


def _is_secret(name: str) -> bool:
    judged = secret_name(name)
    return judged is not None and not judged.plural and (judged.strong or name == "token")


def _is_sent(name: str | None, value: ast.expr) -> bool:
    """A secret under its own name; a constant, a flag or a mask is none."""
    judged = secret_name(name) if name else None
    if judged is None or judged.plural or judged.kind == CARD or not judged.strong:
        return False
    return isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)) and not _is_masked(value)


def _is_key(name: str | None) -> bool:
    """Whether it is the key of an application rather than something of a person: `api_key`, `access-key`, `appid`."""
    return name is not None and name.lower().replace("-", "_").endswith(("key", "appid", "auth"))


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_masked(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and any(
        word in leaf(value).lower() for word in ("mask", "redact", "hash", "sign")
    )
