from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from .routes import CHANGING, endpoints, is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PROTECTED = 2
_FOR_ADMINISTRATORS = re.compile(r"(?i)admin|super_?user|staff|operator")
"""Guards of what only few may do: that they are there says nothing of what everybody may."""


class WebsocketWithoutAuth(Rule):
    """A websocket is accepted from everybody in an application whose routes require a user.

    Browsers open websockets to any host without asking it first and send their cookies along, and middlewares made of
    `BaseHTTPMiddleware` never see them: what protects the routes does not protect the socket. A dependency does, if it
    takes an `HTTPConnection` or `WebSocket`, and so does a check before `accept()`. Silent where the routes beside it,
    some of which change something, let everybody in, too.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI, WebSocket
        from fastapi.security import OAuth2PasswordBearer

        app = FastAPI()
        Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]

        @app.get("/orders")
        def list_orders(token: Token): ...

        @app.websocket("/orders/events")
        async def order_events(websocket: WebSocket):
            await websocket.accept()
            await websocket.send_json({"order": 1})

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI, WebSocket, WebSocketException
        from fastapi.security import OAuth2PasswordBearer

        app = FastAPI()
        Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]

        def get_socket_user(websocket: WebSocket) -> str:
            user = websocket.session.get("user")
            if user is None:
                raise WebSocketException(code=1008)
            return user

        @app.get("/orders")
        def list_orders(token: Token): ...

        @app.websocket("/orders/events")
        async def order_events(websocket: WebSocket, user: Annotated[str, Depends(get_socket_user)]):
            await websocket.accept()
            await websocket.send_json({"order": 1})

    Exploit:

        $ websocat wss://shop.example/orders/events
        {"order": 1}
    """

    code = "FAR059"
    severity = Severity.WARNING
    cwe = 1385
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N"
    message = (
        "websocket `{path}` accepts everybody, while `{other}` requires `{guard}`: check the user before `accept()`"
    )
    markers = (("websocket", "WebSocket"),)

    public: frozenset[str] = option(
        frozenset(), "Paths, with `*` for anything, of websockets that are open on purpose."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in endpoints(file):
            sockets = [row for row in endpoint.rows if row.kind == "websocket"]
            if not sockets or any(is_public(row, self.public) or file.protection(row).level for row in sockets):
                continue
            row = sockets[0]
            near = [
                other for other in file.siblings(row) if other.line != row.line and not is_public(other, self.public)
            ]
            if any(other.method in CHANGING for other in near) and not any(file.protection(other).by for other in near):
                # Whoever may send here may listen: open on purpose, or a matter of the whole router.
                continue
            beside = [*near, *file.siblings(row, everywhere=True)]
            guarded = next(
                (
                    (other, found.by)
                    for other in beside
                    if (found := file.protection(other)).level == _PROTECTED
                    and found.by
                    and not _FOR_ADMINISTRATORS.search(found.by)
                ),
                None,
            )
            if guarded is None:
                continue
            other, guard = guarded
            related = [Related(other.file, other.line, f"`{other.method} {other.path}` requires `{guard}`")]
            yield self.at(
                endpoint.function, path=row.path, other=f"{other.method} {other.path}", guard=guard, related=related
            )
