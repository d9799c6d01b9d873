"""What is known of a value: which untrusted inputs are in it, in which parts, and what they can no longer do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...knowledge.flows import SINKS
from ...records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..type_terms import Type

ALL = "*"
"""Safe for every kind of sink."""

RESOLVED = "resolved"
"""Not a kind of sink: the path has no `..` any more, so that comparing its beginning tells where it leads."""

CONTAINED = "contained"
"""Not a kind of sink: the path begins with a folder of the project's choice, if it was given without `..`."""

SEGMENT = "segment"
"""Not a kind of sink: a text without separators, which leads one folder up at most, and nowhere as the name of a
file."""

UPWARDS = "upwards"
"""Not a kind of sink: a part of a path which the name of a file follows that a client chooses, too: if it is `..`, that
file is looked for one folder up, whether it held separators or not."""

NAMED = "named"
"""Not a kind of sink: a part of a path that surely is no `..`, if it is a text without separators."""

HOST = "host"
"""Not a kind of sink: the host of a URL, which ends where a fixed domain follows."""

BELOW = "below"
"""Not a kind of sink: a fixed domain follows, which a host would be a name below."""

KEYS = "keys"
"""Not a kind of sink: the names in a dictionary are the project's own."""

UNQUOTED = "unquoted"
"""Not a kind of sink: it was looked at without its quotes, so that taking them off changes nothing."""

CONTENT = "content"
"""Not a kind of sink: the bytes of a file, or where they were written to, and not the name of one."""

MEMBER = "member"
"""Not a kind of sink: it stands in an archive, or is the archive."""

ANY = "[*]"
"""The part of a container that holds what was put in under a name that is not known."""

LATER = "[+]"
"""The part of a list that holds what follows its first items."""

OPTION = "[=]"
"""The part of a dictionary under a name that the code has in a constant which is not known: `settings[self.option]`."""

WRITTEN = frozenset(SINKS) - {"archive", "pickle", "xml"} | {CONTENT}
"""What is written to a file harms only those who read it."""

LED = "led"
"""Not a kind of sink: something that is not the input stands before it, as the folder that a path lies in."""

BESIDE = "beside"
"""Not a kind of sink: the path has no `..`, and its text begins like a folder of the project's choice; one beside that
folder may begin like it, too."""

PREFIXED = frozenset({"url", "redirect", "module", "program", LED})
"""Kinds for which only the beginning of a text counts."""

NONE: frozenset[str] = frozenset()
NAMES = "names"
"""Not a kind of sink: the names in a dictionary of a client's choice."""

_SEGMENT = frozenset({SEGMENT})
_UPWARDS = frozenset({UPWARDS})
_KEYS = frozenset({KEYS})
_NAMES = frozenset({NAMES})

_TOLD_BY_CLIENTS = frozenset({".filename", ".headers", ".content_type"})
"""Parts of an upload that are texts of a client's choice."""

MAX_PATH = 4
"""Attributes and keys deeper than this are not told apart."""

_MAX_DEPTH = 5
_MAX_SIZE = 100
"""Parts within parts, and parts in all, beyond which they are not told apart: objects that hold each other have no
end."""


MAX_INPUTS = 120
"""An effect tells of so many inputs in a value one by one."""

MAX_FLOWS = 60
"""And of so many ways to sinks."""


class Source(NamedTuple):
    """An input that a client controls."""

    kind: str
    """path, query, header, cookie, body, form, file, url or message (of a websocket)."""
    name: str
    """The parameter; empty for a whole request body."""
    path: str
    line: int
    symbol: str
    """The function that takes it."""
    type: Type | None


Origin = int | str | Source
"""Where an input comes from: a parameter of the function that is looked at, by position; a variable of a function
around it, by name; or a source."""

Label = tuple[Origin, tuple[str, ...]]
"""An origin and the part of it: `(".user", ".name")`, `("[name]",)`."""


class Step(NamedTuple):
    """A place that an input passes."""

    path: str
    line: int
    text: str


class Trail(NamedTuple):
    """The steps so far, the last one first."""

    step: Step
    before: Trail | None


class Mark(NamedTuple):
    """How an input is in a value."""

    safe: frozenset[str]
    """The kinds of sinks that it is harmless for."""
    trail: Trail | None


Marks = dict[Label, Mark]
UNTOUCHED = Mark(frozenset(), None)


