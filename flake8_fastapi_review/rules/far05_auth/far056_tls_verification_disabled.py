from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...edits import argument
from ...rule import Edit, Fix, Range, Rule, Severity, option
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_UNVERIFIED = {name: f"ssl.{name}" for name in ("_create_unverified_context", "_create_stdlib_context")}
_HERE = re.compile(r"(?i)//(?:localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)(?=[:/]|$)")
_ON_PURPOSE = re.compile(
    r"(?i)insecure|unsecure|verif|skip|self_?signed|trust|allow_?invalid|(?:^|_)(?:ssl|tls|cert|certs|ca|dev|debug|local|test|testing)(?:$|_)|localhost"
)
"""Words of a condition or a variable by which somebody chose to do without."""
_NEVER = re.compile(r"(?i)insecure|unsecure|unverified|no_?verif|untrusted")
_SERVER_SIDE = ("CLIENT_AUTH", "PROTOCOL_TLS_SERVER")
_VARIABLES = {"PYTHONHTTPSVERIFY": "0", "CURL_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": ""}


class TlsVerificationDisabled(Rule):
    """A connection accepts every certificate.

    Encryption without a check of who is at the other end protects from nobody who can answer in his place: in the same
    network, at a hijacked name server, at a proxy. What is sent (passwords, tokens, data of customers) can be read, and
    what is received can be changed. `smtplib`, `imaplib` and `ftplib` verify nothing unless they are given a context.
    Silent where a setting or a condition decides.

    Bad:

        import httpx

        def get_client(token: str) -> httpx.Client:
            return httpx.Client(headers={"Authorization": f"Bearer {token}"}, verify=False)

    Good:

        import ssl

        import httpx

        def get_client(token: str) -> httpx.Client:
            trusted = ssl.create_default_context(cafile="/etc/ssl/certs/our-own-authority.pem")
            return httpx.Client(headers={"Authorization": f"Bearer {token}"}, verify=trusted)

    Exploit:

        $ arpspoof -t 10.0.0.7 10.0.0.1 & mitmproxy --mode transparent --showhost
        POST https://payments.example/charges
        Authorization: Bearer sk_live_...
    """

    code = "FAR056"
    severity = Severity.BLOCKER
    cwe = 295
    cvss = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"
    message = "`{text}` accepts {every}, so that whoever is between can read and change what is sent: {instead}"
    markers = (
        ("erify", "VERIFY", "ssl", "SSL", "tls", "TLS", "CERT_NONE", "cert_", "FTP", "IMAP", "POP3", "CA_BUNDLE"),
    )

    hosts: frozenset[str] = option(
        frozenset(), "Beginnings of URLs at which certificates need no check, such as `https://sidecar:`."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            for switch in file.unverified(call):
                if self._reaches_home(file, call) or _is_chosen(file, call):
                    continue
                if switch.value is None:
                    text = f"{file.source(call.func)}(…)"
                    instead = f"pass `{switch.argument}=ssl.create_default_context()`"
                    yield self.at(
                        call,
                        severity=Severity.WARNING,
                        fix=_verifying(file, call, switch.argument),
                        text=text,
                        every="every certificate",
                        instead=instead,
                    )
                    continue
                text = f"{switch.argument}={file.source(switch.value)}"
                fix = _verified(switch.value)
                yield self.at(switch.where, fix=fix, text=text, every="every certificate", instead=_INSTEAD)
            yield from self._variable(file, call)
        yield from self._contexts(file)
        yield from self._attributes(file)

    def _attributes(self, file: File) -> Iterator[Violation]:
        """`session.verify = False`, `context.verify_mode = ssl.CERT_NONE`."""
        told: set[tuple[ast.AST | None, str]] = set()
        found = [
            (assignment, switch) for assignment in file.nodes(ast.Assign) for switch in file.unverified(assignment)
        ]
        for assignment, switch in sorted(found, key=lambda each: each[1].argument == "check_hostname"):
            target = next(each for each in assignment.targets if isinstance(each, ast.Attribute))
            owner = (file.function(assignment), file.source(target.value))
            if owner in told or _is_chosen(file, assignment) or _NEVER.search(owner[1]) or _serves(file, target.value):
                continue
            if _is_decided_later(file, assignment, target):
                continue
            told.add(owner)
            every = "every certificate"
            severity = self.severity
            if switch.argument == "check_hostname":
                every, severity = "the certificate of any host", Severity.WARNING
            yield self.at(assignment, severity=severity, text=file.source(assignment), every=every, instead=_INSTEAD)

    def _contexts(self, file: File) -> Iterator[Violation]:
        """`ssl._create_unverified_context`, called or handed on."""
        for node in file.nodes(ast.Attribute, ast.Name):
            name = last_name(node)
            if name not in _UNVERIFIED or isinstance(node.ctx, ast.Store):
                continue
            if file.is_named(node, *_UNVERIFIED.values()) and not _is_chosen(file, node):
                yield self.at(node, text=file.source(node), every="every certificate", instead=_INSTEAD)

    def _variable(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """`os.environ.setdefault("PYTHONHTTPSVERIFY", "0")`."""
        match call:
            case ast.Call(
                func=ast.Attribute(attr="setdefault" | "putenv"),
                args=[ast.Constant(value=str(key)), ast.Constant(value=value)],
            ) if _VARIABLES.get(key) == value and not _is_chosen(file, call):
                if file.resolved(call) in ("os.environ.setdefault", "os._Environ.setdefault", "os.putenv"):
                    yield self.at(call, text=file.source(call), every="every certificate", instead=_INSTEAD)

    def _reaches_home(self, file: File, call: ast.Call) -> bool:
        """The first argument is a URL of this machine, or one that the configuration names."""
        given = [*call.args[:2], *(each.value for each in call.keywords if each.arg in ("url", "base_url"))]
        for part in given:
            for value in file.values(part):
                start = value.values[0] if isinstance(value, ast.JoinedStr) and value.values else value
                text = file.value_of(start)
                if isinstance(text, str) and (_HERE.search(text) or text.startswith(tuple(self.hosts))):
                    return True
        return False


_INSTEAD = "verify against the authority that signed it (`ssl.create_default_context(cafile=…)`)"


def _verifying(file: File, call: ast.Call, keyword: str) -> Fix | None:
    """Unsafe: a server with a certificate that nobody signed is refused then, and so it is by `verify=True`."""
    known = file.module_name("ssl", call)
    edit = argument(file, call, f"{keyword}={known[0]}.create_default_context()") if known is not None else None
    return Fix("Verify the certificate", (*known[1], edit)) if known is not None and edit is not None else None


def _verified(value: ast.expr) -> Fix | None:
    if isinstance(value, ast.Constant) and value.value is False:
        return Fix("Verify the certificate", (Edit(Range.of(value), "True"),))
    return None


def _is_chosen(file: File, node: ast.AST) -> bool:
    """Somebody decides: a condition around the node, or the variable, parameter or function that names the choice."""
    child: ast.AST = node
    for above in file.ancestors(node):
        match above:
            case ast.If(test=test) | ast.IfExp(test=test) if child is not test and _names_choice(file, test):
                return True
            case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
                if _NEVER.search(name):
                    return True
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return bool(_NEVER.search(name))
        child = above
    return False


def _is_decided_later(file: File, assignment: ast.Assign, target: ast.Attribute) -> bool:
    """The same attribute is given another value in the same function: this one is where it starts from."""
    function = file.function(assignment)
    text = file.source(target)
    return function is not None and any(
        other is not assignment and any(file.source(each) == text for each in other.targets)
        for other in file.within(function, ast.Assign)
    )


def _names_choice(file: File, test: ast.expr) -> bool:
    return any(_ON_PURPOSE.search(last_name(name)) for name in file.within(test, ast.Name, ast.Attribute)) or any(
        isinstance(text.value, str) and _ON_PURPOSE.search(text.value) for text in file.within(test, ast.Constant)
    )


def _serves(file: File, context: ast.expr) -> bool:
    """The context is a server's own: it need not ask its clients for certificates."""
    return any(word in file.source(value) for value in file.values(context) for word in _SERVER_SIDE)
