"""The options that commands which review have in common, as click reads them (plain.py reads them without)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from flake8_fastapi_review.report import formats

from . import running
from .reporting import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OUTPUT_HELP = (
    "Write to a file: what --format names, or, as FORMAT=FILE and as often as wanted, one more format besides."
)

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(formats.NAMES),
    default="text",
    metavar="FORMAT",
    help=f"What is printed: {', '.join(formats.NAMES)}; text by default.",
)
output_option = click.option("--output", "-o", "outputs", metavar="[FORMAT=]FILE", multiple=True, help=_OUTPUT_HELP)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    default="minor",
    help="The least severity that ends with status 1: critical, important, minor (the default) or never.",
)
all_option = click.option(
    "--all", "everything", is_flag=True, help="Show every finding in markdown, also about performance and quality."
)
color_option = click.option(
    "--color/--no-color", default=None, help="Colours, whatever the output is (also FORCE_COLOR, NO_COLOR)."
)


def _split(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    return running.split(values)


def _selector(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, metavar="CODES", multiple=True, callback=_split, help=text)


_SHARED = (
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


def packed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hands `how` and `telling` to a command instead of the options that they are made of; stands below those."""

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        return command(**running.packed(given))

    return run


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """The parameters `select`, `extend_select`, `ignore`, `extend_ignore`, `jobs`, `cache_dir`, `no_cache`."""
    for option in reversed(_SHARED):
        command = option(command)
    return command
