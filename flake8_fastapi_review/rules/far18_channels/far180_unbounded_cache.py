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

_LRU = ("functools.lru_cache",)
_CACHE = ("functools.cache",)
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

    Caches that somebody empties, measures with `len()` or replaces in the same file are left alone, and those by keys
    of which there are few.

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
    markers = (("cache", "Cache", "CACHE", "memo", "Memo", "MEMO"), ("def ",))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef):
            for decorator in function.decorator_list:
                if not _is_endless(file, decorator) or isinstance(file.parent(function), ast.ClassDef):
                    continue
                key = next((each.arg for each in parameters(function) if _is_open(file, each)), None)
                if key is not None and _serves_requests(file, function):
                    shown = ast.unparse(decorator)
                    yield self.at(decorator, cache=f"@{shown}", key=key, remedy="pass `maxsize=1024`")
        yield from self._dictionaries(file)

    def _dictionaries(self, file: File) -> Iterator[Violation]:
        for name, made in _caches(file):
            stored = _stored(file, name)
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


def _is_endless(file: File, decorator: ast.expr) -> bool:
    """`@cache`, `@lru_cache(None)`, `@lru_cache(maxsize=None)`."""
    if not isinstance(decorator, ast.Call):
        return file.is_named(decorator, *_CACHE)
    if not file.is_named(decorator.func, *_LRU):
        return False
    sizes = [*decorator.args[:1], *(each.value for each in decorator.keywords if each.arg == "maxsize")]
    return any(is_none(size) for size in sizes)


def _is_open(file: File, parameter: ast.arg) -> bool:
    """Whether there is no end of values for a parameter."""
    return parameter.annotation is not None and file.declared_class(parameter.annotation) in _ENDLESS


def _caches(file: File) -> Iterator[tuple[str, ast.stmt]]:
    """The dictionaries at the top of the file that are called caches, with the statements that make them."""
    for statement in file.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        if not _NAMED.search(name):
            continue
        empty = isinstance(value, ast.Dict) and not value.keys
        if empty or (isinstance(value, ast.Call) and file.is_named(value.func, *MAKING_DICTS[:3])):
            yield name, statement


def _stored(file: File, name: str) -> list[tuple[ast.AST, ast.expr]]:
    """The functions that add entries, each with the key."""
    found: list[tuple[ast.AST, ast.expr]] = []
    for node in file.nodes(ast.Subscript):
        match node:
            case ast.Subscript(value=ast.Name(id=owner) as use, slice=key, ctx=ast.Store()) if owner == name:
                function = file.function(node)
                if function is not None and file.is_bound_globally(use):
                    found.append((function, key))
    return found


def _shrinks(file: File, name: str) -> bool:
    """Whether the file, or another one, takes entries out, measures the cache, or hands it to somebody who may."""
    for node in file.nodes(ast.Name):
        if node.id != name:
            continue
        parent = file.parent(node)
        match parent:
            case ast.Attribute(attr=method):
                if method in _SHRINKING:
                    return True
            case ast.Subscript(ctx=ast.Del()) | ast.Call() | ast.keyword() | ast.Return() | ast.Delete():
                return True
            case ast.Assign() | ast.AnnAssign() if file.function(node) is not None:
                return True
    return file.project_mentions(*(f".{name}.{method}(" for method in _SHRINKING), f"del {name}[") or any(
        file.project_mentions(f"{name}.{method}(") for method in _SHRINKING
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
