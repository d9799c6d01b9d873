"""FAR007 sequential-independent-awaits."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CLIENTS = ("httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession")
_READS = ("get", "head", "options")
_CHANGES = ("post", "put", "patch", "delete", "request")
_REQUESTS, _ORDERS = (
    frozenset(f"{client}.{verb}" for client in _CLIENTS for verb in verbs) for verbs in (_READS, _CHANGES)
)
_READER = re.compile(r"(?:^|_)(?:get|fetch|load|read|list|find|count|query|lookup|search)(?:_|$)")
_EXCLUSIVE_NAMES = re.compile(
    r"(?:^|_)(?:conn|connection|cursor|db|session|transaction|tx|uow|unit_of_work|websocket|ws)$"
)
"""What they are called; a project's own class around one is as exclusive."""


class SequentialIndependentAwaits(Rule):
    """Independent reads are awaited one after the other.

    Each waits for the one before although none needs its result, so the response takes the sum of their times instead
    of the longest. `asyncio.gather` or a `TaskGroup` waits for all of them at once. Calls that share a database
    session must stay in sequence and are not reported.

    Reported are requests to other servers, by a client of httpx or aiohttp or by functions that surely send one. With
    `always`, other functions that read are, too, and loops that read once for each item: there it is not in the code
    whether a database or an upstream bears parallel calls.

    Bad:

        import httpx

        async def dashboard(client: httpx.AsyncClient):
            weather = await client.get("https://weather.example.org/today")
            rates = await client.get("https://rates.example.org/latest")
            return weather, rates

    Good:

        import asyncio

        import httpx

        async def dashboard(client: httpx.AsyncClient):
            weather, rates = await asyncio.gather(
                client.get("https://weather.example.org/today"),
                client.get("https://rates.example.org/latest"),
            )
            return weather, rates
    """

    code = "FAR007"
    severity = Severity.SUGGESTION
    message = "{what}: the response takes the sum of their times, use `asyncio.gather` or a `TaskGroup`"
    markers = (("await",),)

    always: bool = option(False, "Report reads that are no requests, and loops, too.")

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.AsyncFunctionDef):
            for block in self._blocks(file, function):
                yield from self._runs(file, block)
            if not self.always:
                continue
            for loop in file.within(function, ast.For):
                if (call := self._only_read_of(file, loop)) is not None:
                    call_text, items = file.source(call.func), file.source(loop.iter)
                    yield self.at(call, what=f"`{call_text}(…)` is awaited once for each item of `{items}`")

    @staticmethod
    def _blocks(file: File, function: ast.AsyncFunctionDef) -> Iterator[list[ast.stmt]]:
        for node in [function, *file.within(function, ast.stmt)]:
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if (
                    isinstance(block, list)
                    and len(block) > 1
                    and (
                        node is function or not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
                    )
                ):
                    yield block

    def _runs(self, file: File, block: list[ast.stmt]) -> Iterator[Violation]:
        """Neighbouring reads none of which uses a result of the run before it."""
        run: list[tuple[str, ast.Call]] = []
        for statement in [*block, ast.Pass()]:
            read = self._read(file, statement)
            if read is not None and not any(
                isinstance(n, ast.Name) and n.id in {name for name, _ in run} for n in file.within(read[1])
            ):
                run.append(read)
                continue
            if len(run) > 1:
                calls = ", ".join(f"`{file.source(call.func)}(…)`" for _, call in run)
                yield self.at(run[1][1], what=f"{calls} do not need each other but are awaited in turn")
            run = [read] if read is not None else []

    def _read(self, file: File, statement: ast.stmt) -> tuple[str, ast.Call] | None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Await(value=ast.Call() as call)) if (
                self._is_free_read(file, call) and (self.always or _goes_out(file, call))
            ):
                return name, call
        return None

    def _only_read_of(self, file: File, loop: ast.For) -> ast.Call | None:
        """The one awaited read of a loop that only collects results."""
        awaits = file.within(loop.body, ast.Await)
        if len(awaits) != 1 or file.within(loop.body, ast.Break, ast.Return, ast.Raise, ast.Yield, ast.AugAssign):
            return None
        call = awaits[0].value
        if not isinstance(call, ast.Call) or not self._is_free_read(file, call):
            return None
        collects = any(
            isinstance(c.func, ast.Attribute) and c.func.attr == "append" for c in file.within(loop.body, ast.Call)
        )
        return call if collects else None

    @staticmethod
    def _is_free_read(file: File, call: ast.Call) -> bool:
        if not isinstance(call.func, ast.Attribute) and not isinstance(call.func, ast.Name):
            return False
        if (name := last_name(call.func)) not in _READS and not _READER.search(name):
            return False
        used = all_arguments(call)
        if any(_EXCLUSIVE_NAMES.search(last_name(value)) for value in used):
            return False
        if any(
            file.is_a(value, *file.group("exclusive")) is not False
            for value in used
            if isinstance(value, (ast.Name, ast.Attribute)) and not _plain(file, value)
        ):
            return False
        if isinstance(call.func, ast.Attribute) and file.is_a(call.func.value, *_CLIENTS):
            return call.func.attr in _READS
        called = file.definition_of(call.func)
        return (
            called is not None
            and called.is_async
            and "self" not in called.parameters
            and bool(_READER.search(called.qualname.rpartition(".")[2]))
        )


def _goes_out(file: File, call: ast.Call) -> bool:
    """Whether a read is a request to another server, which changes nothing there that the next one may read."""
    if isinstance(call.func, ast.Attribute) and file.is_a(call.func.value, *_CLIENTS):
        return True
    called = file.definition_of(call.func)
    return called is not None and file.leads_to(called, _REQUESTS, 1) and not file.leads_to(called, _ORDERS, 1)


def _plain(file: File, value: ast.expr) -> bool:
    """A value of a builtin type, which tasks can share."""
    found = file.type_of(value)
    return found is not None and found.startswith(("builtins.", "uuid.", "datetime."))
