"""What FastAPI, Starlette, the standard library and builtins do in the abstract execution."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...regex import regex
from .containers import dict_method, list_method, text_method
from .registrars import (
    METHODS,
    ROUTE_SPECS,
    call_registrar,
    decorate,
    initialise,
    kind_of,
    new_registrar,
    route_list_method,
    route_spec,
)
from .values import (
    AnnotatedValue,
    Bound,
    ClassValue,
    Const,
    Decorator,
    DependsValue,
    Env,
    External,
    Function,
    Instance,
    Items,
    Mapping,
    Method,
    ModuleValue,
    Partial,
    Registrar,
    RouteList,
    Value,
    Wraps,
    unwrapped,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

_DEPENDS = {"fastapi.Depends": False, "fastapi.Security": True}
_AUTHENTICATORS = regex(
    r"(?:authx|fastapi_jwt|fastapi_azure_auth|fief_client|fastapi_login|fastapi_cloudauth|fastapi_keycloak\w*|propelauth_fastapi|fastapi_clerk_auth"
    r"|fastapi_auth0|fastapi_simple_security|fastapi_security|auth0_fastapi|fastapi_zitadel_auth)\."
)
"""Libraries whose objects hand out dependencies that authenticate."""
_TRANSPARENT_CALLS = frozenset({"typing.cast", "copy.copy", "copy.deepcopy"})


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
            return decorate(run, callee, args)
        case Wraps(wrapped=wrapped) if args:
            if isinstance(args[0], Function) and isinstance(run.force(wrapped), (Function, Bound)):
                args[0].wraps = run.force(wrapped)  # type: ignore[assignment]
            return args[0]
        case External(name=name):
            return call_external(run, name, args, keywords, node, env)
        case AnnotatedValue(base=base):
            return run.call(base, args, keywords, node, env)
    return Value()


def call_external(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
) -> Value:
    first = run.force(args[0]) if args else None
    kind = kind_of(name, run.knowledge)
    if kind is not None:
        made = new_registrar(run, kind, None, env.module.path if env is not None else "", getattr(node, "lineno", 0))
        initialise(run, made, args, keywords)
        return made
    if name.endswith(".__init__") and isinstance(first, Registrar):
        initialise(run, first, args[1:], keywords)
        return Const(None)
    owner, _, method = name.rpartition(".")
    if isinstance(first, Registrar) and kind_of(owner, run.knowledge) and method in METHODS[first.kind]:
        return call_registrar(run, first, method, args[1:], keywords, node, env)
    if name in _DEPENDS:
        dependency = first if first is not None else keywords.get("dependency")
        if isinstance(dependency, Const) and dependency.value is None:
            dependency = None
        scopes = run.iterate(keywords.get("scopes") or (args[1] if len(args) > 1 else Items([])))
        texts = tuple(str(scope.value) for scope in scopes or () if isinstance(scope, Const))
        return DependsValue(dependency, texts, _DEPENDS[name])
    if name in ROUTE_SPECS:
        return route_spec(run, name, args, keywords, node, env)
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
            kind = kind_of(each.name, run.knowledge)
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
            return text_method(run, receiver, text, name, args)
        case Items():
            return list_method(run, receiver, name, args)
        case Mapping():
            return dict_method(run, receiver, name, args, keywords)
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
