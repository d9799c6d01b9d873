"""FAR116 background-task-misuse."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments, named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ENDED_EARLY = ((0, 106), (0, 118))
"""From and before these versions FastAPI ends dependencies and closes uploads before background tasks run (release
notes).
"""


class BackgroundTaskMisuse(Rule):
    """A background task is given the session or the upload of the request.

    A background task runs after the response. From FastAPI 0.106 to 0.117 the dependency that made the session has
    ended by then and the uploaded file is closed; in other versions the request's connection is kept out of the pool
    until the last task is done. Give a task plain values, and let it open what it needs.

    Bad:

        from typing import Annotated

        from fastapi import BackgroundTasks, Depends, FastAPI
        from sqlalchemy.orm import Session

        app = FastAPI()

        def get_session():
            with Session() as session:
                yield session

        def send_receipt(session: Session, order_id: int): ...

        @app.post("/orders/{order_id}/receipt")
        def receipt(order_id: int, tasks: BackgroundTasks, session: Annotated[Session, Depends(get_session)]):
            tasks.add_task(send_receipt, session, order_id)

    Good:

        from fastapi import BackgroundTasks, FastAPI
        from sqlalchemy.orm import Session

        app = FastAPI()

        def send_receipt(order_id: int):
            with Session() as session:
                ...

        @app.post("/orders/{order_id}/receipt")
        def receipt(order_id: int, tasks: BackgroundTasks):
            tasks.add_task(send_receipt, order_id)
    """

    code = "FAR116"
    severity = Severity.WARNING
    message = "`{name}` {fate}: give the background task {instead}"
    markers = (("add_task", "BackgroundTask"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*file.group("background-task")):
            function = file.function(call)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for given in [
                *(arg for position, arg in enumerate(call.args) if position or isinstance(arg, ast.Call)),
                *(keyword.value for keyword in call.keywords if keyword.arg not in ("func", None)),
            ]:
                for name in _handed(file, given):
                    found = self._fate(file, function, name)
                    if found is not None:
                        fate, instead = found
                        yield self.at(name, name=name.id, fate=fate, instead=instead)

    def _fate(
        self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: ast.Name
    ) -> tuple[str, str] | None:
        version = file.version("fastapi")
        closed = version is None or _ENDED_EARLY[0] <= version < _ENDED_EARLY[1]
        if file.is_a(name, *file.group("session")):
            instead = "ids, and let it open a session of its own"
            if _ends_with_block(file, function, name):
                return "is closed at the end of its `with` block, before the task runs", instead
            if not _is_yielded(file, function, name):
                return None
            if closed:
                return (
                    "belongs to the request: its dependency has ended when the task runs (FastAPI 0.106 to 0.117)",
                    instead,
                )
            return "belongs to the request: its connection is not given back before the task has ended", instead
        if file.is_a(name, *file.group("upload")) and closed and _is_parameter(function, name):
            return (
                "belongs to the request: the file is closed when the task runs (FastAPI 0.106 to 0.117)",
                "the content, or a copy on disk",
            )
        return None


def _handed(file: File, given: ast.expr) -> list[ast.Name]:
    """The variables that an argument is, or that a partial among the arguments holds."""
    match given:
        case ast.Name():
            return [given]
        case ast.Starred(value=ast.Name() as name) | ast.Attribute(value=ast.Name() as name, attr="file"):
            return [name]
        case ast.Call() if file.is_named(given.func, "functools.partial"):
            return [arg for arg in all_arguments(given) if isinstance(arg, ast.Name)]
    return []


def _is_yielded(file: File, function: ast.AST, name: ast.Name) -> bool:
    """Whether a parameter holds what a dependency of the project yields."""
    return any(
        each.parameter.arg == name.id and each.called is not None and each.called.is_generator
        for each in file.injected(function)
    )


def _is_parameter(function: ast.FunctionDef | ast.AsyncFunctionDef, name: ast.Name) -> bool:
    return any(argument.arg == name.id for argument in named_parameters(function.args))


def _ends_with_block(file: File, function: ast.AST, name: ast.Name) -> bool:
    """Whether a `with` of the function made the session, which ends before the task begins."""
    items = [item for block in file.within(function, ast.With, ast.AsyncWith) for item in block.items]
    return any(isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name.id for item in items)
