from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge import token_formats
from ...knowledge.secrets import could_be_secret, looks_secret, secret_name
from ...rule import Rule, Severity
from .targets import is_example, is_fallback, leaf, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.Flag")

_SIGNERS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (
        1,
        "key",
        (
            "jwt.encode",
            "jwt.PyJWT.encode",
            "jwt.decode",
            "jwt.PyJWT.decode",
            "jose.jwt.encode",
            "jose.jwt.decode",
            "authlib.jose.jwt.decode",
        ),
    ),
    (2, "key", ("authlib.jose.jwt.encode",)),
    (0, "key", ("cryptography.fernet.Fernet", "hmac.new", "hmac.digest")),
    (
        0,
        "secret_key",
        (
            "itsdangerous.Signer",
            "itsdangerous.TimestampSigner",
            "itsdangerous.Serializer",
            "itsdangerous.TimedSerializer",
        ),
    ),
    (0, "secret_key", ("itsdangerous.URLSafeSerializer", "itsdangerous.URLSafeTimedSerializer")),
    (1, "secret_key", ("starlette.middleware.sessions.SessionMiddleware",)),
    (
        0,
        "secret",
        (
            "fastapi_users.authentication.JWTStrategy",
            "fastapi_users.authentication.strategy.JWTStrategy",
            "fastapi_login.LoginManager",
        ),
    ),
)
"""Position and name of the key of what signs or encrypts. Any literal there is the real key, however it looks."""

_BY_LEAF: dict[str, list[tuple[int, str, str]]] = {}
for _position, _keyword, _names in _SIGNERS:
    for _name in _names:
        _BY_LEAF.setdefault(_name.rpartition(".")[2], []).append((_position, _keyword, _name))

_SIGNING = ("jwt", "JWT", "jose", "hmac", "ernet", "itsdangerous", "SessionMiddleware", "LoginManager")
"""A file without any of these calls none of the above."""


_FOR_TESTS = re.compile(r"(?:^|/)(?:testing|testutils?|test_utils?|fixtures|mocks?)(?:/|\.py$)")
"""Support code of tests inside the package: its credentials open nothing."""


class HardcodedSecret(Rule):
    """A credential stands in the source code.

    Everybody who can read the repository, a backup, a container image or a stack trace has it, it is the same on every
    installation, and it stays in the history after it was removed. Known token formats are always reported; a value
    whose place is named like a secret only when it also looks like one.

    Bad:

        import jwt

        SECRET_KEY = "kT9v2LqXz0RmWb7Ys4NdPg6HcJf1EuAo"

        def issue(subject: str) -> str:
            return jwt.encode({"sub": subject}, SECRET_KEY, algorithm="HS256")

    Good:

        import os

        import jwt

        SECRET_KEY = os.environ["SECRET_KEY"]

        def issue(subject: str) -> str:
            return jwt.encode({"sub": subject}, SECRET_KEY, algorithm="HS256")

    Exploit:

        $ git clone https://git.example.org/shop.git && grep -rn SECRET_KEY shop
        $ python -c 'import jwt; print(jwt.encode({"sub": "admin"}, "<the key>", "HS256"))'
        $ curl -H "Authorization: Bearer <that token>" https://shop.example.org/api/admin/users
    """

    code = "FAR020"
    severity = Severity.BLOCKER
    cwe = 798
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "{what} stands in the source code for every reader to use: load it from the environment, and revoke this one"
    )

    def check(self, file: File) -> Iterator[Violation]:
        if _FOR_TESTS.search(file.path):
            return
        reported: set[ast.AST] = set()
        for node in file.nodes(ast.Constant):
            value = _text(node.value)
            if value is None or len(value) < 4:
                continue
            what = self._format(file, node, value) or (
                self._named(file, node, value) if could_be_secret(value) else None
            )
            if what:
                anchor = _anchor(file, node)
                if anchor not in reported:
                    reported.add(anchor)
                    yield self.at(anchor, what=what)
        yield from self._keys(file, reported)

    def _format(self, file: File, node: ast.Constant, value: str) -> str | None:
        """What to say of a credential in a known format."""
        found = token_formats.find(value)
        if found is None or is_example(file, node):
            return None
        target = target_of(file, node)
        return f"A {found} in `{target.name}`" if target else f"A {found}"

    def _named(self, file: File, node: ast.Constant, value: str) -> str | None:
        """What to say of a value that looks like a secret in a place that is named like one."""
        target = target_of(file, node)
        if target is None or (name := secret_name(target.name)) is None or not looks_secret(name, value):
            return None
        if (
            target.place == "result"
            or _is_member(file, target.holder)
            or is_example(file, node)
            or is_fallback(file, node)
        ):
            return None
        return f"The {name.kind} `{target.name}`"

    def _keys(self, file: File, reported: set[ast.AST]) -> Iterator[Violation]:
        """Literals that sign or encrypt, whatever they look like and whatever they are called."""
        if not any(word in file.text for word in _SIGNING):
            return
        for call in file.nodes(ast.Call):
            for position, keyword, name in _BY_LEAF.get(leaf(call.func), ()):
                given = _argument(call, position, keyword)
                if given is not None and not _is_unverified(call) and file.is_named(call.func, name):
                    yield from self._key(file, call, given, reported)
            if leaf(call.func) == "add_middleware" and call.args and leaf(call.args[0]) == "SessionMiddleware":
                given = _argument(call, -1, "secret_key")
                if given is not None:
                    yield from self._key(file, call, given, reported)

    def _key(self, file: File, call: ast.Call, given: ast.expr, reported: set[ast.AST]) -> Iterator[Violation]:
        while isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "encode":
            given = given.func.value
        value = _text(file.value_of(given))
        if not value or "BEGIN PUBLIC" in value or given in reported:
            return
        name = leaf(given)
        judged = secret_name(name) if name else None
        if judged and could_be_secret(value) and looks_secret(judged, value):
            return  # its definition is reported
        subject = f"`{name}`" if name else "A literal"
        reported.add(given)
        yield self.at(given, what=f"{subject}, the key that `{leaf(call.func)}` uses,")


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if 0 <= position < len(call.args):
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg == keyword), None)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return None


def _anchor(file: File, node: ast.Constant) -> ast.AST:
    """The node to point at: a part of an f-string has no place of its own before Python 3.12."""
    parent = file.parent(node)
    return parent if isinstance(parent, ast.JoinedStr) else node


def _is_member(file: File, holder: ast.AST) -> bool:
    """The assignment makes a member of an enumeration: a label."""
    parent = file.parent(holder)
    return isinstance(parent, ast.ClassDef) and bool(file.derives_from(parent, *_ENUMS))


def _is_unverified(call: ast.Call) -> bool:
    """`jwt.decode` told not to verify uses no key."""
    return any(
        k.arg == "options" or (k.arg == "verify" and isinstance(k.value, ast.Constant) and not k.value.value)
        for k in call.keywords
    )
