from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import TOKEN
from ...rule import Rule, Severity
from .models import is_model, secret_fields
from .targets import is_settings_class, leaf, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_REQUEST = re.compile(r"(?:Create|Update|Request|Login|SignIn|SignUp|Signup|Register|Registration|Credentials|Input|Form|Payload|Body|Patch|In)$")
_RESPONSE = re.compile(r"(?:Response|Read|Out|Output|Public|Result|Record|Model|InDB|Db|DB|Internal|Token|Tokens)$")


class PlainTextSecretField(Rule):
    """A secret of the settings or of a request is typed `str`.

    As text it shows up wherever the object does: in its `repr`, in logs, in tracebacks and error trackers, in
    `model_dump`. `SecretStr` prints asterisks, and the place that needs the value says so with `get_secret_value()`.

    Bad:

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            smtp_password: str

    Good:

        from pydantic import SecretStr
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            smtp_password: SecretStr

    Exploit:

        $ grep -rh "smtp_password=" /var/log/shop/
        Settings(smtp_host='mail', smtp_password='correct-horse-battery')
    """

    code = "FAR025"
    severity = Severity.SUGGESTION
    cwe = 312
    cvss = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"
    message = "`{owner}.{name}` is a plain `str`: the {kind} shows in every repr, log and traceback of the object; type it `SecretStr`"

    def check(self, file: File) -> Iterator[Violation]:
        bodies: frozenset[str] | None = None
        for owner in file.nodes(ast.ClassDef):
            fields = list(secret_fields(file, owner))
            if not fields:
                continue
            settings = is_settings_class(file, owner)
            if bodies is None:
                bodies = _body_classes(file)
            if not settings and not self._is_request(file, owner, bodies):
                continue
            for statement, name, judged in fields:
                if settings or judged.kind != TOKEN:
                    yield self.at(statement.annotation, owner=owner.name, name=name, kind=judged.kind)

    def _is_request(self, file: File, owner: ast.ClassDef, bodies: frozenset[str]) -> bool:
        if not is_model(file, owner):
            return False
        if owner.name in bodies:
            return True
        return bool(_REQUEST.search(owner.name)) and not _RESPONSE.search(owner.name)


def _body_classes(file: File) -> frozenset[str]:
    """The names that annotate parameters of this file's routes."""
    return frozenset(leaf(parameter.annotation) for route in file.routes for parameter, _ in parameters(route.function) if parameter.annotation is not None)
