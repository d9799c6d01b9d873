"""What FastAPI, Starlette, the standard library and builtins do in the abstract execution."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...regex import regex
from .values import (
    NOTHING,
    AnnotatedValue,
    Assumptions,
    Bound,
    ClassValue,
    Const,
    Decorator,
    DependsValue,
    Entry,
    Env,
    External,
    Function,
    Instance,
    Items,
    Known,
    Mapping,
    Method,
    ModuleValue,
    Partial,
    Registrar,
    RouteList,
    Value,
    ViewMethod,
    Wraps,
    unwrapped,
)

if TYPE_CHECKING:
    from ...knowledge import Knowledge
    from .interpreter import Interpreter

ROUTES = frozenset({"route", "plain", "websocket", "include", "mount"})
"""The kinds of entries that are in the list of routes."""
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_COMMON = frozenset(
    {"add_route", "route", "websocket_route", "add_websocket_route", "mount", "host", "add_event_handler", "on_event"}
)
_FASTAPI = (
    frozenset(
        {*VERBS, "api_route", "websocket", "add_api_route", "add_api_websocket_route", "include_router", "__init__"}
    )
    | _COMMON
)
_APP = frozenset({"middleware", "add_middleware", "exception_handler", "add_exception_handler"})
METHODS = {
    "fastapi.FastAPI": _FASTAPI | _APP,
    "fastapi.APIRouter": _FASTAPI,
    "starlette.applications.Starlette": _COMMON | _APP,
    "starlette.routing.Router": _COMMON,
}
_DEPENDS = {"fastapi.Depends": False, "fastapi.Security": True}
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_AUTHENTICATORS = regex(
    r"(?:authx|fastapi_jwt|fastapi_azure_auth|fief_client|fastapi_login|fastapi_cloudauth|fastapi_keycloak\w*|propelauth_fastapi|fastapi_clerk_auth"
    r"|fastapi_auth0|fastapi_simple_security|fastapi_security|auth0_fastapi|fastapi_zitadel_auth)\."
)
"""Libraries whose objects hand out dependencies that authenticate."""
_TRANSPARENT_CALLS = frozenset({"typing.cast", "copy.copy", "copy.deepcopy"})
_ROUTE_SPECS = {
    "starlette.routing.Route": "plain",
    "starlette.routing.WebSocketRoute": "websocket",
    "starlette.routing.Mount": "mount",
    "fastapi.routing.APIRoute": "route",
    "fastapi.routing.APIWebSocketRoute": "websocket",
}


def registrar_kind(name: str, knowledge: Knowledge) -> str | None:
    """The framework's class that an external class is or derives from; None for others."""
    name = knowledge.canonical(name)
    if name in METHODS:
        return name
    return next((base for base in knowledge.mro(name) if base in METHODS), None)


# Registration


def new_registrar(run: Interpreter, kind: str, cls: ClassValue | None, path: str, line: int) -> Registrar:
    found = Registrar(kind, cls, path, line)
    found.under = run.uncertain()
    run.registrars.append(found)
    return found


def initialise(run: Interpreter, registrar: Registrar, args: list[Value], keywords: dict[str, Value]) -> None:
    """`FastAPI(...)`, `APIRouter(...)`, `Starlette(routes=[...])`."""
    registrar.keywords.update(keywords)
    routes = keywords.get("routes") or (args[0] if args and registrar.kind == "starlette.routing.Router" else None)
    for route in run.iterate(routes) or [] if routes is not None else []:
        _put(run, registrar, route)
    if registrar.kind == "fastapi.FastAPI" and (setup := _override(run, registrar, "setup")) is not None:
        run.call_function(setup, [registrar], {}, registrar)


def _put(run: Interpreter, registrar: Registrar, route: Value, position: int | None = None) -> None:
    """A route that was built as an object becomes one of a router's."""
    if not (isinstance(route, Instance) and isinstance(spec := route.attributes.get("entry"), Spec)):
        return
    entry = spec.payload
    entry.assumes |= run.assumptions
    entry.certain = entry.certain and run.certain_for(registrar)
    registrar.entries.insert(len(registrar.entries) if position is None else position, entry)


def replace_routes(run: Interpreter, registrar: Registrar, value: Value) -> None:
    """`app.router.routes = …`: those of another application, or routes that were built as objects; what is not known
    casts doubt on all that the application has."""
    value = run.force(value)
    if isinstance(value, RouteList):
        if value.registrar is not registrar:
            run.absorbed.add(id(value.registrar))
            others = [entry for entry in registrar.entries if entry.kind not in ROUTES]
            registrar.entries[:] = [*others, *(entry for entry in value.registrar.entries if entry.kind in ROUTES)]
        return
    routes = run.iterate(value)
    if routes is None or not all(isinstance(route, Instance) and "entry" in route.attributes for route in routes):
        doubt_routes(registrar)
        return
    registrar.entries[:] = [entry for entry in registrar.entries if entry.kind not in ROUTES]
    for route in routes:
        _put(run, registrar, route)


def doubt_routes(registrar: Registrar) -> None:
    for entry in registrar.entries:
        if entry.kind in ROUTES:
            entry.certain = False
            entry.assumes |= {"the list of routes is as it was before it was changed"}


def route_list_method(run: Interpreter, receiver: RouteList, name: str, args: list[Value]) -> Value:
    """A method of the list of routes of an application or router."""
    owner = receiver.registrar
    match name:
        case "append" if args:
            _put(run, owner, run.force(args[0]))
        case "insert" if len(args) > 1:
            place = args[0].value if isinstance(args[0], Const) and isinstance(args[0].value, int) else None
            before = [i for i, entry in enumerate(owner.entries) if entry.kind in ROUTES]
            _put(run, owner, run.force(args[1]), before[place] if place is not None and place < len(before) else None)
        case "extend" if args:
            given = run.force(args[0])
            if isinstance(given, RouteList):
                owner.entries += [entry for entry in given.registrar.entries if entry.kind in ROUTES]
            for route in run.iterate(given) or []:
                _put(run, owner, route)
        case "remove" | "pop" | "clear" | "sort" | "reverse":
            doubt_routes(owner)
        case "copy":
            return receiver
    return Const(None)


