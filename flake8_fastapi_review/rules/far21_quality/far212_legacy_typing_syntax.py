from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Default, Edit, Fix, Range, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_BUILTIN = {
    "typing.List": "list",
    "typing.Dict": "dict",
    "typing.Set": "set",
    "typing.FrozenSet": "frozenset",
    "typing.Tuple": "tuple",
    "typing.Type": "type",
}
_UNIONS = (3, 10)
_BUILTINS = (3, 9)
_PARAMETERS = (3, 12)
_OLDEST = (3, 10)
"""The oldest Python that still gets security fixes, for projects that do not say which they support."""


_VARIABLES = tuple(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("TypeVar", "ParamSpec", "TypeVarTuple")
)
_ALIAS = ("typing.TypeAlias", "typing_extensions.TypeAlias")


class LegacyTypingSyntax(Rule):
    """An annotation uses a name of `typing` where the language has syntax for it.

    `X | None` reads as it is said, needs no import, and is what FastAPI's and Pydantic's documentation uses; two
    spellings of one thing in a project make every reader look twice. Only what the oldest supported version of Python
    understands is reported: `list[...]` from 3.9, `X | Y` from 3.10, `type` and type parameters from 3.12. Off by
    default, since pyupgrade and Ruff's UP rules say the same.

    Bad:

        from typing import List, Optional

        def titles(author: Optional[str]) -> List[str]:
            return [author] if author else []

    Good:

        def titles(author: str | None) -> list[str]:
            return [author] if author else []
    """

    code = "FAR212"
    severity = Severity.SUGGESTION
    default = Default.OFF
    roles = ("app", "script", "example", "test")
    message = "`{old}` is written `{new}` since Python {version}"
    markers = (("typing",), ("Optional", "Union", "List", "Dict", "Set", "Tuple", "Type", "Frozen"))

    def check(self, file: File) -> Iterator[Violation]:
        target = file.target_version or _OLDEST
        for node in file.nodes(ast.Subscript):
            name = file.name_of(node.value) or ""
            if name in _BUILTIN and target >= _BUILTINS:
                new = _BUILTIN[name]
                fix = Fix(f"Write `{new}`", (Edit(Range.of(node.value), new),), Applicability.SAFE)
                yield self.at(node.value, old=file.source(node.value), new=new, version="3.9", fix=fix)
            elif name in ("typing.Optional", "typing.Union") and target >= _UNIONS:
                union = _union(node, name)
                if union is not None:
                    yield self.at(node, old=_short(file, node), new=union, version="3.10", fix=_fix(file, node, union))
        if target >= _PARAMETERS:
            yield from self._newer(file)

    def _newer(self, file: File) -> Iterator[Violation]:
        """Aliases and type variables, which have syntax of their own since 3.12."""
        for statement in file.nodes(ast.AnnAssign):
            if file.is_named(statement.annotation, *_ALIAS) and isinstance(statement.target, ast.Name):
                name = statement.target.id
                yield self.at(statement, old=f"{name}: TypeAlias = …", new=f"type {name} = …", version="3.12")
        for call in file.calls_to(*_VARIABLES):
            if file.function(call) is None and call.args and isinstance(call.args[0], ast.Constant):
                variable = ast.literal_eval(call.args[0])
                yield self.at(
                    call, old=f"{file.source(call.func)}({variable!r})", new=f"def f[{variable}]", version="3.12"
                )


def _union(node: ast.Subscript, name: str) -> str | None:
    """The union with bars; None when a part is a text, which has no `|`."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if any(isinstance(part, (ast.Constant, ast.Starred)) and getattr(part, "value", 0) is not None for part in parts):
        return None
    texts = [ast.unparse(part) for part in parts]
    return " | ".join([*texts, "None"] if name == "typing.Optional" else texts)


def _short(file: File, node: ast.Subscript) -> str:
    text = " ".join(file.source(node).split())
    return text if len(text) <= 60 else f"{file.source(node.value)}[…]"


def _fix(file: File, node: ast.Subscript, new: str) -> Fix | None:
    if isinstance(file.parent(node), ast.BinOp) or "typing." in new or file.has_comment(node):
        return None
    return Fix(f"Write `{new}`", (Edit(Range.of(node), new),), Applicability.UNSAFE)
