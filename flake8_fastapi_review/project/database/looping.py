"""Loops of a function that is executed: how often they run, and in which of them an object is another one each time."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .sites import Site
from .statements import Given

if TYPE_CHECKING:
    from ...module import Module
    from ...module.index import Scope
    from .course import Course
    from .objects import Loop
    from .sites import Sites
    from .statements import Statements

_SAME_LENGTH = ("enumerate", "list", "tuple", "set", "sorted", "reversed", "iter")


class Looping:
    """Answers at the point that the execution has come to."""

    def __init__(self, sites: Sites, statements: Statements, course: Course) -> None:
        self.sites = sites
        self.statements = statements
        self._course = course

    def times(self, site: Site, loop: ast.AST | None = None) -> int | None:
        """How often a loop is run; None: for each of N rows."""
        target = getattr(loop, "target", None)
        if target is not None and self.statements.session_kind(site.at(target)) is not None:
            return 1  # a generator of sessions gives one
        match site.node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return None if any(isinstance(each, ast.Starred) for each in elements) else len(elements)
            case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(number))]):
                return number
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _SAME_LENGTH:
                return self.times(site.at(first))
            case ast.Name():
                bound = self.sites.bindings(site)
                if len(bound) == 1 and bound[0].kind == "assign" and not bound[0].path:
                    inner = bound[0].site
                    if isinstance(inner.node, (ast.Tuple, ast.List)) and not self._grows(site):
                        return self.times(inner)
        return None

    @staticmethod
    def _grows(site: Site) -> bool:
        """Whether something is put into a list after it was made."""
        name = site.node.id if isinstance(site.node, ast.Name) else ""
        return f"{name}.append(" in site.module.text or f"{name}.extend(" in site.module.text

    def of(self, site: Site, level: int | None = None) -> tuple[Loop, ...]:
        """The loops in which an object is another one each time."""
        level = len(self._course.frames) if level is None else level
        node = site.node
        while not isinstance(node, ast.Name):
            match node:
                case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
                    node = inner
                case ast.Call(func=ast.Attribute(value=inner)):
                    node = inner
                case _:
                    return tuple(self._course.loops)
        scope: Scope | None = site.module.index.scope_of(node)
        given = None
        while scope is not None and given is None:
            given = dict(site.env).get(f"{scope.frame().qualname}.{node.id}")
            scope = scope.frame().parent
        if isinstance(given, Given):
            return given.loops
        if isinstance(given, Site) and level > 0:
            return self.of(given, level - 1)
        before = self._course.frames[level - 1].loops if level > 0 else 0
        upto = self._course.frames[level].loops if level < len(self._course.frames) else len(self._course.loops)
        own: list[Loop] = []
        for bound in self.sites.bindings(site.at(node)):
            if bound.kind == "for":
                own += [each for each in self.of(bound.site, level)[before:] if each not in own]
            for loop in self._course.loops[before:upto]:
                if loop not in own and loop.node is not None and _is_within(site.module, bound.place, loop.node):
                    own.append(loop)
        return (*self._course.loops[:before], *own)


def _is_within(module: Module, node: ast.AST, outer: ast.AST) -> bool:
    parents = module.index.parents
    current: ast.AST | None = node
    while current is not None:
        if current is outer:
            return True
        current = parents.get(current)
    return False