class Spec(Known):
    """A route that was built as an object: `Route("/x", endpoint)`."""

    __slots__ = ("payload",)

    def __init__(self, payload: Entry) -> None:
        super().__init__()
        self.payload = payload


def registrar_attribute(run: Interpreter, owner: Registrar, name: str) -> Value:
    if name == "router" and owner.is_app:
        return owner
    if name in METHODS[owner.kind]:
        return Method(owner, name)
    if name == "routes":
        return RouteList(owner)
    if name in owner.keywords:
        return owner.keywords[name]
    if name == "prefix":
        return Const("")
    if name in ("dependencies", "tags"):
        made = owner.keywords[name] = Items([])
        return made
    if name == "state":
        made_state = owner.attributes[name] = Instance(None, "starlette.datastructures.State")
        return made_state
    return Method(owner, name)


def _entry(
    run: Interpreter, kind: str, path: Value, node: ast.AST | None, env: Env | None, owner: Registrar | None = None
) -> Entry:
    module = env.module.path if env is not None else ""
    entry = Entry(kind, path, module, getattr(node, "lineno", 0))
    entry.assumes = run.assumptions
    entry.certain = run.certain_for(owner) if owner is not None else not run.uncertain()
    return entry


def _methods_of(run: Interpreter, value: Value | None, default: tuple[str, ...]) -> tuple[str, ...] | None:
    if value is None or (isinstance(value, Const) and value.value is None):
        return default
    items = run.iterate(value)
    if items is None or not all(isinstance(item, Const) for item in items):
        return None
    return tuple(str(item.value).upper() for item in items if isinstance(item, Const))


def call_registrar(
    run: Interpreter,
    owner: Registrar,
    name: str,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST | None,
    env: Env | None,
) -> Value:
    """A method of an application or router as the framework defines it."""

    def argument(position: int, keyword: str) -> Value | None:
        return args[position] if position < len(args) else keywords.get(keyword)

    if name == "__init__":
        initialise(run, owner, args, keywords)
        return Const(None)
    path = argument(0, "path") or Const("")
    if name in VERBS or name in ("api_route", "websocket", "websocket_route", "route"):
        if name in VERBS and owner.kind not in ("fastapi.FastAPI", "fastapi.APIRouter"):
            return Value()
        override = _override(run, owner, "api_route") if name in VERBS and not owner.is_app else None
        if override is not None:
            # The verbs of a router end in its api_route, which this class replaces. Those of an application do not.
            given = {**_UNSET, **keywords, "methods": Items([Const(name.upper())])}
            given.pop("path", None)
            return run.call(override, [owner, path], given, node, env)
        kind = {"websocket": "websocket", "websocket_route": "websocket", "route": "plain"}.get(name, "route")
        entry = _entry(run, kind, path, node, env, owner)
        entry.keywords = _given(keywords)
        entry.bare = entry.simple = name in ("websocket_route", "route")
        entry.methods = (name.upper(),) if name in VERBS else _methods_of(run, keywords.get("methods"), ("GET",))
        return Decorator(owner, entry)
    if name in ("add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"):
        kind = "websocket" if "websocket" in name else "route" if "api" in name else "plain"
        entry = _entry(run, kind, path, node, env, owner)
        entry.keywords = _given(keywords)
        entry.bare = entry.simple = "api" not in name
        entry.endpoint = argument(1, "endpoint") or argument(1, "route") or Value()
        entry.methods = _methods_of(
            run, keywords.get("methods") or (args[2] if kind == "plain" and len(args) > 2 else None), ("GET",)
        )
        _append(run, owner, entry)
        return Const(None)
    if name == "include_router":
        entry = _entry(run, "include", keywords.get("prefix") or Const(""), node, env, owner)
        entry.keywords = _given(keywords)
        entry.target = run.force(argument(0, "router") or Value())
        entry.seen = len(entry.target.entries) if isinstance(entry.target, Registrar) else 0
        owner.entries.append(entry)
        return Const(None)
    if name == "generate_and_include_versioned_routers":
        # Cadwyn's; older versions of the API have the same paths.
        for router in args:
            entry = _entry(run, "include", Const(""), node, env, owner)
            entry.target = run.force(router)
            entry.seen = len(entry.target.entries) if isinstance(entry.target, Registrar) else 0
            entry.assumes |= {"the newest version of the API"}
            owner.entries.append(entry)
        return Const(None)
    if name in ("mount", "host"):
        entry = _entry(run, "mount", path, node, env, owner)
        entry.target = run.force(argument(1, "app") or Value())
        if name == "mount":
            owner.entries.append(entry)
        return Const(None)
    if name in ("exception_handler", "middleware", "on_event"):
        kind = "startup" if isinstance(path, Const) and path.value == "startup" else name
        return Decorator(owner, _entry(run, kind, path, node, env, owner))
    if name == "add_event_handler" and isinstance(path, Const) and path.value == "startup":
        entry = _entry(run, "startup", path, node, env, owner)
        entry.endpoint = argument(1, "func") or Value()
        owner.entries.append(entry)
        return Const(None)
    if name == "add_middleware":
        entry = _entry(run, "middleware", Const(""), node, env, owner)
        entry.endpoint = argument(0, "middleware_class") or Value()
        entry.keywords = keywords
        owner.entries.append(entry)
        return Const(None)
    return Value()


