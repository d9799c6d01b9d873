"""`fastapi-review check`: review a project, or the parts of it that are named."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from . import PROGRAM, WRONG, reporting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flake8_fastapi_review.report.finding import Report
    from flake8_fastapi_review.review import Review

_STDIN = "-"


class Selectors(NamedTuple):
    """The four options that choose rules; each holds codes, prefixes of codes and names."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_ignore: tuple[str, ...]


def _split(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _selectors(name: str, text: str) -> Callable[..., Callable[..., object]]:
    return click.option(name, metavar="CODES", multiple=True, callback=_split, help=text)


@click.command(short_help="Review a project, folders or files.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@reporting.format_option
@reporting.output_option
@reporting.fail_on_option
@_selectors("--select", "Review with these rules only, whatever the project selects.")
@_selectors("--extend-select", "Rules to add to those selected: how to try one that is off by default.")
@_selectors("--ignore", "Rules to leave out.")
@_selectors("--extend-ignore", "Further rules to leave out.")
@click.option("--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Processes; one a processor by default.")
@click.option("--cache-dir", metavar="DIR", help="Folder of the index, if not .fastapi-review-cache.")
@click.option("--no-cache", is_flag=True, help="Read every file anew, and leave no index behind.")
@reporting.color_option
@click.option("--stdin-filename", metavar="PATH", help="With `-`: the file whose text is on the standard input.")
def check(
    paths: tuple[str, ...],
    form: str,
    outputs: tuple[str, ...],
    fail_on: str,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_ignore: tuple[str, ...],
    jobs: int | None,
    cache_dir: str | None,
    no_cache: bool,
    color: bool | None,
    stdin_filename: str | None,
) -> int:
    """Review PATHS: folders, files, or `-` for the text of one file on the standard input. Without any, this folder.

    Whatever is named, it is seen inside its whole project: a file's findings are the same alone and in company.
    CODES are codes (FAR001), their beginnings (FAR00), names (blocking-io-in-async) or ALL, with commas between.

    \b
    Examples:
      fastapi-review check                          this project
      fastapi-review check app/api app/main.py      the findings of these, seen inside the project
      fastapi-review check --select FAR00           only async correctness
      fastapi-review check --extend-select FAR007   and a rule that is off by default
      fastapi-review check --format json -o report.json
      fastapi-review check -o sarif=far.sarif       the text, and a file for code scanning
      fastapi-review check - --stdin-filename app/main.py < buffer

    \b
    Exit status:
      0  nothing found, or nothing as severe as --fail-on
      1  findings
      2  wrong usage, or a wrong setting in pyproject.toml (reported; all else is reviewed)
    """
    if no_cache and cache_dir is not None:
        raise click.UsageError("--cache-dir and --no-cache exclude each other")
    where = reporting.targets(form, outputs)
    selectors = Selectors(select, extend_select, ignore, extend_ignore)
    _check_selectors(selectors)
    cache = "" if no_cache else cache_dir
    if _STDIN in paths:
        if len(paths) > 1:
            raise click.UsageError("`-` goes with no other path")
        review, texts = _review_stdin(stdin_filename or "stdin.py", selectors, cache)
    elif stdin_filename is not None:
        raise click.UsageError("--stdin-filename needs the path `-`")
    else:
        review, texts = _review_paths(paths or (".",), selectors, jobs, cache), {}
    from flake8_fastapi_review.report.finding import report_of
    from flake8_fastapi_review.report.known import KnownRules

    rules = KnownRules((path, violation.code) for path, violation in review.findings)
    report = report_of(review, rules.facts, os.getcwd(), texts, rules.page)
    reporting.deliver(report, where, color)
    _speak_up(review, report, where[0])
    return WRONG if review.problems else reporting.status(report.findings, fail_on)


def _check_selectors(selectors: Selectors) -> None:
    from flake8_fastapi_review import registry

    for name, values in zip(Selectors._fields, selectors, strict=True):
        if wrong := registry.unknown(values):
            raise click.UsageError(f"--{name.replace('_', '-')}: {'; '.join(wrong)}")


def _review_paths(paths: Sequence[str], selectors: Selectors, jobs: int | None, cache: str | None) -> Review:
    if missing := [path for path in paths if not os.path.exists(path)]:
        raise click.ClickException(f"there is no {' and no '.join(missing)}")
    from flake8_fastapi_review.review import review

    from .progress import Progress

    with Progress() as progress:
        return review(paths, **selectors._asdict(), jobs=jobs or _processors(), cache_dir=cache, progress=progress)


def _review_stdin(name: str, selectors: Selectors, cache: str | None) -> tuple[Review, dict[str, str]]:
    from .stdin import review_text

    if sys.stdin.isatty():
        click.echo(f"{PROGRAM}: reading the text of {name} from the standard input", err=True)
    return review_text(name, sys.stdin.buffer.read(), selectors, cache)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _speak_up(review: Review, report: Report, target: reporting.Target) -> None:
    """On stderr: what a reader of the report alone would miss."""
    if target == ("text", None):
        return
    for line in _wrong_settings(review):
        click.echo(f"{PROGRAM}: {line}", err=True)
    if target.path is not None or target.form == "concise":
        from flake8_fastapi_review.report.text import summary

        click.echo(summary(report, reporting.error_style()), err=True)


def _wrong_settings(review: Review) -> Iterator[str]:
    from flake8_fastapi_review.review import shown

    for problem in review.problems:
        line = f":{problem.line}" if problem.line else ""
        yield f"{shown(problem.path)}{line}: {problem.message}"
