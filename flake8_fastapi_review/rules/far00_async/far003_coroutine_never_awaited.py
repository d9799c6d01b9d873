"""FAR003 coroutine-never-awaited."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_DROPPED = "nobody awaits, so its work never happens"
_ASKING = ("inspect.iscoroutinefunction", "asyncio.iscoroutinefunction", "inspect.isasyncgenfunction")
_OF_COROUTINES = ("close", "send", "throw", "add_done_callback", "cancel", "__await__")


class CoroutineNeverAwaited(Rule):
    """A coroutine is created and never awaited.

    Calling an `async def` function only makes a coroutine; nothing of its body runs until it is awaited. Dropped, the
    work silently does not happen (Python warns at garbage collection, in a log that nobody reads). Used as if it were
    the result, it is always true, has none of the attributes, and fails far from the cause.

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
        told: set[ast.AST] = set()
        for call in file.nodes(ast.Call):
            fate = self._fate(file, call)
            if fate and file.is_coroutine(call) and not file.schedules_itself(call) and not _is_asked(file, call):
                yield self._report(file, call, fate, call)
        bound = set(self._bound_to_calls(file))
        for name in file.nodes(ast.Name):
            if name.id in bound and isinstance(name.ctx, ast.Load) and (fate := self._use(file, name)):
                made = self._made_by(file, name)
                if made is not None and isinstance(file.parent(name), ast.AsyncFor) and _is_iterated(file, made):
                    continue
                if made is not None and made not in told:
                    told.add(made)
                    yield self._report(file, name, fate, made)

    def _report(self, file: File, node: ast.expr, fate: str, made: ast.Call) -> Violation:
        text = file.source(made.func)
        in_coroutine = isinstance(file.function(made), ast.AsyncFunctionDef)
        remedy = (
            f"await it: `await {text}(…)`"
            if in_coroutine
            else f"`await {text}(…)` in an `async def`, or schedule it on the loop"
        )
        fix = self._fix(file, node, made) if in_coroutine else None
        return self.at(node, fix=fix, call=text, fate=fate, remedy=remedy)

    @staticmethod
    def _fix(file: File, node: ast.expr, made: ast.Call) -> Fix | None:
        if node is not made and any(
            isinstance(a.value, ast.Name) and a.value.id == getattr(node, "id", "") for a in file.nodes(ast.Await)
        ):
            return None
        if file.enclosing(made, ast.GeneratorExp, ast.AsyncWith, ast.AsyncFor) and isinstance(
            file.parent(made), (ast.withitem, ast.AsyncFor)
        ):
            return None
        if file.enclosing(made, ast.GeneratorExp):
            # An await would make it an asynchronous generator.
            return None
        start, end = Range.of(made)[:2], Range.of(made)[2:]
        before, after = Range(*start, *start), Range(*end, *end)
        if isinstance(file.parent(made), (ast.Attribute, ast.Subscript)):
            return Fix("Await the coroutine", (Edit(before, "(await "), Edit(after, ")")))
        return Fix("Await the coroutine", (Edit(before, "await "),))

    def _fate(self, file: File, call: ast.Call) -> str | None:
        """What happens to the value of a call, if it is nothing that can be done with a coroutine."""
        value: ast.AST = call
        parent = file.parent(call)
        while (isinstance(parent, ast.BoolOp) and value is parent.values[-1]) or (
            isinstance(parent, ast.IfExp) and value is not parent.test
        ):
            value, parent = parent, file.parent(parent)
        match parent:
            case ast.Expr():
                return _DROPPED
            case ast.Assign(targets=[ast.Name(id=name)]) if value is call and not file.is_read(name, call):
                return _DROPPED
        return self._use(file, call)

    @staticmethod
    def _use(file: File, value: ast.expr) -> str | None:
        """How a value is used as only a result can be."""
        parent = file.parent(value)
        if parent.__class__ not in _USERS:
            return None
        match parent:
            case ast.Attribute(value=used, attr=name) if used is value and name not in _OF_COROUTINES:
                return f"has no attribute `{name}`"
            case ast.Subscript(value=used) if used is value:
                return "cannot be indexed"
            case (
                ast.If(test=used)
                | ast.While(test=used)
                | ast.IfExp(test=used)
                | ast.UnaryOp(op=ast.Not(), operand=used)
            ) if used is value:
                return "is always true"
            case ast.BoolOp(values=values) if value is not values[-1]:
                return "is always true"
            case ast.Compare(
                ops=[ast.Eq() | ast.NotEq() | ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE() | ast.In() | ast.NotIn()]
            ):
                return "is compared instead of its result"
            case ast.AsyncFor() if isinstance(value, ast.Call) and _is_iterated(file, value):
                return None
            case ast.For(iter=used) | ast.AsyncFor(iter=used) | ast.comprehension(iter=used) if used is value:
                return "cannot be iterated"
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp() if (
                parent.generators[0].iter is value
            ):
                return "cannot be iterated"
            case ast.withitem() if isinstance(value, ast.Call) and file.definition_of(value.func) is not None:
                return "cannot be entered"
            case ast.BinOp() | ast.FormattedValue():
                return "is used instead of its result"
        return None

    @staticmethod
    def _bound_to_calls(file: File) -> Iterator[str]:
        """The names that some statement binds to what a call returns."""
        for node in file.nodes(ast.Assign, ast.AnnAssign, ast.NamedExpr):
            if isinstance(node.value, ast.Call):
                for target in getattr(node, "targets", None) or (node.target,):
                    if isinstance(target, ast.Name):
                        yield target.id

    @staticmethod
    def _made_by(file: File, name: ast.Name) -> ast.Call | None:
        """The call of a coroutine function that is all that `name` can hold here."""
        values = [value for value in file.values(name) if value is not name]
        if len(values) != 1 or len(file.binding_nodes(name)) != 1 or not isinstance(values[0], ast.Call):
            return None
        made = values[0]
        return made if file.is_coroutine(made) and not file.schedules_itself(made) else None


_USERS = frozenset(
    {
        ast.Attribute,
        ast.Subscript,
        ast.If,
        ast.While,
        ast.IfExp,
        ast.UnaryOp,
        ast.BoolOp,
        ast.Compare,
        ast.AsyncFor,
        ast.For,
        ast.comprehension,
        ast.GeneratorExp,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.withitem,
        ast.BinOp,
        ast.FormattedValue,
    }
)
"""What may use a value as only a result can be, see `_use`: most stand in a call, an assignment or an await."""


def _is_iterated(file: File, call: ast.Call) -> bool:
    """Whether `async for` may go through what is called: somebody else implements it, or it is known to have both."""
    return file.is_stub(call) or bool(file.needs_async_for(call))


def _is_asked(file: File, call: ast.Call) -> bool:
    """Whether the code asks of what kind the function is: `if iscoroutinefunction(f): await f()`, `else: f()`."""
    owner = file.function(call)
    if owner is None or isinstance(owner, ast.Lambda):
        return False
    called = ast.dump(call.func)
    return any(
        file.is_named(asked.func, *_ASKING) and asked.args and ast.dump(asked.args[0]) == called
        for asked in file.within(owner.body, ast.Call)
    )