_UNSET: dict[str, Value] = {
    **dict.fromkeys(
        ("status_code", "tags", "dependencies", "summary", "description", "responses", "deprecated", "operation_id"),
        Const(None),
    ),
    **dict.fromkeys(("response_model", "response_class", "name", "callbacks", "openapi_extra"), Const(None)),
    "include_in_schema": Const(True),
    "generate_unique_id_function": Const(None),
}
"""What the decorators of FastAPI hand on where their user gave nothing: `kwargs.setdefault` finds it."""
_UNSET_IDS = frozenset(map(id, _UNSET.values()))


def _given(keywords: dict[str, Value]) -> dict[str, Value]:
    """Without what nobody gave."""
    return {name: value for name, value in keywords.items() if id(value) not in _UNSET_IDS}


def _override(run: Interpreter, owner: Registrar, name: str) -> Function | None:
    if owner.cls is None:
        return None
    found = run.find_in_class(owner.cls, name)
    if not isinstance(found, Function):
        return None
    # The override itself falls back on the framework through super().
    return None if any(call.function is not None and call.function.node is found.node for call in run._calls) else found


def register(run: Interpreter, owner: Registrar, entry: Entry) -> None:
    """Put a decorated function on a router; a router's class that overrides `add_api_route` is asked first. (An
    application puts it on its inner router.)"""
    override = None if owner.is_app else _override(run, owner, "add_api_route") if entry.kind == "route" else None
    if override is not None:
        keywords = {**_UNSET, **entry.keywords}
        keywords.pop("path", None)
        if entry.methods is not None:
            keywords["methods"] = Items([Const(method) for method in entry.methods])
        before = len(owner.entries)
        run.call(override, [owner, entry.path, entry.endpoint], keywords, None, None)
        for made in owner.entries[before:]:
            made.assumes |= entry.assumes
            made.certain = made.certain and entry.certain
        return
    _append(run, owner, entry)


def _append(run: Interpreter, owner: Registrar, entry: Entry) -> None:
    entry.assumes |= run.assumptions
    entry.certain = entry.certain and run.certain_for(owner)
    owner.entries.append(entry)


def class_decorated(run: Interpreter, maker: Value, decorator: ast.expr, cls: ClassValue, env: Env) -> None:
    """A decorator of a class: class-based views bind the routes of its methods to the class's own dependencies."""
    given: list[Value] = []
    if isinstance(decorator, ast.Call):
        given += [run.eval(arg, env) for arg in decorator.args if not isinstance(arg, ast.Starred)]
        given += [run.eval(keyword.value, env) for keyword in decorator.keywords]
    own = {id(value) for base in cls.mro() if isinstance(base, ClassValue) for value in base.names.values()}
    bound = False
    for registrar in given:
        if isinstance(registrar, Registrar):
            for entry in registrar.entries:
                if id(entry.endpoint) in own:
                    entry.endpoint = ViewMethod(entry.endpoint, cls)
                    bound = True
    if not bound and isinstance(maker, (Function, Bound, Instance)):
        # It looks for routes on the methods itself.
        plain = maker.function if isinstance(maker, Bound) else maker
        if any(isinstance(value, Registrar) for value in given) or run.is_interesting(plain):
            run.call(maker, [cls], {}, None, env)


# Calls


def call(
    run: Interpreter,
    callee: Value,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST | None,
    env: Env | None,
) -> Value:
    match callee:
        case Method(receiver=Registrar() as owner, name=name):
            return call_registrar(run, owner, name, args, keywords, node, env)
        case Method(receiver=RouteList() as routes, name=name):
            return route_list_method(run, routes, name, args)
        case Method(receiver=receiver, name=name):
            return call_method(run, receiver, name, args, keywords)
        case Decorator():
            return _decorate(run, callee, args)
        case Wraps(wrapped=wrapped) if args:
            if isinstance(args[0], Function) and isinstance(run.force(wrapped), (Function, Bound)):
                args[0].wraps = run.force(wrapped)  # type: ignore[assignment]
            return args[0]
        case External(name=name):
            return call_external(run, name, args, keywords, node, env)
        case AnnotatedValue(base=base):
            return run.call(base, args, keywords, node, env)
    return Value()


def _decorate(run: Interpreter, decorator: Decorator, args: list[Value]) -> Value:
    if not args:
        return Value()
    entry = decorator.entry
    if entry.kind in ("exception_handler", "middleware", "on_event", "startup"):
        entry.endpoint = args[0]
        decorator.registrar.entries.append(entry)
        return args[0]
    made = Entry(entry.kind, entry.path, entry.module, entry.line)
    made.bare, made.simple = entry.bare, entry.simple
    made.methods, made.keywords, made.assumes, made.certain = (
        entry.methods,
        entry.keywords,
        entry.assumes,
        entry.certain,
    )
    made.endpoint = args[0]
    register(run, decorator.registrar, made)
    return args[0]


