from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity
from ...shapes import last_name
from ...untrusted import told
from . import fixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation
_ENVIRONMENTS = (
    "jinja2.Environment",
    "jinja2.environment.Environment",
    "jinja2.sandbox.SandboxedEnvironment",
    "jinja2.sandbox.ImmutableSandboxedEnvironment",
)
_HTML = re.compile(r"\.(?:x?html?|xml)(?:\.(?:j2|jinja2?|tpl|tmpl))?$")
_PAGES = ("fastapi.responses.HTMLResponse", "starlette.responses.HTMLResponse")
_TEMPLATES = ("fastapi.templating.Jinja2Templates", "starlette.templating.Jinja2Templates")


class CrossSiteScripting(Rule):
    """HTML is put together from what a client sent, without escaping.

    A link with a script in it runs in the browser of whoever follows it, with the session of that user. Use a
    template with autoescape, or `html.escape`. An environment of Jinja escapes nothing unless it is told to; it is
    reported where its templates are HTML by their names or end up in an HTMLResponse.

    Bad:

        from fastapi import FastAPI
        from fastapi.responses import HTMLResponse

        app = FastAPI()

        @app.get("/hello")
        def hello(name: str):
            return HTMLResponse(f"<h1>Hello {name}</h1>")

    Good:

        from html import escape

        from fastapi import FastAPI
        from fastapi.responses import HTMLResponse

        app = FastAPI()

        @app.get("/hello")
        def hello(name: str):
            return HTMLResponse(f"<h1>Hello {escape(name)}</h1>")

    Exploit:

        $ curl -G http://localhost:8000/hello --data-urlencode "name=<script>alert(document.cookie)</script>"
        <h1>Hello <script>alert(document.cookie)</script></h1>
    """

    code = "FAR035"
    severity = Severity.BLOCKER
    cwe = 79
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    message = "`{sink}` {does} {input}{route}{chain}: a link can run scripts in the reader's session, {remedy}"
    markers = (("def ", "Environment("),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(
                self,
                reached,
                fix=fixes.wrapped(file, reached, "html.escape"),
                does="sends HTML with",
                remedy="escape it or use a template",
            )
        if "Environment(" in file.text:
            yield from self._unescaping(file)

    def _unescaping(self, file: File) -> Iterator[Violation]:
        """`Environment(loader=…)` that fills pages without escaping."""
        for call in file.nodes(ast.Call):
            name = last_name(call.func)
            if not name.endswith("Environment") or not file.is_named(call.func, *_ENVIRONMENTS):
                continue
            if any(keyword.arg is None for keyword in call.keywords) or len(call.args) > 8:
                continue
            escapes = file.argument(call, -1, "autoescape")
            if escapes is not None and file.value_of(escapes) is not False:
                continue
            page, related = _page(file, call)
            if page:
                yield self.at(
                    call,
                    severity=Severity.WARNING,
                    related=related,
                    sink=file.source(call.func),
                    does="fills",
                    input=f"{page} with every value as it is",
                    route="",
                    chain="",
                    remedy="set `autoescape=True` or `select_autoescape()`",
                )


def _page(file: File, call: ast.Call) -> tuple[str, tuple[Related, ...]]:
    """The page that an environment fills, as far as it is sure to be HTML."""
    holder = file.parent(call)
    if isinstance(holder, ast.keyword):
        owner = file.parent(holder)
        return ("the templates" if isinstance(owner, ast.Call) and file.is_named(owner.func, *_TEMPLATES) else "", ())
    target = _target(holder)
    sets = {
        node.targets[0].value.id
        for node in file.nodes(ast.Assign)
        if isinstance(node.targets[0], ast.Attribute)
        and node.targets[0].attr == "autoescape"
        and isinstance(node.targets[0].value, ast.Name)
    }
    if target in sets:
        return "", ()
    asked = []
    for each in file.nodes(ast.Call):
        match each.func:
            case ast.Attribute(value=owner, attr="get_template" | "from_string" as method) if owner is call or (
                target and last_name(owner) == target and _is_same(file, owner, call)
            ):
                asked.append(each)
                value = file.value_of(each.args[0]) if method == "get_template" and each.args else None
                if isinstance(value, str) and _HTML.search(value):
                    return f"`{value}`", ()
    for sent in file.calls_to(*_PAGES):
        content = file.argument(sent, 0, "content")
        if content is not None and any(_renders(file, value, asked) for value in file.values(content)):
            return "an HTMLResponse", ()
    if isinstance(holder, (ast.Assign, ast.AnnAssign)) and file.function(call) is None and target:
        for value, path, line in file.templates_of(target):
            if _HTML.search(value):
                return f"`{value}`", (Related(path, line, "the template is filled"),)
    return "", ()


def _is_same(file: File, owner: ast.expr, call: ast.Call) -> bool:
    """The name refers to the environment that the call makes; an attribute is one of the same class."""
    if not isinstance(owner, ast.Attribute):
        return any(value is call for value in file.values(owner))
    targets = getattr(file.statement(call), "targets", [])
    return any(isinstance(each, ast.Attribute) for each in targets) and (
        file.enclosing(owner, ast.ClassDef) is file.enclosing(call, ast.ClassDef)
    )


def _renders(file: File, value: ast.AST, asked: list[ast.Call]) -> bool:
    """`template.render(…)` of one of the templates."""
    match value:
        case ast.Call(func=ast.Attribute(value=template, attr="render" | "render_async")):
            return any(each in asked for each in file.values(template))
    return False


def _target(holder: ast.AST | None) -> str:
    match holder:
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return last_name(target)
    return ""
