from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class OversizedModule(Rule):
    """A module holds more routes than one reads.

    Forty routes in a file are a dozen subjects, and every change of one meets those of all others. `APIRouter` cuts
    them by subject. The module that creates the application is reported sooner, since everything imports it. Off by
    default: how much is too much is for a project to say, with `routes` and `app_routes`.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/1")
        def first() -> int: return 1

        @app.get("/2")
        def second() -> int: return 2

        @app.get("/3")
        def third() -> int: return 3

        @app.get("/4")
        def fourth() -> int: return 4

        @app.get("/5")
        def fifth() -> int: return 5

        @app.get("/6")
        def sixth() -> int: return 6

        @app.get("/7")
        def seventh() -> int: return 7

        @app.get("/8")
        def eighth() -> int: return 8

        @app.get("/9")
        def ninth() -> int: return 9

        @app.get("/10")
        def tenth() -> int: return 10

        @app.get("/11")
        def eleventh() -> int: return 11

    Good:

        from fastapi import FastAPI

        from shop.routers import books, orders

        app = FastAPI()
        app.include_router(books.router)
        app.include_router(orders.router)
    """

    code = "FAR214"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "this module has {count} routes{place}: move them into routers by subject"
    markers = (("fastapi",), (".get(", ".post(", ".put(", ".delete(", ".patch(", "route("))

    routes: int = option(30, "Number of routes from which a module is reported.")
    app_routes: int = option(10, "The same of a module that creates the application.")

    def check(self, file: File) -> Iterator[Violation]:
        functions = {route.function for route in file.routes}
        creates = any(file.function(call) is None for call in file.calls_to("fastapi.FastAPI"))
        limit = self.app_routes if creates else self.routes
        if len(functions) <= limit:
            return
        first = min(functions, key=lambda each: each.lineno)
        place = ", and creates the application" if creates else ""
        yield self.at(first, count=len(functions), place=place)