def call_external(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
) -> Value:
    first = run.force(args[0]) if args else None
    kind = registrar_kind(name, run.knowledge)
    if kind is not None:
        made = new_registrar(run, kind, None, env.module.path if env is not None else "", getattr(node, "lineno", 0))
        initialise(run, made, args, keywords)
        return made
    if name.endswith(".__init__") and isinstance(first, Registrar):
        initialise(run, first, args[1:], keywords)
        return Const(None)
    owner, _, method = name.rpartition(".")
    if isinstance(first, Registrar) and registrar_kind(owner, run.knowledge) and method in METHODS[first.kind]:
        return call_registrar(run, first, method, args[1:], keywords, node, env)
    if name in _DEPENDS:
        dependency = first if first is not None else keywords.get("dependency")
        if isinstance(dependency, Const) and dependency.value is None:
            dependency = None
        scopes = run.iterate(keywords.get("scopes") or (args[1] if len(args) > 1 else Items([])))
        texts = tuple(str(scope.value) for scope in scopes or () if isinstance(scope, Const))
        return DependsValue(dependency, texts, _DEPENDS[name])
    if name in _ROUTE_SPECS:
        return _route_spec(run, name, args, keywords, node, env)
    match name:
        case "functools.partial" if first is not None:
            return Partial(first, args[1:], keywords)
        case "functools.wraps" if first is not None:
            return Wraps(first)
        case "functools.update_wrapper" if first is not None and len(args) > 1:
            return _update_wrapper(run, first, run.force(args[1]))
        case "inspect.getmembers" if first is not None:
            return _members(run, first, run.force(args[1]) if len(args) > 1 else keywords.get("predicate"))
        case "inspect.isfunction" | "inspect.ismethod" | "inspect.iscoroutinefunction" | "inspect.isclass" if (
            first is not None and type(first) is not Value
        ):
            return Const(_is_kind(first, name.rpartition(".")[2]))
        case "pkgutil.iter_modules":
            return _modules_in(run, args[0] if args else keywords.get("path"))
        case "itertools.chain":
            return _chained(run, args)
        case "itertools.chain.from_iterable" if first is not None:
            parts = run.iterate(first)
            return _chained(run, parts) if parts is not None else Items([], complete=False)
        case "functools.lru_cache" | "functools.cache":
            return first if isinstance(first, (Function, Bound)) else External("typing.cast_last")
        case "typing.cast" if len(args) > 1:
            return args[1]
        case "typing.cast_last" if first is not None:
            return first
        case "os.getenv" | "os.environ.get" | "os.environ.setdefault" if first is not None:
            return _environment(first, args[1] if len(args) > 1 else keywords.get("default"))
        case "importlib.import_module" if isinstance(first, Const) and isinstance(first.value, str) and env is not None:
            return _import(run, first.value, env)
        case "uvicorn.importer.import_from_string" if (
            isinstance(first, Const) and isinstance(first.value, str) and env is not None
        ):
            module, _, attribute = first.value.partition(":")
            return run.attribute(_import(run, module, env), attribute) if attribute else Value()
        case "fastapi.security.SecurityScopes":
            return Value()
        case "attr.ib" | "attr.field" | "attrs.field" | "dataclasses.field" | "pydantic.Field" | "attr.attrib":
            return _field(run, first, keywords)
        case "asyncio.run" | "anyio.run" if first is not None:
            return first
        case "contextlib.asynccontextmanager" | "contextlib.contextmanager" if first is not None:
            return first
    if name.startswith("builtins."):
        return call_builtin(run, name[9:], args, keywords, env)
    if name in _TRANSPARENT_CALLS and first is not None:
        return first
    last = name.rpartition(".")[2]
    if last[:1].isupper():
        made_instance = Instance(None, name)
        if name == "types.SimpleNamespace":
            made_instance.attributes.update(keywords)
        if last == "Middleware" and env is not None:
            made_instance.attributes["made at"] = Items([Const(env.module.path), Const(getattr(node, "lineno", 0))])
        made_instance.keywords = dict(keywords)
        for position, value in enumerate(args):
            made_instance.keywords[str(position)] = value
        return made_instance
    if first is not None and last in ("decorator", "wraps", "limit", "cache") and isinstance(first, (Function, Bound)):
        return first
    return Value()


def _update_wrapper(run: Interpreter, wrapper: Value, wrapped: Value) -> Value:
    if isinstance(wrapper, Function) and isinstance(wrapped, (Function, Bound)):
        wrapper.wraps = wrapped
    elif isinstance(wrapper, Instance) and isinstance(wrapped, (Function, Bound)):
        wrapper.attributes["__wrapped__"] = wrapped
    return wrapper


def _is_kind(value: Value, test: str) -> bool:
    inner = unwrapped(value) if test == "iscoroutinefunction" else value
    plain = inner.function if isinstance(inner, Bound) else inner
    match test:
        case "isfunction":
            return isinstance(value, Function)
        case "ismethod":
            return isinstance(value, Bound)
        case "isclass":
            return isinstance(value, ClassValue)
    return isinstance(plain, Function) and isinstance(plain.node, ast.AsyncFunctionDef)


def _members(run: Interpreter, owner: Value, test: Value | None) -> Items:
    """`inspect.getmembers`: names and values of a class or of an object of one, sorted."""
    cls = owner if isinstance(owner, ClassValue) else owner.cls if isinstance(owner, Instance) else None
    if cls is None or run.is_aside:
        return Items([], complete=False)
    names = {name for base in cls.mro() if isinstance(base, ClassValue) for name in base.names}
    if isinstance(owner, Instance):
        names |= set(owner.attributes)
    kind = test.name.rpartition(".")[2] if isinstance(test, External) and test.name.startswith("inspect.is") else None
    found: list[Value] = []
    for name in sorted(names):
        value = run.attribute(owner, name)
        if test is not None:
            truth = _is_kind(value, kind) if kind is not None else run.call(test, [value], {}, None, None).truth()
            if truth is False:
                continue
        found.append(Items([Const(name), value], "tuple"))
    return Items(found)


def _modules_in(run: Interpreter, path: Value | None) -> Items:
    """`pkgutil.iter_modules(package.__path__)`: (finder, name, whether it is a package) in order of names."""
    package = path.attributes.get("package") if isinstance(path, Instance) else None
    if not isinstance(package, ModuleValue):
        return Items([], complete=False)
    names = run.modules.sources.names_in(package.path.rpartition("/")[0])
    found: list[Value] = []
    for name in names:
        inner = run.modules.submodule(package.path, name)
        if inner is not None:
            made = Instance(None, "pkgutil.ModuleInfo")
            made.attributes |= {
                "module_finder": Value(),
                "name": Const(name),
                "ispkg": Const(inner.endswith(("/", "/__init__.py"))),
            }
            found.append(made)
    return Items(found)


