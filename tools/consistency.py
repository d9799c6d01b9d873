"""Whether a run over one file finds what a run over its whole project finds for it.

    python tools/consistency.py [-n FILES] [--select CODES] PROJECT …

Reviews each project whole, then a sample of its files again, each in a project of its own, as an editor does: half of
them files with findings, the others spread evenly. Prints each difference; exit status 1 when there is one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import registry
from flake8_fastapi_review.module import Unreadable
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.review import review_file
from flake8_fastapi_review.rule import Violation

Findings = dict[str, list[Violation]]


def spread(paths: list[str], count: int) -> list[str]:
    """`count` of the paths, evenly over the list."""
    return paths if len(paths) <= count else [paths[position * len(paths) // count] for position in range(count)]


def sample(findings: Findings, count: int) -> list[str]:
    """The files to look at again."""
    noisy = spread(sorted(path for path, found in findings.items() if found), count // 2)
    others = [path for path in sorted(findings) if path not in noisy]
    return sorted(noisy + spread(others, count - len(noisy)))


def compare(root: Path, codes: list[str], count: int) -> tuple[int, list[str]]:
    """The number of files compared in one project, and a line for each finding that only one of the runs has."""
    configuration.forget()
    config = configuration.load(str(root))
    selection = registry.select(config, codes)

    def reviewed(project: Project, path: str) -> list[Violation]:
        try:
            return review_file(project.file(path), selection)
        except Unreadable:
            return []
        finally:
            project.close(path)

    whole = Project(str(root), config)
    findings = {path: reviewed(whole, path) for path in whole.sources.all_files()}
    chosen = sample(findings, count)
    differences = []
    for path in chosen:
        alone = reviewed(Project(str(root), config), path)
        differences += [f"only alone    {told(root, path, each)}" for each in alone if each not in findings[path]]
        differences += [f"only together {told(root, path, each)}" for each in findings[path] if each not in alone]
    return len(chosen), differences


def told(root: Path, path: str, violation: Violation) -> str:
    return f"{root.name}/{path}:{violation.range.line}: {violation.code} {violation.message}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("-n", type=int, default=6, help="files of each project (default: 6)")
    parser.add_argument("--select", default="FAR", help="codes or prefixes, separated by commas (default: every rule)")
    options = parser.parse_args()
    compared = 0
    wrong: list[str] = []
    for root in options.projects:
        count, differences = compare(root.resolve(), options.select.split(","), options.n)
        compared += count
        wrong += differences
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{compared} files compared, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
