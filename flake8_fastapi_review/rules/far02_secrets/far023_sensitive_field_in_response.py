from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, CODE, CREDENTIALS, KEY, PASSWORD, SECRET, authenticator_name, secret_name
from ...rule import Related, Rule, Severity
from ...shapes import is_none, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from ...answers import Route
    from ...file import File
    from ...project.exposure import Exposed
    from ...rule import Violation

_HANDS_OUT = re.compile(
    r"(?i)create|generat|issue|rotat|regenerat|mint|provision|regist|signup|sign_up|reveal|export|decrypt|credential|secret|secure|key"
)
"""A route of such a name is there to hand out a key, once."""
_GUESSABLE = re.compile(r"(?i)pass|pwd|pw_|_pw|(?:^|_)pin(?:_|$)")
_REDACTS = re.compile(
    r"(?i)redact|(?:^|_)mask|obfuscat|censor|saniti[sz]|scrub|conceal|(?:strip|remove|hide|drop|clear|exclude)_(?:\w+_)?(?:secret|sensitive|password|credential|key|token)"
)
"""Functions that take secrets out of what they are given."""
_ONE_TIME = ("reset", "verification", "confirmation", "recovery", "activation")
_TEXTS = ("builtins.str", "builtins.bytes", None)
_ADDRESSES = re.compile(r"(?:Links?|Ur[il]s?|Addresses|Endpoints|Paths)$")
"""Classes whose fields say where something is, the keys of an account too."""