def _chained(run: Interpreter, parts: list[Value]) -> Items:
    columns = [run.iterate(part) for part in parts]
    known = [item for column in columns if column is not None for item in column]
    return Items(known, complete=None not in columns)


def _environment(name: Value, default: Value | None) -> Value:
    shown = name.value if isinstance(name, Const) else "?"
    assumed = frozenset({f"environment variable {shown} is not set"})
    if default is None:
        return Const(None, assumed)
    if isinstance(default, Const):
        return Const(default.value, default.assumes | assumed)
    return default


def _import(run: Interpreter, dotted: str, env: Env) -> Value:
    level = len(dotted) - len(dotted.lstrip("."))
    path = run.modules.resolve(env.module.path, level, dotted.lstrip(".") or None)
    if path is None:
        return External(dotted) if not level else Value()
    run.import_module(path)
    return ModuleValue(path)


def _field(run: Interpreter, default: Value | None, keywords: dict[str, Value]) -> Value:
    factory = keywords.get("factory") or keywords.get("default_factory")
    if factory is not None and not (isinstance(factory, Const) and factory.value is None):
        made = Instance(None, "field")
        made.attributes["factory"] = factory
        return made
    found = keywords.get("default") or default
    return found if found is not None else Value()


def _route_spec(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
) -> Value:
    entry = _entry(run, _ROUTE_SPECS[name], args[0] if args else keywords.get("path") or Const(""), node, env)
    second = args[1] if len(args) > 1 else keywords.get("endpoint") or keywords.get("app")
    entry.keywords = keywords
    if entry.kind == "mount":
        entry.target = run.force(second) if second is not None else Value()
        if second is None and "routes" in keywords:
            entry.target = new_registrar(run, "starlette.routing.Router", None, entry.module, entry.line)
            initialise(run, entry.target, [], keywords)
    else:
        entry.endpoint = second or Value()
        entry.methods = _methods_of(run, keywords.get("methods"), ("GET",))
    entry.bare = True
    entry.simple = name.startswith("starlette.")
    made = Instance(None, name)
    made.attributes["entry"] = Spec(entry)
    return made


def call_builtin(run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], env: Env | None) -> Value:
    first = run.force(args[0]) if args else None
    match name:
        case "list" | "tuple" | "set" | "frozenset":
            items = run.iterate(first) if first is not None else []
            return Items(items, name) if items is not None else Items([], name, complete=False)
        case "sorted" if first is not None:
            items = run.iterate(first)
            if items is None:
                return Items([], complete=False)
            if "key" not in keywords and all(isinstance(item, Const) for item in items):
                return Items(sorted(items, key=lambda item: str(item.value)))  # type: ignore[attr-defined]
            # In which order they come is not known.
            return Items(items, complete=len(items) < 2)
        case "reversed" if first is not None:
            items = run.iterate(first)
            return Items(items[::-1]) if items is not None else Items([], complete=False)
        case "dict":
            base = Mapping(list(first.pairs)) if isinstance(first, Mapping) else Mapping([], complete=first is None)
            for key, value in keywords.items():
                base.set(Const(key), value)
            return base
        case "enumerate" if first is not None:
            items = run.iterate(first)
            start = run.force(args[1] if len(args) > 1 else keywords.get("start", Const(0)))
            numbers_from = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
            return (
                Items(
                    [
                        Items([Value() if numbers_from is None else Const(numbers_from + i), item], "tuple")
                        for i, item in enumerate(items)
                    ]
                )
                if items is not None
                else Items([], complete=False)
            )
        case "zip":
            columns = [run.iterate(arg) for arg in args]
            if any(column is None for column in columns):
                return Items([], complete=False)
            return Items([Items(list(row), "tuple") for row in zip(*columns, strict=False)])
        case "range" if all(isinstance(arg, Const) and isinstance(arg.value, int) for arg in args) and args:
            bounds = [arg.value for arg in args if isinstance(arg, Const)]
            numbers: list[Value] = [Const(number) for number in range(*bounds)[:100]]
            return Items(numbers)
        case "getattr" if (
            first is not None and len(args) > 1 and isinstance(args[1], Const) and isinstance(args[1].value, str)
        ):
            found = run.attribute(first, args[1].value)
            return args[2] if type(found) is Value and len(args) > 2 else found
        case "setattr" if first is not None and len(args) > 2 and isinstance(args[1], Const):
            run.set_attribute(first, str(args[1].value), args[2])
            return Const(None)
        case "isinstance" if first is not None and len(args) > 1:
            return _is_instance(run, first, args[1])
        case "hasattr" if isinstance(first, Function) and len(args) > 1 and isinstance(args[1], Const):
            return Const(type(run.attribute(first, str(args[1].value))) is not Value)
        case "hasattr" if (
            isinstance(first, (Registrar, Instance, ModuleValue)) and len(args) > 1 and isinstance(args[1], Const)
        ):
            found = run.attribute(first, str(args[1].value))
            return Const(True) if type(found) not in (Value, Method) else Value()
        case "str" if isinstance(first, Const):
            return Const(str(first.value), first.assumes)
        case "int" | "bool" if isinstance(first, Const) and isinstance(first.value, (int, bool)):
            return Const(bool(first.value) if name == "bool" else int(first.value), first.assumes)
        case "int" if isinstance(first, Const) and isinstance(first.value, str) and first.value.isdecimal():
            return Const(int(first.value), first.assumes)
        case "bool" if first is not None:
            truth = first.truth()
            return Value(first.assumes) if truth is None else Const(truth, first.assumes)
        case "len" if isinstance(first, Const) and isinstance(first.value, (str, bytes)):
            return Const(len(first.value), first.assumes)
        case "len" if isinstance(first, (Items, Mapping)) and first.complete:
            return Const(len(run.iterate(first) or []))
        case "map" if len(args) == 2:
            items = run.iterate(args[1])
            return (
                Items([run.call(args[0], [item], {}, None, env) for item in items])
                if items is not None
                else Items([], complete=False)
            )
        case "filter" if len(args) == 2:
            return Items(run.iterate(args[1]) or [])
        case "vars" if isinstance(first, (ClassValue, Instance)):
            return run.attribute(first, "__dict__")
        case "dir" if isinstance(first, (ClassValue, Instance)):
            return Items([item.items[0] for item in _members(run, first, None).items if isinstance(item, Items)])
        case "callable" if isinstance(first, (Function, Bound, ClassValue, Const, Items, Mapping)):
            return Const(isinstance(first, (Function, Bound, ClassValue)))
        case "vars" | "dir" | "print" | "open":
            return Value()
        case "type" if isinstance(first, Instance) and first.cls is not None:
            return first.cls
        case "any" | "all" if first is not None:
            items = run.iterate(first)
            truths = [item.truth() for item in items] if items is not None else [None]
            if None in truths:
                return Value()
            return Const(any(truths) if name == "any" else all(truths))
    return Value()


