"""JUnit's XML, as CI servers show test results: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from flake8_fastapi_review.regex import regex

from .sarif import TOOL
from .terminal import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .finding import Finding, Report

_FORBIDDEN = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold, not even as references."""


def render(report: Report) -> str:
    """The document. A file without findings is a passed case, one that was not reviewed a skipped one."""
    by_file = {file: list(group) for file, group in groupby(report.findings, key=lambda finding: finding.file)}
    skipped = {each.file: each.reason for each in report.skipped}
    files = sorted({*report.reviewed, *by_file, *skipped})
    suites = [_suite(file, by_file.get(file, []), skipped.get(file)) for file in files]
    tests = sum(count for count, _ in suites)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="{TOOL}" tests="{tests}" failures="{len(report.findings)}" errors="0" '
        f'skipped="{len(skipped)}">',
        *(text for _, text in suites),
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _suite(file: str, findings: list[Finding], skipped: str | None) -> tuple[int, str]:
    cases = list(_cases(file, findings, skipped))
    head = (
        f'  <testsuite name={_attribute(file)} tests="{len(cases)}" failures="{len(findings)}" errors="0" '
        f'skipped="{int(skipped is not None)}">'
    )
    return len(cases), "\n".join([head, *cases, "  </testsuite>"])


def _cases(file: str, findings: list[Finding], skipped: str | None) -> Iterator[str]:
    where = _attribute(file)
    for finding in findings:
        place = f"{finding.place.line}:{finding.place.column}"
        name = _attribute(f"{finding.code} {finding.rule} {place}")
        told = [f"{file}:{place}: {finding.code} {finding.message}"]
        told += [f"{step.file}:{step.line}: {step.message}" for step in finding.related]
        failure = f"<failure type={_attribute(finding.severity.value)} message={_attribute(finding.message)}>"
        body = escape(_clean("\n".join(map(harmless, told))))
        yield f"    <testcase classname={where} name={name}>{failure}{body}</failure></testcase>"
    if skipped is not None:
        yield f'    <testcase classname={where} name="review"><skipped message={_attribute(skipped)}/></testcase>'
    elif not findings:
        yield f'    <testcase classname={where} name="review"/>'


def _attribute(text: str) -> str:
    return quoteattr(_clean(harmless(text)))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
