"""Websockets, and what runs while requests are served."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

MAKING_DICTS = ("builtins.dict", "collections.defaultdict", "collections.OrderedDict", "weakref.WeakValueDictionary")


def websocket_routes(file: File) -> Iterator[ast.AsyncFunctionDef]:
    """The functions of the file that a decorator registers as websockets."""
    for function in file.nodes(ast.AsyncFunctionDef):
        if function.decorator_list and file.registered_as(function) == "websocket":
            yield function


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
