from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import line_before
from ...rule import Fix, Rule, Severity, shortened
from ...shapes import last_name
from .clients import CALLS, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_BODY = frozenset(("json", "text", "content", "read"))
_CHECKS = frozenset(
    "raise_for_status status_code status ok is_success is_error is_client_error is_server_error reason reason_phrase "
    "has_redirect_location is_redirect".split()
)
_RAISING = ("raise_for_status=True", "event_hooks", "raise_for_status=", "raise_on_4xx_5xx", "HTTPAdapter")
"""Clients that look at the status themselves."""


class UncheckedResponse(Rule):
    """The body of a response is used without a look at its status.

    A 401, a 429 or a 502 has a body too: an error page, or JSON of another shape. `.json()` of it raises something that
    tells nothing of the status, or gives a dictionary without the keys that are expected, which are then missing
    somewhere else. `raise_for_status()` fails where the failure is.

    Responses that are handed on, bodies that are asked what they hold, and clients that check by themselves are left
    alone.

    Bad:

        import requests

        def rate(currency: str) -> float:
            response = requests.get(f"https://rates.example/{currency}", timeout=5)
            return response.json()["rate"]

    Good:

        import requests

        def rate(currency: str) -> float:
            response = requests.get(f"https://rates.example/{currency}", timeout=5)
            response.raise_for_status()
            return response.json()["rate"]
    """

    code = "FAR124"
    severity = Severity.WARNING
    message = "`{use}` takes the body of a failure for an answer: call `{response}.raise_for_status()` before"
    markers = (("requests", "httpx", "aiohttp"), (".json(", ".text", ".content", ".read("))

    def check(self, file: File) -> Iterator[Violation]:
        raising: bool | None = None
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, (ast.Attribute, ast.Name)):
                continue
            leaf = last_name(call.func)
            if leaf not in METHODS or file.resolved(call) not in CALLS:
                continue
            found = _unchecked(file, call)
            if found is None:
                continue
            if raising is None:
                raising = any(word in file.text for word in _RAISING)
            use, response = found
            if not raising and not _may_raise(file, call) and not _is_looked_into(file, use):
                fix = _checked(file, use, response)
                yield self.at(use, fix=fix, use=shortened(ast.unparse(use)), response=response)


def _checked(file: File, use: ast.AST, response: str) -> Fix | None:
    """Unsafe: what a failure answers raises then."""
    known = any(node.id == response for node in file.within(use, ast.Name))
    edit = line_before(file, use, f"{response}.raise_for_status()") if known else None
    return Fix("Look at the status first", (edit,)) if edit is not None else None


def _unchecked(file: File, call: ast.Call) -> tuple[ast.AST, str] | None:
    """Where the body is used first, and how the response is called there, if nothing looks at its status."""
    value: ast.AST = call
    outer = file.parent(call)
    if isinstance(outer, ast.Await):
        value, outer = outer, file.parent(outer)
    match outer:
        case ast.Attribute(attr=attribute) if attribute in _BODY:
            return _expression(file, outer), "response"
        case ast.Assign(targets=[ast.Name(id=name)], value=given) if given is value:
            return _of_variable(file, outer, name)
        case ast.withitem(optional_vars=ast.Name(id=name)):
            owner = file.enclosing(outer, ast.With, ast.AsyncWith)
            return _of_variable(file, owner, name) if owner is not None else None
    return None


def _of_variable(file: File, bound: ast.AST, name: str) -> tuple[ast.AST, str] | None:
    function = file.function(bound)
    body = function.body if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    if body is None:
        return None
    uses = [each for each in file.within(body, ast.Name) if each.id == name and isinstance(each.ctx, ast.Load)]
    first: ast.AST | None = None
    for use in uses:
        parent = file.parent(use)
        if not isinstance(parent, ast.Attribute) or parent.attr in _CHECKS:
            return None  # handed on, or looked at
        if parent.attr in _BODY and first is None:
            first = _expression(file, parent)
    if first is None or len([each for each in file.within(body, ast.Name) if each.id == name]) == len(uses):
        return None
    return first, name


def _expression(file: File, attribute: ast.Attribute) -> ast.AST:
    """The call of a method, or the attribute itself."""
    parent = file.parent(attribute)
    return parent if isinstance(parent, ast.Call) and parent.func is attribute else attribute


def _is_looked_into(file: File, use: ast.AST) -> bool:
    """Whether the body is asked what it is, for a key or for its class, or a failure to read it is handled."""
    for ancestor in file.ancestors(use):
        match ancestor:
            case ast.Try(body=body, handlers=[_, *_]) if use in file.within(body, type(use)):
                return True
            case ast.ExceptHandler():
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                break
    statement = file.statement(use)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            pass
        case _:
            return False
    function = file.function(use)
    body = function.body if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    for node in file.within(body, ast.Compare, ast.Call):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=other)]) if other == name:
                return True
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=other), _]) if other == name:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=other), attr="get")) if other == name:
                return True
    return False


def _may_raise(file: File, call: ast.Call) -> bool:
    """Whether the client may be one that checks: made elsewhere with options that are not known."""
    if not isinstance(call.func, ast.Attribute):
        return False
    kind = file.type_of(call.func.value)
    if kind is not None and file.module_variable(call.func.value) is not None:
        made = file.made_by(call.func.value)
        if made is not None and all(
            each.arg not in (None, "event_hooks", "raise_for_status") for each in made.keywords
        ):
            return False
    return kind is not None and file.project_mentions("event_hooks", "raise_for_status=True")
