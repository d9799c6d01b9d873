from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PYJWT = tuple(
    f"jwt.{owner}{name}"
    for owner in ("", "PyJWT.", "api_jwt.", "api_jwt.PyJWT.")
    for name in ("decode", "decode_complete")
)
_JOSE = ("jose.jwt.decode",)
_GOOGLE = ("google.auth.jwt.decode",)
_AUTHLIB = ("authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode", "authlib.jose.rfc7519.JsonWebToken.decode")
_JOSERFC = ("joserfc.jwt.decode",)
_DECODERS = (*_PYJWT, *_JOSE, *_AUTHLIB, *_JOSERFC, *_GOOGLE)
_UNVERIFIED = ("jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims")
_HEADERS = (
    "jwt.get_unverified_header",
    "jwt.PyJWS.get_unverified_header",
    "jwt.api_jws.get_unverified_header",
    "jose.jwt.get_unverified_header",
    "jose.jwt.get_unverified_headers",
    "jose.jws.get_unverified_header",
)
_ENCODERS = {
    "jwt.encode": 0,
    "jwt.PyJWT.encode": 0,
    "jwt.api_jwt.encode": 0,
    "jose.jwt.encode": 0,
    "authlib.jose.jwt.encode": 1,
    "authlib.jose.JsonWebToken.encode": 1,
    "joserfc.jwt.encode": 1,
}
"""Position of the claims."""
_FINDS_THE_KEY = frozenset(
    ("kid", "alg", "iss", "typ", "tid", "azp", "aud", "client_id", "exp", "iat", "nbf", "jti", "jku", "x5t")
)
"""Claims and header fields that say which key or issuer to ask, or how long the token is good: no identity."""
_SUBJECT = re.compile(
    r"(?i)^(?:sub|subject|id|name|data|admin|identity)$|account|client|customer|email|login|member|permission|principal|role|"
    r"scope|session|sid$|tenant|token|type|uid|user"
)
"""Claims that say who somebody is, or what he may do."""
_REFERENCE = frozenset(("jti", "sid", "iss", "aud"))
"""Claims that only say under which number to look the token up: its life is kept there."""
_VERIFIES = re.compile(
    r"(?i)verif|validat|introspect|authenticat|check|decode|review|get_signing_key|userinfo|user_info"
)
_CHOICE = re.compile(r"(?i)verif|validat|insecure|skip|debug|(?:^|_)(?:dev|test|testing|local)(?:$|_)|trust")
_SAYS_SO = re.compile(r"(?i)unverified|unsafe|insecure|without_verif|no_verif|peek|untrusted|unvalidated")
_EXPIRED = re.compile(r"(?i)expire|refresh|renew|revoke|logout|log_out|sign_?out|blacklist|blocklist|deny_?list")
_RESPONSE = re.compile(r"(?i)(?:^|_)(?:response|resp|res|result|tokens?_(?:data|response|json|result)|discovery)$")
_OF_ISSUER = re.compile(r"(?i)(?:^|_)(?:id_?token|sso)(?:$|_)")
_REASON = re.compile(
    r"(?i)(?:already|no|not|without|un|never|skip|later|elsewhere|only|just)\b.{0,40}(?:verif|validat|authenticat|trust|sign"
    r"|creat|issu|identif)|(?:verif|validat|sign)\w*.{0,40}\b(?:already|not|elsewhere|later|above|below|before|after|no)\b"
)
"""What a comment says of a token that is read unverified: that it is known, and why it does no harm."""
_UNTRUSTED = re.compile(r"(?i)\b(?:without|not|no|un)[ -]?\w*[ -]?(?:verif|validat|trust)")
"""What a docstring says of a function that only reads what a token holds."""
_EXPIRY = re.compile(r"(?i)(?:^|_|\b)(?:exp|expire[sd]?|expiry|expiration)(?:_at|_time|_ts)?\b")


