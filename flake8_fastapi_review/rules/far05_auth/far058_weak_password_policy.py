from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...knowledge.secrets import words
from ...rule import Rule, Severity, option
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MODELS = ("pydantic.BaseModel", "pydantic.v1.BaseModel", "sqlmodel.SQLModel")
_TEXT = ("builtins.str", "builtins.bytes", "pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.types.SecretStr")
_PASSWORD = frozenset(("password", "passwd", "passphrase", "pwd"))
_OTHER = frozenset(
    "old current existing previous present confirm confirmed confirmation repeat repeated again retype verify hash "
    "hashed encrypted reset_token smtp db database imap ldap proxy bind admin_db keystore".split()
)
"""Words of a field that takes a password which exists already, or the same one again."""
_CHOOSES = frozenset(
    "create creation new register registration signup sign reset change update set edit in patch activate setup accept "
    "add".split()
)
_WHO = frozenset(
    "user users usr account member customer admin superuser owner profile person employee student teacher staff "
    "password registration register signup".split()
)
_NEVER = frozenset(
    "login signin logon auth authenticate authentication token credentials credential verify verification check delete "
    "connection database datasource smtp ldap mail config settings integration registry proxy export archive share "
    "response out read public api key secret test".split()
)
_POLICIES = (
    "validate_password",
    "validate_new_password",
    "check_password_strength",
    "check_password_policy",
    "verify_password_strength",
    "password_strength",
    "strong_password",
    "password_policy",
    "PasswordPolicy",
    "password_validat",
    "PasswordValidat",
    "password_complexity",
    "password_length",
    "PASSWORD_LENGTH",
    "MIN_PASSWORD",
    "PASSWORD_MIN",
    "password_min",
    "password_regex",
    "PASSWORD_REGEX",
    "PASSWORD_PATTERN",
    "len(password",
    "len(new_password",
    "zxcvbn",
)
"""Words in the text of code that judges passwords."""
_FIELDS = frozenset(
    ("Field", "Query", "Body", "Form", "StringConstraints", "constr", "SQLField", "PydanticField", "PField")
)


