"""What the answers about a project were made from, so that a later run knows which of them still hold.

Whatever an answer depends on has a bit: each file, and each *fact*, which is an answer that many others are made from
and that seldom changes (which files hold a word, what `Depends` is given anywhere). The bits of all that is looked at
gather in `NOW`, from the few gates through which texts get in (`Modules`). A remembered answer hands its bits to
whoever gets it from memory: `remembered` does that for a method. Of a fact only its own bit is handed on; where a run
finds a fact as it was, what it was made from may have changed.

Answers that ask for each other in a circle are made from the same: what was found while an outer answer was still being
made gets the bits of that one when it is done.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .modules import Modules
    from .stored import Asked, Stored

_C = TypeVar("_C", bound="Callable[..., Any]")

EVERYTHING = -1
"""The bits of all files and facts."""
_NEVER = 1 << 30
_SEARCH = "search"
LETTERS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""The bytes of identifiers in ASCII."""

Masks = dict[Any, int]
"""Key of an answer → its bits; `~depth` while it is being made."""
Plain = Any
"""Of what `marshal` writes."""
Key = tuple[Any, ...]
"""The name of a fact and what was asked: values that `marshal` writes."""


class _Now:
    """What is being made at the moment."""

    __slots__ = ("depth", "low", "mask", "pending")

    def __init__(self) -> None:
        self.mask = 0
        self.depth = 0
        self.low = _NEVER
        """The outermost answer in the making that was asked for since the innermost one was begun."""
        self.pending: dict[tuple[int, Any], tuple[int, Masks]] = {}
        """Answers that wait for an outer one: (id of the masks, key) → depth of that one, the masks."""


NOW = _Now()

Frame = tuple[int, int]


def begin(masks: Masks, key: Any) -> Frame | None:
    """An answer is about to be made, or taken from memory. None if it is being made already: `end` is not due then."""
    now = NOW
    known = masks.get(key, 0)
    if known < -1:
        now.low = min(now.low, ~known)
        return None
    frame = now.mask, now.low
    now.mask, now.low = known, _NEVER
    now.depth += 1
    if now.pending and (waiting := now.pending.get((id(masks), key))) is not None:
        now.low = waiting[0]
    masks[key] = ~now.depth
    return frame


def end(frame: Frame | None, masks: Masks, key: Any) -> int:
    """The answer is there. Its bits, which the one around it has now, too."""
    now = NOW
    if frame is None:
        return 0
    depth, mask, low = now.depth, now.mask, now.low
    now.depth = depth - 1
    if mask:
        masks[key] = mask
    else:
        masks.pop(key, None)
    outer, outer_low = frame
    if low < depth:
        now.pending[id(masks), key] = low, masks
        outer_low = min(outer_low, low)
    if now.pending:
        _settle(depth, mask, low)
    now.mask, now.low = outer | mask, outer_low
    return mask


def taken(masks: Masks, key: Any) -> None:
    """The answer comes from memory."""
    now = NOW
    mask = masks.get(key, 0)
    if mask < -1:
        now.low = min(now.low, ~mask)
    elif mask:
        now.mask |= mask
    if now.pending and (waiting := now.pending.get((id(masks), key))) is not None:
        now.low = min(now.low, waiting[0])


def made_along(masks: Masks, keys: Iterable[Any]) -> None:
    """With the answer in the making others are found, which are made from the same."""
    now = NOW
    for key in keys:
        if masks.get(key, 0) >= -1:
            waits_for, _ = now.pending.get((id(masks), key), (now.depth, masks))
            now.pending[id(masks), key] = min(waits_for, now.depth), masks


class Apart:
    """The bits of a part of what is being made, which the whole has only when it is given them by `use`."""

    __slots__ = ("_outer", "mask")

    def __init__(self) -> None:
        self.mask = 0

    def __enter__(self) -> Apart:
        self._outer, NOW.mask = NOW.mask, 0
        return self

    def __exit__(self, *error: object) -> None:
        self.mask, NOW.mask = NOW.mask, self._outer


