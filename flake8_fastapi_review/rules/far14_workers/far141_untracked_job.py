from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import last_name
from .schedulers import MARKERS, Job, jobs, kind, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_STORES = (
    "SQLAlchemyJobStore",
    "RedisJobStore",
    "MongoDBJobStore",
    "RethinkDBJobStore",
    "ZooKeeperJobStore",
    "add_jobstore",
    "SQLAlchemyDataStore",
    "MongoDBDataStore",
)
"""What keeps jobs beyond the process, so that the next start adds them once more."""
_VERSION = 3
"""APScheduler 4 keeps what has the same id, unless `conflict_policy` says something else."""
_RECORDING = ("add", "append", "setdefault", "update", "sadd")


class UntrackedJob(Rule):
    """A job is added to a persistent store without an `id`, or without `replace_existing`.

    Each start of the application adds it once more: without an id the store holds it twice after the first restart and
    ten times after the tenth, all of them running; with an id alone the second start ends with
    `ConflictingIdError`. Jobs in memory end with the process, and are left alone.

    `tracking` names the set that ids have to be recorded in, by the name that the code uses: `job_keys`.

    Bad:

        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore("sqlite:///jobs.db")})

        def clean() -> None: ...

        scheduler.add_job(clean, "interval", hours=1)

    Good:

        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore("sqlite:///jobs.db")})

        def clean() -> None: ...

        scheduler.add_job(clean, "interval", hours=1, id="clean", replace_existing=True)
    """

    code = "FAR141"
    severity = Severity.WARNING
    message = "`{function}` is scheduled {harm}: {remedy}"
    markers = MARKERS

    tracking: str = option("", "Name of the set or mapping that the ids of all jobs have to be put into.")

    def check(self, file: File) -> Iterator[Violation]:
        persistent: bool | None = None
        for job in jobs(file):
            if self.tracking and not _is_recorded(file, job, self.tracking):
                yield self.at(
                    job.call,
                    function=shown(job),
                    harm=f"without its id in `{self.tracking}`",
                    remedy=f"record the id there, as the project's other jobs do, before or after `{_name(job)}`",
                )
                continue
            if job.is_spread or kind(file, job.trigger) in ("date", None):
                continue
            needed = ("id", "replace_existing") if job.version == _VERSION else ("id",)
            missing = [name for name in needed if job.argument(name) is None]
            if not missing:
                continue
            if persistent is None:
                persistent = file.project_mentions(*_STORES)
            if persistent:
                yield self.at(
                    job.call,
                    function=shown(job),
                    harm="once more at each start"
                    if "id" in missing
                    else "under an id that is taken at the next start",
                    remedy="pass " + " and ".join(f"`{each}`" for each in missing),
                )


def _name(job: Job) -> str:
    return ast.unparse(job.call.func)


def _is_recorded(file: File, job: Job, tracking: str) -> bool:
    """Whether the function that adds the job also puts something into the set."""
    owner = file.function(job.call)
    body = owner.body if isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef)) else file.tree.body
    for node in file.within(body, ast.Call, ast.Subscript):
        match node:
            case ast.Call(func=ast.Attribute(value=target, attr=method)) if method in _RECORDING:
                if last_name(target) == tracking:
                    return True
            case ast.Subscript(value=target, ctx=ast.Store()) if last_name(target) == tracking:
                return True
    return False
