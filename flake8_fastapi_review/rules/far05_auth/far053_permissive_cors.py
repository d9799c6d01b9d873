from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...rule import Rule, Severity
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ASKING = re.compile(r"(?i)auth|login|bearer|jwt|token|api_?key")
"""What middlewares that ask who is calling are called."""
_CORS = ("starlette.middleware.cors.CORSMiddleware",)
_STRANGERS = ("https://evil.example", "http://evil.example:8080")
_ALLOWED = "access-control-allow-origin"
_WITH_CREDENTIALS = "access-control-allow-credentials"
_PROTECTED = 2
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class PermissiveCors(Rule):
    """Scripts of every website may read what the application answers to its visitors.

    With credentials, Starlette answers a wildcard by naming the very origin that asks, so any page that a logged-in
    user opens can call the API in his name and read the answers. Without credentials a wildcard still opens an
    application that asks nobody who he is, such as one that only listens on a developer's machine or inside a network;
    that is a warning, and silent where routes require a user or where `allow_credentials=False` says that the wildcard
    is meant. Open data, which asks nobody and allows methods of reading only, is left alone. Lists,
    settings and their defaults are followed.

    Bad:

        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

    Good:

        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)

    Exploit:

        $ curl -si -H "Origin: https://evil.example" -H "Cookie: session=1" https://shop.example/orders | grep -i allow
        access-control-allow-origin: https://evil.example
        access-control-allow-credentials: true
    """

    code = "FAR053"
    severity = Severity.BLOCKER
    cwe = 942
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N"
    message = "`{origins}` lets the pages of every website {harm}: list the origins that may"
    markers = (("CORSMiddleware", "ccess-control-allow-origin", "ccess-Control-Allow-Origin"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if self._adds_cors(file, call):
                yield from self._middleware(file, call)
        for assignment in file.nodes(ast.Assign):
            yield from self._reflection(file, assignment)

    def _adds_cors(self, file: File, call: ast.Call) -> bool:
        """`app.add_middleware(CORSMiddleware, …)` or `Middleware(CORSMiddleware, …)`."""
        name = last_name(call.func)
        if name not in ("add_middleware", "Middleware"):
            return False
        given = (
            file.argument(call, 0, "middleware_class")
            or file.argument(call, -1, "cls")
            or file.argument(call, -1, "middleware")
        )
        return given is not None and file.is_named(given, *_CORS)

    def _middleware(self, file: File, call: ast.Call) -> Iterator[Violation]:
        for values in self._values(file, call):
            shown = self._wildcard(values)
            if shown is None:
                continue
            where = next(
                (
                    k.value
                    for k in call.keywords
                    if k.arg in ("allow_origins", "allow_origin_regex") and k.arg == shown.partition("=")[0]
                ),
                call,
            )
            if self._is_for_reading(values) and file.routes_behind(call) and self._asks_nobody(file, call):
                return
            if values.get("allow_credentials") is True:
                yield self.at(
                    where, origins=shown, harm="call the API in the name of whoever is logged in and read the answers"
                )
                return
            if values.get("allow_credentials") is not False and self._asks_nobody(file, call):
                yield self.at(
                    where,
                    severity=Severity.WARNING,
                    origins=shown,
                    harm="call the API, which asks nobody who he is, and read the answers",
                )
            return

    def _values(self, file: File, call: ast.Call) -> Iterator[dict[str, Any]]:
        """The arguments as they are written, then as the application is assembled, the laxest first."""
        local = {k.arg: value for k in call.keywords if k.arg and (value := file.value_of(k.value)) is not file.UNKNOWN}
        yield local
        if any(not isinstance(k.value, (ast.Constant, ast.List, ast.Tuple)) for k in call.keywords):
            assembled = [local | found for found in file.middleware_values(call)]
            yield from sorted(assembled, key=lambda found: found.get("allow_credentials") is not True)

    def _wildcard(self, values: dict[str, Any]) -> str | None:
        """What allows every origin, as text."""
        origins = values.get("allow_origins")
        if isinstance(origins, (list, tuple, set, str)) and "*" in origins:
            return "allow_origins=" + ('["*"]' if len(origins) == 1 or isinstance(origins, str) else '["*", …]')
        pattern = values.get("allow_origin_regex")
        if isinstance(pattern, str) and len(pattern) < 200:
            try:
                if all(re.fullmatch(pattern, origin) for origin in _STRANGERS[:1]):
                    return f'allow_origin_regex="{pattern}"'
            except re.error:
                return None
        return None

    @staticmethod
    def _is_for_reading(values: dict[str, Any]) -> bool:
        """Whether the methods that scripts may use are said to be those of reading: open data."""
        methods = values.get("allow_methods")
        return isinstance(methods, (list, tuple, set)) and bool(methods) and _READING.issuperset(methods)

    def _asks_nobody(self, file: File, call: ast.Call) -> bool:
        rows = file.routes_behind(call)
        if not rows and "include_router" in file.text:
            return False
        if any(
            last_name(other.func) == "add_middleware" and other.args and _ASKING.search(last_name(other.args[0]))
            for other in file.nodes(ast.Call)
        ):
            return False
        found = [file.protection(row) for row in rows]
        return not any(each.level == _PROTECTED and each.by for each in found)

    def _reflection(self, file: File, assignment: ast.Assign) -> Iterator[Violation]:
        """`response.headers["Access-Control-Allow-Origin"] = request.headers["origin"]` without a look at it."""
        function = file.function(assignment)
        if function is None or not _sets(assignment, _ALLOWED) or not _is_origin(file, assignment.value):
            return
        inside = file.within(function, ast.Assign, ast.Compare, ast.Call)
        with_credentials = any(
            isinstance(node, ast.Assign) and _sets(node, _WITH_CREDENTIALS) and file.value_of(node.value) == "true"
            for node in inside
        )
        names = {name.id for value in file.values(assignment.value) for name in file.within(value, ast.Name)}
        if not with_credentials or any(_judges(file, node, names) for node in inside):
            return
        yield self.at(
            assignment,
            origins=file.source(assignment.value),
            harm="call the API in the name of whoever is logged in and read the answers",
        )


def _sets(assignment: ast.Assign, header: str) -> bool:
    match assignment.targets:
        case [ast.Subscript(slice=ast.Constant(value=str(name)))]:
            return name.lower() == header
    return False


def _is_origin(file: File, expr: ast.expr) -> bool:
    """The value is the `Origin` header of the request."""
    for value in file.values(expr):
        match value:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="headers"), attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            ) if name.lower() == "origin":
                return True
            case ast.Subscript(value=ast.Attribute(attr="headers"), slice=ast.Constant(value=str(name))) if (
                name.lower() == "origin"
            ):
                return True
    return False


def _judges(file: File, node: ast.AST, names: set[str]) -> bool:
    """A comparison or a call that takes the origin: it may decide whether it is allowed."""
    match node:
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return False
        case ast.Compare():
            parts = [node.left, *node.comparators]
        case ast.Call():
            parts = all_arguments(node)
        case _:
            return False
    return any(
        name.id in names and name.id not in ("request", "response")
        for part in parts
        for name in file.within(part, ast.Name)
    )
