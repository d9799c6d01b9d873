"""What commands that review have in common: which rules run, over how many processes, with which cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from flake8_fastapi_review.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Selectors(NamedTuple):
    """The four options that choose rules; each holds codes, prefixes of codes and names."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_ignore: tuple[str, ...]

    def check(self) -> None:
        """Raise UsageError for a selector that names no rule."""
        from flake8_fastapi_review import registry

        for name, values in zip(self._fields, self, strict=True):
            if wrong := registry.unknown(values):
                raise click.UsageError(f"--{name.replace('_', '-')}: {'; '.join(wrong)}")


def _split(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _selector(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, metavar="CODES", multiple=True, callback=_split, help=text)


_OPTIONS = (
    _selector("--select", "Review with these rules only, whatever the project selects."),
    _selector("--extend-select", "Rules to add to those selected: how to try one that is off by default."),
    _selector("--ignore", "Rules to leave out."),
    _selector("--extend-ignore", "Further rules to leave out."),
    click.option(
        "--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Processes; one a processor by default."
    ),
    click.option("--cache-dir", metavar="DIR", help="Folder of the index, if not .fastapi-review-cache."),
    click.option("--no-cache", is_flag=True, help="Read every file anew, and leave no index behind."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The parameters `select`, `extend_select`, `ignore`, `extend_ignore`, `jobs`, `cache_dir`, `no_cache`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def cache_of(cache_dir: str | None, no_cache: bool) -> str | None:
    """What `review` takes. Raises UsageError for two that exclude each other."""
    if no_cache and cache_dir is not None:
        raise click.UsageError("--cache-dir and --no-cache exclude each other")
    return "" if no_cache else cache_dir


def processors() -> int:
    """How many processes have a processor each."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
