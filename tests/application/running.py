"""Prints the route table of a running application as JSON: `python running.py MODULE:NAME` in its folder."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from functools import partial
from typing import Any, get_args

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase
from starlette.routing import Mount

sys.path.insert(0, ".")
FIRST_LINE = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
HAS_SCOPES = hasattr(Dependant(), "own_oauth_scopes")


def flat(routes: Any, prefix: str = "") -> Any:
    try:
        from fastapi.routing import iter_route_contexts  # type: ignore[attr-defined,unused-ignore]
    except ImportError:
        contexts = routes
    else:
        contexts = iter_route_contexts(routes)
    for context in contexts:
        route = getattr(context, "route", context)
        if isinstance(route, Mount):
            yield from flat(getattr(route.app, "routes", ()), prefix + (context.path or ""))
        elif context.path not in FIRST_LINE:
            yield prefix + context.path, context, route


def name(called: Any) -> str:
    inner = called
    while isinstance(inner, partial):
        inner = inner.func
    if isinstance(inner, SecurityBase):
        for module in list(sys.modules.values()):
            for variable, value in list(vars(module).items()) if hasattr(module, "__dict__") else ():
                if value is inner and getattr(module, "__file__", None) and not module.__name__.startswith("fastapi"):
                    return f"{module.__name__}:{variable}"
    if not (inspect.isroutine(inner) or inspect.isclass(inner)):
        for module in list(sys.modules.values()):
            for variable, value in list(vars(module).items()) if hasattr(module, "__dict__") else ():
                if value is inner:
                    return f"{module.__name__}:{variable}"
        inner = type(inner)
    return f"{inner.__module__}:{inner.__qualname__}"


def tree(dependant: Any, found: dict[str, None], schemes: dict[int, list[str]], scopes: tuple[str, ...] = ()) -> None:
    """Fills the names of all dependencies and, by scheme object, its class's name and the scopes that are asked for."""
    schemes_here = [each.security_scheme for each in getattr(dependant, "security_requirements", ())]
    for each in [*dependant.dependencies, *schemes_here]:
        called = each if isinstance(each, SecurityBase) else each.call
        wanted = (*scopes, *(getattr(each, "own_oauth_scopes", None) or ()))
        if isinstance(called, SecurityBase):
            base = next(cls for cls in type(called).__mro__ if cls.__module__.startswith("fastapi."))
            known = schemes.setdefault(id(called), [base.__name__])
            known += [scope for scope in wanted if scope not in known[1:]]
        found[name(called)] = None
        if called is not each:
            tree(each, found, schemes, wanted)


def shown(model: Any) -> str | None:
    if model is None:
        return None
    text = model.__name__ if inspect.isclass(model) and not get_args(model) else str(model)
    return re.sub(r"\b\w+\.", "", text)


def qualified(endpoint: Any) -> str:
    if hasattr(endpoint, "__qualname__"):
        return f"{endpoint.__module__}:{endpoint.__qualname__}"
    return f"{type(endpoint).__module__}:{type(endpoint).__qualname__}.__call__"


def operation(context: Any, route: Any) -> str | None:
    """What is given or made by a function of the project."""
    maker = getattr(context, "generate_unique_id_function", None)
    own = context.unique_id if not isinstance(maker, DefaultPlaceholder) else None
    return context.operation_id or own


def row(path: str, context: Any, route: Any) -> list[dict[str, Any]]:
    endpoint = inspect.unwrap(context.endpoint)
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    function = getattr(endpoint, "__func__", endpoint)
    found: dict[str, None] = {}
    schemes: dict[int, list[str]] = {}
    dependant = getattr(context, "dependant", None)
    if dependant is not None:
        tree(dependant, found, schemes)
    methods = sorted(context.methods) if getattr(context, "methods", None) else ["WEBSOCKET"]
    api = dependant is not None and methods != ["WEBSOCKET"]
    if not api:
        methods = [method for method in methods if method != "HEAD" or methods == ["HEAD"]]
    model = getattr(context, "response_model", None) if api else None
    return [
        {
            "method": method,
            "path": path,
            "endpoint": qualified(function),
            "line": function.__code__.co_firstlineno if hasattr(function, "__code__") else None,
            "dependencies": sorted(found),
            "security": sorted([each[0], *sorted(each[1:])] for each in schemes.values()),
            "status_code": context.status_code if api else None,
            "tags": [str(getattr(tag, "value", tag)) for tag in context.tags] if api else [],
            "response_model": shown(model),
            "include_in_schema": bool(context.include_in_schema) if api else False,
            "operation_id": operation(context, route) if api else None,
            "deprecated": bool(context.deprecated) if api else False,
        }
        for method in methods
    ]


module, _, variable = sys.argv[1].partition(":")
application = importlib.import_module(module)
for part in variable.split("."):
    application = getattr(application, part)
print(json.dumps([each for found in flat(application.routes) for each in row(*found)]))
