"""What a project may demand of itself under `[tool.fastapi-review.protocols.NAME]`, and the rules that ask for it.

A protocol is a table of names: of an operation that must be checked before and accounted for after it, or of what
identifies a row. Names are qualified ("app.quota.check_quota"); without a dot a name stands for whatever is called so.
"""

from __future__ import annotations

KEYS: dict[str, str] = {
    "operations": "frozenset[str]",
    "checks": "frozenset[str]",
    "consume": "frozenset[str]",
    "failures": "frozenset[str]",
    "status": "int",
    "fields": "frozenset[str]",
    "models": "frozenset[str]",
    "key": "tuple[str, ...]",
    "forbidden": "frozenset[str]",
    "state": "frozenset[str]",
    "source": "str",
}
"""Key of a protocol → the type of its value, as `registry.converted` reads it."""

NEEDS: dict[str, tuple[str, ...]] = {
    "FAR200": ("operations", "checks"),
    "FAR201": ("operations", "consume"),
    "FAR202": ("checks", "status"),
    "FAR203": ("models", "key", "forbidden"),
    "FAR204": ("models", "key"),
    "FAR205": ("state", "source"),
}
"""Rule → the keys without which a protocol says nothing to it."""
