"""FAR117 hidden-dependency."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class HiddenDependency(Rule):
    """A route builds a service, repository or client itself.

    Nothing in its signature says that it needs one, so tests have to patch modules instead of overriding a dependency,
    and each route decides anew how the thing is configured. Off by default: a matter of taste in small applications.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        class OrderService: ...

        @app.get("/orders")
        def list_orders():
            return OrderService().all()

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI

        app = FastAPI()

        class OrderService: ...

        @app.get("/orders")
        def list_orders(orders: Annotated[OrderService, Depends()]):
            return orders.all()
    """

    code = "FAR117"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = (
        "`{route}` builds a `{cls}` itself, which tests cannot replace: take it as a dependency, "
        "`Annotated[{cls}, Depends(…)]`"
    )
    markers = (("Service", "Repository", "Repo", "Client", "Gateway", "Adapter", "Storage", "UseCase"), ("@",))

    suffixes: frozenset[str] = option(
        frozenset({"Service", "Repository", "Repo", "Client", "Gateway", "Adapter", "Storage", "UseCase"}),
        "What the names of classes end in that a route should not build.",
    )

    def check(self, file: File) -> Iterator[Violation]:
        told: set[ast.AST] = set()
        for route in file.routes:
            for call in file.within(route.function, ast.Call):
                if call in told:
                    continue
                definition = file.definition_of(call.func)
                if definition is None or not definition.is_class or not _ends(definition.qualname, self.suffixes):
                    continue
                if _is_data(file, call.func):
                    continue
                told.add(call)
                yield self.at(call, route=route.function.name, cls=definition.qualname.rpartition(".")[2])


def _is_data(file: File, cls: ast.expr) -> bool:
    """Whether a class is a model of data that happens to be called a client or a storage."""
    if file.is_subclass(cls, *file.group("data-model")):
        return True
    return file.class_value(cls, "__tablename__") is not file.UNKNOWN


def _ends(name: str, suffixes: frozenset[str]) -> bool:
    return re.search(f"(?:{'|'.join(map(re.escape, sorted(suffixes)))})$", name) is not None
