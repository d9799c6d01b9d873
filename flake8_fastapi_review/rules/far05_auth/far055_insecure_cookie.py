from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, made_secret, secret_name, words
from ...records import NamedTuple
from ...rule import Edit, Fix, Range, Rule, Severity, option
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_SET_COOKIE = "starlette.responses.Response.set_cookie"
_TRANSPORTS = (
    "fastapi_users.authentication.CookieTransport",
    "fastapi_users.authentication.transport.CookieTransport",
    "fastapi_users.authentication.transport.cookie.CookieTransport",
)
_SESSIONS = ("starlette.middleware.sessions.SessionMiddleware",)
_SESSION_WORDS = frozenset(
    ("session", "sess", "sid", "sessionid", "auth", "jwt", "token", "login", "remember", "access")
)
_NO_SESSION = frozenset(
    ("is", "has", "expired", "expires", "expiry", "theme", "locale", "csrf", "xsrf", "state", "nonce")
)
_OTHER_SITES = re.compile(
    r"(?is)(?=.*samesite).*(?:cross[- ]?(?:site|origin|domain)|third[- ]party"
    r"|(?:other|another|different) (?:site|domain|origin)|iframe|frames?\b|embed)"
)
"""A reason why a cookie has to go along with requests that other sites make."""
_NEVER = re.compile(r"(?i)insecure|unsecure")


class _Setting(NamedTuple):
    """A protection of a cookie."""

    keyword: str
    position: int
    default: object
    """What holds when it is not given."""
    harm: str


_HTTP = "sent in clear over HTTP"
_SCRIPT = "read by any script in the page"
_SITES = "sent along with requests that other sites make"
_COOKIE = (
    _Setting("secure", 6, False, _HTTP),
    _Setting("httponly", 7, False, _SCRIPT),
    _Setting("samesite", 8, "lax", _SITES),
)
_TRANSPORT = (
    _Setting("cookie_secure", 4, True, _HTTP),
    _Setting("cookie_httponly", 5, True, _SCRIPT),
    _Setting("cookie_samesite", 6, "lax", _SITES),
)
_MIDDLEWARE = (_Setting("https_only", -1, False, _HTTP), _Setting("same_site", -1, "lax", _SITES))


