from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...knowledge import token_formats
from ...knowledge.secrets import SecretName, is_usable_default, looks_secret, secret_name
from ...rule import Edit, Fix, Range, Rule, Severity
from .targets import WRAPPERS, Read, configured_read, could_be_read, imports, is_settings_class, leaf, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class InsecureSecretDefault(Rule):
    """A secret that should come from the configuration has a fallback that works.

    When the variable is missing, nothing fails: the application starts and signs, encrypts or logs in with a value that
    is in its source code. Such installations are found by trying the published default.

    Bad:

        import os

        SECRET_KEY = os.getenv("SECRET_KEY", "changeme")

    Good:

        import os

        SECRET_KEY = os.environ["SECRET_KEY"]

    Exploit:

        $ grep -rn getenv app | grep SECRET_KEY
        $ python -c 'import jwt; print(jwt.encode({"sub": "admin"}, "changeme", "HS256"))'
        $ curl -H "Authorization: Bearer <that token>" https://shop.example.org/api/users
    """

    code = "FAR021"
    severity = Severity.WARNING
    cwe = 1188
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = (
        "`{name}` falls back on a {kind} that the source code shows: "
        "give it no default, so that a missing value stops the start"
    )

    def check(self, file: File) -> Iterator[Violation]:
        reported: set[ast.AST] = set()
        for read, name in self._reads(file):
            if (judged := self._judge(file, name, read)) and read.fallback not in reported:
                reported.add(read.fallback)
                yield self.at(read.fallback, name=name, kind=judged.kind, fix=self._fix(file, read.fallback))

    def _fix(self, file: File, fallback: ast.expr) -> Fix | None:
        """`os.environ["KEY"]` for `os.getenv("KEY", …)`. Unsafe: what ran without configuration no longer starts."""
        call = file.parent(fallback)
        call = file.parent(call) if isinstance(call, ast.keyword) else call
        if not isinstance(call, ast.Call) or not imports(file, "os"):
            return None
        if file.resolved(call) not in ("os.getenv", "os.environ.get", "os._Environ.get") or fallback is call.args[0]:
            return None
        edit = Edit(Range.of(call), f"os.environ[{file.source(call.args[0])}]")
        return Fix("Require the variable", (edit,))

    def _reads(self, file: File) -> Iterator[tuple[Read, str]]:
        """Every fallback with the name of what it stands in for."""
        for call in file.nodes(ast.Call):
            if not could_be_read(call):
                continue
            key = call.args[0]
            name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else leaf(key)
            if not secret_name(name):
                target = target_of(file, call)
                name = target.name if target else ""
            if secret_name(name) and (read := configured_read(file, call)):
                yield read, name
        for either in file.nodes(ast.BoolOp):
            if isinstance(either.op, ast.Or) and (first := self._first_name(file, either)):
                yield Read(first, either.values[-1]), first
        for owner in file.nodes(ast.ClassDef):
            fields = [(read, name) for read, name in self._fields(owner) if secret_name(name)]
            if fields and is_settings_class(file, owner):
                yield from fields

    def _first_name(self, file: File, either: ast.BoolOp) -> str | None:
        """What `a or b or "…"` reads: the name of a variable of the environment, or of the first operand."""
        for operand in either.values[:-1]:
            if isinstance(operand, ast.Call) and operand.args:
                if file.resolved(operand) in ("os.getenv", "os.environ.get", "os._Environ.get"):
                    found = file.value_of(operand.args[0])
                    if isinstance(found, str) and secret_name(found):
                        return found
            elif isinstance(operand, (ast.Name, ast.Attribute, ast.Subscript)) and secret_name(leaf(operand)):
                return leaf(operand)
        return None

    def _fields(self, owner: ast.ClassDef) -> Iterator[tuple[Read, str]]:
        for statement in owner.body:
            match statement:
                case (
                    ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                    | ast.Assign(targets=[ast.Name(id=name)], value=value)
                ):
                    yield Read(name, _default_of(value)), name
                case ast.AnnAssign(
                    target=ast.Name(id=name), annotation=ast.Subscript(slice=ast.Tuple(elts=[_, *told]))
                ):
                    for each in told:
                        if isinstance(each, ast.Call) and (given := _default_of(each)) is not each:
                            yield Read(name, given), name

    def _judge(self, file: File, name: str, read: Read) -> SecretName | None:
        judged = secret_name(name)
        if judged is None:
            return None
        fallback = _unwrapped(read.fallback)
        if isinstance(fallback, (ast.Call, ast.JoinedStr)):
            return None
        value = file.value_of(fallback)
        if not isinstance(value, str) or not is_usable_default(judged, value) or token_formats.find(value):
            return None
        if not isinstance(fallback, ast.Constant):
            own = secret_name(leaf(fallback))
            if own and looks_secret(own, value):
                return None  # FAR020 reports where it is defined
        return None if _is_refused(file, value, fallback) else judged


def _default_of(value: ast.expr) -> ast.expr:
    """The default inside `Field("…")`, `Field(default="…")`, or the value itself."""
    if isinstance(value, ast.Call) and leaf(value) in ("Field", "PrivateAttr"):
        if value.args:
            return value.args[0]
        return next((k.value for k in value.keywords if k.arg == "default"), value)
    return value


def _unwrapped(value: ast.expr) -> ast.expr:
    """`"x"` of `SecretStr("x")` and of `"x".encode()`."""
    while isinstance(value, ast.Call) and leaf(value) in WRAPPERS:
        if value.args and not (isinstance(value.func, ast.Attribute) and value.func.attr in ("encode", "strip")):
            value = value.args[0]
        elif isinstance(value.func, ast.Attribute):
            value = value.func.value
        else:
            return value
    return value


def _is_refused(file: File, value: str, fallback: ast.expr) -> bool:
    """The file compares something with this very default elsewhere: it warns about it or refuses to start."""
    for comparison in file.nodes(ast.Compare):
        for side in (comparison.left, *comparison.comparators):
            if isinstance(side, ast.Constant) and side.value == value and side is not fallback:
                return True
            if isinstance(side, (ast.Tuple, ast.List, ast.Set)) and any(
                isinstance(e, ast.Constant) and e.value == value for e in side.elts
            ):
                return True
            if isinstance(side, ast.Name) and isinstance(fallback, ast.Name) and side.id == fallback.id:
                return True
    return False
