from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ConflictingModelConfig(Rule):
    """A model derives from several whose configurations contradict each other.

    The configurations are merged from right to left over the bases, so that the first base wins: a model that derives
    from `Lenient, Strict` silently allows what `Strict` forbids. Whoever changes the order of the bases changes what
    the model takes. Say it in the model itself.

    Bad:

        from pydantic import BaseModel, ConfigDict

        class Strict(BaseModel):
            model_config = ConfigDict(extra="forbid")

        class Lenient(BaseModel):
            model_config = ConfigDict(extra="allow")

        class Order(Lenient, Strict):
            isbn: str

    Good:

        from pydantic import BaseModel, ConfigDict

        class Strict(BaseModel):
            model_config = ConfigDict(extra="forbid")

        class Lenient(BaseModel):
            model_config = ConfigDict(extra="allow")

        class Order(Lenient, Strict):
            model_config = ConfigDict(extra="forbid")

            isbn: str
    """

    code = "FAR221"
    severity = Severity.WARNING
    message = "`{first}` has `{key}={a!r}` and `{second}` `{key}={b!r}`: say in `{model}` which counts"
    markers = (("class ",), ("BaseModel", "pydantic", "SQLModel"))

    def check(self, file: File) -> Iterator[Violation]:
        for definition in file.nodes(ast.ClassDef):
            if len(definition.bases) < 2:
                continue
            models = [found for base in definition.bases if (found := file.model_named(base)) is not None]
            own = file.model(definition) if len(models) > 1 else None
            if own is None or own.kind not in ("pydantic", "settings"):
                continue
            said = _own_keys(definition)
            for place, first in enumerate(models):
                for second in models[place + 1 :]:
                    for key, value in first.config:
                        other = second.setting(key)
                        if other is None or key in said or file.UNKNOWN in (value, other) or value == other:
                            continue
                        if key in ("title", "json_schema_extra", "schema_extra"):
                            continue
                        yield self.at(
                            definition, first=first.name, second=second.name, key=key, a=value, b=other, model=own.name
                        )


def _own_keys(definition: ast.ClassDef) -> set[str]:
    """What the class itself configures."""
    found = {keyword.arg or "" for keyword in definition.keywords}
    for statement in definition.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="model_config")], value=ast.Call(keywords=keywords)):
                found |= {keyword.arg or "" for keyword in keywords}
            case ast.Assign(targets=[ast.Name(id="model_config")], value=ast.Dict(keys=keys)):
                found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
            case ast.ClassDef(name="Config", body=body):
                found |= {
                    target.id
                    for inner in body
                    if isinstance(inner, ast.Assign)
                    for target in inner.targets
                    if isinstance(target, ast.Name)
                }
    return found
