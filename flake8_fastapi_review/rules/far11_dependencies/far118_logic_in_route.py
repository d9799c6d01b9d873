"""FAR118 logic-in-route."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_STATEMENTS = tuple(
    f"{cls}.{method}"
    for cls in ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
    for method in (
        "execute",
        "scalar",
        "scalars",
        "query",
        "get",
        "get_one",
        "add",
        "add_all",
        "delete",
        "merge",
        "exec",
    )
)


class LogicInRoute(Rule):
    """A route talks to the database in a project that has a layer of services or repositories for it.

    What stands in a route cannot be used by another route, a job or a command, and is tested through HTTP only. Off by
    default: where the line runs is a decision of the project.

    Bad:

        # services.py: this layer holds the queries of the other routes
        from fastapi import APIRouter
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from .services import orders

        router = APIRouter()

        @router.get("/orders")
        def list_orders(session: Session):
            return session.scalars(select(orders.Order)).all()

    Good:

        from fastapi import APIRouter
        from sqlalchemy.orm import Session
        from .services import orders

        router = APIRouter()

        @router.get("/orders")
        def list_orders(session: Session):
            return orders.newest(session)
    """

    code = "FAR118"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = (
        "`{route}` talks to the database itself (`{call}`), while the project has a layer for that: move it "
        "to `{layer}`"
    )
    markers = (("@",), ("session", "Session", "db"))

    layers: frozenset[str] = option(
        frozenset({"services", "service", "repositories", "repository", "crud", "dal", "usecases", "use_cases"}),
        "Folders and modules that hold what routes should call instead.",
    )

    def check(self, file: File) -> Iterator[Violation]:
        told: set[ast.AST] = set()
        for route in file.routes:
            if route.function in told:
                continue
            told.add(route.function)
            call = next(
                (call for call in file.within(route.function, ast.Call) if file.is_named(call.func, *_STATEMENTS)), None
            )
            layer = _layer(file, self.layers) if call is not None else None
            if call is not None and layer is not None:
                yield self.at(call, route=route.function.name, call=file.source(call.func), layer=layer)


def _layer(file: File, layers: frozenset[str]) -> str | None:
    """The layer's name: what the file imports of one, or the project's."""
    imported = {part for node in file.nodes(ast.ImportFrom) for part in (node.module or "").split(".")}
    return min(layers & imported, default=None) or file.layer(layers)
