"""The base score of a CVSS v3.1 vector, as section 7 of FIRST's specification document computes it."""

from __future__ import annotations

import math

from flake8_fastapi_review.regex import regex

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES_WHEN_SCOPE_CHANGES = {"N": 0.85, "L": 0.68, "H": 0.5}
_PRIVILEGES = regex(r"/PR:[NLH]/")


class InvalidVector(ValueError):
    """A text that is no complete CVSS v3.1 base vector."""


def base_score(vector: str) -> float:
    """The score, 0.0 to 10.0 with one decimal, of a vector such as "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".

    Raises InvalidVector for another version, a metric that is unknown, missing or given twice.
    """
    letters = _letters(vector)
    weight = {metric: _WEIGHTS[metric][letter] for metric, letter in letters.items()}
    scope_changes = letters["S"] == "C"
    if scope_changes:
        weight["PR"] = _PRIVILEGES_WHEN_SCOPE_CHANGES[letters["PR"]]
    impact_base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    if scope_changes:
        impact = 7.52 * (impact_base - 0.029) - 3.25 * (impact_base - 0.02) ** 15
    else:
        impact = 6.42 * impact_base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    total = impact + exploitability
    return _round_up(min(1.08 * total if scope_changes else total, 10.0))


def required(vector: str, privileges: str) -> str:
    """The vector of a rule for a place where it is known what somebody has to have ("N", "L", "H"; empty: not known).

    Not if somebody else has to take part (UI:R): then it is the victim who gets past what guards the route, and the
    privileges required are those of the attacker (specification, section 2.1.3).
    """
    if not privileges or "/UI:R/" in vector:
        return vector
    return _PRIVILEGES.sub(f"/PR:{privileges}/", vector)


def _letters(vector: str) -> dict[str, str]:
    version, *metrics = vector.split("/")
    if version != "CVSS:3.1":
        raise InvalidVector(f"`{vector}` does not start with CVSS:3.1")
    letters: dict[str, str] = {}
    for part in metrics:
        metric, _, letter = part.partition(":")
        if letter not in _WEIGHTS.get(metric, {}) or metric in letters:
            raise InvalidVector(f"`{part}` in `{vector}` is no base metric, or stands there twice")
        letters[metric] = letter
    if missing := [metric for metric in _WEIGHTS if metric not in letters]:
        raise InvalidVector(f"`{vector}` lacks {', '.join(missing)}")
    return letters


def _round_up(score: float) -> float:
    """To one decimal, upwards, on whole numbers (appendix A of the specification): 4.000001 does not become 4.1."""
    hundred_thousandths = round(score * 100_000)
    if hundred_thousandths % 10_000 == 0:
        return hundred_thousandths / 100_000
    return (math.floor(hundred_thousandths / 10_000) + 1) / 10
