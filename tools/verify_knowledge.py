"""Compares the knowledge rows with the libraries themselves: `python tools/verify_knowledge.py [NAME-PREFIX …]`.

Needs an environment in which the libraries are installed; rows of those that are not are counted, not judged. Checks
that names exist, aliases are the same object, base classes are real ones, what must be awaited is awaitable and what
must not is not, `with`/`for` support, the positions of callables, constants. Exit status 1 when a row is wrong.
"""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import re
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from flake8_fastapi_review.knowledge import AWAIT, Knowledge, Tables
from flake8_fastapi_review.knowledge.compile import read
from flake8_fastapi_review.knowledge.schema import expand

warnings.simplefilter("ignore")

OLDER = {
    name: release
    for names, release in (
        ("sqlalchemy.engine.Engine.{execute,scalar,table_names}", "SQLAlchemy 1.4"),
        ("warnings.deprecated", "Python 3.13"),
        ("ssl.wrap_socket", "Python 3.11"),
        ("starlette.applications.Starlette.{add_event_handler,add_websocket_route,on_event}", "Starlette 0.x"),
        ("starlette.applications.Starlette.{exception_handler,middleware,route,websocket_route}", "Starlette 0.x"),
        ("starlette.routing.Router.{add_event_handler,on_event,route,websocket_route}", "Starlette 0.x"),
        ("openai.{ChatCompletion,Completion,Embedding,Image,Moderation,Edit}.{create,acreate}", "openai 0.x"),
        ("openai.Audio.{transcribe,translate,atranscribe,atranslate}", "openai 0.x"),
        ("mistralai.Mistral.{chat,embeddings}", "mistralai 1.x"),
        ("mistralai.chat.Chat.{complete,stream,complete_async,stream_async}", "mistralai 1.x"),
        ("mistralai.embeddings.Embeddings.{create,create_async}", "mistralai 1.x"),
        ("mistralai.client.MistralClient.{chat,chat_stream,embeddings}", "mistralai 0.x"),
        ("http.HTTPStatus.{CONTENT_TOO_LARGE,URI_TOO_LONG,RANGE_NOT_SATISFIABLE,UNPROCESSABLE_CONTENT}", "Python 3.13"),
        ("http.HTTPStatus.{CONTENT_TOO_LARGE,URI_TOO_LONG}.value", "Python 3.13"),
        ("http.HTTPStatus.{RANGE_NOT_SATISFIABLE,UNPROCESSABLE_CONTENT}.value", "Python 3.13"),
        ("notion_client.api_endpoints.DatabasesEndpoint.query", "notion-client 2"),
        ("qdrant_client.QdrantClient.search", "qdrant-client 1.12"),
        ("redis.Redis.graph", "redis 5"),
        ("mcp.server.fastmcp.FastMCP.{tool,resource,prompt}", "mcp 1"),
        ("fastapi_limiter.FastAPILimiter.{init,close}", "fastapi-limiter 0.1"),
        ("kafka.KafkaAdminClient.{describe_consumer_groups,list_consumer_groups}", "kafka-python 2"),
        ("kafka.KafkaAdminClient.{delete_consumer_groups,list_consumer_group_offsets}", "kafka-python 2"),
    )
    for name in expand(names)
}
"""Names that not every current release has, but reviewed code does."""

MADE_AT_RUN_TIME = frozenset(
    name
    for names in (
        "django.db.models.Model.objects",
        "mongoengine.Document.objects",
        "boto3.resources.base.ServiceResource.{Bucket,Object,Table,Queue,Topic,Instance,batch_writer}",
        "botocore.client.BaseClient.{generate_presigned_url,generate_presigned_post}",
        "sh.{git,docker,kubectl,helm,make,npm,pip,sudo,ssh,systemctl,terraform,aws,gcloud,brew,apt_get}.*",
    )
    for name in expand(names)
)
"""Attributes that are added to classes or instances at run time."""

REFUSES_WITH = ("aiohttp.ClientSession",)
"""Classes whose `__enter__` only raises."""

