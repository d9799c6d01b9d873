from __future__ import annotations

import ast
import fnmatch
import re
from typing import TYPE_CHECKING, Any

from ...rule import Rule, Severity, option
from ...shapes import named_parameters
from .routes import REGISTRATIONS, endpoints, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Endpoint
    from ...file import File
    from ...project.application import Dependency, RouteRow
    from ...rule import Violation

_PROTECTED = 2
_GUESSED = re.compile(
    r"(?i)(?:^|[/_.{-])(?:log-?in|sign-?in|sign-?up|passwords?|forgot|otp|mfa|2fa|magic|register|registration|tokens?"
    r"|reset)(?=$|[/_.}-])"
)
_WORTH = re.compile(
    r"(?i)passw|pwd|passphrase|otp|e-?mail|(?:^|_)(?:code|pin|secret|answer)(?:_|$)|OAuth2PasswordRequest"
)
"""Names of what is guessed, or of where a letter goes."""
_LIMITS = re.compile(
    r"(?i)rate_?limit|limiter|throttl|slow_?api|slow_?down|brute_?force|quota|too_?many|lockout|attempts"
)

_LIBRARIES = ("slowapi", "fastapi_limiter")


class MissingRateLimit(Rule):
    """A route that can be guessed at or is expensive may be called as often as anybody likes.

    Without a limit, a password or a one-time code is guessed by trying. Looked at are routes for strangers that are
    named after logging in, signing up or resetting, and that take a password, a code or an address. Limits of slowapi
    and fastapi-limiter are seen at the route, its routers and the application, and so is whatever is called a limit.

    Reported where the application limits other routes; proxies often limit what the code does not, so that others are
    reported with `always`. Name other routes in `expensive` and your own limiters in `limiters`; with `uploads`, routes
    that take files are reported, too.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordRequestForm
        from fastapi_limiter.depends import RateLimiter

        app = FastAPI()

        @app.get("/search", dependencies=[Depends(RateLimiter(times=5, seconds=1))])
        def search(title: str): ...

        @app.post("/login")
        def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]): ...

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI
        from fastapi.security import OAuth2PasswordRequestForm
        from fastapi_limiter.depends import RateLimiter

        app = FastAPI()

        @app.get("/search", dependencies=[Depends(RateLimiter(times=5, seconds=1))])
        def search(title: str): ...

        @app.post("/login", dependencies=[Depends(RateLimiter(times=5, minutes=1))])
        def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]): ...

    Exploit:

        $ while read word; do curl -s -d "username=ann&password=$word" https://shop.example/login; done < words.txt
        {"detail":"Wrong password"}
    """

    code = "FAR054"
    severity = Severity.WARNING
    cwe = 307
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{route}` may be called without limit, so that {harm}: limit the calls of one client"
    markers = (REGISTRATIONS,)

    always: bool = option(False, "Report applications too that limit nothing themselves.")
    uploads: bool = option(False, "Report routes that take files, too.")
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
        if (
            any(map(_GUESSED.search, texts))
            and not self._is_guarded(file, row)
            and any(_WORTH.search(name) for name in _taken(file, endpoint.function))
            and (self.always or self._limits_others(file, row))
        ):
            return "passwords and codes are guessed by trying"
        arguments: Any = getattr(endpoint.function, "args", None)
        if self.uploads and any(
            file.parameter_source(endpoint.function, argument.arg) == "file"
            for argument in (*arguments.args, *arguments.kwonlyargs)
        ):
            return "uploads fill the disk"
        return None

    def _limits_others(self, file: File, row: RouteRow) -> bool:
        """Whether the application of a route limits some, or the project by the decorators of a library."""
        if file.project_mentions(*_LIBRARIES):
            return True
        others = (each.dependencies for each in file.siblings(row, everywhere=True))
        return any(self._limits(dependency) for dependencies in others for dependency in dependencies)

    def _limits(self, dependency: Dependency) -> bool:
        name = f"{dependency.name} {dependency.library or ''}"
        return dependency.name.replace(":", ".") in self.limiters or _LIMITS.search(name) is not None

    @staticmethod
    def _is_guarded(file: File, row: RouteRow) -> bool:
        """Whether a dependency lets in known users only; a login that answers 401 by itself is none."""
        found = file.protection(row)
        return found.level == _PROTECTED and bool(found.by)

    def _is_limited(self, file: File, row: RouteRow, endpoint: Endpoint) -> bool:
        if any(map(self._limits, row.dependencies)):
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


def _taken(file: File, function: ast.AST) -> Iterator[str]:
    """The names of what a route takes: parameters, their classes, the fields of models and what dependencies take."""
    arguments: Any = getattr(function, "args", None)
    for parameter in named_parameters(arguments):
        yield parameter.arg
        if parameter.annotation is not None:
            yield file.source(parameter.annotation)
            model = file.model_named(parameter.annotation)
            yield from (field.name for field in model.fields) if model is not None else ()
    for injected in file.injected(function):
        yield injected.name or ""
        yield from injected.called.parameters if injected.called is not None else ()
