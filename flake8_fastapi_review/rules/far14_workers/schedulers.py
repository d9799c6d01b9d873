"""What the rules on APScheduler ask: which calls register jobs, with which trigger and options."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

SCHEDULER = "apscheduler.schedulers.base.BaseScheduler"
THREADS = (
    "apscheduler.schedulers.background.BackgroundScheduler",
    "apscheduler.schedulers.blocking.BlockingScheduler",
)
_FOURTH = ("apscheduler.AsyncScheduler", "apscheduler.Scheduler")
"""Of APScheduler 4."""
_SCHEDULERS = (SCHEDULER, *_FOURTH)
MARKERS = (("apscheduler", "scheduler"), ("add_job", "scheduled_job", "add_schedule"))
_TRIGGERS = {
    "apscheduler.triggers.cron.CronTrigger": "cron",
    "apscheduler.triggers.date.DateTrigger": "date",
    "apscheduler.triggers.interval.IntervalTrigger": "interval",
}

_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


class Job(NamedTuple):
    """A registration of a job."""

    call: ast.Call
    """`scheduler.add_job(...)`, or the decorator `@scheduler.scheduled_job(...)`."""
    scheduler: ast.expr
    function: ast.expr | ast.FunctionDef | ast.AsyncFunctionDef
    """What is run: an expression that names it, or the decorated function."""
    trigger: ast.expr | None
    version: int = 3
    """Of APScheduler."""

    def argument(self, name: str) -> ast.expr | None:
        """An argument that is only given by keyword."""
        return next((given.value for given in self.call.keywords if given.arg == name), None)

    @property
    def is_spread(self) -> bool:
        """Whether `**options` hide what is given."""
        return any(given.arg is None for given in self.call.keywords)


def jobs(file: File) -> Iterator[Job]:
    """The jobs that this file registers with a scheduler of APScheduler 3 or 4."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=scheduler, attr="add_job") if file.is_a(scheduler, SCHEDULER):
                function = file.argument(call, 0, "func")
                if function is not None and not isinstance(function, ast.Starred):
                    yield Job(call, scheduler, function, file.argument(call, 1, "trigger"))
            case ast.Attribute(value=scheduler, attr="scheduled_job") if file.is_a(scheduler, SCHEDULER):
                decorated = file.parent(call)
                if isinstance(decorated, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield Job(call, scheduler, decorated, file.argument(call, 0, "trigger"))
            case ast.Attribute(value=scheduler, attr="add_schedule" | "add_job") if file.is_a(scheduler, *_FOURTH):
                function = file.argument(call, 0, "func_or_task_id")
                if function is not None and not isinstance(function, ast.Starred):
                    trigger = file.argument(call, 1, "trigger") if call.func.attr == "add_schedule" else None
                    yield Job(call, scheduler, function, trigger, 4)


def kind(file: File, trigger: ast.expr | None) -> str | None:
    """cron, interval or date; None when it is not known. Without a trigger a job runs once, at once."""
    if trigger is None:
        return "date"
    value = file.value_of(trigger)
    if isinstance(value, str):
        return value if value in _TRIGGERS.values() else None
    return _TRIGGERS.get(file.type_of(trigger) or "")


def interval(file: File, job: Job) -> int | None:
    """The seconds between two runs of a job at intervals; None when they are not known."""
    given = job.trigger if isinstance(job.trigger, ast.Call) else job.call
    lengths = [(each.value, _SECONDS[each.arg]) for each in given.keywords if each.arg in _SECONDS]
    if not lengths or any(each.arg is None for each in given.keywords):
        return None
    total = 0
    for value, seconds in lengths:
        count = file.value_of(value)
        if isinstance(count, bool) or not isinstance(count, (int, float)):
            return None
        total += int(count * seconds)
    return total


def shown(job: Job) -> str:
    """The function that is run, for a message."""
    if isinstance(job.function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return job.function.name
    text = " ".join(ast.unparse(job.function).split())
    return text if len(text) <= 60 else "…"


def makers(file: File, scheduler: ast.expr) -> list[ast.Call]:
    """The calls that make the scheduler, in this file or at the top of another; empty when they are not known."""
    here = [
        value
        for value in file.values(scheduler)
        if isinstance(value, ast.Call) and file.is_subclass(value.func, SCHEDULER)
    ]
    if here:
        return here
    elsewhere = file.made_by(scheduler)
    return [elsewhere] if elsewhere is not None and file.is_a(scheduler, *_SCHEDULERS) else []