class JwtNotVerified(Rule):
    """A JSON Web Token is believed without its signature or expiry being checked, or is issued without expiry.

    The claims of a token are plain text that everybody can write. Only the signature says who wrote them, only a fixed
    list of algorithms says which signature counts (with none the token's own header chooses it), and only `exp` ends
    the life of a stolen token. Silent where the claims just find the key, and where the token is verified as well.

    Bad:

        import jwt

        def get_user_id(token: str) -> str:
            return jwt.decode(token, options={"verify_signature": False})["sub"]

    Good:

        import jwt

        def get_user_id(token: str, key: str) -> str:
            return jwt.decode(token, key, algorithms=["RS256"])["sub"]

    Exploit:

        $ python -c 'import jwt; print(jwt.encode({"sub": "1"}, "any key will do"))'
        $ curl -H "Authorization: Bearer <that token>" https://shop.example/users/me
        {"id": 1, "email": "owner@shop.example", "is_staff": true}
    """

    code = "FAR052"
    severity = Severity.BLOCKER
    cwe = 347
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"
    message = "`{text}` {harm}: {remedy}"
    markers = (("jwt", "jose", "JsonWebToken"), ("decode", "encode", "get_unverified_claims"))

    allow: frozenset[str] = option(frozenset(), "Names of functions that may read tokens without verifying them.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            if not leaf or not self._could_be(file, call, leaf):
                continue
            if file.is_named(call.func, *_DECODERS):
                yield from self._decoded(file, call)
            elif file.is_named(call.func, *_UNVERIFIED):
                if not self._is_harmless(file, call):
                    yield self._unverified(call, f"{file.source(call.func)}(…)")
            elif file.is_named(call.func, *_ENCODERS):
                yield from self._issued(file, call)

    def _could_be(self, file: File, call: ast.Call, leaf: str) -> bool:
        if leaf in ("decode", "encode", "decode_complete", "get_unverified_claims"):
            return bool(call.args or call.keywords) and not isinstance(getattr(call.func, "value", None), ast.Constant)
        return isinstance(call.func, ast.Name) and any(
            alias.asname == leaf
            for statement in file.nodes(ast.ImportFrom)
            for alias in statement.names
            if alias.name in ("decode", "encode", "decode_complete", "get_unverified_claims")
        )

    def _decoded(self, file: File, call: ast.Call) -> Iterator[Violation]:
        given = file.keywords(call)
        starred = any(isinstance(each, ast.Starred) for each in call.args)
        named = dict(given if given is not None else [(each.arg, each.value) for each in call.keywords if each.arg])
        options = named.get("options", file.argument(call, 3) if file.is_named(call.func, *_PYJWT, *_JOSE) else None)
        entries = dict(file.entries(options) or ()) if options is not None else {}
        known = file.value_of(options) if options is not None and not entries else None
        elsewhere = known if isinstance(known, dict) else {}
        off = (
            "verify_signature"
            if _is_off(file, entries.get("verify_signature")) or elsewhere.get("verify_signature") is False
            else None
        )
        verify = named.get("verify")
        if off or _is_off(file, verify):
            if not self._is_harmless(file, call):
                yield self._unverified(call, f'"{off}": False' if off else "verify=False")
            return
        algorithms = named.get(
            "algorithms", file.argument(call, 2) if not file.is_named(call.func, *_AUTHLIB) else None
        )
        if algorithms is not None and (found := self._algorithms(file, call, algorithms)):
            yield found
            return
        if (
            algorithms is None
            and given is not None
            and not starred
            and options is None
            and self._needs_list(file, call)
        ):
            yield self.at(
                call,
                text=f"{file.source(call.func)}(…)",
                harm="names no algorithms, so that the token's own header chooses how it is signed",
                remedy='pass `algorithms=["RS256"]` or what the issuer uses',
            )
            return
        function = getattr(file.function(call), "name", "")
        off = "verify_exp" if _is_off(file, entries.get("verify_exp")) or elsewhere.get("verify_exp") is False else None
        if off and not (_EXPIRED.search(function) or _under_choice(file, call) or _checks_expiry(file, entries)):
            yield self.at(
                call,
                severity=Severity.WARNING,
                text=f'"{off}": False',
                harm="lets a token in long after it has expired",
                remedy="leave the check on, and give clients a way to renew their token",
            )
        elif (call_name := self._unvalidated(file, call)) is not None:
            yield self.at(
                call,
                severity=Severity.WARNING,
                text=f"{file.source(call.func)}(…)",
                harm="checks the signature alone, so that expired tokens are let in",
                remedy=f"call `{call_name}` before reading the claims",
            )

    def _unverified(self, call: ast.Call, text: str) -> Violation:
        harm = "believes what anybody can write into a token"
        return self.at(call, text=text, harm=harm, remedy="verify its signature with the issuer's key")

    def _algorithms(self, file: File, call: ast.Call, algorithms: ast.expr) -> Violation | None:
        """A list that lets `none` or the token's own header in."""
        known = file.value_of(algorithms)
        if known is None and file.is_named(call.func, *_JOSE):
            return self.at(
                call,
                text="algorithms=None",
                harm="lets the token's own header choose how it is signed",
                remedy='pass `algorithms=["RS256"]` or what the issuer uses',
            )
        listed = [known] if isinstance(known, str) else known if isinstance(known, (list, tuple, set)) else []
        if any(isinstance(each, str) and each.lower() == "none" for each in listed):
            remedy = "list the algorithms that the issuer uses, and no other"
            return self.at(
                call,
                text=f"algorithms={file.source(algorithms)}",
                harm="accepts tokens without signature",
                remedy=remedy,
            )
        for value in file.values(algorithms):
            for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
                if any(self._is_header_field(file, each) for each in file.values(item)):
                    return self.at(
                        call,
                        text=f"algorithms={file.source(algorithms)}",
                        harm="lets the token's own header choose how it is signed",
                        remedy="list the algorithms that the issuer uses",
                    )
        return None

    def _is_header_field(self, file: File, expr: ast.AST) -> bool:
        """`header["alg"]` of `header = jwt.get_unverified_header(token)`."""
        match expr:
            case ast.Subscript(value=owner, slice=ast.Constant(value="alg")):
                pass
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value="alg"), *_]):
                pass
            case _:
                return False
        return any(
            isinstance(value, ast.Call) and file.is_named(value.func, *_HEADERS) for value in file.values(owner)
        ) and not self._is_compared(file, owner)

    def _is_compared(self, file: File, owner: ast.expr) -> bool:
        """The header is checked against something in the same function."""
        function = file.function(owner)
        text = file.source(owner)
        return function is None or any(
            text in file.source(part)
            for test in file.within(function, ast.Compare)
            for part in (test.left, *test.comparators)
        )

    def _needs_list(self, file: File, call: ast.Call) -> bool:
        """A library that takes any algorithm without a list; the key of a JWK knows its own."""
        if not file.is_named(call.func, *_PYJWT, *_JOSE) or len(call.args) > 2:
            return False
        key = file.argument(call, 1, "key")
        if key is None:
            return False
        if file.is_named(call.func, *_JOSE):
            return True
        return not file.is_a(key, "jwt.PyJWK") and not re.search(r"(?i)jwk|signing_?key", file.source(key))

    def _unvalidated(self, file: File, call: ast.Call) -> str | None:
        """What should have been called before the claims are read: authlib and joserfc check nothing but the
        signature themselves."""
        if file.is_named(call.func, *_AUTHLIB):
            inner, remedy = "", "claims.validate()"
        elif file.is_named(call.func, *_JOSERFC):
            inner, remedy = "claims", "JWTClaimsRegistry().validate(token.claims)"
        else:
            return None
        uses = _uses(file, call)
        if not uses:
            return None
        for use in uses:
            parent = file.parent(use)
            if inner and not (isinstance(parent, ast.Attribute) and parent.attr == inner):
                return None
            read = _key_read(file, parent if inner and isinstance(parent, ast.expr) else use)
            if read is None or read in _REFERENCE:
                return None
        return remedy

    def _is_harmless(self, file: File, call: ast.Call) -> bool:
        """The claims that are read unverified are nobody's identity, or are verified too."""
        function = file.function(call)
        name = getattr(function, "name", "")
        if name in self.allow or _SAYS_SO.search(name) or _under_choice(file, call) or _is_explained(file, call):
            return True
        uses = _uses(file, call)
        if not uses and isinstance(file.parent(call), ast.Expr):
            return True  # only whether it is a token at all
        if uses and all((_key_read(file, use) or "") in _FINDS_THE_KEY for use in uses):
            return True
        token = file.argument(call, 0, "token") or file.argument(call, -1, "jwt")
        if token is None or function is None:
            return token is None
        return (
            self._comes_from_issuer(file, token)
            or self._comes_from_dependency(file, function, token)
            or _is_verified_in(file, function, token, call)
            or self._is_verified_by_callers(file, function, token)
        )

    def _comes_from_issuer(self, file: File, token: ast.expr) -> bool:
        """The token was fetched from the issuer over TLS, which OpenID Connect lets take the signature's place, or
        is called `id_token` and handed over by somebody."""
        for value in file.values(token):
            for part in file.within(value, ast.Name, ast.Attribute, ast.Call):
                if file.is_named(part, "os.environ", "os.getenv"):
                    # The program's own token: whoever started it gave it.
                    return True
                match part:
                    case ast.Call(
                        func=ast.Attribute(attr="json" | "fetch_token" | "authorize_access_token" | "acquire_token")
                    ):
                        return True
                    case ast.Name(id=text) | ast.Attribute(attr=text) if _RESPONSE.search(text):
                        return True
                    case ast.Name():
                        if any(
                            isinstance(call, ast.Call) and file.source(call.func).endswith((".json", ".fetch_token"))
                            for other in file.values(part)
                            for call in file.within(other, ast.Call)
                        ):
                            return True
        function = file.function(token)
        return (
            function is not None
            and file.registered_as(function) is None
            and any(
                _OF_ISSUER.search(text)
                for text in (
                    getattr(function, "name", ""),
                    *(name.id for value in file.values(token) for name in file.within(value, ast.Name)),
                )
            )
        )

    def _comes_from_dependency(self, file: File, function: ast.AST, token: ast.expr) -> bool:
        """`user["token"]` of `user = Depends(current_user)`: a part of what that function has made out."""
        answered = set(_answered(file, function))
        for value in file.values(token):
            match value:
                case (
                    ast.Subscript(value=ast.Name(id=owner))
                    | ast.Attribute(value=ast.Name(id=owner))
                    | ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="get"))
                ) if owner in answered:
                    return True
        return False

    def _is_verified_by_callers(self, file: File, function: ast.AST, token: ast.expr) -> bool:
        """Those who call this function in the same file verify what they hand to it."""
        name = getattr(function, "name", None)
        if name is None or not isinstance(token, ast.Name):
            return False
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            caller = file.function(call)
            if leaf == name and caller is not None and call.args and _is_verified_in(file, caller, call.args[0], call):
                return True
        return False

    def _issued(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """A token whose claims are all known and hold no `exp`."""
        position = next(place for name, place in _ENCODERS.items() if file.is_named(call.func, name))
        claims = file.argument(call, position, "payload") or file.argument(call, -1, "claims")
        key = file.argument(call, position + 1, "key")
        if claims is None or key is None or file.value_of(key) in ("", b"", None):
            return
        entries = self._claims(file, claims) if not _is_tried(file, call) else None
        if not entries or any(name == "exp" for name, _ in entries) or {name for name, _ in entries} <= _REFERENCE:
            return
        if not any(_SUBJECT.search(name) for name, _ in entries):
            return  # a signature under something else, and no way in
        yield self.at(
            call,
            severity=Severity.WARNING,
            text=f"{file.source(call.func)}(…)",
            harm="issues a token that never expires, so that a stolen one is good for ever",
            remedy='add `"exp": now + lifetime` to its claims',
        )

    def _claims(self, file: File, claims: ast.expr) -> list[tuple[str, ast.expr]] | None:
        """The entries of a dictionary, also of one that a function of this file returns."""
        found = file.entries(claims)
        if found is not None:
            return found
        for value in file.values(claims):
            match value:
                case ast.Call(func=ast.Name(id=name)):
                    pass
                case _:
                    continue
            makers = [each for each in file.nodes(ast.FunctionDef) if each.name == name]
            results = [result.value for maker in makers for result in file.within(maker, ast.Return)]
            if len(makers) == 1 and len(results) == 1 and results[0] is not None:
                own = file.entries(results[0])
                return None if own is None or _grows(file, claims) else own
        return None


def _grows(file: File, claims: ast.expr) -> bool:
    """Something is added to the dictionary after it was made."""
    function = file.function(claims)
    if function is None or not isinstance(claims, ast.Name):
        return not isinstance(claims, ast.Call)
    return any(
        isinstance(each.ctx, ast.Load) and each.id == claims.id and each is not claims
        for each in file.within(function, ast.Name)
    )


def _is_tried(file: File, call: ast.Call) -> bool:
    """The token is not handed out: it is made to see whether the key works, or read back at once."""
    uses = _uses(file, call)
    return not uses or any(
        isinstance(holder := file.parent(use), ast.Call) and file.is_named(holder.func, *_DECODERS) for use in uses
    )


def _checks_expiry(file: File, options: dict[str, ast.expr]) -> bool:
    """The file compares an expiry with the clock itself, or the claim has to be there for somebody else to do so."""
    required = options.get("require")
    known = file.value_of(required) if required is not None else ()
    if isinstance(known, (list, tuple)) and "exp" in known:
        return True
    return any(
        _EXPIRY.search(file.source(part)) for test in file.nodes(ast.Compare) for part in (test.left, *test.comparators)
    )


def _is_explained(file: File, call: ast.Call) -> bool:
    """The variable, the docstring or a comment at the call says that nothing is verified here, or where it is."""
    match file.parent(call):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if _SAYS_SO.search(name):
            return True
    function = file.function(call)
    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and _UNTRUSTED.search(
        ast.get_docstring(function) or ""
    ):
        return True
    last = call.end_lineno or call.lineno
    first = file.statement(call).lineno - 1
    while first and file.lines[first - 1].strip().startswith(("#", "try:")):
        first -= 1
    comments = (line.partition("#")[2] for line in file.lines[first:last] if "#" in line)
    return _REASON.search(" ".join(comments)) is not None


def _is_off(file: File, value: ast.expr | None) -> bool:
    return value is not None and file.value_of(value) is False


def _under_choice(file: File, node: ast.AST) -> bool:
    """A condition around the node, a setting or a mode for developers, decides that nothing is verified."""
    child: ast.AST = node
    for above in file.ancestors(node):
        match above:
            case ast.If(test=test) | ast.IfExp(test=test) if child is not test:
                names = file.within(test, ast.Name, ast.Attribute)
                if any(_CHOICE.search(last_name(each)) for each in names):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return False
        child = above
    return False


def _uses(file: File, call: ast.Call) -> list[ast.expr]:
    """Where the value of a call is used: the call itself, or each reading of the variable that it is assigned to."""
    holder = file.parent(call)
    match holder:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            function = file.function(call)
            return [
                each
                for each in file.within(function if function is not None else file.tree, ast.Name)
                if each.id == name and isinstance(each.ctx, ast.Load) and call in file.values(each)
            ]
        case ast.Expr():
            return []
    return [call]


def _key_read(file: File, use: ast.expr) -> str | None:
    """The key that is read of a dictionary: `claims["sub"]`, `claims.get("sub")`, `"sub" in claims`."""
    parent = file.parent(use)
    match parent:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))) if owner is use:
            return key
        case ast.Attribute(attr="get"):
            match file.parent(parent):
                case ast.Call(args=[ast.Constant(value=str(key)), *_]):
                    return key
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()]):
            return key
    return None