def _is_instance(run: Interpreter, value: Value, cls: Value) -> Value:
    wanted = cls.items if isinstance(cls, Items) else [cls]
    for each in wanted:
        each = run.force(each)
        if isinstance(each, External):
            kind = registrar_kind(each.name, run.knowledge)
            if kind is not None and isinstance(value, Registrar):
                known = value.kind == kind or kind in run.knowledge.mro(value.kind)
                if known:
                    return Const(True)
                continue
            plain = {"builtins.str": str, "builtins.dict": Mapping, "builtins.list": Items, "builtins.int": int}.get(
                each.name
            )
            if plain in (str, int) and isinstance(value, Const):
                if isinstance(value.value, plain):
                    return Const(True)
                continue
            if plain is not None and isinstance(value, plain):
                return Const(True)
            if type(value) is Value:
                return Value()
        elif isinstance(each, ClassValue):
            if isinstance(value, Instance) and value.cls is not None:
                if each in value.cls.mro():
                    return Const(True)
            elif type(value) is Value:
                return Value()
    return Const(False)


def call_method(run: Interpreter, receiver: Value, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """A method of a builtin object."""
    match receiver:
        case Const(value=str() as text):
            return _text_method(run, receiver, text, name, args)
        case Items():
            return _list_method(run, receiver, name, args)
        case Mapping():
            return _dict_method(run, receiver, name, args, keywords)
        case Instance(name=str() as library):
            if library == "fastapi_users.FastAPIUsers" or library.startswith("fastapi_users."):
                return _users_router(run, name, keywords)
            if _AUTHENTICATORS.match(library):
                return External(f"{library}.{'optional_' if _wants_optional(keywords) else ''}{name}")
            return Value()
    return Value()


def _wants_optional(keywords: dict[str, Value]) -> bool:
    given = keywords.get("optional")
    return isinstance(given, Const) and given.value is True


def _users_router(run: Interpreter, name: str, keywords: dict[str, Value]) -> Value:
    """fastapi-users hands out routers whose routes are its own, and dependencies that authenticate."""
    if name.startswith("get_") and name.endswith("_router"):
        return Value()
    if name == "current_user":
        return External(f"fastapi_users.FastAPIUsers.{'optional_' if _wants_optional(keywords) else ''}current_user")
    return Value()


def _text_method(run: Interpreter, receiver: Const, text: str, name: str, args: list[Value]) -> Value:
    plain = [arg.value for arg in args if isinstance(arg, Const)]
    assumes = receiver.assumes.union(*(arg.assumes for arg in args)) if args else receiver.assumes
    if name == "join" and args:
        items = run.iterate(args[0])
        if items is not None and all(isinstance(item, Const) for item in items):
            return Const(text.join(str(item.value) for item in items), assumes)  # type: ignore[attr-defined]
        return Value(assumes)
    if len(plain) != len(args):
        return Value(assumes)
    allowed = (
        "strip",
        "rstrip",
        "lstrip",
        "lower",
        "upper",
        "title",
        "replace",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "format",
        "capitalize",
        "split",
        "rsplit",
        "partition",
        "rpartition",
        "isdigit",
        "count",
        "find",
        "encode",
    )
    if name not in allowed:
        return Value(assumes)
    try:
        result = getattr(text, name)(*plain)
    except (TypeError, ValueError, IndexError, KeyError):
        return Value(assumes)
    if isinstance(result, (list, tuple)):
        return Items([Const(part, assumes) for part in result])
    return Const(result, assumes)


def _list_method(run: Interpreter, receiver: Items, name: str, args: list[Value]) -> Value:
    match name:
        case "append" | "add" if args:
            receiver.items.append(args[0])
        case "insert" if len(args) > 1:
            position = (
                args[0].value if isinstance(args[0], Const) and isinstance(args[0].value, int) else len(receiver.items)
            )
            receiver.items.insert(position, args[1])
        case "extend" | "update" if args:
            items = run.iterate(args[0])
            receiver.complete = receiver.complete and items is not None
            receiver.items.extend(items or [])
        case "copy":
            return Items(list(receiver.items), receiver.kind, receiver.complete)
        case "pop" if receiver.items:
            return receiver.items.pop()
        case _:
            return Value()
    return Const(None)


def _dict_method(
    run: Interpreter, receiver: Mapping, name: str, args: list[Value], keywords: dict[str, Value]
) -> Value:
    match name:
        case "items":
            return Items([Items([key, value], "tuple") for key, value in receiver.pairs], complete=receiver.complete)
        case "values":
            return Items([value for _, value in receiver.pairs], complete=receiver.complete)
        case "keys":
            return Items([key for key, _ in receiver.pairs], complete=receiver.complete)
        case "get" | "pop" | "setdefault" if args and isinstance(args[0], Const):
            found = receiver.get(args[0].value)
            if found is None:
                default = args[1] if len(args) > 1 else Const(None)
                if name == "setdefault":
                    receiver.set(args[0], default)
                return default if receiver.complete else Value()
            if name == "pop":
                receiver.pairs[:] = [
                    pair
                    for pair in receiver.pairs
                    if not (isinstance(pair[0], Const) and pair[0].value == args[0].value)
                ]
            return found
        case "update":
            for source in args:
                if isinstance(source, Mapping):
                    for key, value in source.pairs:
                        receiver.set(key, value)
                else:
                    receiver.complete = False
            for key_name, value in keywords.items():
                receiver.set(Const(key_name), value)
            return Const(None)
        case "copy":
            return Mapping(list(receiver.pairs), receiver.complete)
    return Value()


# Operators


def joined(parts: list[Value]) -> Value:
    assumes: Assumptions = NOTHING.union(*(part.assumes for part in parts)) if parts else NOTHING
    if all(isinstance(part, Const) for part in parts):
        return Const("".join(str(part.value) for part in parts), assumes)  # type: ignore[attr-defined]
    return Value(assumes)


def binary(operator: ast.operator, left: Value, right: Value) -> Value:
    assumes = left.assumes | right.assumes
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            if isinstance(operator, ast.Add):
                return Const(left.value + right.value, assumes)
            if isinstance(operator, ast.Mod) and isinstance(left.value, str):
                return Const(left.value % (right.value,), assumes)
            if (
                isinstance(operator, ast.Mult)
                and isinstance(left.value, (int, float))
                and isinstance(right.value, (int, float))
            ):
                return Const(left.value * right.value, assumes)
        except (TypeError, ValueError):
            return Value(assumes)
    if isinstance(left, Items) and isinstance(right, Items) and isinstance(operator, ast.Add):
        return Items([*left.items, *right.items], left.kind, left.complete and right.complete)
    if isinstance(operator, ast.BitOr) and isinstance(left, Mapping) and isinstance(right, Mapping):
        merged = Mapping(list(left.pairs), left.complete and right.complete)
        for key, value in right.pairs:
            merged.set(key, value)
        return merged
    if (
        isinstance(operator, ast.Mod)
        and isinstance(left, Const)
        and isinstance(left.value, str)
        and isinstance(right, Items)
    ) and all(isinstance(item, Const) for item in right.items):
        try:
            return Const(left.value % tuple(item.value for item in right.items), assumes)  # type: ignore[attr-defined]
        except (TypeError, ValueError):
            return Value(assumes)
    if isinstance(operator, ast.BitOr):
        # `A | None`: an annotation
        return AnnotatedValue(left if not (isinstance(left, Const) and left.value is None) else right, [])
    return Value(assumes)


def status(name: str) -> int | None:
    """The number behind a name of `fastapi.status` or `http.HTTPStatus`."""
    module, _, constant = name.rpartition(".")
    if module in ("starlette.status", "fastapi.status"):
        return int("".join(filter(str.isdigit, constant[:9])) or 0) or None
    if module == "http.HTTPStatus":
        from http import HTTPStatus

        return HTTPStatus[constant].value if constant in HTTPStatus.__members__ else None
    return None


def _as_constant(value: Value) -> Value:
    """A named status is compared as the number that it is."""
    number = status(value.name) if isinstance(value, External) else None
    return value if number is None else Const(number, value.assumes)


def compare(operator: ast.cmpop, left: Value, right: Value) -> Value:
    left, right = _as_constant(left), _as_constant(right)
    assumes = left.assumes | right.assumes
    if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(right, Const) and right.value is None:
        if isinstance(left, Const):
            return Const((left.value is None) is isinstance(operator, ast.Is), assumes)
        if left.truth():
            return Const(isinstance(operator, ast.IsNot), assumes)
        return Value(assumes)
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            match operator:
                case ast.Eq():
                    return Const(left.value == right.value, assumes)
                case ast.NotEq():
                    return Const(left.value != right.value, assumes)
                case ast.In() | ast.NotIn() if isinstance(right.value, str):
                    return Const((left.value in right.value) is isinstance(operator, ast.In), assumes)
                case ast.Gt():
                    return Const(left.value > right.value, assumes)
                case ast.Lt():
                    return Const(left.value < right.value, assumes)
                case ast.GtE():
                    return Const(left.value >= right.value, assumes)
                case ast.LtE():
                    return Const(left.value <= right.value, assumes)
                case ast.Is() | ast.IsNot():
                    return Const((left.value is right.value) is isinstance(operator, ast.Is), assumes)
        except TypeError:
            return Value(assumes)
    if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(left, Const):
        members: list[Value] | None = None
        if isinstance(right, Items) and right.complete:
            members = right.items
        elif isinstance(right, Mapping) and right.complete:
            members = [key for key, _ in right.pairs]
        if members is not None and all(isinstance(item, Const) for item in members):
            found = any(item.value == left.value for item in members)  # type: ignore[attr-defined]
            return Const(found is isinstance(operator, ast.In), assumes)
    if (
        isinstance(left, Instance)
        and isinstance(right, Instance)
        and left.cls is not None
        and left.cls is right.cls
        and "name" in left.attributes
    ):
        same = getattr(left.attributes.get("name"), "value", 0) == getattr(right.attributes.get("name"), "value", 1)
        return Const(same is isinstance(operator, (ast.Eq, ast.Is)), assumes)
    return Value(assumes)


def fits(run: Interpreter, pattern: ast.pattern, subject: Value, env: Env) -> bool | None:
    """Whether a pattern of a `match` statement takes a value; None when not known. Binds the names it captures."""
    match pattern:
        case ast.MatchAs(pattern=None, name=name):
            if name is not None:
                run.bind(name, subject, env)
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner, name=name):
            found = fits(run, inner, subject, env)
            if name is not None and found is not False:
                run.bind(name, subject, env)
            return found
        case ast.MatchOr(patterns=patterns):
            answers = [fits(run, each, subject, env) for each in patterns]
            return True if True in answers else None if None in answers else False
        case ast.MatchValue(value=value):
            return compare(ast.Eq(), subject, run.eval(value, env)).truth()
        case ast.MatchSingleton(value=wanted):
            return subject.value is wanted if isinstance(subject, Const) else False if subject.truth() else None
    return None


