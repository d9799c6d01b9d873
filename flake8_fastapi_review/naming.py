"""How a place in a file can name a module or its members, for fixes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .module.scopes import bindings_of, scope_binding
from .rule import Edit, Range

if TYPE_CHECKING:
    from .file import File
    from .module import Module
    from .module.index import Scope


class Naming:
    """Finds names that mean something already, and the imports that are missing."""

    def __init__(self, file: File, module: Module) -> None:
        self._file = file
        self._module = module

    def module_name(self, module: str, node: ast.AST) -> tuple[str, tuple[Edit, ...]] | None:
        """The name under which `node` can use a top-level module, and the edits that import it, if that is missing.

        None when the name already means something else there.
        """
        index = self._module.index
        top = index.scopes[0]
        bound = bindings_of(index, top)
        for name, bindings in bound.items():
            if (
                all(
                    b.kind == "import" and (b.node.name if b.node.asname else b.node.name.partition(".")[0]) == module
                    for b in bindings
                )
                and any(self._file.parent(b.place) is self._module.tree for b in bindings)
                and self._means(name, node, top)
            ):
                return name, ()
        if module in bound or not self._means(module, node, None):
            return None
        place = self._import_place(module)
        return (module, (Edit(place, f"import {module}\n"),)) if place is not None else None

    def import_from(self, module: str, name: str, node: ast.AST) -> tuple[str, tuple[Edit, ...]] | None:
        """How `node` can name a member of a top-level module, and the edits that import it, if that is missing.

        None when the name already means something else there.
        """
        index = self._module.index
        top = index.scopes[0]
        bound = bindings_of(index, top)
        for known, bindings in bound.items():
            if self._means(known, node, top) and all(self._file.parent(b.place) is self._module.tree for b in bindings):
                if all(b.kind == "from" and b.node[1].name == name and _knows(b.place, module) for b in bindings):
                    return known, ()
                if all(
                    b.kind == "import" and b.node.name == module and (b.node.asname or module) == known
                    for b in bindings
                ):
                    return f"{known}.{name}", ()
        if name in bound or not self._means(name, node, None):
            return None
        for statement in self._module.tree.body:
            if (
                isinstance(statement, ast.ImportFrom)
                and statement.module == module
                and not statement.level
                and statement.names[0].name != "*"
            ):
                after = next((alias for alias in statement.names if alias.name > name), None)
                if after is not None:
                    place, text = Range.of(after), f"{name}, "
                    return name, (Edit(Range(place.line, place.column, place.line, place.column), text),)
                last = Range.of(statement.names[-1])
                return name, (Edit(Range(last.end_line, last.end_column, last.end_line, last.end_column), f", {name}"),)
        line = self._import_place(module)
        return (name, (Edit(line, f"from {module} import {name}\n"),)) if line is not None else None

    def _means(self, name: str, node: ast.AST, owner: Scope | None) -> bool:
        return scope_binding(self._module.index, self._module.index.scope_of(node), name) is owner

    def _import_place(self, module: str) -> Range | None:
        """Where a line `import module` goes: among the plain imports at the top, else before all else."""
        plain: list[ast.stmt] = []
        first: ast.stmt | None = None
        for statement in self._module.tree.body:
            match statement:
                case ast.Expr(value=ast.Constant()) | ast.ImportFrom(module="__future__"):
                    continue
                case ast.Import():
                    plain.append(statement)
                case ast.ImportFrom():
                    pass
                case _:
                    first = first or statement
                    break
            first = first or statement
        after = next((s for s in plain if isinstance(s, ast.Import) and s.names[0].name > module), None)
        if after is None and plain:
            line = (plain[-1].end_lineno or plain[-1].lineno) + 1
        else:
            target = after or first
            if target is None or target.col_offset or target is not self._first_on_line(target):
                return None
            decorators = getattr(target, "decorator_list", [])
            line = min([target.lineno, *(d.lineno for d in decorators)])
        return Range(line, 0, line, 0) if line <= len(self._module.lines) else None

    def _first_on_line(self, statement: ast.stmt) -> ast.stmt:
        return next(s for s in self._module.tree.body if (s.end_lineno or s.lineno) >= statement.lineno)


def _knows(place: ast.ImportFrom, module: str) -> bool:
    """Whether an import gives the members of a module; `typing_extensions` has all that `typing` has."""
    return not place.level and (place.module == module or (module == "typing" and place.module == "typing_extensions"))