def is_whole() -> bool:
    """Whether what is being made waits for no other answer, so that its bits are all there."""
    return not NOW.pending and NOW.low >= NOW.depth


def use(mask: int) -> None:
    """What is being made was made from what has these bits."""
    NOW.mask |= mask


def masks_of(owner: Any, method: str) -> Masks:
    """Those of a method that is `remembered`; the keys are tuples of what it is given."""
    found: Masks = owner.__dict__.setdefault(f"_read_{method}", {})
    return found


def cut_short(depth: int = 1) -> None:
    """What is being made lacks a part that somebody further out is making, at this depth."""
    NOW.low = min(NOW.low, depth)


def _settle(depth: int, mask: int, low: int) -> None:
    """Those that wait for the answer at `depth` have all its bits, and wait on if it waits itself."""
    pending = NOW.pending
    for place, (waits_for, masks) in tuple(pending.items()):
        if waits_for >= depth:
            known = masks.get(place[1], 0)
            if known >= -1:
                masks[place[1]] = known | mask
            if low < depth:
                pending[place] = low, masks
            else:
                del pending[place]


def remembered(key: Callable[..., Any] | None = None, *, always: bool = True) -> Callable[[_C], _C]:
    """For a method that remembers its answers, by `key(self, …)` or else by what it is given, which is plain then.

    `always`: each answer is remembered; False where one that was cut short is made again.
    """

    def decorate(method: _C) -> _C:
        place = f"_read_{method.__name__}"

        @wraps(method)
        def asked(self: Any, *args: Any, **named: Any) -> Any:
            if named and key is None:
                raise TypeError(f"{method.__name__} is remembered by what it is given in order")
            try:
                masks = self.__dict__[place]
            except KeyError:
                masks = self.__dict__[place] = {}
            asked_for = key(self, *args, **named) if key is not None else args
            known = masks.get(asked_for)
            if always and known is not None and known >= EVERYTHING:
                now = NOW
                now.mask |= known
                if now.pending:
                    taken(masks, asked_for)
                return method(self, *args, **named)
            frame = begin(masks, asked_for)
            if frame is None:
                return method(self, *args, **named)
            try:
                return method(self, *args, **named)
            finally:
                if not end(frame, masks, asked_for):
                    masks[asked_for] = 0

        return cast("_C", asked)

    return decorate


def kept(name: str, modules: Callable[[Any], Modules], key: Callable[..., Any] | None = None) -> Callable[[_C], _C]:
    """For a method that is `remembered`, and whose answers are kept between runs: values of which `repr` tells all.

    `name`: what is asked. `key(self, …)`: what it is asked with, plain, if that is not what it is given.
    """

    def decorate(method: _C) -> _C:
        inner = remembered(key)(method)
        place = f"_read_{method.__name__}"

        @wraps(method)
        def asked(self: Any, *args: Any) -> Any:
            readings = modules(self).readings
            asked_for = key(self, *args) if key is not None else args
            about = (name, *asked_for)
            told = readings.made.get(about)
            if told is not None and (mask := told[0].get(told[1], -2)) >= EVERYTHING:
                now = NOW
                now.mask |= mask
                if now.pending:
                    taken(told[0], told[1])
                return told[2]
            if readings.stored is not None and (known := readings.recalled(about)) is not None:
                NOW.mask |= known[0]
                return known[1]
            found = inner(self, *args)
            readings.made[about] = self.__dict__[place], asked_for, found
            return found

        return cast("_C", asked)

    return decorate