def subscript(run: Interpreter, owner: Value, index: ast.expr, env: Env) -> Value:
    if isinstance(owner, External):
        if owner.name in _ANNOTATED and isinstance(index, ast.Tuple) and index.elts:
            base = run.eval(index.elts[0], env)
            items = [run.eval(element, env) for element in index.elts[1:]]
            if isinstance(base, AnnotatedValue):
                return AnnotatedValue(base.base, [*base.items, *items])
            return AnnotatedValue(base, items)
        if owner.name == "os.environ" and isinstance(index, ast.Constant):
            return Value(frozenset({f"environment variable {index.value!s}"}))
        if owner.name in ("typing.Optional", "typing.Union", "typing.Type", "builtins.type"):
            first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
            inner = run.eval(first, env)
            return inner if isinstance(inner, AnnotatedValue) else AnnotatedValue(inner, [])
        return AnnotatedValue(owner, [])
    if isinstance(owner, (ClassValue, AnnotatedValue)):
        return owner if isinstance(owner, AnnotatedValue) else AnnotatedValue(owner, [])
    if isinstance(index, ast.Slice):
        if isinstance(owner, Items) and owner.complete:
            bounds = [
                run.eval(bound, env) if bound is not None else Const(None)
                for bound in (index.lower, index.upper, index.step)
            ]
            if all(isinstance(bound, Const) for bound in bounds):
                return Items(owner.items[slice(*(bound.value for bound in bounds))])  # type: ignore[attr-defined]
        if isinstance(owner, Const) and isinstance(owner.value, str):
            bounds = [
                run.eval(bound, env) if bound is not None else Const(None)
                for bound in (index.lower, index.upper, index.step)
            ]
            if all(isinstance(bound, Const) for bound in bounds):
                return Const(owner.value[slice(*(bound.value for bound in bounds))], owner.assumes)  # type: ignore[attr-defined]
        return Value()
    key = run.eval(index, env)
    if isinstance(owner, Mapping) and isinstance(key, Const):
        return owner.get(key.value) or Value()
    if (
        isinstance(owner, Items)
        and isinstance(key, Const)
        and isinstance(key.value, int)
        and -len(owner.items) <= key.value < len(owner.items)
    ):
        return run.force(owner.items[key.value])
    return Value()


