from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity, option

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


_MANY = 10
"""So many times as often does a file say it in the new way as in the old one."""
_PARTS = 2
"""So many bars has what one reads at a glance."""
_CLASSES = ("builtins.", "typing.", "collections.", "datetime.", "uuid.", "pathlib.", "decimal.", "enum.")


class LegacyTypingSyntax(Rule):
    """An annotation uses a name of `typing` where the language has syntax for it.

    `X | None` reads as it is said, needs no import, and is what FastAPI's and Pydantic's documentation uses; two
    spellings of one thing in a project make every reader look twice. Only what the oldest supported version of Python
    understands is reported: `list[...]` from 3.9, `X | Y` from 3.10, `type` and type parameters from 3.12.

    Reported is what is left over: where a file says it in the new way ten times as often. With `always`, every place,
    as pyupgrade and Ruff's UP rules do.

    Bad:

        from typing import Optional

        class Book:
            author: str | None = None
            publisher: str | None = None
            series: str | None = None
            edition: int | None = None
            pages: int | None = None
            language: str | None = None
            printed: int | None = None
            cover: str | None = None
            shelf: str | None = None
            copies: int | None = None
            subtitle: Optional[str] = None

    Good:

        class Book:
            author: str | None = None
            publisher: str | None = None
            series: str | None = None
            edition: int | None = None
            pages: int | None = None
            language: str | None = None
            printed: int | None = None
            cover: str | None = None
            shelf: str | None = None
            copies: int | None = None
            subtitle: str | None = None
    """

    code = "FAR212"
    severity = Severity.SUGGESTION
    roles = ("app", "script", "example", "test")
    message = "`{old}` is written `{new}` since Python {version}"
    markers = (("typing",), ("Optional", "Union", "List", "Dict", "Set", "Tuple", "Type", "Frozen"))

    always: bool = option(False, "Report every place, not only what is left over in a file that has the new syntax.")

    def check(self, file: File) -> Iterator[Violation]:
        target = file.target_version or _OLDEST
        unions = target >= _UNIONS and (self.always or _is_left_over(file, _unions_of(file.text)))
        generics = target >= _BUILTINS and (self.always or _is_left_over(file, _generics_of(file.text)))
        for node in file.nodes(ast.Subscript) if unions or generics else ():
            name = file.name_of(node.value) or ""
            if name in _BUILTIN and generics:
                new = _BUILTIN[name]
                fix = Fix(f"Write `{new}`", (Edit(Range.of(node.value), new),), Applicability.SAFE)
                yield self.at(node.value, old=file.source(node.value), new=new, version="3.9", fix=fix)
            elif name in ("typing.Optional", "typing.Union") and unions:
                union = _union(node, name)
                if union is not None and (self.always or _is_plain(file, node, union)):
                    yield self.at(node, old=_short(file, node), new=union, version="3.10", fix=_fix(file, node, union))
        if self.always and target >= _PARAMETERS:
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


def _unions_of(text: str) -> tuple[int, int]:
    """How often a text has unions in the old way and in the new one."""
    return text.count("Optional[") + text.count("Union["), text.count(" | None")


def _generics_of(text: str) -> tuple[int, int]:
    """How often a text has collections in the old way and in the new one."""
    old = sum(text.count(f"{name.rpartition('.')[2]}[") for name in _BUILTIN)
    return old, sum(text.count(f"{name}[") for name in ("list", "dict", "set", "tuple", "type"))


def _is_left_over(file: File, counts: tuple[int, int]) -> bool:
    """Whether a file says something in the new way, in code that runs, where it could not if Python were older."""
    old, new = counts
    if not 0 < old * _MANY <= new:
        return False
    return file.target_version is not None or "from __future__ import annotations" not in file.text


def _is_plain(file: File, node: ast.Subscript, union: str) -> bool:
    """Whether it is the annotation of one thing, not an alias or a list of models."""
    if isinstance(file.statement(node), ast.Assign) or union.count(" | ") > _PARTS:
        return False
    return _is_of_classes(file, node.slice)


def _is_of_classes(file: File, part: ast.expr) -> bool:
    """Whether the parts of a union are surely classes, which have `|`: not objects that stand for a type."""
    match part:
        case ast.Tuple(elts=parts):
            return all(_is_of_classes(file, each) for each in parts)
        case ast.Constant(value=None):
            return True
        case ast.Subscript(value=owner):
            return _is_of_classes(file, owner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_of_classes(file, left) and _is_of_classes(file, right)
        case ast.Name() | ast.Attribute():
            definition = file.definition_of(part)
            name = file.name_of(part) or ""
            return name.startswith(_CLASSES) or (definition is not None and definition.is_class)
    return False


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
