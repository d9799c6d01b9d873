"""Answers of an earlier run as plain values, with the bits of what each was made from (readings.py).

An answer is known by what was asked ("taint.effect") and by a symbol or path. Those of neighbouring files are packed
together, and unpacked when one of them is wanted.
"""

from __future__ import annotations

import marshal
from bisect import bisect_right
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .cache import packed, unpacked
from .constants import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Plain = Any
"""Of what `marshal` writes."""
Asked = tuple[Any, ...]
"""What was asked, and about what, mostly a symbol ("path:qualname") or a path."""
Told = tuple[Asked, int, Plain]
"""What was asked, the bits of what the answer was made from, and the answer."""

_GROUP = 60_000
"""So many bytes are packed together: less is not packed well, more takes long to unpack for one answer."""


def to_plain(value: Any) -> Plain:
    """A value of which `repr` tells all as one that `marshal` writes. Raises ValueError for anything else."""
    kind = value.__class__
    if kind in _SCALARS:
        return value
    if value is UNKNOWN:
        return [_UNKNOWN]
    if kind is tuple:
        return tuple([to_plain(each) for each in value])
    if kind is list:
        return [None, *map(to_plain, value)]
    if kind is dict:
        return {to_plain(key): to_plain(each) for key, each in value.items()}
    if kind is frozenset:
        return frozenset([to_plain(each) for each in value])
    if issubclass(kind, tuple) and kind.__module__.startswith(_OURS):
        return [f"{kind.__module__}:{kind.__name__}", *map(to_plain, value)]
    raise ValueError(f"not kept: {kind}")


def from_plain(plain: Plain) -> Any:
    """What `to_plain` was given. Named tuples are made of classes of this package, of nothing else."""
    kind = plain.__class__
    if kind is tuple:
        return tuple([from_plain(each) for each in plain])
    if kind is list:
        name, *rest = plain
        if name == _UNKNOWN:
            return UNKNOWN
        fields = [from_plain(each) for each in rest]
        return fields if name is None else _class(name)._make(fields)
    if kind is dict:
        return {from_plain(key): from_plain(each) for key, each in plain.items()}
    if kind is frozenset:
        return frozenset([from_plain(each) for each in plain])
    return plain


_SCALARS = frozenset({str, int, float, complex, bool, bytes, type(None), type(...)})
_UNKNOWN = "?"
_OURS = f"{__name__.partition('.')[0]}."
_classes: dict[str, Any] = {}


def _class(name: str) -> Any:
    found = _classes.get(name)
    if found is None:
        module, _, qualname = name.partition(":")
        if not module.startswith(_OURS):
            raise ValueError(f"not a class of ours: {name}")
        found = getattr(import_module(module), qualname, None)
        if not (isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_make")):
            raise ValueError(f"not a named tuple: {name}")
        _classes[name] = found
    return found


class Stored:
    """The answers of an earlier run."""

    def __init__(self, plain: Plain = ((), (), ())) -> None:
        """`plain`: what `with_new` gave. Raises TypeError or ValueError for anything else."""
        firsts, masks, answers = plain
        self._firsts: list[str] = list(firsts)
        """Symbol or path of the first answer of each group."""
        self._masks: list[bytes] = list(masks)
        self._answers: list[bytes] = list(answers)
        self._unpacked_masks: dict[int, dict[Asked, int]] = {}
        self._unpacked_answers: dict[int, dict[Asked, Plain]] = {}
        if not len(self._firsts) == len(self._masks) == len(self._answers):
            raise ValueError("the groups of answers do not fit their index")

    def mask(self, asked: Asked) -> int | None:
        """The bits of what an answer was made from; None if it is not here."""
        return self._masks_of(self._place(asked)).get(asked)

    def masks(self) -> dict[Asked, int]:
        """Those of all answers."""
        found: dict[Asked, int] = {}
        for number in range(len(self._firsts)):
            found |= self._masks_of(number)
        return found

    def get(self, asked: Asked) -> Plain:
        """An answer that has a mask. Raises KeyError if it is lost."""
        return self._answers_of(self._place(asked))[asked]

    def with_new(self, masks: Mapping[Asked, int], new: Mapping[Asked, Plain]) -> Plain:
        """Those of `masks`, of which some are new, as values that `marshal` writes. The answers of groups without new
        ones stay packed as they are; one that cannot be written is left out."""
        level = 1 if self._firsts else -1  # a whole review has the time to pack well
        by_group: dict[int, list[Asked]] = {}
        for asked in masks:
            by_group.setdefault(self._place(asked), []).append(asked)
        groups: list[tuple[str, bytes, bytes]] = []
        for number in sorted(by_group):
            here = by_group[number]
            if new.keys().isdisjoint(here):
                own = {asked: masks[asked] for asked in here}
                groups.append((self._firsts[number], packed(own, level), self._answers[number]))
                continue
            known = self._answers_of(number)
            answers = {
                asked: new[asked] if asked in new else known[asked] for asked in here if asked in new or asked in known
            }
            for group in _cut(answers):
                own = {asked: masks[asked] for asked in group}
                groups.append((_about(next(iter(group))), packed(own, level), packed(group, level)))
        return [first for first, _, _ in groups], [own for _, own, _ in groups], [group for _, _, group in groups]

    def _place(self, asked: Asked) -> int:
        return max(bisect_right(self._firsts, _about(asked)) - 1, 0)

    def _masks_of(self, number: int) -> dict[Asked, int]:
        masks = self._unpacked_masks.get(number)
        if masks is None:
            masks = self._unpacked_masks[number] = _dictionary(self._masks, number)
        return masks

    def _answers_of(self, number: int) -> dict[Asked, Plain]:
        answers = self._unpacked_answers.get(number)
        if answers is None:
            answers = self._unpacked_answers[number] = _dictionary(self._answers, number)
        return answers


def _dictionary(groups: Sequence[bytes], number: int) -> dict[Asked, Any]:
    """One of some packed dictionaries; empty if it is damaged."""
    try:
        return dict(unpacked(groups[number]))
    except (ValueError, EOFError, TypeError, IndexError):
        return {}


def _cut(answers: Mapping[Asked, Plain]) -> Iterable[dict[Asked, Plain]]:
    """In groups of one size, all answers about one thing in the same; without those that cannot be written."""
    group: dict[Asked, Plain] = {}
    size = 0
    about = ""
    for asked in sorted(answers, key=lambda asked: (_about(asked), repr(asked))):
        try:
            own = len(marshal.dumps(answers[asked]))
        except ValueError:
            continue
        if group and size + own > _GROUP and _about(asked) != about:
            yield group
            group, size = {}, 0
        group[asked] = answers[asked]
        size += own
        about = _about(asked)
    if group:
        yield group


def _about(asked: Asked) -> str:
    return asked[1] if len(asked) > 1 and isinstance(asked[1], str) else ""
