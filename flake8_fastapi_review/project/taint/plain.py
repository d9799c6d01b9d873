"""Effects as values that `marshal` writes, and back.

Trails share their beginnings. So do their plain values: what is one value in an effect is one in the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import CLEAN, Effect, Flow, Mark, Source, Step, Trail, Value

if TYPE_CHECKING:
    from .values import Label

Plain = Any
"""Of what `marshal` writes."""


class ToPlain:
    """Makes plain values of effects, which have to live as long as it does."""

    def __init__(self) -> None:
        self._known: dict[int, Plain] = {}

    def effect(self, effect: Effect) -> Plain:
        """The plain form of an effect."""
        result, yielded, flows, checked, confirmed, stored, returns, attached = effect
        return (
            self._value(result),
            self._value(yielded),
            tuple([self._flow(flow) for flow in flows]),
            {self._label(label): kinds for label, kinds in checked.items()},
            {self._label(label): kinds for label, kinds in confirmed.items()},
            {place: self._value(value) for place, value in stored.items()},
            returns,
            {name: self._value(value) for name, value in attached.items()},
        )

    def _flow(self, flow: Flow) -> Plain:
        return tuple(flow._replace(label=self._label(flow.label), trail=self._trail(flow.trail)))

    def _value(self, value: Value) -> Plain:
        if not (value.marks or value.parts or value.own):
            return None
        known = self._known.get(id(value))
        if known is None:
            marks = {self._label(label): self._mark(mark) for label, mark in value.marks.items()}
            parts = {key: self._value(part) for key, part in (value.parts or {}).items()}
            known = self._known[id(value)] = (marks, parts or None, value.own)
        return known

    def _label(self, label: Label) -> Plain:
        origin, part = label
        if not isinstance(origin, Source):
            return label
        known = self._known.get(id(origin))
        if known is None:
            known = self._known[id(origin)] = tuple(origin)
        return known, part

    def _mark(self, mark: Mark) -> Plain:
        known = self._known.get(id(mark))
        if known is None:
            known = self._known[id(mark)] = (mark.safe, self._trail(mark.trail))
        return known

    def _trail(self, trail: Trail | None) -> Plain:
        if trail is None:
            return None
        known = self._known.get(id(trail))
        if known is None:
            known = self._known[id(trail)] = (tuple(trail.step), self._trail(trail.before))
        return known


class FromPlain:
    """Makes effects of plain values again."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}
        self._seen: list[Plain] = []
        """Plain values, which are known by their identity."""

    def effect(self, plain: Plain) -> Effect:
        """What `ToPlain.effect` was given."""
        self._seen.append(plain)
        result, yielded, flows, checked, confirmed, stored, returns, attached = plain
        return Effect(
            self._value(result),
            self._value(yielded),
            tuple([self._flow(flow) for flow in flows]),
            {self._label(label): kinds for label, kinds in checked.items()},
            {self._label(label): kinds for label, kinds in confirmed.items()},
            {place: self._value(value) for place, value in stored.items()},
            returns,
            {name: self._value(value) for name, value in attached.items()},
        )

    def _flow(self, flow: Plain) -> Flow:
        found = Flow._make(flow)
        return found._replace(label=self._label(found.label), trail=self._trail(found.trail))

    def _value(self, plain: Plain) -> Value:
        if plain is None:
            return CLEAN
        known = self._known.get(id(plain))
        if known is None:
            marks, parts, own = plain
            known = self._known[id(plain)] = Value(
                {self._label(label): self._mark(mark) for label, mark in marks.items()},
                {key: self._value(part) for key, part in parts.items()} if parts else None,
                own,
            )
        found: Value = known
        return found

    def _label(self, plain: Plain) -> Label:
        origin, part = plain
        if not isinstance(origin, tuple):
            found: Label = plain
            return found
        source = self._known.get(id(origin))
        if source is None:
            source = self._known[id(origin)] = Source(*origin)
        return source, part

    def _mark(self, plain: Plain) -> Mark:
        known = self._known.get(id(plain))
        if known is None:
            known = self._known[id(plain)] = Mark(plain[0], self._trail(plain[1]))
        found: Mark = known
        return found

    def _trail(self, plain: Plain) -> Trail | None:
        if plain is None:
            return None
        known = self._known.get(id(plain))
        if known is None:
            known = self._known[id(plain)] = Trail(Step(*plain[0]), self._trail(plain[1]))
        found: Trail = known
        return found
