"""The review as one HTML file: findings with filters, chains, the map of routes; nothing is loaded from anywhere.

It says the same without scripts. With them, findings are filtered by severity, family, file and text; the filters stand
in the address (`#severity=critical&file=app/main.py`), so that a view can be sent to somebody.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from flake8_fastapi_review import __version__
from flake8_fastapi_review.regex import regex
from flake8_fastapi_review.rule import Severity

from . import assessment
from .causes import Functions, causes
from .finding import counted, kinds, weighed, without_way
from .html_page import SCRIPT, STYLE
from .markdown import for_others
from .remedies import diff
from .risk import FAMILIES, FLOWS, INTERNAL, risk_of
from .terminal import harmless
from .veil import Veil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flake8_fastapi_review.project.application.rows import RouteRow

    from .finding import Finding, Place, Remedy, Report, Step
    from .page import Page, Section

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
_AROUND = 2
"""Lines of source shown before and after a finding."""
_MOST_LINES = 12
_CODE = regex(r"`([^`]+)`")


def render(report: Report) -> str:
    """The page, with a newline at its end."""
    return "\n".join(_Page(report).lines()) + "\n"


class _Page:
    """Writes the page part by part."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lines = Veil(report)
        self._functions = Functions(report.lines)
        self._findings = sorted(assessment.judged(report.findings), key=assessment.impact)

    def lines(self) -> Iterator[str]:
        change = self._report.change
        title = "FastAPI review" if change is None else f"Review of {change.base} → {change.head}"
        yield "<!DOCTYPE html>"
        yield '<html lang="en"><head><meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{_text(title)}</title>"
        yield f"<style>{STYLE}</style></head><body>"
        yield from self._head(title)
        yield "<main>"
        yield from self._filters()
        yield from self._causes()
        yield '<section id="findings">'
        for number, finding in enumerate(self._findings):
            yield from self._finding(number, finding)
        yield "</section>"
        yield from self._routes()
        yield from self._rest()
        yield f"</main><footer>fastapi-review {_text(__version__)}</footer>"
        yield f"<script>{SCRIPT}</script></body></html>"

    def _head(self, title: str) -> Iterator[str]:
        report = self._report
        score = assessment.score(report.findings)
        mood = "good" if score.value >= 80 else "fair" if score.value >= 50 else "bad"
        yield f'<header><div class="score {mood}" title="{_text(score.explanation)}">{score.value}</div><div>'
        yield f"<h1>{_text(title)}</h1><p>{_text(assessment.verdict(report).replace('**', ''))}</p>"
        told = [f"{counted(len(report.reviewed), 'file')} reviewed"]
        if report.survey is not None:
            told += [kinds(number, kind) for kind, number in report.survey.components.items()]
        if report.change is not None:
            told += [f"{len(report.change.fixed)} fixed", f"{report.change.unchanged} as before"]
        if report.baselined:
            told.append(f"{report.baselined} in the baseline")
        yield f'<p class="dim">{_text(" · ".join(told))}</p>'
        yield f'<p class="dim">{_text(score.explanation)}</p></div></header>'

    def _filters(self) -> Iterator[str]:
        number = Counter(finding.severity for finding in self._findings)
        yield '<form id="filters"><fieldset><legend>Severity</legend>'
        for severity in Severity:
            word = severity.value
            yield (
                f'<label class="{word}"><input type="checkbox" name="severity" value="{word}" checked> '
                f"{word} ({number[severity]})</label>"
            )
        yield "</fieldset>"
        families = Counter(_family(finding.code) for finding in self._findings)
        yield from _choice("family", "Family", {key: f"{key}x {FAMILIES.get(key, '')}".rstrip() for key in families})
        files = Counter(finding.file for finding in self._findings)
        yield from _choice("file", "File", {file: f"{file} ({amount})" for file, amount in files.items()})
        yield '<label>Text <input type="search" name="text" placeholder="message, rule, code"></label>'
        if self._report.change is not None:
            yield '<label><input type="checkbox" name="changed" value="yes"> on changed lines only</label>'
        yield f'<output id="shown">{counted(len(self._findings), "finding")}</output></form>'

    def _causes(self) -> Iterator[str]:
        found = causes(self._report) if self._report.change is not None else []
        if not found:
            return
        yield '<section class="box"><h2>Caused elsewhere by the change</h2><ul>'
        for cause in found:
            at = f"{cause.step.file}:{cause.step.line}"
            yield f"<li><code>{_text(at)}</code> {_prose(cause.text)} ({cause.findings[0].code})</li>"
        yield "</ul></section>"

    def _finding(self, number: int, finding: Finding) -> Iterator[str]:
        page = self._report.pages(finding.code)
        severity, place = finding.severity.value, finding.place
        changed = "" if finding.on_changed_line is None else "yes" if finding.on_changed_line else "no"
        yield (
            f'<article id="f{number}" class="finding {severity}" data-severity="{severity}" '
            f'data-family="{_family(finding.code)}" data-file="{_text(finding.file)}" data-changed="{changed}">'
        )
        name = _text(finding.rule if finding.rule != finding.code else "")
        yield (
            f'<h3><span class="tag {severity}">{severity}</span> <b>{_text(finding.code)}</b> {name} '
            f"<code>{_text(finding.file)}:{place.line}</code></h3>"
        )
        problem = without_way(finding)
        yield f"<p>{_prose(problem[:1].upper() + problem[1:])}.</p>"
        yield from self._source(finding.file, place)
        if finding.on_changed_line is False:
            by = "it follows from other lines of the change"
            if finding.cause is not None:
                by = f"the change caused it at {_text(f'{finding.cause.file}:{finding.cause.line}')}"
            yield f'<p class="dim">Not on a changed line: {by}.</p>'
        yield from self._chain(finding)
        yield f'<p class="risk"><b>Risk:</b> {_text(_risk(finding, self._report.pages(finding.code)))}</p>'
        if finding.exploit:
            yield f"<p><b>How it is exploited</b></p><pre>{_text(finding.exploit)}</pre>"
        if finding.fix is not None and finding.fix.changes:
            yield f"<p><b>Fix:</b> {_prose(finding.fix.message)} ({finding.fix.applicability.value})</p>"
            yield from self._patch(finding, finding.fix)
        elif finding.fix is not None:
            yield f"<p><b>Fix:</b> {_prose(finding.fix.message)}</p>"
        if page is not None:
            yield from _explained(page)
        yield "</article>"

    def _source(self, file: str, place: Place) -> Iterator[str]:
        lines = self._lines(file)
        last = min(place.end_line, place.line + _MOST_LINES - 1, len(lines))
        if not 1 <= place.line <= last:
            return
        shown = range(max(place.line - _AROUND, 1), min(last + _AROUND, len(lines)) + 1)
        rows = [
            f'<span class="{"hit" if place.line <= line <= last else ""}"><i>{line}</i>{_text(lines[line - 1])}</span>'
            for line in shown
        ]
        yield f'<pre class="source">{"".join(rows)}</pre>'

    def _chain(self, finding: Finding) -> Iterator[str]:
        if not finding.related:
            return
        word = "Chain" if finding.code.startswith(FLOWS) else "See also"
        yield f'<p><b>{word}</b></p><ol class="{"chain" if word == "Chain" else "also"}">'
        for step in finding.related:
            yield f"<li><code>{_text(step.file)}:{step.line}</code> {_prose(step.message)}{self._line(step)}</li>"
        yield "</ol>"

    def _line(self, step: Step) -> str:
        lines = self._lines(step.file)
        text = lines[step.line - 1].strip() if 1 <= step.line <= len(lines) else ""
        return f'<pre class="step">{_text(text)}</pre>' if text else ""

    def _patch(self, finding: Finding, fix: Remedy) -> Iterator[str]:
        names = {"-": "old", "+": "new", "@": "dim"}
        rows = [
            f'<span class="{names[sign]}">{_text(f"line {text}" if sign == "@" else sign + text)}</span>'
            for sign, text in diff(self._lines(finding.file), fix)
        ]
        yield f'<pre class="patch">{"".join(rows)}</pre>'

    # The map of routes

    def _routes(self) -> Iterator[str]:
        rows = self._report.routes()
        if not rows:
            return
        yield f'<section class="box" id="routes"><h2>Routes ({len(rows)})</h2>'
        where: dict[tuple[str, str], list[int]] = {}
        for number, finding in enumerate(self._findings):
            name, _ = self._functions.around(finding.file, finding.place.line)
            where.setdefault((finding.file, name), []).append(number)
        for app in dict.fromkeys(row.app for row in rows):
            own = [row for row in rows if row.app == app]
            yield f"<details open><summary><b>{_text(app)}</b> ({counted(len(own), 'route')})</summary>"
            yield from self._branch(_Branch.of(own), where)
            yield "</details>"
        yield "</section>"

    def _branch(self, branch: _Branch, where: dict[tuple[str, str], list[int]]) -> Iterator[str]:
        yield '<ul class="map">'
        for row in branch.rows:
            yield f"<li>{self._route(row, where.get((row.file, row.endpoint_qualname), []))}</li>"
        for name, inner in branch.inner.items():
            segments, inner = _straight(name, inner)
            if inner.size() == 1:
                (row,) = inner.rows
                yield f"<li>{self._route(row, where.get((row.file, row.endpoint_qualname), []))}</li>"
                continue
            yield f"<li><details open><summary><code>/{_text(segments)}</code> ({inner.size()})</summary>"
            yield from self._branch(inner, where)
            yield "</details></li>"
        yield "</ul>"

    def _route(self, row: RouteRow, found: Sequence[int]) -> str:
        guards = list(dict.fromkeys(each.name.rpartition(":")[2] for each in row.dependencies))
        guarded = f' <span class="guard" title="dependencies">[{_text(", ".join(guards))}]</span>' if guards else ""
        dots = "".join(
            f'<a class="dot {self._findings[number].severity.value}" href="#f{number}" '
            f'title="{_text(self._findings[number].code)}">{_text(self._findings[number].code)}</a>'
            for number in found
        )
        unsure = "" if row.complete else ' <span class="dim" title="conditional, or not wholly known">?</span>'
        return (
            f'<span class="method">{_text(row.method)}</span> <code>{_text(row.path or "/")}</code>{unsure} '
            f'<span class="dim">{_text(row.endpoint_qualname)} {_text(row.file)}:{row.line}</span>{guarded} {dots}'
        )

    # What stands below

    def _rest(self) -> Iterator[str]:
        survey = self._report.survey
        if first := assessment.priorities(self._report.findings):
            yield '<section class="box"><h2>Fix first</h2><ol>'
            for each in first:
                yield (
                    f"<li>{_text(each.rule)} ({each.code}), {each.amount} ×, e.g. "
                    f"<code>{_text(f'{each.first.file}:{each.first.place.line}')}</code></li>"
                )
            yield "</ol></section>"
        yield from _list("What passed", [f"{each.text} ({each.code})" for each in survey.passed] if survey else [])
        hidden = []
        found = survey.suppressions if survey else ()
        others = [each for each in found if each.is_for_others]
        for held in found:
            if held in others:
                continue
            what = ", ".join(held.comment.codes) or "everything"
            alarm = ", a critical issue without naming it" if held.is_alarming else ""
            hides = f"; hides {', '.join(held.hides)}{alarm}" if held.hides else ""
            why = held.comment.reason or "no reason given"
            hidden.append(f"`{held.file}:{held.comment.line}` {what}: {why}{hides}")
        hidden += [for_others(others)] if others else []
        added = "Suppressions" if self._report.change is None else "Suppressions added by the change"
        yield from _list(added, hidden)
        skipped = [f"`{each.file}`: {each.reason}" for each in self._report.skipped]
        known = {each.file for each in self._report.skipped}
        skipped += [
            f"`{finding.file}:{finding.place.line}`: {finding.message}"
            for finding in self._report.findings
            if finding.code == INTERNAL and finding.file not in known
        ]
        skipped += survey.left_out if survey else ()
        yield from _list("Not reviewed", skipped)


