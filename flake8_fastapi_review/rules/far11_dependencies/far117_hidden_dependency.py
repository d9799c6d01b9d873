"""FAR117 hidden-dependency."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GIVING = frozenset("get provide provider make create build new inject dep dependency depends a the current".split())


class HiddenDependency(Rule):
    """A route builds a service, repository or client itself, which others take as a dependency.

    Nothing in its signature says that it needs one, so a test that overrides the dependency does not reach this route,
    and what the dependency learns about its configuration this one does not. With `always`, classes that no dependency
    gives are reported, too: there it is a matter of taste.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI

        app = FastAPI()

        class OrderService: ...

        @app.get("/orders")
        def list_orders(orders: Annotated[OrderService, Depends()]):
            return orders.all()

        @app.delete("/orders")
        def remove_orders():
            OrderService().clear()

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI

        app = FastAPI()

        class OrderService: ...

        @app.get("/orders")
        def list_orders(orders: Annotated[OrderService, Depends()]):
            return orders.all()

        @app.delete("/orders")
        def remove_orders(orders: Annotated[OrderService, Depends()]):
            orders.clear()
    """

    code = "FAR117"
    severity = Severity.SUGGESTION
    message = (
        "`{route}` builds a `{cls}` itself, which tests cannot replace: take it as a dependency, "
        "`Annotated[{cls}, Depends({provider})]`{others}"
    )
    markers = (("Service", "Repository", "Repo", "Client", "Gateway", "Adapter", "Storage", "UseCase"), ("@",))

    suffixes: frozenset[str] = option(
        frozenset({"Service", "Repository", "Repo", "Client", "Gateway", "Adapter", "Storage", "UseCase"}),
        "What the names of classes end in that a route should not build.",
    )
    always: bool = option(False, "Report classes too that no dependency of the project gives.")

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
                provider = file.provider_of(definition)
                cls = definition.qualname.rpartition(".")[2]
                if not self.always and (
                    provider is None
                    or not _is_for_all(provider, cls)
                    or not _can_move(file, route.function, call, told)
                ):
                    continue
                told.add(call)
                if any(outer in told for outer in file.ancestors(call)):
                    continue  # it goes with what it is built for
                yield self.at(
                    call,
                    route=route.function.name,
                    cls=cls,
                    provider="…" if provider is None else "" if provider == cls else provider,
                    others="" if provider is None else ", as others do",
                )


def _is_data(file: File, cls: ast.expr) -> bool:
    """Whether a class is a model of data that happens to be called a client or a storage."""
    if file.is_subclass(cls, *file.group("data-model")):
        return True
    return file.class_value(cls, "__tablename__") is not file.UNKNOWN


def _is_for_all(provider: str, cls: str) -> bool:
    """Whether a dependency is named after a class and nothing else: `get_report_client` is for reports, whatever class
    of a client it gives."""
    words, own = (re.findall(r"[a-z0-9]+", _CAMEL.sub("_", name).lower()) for name in (provider, cls))
    return all(word in _GIVING or any(word.startswith(part) for part in own) for word in words)


def _can_move(file: File, function: ast.AST, call: ast.Call, told: set[ast.AST]) -> bool:
    """Whether a class is given nothing but what a dependency could have, too: what is injected, what the module knows,
    and what could be a dependency itself."""
    return all(
        file.parameter_source(function, name.id) in ("depends", "special")
        or file.is_bound_globally(name)
        or any(value in told for value in file.values(name))
        for name in file.within(call, ast.Name)
    )


def _ends(name: str, suffixes: frozenset[str]) -> bool:
    return re.search(f"(?:{'|'.join(map(re.escape, sorted(suffixes)))})$", name) is not None
