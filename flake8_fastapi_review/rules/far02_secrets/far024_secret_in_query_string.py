from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, PASSWORD, SecretName, secret_name
from ...rule import Rule, Severity
from .targets import leaf, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File, Route
    from ...rule import Violation

_ONE_TIME = re.compile(
    r"(?i)verif|confirm|reset|invit|activat|unsubscri|callback|magic|share|accept|recover|validate|download|preview|oauth|webhook|subscribe"
)
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
    message = (
        "`{name}` travels in the {part} of a URL, which access logs, browser histories and proxies keep: {instead}"
    )

    def check(self, file: File) -> Iterator[Violation]:
        for route in file.routes:
            yield from self._parameters(file, route)
        for text in file.nodes(ast.JoinedStr):
            yield from self._texts(file, text)

    def _parameters(self, file: File, route: Route) -> Iterator[Violation]:
        for parameter, _ in parameters(route.function):
            name = parameter.arg
            judged = secret_name(name)
            if judged is None or judged.plural or not (judged.strong or name == "token"):
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

    def _texts(self, file: File, text: ast.JoinedStr) -> Iterator[Violation]:
        """`f"{base}?api_key={key}"`."""
        for before, value in zip(text.values, text.values[1:], strict=False):
            if not isinstance(before, ast.Constant) or not isinstance(value, ast.FormattedValue):
                continue
            found = _IN_TEXT.search(str(before.value))
            if found is None or _is_masked(value.value):
                continue
            judged = secret_name(found[1])
            if judged is None and found[1] in ("key", "auth", "appid"):
                judged = secret_name(leaf(value.value))
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
            yield self.at(text, name=found[1], part="query string", instead="send it in a header or the body")


def _is_masked(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and any(
        word in leaf(value).lower() for word in ("mask", "redact", "hash", "sign")
    )
