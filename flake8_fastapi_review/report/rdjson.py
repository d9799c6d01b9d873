"""Reviewdog's diagnostic format (rdjson): comments in pull requests of many hosts, with suggested changes.

Its columns count bytes of UTF-8 from 1, and an end is exclusive.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review.rule import Applicability, Severity

from .sarif import TOOL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Finding, Place, Report

_SEVERITIES = {Severity.BLOCKER: "ERROR", Severity.WARNING: "WARNING", Severity.SUGGESTION: "INFO"}


def render(report: Report) -> str:
    """One DiagnosticResult."""
    found = {
        "source": {"name": TOOL},
        "diagnostics": [_diagnostic(finding, report) for finding in report.findings],
    }
    return json.dumps(found, indent=2) + "\n"


def _diagnostic(finding: Finding, report: Report) -> dict[str, Any]:
    lines = report.lines(finding.file)
    code = {"value": finding.code}
    if finding.url:
        code["url"] = finding.url
    diagnostic: dict[str, Any] = {
        "message": finding.message,
        "location": {"path": finding.file, "range": _range(finding.place, lines)},
        "severity": _SEVERITIES[finding.severity],
        "code": code,
    }
    if finding.related:
        diagnostic["related_locations"] = [
            {
                "message": step.message,
                "location": {"path": step.file, "range": {"start": {"line": step.line}}},
            }
            for step in finding.related
        ]
    fix = finding.fix
    if fix is not None and fix.applicability is not Applicability.DISPLAY:
        diagnostic["suggestions"] = [
            {"range": _range(change.place, lines), "text": change.content} for change in fix.changes
        ]
    return diagnostic


def _range(place: Place, lines: Sequence[str]) -> dict[str, Any]:
    return {
        "start": {"line": place.line, "column": _bytes(lines, place.line, place.column)},
        "end": {"line": place.end_line, "column": _bytes(lines, place.end_line, place.end_column)},
    }


def _bytes(lines: Sequence[str], line: int, column: int) -> int:
    if not 1 <= line <= len(lines):
        return column
    return len(lines[line - 1][: column - 1].encode("utf-8", "surrogatepass")) + 1
