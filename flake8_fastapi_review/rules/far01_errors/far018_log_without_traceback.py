from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...handlers import caught, handler_of
from ...rule import Edit, Fix, Range, Rule, Severity
from .responses import is_http_exception

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Logging
    from ...file import File
    from ...rule import Violation

_ERROR = 40
_EVIDENCE = ("traceback.*", "sys.exc_info", "sys.exception")
_WIDE = frozenset(
    (
        "builtins.Exception",
        "builtins.BaseException",
        "builtins.OSError",
        "builtins.RuntimeError",
        "builtins.ConnectionError",
        "builtins.TypeError",
        "builtins.AttributeError",
        "aiohttp.ClientError",
        "aiohttp.ClientResponseError",
        "asyncpg.PostgresError",
        "botocore.exceptions.BotoCoreError",
        "botocore.exceptions.ClientError",
        "concurrent.futures.BrokenExecutor",
        "docker.errors.APIError",
        "docker.errors.DockerException",
        "elasticsearch.ApiError",
        "elasticsearch.TransportError",
        "grpc.RpcError",
        "httpx.HTTPError",
        "httpx.HTTPStatusError",
        "httpx.RequestError",
        "httpx.TransportError",
        "kubernetes.client.ApiException",
        "openai.APIError",
        "openai.OpenAIError",
        "psycopg.Error",
        "psycopg2.Error",
        "pymongo.errors.PyMongoError",
        "redis.RedisError",
        "redis.ConnectionError",
        "requests.HTTPError",
        "requests.RequestException",
        "requests.ConnectionError",
        "smtplib.SMTPException",
        "sqlite3.Error",
        "sqlite3.DatabaseError",
        "sqlite3.OperationalError",
        "ssl.SSLError",
        "subprocess.CalledProcessError",
        "subprocess.SubprocessError",
        "sqlalchemy.exc.SQLAlchemyError",
        "sqlalchemy.exc.DBAPIError",
        "sqlalchemy.exc.DatabaseError",
        "sqlalchemy.exc.IntegrityError",
        "sqlalchemy.exc.InternalError",
        "sqlalchemy.exc.OperationalError",
        "sqlalchemy.exc.ProgrammingError",
        "stripe.StripeError",
        "urllib.error.HTTPError",
        "urllib.error.URLError",
    )
)
"""Classes that stand for many causes, told apart by message or place alone. Of `KeyError`, or of a project's own
`BackendNotAvailable`, the log line says all that there is to say."""


class LogWithoutTraceback(Rule):
    """An error is logged in a handler without the exception.

    The line says that something failed, and not what: neither the message of the exception nor the place it came from.
    `logger.exception` and `exc_info=True` add both.

    Handlers of classes that stand for one cause only are left alone, and so are those that raise the exception on.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def send(server, message):
            try:
                server.send_message(message)
            except OSError:
                logger.error("The mail server cannot be reached")

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def send(server, message):
            try:
                server.send_message(message)
            except OSError:
                logger.exception("The mail server cannot be reached")
    """

    code = "FAR018"
    severity = Severity.SUGGESTION
    cwe = 778
    message = "`{call}` says nothing about the exception: use `{instead}`"
    markers = (("except",), (".error(", ".critical(", ".fatal(", ".aerror(", ".acritical("))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            found = file.logging_call(call) if isinstance(call.func, ast.Attribute) else None
            if found is None or found.level < _ERROR or found.method.endswith("exception"):
                continue
            handler = handler_of(file, call)
            if handler is None or not _needs_more(file, handler) or _told(file, handler):
                continue
            yield self.at(call, call=f"{ast.unparse(call.func)}(...)", instead=_instead(found), fix=_fix(found))


def _told(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the handler hands the exception on: to the log, to the caller, or to anything else."""
    if handler.name and any(node.id == handler.name for node in file.within(handler.body, ast.Name)):
        return True
    for statement in file.raises(handler.body):
        if statement.exc is None or not is_http_exception(file, statement.exc):
            return True
    for logging in file.logs(handler.body):
        if logging.method.endswith("exception") or _has_info(logging.call):
            return True
    return any(file.is_named(call.func, *_EVIDENCE) for call in file.within(handler.body, ast.Call))


def _has_info(call: ast.Call) -> bool:
    for given in call.keywords:
        if given.arg is None or given.arg in ("exc_info", "stack_info", "exception"):
            return not (isinstance(given.value, ast.Constant) and not given.value.value)
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Attribute(attr="opt" | "bind")) as options):
            return _has_info(options)
    return False


def _needs_more(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the class of the exception leaves open what happened."""
    return handler.type is None or any(file.name_of(kind) in _WIDE for kind in caught(handler))


def _instead(found: Logging) -> str:
    if found.method not in ("error", "aerror"):
        return "exc_info=True"
    function = found.call.func
    return f"{ast.unparse(function).removesuffix('error')}exception(...)"


def _fix(found: Logging) -> Fix | None:
    function = found.call.func
    if not isinstance(function, ast.Attribute) or function.attr not in ("error", "aerror"):
        return None
    line, column = function.end_lineno or 0, function.end_col_offset or 0
    place = Range(line, column - len(function.attr), line, column)
    return Fix("Log the exception", (Edit(place, function.attr.replace("error", "exception")),))
