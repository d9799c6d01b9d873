from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CALLS = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "uuid.uuid1",
    "uuid.uuid4",
    "secrets.token_hex",
    "secrets.token_urlsafe",
    "secrets.token_bytes",
    "random.random",
    "random.randint",
    "random.choice",
    "os.urandom",
)
"""What gives something else at each call, and is meant to."""
_LEAVES = frozenset(name.rpartition(".")[2] for name in _CALLS)
_KEYWORDS = frozenset(("default", "onupdate"))
_FIELDS = ("Field", "field", "Column", "mapped_column", "Query", "Header", "Body", "Form", "Cookie", "attrib", "ib")
_COPIED = frozenset(("Query", "Header", "Body", "Form", "Cookie"))
"""What describes a parameter of a route: FastAPI takes a `default_factory`."""
_ATTRS = tuple(
    f"{module}.{name}"
    for module in ("attr", "attrs")
    for name in ("s", "attrs", "define", "frozen", "mutable", "dataclass")
)
_CONTAINERS = ("builtins.dict", "builtins.list", "builtins.set")
_SHORT = 3
"""A function with no more calls than these gives what one of them gives."""
_CHANGES = frozenset("append extend insert add update setdefault pop popitem remove discard clear sort reverse".split())


_MEMORY = re.compile(r"(?i)(?:^|_)(?:cache|memo|seen|known|registry)$")
"""Names of parameters that are meant to be one for all calls."""


class CallTimeDefault(Rule):
    """A default that should be new each time is made once, when the module is imported.

    `created_at: datetime = datetime.now()` is the time the server started, for every order until it is started again;
    `id: UUID = uuid4()` is the same id for all. A list or dictionary as a parameter's default is one for all calls, and
    what one call puts into it the next one finds. Routes are left alone there, whose defaults FastAPI copies.

    Bad:

        from datetime import datetime, timezone

        from pydantic import BaseModel

        class Order(BaseModel):
            created_at: datetime = datetime.now(timezone.utc)

    Good:

        from datetime import datetime, timezone

        from pydantic import BaseModel, Field

        class Order(BaseModel):
            created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    """

    code = "FAR101"
    severity = Severity.BLOCKER
    roles = ("app", "script", "example")
    message = "`{call}` {harm}: {remedy}"
    markers = (
        (
            "now()",
            "now(",
            "today(",
            "utcnow(",
            "uuid",
            "time(",
            "token_",
            "random",
            "urandom",
            "=[]",
            "={}",
            "= []",
            "= {}",
            "=dict(",
            "=list(",
            "=set(",
            "= dict(",
            "= list(",
            "= set(",
        ),
    )

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            if leaf in _LEAVES and file.is_named(call.func, *_CALLS):
                yield from self._called(file, call)
            elif call.args or call.keywords or leaf in _FIELDS or not _default(file, call)[0]:
                continue
            elif file.is_named(call.func, *_CALLS) or _makes(file, call):
                yield from self._called(file, call)
        # FastAPI gives every request a copy of a default.
        copied = {route.function for route in file.routes}
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if function not in copied:
                yield from self._mutable(file, function)

    def _called(self, file: File, call: ast.Call) -> Iterator[Violation]:
        kind, where = _default(file, call)
        harm, text = "is called once, when the module is imported", ast.unparse(call)
        if kind == "field":
            fix = _made(file, call, where, "default_factory=")
            yield self.at(where, fix=fix, call=text, harm=harm, remedy=f"pass `default_factory=lambda: {text}`")
        elif kind == "column":
            fix = _made(file, call, where, "default=")
            yield self.at(where, fix=fix, call=text, harm=harm, remedy=f"pass the function, `lambda: {text}`")
        elif kind == "parameter":
            yield self.at(where, call=text, harm=harm, remedy="default to `None`, and call it in the function")

    def _mutable(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Violation]:
        arguments = function.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            parameter = _parameter(arguments, default) if default is not None and _is_mutable(file, default) else None
            if parameter is None or default is None or _MEMORY.search(parameter.arg):
                continue
            if _is_changed(file, function, parameter.arg):
                yield self.at(
                    default,
                    call=f"{parameter.arg}={ast.unparse(default)}",
                    harm=f"is one for all calls of `{function.name}`, which changes it",
                    remedy="default to `None`, and make it in the function",
                )


def _is_mutable(file: File, default: ast.expr) -> bool:
    if isinstance(default, ast.Call):
        return file.is_named(default.func, *_CONTAINERS)
    return isinstance(default, (ast.List, ast.Dict, ast.Set))


