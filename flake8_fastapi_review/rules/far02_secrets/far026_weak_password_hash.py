from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...file import Aim
from ...knowledge.secrets import PASSWORD, secret_name, words
from ...rule import Rule, Severity
from ...shapes import all_arguments
from .targets import leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Definition
    from ...file import File
    from ...rule import Violation

_FAST = (
    "md4",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "blake2b",
    "blake2s",
    "shake_128",
    "shake_256",
)
_HASH_NAMES = frozenset((*_FAST, "new"))
_HASHES = (*(f"hashlib.{name}" for name in _FAST), "hashlib.new")
_MADE = Aim(names=_HASHES, fed=frozenset(("update",)))
_WEAK_SCHEMES = frozenset(
    """
    plaintext hex_md4 hex_md5 hex_sha1 hex_sha256 hex_sha512 md5_crypt apr_md5_crypt sha1_crypt des_crypt bsdi_crypt
    bigcrypt crypt16 lmhash nthash mysql323 mysql41 ldap_md5 ldap_sha1 ldap_salted_md5 ldap_salted_sha1
    ldap_plaintext django_salted_md5 django_salted_sha1 roundup_plaintext mssql2000 oracle10 postgres_md5
    unix_disabled cisco_type7
    """.split()
)
_PASSWORD = re.compile(r"(?i)pass|pwd|motdepasse|contrasena")
"""A file without any of these names no password."""
_SLOW = re.compile(r"bcrypt|argon2|scrypt|pbkdf2|hashpw|pwhash|pwned|hibp|checkpw")
"""In a function with one of these the fast hash only prepares the password for a slow one, or for a list of leaks."""
_SLOW_NAMES = frozenset(("bcrypt", "argon2", "scrypt", "pbkdf2_hmac", "hashpw", "checkpw", "PasswordHasher"))
_OTHER_USE = re.compile(r"cache|cipher|encrypt|fingerprint|headers|(?:^|_)(?:key|id|name|sse)(?:_|$)")
"""The digest is the name of something."""


