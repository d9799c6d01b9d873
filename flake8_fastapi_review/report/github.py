"""Workflow commands of GitHub Actions: findings as annotations of the changed files.

GitHub shows ten errors, ten warnings and ten notices of a step and passes over the rest in silence. So the worst come
first, and what is beyond these stands in the log as plain lines, with a line that counts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi_review.rule import Severity

from .finding import counted
from .sarif import one_line
from .terminal import harmless

if TYPE_CHECKING:
    from .finding import Finding, Report

SHOWN = 10
"""Of each kind of annotation, in one step."""

_KINDS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.SUGGESTION: "notice"}


def render(report: Report) -> str:
    """A command for each annotation that GitHub will show, then a plain line for each further finding."""
    commands: list[str] = []
    rest: list[str] = []
    number = dict.fromkeys(Severity, 0)
    for finding in sorted(report.findings, key=_worst_first):
        number[finding.severity] += 1
        if number[finding.severity] <= SHOWN:
            commands.append(_command(finding, report))
        else:
            place = f"{harmless(finding.file)}:{finding.place.line}:{finding.place.column}"
            rest.append(f"- {place}: {finding.code} {harmless(finding.message)}")
    lines = commands
    if rest:
        said = f"{counted(len(rest), 'finding')} without annotation (GitHub shows {SHOWN} of each kind)"
        lines = [*commands, f"::group::{said}", *rest, "::endgroup::"]
    return "".join(f"{line}\n" for line in lines)


def _worst_first(finding: Finding) -> tuple[int, str, int, int, str]:
    return finding.severity.rank, finding.file, finding.place.line, finding.place.column, finding.code


def _command(finding: Finding, report: Report) -> str:
    place = one_line(finding.place, report.lines(finding.file))
    properties = {"file": finding.file, "line": place.line, "col": place.column}
    if place.end_column > place.column:
        properties.update(endLine=place.end_line, endColumn=place.end_column)
    properties["title"] = f"{finding.code} {finding.rule}" if finding.rule != finding.code else finding.code
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    lines = [finding.message, *(f"{step.file}:{step.line} {step.message}" for step in finding.related)]
    return f"::{_KINDS[finding.severity]} {said}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
