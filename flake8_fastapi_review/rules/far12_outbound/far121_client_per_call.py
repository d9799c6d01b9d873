from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...regex import regex
from ...rule import Related, Rule, Severity
from ...shapes import last_name, named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Definition, HelperCall
    from ...file import File
    from ...rule import Violation

_LIBRARIES = ("httpx", "requests", "aiohttp", "redis", "boto3", "openai", "anthropic", "urllib3", "grpc")
_ALIKE = frozenset(("timeout", "trust_env", "follow_redirects", "raise_for_status", "http1", "http2", "read_bufsize"))
"""Arguments for which nobody needs a client of their own: switches, and what each call can be given."""
_BORROWED = frozenset(("connection_pool", "connector", "http_client", "transport"))
"""Arguments that bring the connections: what calls itself a `transport` is often in the same process."""
_ATTEMPT = re.compile(r"(?i)attempt|retry|retries|(?:^|_)tr(?:y|ies)(?:_|$)")
_PAUSES = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
_CACHES = ("cache", "lru_cache", "cached", "alru_cache", "singleton", "once")
_SHORT = 6
"""A function with no more calls makes a client, and does nothing else with it."""
_KEPT = regex(r"(?i)shared|cached|pool|singleton|global")
_RARE = regex(r"(?i)(?:^|_)(?:register|registered|sign_?up|log_?in|oauth\d?|install|exchange|activate)(?:_|$)")
"""Words in the names of functions that run once for a user, or for a day of his."""
_REQUESTS = frozenset("get post put patch delete head options request stream".split())


class ClientPerCall(Rule):
    """A client is built for each request or each turn of a loop.

    A client is its pool of connections. Built anew, every call pays for the name, the connection and TLS, often more
    than the call itself, and under load the ports of finished connections run out. Open it once, in the lifespan, and
    hand it in by a dependency.

    Functions that a route calls itself count, too, unless they keep what they get; what is named after a log-in or a
    registration is rare enough. Clients whose arguments come from
    the request, a user's own key or address, cannot be shared and are left alone, and so are those that only go to
    hosts which the request names, unless the application keeps such a client in its `state`.

    Bad:

        import httpx
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/rates")
        async def rates() -> object:
            async with httpx.AsyncClient() as http:
                return (await http.get("https://rates.example/today")).json()

    Good:

        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager

        import httpx
        from fastapi import FastAPI, Request

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with httpx.AsyncClient() as http:
                app.state.http = http
                yield

        app = FastAPI(lifespan=lifespan)

        @app.get("/rates")
        async def rates(request: Request) -> object:
            http: httpx.AsyncClient = request.app.state.http
            return (await http.get("https://rates.example/today")).json()
    """

    code = "FAR121"
    severity = Severity.WARNING
    message = "`{client}` is built {when}, with new connections each time: share one that the lifespan opens"
    markers = ((*_LIBRARIES, "with "), ("def ",))

    def check(self, file: File) -> Iterator[Violation]:
        if any(library in file.text for library in _LIBRARIES):
            yield from self._built(file)
        if "with " in file.text and "@" in file.text:
            yield from self._opened(file)

    def _built(self, file: File) -> Iterator[Violation]:
        routes = None
        for call in file.calls_to(*file.group("client")):
            function = file.function(call)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or _is_kept(file, call):
                continue
            if any(each.arg in _BORROWED and not isinstance(each.value, ast.Call) for each in call.keywords):
                continue
            if any(_last(each) in _CACHES for each in function.decorator_list) or _RARE.search(function.name):
                continue
            if routes is None:
                routes = {route.function for route in file.routes}
            when = _loop(file, call, function)
            if _depends_on_caller(file, call, function):
                continue
            if _goes_where_it_is_told(file, call, function) and not file.is_kept_by_application(call):
                continue
            related: tuple[Related, ...] = ()
            if when == "" and function in routes:
                when = f"for each request of `{function.name}`"
            elif when == "" and file.is_injected(function):
                owner = file.parent(function)
                name = owner.name if isinstance(owner, ast.ClassDef) else function.name
                when = f"for each request, by the dependency `{name}`"
            elif when == "" and function.name == "__init__" and (maker := _maker_of(file, function)) is not None:
                owner = file.parent(function)
                name = owner.name if isinstance(owner, ast.ClassDef) else ""
                related = (Related(maker.path, maker.line, f"`{maker.message}` makes a `{name}`"),)
                when = f"for each request, with the `{name}` of `{maker.message}`"
            elif when == "" and not function.decorator_list and _is_used_up(file, call, function):
                caller = file.served_by(function)
                if caller is not None and not _RARE.search(caller.message):
                    related = (Related(caller.path, caller.line, f"`{caller.message}` calls `{function.name}`"),)
                    when = f"for each request of `{caller.message}`, which calls `{function.name}`"
            if when:
                yield self.at(call, related=related, client=ast.unparse(call.func), when=when)

    def _opened(self, file: File) -> Iterator[Violation]:
        """`with open_client() as http:` in a route or a dependency, where a function of the project makes a client."""
        clients = frozenset(file.group("client"))
        routes: set[ast.AST] | None = None
        for block in file.nodes(ast.With, ast.AsyncWith):
            function = file.function(block)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not function.decorator_list:
                continue
            for item in block.items:
                call = item.context_expr
                if not isinstance(call, ast.Call) or not isinstance(call.func, (ast.Name, ast.Attribute)):
                    continue
                if routes is None:
                    routes = {route.function for route in file.routes}
                if function not in routes:
                    break
                made = _maker(file, call, clients)
                if made is not None and not _depends_on_caller(file, call, function):
                    maker, client = made
                    related = (Related(maker.path, client.line, f"`{maker.qualname}` makes `{client.name}`"),)
                    when = f"for each request of `{function.name}`"
                    yield self.at(call, related=related, client=ast.unparse(call.func), when=when)


