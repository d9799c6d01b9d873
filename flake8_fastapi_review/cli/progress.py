"""A bar on stderr while a review takes its time."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH = 30
_PATIENCE = 1.0
"""Seconds before the bar appears: a run that is over by then needs none."""
_PAUSE = 0.1


class Progress:
    """Call it with the number of files that are done and the number of all files; use it as a context manager."""

    def __init__(self, stream: TextIO | None = None, patience: float = _PATIENCE) -> None:
        self._stream = stream or sys.stderr
        self._next = time.monotonic() + patience
        self._drawn = False
        self._enabled = self._stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        if not self._enabled or not total or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        filled = _WIDTH * done // total
        self._write(f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total} files")
        self._drawn = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._drawn:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._enabled = False
