"""The report for people: each finding with its source, the chain that leads to the harm, and a summary."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flake8_fastapi_review.rule import Severity

from . import remedies
from .causes import causes
from .finding import counted, without_way
from .risk import INPUTS
from .terminal import Style, cells, excerpt, harmless
from .veil import Veil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .finding import Finding, Place, Report

_PAINT = {Severity.BLOCKER: "red", Severity.WARNING: "yellow", Severity.SUGGESTION: "blue"}
_MOST_LINES = 4
"""Of a finding that spans more lines than this, the first few are shown."""
_MOST_SKIPPED = 10


def render(report: Report, style: Style, width: int = 100) -> str:
    """The whole report; `width` is the terminal's."""
    width = max(width, 40)
    lines = Veil(report)
    explained: dict[str, Finding] = {}
    blocks = [
        "\n".join([*_finding(finding, lines, style, width), *_remedy(finding, report, explained, style, width)])
        for finding in report.findings
    ]
    told = (_causes(report, style), _rules(report, style), _hidden(report, style), _skipped(report, style))
    blocks += ["\n".join(lines) for lines in told if lines]
    blocks.append(summary(report, style))
    return "\n\n".join(blocks) + "\n"


def summary(report: Report, style: Style) -> str:
    """The last line: how many findings of which severity, in how many files."""
    affected = {finding.file for finding in report.findings}
    # A finding may be about pyproject.toml or a rule of the project, which nobody counted as reviewed.
    files = counted(len(affected.union(report.reviewed)), "file")
    not_reviewed = f", {len(report.skipped)} not reviewed" if report.skipped else ""
    change = report.change
    if change is not None:
        not_reviewed += f", {len(change.files) or 'nothing'} changed"
    compared = "" if change is None else f" {len(change.fixed)} fixed, {change.unchanged} as before."
    if report.baselined:
        compared += f" {report.baselined} more in the baseline."
    if not report.findings:
        nothing = "No findings" if change is None else "No new findings"
        return f"{style(nothing, 'green', 'bold')} in {files}{not_reviewed}.{compared}"
    number = Counter(finding.severity for finding in report.findings)
    severities = ", ".join(
        style(f"{number[severity]} {severity.value}", _PAINT[severity], "bold")
        for severity in Severity
        if number[severity]
    )
    found = style(counted(len(report.findings), "finding" if change is None else "new finding"), "bold")
    return f"{found} in {len(affected)} of {files}{not_reviewed}: {severities}.{compared}"


def _finding(finding: Finding, lines: Callable[[str], Sequence[str]], style: Style, width: int) -> Iterator[str]:
    paint = _PAINT[finding.severity]
    where = f"{harmless(finding.file)}:{finding.place.line}:{finding.place.column}"
    yield (
        f"{style(where, 'bold')} {style(finding.code, paint, 'bold')} "
        f"{style(finding.severity.value, paint)} {style(finding.rule, 'dim')}"
    )
    gutter = len(str(finding.place.end_line))
    yield from _source(finding.place, lines(finding.file), style, paint, gutter, width)
    yield from _wrapped(harmless(without_way(finding)), "  ", width)
    yield from _chain(finding, lines, style, width)
    if finding.exploit:
        yield f"  {style('exploit:', paint)} {harmless(finding.exploit)}"
    if finding.on_changed_line is False:
        cause = finding.cause
        where = f"caused by {harmless(cause.file)}:{cause.line}" if cause is not None else "follows from others"
        yield f"  {style('not on a changed line:', 'yellow')} {where}"


def _remedy(finding: Finding, report: Report, explained: dict[str, Finding], style: Style, width: int) -> Iterator[str]:
    """The finding's own fix; where inputs of clients are concerned as code, or else, once for each rule, by example."""
    fix = finding.fix
    code: list[str] = []
    if fix is not None:
        yield f"  {style('fix:', 'green')} {harmless(fix.message)} ({fix.applicability.value})"
    if not finding.code.startswith(INPUTS):
        return
    if fix is not None and fix.changes:
        code = remedies.change(Veil(report)(finding.file), fix)
    elif (page := report.pages(finding.code)) is not None and (code := remedies.example(page)):
        first = explained.setdefault(finding.code, finding)
        if first is not finding:
            yield f"  {style('fix:', 'green')} {style(f'as at {harmless(first.file)}:{first.place.line}', 'dim')}"
            return
        yield f"  {style('fix, for example:', 'green')}"
    for line in remedies.cut(code):
        yield "    " + style(excerpt(line, 0, len(line), width - 4).text, "dim")


