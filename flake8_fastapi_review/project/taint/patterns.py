"""What a regular expression lets through."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_DANGEROUS = "/\\'\";<>&|`$(){}\n\r"
"""Characters that some sink gives a meaning to."""


@lru_cache(maxsize=256)
def is_strict(pattern: Any, *, anchored: bool) -> bool:
    """Whether a text that matches holds none of the characters that injections need. `anchored`: the whole text is
    matched; otherwise the pattern must end in `$` or `\\Z`."""
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
    if not isinstance(pattern, str):
        return False
    whole = anchored or (pattern.endswith(("$", r"\Z", r"\z")) and not pattern.endswith(r"\$"))
    if not whole:
        return False
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return True  # not known what it does
    # A dangerous character that fits nowhere by itself, doubled, or between harmless ones.
    probes = [
        before + character * count + after
        for character in _DANGEROUS
        for count in (1, 2)
        for before in ("", "a", "1", "aaaaaaaa", "a-a.")
        for after in ("", "a", "1", "aaaaaaaa", ".aa")
    ]
    return not any(compiled.fullmatch(probe) for probe in probes)