def _is_verified_in(file: File, function: ast.AST, token: ast.expr, reading: ast.Call) -> bool:
    """Another call in the function is given the same token, and its name says that it verifies."""
    text = file.source(token)
    for call in file.within(function, ast.Call):
        if call is reading:
            continue
        arguments = all_arguments(call)
        if not any(file.source(each) == text for each in arguments):
            continue
        leaf = last_name(call.func)
        if not _VERIFIES.search(leaf) or file.is_named(call.func, *_UNVERIFIED, *_HEADERS):
            continue
        pairs = dict(file.keywords(call) or ())
        options = dict(file.entries(pairs["options"]) or ()) if "options" in pairs else {}
        if not _is_off(file, pairs.get("verify")) and not _is_off(file, options.get("verify_signature")):
            return True
    return False


def _answered(file: File, function: ast.AST) -> Iterator[str]:
    """The parameters that functions and callable objects of the project answer: `user=Depends(current_user)`."""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    start = len(positional) - len(given.defaults)
    defaults = [
        *((positional[start + place], default) for place, default in enumerate(given.defaults)),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    for parameter, default in defaults:
        if isinstance(default, ast.Call) and last_name(default.func) in ("Depends", "Security") and default.args:
            definition = file.definition_of(default.args[0])
            made = file.type_of(default.args[0]) or ""
            is_own = bool(made) and not file.is_a(default.args[0], "fastapi.security.base.SecurityBase")
            if (definition is not None and not definition.is_class) or (is_own and not made.startswith("fastapi.")):
                yield parameter.arg
