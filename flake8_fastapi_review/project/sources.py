"""Which file is which module: imports resolved over source roots, without importing anything.

A path is relative to the project's root, with forward slashes; it is the identity of a module (two packages of a
monorepo may share a dotted name). Nothing is scanned: each question costs a few `stat` calls, once.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

from ..files import DISK
from .disk import module_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..files import Files

_SAMPLE = 60
"""So many files of a package are read to learn how it spells its own name."""
_VENDORING = frozenset(("_vendor", "vendor", "_vendored", "vendored"))
_FRAMEWORK = frozenset(("fastapi", "starlette"))
_STDLIB = frozenset(sys.stdlib_module_names) | {"distutils", "imp", "asyncore"}


def is_vendored(parts: list[str]) -> bool:
    """Whether a dotted name means a copy of the framework inside of a project: `shop._vendor.fastapi.routing`.

    Such a copy is the library, not code of the project: its names are canonical ones.
    """
    return any(one in _VENDORING and two in _FRAMEWORK for one, two in pairwise(parts))


class Sources:
    """The files of one project."""

    def __init__(
        self,
        root: str,
        source_roots: tuple[str, ...] = (),
        files_below: Callable[[str], Iterable[str]] = lambda folder: (),
        files: Files = DISK,
    ) -> None:
        """`root` is absolute; `source_roots` are folders relative to it that the configuration names; `files_below`
        tells the Python files below a folder ("" for the root) that are not excluded, for the few questions that need
        them."""
        self.root = root
        self.files = files
        self._files_below = files_below
        self.source_roots = tuple("" if folder in ("", ".", "./") else folder.strip("/") for folder in source_roots)
        self._kinds: dict[str, str | None] = {}
        self._names: dict[str, str] = {}
        self._overlaid: set[str] = set()
        self._namespaces: dict[str, str] = {}
        self._tops: dict[tuple[str, str], tuple[str, ...]] = {}
        self._modules: dict[tuple[str, str], str | None] = {}
        self._package_roots: dict[str, str] = {}
        self._dotted: dict[str, str] = {}

    def absolute(self, path: str) -> str:
        return os.path.join(self.root, path)

    def kind(self, path: str) -> str | None:
        """ "file", "folder" or None."""
        if path not in self._kinds:
            self._kinds[path] = self.files.kind(self.absolute(path))
        return self._kinds[path]

    def is_file(self, path: str) -> bool:
        return self.kind(path) == "file"

    def overlay(self, path: str) -> None:
        """Take note that a text stands in for the file, which need not even exist (an editor's buffer)."""
        self._kinds[path] = "file"
        self._overlaid.add(path)

    def is_overlaid(self, path: str) -> bool:
        return path in self._overlaid

    def all_files(self) -> Iterable[str]:
        """Every Python file of the project that is not excluded."""
        return self._files_below("")

    def kinds(self) -> dict[str, str | None]:
        """What was asked: path → "file", "folder" or None; the path of a folder with "/*" → the names in it."""
        return self._kinds | self._names

    def foresee(self, kinds: dict[str, str | None]) -> None:
        """Take note of what was asked in an earlier run and still is so, as `kinds` tells it."""
        for path, kind in kinds.items():
            if path.endswith("/*"):
                self._names.setdefault(path, kind or "")
            else:
                self._kinds.setdefault(path, kind)

    def namespaces(self) -> dict[str, str]:
        """The packages whose files were read to learn how they are named, "folder/package", with the answers."""
        return self._namespaces

    def names_in(self, folder: str) -> list[str]:
        """What a folder, relative to the root, may hold as modules, sorted."""
        key = f"{folder}/*"
        if key not in self._names:
            self._names[key] = module_names(self.files, self.absolute(folder))
        return self._names[key].split()

    def package_root(self, folder: str) -> str:
        """The folder that has to be on `sys.path` for the modules in `folder`: above the chain of `__init__.py`."""
        found = self._package_roots.get(folder)
        if found is None:
            found = folder
            while found and self.is_file(_join(found, "__init__.py")):
                found = found.rpartition("/")[0]
            self._package_roots[folder] = found
        return found

    def dotted(self, path: str) -> str:
        """The dotted name by which the project itself imports `path`."""
        found = self._dotted.get(path)
        if found is None:
            found = self._dotted[path] = self._find_dotted(path)
        return found

    def _find_dotted(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        root = self.package_root(folder)
        if root == folder:
            # Namespace packages: the source root is a configured one, "src", or the project's root.
            candidates = [r for r in (*self.source_roots, "src") if r and (folder.startswith(r + "/") or folder == r)]
            root = max(candidates, key=len, default="") if "/" in path else ""
        elif root and root not in self.source_roots:
            root = self.namespace_root(root, path[len(root) + 1 :].partition("/")[0])
        name = path[len(root) :].lstrip("/").removesuffix(".py").removesuffix("/__init__")
        return name.replace("/", ".") if name != "__init__" else ""

    def namespace_root(self, root: str, package: str) -> str:
        """The folder that `package` (in folder `root`) is imported from, as its own files spell their imports.

        A package without a package above it may still be a part of a namespace package, as in `google.adk`.
        """
        key = f"{root}/{package}"
        found = self._namespaces.get(key)
        if found is not None:
            return found
        steps = root.split("/")
        spelt = {".".join([*steps[i:], package]): "/".join(steps[:i]) for i in range(len(steps))}
        spelt[package] = root
        pattern = re.compile(
            rb"^[ \t]*(?:from|import)[ \t]+(" + b"|".join(re.escape(name).encode() for name in spelt) + rb")[. \t]",
            re.M,
        )
        found = root
        for path in itertools.islice(self._files_below(key), _SAMPLE):
            try:
                match = pattern.search(self.files.read(self.absolute(path)))
            except OSError:
                continue
            if match:
                found = spelt[match[1].decode()]
                break
        self._namespaces[key] = found
        return found

    def resolve(self, importer: str, level: int, module: str | None) -> str | None:
        """The path that `import module` (or `from . import` with `level` dots) in `importer` means.

        A namespace package is answered with its folder and a trailing slash; None: not of this project.
        """
        folder = importer.rpartition("/")[0]
        if level:
            for _ in range(level - 1):
                if not folder:
                    return None
                folder = folder.rpartition("/")[0]
            return self._inside(folder, module.split(".") if module else [])
        if not module:
            return None
        key = (folder, module)
        if key not in self._modules:
            self._modules[key] = self._resolve_absolute(folder, module.split("."))
        return self._modules[key]

    def _resolve_absolute(self, folder: str, parts: list[str]) -> str | None:
        if is_vendored(parts):
            return None
        for root in self._roots_of(folder, parts[0]):
            found = self._inside(root, parts)
            if found is not None:
                return found
        return None

    def _roots_of(self, folder: str, top: str) -> tuple[str, ...]:
        """Source roots, nearest first, that hold a top-level module `top`."""
        start = self.package_root(folder)
        key = (start, top)
        found = self._tops.get(key)
        if found is None:
            roots = list(self.source_roots)
            if top not in _STDLIB:
                current = start
                while True:
                    roots += [current, _join(current, "src")]
                    if not current:
                        break
                    current = current.rpartition("/")[0]
            found = tuple(
                r
                for r in dict.fromkeys(roots)
                if self.is_file(_join(r, top + ".py")) or self.kind(_join(r, top)) == "folder"
            )
            self._tops[key] = found
        return found

    def _inside(self, folder: str, parts: list[str]) -> str | None:
        path = folder
        for position, part in enumerate(parts):
            step = _join(path, part)
            if self.is_file(_join(step, "__init__.py")) or (
                self.kind(step) == "folder" and not self.is_file(step + ".py")
            ):
                path = step
            elif position == len(parts) - 1 and self.is_file(step + ".py"):
                return step + ".py"
            else:
                return None
        package = _join(path, "__init__.py")
        if self.is_file(package):
            return package
        # A folder without __init__.py next to no module could be anything: documentation, data, another language.
        return path + "/" if self.kind(path) == "folder" else None

    def submodule(self, package: str, name: str) -> str | None:
        """The module `name` inside of a package given as resolve() answers it."""
        folder = package[:-1] if package.endswith("/") else package.rpartition("/")[0]
        if not package.endswith(("/", "__init__.py")):
            return None
        return self._inside(folder, [name])


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
