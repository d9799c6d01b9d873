"""FAR063 missing-rollback."""

from __future__ import annotations

import ast
from itertools import takewhile
from math import inf
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_FAILING = frozenset({"commit", "flush"})
_WORKING = frozenset({"execute", "get", "refresh", "commit", "flush", "write", "begin"})
_RESETTING = frozenset({"rollback", "close"})
_CAUGHT = frozenset({"builtins.Exception", "builtins.BaseException"})


class MissingRollback(Rule):
    """A handler survives a failed commit or flush, and the same session is used again without a rollback.

    When a flush fails, the transaction of the session is over: every further statement raises `PendingRollbackError`
    until somebody calls `rollback()`. A loop that logs the first bad row and goes on then fails for all the good ones
    that follow, or an error handler that wants to note the error fails itself. Silent where the work stands in
    `begin_nested()`, which rolls back to its savepoint.

    Bad:

        from sqlalchemy.exc import IntegrityError
        from sqlalchemy.orm import Session

        def add_all(session: Session, items: list):
            for item in items:
                try:
                    session.add(item)
                    session.commit()
                except IntegrityError:
                    print("known already", item)

    Good:

        from sqlalchemy.exc import IntegrityError
        from sqlalchemy.orm import Session

        def add_all(session: Session, items: list):
            for item in items:
                try:
                    session.add(item)
                    session.commit()
                except IntegrityError:
                    session.rollback()
                    print("known already", item)
    """

    code = "FAR063"
    severity = Severity.WARNING
    cwe = 755
    message = "`{name}` is used again (line {line}) after a {kind} that failed, without `rollback()`"
    markers = (("except",), ("commit(", "flush("))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used:
            return
        for block in file.nodes(ast.Try):
            function = file.function(block)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            handlers = [each for each in block.handlers if _may_catch(file, each)]
            failing = _failing(file, block) if handlers else {}
            for handler in handlers:
                for name, (call, kind) in failing.items():
                    again = _used_again(file, function, handler, name)
                    if again is not None:
                        line = getattr(again, "lineno", 0)
                        related = (
                            Related(file.path, call.lineno, f"the {kind} that can fail"),
                            Related(file.path, line, "used again"),
                        )
                        yield self.at(handler, related=related, name=name, line=line, kind=kind)
                        break


def _may_catch(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether a handler is there for what a flush raises."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    for kind in kinds:
        name = file.name_of(kind) if kind is not None else "builtins.BaseException"
        if name is not None and (name in _CAUGHT or name.startswith("sqlalchemy.exc.")):
            return True
    return False


def _failing(file: File, block: ast.Try) -> dict[str, tuple[ast.Call, str]]:
    """The sessions that a `try` commits or flushes, each with the call."""
    found: dict[str, tuple[ast.Call, str]] = {}
    stored = {
        node.id
        for part in block.body
        for node in file.everywhere(part)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for call in file.within(block.body, ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _FAILING:
            continue
        if file.definition_of(call.func) is not None or _is_nested(file, call, block):
            continue
        for each in file.database.executions_of(call):
            if each.kind in _FAILING and each.session is not None:
                name = file.source(each.session)
                if name.partition(".")[0] not in stored and name.replace(".", "").isidentifier():
                    found.setdefault(name, (call, each.kind))
    return found


def _is_nested(file: File, call: ast.Call, block: ast.Try) -> bool:
    """Whether something between the call and the `try` deals with the failure: a savepoint, an inner `try`."""
    for ancestor in file.ancestors(call):
        if ancestor is block:
            return False
        if isinstance(ancestor, ast.Try) and ancestor.handlers:
            return True
        if isinstance(ancestor, (ast.With, ast.AsyncWith)) and "begin" in file.source(ancestor.items[0].context_expr):
            return True
    return False


def _is_met_again(file: File, function: ast.AST, handler: ast.ExceptHandler, name: str) -> bool:
    """Whether a name stands where the function can get to from a handler: in it, below it, or around in a loop."""
    around = list(takewhile(lambda above: above is not function, file.ancestors(handler)))
    tries = [above for above in around if isinstance(above, ast.Try)]
    last: float = inf
    if (
        not file.flow(function).falls_through(handler.body)
        and not file.within(handler.body, ast.Continue, ast.Break)
        and len(tries) == 1
        and not tries[0].finalbody
    ):
        last = handler.end_lineno or inf  # it ends in an error or a result
    elif any(isinstance(above, (ast.For, ast.AsyncFor, ast.While)) for above in around):
        return True
    return any(node.id == name and handler.lineno <= node.lineno <= last for node in file.within(function, ast.Name))


def _used_again(file: File, function: ast.AST, handler: ast.ExceptHandler, name: str) -> ast.AST | None:
    """Where the session works again after the handler, and nothing has rolled it back."""
    flow = file.flow(function)

    def resets(part: ast.AST) -> bool:
        for node in file.everywhere(part):
            match node:
                case ast.Name(id=found, ctx=ast.Store()) if found == name:
                    return True
                case ast.Attribute(attr="rollback" | "close" | "begin_nested"):
                    return True
                case ast.Call():
                    if any(each.kind in _RESETTING for each in file.database.executions_of(node)):
                        return True
        return False

    if not flow.falls_through(handler.body) and not any(
        isinstance(node, (ast.Continue, ast.Call)) for node in file.within(handler.body)
    ):
        return None
    if not _is_met_again(file, function, handler, name.partition(".")[0]):
        return None
    for each in file.database.executions(function):
        if each.kind not in _WORKING or each.session is None or file.source(each.session) != name:
            continue
        step = file.statement(each.node)
        if step is not None and not flow.always_passes(handler, resets, to=step, errors=False):
            return each.node
    return None
