from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import all_arguments, is_none, last_name
from .channels import MAKING_DICTS, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_LRU = ("functools.lru_cache", "async_lru.alru_cache")
_CACHED = ("cachetools.cached", "cachetools.cachedmethod", "asyncache.cached")
_CACHE = ("functools.cache",)
_OF_FUNCTIONS = ("functools.cache", "functools.lru_cache")
"""What keeps the coroutine of a coroutine function, not its result."""
_ENDLESS = (
    "builtins.str",
    "builtins.int",
    "builtins.bytes",
    "builtins.float",
    "decimal.Decimal",
    "uuid.UUID",
    "datetime.date",
    "datetime.datetime",
)
"""Types of keys of which a client can send any number."""
_SHRINKING = frozenset(("pop", "popitem", "clear"))
_NAMED = re.compile(r"(?i)cache|memo")


class UnboundedCache(Rule):
    """A cache keeps an entry for every key it has seen, and forgets none.

    When the keys come from requests, or are numbers of rows, the cache grows as long as the process lives: each
    crawler, each mistyped name adds to it, until the memory is used up. Give it a size (`lru_cache(maxsize=1024)`,
    `cachetools.TTLCache`), or remove entries when they are old.

    A dictionary of a module, of a class, or of an object that is made at import counts when it is called a cache, or is
    used as one: asked by a key, filled where the key is missing, and answered from. Caches that somebody empties,
    measures with `len()` or replaces in the same file are left alone, and those by keys of which there are few.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()
        titles_cache: dict[str, str] = {}

        def look_up(isbn: str) -> str:
            if isbn not in titles_cache:
                titles_cache[isbn] = isbn.upper()
            return titles_cache[isbn]

        @app.get("/titles/{isbn}")
        def title(isbn: str) -> str:
            return look_up(isbn)

    Good:

        from functools import lru_cache

        from fastapi import FastAPI

        app = FastAPI()

        @lru_cache(maxsize=1024)
        def look_up(isbn: str) -> str:
            return isbn.upper()

        @app.get("/titles/{isbn}")
        def title(isbn: str) -> str:
            return look_up(isbn)
    """

    code = "FAR180"
    severity = Severity.WARNING
    cwe = 770
    message = "`{cache}` keeps an entry for every `{key}` it has seen, without end: {remedy}"
    markers = (("cache", "Cache", "CACHE", "memo", "Memo", "MEMO", "{}", "dict"), ("def ",))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for decorator in function.decorator_list:
                if not _is_endless(file, decorator):
                    continue
                if isinstance(function, ast.AsyncFunctionDef) and file.is_named(_called(decorator), *_OF_FUNCTIONS):
                    continue  # it keeps coroutines, which is worse: FAR136
                key = next((each.arg for each in parameters(function) if _is_open(file, each)), None)
                if key is not None and _serves_requests(file, function):
                    shown = ast.unparse(decorator)
                    remedy = (
                        "give it a `TTLCache`" if "maxsize" not in shown and "(" in shown else "pass `maxsize=1024`"
                    )
                    yield self.at(decorator, cache=f"@{shown}", key=key, remedy=remedy)
        yield from self._dictionaries(file)

    def _dictionaries(self, file: File) -> Iterator[Violation]:
        for name, made in _caches(file):
            stored = _stored(file, name)
            if stored and not _NAMED.search(name):
                stored = [each for each in stored if _is_asked_first(file, name, *each)]
            if not stored or _shrinks(file, name):
                continue
            for function, key in stored:
                parameter = next(
                    (p.arg for p in parameters(function) if _is_open(file, p) and file.mentions(key, p.arg)), None
                )
                if parameter is not None and _serves_requests(file, function):
                    yield self.at(
                        made,
                        cache=name,
                        key=parameter,
                        remedy="use `cachetools.TTLCache`, or remove what is old",
                    )
                    break


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _is_endless(file: File, decorator: ast.expr) -> bool:
    """`@cache`, `@lru_cache(None)`, `@lru_cache(maxsize=None)`, `@cached({})`."""
    if not isinstance(decorator, ast.Call):
        return file.is_named(decorator, *_CACHE)
    if file.is_named(decorator.func, *_CACHED):
        given = file.argument(decorator, 0, "cache")
        return (isinstance(given, ast.Dict) and not given.keys) or (
            isinstance(given, ast.Call) and file.is_named(given.func, "builtins.dict") and not given.args
        )
    if not file.is_named(decorator.func, *_LRU):
        return False
    sizes = [*decorator.args[:1], *(each.value for each in decorator.keywords if each.arg == "maxsize")]
    return any(is_none(size) for size in sizes)


def _is_open(file: File, parameter: ast.arg) -> bool:
    """Whether there is no end of values for a parameter."""
    return parameter.annotation is not None and file.declared_class(parameter.annotation) in _ENDLESS


def _caches(file: File) -> Iterator[tuple[str, ast.stmt]]:
    """The dictionaries at the top of the file and of its classes, and those of objects that the file makes at its top,
    with the statements that make them: "titles", "Books.titles", "self.titles"."""
    yield from _made_in(file, file.tree.body, "")
    for definition in file.tree.body:
        if isinstance(definition, ast.ClassDef):
            yield from _made_in(file, definition.body, "self.")
            begin = next((each for each in definition.body if getattr(each, "name", "") == "__init__"), None)
            if isinstance(begin, ast.FunctionDef) and _is_made_once(file, definition.name):
                yield from _made_in(file, begin.body, "self.")