AWAITABLE = (
    "redis.asyncio.",
    "motor.",
    "aiohttp.ClientSession.",
    "aiofiles.open",
    "aiomysql.",
    "aio_pika.abc.",
    "aiosqlite.connect",
    "asyncpg.create_pool",
    "asyncpg.pool.Pool.acquire",
    "starlette.requests.Request.form",
)
"""Methods that are no coroutine functions but return an awaitable; their annotations do not say so."""

MISSING = object()


class Absent(Exception):
    """The library is not installed."""


def resolve(name: str) -> Any:
    """The object of a dotted name; MISSING when its library has no such thing. Raises Absent."""
    parts = name.split(".")
    try:
        value: Any = importlib.import_module(parts[0])
    except Exception as error:
        raise Absent(parts[0] if isinstance(error, ModuleNotFoundError) else f"{parts[0]}: {error}") from error
    path = parts[0]
    for part in parts[1:]:
        path = f"{path}.{part}"
        if not inspect.ismodule(value):
            value = member(value, part)
        else:
            value = content(value, part, path)
        if value is MISSING:
            return MISSING
    return value


def content(module: Any, part: str, path: str) -> Any:
    """What `module.part` means: a function or class rather than the submodule of that name."""
    found = member(module, part)
    if found is not MISSING and not inspect.ismodule(found):
        return found
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        pass
    except Exception as error:
        raise Absent(f"{path}: {error}") from error
    if found is MISSING and getattr(module, "__file__", None) is None and hasattr(module, "__path__"):
        raise Absent(path)  # a namespace that packages share
    return found


def member(value: Any, name: str) -> Any:
    """An attribute, one that instances get in `__init__` included (as None)."""
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return getattr(value, name, MISSING)
    try:
        return inspect.getattr_static(value, name) if inspect.isclass(value) else getattr(value, name)
    except AttributeError:
        pass
    except Exception:
        return None
    if not inspect.isclass(value):
        return MISSING
    if isinstance(value, type) and any(name in vars(cls).get("__annotations__", {}) for cls in value.__mro__):
        return None
    if hasattr(value, name):
        return getattr(value, name)
    for cls in value.__mro__:
        try:
            source = inspect.getsource(cls)
        except (OSError, TypeError):
            try:
                source = inspect.getsource(cls.__init__)
            except (OSError, TypeError):
                continue
        if re.search(rf"self\.{name}\b\s*(:[^=\n]+)?=", source) or re.search(rf"^\s+{name}\s*:", source, re.M):
            return None
    return MISSING


def plain(value: Any) -> Any:
    """The function under a descriptor, decorator or partial."""
    for _ in range(20):  # some proxies claim to wrap themselves
        if inspect.isclass(value):
            break
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        elif isinstance(value, property):
            value = value.fget
        elif hasattr(value, "__wrapped__") and not inspect.iscoroutinefunction(value):
            value = value.__wrapped__
        elif isinstance(value, functools.partial):
            value = value.func
        else:
            break
    return value


def is_async(value: Any) -> bool | None:
    """Whether a call must be awaited; None: cannot be told (annotated by neither the function nor its stub)."""
    if inspect.iscoroutinefunction(value):
        return True
    function = plain(value)
    if inspect.isasyncgenfunction(function):
        return False
    if inspect.iscoroutinefunction(function):
        return True
    annotation = getattr(function, "__annotations__", {}).get("return", MISSING)
    if annotation is MISSING:
        return None
    text = annotation if isinstance(annotation, str) else str(annotation)
    if "ContextManager" in text:
        return None  # some can be awaited as well
    return bool(re.match(r"(\w+\[)?([\w.]+\.)?(Awaitable|Coroutine|Future)\b", text))


