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
from .running import How, Telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_fastapi_review.review import Review

_STDIN = "-"


def check(*, paths: tuple[str, ...], stdin_filename: str | None, how: How, telling: Telling) -> int:
    """Review, write the report and return the status."""
    where = reporting.targets(telling.form, telling.outputs)
    whole = any(target.form in formats.WHOLE for target in where)
    clock = time.monotonic()
    ground = Ground()
    # What a review leaves behind is looked through as soon as the collector is on again: a twentieth of the time.
    gc.disable()
    if _STDIN in paths:
        if len(paths) > 1:
            raise Usage("`-` goes with no other path")
        review, texts = _review_stdin(stdin_filename or "stdin.py", how)
    elif stdin_filename is not None:
        raise Usage("--stdin-filename needs the path `-`")
    else:
        review, texts = _review_paths(paths or (".",), how, whole, ground), {}
    from flake8_fastapi_review.report.finding import report_of
    from flake8_fastapi_review.report.known import KnownRules

    rules = KnownRules((path, violation.code) for path, violation in review.findings)
    report = report_of(review, rules.facts, os.getcwd(), texts, rules.page)
    report = reporting.with_alarms(report, review, DISK, os.getcwd())
    if whole:
        survey = reporting.survey_of(review, clock)
        roots = [find_root(os.path.abspath(path)) for path in paths or (".",) if path != _STDIN]
        report = report._replace(
            survey=survey,
            everything=telling.everything,
            routes=lambda: reporting.routes_of(roots, DISK, how.cache, DISK),
        )
    printed = reporting.deliver(report, where, telling.color)
    complaints = reporting.speak_up(review, report, where[0])
    status = WRONG if review.problems else reporting.status(report.findings, telling.fail_on)
    if not whole and _STDIN not in paths and len(where) == 1 and where[0].path is None:
        folder = cache_folder(find_root(os.path.abspath((paths or (".",))[0])), how.cache)
        again.remember(sys.argv[1:], folder, ground, printed, complaints, status)
    return status


def _review_paths(paths: Sequence[str], how: How, counting: bool, ground: Ground) -> Review:
    if missing := [path for path in paths if not os.path.exists(path)]:
        raise Refused(f"there is no {' and no '.join(missing)}")
    from flake8_fastapi_review.review import review

    from .progress import Progress

    with Progress() as progress:
        return review(
            paths,
            **how.selectors._asdict(),
            jobs=how.jobs or running.processors(),
            cache_dir=how.cache,
            progress=progress,
            counting=counting,
            settings=Watched(),
            ground=ground,
        )


def _review_stdin(name: str, how: How) -> tuple[Review, dict[str, str]]:
    from .stdin import review_text

    if sys.stdin.isatty():
        complain(f"{PROGRAM}: reading the text of {name} from the standard input\n")
    return review_text(name, sys.stdin.buffer.read(), how.selectors, how.cache)
