from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, shortened
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_SENDING = re.compile(r"(?i)send|broadcast|push|notify|publish|emit|put$")
_CHANGES = frozenset("add append remove discard pop popitem clear insert extend update setdefault".split())
_VIEWS = frozenset(("values", "items", "keys"))


class ConnectionSetMutated(Rule):
    """A loop sends to the members of a collection that others change while it waits.

    Each `await` in the loop lets other tasks run, and these connect and disconnect clients. A set or dictionary that
    changes under a loop raises `RuntimeError`, and those behind get no message; of a list the loop leaves out the one
    that comes after a removed one, silently. Loop over a copy: `for connection in list(self.connections)`.

    Bad:

        from fastapi import WebSocket

        class Board:
            def __init__(self) -> None:
                self.connections: set[WebSocket] = set()

            def leave(self, websocket: WebSocket) -> None:
                self.connections.discard(websocket)

            async def tell(self, text: str) -> None:
                for connection in self.connections:
                    await connection.send_text(text)

    Good:

        from fastapi import WebSocket

        class Board:
            def __init__(self) -> None:
                self.connections: set[WebSocket] = set()

            def leave(self, websocket: WebSocket) -> None:
                self.connections.discard(websocket)

            async def tell(self, text: str) -> None:
                for connection in list(self.connections):
                    await connection.send_text(text)
    """

    code = "FAR186"
    severity = Severity.BLOCKER
    message = (
        "`{collection}` can change at `{waited}` (`{changed}` in line {line}) while the loop goes through it: "
        "loop over `list({iterated})`"
    )
    markers = (("for ",), ("await ",), ("send", "broadcast", "push", "notify", "publish", "emit", "put"))

    def check(self, file: File) -> Iterator[Violation]:
        for loop in file.nodes(ast.For):
            function = file.function(loop)
            if not isinstance(function, ast.AsyncFunctionDef):
                continue
            collection = _collection(loop.iter)
            if collection is None or not _is_shared(file, collection):
                continue
            waited = _sends(file, loop)
            if waited is None or file.in_with(loop) or _ends_at_once(loop):
                continue
            shown = ast.unparse(_base(collection))
            change = _change(file, loop, shown, function)
            if change is not None:
                yield self.at(
                    loop.iter,
                    collection=shown,
                    waited="await " + ast.unparse(waited.func),
                    changed=shortened(ast.unparse(change)),
                    line=change.lineno,
                    iterated=ast.unparse(loop.iter),
                )


def _collection(iterated: ast.expr) -> ast.expr | None:
    """What a loop goes through directly, also through a view of a dictionary; None for a copy or anything else."""
    match iterated:
        case ast.Call(func=ast.Attribute(value=owner, attr=method), args=[], keywords=[]) if method in _VIEWS:
            return _collection(owner)
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[_, *_]):
            return _collection(owner)
        case ast.Call(func=ast.Name(id="enumerate"), args=[first, *_]):
            return _collection(first)
        case ast.Subscript(value=owner, slice=key) if not isinstance(key, ast.Slice):
            return iterated if _collection(owner) is not None else None
        case ast.Attribute() | ast.Name():
            return iterated
    return None


def _base(collection: ast.expr) -> ast.expr:
    while isinstance(collection, ast.Subscript):
        collection = collection.value
    return collection


def _is_shared(file: File, collection: ast.expr) -> bool:
    """An attribute of the object, or a name of the module."""
    match _base(collection):
        case ast.Attribute(value=ast.Name(id="self" | "cls")):
            return True
        case ast.Name() as name:
            return file.is_bound_globally(name)
    return False


def _sends(file: File, loop: ast.For) -> ast.Call | None:
    """A call in the loop that sends to what the loop is at, and is awaited there."""
    targets = {each.id for each in file.within(loop.target, ast.Name)}
    for inner in file.within(loop.body, ast.For):
        if isinstance(inner.iter, ast.Name) and inner.iter.id in targets:
            targets.update(each.id for each in file.within(inner.target, ast.Name))
    for node in file.within(loop.body, ast.Await):
        call = node.value
        if not isinstance(call, ast.Call):
            continue
        leaf = last_name(call.func)
        held: ast.AST = call.func
        while isinstance(held, ast.Attribute):
            held = held.value
        if isinstance(held, ast.Name) and held.id in targets and _SENDING.search(leaf):
            if leaf == "put" and _makes_room(file, loop, held.id):
                continue
            return call
        if "send" in leaf and any(each.id in targets for each in file.within(call, ast.Name)):
            return call
    return None


def _makes_room(file: File, loop: ast.For, queue: str) -> bool:
    """`if queue.full(): queue.get_nowait()` before: `put` does not wait then."""
    asked = (call.func for call in file.within(loop.body, ast.Call) if isinstance(call.func, ast.Attribute))
    return any(each.attr == "full" and isinstance(each.value, ast.Name) and each.value.id == queue for each in asked)


def _ends_at_once(loop: ast.For) -> bool:
    """Whether the loop ends with its first turn that sends: nothing is asked of the collection after that."""
    return isinstance(loop.body[-1], (ast.Return, ast.Break))


def _change(file: File, loop: ast.For, shown: str, function: ast.AST) -> ast.stmt | None:
    """A statement of another function of the class or file that changes the collection, or of the loop itself."""
    owner = file.enclosing(loop, ast.ClassDef) if shown.startswith(("self.", "cls.")) else None
    for node in file.nodes(ast.Call, ast.Subscript):
        match node:
            case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _CHANGES:
                pass
            case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()):
                pass
            case _:
                continue
        if ast.unparse(_base(held)) != shown or _is_set_up(file, node, owner):
            continue
        inside = file.function(node)
        if inside is None or (inside is function and loop not in [*file.ancestors(node)]):
            continue
        return file.statement(node)
    return None


def _is_set_up(file: File, node: ast.AST, owner: ast.ClassDef | None) -> bool:
    """Whether a change is made while the object is, or belongs to another class."""
    function = file.function(node)
    if getattr(function, "name", "") in ("__init__", "__post_init__"):
        return True
    return owner is not None and file.enclosing(node, ast.ClassDef) is not owner
