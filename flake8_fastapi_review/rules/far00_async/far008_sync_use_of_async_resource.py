"""FAR008 sync-use-of-async-resource."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CONSUMING = dict.fromkeys("list tuple set frozenset sorted dict sum any all enumerate max min next zip".split(), 0)
_CONSUMING |= {"map": 1, "filter": 1}
"""Builtins that iterate, over the argument in this place."""


class SyncUseOfAsyncResource(Rule):
    """An asynchronous context manager or iterator is used with plain `with` or `for`.

    It has no `__enter__` or `__iter__`: the statement raises TypeError or AttributeError the first time it runs.

    Bad:

        import httpx

        async def fetch(url: str):
            with httpx.AsyncClient() as client:
                return await client.get(url)

    Good:

        import httpx

        async def fetch(url: str):
            async with httpx.AsyncClient() as client:
                return await client.get(url)
    """

    code = "FAR008"
    severity = Severity.BLOCKER
    message = "`{value}` is an asynchronous {kind}: `{used}` fails on it, use `{instead}`"

    def check(self, file: File) -> Iterator[Violation]:
        for statement in file.nodes(ast.With):
            for item in statement.items:
                if file.needs_async_with(item.context_expr):
                    yield self._report(file, item.context_expr, statement, "context manager", "with")
        for loop in file.nodes(ast.For):
            if file.needs_async_for(loop.iter):
                yield self._report(file, loop.iter, loop, "iterator", "for")
        for generator in file.nodes(ast.comprehension):
            if not generator.is_async and file.needs_async_for(generator.iter):
                yield self._report(file, generator.iter, None, "iterator", "for")
        if "async " not in file.text:
            return
        for call in file.nodes(ast.Call):
            if not isinstance(call.func, ast.Name) or call.func.id not in _CONSUMING:
                continue
            name = call.func.id
            place = _CONSUMING[name]
            value = call.args[place] if len(call.args) > place else None
            if value is not None and _is_asynchronous(file, value) and file.is_named(call.func, f"builtins.{name}"):
                shown = file.source(value).partition("\n")[0]
                instead = "[each async for each in …]"
                yield self.at(value, value=shown, kind="iterator", used=name, instead=instead)

    def _report(self, file: File, value: ast.expr, statement: ast.stmt | None, kind: str, used: str) -> Violation:
        fix = None
        if statement is not None and isinstance(file.function(statement), ast.AsyncFunctionDef):
            place = Range(statement.lineno, statement.col_offset, statement.lineno, statement.col_offset)
            alone = isinstance(statement, ast.For) or len(getattr(statement, "items", ())) == 1
            fix = Fix(f"Use `async {used}`", (Edit(place, "async "),), Applicability.SAFE) if alone else None
        shown = file.source(value).partition("\n")[0]
        return self.at(value, fix=fix, value=shown, kind=kind, used=used, instead=f"async {used}")


def _is_asynchronous(file: File, value: ast.expr) -> bool:
    if isinstance(value, ast.GeneratorExp):
        return any(each.is_async for each in value.generators)
    if not isinstance(value, (ast.Call, ast.Name, ast.Attribute)):
        return False
    return bool(file.needs_async_for(value))
