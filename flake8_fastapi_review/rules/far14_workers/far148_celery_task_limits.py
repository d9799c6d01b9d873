from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_TASKS = ("celery.Celery.task", "celery.shared_task")
_SENDING = ("delay", "apply_async", "s", "si", "signature")


class CeleryTaskLimits(Rule):
    """A Celery task may run or be tried again forever, or is given an object of the database.

    `max_retries=None` tries again until the queue is purged, without `retry_backoff` always after the same pause. A
    project that sets no time limit anywhere loses a worker process to every task that hangs. An entity as an argument
    fails to serialise, or, pickled, arrives as it was when it was sent: pass its id.

    Bad:

        from celery import Celery

        celery = Celery("shop")
        celery.conf.task_time_limit = 300

        @celery.task(autoretry_for=(ConnectionError,), max_retries=None)
        def send_mail(address: str) -> None: ...

    Good:

        from celery import Celery

        celery = Celery("shop")
        celery.conf.task_time_limit = 300

        @celery.task(autoretry_for=(ConnectionError,), max_retries=5, retry_backoff=True)
        def send_mail(address: str) -> None: ...
    """

    code = "FAR148"
    severity = Severity.WARNING
    message = "`{what}` {harm}: {remedy}"
    markers = (("celery", "shared_task", "delay(", "apply_async("),)

    def check(self, file: File) -> Iterator[Violation]:
        yield from self._retries(file)
        yield from self._limits(file)
        yield from self._entities(file)

    def _retries(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to(*_TASKS):
            given = {each.arg: each.value for each in call.keywords}
            number = given.get("max_retries") or _in_options(file, given.get("retry_kwargs"))
            if number is None or file.value_of(number) is not None:
                continue
            if "autoretry_for" in given or _retries_itself(file, call):
                yield self.at(
                    number,
                    what="max_retries=None",
                    harm="tries again forever",
                    remedy="set a number, and `retry_backoff=True`",
                )

    def _limits(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to("celery.Celery"):
            if file.function(call) is None and not file.project_mentions("time_limit", "TIME_LIMIT"):
                yield self.at(
                    call,
                    what=ast.unparse(call.func),
                    harm="has no time limit for its tasks, so that one that hangs holds its worker for good",
                    remedy="set `task_time_limit` and `task_soft_time_limit`",
                )

    def _entities(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if not (isinstance(call.func, ast.Attribute) and call.func.attr in _SENDING):
                continue
            if not file.is_named(call.func, f"celery.Task.{call.func.attr}"):
                continue
            for given in _arguments(call):
                entity = file.database.entity_of(given)
                if entity is not None:
                    yield self.at(
                        given,
                        what=ast.unparse(given),
                        harm=f"is a `{entity.name}` of the database, as it was when the task was sent",
                        remedy="pass its id, and load it in the task",
                    )


def _in_options(file: File, options: ast.expr | None) -> ast.expr | None:
    """`max_retries` in a dictionary of options."""
    entries = file.entries(options) if options is not None else None
    return dict(entries).get("max_retries") if entries else None


def _retries_itself(file: File, call: ast.Call) -> bool:
    """Whether the decorated function calls `self.retry`."""
    function = file.parent(call)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return any(
        isinstance(each.func, ast.Attribute) and each.func.attr == "retry"
        for each in file.within(function.body, ast.Call)
    )


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    """What the task is given."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("delay", "s", "si"):
        yield from call.args
        yield from (each.value for each in call.keywords)
        return
    for value in (*call.args[:2], *(each.value for each in call.keywords if each.arg in ("args", "kwargs"))):
        match value:
            case ast.Tuple(elts=items) | ast.List(elts=items):
                yield from items
            case ast.Dict(values=items):
                yield from items
