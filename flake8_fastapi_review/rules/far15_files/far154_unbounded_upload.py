from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, option
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Definition
    from ...file import File
    from ...project.application import RouteRow
    from ...rule import Violation

_READS = frozenset(
    ("starlette.datastructures.UploadFile.read", "fastapi.UploadFile.read", "tempfile.SpooledTemporaryFile.read")
)
_COPIES = ("shutil.copyfileobj",)
_MEASURES = re.compile(
    r"(?i)(?:^|_)(?:size|sizes|len|length|limit|max|maximum|total|tell|count|written|bytes|mb|kb|getsize|quota)(?:_|$)|"
    r"size|limit"
)
_GUARDS = re.compile(r"(?i)size|limit|length|valid|check|verify|quota")
_LIMITING = re.compile(
    r"(?i)(?:size|body|upload|content|length|payload)[\w.:]*limit|limit\w*(?:size|body|upload|content)|max\w*(?:size|body)"
)
_LENGTHS = frozenset(
    "content-length Content-Length CONTENT-LENGTH content_length CONTENT_LENGTH max_body_size max_upload_size".split()
)
_SIZES = _LENGTHS | frozenset(
    "size max_size MAX_SIZE limit tell max_bytes MAX_BYTES MAX_FILE_SIZE max_file_size".split()
)


