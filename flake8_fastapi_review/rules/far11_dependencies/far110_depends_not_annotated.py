"""FAR110 depends-not-annotated."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Marked
    from ...file import File
    from ...rule import Violation

_ANNOTATED_SINCE = (0, 95)
_FEW = 3
"""So many parameters show which style a file has."""


class DependsNotAnnotated(Rule):
    """A parameter has its `Depends(…)` or `Query(…)` as a default value instead of in `Annotated`.

    The default value is a lie: who calls the function directly, as tests do, gets the marker object instead of a value,
    and type checkers cannot see that. An annotation leaves the default to be one, lets parameters stand in any order,
    and can be named once and used everywhere (`SessionDep = Annotated[Session, Depends(get_session)]`). A file that
    keeps to the old style is left alone, and so is one with next to no such parameters in a project that does: the
    finding is the stray one.

    Bad:

        from fastapi import Depends, FastAPI, Query

        app = FastAPI()

        def get_store(): ...

        @app.get("/books")
        def list_books(store: dict = Depends(get_store), limit: int = Query(20, le=100)):
            return store[:limit]

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI, Query

        app = FastAPI()

        def get_store(): ...

        @app.get("/books")
        def list_books(store: Annotated[dict, Depends(get_store)], limit: Annotated[int, Query(le=100)] = 20):
            return store[:limit]
    """

    code = "FAR110"
    severity = Severity.SUGGESTION
    message = (
        "`{parameter}` has `{marker}(…)` for its default value, which callers get instead of a value: put it "
        "in `Annotated[{type}, …]`"
    )
    markers = (("fastapi",), ("Depends", "Security", "Query", "Path", "Header", "Cookie", "Body", "Form", "File"))

    def check(self, file: File) -> Iterator[Violation]:
        definitions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if not any(_has_call(function.args) for function in definitions):
            return
        functions = [(function, file.marked(function)) for function in definitions]
        count = sum(len(marked) for _, marked in functions)
        old = [(function, each) for function, marked in functions for each in marked if each.default is not None]
        if not old or (4 * len(old) >= 3 * count if count >= _FEW else file.gives_marker_defaults):
            return
        version = file.version("fastapi")
        if version is not None and version < _ANNOTATED_SINCE:
            return
        for function, each in old:
            fix = _fix(file, function, [other for owner, other in old if owner is function])
            typed = file.source(each.parameter.annotation) if each.parameter.annotation is not None else "…"
            marker = file.source(each.default.func) if each.default is not None else ""
            yield self.at(
                each.default or each.parameter,
                fix=fix,
                parameter=each.parameter.arg,
                marker=marker,
                type=" ".join(typed.split()),
            )


def _has_call(arguments: ast.arguments) -> bool:
    return any(isinstance(default, ast.Call) for default in [*arguments.defaults, *arguments.kw_defaults])


def _fix(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, old: list[Marked]) -> Fix | None:
    """All such parameters of a function at once: one alone could come to stand behind one with a default."""
    found = file.import_from("typing", "Annotated", function)
    if found is None:
        return None
    name, imports = found
    later = any(
        isinstance(s, ast.ImportFrom) and s.module == "__future__" and s.names[0].name == "annotations"
        for s in file.tree.body
    )
    texts: dict[ast.arg, tuple[Range, str, bool]] = {}
    for each in old:
        written = _written(file, each, name)
        if written is None or (later and not (each.default and file.is_bound_globally(each.default))):
            # Annotations that are read later are read in the module's names alone.
            return None
        texts[each.parameter] = written
    starred = _needs_star(function.args, texts)
    if starred is not None and (
        starred not in texts or function.args.vararg or function.args.kwonlyargs or starred in function.args.posonlyargs
    ):
        return None
    edits = [
        Edit(place, f"*, {text}" if parameter is starred else text) for parameter, (place, text, _) in texts.items()
    ]
    applicability = Applicability.SAFE if starred is None else Applicability.UNSAFE
    return Fix(f"Annotate the parameters of `{function.name}`", (*imports, *edits), applicability)


def _written(file: File, each: Marked, name: str) -> tuple[Range, str, bool] | None:
    """The range of a parameter with its default, the text in its place, whether that has a default."""
    parameter, call = each.parameter, each.default
    if (
        call is None
        or parameter.annotation is None
        or (file.name_of(parameter.annotation) is None and isinstance(parameter.annotation, ast.Constant))
    ):
        return None
    start, end = Range.of(parameter), Range.of(call)
    if start.line != end.end_line and any(file.has_comment(node) for node in (parameter, call)):
        return None
    annotation = file.source(parameter.annotation)
    if "Annotated" in annotation:
        return None
    marker, value = file.source(call), None
    if each.source != "depends":
        value = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "default"), None)
        if isinstance(value, ast.Starred) or any(k.arg is None for k in call.keywords):
            return None
        rest = [file.source(argument) for argument in call.args[1:]]
        rest += [f"{k.arg}={file.source(k.value)}" for k in call.keywords if k.arg != "default"]
        if value is not None:
            marker = f"{file.source(call.func)}({', '.join(rest)})"
        if isinstance(value, ast.Constant) and value.value is ...:
            value = None
        elif value is not None and (each.source == "path" or (file.name_of(value) or "").endswith("Undefined")):
            return None
    text = f"{parameter.arg}: {name}[{annotation}, {marker}]"
    if value is not None:
        text += f" = {file.source(value)}"
    return Range(start.line, start.column, end.end_line, end.end_column), text, value is not None


def _needs_star(arguments: ast.arguments, texts: dict[ast.arg, tuple[Range, str, bool]]) -> ast.arg | None:
    """The first parameter without a default behind one with a default: from there on they have to be given by
    keyword.
    """
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    seen = False
    for position, parameter in enumerate(positional):
        has_default = texts[parameter][2] if parameter in texts else position >= without
        if seen and not has_default:
            return parameter
        seen = seen or has_default
    return None
