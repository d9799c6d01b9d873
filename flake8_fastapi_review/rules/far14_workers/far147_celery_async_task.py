from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_TASKS = ("celery.Celery.task", "celery.shared_task", "celery.Celery.on_after_configure")
_POOLS = ("celery_aio_pool", "celery-aio-pool", "celery_pool_asyncio", "aio_celery", "asgiref")


class CeleryAsyncTask(Rule):
    """A Celery task is a coroutine function.

    The worker calls it, gets a coroutine and stores it for the result, or fails to serialise it; the body never runs.
    Celery knows no coroutines: `asyncio.run` inside a plain task runs one.

    Bad:

        from celery import Celery

        celery = Celery("shop")

        @celery.task
        async def send_mail(address: str) -> None: ...

    Good:

        import asyncio

        from celery import Celery

        celery = Celery("shop")

        async def send(address: str) -> None: ...

        @celery.task
        def send_mail(address: str) -> None:
            asyncio.run(send(address))
    """

    code = "FAR147"
    severity = Severity.BLOCKER
    message = (
        "the body of `{task}` never runs: Celery awaits no coroutines; make it `def` with `asyncio.run(...)` inside"
    )
    markers = (("celery", "shared_task", ".task", "Task)"), ("async ",))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.AsyncFunctionDef):
            if not function.decorator_list:
                continue
            first = function.decorator_list[-1]  # the one that sees the coroutine function itself
            decorator = first.func if isinstance(first, ast.Call) else first
            if file.is_named(decorator, *_TASKS) and not file.project_mentions(*_POOLS):
                yield self.at(function, task=function.name)
        for definition in file.nodes(ast.ClassDef):
            run = next((each for each in definition.body if getattr(each, "name", "") == "run"), None)
            if not isinstance(run, ast.AsyncFunctionDef) or not file.derives_from(definition, "celery.Task"):
                continue
            if not file.project_mentions(*_POOLS):
                yield self.at(run, task=f"{definition.name}.run")
        for call in file.calls_to(*_TASKS):
            # `send = celery.task(send_later)`
            given = file.definition_of(call.args[0]) if call.args else None
            if given is not None and given.is_async and not file.project_mentions(*_POOLS):
                yield self.at(call, task=ast.unparse(call.args[0]))
