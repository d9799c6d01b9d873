"""What the rules on routes share: which file is worth a look, which paths are open to everybody by their nature."""

from __future__ import annotations

import ast
import fnmatch
import re
from typing import TYPE_CHECKING

from ...shapes import named_parameters

if TYPE_CHECKING:
    from ...answers import Endpoint
    from ...file import File
    from ...project.application import RouteRow

REGISTRATIONS = (
    ".get(", ".post(", ".put(", ".patch(", ".delete(", ".api_route(", ".add_api_route(", ".websocket(", ".route(",
    ".add_api_websocket_route(", ".add_route(",
)  # fmt: skip
"""Words of which one stands in every file that registers routes."""

CHANGING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
"""Methods that change something."""
_REGISTERING = frozenset(word[1:-1] for word in REGISTRATIONS)
_PUBLIC = re.compile(
    r"(?i)(?:^|[/_.{-])(?:log-?in|log-?out|sign-?in|sign-?up|sign-?out|logged|register|registration|tokens?|jwt|oauth2?|oidc|saml2?|sso|openid|callback"
    r"|authorize|auth|authentication|authenticate|forgot|forget|lost|passwords?|reset|recover|recovery|verify|verification|confirm|confirmation|activate"
    r"|activation|magic|otp|mfa|2fa|refresh|health\w*|live|livez|liveness|ready|readyz|readiness|ping|heartbeat|setup|install|onboarding|bootstrap|initial\w*|first"
    r"|invite|invites|invitations?|join|captcha|csrf|contact|newsletter|unsubscribe|subscribe|public|telemetry|echo|hello)(?=$|[/_.}-])"
)
"""Segments of paths, words of handlers: what everybody has to reach before he is somebody, or tells nothing."""
_READABLE = re.compile(
    r"(?i)(?:^|[/_.{-])(?:status|state|metrics|prometheus|up|version|versions|about|server-?info|info|docs|redoc|openapi\w*|swagger\w*|api-?spec|schemas?|spec|robots|favicon"
    r"|static|assets|manifest|sitemap|index|home|images?|img|icons?|logos?|fonts?|css|js|well-known|landing|welcome|shared?|locales?|i18n|languages?|translations?|config"
    r"|configuration|settings|features?|feature-?flags?|test|errors?|time|preflight|discovery|discover|jwks|keys|options|files|enums?|providers|countries|currencies|plans"
    r"|pricing|examples?|templates?|init|avatars?|page|ui|app|web|terms|privacy|legal|blog|news|feed|rss|spa|frontend|dashboard)(?=$|[/_.}-])"
)
"""Those that are open for reading in many applications."""
_SIGN_UP = re.compile(r"(?i)(?:^|/)(?:users?|accounts?|customers?|members?|profiles?|sessions?)/?$")
_TEXTUAL = frozenset(
    ("url_for", "url_path_for", "include_query_params", "replace", "format", "join", "strip", "rstrip", "lstrip", "get")
)
_COOKIES = frozenset(("set_cookie", "delete_cookie"))
_READING = re.compile(r"_?(?:get|list|read|fetch|find|search|show|describe|count)(?:_|$)")
_CONNECTIONS = ("request", "req", "websocket", "ws", "conn", "connection")
_CALLER = ("user", "auth", "session", "cookies", "is_authenticated", "state")
_PROOF = re.compile(
    r"(?i)authorization|signature|hmac|x-[\w-]*(?:key|token|secret)|is_authenticated|current_user|permission"
)

_SAYS_OPEN = re.compile(
    r"(?i)\bno-(?:auth\w*|login|sign-?up)\b"
    r"|\bno (?:auth\w*|login|sign-?up|api keys?|tokens?)(?: \w+)? (?:required|needed|necessary)\b"
    r"|\b(?:auth\w*|login) (?:is )?not (?:required|needed)\b"
    r"|\bunauthenticated (?:by design|on purpose|endpoint|route)"
    r"|\bpublic(?:ly)?[- ](?:accessible|available|endpoints?|routes?)\b"
)
"""`No-auth playground`, `No authentication required`, `Public endpoint`"""
_OPEN_ROUTER = re.compile(r"(?i)(?:^|_)(?:public|open|anonymous|unauthenticated|no_?auth)(?:_|$)")
_IDENTIFYING = re.compile(r"(?i)account|auth|caller|guard|identity|login|permission|principal|tenant|user|verify")


def registers(file: File) -> bool:
    """A cheap look: whether a route is registered in this file, for all that the syntax tells."""
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        for decorator in function.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(target, ast.Attribute) and target.attr in _REGISTERING:
                return True
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("add_api_route", "add_api_websocket_route", "add_route")
        for call in file.nodes(ast.Call)
    )


