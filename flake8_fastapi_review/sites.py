"""How many places of a kind a file holds: what a review looked at, and what "nothing found" is worth.

A rule that found nothing among forty routes has said something, one that had nothing to look at has not. Counted from
what a File knows at once; nothing is opened or executed for it, and nothing here is imported inside flake8.

For a new rule: one row in PASSED with the kind of place that it judges one by one; if KINDS has no such kind, one row
there as well. A rule whose places cannot be counted without running it (what it looks for *is* the defect) has no row.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .file import File

    Count = Callable[[File], int]

_SCHEMAS = ("pydantic.BaseModel", "pydantic_settings.BaseSettings")
_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
_MODELS = ("sqlalchemy.orm.DeclarativeBase", "sqlmodel.SQLModel", "tortoise.models.Model", "beanie.Document")
_ERRORS = ("fastapi.HTTPException", "starlette.exceptions.HTTPException")
_APPLICATIONS = ("fastapi.FastAPI", "starlette.applications.Starlette")
_DEPENDS = ("fastapi.Depends", "fastapi.Security")
_CLIENTS = ("httpx.Client", "httpx.AsyncClient", "requests.Session", "aiohttp.ClientSession")
_SENDERS = (
    "httpx.*",
    "requests.*",
    "urllib3.request",
    "urllib3.PoolManager.*",
    *(f"{client}.*" for client in _CLIENTS),
)
_CONNECTED = (
    *_CLIENTS,
    "openai.OpenAI",
    "openai.AsyncOpenAI",
    "anthropic.Anthropic",
    "anthropic.AsyncAnthropic",
    "redis.asyncio.Redis",
    "redis.asyncio.from_url",
    "urllib3.PoolManager",
)
"""What has connections of its own."""
_SENDS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session")
_ENGINES = ("sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine")
_QUERIES = ("execute", "scalar", "scalars", "stream", "exec", "query", "fetch", "fetchrow", "fetchval", "fetchall")
_STATEMENTS = (
    *(f"{session}.*" for session in _SESSIONS),
    "sqlalchemy.engine.Connection.*",
    "sqlalchemy.ext.asyncio.AsyncConnection.*",
    "sqlite3.Connection.*",
    "sqlite3.Cursor.*",
    "aiosqlite.Connection.*",
    "asyncpg.Connection.*",
    "asyncpg.pool.Pool.*",
)
_CONNECTIONS = ("sqlite3.connect", "aiosqlite.connect")
_TASKS = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.TaskGroup.create_task")
_CELERY_TASKS = ("celery.Celery.task", "celery.shared_task")
_TASK_FUNCTIONS = (*_CELERY_TASKS, "dramatiq.actor", "huey.Huey.task")
_SCHEDULES = ("add_job", "scheduled_job", "add_schedule")
_DECODERS = ("jwt.decode", "jose.jwt.decode", "authlib.jose.jwt.decode", "joserfc.jwt.decode")
_CLOCKS = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today")
_HASHES = ("hashlib.*",)
_RANDOM = ("random.*", "secrets.*", "uuid.uuid1", "uuid.uuid4")
_ENVIRONMENT = ("os.getenv", "os.environ.get", "os._Environ.get")
_IMPORTS = ("importlib.import_module", "builtins.__import__", "runpy.run_path", "runpy.run_module")
_TEMPORARY = ("tempfile.*",)
_ARCHIVES = ("extract", "extractall", "unpack_archive")
_VALIDATORS = frozenset({"validator", "field_validator", "root_validator", "model_validator", "field_serializer"})
_LIMITS = frozenset({"limit", "page_size", "per_page", "top", "count"})
_SECRET = r"(?i)token|secret|passw|signature|digest|hmac|api_?key"
_PASSWORD = r"(?i)passw|pwd"
_LOCKS = ("threading.Lock", "threading.RLock", "threading.Semaphore", "asyncio.Lock", "asyncio.Semaphore")
_UPLOADS = ("fastapi.UploadFile", "starlette.datastructures.UploadFile", "fastapi.datastructures.UploadFile")
_STREAMS = ("starlette.responses.StreamingResponse", "fastapi.responses.StreamingResponse")
_CACHES = ("functools.lru_cache", "functools.cache")
_RETRIES = ("tenacity.retry", "backoff.on_exception", "backoff.on_predicate")
_GROUPS = ("asyncio.TaskGroup", "anyio.create_task_group", "trio.open_nursery")
_REDIS = tuple(f"redis.{module}{kind}.*" for module in ("", "asyncio.") for kind in ("Redis", "StrictRedis"))
_ADDITIONS = tuple(f"{session}.{method}" for session in _SESSIONS for method in ("add", "add_all", "merge"))
_SQLITE = tuple(f"{kind}.execute" for kind in ("sqlite3.Connection", "sqlite3.Cursor", "aiosqlite.Connection"))


def count(file: File) -> dict[str, int]:
    """Kind → how many, of those that the file holds; see KINDS."""
    if file.role == "migration":
        return {"migrations": 1}
    if file.role != "app":
        return {f"{OF_ROLE}{file.role}": 1}
    found = {}
    for kind, (words, how_many) in KINDS.items():
        if any(word in file.text for word in words) and (number := how_many(file)):
            found[kind] = number
    if "(" in file.text:
        found.update((f"{_SINKS}{code}", number) for code, number in file.sinks().items())
    return found


# How places are counted


def _calls(*names: str) -> Count:
    """Calls of these functions and classes."""
    return lambda file: len(file.calls_to(*names))


def _methods(*names: str) -> Count:
    """Calls of methods with these names, whatever they belong to."""
    wanted = frozenset(names)
    return lambda file: sum(
        isinstance(call.func, ast.Attribute) and call.func.attr in wanted for call in file.nodes(ast.Call)
    )


def _classes(*names: str) -> Count:
    """Classes that derive from one of these."""
    return lambda file: sum(
        any(file.is_subclass(base, *names) for base in owner.bases) for owner in file.nodes(ast.ClassDef)
    )


def _with_method(*methods: str) -> Count:
    """Routes that answer one of these HTTP methods."""
    return lambda file: sum(not set(methods).isdisjoint(route.methods) for route in file.routes)


def _decorated(*names: str) -> Count:
    """Functions with one of these decorators, called or not."""

    def number(file: File) -> int:
        functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        decorators = [decorator for function in functions for decorator in function.decorator_list]
        named = [each.func if isinstance(each, ast.Call) else each for each in decorators]
        return sum(file.is_named(each, *names) for each in named)

    return number


def _log_calls(file: File) -> int:
    return sum(file.logging_call(call) is not None for call in file.nodes(ast.Call))


def _outbound_calls(file: File) -> int:
    sent = [
        call
        for call in file.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _SENDS and file.is_named(call.func, *_SENDERS)
    ]
    return len(sent)


def _queries(file: File) -> int:
    sent = [
        call
        for call in file.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _QUERIES
        and file.is_named(call.func, *_STATEMENTS)
    ]
    return len(sent)


def _redis(*methods: str) -> Count:
    """Calls of these methods, none given: of any, of clients of Redis."""

    def number(file: File) -> int:
        called = [call.func for call in file.nodes(ast.Call) if isinstance(call.func, ast.Attribute)]
        return sum((not methods or each.attr in methods) and file.is_named(each, *_REDIS) for each in called)

    return number


def _in_coroutines(*types: type[ast.AST]) -> Count:
    """Statements of these kinds whose function is a coroutine."""
    return lambda file: sum(isinstance(file.function(node), ast.AsyncFunctionDef) for node in file.nodes(*types))


def _sending_loops(file: File) -> int:
    """Loops of coroutines that wait in each turn."""
    return sum(bool(file.within(loop.body, ast.Await)) for loop in file.nodes(ast.For))


def _endless_loops(file: File) -> int:
    return sum(isinstance(loop.test, ast.Constant) and bool(loop.test.value) for loop in file.nodes(ast.While))


def _changed_numbers(file: File) -> int:
    return sum(isinstance(node.target, ast.Attribute) for node in file.nodes(ast.AugAssign))


def _sqlite_loops(file: File) -> int:
    return len(file.nodes(ast.For)) if "execute" in file.text else 0


def _jobs(file: File) -> int:
    return _decorated(*_TASK_FUNCTIONS)(file) + _methods(*_SCHEDULES)(file)


def _providers(file: File) -> int:
    given = [call.args[0] for call in file.calls_to(*_DEPENDS) if call.args]
    return len({name for each in given if (name := file.name_of(each))})


def _websockets(file: File) -> int:
    functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(file.registered_as(function) == "websocket" for function in functions)


def _texts(file: File) -> int:
    return sum(isinstance(node.value, str) and node.value != "" for node in file.nodes(ast.Constant))


def _parameters(file: File) -> int:
    return sum(len(file.parameters(route.function)) for route in file.routes)


def _limits(file: File) -> int:
    return sum(each.name in _LIMITS for route in file.routes for each in file.parameters(route.function))


def _uploads(file: File) -> int:
    taken = [each for route in file.routes for each in file.parameters(route.function)]
    return sum(each.type in _UPLOADS or each.source == "file" for each in taken)


def _validators(file: File) -> int:
    functions = file.nodes(ast.FunctionDef)
    decorators = [decorator for function in functions for decorator in function.decorator_list]
    named = [each.func if isinstance(each, ast.Call) else each for each in decorators]
    return sum((file.source(each).rpartition(".")[2]) in _VALIDATORS for each in named)


def _comparisons(file: File) -> int:
    tested = [node for node in file.nodes(ast.Compare) if isinstance(node.ops[0], (ast.Eq, ast.NotEq))]
    return sum(re.search(_SECRET, file.source(node)) is not None for node in tested)


def _passwords(file: File) -> int:
    fields = [each for owner in file.nodes(ast.ClassDef) for each in owner.body if isinstance(each, ast.AnnAssign)]
    return sum(re.search(_PASSWORD, file.source(field.target)) is not None for field in fields)


def _cors(file: File) -> int:
    added = [argument for call in file.nodes(ast.Call) for argument in (call.func, *call.args[:1])]
    return sum(file.is_named(each, "starlette.middleware.cors.CORSMiddleware") for each in added)


def _generators(file: File) -> int:
    """Functions that yield, whatever for."""
    functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(bool(file.within(function, ast.Yield)) for function in functions)


KINDS: dict[str, tuple[tuple[str, ...], Count]] = {
    # what an application is made of
    "routes": (("@", "add_api_route"), lambda file: len(file.routes)),
    "schemas": (("class ",), _classes(*_SCHEMAS)),
    "passwords": (("passw", "pwd"), _passwords),
    "jobs": (("task", "actor", *_SCHEDULES), _jobs),
    "providers": (("Depends", "Security"), _providers),
    "models": (("class ",), _classes(*_MODELS)),
    "websockets": (("websocket",), _websockets),
    "applications": (("FastAPI", "Starlette"), _calls(*_APPLICATIONS)),
    # what functions are and do
    "coroutines": (("async ",), lambda file: len(file.nodes(ast.AsyncFunctionDef))),
    "functions": (("def ",), lambda file: len(file.nodes(ast.FunctionDef, ast.AsyncFunctionDef))),
    "environment_readings": (("environ", "getenv"), _calls(*_ENVIRONMENT)),
    "server_starts": (("run(",), _calls("uvicorn.run", "uvicorn.main.run")),
    "handlers": (("except",), lambda file: len(file.nodes(ast.ExceptHandler))),
    "http_errors": (("HTTPException",), _calls(*_ERRORS)),
    "log_calls": (("log",), _log_calls),
    "loops": (("for ",), lambda file: len(file.nodes(ast.For, ast.AsyncFor))),
    "locks": (("Lock(", "Semaphore("), _calls(*_LOCKS)),
    "generators": (("yield",), _generators),
    "texts": (('"', "'"), _texts),
    "comparisons": (("==", "!="), _comparisons),
    "hashes": (("hashlib",), _calls(*_HASHES)),
    "random_values": (("random", "secrets", "uuid"), _calls(*_RANDOM)),
    "clock_readings": (("datetime",), _calls(*_CLOCKS)),
    "caches": (("cache",), _decorated(*_CACHES)),
    "created_tasks": (("create_task", "ensure_future"), _calls(*_TASKS)),
    "gathered": (("gather",), _calls("asyncio.gather")),
    "dynamic_imports": (("import_module", "exec_module", "__import__", "run_"), _calls(*_IMPORTS)),
    "temporary_files": (("tempfile", "mktemp"), _calls(*_TEMPORARY)),
    "archives": (("extract", "unpack_archive"), _methods(*_ARCHIVES)),
    "awaits": (("await ",), lambda file: len(file.nodes(ast.Await))),
    "endless_loops": (("while ",), _endless_loops),
    "plain_blocks": (("async def",), _in_coroutines(ast.With, ast.For)),
    "sending_loops": (("await ",), _sending_loops),
    "task_groups": (("TaskGroup", "create_task_group", "open_nursery"), _calls(*_GROUPS)),
    "retries": (("retry", "backoff"), _decorated(*_RETRIES)),
    "scheduled": (_SCHEDULES, _methods(*_SCHEDULES)),
    "celery_tasks": (("task",), _decorated(*_CELERY_TASKS)),
    "celery_calls": (("delay(", "apply_async("), _methods("delay", "apply_async")),
    # HTTP
    "parameters": (("@", "add_api_route"), _parameters),
    "limits": (("limit", "page"), _limits),
    "uploads": (("UploadFile", "File"), _uploads),
    "reading_routes": ((".get(", ".head("), _with_method("GET", "HEAD")),
    "patching_routes": ((".patch(", ".put("), _with_method("PATCH", "PUT")),
    "outbound_calls": (("http", "requests"), _outbound_calls),
    "clients": (("Client", "Session", "OpenAI", "Anthropic", "redis", "PoolManager"), _calls(*_CONNECTED)),
    "cookies": (("set_cookie",), _methods("set_cookie")),
    "middlewares": (("add_middleware",), _methods("add_middleware")),
    "cors": (("CORSMiddleware",), _cors),
    "inclusions": (("include_router",), _methods("include_router")),
    "streams": (("StreamingResponse",), _calls(*_STREAMS)),
    # FastAPI's own
    "dependencies": (("Depends", "Security"), _calls(*_DEPENDS)),
    "lifespans": (("yield",), lambda file: len(file.lifespans)),
    "background_tasks": (("add_task",), _methods("add_task")),
    "validators": (("validator", "serializer"), _validators),
    "settings": (("BaseSettings",), _classes(*_SETTINGS)),
    # databases
    "sessions": (("Session",), _calls(*_SESSIONS)),
    "engines": (("engine",), _calls(*_ENGINES)),
    "queries": (_QUERIES, _queries),
    "sqlite_connections": (("sqlite",), _calls(*_CONNECTIONS)),
    "commits": (("commit(", "flush("), _methods("commit", "flush")),
    "insertions": (("add(", "add_all(", "merge("), _calls(*_ADDITIONS)),
    "changed_numbers": (("+=", "-=", "*="), _changed_numbers),
    "conditions": (("where(", "filter(", "filter_by("), _methods("where", "filter", "filter_by")),
    "sqlite_loops": (("sqlite",), _sqlite_loops),
    "sqlite_statements": (("sqlite",), _calls(*_SQLITE)),
    "redis_entries": (("edis",), _redis("set", "hset")),
    "redis_commands": (("edis",), _redis()),
    "subscriptions": ((".pubsub(",), _redis("pubsub")),
    "token_decodings": (("decode",), _calls(*_DECODERS)),
}
"""Kind → words, one of which a file with one of it holds, and how to count. Besides these: "migrations" (files), and
for each rule on untrusted input the calls that the input must not reach (knowledge/taint_sinks.toml)."""

COMPONENTS = ("routes", "websockets", "schemas", "jobs", "providers", "models", "migrations")
"""The kinds that tell what an application is made of."""

OF_ROLE = "files of role "
"""Begins the kinds that count files that are neither the application's nor migrations."""

