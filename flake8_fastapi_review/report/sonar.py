"""SonarQube's generic issue import format (10.3 and later): rules with their impact, and issues.

Lines count from 1, columns from 0, and a range must not be empty.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review.rule import Severity

from .risk import Risk, risk_of
from .sarif import TOOL, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Finding, Place, Report

_IMPACT = {Severity.BLOCKER: "HIGH", Severity.WARNING: "MEDIUM", Severity.SUGGESTION: "LOW"}
_QUALITY = {
    Risk.SECURITY: ("TRUSTWORTHY", "SECURITY"),
    Risk.INTEGRITY: ("LOGICAL", "RELIABILITY"),
    Risk.CRASH: ("LOGICAL", "RELIABILITY"),
    Risk.PERFORMANCE: ("EFFICIENT", "RELIABILITY"),
    Risk.CONTRACT: ("COMPLETE", "MAINTAINABILITY"),
    Risk.QUALITY: ("CONVENTIONAL", "MAINTAINABILITY"),
}
_MINUTES = {Severity.BLOCKER: 30, Severity.WARNING: 15, Severity.SUGGESTION: 5}


def render(report: Report) -> str:
    """One object with the rules that found something, and what they found."""
    first: dict[str, Finding] = {}
    for finding in report.findings:
        first.setdefault(finding.code, finding)
    found = {
        "rules": [_rule(first[code], report) for code in sorted(first)],
        "issues": [_issue(finding, report) for finding in report.findings],
    }
    return json.dumps(found, indent=2) + "\n"


def _rule(finding: Finding, report: Report) -> dict[str, Any]:
    attribute, quality = _QUALITY[risk_of(finding.code, finding.cvss_score)]
    page = report.pages(finding.code)
    return {
        "id": finding.code,
        "name": finding.rule,
        "description": f"{page.summary}." if page else f"{finding.code} of another flake8 plugin.",
        "engineId": TOOL,
        "cleanCodeAttribute": attribute,
        "impacts": [{"softwareQuality": quality, "severity": _IMPACT[page.severity if page else finding.severity]}],
    }


def _issue(finding: Finding, report: Report) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "ruleId": finding.code,
        "effortMinutes": _MINUTES[finding.severity],
        "primaryLocation": _location(finding.message, finding.file, finding.place, report.lines(finding.file)),
    }
    if finding.related:
        issue["secondaryLocations"] = [
            {"message": step.message, "filePath": step.file, "textRange": {"startLine": step.line}}
            for step in finding.related
        ]
    return issue


def _location(message: str, file: str, place: Place, lines: Sequence[str]) -> dict[str, Any]:
    place = one_line(place, lines)
    found: dict[str, Any] = {"startLine": place.line}
    if place.end_column > place.column:
        # Without columns, where a range would be empty, the line is meant.
        found.update(endLine=place.line, startColumn=place.column - 1, endColumn=place.end_column - 1)
    return {"message": message, "filePath": file, "textRange": found}
