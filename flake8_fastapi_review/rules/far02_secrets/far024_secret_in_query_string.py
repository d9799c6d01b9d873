from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, PASSWORD, SecretName, secret_name
from ...rule import Rule, Severity
from .models import is_text
from .targets import leaf, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File, Route
    from ...rule import Violation

_ELSEWHERE = ("fastapi.Body", "fastapi.Form", "fastapi.Header", "fastapi.Cookie", "fastapi.File", "fastapi.Depends", "fastapi.Security")
_IN_URL = ("fastapi.Query", "fastapi.Path")
_ONE_TIME = re.compile(r"(?i)verif|confirm|reset|invit|activat|unsubscri|callback|magic|share|accept|recover|validate|download|preview|oauth|webhook|subscribe")
_IN_TEXT = re.compile(r"[?&]([A-Za-z_-]+)=$")


class SecretInQueryString(Rule):
    """A password, token or key travels in a URL.

    URLs are written to the access logs of every server and proxy on the way, stay in browser histories and are sent to
    other sites in the `Referer` header. One-time links that are sent by mail are the exception and are not reported.

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
    message = "`{name}` travels in the {part} of a URL, which access logs, browser histories and proxies keep: {instead}"

    def check(self, file: File) -> Iterator[Violation]:
        for route in file.routes:
            yield from self._parameters(file, route)
        for text in file.nodes(ast.JoinedStr):
            yield from self._texts(text)

    def _parameters(self, file: File, route: Route) -> Iterator[Violation]:
        in_path = set(re.findall(r"{(\w+)", route.path or ""))
        for parameter, default in parameters(route.function):
            name = parameter.arg
            judged = secret_name(name)
            if judged is None or not _is_secret_here(judged, name, in_path):
                continue
            if self._is_one_time(route, judged):
                continue
            if parameter.annotation is not None and name not in in_path and not _is_query(file, parameter.annotation, default):
                continue
            part = "path" if name in in_path else "query string"
            yield self.at(parameter, name=name, part=part, instead="take it from the body or a header")

    def _is_one_time(self, route: Route, judged: SecretName) -> bool:
        """A link that somebody gets by mail carries its token in the URL by nature."""
        if judged.kind == PASSWORD:
            return False
        return bool(_ONE_TIME.search(f"{route.path} {route.function.name}"))

    def _texts(self, text: ast.JoinedStr) -> Iterator[Violation]:
        """`f"{base}?api_key={key}"`."""
        for before, value in zip(text.values, text.values[1:], strict=False):
            if not isinstance(before, ast.Constant) or not isinstance(value, ast.FormattedValue):
                continue
            found = _IN_TEXT.search(str(before.value))
            judged = secret_name(found[1]) if found else None
            if found and judged and not judged.plural and judged.kind != CARD and not _is_masked(value.value):
                yield self.at(text, name=found[1], part="query string", instead="send it in a header or the body")


def _is_secret_here(judged: SecretName, name: str, in_path: set[str]) -> bool:
    """A path part called `secret` is the name of one; a query parameter `token` may be any, but not the only one of a listing."""
    if judged.plural or judged.kind == CARD:
        return judged.kind == CARD
    return judged.strong or (name in ("token", "secret") and name not in in_path)


def _is_query(file: File, annotation: ast.expr, default: ast.expr | None) -> bool:
    """FastAPI takes the parameter from the URL: plain text without a marker, or marked as query or path."""
    markers = [default] if isinstance(default, ast.Call) else []
    match annotation:
        case ast.Subscript(value=maker, slice=ast.Tuple(elts=[_, *metadata])) if (file.name_of(maker) or "").endswith("Annotated"):
            markers += metadata
    for marker in markers:
        callee = marker.func if isinstance(marker, ast.Call) else marker
        if file.is_named(callee, *_IN_URL):
            return True
        if file.is_named(callee, *_ELSEWHERE) or isinstance(marker, ast.Call):
            return False
    return is_text(file, annotation)


def _is_masked(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and any(word in leaf(value).lower() for word in ("mask", "redact", "hash", "sign"))
