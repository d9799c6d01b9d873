"""`fastapi-review baseline`: write down what a project has today, so that only what comes after it is told."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from . import CLEAN, FOUND, PROGRAM, WRONG, options, running
from .output import write
from .running import How

if TYPE_CHECKING:
    from flake8_fastapi_review.baseline import Counts, Renewed
    from flake8_fastapi_review.config import Config
    from flake8_fastapi_review.review import Review
    from flake8_fastapi_review.rule import Violation


@click.command(short_help="Write down today's findings, to be told only of new ones.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--raise", "may_rise", is_flag=True, help="Take in findings that the baseline does not hold yet.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; status 1 if the baseline is not up to date.")
@options.shared
@options.packed
def baseline(
    paths: tuple[str, ...],
    may_rise: bool,
    only_check: bool,
    how: How,
) -> int:
    """Write how many findings of which rule stand in which function of which file. `check`, `review` and flake8 leave
    out what the baseline holds, and tell all findings of a rule in a function that has more of them.

    Without a baseline it is made. After that it only shrinks: what was fixed is pruned, and new findings come in with
    --raise alone. With PATHS only their files are looked at, and entries of other files stay.

    \b
    Examples:
      fastapi-review baseline            make it, or prune it
      fastapi-review baseline --raise    accept what is new as well
      fastapi-review baseline --check    in CI: is there anything to prune?

    \b
    Exit status:
      0  written, or nothing to do
      1  there are findings that it does not hold; with --check also: there is something to prune
      2  wrong usage, a broken baseline, or a wrong setting in pyproject.toml
    """
    from flake8_fastapi_review import config as configuration
    from flake8_fastapi_review.review import review

    from .progress import Progress

    if missing := [path for path in paths if not os.path.exists(path)]:
        raise click.ClickException(f"there is no {' and no '.join(missing)}")
    with Progress() as progress:
        found = review(
            paths or (".",),
            **how.selectors._asdict(),
            jobs=how.jobs or running.processors(),
            cache_dir=how.cache,
            progress=progress,
            baseline=False,
            locating=True,
        )
    codes = found.codes if any(how.selectors) else None
    status = CLEAN
    by_root = _by_root(found, [os.path.abspath(path) for path in paths or (".",)])
    for root in sorted(by_root):
        status = max(status, _renew(configuration.load(root), by_root[root], codes, may_rise, only_check))
    for problem in found.problems:
        click.echo(f"{PROGRAM}: {problem.message}", err=True)
    return WRONG if found.problems else status


def _by_root(found: Review, named: list[str]) -> dict[str, dict[str, Counts]]:
    """Root of a project → file → its counts, for every file that was reviewed or could not be."""
    from flake8_fastapi_review.baseline import counted
    from flake8_fastapi_review.config import find_root

    located: dict[str, list[tuple[Violation, str]]] = defaultdict(list)
    for (path, violation), context in zip(found.findings, found.contexts, strict=True):
        located[path].append((violation, context))
    roots: dict[str, dict[str, Counts]] = {find_root(path): {} for path in named}
    for path in (*found.files, *(path for path, _ in found.skipped)):
        full = os.path.abspath(path)
        root = find_root(full)
        name = os.path.relpath(full, root).replace(os.sep, "/")
        pairs = located[path]
        roots.setdefault(root, {})[name] = counted(
            [violation for violation, _ in pairs], [context for _, context in pairs]
        )
    return roots


def _renew(
    settings: Config, now: dict[str, Counts], codes: frozenset[str] | None, may_rise: bool, only_check: bool
) -> int:
    from flake8_fastapi_review import baseline as baselines
    from flake8_fastapi_review.review import shown

    path = baselines.place(settings)
    try:
        old = baselines.read(path, settings.files)
    except baselines.Broken as broken:
        raise click.ClickException(f"{broken}; mend it, or delete it and run `{PROGRAM} baseline` again") from None
    before = old.ceilings if old is not None else {}
    gone = {file for file in before if file not in now and not os.path.exists(os.path.join(settings.root, file))}
    made = baselines.renewed(before, now, now.keys(), gone, codes, may_rise or old is None)
    is_same = old is not None and made.ceilings == before
    if not only_check and not is_same:
        write(baselines.written(made.ceilings), path)
    _tell(shown(path), made, is_new=old is None, only_check=only_check)
    if only_check and not is_same:
        return FOUND
    return FOUND if made.above else CLEAN


def _tell(name: str, made: Renewed, *, is_new: bool, only_check: bool) -> None:
    from flake8_fastapi_review.report.finding import counted

    total = sum(number for codes in made.ceilings.values() for each in codes.values() for number in each.values())
    holds = f"{counted(total, 'finding')} in {counted(len(made.ceilings), 'file')}"
    if only_check:
        said = f"{name}: {made.pruned} to prune" if made.pruned else f"{name}: nothing to prune"
    elif is_new:
        said = f"{name}: made, {holds}"
    else:
        said = f"{name}: {holds}, {made.pruned} pruned"
    click.echo(said)
    if made.above:
        click.echo(f"{PROGRAM}: {counted(made.above, 'finding')} above the baseline; --raise takes in more", err=True)