class Value:
    """The inputs in a value; `parts` are those of its attributes (".name") and items ("[name]"), where they
    differ. A function that is a value holds what it was made with under its variables ("name") and the places of its
    arguments ("(0)")."""

    __slots__ = ("depth", "marks", "own", "parts", "size")

    def __init__(self, marks: Marks, parts: dict[str, Value] | None = None, own: frozenset[str] = NONE) -> None:
        self.depth = 0
        self.size = 1
        if parts:
            self.depth = 1 + max([part.depth for part in parts.values()])
            self.size = 1 + sum([part.size for part in parts.values()])
            if self.depth > _MAX_DEPTH or self.size > _MAX_SIZE:
                parts = {key: Value(part.all_marks()) if part.depth else part for key, part in parts.items()}
                self.depth = 1
                self.size = 1 + len(parts)
        self.marks = marks
        self.parts: dict[str, Value] | None = parts
        self.own = own
        """The parts that hold nothing but what is said in `parts`, whatever the marks."""

    def __repr__(self) -> str:
        return f"Value({self.marks}, {self.parts})"

    def __bool__(self) -> bool:
        return bool(self.marks) or (bool(self.parts) and any((self.parts or {}).values()))

    def all_marks(self) -> Marks:
        """The inputs in it or in one of its parts."""
        if not self.parts:
            return self.marks
        found = dict(self.marks)
        for part in self.parts.values():
            add_marks(found, part.all_marks())
        return found

    def member(self, key: str) -> Value:
        """The value of an attribute or item."""
        if key in self.own:
            return (self.parts or {}).get(key, CLEAN)
        if key == OPTION:
            return self._optional()
        found: Marks = {}
        for (origin, path), mark in self.marks.items():
            inner, here = key, mark
            if KEYS in mark.safe and key.startswith("["):
                # An item of a model that was made a dictionary is the model's field.
                inner, here = f".{key[1:-1]}", Mark(mark.safe - _KEYS, mark.trail)
            label = (origin, (*path, inner)) if len(path) < MAX_PATH else (origin, path)
            add_marks(found, {label: here})
        own = self.parts.get(key) or (self._named(key) if key.startswith("[") else None) if self.parts else None
        if own is None:
            return Value(found) if found else CLEAN
        return join([own, Value(found)]) if found else own

    def _named(self, key: str) -> Value | None:
        """The item of a name among those that were put in under names which are not known: a field of a request keeps
        its own."""
        parts = self.parts or {}
        held = parts.get(ANY)
        if LATER in parts and key != "[0]" and key[1:-1].isdigit():
            return parts[LATER] if held is None else join([held, parts[LATER]])
        if held is None or key == ANY or key[1:-1].isdigit():
            return held
        found: Marks = {}
        for (origin, path), mark in held.marks.items():
            if KEYS in mark.safe and len(path) < MAX_PATH:
                found[(origin, (*path, f".{key[1:-1]}"))] = Mark(mark.safe - _KEYS, mark.trail)
            elif not path or len(path) == MAX_PATH or path[-1].strip(".[]") in (key[1:-1], "*", ""):
                found[(origin, path)] = mark
        return Value(found, held.parts, held.own) if found or held.parts else None

    def items(self) -> Value:
        """The value of any item."""
        return join([Value(self.marks), *(self.parts or {}).values()]) if self else CLEAN

    def _optional(self) -> Value:
        """See OPTION: what was put in under names in the same code has other names."""
        found: Marks = {}
        for (origin, path), mark in self.marks.items():
            told = isinstance(origin, Source) or len(path) == MAX_PATH
            add_marks(found, {(origin, path if told else (*path, OPTION)): mark})
        held = [part for key, part in (self.parts or {}).items() if key in (ANY, LATER) or key[1:-1].isdigit()]
        return join([Value(found), *held])

    def as_path(self) -> Value:
        """What of it says where it leads when it is used as a path: `buffer.name = upload.filename` does not."""
        if not self.parts:
            return self
        parts = {key: part.as_path() for key, part in self.parts.items() if key[:1] != "."}
        return Value(self.marks, parts or None, self.own)

    def as_command(self) -> Value:
        """What of it says which program runs: of a list the first item."""
        return join([Value(self.marks), self.member("[0]")]) if self.parts else self

    def keys(self) -> Value:
        """The names in a dictionary."""
        marks = {label: mark for label, mark in self.marks.items() if KEYS not in mark.safe}
        return Value(marks).with_safe(_NAMES) if marks else CLEAN

    @property
    def is_list(self) -> bool:
        """Whether it holds nothing but items without names."""
        return bool(self.parts) and all(is_place(key) for key in self.parts or ())

    def of_items(self, asked: Callable[[Value], Value]) -> Value:
        """What is asked of it, or else of its items if it is a list."""
        own = asked(self)
        listed = [part for key, part in (self.parts or {}).items() if is_place(key)]
        return own if own or not listed else join(asked(part) for part in listed)

    def as_dict(self) -> Value:
        """The fields of an object by their names."""
        if not self:
            return self
        parts = {f"[{key[1:]}]" if key[:1] == "." else key: part.as_dict() for key, part in (self.parts or {}).items()}
        marks = {label: Mark(mark.safe | _KEYS, mark.trail) for label, mark in self.marks.items()}
        own = frozenset(f"[{key[1:]}]" if key[:1] == "." else key for key in self.own)
        return Value(marks, parts or None, own)

    def with_safe(self, kinds: frozenset[str]) -> Value:
        """The same inputs, harmless for `kinds` too."""
        if not self:
            return self
        marks = {label: Mark(mark.safe | kinds, mark.trail) for label, mark in self.marks.items()}
        parts = {key: part.with_safe(kinds) for key, part in self.parts.items()} if self.parts else None
        return Value(marks, parts, self.own)

    def passing(self, kinds: dict[Label, frozenset[str]]) -> Value:
        """The same inputs, some of them harmless for more."""
        marks = {label: Mark(mark.safe | kinds.get(label, NONE), mark.trail) for label, mark in self.marks.items()}
        parts = {key: part.passing(kinds) for key, part in self.parts.items()} if self.parts else None
        return Value(marks, parts, self.own)

    def upwards(self) -> Value:
        """The same inputs as parts of a path that another input follows."""
        marks = {
            label: mark if NAMED in mark.safe else Mark(mark.safe - _SEGMENT | _UPWARDS, mark.trail)
            for label, mark in self.all_marks().items()
        }
        return Value(marks) if marks else CLEAN

    def without_safe(self, kinds: frozenset[str]) -> Value:
        """The same inputs, harmful for `kinds` again."""
        return Value({label: Mark(mark.safe - kinds, mark.trail) for label, mark in self.all_marks().items()})

    def unquoted(self, kinds: frozenset[str]) -> Value:
        """The same inputs without their quotes: harmful again, unless they were looked at so."""
        return Value(
            {
                label: mark if UNQUOTED in mark.safe else Mark(mark.safe - kinds, mark.trail)
                for label, mark in self.all_marks().items()
            }
        )

    def stepping(self, step: Step) -> Value:
        """The same inputs after one more step."""
        if not self:
            return self
        marks = {label: Mark(mark.safe, followed(mark.trail, step)) for label, mark in self.marks.items()}
        parts = {key: part.stepping(step) for key, part in self.parts.items()} if self.parts else None
        return Value(marks, parts, self.own)