class SensitiveFieldInResponse(Rule):
    """A password, its hash or another secret is part of what a route answers.

    The response model has the field, by inheritance or in a model inside of it, or a database entity is returned as it
    is, with all its columns. A hash is enough to guess the password offline; caches, logs and browser tools keep what
    they see. Fields with `exclude=True`, `SecretStr`, `response_model_include` and `_exclude` are respected, and so are
    functions that redact. Hashes of random keys are not meant.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class User(BaseModel):
            email: str
            hashed_password: str

        @app.get("/users/{user_id}", response_model=User)
        def read_user(user_id: int): ...

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class UserOut(BaseModel):
            email: str

        class User(UserOut):
            hashed_password: str

        @app.get("/users/{user_id}", response_model=UserOut)
        def read_user(user_id: int): ...

    Exploit:

        $ curl -s https://shop.example/users/1
        {"email":"ann@shop.example","hashed_password":"$2b$12$KIXQ4..."}
    """

    code = "FAR023"
    severity = Severity.BLOCKER
    cwe = 200
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = "`{route}` answers with `{model}.{field}`, {kind}: answer with a model that leaves it out"
    markers = ((".get(", ".post(", ".put(", ".patch(", ".delete(", ".api_route("),)

    def check(self, file: File) -> Iterator[Violation]:
        for route in file.routes:
            shown = self._left(file, route.decorator)
            if shown is None or self._redacts(file, route) or _ONCE.search(ast.get_docstring(route.function) or ""):
                continue
            for where, fields in self._answers(file, route):
                found = next(
                    (
                        (field, kind)
                        for field in fields
                        if shown(field.way)
                        and (kind := self._kind(field, route))
                        and not self._refuses(file, route, field)
                        and not (len(field.way) > 1 and file.is_masked(field.way[-1]))
                    ),
                    None,
                )
                if found is not None:
                    field, kind = found
                    related = [Related(field.path, field.line, f"`{field.way[-1]}` stands in this class")]
                    yield self.at(
                        where,
                        route=self._shown(file, route),
                        model=field.cls.rpartition(".")[2],
                        field=".".join(field.way),
                        kind=kind,
                        related=related,
                        privileges=file.privileges(route.function.body[0]),
                    )
                    break

    def _answers(self, file: File, route: Route) -> Iterator[tuple[ast.expr, tuple[Exposed, ...]]]:
        """The response model; without one, the entities that the route returns."""
        given = file.argument(route.decorator, -1, "response_model")
        returns = route.function.returns
        if given is None and returns is not None and not self._is_vague(file, returns):
            given = returns
        if given is not None and not (is_none(given)):
            yield given, file.exposed_fields(given)
            return
        for result in file.within(route.function, ast.Return):
            if result.value is not None and (
                fields := tuple(f for f in file.exposed_fields(result.value, value=True) if f.entity or given is None)
            ):
                yield result.value, fields

    @staticmethod
    def _shown(file: File, route: Route) -> str:
        """Method and path, the full one where the application is known."""
        own = route.path or ""
        for endpoint in file.endpoints:
            if endpoint.function is route.function:
                for row in endpoint.rows:
                    if row.path.endswith(own) and (not route.methods or row.method in route.methods):
                        return f"{row.method} {row.path}"
        return f"{route.methods[0] if route.methods else 'GET'} {own or route.function.name}"

    @staticmethod
    def _redacts(file: File, route: Route) -> bool:
        """Whether the route calls what takes secrets out of the answer."""
        return any(_REDACTS.search(last_name(call.func)) for call in file.within(route.function, ast.Call))

    @staticmethod
    def _refuses(file: File, route: Route, field: Exposed) -> bool:
        """Whether the request's own body is given back, in which the field may not be set."""
        results = {getattr(each.value, "id", None) for each in file.within(route.function, ast.Return)}
        if len(results) != 1 or None in results:
            return False
        return any(
            isinstance(test, ast.Attribute)
            and test.attr == field.way[-1]
            and getattr(test.value, "id", None) in results
            and isinstance(each.body[-1], ast.Raise)
            for each in file.within(route.function, ast.If)
            for test in (each.test.values if _is_or(each.test) else [each.test])
        )

    @staticmethod
    def _is_vague(file: File, annotation: ast.expr) -> bool:
        """An annotation that says nothing of the fields: they are those of the value."""
        return file.name_of(annotation) in ("typing.Any", "builtins.object")

    def _left(self, file: File, decorator: ast.Call) -> _Filter | None:
        """What `response_model_include` and `_exclude` let pass; None when they are computed."""
        names: list[frozenset[str] | None] = []
        for keyword in ("response_model_include", "response_model_exclude"):
            given = file.argument(decorator, -1, keyword)
            value = file.value_of(given) if given is not None else None
            if value is file.UNKNOWN:
                return None
            names.append(frozenset(map(str, value)) if isinstance(value, (list, tuple, set, frozenset, dict)) else None)
        return _Filter(*names)

    @staticmethod
    def _kind(field: Exposed, route: Route) -> str | None:
        """What the field gives away, as text; None when it is meant to be handed out, or no secret."""
        name = field.way[-1]
        if field.type not in _TEXTS or _ADDRESSES.search(field.owner):
            return None
        if authenticator_name(name) == "hash" or name in ("passwd_hash", "pw_hash", "pwd_hash"):
            # A random key is not guessed from its hash, which often serves as its name.
            return "the hash of a password" if field.type is not None and _GUESSABLE.search(name) else None
        judged = secret_name(name)
        if judged is None or field.type is None or judged.kind in (CARD, CODE, CREDENTIALS) or judged.plural:
            return None
        if judged.kind == PASSWORD:
            return "a password" if judged.strong and not re.search(r"(?i)generat|reset", route.function.name) else None
        if judged.kind in (SECRET, KEY):
            if name.startswith("client_") or re.search(r"(?:^|/)me(?:/|$)", route.path or ""):
                # What administrators copy into their client, what belongs to whoever asks.
                return None
            if not judged.strong or _HANDS_OUT.search(f"{route.function.name} {route.path}") or "POST" in route.methods:
                return None
            return "a secret" if judged.kind == SECRET else "a secret key"
        return "a one-time token" if name.startswith(_ONE_TIME) and "GET" in route.methods else None


_ONCE = re.compile(
    r"(?i)\b(?:this|only|just|shown|answered|returned) once\b|\bone[- ]time\b|\bonce,? and never again\b"
)
"""It is said that a password or key is handed out when it is made, and never again."""


def _is_or(test: ast.expr) -> TypeGuard[ast.BoolOp]:
    return isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)


class _Filter:
    """Which top fields a route shows."""

    def __init__(self, include: frozenset[str] | None, exclude: frozenset[str] | None) -> None:
        self._include = include
        self._exclude = exclude

    def __call__(self, way: tuple[str, ...]) -> bool:
        if self._include is not None and way[0] not in self._include:
            return False
        return self._exclude is None or way[0] not in self._exclude
