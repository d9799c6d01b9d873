"""Who has to prove what before a route answers: inferred from what functions do, not from a list of names.

A function authenticates when it answers 401 or 403, itself or through what it calls; when it belongs to a library
that does; when it checks a signature. A name such as `require_login` or a parameter such as `api_key` proves nothing,
but makes an absence doubtful, and what is doubtful is neither reported nor counted as protected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module.summary import Expr, Function, Summary
from ...records import NamedTuple
from ...regex import regex
from ..constants import value_of
from ..readings import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..type_terms import Type
    from ..types import Types
    from .front import Application
    from .rows import Dependency, Middleware, RouteRow

OPEN = 0
DOUBTFUL = 1
PROTECTED = 2

_LIBRARIES = regex(
    r"(?:fastapi_users|authx|fastapi_jwt_auth|another_fastapi_jwt_auth|async_fastapi_jwt_auth|fastapi_jwt|fastapi_azure_auth|fief_client|fastapi_login"
    r"|fastapi_cloudauth|fastapi_keycloak\w*|supertokens_python|propelauth_fastapi|fastapi_clerk_auth|fastapi_auth0|fastapi_auth_middleware"
    r"|fastapi_simple_security|fastapi_security|fastapi_permissions|fastapi_oidc|fastapi_resource_server|fastapi_key_auth|fastapi_another_jwt_auth"
    r"|starlette_auth_toolkit|auth0_fastapi|fastapi_zitadel_auth|msal_fastapi|fastapi_msal|fastapi_opa|casbin_fastapi_decorator)(?:\.|$)"
)
"""Packages whose dependencies and decorators let nobody pass who is not known."""
_HARMLESS = regex(
    r"(?:fastapi|starlette|builtins|typing|sqlalchemy|sqlmodel|pydantic|pydantic_settings|fastapi_pagination|fastapi_filter|fastapi_filters|fastapi_limiter|fastapi_cache"
    r"|fastapi_sqlalchemy|fastapi_async_sqlalchemy|motor|pymongo|redis|httpx|aiohttp|beanie|tortoise|slowapi|logging|datetime|uuid|contextlib|collections|dataclasses"
    r"|functools|asyncio|dependency_injector|dishka|aioboto3|boto3|opentelemetry|structlog|loguru|fastapi_i18n|fastapi_babel|pyrate_limiter)(?:\.|$)"
)
"""Packages that hand out sessions, settings, pages and the like. What others do is not known."""
_ENFORCING = frozenset({"starlette.authentication.requires"})
_SCHEME = "fastapi.security."
_FORM = ("fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict")
_NO_GUARD = (*_FORM, "fastapi.security.SecurityScopes")
_SIGNATURES = frozenset(
    """
    hmac.compare_digest hmac.new hmac.digest secrets.compare_digest stripe.Webhook.construct_event
    stripe.webhook.Webhook.construct_event svix.Webhook.verify svix.webhooks.Webhook.verify
    nacl.signing.VerifyKey.verify twilio.request_validator.RequestValidator.validate
    slack_sdk.signature.SignatureVerifier.is_valid_request slack_sdk.signature.SignatureVerifier.is_valid
    """.split()
)
_WORDS = regex(
    r"(?i)auth(?!or(?:s|_id|_name|$))|permission|current_?user|logged_?in|login_|principal|credential|\bacl\b|access_?control|check_?access|verify|jwt|api_?key"
    r"|(?:^|_)(?:require|requires|required|guard|protect|protected|secure|session_user|is_admin|admin|token|tokens|secret|signature|acl|rbac|can|owner|user|ensure|restrict\w*|allowed|role|roles|scopes?|privilege\w*)(?:_|$)"
)
_PEOPLE = regex(
    r"(?i)auth(?!or(?:s|_id|_name|$))|permission|user|logged_?in|login|principal|credential|\bacl\b|access|verify|jwt|api_?key|identity|member|tenant|organi[sz]ation"
    r"|(?:^|_)(?:protect|protected|secure|session|admin|token|tokens|secret|signature|acl|rbac|can|owner|role|roles|scopes?|privilege\w*|account|team|project|staff|superuser)(?:_|$)"
)
"""Words for who is calling. `require_local_client` looks at where the call comes from."""
_PLACES = regex(r"(?i)(?:next|prev|page|paging|pagination|continuation|cursor)_tokens?")
"""Tokens that tell where a listing goes on."""
_OPTIONAL = regex(
    r"(?i)optional|no_?auth|without_?auth|skip_?auth|maybe|or_none|if_any|if_present|anonymous|_soft|allow_public|or_guest|possibly"
)
_ERRORS = regex(
    r"(?i)unauthori[sz]|unauthenticated|not_?authenticated|not_?authori[sz]ed|forbidden|permission_?(?:denied|error)|access_?denied|authenticat\w*(?:error|exception|failed|required)"
    r"|^auth_?(?:error|exception)|credentials_?(?:error|exception)|invalid_?(?:token|credentials|api_?key)|login_?required|insufficient_?(?:permission|privilege|scope)\w*"
    r"|authori[sz]ation_?(?:error|exception|failed)|illegal_operation|not_?allowed_?(?:error|exception)|security_?(?:error|exception)"
)
_HTTP = (
    "starlette.exceptions.HTTPException",
    "starlette.exceptions.WebSocketException",
    "fastapi.HTTPException",
    "fastapi.exceptions.WebSocketException",
)
_LOGIN_PAGE = regex(r"(?i)log-?_?in|sign-?_?in|/auth")
_NOT_USERS = regex(r"(?i)csrf|cors|trusted_?host|host_?check|origin|size|rate_?limit|throttl|maintenance|https")
_DEPTH = 3
_STATUS_WORDS = {
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "HTTP_401_UNAUTHORIZED": 401,
    "HTTP_403_FORBIDDEN": 403,
    "WS_1008_POLICY_VIOLATION": 1008,
}
_REFUSALS = (401, 403, 1008, 3000, 3003, 4001, 4003, 4401, 4403)


class Protection(NamedTuple):
    """What guards a route."""

    level: int
    """OPEN, DOUBTFUL or PROTECTED."""
    by: str
    """The dependency or decorator that does, as the code calls it: `get_current_user`; empty for anything else."""


class Authentication:
    """Answers about routes and functions; remembered."""

    def __init__(self, types: Types, application: Application) -> None:
        self.types = types
        self.application = application
        self._functions: dict[tuple[str, int], int] = {}
        self._rows: dict[int, Protection] = {}
        self._apps: dict[str, Protection] = {}
        self._exceptions: dict[str, int] = {}

    # Routes

    @remembered(lambda self, row: id(row))
    def protection(self, row: RouteRow) -> Protection:
        """What authenticates before or while a route is handled."""
        known = self._rows.get(id(row))
        if known is None:
            known = self._rows[id(row)] = self._protection(row)
        return known

    def siblings(self, app: str, file: str = "") -> list[RouteRow]:
        """The routes of an application, all or those that are registered in one file."""
        if file:
            return list(self.application.registered_in(app, file))
        return [row for row in self.application.rows if row.app == app]

    def _protection(self, row: RouteRow) -> Protection:
        best = Protection(OPEN, "")
        for dependency in row.dependencies:
            level = self.dependency(dependency)
            if level > best.level:
                best = Protection(level, dependency.name.rpartition(":")[2].rpartition(".")[2])
        if best.level == PROTECTED:
            return best
        body = self._endpoint(row)
        if body.level > best.level:
            best = body
        if best.level == PROTECTED:
            return best
        around = self._around(row)
        return around if around.level > best.level else best

    def dependency(self, dependency: Dependency) -> int:
        """What a dependency by itself demands; those that it has are dependencies of the route, too."""
        if dependency.symbol is None:
            if dependency.scopes and not dependency.lenient:
                return max(DOUBTFUL, self._library(dependency.library or dependency.name, False))
            return self._library(dependency.library or dependency.name, dependency.lenient)
        leaf = dependency.symbol.rpartition(":")[2].rpartition(".")[2]
        level = self.function(dependency.symbol)
        scheme = (
            dependency.library is not None
            and dependency.library.startswith(_SCHEME)
            and dependency.library not in _NO_GUARD
        )
        if scheme and not dependency.lenient:
            return PROTECTED
        if level == PROTECTED and _OPTIONAL.search(dependency.name):
            return DOUBTFUL
        if (
            level == OPEN
            and not _OPTIONAL.search(dependency.name)
            and (_WORDS.search(_PLACES.sub("", leaf)) or _WORDS.search(_PLACES.sub("", dependency.name)))
        ):
            return OPEN if self._hands_out_none(dependency.symbol) else DOUBTFUL
        return level

    def _library(self, name: str, lenient: bool) -> int:
        if name in _NO_GUARD or lenient:
            return OPEN
        if name.startswith(_SCHEME) or name in _ENFORCING:
            return PROTECTED
        if _LIBRARIES.match(name):
            return DOUBTFUL if _OPTIONAL.search(name) else PROTECTED
        return DOUBTFUL if _WORDS.search(name) or not _HARMLESS.match(name) else OPEN

    def _hands_out_none(self, symbol: str) -> bool:
        """A function that answers with None where nobody is known, and refuses nobody."""
        own = self.types.function(symbol)
        if own is None:
            return False
        summary, function = own
        declared = self.types.annotation(summary, function.returns) if function.returns is not None else None
        may_be_none = declared is not None and declared[0] == "union" and ("none",) in declared[1]
        return may_be_none and ("k", None) in function.results

    # The function that handles a route

    def _endpoint(self, row: RouteRow) -> Protection:
        symbol = self.symbol(row)
        own = self.types.function(symbol) if symbol is not None else None
        if symbol is None or own is None:
            return Protection(DOUBTFUL, "")
        summary, function = own
        best = Protection(OPEN, "")
        for decorator in function.decorators:
            level = self._decorator(summary, decorator)
            if level > best.level:
                target = decorator[1] if decorator[0] == "c" else decorator
                best = Protection(level, _leaf(target))
        level = self.function(symbol)
        if level > best.level:
            best = Protection(level, "")
        if best.level == OPEN and any(_parameter_proves(parameter[0]) for parameter in function.parameters):
            return Protection(DOUBTFUL, "")
        return best

    def symbol(self, row: RouteRow) -> str | None:
        """The function that handles a route; a name may be bound several times in its module."""
        for number in range(1, 12):
            symbol = f"{row.file}:{row.endpoint_qualname}" + (f"#{number}" if number > 1 else "")
            own = self.types.function(symbol)
            if own is not None and own[1].line == row.line:
                return symbol
        return None

    def _decorator(self, summary: Summary, decorator: Expr) -> int:
        target = decorator[1] if decorator[0] == "c" else decorator
        name = _leaf(target)
        found = self.types.eval(summary, target)
        match found:
            case ("func", symbol) | ("bound", symbol, _):
                level = self._with_inner(symbol)
            case ("type", cls, _) | ("inst", cls, _) if ":" in cls:
                level = max(self._with_inner(f"{cls}.{method}") for method in ("__call__", "__init__", "__get__"))
            case ("ext", dotted) | ("mem", dotted, _):
                if self.types.knowledge.route(dotted) is not None:
                    return OPEN
                level = self._library(dotted, False)
            case _:
                level = OPEN
                if name in (
                    "get",
                    "post",
                    "put",
                    "patch",
                    "delete",
                    "head",
                    "options",
                    "api_route",
                    "websocket",
                    "route",
                ):
                    return OPEN
        return DOUBTFUL if level == OPEN and _WORDS.search(name) else level

    def _with_inner(self, symbol: str) -> int:
        """A decorator and the functions in it: the wrapper is what refuses."""
        path, _, qualname = symbol.rpartition(":")
        summary = self.types.modules.summary(path)
        if summary is None:
            return OPEN
        inner = [name for name in summary.functions if name == qualname or name.startswith(f"{qualname}.<locals>.")]
        return max((self.function(f"{path}:{name}") for name in inner), default=OPEN)

    # Functions

    @remembered(lambda self, symbol, depth=_DEPTH: (symbol, depth))
    def function(self, symbol: str, depth: int = _DEPTH) -> int:
        """Whether calling a function (constructing a class) refuses those who are not known."""
        known = self._functions.get((symbol, depth))
        if known is None:
            self._functions[symbol, depth] = OPEN
            known = self._functions[symbol, depth] = self._function(symbol, depth)
        return known

    def _function(self, symbol: str, depth: int) -> int:
        own = self.types.function(symbol)
        if own is None:
            cls = self.types.project_class(symbol)
            return (
                max((self.function(f"{symbol}.{name}", depth) for name in ("__call__", "__init__")), default=OPEN)
                if cls is not None
                else OPEN
            )
        summary, function = own
        level = OPEN
        speaks = _PEOPLE.search(_PLACES.sub("", function.qualname)) is not None
        for raised in function.raised:
            level = max(level, self._refusal(self._status(summary, raised, 0), speaks))
        if level < PROTECTED:
            for call in function.calls:
                level = max(level, self._call(summary, call[0], depth, speaks))
                if level == PROTECTED:
                    break
        if level == PROTECTED and _is_optional(self.types, summary, function):
            return DOUBTFUL
        return level

    @staticmethod
    def _refusal(status: int | None, speaks: bool) -> int:
        """What is forbidden may be so for everybody, unless the function's name `speaks` of users."""
        if status not in _REFUSALS:
            return OPEN
        return PROTECTED if status != 403 or speaks else DOUBTFUL

    def _status(self, summary: Summary, raised: Expr, depth: int) -> int:
        """The status that an exception is answered with; 401 where its name says who is not known; 0: unknown."""
        if depth > 5:
            return 0
        match raised:
            case ("v", indices) | ("g", indices):
                bound = indices if isinstance(indices, tuple) else summary.names.get(indices, ())
                for index in bound:
                    fact = summary.table[index]
                    if fact[0] == "=" and fact[2] == ():
                        return self._status(summary, fact[1], depth + 1)
                    if fact[0] == ":" and fact[2] is not None:
                        return self._status(summary, fact[2], depth + 1)
                found = self.types.eval(summary, raised)
            case ("c", callee, args, keywords):
                found = self.types.eval(summary, callee)
                given = dict(keywords).get("status_code") or dict(keywords).get("status") or dict(keywords).get("code")
                for value in (given, *args):
                    status = self._number(summary, value) if value is not None else None
                    if status is not None:
                        return status
                if found is not None and found[0] in ("func", "bound"):
                    own = self.types.function(found[1])
                    if own is not None:
                        return max((self._status(own[0], result, depth + 1) for result in own[1].results), default=0)
                # Classes that a function makes have but their names.
                return self._status_of_class(found) or (401 if _ERRORS.search(_leaf(callee)) else 0)
            case _:
                found = self.types.eval(summary, raised)
        return self._status_of_class(found)

    def _status_of_class(self, found: Type | None) -> int:
        match found:
            case ("type", cls, _) | ("inst", cls, _):
                pass
            case ("ext", cls):
                pass
            case _:
                return 0
        return self._status_of_name(cls)

    @remembered()
    def _status_of_name(self, cls: str) -> int:
        known = self._exceptions.get(cls)
        if known is None:
            known = self._exceptions[cls] = self._of_class(cls)
        return known

    def _of_class(self, cls: str) -> int:
        for base in self.types.mro(cls):
            if _ERRORS.search(base.rpartition(":")[2].rpartition(".")[2]):
                return 401
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            for name in ("status_code", "status", "code", "http_status"):
                for index in definition.members.get(name, ())[-1:]:
                    fact = summary.table[index]
                    value = fact[1] if fact[0] == "=" else fact[2] if fact[0] == ":" else None
                    status = self._number(summary, value) if value is not None else None
                    if status is not None:
                        return status
            initialiser = self.types.function(f"{base}.__init__")
            if initialiser is not None:
                for expr, *_ in initialiser[1].calls:
                    for value in (*expr[2], *(value for _, value in expr[3])):
                        status = self._number(initialiser[0], value)
                        if status is not None:
                            return status
        return 0

    def _number(self, summary: Summary, value: Expr) -> int | None:
        found = value_of(self.types, summary, value)
        if isinstance(found, int) and not isinstance(found, bool) and (100 <= found < 600 or 1000 <= found < 5000):
            return found
        leaf = _leaf(value)
        if leaf == "value" and value[0] == "a":
            leaf = _leaf(value[1])
        return _STATUS_WORDS.get(leaf)

    def _call(self, summary: Summary, expr: Expr, depth: int, speaks: bool) -> int:
        """What a call demands: it builds a refusal, or runs something that does."""
        _, callee, _, keywords = expr
        name = _leaf(callee)
        given = [value for key, value in keywords if key in ("status_code", "status", "code")]
        if name in (
            "HTTPException",
            "Response",
            "JSONResponse",
            "PlainTextResponse",
            "HTMLResponse",
            "WebSocketException",
            "close",
            "send_error",
        ):
            given += expr[2]
        refusal = max((self._refusal(self._number(summary, value), speaks) for value in given), default=OPEN)
        if refusal:
            return refusal
        if name == "RedirectResponse" and any(
            isinstance(v, tuple) and v[0] == "k" and isinstance(v[1], str) and _LOGIN_PAGE.search(v[1])
            for v in (*expr[2], *dict(keywords).values())
        ):
            return DOUBTFUL
        found = self.types.eval(summary, callee)
        match found:
            case ("func", symbol) | ("bound", symbol, _):
                level = self.function(symbol, depth - 1) if depth > 0 else OPEN
            case ("ext", dotted) | ("mem", dotted, _):
                if dotted in _SIGNATURES or dotted in _ENFORCING:
                    return PROTECTED
                level = PROTECTED if _LIBRARIES.match(dotted) and _WORDS.search(dotted.rpartition(".")[2]) else OPEN
                if dotted.startswith(
                    ("fastapi.", "starlette.", "builtins.", "sqlalchemy.", "sqlmodel.", "pydantic.", "typing.")
                ):
                    return level
                return level if level or not _WORDS.search(name) else DOUBTFUL
            case ("type", _, _):
                return OPEN
            case _:
                level = OPEN
        return DOUBTFUL if level == OPEN and depth > 0 and _PROVING.search(name) else level

    # Around the routes

    @remembered(lambda self, row: row.app)
    def _around(self, row: RouteRow) -> Protection:
        known = self._apps.get(row.app)
        if known is None:
            best = Protection(OPEN, "")
            for middleware in self.application.middleware(row.app):
                level = self._middleware(middleware)
                if level > best.level:
                    best = Protection(level, "")
            known = self._apps[row.app] = best
        if known.level and row.method == "WEBSOCKET" and not self._sees_websockets(row.app):
            return Protection(OPEN, "")
        # Which paths it lets pass is not known.
        return known._replace(level=min(known.level, DOUBTFUL))

    def _middleware(self, middleware: Middleware) -> int:
        if _NOT_USERS.search(middleware.name):
            return OPEN
        if middleware.name == "starlette.middleware.authentication.AuthenticationMiddleware":
            # It finds out who it is; to refuse is left to the routes.
            return OPEN
        if middleware.symbol is None:
            return (
                DOUBTFUL
                if _LIBRARIES.match(middleware.name) or _WORDS.search(middleware.name.rpartition(".")[2])
                else OPEN
            )
        level = self.function(middleware.symbol)
        if self.types.project_class(middleware.symbol) is not None:
            level = max(level, *(self.function(symbol) for symbol in self._methods(middleware.symbol)))
        return DOUBTFUL if level or _WORDS.search(middleware.name.rpartition(":")[2]) else OPEN

    def _methods(self, cls: str) -> Iterator[str]:
        for base in self.types.mro(cls):
            if ":" in base:
                for name in ("dispatch", "__call__"):
                    yield f"{base}.{name}"
        yield f"{cls}.dispatch"

    def _sees_websockets(self, app: str) -> bool:
        """`BaseHTTPMiddleware` and `@app.middleware("http")` let websockets pass."""
        for middleware in self.application.middleware(app):
            if not self._middleware(middleware):
                continue
            cls = middleware.symbol
            if cls is None or self.types.is_subclass(cls, ("starlette.middleware.base.BaseHTTPMiddleware",)) is None:
                return cls is None or self.types.project_class(cls) is not None
            if self.types.project_class(cls) is not None and not self.types.is_subclass(
                cls, ("starlette.middleware.base.BaseHTTPMiddleware",)
            ):
                return True
        return False