def is_place(key: str) -> bool:
    """Whether the part of a container is that of a place, and not of a name."""
    return key in (ANY, LATER) or (key[:1] == "[" and key[1:-1].isdigit())


CLEAN = Value({})


def is_resolved(value: Value) -> bool:
    """Whether no input in a path can hold `..`."""
    return all(RESOLVED in mark.safe for mark in value.all_marks().values())


def is_harmless(kind: str, safe: frozenset[str]) -> bool:
    """Whether what is harmless for the kinds `safe` is so for a sink of this kind."""
    if kind in safe or ALL in safe:
        return True
    if kind in ("attribute", "fields"):
        return KEYS in safe or "attribute" in safe
    return SEGMENT in safe if kind == "path" else kind == "directory" and "path" in safe


def is_harmless_at(kind: str, label: Label, safe: frozenset[str]) -> bool:
    """The same of an input: what an archive is opened by harms only if a client chose its bytes, not its name."""
    if is_harmless(kind, safe):
        return True
    origin, path = label
    if not isinstance(origin, Source):
        return False
    if kind in ("path", "directory"):
        # Neither an upload nor the open file in it is a path; its name is, and what it holds can be one.
        told = CONTENT in safe or len(path) >= MAX_PATH or not _TOLD_BY_CLIENTS.isdisjoint(path)
        return origin.kind == "file" and (".file" in path or not told)
    if kind != "archive" or CONTENT in safe:
        return False
    whole_body = origin.kind == "body" and not origin.name
    return not (whole_body or origin.kind == "file") or path[:1] in ((".filename",), (".content_type",))


def followed(trail: Trail | None, step: Step) -> Trail:
    """`trail` and a step; two of one line are one."""
    if trail is not None and (trail.step.path, trail.step.line) == (step.path, step.line):
        return Trail(step, trail.before)
    return Trail(step, trail)


def steps(trail: Trail | None) -> list[Step]:
    """The steps in the order in which the input takes them."""
    found = []
    while trail is not None:
        found.append(trail.step)
        trail = trail.before
    return found[::-1]


def appended(trail: Trail | None, later: Trail | None) -> Trail | None:
    """`trail`, then `later`."""
    for step in steps(later):
        trail = followed(trail, step)
    return trail


def add_marks(into: Marks, marks: Marks) -> None:
    """Add inputs that may also be there: harmless is what is harmless on both ways."""
    for label, mark in marks.items():
        known = into.get(label)
        if known is None:
            into[label] = mark
        elif known.safe != mark.safe:
            # The steps that are told are those of the harmful way.
            trail = known.trail if len(known.safe) <= len(mark.safe) else mark.trail
            into[label] = Mark(known.safe & mark.safe, trail)


