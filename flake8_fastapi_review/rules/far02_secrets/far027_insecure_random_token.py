from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, CREDENTIALS, made_secret, secret_name, words
from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from .targets import imports, leaf, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_INSTEAD = {
    "choice": "secrets.choice",
    "choices": "secrets.choice",
    "sample": "secrets.SystemRandom().sample",
    "randint": "secrets.randbelow",
    "randrange": "secrets.randbelow",
    "getrandbits": "secrets.randbits",
    "randbytes": "secrets.token_bytes",
    "uuid1": "secrets.token_urlsafe",
    "random": "secrets.token_hex",
    "uniform": "secrets.token_hex",
}
_IMPORTS = re.compile(r"from (?:random|uuid|numpy\.random) import")
_SOURCES = frozenset(
    (*(f"{module}.{name}" for module in ("random", "numpy.random") for name in _INSTEAD), "uuid.uuid1")
)

_MAKING = frozenset(
    (
        "",
        "str",
        "bytes",
        "int",
        "hex",
        "format",
        "join",
        "list",
        "tuple",
        "map",
        "upper",
        "lower",
        "zfill",
        "encode",
        "decode",
        "hexdigest",
        "digest",
        "md5",
        "sha1",
        "sha256",
        "sha512",
        "b64encode",
        "urlsafe_b64encode",
        "hexlify",
        "bytearray",
        "chr",
        "to_bytes",
        "SecretStr",
        "replace",
        "rjust",
        "ljust",
        "strip",
        "rstrip",
        "SecretBytes",
        "range",
        "sorted",
        "repr",
        "b32encode",
    )
)
"""What random pieces pass through to become a token; the empty name stands for f-strings, sums, comprehensions."""

_UNGUESSABLE = frozenset(("nonce", "salt", "state", "csrf", "otp", "pin"))
_SESSION = (
    ("session", "id"),
    ("session", "key"),
    ("sid",),
    ("session", "token"),
    ("auth", "state"),
    ("oauth", "state"),
)


class InsecureRandomToken(Rule):
    """A token, one-time code, password or session id is made by `random` or `uuid1`.

    The state of `random` can be computed from some of its output, and `uuid1` is the time and the network card: whoever
    has a few of them predicts the next ones, and with them logs in as somebody else.

    Bad:

        import random
        import string

        def create_reset_token() -> str:
            return "".join(random.choices(string.ascii_letters, k=32))

    Good:

        import secrets

        def create_reset_token() -> str:
            return secrets.token_urlsafe(32)

    Exploit:

        $ for i in $(seq 1 700); do curl -s -X POST https://shop.example.org/api/reset -d email=me@example.org; done
        $ randcrack < tokens-from-my-mailbox.txt   # prints the token that the next user will get
    """

    code = "FAR027"
    severity = Severity.BLOCKER
    cwe = 330
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    message = "`{call}` makes `{name}`, and what it makes can be predicted: use `{instead}`"
    markers = (("random", "uuid1"),)

    def check(self, file: File) -> Iterator[Violation]:
        reported: set[ast.AST] = set()
        imported = _IMPORTS.search(file.text) is not None
        for call in file.nodes(ast.Call):
            source = self._source(file, call, imported)
            if source is None:
                continue
            name = self._made(file, call)
            statement = file.statement(call)
            if name and statement not in reported:
                reported.add(statement)
                instead = _INSTEAD[source.rpartition(".")[2]]
                yield self.at(call, call=source, name=name, instead=instead, fix=self._fix(file, call, source))

    def _fix(self, file: File, call: ast.Call, source: str) -> Fix | None:
        """`secrets.choice` takes what `random.choice` takes; the others have no namesake."""
        if source != "random.choice" or not imports(file, "secrets"):
            return None
        return Fix("Choose with `secrets.choice`", (Edit(Range.of(call.func), "secrets.choice"),), Applicability.SAFE)

    def _source(self, file: File, call: ast.Call, imported: bool) -> str | None:
        """The predictable generator that the call asks; `imported`: names of the file may be such ones."""
        if isinstance(call.func, ast.Name):
            if not imported:
                return None
            name = file.resolved(call)
            return name if name in _SOURCES else None
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _INSTEAD:
            return None
        if file.resolved(call) in _SOURCES:
            return file.resolved(call)
        receiver = call.func.value
        if file.is_a(receiver, "random.Random") and not file.is_a(receiver, "random.SystemRandom"):
            return f"random.Random.{call.func.attr}"
        return None

    def _made(self, file: File, call: ast.Call) -> str | None:
        """The name of the secret that the random value becomes."""
        if _picks_element(file, call):
            return None
        target = target_of(file, call, _MAKING)
        if target is None:
            return None
        if target.place == "result":
            return target.name if _makes_unguessable(target.name) else None
        if target.place in ("comparison", "default"):
            return None
        if target.name in ("token", "secret", "key") and _OTHER_CONTEXT & _context(file, call):
            return None
        if _is_unguessable(target.name) or (target.name == "state" and "oauth" in f"{file.path} {file.text}".lower()):
            return target.name
        function = file.function(call)
        if (
            isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            and target.place == "variable"
            and _makes_unguessable(function.name)
        ):
            return function.name if _is_returned(file, function, target.name) else None
        return None


_OTHER_CONTEXT = frozenset(
    "lock mutex semaphore lease context var node span trace marker placeholder worker boundary".split()
)
"""What hands out tokens that only tell two holders apart."""


def _context(file: File, node: ast.AST) -> set[str]:
    """The words of the names of the function and the classes around a node."""
    names = [
        above.name
        for above in file.ancestors(node)
        if isinstance(above, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return {word for name in names for word in words(name)}


def _picks_element(file: File, call: ast.Call) -> bool:
    """`random.choice(api_keys)` takes one of the things that exist; of letters and digits it makes something new."""
    if leaf(call.func) != "choice" or not call.args:
        return False
    given = call.args[0]
    value = file.value_of(given)
    if (
        isinstance(value, str)
        or "string." in file.source(given)
        or any(w in leaf(given).lower() for w in ("alphabet", "chars", "letters", "digits", "symbols", "ascii"))
    ):
        return False
    parent = file.parent(call)
    return not isinstance(parent, (ast.GeneratorExp, ast.ListComp))


def _is_unguessable(name: str) -> bool:
    judged = secret_name(name)
    if judged:
        return judged.kind not in (CARD, CREDENTIALS) and not judged.plural
    parts = words(name)
    if not parts:
        return False
    if parts in _SESSION or parts[-2:] in _SESSION:
        return True
    if parts[-1] in _UNGUESSABLE:
        return parts[-1] != "state" or (len(parts) > 1 and parts[-2] in ("auth", "oauth", "csrf", "sso", "oidc"))
    return False


_MAKERS = frozenset(("generate", "create", "make", "new", "random", "gen", "get", "issue", "build", "mint"))


def _makes_unguessable(name: str) -> bool:
    if made_secret(name):
        return True
    parts = words(name)
    if parts and parts[0] in _MAKERS:
        return _is_unguessable("_".join(parts[1:]))
    return bool(parts) and _is_unguessable(name) and secret_name(name) is None


def _is_returned(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """The function returns what the variable holds."""
    return any(
        result.value is not None and file.mentions(result.value, name) for result in file.within(function, ast.Return)
    )
