from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from ...shapes import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class MissingContextIsolation(Rule):
    """A constructor or loader is called without the context that keeps one tenant, plugin or request from another.

    Without it the default is used, which all of them share: what one leaves there, the next one finds.

    `context` names the call and its argument. It counts by keyword and by position; `None` counts as missing.

    Configuration:

        [tool.fastapi-review.rules.FAR153.context]
        "PluginLoader" = "namespace"

    Bad:

        class PluginLoader:
            def __init__(self, path: str, namespace: str | None = None) -> None: ...

        loader = PluginLoader("plugins")

    Good:

        class PluginLoader:
            def __init__(self, path: str, namespace: str | None = None) -> None: ...

        loader = PluginLoader("plugins", namespace="tenant-1")
    """

    code = "FAR153"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "`{call}` without `{argument}` works in the context that everybody shares: pass it"

    context: Mapping[str, str] = option({}, "Qualified name of a constructor or loader → its argument.")

    def check(self, file: File) -> Iterator[Violation]:
        for name, argument in self.context.items():
            wanted = frozenset((name,))
            for call in file.nodes(ast.Call):
                if file.refers_to(call.func, wanted) and _lacks(file, call, argument):
                    yield self.at(call, call=file.source(call.func), argument=argument)


def _lacks(file: File, call: ast.Call, argument: str) -> bool:
    if any(isinstance(each, ast.Starred) for each in call.args):
        return False
    given = file.keywords(call)
    if given is None:
        return False
    values = [value for name, value in given if name == argument]
    if not values:
        position = _position(file, call, argument)
        if position is None:
            return True
        values = call.args[position : position + 1]
    return not values or all(is_none(value) for value in values)


def _position(file: File, call: ast.Call, argument: str) -> int | None:
    """Where a call would pass the argument; None: nowhere, or nothing is known of the callee."""
    definition = file.constructor_of(call.func) or file.definition_of(call.func)
    if definition is None or argument not in definition.parameters:
        return None
    parameters = definition.parameters
    is_method = parameters[:1] in (("self",), ("cls",))
    return parameters.index(argument) - is_method
