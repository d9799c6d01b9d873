"""The review as a Markdown document: for a pull request, a ticket, a page."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from flake8_fastapi_review.regex import regex
from flake8_fastapi_review.rule import Severity

from . import assessment
from .causes import causes
from .finding import counted, kinds, weighed, without_way
from .remedies import diff
from .risk import FAMILIES, FLOWS, INTERNAL, Risk, risk_of
from .statements import Statements
from .terminal import harmless
from .veil import Veil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flake8_fastapi_review.survey import Suppressed

    from .finding import Finding, Place, Remedy, Report
    from .page import Page

EMOJI = {Severity.BLOCKER: "🔴", Severity.WARNING: "🟡", Severity.SUGGESTION: "🔵"}

_SECTIONS = (
    (Severity.BLOCKER, "Critical issues", "Must be fixed before this goes on."),
    (Severity.WARNING, "Warnings", "Should be addressed."),
    (Severity.SUGGESTION, "Suggestions", "Nice to have."),
)
_MOST_LINES = 8
_MOST_NAMES = 20
_MOST_SENTENCES = 3
"""Of what a rule's page says of the harm; then it speaks of what is reported."""
_SPAN = regex(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_SPECIAL = regex(r"[\\<>*\[\]|#]|(?<![^\W_])_|_(?![^\W_])")
"""An underscore inside a word emphasises nothing."""
_SENTENCE = regex(r"(?<=[.:;])(?<!e\.g\.)(?<!i\.e\.) (?=[A-Z`])")


def render(report: Report) -> str:
    """The document, with a newline at its end."""
    writer = _Writer(report)
    lines = [
        *writer.head(),
        *writer.scope(),
        *(line for section in _SECTIONS for line in writer.findings(*section)),
        *writer.security(),
        *writer.passed(),
        *writer.suppressions(),
        *writer.skipped(),
        *writer.summary(),
    ]
    return "\n".join(lines).rstrip() + "\n"


class _Writer:
    """Writes section by section; remembers which rules it has explained."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lines: Callable[[str], Sequence[str]] = Veil(report)
        self._statements = Statements(report.lines)
        self._explained: dict[str, Finding] = {}
        self._exemplified: dict[str, Finding] = {}
        """Rule → the finding under which its good example stands."""
        self._causes = {cause.findings[0]: cause for cause in causes(report)}
        others = {finding for cause in self._causes.values() for finding in cause.findings[1:]}
        told = [finding for finding in assessment.judged(report.findings) if finding not in others]
        self._shown, self._cut = assessment.shown(told, report.everything)

    def head(self) -> Iterator[str]:
        change = self._report.change
        yield "# FastAPI review" if change is None else f"# Review of {prose(change.base)} → {prose(change.head)}"
        yield ""
        yield assessment.verdict(self._report)
        yield ""

    def scope(self) -> Iterator[str]:
        report = self._report
        yield "## Scope"
        yield ""
        yield f"- {counted(len(report.reviewed), 'file')} reviewed"
        if (change := report.change) is not None:
            removed = f", {len(change.removed)} removed" if change.removed else ""
            yield f"- {counted(len(change.files), 'file')} changed{removed}"
            elsewhere = sum(finding.on_changed_line is False for finding in report.findings)
            yield (
                f"- {counted(len(report.findings), 'new finding')}, {elsewhere} of them caused by the change in lines "
                f"that it did not touch; {len(change.fixed)} fixed, {change.unchanged} as before"
            )
        if report.survey is not None and report.survey.components:
            told = ", ".join(kinds(number, kind) for kind, number in report.survey.components.items())
            yield f"- {told}"
        yield ""

    def findings(self, severity: Severity, title: str, meaning: str) -> Iterator[str]:
        shown = [finding for finding in self._shown if finding.severity is severity]
        cut = [each for finding in self._cut if finding.severity is severity for each in self._caused_alike(finding)]
        total = sum(len(self._caused_alike(finding)) for finding in shown) + len(cut)
        yield f"## {EMOJI[severity]} {title} ({total})"
        yield ""
        if not shown and not cut:
            yield "None."
            yield ""
            return
        yield meaning
        yield ""
        for finding in shown:
            yield from self._finding(finding)
        if cut:
            number = Counter((finding.code, finding.rule) for finding in cut)
            told = ", ".join(f"{amount} × {rule} ({code})" for (code, rule), amount in sorted(number.items()))
            yield f"And {counted(len(cut), 'more finding')}, shown by `--all`: {told}."
            yield ""

    def _caused_alike(self, finding: Finding) -> tuple[Finding, ...]:
        """With all findings that are told together with it."""
        return self._causes[finding].findings if finding in self._causes else (finding,)

    def _finding(self, finding: Finding) -> Iterator[str]:
        page = self._report.pages(finding.code)
        place = finding.place
        cause = self._causes.get(finding)
        if cause is not None:
            begun = cause.step
            yield f"### {code(f'{begun.file}:{begun.line}')} {prose(cause.text)} ({finding.code})"
            yield ""
            told = ", ".join(code(f"{each.file}:{each.place.line}") for each in cause.findings)
            yield f"**Caused elsewhere**, by what the change did in {code(begun.file)}: {told}."
        else:
            yield f"### {code(f'{finding.file}:{place.line}')} {finding.rule} ({finding.code})"
        yield ""
        yield from self._source(finding.file, place)
        problem = without_way(finding)
        yield f"**Problem.** {prose(problem[:1].upper() + problem[1:])}."
        yield ""
        if finding.on_changed_line is False:
            if (step := finding.cause) is not None:
                by = f" at {code(f'{step.file}:{step.line}')}: {prose(step.message)}"
            else:
                by = ""
            told = f"the change caused it elsewhere{by}" if by else "it follows from other lines of the change"
            yield f"**Not on a changed line:** {told}."
            yield ""
        first = self._explained.setdefault(finding.code, finding)
        yield f"**Risk.** {self._risk(finding, page if first is finding else None)}"
        yield ""
        if finding.related:
            yield "**Chain.**" if finding.code.startswith(FLOWS) else "**See also.**"
            yield ""
            for number, step in enumerate(finding.related, 1):
                yield f"{number}. {code(f'{step.file}:{step.line}')} {prose(step.message)}"
            yield ""
        if finding.exploit:
            yield "**How it is exploited.**"
            yield ""
            yield from fenced(finding.exploit.split("\n"), "text")
        elif page is not None and first is finding and (exploit := page.section("Exploit")):
            yield "**How it is exploited**, for example:"
            yield ""
            for block in exploit:
                yield from fenced(block.text.split("\n"), "text") if block.is_code else (prose(block.text), "")
        yield from self._fix(finding, page)
        link = f"[{finding.code}]({finding.url})" if finding.url else f"`fastapi-review rule {finding.code}`"
        yield f"Rule: {link}"
        yield ""

    def _source(self, file: str, place: Place) -> Iterator[str]:
        lines = self._lines(file)
        if 1 <= place.line <= len(lines):
            first, last = self._statements.around(file, place, _MOST_LINES)
            yield from fenced([harmless_line(line) for line in lines[first - 1 : last]], _language(file))

    def _risk(self, finding: Finding, page: Page | None) -> str:
        """What is at risk and, with the page of a rule that was not explained yet, why."""
        risk = risk_of(finding.code, finding.cvss_score).value.capitalize()
        if score := weighed(finding, self._report.pages(finding.code)):
            risk += f" ({score})"
        why = next((block.text for block in page.section("") if not block.is_code), "") if page is not None else ""
        return f"{risk}. {prose(' '.join(_SENTENCE.split(why)[:_MOST_SENTENCES]))}".rstrip()

    def _fix(self, finding: Finding, page: Page | None) -> Iterator[str]:
        if finding.fix is not None and finding.fix.changes:
            yield f"**Fix.** {prose(finding.fix.message)} ({finding.fix.applicability.value}):"
            yield ""
            yield from self._patch(finding, finding.fix)
        elif finding.fix is not None:
            yield f"**Fix.** {prose(finding.fix.message)}."
            yield ""
        elif page is not None and (good := [block for block in page.section("Good") if block.is_code]):
            first = self._exemplified.setdefault(finding.code, finding)
            if first is not finding:
                place = f"{first.file}:{first.place.line}"
                yield f"**Fix.** As at {code(place)}."
                yield ""
                return
            yield "**Fix.** For example:"
            yield ""
            for block in good:
                yield from fenced(block.text.split("\n"), page.language)

    def _patch(self, finding: Finding, fix: Remedy) -> Iterator[str]:
        told = diff(self._lines(finding.file), fix)
        lines = [f"@@ line {text} @@" if sign == "@" else f"{sign}{harmless_line(text)}" for sign, text in told]
        yield from fenced(lines, "diff")

    def security(self) -> Iterator[str]:
        yield "## Security notes"
        yield ""
        groups: dict[str, list[Finding]] = {}
        for finding in sorted(assessment.judged(self._report.findings), key=assessment.impact):
            if risk_of(finding.code, finding.cvss_score) is Risk.SECURITY:
                groups.setdefault(finding.code, []).append(finding)
        if not groups:
            yield "No security findings."
        for found in groups.values():
            first = found[0]
            scores = sorted({each.cvss_score for each in found if each.cvss_score is not None})
            told = [first.cwe] if first.cwe else []
            if scores:
                told.append(f"CVSS {scores[0]:.1f}" + (f" to {scores[-1]:.1f}" if len(scores) > 1 else ""))
            about = f" ({', '.join(told)})" if told else ""
            yield f"- {first.rule}{about}, {len(found)} ×: {', '.join(_places(found))}"
        yield ""

    def passed(self) -> Iterator[str]:
        yield "## What passed"
        yield ""
        passed = self._report.survey.passed if self._report.survey is not None else ()
        if not passed:
            yield "No rule that counts what it looks at found it all right."
        families: dict[str, list[str]] = {}
        for each in passed:
            name = FAMILIES.get(each.code[:5], "")
            families.setdefault(name[:1].upper() + name[1:], []).append(f"{each.text} ({each.code})")
        for name, told in families.items():
            yield f"- ✅ {name}: {'; '.join(told)}"
        yield ""

    def suppressions(self) -> Iterator[str]:
        yield "## Suppressions" if self._report.change is None else "## Suppressions added by the change"
        yield ""
        found = self._report.survey.suppressions if self._report.survey is not None else ()
        others = [each for each in found if each.is_for_others]
        found = tuple(each for each in found if each not in others)
        if not found and not others:
            yield "None."
        alarming = sum(each.is_alarming for each in found)
        silent = sum(each.comment.reason is None for each in found)
        if found:
            told = [f"{silent} of {len(found)} without a reason"] if silent else []
            if found and silent == len(found):
                told = ["without a reason" if silent == 1 else "none with a reason"]
            told += [f"**{alarming} hiding a critical issue without naming it**"] if alarming else []
            yield f"{counted(len(found), 'comment')}{': ' if told else ''}{', '.join(told)}."
            yield ""
        for each in found:
            comment = each.comment
            what = ", ".join(comment.codes) or (
                "everything in the file" if comment.whole_file else "everything on the line"
            )
            why = prose(harmless(comment.reason)) if comment.reason else "**no reason given**"
            hides = f"; hides {', '.join(each.hides)}" if each.hides else ""
            alarm = " ⚠️ a critical issue" if each.is_alarming else ""
            alarm += "; ⚠️ drops nothing, codes are written in capitals" if each.misspelt else ""
            yield f"- {code(f'{each.file}:{comment.line}')} {what}: {why}{hides}{alarm}"
        if others:
            yield from [""] if found else []
            yield f"{for_others(others)}."
        if self._report.baselined:
            yield ""
            yield f"The baseline holds {counted(self._report.baselined, 'further finding')}."
        yield ""

    def skipped(self) -> Iterator[str]:
        yield "## Not reviewed"
        yield ""
        rows = [f"- {code(each.file)}: {prose(harmless(each.reason))}" for each in self._report.skipped]
        known = {each.file for each in self._report.skipped}
        rows += [
            f"- {code(f'{finding.file}:{finding.place.line}')}: {prose(finding.message)}"
            for finding in self._report.findings
            if finding.code == INTERNAL and finding.file not in known
        ]
        if (change := self._report.change) is not None:
            other = sorted({*change.files} - {*self._report.reviewed} - known)
            if other:
                told = ", ".join(code(file) for file in other[:_MOST_NAMES])
                more = f" and {len(other) - _MOST_NAMES} more" if len(other) > _MOST_NAMES else ""
                rows.append(f"- Changed, and in another language or excluded: {told}{more}")
        if self._report.survey is not None:
            rows += [f"- {prose(harmless(line))}" for line in self._report.survey.left_out]
        yield from rows or ["Nothing was left out but files in other languages, and folders such as `.venv`."]
        yield ""

    def summary(self) -> Iterator[str]:
        yield "## Summary"
        yield ""
        score = assessment.score(self._report.findings)
        first = assessment.priorities(self._report.findings)
        if first:
            yield "Fix first:"
            yield ""
            for number, each in enumerate(first, 1):
                place = code(f"{each.first.file}:{each.first.place.line}")
                amount = f"{each.amount} ×, e.g. " if each.amount > 1 else ""
                yield f"{number}. {EMOJI[each.severity]} {each.rule} ({each.code}), {amount}{place}"
            yield ""
        yield f"**Score: {score.value} of 100** = {score.explanation}"


def for_others(found: Sequence[Suppressed]) -> str:
    """Comments for other tools, by what they name."""
    number = Counter(named for each in found for named in each.comment.codes)
    names = ", ".join(f"{named} {amount} ×" for named, amount in number.most_common())
    return f"{counted(len(found), 'comment')} for other tools alone: {names}"


# Text


def prose(text: str) -> str:
    """Text whose characters mean nothing to Markdown, but for code in backticks."""
    found, end = [], 0
    for span in _SPAN.finditer(text):
        found += [_escaped(text[end : span.start()]), span[0]]
        end = span.end()
    return harmless("".join([*found, _escaped(text[end:])]))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: {"<": "&lt;", ">": "&gt;"}.get(match[0], f"\\{match[0]}"), text).replace(
        "`", "\\`"
    )


def code(text: str) -> str:
    """Text as a span of code, whatever it holds."""
    text = harmless(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(lines: Sequence[str], language: str) -> Iterator[str]:
    """Lines as a block of code, and an empty line."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from lines
    yield fence
    yield ""


def harmless_line(line: str) -> str:
    """A line of source that cannot end its block or reorder what is read; tabs stay."""
    return "\t".join(harmless(part) for part in line.split("\t"))


def _places(found: Sequence[Finding]) -> Iterator[str]:
    """The places of findings, by file: the first one with its name."""
    lines: dict[str, list[int]] = {}
    for finding in found:
        lines.setdefault(finding.file, []).append(finding.place.line)
    for file, numbers in lines.items():
        first, *others = sorted(set(numbers))
        yield f"{code(f'{file}:{first}')}{''.join(f', {number}' for number in others)}"


def _language(file: str) -> str:
    return {"py": "python", "pyi": "python", "yml": "yaml"}.get(file.rpartition(".")[2], file.rpartition(".")[2])
