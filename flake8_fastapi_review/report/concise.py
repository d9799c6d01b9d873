"""One line a finding, as flake8 prints it: `path:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal import Style, harmless

if TYPE_CHECKING:
    from .finding import Report


def render(report: Report, style: Style) -> str:
    """A line for each finding; nothing when there is none."""
    lines = []
    for finding in report.findings:
        colon = style(":", "cyan")
        where = (
            f"{style(harmless(finding.file), 'bold')}{colon}{finding.place.line}{colon}{finding.place.column}{colon}"
        )
        lines.append(f"{where} {style(finding.code, 'red', 'bold')} {harmless(finding.message)}\n")
    return "".join(lines)
