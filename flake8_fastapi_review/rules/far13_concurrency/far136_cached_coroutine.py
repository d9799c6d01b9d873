from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PROPERTY = "functools.cached_property"
_STATIC = ("builtins.staticmethod", "builtins.classmethod")
_REMEDY = "use `async_lru.alru_cache`, or keep the result"


class CachedCoroutine(Rule):
    """A cache for plain functions is put on a coroutine function, or on a method.

    What is kept is the coroutine, not its result: the first caller awaits it, and every later one gets
    `RuntimeError: cannot reuse already awaited coroutine`. On a method a cache without an end belongs to the class
    and keeps every object it has seen, so that none is ever freed: a warning, with the option `methods`.

    Bad:

        import functools

        @functools.lru_cache
        async def rate(currency: str) -> float: ...

    Good:

        from async_lru import alru_cache

        @alru_cache(maxsize=100)
        async def rate(currency: str) -> float: ...
    """

    code = "FAR136"
    severity = Severity.BLOCKER
    message = "`@{cache}` {harm}: {remedy}"
    markers = (("cache",), ("def ",))

    methods: bool = option(
        False, "Report caches without an end on methods, too; most objects that have them stay anyway."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for position, decorator in enumerate(function.decorator_list):
                named = decorator.func if isinstance(decorator, ast.Call) else decorator
                shown = ast.unparse(named)
                is_property = file.is_named(named, _PROPERTY)
                if not is_property and not file.is_named(named, *file.group("cache-decorator")):
                    continue
                if isinstance(function, ast.AsyncFunctionDef):
                    if position == len(function.decorator_list) - 1 and not _yields(file, function):
                        yield self._kept(decorator, shown, function.name, "keep the result" if is_property else _REMEDY)
                elif position == len(function.decorator_list) - 1 and _hands_on(file, function):
                    yield self._kept(decorator, shown, function.name, "keep the result" if is_property else _REMEDY)
                elif (
                    self.methods
                    and not is_property
                    and _is_method(file, function)
                    and _has_no_end(file, decorator)
                    and not shown.startswith("cachetools.cached")
                ):
                    yield self.at(
                        decorator,
                        severity=Severity.WARNING,
                        cache=shown,
                        harm=f"keeps every object that `{function.name}` was called on",
                        remedy="use `functools.cached_property`, or a cache in the object",
                    )
        yield from self._called(file)

    def _called(self, file: File) -> Iterator[Violation]:
        """`rate = lru_cache(maxsize=10)(fetch_rate)`."""
        for call in file.nodes(ast.Call):
            match call:
                case ast.Call(func=func, args=[ast.Name() | ast.Attribute() as given]):
                    cache = func.func if isinstance(func, ast.Call) else func
                    if not file.is_named(cache, *file.group("cache-decorator")):
                        continue
                    definition = file.definition_of(given)
                    if definition is not None and definition.is_async:
                        yield self._kept(call, ast.unparse(cache), ast.unparse(given), _REMEDY)

    def _kept(self, node: ast.expr, cache: str, name: str, remedy: str) -> Violation:
        harm = f"keeps the coroutine of `{name}`, which can be awaited once"
        return self.at(node, cache=cache, harm=harm, remedy=remedy)


def _has_no_end(file: File, decorator: ast.expr) -> bool:
    """Whether a cache keeps all that it has ever seen: `lru_cache` keeps 128 entries unless it is told otherwise."""
    if not isinstance(decorator, ast.Call):
        return file.is_named(decorator, "functools.cache")
    if file.is_named(decorator.func, "functools.cache"):
        return True
    size = file.argument(decorator, 0, "maxsize")
    return size is not None and file.value_of(size) is None


def _hands_on(file: File, function: ast.FunctionDef) -> bool:
    """Whether a plain function returns the coroutine that a call makes."""
    return any(
        isinstance(each.value, ast.Call) and file.is_coroutine(each.value) and not file.schedules_itself(each.value)
        for each in file.within(function.body, ast.Return)
    )


def _yields(file: File, function: ast.AsyncFunctionDef) -> bool:
    return bool(file.within(function.body, ast.Yield))


def _is_method(file: File, function: ast.FunctionDef) -> bool:
    """Whether the object is one of the arguments by which results are kept, and is one of many."""
    owner = file.parent(function)
    if not isinstance(owner, ast.ClassDef) or not function.args.args or function.args.args[0].arg != "self":
        return False
    if any(file.is_named(each, *_STATIC) for each in function.decorator_list):
        return False
    return not file.derives_from(owner, "enum.Enum")
