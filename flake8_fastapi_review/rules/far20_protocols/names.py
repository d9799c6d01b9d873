"""Names of a protocol in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(names: Iterable[str]) -> str:
    """The first of the names without its module: `check_quota`; of a pattern with its owner: `Client.*`."""
    name = min(names)
    owner, _, leaf = name.rpartition(".")
    return f"{owner.rpartition('.')[2]}.*" if leaf == "*" else leaf