class WeakPasswordPolicy(Rule):
    """A new password may be as short as its owner likes.

    Short passwords are found by trying: of six letters and digits there are few enough to try all against a stolen hash
    in minutes. Reported for what a route takes to sign up or to change a password, not for logins; silent where a
    validator or another function of the project judges passwords.

    Bad:

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class UserCreate(BaseModel):
            email: str
            password: str

        @app.post("/users")
        def create_user(new: UserCreate): ...

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel, Field

        app = FastAPI()

        class UserCreate(BaseModel):
            email: str
            password: str = Field(min_length=12, max_length=72)

        @app.post("/users")
        def create_user(new: UserCreate): ...

    Exploit:

        $ curl -X POST https://shop.example/users --json '{"email": "ann@example.org", "password": "a"}'
        {"id": 7, "email": "ann@example.org"}
        $ hydra -l ann@example.org -x 1:4:a shop.example https-post-form "/login:username=^USER^&password=^PASS^:Wrong"
    """

    code = "FAR058"
    severity = Severity.WARNING
    cwe = 521
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{name}` takes a new password of {length}: ask for at least {minimum}, `min_length={minimum}`"
    markers = (("passw", "pwd", "Passw", "passphrase"),)

    minimum: int = option(8, "The least number of characters of a password.")
    checks: frozenset[str] = option(frozenset(), "Names of further functions that judge passwords.")

    def check(self, file: File) -> Iterator[Violation]:
        found = [*self._models(file), *self._parameters(file)]
        if found and not file.project_mentions(*_POLICIES, *self.checks):
            for where, name, length in sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset)):
                text = "any length" if length == 0 else f"{length} characters"
                yield self.at(where, name=name, length=text, minimum=self.minimum)

    def _models(self, file: File) -> Iterator[tuple[ast.expr, str, int]]:
        for owner in file.nodes(ast.ClassDef):
            fields = [
                each
                for each in owner.body
                if isinstance(each, ast.AnnAssign)
                and isinstance(each.target, ast.Name)
                and _is_new_password(each.target.id, owner.name)
            ]
            if not fields or not file.derives_from(owner, *_MODELS) or _is_table(owner):
                continue
            for field in sorted(fields, key=lambda each: "new" not in words(file.source(each.target)))[:1]:
                name: str = field.target.id  # type: ignore[union-attr]
                length = self._least(file, field.annotation, field.value)
                if length is None or length >= self.minimum or _is_validated(file, owner, name):
                    continue
                if file.is_request_model(owner):
                    yield field.target, f"{owner.name}.{name}", length

    def _parameters(self, file: File) -> Iterator[tuple[ast.expr | ast.arg, str, int]]:
        """Passwords that a route takes one by one: `new_password: str = Body(...)`."""
        for route in file.routes:
            function = route.function
            for parameter in file.parameters(function):
                if parameter.source not in ("body", "form") or not _is_new_password(parameter.name, function.name):
                    continue
                if (
                    parameter.type not in _TEXT
                    or {"?", "**", "pattern", "regex", "len", "minlen"} & parameter.settings.keys()
                ):
                    continue
                length = parameter.settings.get("min_length", 0)
                if isinstance(length, int) and length < self.minimum:
                    arguments = named_parameters(function.args)
                    where = next(each for each in arguments if each.arg == parameter.name)
                    yield where, parameter.name, length

    def _least(self, file: File, annotation: ast.expr, default: ast.expr | None) -> int | None:
        """The least length that a field asks for: 0 for none, None when it is not known."""
        of_type = self._least_of_type(file, annotation)
        if of_type is None:
            return None
        if isinstance(default, ast.Call):
            own = _least_of(file, default)
            return None if own is None else max(own, of_type)
        return of_type

    def _least_of_type(self, file: File, annotation: ast.expr) -> int | None:
        match annotation:
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                return self._least_of_type(file, left)
            case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
                return self._least_of_type(file, right)
            case ast.Call():
                return _least_of(file, annotation)
            case ast.Subscript(value=maker, slice=inner):
                name = (file.name_of(maker) or "").rpartition(".")[2]
                if name == "Optional":
                    return self._least_of_type(file, inner)
                if name == "Annotated" and isinstance(inner, ast.Tuple):
                    lengths = [
                        self._least_of_type(file, inner.elts[0]),
                        *(_least_of(file, each) for each in inner.elts[1:]),
                    ]
                    known = [each for each in lengths if each is not None]
                    return max(known) if len(known) == len(lengths) else None
                return None
            case ast.Name() if file.name_of(annotation) not in _TEXT:
                assigned = [each for each in file.values(annotation) if each is not annotation]
                if len(assigned) == 1 and isinstance(assigned[0], (ast.Subscript, ast.Call)):
                    return self._least_of_type(file, assigned[0])
                return None
        return 0 if file.name_of(annotation) in _TEXT else None


def _least_of(file: File, expr: ast.expr) -> int | None:
    """What `Field(min_length=…)`, `constr(…)` or a text in `Annotated` asks for; None for what nobody can tell."""
    if isinstance(expr, ast.Constant):
        return 0
    if not isinstance(expr, ast.Call):
        return None
    leaf = (file.name_of(expr.func) or file.source(expr.func)).rpartition(".")[2]
    if leaf in ("MinLen", "Len") and expr.args:
        least = file.value_of(expr.args[0])
        return least if isinstance(least, int) else None
    if leaf not in _FIELDS:
        return None
    found = 0
    for given in expr.keywords:
        if given.arg in (None, "pattern", "regex", "schema_extra", "default_factory", "curtail_length"):
            return None
        if given.arg == "min_length":
            value = file.value_of(given.value)
            if not isinstance(value, int):
                return 0 if value is None else None
            found = value
    return found


def _is_new_password(name: str, owner: str) -> bool:
    """The field or parameter takes a password that somebody chooses, told by its name and that of its class or
    function."""
    parts = words(name)
    around = frozenset(words(owner))
    if (
        not parts
        or not _PASSWORD.intersection(parts)
        or _OTHER.intersection(parts)
        or parts[-1] in ("hint", "id", "token")
    ):
        return False
    if "new" in parts:
        return not {"connection", "database", "datasource", "smtp", "ldap"} & around
    if len(parts) > 2 or _NEVER & around:
        return False
    return bool(_CHOOSES & around) and bool(_WHO & around)


def _is_table(owner: ast.ClassDef) -> bool:
    return any(each.arg == "table" for each in owner.keywords)


def _is_validated(file: File, owner: ast.ClassDef, field: str) -> bool:
    """A validator of the class, or of a base in this file, looks at the field or at all of them."""
    bases = {base.id for base in owner.bases if isinstance(base, ast.Name)}
    classes = [owner, *(each for each in file.nodes(ast.ClassDef) if each.name in bases)]
    for each in classes:
        for method in each.body:
            for decorator in getattr(method, "decorator_list", ()):
                leaf = (
                    (file.name_of(decorator.func) or "")
                    if isinstance(decorator, ast.Call)
                    else file.name_of(decorator) or ""
                )
                leaf = leaf.rpartition(".")[2]
                if leaf in ("model_validator", "root_validator"):
                    return True
                if leaf in ("validator", "field_validator") and isinstance(decorator, ast.Call):
                    named = [file.value_of(argument) for argument in decorator.args]
                    if field in named or "*" in named or file.UNKNOWN in named:
                        return True
    return False
