"""A file as the abstract execution reads it: its tree, and an index only where somebody asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module import Module, Unreadable, decode
from ...module.index import Index
from ...module.parse import parse, split_lines

if TYPE_CHECKING:
    from ..modules import Modules


class Source:
    """What a Module has that the execution needs; most files that an application imports need no index."""

    __slots__ = ("_index", "_lines", "path", "text", "tree")

    def __init__(self, path: str, text: str) -> None:
        """Raises Unreadable when `text` is not Python."""
        self.path = path
        self.text = text
        self.tree = parse(text, path)
        self._lines: list[str] | None = None
        self._index: Index | None = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    @property
    def index(self) -> Index:
        if self._index is None:
            self._index = Index(self.tree)
        return self._index


def read(modules: Modules, path: str) -> Module | Source | None:
    """The file at `path`; None if it cannot be read."""
    module = modules.compiled_module(path)
    if module is not None:
        return module
    data = modules.bytes_of(path)
    if data is None:
        return None
    try:
        return Source(path, decode(data, path))
    except Unreadable:
        return None