def _source(place: Place, lines: Sequence[str], style: Style, paint: str, gutter: int, width: int) -> Iterator[str]:
    last = min(place.end_line, len(lines), place.line + _MOST_LINES - 1)
    if not 1 <= place.line <= last:
        return
    room = width - gutter - 5
    bar = style("│", "dim")
    for number in range(place.line, last + 1):
        line = lines[number - 1]
        start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
        end = place.end_column - 1 if number == place.end_line else len(line.rstrip())
        shown = excerpt(line, start, max(start, end), room)
        code = f"{shown.before}{style(shown.marked, 'bold')}{shown.after}"
        yield f"  {style(f'{number:{gutter}}', 'dim')} {bar} {code}".rstrip()
        if shown.marked or number == place.line:
            yield f"  {'':{gutter}} {bar} {style(shown.underline(), paint)}"
    if last < place.end_line <= len(lines):
        more = counted(place.end_line - last, "more line")
        yield f"  {'':{gutter}} {bar} {style(f'… {more}', 'dim')}"


def _chain(finding: Finding, lines: Callable[[str], Sequence[str]], style: Style, width: int) -> Iterator[str]:
    for depth, step in enumerate(finding.related):
        indent = "  " + "  " * min(depth, 8)
        where = f"{harmless(step.file)}:{step.line}"
        yield f"{indent}{style('↳', 'cyan')} {style(where, 'bold')}  {harmless(step.message)}"
        source = lines(step.file)
        if not 1 <= step.line <= len(source):
            continue
        line = source[step.line - 1]
        bare = line.strip()
        if bare and bare not in step.message:
            yield f"{indent}    {style(excerpt(bare, 0, len(bare), width - len(indent) - 4).text, 'dim')}"


def _causes(report: Report, style: Style) -> list[str]:
    if report.change is None or not (found := causes(report)):
        return []
    rows = [
        f"  {harmless(f'{cause.step.file}:{cause.step.line}')}  {harmless(cause.text)}  {cause.findings[0].code}"
        for cause in found
    ]
    return [style("Caused elsewhere by the change", "yellow", "bold"), *rows]


def _rules(report: Report, style: Style) -> list[str]:
    number = Counter((finding.code, finding.rule) for finding in report.findings)
    if not number:
        return []
    widest = max(len(rule) for _, rule in number)
    return [
        f"  {code}  {rule:{widest}}  {amount:4}  {style(f'fastapi-review rule {code}', 'dim')}"
        for (code, rule), amount in sorted(number.items())
    ]


def _hidden(report: Report, style: Style) -> list[str]:
    if not report.hidden:
        return []
    rows = [f"  {harmless(each.file)}:{each.comment.line}  {', '.join(each.hides)}" for each in report.hidden]
    return [style("Critical, and hidden by a comment that names no code", "red", "bold"), *rows]


def _skipped(report: Report, style: Style) -> list[str]:
    if not report.skipped:
        return []
    rows = [f"  {harmless(file)}: {harmless(reason)}" for file, reason in report.skipped[:_MOST_SKIPPED]]
    if (more := len(report.skipped) - _MOST_SKIPPED) > 0:
        rows.append(f"  and {more} more (`--format json` names them all)")
    return [style("Not reviewed", "yellow", "bold"), *rows]


def _wrapped(text: str, indent: str, width: int) -> Iterator[str]:
    """`text` in lines of `width` cells; words are never broken, and spaces inside backticks neither."""
    line = indent
    for word in _words(text):
        if line != indent and cells(line) + 1 + cells(word) > width:
            yield line
            line = indent
        line += word if line == indent else f" {word}"
    yield line


def _words(text: str) -> list[str]:
    words: list[str] = []
    inside = False
    for word in text.split(" "):
        if inside:
            words[-1] += f" {word}"
        else:
            words.append(word)
        inside ^= word.count("`") % 2 == 1
    return words
