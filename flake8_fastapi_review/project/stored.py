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
    from collections.abc import Iterable, Mapping

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

    def __init__(self, plain: Plain = None) -> None:
        """`plain`: what `with_new` gave. Raises TypeError, ValueError or EOFError for anything else."""
        masks, firsts, groups = ((), (), ()) if plain is None else (*unpacked(plain[0]), plain[1])
        self.masks: dict[Asked, int] = dict(masks)
        """The bits of what each answer was made from."""
        self._firsts: list[str] = list(firsts)
        """Symbol or path of the first answer of each group."""
        self._packed: list[bytes] = list(groups)
        self._groups: dict[int, dict[Asked, Plain]] = {}
        if len(self._firsts) != len(self._packed):
            raise ValueError("the groups of answers do not fit their index")

    def get(self, asked: Asked) -> Plain:
        """An answer that is in `masks`. Raises KeyError if it is lost."""
        return self._group(self._place(asked))[asked]

    def with_new(self, masks: Mapping[Asked, int], new: Mapping[Asked, Plain]) -> Plain:
        """Those of `masks`, of which some are new, as values that `marshal` writes. Groups without new ones stay
        packed as they are; an answer that cannot be written is left out."""
        added: dict[int, dict[Asked, Plain]] = {}
        for asked, answer in new.items():
            added.setdefault(self._place(asked), {})[asked] = answer
        firsts: list[str] = []
        groups: list[bytes] = []
        lost: set[Asked] = set()
        for number in range(max(len(self._packed), 1)):
            if number not in added:
                firsts += self._firsts[number : number + 1]
                groups += self._packed[number : number + 1]
                continue
            known = self._group(number) if number < len(self._packed) else {}
            kept = {asked: answer for asked, answer in known.items() if asked in masks} | added[number]
            for group in _cut(kept, lost):
                firsts.append(_about(next(iter(group))))
                groups.append(packed(group, 1))
        return packed(({asked: mask for asked, mask in masks.items() if asked not in lost}, firsts), 1), groups

    def _place(self, asked: Asked) -> int:
        return max(bisect_right(self._firsts, _about(asked)) - 1, 0)

    def _group(self, number: int) -> dict[Asked, Plain]:
        group = self._groups.get(number)
        if group is None:
            try:
                group = dict(unpacked(self._packed[number]))
            except (ValueError, EOFError, TypeError, IndexError):
                group = {}
            self._groups[number] = group
        return group


def _about(asked: Asked) -> str:
    return asked[1] if len(asked) > 1 and isinstance(asked[1], str) else ""


def _cut(answers: Mapping[Asked, Plain], lost: set[Asked]) -> Iterable[dict[Asked, Plain]]:
    """In groups of one size, all answers about one thing in the same; those that cannot be written go to `lost`."""
    group: dict[Asked, Plain] = {}
    size = 0
    about = ""
    for asked in sorted(answers, key=lambda asked: (_about(asked), repr(asked))):
        try:
            own = len(marshal.dumps(answers[asked]))
        except ValueError:
            lost.add(asked)
            continue
        if group and size + own > _GROUP and _about(asked) != about:
            yield group
            group, size = {}, 0
        group[asked] = answers[asked]
        size += own
        about = _about(asked)
    if group:
        yield group
