"""GitLab's Code Quality report: a list of issues in the shape of Code Climate's, cut down to what GitLab reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review.rule import Severity

from .fingerprint import fingerprints

if TYPE_CHECKING:
    from .finding import Finding, Report

_SEVERITIES = {Severity.BLOCKER: "critical", Severity.WARNING: "major", Severity.SUGGESTION: "minor"}


def render(report: Report) -> str:
    """The list. No two fingerprints are equal: GitLab would show their issues as one."""
    pairs = zip(report.findings, fingerprints(report), strict=True)
    return json.dumps([_issue(finding, fingerprint) for finding, fingerprint in pairs], indent=2) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    place = finding.place
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": finding.file,
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
        },
    }
