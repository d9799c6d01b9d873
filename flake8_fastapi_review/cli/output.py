"""Where a report goes: the standard output, whatever its encoding, or a file."""

from __future__ import annotations

import os
import sys

from . import Refused

_PLAIN = str.maketrans({"│": "|", "↳": ">", "…": ".", "—": "-"})
"""For a terminal that lacks our few signs: others as wide as they."""


def check_writable(path: str) -> None:
    """Raise Refused now rather than after the review if `path` cannot be written."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        raise Refused(f"cannot write {path}: it is a folder")
    if not os.path.isdir(folder):
        raise Refused(f"cannot write {path}: there is no folder {folder}")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise Refused(f"cannot write {path}: no permission")


def write(text: str, path: str | None) -> None:
    """Write to the file `path` in UTF-8, or else to the standard output in its encoding. Raises Refused."""
    if path is None:
        _print(text)
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror or error}") from None


def complain(text: str) -> None:
    """Write to stderr, if anybody reads that."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        return


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough (`| head`), which is no error. What is still held must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise Refused(f"cannot write the report: {error.strerror or error}") from None
