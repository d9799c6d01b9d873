from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .schedulers import MARKERS, interval, jobs, kind, makers, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_OPTIONS = ("max_instances", "coalesce", "misfire_grace_time")
_VERSION = 3
"""APScheduler 4 drops no run unless it is told to."""


class JobOverlap(Rule):
    """A job at long intervals does not say what happens when a run is late.

    APScheduler allows a second of delay and drops what is later, with a line in its own log: the event loop was busy,
    or the process slept, and what should be done each night is done the night after. Whether a late run may be dropped,
    or has to be made up for, is a decision of the job. Options of the scheduler's `job_defaults` count.

    Jobs with intervals of less than `least` seconds, or of unknown length, are left alone: the next run is near.

    Bad:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        def refresh() -> None: ...

        scheduler.add_job(refresh, "interval", hours=6, id="refresh")

    Good:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        def refresh() -> None: ...

        scheduler.add_job(refresh, "interval", hours=6, id="refresh", coalesce=True, misfire_grace_time=900)
    """

    code = "FAR145"
    severity = Severity.SUGGESTION
    message = (
        "a run of `{function}` that is a second late is dropped, and the next one is {seconds} s later: set "
        "`misfire_grace_time` or `coalesce`"
    )
    markers = (*MARKERS, ("interval", "Interval"))

    least: int = option(900, "Seconds from which an interval is long.")

    def check(self, file: File) -> Iterator[Violation]:
        for job in jobs(file):
            if kind(file, job.trigger) != "interval" or job.is_spread or job.version != _VERSION:
                continue
            if any(job.argument(name) is not None for name in _OPTIONS):
                continue
            seconds = interval(file, job)
            if seconds is None or seconds < self.least:
                continue
            made = makers(file, job.scheduler)
            if any(_has_defaults(call) for call in made):
                continue
            if file.project_mentions("job_defaults") and (not made or file.project_mentions(".configure(")):
                continue
            yield self.at(job.trigger or job.call, function=shown(job), seconds=seconds)


def _has_defaults(made: ast.Call) -> bool:
    """Whether a scheduler may be given options for all its jobs where it is made."""
    return bool(made.args) or any(given.arg in (None, "job_defaults", "gconfig") for given in made.keywords)
