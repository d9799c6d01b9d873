from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .schedulers import MARKERS, jobs, kind, makers, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_OPTIONS = ("max_instances", "coalesce", "misfire_grace_time")


class JobOverlap(Rule):
    """A job at intervals does not say what happens when a run is late or takes longer than the interval.

    APScheduler allows a second of delay and drops what is later, with a line in its own log; after a pause it makes up
    for the missed runs one by one, unless they are coalesced. Whether runs may overlap, be dropped or be made up for is
    a decision of the job. Options of the scheduler's `job_defaults` count. Off by default: to drop what is late is
    often what one wants.

    Bad:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        def refresh() -> None: ...

        scheduler.add_job(refresh, "interval", seconds=30, id="refresh")

    Good:

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler()

        def refresh() -> None: ...

        scheduler.add_job(refresh, "interval", seconds=30, id="refresh", coalesce=True, misfire_grace_time=15)
    """

    code = "FAR145"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = (
        "`{function}` is dropped when it is a second late: set `misfire_grace_time`, `coalesce` or `max_instances`"
    )
    markers = (*MARKERS, ("interval", "Interval"))

    def check(self, file: File) -> Iterator[Violation]:
        for job in jobs(file):
            if kind(file, job.trigger) != "interval" or job.is_spread:
                continue
            if any(job.argument(name) is not None for name in _OPTIONS):
                continue
            made = makers(file, job.scheduler)
            if any(call.args or call.keywords for call in made) and "job_defaults" in file.text:
                continue
            if not made and file.project_mentions("job_defaults"):
                continue
            yield self.at(job.trigger or job.call, function=shown(job))
