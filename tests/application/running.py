"""Prints the route table of a running application as JSON: `python running.py MODULE:NAME` in its folder."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from functools import partial
from typing import Any

from fastapi import params
from fastapi.security.base import SecurityBase
from starlette.routing import Mount

sys.path.insert(0, ".")
FIRST_LINE = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


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


def tree(dependant: Any, found: dict[str, None], schemes: list[Any]) -> None:
    for each in dependant.dependencies:
        if isinstance(each.call, SecurityBase):
            base = next(cls for cls in type(each.call).__mro__ if cls.__module__.startswith("fastapi."))
            schemes.append(base.__name__)
        found[name(each.call)] = None
        tree(each, found, schemes)


def row(path: str, context: Any, route: Any) -> list[dict[str, Any]]:
    endpoint = inspect.unwrap(context.endpoint)
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    function = getattr(endpoint, "__func__", endpoint)
    found: dict[str, None] = {}
    schemes: list[Any] = []
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
            "endpoint": f"{function.__module__}:{function.__qualname__}",
            "line": function.__code__.co_firstlineno if hasattr(function, "__code__") else None,
            "dependencies": sorted(found),
            "security": sorted(set(schemes)),
            "status_code": context.status_code if api else None,
            "tags": [str(getattr(tag, "value", tag)) for tag in context.tags] if api else [],
            "model": getattr(model, "__name__", str(model)) if model is not None else None,
            "include_in_schema": bool(context.include_in_schema) if api else False,
            "operation_id": context.operation_id if api else None,
            "deprecated": bool(context.deprecated) if api else False,
        }
        for method in methods
    ]


module, _, variable = sys.argv[1].partition(":")
application = importlib.import_module(module)
for part in variable.split("."):
    application = getattr(application, part)
assert params
print(json.dumps([each for found in flat(application.routes) for each in row(*found)]))