class InsecureCookie(Rule):
    """A cookie that holds a session or a token is set without `secure`, `httponly` or `samesite`.

    Whoever has the cookie is the user. Without `secure` it is sent over plain HTTP too, where the network reads it;
    without `httponly` one script injected into a page sends it away; with `samesite="none"` or `None` browsers send it
    with requests that other sites make. Values that come from settings are not judged.

    Bad:

        from fastapi import FastAPI, Response

        app = FastAPI()

        @app.post("/login")
        def login(response: Response):
            response.set_cookie("session_token", create_session_token())

    Good:

        from fastapi import FastAPI, Response

        app = FastAPI()

        @app.post("/login")
        def login(response: Response):
            response.set_cookie("session_token", create_session_token(), secure=True, httponly=True, samesite="lax")

    Exploit:

        $ tcpdump -A port 80 | grep -o "session_token=[^;]*"     # the user typed shop.example without https://
        session_token=d41d8cd98f00b204
        $ curl -H "Cookie: session_token=d41d8cd98f00b204" https://shop.example/users/me
    """

    code = "FAR055"
    severity = Severity.WARNING
    cwe = 614
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N"
    message = "{cookie} is {harm}: pass {remedy}"
    markers = (("set_cookie", "CookieTransport", "SessionMiddleware"),)

    cookies: frozenset[str] = option(frozenset(), "Names of further cookies that hold a session.")
    harmless: frozenset[str] = option(frozenset(), "Names of cookies that need no protection.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            if leaf == "set_cookie" and (name := self._session_cookie(file, call)):
                yield from self._judge(file, call, _COOKIE, name, call)
            elif leaf == "CookieTransport" and file.is_named(call.func, *_TRANSPORTS):
                yield from self._judge(file, call, _TRANSPORT, "The cookie of the login", call)
            elif leaf in ("add_middleware", "Middleware", "SessionMiddleware") and _adds_sessions(file, call):
                yield from self._judge(file, call, _MIDDLEWARE, "The cookie of the session", call)

    def _judge(
        self, file: File, call: ast.Call, settings: tuple[_Setting, ...], cookie: str, where: ast.AST
    ) -> Iterator[Violation]:
        given = file.keywords(call)
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            return
        harms, remedies, missing = [], [], []
        for setting in settings:
            value = file.argument(call, setting.position)
            value = next((each for name, each in given or () if name == setting.keyword), value)
            if value is None and given is None:
                continue
            known = setting.default if value is None else file.value_of(value)
            if known is file.UNKNOWN or not _is_open(setting, known):
                continue
            if setting.harm == _SITES and value is not None and _explains(file, call):
                continue
            remedy = '"lax"' if setting.harm == _SITES else "True"
            harms.append(setting.harm)
            remedies.append(f"`{setting.keyword}={remedy}`")
            if value is None:
                missing.append(f"{setting.keyword}={remedy}")
        if harms:
            yield self.at(
                where,
                cookie=cookie,
                harm=_listed(harms),
                remedy=_listed(remedies),
                fix=_fix(call, missing) if len(missing) == len(harms) else None,
            )

    def _session_cookie(self, file: File, call: ast.Call) -> str | None:
        """How to call the cookie in the message, if it holds a session or token."""
        key, value = file.argument(call, 0, "key"), file.argument(call, 1, "value")
        if key is None or value is None:
            return None
        name = _text(file, key)
        if name in self.harmless or _NEVER.search(name) or not _is_response(file, call):
            return None
        content = file.value_of(value)
        if content is not file.UNKNOWN or any(
            file.value_of(each.value) == 0 for each in call.keywords if each.arg in ("max_age", "expires")
        ):
            return None  # an empty or constant value is no session, and an expired one is being removed
        if name in self.cookies or _names_session(name) or (not name and _names_session(_leaf(key))):
            return f"The cookie `{name or file.source(key)}`"
        return f"The cookie `{name or file.source(key)}`" if _holds_secret(value, name) else None


def _adds_sessions(file: File, call: ast.Call) -> bool:
    given = (
        call.func
        if isinstance(call.func, ast.Name) and call.func.id == "SessionMiddleware"
        else file.argument(call, 0, "middleware_class") or file.argument(call, -1, "cls")
    )
    return given is not None and file.is_named(given, *_SESSIONS)


def _explains(file: File, call: ast.Call) -> bool:
    """Whether the docstring of the function, or a comment above the call, says why other sites may send the cookie."""
    function = file.function(call)
    told = ast.get_docstring(function) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    first = last = file.statement(call).lineno - 1
    while first and file.lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return any(_OTHER_SITES.search(text) for text in (told or "", "\n".join(file.lines[first:last])))


def _is_response(file: File, call: ast.Call) -> bool:
    """A response of Starlette's; one that a middleware gets from `await call_next(request)` is nothing else."""
    if file.is_named(call.func, _SET_COOKIE):
        return True
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if receiver is None or file.type_of(receiver) is not None:
        return False
    return any(
        isinstance(value, ast.Call) and _leaf(value.func) == "call_next" and value is not receiver
        for value in file.values(receiver)
    )


def _is_open(setting: _Setting, value: object) -> bool:
    if setting.harm != _SITES:
        return value is False
    return value is None or (isinstance(value, str) and value.lower() == "none")


def _names_session(name: str) -> bool:
    parts = words(name)
    if not parts or _NO_SESSION.intersection(parts):
        return False
    judged = secret_name(name)
    return (judged is not None and judged.kind != CARD) or bool(_SESSION_WORDS.intersection(parts[-2:]))


def _holds_secret(value: ast.expr, name: str) -> bool:
    """The value is called a token or made by what makes them; that of a CSRF cookie is for the scripts to read."""
    if _NO_SESSION.intersection(words(name)):
        return False
    leaf = _leaf(value)
    if _NO_SESSION.intersection(words(leaf)):
        return False
    judged = made_secret(leaf) if isinstance(value, ast.Call) else secret_name(leaf)
    return judged is not None and judged.kind != CARD and not judged.plural


def _leaf(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return _leaf(inner)
        case ast.Call(func=inner) | ast.Await(value=inner):
            return _leaf(inner)
    return ""


def _text(file: File, key: ast.expr) -> str:
    """The name of a cookie, or the fixed parts of it; "" when not known."""
    if isinstance(key, ast.JoinedStr):
        return "".join(str(part.value) for part in key.values if isinstance(part, ast.Constant))
    known = file.value_of(key)
    return known if isinstance(known, str) else ""


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _fix(call: ast.Call, missing: list[str]) -> Fix | None:
    """Adds the arguments. Unsafe: over plain HTTP, on a developer's machine, browsers then keep no such cookie."""
    last = max(
        all_arguments(call),
        key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0),
        default=None,
    )
    if last is None:
        return None
    end = Range.of(last)
    place = Range(end.end_line, end.end_column, end.end_line, end.end_column)
    return Fix("Protect the cookie", (Edit(place, "".join(f", {each}" for each in missing)),))
