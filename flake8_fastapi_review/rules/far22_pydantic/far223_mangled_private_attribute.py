from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class MangledPrivateAttribute(Rule):
    """A private attribute of a Pydantic model begins with two underscores.

    Python makes `_Order__total` of `__total` within the class, and that is the private attribute Pydantic knows:
    neither a class that derives from it nor anything outside finds it under the name that is written, and two classes
    of one name in a hierarchy share it. One underscore makes it private to Pydantic.

    Bad:

        from pydantic import BaseModel, PrivateAttr

        class Order(BaseModel):
            __total: int = PrivateAttr(default=0)

    Good:

        from pydantic import BaseModel, PrivateAttr

        class Order(BaseModel):
            _total: int = PrivateAttr(default=0)
    """

    code = "FAR223"
    severity = Severity.WARNING
    default = Default.OFF
    message = "`{model}.{name}` is `{mangled}` to Pydantic and to everybody else: begin it with one underscore"
    markers = (("__",), ("BaseModel", "pydantic", "SQLModel"))

    def check(self, file: File) -> Iterator[Violation]:
        for definition in file.nodes(ast.ClassDef):
            names = [found for statement in definition.body if (found := _name(statement)) is not None]
            if not names:
                continue
            model = file.model(definition)
            if model is not None and model.kind == "pydantic":
                for target in names:
                    mangled = f"_{definition.name.lstrip('_')}{target.id}"
                    yield self.at(target, model=definition.name, name=target.id, mangled=mangled)


def _name(statement: ast.stmt) -> ast.Name | None:
    match statement:
        case ast.AnnAssign(annotation=annotation) if "ClassVar" in ast.unparse(annotation):
            return None  # a private name of the class, and none of Pydantic's
        case ast.AnnAssign(target=ast.Name() as target) | ast.Assign(targets=[ast.Name() as target]):
            if target.id.startswith("__") and not target.id.endswith("__"):
                return target
    return None
