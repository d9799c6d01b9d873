from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .schedulers import MARKERS, THREADS, Job, jobs, kind, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ARQ = ("arq.cron", "arq.cron.cron")
"""What schedules a job with arq; its errors go to arq's log and are no defect unless the project says so."""
_LISTENING = ("EVENT_JOB_ERROR", "add_listener")


class UnguardedJob(Rule):
    """A function that is scheduled once lets its errors go.

    APScheduler writes them to its own logger, `apscheduler.executors`, and the job is over: nothing tries again, nobody
    is told, and what should have happened at that time never does. A handler for every exception in the job, a
    decorator that has one, or a listener for `EVENT_JOB_ERROR` makes them somebody's business.

    Jobs that come back are left alone, unless `repeated` is set: the next run is their second chance. With `guards`,
    the decorators that all jobs of the project have to have, nothing else will do for any job.

    Bad:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        def load() -> list[str]: ...

        def store(rows: list[str]) -> None: ...

        def refresh() -> None:
            store(load())

        scheduler.add_job(refresh, "date", run_date="2030-01-01 03:00:00+00:00")

    Good:

        import logging

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        logger = logging.getLogger(__name__)
        scheduler = AsyncIOScheduler()

        def load() -> list[str]: ...

        def store(rows: list[str]) -> None: ...

        def refresh() -> None:
            try:
                store(load())
            except Exception:
                logger.exception("The prices are not refreshed")

        scheduler.add_job(refresh, "date", run_date="2030-01-01 03:00:00+00:00")
    """

    code = "FAR140"
    severity = Severity.WARNING
    message = "errors of the job `{function}` {harm}: {remedy}"
    markers = ((*MARKERS[0], "arq"), (*MARKERS[1], "cron("))

    repeated: bool = option(False, "Look at jobs that run again, too.")
    guards: frozenset[str] = option(frozenset(), "Names of the decorators that every job of the project must have.")

    def check(self, file: File) -> Iterator[Violation]:
        listened: bool | None = None
        again: set[str] = set()
        if not self.repeated:
            again = {shown(job) for job in jobs(file) if kind(file, job.trigger) != "date"}
        if self.guards and "arq" in file.text:
            for call in file.calls_to(*_ARQ):
                function = file.argument(call, 0, "coroutine")
                job = Job(call, call.func, function, None) if function is not None else None
                if job is not None and self._is_unguarded(file, job):
                    yield self._told(job)
        for job in jobs(file):
            if self.guards:
                if self._is_unguarded(file, job):
                    yield self._told(job)
                continue
            if shown(job) in again:
                continue
            definition = file.definition_at(job.function)
            if definition is None or definition.is_class or file.guards_itself(definition):
                continue
            if definition.is_async and file.is_a(job.scheduler, *THREADS):
                continue  # its body never runs: FAR143
            decorators = [name for name in file.decorators_of(definition) if not name.endswith("scheduled_job")]
            if decorators or not file.calls_of(definition):
                continue
            if listened is None:
                listened = file.project_mentions(*_LISTENING)
            if not listened:
                yield self.at(
                    job.function,
                    function=shown(job),
                    harm="go to the scheduler's own log, and nothing tries again",
                    remedy="handle them in the job",
                )

    def _told(self, job: Job) -> Violation:
        names = " or ".join(f"`@{name}`" for name in sorted(self.guards))
        harm = "are not handled as this project does"
        return self.at(job.function, function=shown(job), harm=harm, remedy=f"add {names}")

    def _is_unguarded(self, file: File, job: Job) -> bool:
        if isinstance(job.function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            written = [each.func if isinstance(each, ast.Call) else each for each in job.function.decorator_list]
            return not any(_last(ast.unparse(each)) in self.guards for each in written)
        if isinstance(job.function, ast.Call):  # `add_job(safe_job(refresh))`
            return _last(ast.unparse(job.function.func)) not in self.guards
        definition = file.definition_at(job.function)
        if definition is None:
            return False
        return not any(_last(name) in self.guards for name in file.decorators_of(definition))


def _last(name: str) -> str:
    return name.rpartition(".")[2]
