"""Where the text of a project comes from: the disk, or anything else that answers the same three questions.

Paths are absolute, with the system's separators, as `os.path` makes them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

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
        return "file" if os.path.isfile(path) else "folder" if os.path.isdir(path) else None

    def entries(self, folder: str) -> list[Entry]:
        with os.scandir(folder) as found:
            made = [Entry(entry.name, entry.is_dir(follow_symlinks=False), leads_to_file(entry)) for entry in found]
        made.sort()
        return made


DISK = Disk()


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
