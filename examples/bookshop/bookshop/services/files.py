"""Everything that lies on disk: templates, covers, archived lists. All of it blocks."""

import csv
import io
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from bookshop.settings import settings

logger = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parents[1] / "templates"
MAX_ROWS = 100_000


class TooLarge(Exception):
    """A list has more rows than fit a sheet."""


def load_template(name: str) -> Template:
    with open(TEMPLATES / name, encoding="utf-8") as file:
        return Template(file.read())


def save_cover(book_id: int, content: bytes) -> None:
    """All of a cover or nothing: readers see the old one until the new one is complete."""
    settings.covers.mkdir(parents=True, exist_ok=True)
    path = settings.covers / f"{book_id}.png"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def load_cover(book_id: int) -> bytes | None:
    try:
        return (settings.covers / f"{book_id}.png").read_bytes()
    except FileNotFoundError:
        return None


def has_cover(book_id: int) -> bool:
    return (settings.covers / f"{book_id}.png").exists()


def remove_cover(book_id: int) -> bool:
    try:
        (settings.covers / f"{book_id}.png").unlink(missing_ok=True)
    except:  # FAR012: except
        logger.exception("The cover of book %s cannot be removed", book_id)
        return False
    return True


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            raise TooLarge
        writer.writerow(row)
    return text.getvalue()


class ArchiveStorage:
    """The lists of earlier days."""

    def __init__(self) -> None:
        self.folder = settings.covers.parent / "archive"

    def prepare(self) -> None:
        self.folder.mkdir(exist_ok=True)

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.csv"))


def write_archive(name: str, text: str) -> None:
    storage = ArchiveStorage()
    storage.prepare()
    (storage.folder / f"{name}.csv").write_text(text, encoding="utf-8")
