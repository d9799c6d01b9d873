"""Which modules of a project import each other when they are imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .readings import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .modules import Modules


class ImportGraph:
    """The imports that run when a module is imported: neither in functions, nor for type checkers alone, nor of the
    packages that it is in."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._cycles: tuple[tuple[str, ...], ...] | None = None
        self._edges: dict[str, dict[str, int]] = {}

    @property
    @fact("imports.cycles", lambda self: self._modules)
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The paths of modules that import each other, directly or around others, each cycle sorted."""
        if self._cycles is None:
            for path in self._modules.sources.all_files():
                self._edges[path] = dict(self._imported(path))
            self._cycles = tuple(sorted(tuple(sorted(group)) for group in self._components() if len(group) > 1))
        return self._cycles

    def lines(self, path: str, cycle: tuple[str, ...]) -> list[tuple[int, str]]:
        """Where a module imports others of its cycle: lines from 1, and what."""
        self._modules.lent(path)
        return sorted((line, other) for other, line in self._edges.get(path, {}).items() if other in cycle)

    def _imported(self, path: str) -> Iterator[tuple[str, int]]:
        module = self._modules.lent(path)
        if module is None:
            return
        found: dict[str, int] = {}
        for statement in _at_import(module.tree.body):
            for target in self._targets(path, statement):
                if target != path and not _holds(target, path):
                    found.setdefault(target, statement.lineno)
        yield from found.items()

    def _targets(self, path: str, statement: ast.stmt) -> Iterator[str]:
        match statement:
            case ast.Import(names=names):
                for alias in names:
                    target = self._modules.resolve(path, 0, alias.name)
                    if target is not None:
                        yield target
            case ast.ImportFrom(module=name, level=level, names=names):
                owner = self._modules.resolve(path, level, name)
                if owner is None:
                    return
                for alias in names:
                    yield self._modules.submodule(owner, alias.name) or owner

    def _components(self) -> Iterator[list[str]]:
        """The strongly connected components, after Tarjan, without recursion."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        on: set[str] = set()
        for root in sorted(self._edges):
            if root in index:
                continue
            work = [(root, iter(sorted(self._edges[root])))]
            index[root] = low[root] = len(index)
            stack.append(root)
            on.add(root)
            while work:
                node, following = work[-1]
                for target in following:
                    if target not in self._edges:
                        continue
                    if target not in index:
                        index[target] = low[target] = len(index)
                        stack.append(target)
                        on.add(target)
                        work.append((target, iter(sorted(self._edges[target]))))
                        break
                    if target in on:
                        low[node] = min(low[node], index[target])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        group = []
                        while True:
                            member = stack.pop()
                            on.discard(member)
                            group.append(member)
                            if member == node:
                                break
                        yield group


def _holds(package: str, path: str) -> bool:
    """Whether a file is the `__init__` of a package that a module is in: it always runs before."""
    folder, _, name = package.rpartition("/")
    return name == "__init__.py" and path.startswith(f"{folder}/")


def _at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The imports that run with the module, those in `if` and `try` included."""
    for statement in body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                yield statement
            case ast.If(test=test, body=inner, orelse=other):
                if "TYPE_CHECKING" not in ast.unparse(test):
                    yield from _at_import(inner)
                yield from _at_import(other)
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=last):
                yield from _at_import([*inner, *other, *last])
                for handler in handlers:
                    yield from _at_import(handler.body)
            case ast.With(body=inner):
                yield from _at_import(inner)
