"""`fastapi-review review`: review a change, from git's objects, and tell what it brings."""

from __future__ import annotations

import gc
import os
import time
from typing import TYPE_CHECKING

import click

from flake8_fastapi_review.config import find_root
from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.report import formats

from . import PROGRAM, WRONG, options, reporting, running
from .running import How, Telling

if TYPE_CHECKING:
    from flake8_fastapi_review.change import Outcome
    from flake8_fastapi_review.git import Repository, Snapshot
    from flake8_fastapi_review.report.finding import Report

_WORKING_TREE = "working-tree"
_INDEX = "index"
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"
"""What pre-commit sets when it checks the commits between two revisions."""


@click.command(short_help="Review a change: what a branch, a commit or the working tree brings in.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--base", metavar="REV", help="The old side: the commit where the new side left REV; HEAD by default.")
@click.option(
    "--head",
    metavar="REV|index|working-tree",
    help="The new side: a revision, what is staged, or the files as they are, which is the default.",
)
@click.option("--exact", is_flag=True, help="Compare with REV itself, not with where the new side left it.")
@options.format_option
@options.output_option
@options.fail_on_option
@options.all_option
@options.shared
@options.color_option
@options.packed
def review(
    paths: tuple[str, ...],
    base: str | None,
    head: str | None,
    exact: bool,
    how: How,
    telling: Telling,
) -> int:
    """Review a change in the git repository around this folder, or what of it lies in PATHS.

    Both sides are reviewed whole, and the findings that only the new side has are told, also those in files that the
    change did not touch. No checkout is made or touched. Paths in the report are relative to the top of the repository.

    \b
    Examples:
      fastapi-review review                         what is not committed yet
      fastapi-review review --base main             this branch, and what is not committed yet
      fastapi-review review --base origin/main --head HEAD
      fastapi-review review --head index            what is staged
      fastapi-review review --base v1.2 --head v1.3 --exact

    Under pre-commit with --from-ref and --to-ref these are the two sides.

    \b
    Exit status:
      0  nothing new, or nothing as severe as --fail-on
      1  new findings
      2  wrong usage, no repository, no such revision, or a wrong setting in pyproject.toml
    """
    from flake8_fastapi_review.git import GitError, Repository

    clock = time.monotonic()
    # What the review of a side leaves behind would be looked through time and again: a tenth of the time.
    gc.disable()
    where = [
        target._replace(path=None if target.path is None else os.path.abspath(target.path))
        for target in reporting.targets(telling.form, telling.outputs)
    ]
    wanted = [os.path.abspath(path) for path in paths]
    try:
        repository = Repository.around(os.getcwd())
        sides = _sides(repository, base, head, exact)
        # Git itself goes to the top for all it does; so paths in reports are those that its hosts know.
        os.chdir(repository.top)
        whole = any(target.form in (*formats.WHOLE, "json") for target in where)
        outcome = _reviewed(sides, wanted or [repository.top], how, whole)
    except GitError as error:
        raise click.ClickException(str(error)) from None
    report = _report(sides, outcome)
    report = reporting.with_alarms(report, outcome.head, sides.head, repository.top, outcome.changed_lines)
    if whole:
        codes = {each.violation.code for each in outcome.new}
        survey = reporting.survey_of(outcome.head, clock, outcome.changed, outcome.changed_lines, codes)
        roots = [find_root(path, sides.head) for path in wanted or [repository.top]]
        report = report._replace(
            survey=survey,
            everything=telling.everything,
            routes=lambda: reporting.routes_of(roots, sides.head, how.cache, sides.head),
        )
    reporting.deliver(report, where, telling.color)
    for note in sides.notes:
        click.echo(f"{PROGRAM}: {note}", err=True)
    reporting.speak_up(outcome.head, report, where[0])
    repository.close()
    return WRONG if outcome.head.problems else reporting.status(report.findings, telling.fail_on)


