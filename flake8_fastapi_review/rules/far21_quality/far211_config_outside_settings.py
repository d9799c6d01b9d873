from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PLACES = re.compile(
    r"(?i)(?:^|[/_])(?:settings?|config(?:uration)?s?|env(?:ironment)?s?|constants?|defaults?|conftest|cli|commands?|scripts?"
    r"|tools?|bin|evals?|eval_framework|benchmarks?|__main__|manage|setup|gunicorn|logging|telemetry|tracing|otel|instrumentation)(?:/|_|\.py$)"
)
"""Where configuration is read by design, or before there are settings."""
_BEFORE_SETTINGS = re.compile(r"(?i)config(?:_?(?:dir|file|path))?$|dotenv|env_?file|^testing$|^_$|subprocess")
"""Variables that say where the settings are, or what kind of process this is."""


_STARTS = re.compile(r"^_?(?:main|run|serve|start_server|cli)$")
"""Names of functions that are a process of their own, before there are settings."""


_SERVERS = frozenset(
    """
    httpx httpx2 requests aiohttp urllib3 redis sqlalchemy psycopg psycopg2 asyncpg aiomysql pymysql pymongo motor
    elasticsearch opensearchpy qdrant_client smtplib aiosmtplib boto3 minio pika aio_pika kafka aiokafka nats grpc
    websockets
    """.split()
)
"""Libraries that talk to servers."""
_OWN_SERVER = re.compile(
    r"(?:[a-z][\w+.-]*://)?(?:[^@/\s]*@)?"
    r"(?:localhost|127(?:\.\d+){3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}"
    r"|[\w.-]+\.(?:internal|local|lan|svc)|(?<=/)[a-z][\w-]*(?=:\d))(?::\d+)?(?:/\S*)?"
)
"""An address of a machine of one's own: the next deployment has another one."""
_OWN_FOLDER = re.compile(r"(?:/home/\w|/Users/\w|[A-Z]:\\).*")


class ConfigOutsideSettings(Rule):
    """A setting is read from the environment past the project's settings class.

    Who deploys looks at the settings class, with its types, defaults and checks, and misses this one. It is read as
    text, a missing one is found when the line runs, and a test that overrides the settings does not reach it.

    So is an address of an own server (`redis.from_url("redis://10.0.0.5")`) or a folder of one machine that is written
    into the code: where it runs next there is another one.

    Variables of the operating system and of platforms are left alone, those that say where the settings are, what is
    only asked where nothing was given (`path or os.getenv("SHOP_PATH")`), command lines, and modules named for
    configuration.

    Bad:

        import os

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            shop_name: str = "Bookshop"

        def page_size() -> int:
            return int(os.getenv("SHOP_PAGE_SIZE", "20"))

    Good:

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            shop_name: str = "Bookshop"
            shop_page_size: int = 20

        settings = Settings()

        def page_size() -> int:
            return settings.shop_page_size
    """

    code = "FAR211"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "`{variable}` is {how} past the settings class: make it a field of it"
    markers = (("environ", "getenv", "://", "host", "open(", "Path("),)

    allow: frozenset[str] = option(frozenset(), "Names of variables that may be read anywhere.")

    def check(self, file: File) -> Iterator[Violation]:
        if _PLACES.search(file.path) or file.talks_to_terminal or not file.project_mentions("BaseSettings"):
            return
        for node in file.nodes(ast.Call, ast.Subscript):
            key = _key(file, node)
            if key is None or file.function(node) is None:
                continue
            name = file.value_of(key)
            if not isinstance(name, str) or name in self.allow or _is_foreign(file, name) or _is_settings(file, node):
                continue
            if _BEFORE_SETTINGS.search(name) or not isinstance(key, ast.Constant | ast.Name | ast.Attribute):
                continue
            if _is_second(file, node) or _STARTS.search(getattr(file.function(node), "name", "")):
                continue
            yield self.at(node, variable=name, how="read")
        for value, text in _written_out(file):
            yield self.at(value, variable=text, how="written into the code")


def _written_out(file: File) -> Iterator[tuple[ast.expr, str]]:
    """Addresses of own servers that libraries are given as they are, and folders of one machine that are opened."""
    if not any(word in file.text for word in ("://", "host", "/home/", "/Users/", ":\\")):
        return
    for call in file.nodes(ast.Call):
        given = [*call.args, *(each.value for each in call.keywords if each.arg in _ADDRESSES)]
        texts = [(each, text) for each in given if isinstance(text := file.value_of(each), str)]
        servers = [pair for pair in texts if _OWN_SERVER.fullmatch(pair[1])]
        folders = [pair for pair in texts if _OWN_FOLDER.fullmatch(pair[1])]
        if not (servers or folders) or (file.enclosing(call, ast.ClassDef) is not None and _is_settings(file, call)):
            continue
        name = file.name_of(call.func) or ""
        if name.rpartition(".")[2] in _NOT_SENDING:
            continue
        if servers and name.partition(".")[0] in _SERVERS:
            yield servers[0]
        elif folders and name in ("builtins.open", "pathlib.Path"):
            yield folders[0]


_NOT_SENDING = frozenset(("Request", "serve", "start_server", "create_server"))
"""What makes a request and sends none, or listens itself."""
_ADDRESSES = ("host", "url", "base_url", "dsn", "endpoint_url", "hosts", "address", "server", "uri")


def _key(file: File, node: ast.AST) -> ast.expr | None:
    """The name of the variable that is read here."""
    match node:
        case (
            ast.Call(func=ast.Name() as function, args=[key, *_])
            | ast.Call(func=ast.Attribute(attr="get" | "getenv" | "getenvb") as function, args=[key, *_])
        ):
            return key if file.is_named(function, *file.group("environment")) else None
        case ast.Subscript(value=value, slice=key, ctx=ast.Load()):
            return key if file.name_of(value) == "os.environ" else None
    return None


def _is_second(file: File, node: ast.AST) -> bool:
    """Whether it counts only where another value is missing: `given or os.getenv("SHOP_PATH")`, or for an argument."""
    arguments = getattr(file.function(node), "args", None)
    given = set() if arguments is None else {each.arg for each in named_parameters(arguments)}
    child = node
    for above in file.ancestors(node):
        match above:
            case ast.BoolOp(op=ast.Or(), values=[first, *_]) if child is not first:
                return True
            case ast.Assign(targets=[ast.Name(id=name)]) if name in given:
                # `if key is None: key = os.getenv("KEY")`, where callers may give it
                return True
            case ast.If(test=test, body=body) if child in body and _missing(test) in given:
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
        child = above
    return False


def _missing(test: ast.expr) -> str | None:
    """The name that a test takes for not given: `name is None`, `not name`."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return name
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return name
    return None


def _is_foreign(file: File, name: str) -> bool:
    """Whether a variable is one of the system, of a tool or of a platform, and no setting of the application."""
    for known in file.group("platform-variable"):
        if name.startswith(known[:-1]) if known.endswith("*") else name == known:
            return True
    return False


def _is_settings(file: File, node: ast.AST) -> bool:
    """Whether it stands in a settings class: a field's default, a source of its own."""
    owner = file.enclosing(node, ast.ClassDef)
    return owner is not None and bool(file.derives_from(owner, *file.group("settings")))
