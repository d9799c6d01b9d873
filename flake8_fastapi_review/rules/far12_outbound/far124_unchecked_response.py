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
_RAISING = {
    "aiohttp": ("raise_for_status=",),
    "requests": ("HTTPAdapter):", "HTTPAdapter, ", "hooks"),
    "httpx": ("event_hooks", "raise_on_4xx_5xx", "Transport):"),
}
"""What is written where clients look at the status themselves, or may."""


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
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, (ast.Attribute, ast.Name)):
                continue
            leaf = last_name(call.func)
            name = file.resolved(call) if leaf in METHODS else None
            if name not in CALLS:
                continue
            found = _unchecked(file, call)
            if found is None:
                continue
            use, response = found
            if not _may_raise(file, call, name.partition(".")[0].replace("httpx2", "httpx")) and not _is_looked_into(
                file, use
            ):
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
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=given) | ast.AnnAssign(target=ast.Name(id=name), value=given)
        ) if given is value:
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


def _may_raise(file: File, call: ast.Call, library: str) -> bool:
    """Whether the client may be one that checks: told so at the call, or made elsewhere with options that are not
    known."""
    if any(each.arg in (None, "raise_for_status", "hooks") for each in call.keywords):
        return True
    if not isinstance(call.func, ast.Attribute):
        return any(word in file.text for word in _RAISING[library])
    owner = call.func.value
    if file.type_of(owner) is None:
        return False  # a module
    made = owner if isinstance(owner, ast.Call) else file.made_by(owner) or _opened(file, owner)
    if made is not None and file.is_named(made.func, *file.group("client")):
        if library == "requests":
            return any(word in file.text for word in _RAISING[library])
        return any(each.arg in (None, "event_hooks", "raise_for_status", "transport") for each in made.keywords)
    return file.project_mentions(*_RAISING[library])


def _opened(file: File, name: ast.expr) -> ast.Call | None:
    """The call in the `with` that a local name stands for."""
    for above in file.ancestors(name):
        if isinstance(above, (ast.With, ast.AsyncWith)):
            for item in above.items:
                match item:
                    case ast.withitem(context_expr=ast.Call() as made, optional_vars=ast.Name(id=given)):
                        if isinstance(name, ast.Name) and given == name.id:
                            return made
    return None
