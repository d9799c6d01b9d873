"""Fixtures: code with its expected findings written on its lines.

    time.sleep(1)  # FAR002: time.sleep        a finding FAR002 here, whose message holds the text
    load(path)  # FAR001: open  # FAR005: rows  two findings; a line without such a comment has none

A case is a file, or a folder that is a project of its own. Its name begins with the code that it is about; that rule,
and those that its comments name, are run, whether they are on by default or not.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import registry
from flake8_fastapi_review.config import Config
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.review import review_file
from flake8_fastapi_review.rule import Range, Violation

FIXTURES = Path(__file__).parent / "fixtures"
OF_CHANGES = {"FAR097"}
"""The rules that take both sides of a change; tests/test_contract.py has their cases."""

_EXPECTED = re.compile(r"#\s*(FAR\d{3}):[ \t]*(.*?)(?=\s*#\s*FAR\d{3}:|$)")


class Expected(NamedTuple):
    """A finding that a comment announces."""

    path: str
    line: int
    code: str
    text: str


class Found(NamedTuple):
    """A finding in a file of a case."""

    path: str
    violation: Violation

    def __str__(self) -> str:
        return f"{self.path}:{self.violation.range.line}: {self.violation.code} {self.violation.message}"


def cases() -> list[Path]:
    """Every case below tests/fixtures: a file, or a folder, whose name begins with a code."""
    return sorted(path for path in FIXTURES.glob("*/far[0-9][0-9][0-9]*") if path.is_dir() or path.suffix == ".py")


def python_files(folder: Path) -> list[str]:
    """The Python files below a folder, relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


def expectations(folder: Path, paths: list[str]) -> list[Expected]:
    """What the comments in these files announce, by place."""
    return [
        Expected(path, number, code, text.strip())
        for path in paths
        for number, line in enumerate((folder / path).read_text("utf-8").split("\n"), 1)
        for code, text in _EXPECTED.findall(line)
    ]


def selected(root: Path, codes: set[str]) -> tuple[Config, registry.Selection]:
    """The project's configuration, and a selection of just these rules, those that are off by default included."""
    configuration.forget()
    config = configuration.load(str(root))
    return config, registry.select(config, sorted(codes))


def run(root: Path, paths: list[str], codes: set[str], *, alone: bool = False) -> list[Found]:
    """The findings in these files, in one project, or with `alone` each in a project of its own, by place."""
    config, selection = selected(root, codes)
    assert selection.problems == ()
    project = Project(str(root), config)
    found = []
    for path in paths:
        if alone:
            project = Project(str(root), config)
        found += [Found(path, violation) for violation in review_file(project.file(path), selection)]
    return sorted(
        found, key=lambda each: (each.path, each.violation.range, each.violation.code, each.violation.message)
    )


def differences(expected: list[Expected], found: list[Found]) -> list[str]:
    """A line for each finding that is missing, not announced, or without the announced text."""
    left: defaultdict[tuple[str, int, str], list[Found]] = defaultdict(list)
    for each in found:
        left[each.path, each.violation.range.line, each.violation.code].append(each)
    wrong = []
    for announced in sorted(expected, key=lambda each: -len(each.text)):
        here = left[announced.path, announced.line, announced.code]
        match = next((each for each in here if announced.text in each.violation.message), None)
        if match is not None:
            here.remove(match)
        else:
            wrong.append(f"missing     {announced.path}:{announced.line}: {announced.code} {announced.text}")
    wrong += [f"unexpected  {each}" for here in left.values() for each in here]
    return sorted(wrong, key=lambda line: line.split(maxsplit=1)[1])


def fixed(text: str, violation: Violation) -> str:
    """The text after the finding's fix."""
    assert violation.fix is not None
    data = text.encode()
    edits = sorted(((offset(data, edit.range), edit.text) for edit in violation.fix.edits), reverse=True)
    for (start, end), replacement in edits:
        data = data[:start] + replacement.encode() + data[end:]
    return data.decode()


def offset(data: bytes, place: Range) -> tuple[int, int]:
    """Where a range starts and ends in the bytes of a file."""
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts[place.line - 1] + place.column, starts[place.end_line - 1] + place.end_column


def copy(source: Path, target: Path) -> tuple[Path, list[str]]:
    """A case as a project: a folder is one, a single file becomes one. Its root and its Python files."""
    if source.is_dir():
        return source, python_files(source)
    (target / source.name).write_bytes(source.read_bytes())
    return target, [source.name]


def code_of(case: Path) -> str:
    """The code that a case is about."""
    return case.name[:6].upper()


def name_of(case: Path) -> str:
    """The name of a case in the list of tests."""
    return case.relative_to(FIXTURES).as_posix().replace(os.sep, "/")
