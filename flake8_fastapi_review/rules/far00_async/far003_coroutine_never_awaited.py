"""FAR003 coroutine-never-awaited."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class CoroutineNeverAwaited(Rule):
    """A coroutine is created and never awaited.

    Calling an `async def` function only makes a coroutine; nothing of its body runs until it is awaited. Dropped, the
    work silently does not happen (Python warns at garbage collection, in a log that nobody reads). Used as if it were the
    result, it is always true, has none of the attributes, and fails far from the cause.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        async def notify(user_id: int) -> None: ...

        @app.post("/users/{user_id}/invite")
        async def invite(user_id: int):
            notify(user_id)

    Good:

        from fastapi import FastAPI

        app = FastAPI()

        async def notify(user_id: int) -> None: ...

        @app.post("/users/{user_id}/invite")
        async def invite(user_id: int):
            await notify(user_id)
    """

    code = "FAR003"
    severity = Severity.BLOCKER
    cwe = 252
    message = "`{call}(…)` makes a coroutine that {fate}: {remedy}"

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            fate = self._fate(file, call)
            if fate and file.is_coroutine(call) and not file.schedules_itself(call):
                yield self._report(file, call, fate)
        for name in file.nodes(ast.Name):
            if isinstance(name.ctx, ast.Load) and (fate := self._use(file, name)):
                made = self._made_by(file, name)
                if made is not None:
                    yield self._report(file, name, fate, made)

    def _report(self, file: File, node: ast.expr, fate: str, made: ast.Call | None = None) -> Violation:
        call = made or node
        text = file.source(call.func) if isinstance(call, ast.Call) else ""
        remedy = f"await it: `await {text}(…)`"
        return self.at(node, call=text, fate=fate, remedy=remedy)

    def _fate(self, file: File, call: ast.Call) -> str | None:
        if isinstance(file.parent(call), ast.Expr):
            return "nobody awaits, so its work never happens"
        return self._use(file, call)

    @staticmethod
    def _use(file: File, value: ast.expr) -> str | None:
        """How a value is used as only a result can be."""
        match file.parent(value):
            case ast.Attribute(value=used, attr=name) if used is value and name not in ("close", "send", "throw", "add_done_callback", "cancel"):
                return f"has no attribute `{name}`"
            case ast.Subscript(value=used) if used is value:
                return "cannot be indexed"
            case ast.If(test=used) | ast.While(test=used) | ast.IfExp(test=used) | ast.UnaryOp(op=ast.Not(), operand=used) if used is value:
                return "is always true"
            case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE() | ast.In() | ast.NotIn()]):
                return "is compared instead of its result"
            case ast.For(iter=used) if used is value:
                return "cannot be iterated"
            case ast.BinOp() | ast.FormattedValue():
                return "is used instead of its result"
        return None

    @staticmethod
    def _made_by(file: File, name: ast.Name) -> ast.Call | None:
        """The call of a coroutine function that is all that `name` can hold here."""
        values = [value for value in file.values(name) if value is not name]
        if len(values) != 1 or len(file.binding_nodes(name)) != 1 or not isinstance(values[0], ast.Call):
            return None
        made = values[0]
        return made if file.is_coroutine(made) and not file.schedules_itself(made) else None