class _Branch:
    """Routes by the segments of their paths."""

    def __init__(self) -> None:
        self.rows: list[RouteRow] = []
        self.inner: dict[str, _Branch] = {}

    @classmethod
    def of(cls, rows: Iterable[RouteRow]) -> _Branch:
        top = cls()
        for row in rows:
            branch = top
            for segment in [part for part in row.path.split("/") if part]:
                branch = branch.inner.setdefault(segment, cls())
            branch.rows.append(row)
        return top

    def size(self) -> int:
        return len(self.rows) + sum(inner.size() for inner in self.inner.values())


def _straight(name: str, branch: _Branch) -> tuple[str, _Branch]:
    """A branch without routes and forks is one with what follows."""
    while not branch.rows and len(branch.inner) == 1:
        ((segment, branch),) = branch.inner.items()
        name = f"{name}/{segment}"
    return name, branch


def _risk(finding: Finding, page: Page | None) -> str:
    told = risk_of(finding.code, finding.cvss_score).value
    score = weighed(finding, page)
    return f"{told} ({score})" if score else told


def _explained(page: Page) -> Iterator[str]:
    yield f"<details><summary>About {_text(page.name)}</summary><p>{_prose(page.summary)}.</p>"
    for title in ("", "Bad", "Good", "Exploit"):
        for section in page.sections:
            if section.title == title:
                yield from _section(section)
    if page.url:
        yield f'<p><a href="{_text(page.url)}">{_text(page.url)}</a></p>'
    yield "</details>"


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield f"<p><b>{_text(section.title)}</b></p>"
    for block in section.blocks:
        yield f"<pre>{_text(block.text)}</pre>" if block.is_code else f"<p>{_prose(block.text)}</p>"


def _choice(name: str, label: str, options: dict[str, str]) -> Iterator[str]:
    yield f'<label>{label} <select name="{name}"><option value="">all</option>'
    for value in sorted(options):
        yield f'<option value="{_text(value)}">{_text(options[value])}</option>'
    yield "</select></label>"


def _list(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield f'<section class="box"><h2>{title}</h2><ul>'
        yield from (f"<li>{_prose(row)}</li>" for row in rows)
        yield "</ul></section>"


def _family(code: str) -> str:
    """The decade of one of our codes; of other plugins the letters."""
    if code.startswith("FAR9"):
        return "FAR9"
    return code[:5] if code.startswith("FAR") else code.rstrip("0123456789")


def _text(text: str) -> str:
    """Text that means nothing to HTML; tabs stay."""
    return escape("\t".join(harmless(part) for part in text.split("\t"))) if "\n" not in text else _many(text)


def _many(text: str) -> str:
    return "\n".join(map(_text, text.split("\n")))


def _prose(text: str) -> str:
    """The same, with what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", _text(text))