class WeakPasswordHash(Rule):
    """A password is hashed with a fast hash such as MD5, SHA-1 or SHA-256.

    These hashes were made to be fast: one graphics card tries billions of passwords a second against a stolen table,
    salted or not. A password hash (argon2, scrypt, bcrypt) is slow on purpose and brings its own salt.

    Bad:

        import hashlib

        def hash_password(password: str) -> str:
            return hashlib.sha256(password.encode()).hexdigest()

    Good:

        from argon2 import PasswordHasher

        def hash_password(password: str) -> str:
            return PasswordHasher().hash(password)

    Exploit:

        $ hashcat -m 1400 users.txt rockyou.txt
        5e884898da28...:password
    """

    code = "FAR026"
    severity = Severity.BLOCKER
    cwe = 916
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = (
        "`{hash}` hashes `{name}`{chain}, and a stolen table falls to billions of guesses a second: "
        "use argon2, scrypt or bcrypt"
    )
    markers = (("hashlib", "passlib", "assword", "passwd", "pwd"),)

    def check(self, file: File) -> Iterator[Violation]:
        names_password = _PASSWORD.search(file.text) is not None
        for call in file.nodes(ast.Call):
            if leaf(call.func) == "CryptContext":
                yield from self._schemes(file, call)
            elif name := self._hash_name(file, call):
                yield from self._hashed(file, call, name)
            elif names_password:
                yield from self._handed(file, call)

    def _hash_name(self, file: File, call: ast.Call) -> str | None:
        """`hashlib.sha256` when the call makes a fast hash of what it is given."""
        if isinstance(call.func, ast.Attribute):
            could_be = call.func.attr in _HASH_NAMES and "hashlib" in file.text
        else:
            could_be = "from hashlib import" in file.text
        if not could_be or not file.is_named(call.func, *_HASHES):
            return None
        return file.resolved(call)

    def _hashed(self, file: File, call: ast.Call, name: str) -> Iterator[Violation]:
        given = call.args[1:] if name == "hashlib.new" else call.args
        data = [
            *given[:1],
            *(k.value for k in call.keywords if k.arg in ("data", "string")),
            *self._updates(file, call),
        ]
        for part in data:
            if (subject := _password_in(file, part)) and not self._is_other_use(file, call):
                yield self.at(call, hash=name, name=subject, chain="")
                return
        function = file.function(call)
        if (
            data
            and isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            and _hashes_passwords(function.name)
            and not self._is_other_use(file, call)
        ):
            yield self.at(call, hash=name, name=leaf(data[0]) or "the password", chain="")

    def _updates(self, file: File, call: ast.Call) -> Iterator[ast.expr]:
        """What is fed by `h.update(…)` to the hash that the call makes."""
        parent = file.parent(call)
        function = file.function(call)
        if function is None or not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
            return
        for other in file.within(function, ast.Call):
            if (
                leaf(other.func) == "update"
                and isinstance(other.func, ast.Attribute)
                and leaf(other.func.value) == parent.targets[0].id
            ):
                yield from other.args[:1]

    def _is_other_use(self, file: File, call: ast.Call) -> bool:
        """The digest goes into a password hash, is looked up in a list of leaked passwords, or names a cache entry."""
        function = file.function(call)
        statement = file.statement(call)
        if _SLOW.search(file.source(function or statement).lower()) or _OTHER_USE.search(_aim(statement)):
            return True
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        return bool(_OTHER_USE.search(function.name)) or self._prepares(file, function)

    def _prepares(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """All that this function returns in its file is hashed slowly then: bcrypt reads 72 bytes."""
        calls = [call for call in file.nodes(ast.Call) if leaf(call.func) == function.name]
        return bool(calls) and all(self._is_hashed_slowly(file, call) for call in calls)

    def _is_hashed_slowly(self, file: File, call: ast.Call) -> bool:
        statement, caller = file.statement(call), file.function(call)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if caller is not None:
                return any(
                    _SLOW.search(ast.unparse(other.func).lower())
                    and any(isinstance(given, ast.Name) and given.id == name for given in all_arguments(other))
                    for other in file.within(caller, ast.Call)
                )
        return any(
            isinstance(above, ast.Call) and _SLOW.search(ast.unparse(above.func).lower())
            for above in file.ancestors(call)
        )

    def _handed(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """`digest(password)` where `digest` is a function of the project that hashes its parameter fast, or hands it to
        one that does."""
        given = [argument for argument in all_arguments(call) if _password_in(file, argument, 7)]
        definition = file.definition_of(call.func) if given else None
        if definition is None or definition.is_class or _hashes_passwords(definition.qualname):
            return
        if _OTHER_USE.search(_aim(file.statement(call))):
            return
        for each in file.handed_on(call, _MADE):
            subject = _password_in(file, each.argument, 7)
            helpers = each.text.split(" → ")[:-1]
            if subject is None or any(_OTHER_USE.search(name.lower()) or _hashes_passwords(name) for name in helpers):
                continue
            # what is called a password there is reported there
            if any(_is_password(step) for step in each.steps) or self._is_slow(file, definition):
                continue
            yield self.at(call, hash=each.name, name=subject, chain=f" ({each.text})", related=each.related)
            return

    def _is_slow(self, file: File, definition: Definition) -> bool:
        return any(_SLOW.search(step.name) for step in file.calls_of(definition)) or file.body_mentions(
            definition, _SLOW_NAMES
        )

    def _schemes(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """`CryptContext(schemes=["md5_crypt"])`: the first scheme hashes every new password."""
        if not file.is_named(call.func, "passlib.context.CryptContext"):
            return
        default = next((file.value_of(k.value) for k in call.keywords if k.arg == "default"), None)
        schemes = next((k.value for k in call.keywords if k.arg == "schemes"), call.args[0] if call.args else None)
        if not isinstance(schemes, (ast.List, ast.Tuple)) or not schemes.elts:
            return
        first = file.value_of(schemes.elts[0])
        chosen = default if isinstance(default, str) else first
        if chosen in _WEAK_SCHEMES:
            yield self.at(schemes.elts[0], hash=chosen, name="every new password", chain="")


def _is_password(name: str) -> bool:
    judged = secret_name(name)
    return judged is not None and judged.kind == PASSWORD


def _aim(statement: ast.stmt) -> str:
    """The name that the statement assigns to."""
    match statement:
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return leaf(target).lower()
    return ""


def _hashes_passwords(name: str) -> bool:
    """`hash_password`, `make_password_hash`, `verify_password`."""
    parts = words(name)
    named = any(part in ("password", "passwd", "pwd") for part in parts)
    return named and bool({"hash", "hashed", "encrypt", "digest", "verify", "check"}.intersection(parts))


def _password_in(file: File, data: ast.expr, depth: int = 0) -> str | None:
    """The name of the password that `data` is computed from; a greater `depth` looks less far."""
    for node in _parts(file, data, depth):
        name = leaf(node)
        judged = secret_name(name) if name else None
        if judged and judged.kind == PASSWORD and not judged.plural:
            return name
    return None


def _parts(file: File, data: ast.AST, depth: int) -> Iterator[ast.AST]:
    """The names that the bytes are made of, through encoding, joining, formatting and local variables."""
    if depth > 8:
        return
    match data:
        case ast.Name():
            yield data
            for value in file.values(data):
                if value is not data:
                    yield from _parts(file, value, depth + 1)
        case ast.Attribute() | ast.Subscript():
            yield data
        case ast.Call(
            func=ast.Attribute(
                value=receiver, attr="encode" | "strip" | "join" | "format" | "get_secret_value" | "lower"
            ),
            args=args,
        ):
            yield from _parts(file, receiver, depth + 1)
            for argument in args:
                yield from _parts(file, argument, depth + 1)
        case ast.Call(func=ast.Name(id="bytes" | "str" | "bytearray"), args=[first, *_]):
            yield from _parts(file, first, depth + 1)
        case ast.BinOp(left=left, right=right):
            yield from _parts(file, left, depth + 1)
            yield from _parts(file, right, depth + 1)
        case ast.JoinedStr(values=values):
            for value in values:
                if isinstance(value, ast.FormattedValue):
                    yield from _parts(file, value.value, depth + 1)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from _parts(file, item, depth + 1)
