"""Which modules of a project import each other when they are imported."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..records import NamedTuple
from ..regex import regex
from .readings import fact, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .modules import Modules


_IMPORT = regex(
    rb"^([ \t]*)(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]*)|import[ \t]+([^\n#;]*))", re.MULTILINE
)
"""An import, as it is written: its indentation, and what it names."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MANY = 60
"""So many modules are read at most to learn what packages import."""


class TooEarly(NamedTuple):
    """A name that an import asks for before it is there, if the module that has it is imported first."""

    line: int
    """Of the import, from 1."""
    name: str
    owner: str
    """The path of the module that has the name."""
    owner_line: int
    """Where that one imports this one, further up than it binds the name."""
    is_late: bool
    """The import stands below definitions, as one does on purpose."""


class ImportGraph:
    """The imports that run when a module is imported: neither in functions, nor for type checkers alone, nor of the
    packages that it is in."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._cycles: tuple[tuple[str, ...], ...] | None = None
        self._edges: dict[str, dict[str, int]] = {}
        self._always: dict[str, frozenset[str]] = {}

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

    def too_early(self, path: str) -> Iterator[TooEarly]:
        """The imports of a module that fail when the module they name is imported first: that one imports this one
        further up than it binds the name, and is found half made.

        Only what runs in any case counts. Left out are modules whose packages import one of both, since these decide
        on the order, and those that fail in either order: nobody imports them.
        """
        module = self._modules.lent(path)
        if module is None:
            return
        for index, statement in enumerate(module.tree.body):
            if not isinstance(statement, ast.ImportFrom):
                continue
            owner = self._modules.resolve(path, statement.level, statement.module)
            if owner is None or owner == path or path not in self._imports_always(owner):
                continue
            if _holds(owner, path) or _holds(path, owner):
                continue
            other = self._modules.tree_of(owner)
            if other is None or _makes_names(other.text):
                continue
            place = self._imports_at(owner, other.tree.body, path)
            if place is None:
                continue
            before = _bound(other.tree.body[:place])
            after = _bound(other.tree.body[place:])
            for alias in statement.names:
                if "*" in before or alias.name in before or alias.name not in after:
                    continue
                if self._modules.submodule(owner, alias.name) is not None:
                    continue
                importing = other.tree.body[place]
                works = self._works_first(path, module.tree.body[:index], importing, owner)
                if works and not self._decided_by_packages(owner, {owner, path}):
                    is_late = any(isinstance(each, _DEFINITIONS) for each in module.tree.body[:index])
                    yield TooEarly(statement.lineno, alias.name, owner, importing.lineno, is_late)
                break

    def _imports_at(self, path: str, body: list[ast.stmt], target: str) -> int | None:
        """The first of the statements of a module that imports another one in any case."""
        for index, statement in enumerate(body):
            if isinstance(statement, (ast.Import, ast.ImportFrom)) and target in self._targets(path, statement):
                return index
        return None

    def _works_first(self, path: str, before: list[ast.stmt], importing: ast.stmt, owner: str) -> bool:
        """Whether the other order works: what the owner asks this module for is there by then."""
        if (
            isinstance(importing, ast.ImportFrom)
            and self._modules.resolve(owner, importing.level, importing.module) == path
        ):
            bound = _bound(before)
            return all(
                alias.name in bound or self._modules.submodule(path, alias.name) is not None
                for alias in importing.names
            )
        return True

    def _decided_by_packages(self, path: str, modules: set[str]) -> bool:
        """Whether the packages of a module may import some modules, whoever asks for what; True where too much would
        have to be read."""
        pending = self._packages(path)
        seen = {*pending}
        while pending:
            for target, _ in self._imported(pending.pop()):
                for each in (target, *self._packages(target)):
                    if each in modules or len(seen) > _MANY:
                        return True
                    if each not in seen:
                        seen.add(each)
                        pending.append(each)
        return False

    def _packages(self, path: str) -> list[str]:
        """The packages that a module is in, by their files."""
        parts = path.rstrip("/").split("/")[:-1]
        found = ["/".join([*parts[:end], "__init__.py"]) for end in range(1, len(parts) + 1)]
        return [each for each in found if each != path and self._modules.sources.is_file(each)]

    @remembered()
    def _imports_always(self, path: str) -> frozenset[str]:
        """What the text of a module seems to import in any case: a hint."""
        known = self._always.get(path)
        if known is None:
            known = self._always[path] = frozenset(
                target for targets, _, is_first in self._written(path) if is_first for target in targets
            )
        return known

    def is_imported(self, path: str) -> bool:
        """Whether another module of the project imports this one, when it is imported itself or later."""
        stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        return any(
            path in targets
            for other in self._modules.mentioning(stem)
            if other != path
            for targets, _, _ in self._written(other)
        )

    def _written(self, path: str) -> Iterator[tuple[tuple[str, ...], int, bool]]:
        """The imports that stand in a text: the modules of the project that they name, their lines, and whether they
        begin one, as those do that run in any case. What only looks like an import is among them."""
        text = self._modules.bytes_of(path) or b""
        line, seen = 1, 0
        for match in _IMPORT.finditer(text):
            line += text.count(b"\n", seen, match.start())
            seen = match.start()
            indent, dots, module, names, modules = match.groups()
            targets: list[str] = []
            if modules is not None:
                for each in modules.split(b","):
                    target = self._modules.resolve(path, 0, each.split(b" as ")[0].strip().decode())
                    targets += [target] if target is not None else []
            else:
                owner = self._modules.resolve(path, len(dots), module.decode() or None)
                if owner is not None:
                    inner = re.sub(rb"#[^\n]*", b"", names.strip(b"()"))
                    for each in inner.split(b","):
                        name = each.split(b" as ")[0].strip().decode()
                        targets.append((name and self._modules.submodule(owner, name)) or owner)
            if targets:
                yield tuple(dict.fromkeys(targets)), line, not indent

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


def _makes_names(text: str) -> bool:
    """Whether a module may have names that no statement binds."""
    return "__getattr__" in text or "globals()" in text or "sys.modules[__name__]" in text


def _bound(body: list[ast.stmt]) -> set[str]:
    """The names that statements of a module may bind; "*" with those of another one."""
    found: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        match pending.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {alias.asname or alias.name.partition(".")[0] for alias in names}
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.If(test=test, body=inner, orelse=other) if "TYPE_CHECKING" in ast.unparse(test):
                pending += other if "not " not in ast.unparse(test) else inner
            case node:
                pending += ast.iter_child_nodes(node)
    return found


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
