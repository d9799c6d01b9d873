"""Regular expressions that are compiled when they are first used.

A start imports a hundred of them and uses a third; the others would cost a twentieth of the time in which a file that
has changed is looked at again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from typing import Any

_MEMBERS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "flags", "groups")


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, later: what is wrong in `source` is told at the first use."""
    return cast("re.Pattern[AnyStr]", _Regex(source, flags))


class _Regex:
    """Becomes what it stands for when something is asked of it."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._source, self._flags)
        for member in _MEMBERS:
            setattr(self, member, getattr(compiled, member))
        return getattr(compiled, name)
