"""One line a finding, as flake8 prints it: `path:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal import Style, harmless

if TYPE_CHECKING:
    from .finding import Finding, Report


def render(report: Report, style: Style) -> str:
    """A line for each finding; nothing when there is none."""
    return "".join(_line(finding, style) for finding in report.findings)


def _line(finding: Finding, style: Style) -> str:
    where = [style(harmless(finding.file), "bold"), str(finding.place.line), str(finding.place.column), " "]
    return style(":", "cyan").join(where) + f"{style(finding.code, 'red', 'bold')} {harmless(finding.message)}\n"