def endpoints(file: File) -> list[Endpoint]:
    """The functions of the file that handle routes, all about which is known."""
    if not registers(file):
        return []
    return [endpoint for endpoint in file.endpoints if all(row.complete for row in endpoint.rows)]


def is_public(row: RouteRow, globs: frozenset[str]) -> bool:
    """Whether a route is for everybody, by its path, its handler's name or the configuration."""
    own = row.path.rstrip("/")
    if own in ("", "/{path:path}", "/{full_path:path}") or any(fnmatch.fnmatchcase(row.path, glob) for glob in globs):
        return True
    if row.kind == "plain" or row.path.endswith(
        (":path}", ".json", ".txt", ".xml", ".html", ".ico", ".js", ".png", ".svg")
    ):
        return True
    name = row.endpoint_qualname.rpartition(".")[2]
    if _PUBLIC.search(row.path) or _PUBLIC.search(name) or (row.method == "POST" and _SIGN_UP.search(row.path)):
        return True
    return row.method == "GET" and bool(_READABLE.search(row.path) or _READABLE.search(name))


def is_said_to_be_open(file: File, function: ast.AST) -> bool:
    """Whether the module or the handler says in its docstring that nobody has to log in, or its router by its name."""
    documented = (
        (file.tree, function) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else (file.tree,)
    )
    if any(_SAYS_OPEN.search(ast.get_docstring(each) or "") for each in documented):
        return True
    for decorator in getattr(function, "decorator_list", ()):
        match decorator:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name))):
                if _OPEN_ROUTER.search(name):
                    return True
    return False


def looks_at_caller(file: File, function: ast.AST) -> bool:
    """Whether a handler itself looks at who is calling: `request.user`, a session, a signature in a header."""
    for found in file.within(function, ast.Attribute, ast.Name, ast.Constant):
        match found:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if name in _CALLER and owner in _CONNECTIONS:
                return True
            case ast.Attribute(attr=text) | ast.Name(id=text) | ast.Constant(value=str(text)):
                if len(text) < 60 and _PROOF.search(text):
                    return True
    arguments = getattr(function, "args", None)
    given = [] if arguments is None else [each.arg for each in named_parameters(arguments) if each.arg in _CONNECTIONS]
    return any(_IDENTIFYING.search(taker) for name in given for taker in file.unknown_takers(function, name))


def leads_elsewhere(file: File, function: ast.AST) -> bool:
    """Whether all that a handler does is to redirect."""
    results = [statement.value for statement in file.within(function, ast.Return)]
    if not results or file.within(function, ast.Await) or not all(_is_redirect(result) for result in results):
        return False
    return all(_only_computes(file, call) for call in file.within(function, ast.Call))


def only_sets_cookies(file: File, function: ast.AST) -> bool:
    """Whether all that a handler does is to put something into the browser that asks."""
    calls = file.within(function, ast.Call)
    if not any(isinstance(call.func, ast.Attribute) and call.func.attr in _COOKIES for call in calls):
        return False
    if any(
        statement.value is not None and file.value_of(statement.value) is file.UNKNOWN
        for statement in file.within(function, ast.Return)
    ):
        return False
    targets = [target for assignment in file.within(function, ast.Assign) for target in assignment.targets]
    return all(isinstance(target, ast.Name) for target in targets) and all(_only_computes(file, call) for call in calls)


def _is_redirect(result: ast.expr | None) -> bool:
    match result:
        case ast.Call(func=ast.Name(id="RedirectResponse") | ast.Attribute(attr="RedirectResponse")):
            return True
    return False


def _only_computes(file: File, call: ast.Call) -> bool:
    """A call of the framework, of Python itself, or of a method that makes addresses and texts."""
    name = file.resolved(call) or ""
    return name.startswith(("builtins.", "starlette.", "fastapi.", "urllib.")) or (
        isinstance(call.func, ast.Attribute) and call.func.attr in _TEXTUAL
    )


def only_reads(row: RouteRow, function: ast.AST) -> bool:
    """Whether a POST is one by convention only: `list_types`, `get_info`."""
    return row.method == "POST" and _READING.match(getattr(function, "name", "")) is not None


def takes_input(file: File, row: RouteRow, function: ast.AST) -> bool:
    """Whether a route answers differently to different requests."""
    if "{" in row.path:
        return True
    arguments = getattr(function, "args", None)
    if arguments is None:
        return False
    return any(
        file.parameter_source(function, argument.arg) in ("path", "query", "body", "form", "file")
        for argument in named_parameters(arguments)
    )


def shown(row: RouteRow) -> str:
    """`DELETE /orders/{order_id}`."""
    return f"{row.method} {row.path}"
