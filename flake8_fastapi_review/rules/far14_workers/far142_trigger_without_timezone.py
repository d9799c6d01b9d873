from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from .schedulers import jobs, kind, makers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WITH_ZONE = ("apscheduler.triggers.cron.CronTrigger", "apscheduler.triggers.date.DateTrigger")
_CRONTAB = "apscheduler.triggers.cron.CronTrigger.from_crontab"


class TriggerWithoutTimezone(Rule):
    """A job at a time of day does not say in which time zone.

    APScheduler then takes the machine's: the nightly job runs at noon where the container is in UTC and the developer
    in Auckland, and where clocks change it is skipped once a year and runs twice once a year. A trigger object does not
    take over the zone of its scheduler; a trigger given by name does.

    `trigger_class` names a class of the project that all jobs have to use.

    Bad:

        from apscheduler.triggers.cron import CronTrigger

        nightly = CronTrigger(hour=3)

    Good:

        from apscheduler.triggers.cron import CronTrigger

        nightly = CronTrigger(hour=3, timezone="UTC")
    """

    code = "FAR142"
    severity = Severity.WARNING
    message = "`{call}` {harm}: {remedy}"
    markers = (("apscheduler", "scheduler"), ("cron", "Cron", "DateTrigger", '"date"', "'date'"))

    trigger_class: str = option("", "Qualified name of the class that the triggers of all jobs must be instances of.")

    def check(self, file: File) -> Iterator[Violation]:
        harm, remedy = "goes by the machine's time zone", 'pass `timezone="UTC"` or the zone that is meant'
        for call in file.calls_to(*_WITH_ZONE, _CRONTAB):
            if not (self.trigger_class or _has_zone(call) or _is_aware(file, call) or _is_check(file, call)):
                yield self.at(call, call=_shown(call), harm=harm, remedy=remedy)
        for job in jobs(file):
            if self.trigger_class:
                if job.trigger is not None and not file.is_a(job.trigger, self.trigger_class):
                    name = self.trigger_class.rpartition(".")[2]
                    yield self.at(
                        job.trigger,
                        call=ast.unparse(job.trigger),
                        harm=f"is no `{name}`, which jobs of this project have to use",
                        remedy=f"pass a `{name}`",
                    )
                continue
            if not isinstance(job.trigger, ast.Constant) or kind(file, job.trigger) != "cron" or _has_zone(job.call):
                continue
            made = makers(file, job.scheduler)
            if made and not any(_has_zone(call) or _is_configured(file, call) for call in made):
                yield self.at(job.call, call=_shown(job.call), harm=harm, remedy=remedy)


def _has_zone(call: ast.Call) -> bool:
    return any(given.arg in (None, "timezone") for given in call.keywords)


def _is_aware(file: File, call: ast.Call) -> bool:
    """Whether a zone is given by position, or the time of a `DateTrigger` comes from elsewhere and may have one."""
    if (file.resolved(call) or "").endswith("from_crontab"):
        return len(call.args) > 1
    if (file.resolved(call) or "").endswith("DateTrigger"):
        given = file.argument(call, 0, "run_date")
        return given is None or not isinstance(file.value_of(given), str)
    return False


def _is_check(file: File, call: ast.Call) -> bool:
    """Whether the trigger is dropped: only its expression is tried."""
    return isinstance(file.parent(call), ast.Expr)


def _is_configured(file: File, made: ast.Call) -> bool:
    """Whether options come from a dictionary, or later by `configure`."""
    if made.args:
        return True
    return file.project_mentions(".configure(")


def _shown(call: ast.Call) -> str:
    text = " ".join(ast.unparse(call).split())
    return text if len(text) <= 60 else f"{ast.unparse(call.func)}(...)"
