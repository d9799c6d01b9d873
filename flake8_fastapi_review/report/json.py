"""The report as one JSON object; docs/json.md describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review import __version__

if TYPE_CHECKING:
    from .finding import Finding, Place, Remedy, Report, Step


def render(report: Report) -> str:
    """The object, indented, in ASCII whatever the encoding of the terminal or pipe, with a newline at its end."""
    return json.dumps(values(report), indent=2) + "\n"


def values(report: Report) -> dict[str, Any]:
    """The object as plain values."""
    found: dict[str, Any] = {
        "version": __version__,
        "files": {
            "reviewed": list(report.reviewed),
            "skipped": [{"file": skipped.file, "reason": skipped.reason} for skipped in report.skipped],
        },
        "findings": [_finding(finding) for finding in report.findings],
    }
    if report.change is not None:
        for values, finding in zip(found["findings"], report.findings, strict=True):
            cause = finding.cause
            values["on_changed_line"] = finding.on_changed_line
            values["cause"] = None if cause is None else _step(cause)
        found["fixed"] = [_finding(finding) for finding in report.change.fixed]
        found["unchanged"] = report.change.unchanged
    return found


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "related": [_step(step) for step in finding.related],
        "cwe": finding.cwe,
        "cvss_score": finding.cvss_score,
        "cvss_vector": finding.cvss_vector,
        "url": finding.url,
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"file": step.file, "line": step.line, "message": step.message}


def _fix(fix: Remedy) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [{"content": change.content, **_location(change.place)} for change in fix.changes],
    }


def _location(place: Place) -> dict[str, Any]:
    return {
        "location": {"row": place.line, "column": place.column},
        "end_location": {"row": place.end_line, "column": place.end_column},
    }
