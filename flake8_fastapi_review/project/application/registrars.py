"""Applications and routers in the abstract execution: what they hold, and what their methods do to it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .values import (
    Bound,
    ClassValue,
    Const,
    Decorator,
    Entry,
    Env,
    Function,
    Instance,
    Items,
    Known,
    Method,
    Registrar,
    RouteList,
    Value,
    ViewMethod,
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
ROUTE_SPECS = {
    "starlette.routing.Route": "plain",
    "starlette.routing.WebSocketRoute": "websocket",
    "starlette.routing.Mount": "mount",
    "fastapi.routing.APIRoute": "route",
    "fastapi.routing.APIWebSocketRoute": "websocket",
}


def kind_of(name: str, knowledge: Knowledge) -> str | None:
    """The framework's class that an external class is or derives from; None for others."""
    name = knowledge.canonical(name)
    if name in METHODS:
        return name
    return next((base for base in knowledge.mro(name) if base in METHODS), None)


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


def decorate(run: Interpreter, decorator: Decorator, args: list[Value]) -> Value:
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


def route_spec(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
) -> Value:
    entry = _entry(run, ROUTE_SPECS[name], args[0] if args else keywords.get("path") or Const(""), node, env)
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