_PROVING = regex(
    r"(?i)auth(?!or(?:s|_id|_name|$))|permission|current_?user|check_?access|verify|jwt|api_?key|require|signature|(?:^|_)(?:login|guard|acl|rbac|ensure_\w*(?:user|owner|admin|access))(?:_|$)"
)
_PARAMETERS = regex(
    r"(?i)(?:^|_)(?:authorization|token|api_?key|secret|signature|credentials|password|invite|invitation|otp|nonce|current_user|principal|auth|auth_\w+)$"
)


def _parameter_proves(name: str) -> bool:
    """Who knows the value of such a parameter may be allowed to call: a key, a token, an invitation."""
    return _PARAMETERS.search(name) is not None


def _is_optional(types: Types, summary: Summary, function: Function) -> bool:
    """Whether a function also answers with None where nobody is known."""
    if _OPTIONAL.search(function.qualname):
        return True
    if function.returns is None or ("k", None) not in function.results:
        return False
    declared = types.annotation(summary, function.returns)
    return declared is not None and declared[0] == "union" and ("none",) in declared[1]


def _leaf(expr: Expr) -> str:
    match expr:
        case ("g", name) | ("a", _, name):
            return str(name)
        case ("c", callee, _, _):
            return _leaf(callee)
    return ""


__all__ = ["DOUBTFUL", "OPEN", "PROTECTED", "Authentication", "Protection"]
