"""Every rule on the code of tests/fixtures: its findings are those that the comments announce, in whatever order the
files are looked at."""

from __future__ import annotations

import ast
import re
import shutil
from itertools import combinations
from pathlib import Path

import pytest
from cases import FIXTURES, OF_CHANGES, cases, code_of, copy, differences, expectations, fixed, name_of, offset, run

from flake8_fastapi_review import registry
from flake8_fastapi_review.rule import Applicability, Default

CASES = [pytest.param(case, id=name_of(case)) for case in cases()]


@pytest.mark.parametrize("case", CASES)
def test_finds_what_is_announced(case: Path, tmp_path: Path) -> None:
    root, paths = copy(case, tmp_path)
    expected = expectations(root, paths)
    codes = {code_of(case)} | {each.code for each in expected}
    found = run(root, paths, codes)
    wrong = differences(expected, found)
    assert not wrong, "\n".join(["", *wrong])
    if len(paths) > 1:
        assert run(root, paths, codes, alone=True) == found, "one file at a time finds something else"
        assert run(root, paths[::-1], codes) == found, "the order of the files matters"


@pytest.mark.parametrize("case", CASES)
def test_findings_are_well_formed(case: Path, tmp_path: Path) -> None:
    root, paths = copy(case, tmp_path)
    for path, violation in run(root, paths, {code_of(case)}):
        data = (root / path).read_bytes()
        start, end = offset(data, violation.range)
        assert 0 <= start < end <= len(data), "the range holds some of the code"
        assert data[start:end].decode(), "the range cuts no character"
        without_paths = re.sub(r"/[^\s`]*", "", violation.message)
        assert not re.search(r"\n|:\d*:\d*: |\{\w+\}|\$[A-Z]", without_paths)
        assert not violation.message.endswith(".")
        for step in violation.related:
            assert (root / step.path).is_file()
            assert 1 <= step.line <= len((root / step.path).read_text("utf-8").split("\n"))
            assert step.message
            assert "\n" not in step.message


@pytest.mark.parametrize("case", CASES)
def test_fixes_remove_the_finding(case: Path, tmp_path: Path) -> None:
    root, paths = copy(case, tmp_path)
    codes = {code_of(case)}
    for path in paths:
        text = (root / path).read_text("utf-8")
        found = [violation for _, violation in run(root, [path], codes)]
        for number, violation in enumerate(found):
            if violation.fix is None or violation.fix.applicability is Applicability.DISPLAY:
                continue
            after = fixed(text, violation)
            assert after != text
            ast.parse(after)
            clean = tmp_path / f"fixed-{paths.index(path)}-{number}"
            shutil.copytree(root, clean, ignore=shutil.ignore_patterns("fixed-*"))
            (clean / path).write_text(after, "utf-8")
            assert len(run(clean, [path], codes)) < len(found), f"line {violation.range.line} is still found"


def test_every_rule_has_a_fixture() -> None:
    covered = {code_of(case) for case in cases()} | OF_CHANGES | {registry.INTERNAL}
    assert [row.code for row in registry.rows() if row.code not in covered] == []


def test_fixtures_are_named_after_rules() -> None:
    stray = [path for path in FIXTURES.glob("*/*") if not re.match(r"far\d{3}_|__pycache__", path.name)]
    assert stray == []


DIFFERENT = {
    frozenset(pair.split())
    for pair in (
        "FAR001 FAR120",  # blocks the loop, and for ever
        "FAR001 FAR124",
        "FAR001 FAR126",  # blocks the loop, and nobody handles its failure
        "FAR001 FAR154",
        "FAR003 FAR124",
        "FAR004 FAR156",  # unpacks on the loop, and anywhere
        "FAR005 FAR060",  # blocks the loop, and is not closed
        "FAR005 FAR061",
        "FAR030 FAR079",  # holds input, and asks for every column
        "FAR031 FAR102",
        "FAR031 FAR154",
        "FAR056 FAR120",  # trusts everybody, and waits for ever
        "FAR061 FAR067",
        "FAR098 FAR102",  # overwrites what is not sent, by a method of Pydantic 1
        "FAR119 FAR210",
        "FAR120 FAR124",
        "FAR121 FAR122",  # is made each time, and not closed
        "FAR124 FAR126",  # its status is not looked at, its failure not handled
        "FAR120 FAR126",
        "FAR120 FAR215",  # waits for ever, and while the module is imported
        "FAR124 FAR215",
    )
}
"""Rules that find two defects at one place; any other two would say the same twice."""


@pytest.mark.parametrize("case", CASES)
def test_one_defect_is_one_finding(case: Path, tmp_path: Path) -> None:
    root, paths = copy(case, tmp_path)
    on = {row.code for row in registry.rows() if row.default == Default.ON.value and row.code != registry.INTERNAL}
    places: dict[tuple[str, int, int], list[str]] = {}
    for path, violation in run(root, paths, on):
        places.setdefault((path, violation.range.line, violation.range.column), []).append(violation.code)
    twice = [(place, *pair) for place, codes in places.items() for pair in combinations(codes, 2)]
    assert [each for each in twice if frozenset(each[1:]) not in DIFFERENT] == []
