"""Where the text of a project comes from: the disk, or anything else that answers the same three questions.

Paths are absolute, with the system's separators, as `os.path` makes them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .records import NamedTuple
from .unchanged import kind, signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from .unchanged import Ground, Signature

    class Files(Protocol):
        """A tree of files."""

        def read(self, path: str) -> bytes:
            """The content of a file. Raises OSError."""
            ...

        def kind(self, path: str) -> str | None:
            """ "file", "folder" or None; a link is what it leads to."""
            ...

        def entries(self, folder: str) -> list[Entry]:
            """What a folder holds, by name. Raises OSError."""
            ...

        def signature(self, path: str) -> Signature:
            """Changes when the content of a file changes. Raises OSError."""
            ...


class Entry(NamedTuple):
    """Something in a folder."""

    name: str
    is_folder: bool
    """A link to a folder is none: it is not walked through."""
    is_file: bool
    """A link to a file is one."""


def leads_to_file(entry: os.DirEntry[str]) -> bool:
    """It is a file, or a link to one; a link that leads back to itself is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """It is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


class Disk:
    """The files as they lie on the disk."""

    __slots__ = ()

    def read(self, path: str) -> bytes:
        with open(path, "rb") as stream:
            return stream.read()

    def kind(self, path: str) -> str | None:
        return kind(path)

    def entries(self, folder: str) -> list[Entry]:
        with os.scandir(folder) as found:
            made = [Entry(entry.name, entry.is_dir(follow_symlinks=False), leads_to_file(entry)) for entry in found]
        made.sort()
        return made

    def signature(self, path: str) -> Signature:
        return signature(os.stat(path))


DISK = Disk()


class Watched(Disk):
    """The files as they lie on the disk, and what was asked of them."""

    __slots__ = ("_kinds", "_read")

    def __init__(self) -> None:
        self._kinds: dict[str, str | None] = {}
        self._read: dict[str, bool] = {}
        """Files and folders that somebody wanted to read → whether that could be done."""

    def read(self, path: str) -> bytes:
        self._read[path] = False
        content = super().read(path)
        self._read[path] = True
        return content

    def kind(self, path: str) -> str | None:
        found = self._kinds[path] = super().kind(path)
        return found

    def entries(self, folder: str) -> list[Entry]:
        self._read[folder] = False
        found = super().entries(folder)
        self._read[folder] = True
        return found

    def tell(self, ground: Ground) -> None:
        """Add all that was asked to what an answer was made from."""
        for path, seen in self._kinds.items():
            ground.note(path, seen)
        for path, was_there in self._read.items():
            ground.stamp_or_none(path, was_there)


def walk(files: Files, folder: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk` from the top: (folder, folders in it, files in it), sorted; what is taken from `folders` is not
    entered. A folder that cannot be listed is passed over."""
    try:
        entries = files.entries(folder)
    except OSError:
        return
    folders = [entry.name for entry in entries if entry.is_folder]
    yield folder, folders, [entry.name for entry in entries if entry.is_file]
    for name in folders:
        yield from walk(files, os.path.join(folder, name))
