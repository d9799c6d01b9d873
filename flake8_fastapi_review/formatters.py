"""The formats of the command for flake8: `flake8 --format=far-sarif`. They carry the findings of all plugins.

flake8 imports this module at every start, so it imports almost nothing itself. A formatter only gets what flake8 passes
on, a code, a place and a text: severities and pages come from the catalogue and the project's configuration, and there
are no chains and no fixes; `fastapi-review check` has them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flake8.formatting.base import BaseFormatter

if TYPE_CHECKING:
    from flake8.violation import Violation as Found

    from .registry import Selection
    from .report.finding import Facts, Finding, Report
    from .rule import Severity

_OTHERS = (("E9", "BLOCKER"), ("F", "WARNING"), ("S", "WARNING"), ("B", "WARNING"), ("ASYNC", "WARNING"))
"""Prefixes of other plugins' codes that stand for defects; what they say of style is a suggestion."""


class _Formatter(BaseFormatter):  # type: ignore[misc]
    """Collects what flake8 reports and writes it when all of it is there."""

    name: str
    """Of the format (report/formats.py)."""

    def after_init(self) -> None:
        self._found: list[Found] = []
        self._files: list[str] = []

    def start(self) -> None:
        """Opens the output anew: flake8 itself would append, and two documents in a file are none."""
        if self.filename:
            os.makedirs(os.path.dirname(os.path.abspath(self.filename)), exist_ok=True)
            self.output_fd = open(self.filename, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115

    def beginning(self, filename: str) -> None:
        self._files.append(filename)

    def handle(self, error: Found) -> None:
        self._found.append(error)

    def stop(self) -> None:
        """Writes the report."""
        from .report.formats import renderer

        self._write(renderer(self.name)(_report(self._found, self._files)).removesuffix("\n"))
        super().stop()


class Json(_Formatter):
    """docs/json.md"""

    name = "json"


class Sarif(_Formatter):
    """SARIF 2.1.0."""

    name = "sarif"


class GitHub(_Formatter):
    """Annotations of GitHub Actions."""

    name = "github"


class GitLab(_Formatter):
    """GitLab's code quality report."""

    name = "gitlab"


class Rdjson(_Formatter):
    """reviewdog."""

    name = "rdjson"


class Sonar(_Formatter):
    """SonarQube's generic issues."""

    name = "sonar"


class JUnit(_Formatter):
    """JUnit's XML."""

    name = "junit"


def _report(found: list[Found], files: list[str]) -> Report:
    from .report.finding import Report, Sources
    from .report.known import KnownRules
    from .review import shown

    def name(path: str) -> str:
        return path if path in ("-", "stdin") else shown(path)

    rules = KnownRules((violation.filename, violation.code) for violation in found)
    severities = _Severities()
    findings = [_finding(each, name(each.filename), rules.facts(each.code), severities) for each in found]
    findings.sort(key=lambda each: (each.file, each.place.line, each.place.column, each.code, each.message))
    reviewed = tuple(sorted(map(name, files)))
    return Report(tuple(findings), reviewed, (), Sources(os.getcwd(), {}), rules.page)


def _finding(found: Found, file: str, facts: Facts, severities: _Severities) -> Finding:
    from .report.finding import Finding, Place

    line, column = max(found.line_number, 1), max(found.column_number, 1)
    severity = severities.of(found.code, found.filename)
    place = Place(line, column, line, column)
    return Finding(found.code, facts.name, severity, found.text, file, place, (), None, *facts[1:])


class _Severities:
    """The severity of a code in a file: what the project gives it, the rule's own, or a guess for other plugins."""

    def __init__(self) -> None:
        self._selections: dict[str, Selection] = {}

    def of(self, code: str, path: str) -> Severity:
        from . import config, registry
        from .rule import Severity

        if code.startswith("FAR"):
            root = config.find_root(path)
            if root not in self._selections:
                self._selections[root] = registry.select(config.load(root))
            row = registry.find(code)
            own = Severity(row.severity) if row else Severity.WARNING
            return self._selections[root].severity(code, own)
        word = next((word for prefix, word in _OTHERS if code.startswith(prefix)), "SUGGESTION")
        return Severity[word]
