from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...knowledge.secrets import TOKEN
from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from .models import secret_fields
from .targets import is_settings_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


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
    message = "`{owner}.{name}` is a `str`, so the {kind} shows in every repr, log and traceback: type it `SecretStr`"

    def check(self, file: File) -> Iterator[Violation]:
        for owner in file.nodes(ast.ClassDef):
            fields = list(secret_fields(file, owner))
            if not fields:
                continue
            settings = is_settings_class(file, owner)
            if not settings and all(judged.kind == TOKEN for _, _, judged in fields):
                continue
            if not settings and not file.is_request_model(owner):
                continue
            for statement, name, judged in fields:
                if settings or judged.kind != TOKEN:
                    fix = _hidden(file, statement)
                    yield self.at(statement.annotation, fix=fix, owner=owner.name, name=name, kind=judged.kind)


def _hidden(file: File, statement: ast.AnnAssign) -> Fix | None:
    """Only shown: all that read the field have to call `get_secret_value()` then."""
    plain = [each for each in file.within(statement.annotation, ast.Name) if each.id == "str"]
    known = file.import_from("pydantic", "SecretStr", statement)
    if known is None or len(plain) != 1 or not _is_plain(file, statement.value):
        return None
    name, imports = known
    edits = [*imports, Edit(Range.of(plain[0]), name)]
    if isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
        edits.append(Edit(Range.of(statement.value), f"{name}({file.source(statement.value)})"))
    return Fix(f"Type it `{name}`", tuple(edits), Applicability.DISPLAY)


def _is_plain(file: File, default: ast.expr | None) -> bool:
    """None, a text, or what describes a field."""
    if isinstance(default, ast.Call):
        return (file.resolved(default) or "").startswith(("pydantic.", "fastapi."))
    return default is None or (isinstance(default, ast.Constant) and isinstance(default.value, (str, type(None))))
