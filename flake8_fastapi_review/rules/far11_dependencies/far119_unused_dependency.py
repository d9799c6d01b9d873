"""FAR119 unused-dependency."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class UnusedDependency(Rule):
    """A parameter is injected and never read, and its dependency does nothing else.

    The dependency runs for each request: a session is opened, a service is built, and nobody uses it. Readers look for
    the effect that it must have. A dependency that is wanted for its effect (it refuses, records or sets something)
    belongs in the decorator: `dependencies=[Depends(verify)]`; such ones are not reported.

    Bad:

        from fastapi import Depends, FastAPI

        app = FastAPI()

        def get_settings():
            return {"currency": "EUR"}

        @app.get("/health")
        def health(settings=Depends(get_settings)):
            return {"status": "ok"}

    Good:

        from fastapi import Depends, FastAPI, Header, HTTPException

        app = FastAPI()

        def verify(x_key: str = Header()):
            if x_key != "…":
                raise HTTPException(401, detail="Wrong key")

        @app.get("/health", dependencies=[Depends(verify)])
        def health():
            return {"status": "ok"}
    """

    code = "FAR119"
    severity = Severity.SUGGESTION
    message = (
        "`{parameter}` is injected and never read, and `{name}` does nothing else: leave it out; "
        "one that is wanted for an effect goes in `dependencies=[Depends({name})]`"
    )
    markers = (("Depends", "Dep", "fastapi"), ("@", "Depends"))

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if not _is_plain(file, function):
                continue
            for each in file.injected(function):
                name = each.parameter.arg
                if each.called is None or not each.is_fixed or name.startswith("_"):
                    continue
                if file.is_read(name, each.parameter) or _reads_all(file, function):
                    continue
                if file.is_harmless(each.called):
                    yield self.at(each.parameter, parameter=name, name=each.called.qualname)


def _is_plain(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A function with a body of its own, which no decorator calls in a way of its own."""
    body = [
        statement
        for statement in function.body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
    if not body or all(isinstance(statement, (ast.Pass, ast.Raise)) for statement in body):
        return False
    kinds = [file.registers_as(decorator) for decorator in function.decorator_list]
    return all(kind in ("route", "websocket") for kind in kinds)


def _reads_all(file: File, function: ast.AST) -> bool:
    return any(
        isinstance(call.func, ast.Name) and call.func.id in ("locals", "vars", "eval", "exec")
        for call in file.within(function, ast.Call)
    )