def _maker(file: File, call: ast.Call, clients: frozenset[str]) -> tuple[Definition, HelperCall] | None:
    """The plain function of the project that a call asks for a client, and where that is made. Sessions of `requests`
    can be used again after a `with`."""
    maker = file.definition_of(call.func)
    if maker is None or maker.is_class or maker.is_async or maker.is_generator or file.decorators_of(maker):
        return None
    if _KEPT.search(maker.qualname.rpartition(".")[2]):
        return None
    called = file.calls_of(maker)
    for each in called if len(called) <= _SHORT else ():
        if each.name in clients and each.name != "requests.Session" and not each.parameters:
            return maker, each
    return None


def _loop(file: File, call: ast.Call, function: ast.AST) -> str:
    """ "in each turn of a loop" if the call stands in one, of the same function."""
    inner: ast.AST = call
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return ""
        if isinstance(ancestor, (ast.For, ast.AsyncFor)) and any(inner is each for each in ancestor.body):
            return "" if _tries_again(file, ancestor) else "in each turn of a loop"
        if isinstance(ancestor, ast.While) and any(inner is each for each in ancestor.body):
            return ""  # connects again after a failure
        inner = ancestor
    return ""


def _tries_again(file: File, loop: ast.For | ast.AsyncFor) -> bool:
    """`for attempt in range(3)`, or a loop that pauses: it connects again after a failure, or asks once in a while."""
    if _ATTEMPT.search(ast.unparse(loop.target)) and isinstance(loop.iter, ast.Call):
        return True
    return any(file.is_named(each.func, *_PAUSES) for each in file.within(loop.body, ast.Call))