def _made_in(file: File, body: list[ast.stmt], owner: str) -> Iterator[tuple[str, ast.stmt]]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                pass
            case _:
                continue
        match target:
            case ast.Name(id=bound):
                name = owner + bound
            case ast.Attribute(value=ast.Name(id="self"), attr=bound):
                name = f"self.{bound}"
            case _:
                continue
        empty = isinstance(value, ast.Dict) and not value.keys
        if empty or (isinstance(value, ast.Call) and file.is_named(value.func, *MAKING_DICTS[:3])):
            yield name, statement


def _is_made_once(file: File, name: str) -> bool:
    """Whether the file makes an object of a class when it is imported."""
    return any(
        isinstance(statement, (ast.Assign, ast.AnnAssign))
        and isinstance(statement.value, ast.Call)
        and last_name(statement.value.func) == name
        for statement in file.tree.body
    )


def _is_it(file: File, expr: ast.expr, name: str) -> bool:
    """Whether an expression is the dictionary of this name."""
    match expr:
        case ast.Name(id=bound):
            return bound == name and file.is_bound_globally(expr)
        case ast.Attribute(value=ast.Name(), attr=attr):
            return name == f"self.{attr}"
    return False


def _stored(file: File, name: str) -> list[tuple[ast.AST, ast.expr]]:
    """The functions that add entries, each with the key."""
    found: list[tuple[ast.AST, ast.expr]] = []
    for node in file.nodes(ast.Subscript):
        if isinstance(node.ctx, ast.Store) and _is_it(file, node.value, name):
            function = file.function(node)
            if function is not None:
                found.append((function, node.slice))
    return found


def _is_asked_first(file: File, name: str, function: ast.AST, key: ast.expr) -> bool:
    """Whether a function looks an entry up by the key, makes it where there is none, and gives it back: a cache,
    whatever it is called."""
    shown = ast.dump(key)
    held = set()
    is_asked = False
    for node in file.within(function, ast.Compare, ast.Call, ast.Subscript):
        match node:
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[asked]):
                is_asked |= ast.dump(left) == shown and _is_it(file, asked, name)
                continue
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[first, *_]):
                is_read = ast.dump(first) == shown and _is_it(file, owner, name)
                is_asked |= is_read
            case ast.Subscript(value=owner, slice=asked, ctx=ast.Load()):
                is_read = ast.dump(asked) == shown and _is_it(file, owner, name)
                is_asked |= is_read and file.enclosing(node, ast.Try) is not None
            case _:
                continue
        if is_read:
            held.add(node)
    stores = [
        each.value
        for each in file.within(function, ast.Assign)
        if any(isinstance(x, ast.Subscript) and _is_it(file, x.value, name) for x in each.targets)
    ]
    makes = any(file.within(value, ast.Call) for store in stores for value in file.values(store))
    given = [each.value for each in file.within(function, ast.Return) if each.value is not None]
    return is_asked and makes and any(held & set(file.within(value)) for back in given for value in file.values(back))


def _shrinks(file: File, name: str) -> bool:
    """Whether the file, or another one, takes entries out, measures the cache, or hands it to somebody who may."""
    attribute = name.removeprefix("self.")
    uses = file.nodes(ast.Attribute) if attribute != name else file.nodes(ast.Name)
    for node in uses:
        if (node.attr if isinstance(node, ast.Attribute) else node.id) != attribute:
            continue
        parent = file.parent(node)
        match parent:
            case ast.Attribute(attr=method):
                if method in _SHRINKING:
                    return True
            case ast.Subscript(ctx=ast.Del()) | ast.Call() | ast.keyword() | ast.Return() | ast.Delete():
                return True
            case ast.Assign() | ast.AnnAssign():
                function = file.function(node)
                if function is not None and getattr(function, "name", "") != "__init__":
                    return True
    return file.project_mentions(*(f".{attribute}.{method}(" for method in _SHRINKING), f"del {attribute}[") or any(
        file.project_mentions(f"{attribute}.{method}(") for method in _SHRINKING
    )


def _serves_requests(file: File, function: ast.AST, depth: int = 3) -> bool:
    """Whether a route or dependency calls a function with what it was given; in this file over a few calls."""
    if file.registered_as(function) in ("route", "websocket") or file.is_injected(function):
        return True
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not depth:
        return False
    definition = file.definition_at(function)
    if definition is None:
        return False
    for call in file.nodes(ast.Call):
        leaf = last_name(call.func)
        if leaf != function.name:
            continue
        caller = file.function(call)
        if caller is None or caller is function or file.definition_of(call.func) != definition:
            continue
        given = all_arguments(call)
        named = [parameter.arg for parameter in parameters(caller)]
        if any(file.mentions(value, name) for value in given for name in named) and _serves_requests(
            file, caller, depth - 1
        ):
            return True
    return file.gets_input(function)
