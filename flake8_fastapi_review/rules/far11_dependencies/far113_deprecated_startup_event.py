"""FAR113 deprecated-startup-event."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_APPLICATIONS = (
    "fastapi.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette", "starlette.routing.Router",
)  # fmt: skip
_METHODS = tuple(f"{cls}.{method}" for cls in _APPLICATIONS for method in ("on_event", "add_event_handler"))
_RECEIVER = re.compile(r"(?:^|_)(?:app|application|router|api)$")
_KEYWORDS = ("on_startup", "on_shutdown")


class DeprecatedStartupEvent(Rule):
    """Start-up and shutdown are handled by `on_event`, `add_event_handler` or `on_startup=` instead of by a lifespan.

    They are deprecated, and gone in Starlette 1.0. What is opened in one function and closed in another has to go
    through a global variable, and when the start-up fails half-way nothing is closed. As soon as the application gets a
    `lifespan`, none of these handlers is called any more, without a word.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.on_event("startup")
        async def connect():
            app.state.pool = await open_pool()

        @app.on_event("shutdown")
        async def disconnect():
            await app.state.pool.close()

    Good:

        from contextlib import asynccontextmanager

        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            async with open_pool() as pool:
                app.state.pool = pool
                yield

        app = FastAPI(lifespan=lifespan)
    """

    code = "FAR113"
    severity = Severity.WARNING
    message = "`{name}` is deprecated{ignored}: open and close around the `yield` of a `lifespan` function"
    markers = (("on_event", "add_event_handler", *_KEYWORDS),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if (events := _appended(file, call)) is not None:
                yield self.at(call, name=f"{events}.append", ignored="")
                continue
            if isinstance(call.func, ast.Name) and file.is_named(call.func, *_METHODS):
                yield self.at(call, name=call.func.id, ignored="")
                continue
            if isinstance(call.func, ast.Attribute) and (file.is_named(call.func, *_METHODS) or _decorates(file, call)):
                if call.func.attr == "add_event_handler" and not _is_event(file, call):
                    continue
                ignored = (
                    " and never runs, as the application has a lifespan" if _has_lifespan(file, call.func.value) else ""
                )
                yield self.at(call, name=call.func.attr, ignored=ignored)
                continue
            given = [keyword for keyword in call.keywords if keyword.arg in _KEYWORDS and not _is_empty(keyword.value)]
            if given and file.is_subclass(call.func, *_APPLICATIONS):
                ignored = ", and ignored beside `lifespan=`" if _given_lifespan(call) else ""
                yield self.at(given[0], name=f"{given[0].arg}=", ignored=ignored)


def _appended(file: File, call: ast.Call) -> str | None:
    """`app.router.on_startup.append(open_pool)`: the list that is appended to."""
    match call.func:
        case ast.Attribute(value=ast.Attribute(value=router, attr="on_startup" | "on_shutdown" as name), attr="append"):
            return name if file.is_a(router, *_APPLICATIONS) or file.type_of(router) in _APPLICATIONS else None
    return None


def _decorates(file: File, call: ast.Call) -> bool:
    """`@app.on_event("startup")` on a parameter without a type: no other library's decorator is written so."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name) as receiver, attr="on_event"),
            args=[ast.Constant(value="startup" | "shutdown")],
        ):
            known = file.name_of(call.func) is not None or file.type_of(receiver) is not None
            return not known and _RECEIVER.search(name) is not None and "fastapi" in file.text.lower()
    return False


def _is_event(file: File, call: ast.Call) -> bool:
    event = file.argument(call, 0, "event_type")
    return event is not None and file.value_of(event) in ("startup", "shutdown")


def _is_empty(value: ast.expr) -> bool:
    return (is_none(value)) or (isinstance(value, (ast.List, ast.Tuple)) and not value.elts)


def _given_lifespan(call: ast.Call) -> bool:
    return any(keyword.arg == "lifespan" and not _is_empty(keyword.value) for keyword in call.keywords)


def _has_lifespan(file: File, application: ast.expr) -> bool:
    made = [value for value in file.values(application) if isinstance(value, ast.Call)]
    return len(made) == 1 and file.is_subclass(made[0].func, *_APPLICATIONS) is True and _given_lifespan(made[0])
