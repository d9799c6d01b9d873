"""All rules. Written by `python -m flake8_fastapi_review.registry`; do not edit."""

# fmt: off
from __future__ import annotations

from typing import Any

ROWS: tuple[tuple[Any, ...], ...] = ()


def structural() -> dict[str, Any]:
    """What `astgrep` needs of each structural rule, by code."""
    return {}
