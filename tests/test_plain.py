"""A command line that is read without click means what click says, and whatever is odd is left to click."""

from __future__ import annotations

import random

import click
import pytest

from flake8_fastapi_review.cli.check import check
from flake8_fastapi_review.cli.plain import options_of

PIECES = [
    "app", "app/main.py", ".", "", "-", "--", "-o", "report.json", "--output=x", "--format", "--format=json", "concise",
    "--format=odd", "json", "--fail-on", "never", "--fail-on=critical", "minor", "--all", "--no-cache", "--no-cache=1",
    "--color", "--no-color", "--select", "FAR0,FAR1", "--select=FAR001, FAR002", "--extend-select=ALL", "--ignore",
    "--extend-ignore=,", "-j", "-j2", "-j=2", "2", "0", "-1", "-jx", "--jobs=4", "--jobs", "٣", "--cache-dir", "cache",
    "--cache-dir=", "--cache-dir=a=b", "--stdin-filename", "--stdin-filename=a.py", "-h", "--help", "--odd", "-oj",
    "-x",
]  # fmt: skip


def _clicked(arguments: list[str]) -> dict[str, object] | None:
    try:
        return dict(check.make_context("check", list(arguments)).params)
    except (click.ClickException, click.exceptions.Exit):
        return None


def test_every_line_of_three_and_many_of_more_are_read_as_click_reads_them() -> None:
    some = random.Random(1)
    lines = [[], *([piece] for piece in PIECES), *([one, two] for one in PIECES for two in PIECES)]
    lines += [some.choices(PIECES, k=some.randint(3, 7)) for _ in range(6000)]
    plain = 0
    for line in lines:
        found = options_of(line)
        if found is not None:
            plain += 1
            assert found == _clicked(line), line
    assert plain > 300


@pytest.mark.parametrize(
    "line",
    [
        "",
        ".",
        "app tests",
        ". --format concise -j1 --cache-dir cache",
        "--select FAR001,FAR002 --ignore=FAR003 -j 2 --no-cache --all --fail-on never --color",
    ],
)
def test_what_is_usual_is_plain(line: str) -> None:
    assert options_of(line.split()) == _clicked(line.split()) is not None


@pytest.mark.parametrize(
    "line", ["-", "-o x", "--help", "--jobs 0", "--format odd", "--select", "--odd", "--stdin-filename x", "a --"]
)
def test_what_is_not_is_left_to_click(line: str) -> None:
    assert options_of(line.split()) is None
