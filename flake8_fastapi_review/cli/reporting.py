"""What commands that review have in common: formats and where they go, and the status that findings end with."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.report import formats

from . import CLEAN, FOUND, PROGRAM, Usage
from .output import check_writable, complain, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from flake8_fastapi_review.files import Files
    from flake8_fastapi_review.project.application.rows import RouteRow
    from flake8_fastapi_review.report.finding import Finding, Report, Survey
    from flake8_fastapi_review.report.terminal import Style
    from flake8_fastapi_review.review import Review

NEVER = "never"
THRESHOLDS = ("critical", "important", "minor", NEVER)
_WIDEST = 120
_USUAL = 100
"""The width where there is no terminal."""


class Target(NamedTuple):
    """A format and the file that it goes to; None: the standard output."""

    form: str
    path: str | None


def targets(form: str, outputs: Sequence[str]) -> list[Target]:
    """Where the report goes, first what `--format` names. Raises Refused."""
    main: str | None = None
    further: list[Target] = []
    for output in outputs:
        named, separator, path = output.partition("=")
        if separator and named in formats.NAMES:
            further.append(Target(named, path))
        elif main is not None:
            raise Usage(f"--output: {main} and {output} both want what --format names; write FORMAT=FILE")
        else:
            main = output
    found = [Target(form, main), *further]
    paths = [target.path for target in found if target.path is not None]
    for path in paths:
        if not path:
            raise Usage("--output: a file is missing after `=`")
        check_writable(path)
    if len({os.path.abspath(path) for path in paths}) < len(paths):
        raise Usage("--output: one file is named twice")
    return found


def deliver(report: Report, where: Sequence[Target], color: bool | None) -> str:
    """Write the report in every format to its place. What was printed."""
    printed = ""
    for target in where:
        text = rendered(report, target, color)
        write(text, target.path)
        printed += text if target.path is None else ""
    return printed


def rendered(report: Report, target: Target, color: bool | None) -> str:
    """The report in one format."""
    from flake8_fastapi_review.report.terminal import Style, wants_colour

    if target.form not in formats.FOR_PEOPLE:
        return formats.renderer(target.form)(report)
    on_screen = target.path is None
    style = Style(wants_colour(sys.stdout, color) if on_screen else bool(color))
    if target.form == "concise":
        from flake8_fastapi_review.report import concise

        return concise.render(report, style)
    from flake8_fastapi_review.report import text

    return text.render(report, style, min(_columns() if on_screen else _USUAL, _WIDEST))


def _columns() -> int:
    """As `shutil.get_terminal_size` tells them, whose module brings compression and much else."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ is not None else 0
        except (OSError, ValueError):
            columns = 0
    return columns or _USUAL


def _error_style() -> Style:
    """The style of what is said on stderr."""
    from flake8_fastapi_review.report.terminal import Style, wants_colour

    return Style(sys.stderr.isatty() and wants_colour(sys.stderr, None))


def survey_of(
    review: Review,
    clock: float,
    changed: Sequence[str] | None = None,
    lines: Mapping[str, frozenset[int]] | None = None,
    new: Collection[str] = (),
) -> Survey:
    """What a whole report tells besides findings; `changed`, `lines` and `new` (codes) are those of a change. `clock`:
    when the review began."""
    from flake8_fastapi_review import survey
    from flake8_fastapi_review.report.finding import Survey

    return Survey(
        survey.components(review),
        tuple(survey.passed(review, changed, new)),
        tuple(survey.suppressed(review, lines)),
        round((time.monotonic() - clock) * 1000),
        tuple(survey.left_out(review)),
    )


def with_alarms(
    report: Report, review: Review, files: Files, top: str, lines: Mapping[str, frozenset[int]] | None = None
) -> Report:
    """The report with the comments that name no code and hide something critical; most reviews have none."""
    if not review.suppressed:
        return report
    from flake8_fastapi_review.survey import alarming

    return report._replace(hidden=tuple(alarming(review, files, top, lines)))


def routes_of(roots: Iterable[str], settings: Files, cache: str | None, files: Files) -> list[RouteRow]:
    """The routes of the applications in these projects, as `files` hold them."""
    from flake8_fastapi_review import config as configuration
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.review import cache_folder, shown

    def seen(root: str, path: str) -> str:
        return shown(os.path.join(root, path)) if path else path

    found = []
    for root in dict.fromkeys(roots):
        config = configuration.seen_in(configuration.load(root, settings), files)
        project = Project(root, config, cache_folder(root, cache))
        found += [
            row._replace(
                file=seen(root, row.file), registered_at=(seen(root, row.registered_at[0]), row.registered_at[1])
            )
            for row in project.application.rows
        ]
        if project.cache is not None:
            project.cache.close()
    return found


def status(findings: Iterable[Finding], fail_on: str) -> int:
    """FOUND if a finding is at least as severe as the threshold."""
    if fail_on == NEVER:
        return CLEAN
    most = THRESHOLDS.index(fail_on)
    return FOUND if any(finding.severity.rank <= most for finding in findings) else CLEAN


def speak_up(review: Review, report: Report, target: Target) -> str:
    """Say on stderr what a reader of the report alone would miss. What was said."""
    if target == ("text", None):
        return ""
    said = "".join(f"{PROGRAM}: {line}\n" for line in _wrong_settings(review))
    if target.path is not None or target.form == "concise":
        from flake8_fastapi_review.report.text import summary

        said += summary(report, _error_style()) + "\n"
    complain(said)
    return said


def _wrong_settings(review: Review) -> Iterator[str]:
    from flake8_fastapi_review.review import shown

    for problem in review.problems:
        line = f":{problem.line}" if problem.line else ""
        yield f"{shown(problem.path)}{line}: {problem.message}"