class UnboundedUpload(Rule):
    """An upload is read into memory, or copied, however large it is.

    Nothing in FastAPI limits the size of a request. One client that sends some gigabytes, or a hundred that send a bit
    less, end the process or fill the disk, and what else it was doing is lost. Look at `file.size` first, or read in
    chunks and count. Silent where the function, something that it gives the upload to, a dependency or a middleware
    looks at a size, and for bodies that are no uploads: limit these in the server in front.

    Bad:

        from fastapi import FastAPI, UploadFile

        app = FastAPI()

        @app.post("/covers")
        async def add_cover(cover: UploadFile):
            content = await cover.read()
            return {"bytes": len(content)}

    Good:

        from fastapi import FastAPI, HTTPException, UploadFile

        app = FastAPI()
        MAX_BYTES = 5_000_000

        @app.post("/covers")
        async def add_cover(cover: UploadFile):
            if cover.size is None or cover.size > MAX_BYTES:
                raise HTTPException(413, detail="At most 5 MB")
            content = await cover.read()
            return {"bytes": len(content)}

    Exploit:

        $ head -c 20G /dev/zero | curl -F cover=@- https://shop.example/covers
    """

    code = "FAR154"
    severity = Severity.WARNING
    cwe = 770
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"
    message = "`{call}` takes an upload of any size{chain}: look at its `size` first, or read in chunks and count"
    markers = (("UploadFile", "stream()"), ("read", "copyfileobj", "stream("))

    guards: frozenset[str] = option(frozenset(), "Names of functions and classes that limit the size of uploads.")

    def check(self, file: File) -> Iterator[Violation]:
        found = [(call, chain) for call, chain in self._unbounded(file) if not self._is_measured(file, call)]
        if not found:
            return
        rows = {endpoint.function: endpoint.rows for endpoint in file.endpoints}
        for call, chain in found:
            function = file.function(call)
            if function in rows and not any(self._is_limited(file, row) for row in rows[function]):
                text = f" through `{chain.message}`" if chain is not None else ""
                shown = file.source(call.func)
                steps = (chain,) if chain is not None else ()
                yield self.at(call, related=steps, privileges=file.privileges(call), call=shown, chain=text)

    def _unbounded(self, file: File) -> Iterator[tuple[ast.Call, Related | None]]:
        for call in file.nodes(ast.Call):
            if file.function(call) is None:
                continue
            match call.func:
                case ast.Attribute(value=read, attr="read") if self._is_whole(file, call) and _is_upload(file, read):
                    yield call, None
                case ast.Attribute(attr="stream") if _is_gathered(file, call):
                    yield call, None
                case _ if call.args and _is_upload(file, call.args[0]) and file.is_named(call.func, *_COPIES):
                    yield call, None
                case _ if any(_is_upload(file, each) for each in all_arguments(call)):
                    yield from self._handed(file, call)

    @staticmethod
    def _is_whole(file: File, call: ast.Call) -> bool:
        size = file.argument(call, 0, "size")
        return size is None or file.value_of(size) in (-1, None)

    def _handed(self, file: File, call: ast.Call) -> Iterator[tuple[ast.Call, Related | None]]:
        """A function of the project that reads the upload which it is given."""
        definition = file.definition_of(call.func)
        if definition is None or definition.is_class or file.body_mentions(definition, _SIZES | {"len"}):
            return
        name = _parameter(file, call, definition)
        for step in file.calls_of(definition):
            read = step.name in _READS and step.arguments == 0
            if name in step.parameters and (read or step.name in _COPIES):
                short = definition.qualname.rpartition(".")[2]
                yield call, Related(definition.path, step.line, short)
                return

    def _is_measured(self, file: File, call: ast.Call) -> bool:
        """Whether the function compares a size, or gives the upload to something that may."""
        function = file.function(call)
        if function is None:
            return True
        for node in file.within(function, ast.Compare):
            orders = any(isinstance(each, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for each in node.ops)
            if orders and any(_MEASURES.search(word) for word in _words(file, node)):
                return True
        for other in file.within(function, ast.Call):
            leaf = last_name(other.func)
            if leaf in self.guards or (leaf != "read" and other is not call and self._may_measure(file, other)):
                return True
        return False

    def _may_measure(self, file: File, call: ast.Call) -> bool:
        if not any(_is_upload(file, each) or _is_request(file, each) for each in all_arguments(call)):
            return False
        if _GUARDS.search(last_name(call.func)):
            return True
        definition = file.definition_of(call.func)
        return definition is not None and file.body_mentions(definition, _SIZES)

    def _is_limited(self, file: File, row: RouteRow) -> bool:
        names = [*file.middleware_names(row), *(each.name for each in row.dependencies)]
        if any(_LIMITING.search(name) or name.rpartition(":")[2] in self.guards for name in names):
            return True
        return file.surrounding_mentions(row, _LENGTHS)


def _is_upload(file: File, expr: ast.expr) -> bool:
    """`upload`, `upload.file`."""
    inner = expr.value if isinstance(expr, ast.Attribute) and expr.attr == "file" else expr
    if not isinstance(inner, (ast.Name, ast.Attribute, ast.Subscript)):
        return False
    return file.is_a(inner, *file.group("upload")) is True


def _is_request(file: File, expr: ast.expr) -> bool:
    return isinstance(expr, ast.Name) and file.is_a(expr, "starlette.requests.HTTPConnection") is True


def _parameter(file: File, call: ast.Call, definition: Definition) -> str:
    """The name under which a function takes the upload."""
    own = definition.parameters[1:] if definition.parameters[:1] in (("self",), ("cls",)) else definition.parameters
    for position, argument in enumerate(call.args):
        if _is_upload(file, argument) and position < len(own):
            return own[position]
    return next((each.arg for each in call.keywords if each.arg and _is_upload(file, each.value)), "")


def _is_gathered(file: File, call: ast.Call) -> bool:
    """`async for chunk in request.stream(): body += chunk`."""
    loop = file.parent(call)
    if not isinstance(loop, ast.AsyncFor) or loop.iter is not call or not isinstance(loop.target, ast.Name):
        return False
    if not isinstance(call.func, ast.Attribute) or not _is_request(file, call.func.value):
        return False
    chunk = loop.target.id
    for node in file.within(loop.body, ast.AugAssign, ast.Call):
        match node:
            case ast.AugAssign(value=ast.Name(id=name)) if name == chunk:
                return True
            case ast.Call(func=ast.Attribute(attr="append" | "extend" | "write"), args=[ast.Name(id=name)]) if (
                name == chunk
            ):
                return True
    return False


def _words(file: File, node: ast.AST) -> Iterator[str]:
    for part in file.within(node, ast.Name, ast.Attribute, ast.Constant):
        match part:
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.Constant(value=str(text)):
                yield text
