from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, shortened
from ...shapes import last_name
from .shared import is_guarded, is_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_REFRESHING = re.compile(r"(?i)time|expir|ttl|stale|fresh|stamp")
"""Tests for age: what is made twice then replaces an older one, which it may."""
_ENDING = re.compile(
    r"(?i)(?:^|_)(?:a?close|stop|shut_?down|finali[sz]e|clean_?up|tear_?down|disconnect|dispose|aexit)(?:_|$)"
)
"""Functions that end something, which is done once."""
_MAKING = re.compile(
    r"(?i)(?:^|_)(?:create|connect|open|start|launch|spawn|make|build|init\w*|log_?in|charge|pay|send|book|buy|reserve|"
    r"register|add|insert|new)(?:_|$)"
)
_CHANGES = frozenset("add append remove discard pop update clear insert".split())
"""`setdefault` keeps what another request has put there."""


class CheckThenActAcrossAwait(Rule):
    """Shared state is tested, then something is awaited, then the state is changed.

    During the `await` other requests run the same lines. They see the same state, take the same way, and the change is
    made twice: two clients instead of one, the last place sold twice, a result that overwrites a newer one. Hold an
    `asyncio.Lock` from the test to the change, test again behind the `await`, or change first and await then.

    What is renewed because it is too old is left alone.

    Bad:

        stock = {"9780000000011": 1}

        async def pay(isbn: str) -> None: ...

        async def buy(isbn: str) -> bool:
            if stock[isbn] > 0:
                await pay(isbn)
                stock[isbn] -= 1
                return True
            return False

    Good:

        stock = {"9780000000011": 1}

        async def pay(isbn: str) -> None: ...

        async def buy(isbn: str) -> bool:
            if stock[isbn] > 0:
                stock[isbn] -= 1
                await pay(isbn)
                return True
            return False
    """

    code = "FAR132"
    severity = Severity.WARNING
    cwe = 367
    message = (
        "`{state}` is tested before `{waited}` and changed after it: another request does the same meanwhile; hold an "
        "`asyncio.Lock`, or test again"
    )
    markers = (("await ",), ("if ",))

    def check(self, file: File) -> Iterator[Violation]:
        for choice in file.nodes(ast.If):
            if not isinstance(file.function(choice), ast.AsyncFunctionDef):
                continue
            if file.within(choice.body, ast.Await):
                found = _race(file, choice, choice.body)
            elif _turns_away(choice):
                block = file.block(choice)
                found = _race(file, choice, block[block.index(choice) + 1 :])
                if found is not None and not _serves(file, choice):
                    continue
            else:
                continue
            if found is None or is_guarded(file, choice) or file.on_event_loop(choice) is not True:
                continue
            state, waited = found
            yield self.at(choice.test, state=state, waited=shortened(ast.unparse(waited)))


def _turns_away(choice: ast.If) -> bool:
    """`if job in running: return`"""
    return len(choice.body) == 1 and isinstance(choice.body[0], (ast.Return, ast.Raise)) and not choice.orelse


def _serves(file: File, node: ast.AST) -> bool:
    """Whether requests run the function of a node."""
    function = file.function(node)
    if function is None:
        return False
    return file.registered_as(function) == "route" or file.is_injected(function) or file.served_by(function) is not None


def _race(file: File, choice: ast.If, then: list[ast.stmt]) -> tuple[str, ast.Await] | None:
    """The state and the `await` between the test and its change."""
    tested = {
        ast.unparse(each)
        for each in file.within(choice.test, ast.Name, ast.Attribute, ast.Subscript)
        if is_shared(file, each)
    } or set(_looked_up(file, choice))
    if not tested or _REFRESHING.search(ast.unparse(choice.test)):
        return None
    function = file.function(choice)
    if _ENDING.search(getattr(function, "name", "")):
        return None  # the end comes once
    waited: ast.Await | None = None
    for statement in then:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue  # runs some other time
        changed = next((each for each in _changes(file, statement) if ast.unparse(each) in tested), None)
        here = next(iter(file.within(statement, ast.Await)), None)
        if isinstance(statement, (ast.With, ast.AsyncWith, ast.If, ast.Try, ast.For, ast.While, ast.AsyncFor)):
            if any(ast.unparse(each) in tested for each in _changes(file, statement)):
                return None  # tested again, locked, or in an order that is not known
            waited = waited or here
            continue
        if changed is not None:
            before = waited or (here if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)) else None)
            if before is None or (before is here and _gets(statement)):
                return None
            return ast.unparse(changed), before
        waited = waited or here
    return None


def _looked_up(file: File, choice: ast.If) -> Iterator[str]:
    """The state that a local variable of the test was just read from: `rate = RATES.get(currency)`."""
    block = file.block(choice)
    place = block.index(choice) if choice in block else 0
    match block[place - 1] if place else None:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case _:
            return
    if _REFRESHING.search(ast.unparse(value)) or not any(
        each.id == name for each in file.within(choice.test, ast.Name)
    ):
        return
    match value:
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[_]) if is_shared(file, owner):
            made = (last_name(each.func) for each in file.within(choice.body, ast.Call) if _is_awaited(file, each))
            if any(_MAKING.search(name or "") for name in made):  # what was read twice is as good as read once
                yield ast.unparse(owner)
        case ast.Subscript() | ast.Attribute() if is_shared(file, value):
            yield ast.unparse(value)


def _is_awaited(file: File, call: ast.Call) -> bool:
    return isinstance(file.parent(call), ast.Await)


def _gets(statement: ast.stmt) -> bool:
    """`CONFIG = await get_config()`: twice is as good as once."""
    match statement:
        case ast.Assign(value=ast.Await(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)))):
            return name.lstrip("_").startswith("get_")
    return False


def _changes(file: File, statement: ast.stmt) -> Iterator[ast.expr]:
    """The states that a statement changes; of `CACHE[key] = value` the whole and the entry."""
    for node in file.within(statement, ast.Name, ast.Attribute, ast.Subscript, ast.Call):
        match node:
            case ast.Name(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                yield node
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield node
                yield value
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _CHANGES:
                yield value
