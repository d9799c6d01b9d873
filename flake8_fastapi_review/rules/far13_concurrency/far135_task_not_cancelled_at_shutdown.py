from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MAKING = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task")
_ENDING = (".cancel(", "cancel_and_wait", ".shutdown(", ".stop(", ".cancel_all(")


class TaskNotCancelledAtShutdown(Rule):
    """A task that runs for ever is started with the application, and nobody ends it.

    At shutdown the loop is closed while the task is in the middle of something: a message that is taken but not done,
    a file half written, a lock in Redis that nobody gives back, and "Task was destroyed but it is pending". Keep the
    task, cancel it at shutdown and await it.

    Tasks that a lifespan starts itself are the matter of FAR114; this rule is about start-up handlers, and about the
    functions of the file that start-up calls.

    Bad:

        import asyncio

        from fastapi import FastAPI

        app = FastAPI()

        async def send_mails() -> None:
            while True:
                await asyncio.sleep(60)

        @app.on_event("startup")
        async def start() -> None:
            app.state.mails = asyncio.create_task(send_mails())

    Good:

        import asyncio
        import contextlib
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager

        from fastapi import FastAPI

        async def send_mails() -> None:
            while True:
                await asyncio.sleep(60)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            mails = asyncio.create_task(send_mails())
            yield
            mails.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await mails
    """

    code = "FAR135"
    severity = Severity.WARNING
    message = "`{started}` runs for ever, and nobody ends it: cancel its task at shutdown, and await it"
    markers = (("create_task", "ensure_future"), ("lifespan", "lifecycle", "startup", "FastAPI", "Starlette"))

    def check(self, file: File) -> Iterator[Violation]:
        if any(word in file.text for word in _ENDING):
            return
        for function in _starting(file):
            for call in file.within(function, ast.Call):
                if not call.args or not isinstance(call.args[0], ast.Call) or not file.is_named(call.func, *_MAKING):
                    continue
                if any(isinstance(each, (ast.With, ast.AsyncWith)) for each in file.ancestors(call)):
                    continue
                definition = file.definition_of(call.args[0].func)
                if definition is not None and definition.is_async and file.is_endless(definition):
                    yield self.at(call, started=ast.unparse(call.args[0].func))


def _starting(file: File) -> list[ast.AST]:
    """The functions that run once when the application starts: handlers of events, and what start-up calls here."""
    events: list[ast.AST] = [
        each
        for each in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if each.decorator_list and file.registered_as(each) == "event"
    ]
    called = {
        call.func.id
        for function in (*events, *file.lifespans)
        for call in file.within(function, ast.Call)
        if isinstance(call.func, ast.Name)
    }
    helpers = [each for each in file.tree.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    found = [*events, *(each for each in helpers if each.name in called and each not in events)]
    return [*found, *(each for each in _methods(file, [*events, *file.lifespans]) if each not in found)]


def _methods(file: File, functions: list[ast.AST]) -> Iterator[ast.AST]:
    """The methods of classes of this file that these functions call: `Worker().start()`."""
    for function in functions:
        for call in file.within(function, ast.Call):
            if not isinstance(call.func, ast.Attribute):
                continue
            target = file.definition_of(call.func)
            if target is not None and not target.is_class and target.path == file.path:
                for each in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
                    if each.lineno == target.line and isinstance(file.parent(each), ast.ClassDef):
                        yield each
