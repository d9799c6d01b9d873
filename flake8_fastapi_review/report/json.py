"""The report as one JSON object; docs/json.md describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review import __version__

from . import assessment
from .causes import causes
from .markdown import EMOJI
from .remedies import diff
from .risk import risk_of
from .veil import Veil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .causes import Cause
    from .finding import Finding, Place, Remedy, Report, Step, Survey
    from .page import Page

_STRENGTHS = 5


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
        for told, finding in zip(found["findings"], report.findings, strict=True):
            told["on_changed_line"] = finding.on_changed_line
            told["cause"] = None if finding.cause is None else _step(finding.cause)
        found["fixed"] = [_finding(finding) for finding in report.change.fixed]
        found["unchanged"] = report.change.unchanged
        found["causes"] = [_cause(cause) for cause in causes(report)]
    if report.survey is not None:
        found = _whole(report, report.survey, found)
    return found


def _whole(report: Report, survey: Survey, plain: dict[str, Any]) -> dict[str, Any]:
    """The object with all that `fastapi-review review` tells; docs/review.schema.json describes it."""
    score = assessment.score(report.findings)
    lines = Veil(report)
    for told, finding in zip(plain["findings"], report.findings, strict=True):
        told.update(_explained(finding, report.pages(finding.code), lines))
    change = report.change
    sides = None if change is None else {"base": change.base, "head": change.head}
    return {
        "agent": "fastapi-review",
        "version": plain["version"],
        "category": "fastapi",
        "severity": assessment.worst(report.findings),
        "verdict": assessment.verdict(report).replace("**", ""),
        "score": {"value": score.value, "explanation": score.explanation},
        "change": sides,
        "files": {**plain["files"], "changed": [] if change is None else list(change.files)},
        "components": dict(survey.components),
        "findings": plain["findings"],
        "causes": plain.get("causes", []),
        "fixed": plain.get("fixed", []),
        "unchanged": plain.get("unchanged", 0),
        "baselined": report.baselined,
        "passed": [{"code": each.code, "sites": each.sites, "text": each.text} for each in survey.passed],
        "strengths": [each.text for each in sorted(survey.passed, key=lambda each: -each.sites)[:_STRENGTHS]],
        "suppressions": [
            {
                "file": each.file,
                "line": each.comment.line,
                "codes": list(each.comment.codes),
                "reason": each.comment.reason,
                "whole_file": each.comment.whole_file,
                "hides": list(each.hides),
                "hides_critical": each.hides_blockers,
            }
            for each in survey.suppressions
        ],
        "skipped": plain["files"]["skipped"],
        "left_out": list(survey.left_out),
        "review_time_ms": survey.milliseconds,
    }


def _explained(finding: Finding, page: Page | None, lines: Veil) -> dict[str, Any]:
    def text(title: str) -> str | None:
        return None if page is None else "\n\n".join(block.text for block in page.section(title)) or None

    return {
        "issue": finding.message,
        "reasoning": text(""),
        "suggestion": _suggested(finding.fix, lines(finding.file)) if finding.fix is not None else text("Good"),
        "impact": risk_of(finding.code, finding.cvss_score).value,
        "exploit": finding.exploit or text("Exploit"),
        "emoji": EMOJI[finding.severity],
        "on_changed_line": finding.on_changed_line,
    }


def _suggested(fix: Remedy, lines: Sequence[str]) -> str:
    """What the fix does, in a sentence and as the lines that go and come."""
    if not fix.changes:
        return fix.message
    told = [f"@@ line {text} @@" if sign == "@" else f"{sign}{text}" for sign, text in diff(lines, fix)]
    return "\n".join([f"{fix.message}:", "", *told])


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
        "exploit": finding.exploit or None,
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    places = [{"file": finding.file, "line": finding.place.line} for finding in cause.findings]
    return {"text": cause.text, "code": cause.findings[0].code, **_step(cause.step), "findings": places}


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
