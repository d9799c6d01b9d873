"""A caller's values in the place of a function's parameters."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from .values import (
    ALL,
    BESIDE,
    CLEAN,
    HOST,
    LED,
    NAMED,
    NAMES,
    SEGMENT,
    UPWARDS,
    Flow,
    Label,
    Marks,
    Step,
    Trail,
    Value,
    add_marks,
    appended,
    followed,
    is_harmless,
    is_harmless_at,
    is_place,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .inputs import Inputs
    from .values import Origin

_NOTHING_SAFE: frozenset[str] = frozenset()
_SEGMENT = frozenset({SEGMENT})
_PATH = frozenset({"path"})


class Substitution:
    """The values that a call gives to the origins of a function's Effect."""

    def __init__(self, given: Mapping[Origin, Value], inputs: Inputs, steps: Mapping[Origin, Step]) -> None:
        """`steps`: what is told of the handing over, by origin."""
        self._given = given
        self._inputs = inputs
        self._steps = steps

    def value(self, value: Value) -> Value:
        """`value` of the function called, in terms of the caller."""
        if not value:
            return CLEAN
        found = []
        own: Marks = {}
        for label, mark in value.marks.items():
            actual = self._actual(label)
            if actual is None:
                own[label] = mark
                continue
            if NAMES in mark.safe:
                actual = actual.of_items(Value.keys)
            if actual:
                found.append(self._moved(actual, mark.safe, mark.trail, label[0]))
        parts = {}
        for key, part in (value.parts or {}).items():
            moved = self.value(part)
            if moved or key in value.own:
                parts[key] = moved
        return join([Value(own, parts or None, value.own), *found]) if own or parts else join(found)

    def flows(self, flows: tuple[Flow, ...]) -> Iterator[Flow]:
        """The flows in terms of the caller. Those of inputs that the function takes itself are told there."""
        for flow in flows:
            actual = self._actual(flow.label)
            if not actual:
                continue
            if flow.kind in ("path", "directory"):
                actual = actual.as_path()
            if flow.kind == "program":
                actual = actual.as_command()
            names = flow.names or flow.kind == "fields"
            held = actual.of_items(Value.keys).marks if names else actual.all_marks()
            for label, mark in held.items():
                safe = mark.safe | self._narrowed(label)
                if flow.upwards:
                    safe -= _SEGMENT
                if is_harmless(flow.kind, safe) if flow.settled else is_harmless_at(flow.kind, label, safe):
                    continue
                if (flow.below and HOST in safe) or (flow.named and SEGMENT in safe):
                    continue
                step = self._steps.get(flow.label[0])
                trail = followed(mark.trail, step) if step else mark.trail
                led = flow.led or LED in mark.safe
                beside = flow.beside or BESIDE in mark.safe
                yield flow._replace(label=label, trail=appended(trail, flow.trail), led=led, beside=beside)

    def _actual(self, label: Label) -> Value | None:
        """None for an input that the function takes itself."""
        origin, path = label
        if not isinstance(origin, (int, str)):
            return None
        actual = self._given.get(origin, CLEAN)
        for key in path:
            # Running through a list leaves no trace in a path: what has an attribute is then an item of it.
            if key[:1] == ".":
                actual = actual.of_items(methodcaller("member", key))
            elif actual.is_list and not actual.marks and not is_place(key):
                actual = actual.items().member(key)
            else:
                actual = actual.member(key)
        return actual

    def _moved(self, actual: Value, safe: frozenset[str], trail: Trail | None, origin: Origin) -> Value:
        marks: Marks = {}
        self._inputs.work += len(actual.marks) + 1
        step = self._steps.get(origin)
        for label, mark in actual.marks.items():
            narrowed = self._narrowed(label)
            if ALL in narrowed:
                continue
            passed = followed(mark.trail, step) if step and trail else mark.trail
            kinds = mark.safe | safe | narrowed
            if UPWARDS in safe:
                kinds -= _SEGMENT
            elif NAMED in safe and SEGMENT in kinds:
                kinds |= _PATH
            add_marks(marks, {label: mark._replace(safe=kinds, trail=appended(passed, trail))})
        parts = {key: self._moved(part, safe, trail, origin) for key, part in (actual.parts or {}).items()}
        return Value(marks, parts or None, actual.own)

    def _narrowed(self, label: Label) -> frozenset[str]:
        origin, path = label
        if isinstance(origin, (int, str)):
            return _NOTHING_SAFE
        return self._inputs.narrowed(origin, path)
