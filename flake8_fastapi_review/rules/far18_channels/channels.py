"""Websockets, and what runs while requests are served."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

MAKING_DICTS = ("builtins.dict", "collections.defaultdict", "collections.OrderedDict", "weakref.WeakValueDictionary")


_ADDING = ("add_api_websocket_route", "add_websocket_route")


def websocket_routes(file: File) -> Iterator[ast.AsyncFunctionDef]:
    """The functions and methods of the file that a decorator, or a call in the file, registers as websockets."""
    added = set(_added(file)) if any(name in file.text for name in _ADDING) else ()
    for function in file.nodes(ast.AsyncFunctionDef):
        if function.lineno in added or (function.decorator_list and file.registered_as(function) == "websocket"):
            yield function


def _added(file: File) -> Iterator[int]:
    """The lines of the functions that `router.add_api_websocket_route(path, endpoint)` is given."""
    for call in file.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in _ADDING:
            given = file.argument(call, 1, "endpoint") or file.argument(call, 1, "route")
            endpoint = file.definition_of(given) if given is not None else None
            if endpoint is not None and endpoint.path == file.path and not endpoint.is_class:
                yield endpoint.line


def parameters(function: ast.AST) -> list[ast.arg]:
    """All named parameters of a function."""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    arguments = function.args
    return named_parameters(arguments)


def is_in_request(file: File, node: ast.AST) -> bool:
    """Whether a node surely runs while requests are served: on the event loop, or in a plain route or dependency."""
    function = file.function(node)
    if isinstance(function, ast.AsyncFunctionDef):
        return file.on_event_loop(node) is True
    if not isinstance(function, ast.FunctionDef):
        return False
    return file.registered_as(function) in ("route", "websocket") or file.is_injected(function)
