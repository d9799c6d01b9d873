"""`check` says again what it said before, while nothing that it was made from has changed.

Asked before anything else is imported: it costs less than to read the command line. A question is the command line as
it was written, and what else decides how an answer looks; so there is no second reading of options, and an answer is
only found by a run that would have come to it.
"""

import os
import sys

from flake8_fastapi_review.unchanged import CACHE_FOLDER, CACHE_VARIABLE, keep, recall, upwards

from . import output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flake8_fastapi_review.unchanged import Ground

_ENVIRONMENT = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", CACHE_VARIABLE)
"""All that the command reads of it."""
_CACHE_OPTION = "--cache-dir"


def answer(arguments: "Sequence[str]") -> int | None:
    """Say what was said to this command line, and return the status; None if it is not known whether it stands."""
    if arguments[:1] != ["check"]:
        return None
    question = _question(arguments)
    for folder in _folders(arguments):
        if (found := recall(folder, question)) is not None:
            printed, complaints, status = found
            output.write(printed, None)
            output.complain(complaints)
            return int(status)
    return None


def remember(
    arguments: "Sequence[str]", folder: str | None, ground: "Ground", printed: str, complaints: str, status: int
) -> None:
    """Keep what was said to a command line for as long as all that it was made from is as it was.

    `folder` is that of the cache."""
    if folder is not None and arguments[:1] == ["check"] and os.path.abspath(folder) in _folders(arguments):
        keep(folder, _question(arguments), ground, (printed, complaints, status))


def _question(arguments: "Sequence[str]") -> object:
    screen = sys.__stdout__
    try:
        width = os.get_terminal_size(screen.fileno()).columns if screen is not None else 0
    except (OSError, ValueError):
        width = 0
    streams = (sys.stdout.isatty(), sys.stderr.isatty(), width)
    return list(arguments), os.getcwd(), streams, [os.environ.get(name) for name in _ENVIRONMENT]


def _folders(arguments: "Sequence[str]") -> "Iterator[str]":
    """Where the cache may be. If that is wrong, nothing is found."""
    wanted = os.environ.get(CACHE_VARIABLE)
    for place, argument in enumerate(arguments):
        if argument == _CACHE_OPTION:
            wanted = arguments[place + 1] if place + 1 < len(arguments) else None
        elif argument.startswith(f"{_CACHE_OPTION}="):
            wanted = argument.partition("=")[2]
    if wanted:
        yield os.path.abspath(wanted)
    elif wanted is None:
        for folder in upwards(os.getcwd()):
            yield os.path.join(folder, CACHE_FOLDER)