def join(values: Iterable[Value]) -> Value:
    """Either of several values."""
    found = [value for value in values if value]
    if not found:
        return CLEAN
    if len(found) == 1:
        return found[0]
    marks: Marks = {}
    parts: dict[str, Value] = {}
    for value in found:
        add_marks(marks, value.marks)
        for key, part in (value.parts or {}).items():
            parts[key] = join([parts[key], part]) if key in parts else part
    own = None
    for value in found:
        if value.marks:
            own = value.own if own is None else own & value.own
    return Value(marks, parts or None, own or NONE)


def whole(values: Iterable[Value]) -> Value:
    """What is made of all of several values, its parts not told apart."""
    marks: Marks = {}
    for value in values:
        if value:
            add_marks(marks, value.all_marks())
    return Value(marks) if marks else CLEAN


def common(found: Sequence[dict[Label, frozenset[str]]]) -> dict[Label, frozenset[str]]:
    """What holds on every way."""
    if not found:
        return {}
    first, *rest = found
    result = {}
    for label, kinds in first.items():
        safe = kinds
        for other in rest:
            known = other.get(label, NONE)
            safe = safe if ALL in known else known if ALL in safe else safe & known
        if safe:
            result[label] = safe
    return result


class Flow(NamedTuple):
    """An input that reaches a sink."""

    kind: str
    label: Label
    sink: str
    """The function called, or the class made, by its dotted name."""
    path: str
    line: int
    column: int
    """UTF-8 bytes from 0, of the expression that is harmful."""
    trail: Trail | None
    """From where the label stands to the sink, the sink included."""
    entry: tuple[int, int] | None = None
    """Line and column of the call that leads there, when the sink is in another function."""
    settled: bool = False
    """What was opened surely is the bytes of an input, see is_harmless_at."""
    below: bool = False
    """Harmless if it is a host: see BELOW."""
    upwards: bool = False
    """Harmful even if it is a text without separators: see UPWARDS."""
    names: bool = False
    """Only the names in a dictionary get there: see NAMES."""
    led: bool = False
    """See LED."""
    beside: bool = False
    """See BESIDE."""
    named: bool = False
    """See NAMED."""


def _outer(value: Value) -> Iterator[str]:
    for origin, _ in value.all_marks():
        if isinstance(origin, str):
            yield origin


class Effect(NamedTuple):
    """What calling a function does with the inputs that it is given."""

    result: Value
    yielded: Value
    flows: tuple[Flow, ...]
    checked: dict[Label, frozenset[str]]
    """The kinds for which arguments are harmless whenever the function returns."""
    confirmed: dict[Label, frozenset[str]]
    """The same when it returns a true value."""
    stored: dict[tuple[int, str], Value]
    """What it puts into its arguments: position and attribute."""
    returns: bool
    """Whether it ever comes back."""
    attached: dict[str, Value]
    """What it puts into `request.state`, by name."""


def slimmed(effect: Effect) -> Effect:
    """An effect without what is too much: of values with very many inputs those that stand deep in an argument, of very
    many ways to one sink all but the first from each argument. Functions that look at trees make thousands of them."""
    flows = effect.flows
    if len(flows) > MAX_FLOWS:
        first: dict[tuple[str, str, int, int, Origin], Flow] = {}
        for flow in flows:
            first.setdefault((flow.kind, flow.path, flow.line, flow.column, flow.label[0]), flow)
        flows = tuple(first.values())
    stored = effect.stored
    if sum(_size(value) for value in stored.values()) > MAX_INPUTS:
        stored = {key: _slim(value, MAX_INPUTS // len(stored)) for key, value in stored.items()}
    return effect._replace(
        result=_slim(effect.result, MAX_INPUTS), yielded=_slim(effect.yielded, MAX_INPUTS), flows=flows, stored=stored
    )


def _size(value: Value) -> int:
    return len(value.marks) + sum(_size(part) for part in (value.parts or {}).values())


def _slim(value: Value, most: int) -> Value:
    if _size(value) <= most:
        return value
    marks = {label: mark for label, mark in value.marks.items() if len(label[1]) <= 1}
    parts = {
        key: Value({label: mark for label, mark in part.marks.items() if len(label[1]) <= 1}, None, part.own)
        for key, part in (value.parts or {}).items()
    }
    if len(marks) + sum(len(part.marks) for part in parts.values()) > most:
        return Value(marks, None, value.own)
    return Value(marks, parts or None, value.own)


def outer_names(effect: Effect) -> frozenset[str]:
    """The variables around a function that matter for what it does."""
    found = {flow.label[0] for flow in effect.flows if isinstance(flow.label[0], str)}
    return frozenset({*found, *_outer(effect.result), *_outer(effect.yielded)})
