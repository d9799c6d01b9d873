"""Whether a condition holds in a function that is called, by what it was given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .course import Course
    from .sites import Site, Sites
    from .statements import Statements

_DEEPEST = 6


class Conditions:
    """Answers while functions are executed that are called; of the first one nothing is known."""

    def __init__(self, sites: Sites, statements: Statements, course: Course) -> None:
        self.sites = sites
        self.statements = statements
        self._course = course

    def holds(self, site: Site, depth: int = 0) -> bool | None:
        """Whether a condition on what a called function was given is true."""
        node = site.node
        if not self._course.frames or depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.holds(site.at(operand), depth + 1)
                return None if inner is None else not inner
            case ast.BoolOp(op=op, values=values):
                known = [self.holds(site.at(each), depth + 1) for each in values]
                decisive = isinstance(op, ast.Or)
                if decisive in known:
                    return decisive
                return None if None in known else not decisive
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                given = self._given_to(site.at(left))
                if given is None:
                    return None
                held = None if isinstance(given.node, ast.Constant) else self.statements.value(given)
                if held is None and not isinstance(given.node, ast.Constant):
                    return None
                is_none = held is None and getattr(given.node, "value", 0) is None
                return is_none is isinstance(op, ast.Is)
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, ast.Name() as cls]):
                held, wanted = self.statements.value(site.at(subject)), self.statements.value(site.at(cls))
                if (
                    held is None
                    or held.kind != "one"
                    or held.entity is None
                    or wanted is None
                    or wanted.kind != "class"
                ):
                    return None
                return wanted.entity in self.sites.types.mro(held.entity)
            case ast.Name():
                given = self._given_to(site)
                return bool(given.node.value) if given is not None and isinstance(given.node, ast.Constant) else None
        return None

    def _given_to(self, site: Site, depth: int = 0) -> Site | None:
        """What a parameter of a called function holds: the argument, or its default."""
        node = site.node
        if not isinstance(node, ast.Name):
            return site if isinstance(node, ast.Constant) else None
        bound = self.sites.bindings(site)
        if len(bound) != 1 or depth > _DEEPEST:
            return None
        if bound[0].kind == "assign" and not bound[0].path:
            given = bound[0].site
            return self._given_to(given, depth + 1) if isinstance(given.node, ast.Name) else given
        function = site.module.index.scope_of(node).frame().node
        if bound[0].kind != "parameter" or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = zip(reversed(positional), reversed(arguments.defaults), strict=False)
        for parameter, default in (*with_default, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
            if parameter.arg == node.id and default is not None:
                return site.at(default)
        return None
