"""What commands that review have in common: the rules that run, the processes, the cache, and what is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review.records import NamedTuple

from . import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_fastapi_review.project import Project


class Selectors(NamedTuple):
    """The four options that choose rules; each holds codes, prefixes of codes and names."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_ignore: tuple[str, ...]

    def check(self) -> None:
        """Raise Usage for a selector that names no rule."""
        from flake8_fastapi_review import registry

        for name, values in zip(self._fields, self, strict=True):
            if wrong := registry.unknown(values):
                raise Usage(f"--{name.replace('_', '-')}: {'; '.join(wrong)}")


class How(NamedTuple):
    """How a command reviews."""

    selectors: Selectors
    jobs: int | None
    """Processes; None for as many as there are processors."""
    cache: str | None
    """A folder; None for the usual one, empty for none."""


class Telling(NamedTuple):
    """What a command makes of a review, see `options.py`."""

    form: str
    outputs: tuple[str, ...]
    fail_on: str
    everything: bool
    color: bool | None


def packed(given: dict[str, Any]) -> dict[str, Any]:
    """The options of a command, of which those that commands have in common become `how` and `telling`.

    Raises Usage for a wrong one.
    """
    rest = {**given}
    selectors = Selectors(*(rest.pop(name) for name in Selectors._fields))
    cache = cache_of(rest.pop("cache_dir"), rest.pop("no_cache"))
    selectors.check()
    rest["how"] = How(selectors, rest.pop("jobs"), cache)
    if "form" in rest:
        rest["telling"] = Telling(*(rest.pop(name) for name in Telling._fields))
    return rest


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Selectors as they are written on a command line, with commas between."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def cache_of(cache_dir: str | None, no_cache: bool) -> str | None:
    """What `review` takes. Raises Usage for two that exclude each other."""
    if no_cache and cache_dir is not None:
        raise Usage("--cache-dir and --no-cache exclude each other")
    return "" if no_cache else cache_dir


def opened(root: str, cache: str | None) -> Project:
    """The project at this root. `cache`: as `cache_of` gives it."""
    from flake8_fastapi_review.config import load
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.project.cache import cache_folder

    return Project(root, load(root), cache_folder(root, cache))


def shown_in(project: Project, path: str) -> str:
    """A path in a project as the user sees it; empty for an empty one."""
    from flake8_fastapi_review.review import shown

    return shown(os.path.join(project.root, path)) if path else path


def processors() -> int:
    """How many processes have a processor each."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
