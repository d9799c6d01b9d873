"""The command line of `check` where it is written plainly, without click: to import that takes longer than to look
again at a file that has changed. Whatever is not as plain, wrong ones included, is left to it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS = {
    "--all": ("everything", True),
    "--no-cache": ("no_cache", True),
    "--color": ("color", True),
    "--no-color": ("color", False),
}
_ONE = {"--format": "form", "--fail-on": "fail_on", "--jobs": "jobs", "--cache-dir": "cache_dir"}
_SEVERAL = {
    "--select": "select",
    "--extend-select": "extend_select",
    "--ignore": "ignore",
    "--extend-ignore": "extend_ignore",
}


def run(arguments: Sequence[str]) -> int | None:
    """The status of `check` with these arguments of the program; None if they are not plain."""
    if arguments[:1] != ["check"] or sys.platform == "win32":  # where click expands patterns
        return None
    options = options_of(arguments[1:])
    if options is None:
        return None
    from .checking import check
    from .running import packed

    return check(**packed(options))


def options_of(arguments: Sequence[str]) -> dict[str, Any] | None:
    """What click makes of these arguments of `check`; None for those that are not plain."""
    from .running import split

    paths: list[str] = []
    flags: dict[str, bool | None] = {"everything": False, "no_cache": False, "color": None}
    one = {"form": "text", "fail_on": "minor", "jobs": None, "cache_dir": None}
    several: dict[str, list[str]] = {name: [] for name in _SEVERAL.values()}
    waiting = iter(arguments)
    for argument in waiting:
        if argument in _FLAGS:
            name, value = _FLAGS[argument]
            flags[name] = value
            continue
        if not argument.startswith("-"):
            paths.append(argument)
            continue
        written, separator, given = argument.partition("=")
        if argument.startswith("-j"):
            written, separator, given = "--jobs", argument[2:], argument[2:]
        if not separator:
            given = next(waiting, "-")
        if given.startswith("-"):
            return None
        if written in _ONE:
            one[_ONE[written]] = given
        elif written in _SEVERAL:
            several[_SEVERAL[written]].append(given)
        else:
            return None
    jobs = _known(one)
    if jobs is None:
        return None
    chosen = {name: split(values) for name, values in several.items()}
    return {
        "paths": tuple(paths),
        "outputs": (),
        "stdin_filename": None,
        **flags,
        **one,
        **chosen,
        "jobs": jobs or None,
    }


def _known(one: dict[str, str | None]) -> int | None:
    """How many processes, 0 for as many as is usual; None if one of the values is not among those that there are."""
    from flake8_fastapi_review.report import formats

    from .reporting import THRESHOLDS

    jobs = one["jobs"]
    if one["form"] not in formats.NAMES or one["fail_on"] not in THRESHOLDS:
        return None
    if jobs is None:
        return 0
    return int(jobs) or None if jobs.isascii() and jobs.isdigit() else None
