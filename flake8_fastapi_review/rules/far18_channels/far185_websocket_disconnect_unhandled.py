from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...handlers import caught
from ...rule import Rule, Severity
from .channels import websocket_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_RECEIVING = ("receive_text", "receive_bytes", "receive_json")
_DISCONNECTS = frozenset(("WebSocketDisconnect", "Exception", "BaseException"))
_SUPPRESSING = ("contextlib.suppress", "anyio.create_task_group")


class WebsocketDisconnectUnhandled(Rule):
    """A websocket's loop does not expect that the other side leaves.

    Every client leaves some day: `receive_text()` raises `WebSocketDisconnect` then. Where nobody handles it, what
    stands behind the loop never runs (the connection stays in the list of those to send to), and each closed tab is an
    error with a traceback in the log. Handle it around the loop, or use `async for text in websocket.iter_text()`,
    which ends.

    Loops in functions that routes call are looked at, too: one of the callers has to expect it.

    Bad:

        from fastapi import FastAPI, WebSocket

        app = FastAPI()

        @app.websocket("/echo")
        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            while True:
                await websocket.send_text(await websocket.receive_text())

    Good:

        from fastapi import FastAPI, WebSocket, WebSocketDisconnect

        app = FastAPI()

        @app.websocket("/echo")
        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            try:
                while True:
                    await websocket.send_text(await websocket.receive_text())
            except WebSocketDisconnect:
                pass
    """

    code = "FAR185"
    severity = Severity.WARNING
    message = "`{call}` raises `WebSocketDisconnect` when the client leaves, which `{function}` does not handle"
    markers = (("websocket", "WebSocket"), tuple(f".{name}(" for name in _RECEIVING))

    def check(self, file: File) -> Iterator[Violation]:
        routes = set(websocket_routes(file))
        for function in file.nodes(ast.AsyncFunctionDef):
            told: set[ast.AST] = set()
            for call in file.within(function, ast.Call):
                match call.func:
                    case ast.Attribute(value=receiver, attr=method) if method in _RECEIVING:
                        pass
                    case _:
                        continue
                loop = _loop(file, call, function)
                if loop is None or loop in told or not file.is_a(receiver, *file.group("websocket")):
                    continue
                if _is_handled(file, call, function):
                    continue
                chain = () if function in routes else file.unhandled(call, "starlette.websockets.WebSocketDisconnect")
                if function in routes or (chain is not None and len(chain) > 1):
                    told.add(loop)
                    name = chain[-1].message.split("`")[1] if chain else function.name
                    yield self.at(call, call=ast.unparse(call.func), function=name, related=tuple(chain or ())[1:])


def _loop(file: File, call: ast.Call, function: ast.AST) -> ast.AST | None:
    """The loop in the function that receives again and again."""
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return None
        if isinstance(ancestor, (ast.While, ast.For, ast.AsyncFor)):
            return ancestor
    return None


def _is_handled(file: File, call: ast.Call, function: ast.AST) -> bool:
    inner: ast.AST = call
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return False
        match ancestor:
            case ast.Try(body=body, handlers=handlers) if any(inner is each for each in body):
                if any(_expects(file, handler) for handler in handlers):
                    return True
            case ast.With(items=items) | ast.AsyncWith(items=items):
                if not all(_lets_through(file, item.context_expr) for item in items):
                    return True
            case ast.AST() if type(ancestor).__name__ == "TryStar":
                return True
        inner = ancestor
    return False


def _expects(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches the disconnection, or something that is not known."""
    for kind in caught(handler):
        name = file.name_of(kind)
        if name is None or name.rpartition(".")[2] in _DISCONNECTS:
            return True
    return handler.type is None


def _lets_through(file: File, manager: ast.expr) -> bool:
    """Whether an exception surely leaves the block of a context manager: those of the project may stop it."""
    if isinstance(manager, ast.Call) and file.is_named(manager.func, *_SUPPRESSING):
        return False
    return file.definition_of(manager.func if isinstance(manager, ast.Call) else manager) is None
