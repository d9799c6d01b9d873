"""What a finding puts at risk, by the decade of its rule."""

from __future__ import annotations

from enum import Enum

INTERNAL = "FAR000"

INPUTS = ("FAR03", "FAR04", "FAR15")
"""Families about what a client sends, uploads or names, and where that ends."""

FLOWS = ("FAR00", *INPUTS)
"""Families whose related places are a way: of calls that lead to the harm, or of data. Others only hint."""

FAMILIES = {
    "FAR00": "event loop",
    "FAR01": "errors",
    "FAR02": "secrets",
    "FAR03": "injection",
    "FAR04": "injection",
    "FAR05": "access",
    "FAR06": "sessions and transactions",
    "FAR07": "queries",
    "FAR08": "routes",
    "FAR09": "contracts",
    "FAR10": "schemas",
    "FAR11": "dependencies",
    "FAR12": "other services",
    "FAR13": "shared state and tasks",
    "FAR14": "jobs and time",
    "FAR15": "files and dynamic loading",
    "FAR16": "migrations",
    "FAR17": "SQLite",
    "FAR18": "caches and websockets",
    "FAR19": "logging",
    "FAR20": "the project's policies",
    "FAR21": "structure",
    "FAR22": "configuration of models",
    "FAR9": "the project's own rules",
}
"""Decade → what its rules are about."""


class Risk(Enum):
    """The harm that a family of rules is about; the value is the word of the reports."""

    SECURITY = "security"
    INTEGRITY = "data integrity"
    CRASH = "crash"
    PERFORMANCE = "performance"
    CONTRACT = "contract"
    QUALITY = "code quality"


_BY_PREFIX = {
    "FAR00": Risk.PERFORMANCE,
    "FAR003": Risk.INTEGRITY,
    "FAR006": Risk.CRASH,
    "FAR01": Risk.CRASH,
    "FAR010": Risk.CONTRACT,
    "FAR013": Risk.INTEGRITY,
    "FAR014": Risk.CONTRACT,
    "FAR016": Risk.CONTRACT,
    "FAR017": Risk.QUALITY,
    "FAR018": Risk.QUALITY,
    "FAR02": Risk.SECURITY,
    "FAR03": Risk.SECURITY,
    "FAR04": Risk.SECURITY,
    "FAR05": Risk.SECURITY,
    "FAR06": Risk.INTEGRITY,
    "FAR07": Risk.PERFORMANCE,
    "FAR072": Risk.CRASH,
    "FAR078": Risk.INTEGRITY,
    "FAR08": Risk.CONTRACT,
    "FAR09": Risk.CONTRACT,
    "FAR092": Risk.CRASH,
    "FAR10": Risk.CONTRACT,
    "FAR11": Risk.INTEGRITY,
    "FAR110": Risk.QUALITY,
    "FAR111": Risk.CRASH,
    "FAR112": Risk.CRASH,
    "FAR113": Risk.QUALITY,
    "FAR115": Risk.CRASH,
    "FAR116": Risk.CRASH,
    "FAR117": Risk.QUALITY,
    "FAR118": Risk.QUALITY,
    "FAR119": Risk.PERFORMANCE,
    "FAR12": Risk.CRASH,
    "FAR121": Risk.PERFORMANCE,
    "FAR125": Risk.PERFORMANCE,
    "FAR128": Risk.PERFORMANCE,
    "FAR13": Risk.INTEGRITY,
    "FAR133": Risk.CRASH,
    "FAR136": Risk.CRASH,
    "FAR137": Risk.CRASH,
    "FAR138": Risk.CRASH,
    "FAR139": Risk.CRASH,
    "FAR14": Risk.CRASH,
    "FAR144": Risk.INTEGRITY,
    "FAR15": Risk.SECURITY,
    "FAR16": Risk.INTEGRITY,
    "FAR17": Risk.INTEGRITY,
    "FAR172": Risk.PERFORMANCE,
    "FAR176": Risk.PERFORMANCE,
    "FAR177": Risk.PERFORMANCE,
    "FAR18": Risk.PERFORMANCE,
    "FAR182": Risk.INTEGRITY,
    "FAR185": Risk.CRASH,
    "FAR186": Risk.CRASH,
    "FAR187": Risk.CRASH,
    "FAR19": Risk.QUALITY,
    "FAR20": Risk.INTEGRITY,
    "FAR21": Risk.QUALITY,
    "FAR217": Risk.CRASH,
    "FAR22": Risk.CONTRACT,
}


def risk_of(code: str, cvss_score: float | None = None) -> Risk:
    """The risk of a finding with this code. A rule with a CVSS vector is about security wherever it stands."""
    if cvss_score is not None:
        return Risk.SECURITY
    return _BY_PREFIX.get(code[:6]) or _BY_PREFIX.get(code[:5]) or Risk.QUALITY
