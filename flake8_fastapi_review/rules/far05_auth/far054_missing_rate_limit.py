from __future__ import annotations

import ast
import fnmatch
import re
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .routes import REGISTRATIONS, endpoints, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import Endpoint, File
    from ...project.application import RouteRow
    from ...rule import Violation

_PROTECTED = 2
_GUESSED = re.compile(
    r"(?i)(?:^|[/_.{-])(?:log-?in|sign-?in|sign-?up|passwords?|forgot|otp|mfa|2fa|magic)(?=$|[/_.}-])"
)
_GUESSED_BY_STRANGERS = re.compile(r"(?i)(?:^|[/_.{-])(?:register|registration|tokens?|reset)(?=$|[/_.-])")
"""Words that tell as much about routes of users who are logged in: resetting a limit, registering a service."""
_LIMITS = re.compile(
    r"(?i)rate_?limit|limiter|throttl|slow_?api|slow_?down|brute_?force|quota|too_?many|lockout|attempts"
)


class MissingRateLimit(Rule):
    """A route that can be guessed at or is expensive may be called as often as anybody likes.

    Without a limit, a login, a reset or a one-time code is guessed by trying, and uploads fill the disk. Limits of
    slowapi and fastapi-limiter are seen at the route, its routers and the application; off by default, since proxies
    often limit what the code does not. Name other routes in `expensive` and your own limiters in `limiters`.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordRequestForm

        app = FastAPI()

        @app.post("/login")
        def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]): ...

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordRequestForm
        from fastapi_limiter.depends import RateLimiter

        app = FastAPI()

        @app.post("/login", dependencies=[Depends(RateLimiter(times=5, minutes=1))])
        def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]): ...

    Exploit:

        $ while read word; do curl -s -d "username=ann&password=$word" https://shop.example/login; done < words.txt
        {"detail":"Wrong password"}
    """

    code = "FAR054"
    severity = Severity.WARNING
    default = Default.OFF
    cwe = 307
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{route}` may be called without limit, so that {harm}: limit the calls of one client"
    markers = (REGISTRATIONS,)

    expensive: frozenset[str] = option(
        frozenset(), "Paths, with `*` for anything, of further routes that need a limit."
    )
    limiters: frozenset[str] = option(frozenset(), "Qualified names of dependencies and decorators that limit.")

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in endpoints(file):
            for row in endpoint.rows:
                harm = self._harm(file, row, endpoint)
                if harm is not None:
                    if not self._is_limited(file, row, endpoint):
                        yield self.at(endpoint.function, route=shown(row), harm=harm)
                    break

    def _harm(self, file: File, row: RouteRow, endpoint: Endpoint) -> str | None:
        if row.kind != "route":
            return None
        if any(fnmatch.fnmatchcase(row.path, glob) for glob in self.expensive):
            return "one client uses up what all share"
        if row.method not in ("POST", "PUT", "PATCH"):
            return None
        texts = (row.path, row.endpoint_qualname.rpartition(".")[2])
        if any(map(_GUESSED.search, texts)) or (
            any(map(_GUESSED_BY_STRANGERS.search, texts)) and not self._is_guarded(file, row)
        ):
            return "passwords and codes are guessed by trying"
        arguments: Any = getattr(endpoint.function, "args", None)
        if any(
            file.parameter_source(endpoint.function, argument.arg) == "file"
            for argument in (*arguments.args, *arguments.kwonlyargs)
        ):
            return "uploads fill the disk"
        return None

    @staticmethod
    def _is_guarded(file: File, row: RouteRow) -> bool:
        """Whether a dependency lets in known users only; a login that answers 401 by itself is none."""
        found = file.protection(row)
        return found.level == _PROTECTED and bool(found.by)

    def _is_limited(self, file: File, row: RouteRow, endpoint: Endpoint) -> bool:
        for dependency in row.dependencies:
            if dependency.name.replace(":", ".") in self.limiters or _LIMITS.search(
                f"{dependency.name} {dependency.library or ''}"
            ):
                return True
        for decorator in getattr(endpoint.function, "decorator_list", ()):
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = file.name_of(target) or file.source(target)
            if name in self.limiters or _LIMITS.search(name):
                return True
        if any(_LIMITS.search(name) for name in file.middleware_names(row)):
            return True
        calls = file.within(endpoint.function, ast.Call)
        return any(_LIMITS.search(file.source(call.func)) for call in calls)
