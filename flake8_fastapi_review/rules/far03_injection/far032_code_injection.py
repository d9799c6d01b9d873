from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_RUNS = frozenset({"builtins.eval", "builtins.exec"})
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PURPOSE = re.compile(r"(?i)sandbox|repl(?:$|[_./])|interpreter|execut|console|notebook|run_?code|(?:^|[_./])exec")


class CodeInjection(Rule):
    """Python code or the name of a module comes from a client and is run.

    `eval` and `exec` run anything with the rights of the service; taking builtins away stops nobody. `import_module`
    runs whatever a module does when it is imported. Parse literals by `ast.literal_eval`, and look names up in a
    dictionary.

    `eval` of any other text, one that surely is a text and not built around a name, is told as a suggestion, since it
    mostly parses what `ast.literal_eval` parses as well. With the option `others`, so are `eval` and `exec` of all that
    is no constant. Left out are code that was compiled before, and functions, classes and modules that are named
    after running code.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/calculator")
        def calculate(formula: str):
            return {"result": eval(formula)}

    Good:

        import ast

        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/calculator")
        def calculate(values: str):
            return {"result": sum(ast.literal_eval(values))}

    Exploit:

        $ curl -G http://localhost:8000/calculator --data-urlencode "formula=__import__('os').popen('id').read()"
        {"result":"uid=0(root) gid=0(root)"}
    """

    code = "FAR032"
    severity = Severity.BLOCKER
    cwe = 95
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = "`{sink}` runs {what} as code: {harm}, look the name up in a fixed set or parse the value as data"
    markers = (("def ",),)

    others: bool = option(
        False,
        "Report `eval` and `exec` of all that no client is known to write, not only `eval` of what surely is a text.",
    )

    def check(self, file: File) -> Iterator[Violation]:
        known: set[tuple[str, int]] = set()
        for reached in file.reached(self.code):
            known.update((step.path, step.line) for step in reached.related[-1:])
            yield told(
                self,
                reached,
                what=f"{reached.input}{reached.route}{reached.chain}",
                harm="the client takes over the service",
            )
        for call, given, name in file.sink_calls("code"):
            if not self.others and not (name == "builtins.eval" and _is_text(file, given)):
                continue
            if name not in _RUNS or (file.path, given.lineno) in known or _PURPOSE.search(file.path):
                continue
            function = file.function(call)
            if function is not None and file.registered_as(function) is not None:
                continue  # what a request brings has been followed
            if not _is_known(file, given) and not _is_purpose(file, call):
                yield self.at(
                    call,
                    severity=Severity.SUGGESTION,
                    sink=name.removeprefix("builtins."),
                    what=f"`{_shortened(file.source(given))}`",
                    harm="whoever has a hand in it takes over the service",
                )


def _is_text(file: File, given: ast.expr) -> bool:
    """A text that holds a whole expression: none that only completes a name (`eval(f"models.{name}")`)."""
    return isinstance(given, (ast.Name, ast.Attribute, ast.Subscript)) and file.is_a(given, "builtins.str") is True


def _is_known(file: File, given: ast.expr) -> bool:
    """A constant, or what was compiled before: that place is judged by itself."""
    values = [value for value in file.values(given) if not isinstance(value, (ast.Name, ast.IfExp, ast.BoolOp))]
    if not values:
        return False
    return all(
        file.value_of(value) is not file.UNKNOWN
        or (isinstance(value, ast.Call) and file.resolved(value) in ("builtins.compile", "ast.unparse"))
        for value in values
    )


def _is_purpose(file: File, call: ast.Call) -> bool:
    """In what is named after running code, that is the purpose."""
    around = (each for each in file.ancestors(call) if isinstance(each, _NAMED))
    return any(_PURPOSE.search(each.name) for each in around)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."
