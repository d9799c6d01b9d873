from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .registration import registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
    from .registration import Registered

_SESSIONS = (
    "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlmodel.Session",
    "sqlmodel.ext.asyncio.session.AsyncSession",
)
_CHANGES = tuple(f"{session}.{method}" for session in _SESSIONS for method in ("add", "add_all", "delete", "merge"))
_KEEPS = tuple(f"{session}.commit" for session in _SESSIONS)
_EXECUTES = tuple(f"{session}.{method}" for session in _SESSIONS for method in ("execute", "exec", "scalar", "scalars"))
_STATEMENTS = tuple(f"sqlalchemy.{name}" for name in ("insert", "update", "delete"))
_LONG = 60
_BY_LINK = re.compile(
    r"(?i)(callback|oauth|oidc|saml|sso|login|logout|sign|auth|verif|confirm|activat|unsubscribe|invit|accept|redirect|"
    r"webhook|track|pixel|click|download|refresh|sync|health)"
)
"""Paths that a browser follows as a link or another service calls, where GET is not the project's choice."""
_RECORDS = re.compile(
    r"(?i)(log|audit|history|visit|(?<!re)view|access|usage|metric|stat|event|cache|session|token|last_|seen)"
)
"""Things that are written down because something was read."""


class MethodSemantics(Rule):
    """A GET or HEAD route changes the state of the database.

    GET is safe by definition: browsers prefetch links, crawlers follow them, proxies repeat and cache them, and no
    protection against forged requests looks at them. A link in a mail is enough to delete what it names.

    What is written because something was read (logs, statistics, caches), and links that people follow out of a mail or
    another service's page (confirmations, callbacks) are left alone.

    Bad:

        from fastapi import Depends, FastAPI
        from sqlalchemy.orm import Session

        from app.db import get_session
        from app.models import Book

        app = FastAPI()

        @app.get("/books/{book_id}/remove")
        def remove_book(book_id: int, session: Session = Depends(get_session)) -> None:
            book = session.get(Book, book_id)
            session.delete(book)
            session.commit()

    Good:

        from fastapi import Depends, FastAPI
        from sqlalchemy.orm import Session

        from app.db import get_session
        from app.models import Book

        app = FastAPI()

        @app.delete("/books/{book_id}", status_code=204)
        def remove_book(book_id: int, session: Session = Depends(get_session)) -> None:
            book = session.get(Book, book_id)
            session.delete(book)
            session.commit()
    """

    code = "FAR082"
    severity = Severity.WARNING
    message = "`{route}` changes the database ({how}): GET is prefetched, repeated and cached; use {instead}"
    markers = (("fastapi", "outer", "app"), (".get(", ".head(", "api_route("))

    def check(self, file: File) -> Iterator[Violation]:
        for route in registered(file):
            if not route.methods or not set(route.methods) <= {"GET", "HEAD"} or _by_link(route):
                continue
            found = _change(file, route)
            if found is not None:
                how, instead = found
                yield self.at(route.decorator, route=route.spoken, how=how, instead=instead)


def _by_link(route: Registered) -> bool:
    words = f"{route.path or ''} {route.function.name}"
    return bool(_BY_LINK.search(words))


def _change(file: File, route: Registered) -> tuple[str, str] | None:
    """What the function changes in the database and keeps, and the method for that."""
    calls = file.within(route.function, ast.Call)
    if not any(file.is_named(each.func, *_KEEPS) for each in calls):
        return None
    for call in calls:
        method = _method(file, call)
        if method is not None and not _under_condition(file, call, route.function):
            text = ast.unparse(call)
            return f"`{text if len(text) <= _LONG else ast.unparse(call.func) + '(…)'}`", f"`{method}`"
    return None


def _method(file: File, call: ast.Call) -> str | None:
    """The method that stands for what a call changes; None for reading, and for keeping records of it."""
    if not call.args:
        return None
    given = call.args[0]
    if file.is_named(call.func, *_CHANGES):
        cls = (file.type_of(given) or "").rpartition(".")[2]
        if _RECORDS.search(f"{cls} {getattr(given, 'id', '')}"):
            return None
        return "DELETE" if isinstance(call.func, ast.Attribute) and call.func.attr == "delete" else "POST"
    if file.is_named(call.func, *_EXECUTES):
        for value in file.values(given):
            made = _innermost(value)
            if made is not None and file.is_named(made.func, *_STATEMENTS) and not _RECORDS.search(ast.unparse(value)):
                word = (file.name_of(made.func) or "").rpartition(".")[2]
                return {"delete": "DELETE", "update": "PATCH"}.get(word, "POST")
    return None


def _innermost(value: ast.AST) -> ast.Call | None:
    """Of `update(Book).where(…).values(…)` the call of `update`."""
    made = None
    while isinstance(value, (ast.Call, ast.Attribute)):
        made = value if isinstance(value, ast.Call) else made
        value = value.func if isinstance(value, ast.Call) else value.value
    return made


def _under_condition(file: File, call: ast.Call, function: ast.AST) -> bool:
    """Whether the change is the exception: what is created when it is missing, what is cleaned up on the way."""
    for ancestor in file.ancestors(call):
        if ancestor is function:
            return False
        if isinstance(ancestor, (ast.If, ast.ExceptHandler, ast.For, ast.AsyncFor, ast.While)):
            return True
    return False
