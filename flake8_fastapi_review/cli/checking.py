"""`fastapi-review check`: review a project, or the parts of it that are named. Without click."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING

from flake8_fastapi_review.config import find_root
from flake8_fastapi_review.files import DISK, Watched
from flake8_fastapi_review.project.cache import cache_folder
from flake8_fastapi_review.report import formats
from flake8_fastapi_review.unchanged import Ground

from . import PROGRAM, WRONG, Refused, Usage, again, reporting, running
from .output import complain
from .running import Selectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_fastapi_review.review import Review

_STDIN = "-"


def check(
    *,
    paths: tuple[str, ...],
    form: str,
    outputs: tuple[str, ...],
    fail_on: str,
    everything: bool,
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
    """Review, write the report and return the status. The parameters are the options of the command."""
    cache = running.cache_of(cache_dir, no_cache)
    where = reporting.targets(form, outputs)
    selectors = Selectors(select, extend_select, ignore, extend_ignore)
    selectors.check()
    whole = any(target.form in formats.WHOLE for target in where)
    clock = time.monotonic()
    ground = Ground()
    # What a review leaves behind is looked through as soon as the collector is on again: a twentieth of the time.
    gc.disable()
    if _STDIN in paths:
        if len(paths) > 1:
            raise Usage("`-` goes with no other path")
        review, texts = _review_stdin(stdin_filename or "stdin.py", selectors, cache)
    elif stdin_filename is not None:
        raise Usage("--stdin-filename needs the path `-`")
    else:
        review, texts = _review_paths(paths or (".",), selectors, jobs, cache, whole, ground), {}
    from flake8_fastapi_review.report.finding import report_of
    from flake8_fastapi_review.report.known import KnownRules

    rules = KnownRules((path, violation.code) for path, violation in review.findings)
    report = report_of(review, rules.facts, os.getcwd(), texts, rules.page)
    report = reporting.with_alarms(report, review, DISK, os.getcwd())
    if whole:
        survey = reporting.survey_of(review, clock)
        roots = [find_root(os.path.abspath(path)) for path in paths or (".",) if path != _STDIN]
        report = report._replace(
            survey=survey, everything=everything, routes=lambda: reporting.routes_of(roots, DISK, cache, DISK)
        )
    printed = reporting.deliver(report, where, color)
    complaints = reporting.speak_up(review, report, where[0])
    status = WRONG if review.problems else reporting.status(report.findings, fail_on)
    if not whole and _STDIN not in paths and len(where) == 1 and where[0].path is None:
        folder = cache_folder(find_root(os.path.abspath((paths or (".",))[0])), cache)
        again.remember(sys.argv[1:], folder, ground, printed, complaints, status)
    return status


def _review_paths(
    paths: Sequence[str], selectors: Selectors, jobs: int | None, cache: str | None, counting: bool, ground: Ground
) -> Review:
    if missing := [path for path in paths if not os.path.exists(path)]:
        raise Refused(f"there is no {' and no '.join(missing)}")
    from flake8_fastapi_review.review import review

    from .progress import Progress

    with Progress() as progress:
        return review(
            paths,
            **selectors._asdict(),
            jobs=jobs or running.processors(),
            cache_dir=cache,
            progress=progress,
            counting=counting,
            settings=Watched(),
            ground=ground,
        )


def _review_stdin(name: str, selectors: Selectors, cache: str | None) -> tuple[Review, dict[str, str]]:
    from .stdin import review_text

    if sys.stdin.isatty():
        complain(f"{PROGRAM}: reading the text of {name} from the standard input\n")
    return review_text(name, sys.stdin.buffer.read(), selectors, cache)
