from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import FunctionNode
    from ...file import File
    from ...rule import Violation

_STORES = frozenset(
    "write writelines write_bytes copyfileobj put_object put_file upload_fileobj upload_blob upload_from_string "
    "upload_from_file".split()
)
_SERVES = frozenset(("Response", "StreamingResponse", "HTMLResponse"))
_HARMLESS = frozenset(
    "len print getsizeof md5 sha1 sha256 sha512 blake2b update seek close hexdigest isinstance type bool BytesIO str "
    "iter".split()
)
"""What may be given the content without looking what it is."""
_OF_PATHS = frozenset(
    "open Path join makedirs mkdir exists isfile remove unlink dirname basename splitext abspath resolve getsize stat "
    "str FileResponse rename replace chmod info debug warning error exception append relative_to normpath startswith "
    "is_relative_to isdir write_bytes".split()
)
_TEMPORARY = tuple(
    f"{module}tempfile.{name}"
    for module in ("", "aiofiles.", "anyio.")
    for name in (
        "NamedTemporaryFile",
        "TemporaryFile",
        "SpooledTemporaryFile",
        "TemporaryDirectory",
        "mkdtemp",
        "mkstemp",
    )
)
_HANDED_ON = frozenset(("to_thread", "run_in_threadpool", "run_sync", "run_in_executor"))


