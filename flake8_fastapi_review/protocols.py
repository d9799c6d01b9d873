"""What a project may demand of itself under `[tool.fastapi-review.protocols.NAME]`, and the rules that ask for it.

A protocol is a table of names: of an operation that must be checked before and accounted for after it, or of what
identifies a row. Names are qualified ("app.quota.check_quota"); without a dot a name stands for whatever is called so.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .files import Files

_QUALIFIED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\.\*)?")
_BOUND = re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]*)?=", re.MULTILINE)
_NAMES = ("operations", "checks", "consume", "failures", "models", "state", "source")

KEYS: dict[str, str] = {
    "operations": "frozenset[str]",
    "checks": "frozenset[str]",
    "consume": "frozenset[str]",
    "failures": "frozenset[str]",
    "status": "int",
    "fields": "frozenset[str]",
    "models": "frozenset[str]",
    "key": "tuple[str, ...]",
    "forbidden": "frozenset[str]",
    "state": "frozenset[str]",
    "source": "str",
}
"""Key of a protocol → the type of its value, as `registry.converted` reads it."""

NEEDS: dict[str, tuple[str, ...]] = {
    "FAR200": ("operations", "checks"),
    "FAR201": ("operations", "consume"),
    "FAR202": ("checks", "status"),
    "FAR203": ("models", "key", "forbidden"),
    "FAR204": ("models", "key"),
    "FAR205": ("state", "source"),
}
"""Rule → the keys without which a protocol says nothing to it."""


def named(table: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The keys of a protocol that hold names, each with every name."""
    for key in _NAMES:
        value = table.get(key)
        for name in (value,) if isinstance(value, str) else value if isinstance(value, (frozenset, tuple)) else ():
            yield key, str(name)


def lacking(values: dict[str, object]) -> str | None:
    """What a protocol that speaks to no rule needs, as a part of a message; None if it speaks to one."""
    if any(all(values.get(key) for key in needed) for needed in NEEDS.values()):
        return None
    missing = {code: [key for key in needed if not values.get(key)] for code, needed in NEEDS.items()}
    code = min(missing, key=lambda each: (len(missing[each]) - len(NEEDS[each]), each))
    return f"{code} needs " + " and ".join(f"`{key}`" for key in missing[code])


def not_there(name: str, root: str, src: Iterable[str], files: Files) -> tuple[str, str, list[str]] | None:
    """What is missing of a qualified name of the project: where, the part, and what is there; None: nothing, or it is
    no name of the project. Modules are looked for in the root, in the folders of `src`, and one folder deeper."""
    if _QUALIFIED.fullmatch(name) is None:
        return None
    parts = name.removesuffix(".*").split(".")
    bases = [root, *(os.path.join(root, each) for each in (*src, "src"))]
    bases += [os.path.join(root, each) for each in _folders(root, files) if not each.startswith(".")]
    missing = None
    for base in dict.fromkeys(bases):
        is_known, found = _looked_up(parts, base, root, files)
        if is_known and found is None:
            return None
        missing = missing or found
    return missing


def _looked_up(parts: list[str], base: str, root: str, files: Files) -> tuple[bool, tuple[str, str, list[str]] | None]:
    """Whether a folder has the package that a name begins with, and what is missing there."""
    folder = base
    for place, part in enumerate(parts):
        path = os.path.join(folder, part)
        if files.kind(f"{path}.py") == "file":
            return True, _member(parts[place + 1 :], f"{path}.py", root, files)
        if files.kind(path) != "folder" or not _holds_python(path, files):
            if place == 0:
                return False, None
            init = os.path.join(folder, "__init__.py")
            if files.kind(init) == "file" and _member(parts[place:], init, root, files) is None:
                return True, None
            there = [each.removesuffix(".py") for each in (*_folders(folder, files), *_modules(folder, files))]
            return True, (_shown(folder, root), part, there)
        folder = path
    return True, None


def _member(parts: list[str], path: str, root: str, files: Files) -> tuple[str, str, list[str]] | None:
    """What a module does not even mention of a path of members."""
    try:
        text = files.read(path).decode("utf-8", "replace")
    except OSError:
        return None
    if "import *" in text or "__getattr__" in text:
        return None
    for place, part in enumerate(parts):
        if re.search(rf"\b{re.escape(part)}\b", text) is None:
            if place and re.search(rf"^\s*class\s+{re.escape(parts[place - 1])}\s*[\[(]", text, re.MULTILINE):
                return None  # it may be inherited
            return _shown(path, root), part, [found[1] or found[2] for found in _BOUND.finditer(text)]
    return None


def _folders(folder: str, files: Files) -> list[str]:
    try:
        return sorted(each.name for each in files.entries(folder) if each.is_folder)
    except OSError:
        return []


def _modules(folder: str, files: Files) -> list[str]:
    try:
        return sorted(each.name for each in files.entries(folder) if each.name.endswith(".py"))
    except OSError:
        return []


def _holds_python(folder: str, files: Files) -> bool:
    return bool(_modules(folder, files)) or any(
        _modules(os.path.join(folder, each), files) for each in _folders(folder, files)
    )


def _shown(path: str, root: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")
