from __future__ import annotations

import ast
import fnmatch
from typing import TYPE_CHECKING, Literal

from ...rule import Default, Rule, Severity, option
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class RequiredDecorator(Rule):
    """A function or class lacks the decorator, the base class or the argument that the project demands of it.

    What is done by decorators, tracing, tenancy, a lock for jobs, is missing where one was forgotten, and nothing
    tells: the function works.

    A demand is a table. `match` is a pattern of qualified names (`app.jobs.*`); the other keys say what is demanded: a
    `decorator` (by its qualified or bare name) of functions, a `base` of classes, a parameter (`argument`) of
    functions. Names that begin with an underscore are left out, as are nested functions.

    Configuration:

        [[tool.fastapi-review.rules.FAR207.demands]]
        match = "*.run_*"
        decorator = "tracked"

    Bad:

        def tracked(function): ...

        def run_nightly() -> None: ...

    Good:

        def tracked(function): ...

        @tracked
        def run_nightly() -> None: ...
    """

    code = "FAR207"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "`{name}` has no {kind} `{required}`, which the project demands of `{pattern}`"

    demands: tuple[Mapping[Literal["match", "decorator", "base", "argument"], str], ...] = option(
        (), "Tables of `match` and one of `decorator`, `base`, `argument`."
    )

    def check(self, file: File) -> Iterator[Violation]:
        for demand in self.demands:
            pattern = demand.get("match", "*")
            for definition in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
                if definition.name.startswith("_") or file.function(definition) is not None:
                    continue
                dotted = file.dotted(definition)
                if not fnmatch.fnmatchcase(dotted, pattern):
                    continue
                for kind, required in demand.items():
                    if kind != "match" and _lacks(file, definition, kind, required):
                        shown = "base class" if kind == "base" else kind
                        yield self.at(definition, name=definition.name, kind=shown, required=required, pattern=pattern)


def _lacks(file: File, definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, kind: str, name: str) -> bool:
    wanted = frozenset((name,))
    if file.refers_to(definition, wanted):
        return False
    match kind, definition:
        case "decorator", ast.FunctionDef() | ast.AsyncFunctionDef():
            written = [each.func if isinstance(each, ast.Call) else each for each in definition.decorator_list]
            return not any(file.refers_to(each, wanted) for each in written)
        case "argument", ast.FunctionDef() | ast.AsyncFunctionDef():
            arguments = definition.args
            named = named_parameters(arguments)
            return arguments.kwarg is None and name not in [each.arg for each in named]
        case "base", ast.ClassDef():
            if any(file.refers_to(each, wanted) for each in definition.bases):
                return False
            return file.derives_from(definition, name) is False
    return False
