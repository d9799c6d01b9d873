from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_APPLICATIONS = ("fastapi.FastAPI", "starlette.applications.Starlette")
_RUN = ("uvicorn.run", "uvicorn.Config", "uvicorn.main.run", "uvicorn.config.Config")
_WORDS = "dev|devel|develop|development|debug|local|sandbox|playground|demo|watch"
_FOR_DEVELOPERS = re.compile(rf"(?i)(?:^|_)(?:{_WORDS})(?=$|_)")
_DEVELOPERS_FILE = re.compile(
    rf"(?i)(?:^|/)(?:(?:run|serve|server|main|start|app)_?)?(?:{_WORDS})(?:_?(?:server|app|main|run))?(?:/|\.py$)"
)
_CHOICE = re.compile(r"(?i)debug|dev|local|reload|watch|environment|(?:^|_)env(?:$|_)|stage|test")


class DebugEnabled(Rule):
    """An application shows its insides to its visitors, or watches its source code for changes while it serves.

    With `debug=True` every unhandled error is answered by a page with the traceback and the source code around each of
    its lines. `reload=True` runs one process that scans folders and restarts the server whenever a file changes, and
    ignores `workers`. Silent where a setting decides, under `if __name__ == "__main__":` and in files for developers.

    Bad:

        from fastapi import FastAPI

        app = FastAPI(title="Shop", debug=True)

    Good:

        from fastapi import FastAPI

        app = FastAPI(title="Shop")

    Exploit:

        $ curl -H "Accept: text/html" "https://shop.example/orders?page=0"
        <h1>500 Server Error</h1> ... ZeroDivisionError ... shop/orders.py, line 31: rows = query(DATABASE_PASSWORD) ...
    """

    code = "FAR057"
    severity = Severity.WARNING
    cwe = 489
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{text}` {harm}: {remedy}"
    markers = (("debug", "reload"), ("FastAPI", "Starlette", "uvicorn"))

    def check(self, file: File) -> Iterator[Violation]:
        if _DEVELOPERS_FILE.search(file.path):
            return
        for call in file.nodes(ast.Call):
            given = next((each for each in call.keywords if each.arg in ("debug", "reload")), None)
            if given is None or not _is_on(file, given.value) or _is_chosen(file, call):
                continue
            if given.arg == "debug" and file.is_named(call.func, *_APPLICATIONS):
                yield self._debug(given, f"debug={file.source(given.value)}", _fix(given))
            elif given.arg == "debug" and (file.is_subclass(call.func, *_APPLICATIONS) or _is_base(file, call)):
                yield self._debug(given, f"debug={file.source(given.value)}", None)
            elif given.arg == "reload" and file.is_named(call.func, *_RUN) and not _is_main(file, call):
                yield self.at(
                    given,
                    text=f"reload={file.source(given.value)}",
                    harm="restarts the server whenever a file changes, and runs a single worker",
                    remedy="let the command line or a setting decide",
                )
        for assignment in file.nodes(ast.Assign):
            match assignment.targets:
                case [ast.Attribute(value=owner, attr="debug")]:
                    if (
                        _is_on(file, assignment.value)
                        and file.is_a(owner, *_APPLICATIONS)
                        and not _is_chosen(file, assignment)
                    ):
                        yield self._debug(assignment, file.source(assignment), None)

    def _debug(self, where: ast.AST, text: str, fix: Fix | None) -> Violation:
        harm = "answers errors with tracebacks and source code"
        return self.at(where, text=text, harm=harm, remedy="leave it out, or read it from the settings", fix=fix)


def _fix(given: ast.keyword) -> Fix:
    """`False` instead of `True`: the page with the traceback is gone, from the developer's machine as well."""
    return Fix("Switch debugging off", (Edit(Range.of(given.value), "False"),))


def _is_base(file: File, call: ast.Call) -> bool:
    """`super().__init__(debug=True)` in an application of the project's own."""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            owner = file.enclosing(call, ast.ClassDef)
            return owner is not None and bool(file.derives_from(owner, *_APPLICATIONS))
    return False


def _is_on(file: File, value: ast.expr) -> bool:
    return (file.value_of(value) if not isinstance(value, ast.Constant) else value.value) is True


def _is_main(file: File, node: ast.AST) -> bool:
    """Runs only when the file is started by hand: below `if __name__ == "__main__":`, or in a function that is called
    from there alone."""
    function = file.function(node)
    if file.under_main(node):
        return True
    name = getattr(function, "name", None)
    if name is None:
        return False
    calls = [call for call in file.nodes(ast.Call) if isinstance(call.func, ast.Name) and call.func.id == name]
    return bool(calls) and all(file.under_main(call) for call in calls)


def _is_chosen(file: File, node: ast.AST) -> bool:
    """A condition around the node asks for it, or the function is for developers."""
    child: ast.AST = node
    for above in file.ancestors(node):
        match above:
            case ast.If(test=test) | ast.IfExp(test=test) if child is not test:
                texts = [
                    *(name.id for name in file.within(test, ast.Name)),
                    *(name.attr for name in file.within(test, ast.Attribute)),
                    *(str(each.value) for each in file.within(test, ast.Constant)),
                ]
                if any(_CHOICE.search(text) for text in texts):
                    return True
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return bool(_FOR_DEVELOPERS.search(name))
        child = above
    return False
