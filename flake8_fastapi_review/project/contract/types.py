"""Two types compared, as what requests may hold or as what answers hold.

A request type may become wider, an answer's type narrower; the other way round clients break. Models are compared by
their fields, not by their names.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ..schemas import ANY, Field, Model, Schema
from ..schemas.nodes import UNKNOWN, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..schemas import Answer, Schemas

REQUEST, RESPONSE = "request", "response"
_LISTED = 5
_PAIR = "pair"
"""The kind of a pair of models that is not opened yet."""


class Found(NamedTuple):
    """A difference that breaks clients."""

    kind: str
    """removed, renamed, required, narrowed, widened, changed."""
    side: str
    cause: tuple[Any, ...]
    """Equal for what has one cause."""
    text: str
    """What is told of it, without the route: "`User` no longer has `email`"."""
    place: tuple[str, str | None] | None
    """Class of the head by its symbol, and a member of it; None where the place of the route tells it."""
    was: tuple[str, str | None] | None
    """The same of the base, where that tells more."""
    way: tuple[str, ...]
    """How to get there from where the comparison began: ("items", "[]", "email")."""
    is_deprecated: bool = False

    def below(self, *steps: str) -> Found:
        return self._replace(way=(*steps, *self.way))


class Comparer:
    """Compares types of two projects; pairs of models are compared once.

    `compare` names the pairs of models that it comes to, `opened` puts in their place what is found in them.
    """

    def __init__(self, base: Schemas, head: Schemas) -> None:
        self.base = base
        self.head = head
        self._known: dict[tuple[Any, ...], list[Found]] = {}
        self._differing: dict[tuple[Any, ...], bool] = {}

    def compare(self, old: Schema, new: Schema, side: str, where: _Where, is_text: bool = False) -> list[Found]:
        """The breaks between two types. `is_text`: a parameter, whose values come as text."""
        old, new = self._rooted(old, self.base), self._rooted(new, self.head)
        if side == RESPONSE:
            old, new = _written(old), _written(new)
        if old == new and not any(old.models()) and not any(each.kind == "enum" for each in _parts(old)):
            return []
        if old.kind == "unknown" or new.kind == "unknown":
            return []
        if ANY in (old, new):
            return self._anything(old, new, side, where)
        found: list[Found] = []
        if side == REQUEST and old.is_nullable and not new.is_nullable:
            found.append(where.found("narrowed", side, "no longer takes `null`", "null"))
        if side == RESPONSE and new.is_nullable and not old.is_nullable:
            found.append(where.found("widened", side, "may be `null` now", "null"))
        pairs, gone, added = self._paired(old.members, new.members)
        for one, other in pairs:
            found += self._one(one, other, side, where, is_text)
        if side == REQUEST:
            for each in gone:
                if each.kind != "unknown" and not any(self._covers(one, each, is_text) for one in new.members):
                    found.append(where.found("narrowed", side, f"no longer takes {told(each)}", told(each)))
        else:
            for each in added:
                if each.kind != "unknown" and not any(self._covers(one, each, False) for one in old.members):
                    found.append(where.found("widened", side, f"may be {told(each)} now", told(each)))
        return found

    def answers(self, old: Answer, new: Answer, where: _Where) -> list[Found]:
        """The breaks between two answers, with what is left out of them."""
        limits = (old.only, old.without, old.by_alias), (new.only, new.without, new.by_alias)
        if limits == ((None, frozenset(), True), (None, frozenset(), True)):
            return self.compare(old.type, new.type, RESPONSE, where)
        one, steps = _held_model(self._rooted(old.type, self.base))
        other, _ = _held_model(self._rooted(new.type, self.head))
        if one is None or other is None:
            return self.compare(old.type, new.type, RESPONSE, where)
        first, second = self.base.model(one.name, one.items), self.head.model(other.name, other.items)
        if first is None or second is None:
            return []
        return [
            each.below(*steps)
            for each in self._models(_limited(first, *limits[0]), _limited(second, *limits[1]), RESPONSE)
        ]

    def fields(self, old: Sequence[Field], new: Sequence[Field], side: str, where: _Where) -> list[Found]:
        """The breaks between the parts of a body."""
        found: list[Found] = []
        before = {each.read_as: each for each in old}
        for field in new:
            known = before.get(field.read_as)
            if known is None:
                if field.is_required:
                    found.append(where.found("required", side, f"needs `{field.read_as}` now", "+" + field.read_as))
                continue
            inner = where.inside(field.read_as)
            if field.is_required and not known.is_required:
                found.append(inner.found("required", side, "is required now", "required").below(field.read_as))
            found += [each.below(field.read_as) for each in self.compare(known.type, field.type, side, inner)]
        return found

    def opened(self, found: list[Found]) -> list[Found]:
        """With what is found in pairs of models, each pair once: where it is come to first."""
        told: list[Found] = []
        seen: set[tuple[Any, ...]] = set()
        waiting = list(found)
        while waiting:
            later: list[Found] = []
            for each in waiting:
                if each.kind != _PAIR:
                    told.append(each)
                elif each.cause not in seen and self._differs(each.cause):
                    seen.add(each.cause)
                    later += [inner.below(*each.way) for inner in self._pair(*each.cause)]
            waiting = later
        return told

    def _differs(self, pair: tuple[Any, ...]) -> bool:
        """Whether anything is found in a pair of models, or in those that they hold."""
        known = self._differing.get(pair)
        if known is not None:
            return known
        holders: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {pair: []}
        waiting = [pair]
        differing: list[tuple[Any, ...]] = []
        while waiting:
            current = waiting.pop()
            found = self._pair(*current)
            if any(each.kind != _PAIR or self._differing.get(each.cause) for each in found):
                differing.append(current)
            for each in found:
                if each.kind == _PAIR and each.cause not in self._differing:
                    if each.cause not in holders:
                        holders[each.cause] = []
                        waiting.append(each.cause)
                    holders[each.cause].append(current)
        self._differing.update(dict.fromkeys(holders, False))
        while differing:
            current = differing.pop()
            if not self._differing[current]:
                self._differing[current] = True
                differing += holders[current]
        return self._differing[pair]

    # Parts

    @staticmethod
    def _rooted(schema: Schema, schemas: Schemas) -> Schema:
        """What a root model holds."""
        for _ in range(5):
            model = schemas.model(schema.name, schema.items) if schema.kind == "model" else None
            if model is None or model.root is None:
                break
            schema = model.root
        if schema.kind == "union" and any(each.kind == "model" for each in schema.items):
            opened = union([Comparer._rooted(each, schemas) for each in schema.items])
            return opened._replace(constraints=schema.constraints) if opened.kind == "union" else opened
        return schema

    def _anything(self, old: Schema, new: Schema, side: str, where: _Where) -> list[Found]:
        if side == REQUEST and old == ANY and new != ANY:
            return [where.found("narrowed", side, f"takes only {told(new)} now", "any")]
        if side == RESPONSE and new == ANY and old != ANY:
            return [where.found("widened", side, f"may be anything now, was {told(old)}", "any")]
        return []

    def _paired(
        self, old: tuple[Schema, ...], new: tuple[Schema, ...]
    ) -> tuple[list[tuple[Schema, Schema]], list[Schema], list[Schema]]:
        """The members of two unions that correspond, and those of each that are left."""
        pairs: list[tuple[Schema, Schema]] = []
        gone, added = list(old), list(new)
        for alike in (_same, _similar):
            for one in list(gone):
                other = next((each for each in added if alike(one, each)), None)
                if other is not None:
                    pairs.append((one, other))
                    gone.remove(one)
                    added.remove(other)
        if len(gone) == 1 and len(added) == 1 and (len(old) == len(new) == 1 or gone[0].kind == added[0].kind):
            return [*pairs, (gone[0], added[0])], [], []
        return pairs, gone, added

    def _one(self, old: Schema, new: Schema, side: str, where: _Where, is_text: bool) -> list[Found]:
        if old.kind == "unknown" or new.kind == "unknown":
            return []
        match (old.kind, new.kind):
            case ("model", "model"):
                return [Found(_PAIR, side, (old, new, side), "", None, None, ())]
            case ("enum", "enum"):
                return self._enums(old, new, side, where)
            case ("array", "array"):
                inner = self.compare(old.items[0], new.items[0], side, where.inside("[]"), is_text)
                return [*self._limits(old, new, side, where), *(each.below("[]") for each in inner)]
            case ("map", "map"):
                return [each.below("{}") for each in self.compare(old.items[1], new.items[1], side, where.inside("{}"))]
            case ("tuple", "tuple") if len(old.items) == len(new.items):
                return [
                    each.below(f"[{position}]")
                    for position, (one, other) in enumerate(zip(old.items, new.items, strict=True))
                    for each in self.compare(one, other, side, where.inside(f"[{position}]"))
                ]
        wide, narrow = (new, old) if side == REQUEST else (old, new)
        if not self._covers(wide, narrow, is_text and side == REQUEST):
            kind = "narrowed" if side == REQUEST else "widened"
            verb = "takes" if side == REQUEST else "is"
            return [where.found(kind, side, f"{verb} {told(new)} now, was {told(old)}", "type")]
        return self._limits(old, new, side, where)

    def _covers(self, wide: Schema, narrow: Schema, is_text: bool) -> bool:
        """Whether every value of the one is a value of the other, as far as kinds tell."""
        if ANY in (wide, narrow):
            return wide == ANY
        match (wide.kind, narrow.kind):
            case ("string", "string"):
                return wide.name in ("", narrow.name)
            case ("string", "enum"):
                return wide.name == "" and all(isinstance(value, str) for value in narrow.values or ())
            case ("string", _) if is_text and not wide.name:
                return narrow.is_scalar
            case ("integer" | "number", "enum"):
                return all(isinstance(value, (int, float)) for value in narrow.values or ())
            case ("number", "integer"):
                return wide.name == ""
            case ("number", "number"):
                return wide.name == narrow.name
            case ("map", "model"):
                return wide.items[1] == ANY
            case ("array", "tuple"):
                return wide.items[0] == ANY
            case ("array", _) if is_text:
                return any(self._covers(each, narrow, True) for each in wide.items[0].members)
            case ("enum", "enum"):
                if wide.values is None or narrow.values is None:
                    return True
                return set(map(repr, narrow.values)) <= set(map(repr, wide.values))
            case ("enum", "boolean"):
                return False
        return wide.kind == narrow.kind

    def _enums(self, old: Schema, new: Schema, side: str, where: _Where) -> list[Found]:
        if old.values is None or new.values is None:
            return []
        gone = [value for value in old.values if value not in new.values]
        added = [value for value in new.values if value not in old.values]
        is_text = any(isinstance(value, str) for value in (*old.values, *new.values))
        values, verb = (gone, "no longer takes") if side == REQUEST else (added, "may be")
        kind, after = ("narrowed", "") if side == REQUEST else ("widened", " now")
        if not values:
            return []
        text = f"{verb} {_listed([_shown(value, is_text) for value in values])}{after}"
        if not new.name:
            return [where.found(kind, side, text, "values")]
        was = (old.name, None) if old.name else None
        name = f"`{_leaf(new.name)}`"
        return [Found(kind, side, ("values", new.name, side), f"{name} {text}", (new.name, None), was, ())]

    def _limits(self, old: Schema, new: Schema, side: str, where: _Where) -> list[Found]:
        if side != REQUEST:
            return []
        return [where.found("narrowed", side, text, f"limit {name}") for name, text in _narrowed(old, new)]

    # Models

    def _pair(self, old: Schema, new: Schema, side: str) -> list[Found]:
        key = (old, new, side)
        known = self._known.get(key)
        if known is None:
            first, second = self.base.model(old.name, old.items), self.head.model(new.name, new.items)
            known = self._known[key] = [] if first is None or second is None else self._models(first, second, side)
        return known

    def _models(self, old: Model, new: Model, side: str) -> list[Found]:
        if not (old.is_complete and new.is_complete) or old.is_custom or new.is_custom:
            return []
        if "namedtuple" in (old.kind, new.kind):
            return []
        return self._requested(old, new) if side == REQUEST else self._answered(old, new)

    def _requested(self, old: Model, new: Model) -> list[Found]:
        found: list[Found] = []
        before = {each.read_as: each for each in old.fields if not each.is_computed}
        after = {each.read_as: each for each in new.fields if not each.is_computed}
        for name, field in after.items():
            known = before.get(name)
            if known is None:
                if field.is_required:
                    said = _same_field(field, old)
                    text = f"`{new.name}` needs `{name}` now" + (f", was `{said.read_as}`" if said else "")
                    found.append(_of_field("required", REQUEST, field, text, "new"))
                continue
            where = _Where(field, new.name)
            if field.is_required and not known.is_required:
                found.append(where.found("required", REQUEST, "is required now", "required").below(name))
            found += [each.below(name) for each in self.compare(known.type, field.type, REQUEST, where)]
        if new.setting("extra") == "forbid":
            for name, field in before.items():
                if name not in after:
                    gone = _of_field("narrowed", REQUEST, field, f"`{new.name}` no longer takes `{name}`", "gone")
                    found.append(gone._replace(place=(new.symbol, None), was=(field.owner, field.name)))
        return found

    def _answered(self, old: Model, new: Model) -> list[Found]:
        found: list[Found] = []
        after = {each.written_as: each for each in new.fields if not each.is_excluded}
        for field in old.fields:
            if field.is_excluded:
                continue
            name = field.written_as
            other = after.get(name)
            if other is None:
                renamed = _same_field(field, new)
                if renamed is not None and not renamed.is_excluded:
                    text = f"`{name}` of `{new.name}` is `{renamed.written_as}` now"
                    gone = _of_field("renamed", RESPONSE, field, text, "gone")
                    found.append(gone._replace(place=(renamed.owner, renamed.name), way=(name,)))
                else:
                    text = f"`{new.name}` no longer has `{name}`"
                    gone = _of_field("removed", RESPONSE, field, text, "gone")
                    owner = field.owner if self.head.kind(field.owner) is not None else new.symbol
                    found.append(
                        gone._replace(
                            place=(renamed.owner, renamed.name) if renamed is not None else (owner, None),
                            way=(name,),
                            is_deprecated=field.setting("deprecated") is True,
                        )
                    )
                continue
            if field.setting("serialized") or other.setting("serialized"):
                continue
            where = _Where(other, new.name)
            found += [each.below(name) for each in self.compare(field.type, other.type, RESPONSE, where)]
        return found


class _Where:
    """What a difference is about: a field, or a part of a request that the caller names."""

    def __init__(self, field: Field | None, name: str, cause: tuple[Any, ...] = (), inner: str = "") -> None:
        self.field = field
        self.name = name
        self.cause = cause
        self._inner = inner

    def inside(self, step: str) -> _Where:
        """A part of it."""
        text = step if step.startswith(("[", "{")) else f".{step}"
        return _Where(self.field, self.name, self.cause, self._inner + text)

    def found(self, kind: str, side: str, what: str, mark: str) -> Found:
        if self.field is None:
            subject = f"{self.name} {self._inner.lstrip('.')}".strip() if self._inner else self.name
            return Found(kind, side, (*self.cause, side, self._inner, mark), f"{subject} {what}", None, None, ())
        wire = self.field.read_as if side == REQUEST else self.field.written_as
        subject = f"`{wire}{self._inner}` of `{self.name}`"
        cause = ("field", self.field.owner, self.field.name, side, self._inner, mark)
        place = (self.field.owner, self.field.name)
        return Found(kind, side, cause, f"{subject} {what}", place, place, ())


def part(name: str, cause: tuple[Any, ...]) -> _Where:
    """A part of a request or answer that is no field of a model, by the name that messages give it."""
    return _Where(None, name, cause)


def _of_field(kind: str, side: str, field: Field, text: str, mark: str) -> Found:
    name = field.read_as if side == REQUEST else field.written_as
    place = (field.owner, field.name)
    return Found(kind, side, ("field", *place, side, mark), text, place, place, (name,))


def _same_field(field: Field, model: Model) -> Field | None:
    """The field of the other side that is the same in Python."""
    return model.field(field.name)


def _limited(model: Model, only: frozenset[str] | None, without: frozenset[str], by_alias: bool) -> Model:
    fields = [each for each in model.fields if (only is None or each.name in only) and each.name not in without]
    if not by_alias:
        fields = [each._replace(written_as=each.name) for each in fields]
    return model._replace(fields=tuple(fields))


def _held_model(schema: Schema) -> tuple[Schema | None, tuple[str, ...]]:
    """The model that an answer is, or a list of."""
    members = schema.members
    if len(members) != 1:
        return None, ()
    if members[0].kind == "array":
        held, steps = _held_model(members[0].items[0])
        return held, ("[]", *steps)
    return (members[0], ()) if members[0].kind == "model" else (None, ())


def _written(schema: Schema) -> Schema:
    """What answers hold of it, after serialisers."""
    written = schema.constraint("written_as")
    if isinstance(written, Schema):
        return written
    if schema.kind == "union":
        members = [_written(each) for each in schema.items]
        return ANY if ANY in members else union(members)
    return schema


def _parts(schema: Schema) -> Iterator[Schema]:
    yield schema
    for each in schema.items:
        yield from _parts(each)


def _same(one: Schema, other: Schema) -> bool:
    if one.kind in ("model", "enum"):
        return one.kind == other.kind and _leaf(one.name) == _leaf(other.name) and bool(one.name)
    return one.kind == other.kind and one.name == other.name and one.items == other.items


def _similar(one: Schema, other: Schema) -> bool:
    return one.kind == other.kind and one.kind != "model" and (one.kind != "string" or one.name == other.name)


def _leaf(symbol: str) -> str:
    return symbol.rpartition(":")[2].rpartition(".")[2]


def told(schema: Schema) -> str:
    """A type in a message."""
    match schema.kind:
        case "model":
            return f"`{_leaf(schema.name)}`"
        case "enum":
            if schema.name:
                return f"`{_leaf(schema.name)}`"
            return " or ".join(_shown(value, True) for value in (schema.values or ())[:4]) or "one of some values"
        case "array" | "tuple":
            return f"a list of {told(schema.items[0])}" if schema.kind == "array" else "a list of fixed length"
        case "map":
            return "an object of any keys"
        case "union":
            return " or ".join(told(each) for each in schema.items)
        case "null":
            return "`null`"
        case "any":
            return "anything"
        case "file":
            return "a file"
        case kind:
            article = "an" if kind[0] in "aeio" else "a"
            return f"{article} {kind}" + (f" ({schema.name})" if schema.name else "")


def _listed(texts: list[str]) -> str:
    if len(texts) > _LISTED:
        texts = [*texts[: _LISTED - 1], f"{len(texts) - _LISTED + 1} more"]
    return " or ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))


def _shown(value: Any, is_text: bool) -> str:
    return f'`"{value}"`' if is_text and isinstance(value, str) else f"`{value}`"


def _narrowed(old: Schema, new: Schema) -> Iterator[tuple[str, str]]:
    """The constraints of the new type that values of the old one may fail."""
    before, after = dict(old.constraints), dict(new.constraints)
    if any(value is UNKNOWN for value in (*before.values(), *after.values())):
        return
    low, high = _bounds(before, new.kind)
    lower, higher = _bounds(after, new.kind)
    if lower > low:
        yield "minimum", f"must be {_bound(after, ('ge', 'gt'))} now" + _was(before, ("ge", "gt"))
    if higher < high:
        yield "maximum", f"must be {_bound(after, ('le', 'lt'))} now" + _was(before, ("le", "lt"))
    unit = "items" if new.kind == "array" else "characters"
    if after.get("min_length", 0) > before.get("min_length", 0):
        yield "min_length", f"needs {after['min_length']} {unit} or more now"
    if after.get("max_length", math.inf) < before.get("max_length", math.inf):
        was = f", were {before['max_length']}" if "max_length" in before else ""
        yield "max_length", f"may have {after['max_length']} {unit} now{was}"
    if after.get("pattern") not in (None, before.get("pattern")):
        yield "pattern", f"must match `{after['pattern']}` now"
    step, known = after.get("multiple_of"), before.get("multiple_of")
    if step and (not known or known % step):
        yield "multiple_of", f"must be a multiple of {step} now"
    for name in ("max_digits", "decimal_places"):
        if after.get(name, math.inf) < before.get(name, math.inf):
            yield name, f"may have {after[name]} {name.replace('_', ' ').removeprefix('max ')} now"


def _bounds(constraints: dict[str, Any], kind: str) -> tuple[float, float]:
    step = 1.0 if kind == "integer" else 1e-9
    low, high = -math.inf, math.inf
    for name, value in constraints.items():
        if not isinstance(value, (int, float)):
            continue
        if name in ("ge", "gt"):
            low = max(low, value + (step if name == "gt" else 0))
        elif name in ("le", "lt"):
            high = min(high, value - (step if name == "lt" else 0))
    return low, high


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _bound(constraints: dict[str, Any], names: tuple[str, ...]) -> str:
    return " and ".join(f"{_SIGNS[name]} {constraints[name]}" for name in names if name in constraints)


def _was(constraints: dict[str, Any], names: tuple[str, ...]) -> str:
    text = _bound(constraints, names)
    return f", was {text}" if text else ""
