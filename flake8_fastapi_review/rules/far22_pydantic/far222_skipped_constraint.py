from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_SKIP = ("pydantic.SkipValidation", "pydantic.functional_validators.SkipValidation")
_FIELD = ("pydantic.Field", "fastapi.Query", "fastapi.Path", "fastapi.Body", "fastapi.Header", "fastapi.Form")
_CONSTRAINTS = frozenset(
    "gt ge lt le multiple_of min_length max_length pattern strict max_digits decimal_places".split()
)


class SkippedConstraint(Rule):
    """Constraints stand beside `SkipValidation`, which switches them off.

    The field looks checked, and the document of the API says so, but any value goes in.

    Bad:

        from typing import Annotated

        from pydantic import BaseModel, Field, SkipValidation

        class Order(BaseModel):
            quantity: Annotated[int, SkipValidation, Field(gt=0)]

    Good:

        from typing import Annotated

        from pydantic import BaseModel, Field

        class Order(BaseModel):
            quantity: Annotated[int, Field(gt=0)]
    """

    code = "FAR222"
    severity = Severity.WARNING
    message = "`SkipValidation` switches off `{constraint}`: leave one of them out"
    markers = (("SkipValidation",),)

    def check(self, file: File) -> Iterator[Violation]:
        for annotation, value in _annotated(file):
            parts = [annotation, *file.within(annotation, ast.Name, ast.Attribute)]
            skipping = [each for each in parts if file.is_named(each, *_SKIP)]
            if not skipping:
                continue
            for part in (annotation, value):
                for call in [part, *file.within(part, ast.Call)] if part is not None else ():
                    if isinstance(call, ast.Call) and file.is_named(call.func, *_FIELD):
                        found = [each.arg for each in call.keywords if each.arg in _CONSTRAINTS]
                        if found:
                            yield self.at(skipping[0], constraint=found[0])
                            break
            aliases = [each for each in parts if file.module_variable(each) is not None]
            held = [name for each in aliases for name, _ in file.schema(each).constraints if name in _CONSTRAINTS]
            if held:
                yield self.at(skipping[0], constraint=held[0])


def _annotated(file: File) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    for statement in file.nodes(ast.AnnAssign):
        yield statement.annotation, statement.value
    for statement in file.nodes(ast.Assign):
        if isinstance(statement.value, ast.Subscript):
            yield statement.value, None
    for parameter in file.nodes(ast.arg):
        if parameter.annotation is not None:
            yield parameter.annotation, None
