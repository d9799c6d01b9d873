"""Texts of files, compared by what they say and not by how their lines end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module import Unreadable, decode
from ..cache import content_digest

if TYPE_CHECKING:
    from ..modules import Modules


def text_digest(text: str) -> bytes:
    """Of a text with whatever ends of lines."""
    return content_digest(text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "surrogatepass"))


def text_of(modules: Modules, path: str) -> str | None:
    """The text of a file on disk; None if it cannot be read."""
    try:
        return decode(modules.sources.files.read(modules.sources.absolute(path)), path)
    except (OSError, Unreadable):
        return None
