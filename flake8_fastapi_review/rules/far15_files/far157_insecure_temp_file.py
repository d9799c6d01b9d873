from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MKTEMP = ("tempfile.mktemp", "os.tempnam", "os.tmpnam")
_FOLDERS = ("tempfile.gettempdir", "tempfile.gettempdirb", "tempfile.tempdir")
_SHARED = re.compile(r"(?:/var)?/tmp/|/dev/shm/|[A-Za-z]:\\+(?:Windows\\+)?Temp\\+")
_GUESSED = (
    "os.getpid",
    "os.getuid",
    "os.getlogin",
    "getpass.getuser",
    "time.time",
    "time.time_ns",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.timestamp",
    "datetime.datetime.isoformat",
    "datetime.datetime.strftime",
)
"""What others on the machine can know or guess."""
_OPENERS = {
    "builtins.open": (0, 1),
    "io.open": (0, 1),
    "codecs.open": (0, 1),
    "aiofiles.open": (0, 1),
    "anyio.open_file": (0, 1),
    "gzip.open": (0, 1),
    "zipfile.ZipFile": (0, 1),
    "tarfile.open": (0, 1),
}
_WRITERS = {
    "shutil.copy": 1,
    "shutil.copy2": 1,
    "shutil.copyfile": 1,
    "shutil.move": 1,
    "os.rename": 1,
    "os.replace": 1,
    "urllib.request.urlretrieve": 1,
}
"""Position of the path that is written to."""
_METHODS = ("write_text", "write_bytes", "open")


class InsecureTempFile(Rule):
    """A temporary file has a name that others on the machine can know before it exists.

    Whoever creates the name first decides what is written to: a link to another file, which is then overwritten, or a
    file of their own, which they can read and change. `tempfile.mktemp()` gives a name and no file, so that there is
    time for that in between. Names that are random, or in a folder of the process's own, are not reported.

    Bad:

        def export(rows: list[str]) -> str:
            with open("/tmp/export.csv", "w") as stream:
                stream.writelines(rows)
            return stream.name

    Good:

        import tempfile

        def export(rows: list[str]) -> str:
            with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as stream:
                stream.writelines(rows)
            return stream.name

    Exploit:

        $ ln -s /srv/shop/.ssh/authorized_keys /tmp/export.csv     # any other account of the machine
        $ curl https://shop.example/reports/export                 # the application follows the link
    """

    code = "FAR157"
    severity = Severity.WARNING
    cwe = 377
    cvss = "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:H/A:N"
    message = "`{path}` {harm}: use {remedy}"
    markers = (("mktemp", "tmp/", "gettempdir", "tempdir", "shm/", "Temp\\"),)

    folders: frozenset[str] = option(frozenset(), "Beginnings of paths below a shared folder that belong to us alone.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            leaf = last_name(call.func)
            if leaf in ("mktemp", "tempnam", "tmpnam") and file.is_named(call.func, *_MKTEMP):
                yield self.at(
                    call,
                    path=file.source(call.func) + "()",
                    harm="gives a name that others can take before the file is made",
                    remedy="`tempfile.NamedTemporaryFile` or `tempfile.mkstemp`",
                )
                continue
            path = self._written(file, call, leaf)
            if path is not None and (shown := self._predictable(file, path)):
                yield self.at(
                    call,
                    path=shown,
                    harm="can be created by others first, as a link to any file of ours",
                    remedy="`tempfile.NamedTemporaryFile` or a `tempfile.TemporaryDirectory`",
                )

    def _written(self, file: File, call: ast.Call, leaf: str) -> ast.expr | None:
        """The path that a call writes to."""
        if (
            leaf in _METHODS
            and isinstance(call.func, ast.Attribute)
            and file.is_a(call.func.value, "pathlib.PurePath", "anyio.Path")
        ):
            mode = file.argument(call, 0, "mode")
            return call.func.value if leaf != "open" or _writes(file, mode) else None
        name = file.resolved(call) if leaf in _LEAVES else None
        if name in _OPENERS:
            place, mode_place = _OPENERS[name]
            path = file.argument(call, place, "file") or file.argument(call, -1, "name")
            return path if _writes(file, file.argument(call, mode_place, "mode")) else None
        if name in _WRITERS:
            return file.argument(call, _WRITERS[name], "dst")
        return None

    def _predictable(self, file: File, path: ast.expr) -> str | None:
        """The path as text, if it lies in a shared folder and its name can be known; its parts that change as `…`."""
        parts = self._parts(file, path, 0)
        if parts is None:
            return None
        text = "".join(parts)
        if not _SHARED.match(text) or text.startswith(tuple(self.folders)):
            return None
        rest = _SHARED.sub("", text, count=1).strip("/")
        return text if rest and rest != "…" else None

    def _parts(self, file: File, expr: ast.AST, depth: int) -> list[str] | None:
        """The pieces of a path; None when something in it is not known, and so perhaps random."""
        if depth > 16:
            return None
        match expr:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                return self._all(file, values, depth)
            case ast.FormattedValue(value=inner):
                return self._parts(file, inner, depth + 1)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined(file, [left, right], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._all(file, [left, right], depth)
            case ast.Call(func=callee, args=arguments):
                name = file.resolved(expr)
                if name in _FOLDERS:
                    return ["/tmp/"]
                if name in _GUESSED:
                    return ["…"]
                if name in ("os.path.join", "pathlib.Path", "pathlib.PurePath", "anyio.Path"):
                    return self._joined(file, arguments, depth)
                if name in ("builtins.str", "builtins.int", "os.fspath", "os.path.abspath") and len(arguments) == 1:
                    return self._parts(file, arguments[0], depth + 1)
                if (name or "").startswith("hashlib.") or (
                    isinstance(callee, ast.Attribute) and callee.attr in ("hexdigest", "encode", "lower", "upper")
                ):
                    hashed = [*([callee.value] if isinstance(callee, ast.Attribute) else []), *arguments]
                    hashed = arguments if (name or "").startswith("hashlib.") and arguments else hashed
                    return None if self._all(file, hashed, depth) is None else ["…"]
                if isinstance(callee, ast.Attribute) and callee.attr == "joinpath":
                    return self._joined(file, [callee.value, *arguments], depth)
                return None
            case ast.Name() | ast.Attribute():
                if file.name_of(expr) in _FOLDERS:
                    return ["/tmp/"]
                known = file.value_of(expr)
                if isinstance(known, str):
                    return [known]
                assigned = [each for each in file.values(expr) if each is not expr]
                return self._parts(file, assigned[0], depth + 1) if len(assigned) == 1 else None
        return None

    def _all(self, file: File, parts: list[ast.expr], depth: int) -> list[str] | None:
        found: list[str] = []
        for part in parts:
            known = self._parts(file, part, depth + 1)
            if known is None:
                return None
            found += known
        return found

    def _joined(self, file: File, parts: list[ast.expr], depth: int) -> list[str] | None:
        pieces = []
        for part in parts:
            known = self._parts(file, part, depth + 1)
            if known is None:
                return None
            pieces.append("".join(known))
        return ["/".join(piece.rstrip("/") if place < len(pieces) - 1 else piece for place, piece in enumerate(pieces))]


_LEAVES = frozenset(name.rpartition(".")[2] for name in (*_OPENERS, *_WRITERS))


def _writes(file: File, mode: ast.expr | None) -> bool:
    """The file is made or emptied; `x` refuses one that is there."""
    known = file.value_of(mode) if mode is not None else "r"
    return isinstance(known, str) and any(letter in known for letter in "wa") and "x" not in known
