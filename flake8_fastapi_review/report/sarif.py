"""SARIF 2.1.0 (OASIS), as GitHub's code scanning takes it.

What GitHub asks for beyond the standard: a rule with short, full and help texts for every result; a region of one line
(an alert is shown in a pull request only if all of its lines are in the diff); a hash of the line; `security-severity`
of the rule as a string; paths relative to the root of the repository, which has to be the working directory. What is
suppressed is left out: GitHub would open alerts for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flake8_fastapi_review import __version__
from flake8_fastapi_review.rule import Applicability, Default, Severity

from . import page as pages
from .finding import Place, Step
from .fingerprint import fingerprints
from .line_hash import line_hashes
from .risk import FLOWS, INTERNAL, risk_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Change, Finding, Remedy, Report
    from .page import Page

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "fastapi-review"
LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.SUGGESTION: "note"}

_PROBLEMS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.SUGGESTION: "recommendation"}
_DATA = ("FAR03", "FAR04")
"""Of the families that tell a way, those that report its end."""
_LONGEST = 1024
"""Characters that GitHub takes of a rule's description."""
_ROOT = "SRCROOT"


def render(report: Report) -> str:
    """The log, in ASCII, with a newline at its end."""
    return json.dumps(values(report), indent=2) + "\n"


def values(report: Report) -> dict[str, Any]:
    """The log as plain values: one run; FAR000 becomes notifications of it."""
    codes = sorted({finding.code for finding in report.findings if finding.code != INTERNAL})
    index = {code: position for position, code in enumerate(codes)}
    hashes = _Hashes(report)
    results, spoken = [], []
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        if finding.code == INTERNAL:
            spoken.append(_notification(finding, report))
        else:
            results.append(_result(finding, index[finding.code], fingerprint, hashes, report))
    driver = {
        "name": TOOL,
        "organization": TOOL,
        "semanticVersion": __version__,
        "version": __version__,
        "informationUri": "https://pypi.org/project/flake8-fastapi-review/",
        "rules": [_rule(code, report) for code in codes],
        "notifications": [_rule(INTERNAL, report)] if spoken else [],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": f"{TOOL}/"},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The working directory of the review."}}},
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": spoken}],
                "results": results,
            }
        ],
    }


# Rules


def _rule(code: str, report: Report) -> dict[str, Any]:
    page = report.pages(code)
    if page is None:
        return _unknown_rule(code, report)
    summary = f"{page.summary}."
    explanation = " ".join(block.text for block in page.section("") if not block.is_code)
    full = f"{summary} {explanation}".strip()
    rule: dict[str, Any] = {
        "id": code,
        "name": _camel(page.name),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": full if len(full) <= _LONGEST else f"{full[: _LONGEST - 1]}…"},
        "help": {"text": _help(page), "markdown": pages.as_markdown(page)},
        "defaultConfiguration": {"level": LEVELS[page.severity]},
        "properties": {
            "tags": _tags(page),
            "precision": "high" if page.default is Default.ON else "medium",
            "problem.severity": _PROBLEMS[page.severity],
        },
    }
    if page.score:
        # GitHub reads it of the rule alone: what the worst finding here is worth.
        rule["properties"] |= _scored(*_worst(code, page, report))
    if page.url:
        rule["helpUri"] = page.url
    return rule


def _scored(score: float, vector: str) -> dict[str, str]:
    """As properties; a string, or GitHub does not see it."""
    return {"security-severity": f"{score:.1f}", "cvss_vector": vector}


def _worst(code: str, page: Page, report: Report) -> tuple[float, str]:
    """The score and vector of a rule's worst finding."""
    found = [
        (finding.cvss_score, finding.cvss_vector)
        for finding in report.findings
        if finding.code == code and finding.cvss_score is not None and finding.cvss_vector is not None
    ]
    return max(found, default=(page.score or 0.0, page.cvss or ""))


def _unknown_rule(code: str, report: Report) -> dict[str, Any]:
    """A rule of another flake8 plugin: all that is known of it is its code and what it says."""
    first = next(finding for finding in report.findings if finding.code == code)
    text = f"{code} of another flake8 plugin."
    return {
        "id": code,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": LEVELS[first.severity]},
        "properties": {"tags": [], "problem.severity": _PROBLEMS[first.severity]},
    }


def _camel(name: str) -> str:
    """SARIF wants a rule's name in Pascal case."""
    return "".join(part.capitalize() for part in name.split("-"))


def _tags(page: Page) -> list[str]:
    risk = risk_of(page.code, page.score).value
    tags = ["fastapi", risk]
    if page.cwe is not None:
        tags.append(f"external/cwe/cwe-{page.cwe:03}")
    return tags


def _help(page: Page) -> str:
    lines = [f"{page.summary}.", *(block.text for block in page.section(""))]
    for title in ("Bad", "Good", "Exploit"):
        if blocks := page.section(title):
            lines += [f"{title}:", *(block.text for block in blocks)]
    return "\n\n".join(lines)


