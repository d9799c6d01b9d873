"""Replays a history: every change is reviewed, and what the reviews tell must add up.

    python tools/replay.py REPOSITORY [--last N] [--every N] [--cold N] [--jobs N] [--select CODES]
    python tools/replay.py REPOSITORY --releases NAME VERSION… [--keep GLOB]…

With --releases the repository is made first, in a folder that must not exist: the Python files (those that --keep
names, if given) of the wheels of these versions, a commit for each. Nothing of them is installed or run.

For each commit after the first of the first-parent history (of the last N, each Nth), against the one before it:

- `review --base PARENT --head COMMIT --exact` ends with status 0, 1 or 2, never with an error of ours;
- its new and unchanged findings (and those that a baseline holds) are as many as a whole review of the commit has,
  which is made in a checkout with a cache of its own; its fixed and unchanged ones as many as one of the parent has
  under the settings of the commit. FAR097 is left out: it compares two sides, so a whole review has none;
- the same review again, with one process more and what the first one kept, prints the same bytes but for
  `review_time_ms`; each Nth of --cold (10) does so without any cache, too. The first one finds what the review of the
  change before it has kept.

Seconds are of processor time.

Exit status 1 if one of these fails.
"""

from __future__ import annotations

import argparse
import fnmatch
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flake8_fastapi_review.config import load  # noqa: E402
from flake8_fastapi_review.git import Repository, Snapshot  # noqa: E402
from flake8_fastapi_review.review import review  # noqa: E402

