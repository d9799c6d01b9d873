"""Whether an expression that is sent to a client shows what an exception says."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...file import Aim
from ...handlers import caught
from ...records import NamedTuple
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...answers import Definition
    from ...file import File

TEXT = frozenset(
    ("args", "message", "msg", "orig", "strerror", "filename", "stderr", "stdout", "output", "cmd", "statement")
)
"""Attributes that hold what an exception says."""
_PASSING = frozenset(
    f"builtins.{name}" for name in ("str", "repr", "ascii", "format", "dict", "list", "tuple", "set")
) | {"json.dumps", "fastapi.encoders.jsonable_encoder", "textwrap.shorten"}
"""Functions whose result holds what they are given."""
_OF_TEXTS = frozenset(
    "format join strip lstrip rstrip split rsplit splitlines partition rpartition replace lower upper title capitalize "
    "encode decode removeprefix removesuffix".split()
)
_INTERNAL = frozenset(
    f"builtins.{name}"
    for name in (
        "Exception",
        "BaseException",
        "OSError",
        "FileNotFoundError",
        "ConnectionError",
        "ConnectionRefusedError",
    )
)
"""Builtin classes that the interpreter raises with texts about paths and addresses. `ValueError`, `TypeError` and the
like tell about a value, which is the client's as a rule."""
_READING = re.compile(
    r"^(model_validate\w*|validate\w*|parse\w*|loads|literal_eval|from_\w+|fromisoformat|b64decode|urlsafe_b64decode|decode"
    r"|UUID|int|float|get|dict|list|read|strip|split|json|body|len|isinstance)$"
)
"""Calls that read what the client sent; when they fail, the text is about that."""
_INFRASTRUCTURE = frozenset(
    "aiohttp aiomysql aiosqlite alembic anthropic asyncpg azure boto3 botocore celery docker elasticsearch google grpc "
    "httpcore httpx kafka kubernetes mysql neo4j openai paramiko peewee pika psycopg psycopg2 pymongo pymysql redis "
    "requests smtplib socket sqlalchemy sqlite3 ssl subprocess urllib urllib3".split()
)
"""Libraries whose exceptions tell of hosts, queries, commands and credentials."""

_FORMATTED = Aim(attributes=TEXT, parts=True, results=True)
"""What a function of the project makes a text of."""
_CHOOSING = frozenset(("isinstance", "issubclass", "hasattr", "type"))
_SETTINGS = frozenset(("DEBUG", "is_debug", "expose_errors"))
_DEBUGGING = re.compile(r"(?i)debug|expose|verbose|is_dev|development|status(?:_code)? *<")
_HARMLESS = (
    "sqlalchemy.exc.NoResultFound",
    "sqlalchemy.exc.MultipleResultsFound",
    "httpx.RequestError",
    "httpx.TransportError",
    "httpx.TimeoutException",
    "httpx.ConnectTimeout",
    "httpx.ReadTimeout",
    "httpx.NetworkError",
    "httpx.ConnectError",
    "httpx.ReadError",
)
"""httpx names neither host nor URL when nobody answers ("All connection attempts failed"), only in HTTPStatusError."""
_APPS = ("fastapi.FastAPI", "starlette.applications.Starlette")


class Shown(NamedTuple):
    """An exception whose text is in the expression."""

    node: ast.AST
    cls: str
    """How the class is written; empty for a traceback."""


def shown_exception(file: File, expression: ast.AST) -> Shown | None:
    """The exception, of a class that tells about the inside, whose text the expression holds."""
    if _chosen(file, expression):
        return None
    seen: set[ast.AST] = set()
    stack = [expression]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, ast.Name):
            cls = revealing(file, node)
            if cls:
                return Shown(node, cls)
        elif isinstance(node, ast.Call) and file.is_named(node.func, "traceback.*"):
            return Shown(node, "")
        stack.extend(_held(file, node))
    return None


def _held(file: File, node: ast.AST) -> Iterator[ast.AST]:
    """The parts whose text is in the text of `node`."""
    match node:
        case ast.Name():
            values = file.values(node)[1:]
            hidden = {
                behind
                for value in values
                if _chosen(file, value) or (isinstance(value, ast.IfExp) and _DEBUGGING.search(ast.unparse(value.test)))
                for behind in file.values(value)
            }
            yield from (value for value in values if value not in hidden)
        case ast.Attribute(attr=attr, value=ast.Name() | ast.Attribute() as value) if attr in TEXT:
            yield value
        case ast.JoinedStr(values=values) | ast.BoolOp(values=values):
            yield from values
        case (
            ast.FormattedValue(value=value)
            | ast.Subscript(value=value)
            | ast.Starred(value=value)
            | ast.Await(value=value)
        ):
            yield value
        case ast.BinOp(left=left, right=right):
            yield from (left, right)
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            yield from elts
        case ast.Dict(values=values):
            yield from values
        case ast.IfExp(test=test, body=body, orelse=orelse):
            if not _DEBUGGING.search(ast.unparse(test)):
                yield from (body, orelse)
        case ast.Call():
            yield from _given(file, node)


