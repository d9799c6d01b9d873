"""Weaknesses go by one number each, and scores are computed from their vectors."""

from __future__ import annotations

import pytest

from flake8_fastapi_review import registry
from flake8_fastapi_review.knowledge.flows import SINKS
from flake8_fastapi_review.project.taint.example import PAYLOADS
from flake8_fastapi_review.report.cvss import InvalidVector, base_score

PUBLISHED = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H": 7.5,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N": 3.1,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H": 7.8,
    "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N": 4.6,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
}
"""Of the examples of FIRST's specification and of advisories."""

WEAKNESSES = {
    "FAR015": 209, "FAR022": 532, "FAR024": 598, "FAR026": 916, "FAR030": 89, "FAR031": 78, "FAR032": 95,
    "FAR033": 22, "FAR034": 918, "FAR035": 79, "FAR036": 502, "FAR037": 1336, "FAR038": 601, "FAR039": 943,
    "FAR040": 113, "FAR041": 117, "FAR042": 1333, "FAR043": 611, "FAR044": 915, "FAR052": 347, "FAR055": 614,
    "FAR056": 295, "FAR057": 489, "FAR058": 521, "FAR154": 770, "FAR155": 434, "FAR156": 22, "FAR157": 377,
}  # fmt: skip


@pytest.mark.parametrize(("vector", "score"), PUBLISHED.items())
def test_scores_are_those_that_are_published(vector: str, score: float) -> None:
    assert base_score(vector) == score


@pytest.mark.parametrize(
    "vector", ["CVSS:3.0/AV:N", "CVSS:3.1/AV:N/AC:L", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]
)
def test_vectors_are_complete(vector: str) -> None:
    with pytest.raises(InvalidVector):
        base_score(vector)


def test_a_weakness_has_one_number() -> None:
    rows = {row.code: row for row in registry.rows()}
    assert {code: rows[code].cwe for code in WEAKNESSES} == WEAKNESSES


@pytest.mark.parametrize("kind", SINKS)
def test_every_kind_of_sink_is_scored_and_shown(kind: str) -> None:
    row = next(row for row in registry.rows() if row.code == SINKS[kind])
    assert row.cwe is not None
    assert row.cvss is not None
    assert base_score(row.cvss) > 0
    assert PAYLOADS[kind]