_IDENTITY = ("-c", "user.name=replay", "-c", "user.email=replay@example.org")
_TIME = re.compile(rb'"review_time_ms": \d+')
_ONLY_OF_A_CHANGE = "FAR097"


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    command = ["git", *_IDENTITY, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def make(folder: Path, name: str, versions: list[str], globs: list[str]) -> None:
    """A repository with a commit for each release of a package."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for version in versions:
        with tempfile.TemporaryDirectory() as into:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*command, "--dest", into, f"{name}=={version}"], check=True)
            (wheel,) = Path(into).glob("*.whl")
            git(folder, "rm", "-r", "-q", "--ignore-unmatch", ".")
            _unpack(wheel.read_bytes(), folder, globs)
        (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "{version}"\n')
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", version)


def _unpack(wheel: bytes, folder: Path, globs: list[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for name in archive.namelist():
            if not name.endswith(".py") or ".." in name or name.startswith("/"):
                continue
            if not globs or any(fnmatch.fnmatchcase(name, glob) for glob in globs):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(archive.read(name))


def command(folder: Path, cache: Path | None, *arguments: str) -> tuple[int, bytes, str]:
    """Run `fastapi-review`: status, output, the last line on stderr."""
    # Not -m: the folder may be a checkout of ours, and then that would run instead.
    start = f"import sys; sys.path[0] = {str(ROOT)!r}; from flake8_fastapi_review.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, *arguments, *(["--no-cache"] if cache is None else ["--cache-dir", str(cache)])],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, done.stdout, said[-1] if said else ""


class Checkout:
    """A working tree of its own, with a cache of its own."""

    def __init__(self, folder: Path, where: Path) -> None:
        self.where = where
        self._cache = where.parent / "cache-of-the-checkout"
        git(folder, "worktree", "add", "-q", "--detach", "--no-checkout", str(where))

    def count(self, commit: str, options: list[str]) -> int:
        """How many findings `check` has in a commit."""
        git(self.where, "checkout", "-q", "--force", "--detach", commit)
        git(self.where, "clean", "-q", "-d", "--force", "-x")
        status, output, said = command(self.where, self._cache, "check", "--format", "json", *options)
        if not output:
            raise RuntimeError(f"check ended with {status}: {said}")
        return len(json.loads(output)["findings"])


@contextmanager
def checkout(folder: Path) -> Iterator[Checkout]:
    """A Checkout that is gone afterwards."""
    with tempfile.TemporaryDirectory() as into:
        where = Path(into) / folder.name
        try:
            yield Checkout(folder, where)
        finally:
            shutil.rmtree(where, ignore_errors=True)
            git(folder, "worktree", "prune")


def has_same_settings(folder: Path, base: str, head: str) -> bool:
    """Whether the projects of two commits are set up in the same way, and none has a baseline."""
    repository = Repository(str(folder))
    try:
        sides = repository.tree(base), repository.tree(head)
        named = [{path for path in side.blobs if path.endswith(("pyproject.toml", "baseline.json"))} for side in sides]
        roots = [str(folder / os.path.dirname(path)).rstrip("/") for path in {"pyproject.toml", *named[0]}]
        return (
            named[0] == named[1]
            and not any(path.endswith(".json") for path in named[0])
            and all(_settings(root, sides[0]) == _settings(root, sides[1]) for root in roots)
        )
    finally:
        repository.close()


def _settings(root: str, side: Snapshot) -> list[object]:
    config = load(root, side)
    return [getattr(config, name) for name in config.__slots__ if name not in ("_versions", "files")]


def by_settings(folder: Path, base: str, head: str, cache: Path, select: list[str]) -> int:
    """How many findings a whole review of the parent has under the settings of the commit."""
    repository = Repository(str(folder))
    sides = repository.tree(base), repository.tree(head)
    found = review(
        [str(folder)], files=sides[0], settings=sides[1], cache_dir=str(cache), baseline=False, select=select
    )
    repository.close()
    # What is wrong with settings that the commit brought is no finding of its parent.
    wrong = {problem.path for problem in found.problems if not _is_same(problem.path, *sides)}
    return sum(os.path.abspath(path) not in wrong for path, _ in found.findings)


def _is_same(path: str, base: Snapshot, head: Snapshot) -> bool:
    name = os.path.relpath(path, base.top).replace(os.sep, "/")
    return name in base.blobs and name in head.blobs and base.blobs[name].id == head.blobs[name].id


def _processor_time() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def replay(folder: Path, commits: list[str], jobs: int, select: list[str], cold: int) -> int:
    """Review each commit against the one before it; the number of failures."""
    failures = 0
    chosen = ["--select", ",".join(select)] if select else []
    total: Counter[str] = Counter()
    seconds: list[float] = []
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as into, checkout(folder) as tree:
        cache = Path(into) / "cache"
        for number, (base, head) in enumerate(pairwise(commits), 1):
            name = git(folder, "log", "-1", "--format=%h %s", head)[:60]
            sides = ("--base", base, "--head", head, "--exact", "--format", "json", *chosen)
            begun = _processor_time()
            status, first, said = command(folder, cache, "review", *sides, "--jobs", str(jobs))
            seconds.append(_processor_time() - begun)
            if status not in (0, 1, 2) or not first:
                print(f"{name}: review ended with {status}: {said}")
                failures += 1
                continue
            again = command(folder, cache, "review", *sides, "--jobs", str(jobs + 1))[1]
            is_cold = cold and not number % cold
            anew = command(folder, None, "review", *sides)[1] if is_cold else first
            found: dict[str, Any] = json.loads(first)
            new = sum(each["code"] != _ONLY_OF_A_CHANGE for each in found["findings"])
            fixed, unchanged = len(found["fixed"]), found["unchanged"]
            whole = counts[head] = tree.count(head, chosen)
            is_known = base in counts and has_same_settings(folder, base, head)
            before = counts[base] if is_known else by_settings(folder, base, head, cache, select)
            wrong = []
            if _TIME.sub(b"", first) != _TIME.sub(b"", again):
                wrong.append("the second run prints something else")
            if _TIME.sub(b"", first) != _TIME.sub(b"", anew):
                wrong.append("a run without a cache prints something else")
            if new + unchanged != whole:
                wrong.append(f"{new} new + {unchanged} unchanged is not {whole}")
            if fixed + unchanged != before:
                wrong.append(f"{fixed} fixed + {unchanged} unchanged is not {before}")
            failures += bool(wrong)
            total.update(new=new, fixed=fixed, unchanged=unchanged, pairs=1, cold=bool(is_cold))
            told = f"{new} new, {fixed} fixed, {unchanged} unchanged, {seconds[-1]:.1f} s"
            print(f"{name}: {told}{''.join(f'; WRONG: {each}' for each in wrong)}", flush=True)
    print(
        f"{total['pairs']} changes, {total['cold']} of them without a cache, too: {total['new']} new, "
        f"{total['fixed']} fixed, {total['unchanged']} unchanged, {sum(seconds):.0f} s in all "
        f"(longest {max(seconds, default=0):.1f} s), {failures} failures"
    )
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--releases", nargs="+", metavar=("NAME", "VERSION"))
    parser.add_argument("--keep", action="append", default=[], metavar="GLOB")
    parser.add_argument("--last", type=int, default=0, metavar="N")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--cold", type=int, default=10, metavar="N")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--select", default="", metavar="CODES")
    arguments = parser.parse_args()
    folder: Path = arguments.repository.resolve()
    if arguments.releases:
        make(folder, arguments.releases[0], arguments.releases[1:], arguments.keep)
    commits = git(folder, "log", "--first-parent", "--reverse", "--format=%H").split()
    commits = commits[-arguments.last - 1 :] if arguments.last else commits
    select = [code for code in arguments.select.split(",") if code]
    return 1 if replay(folder, commits[:: arguments.every], arguments.jobs, select, arguments.cold) else 0


if __name__ == "__main__":
    sys.exit(main())