def fact(
    name: str,
    modules: Callable[[Any], Modules],
    key: Callable[..., Key] | None = None,
    mask: int = 0,
    before: Callable[[Any], None] | None = None,
    is_kept: bool = False,
) -> Callable[[_C], _C]:
    """For a method whose answer is a fact: remembered, of values that `fingerprint` can tell apart.

    `name`: how a project is asked for it, "injection.names". `key(self, …)`: what it is asked with, plain, if that is
    not what it is given. `mask`: what it is made from besides what is seen to be read; `before` looks at that itself.

    `is_kept`: the answer itself is kept between runs, and the method not called where it still holds. So is each that
    `marshal` writes as it is, where nothing but what is seen to be read tells whether it holds.
    """
    is_plain = not mask and before is None

    def decorate(method: _C) -> _C:
        @wraps(method)
        def asked(self: Any, *args: Any) -> Any:
            readings = modules(self).readings
            asked_for = (name, *(key(self, *args) if key is not None else args))
            masks = readings.masks
            known = readings.known.get(asked_for)
            if known is not None:
                now = NOW
                outer = now.mask | known[0]
                if now.pending:
                    taken(masks, asked_for)
                now.mask = outer
                return known[1]
            bit = readings.bit(asked_for)
            if readings.is_told(asked_for) and masks.get(asked_for, 0) >= EVERYTHING:
                now = NOW
                outer = now.mask
                found = method(self, *args)
                if now.pending:
                    taken(masks, asked_for)
                now.mask = outer | bit
                readings.known[asked_for] = bit, found
                return found
            if is_plain:
                for given in readings.given(asked_for, is_kept):
                    NOW.mask |= bit
                    return given
            readings.asked(asked_for)
            frame = begin(masks, asked_for)
            if frame is None:
                NOW.mask |= bit
                return method(self, *args)
            try:
                NOW.mask |= mask
                if before is not None:
                    before(self)
                found = method(self, *args)
            except BaseException:
                end(frame, masks, asked_for)
                raise
            is_final = mask == EVERYTHING or NOW.low >= NOW.depth
            own = end(frame, masks, asked_for)
            readings.note(asked_for, found)
            if is_plain:
                readings.kept_facts[asked_for] = is_kept, found
            NOW.mask = (frame[0] if is_final else frame[0] | own) | bit
            return found

        return cast("_C", asked)

    return decorate


def fingerprint(value: Any) -> bytes:
    """Stands for values of what `repr` tells all of, in tuples, lists, dictionaries and sets."""
    from .cache import content_digest

    text = repr(value)
    if "{" in text:  # a set, in any order
        text = repr(_ordered(value))
    return content_digest(text.encode("utf-8", "surrogatepass"))


_PLAIN = (str, int, float, bool, bytes, type(None))


def _ordered(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (frozenset, set)):
        return "set", sorted([repr(_ordered(each)) for each in value])
    if isinstance(value, (tuple, list)):
        return [_ordered(each) for each in value]
    if isinstance(value, dict):
        return "dict", [(_ordered(key), _ordered(each)) for key, each in value.items()]
    return value


class Reading:
    """Gathers the bits of what is read until it is left."""

    def __init__(self) -> None:
        self.mask = 0

    def __enter__(self) -> Reading:
        now = NOW
        now.mask, now.depth, now.low = 0, 0, _NEVER
        now.pending.clear()
        return self

    def __exit__(self, *error: object) -> None:
        # Whoever was interrupted has not handed on what it read.
        self.mask = EVERYTHING if NOW.depth or NOW.pending else NOW.mask


class Search(NamedTuple):
    """A search of the texts of all files, which is a fact."""

    words: tuple[bytes, ...]
    is_identifier: bool
    """The one word is not found as a part of a longer one."""

    def finds(self, text: bytes) -> bool:
        """Whether it finds a file with this text."""
        if self.is_identifier:
            return word_in(text, self.words[0])
        return any(word in text for word in self.words)


