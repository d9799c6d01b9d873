"""What a review amounts to: a verdict, a score and how it comes about, what to do first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.rule import Severity

from .finding import counted
from .risk import INTERNAL, Risk, risk_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .finding import Finding, Report

SHOWN = 5
"""Findings about performance, and about quality, that a report shows where nobody asks for all."""

_UNCUT = frozenset({Risk.SECURITY, Risk.INTEGRITY, Risk.CRASH})
_MOST = {Severity.BLOCKER: (10, 60), Severity.WARNING: (3, 30), Severity.SUGGESTION: (1, 10)}
"""What a finding costs, and what all of a severity cost at most."""
_NOUNS = {
    Severity.BLOCKER: "critical issue",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "suggestion",
}
_PRIORITIES = 5


class Score(NamedTuple):
    """0 to 100, and the sum that it comes from."""

    value: int
    explanation: str


class Priority(NamedTuple):
    """A rule whose findings are worth fixing first."""

    code: str
    rule: str
    severity: Severity
    amount: int
    first: Finding


def judged(findings: Iterable[Finding]) -> list[Finding]:
    """The findings about the code: what the tool says of itself is no defect of it."""
    return [finding for finding in findings if finding.code != INTERNAL]


def score(findings: Iterable[Finding]) -> Score:
    """100 − min(60, 10 · blockers) − min(30, 3 · warnings) − min(10, suggestions)."""
    number = Counter(finding.severity for finding in judged(findings))
    value, parts = 100, ["100"]
    for severity, (each, most) in _MOST.items():
        lost = min(most, each * number[severity])
        value -= lost
        if lost:
            cut = f", {most} at most" if lost < each * number[severity] else ""
            parts.append(f"{lost} ({counted(number[severity], _NOUNS[severity])}{cut})")
    return Score(value, " − ".join(parts))


def worst(findings: Iterable[Finding]) -> str:
    """ "critical", "important", "minor", or "info" when there is nothing."""
    found = {finding.severity for finding in judged(findings)}
    return min(found, key=lambda severity: severity.rank).value if found else "info"


def verdict(report: Report) -> str:
    """One sentence: whether it can go in, or go on."""
    found = judged(report.findings)
    number = Counter(finding.severity for finding in found)
    what = "the code has" if report.change is None else "the change brings"
    told = [counted(number[severity], _NOUNS[severity]) for severity in Severity if number[severity]]
    if not found:
        return "Nothing found that stands against it." if report.change is not None else "Nothing found."
    security = sum(risk_of(finding.code, finding.cvss_score) is Risk.SECURITY for finding in found)
    is_all = security == len(found)
    also = f", {'all' if is_all and len(found) > 1 else security} of them about security" if security else ""
    if security and len(found) == 1:
        also = ", about security"
    sentence = f"{what} {_listed(told)}{also}"
    if number[Severity.BLOCKER]:
        return f"**Must be fixed first:** {sentence}."
    if number[Severity.WARNING]:
        return f"**Can go on with corrections:** {sentence}."
    return f"**Fine:** {sentence}."


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def impact(finding: Finding) -> tuple[int, float, int, str, int, int, str]:
    """A key that sorts what weighs most to the front."""
    return (
        finding.severity.rank,
        -(finding.cvss_score or 0.0),
        list(Risk).index(risk_of(finding.code, finding.cvss_score)),
        finding.file,
        finding.place.line,
        finding.place.column,
        finding.code,
    )


def shown(findings: Sequence[Finding], everything: bool) -> tuple[list[Finding], list[Finding]]:
    """The findings that a report shows and those that it only counts, each by impact.

    Security, data and crashes are never cut. Of performance and of the rest the five that weigh most are shown.
    """
    kept: list[Finding] = []
    cut: list[Finding] = []
    number: Counter[bool] = Counter()
    for finding in sorted(findings, key=impact):
        risk = risk_of(finding.code, finding.cvss_score)
        kind = risk is Risk.PERFORMANCE
        if everything or risk in _UNCUT or number[kind] < SHOWN:
            number[kind] += risk not in _UNCUT
            kept.append(finding)
        else:
            cut.append(finding)
    return kept, cut


def priorities(findings: Iterable[Finding]) -> list[Priority]:
    """The rules to begin with: the worst, and of these the ones found most often."""
    by_code: dict[str, list[Finding]] = {}
    for finding in sorted(judged(findings), key=impact):
        by_code.setdefault(finding.code, []).append(finding)
    ranked = sorted(by_code.values(), key=lambda found: (impact(found[0])[:3], -len(found), found[0].code))
    return [
        Priority(found[0].code, found[0].rule, found[0].severity, len(found), found[0])
        for found in ranked[:_PRIORITIES]
    ]
