"""What a project has put up with until now: how many findings of which rule stand in which function of which file.

A baseline lets a project adopt the tool without mending everything first. Findings that it holds are left out by check,
review and the flake8 plugins alike; it is a file of the project, in version control. It never names lines, so it
outlives shifted code, and it holds counts, so equal findings need no names. Where a function has more findings of a
rule than the baseline allows, all of them are told: nothing says which one is new.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from .config import BASELINE, Problem, brief
from .records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from .config import Config
    from .files import Files
    from .rule import Violation

_VERSION = 1
_INTERNAL = "FAR000"

Counts = dict[str, dict[str, int]]
"""Code → context (qualified name of the function or class around, "" for none) → how many findings."""


class Baseline(NamedTuple):
    """The baseline of a project."""

    path: str
    """Of its file, absolute."""
    ceilings: dict[str, Counts]
    """By file, relative to the project's root."""


class Broken(Exception):
    """The file is there, or is named in the configuration, and is no baseline; says why."""


def place(config: Config) -> str:
    """Where the baseline of a project is kept, absolute."""
    return os.path.normpath(os.path.join(config.root, config.baseline or BASELINE))


def of(config: Config, files: Files) -> tuple[Baseline | None, Problem | None]:
    """The baseline of a project, None if it has none, and what is wrong with it: then every finding is told."""
    path = place(config)
    try:
        found = read(path, files)
    except Broken as broken:
        line = re.search(r"\bline (\d+)", str(broken))
        return None, Problem(path, int(line[1]) if line else None, f"{broken}; all findings are told")
    if found is None and config.baseline:
        return None, Problem(path, None, f"there is no baseline {config.baseline}; `fastapi-review baseline` writes it")
    return found, None


def read(path: str, files: Files) -> Baseline | None:
    """The baseline in a file, None if there is no such file. Raises Broken."""
    name = os.path.basename(path)
    try:
        data = files.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Broken(f"{name} cannot be read: {error.strerror or error}") from None
    try:
        plain = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise Broken(f"{name} is no baseline: {error}") from None
    return Baseline(path, _checked(plain, name))


def _checked(plain: Any, name: str) -> dict[str, Counts]:
    if not isinstance(plain, dict) or plain.get("version") != _VERSION:
        said = brief(plain.get("version") if isinstance(plain, dict) else plain)
        raise Broken(f"{name} is no baseline of this version: `version` must be {_VERSION}, not {said}")
    found = plain.get("findings")
    if not isinstance(found, dict):
        raise Broken(f"{name} is no baseline: `findings` must be an object, not {brief(found)}")
    for file, codes in found.items():
        for code, contexts in codes.items() if isinstance(codes, dict) else [("", None)]:
            if not isinstance(contexts, dict) or not all(
                isinstance(number, int) and number > 0 for number in contexts.values()
            ):
                raise Broken(
                    f"{name} is no baseline: {brief(file)} must hold rule → context → count, see {brief(code)}"
                )
    return found


def parted(
    found: Sequence[Violation], contexts: Sequence[str], ceilings: Counts | None
) -> tuple[list[Violation], list[Violation]]:
    """The findings in a file that stand, and those that its baseline holds; `contexts` are theirs, one by one."""
    if not ceilings or not found:
        return list(found), []
    number = counted(found, contexts)
    stands: list[Violation] = []
    held: list[Violation] = []
    for violation, context in zip(found, contexts, strict=True):
        ceiling = ceilings.get(violation.code, {}).get(context, 0)
        is_held = violation.code in number and number[violation.code][context] <= ceiling
        (held if is_held else stands).append(violation)
    return stands, held


def counted(found: Iterable[Violation], contexts: Iterable[str]) -> Counts:
    """Findings as a baseline holds them. What the tool says of itself is never among them."""
    number = Counter(
        (violation.code, context)
        for violation, context in zip(found, contexts, strict=True)
        if violation.code != _INTERNAL
    )
    counts: Counts = {}
    for (code, context), amount in sorted(number.items()):
        counts.setdefault(code, {})[context] = amount
    return counts


class Renewed(NamedTuple):
    """A baseline after a review."""

    ceilings: dict[str, Counts]
    held: int
    """Findings that it holds."""
    pruned: int
    """How many less it allows than before."""
    above: int
    """Findings that it does not hold: new since it was written."""


def renewed(
    before: Mapping[str, Counts],
    now: Mapping[str, Counts],
    reviewed: Collection[str],
    gone: Collection[str],
    codes: Collection[str] | None,
    may_rise: bool,
) -> Renewed:
    """The baseline that follows from what a review found (`now`, by file).

    Of the files `reviewed`, and of rules in `codes` (None: of all), ceilings sink to what is found; they rise only if
    `may_rise`. Files that are `gone` are dropped, and other files and rules stay as they are.
    """
    ceilings: dict[str, Counts] = {}
    held = pruned = above = 0
    for file in sorted({*before, *now}):
        old, new = before.get(file, {}), now.get(file, {})
        kept: Counts = {}
        for code in sorted({*old, *new}):
            is_known = (file in reviewed or file in gone) and (codes is None or code in codes)
            for context in sorted({*old.get(code, {}), *new.get(code, {})}):
                was, found = old.get(code, {}).get(context, 0), new.get(code, {}).get(context, 0)
                ceiling = was if not is_known else found if may_rise else min(was, found)
                if ceiling:
                    kept.setdefault(code, {})[context] = ceiling
                if is_known:
                    # All of a group are told where there are more than the baseline allows.
                    held += found if found <= ceiling else 0
                    above += found if found > ceiling else 0
                pruned += max(was - ceiling, 0)
        if kept:
            ceilings[file] = kept
    return Renewed(ceilings, held, pruned, above)


def written(ceilings: Mapping[str, Counts]) -> str:
    """The text of a baseline's file: sorted, an entry a line, so that branches merge."""
    plain = {"version": _VERSION, "findings": {file: ceilings[file] for file in sorted(ceilings)}}
    return json.dumps(plain, indent=2, sort_keys=False, ensure_ascii=True) + "\n"
