"""FAR114 lifespan-without-cleanup."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments, last_name
from .resources import CLOSED_BY, STARTED, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_KEEPS = re.compile(r"callback|register|atexit|enter|push|finalize|on_shutdown|on_exit")
"""Calls that see to the end of what they are given."""
_COLLECTS = ("append", "add", "extend", "insert", "put", "setdefault", "update")


class LifespanWithoutCleanup(Rule):
    """A lifespan opens a resource before its `yield` that nothing closes after it.

    Pools and clients that are not closed leave connections half-open on the other side until these time out, lose what
    is in their buffers, and warn at the garbage collector; a scheduler or a task goes on while the loop is being torn
    down. Each reload and each test that starts the application leaks one more.

    Bad:

        from contextlib import asynccontextmanager

        import httpx
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            app.state.http = httpx.AsyncClient()
            yield

        app = FastAPI(lifespan=lifespan)

    Good:

        from contextlib import asynccontextmanager

        import httpx
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            async with httpx.AsyncClient() as http:
                app.state.http = http
                yield

        app = FastAPI(lifespan=lifespan)
    """

    code = "FAR114"
    severity = Severity.WARNING
    message = (
        "`{holder}` is {opened} before the `yield` of `{lifespan}`, and nothing {ends} it after: {remedy} in "
        "a `finally`"
    )
    markers = (("yield",), ("asynccontextmanager", "lifespan"))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.lifespans:
            yields = file.within(function, ast.Yield)
            if not yields:
                continue
            told: set[str] = set()
            for call in file.within(function, ast.Call):
                behind = [each for each in yields if _position(each) > _position(call)]
                found = _opened(file, call) if behind else None
                if found is None:
                    continue
                holder, opened, ends, remedy = found
                text = ast.unparse(holder)
                if text in told or _is_closed(file, function, call, holder, behind[0]):
                    continue
                told.add(text)
                yield self.at(
                    call, holder=text, opened=opened, lifespan=function.name, ends=ends, remedy=remedy.format(text)
                )


def _opened(file: File, call: ast.Call) -> tuple[ast.expr, str, str, str] | None:
    """What holds the resource that a call opens, how that is said, and how it is closed."""
    if isinstance(call.func, ast.Attribute):
        for cls, method, end in STARTED:
            if call.func.attr == method and file.is_a(call.func.value, cls):
                return call.func.value, "started", "stops", f"`{end}`"
    if file.is_named(call.func, *TASKS):
        made = call.args[0] if call.args else None
        held = _holder(file, call)
        if held is None or not isinstance(made, ast.Call) or not file.runs_forever(made):
            return None
        return held, "started as a task that runs for ever", "cancels", "`{}.cancel()` and await it"
    names = file.makes(call)
    closing = CLOSED_BY.get(next(iter(names))) if len(names) == 1 else None
    held = _holder(file, call) if closing is not None else None
    return (held, "opened", "closes", f"`{closing}`") if held is not None else None


def _holder(file: File, call: ast.Call) -> ast.expr | None:
    """What the value is assigned to, or the collection that it is put in; None when somebody else takes it."""
    child: ast.AST = call
    parent = file.parent(call)
    while isinstance(parent, (ast.Await, ast.IfExp, ast.BoolOp, ast.NamedExpr)):
        if isinstance(parent, ast.NamedExpr):
            return parent.target
        child, parent = parent, file.parent(parent)
    match parent:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target]):
            return target
        case ast.AnnAssign(target=target):
            return target
        case ast.Call(func=ast.Attribute(value=collection, attr=name)) if child in parent.args and name in _COLLECTS:
            return collection
    return None


def _is_closed(file: File, function: ast.AsyncFunctionDef, call: ast.Call, holder: ast.expr, start: ast.AST) -> bool:
    """Whether something after the `yield` may end the resource, or something before it sees to that."""
    names = {ast.unparse(holder)}
    handed = False
    calls = [each for each in file.within(function, ast.Call) if each is not call]
    for node in file.within(function, ast.Assign, ast.AnnAssign, ast.Call, ast.withitem):
        if _position(node) >= _position(start) or node is call:
            continue
        match node:
            case ast.withitem(context_expr=manager):
                if _holds(file, manager, names):
                    return True
            case ast.Assign(targets=targets, value=value) if _position(node) > _position(call) or _is_inside(
                file, call, node
            ):
                if _holds(file, value, names):
                    names.update(ast.unparse(target) for target in targets)
            case ast.Call(func=called) if any(_holds(file, arg, names) for arg in all_arguments(node)):
                if _KEEPS.search(last_name(called)):
                    return True
                handed = True
                if isinstance(called, ast.Attribute):
                    names.add(ast.unparse(called.value))
    if any(call is below for item in file.within(function, ast.withitem) for below in file.within(item, ast.Call)):
        return True
    after = [
        node
        for node in file.within(function)
        if _position(node) > _position(start) and not _is_inside(file, node, start)
    ]
    if any(isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and ast.unparse(node) in names for node in after):
        return True
    words = frozenset(re.split(r"\W+", name)[-1] or name for name in names) | frozenset(
        name.rpartition(".")[2] for name in names
    )
    application = function.args.args[0].arg if function.args.args else ""
    for later in calls:
        if (
            _position(later) < _position(start)
            or file.logging_call(later) is not None
            or file.name_of(later.func) == "builtins.print"
        ):
            continue
        definition = file.definition_of(later.func)
        if definition is not None:
            if file.body_mentions(definition, words):
                return True
        elif any(application and _holds(file, arg, {application}) for arg in all_arguments(later)):
            return True
        if handed:
            return True
    return False


def _holds(file: File, value: ast.AST, names: set[str]) -> bool:
    return any(ast.unparse(node) in names for node in file.within(value, ast.Name, ast.Attribute, ast.Subscript))


def _is_inside(file: File, node: ast.AST, outer: ast.AST) -> bool:
    return any(ancestor is outer for ancestor in file.ancestors(node))


def _position(node: ast.AST) -> tuple[int, int]:
    """Where a node stands; those without a place of their own (items of a `with`) stand where their first part does."""
    if isinstance(node, ast.withitem):
        return _position(node.context_expr)
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
