from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...knowledge.secrets import CARD, CODE, CREDENTIALS, authenticator_name, made_secret, secret_name, words
from ...rule import Edit, Fix, Range, Rule, Severity
from ...shapes import all_arguments
from .targets import imports, leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_DIGESTS = ("hexdigest", "digest", "hashpw")
_HMAC = "the HMAC"
_MACS = ("hmac.new", "hmac.digest", "hmac.HMAC")
_QUERIES = frozenset(
    """
    where filter filter_by having select join outerjoin and_ or_ not_ delete update exists on find find_one case
    when
    """.split()
)
_AGAIN = frozenset(
    """
    confirm confirmed confirmation default repeat repeated again retype new old current previous original existing 2
    1 before after last latest cached failed dynamic env environment captured refreshed rejected stale username
    """.split()
)
_ACCESS = re.compile(
    r"(?i)auth|log_?in|sign|verif|valid|check|secur|hook|passw|token|csrf|guard|protect|depend|middleware|invite|otp|secret"
)
"""In the name of a function, its class or its module: what it compares decides who gets in."""
_BARE = ("token", "secret", "signature", "password")
_NOT_TEXT = (
    "builtins.int",
    "builtins.bool",
    "builtins.float",
    "enum.Enum",
    "uuid.UUID",
    "datetime.datetime",
    "builtins.list",
    "builtins.dict",
    "builtins.set",
    "builtins.tuple",
    "inspect.Signature",
)


