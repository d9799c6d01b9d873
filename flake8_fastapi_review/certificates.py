"""Where a library is told to accept every certificate."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .answers import Switch
from .project.constants import UNKNOWN
from .project.type_terms import without_none

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .file import File
    from .project import Project
    from .project.type_terms import Type


class Certificates:
    """Asks about the calls and assignments of one file; `evaluate` gives the type of an expression of it."""

    def __init__(self, file: File, project: Project, evaluate: Callable[[ast.AST], Type | None]) -> None:
        self._file = file
        self._project = project
        self._evaluate = evaluate

    def unverified(self, node: ast.Call | ast.Assign) -> Iterator[Switch]:
        """How a call or assignment tells a library to accept every certificate, whatever the value is then; the value
        is literal, or the literal default of a setting."""
        knowledge = self._project.knowledge
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in knowledge.verifying:
                    for owner in self._classes_of(target.value):
                        for row in knowledge.unverified(f"{owner}.{target.attr}"):
                            if not row.argument and self._is_one_of(node.value, row.values):
                                yield Switch(node, target.attr, node.value)
            return
        leaf = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = knowledge.verifying
        given = self._file.keywords(node)
        named = given if given is not None else [(each.arg, each.value) for each in node.keywords if each.arg]
        if leaf not in words and not any(name in words for name, _ in named):
            return
        callee, arguments = node.func, node.args
        if self._file.name_of(callee) == "functools.partial" and arguments:
            callee, arguments = arguments[0], arguments[1:]
        complete = given is not None and callee is node.func and not any(isinstance(a, ast.Starred) for a in arguments)
        for row in next((rows for name in self._names_of(callee) if (rows := knowledge.unverified(name))), ()):
            if not row.argument:
                continue
            value = next((value for name, value in reversed(named) if name == row.argument), None)
            if value is None and 0 <= row.position < len(arguments):
                value = arguments[row.position]
            if value is not None and self._is_one_of(value, row.values):
                inside = any(value is each for each in (*arguments, *(each.value for each in node.keywords)))
                yield Switch(value if inside else node, row.argument, value)
            elif value is None and "..." in row.values and complete:
                yield Switch(node, row.argument, None)

    def _names_of(self, callee: ast.expr) -> Iterator[str]:
        """The qualified name of what is called; of a class of the project, those of its bases."""
        name = self._file.name_of(callee)
        if name is None:
            return
        name = name.removesuffix(".__init__")
        yield name
        found = self._evaluate(callee)
        if found is not None and found[0] == "type" and ":" in found[1]:
            yield from (base for base in self._project.types.mro(found[1]) if ":" not in base)
        elif isinstance(callee, ast.Attribute):
            yield from (f"{owner}.{callee.attr}" for owner in self._classes_of(callee.value))

    def _classes_of(self, expr: ast.expr) -> tuple[str, ...]:
        """The libraries' classes that a value is an instance of."""
        found = without_none(self._evaluate(expr))
        if found is not None and found[0] in ("mem", "const"):
            found = self._project.types.call_type(found)
        if found is None or found[0] != "inst":
            return ()
        return tuple(base for base in self._project.types.mro(found[1]) if ":" not in base and base != "?")

    def _is_one_of(self, expr: ast.expr, values: tuple[str, ...]) -> bool:
        """Whether an expression surely is one of some values, which are written as in Python."""
        known = self._file.value_of(expr)
        if known is UNKNOWN and isinstance(default := self._file.default_of(expr), bool):
            known = default
        if known is not UNKNOWN and repr(known) in values:
            return True
        return (self._file.name_of(expr) or "") in values
