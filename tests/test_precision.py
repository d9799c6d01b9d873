"""docs/precision.md says of every rule how it was measured, and of those that are off why."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from flake8_fastapi_review import registry
from flake8_fastapi_review.rule import Default

PAGE = Path(__file__).parents[1] / "docs" / "precision.md"
UNSEEN = "## On code never seen before"
"""The tables below count the rules a second time."""


class Row(NamedTuple):
    findings: str
    read: str
    right: str
    text: str


def rows() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for line in PAGE.read_text("utf-8").partition(UNSEEN)[0].splitlines():
        if line.startswith("| FAR"):
            codes, findings, read, right, text = (cell.strip() for cell in line.strip("|").split("|", 4))
            found |= dict.fromkeys(re.findall(r"FAR\d{3}", codes), Row(findings, read, right, text.rstrip(" |")))
    return found


def test_every_rule_has_a_row() -> None:
    assert [row.code for row in registry.rows() if row.code not in rows()] == []


def test_rules_are_off_where_the_page_says_so() -> None:
    told = {code for code, row in rows().items() if "off by default" in row.text}
    assert told == {row.code for row in registry.rows() if row.default == Default.OFF.value}


def test_what_was_not_measured_says_on_what_it_rests() -> None:
    assert [code for code, row in rows().items() if row.findings == "0" and not row.text] == []


def test_no_more_is_right_than_was_read() -> None:
    counted = {code: row for code, row in rows().items() if row.read.isdecimal() and row.right.isdecimal()}
    assert [code for code, row in counted.items() if int(row.right) > int(row.read)] == []