_SINKS = "sinks of "

PASSED: dict[str, tuple[str, str]] = {
    # FAR00x: the event loop
    "FAR001": ("coroutines", "coroutines do no blocking I/O"),
    "FAR002": ("coroutines", "coroutines sleep without stopping the event loop"),
    "FAR003": ("awaits", "calls of coroutines are awaited"),
    "FAR004": ("coroutines", "coroutines leave heavy computing to others"),
    "FAR005": ("coroutines", "coroutines keep synchronous database work off the event loop"),
    "FAR006": ("coroutines", "coroutines start no event loop of their own"),
    "FAR007": ("coroutines", "coroutines wait at once for what is independent"),
    "FAR008": ("plain_blocks", "plain `with` and `for` in coroutines are about plain objects"),
    "FAR009": ("routes", "routes that are coroutines await something"),
    # FAR01x: errors
    "FAR010": ("http_errors", "HTTP errors say what went wrong"),
    "FAR011": ("http_errors", "HTTP errors are raised, not returned"),
    "FAR012": ("handlers", "exception handlers name what they catch"),
    "FAR013": ("handlers", "exception handlers do something about the error"),
    "FAR014": ("handlers", "exception handlers catch no more than their route can answer for"),
    "FAR015": ("http_errors", "HTTP errors keep the text of exceptions to themselves"),
    "FAR016": ("http_errors", "HTTP errors have a status that fits them"),
    "FAR017": ("handlers", "exception handlers keep the cause of what they raise"),
    "FAR018": ("handlers", "exception handlers log with the traceback where they log"),
    "FAR019": ("coroutines", "coroutines let themselves be cancelled"),
    # FAR02x: secrets
    "FAR020": ("texts", "text literals are no credentials"),
    "FAR021": ("settings", "settings classes have no secret as a default"),
    "FAR022": ("log_calls", "log calls keep secrets out"),
    "FAR023": ("routes", "routes keep sensitive fields out of their answers"),
    "FAR024": ("parameters", "parameters of routes carry no secret in the address"),
    "FAR025": ("schemas", "schemas hold their secrets as secret types"),
    "FAR026": ("hashes", "hashes are not made of passwords"),
    "FAR027": ("random_values", "random values that have to be secret are"),
    "FAR028": ("comparisons", "comparisons of secrets take the same time for every value"),
    # FAR03x, FAR04x: untrusted input
    "FAR030": (f"{_SINKS}FAR030", "calls that run SQL get no text made of input"),
    "FAR031": (f"{_SINKS}FAR031", "calls that start programs get no command made of input"),
    "FAR032": (f"{_SINKS}FAR032", "calls that run code get none that comes from input"),
    "FAR033": (f"{_SINKS}FAR033", "calls on files get no path that input can lead astray"),
    "FAR034": (f"{_SINKS}FAR034", "outbound calls go to no host that input names"),
    "FAR035": (f"{_SINKS}FAR035", "HTML answers hold no input as it came"),
    "FAR036": (f"{_SINKS}FAR036", "calls that load objects get no data from input"),
    "FAR037": (f"{_SINKS}FAR037", "templates are not made of input"),
    "FAR038": (f"{_SINKS}FAR038", "redirects go to no address that input names"),
    "FAR039": (f"{_SINKS}FAR039", "database filters are not made of unchecked input"),
    "FAR040": (f"{_SINKS}FAR040", "response headers hold no input as it came"),
    "FAR041": (f"{_SINKS}FAR041", "log calls write no input as it came"),
    "FAR042": (f"{_SINKS}FAR042", "regular expressions are not made of input"),
    "FAR043": (f"{_SINKS}FAR043", "XML parsers of input resolve no entities"),
    "FAR044": (f"{_SINKS}FAR044", "writes to entities take only fields that are named"),
    # FAR05x: who may do what
    "FAR050": ("routes", "routes ask for the login that their neighbours ask for"),
    "FAR051": ("routes", "routes hand out no other user's objects by id alone"),
    "FAR052": ("token_decodings", "tokens are verified when they are decoded"),
    "FAR053": ("cors", "CORS middlewares let only named origins in with credentials"),
    "FAR054": ("routes", "routes that can be abused have a limit"),
    "FAR055": ("cookies", "cookies are set with the flags that protect them"),
    "FAR056": ("outbound_calls", "outbound calls check the certificate of the other side"),
    "FAR057": ("applications", "applications run without debug mode"),
    "FAR058": ("passwords", "password fields ask for long passwords, or take old ones"),
    "FAR059": ("websockets", "websockets ask for the login that their neighbours ask for"),
    # FAR06x: sessions and transactions
    "FAR060": ("sessions", "sessions are closed"),
    "FAR061": ("sqlite_connections", "connections are closed"),
    "FAR062": ("generators", "functions that yield release what they hold"),
    "FAR063": ("commits", "commits are rolled back where they fail and the session is used on"),
    "FAR064": ("sessions", "sessions are committed where they write"),
    "FAR065": ("gathered", "groups of tasks share no session"),
    "FAR066": ("sessions", "sessions belong to one request"),
    "FAR067": ("engines", "engines are made once"),
    "FAR068": ("changed_numbers", "numbers that are changed in place lose no change of somebody else"),
    "FAR069": ("insertions", "insertions are made once, whoever else looks at the same time"),
    # FAR07x: queries
    "FAR070": ("loops", "loops read no relationship row by row"),
    "FAR071": ("loops", "loops send no query for each turn"),
    "FAR072": ("coroutines", "coroutines read no relationship that is not loaded"),
    "FAR073": ("reading_routes", "routes that read are bounded"),
    "FAR074": ("conditions", "conditions look rows up by columns that have an index"),
    "FAR075": ("queries", "queries fetch no more than is used"),
    "FAR076": ("routes", "routes send few statements one after the other"),
    "FAR077": ("conditions", "conditions leave the indexes of their columns usable"),
    "FAR078": ("queries", "queries cut in pages have an order"),
    "FAR079": ("queries", "queries name their columns"),
    # FAR08x, FAR09x: routes and contracts
    "FAR080": ("routes", "routes declare what they answer"),
    "FAR081": ("parameters", "parameters of routes are described"),
    "FAR082": ("routes", "routes do what their method promises"),
    "FAR083": ("routes", "routes answer success with the status that fits"),
    "FAR084": ("routes", "routes can be reached"),
    "FAR085": ("routes", "routes are registered once"),
    "FAR086": ("routes", "routes take the parameters of their paths"),
    "FAR087": ("routes", "routes document the errors that they answer"),
    "FAR088": ("routes", "routes have a path that names a resource"),
    "FAR089": ("routes", "routes have a version"),
    "FAR090": ("routes", "routes say only once what they answer"),
    "FAR091": ("routes", "routes are registered by the decorator of their method"),
    "FAR092": ("inclusions", "routers are included when they are complete"),
    "FAR093": ("http_errors", "HTTP errors have the form of the others"),
    "FAR094": ("reading_routes", "routes that read in pages say how many there are"),
    "FAR095": ("routes", "routes have a tag"),
    "FAR096": ("uploads", "uploads are not mixed with a JSON body"),
    "FAR097": ("routes", "routes keep what their clients rely on"),
    "FAR098": ("patching_routes", "routes that update leave alone what was not sent"),
    "FAR099": ("limits", "limits of pages are bounded"),
    # FAR10x: schemas
    "FAR100": ("schemas", "schemas give their optional fields a default"),
    "FAR101": ("schemas", "schemas make their defaults for each object"),
    "FAR102": ("schemas", "schemas use the interface of Pydantic 2"),
    "FAR103": ("schemas", "schemas say which of several models a field holds"),
    "FAR104": ("schemas", "schemas bound what they take"),
    "FAR105": ("schemas", "schemas take only the fields that they name"),
    "FAR106": ("validators", "validators return what they checked"),
    "FAR107": ("routes", "routes have typed bodies and answers"),
    "FAR108": ("routes", "routes take schemas, not entities"),
    "FAR109": ("schemas", "schemas hide nothing of their base"),
    # FAR11x: dependencies and life cycle
    "FAR110": ("dependencies", "dependencies are declared in the annotation"),
    "FAR111": ("dependencies", "dependencies are given, not called"),
    "FAR112": ("routes", "routes leave it to FastAPI to call dependencies"),
    "FAR113": ("applications", "applications start and stop by a lifespan"),
    "FAR114": ("lifespans", "lifespans close what they open"),
    "FAR115": ("middlewares", "middlewares stand in an order that works"),
    "FAR116": ("background_tasks", "background tasks get what they can use"),
    "FAR117": ("routes", "routes get their services injected"),
    "FAR118": ("routes", "routes leave the work to the services"),
    "FAR119": ("dependencies", "dependencies are used"),
    # FAR12x: other services
    "FAR120": ("outbound_calls", "outbound calls have a timeout"),
    "FAR121": ("clients", "clients are made once, not for each call"),
    "FAR122": ("clients", "clients are closed"),
    "FAR123": ("retries", "retries wait, and come to an end"),
    "FAR124": ("outbound_calls", "outbound calls have their status looked at"),
    "FAR125": ("gathered", "groups of tasks are bounded"),
    "FAR126": ("outbound_calls", "outbound calls have their failure handled"),
    "FAR128": ("outbound_calls", "outbound calls fetch what only this request needs"),
    # FAR13x: shared state and tasks
    "FAR130": ("routes", "routes change no shared state without a lock"),
    "FAR131": ("created_tasks", "tasks are kept until they are done"),
    "FAR132": ("coroutines", "coroutines act on what they tested before anything changed it"),
    "FAR133": ("locks", "locks do not stop the event loop"),
    "FAR134": ("awaits", "waits have an end"),
    "FAR135": ("lifespans", "lifespans cancel what they start"),
    "FAR136": ("caches", "caches hold no coroutines"),
    "FAR137": ("task_groups", "groups of tasks have handlers that catch what they raise"),
    "FAR138": ("streams", "streams end when the client leaves"),
    "FAR139": ("streams", "streams use nothing that the request has closed"),
    # FAR14x: jobs and time
    "FAR140": ("scheduled", "jobs are guarded against errors"),
    "FAR141": ("scheduled", "jobs have an id of their own"),
    "FAR142": ("scheduled", "jobs say in which time zone they run"),
    "FAR143": ("scheduled", "jobs run where they can"),
    "FAR144": ("clock_readings", "readings of the clock have a time zone"),
    "FAR145": ("scheduled", "jobs cannot overtake themselves"),
    "FAR146": ("celery_calls", "calls of Celery tasks are waited for by nobody who blocks others"),
    "FAR147": ("celery_tasks", "tasks of Celery are plain functions"),
    "FAR148": ("celery_tasks", "tasks of Celery are bounded in time and tries"),
    "FAR149": ("endless_loops", "loops without end go on after an error"),
    # FAR15x: files and dynamic loading
    "FAR150": ("dynamic_imports", "dynamic imports load only what is known"),
    "FAR151": ("dynamic_imports", "dynamic imports are guarded"),
    "FAR152": ("dynamic_imports", "dynamic imports leave nothing behind that is taken up again"),
    "FAR154": ("uploads", "uploads are bounded"),
    "FAR155": ("uploads", "uploads are not believed to be what they are called"),
    "FAR156": ("archives", "archives are unpacked inside their folder"),
    "FAR157": ("temporary_files", "temporary files have names that nobody can guess"),
    # FAR16x: migrations
    "FAR160": ("migrations", "migrations destroy no data"),
    "FAR161": ("migrations", "migrations give new columns a value for old rows"),
    "FAR162": ("migrations", "migrations can be taken back"),
    "FAR163": ("migrations", "migrations build indexes without blocking"),
    "FAR164": ("migrations", "migrations change no column that is in use"),
    "FAR166": ("migrations", "migrations stand on their own"),
    "FAR167": ("migrations", "migrations have one head"),
    "FAR168": ("models", "models have the columns that migrations create"),
    # FAR17x: SQLite
    "FAR170": ("sqlite_connections", "connections to SQLite let readers and writers work at once"),
    "FAR171": ("sqlite_connections", "connections to SQLite stay in their thread"),
    "FAR172": ("sqlite_connections", "connections to SQLite are not made for each query"),
    "FAR173": ("sqlite_connections", "connections to SQLite wait for others that write"),
    "FAR174": ("sqlite_connections", "connections to SQLite keep the foreign keys that there are"),
    "FAR175": ("sqlite_connections", "connections to SQLite commit what they write"),
    "FAR176": ("sqlite_loops", "loops execute no statement that `executemany` would take at once"),
    "FAR177": ("sqlite_statements", "statements for SQLite filter by what has an index"),
    # FAR18x, FAR19x: caching, websockets, logging
    "FAR180": ("caches", "caches are bounded"),
    "FAR181": ("redis_entries", "entries in Redis that are a cache expire"),
    "FAR183": ("subscriptions", "subscriptions to Redis are closed"),
    "FAR184": ("redis_commands", "commands for Redis take no time that grows with its keys"),
    "FAR185": ("websockets", "websockets expect the other side to leave"),
    "FAR186": ("sending_loops", "loops that wait in each turn go over what nobody changes meanwhile"),
    "FAR187": ("websockets", "websockets check what they receive"),
    "FAR190": ("functions", "functions that serve print nothing"),
    "FAR191": ("log_calls", "log calls leave the formatting to the logger"),
    "FAR192": ("log_calls", "log calls have the level that fits"),
    "FAR193": ("log_calls", "log calls about failures tell what others beside them tell"),
    # FAR20x: what the project demands
    "FAR207": ("functions", "functions have the decorators that the project demands"),
    "FAR208": ("routes", "routes are coroutines"),
    # FAR21x: structure
    "FAR210": ("routes", "routes have annotated parameters"),
    "FAR211": ("environment_readings", "readings of the environment stand in the settings"),
    "FAR212": ("functions", "functions have annotations in the syntax of their file"),
    "FAR213": ("functions", "functions choose by no long chain of comparisons"),
    "FAR214": ("applications", "applications leave their routes to other modules"),
    "FAR215": ("applications", "applications ask nobody else while they are imported"),
    "FAR216": ("applications", "applications have modules that can be imported in any order"),
    "FAR217": ("server_starts", "starts of the server name the application where they have to"),
    "FAR218": ("inclusions", "inclusions of routers leave the prefix to the router"),
    "FAR219": ("server_starts", "starts of the server bind one interface"),
    # FAR22x: configuration of models
    "FAR220": ("schemas", "schemas can be filled by a name that clients know"),
    "FAR221": ("schemas", "schemas inherit settings that agree"),
    "FAR222": ("schemas", "schemas check the constraints that they name"),
    "FAR223": ("schemas", "schemas have private attributes that keep their name"),
    "FAR224": ("schemas", "schemas hold no objects that were made without a check"),
}
"""Rule → the kind of place that it judges one by one, and what is true of all of them if it finds nothing.

A row of a rule that is not on board says nothing: only rules that ran are told.
"""

_DATABASE = ("sessions", "queries", "sqlite_connections", "insertions")

NEEDS: dict[str, tuple[str, ...]] = {
    "FAR005": _DATABASE,
    "FAR051": ("models",),
    "FAR068": ("models",),
    "FAR069": ("models",),
    "FAR070": ("models",),
    "FAR071": _DATABASE,
    "FAR072": ("models",),
    "FAR073": ("models",),
    "FAR074": ("models",),
    "FAR076": ("models",),
    "FAR077": ("models",),
    "FAR108": ("models",),
}
"""Rule → kinds, of which the whole project has to hold one: without a mapped class there is none that a route could
hand out, however many routes there are."""

OF_CHANGES = frozenset({"FAR097"})
"""Rules that compare two sides, and look at nothing else."""
