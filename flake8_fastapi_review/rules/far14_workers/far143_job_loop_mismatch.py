from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .schedulers import MARKERS, THREADS, jobs, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class JobLoopMismatch(Rule):
    """A coroutine function is given to a scheduler that runs jobs in threads.

    The thread calls the function, gets a coroutine and drops it: the job "succeeds" every time and nothing of it ever
    runs. `AsyncIOScheduler` awaits coroutine functions, and runs plain functions in threads.

    Bad:

        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler()

        async def clean() -> None: ...

        scheduler.add_job(clean, "interval", minutes=5)

    Good:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        async def clean() -> None: ...

        scheduler.add_job(clean, "interval", minutes=5)
    """

    code = "FAR143"
    severity = Severity.BLOCKER
    message = "`{function}` is a coroutine function, and `{scheduler}` never awaits it: use `AsyncIOScheduler`"
    markers = MARKERS

    def check(self, file: File) -> Iterator[Violation]:
        for job in jobs(file):
            if not file.is_a(job.scheduler, *THREADS):
                continue
            if isinstance(job.function, ast.AsyncFunctionDef):
                is_async = len(job.function.decorator_list) == 1
            elif isinstance(job.function, ast.FunctionDef):
                is_async = False
            elif isinstance(job.function, ast.Lambda):
                is_async = bool(file.is_coroutine(job.function.body))
            else:
                definition = file.definition_of(_called(file, job.function))
                is_async = definition is not None and definition.is_async and not definition.is_generator
            if is_async:
                name = (file.type_of(job.scheduler) or "").rpartition(".")[2]
                yield self.at(job.function, function=shown(job), scheduler=name)


def _called(file: File, function: ast.expr) -> ast.expr:
    """The function itself, where some of its arguments are given beforehand."""
    if isinstance(function, ast.Call) and function.args and file.is_named(function.func, "functools.partial"):
        return function.args[0]
    return function
