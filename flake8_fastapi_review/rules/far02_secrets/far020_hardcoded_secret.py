from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge import token_formats
from ...knowledge.secrets import could_be_secret, is_placeholder, looks_random, looks_secret, secret_name
from ...rule import Edit, Fix, Range, Rule, Severity
from .targets import is_example, is_fallback, leaf, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.Flag")

_KEY = (1, "key", "key")
_FIRST = (0, "key", "key")
_SIGNER = (0, "secret_key", "key")
_USER = (1, "password", "password")
_USES: dict[str, tuple[int, str, str]] = {
    "jwt.encode": _KEY,
    "jwt.decode": _KEY,
    "jwt.PyJWT.encode": _KEY,
    "jwt.PyJWT.decode": _KEY,
    "jose.jwt.encode": _KEY,
    "jose.jwt.decode": _KEY,
    "authlib.jose.jwt.encode": (2, "key", "key"),
    "authlib.jose.jwt.decode": _KEY,
    "cryptography.fernet.Fernet": _FIRST,
    "hmac.new": _FIRST,
    "hmac.digest": _FIRST,
    "itsdangerous.Signer": _SIGNER,
    "itsdangerous.TimestampSigner": _SIGNER,
    "itsdangerous.Serializer": _SIGNER,
    "itsdangerous.TimedSerializer": _SIGNER,
    "itsdangerous.URLSafeSerializer": _SIGNER,
    "itsdangerous.URLSafeTimedSerializer": _SIGNER,
    "starlette.middleware.sessions.SessionMiddleware": (1, "secret_key", "key"),
    "fastapi_users.authentication.JWTStrategy": (0, "secret", "key"),
    "fastapi_users.authentication.strategy.JWTStrategy": (0, "secret", "key"),
    "fastapi_login.LoginManager": (0, "secret", "key"),
    "smtplib.SMTP.login": _USER,
    "smtplib.SMTP_SSL.login": _USER,
    "requests.auth.HTTPBasicAuth": _USER,
    "httpx.BasicAuth": _USER,
    "aiohttp.BasicAuth": _USER,
}
"""Position and name of the secret in what signs, encrypts or logs in. Any literal there is the real one."""

_BY_LEAF: dict[str, list[str]] = {}
for _name in _USES:
    _BY_LEAF.setdefault(_name.rpartition(".")[2], []).append(_name)

_CONNECTS = frozenset(
    """
    connect create_pool create_engine redis strictredis mongoclient asyncmongoclient asynciomotorclient connectionpool
    basicauth httpbasicauth elasticsearch asyncelasticsearch minio plaincredentials login
    """.split()
)
"""Callables that open a connection as a user: beside a literal user name a literal password is the real one."""