def _is_used_up(file: File, call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a client does not outlive the function, a `with` closes it or a local variable only has methods called,
    and the function does not keep what it gets for the next time."""
    targets = file.within(function, ast.Subscript, ast.Attribute)
    stored = [each for each in targets if isinstance(each.ctx, ast.Store)]
    if file.within(function, ast.Global) or any(_is_kept_by(file, each) for each in stored):
        return False
    holder = file.parent(call)
    if isinstance(holder, ast.withitem):
        return True
    match holder:
        case ast.Assign(targets=[ast.Name(id=name)]):
            uses = [each for each in file.within(function, ast.Name) if each.id == name]
            loads = [each for each in uses if isinstance(each.ctx, ast.Load)]
            return bool(loads) and all(isinstance(file.parent(each), ast.Attribute) for each in loads)
    return False


def _is_kept_by(file: File, target: ast.expr) -> bool:
    """Whether a target of an assignment belongs to an object or to the module."""
    match target:
        case ast.Subscript(value=ast.Name() as owner):
            return file.is_bound_globally(owner)
    return True


def _is_kept(file: File, call: ast.Call) -> bool:
    """Whether it goes into an attribute, a global or a container, and so is made once."""
    for ancestor in file.ancestors(call):
        match ancestor:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))]) if _is_made_per_request(file, call):
                return False
            case ast.Assign(targets=targets):
                return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets) or any(
                    isinstance(target, ast.Name) and file.is_bound_globally(target) for target in targets
                )
            case ast.stmt():
                return False
    return False


def _is_made_per_request(file: File, call: ast.Call) -> bool:
    """Whether FastAPI makes the object that keeps the client, since its class is a dependency."""
    function = file.function(call)
    if not isinstance(function, ast.FunctionDef) or function.name != "__init__":
        return False
    return file.is_injected(function) or _maker_of(file, function) is not None


def _maker_of(file: File, function: ast.AST) -> Related | None:
    """The dependency or route that makes the object of a constructor for each request."""
    owner = file.parent(function)
    return file.built_for_requests(owner) if isinstance(owner, ast.ClassDef) else None


def _depends_on_caller(file: File, call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether an argument comes from a parameter of the function, or from what a loop is at. A switch makes two
    clients at the most, and a timeout can be given to each call."""
    arguments = function.args
    names = {each.arg for each in named_parameters(arguments)}
    for ancestor in file.ancestors(call):
        if isinstance(ancestor, (ast.For, ast.AsyncFor)):
            names |= {
                each.id
                for each in (ancestor.target, *file.within(ancestor.target, ast.Name))
                if isinstance(each, ast.Name)
            }
    given = [*call.args, *(each.value for each in call.keywords if each.arg not in _ALIKE)]
    return any(not isinstance(value, ast.Constant) and _comes_from(file, value, names) for value in given)


def _goes_where_it_is_told(file: File, call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether all that the client requests lies at hosts which depend on a parameter: each time it is another one."""
    holder = file.parent(call)
    match holder:
        case ast.withitem(optional_vars=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            pass
        case _:
            return False
    names = {each.arg for each in named_parameters(function.args) if each.arg not in ("self", "cls")}
    sent = [
        each
        for each in file.within(function.body, ast.Call)
        if isinstance(each.func, ast.Attribute)
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id == name
        and each.func.attr in _REQUESTS
    ]
    return bool(sent) and all(
        (url := _url(file, each)) is not None and _comes_from(file, _beginning(url), names) for each in sent
    )


def _url(file: File, request: ast.Call) -> ast.expr | None:
    named = request.func.attr in ("request", "stream") if isinstance(request.func, ast.Attribute) else False
    return file.argument(request, 1 if named else 0, "url")


def _beginning(url: ast.expr) -> ast.expr:
    """The part of an address that names the host."""
    match url:
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *_]):
            return first
        case ast.JoinedStr(values=[first, *_]):
            return first
        case ast.BinOp(left=left, op=ast.Add()):
            return _beginning(left)
    return url


def _comes_from(file: File, value: ast.expr, names: set[str]) -> bool:
    return any(file.mentions(value, name) for name in names)


def _last(decorator: ast.expr) -> str:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return last_name(named)