class Verifier:
    def __init__(self, tables: Tables, prefixes: list[str]) -> None:
        self.tables = tables
        self.knowledge = Knowledge()
        self.prefixes = tuple(prefixes) or ("",)
        self.wrong: list[str] = []
        self.unsure: list[str] = []
        self.absent: Counter[str] = Counter()
        self.checked: Counter[str] = Counter()

    def run(self) -> int:
        for title, table in self.tables.named():
            for name, value in table.items():
                if name.startswith(self.prefixes):
                    self.check(title, name, value)
        self.check_one_name_per_class()
        for line in sorted(self.unsure):
            print("unsure:", line)
        for line in sorted(self.wrong):
            print("WRONG:", line)
        print("checked:", dict(self.checked))
        print("libraries not installed (rows):", dict(self.absent))
        print(f"{len(self.wrong)} wrong, {len(self.unsure)} unsure")
        return 1 if self.wrong else 0

    def check_one_name_per_class(self) -> None:
        """A class under two names would have its rows split between them."""
        names: dict[type, set[str]] = {}
        for title, table in self.tables.named():
            for name, value in table.items():
                if title == "aliases":
                    continue
                mentioned = {name.rpartition(".")[0]}
                if title == "bases":
                    mentioned = {name, *value}
                elif title in ("returns", "enters", "async_enters", "iterates", "async_iterates"):
                    mentioned.add(value.removeprefix(AWAIT))
                for text in mentioned:
                    try:
                        thing = resolve(text) if text.startswith(self.prefixes) and "." in text else None
                    except Absent:
                        continue
                    if inspect.isclass(thing):
                        names.setdefault(thing, set()).add(text)
        self.wrong += [f"one class, several names: {sorted(known)}" for known in names.values() if len(known) > 1]

    def check(self, title: str, name: str, value: Any) -> None:
        if name in OLDER or name in MADE_AT_RUN_TIME:
            return
        try:
            thing = resolve(name.removesuffix(".*"))
            if thing is MISSING:
                if title == "aliases":
                    self.checked["alias of another release"] += 1
                    return
                owner = resolve(name.rpartition(".")[0])
                if owner is not MISSING and hasattr(owner, "__getattr__"):
                    self.unsure.append(f"{title} {name}: dynamic")
                else:
                    self.wrong.append(f"{title} {name}: does not exist")
                return
            problem = getattr(self, title)(name, thing, value)
        except Absent as error:
            self.absent[str(error)[:60]] += 1
            return
        except Exception as error:
            problem = f"? {type(error).__name__} while it was looked at"
        self.checked[title] += 1
        if problem:
            (self.unsure if problem.startswith("?") else self.wrong).append(f"{title} {name}: {problem}")

    # one method per table: a problem, or None

    def blocking(self, name: str, thing: Any, value: int) -> str | None:
        if name.endswith(".*"):
            known = MADE_AT_RUN_TIME | OLDER.keys()
            excepted = (item for item in self.tables.exceptions[name] if name[:-1] + item not in known)
            missing = [item for item in excepted if member(thing, item) is MISSING]
            return f"excepted members do not exist: {missing}" if missing else None
        if inspect.isclass(thing) or not callable(plain(thing)):
            return None if inspect.isclass(thing) or thing is None else "is not callable"
        return "is a coroutine function" if is_async(thing) else None

    def aliases(self, name: str, thing: Any, value: str) -> str | None:
        if name.endswith(".*"):
            return None if resolve(value) is not MISSING else f"{value} does not exist"
        target = resolve(value)
        if target is MISSING:
            return f"{value} does not exist"
        if thing is target or thing == target:
            return None
        return f"? is not the same object as {value}"

    def unverified(self, name: str, thing: Any, value: tuple[tuple[str, int, tuple[str, ...]], ...]) -> str | None:
        """The arguments exist, at the positions that the rows say."""
        known: dict[str, inspect.Parameter] = {}
        try:
            known = dict(inspect.signature(thing).parameters) if callable(plain(thing)) else {}
        except (TypeError, ValueError):
            return "? has no signature"
        names = [each for each in known if each != "self"]
        takes_more = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in known.values())
        for argument, position, _ in value:
            if argument and argument not in known and not takes_more:
                return f"has no parameter {argument}"
            if position >= 0 and argument in names and names.index(argument) != position:
                return f"{argument} is argument {names.index(argument)}"
        return None

    def unless(self, name: str, thing: Any, value: tuple[tuple[str, int, tuple[str, ...]], ...]) -> str | None:
        return None if name.endswith(".*") else self.unverified(name, thing, value)

    def bases(self, name: str, thing: Any, value: tuple[str, ...]) -> str | None:
        if not inspect.isclass(thing):
            return "? is no class"
        for base in value:
            cls = resolve(base)
            if not (inspect.isclass(cls) and issubclass(thing, cls)):
                return f"does not derive from {base}"
        return None

    def returns(self, name: str, thing: Any, value: str) -> str | None:
        awaited = value.removeprefix(AWAIT)
        if awaited not in ("?", "self", "None"):
            target = resolve(awaited)
            if target is MISSING:
                return f"{awaited} does not exist"
            if not inspect.isclass(target):
                return f"? {awaited} is no class"
        if name.endswith(".*") or thing is None:
            return None
        if inspect.isclass(thing) and value.startswith(AWAIT) and hasattr(thing, "__await__"):
            return None
        if inspect.isclass(thing) and resolve(awaited) is thing:
            return None
        if inspect.isclass(thing):
            return "is a class: its call gives an instance, no row is needed"
        told = is_async(thing)
        if value.startswith(AWAIT) and not told:
            if name.startswith(AWAITABLE):
                return None
            return "is not awaitable" if told is False else "? nothing says that it is awaitable"
        if told and not value.startswith(AWAIT) and "Future" not in value and "Task" not in value:
            return "must be awaited"
        return None

    def _supports(self, name: str, thing: Any, value: str, method: str, opposite: str) -> str | None:
        if value not in ("?", "self", "None") and resolve(value) is MISSING:
            return f"{value} does not exist"
        if not inspect.isclass(thing):
            return None
        if not hasattr(thing, method):
            return f"has no {method}"
        other = {"enters": self.knowledge.enters, "iterates": self.knowledge.iterates}
        if opposite and hasattr(thing, opposite) and name not in REFUSES_WITH:
            table = "enters" if "enter" in opposite else "iterates"
            return None if other[table](name) else f"also has {opposite}: add it to [{table}]"
        return None

    def enters(self, name: str, thing: Any, value: str) -> str | None:
        return self._supports(name, thing, value, "__enter__", "")

    def async_enters(self, name: str, thing: Any, value: str) -> str | None:
        return self._supports(name, thing, value, "__aenter__", "__enter__")

    def iterates(self, name: str, thing: Any, value: str) -> str | None:
        return self._supports(name, thing, value, "__iter__", "")

    def async_iterates(self, name: str, thing: Any, value: str) -> str | None:
        return self._supports(name, thing, value, "__aiter__", "__iter__")

    def offloads(self, name: str, thing: Any, value: tuple[int, str, str, bool]) -> str | None:
        position, keyword, _, _ = value
        try:
            function = thing if inspect.isclass(thing) else plain(thing)
            parameters = list(inspect.signature(function).parameters.values())
        except (ValueError, TypeError):
            return None
        if parameters and parameters[0].name in ("self", "cls"):
            parameters = parameters[1:]
        names = [parameter.name for parameter in parameters]
        variadic = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
        keywords = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
        if keyword and keyword not in names and not keywords:
            return f"has no parameter {keyword!r}: {names}"
        if position >= 0 and keyword in names and not variadic and names.index(keyword) != position:
            return f"{keyword!r} is parameter {names.index(keyword)}, not {position}: {names}"
        return None

    loop_callbacks = offloads

    def decorators(self, name: str, thing: Any, value: str) -> str | None:
        return None if callable(plain(thing)) or thing is None else "is not callable"

    def constants(self, name: str, thing: Any, value: Any) -> str | None:
        return None if thing == value else f"is {thing!r}"

    def routes(self, name: str, thing: Any, value: Any) -> str | None:
        return None if callable(plain(thing)) else "is not callable"


if __name__ == "__main__":
    sys.exit(Verifier(read(), sys.argv[1:]).run())