_LISTED = re.compile(r"(?i)(?:^|_)(?:banned|blocked|breached|common|denied|forbidden|known|leaked|placeholder|weak)_")
"""Passwords that nobody may use, in a list of them."""
_SCHEME = re.compile(r"(?i)(?:Bearer|Basic|Token|ApiKey) ([^\s{}<>]{12,})")
_NAME = re.compile(r"[\w.-]+")
"""Of a variable, a header, a setting; `AWS::ApiGateway::ApiKey` is a kind of resource."""
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
            value = node.value if node.value.__class__ is str else _text(node.value)
            size = len(value) if value is not None else 0
            if value is None or size < 4:
                continue
            what = self._format(file, node, value) if size >= token_formats.SHORTEST or "://" in value else None
            if what is None and " " in value:
                scheme = _SCHEME.fullmatch(value)
                what = self._header(file, node, scheme[1]) if scheme is not None else None
            elif what is None and could_be_secret(value):
                what = self._named(file, node, value)
            if what:
                anchor = _anchor(file, node)
                if anchor not in reported:
                    reported.add(anchor)
                    yield self.at(anchor, fix=_from_environment(file, node, anchor), what=what)
        yield from self._uses(file, reported)

    def _format(self, file: File, node: ast.Constant, value: str) -> str | None:
        """What to say of a credential in a known format."""
        found = token_formats.find(value)
        if found is None or is_example(file, node):
            return None
        target = target_of(file, node)
        article = "An" if found[0] in "AEIOaeio" else "A"
        return f"{article} {found} in `{target.name}`" if target else f"{article} {found}"

    def _header(self, file: File, node: ast.Constant, credentials: str) -> str | None:
        """What to say of `{"Authorization": "Bearer …"}`."""
        target = target_of(file, node)
        if target is None or target.name.lower() not in ("authorization", "proxy-authorization"):
            return None
        if is_placeholder(credentials) or not looks_random(credentials, 12) or is_example(file, node):
            return None
        return f"The credentials in `{target.name}`"

    def _named(self, file: File, node: ast.Constant, value: str) -> str | None:
        """What to say of a value that looks like a secret in a place that is named like one."""
        target = target_of(file, node)
        if target is None or target.place == "result" or not _NAME.fullmatch(target.name):
            return None
        name = secret_name(target.name)
        if name is None or not looks_secret(name, value):
            return None
        if name.plural and _LISTED.search(target.name):
            return None
        if is_placeholder(value) and file.only_in_development(node):
            return None
        if _is_member(file, target.holder) or is_example(file, node) or is_fallback(file, node):
            return None
        return f"The {name.kind} `{target.name}`"

    def _uses(self, file: File, reported: set[ast.AST]) -> Iterator[Violation]:
        """Literals that sign, encrypt or log in, whatever they look like and whatever they are called."""
        for call in file.nodes(ast.Call):
            if not call.args and not call.keywords:
                continue
            last = leaf(call.func)
            for name in _BY_LEAF.get(last, ()):
                position, keyword, noun = _USES[name]
                given = file.argument(call, position, keyword)
                if given is not None and not _is_unverified(call) and file.is_named(call.func, name):
                    yield from self._used(file, call, given, noun, reported)
            if last == "add_middleware" and call.args and leaf(call.args[0]) == "SessionMiddleware":
                if given := file.argument(call, -1, "secret_key"):
                    yield from self._used(file, call, given, "key", reported)
            elif last.lower() in _CONNECTS or last == "create":
                yield from self._login(file, call, reported)

    def _login(self, file: File, call: ast.Call, reported: set[ast.AST]) -> Iterator[Violation]:
        """`connect(user="shop", password="mysecretpassword")`: a plain word, but it opens the database."""
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        user = given.get("user") or given.get("username")
        password = given.get("password") or given.get("passwd")
        if isinstance(user, ast.Constant) and isinstance(password, ast.Constant) and password.value != user.value:
            value = _text(password.value)
            if value and not is_placeholder(value) and not value.isupper() and value != "password":
                yield from self._used(file, call, password, "password", reported)

    def _used(
        self, file: File, call: ast.Call, given: ast.expr, noun: str, reported: set[ast.AST]
    ) -> Iterator[Violation]:
        while isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "encode":
            given = given.func.value
        if given in reported or not isinstance(given, (ast.Constant, ast.Name, ast.Attribute)):
            return
        if isinstance(given, ast.Attribute) and file.type_of(given.value):
            return  # an object may have been given another value than its class has
        value = _text(file.value_of(given))
        if not value or "BEGIN PUBLIC" in value:
            return
        if (
            leaf(call.func) in ("new", "digest")
            and isinstance(file.statement(call), ast.Expr)
            and is_placeholder(value)
        ):
            return  # work for the clock alone, so that a failure takes as long as a success
        name = leaf(given)
        judged = secret_name(name) if name else None
        if judged and could_be_secret(value) and looks_secret(judged, value):
            return  # its definition is reported
        reported.add(given)
        subject = f"`{name}`" if name else "A literal"
        yield self.at(given, what=f"{subject}, the {noun} that `{leaf(call.func)}` uses,")


def _from_environment(file: File, node: ast.Constant, anchor: ast.AST) -> Fix | None:
    """Unsafe: the variable has to be set wherever this runs."""
    target, holder = target_of(file, node), file.parent(node)
    if target is None or anchor is not node or not isinstance(node.value, str):
        return None
    if isinstance(holder, (ast.JoinedStr, ast.BinOp, ast.List)):
        return None
    name = re.sub(r"\W+", "_", target.name).upper()
    known = file.module_name("os", node)
    if known is None or not re.fullmatch(r"[A-Z][A-Z0-9_]+", name) or " " in node.value:
        return None
    module, imports = known
    return Fix(f"Read it from `{name}`", (*imports, Edit(Range.of(node), f'{module}.environ["{name}"]')))


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
