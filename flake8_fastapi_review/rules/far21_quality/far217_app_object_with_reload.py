from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_APPLICATIONS = ("fastapi.FastAPI", "starlette.applications.Starlette", "starlette.routing.Router")


class AppObjectWithReload(Rule):
    """`uvicorn.run` gets an application object together with `reload` or `workers`.

    Both start further processes, which can import an application but cannot be handed an object. Uvicorn says so and
    ends: "You must pass the application as an import string to enable 'reload' or 'workers'." A `reload` that depends
    on something counts: the day it is switched on nothing starts.

    Bad:

        import uvicorn
        from fastapi import FastAPI

        app = FastAPI()

        if __name__ == "__main__":
            uvicorn.run(app, port=8000, workers=4)

    Good:

        import uvicorn
        from fastapi import FastAPI

        app = FastAPI()

        if __name__ == "__main__":
            uvicorn.run("main:app", port=8000, workers=4)
    """

    code = "FAR217"
    severity = Severity.WARNING
    roles = ("app", "script", "example")
    message = "`{argument}` needs an import string: with an object, {app}, uvicorn refuses to start: pass {instead}"
    markers = (("uvicorn",), ("reload", "workers"))

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.calls_to("uvicorn.run"):
            app = file.argument(call, 0, "app")
            if app is None or not file.is_a(app, *_APPLICATIONS):
                continue
            for argument, value in file.keywords(call) or [(each.arg or "", each.value) for each in call.keywords]:
                if _asks_for_processes(file, argument, value):
                    name = app.id if isinstance(app, ast.Name) else "app"
                    yield self.at(
                        app,
                        argument=f"{argument}={ast.unparse(value)}",
                        app=f"`{name}`",
                        instead=f'`"module:{name}"`',
                    )
                    break


def _asks_for_processes(file: File, argument: str, given: ast.expr) -> bool:
    """Whether an argument asks for processes, always or where something that is not known here says so."""
    value = file.value_of(given)
    if argument == "reload":
        return value is True or (value is file.UNKNOWN and not _is_told_apart(file, given))
    return argument == "workers" and isinstance(value, int) and not isinstance(value, bool) and value > 1


def _is_told_apart(file: File, given: ast.expr) -> bool:
    """Whether the same condition may decide what is run: `app if not reload else "shop.main:app"`."""
    names = {each.id for each in file.within(given, ast.Name)} | {ast.unparse(given)}
    return any(
        isinstance(each, (ast.If, ast.IfExp)) and any(name in ast.unparse(each.test) for name in names)
        for each in file.ancestors(given)
    )