# Fields of data classes and settings

_SETTINGS = (
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "pydantic.v1.BaseSettings",
    "starlette.config.Config",
)


def fill_fields(run: Interpreter, instance: Instance, args: list[Value], keywords: dict[str, Value]) -> None:
    """The generated constructor of a dataclass, attrs class or Pydantic model."""
    assert instance.cls is not None
    names: list[str] = []
    for base in reversed(instance.cls.mro()):
        if isinstance(base, ClassValue):
            names += [name for name in base.annotations if name not in names]
    instance.attributes.update(keywords)
    instance.attributes.update(zip(names, args, strict=False))
    for name in names:
        if name not in instance.attributes:
            default = field_default(run, instance, name)
            if default is not None:
                instance.attributes[name] = default
    hook = run.find_in_class(instance.cls, "__attrs_post_init__") or run.find_in_class(instance.cls, "__post_init__")
    if isinstance(hook, Function):
        run.call_function(hook, [instance], {}, instance)


def field_default(run: Interpreter, owner: Instance, name: str) -> Value | None:
    """The default of an annotated field; of settings it is an assumption that the environment leaves it alone."""
    assert owner.cls is not None
    for base in owner.cls.mro():
        if not isinstance(base, ClassValue):
            continue
        default = base.names.get(name)
        if default is None:
            continue
        default = run.force(default)
        if isinstance(default, Instance) and default.name == "field":
            return run.call(default.attributes["factory"], [], {}, base.node, base.env)
        if (
            name in base.annotations
            and isinstance(default, Const)
            and any(each in _SETTINGS for each in owner.cls.externals())
        ):
            return Const(default.value, frozenset({f"setting {owner.cls.node.name}.{name} has its default"}))
        return default
    return None


def parameter_value(run: Interpreter, function: Function, argument: ast.arg) -> Value:
    """What a parameter holds when the call does not say: something new of its annotated class, if that is a
    registrar."""
    if argument.annotation is None:
        return Value()
    declared = run.eval(argument.annotation, function.env)
    if isinstance(declared, AnnotatedValue):
        declared = declared.base
    if isinstance(declared, ClassValue) and any(each in _SETTINGS for each in declared.externals()):
        return run.construct(declared, [], {}, None, None)
    return Value()


__all__ = ["METHODS", "call", "unwrapped"]
