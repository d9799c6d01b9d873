from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...edits import insertion, lines_after
from ...rule import Fix, Rule, Severity
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MAKING = (
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.AbstractEventLoop.create_task",
)
"""Groups of tasks keep references of their own."""
_LEAVES = ("create_task", "ensure_future")


_SET = "background_tasks"


class TaskReferenceDropped(Rule):
    """Nobody keeps the task that is started here.

    The event loop holds tasks weakly: one that nobody refers to can be collected in the middle of its work, without an
    error. And its exception is never looked at. Keep it in a set until it is done, or use a `TaskGroup`. A callback of
    the task keeps nothing.

    Bad:

        import asyncio

        async def send(address: str) -> None: ...

        async def order(address: str) -> None:
            asyncio.create_task(send(address))

    Good:

        import asyncio

        tasks: set[asyncio.Task[None]] = set()

        async def send(address: str) -> None: ...

        async def order(address: str) -> None:
            task = asyncio.create_task(send(address))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    """

    code = "FAR131"
    severity = Severity.BLOCKER
    message = (
        "nobody keeps the task of `{started}`: it can be collected while it runs; put it into a set until it is done"
    )
    markers = (_LEAVES,)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            name = last_name(call.func)
            if name not in _LEAVES and not isinstance(call.func, ast.Name):
                continue
            if _is_dropped(file, call) and file.is_named(call.func, *_MAKING) and not _takes_future(file, call):
                yield self.at(call, fix=_kept(file, call), started=_started(call))


def _is_dropped(file: File, call: ast.Call) -> bool:
    parent = file.parent(call)
    if isinstance(parent, ast.Attribute) and parent.attr == "add_done_callback":
        parent = file.parent(file.parent(parent) or parent)  # `create_task(...).add_done_callback(...)`
    if isinstance(parent, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        parent = file.parent(parent)
    if isinstance(parent, ast.Expr):
        return True
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return file.is_named(call.func, *_MAKING) and _is_never_read(file, call, name)
    return False


def _kept(file: File, call: ast.Call) -> Fix | None:
    """A set of the module that holds the task until it is done."""
    if not isinstance(file.parent(call), ast.Expr) or "background_task" in file.text:
        return None
    known = file.module_name("asyncio", call)
    top = next((each for each in file.ancestors(call) if file.parent(each) is file.tree), None)
    keeping = [f"{_SET}.add(background_task)", f"background_task.add_done_callback({_SET}.discard)"]
    after = lines_after(file, call, keeping)
    if known is None or after is None or not isinstance(top, ast.stmt):
        return None
    name, imports = known
    line = min([top.lineno, *(each.lineno for each in getattr(top, "decorator_list", ()))])
    apart = "\n\n" if hasattr(top, "body") else ""
    edits = (
        *imports,
        insertion(line, 0, f"{_SET}: set[{name}.Task[object]] = set()\n{apart}"),
        insertion(call.lineno, call.col_offset, "background_task = "),
        after,
    )
    return Fix("Keep the task until it is done", edits)


def _is_never_read(file: File, call: ast.Call, name: str) -> bool:
    """Whether a local variable holds it that nothing reads, but for adding callbacks."""
    function = file.function(call)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    if any(name in outer.names for outer in file.within(function, ast.Global, ast.Nonlocal)):
        return False
    if not file.is_read(name, call):
        return True
    last = function.end_lineno or function.lineno
    uses = [each for each in file.nodes(ast.Name) if each.id == name and isinstance(each.ctx, ast.Load)]
    inside = [each for each in uses if function.lineno <= each.lineno <= last]
    return not any(_keeps(file, each) for each in inside)


def _keeps(file: File, use: ast.Name) -> bool:
    """Whether a use hands the task on, or waits for it."""
    parent = file.parent(use)
    if isinstance(parent, ast.Attribute) and parent.attr == "add_done_callback":
        outer = file.parent(parent)
        return not (isinstance(outer, ast.Call) and isinstance(file.parent(outer), ast.Expr))
    return True


def _takes_future(file: File, call: ast.Call) -> bool:
    """`ensure_future` gives back a future that somebody else made, and keeps."""
    if not call.args or not (file.resolved(call) or "").endswith("ensure_future"):
        return False
    return not isinstance(call.args[0], ast.Call)


def _started(call: ast.Call) -> str:
    if not call.args:
        return "this call"
    text = " ".join(ast.unparse(call.args[0]).split())
    return text if len(text) <= 60 else text[:57] + "…"
