"""What a project looks like on disk: its folders and files, and by what signs a file is known to be unchanged."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ..config import excluder, takes_back
from ..files import DISK, leads_to_file, leads_to_folder
from ..records import NamedTuple
from ..unchanged import UNSIGNED, Signature, is_settled, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..config import Config
    from ..files import Files

Seen = dict[str, tuple[Signature, list[str], list[str], bool]]
"""Folder → its signature, its files, the folders in it and whether it could be a project's root: plain values."""

_PROJECT_FILES = frozenset(("pyproject.toml", ".git", "setup.py", "setup.cfg"))


class Listing(NamedTuple):
    """The folders of a project that are not excluded, and their files of some suffixes."""

    folders: dict[str, list[str]]
    """Folder ("" for the root) → paths of its files, both in the order of a walk: top down, sorted by name."""
    files: dict[str, Signature]
    links: dict[str, bool]
    """Links that are no file of the listing → whether a folder is behind them; they are not followed."""
    unreadable: dict[str, str]
    """Folder → why it is not listed."""
    projects: frozenset[str]
    """Folders that could be a project's root by what lies in them."""
    environments: frozenset[str] = frozenset()
    """Folders that are left out because they are virtual environments."""
    moment: int = 0
    """A time (ns) before anything was looked at."""

    def same(self, other: Listing) -> bool:
        """No file came, went or changed."""
        return self.files == other.files and self.shape() == other.shape()

    def shape(self) -> tuple[object, ...]:
        """All but the files, as `marshal` writes it."""
        return list(self.folders), self.links, self.unreadable


def scan(
    root: str,
    config: Config,
    suffixes: tuple[str, ...] = (".py",),
    start: str = "",
    known: Seen | None = None,
    made: Seen | None = None,
) -> Listing:
    """List the files below `root`, or below its folder `start`, that the configuration does not exclude.

    Virtual environments are left out. `known`: what an earlier scan `made`; folders that are unchanged since are not
    listed again.
    """
    is_excluded = excluder(config)
    may_return = takes_back(config)
    moment = time.time_ns()
    folders: dict[str, list[str]] = {}
    files: dict[str, Signature] = {}
    links: dict[str, bool] = {}
    unreadable: dict[str, str] = {}
    projects: set[str] = set()
    environments: set[str] = set()
    waiting = [start]
    stat_of = os.stat
    prefix_of_root = root.rstrip(os.sep) + os.sep
    while waiting:
        folder = waiting.pop()
        full = prefix_of_root + folder if folder else root
        sign: Signature | None = None
        if made is not None:
            try:
                sign = signature(stat_of(full))
            except OSError as error:
                unreadable[folder] = error.strerror or str(error)
                continue
        seen = known.get(folder) if known is not None else None
        if made is not None and seen is not None and seen[0] == sign:
            made[folder] = seen
            own, below, is_project = folders.setdefault(folder, list(seen[1])), seen[2], seen[3]
            for path in seen[1]:
                try:
                    files[path] = signature(stat_of(prefix_of_root + path))
                except OSError:
                    own.remove(path)
            if is_project:
                projects.add(folder)
            waiting += reversed(below)
            continue
        try:
            entries = _entries(config.files, full)
        except OSError as error:
            unreadable[folder] = error.strerror or str(error)
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            environments.add(folder)
            continue
        is_project = not names.isdisjoint(_PROJECT_FILES)
        if is_project:
            projects.add(folder)
        own = folders[folder] = []
        below = []
        prefix = f"{folder}/" if folder else ""
        for entry in entries:
            path = prefix + entry.name
            if entry.is_folder:
                # A pattern that takes back may be about a file deep in an excluded folder.
                if may_return or not is_excluded(f"{path}/"):
                    below.append(path)
                continue
            if entry.is_file and entry.name.endswith(suffixes) and not is_excluded(path):
                try:
                    files[path] = UNSIGNED if entry.stat is None else signature(entry.stat())
                except OSError:  # gone in this moment
                    continue
                own.append(path)
            elif entry.leads_to_folder is not None:
                links[path] = entry.leads_to_folder
        # What is behind a link changes without a sign at its folder.
        has_links = any(entry.leads_to_folder is not None for entry in entries)
        if made is not None and sign is not None and is_settled(sign, moment) and not has_links:
            made[folder] = (sign, list(own), below, is_project)
        waiting += reversed(below)
    return Listing(folders, files, links, unreadable, frozenset(projects), frozenset(environments), moment)


class _Entry(NamedTuple):
    name: str
    is_folder: bool
    is_file: bool
    leads_to_folder: bool | None
    """None for what is no link."""
    stat: Callable[[], os.stat_result] | None


def _entries(files: Files, folder: str) -> list[_Entry]:
    if files is not DISK:
        return [_Entry(*entry, None, None) for entry in files.entries(folder)]
    with os.scandir(folder) as found:
        entries = [
            _Entry(
                entry.name,
                entry.is_dir(follow_symlinks=False),
                leads_to_file(entry),
                leads_to_folder(entry) if entry.is_symlink() else None,
                entry.stat,
            )
            for entry in found
        ]
    entries.sort()
    return entries


def module_names(files: Files, folder: str) -> str:
    """What a folder, absolute, may hold as modules: sorted names with blanks between."""
    try:
        names = [entry.name for entry in files.entries(folder)]
    except OSError:
        return ""
    modules = {name.removesuffix(".py") for name in names if name.endswith(".py") or "." not in name}
    return " ".join(sorted(name for name in modules if name.isidentifier() and name not in ("__init__", "__pycache__")))


def unlisted(listing: Listing, kinds: Mapping[str, str | None], root: str, config: Config) -> Iterable[str]:
    """Of the paths that the project asked the disk for (path → "file", "folder", None), those of which the listing
    would not tell if they came, went or changed: excluded ones, and what lies behind links."""
    is_excluded = excluder(config)
    outside: dict[str, bool] = {}

    def is_outside(folder: str) -> bool:
        """The folder exists and is not in the listing, or it could appear without the listing's telling."""
        if folder in listing.folders:
            return False
        if folder not in outside:
            outside[folder] = (
                folder == ".."
                or bool(is_excluded(f"{folder}/"))
                or os.path.lexists(os.path.join(root, folder))
                or is_outside(folder.rpartition("/")[0])
            )
        return outside[folder]

    for path, kind in kinds.items():
        if path.endswith("/*"):
            yield path
            continue
        listed = path in listing.files if kind == "file" else path in listing.folders
        if kind is not None and listed:
            continue
        if kind is not None or is_excluded(path) or is_excluded(f"{path}/") or is_outside(path.rpartition("/")[0]):
            yield path


def kind_of(path: str, files: Files = DISK) -> str | None:
    """What `Sources.kinds` tells of an absolute path."""
    return module_names(files, path[:-2]) if path.endswith("/*") else files.kind(path)


def read(path: str, files: Files = DISK) -> bytes | None:
    """None if it cannot be read."""
    try:
        return files.read(path)
    except OSError:
        return None