class TimingUnsafeComparison(Rule):
    """A secret, a signature or a digest is compared with `==`.

    `==` stops at the first difference, so the time that a wrong guess takes tells how much of it was right. Over many
    requests an attacker recovers the value piece by piece. `hmac.compare_digest` takes the same time for every guess.

    Bad:

        from fastapi import FastAPI, Header, HTTPException

        app = FastAPI()
        API_KEY = load_key()

        @app.get("/report")
        def report(x_api_key: str = Header()):
            if x_api_key != API_KEY:
                raise HTTPException(403, "wrong key")

    Good:

        import hmac

        from fastapi import FastAPI, Header, HTTPException

        app = FastAPI()
        API_KEY = load_key()

        @app.get("/report")
        def report(x_api_key: str = Header()):
            if not hmac.compare_digest(x_api_key.encode(), API_KEY.encode()):
                raise HTTPException(403, "wrong key")

    Exploit:

        $ for c in {a..z}; do measure -n 10000 -H "X-API-Key: $c" https://shop.example.org/report; done | sort | tail -1
        1.000183s k    # the first character; go on with the second
    """

    code = "FAR028"
    severity = Severity.WARNING
    cwe = 208
    cvss = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{source}` takes longer the more of `{name}` was guessed right: compare with `hmac.compare_digest`"

    def check(self, file: File) -> Iterator[Violation]:
        for comparison in file.nodes(ast.Compare):
            if len(comparison.ops) == 1 and isinstance(comparison.ops[0], (ast.Eq, ast.NotEq)):
                left, right = comparison.left, comparison.comparators[0]
                name = self._told(left, self._secret(file, left, right), right, self._secret(file, right, left))
                if (
                    name
                    and (name == _HMAC or _decides_access(file, comparison))
                    and not self._is_harmless(file, comparison, left, right)
                ):
                    operator = "==" if isinstance(comparison.ops[0], ast.Eq) else "!="
                    source = f"{_short(file, left)} {operator} {_short(file, right)}"
                    yield self.at(comparison, source=source, name=name, fix=self._fix(file, comparison, left, right))

    def _fix(self, file: File, comparison: ast.Compare, left: ast.expr, right: ast.expr) -> Fix | None:
        """Unsafe: `compare_digest` takes ASCII text or bytes alone, and no None but for what is seen to be one here."""
        known = file.module_name("secrets" if imports(file, "secrets") else "hmac", comparison)
        if known is None or file.enclosing(comparison, ast.JoinedStr):
            return None
        module, added = known
        text = f"{module}.compare_digest({_given(file, left)}, {_given(file, right)})"
        if isinstance(comparison.ops[0], ast.NotEq):
            text = f"not {text}"
            if not isinstance(file.parent(comparison), (ast.If, ast.While, ast.Return, ast.BoolOp, ast.IfExp)):
                text = f"({text})"
        return Fix(f"Compare with `{module}.compare_digest`", (*added, Edit(Range.of(comparison), text)))

    def _told(self, left: ast.expr, one: str | None, right: ast.expr, two: str | None) -> str | None:
        """Of two secrets the one to name in the message: what is kept, rather than what was compared with it."""
        if not one or not two:
            return one or two
        if one in _BARE or two in _BARE:
            return two if one in _BARE else one
        return one if _kept(left) >= _kept(right) else two

    def _secret(self, file: File, side: ast.expr, other: ast.expr) -> str | None:
        """What an attacker could find out through this side of the comparison."""
        if isinstance(side, ast.Call):
            if (
                leaf(side.func) in _DIGESTS
                and isinstance(side.func, ast.Attribute)
                and self._is_mac(file, side.func.value)
            ):
                return _HMAC
            return self._called(side, other)
        if isinstance(side, ast.JoinedStr):
            return next(
                (
                    name
                    for part in side.values
                    if isinstance(part, ast.FormattedValue) and (name := self._secret(file, part.value, other))
                ),
                None,
            )
        name = leaf(side)
        if not name:
            return None
        if kind := authenticator_name(name):
            return name if kind != "signature" or self._is_checked(file, side, other) else None
        judged = secret_name(name)
        if judged is None or judged.plural or judged.kind in (CARD, CODE, CREDENTIALS):
            return None
        if judged.strong:
            return name
        return name if self._agrees(other) else None

    def _called(self, side: ast.Call, other: ast.expr) -> str | None:
        """What a call hands out: `get_api_key()`, `user.token.get_secret_value()`."""
        judged = made_secret(leaf(side.func))
        if (
            judged
            and not judged.plural
            and (judged.strong or self._agrees(other))
            and judged.kind not in (CARD, CODE, CREDENTIALS)
        ):
            return f"{leaf(side.func)}()"
        if isinstance(side.func, ast.Attribute) and re.search(r"plain|secret_value|decrypt", side.func.attr):
            name = leaf(side.func.value)
            return name if name and secret_name(name) else None
        return None

    def _agrees(self, other: ast.expr) -> bool:
        """For a bare `token` or `secret` the other side has to speak of one too."""
        judged = secret_name(leaf(other)) if leaf(other) else None
        return judged is not None and judged.strong and not judged.plural

    def _is_checked(self, file: File, side: ast.expr, other: ast.expr) -> bool:
        """The signature is text that something was computed for, not that of a function."""
        if file.is_a(side, "builtins.str", "builtins.bytes"):
            return True
        return bool(
            {"expected", "computed", "calculated", "digest", "hmac"} & {*words(leaf(other)), *words(leaf(side))}
        )

    def _is_mac(self, file: File, made: ast.expr) -> bool:
        return any(isinstance(value, ast.Call) and file.is_named(value.func, *_MACS) for value in file.values(made))

    def _is_hash(self, file: File, side: ast.expr) -> bool:
        """A digest without a key of what was given: who guesses a character of it cannot write what leads there."""
        for value in file.values(side):
            match value:
                case ast.Call(func=ast.Attribute(value=ast.Call(func=made), attr=method)) if method in _DIGESTS:
                    if (file.name_of(made) or "").startswith("hashlib.sha"):
                        return True
        return False

    def _is_harmless(self, file: File, comparison: ast.Compare, left: ast.expr, right: ast.expr) -> bool:
        if isinstance(left, ast.Attribute) and isinstance(right, ast.Attribute) and _same(left.value, right.value):
            return True  # two fields of one object
        for side in (left, right):
            if isinstance(side, (ast.Name, ast.Attribute)) and leaf(side).isupper() and not _speaks(leaf(side)):
                return True  # a constant that is not called a secret: a sentinel
            if file.value_of(side) is not file.UNKNOWN or isinstance(
                side, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.BinOp)
            ):
                return True
            if file.is_a(side, *_NOT_TEXT):
                return True
            if isinstance(side, ast.Attribute) and _is_column(file, side):
                return True
            if self._is_hash(file, side):
                return True
            if isinstance(side, ast.Call) and leaf(side.func) in ("len", "type", "id", "count", "lower", "int"):
                return True
        if _comes_from(file, left, right) or _comes_from(file, right, left):
            return True  # a part of it against the whole: nobody's guess
        return (
            self._is_in_query(file, comparison)
            or self._is_repetition(left, right)
            or _is_own_test(file, comparison)
            or _notices_change(file, comparison, left, right)
        )

    def _is_in_query(self, file: File, comparison: ast.Compare) -> bool:
        """The comparison builds a database query."""
        for above in file.ancestors(comparison):
            if isinstance(above, ast.stmt):
                return False
            if isinstance(above, ast.Call) and leaf(above.func) in _QUERIES:
                return True
        return False

    def _is_repetition(self, left: ast.expr, right: ast.expr) -> bool:
        """`password != password_confirm`, `new_password == old_password`: typed by the same person, or a change."""
        one, two = words(_dotted(left)), words(_dotted(right))
        return bool(one and two and _AGAIN & ({*one} ^ {*two}))


def _dotted(side: ast.expr) -> str:
    """The names of an expression from left to right: "old_project ssh_private_key"."""
    match side:
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)} {name}"
        case ast.Name(id=name):
            return name
    return leaf(side)


def _decides_access(file: File, comparison: ast.Compare) -> bool:
    """By the names around it, by the errors it leads to, or because it stands in a route, the comparison is a check."""
    if _ACCESS.search(file.path.rpartition("/")[2]):
        return True
    for above in file.ancestors(comparison):
        if isinstance(above, ast.ClassDef) and _ACCESS.search(above.name):
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            _ACCESS.search(above.name) or file.registered_as(above) or _refuses(file, above)
        ):
            return True
    return False


def _refuses(file: File, function: ast.AST) -> bool:
    """The function answers 401 or 403."""
    for raised in file.raises(function):
        if isinstance(raised.exc, ast.Call) and any(
            file.value_of(given) in (401, 403) for given in all_arguments(raised.exc)
        ):
            return True
    return False


def _kept(side: ast.expr) -> int:
    """How much an expression looks like what is stored: made here, a constant or an attribute before a local name."""
    match side:
        case ast.Call():
            return 3
        case ast.Name(id=name) if name.isupper():
            return 2
        case ast.Attribute():
            return 1
    return 0


def _comes_from(file: File, side: ast.expr, whole: ast.expr) -> bool:
    """Whether a local name was cut out of the other one: `name, secret = split(token)`."""
    if not isinstance(side, ast.Name) or not isinstance(whole, ast.Name) or side.id == whole.id:
        return False
    return any(
        isinstance(target, ast.Tuple)
        and any(isinstance(part, ast.Name) and part.id == side.id for part in target.elts)
        and file.mentions(assigned.value, whole.id)
        for assigned in file.within(file.function(side) or file.tree, ast.Assign)
        for target in assigned.targets
    )


def _same(one: ast.expr, two: ast.expr) -> bool:
    return ast.dump(one) == ast.dump(two)


def _speaks(name: str) -> bool:
    """The name is that of a secret or of what proves one."""
    return secret_name(name) is not None or authenticator_name(name) is not None


def _is_column(file: File, side: ast.Attribute) -> bool:
    """`User.token`: the column of a class, not a value."""
    owner = file.definition_of(side.value)
    if owner is not None:
        return owner.is_class
    return isinstance(side.value, ast.Name) and side.value.id[:1].isupper() and not side.value.id.isupper()


def _notices_change(file: File, comparison: ast.Compare, left: ast.expr, right: ast.expr) -> bool:
    """`if kept.token != token: kept.token = token`: what is new is stored."""
    choice = next((above for above in file.ancestors(comparison) if isinstance(above, ast.stmt)), None)
    if not isinstance(choice, ast.If):
        return False
    sides = {file.source(left), file.source(right)}
    return any(
        isinstance(statement, ast.Assign)
        and file.source(statement.value) in sides
        and any(file.source(target) in sides for target in statement.targets)
        for statement in choice.body
    )


def _is_own_test(file: File, comparison: ast.Compare) -> bool:
    """An `assert` or a comparison inside `__eq__` is no check of a stranger's guess."""
    if isinstance(file.statement(comparison), ast.Assert):
        return True
    function = file.function(comparison)
    return isinstance(function, ast.FunctionDef) and function.name in ("__eq__", "__ne__")


def _short(file: File, side: ast.expr) -> str:
    text = " ".join(file.source(side).split())
    return text if len(text) <= 40 else f"{text[:18]} … {text[-18:]}"


def _given(file: File, side: ast.expr) -> str:
    """The side as it is written, or an empty text where it is None."""
    text = file.source(side)
    match side:
        case ast.Call(func=ast.Attribute(attr="get"), args=[_], keywords=[]):
            return f'{text} or ""'
        case ast.Name(id=name):
            function = file.function(side)
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
                each.arg == name and each.annotation is not None and "None" in file.source(each.annotation)
                for each in (*function.args.args, *function.args.kwonlyargs)
            ):
                return f'{text} or ""'
    return text