def _field_name(file: File, call: ast.Call) -> str:
    """The last name of what describes a field, column or parameter, under whatever name it was imported."""
    written = last_name(call.func) or ""
    if written in _FIELDS:
        return written
    meant = (file.name_of(call.func) or "").rpartition(".")[2]
    return meant if meant in _FIELDS else ""


def _makes(file: File, call: ast.Call) -> bool:
    """Whether a short function of the project gives the time, or something random: `def now(): return
    datetime.now(UTC)`."""
    definition = file.definition_of(call.func)
    if definition is None or definition.is_class or definition.is_async or definition.is_generator:
        return False
    called = file.calls_of(definition)
    return len(called) <= _SHORT and any(each.name in _CALLS for each in called)


def _made(file: File, call: ast.Call, where: ast.AST, keyword: str) -> Fix | None:
    """A function in place of its result, where that alone is the value of `default=`."""
    match where:
        case ast.keyword(arg="default", value=value) if value is call:
            function = f"lambda: {file.source(call)}" if call.args or call.keywords else file.source(call.func)
            return Fix("Make it for each object", (Edit(Range.of(where), f"{keyword}{function}"),))
    return None


def _default(file: File, call: ast.Call) -> tuple[str, ast.AST]:
    """Of what the call's value is the default, field, column or parameter ("" for anything else), and what says so."""
    inner: ast.AST = call
    for ancestor in file.ancestors(call):
        match ancestor:
            case ast.Lambda():
                break
            case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
                parameter = _parameter(arguments, inner)
                return ("parameter", parameter) if parameter is not None else ("", call)
            case ast.keyword(arg=name) if name in _KEYWORDS:
                return _described(file, file.parent(ancestor), call), ancestor
            case ast.Call() if _field_name(file, ancestor):
                is_default = bool(ancestor.args) and ancestor.args[0] is inner
                return (_described(file, ancestor, call), ancestor) if is_default else ("", call)
            case ast.AnnAssign(target=target):
                owner = file.parent(ancestor)
                is_field = isinstance(owner, ast.ClassDef) and _has_fields(file, owner, ancestor)
                return ("field", target) if is_field else ("", call)
            case ast.stmt():
                break
        inner = ancestor
    return "", call


def _parameter(arguments: ast.arguments, default: ast.AST) -> ast.arg | None:
    """The parameter with this default."""
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(named[len(named) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    return next((parameter for parameter, given in pairs if given is default), None)


def _described(file: File, described: ast.AST | None, call: ast.Call) -> str:
    if not isinstance(described, ast.Call):
        return ""
    name = _field_name(file, described)
    if not name:
        return ""
    if name in _COPIED:
        return "" if file.function(call) is not None else "field"
    if name in ("Column", "mapped_column"):
        return "column"
    owner = file.enclosing(described, ast.ClassDef)
    if owner is None or file.function(call) is not None:
        return ""
    model = file.model(owner)
    return "" if (model is not None and model.kind == "settings") or _is_settings(owner) else "field"


def _has_fields(file: File, owner: ast.ClassDef, statement: ast.stmt) -> bool:
    """Whether what stands in the class's body is the default of a field of each object."""
    if not isinstance(statement, ast.AnnAssign):
        return False
    for decorator in owner.decorator_list:
        if file.is_named(decorator.func if isinstance(decorator, ast.Call) else decorator, *_ATTRS):
            return not _is_settings(owner)
    model = file.model(owner)
    return model is not None and model.kind != "settings" and not _is_settings(owner)  # of these there is one object


def _is_settings(owner: ast.ClassDef) -> bool:
    """Whether a class is a part of settings by its name."""
    return owner.name.lower().endswith(("settings", "config", "configuration"))


def _is_changed(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether the function changes the object that the parameter holds, before it is bound to another one."""
    for node in file.within(function.body, ast.Name):
        if node.id != name:
            continue
        parent = file.parent(node)
        if isinstance(node.ctx, ast.Store) and not isinstance(parent, ast.AugAssign):
            return False
        match parent:
            case ast.Attribute(attr=method) as attribute if method in _CHANGES:
                parent = file.parent(attribute)
                if isinstance(parent, ast.Call) and parent.func is attribute:
                    return True
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=value) if value is node:
                return True
            case ast.AugAssign(op=ast.Add() | ast.BitOr(), target=target) if target is node:
                return True
    return False