class Sides(NamedTuple):
    """The two states to compare."""

    base: Snapshot
    base_name: str
    head: Snapshot
    head_name: str
    renamed: dict[str, str]
    notes: tuple[str, ...]
    """What the user has to know of how they were found."""


def _sides(repository: Repository, base: str | None, head: str | None, exact: bool) -> Sides:
    if base is None and (given := os.environ.get(_FROM)):
        base, head = given, head or os.environ.get(_TO)
    notes: list[str] = []
    if head in (None, _INDEX, _WORKING_TREE):
        new_commit, newest = None, repository.head()
    else:
        new_commit = newest = repository.commit(str(head), "--head")
    if base is None and new_commit is not None:
        old_commit: str | None = repository.parent(new_commit)
        base = f"{head}^"
    elif base is None:
        old_commit, base = newest, "HEAD"
    else:
        old_commit = repository.commit(base, "--base")
        if not exact and newest is not None and old_commit != newest:
            common = repository.merge_base(old_commit, newest)
            if common is None:
                remedy = "; `git fetch --unshallow origin` brings it" if repository.is_shallow() else ""
                notes.append(f"no common ancestor with {base} is here, so {base} itself is compared{remedy}")
            old_commit = common or old_commit
    if old_commit is None:
        old_commit, base_name = repository.empty_tree(), "nothing"
    else:
        base_name = _named(base, old_commit)
    old = repository.tree(old_commit)
    if new_commit is not None:
        new, name = repository.tree(new_commit), _named(str(head), new_commit)
        renamed = repository.renames(old_commit, new_commit)
    elif head == _INDEX:
        new, name = repository.index(), "the index"
        renamed = repository.renames(old_commit, None, staged=True)
    else:
        new, name = repository.working_tree(), "the working tree"
        renamed = repository.renames(old_commit, None)
    return Sides(old, base_name, new, name, renamed, tuple(notes))


def _named(revision: str, commit: str) -> str:
    """As the user calls it, and which commit that is."""
    return commit[:7] if len(revision) > 6 and commit.startswith(revision) else f"{revision} ({commit[:7]})"


def _reviewed(sides: Sides, paths: list[str], how: How, counting: bool) -> Outcome:
    if missing := [path for path in paths if sides.head.kind(path) is None and sides.base.kind(path) is None]:
        raise click.ClickException(f"there is no {' and no '.join(missing)} on either side")
    from flake8_fastapi_review.change import review_change

    from .progress import Progress

    with Progress() as progress:
        return review_change(
            sides.base,
            sides.head,
            sides.renamed,
            paths,
            **how.selectors._asdict(),
            jobs=how.jobs or running.processors(),
            cache_dir=how.cache,
            progress=progress,
            counting=counting,
        )


def _report(sides: Sides, outcome: Outcome) -> Report:
    from flake8_fastapi_review.report.finding import ChangeFacts, Report, Skipped, Sources, Step, findings_of
    from flake8_fastapi_review.report.known import KnownRules

    told = [(new.path, new.violation) for new in outcome.new]
    rules = KnownRules((path, violation.code) for path, violation in (*told, *outcome.fixed))
    lines = Sources(sides.head.top, {}, sides.head)
    findings = tuple(
        finding._replace(on_changed_line=new.on_changed_line, cause=None if new.cause is None else Step(*new.cause))
        for finding, new in zip(findings_of(told, rules.facts, lines), outcome.new, strict=True)
    )
    fixed = findings_of(outcome.fixed, rules.facts, Sources(sides.base.top, {}, sides.base))
    change = ChangeFacts(sides.base_name, sides.head_name, outcome.changed, outcome.removed, fixed, outcome.unchanged)
    skipped = [Skipped(file, reason) for file, reason in outcome.head.skipped]
    skipped += [Skipped(path, reason) for path, reason in sides.head.missing.items()]
    return Report(
        findings,
        outcome.head.files,
        tuple(sorted(skipped)),
        lines,
        rules.page,
        change,
        baselined=len(outcome.baselined),
    )
