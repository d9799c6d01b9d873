"""What a finding is recognised by from one report to the next, when lines have shifted."""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

from flake8_fastapi_review.identity import Anchor, anchors

if TYPE_CHECKING:
    from .finding import Report

_NOWHERE = Anchor("", "")


def fingerprints(report: Report) -> list[str]:
    """32 hexadecimal digits for each finding, in their order; no two are equal.

    Made from the rule, the file, the place in the code (identity.py) and, for those that have all of this in common,
    their number.
    """
    lines: dict[str, set[int]] = defaultdict(set)
    for finding in report.findings:
        lines[finding.file].add(finding.place.line)
    found = {file: anchors("\n".join(report.lines(file)), wanted, file) for file, wanted in lines.items()}
    number: Counter[tuple[str, str, Anchor]] = Counter()
    made = []
    for finding in report.findings:
        key = finding.code, finding.file, found[finding.file].get(finding.place.line, _NOWHERE)
        number[key] += 1
        said = "\0".join((key[0], key[1], *key[2], str(number[key])))
        made.append(sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return made