class UntrustedContentType(Rule):
    """An uploaded file is stored or served as what its sender says it is.

    The `content_type` and the name of an upload are written by the client. A page named `photo.png`, or one with an
    extension that the server serves as HTML, runs its scripts in the browsers of others, and a program is kept for
    whoever opens it next. Look at the content: decode the image, read the first bytes, and choose the name, the
    extension and the type to serve it with yourself. Silent where anything is done with the content that may do so.

    Bad:

        from pathlib import Path

        from fastapi import FastAPI, HTTPException, UploadFile

        app = FastAPI()

        @app.post("/photos")
        async def add_photo(photo: UploadFile):
            if photo.content_type not in ("image/png", "image/jpeg"):
                raise HTTPException(415, detail="Only photos")
            Path("photos", photo.filename).write_bytes(await photo.read())

    Good:

        import io
        from pathlib import Path
        from uuid import uuid4

        from fastapi import FastAPI, HTTPException, UploadFile
        from PIL import Image, UnidentifiedImageError

        app = FastAPI()

        @app.post("/photos")
        async def add_photo(photo: UploadFile):
            content = await photo.read()
            try:
                Image.open(io.BytesIO(content), formats=["PNG"]).verify()
            except (UnidentifiedImageError, SyntaxError) as error:
                raise HTTPException(415, detail="Only photos") from error
            Path("photos", f"{uuid4()}.png").write_bytes(content)

    Exploit:

        $ curl -F 'photo=@steal-sessions.html;type=image/png' https://shop.example/photos
        $ xdg-open https://shop.example/photos/steal-sessions.html     # what the victim is sent as a link
    """

    code = "FAR155"
    default = Default.OFF
    severity = Severity.WARNING
    cwe = 434
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N"
    message = (
        "`{upload}` is {done} {trusted}, which the client writes: look at its content, and choose its name yourself"
    )
    markers = (("UploadFile",), ("write", "copyfileobj", "put_object", "upload_", "Response"))

    checks: frozenset[str] = option(frozenset(), "Names of further functions that look at the content of a file.")

    def check(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            names = {
                parameter.name
                for parameter in file.parameters(function)
                if parameter.type in file.group("upload") and parameter.source in ("file", "form")
            }
            for name in sorted(names):
                found = self._judge(file, function, name)
                if found is not None:
                    yield found

    def _judge(self, file: File, function: FunctionNode, upload: str) -> Violation | None:
        contents = _derived(file, function, lambda node: _is_content(node, upload))
        stored: ast.Call | None = None
        for call in file.within(function, ast.Call):
            leaf = last_name(call.func)
            arguments = all_arguments(call)
            if any(isinstance(each, ast.Name) and each.id == upload for each in arguments):
                return None  # somebody else looks at it, perhaps
            receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
            if receiver is not None and _holds(file, [receiver], contents, upload) and leaf not in _HARMLESS:
                if not _reads(receiver, leaf, upload):
                    return None  # `content.startswith(…)`, `content.decode()`
                continue
            if not _holds(file, arguments, contents, upload):
                continue
            if leaf in _HANDED_ON:
                leaf = next((name for each in call.args if (name := last_name(each)) in _STORES), leaf)
            if leaf in _STORES or leaf in _SERVES:
                if _is_temporary(file, call):
                    return None
                stored = stored or call
            elif leaf not in _HARMLESS or leaf in self.checks:
                return None
        if stored is None or _is_looked_at(file, function, contents, upload):
            return None
        return self._report(file, function, upload, stored, contents)

    def _report(
        self, file: File, function: FunctionNode, upload: str, stored: ast.Call, contents: dict[str, str]
    ) -> Violation | None:
        labels = _derived(file, function, lambda node: _is_label(node, upload))
        served = last_name(stored.func) in _SERVES
        place = _path_of(file, stored)
        if place is not None and _is_handed_over(file, function, place):
            return None
        tested = sorted({what for test in _tests(file, function) for what in _labels_in(file, test, labels, upload)})
        used = sorted(_labels_in(file, place, labels, upload)) if place is not None else []
        if served:
            used = [
                each.arg
                for each in stored.keywords
                if each.arg == "media_type" and _labels_in(file, each.value, labels, upload)
            ]
        if tested:
            trusted = "on the word of its " + " and ".join(f"`{upload}.{each}`" for each in tested)
        elif used:
            trusted = f"as `{upload}.{'content_type' if served else 'filename'}` says"
        else:
            return None
        arguments = all_arguments(stored)
        where = next((each for each in arguments if _holds(file, [each], contents, upload)), stored)
        return self.at(where, upload=upload, done="served" if served else "stored", trusted=trusted)


def _is_content(node: ast.AST, upload: str) -> bool:
    """`upload.file`, `upload.read(…)`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("file", "read")
        and isinstance(node.value, ast.Name)
        and node.value.id == upload
    )


def _is_label(node: ast.AST, upload: str) -> str:
    """What the client says of the upload."""
    if isinstance(node, ast.Attribute) and node.attr in ("content_type", "filename", "headers"):
        return node.attr if isinstance(node.value, ast.Name) and node.value.id == upload else ""
    return ""


def _derived(file: File, function: FunctionNode, found: object) -> dict[str, str]:
    """The local names that are computed from some parts of the upload, with the part."""
    names: dict[str, str] = {}
    for _ in range(4):
        before = len(names)
        for node in file.within(
            function, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.AugAssign
        ):
            match node:
                case ast.Assign(targets=targets, value=value):
                    pass
                case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                    targets = [target]
                case _:
                    targets, value = [node.target], node.value
            if value is None:
                continue
            what = _part(file, value, names, found)
            if what:
                for target in targets:
                    for name in file.within(target, ast.Name):
                        if isinstance(name.ctx, ast.Store):
                            names.setdefault(name.id, what)
        if len(names) == before:
            break
    return names


def _part(file: File, value: ast.expr, names: dict[str, str], found: object) -> str:
    for node in file.within(value, ast.Attribute, ast.Name):
        if isinstance(node, ast.Name):
            if node.id in names and not _is_measured(file, node):
                return names[node.id]
        elif what := found(node):  # type: ignore[operator]
            return what if isinstance(what, str) else "content"
    return ""


def _is_measured(file: File, name: ast.Name) -> bool:
    """`len(content)`, a hash: no content any more."""
    call = file.parent(name)
    return isinstance(call, ast.Call) and last_name(call.func) in _HARMLESS - {"BytesIO", "iter"}


def _holds(file: File, expressions: list[ast.expr], contents: dict[str, str], upload: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in contents and not _is_measured(file, node))
        or _is_content(node, upload)
        for each in expressions
        for node in file.within(each, ast.Name, ast.Attribute)
    )


def _reads(receiver: ast.expr, leaf: str, upload: str) -> bool:
    """`upload.read(…)`, `upload.file.read(…)`: takes the content and does not look at it."""
    inner = receiver.value if isinstance(receiver, ast.Attribute) and receiver.attr == "file" else receiver
    return isinstance(inner, ast.Name) and (inner.id == upload or leaf in ("read", "seek", "close", "tell"))


def _is_looked_at(file: File, function: FunctionNode, contents: dict[str, str], upload: str) -> bool:
    """A comparison or a subscript looks at some of the content: `content[:4] == b"…"`."""
    for node in file.within(function, ast.Compare, ast.Subscript):
        parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.value]
        if any(isinstance(part, ast.Constant) and part.value in (None, b"", 0) for part in parts):
            continue
        direct: list[ast.expr] = [part for part in parts if isinstance(part, (ast.Name, ast.Subscript, ast.Attribute))]
        if _holds(file, direct, contents, upload):
            return True
    return False


def _is_temporary(file: File, call: ast.Call) -> bool:
    """Written to a file that is gone soon: the content goes somewhere else from there."""
    handle = call.func.value if isinstance(call.func, ast.Attribute) else None
    pending = [*call.args, *([handle] if isinstance(handle, ast.Name) else [])]
    for _ in range(3):
        reached: list[ast.expr] = []
        for part in pending:
            for name in file.within(part, ast.Name):
                opened = _opened(file, name)
                reached += [each for each in file.values(name) if isinstance(each, ast.expr) and each is not name]
                reached += [opened] if opened is not None else []
                reached += _unpacked(file, name)
        if any(
            file.name_of(inner.func) in _TEMPORARY
            for part in (*pending, *reached)
            for inner in file.within(part, ast.Call)
        ):
            return True
        pending = reached
    return False


def _unpacked(file: File, name: ast.Name) -> list[ast.expr]:
    """`mkstemp()` of `descriptor, path = mkstemp()`."""
    return [
        assignment.value
        for assignment in file.within(file.function(name) or file.tree, ast.Assign)
        for target in assignment.targets
        if isinstance(target, ast.Tuple)
        and any(isinstance(part, ast.Name) and part.id == name.id for part in target.elts)
    ]


def _opened(file: File, handle: ast.Name) -> ast.expr | None:
    """What a `with` statement around the use of a name has opened."""
    for above in file.ancestors(handle):
        if isinstance(above, (ast.With, ast.AsyncWith)):
            for item in above.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == handle.id:
                    return item.context_expr
    return None


def _path_of(file: File, stored: ast.Call) -> ast.expr | None:
    """The path of the file that a call writes to."""
    candidates = [stored.func.value] if isinstance(stored.func, ast.Attribute) else []
    candidates += stored.args
    for each in candidates:
        if isinstance(each, ast.Attribute) and each.attr in _STORES:
            each = each.value
        opened = _opened(file, each) if isinstance(each, ast.Name) else None
        if isinstance(opened, ast.Call):
            if isinstance(opened.func, ast.Attribute) and file.is_a(opened.func.value, "pathlib.PurePath"):
                return opened.func.value
            return opened.args[0] if opened.args else None
        if file.is_a(each, "pathlib.PurePath", "anyio.Path"):
            return each
    return None


def _is_handed_over(file: File, function: FunctionNode, path: ast.expr) -> bool:
    """The path is given to something that may look at the file, also in a function inside this one."""
    if not isinstance(path, ast.Name):
        return False
    for call in file.nodes(ast.Call):
        if not any(above is function for above in file.ancestors(call)):
            continue
        arguments = all_arguments(call)
        if any(name.id == path.id for each in arguments for name in file.within(each, ast.Name)):
            definition = file.definition_of(call.func)
            if last_name(call.func) == "open" and "r" in str(file.value_of(call.args[-1])):
                return True  # opened again, to be read by somebody
            if last_name(call.func) not in _OF_PATHS and not (definition is not None and definition.is_class):
                return True
    return False


def _tests(file: File, function: FunctionNode) -> list[ast.AST]:
    """What decides whether the upload is taken: comparisons and conditions on the beginning or end of a text."""
    found: list[ast.AST] = []
    for node in file.within(function, ast.Compare, ast.Call):
        match node:
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                continue
            case ast.Compare():
                found.append(node)
            case ast.Call(func=ast.Attribute(attr="startswith" | "endswith" | "match" | "fullmatch")):
                found.append(node)
    return found


def _labels_in(file: File, node: ast.AST, labels: dict[str, str], upload: str) -> set[str]:
    found = set()
    for each in file.within(node, ast.Name, ast.Attribute):
        if isinstance(each, ast.Name) and each.id in labels:
            found.add(labels[each.id])
        elif what := _is_label(each, upload):
            found.add(what)
    return found