def _given(file: File, call: ast.Call) -> Iterator[ast.AST]:
    """The arguments that the result of a call holds; a project's function may clean what it is given."""
    name = file.resolved(call)
    of_text = isinstance(call.func, ast.Attribute) and call.func.attr in _OF_TEXTS
    found = None if of_text or name in _PASSING else file.definition_of(call.func)
    if of_text:
        yield call.func.value  # type: ignore[attr-defined]
    if of_text or name in _PASSING or (found is not None and found.is_class):
        yield from call.args
        yield from (keyword.value for keyword in call.keywords)
    elif found is not None:
        given = [each.argument for each in file.handed_on(call, _FORMATTED)]
        if given and not chooses(file, found):
            yield from given


def chooses(file: File, function: Definition) -> bool:
    """Whether a function of the project looks at what it is given, or at a setting: it may tell only what it should."""
    if function.path != file.path or file.body_mentions(function, _SETTINGS):
        return file.body_mentions(function, _CHOOSING | _SETTINGS)
    node = next(
        (each for each in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef) if each.lineno == function.line), None
    )
    asked = [] if node is None else file.within(node.body, ast.Call)
    return any(
        last_name(call.func) in _CHOOSING
        and call.args
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id in function.parameters
        for call in asked
    )


def revealing(file: File, name: ast.Name) -> str | None:
    """How the class of a caught exception is written, if its text tells about the inside; None for other names."""
    for ancestor in file.ancestors(name):
        match ancestor:
            case ast.If(test=ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=tested), kind])) if (
                tested == name.id
            ):
                if not _inside(file, name, ancestor.body):
                    continue
                kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                return _first_revealing(file, kinds)
            case ast.IfExp(
                test=ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=tested), kind]), body=body
            ) if tested == name.id and _inside(file, name, [body]):
                return _first_revealing(file, kind.elts if isinstance(kind, ast.Tuple) else [kind])
            case ast.ExceptHandler(name=bound) if bound == name.id:
                if _reads_only(file, ancestor):
                    return None
                return "Exception" if ancestor.type is None else _first_revealing(file, caught(ancestor))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return _handled_by(file, ancestor, name.id)
            case ast.Lambda() | ast.ClassDef():
                return None
    return None


def _reads_only(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the `try` does nothing but read a value: its error is about what the client sent."""
    statement = file.parent(handler)
    calls = file.within(getattr(statement, "body", []), ast.Call)
    names = [last_name(call.func) for call in calls]
    return bool(names) and all(_READING.match(name) or name[:1].isupper() for name in names)


def _chosen(file: File, node: ast.AST) -> bool:
    """Whether a setting for developers has to be on for `node` to run."""
    return any(
        isinstance(ancestor, ast.If)
        and _DEBUGGING.search(ast.unparse(ancestor.test))
        and _inside(file, node, ancestor.body)
        for ancestor in file.ancestors(node)
    )


def _inside(file: File, node: ast.AST, body: Sequence[ast.AST]) -> bool:
    return node in body or any(ancestor in body for ancestor in file.ancestors(node))


def _first_revealing(file: File, kinds: list[ast.expr]) -> str | None:
    return next((ast.unparse(kind) for kind in kinds if _tells_of_inside(file, kind)), None)


def _tells_of_inside(file: File, kind: ast.expr) -> bool:
    name = file.name_of(kind)
    if name is None or file.definition_of(kind) is not None:
        return False
    return _is_inside(name)


def _is_inside(name: str) -> bool:
    return name not in _HARMLESS and (name in _INTERNAL or name.partition(".")[0] in _INFRASTRUCTURE)


def _handled_by(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str | None:
    """The class that a registered exception handler is for, if `name` is the exception that it is given."""
    given = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    if name not in given[1:2]:
        return None
    registered = file.handles(function) if file.project_mentions("exception_handler") else ()
    if registered:
        return next((kind.rpartition(".")[2] for kind in registered if _is_inside(kind)), None)
    if "exception_handler" not in file.text:
        return None
    for call in file.calls_to(*(f"{app}.exception_handler" for app in _APPS)):
        kind = file.argument(call, 0, "exc_class_or_status_code")
        if call in function.decorator_list and kind is not None:
            return _first_revealing(file, [kind])
    return None