# Results


def _result(finding: Finding, index: int, fingerprint: str, hashes: _Hashes, report: Report) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.file, one_line(finding.place, report.lines(finding.file)), report)],
        "partialFingerprints": {"fastapiReview/v1": fingerprint},
    }
    if (line := hashes.of(finding)) is not None:
        result["partialFingerprints"]["primaryLocationLineHash"] = line
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_step_location(step, report)} for number, step in enumerate(finding.related, 1)
        ]
        if finding.code.startswith(FLOWS):
            steps = [{"location": location} for location in _way(finding, report)]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.fix is not None and finding.fix.applicability is not Applicability.DISPLAY:
        result["fixes"] = [_fix(finding, finding.fix, report)]
    properties: dict[str, Any] = {}
    if finding.on_changed_line is not None:
        properties["on_changed_line"] = finding.on_changed_line
    if finding.cvss_score is not None and finding.cvss_vector is not None:
        properties |= _scored(finding.cvss_score, finding.cvss_vector)
    if properties:
        result["properties"] = properties
    return result


def _way(finding: Finding, report: Report) -> list[dict[str, Any]]:
    """The related places with the finding's own: calls begin there, data end there."""
    steps = [_step_location(step, report) for step in finding.related]
    own = {
        **_location(finding.file, one_line(finding.place, report.lines(finding.file)), report),
        "message": {"text": finding.message},
    }
    here = (finding.file, finding.place.line)
    if finding.code.startswith(_DATA):
        last = finding.related[-1]
        return steps if (last.file, last.line) == here else [*steps, own]
    first = finding.related[0]
    return steps if (first.file, first.line) == here else [own, *steps]


def _step_location(step: Step, report: Report) -> dict[str, Any]:
    return {**_location(step.file, Place(step.line, 1, step.line, 1), report), "message": {"text": step.message}}


def _fix(finding: Finding, fix: Remedy, report: Report) -> dict[str, Any]:
    return {
        "description": {"text": f"{fix.message} ({fix.applicability.value})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(finding.file),
                "replacements": [_replacement(change, report.lines(finding.file)) for change in fix.changes],
            }
        ],
    }


def _replacement(change: Change, lines: Sequence[str]) -> dict[str, Any]:
    start, end = _region(change.place, lines), utf16(lines, change.place.end_line, change.place.end_column)
    region = {"startColumn": 1, **start, "endLine": change.place.end_line, "endColumn": end}
    return {"deletedRegion": region, "insertedContent": {"text": change.content}}


def _notification(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "descriptor": {"id": INTERNAL, "index": 0},
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.file, one_line(finding.place, report.lines(finding.file)), report)],
    }


# Places


def _location(file: str, place: Place, report: Report) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": _artifact(file), "region": _region(place, report.lines(file))},
    }


def _artifact(file: str) -> dict[str, str]:
    path = quote(file, safe="/", errors="surrogatepass")
    if file.startswith("/"):
        return {"uri": f"file://{path}"}
    if len(file) > 1 and file[1] == ":":
        return {"uri": f"file:///{file[0]}:{path[4:]}"}
    return {"uri": path, "uriBaseId": _ROOT}


def one_line(place: Place, lines: Sequence[str]) -> Place:
    """The part of a place that stands on its first line."""
    if place.end_line == place.line:
        return place
    text = lines[place.line - 1].rstrip() if place.line <= len(lines) else ""
    return Place(place.line, place.column, place.line, max(len(text) + 1, place.column))


def _region(place: Place, lines: Sequence[str]) -> dict[str, int]:
    """Columns count UTF-16 code units from 1. Without an end column the region ends with the line."""
    region = {"startLine": place.line, "startColumn": utf16(lines, place.line, place.column)}
    if (place.end_line, place.end_column) != (place.line, place.column):
        region["endLine"] = place.end_line
        region["endColumn"] = utf16(lines, place.end_line, place.end_column)
    elif place.column == 1:
        del region["startColumn"]
    return region


def utf16(lines: Sequence[str], line: int, column: int) -> int:
    """A column of characters from 1 in UTF-16 code units from 1."""
    if not 1 <= line <= len(lines) or lines[line - 1].isascii():
        return column
    before = lines[line - 1][: column - 1]
    return column + sum(character > "\uffff" for character in before)


class _Hashes:
    """GitHub's hashes of the lines that findings stand on."""

    def __init__(self, report: Report) -> None:
        wanted: dict[str, set[int]] = {}
        for finding in report.findings:
            wanted.setdefault(finding.file, set()).add(finding.place.line)
        self._found = {
            file: line_hashes("".join(f"{line}\n" for line in report.lines(file)), lines)
            for file, lines in wanted.items()
        }

    def of(self, finding: Finding) -> str | None:
        return self._found[finding.file].get(finding.place.line)