class Readings:
    """The bits of one project: files, searches and facts, and what is known of them."""

    def __init__(self, plain: Plain = None) -> None:
        """`plain`: what an earlier run told."""
        self._bits: dict[Any, int] = {}
        """Path, Search or key of a fact → its bit."""
        self.masks: Masks = {}
        """Key of a fact → the bits of what it was made from."""
        self._prints: dict[Key, bytes] = {}
        """Key of a fact → the fingerprint of the answer."""
        self._answers: dict[Key, Any] = {}
        """Key of a fact → the answer, of which there is no fingerprint yet."""
        self.known: dict[Key, tuple[int, Any]] = {}
        """Key of a fact that this run has asked for more than once → its bit and the answer."""
        self._found: dict[Search, frozenset[str]] = {}
        """The files that a search found."""
        self._before: set[Key] = set()
        """The facts of an earlier run that were not looked at since."""
        self._earlier: set[Search] = set()
        """The searches of an earlier run whose outcome is known, see `know`."""
        self._project: Any = None
        """Where facts are asked for, from the moment that it is known what has changed."""
        self._uncertain = 0
        """The bits of facts of an earlier run that may have moved: something has that they were made from."""
        self.stored: Stored | None = None
        """Answers of an earlier run."""
        self._given: dict[Key, Any] = {}
        """Those that facts were given of them."""
        self._is_asking = False
        """Whether facts are asked for again."""
        self._is_refuted = False
        """Whether a fact that should have been as it was has turned out to be another."""
        self.made: dict[Key, tuple[Masks, Any, Any]] = {}
        """The answers of this run that are kept: masks and the key in them, the answer."""
        self._recalled: dict[Key, tuple[int, Any]] = {}
        """Those of an earlier run that still hold, with the bits of what they were made from."""
        self.kept_facts: dict[Key, tuple[bool, Any]] = {}
        """The answers of this run that may be kept, not only their fingerprints; whether they hold named tuples."""
        self.moved = 0
        """The bits of what is no longer as an earlier run had it."""
        self.settled: int | None = None
        """The same, when all of it should be known."""
        if plain is not None:
            for thing, fact_mask, told in plain:
                kind = self._thing(thing)
                bit = self.bit(kind)
                if isinstance(kind, str):
                    continue
                if told is None:  # nobody asked again since it moved
                    self.moved |= bit
                elif isinstance(kind, Search):
                    self._found[kind] = frozenset(told)
                else:
                    self.masks[kind], self._prints[kind] = fact_mask, told
                    self._before.add(kind)

    @staticmethod
    def _thing(plain: Any) -> Any:
        if isinstance(plain, str):
            return plain
        return Search(*plain[1]) if plain[0] == _SEARCH else plain

    def plain(self) -> Plain:
        """All of it as values that `marshal` writes: of each bit what it stands for, what it was made from, and what
        was found."""
        self._tell()
        told: list[tuple[Any, int, Any]] = []
        for thing in self._bits:
            if isinstance(thing, str):
                told.append((thing, 0, None))
            elif isinstance(thing, Search):
                found = self._found.get(thing)
                told.append(((_SEARCH, tuple(thing)), 0, None if found is None else sorted(found)))
            else:
                told.append((thing, max(self.masks.get(thing, 0), EVERYTHING), self._prints.get(thing)))
        return told

    def slim(
        self, masks: Mapping[str, int], answers: Mapping[Asked, int]
    ) -> tuple[Plain, dict[str, int], dict[Asked, int]]:
        """`plain` without what none of these masks has, directly or by a fact, and both in its bits."""
        told = self.plain()
        wanted = used = 0
        for mask in (*masks.values(), *answers.values()):
            wanted |= max(mask, 0)
        while wanted & ~used:
            added = wanted & ~used
            used |= added
            while added:
                low = added & -added
                wanted |= max(told[low.bit_length() - 1][1], 0)
                added ^= low
        if bin(used).count("1") * 4 > len(told) * 3:
            return told, dict(masks), dict(answers)
        bits = []
        position = 0
        for number in range(len(told)):
            bits.append(1 << position)
            position += used >> number & 1
        translated = _translation(bits)
        kept = [
            (thing, translated(mask), found) for number, (thing, mask, found) in enumerate(told) if used >> number & 1
        ]
        return (
            kept,
            {path: translated(mask) for path, mask in masks.items()},
            {asked: translated(mask) for asked, mask in answers.items()},
        )

    def join(self, plain: Plain) -> Callable[[int], int]:
        """Take over what another process told of the same project. Returns what makes its bits ours."""
        self._tell()
        translated = _translation([self.bit(self._thing(thing)) for thing, _, _ in plain])
        for told, mask, found in plain:
            thing = self._thing(told)
            if isinstance(thing, str) or found is None:
                continue
            if isinstance(thing, Search):
                self._found.setdefault(thing, frozenset(found))
                continue
            known = self._prints.get(thing)
            if thing in self._before and known != found:
                self.moved |= self.bit(thing)
            if known is None or thing in self._before:
                self._before.discard(thing)
                self._prints[thing] = found
                self.masks[thing] = translated(mask)
            else:
                self.masks[thing] = self.masks.get(thing, 0) | translated(mask)
        return translated

    @property
    def is_used(self) -> bool:
        """Whether anything was read."""
        return bool(self._bits)

    def forget_earlier(self) -> None:
        """Let go of the facts of an earlier run that were not looked at since."""
        for key in self._before:
            del self._prints[key]
        self._before.clear()
        self.let_go()

    def bit(self, thing: Any) -> int:
        """The bit of a file by its path, of a Search, of a fact by its key."""
        found = self._bits.get(thing)
        if found is None:
            found = self._bits[thing] = 1 << len(self._bits)
        return found

    def searched(self, search: Search, found: Iterable[str]) -> int:
        """The bit of a search that found these files."""
        if search not in self._found:
            self._found[search] = frozenset(found)
        return self.bit(search)

    def asked(self, key: Key) -> None:
        """A fact is about to be looked at. What it was made from in an earlier run does not count any more."""
        if key in self._before and self.masks.get(key, 0) >= EVERYTHING:
            self.masks.pop(key, None)

    def _tell(self) -> None:
        for key, answer in self._answers.items():
            self._prints[key] = fingerprint(answer)
        self._answers.clear()

    def is_told(self, key: Key) -> bool:
        """Whether the answer of a fact is known from this run."""
        return key in self._answers or (key in self._prints and key not in self._before)

    def note(self, key: Key, answer: Any) -> None:
        """Take note of the answer of a fact."""
        if key in self._before:
            self._before.discard(key)
            made = fingerprint(answer)
            bit = self.bit(key)
            if made != self._prints[key]:
                self._is_refuted |= self._project is not None and not bit & (self._uncertain | self.moved)
                self.moved |= bit
            self._prints[key] = made
            self._uncertain &= ~bit
        elif key not in self._prints:
            self._answers[key] = answer

    def know(self, project: Any, changed: Mapping[str, bytes]) -> None:
        """From now on what an earlier run told can be used, though these files changed: path → text of now."""
        self._project = project
        for path in changed:
            self.moved |= self.bit(path)
        for search, found in self._found.items():
            other = {path for path, text in changed.items() if search.finds(text) is not (path in found)}
            if other:
                self.moved |= self.bit(search)
                self._found[search] = found ^ other
        self._earlier = set(self._found)
        self._doubt()

    def _doubt(self) -> None:
        """What rests on what has moved is uncertain, and what rests on that."""
        doubted = self.moved
        while True:
            before = doubted
            for key in self._before:
                if self.masks.get(key, 0) & doubted:
                    doubted |= self._bits[key]
            if doubted == before:
                break
        self._uncertain = doubted & ~self.moved

    def holds(self, mask: int) -> bool:
        """Whether nothing has moved of what an answer of an earlier run was made from. Facts that this takes are asked
        for again."""
        if self._project is None or mask & self.moved:
            return False
        if mask & self._uncertain:
            if self._is_asking:
                return False
            self._make_certain(mask)
        return not mask & self.moved

    def _make_certain(self, mask: int) -> None:
        rests_on: set[Key] = set()
        while True:
            found = {
                key
                for key in self._before
                if key not in rests_on and self._bits[key] & mask & self._uncertain and self.masks.get(key, 0) != 0
            }
            if not found:
                break
            rests_on |= found
            for key in found:
                mask |= max(self.masks.get(key, 0), 0)
        now = NOW
        outer = now.mask, now.low
        self._is_asking = True
        try:
            self._ask_again(rests_on)
        finally:
            self._is_asking = False
            now.mask, now.low = outer
        for key in rests_on:
            self._uncertain &= ~self._bits[key]

    def _ask_again(self, keys: Iterable[Key]) -> None:
        """Look at those of some facts that were made from what has moved."""
        ordered = sorted(keys, key=self._bits.__getitem__)
        while True:
            moved = self.moved
            for key in ordered:
                if key in self._before and self.masks.get(key, 0) & self.moved:
                    _ask(self._project, key)
            if self.moved == moved:
                return

    def settle(self, project: Any, changed: Mapping[str, bytes]) -> int:
        """The bits of all that is not as it was in the earlier run, since these files changed: path → text of now."""
        with Reading():
            self.know(project, changed)
            self._ask_again(self._before)
        self._uncertain = 0
        self.settled = self.moved
        return self.moved

    def kept(self, asked: Asked) -> tuple[int, Plain] | None:
        """An answer of an earlier run that still holds, with the bits of what it was made from."""
        stored = self.stored
        mask = stored.mask(asked) if stored is not None else None
        if stored is None or mask is None or not self.holds(mask):
            return None
        try:
            return mask, stored.get(asked)
        except KeyError:
            return None

    def recalled(self, asked: Asked) -> tuple[int, Any] | None:
        """As `kept`, with the value that was made a plain one."""
        known = self._recalled.get(asked)
        if known is None and asked not in self.made:
            plain = self.kept(asked)
            if plain is None:
                return None
            from .stored import from_plain

            try:
                known = self._recalled[asked] = plain[0], from_plain(plain[1])
            except (ValueError, TypeError):
                return None
        return known

    def given(self, key: Key, is_nested: bool) -> list[Any]:
        """The answer of a fact in an earlier run, alone, if it was kept and still holds. `is_nested`: it holds named
        tuples."""
        stored = self.stored
        if stored is None:
            return []
        if key not in self._given:
            if key not in self._before or stored.mask(key) is None:
                return []
            if not self.holds(self.masks.get(key, EVERYTHING)):
                return []
            try:
                answer = stored.get(key)
                if is_nested:
                    from .stored import from_plain

                    answer = from_plain(answer)
            except (KeyError, ValueError, TypeError):
                return []
            self._given[key] = answer
        return [self._given[key]]

    def let_go(self) -> None:
        """What an earlier run told is used no more."""
        self.stored = None
        self._given.clear()
        self._recalled.clear()
        self._earlier.clear()

    def found(self, search: Search) -> list[str] | None:
        """The files that a search finds, sorted, if an earlier run made it."""
        return sorted(self._found[search]) if search in self._earlier else None

    @property
    def is_sound(self) -> bool:
        """False if something has turned out to be another since all that moved should have been known."""
        return not self._is_refuted and (self.settled is None or self.settled == self.moved)


def _translation(bits: list[int]) -> Callable[[int], int]:
    """Makes other bits of a mask: those at the positions of its own."""

    def translated(mask: int) -> int:
        if mask == EVERYTHING:
            return mask
        made = 0
        while mask:
            low = mask & -mask
            made |= bits[low.bit_length() - 1]
            mask ^= low
        return made

    return translated


def _ask(project: Any, key: Key) -> None:
    """Have a fact looked at."""
    *way, last = key[0].split(".")
    owner = project
    for name in way:
        owner = getattr(owner, name)
    kind = getattr(type(owner), last)
    if isinstance(kind, property):
        getattr(owner, last)
    else:
        getattr(owner, last)(*key[1:])


def word_in(text: bytes, word: bytes) -> bool:
    """Whether a word stands in a text by itself; next to a letter beyond ASCII it may."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and text[start - 1] in LETTERS) and not (end < len(text) and text[end] in LETTERS):
            return True
        start = text.find(word, end)
    return False
