"""Answers that are given again while nothing that they were made from has changed, as signatures alone tell it.

The shortest way from a question that was asked before to what was said then: one flat file is read, and the places of
the disk that it rests on are looked at. What signatures cannot tell is left to those who look closer (findings.py). A
run in which nothing changed does little else than import, so nothing is imported here that an interpreter has not
loaded when it starts.
"""

import os
import sys
import time
from marshal import dumps, loads

TYPE_CHECKING = False
"""As in `typing`, whose import takes longer than all that is done here."""
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

Signature = tuple[int, int, int, int]
"""Size, time of modification, time of change (ns), inode. Time of change cannot be set back by a program."""

UNSIGNED: Signature = (0, 0, 0, 0)
"""In the place of a signature that cannot be had."""
RACE_NS = 2_000_000_000
"""The coarsest time stamp of a file system in use (FAT: 2 s); a file changed more recently may change unnoticed."""
HAS_CHANGE_TIME = sys.platform != "win32"
"""Windows has the time of creation in its place: equal signs prove nothing there when a time was set back."""

CACHE_VARIABLE = "FASTAPI_REVIEW_CACHE_DIR"
"""Environment variable: the folder of the cache; empty for none."""
CACHE_FOLDER = ".fastapi-review-cache"
PREFIX = "again-"
"""What the names of answers in the folder of the cache begin with."""
ANSWERS = 16
"""So many are kept, the last written."""
LONGEST = 4_000_000
"""Bytes; larger ones are not kept."""
_SEAL = 16


def signature(stat: os.stat_result) -> Signature:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def is_settled(sign: Signature, moment_ns: int) -> bool:
    """A file that was read at this moment cannot have changed afterwards and still have this signature."""
    return HAS_CHANGE_TIME and moment_ns - max(sign[1], sign[2]) >= RACE_NS


def kind(path: str) -> str | None:
    """ "file", "folder" or None; a link is what it leads to."""
    return "file" if os.path.isfile(path) else "folder" if os.path.isdir(path) else None


class Ground:
    """What an answer was made from: places of the disk by absolute path, and what they have to be for it to stand."""

    def __init__(self) -> None:
        """Make it before anything is read."""
        self.moment = time.time_ns()
        self.stamps: dict[str, Signature] = {}
        """Files whose content counts, and folders of which it counts what they hold."""
        self.kinds: dict[str, str | None] = {}
        """Places of which it only counts what is there, see `kind`."""
        self.is_firm = HAS_CHANGE_TIME
        """False: signatures cannot tell whether all is as it was."""

    def stamp(self, path: str, sign: Signature | None = None) -> None:
        """A file or folder that was there, with its signature if that was taken before it was read."""
        try:
            sign = sign or signature(os.stat(path))
        except OSError:
            self.is_firm = False
            return
        if not is_settled(sign, self.moment) or self.stamps.setdefault(path, sign) != sign:
            self.is_firm = False

    def stamp_or_none(self, path: str, was_there: bool = False) -> None:
        """A file or folder that was read if there is one, which there has to be if it `was_there`."""
        if was_there or os.path.lexists(path):
            self.stamp(path)
        else:
            self.note(path, None)

    def note(self, path: str, seen: str | None) -> None:
        """What was seen at a place."""
        if self.kinds.setdefault(path, seen) != seen:
            self.is_firm = False

    def stamp_tool(self) -> None:
        """Where modules are imported from: what is installed, upgraded or removed changes one of these folders."""
        for folder in sys.path:
            self.stamp_or_none(os.path.abspath(folder))


def holds(stamps: dict[str, Signature], kinds: dict[str, str | None]) -> bool:
    """Whether all of a Ground is as it was."""
    stat_of = os.stat
    try:
        for path, sign in stamps.items():
            stat = stat_of(path)
            if (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino) != sign:
                return False
    except OSError:
        return False
    return all(kind(path) == seen for path, seen in kinds.items())


def upwards(folder: str) -> "Iterator[str]":
    """A folder and those above it."""
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def cached(root: str) -> str | None:
    """The folder of a project's cache as the environment has it, else that in the root; None for none."""
    wanted = os.environ.get(CACHE_VARIABLE)
    if wanted is None:
        return os.path.join(root, CACHE_FOLDER)
    return os.path.abspath(wanted) if wanted else None


def recall(folder: str, question: object) -> "Any":
    """What was kept for a question, told by its `repr`, in the folder of a cache; None if nothing is or it does not
    hold any more."""
    found = recalled(folder, question)
    return None if found is None else found[1]


def recalled(folder: str, question: object) -> "tuple[dict[str, Signature], Any] | None":
    """As `recall`, with the stamps that hold."""
    try:
        with open(_place(folder, question), "rb") as stream:
            content = stream.read()
    except (OSError, ValueError):
        return None
    body = content[_SEAL:]
    if not body or _digest(body) != content[:_SEAL]:
        return None
    try:
        stamps, kinds, answer = loads(body)
    except (ValueError, EOFError, TypeError):  # of another version of marshal
        return None
    return (stamps, answer) if holds(stamps, kinds) else None


def keep(folder: str, question: object, ground: Ground, answer: "Any") -> None:
    """Keep an answer, of values that `marshal` writes, for as long as its ground holds. Never raises."""
    if not ground.is_firm:
        return
    try:
        body = dumps((ground.stamps, ground.kinds, answer))
        if len(body) > LONGEST:
            return
        place = _place(folder, question)
        fresh = f"{place}.{os.getpid()}"
        try:
            with open(fresh, "wb") as stream:
                stream.write(_digest(body) + body)
            os.replace(fresh, place)
        except OSError:
            os.unlink(fresh)
        _clear(folder)
    except (OSError, ValueError):
        return


def _clear(folder: str) -> None:
    """Remove all but the last answers."""
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.startswith(PREFIX)]
    for _, path in sorted(found)[:-ANSWERS]:
        os.unlink(path)


def _place(folder: str, question: object) -> str:
    facts = repr((sys.version, sys.path, question))
    return os.path.join(folder, PREFIX + _digest(facts.encode("utf-8", "surrogatepass")).hex())


def _digest(data: bytes) -> bytes:
    try:
        from _blake2 import blake2b  # hashlib's own source of it, without the 2 ms that loading OpenSSL takes
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=_SEAL).digest()
