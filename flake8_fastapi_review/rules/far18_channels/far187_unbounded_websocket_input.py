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

_PARSING = ("json.loads", "orjson.loads", "ujson.loads")
_RECEIVING = ("receive_json", "receive_text", "receive_bytes")
_MISSING = frozenset(("KeyError", "LookupError", "Exception", "BaseException", "TypeError"))


class UnboundedWebsocketInput(Rule):
    """A message of a websocket is used as if it had the form that is expected.

    FastAPI checks bodies and parameters against their models, but a message of a websocket is whatever the client
    sends: another type, a missing key, a list of a million entries. `message["room"]` raises then, and closes the
    connection with an error that looks like one of the server. Read it with a model that says types and lengths.

    Bad:

        from fastapi import FastAPI, WebSocket, WebSocketDisconnect

        app = FastAPI()

        @app.websocket("/rooms")
        async def rooms(websocket: WebSocket) -> None:
            await websocket.accept()
            try:
                while True:
                    message = await websocket.receive_json()
                    await websocket.send_text(message["room"])
            except WebSocketDisconnect:
                pass

    Good:

        from fastapi import FastAPI, WebSocket, WebSocketDisconnect
        from pydantic import BaseModel, Field

        app = FastAPI()

        class Message(BaseModel):
            room: str = Field(max_length=100)

        @app.websocket("/rooms")
        async def rooms(websocket: WebSocket) -> None:
            await websocket.accept()
            try:
                while True:
                    message = Message.model_validate_json(await websocket.receive_text())
                    await websocket.send_text(message.room)
            except WebSocketDisconnect:
                pass
    """

    code = "FAR187"
    severity = Severity.SUGGESTION
    message = "`{use}` takes it for granted what a client sends: read the message with a model"
    markers = (("websocket", "WebSocket"), ("receive_json(", "iter_json(", "loads("))

    def check(self, file: File) -> Iterator[Violation]:
        for function in websocket_routes(file):
            for node in file.within(function, ast.Assign, ast.AnnAssign, ast.AsyncFor):
                match node:
                    case ast.AsyncFor(target=ast.Name(id=name), iter=value):
                        pass
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        pass
                    case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                        pass
                    case _:
                        continue
                if _is_received(file, value) and (use := _taken_for_granted(file, function, name)) is not None:
                    yield self.at(use, use=ast.unparse(use))


def _is_received(file: File, value: ast.expr) -> bool:
    """Whether a value is a message, read as JSON."""
    match value:
        case ast.Await(value=ast.Call(func=ast.Attribute(value=socket, attr="receive_json"))):
            return bool(file.is_a(socket, *file.group("websocket")))
        case ast.Call(func=ast.Attribute(value=socket, attr="iter_json"), args=[]):
            return bool(file.is_a(socket, *file.group("websocket")))
        case ast.Call(func=called, args=[text]) if file.is_named(called, *_PARSING):
            loops = file.binding_nodes(text) if isinstance(text, ast.Name) else []
            return any(_is_text(file, each) for each in (*file.values(text), *loops))
    return False


def _is_text(file: File, value: ast.AST) -> bool:
    match value:
        case ast.Await(value=ast.Call(func=ast.Attribute(value=socket, attr=method))) if method in _RECEIVING:
            return bool(file.is_a(socket, *file.group("websocket")))
        case ast.Call(func=ast.Attribute(value=socket, attr="iter_text" | "iter_bytes"), args=[]):
            return bool(file.is_a(socket, *file.group("websocket")))
    return False


def _taken_for_granted(file: File, function: ast.AsyncFunctionDef, name: str) -> ast.Subscript | None:
    """The first `message["key"]`, unless something looks at the message as a whole, or a missing key is handled."""
    first: ast.Subscript | None = None
    for use in file.within(function, ast.Name):
        if use.id != name or not isinstance(use.ctx, ast.Load):
            continue
        parent = file.parent(use)
        match parent:
            case ast.Subscript(value=held, slice=ast.Constant(value=str())) if held is use:
                if _is_handled(file, parent, function):
                    return None
                first = first or parent
            case ast.Attribute(attr="get"):
                continue
            case _:
                return None
    return first


def _is_handled(file: File, use: ast.AST, function: ast.AST) -> bool:
    for ancestor in file.ancestors(use):
        if ancestor is function:
            return False
        if isinstance(ancestor, ast.Try) and any(use in file.within([each], ast.Subscript) for each in ancestor.body):
            for handler in ancestor.handlers:
                names = {(file.name_of(kind) or "").rpartition(".")[2] for kind in caught(handler)}
                if handler.type is None or names & _MISSING:
                    return True
    return False
