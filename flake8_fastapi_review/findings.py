"""What was found in a project's files by an earlier run, for as long as nothing that it depends on has changed.

A finding can depend on every file of the project: a chain goes through other modules, routes are guarded where routers
are included. So all findings of a run are one page of the cache, and it holds while all of this is as it was: the
tool's own code and interpreter, the configuration and selection (the page's name), the content of the project's files
and of those that tell versions, which files and folders there are, and what the run learnt about places that the
listing of the project leaves out.

Where only the content of some files has changed, a second page tells what each outcome was made from
(project/readings.py), and the outcomes stand that none of it has moved.

A file is known to be unchanged by its signature alone only if that had settled when the file was read; else by its
content.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .config import dependency_files, dependency_folders
from .files import DISK
from .project.cache import code_digest, content_digest, packed, stamp_code, unpacked
from .project.disk import kind_of, read, unlisted
from .project.listing import listed
from .records import NamedTuple
from .unchanged import UNSIGNED, Signature, is_settled

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from .config import Config
    from .project import Project
    from .project.cache import Cache
    from .project.disk import Listing
    from .project.readings import Readings
    from .project.stored import Asked, Stored, Told
    from .rule import Fix, Violation
    from .unchanged import Ground

Plain = Any
"""Of what `marshal` writes."""
_LAYOUT = 2
"""The page's form. Counts up when it changes."""


class _Page(NamedTuple):
    """Values that `marshal` writes."""

    digests: dict[str, bytes]
    """Path → digest of its content; "" in front of what is no file of the listing but an absolute path."""
    signatures: dict[str, Signature]
    """Those that had settled."""
    shape: tuple[object, ...]
    """Folders and links."""
    consulted: dict[str, tuple[str | None, bytes]]
    """Paths outside of the listing that the run asked for → what was there ("file", "folder", None) and its digest."""
    problem: str | None
    outcomes: dict[str, Plain]


class _Sources(NamedTuple):
    """What the outcomes of a page were made from: values that `marshal` writes."""

    state: bytes
    """Stands for the digests of the page."""
    readings: Plain
    masks: dict[str, int]
    """Path → the bits of what its outcome was made from."""
    namespaces: dict[str, str]
    """Packages whose files were read to learn how they are named → the answers, see Sources."""


class _Newest(NamedTuple):
    """Which page tells the most of a project, whatever was selected: values that `marshal` writes."""

    name: str
    outcomes: int
    """How many it has of."""


class Findings:
    """The outcomes of the files of one project under one selection."""

    def __init__(
        self,
        cache: Cache,
        config: Config,
        chosen: Sequence[object],
        suffixes: tuple[str, ...],
        project: Callable[[], Project],
        others: Sequence[Sequence[object]] = (),
    ) -> None:
        """`chosen` tells by its `repr` what besides configuration and files an outcome depends on: selectors, host.
        Outcomes that were kept by one of `others` are as good.

        `project` opens the project, to look at what the outcomes were made from. Its `readings` are to be those here.
        """
        self.problem: str | None = None
        """What the earlier run found wrong with the project's own rows of knowledge."""
        self._cache = cache
        self._config = config
        self._suffixes = suffixes
        self._moment = time.time_ns()
        self._files = config.files
        self.listing = listed(cache, config, suffixes)
        self._signatures = self._signed(self.listing)
        self._name = page_name(config, chosen)
        self._names = (self._name, *(page_name(config, other) for other in others))
        self._any_name = page_name(config, ())
        self._known: dict[str, Plain] = {}
        self._new: dict[str, Plain] = {}
        self._digests: dict[str, bytes] = {}
        self._consulted: dict[str, tuple[str | None, bytes]] = {}
        self._project = project
        self._readings: Readings | None = None
        self._masks: dict[str, int] = {}
        self._namespaces: dict[str, str] = {}
        self._earlier: tuple[str, _Page, list[str]] | None = None
        """A page, after its name, that holds but for some files, as long as nobody has looked at what that means."""
        self._said: set[Asked] = set()
        """The answers that another process was told of."""
        self._heard: list[Told] = []
        """Those of other processes."""
        self._has_aged = False
        self._gone: set[str] = set()
        """Files that an earlier run has seen, and that are no longer there."""
        self._is_off = False
        self._pid = os.getpid()
        self._read: dict[str, tuple[bytes, bytes]] = {}
        """Pages that were read → their bytes, and the state that they are of."""
        for path, sign in self._signatures.items():
            if not is_settled(sign, self._moment):
                self._digest(path)
        self._load()

    def get(self, path: str) -> Plain | None:
        """What `put` was given for a file, by this run or an earlier one."""
        if self._earlier is not None:
            earlier, self._earlier = self._earlier, None
            self._settle(*earlier)
        return self._known.get(path)

    def known(self) -> Mapping[str, Plain]:
        """All outcomes that stand, once `get` was asked."""
        return self._known

    @property
    def readings(self) -> Readings:
        """What the project records its readings in."""
        if self._readings is None:
            from .project.readings import Readings

            self._readings = Readings()
        return self._readings

    @property
    def is_sound(self) -> bool:
        """False if the run has shown that outcomes stood that should not have."""
        return self._readings is None or self._readings.is_sound

    def put(self, path: str, outcome: Plain, mask: int) -> None:
        """Keep what came of a file, which is the one on the disk, and the bits of what it was made from. Values that
        `marshal` writes, not None."""
        if path in self.listing.files and not self._is_off:
            self._new[path] = self._known[path] = outcome
            self._masks[path] = mask

    def forget(self) -> None:
        """Let go of all outcomes, for the files are reviewed anew."""
        self._known = {}
        self._masks = {}
        self._earlier = None
        self._heard = []
        self._readings = None

    def is_text(self, path: str, text: str) -> bool:
        """The file on the disk, which the listing tells or not, holds this text, whatever ends its lines."""
        content = read(os.path.join(self._config.root, path), self._files)
        if content is None or (path in self.listing.files and self._digest(path) != content_digest(content)):
            return False
        if content.isascii() and text.encode("utf-8", "surrogatepass") == content:
            return True
        from .module import Unreadable, decode

        try:
            there = decode(content, path)
        except Unreadable:
            return False
        there = there.removeprefix("\ufeff")
        return text == there or text == there.replace("\r\n", "\n").replace("\r", "\n")

    def see(self, path: str, text: str) -> None:
        """From now on a file is seen with a text that it does not hold. No outcome stands then; but the project can be
        given what an earlier run found in the other files."""
        self.turn_off()
        if path not in self.listing.files:
            return
        newest = self._newest()
        for name in [self._name] if newest is None else dict.fromkeys((newest.name, self._name)):
            page = self._page(name)
            if page is None:
                continue
            self._trust(page)
            changed = self._changed(page) if self._is_alike(page) else None
            if changed is None or not all(each in self.listing.files for each in changed):
                continue
            texts = self._texts(changed) | {path: text.encode("utf-8", "surrogatepass")}
            sources = self._given(name, page, texts)
            if sources is not None:
                self.readings.know(self._project(), texts)
                return

    def turn_off(self) -> None:
        """The project is no longer seen as it lies on the disk."""
        self._is_off = True
        self._earlier = None
        self._known.clear()
        self._new.clear()

    def learn(
        self, kinds: Mapping[str, str | None], problem: str | None, namespaces: Mapping[str, str] | None = None
    ) -> None:
        """Take note of what the run asked the disk for (path → "file", "folder", None), and of how packages are named.
        Call it before `save`."""
        self.problem = problem
        self._namespaces.update(namespaces or {})
        for path in unlisted(self.listing, kinds, self._config.root, self._config):
            if path in self._consulted:
                continue
            seen = self._consulted[path] = self._look(path)
            full = os.path.join(self._config.root, path)
            if seen[0] != kinds[path] or (seen[0] == "file" and not is_settled(self._sign(full), self._moment)):
                self.turn_off()
                return

    def save(self) -> None:
        """Write the page if there is anything new, unless the project changed meanwhile. Never raises."""
        if self._is_off or not (self._new or self._has_aged) or self._pid != os.getpid():
            return
        try:
            self._save()
        except (OSError, ValueError) as error:
            self._cache.problem = f"findings are not kept: {error}"
        self._new.clear()
        self._has_aged = False

    def tell(self, ground: Ground) -> None:
        """Add all that the outcomes were made from, and what tells which files there are. Call it at the end."""
        if self._is_off or self.listing.unreadable:
            ground.is_firm = False
            return
        root = self._config.root
        for path, sign in self._signatures.items():
            if sign == UNSIGNED:
                ground.note(path, None)
            else:
                ground.stamp(os.path.join(root, path), sign)
        if not ground.is_firm:
            return
        stamp_code(ground)
        engine = _structural_engine()
        if engine is not None:
            ground.stamp(engine[0])
        for folder in self.listing.folders:
            ground.stamp(os.path.join(root, folder))
        for folder in self.listing.environments:
            ground.note(os.path.join(root, folder, "pyvenv.cfg"), "file")
        for path, leads_to_folder in self.listing.links.items():
            there = DISK.kind(os.path.join(root, path))
            ground.note(os.path.join(root, path), there)
            ground.is_firm = ground.is_firm and (there == "folder") == leads_to_folder
        for folder in dependency_folders(self._config):
            ground.stamp_or_none(folder)
        for top in self._config.structural_rules:
            for folder, _, _ in os.walk(os.path.join(root, top)):
                ground.stamp(folder)
        for path, (seen, _) in self._consulted.items():
            full = os.path.join(root, path)
            if path.endswith("/*"):
                ground.stamp_or_none(full[:-2])
            elif seen == "file":
                ground.stamp(full)
            else:
                ground.note(full, seen)

    def _load(self) -> None:
        """Take over the page that holds, or the one that holds for most files."""
        best: tuple[str, _Page, list[str]] | None = None
        for name in self._names:
            page = self._page(name)
            if page is None:
                continue
            self._trust(page)
            if self._files is DISK:
                self._gone.update(page.digests.keys() - self._signatures.keys())
            if not self._is_alike(page):
                continue
            changed = self._changed(page)
            if all(path in self.listing.files for path in changed) and (best is None or len(changed) < len(best[2])):
                best = name, page, changed
            if not changed:
                break
        if best is None:
            return
        name, page, changed = best
        self.problem = page.problem
        if changed or name != self._name:
            self._earlier = best
            return
        self._known = page.outcomes
        self._consulted = page.consulted
        self._has_aged = page.signatures != self._signatures and any(
            is_settled(sign, self._moment) for path, sign in self._signatures.items() if path not in page.signatures
        )

    def _page(self, name: str) -> _Page | None:
        payload = self._cache.page(name)
        try:
            page = _Page(*unpacked(payload)) if payload else None
        except (ValueError, EOFError, TypeError):
            return None
        if page is not None and payload is not None:
            self._read[name] = payload, _state(page.digests)
        return page

    def _newest(self) -> _Newest | None:
        payload = self._cache.page(f"{self._any_name} newest")
        try:
            return _Newest(*unpacked(payload)) if payload else None
        except (ValueError, EOFError, TypeError):
            return None

    def _trust(self, page: _Page) -> None:
        """Whatever else has changed, a settled file has the digest that it had."""
        if not self._digests and page.signatures == self._signatures:
            self._digests = dict(page.digests)
            return
        for path, sign in self._signatures.items():
            if page.signatures.get(path) == sign and path not in self._digests:
                self._digests[path] = page.digests[path]

    def _is_alike(self, page: _Page) -> bool:
        """Whether all but the content of files is as it was; that of those that only the page is about, too."""
        others = page.digests.keys() - self._signatures.keys()
        return (
            page.digests.keys() >= self._signatures.keys()
            and all(page.digests[path] == self._digest_of(path) for path in others)
            and page.shape == self.listing.shape()
            and all(found == self._look(path) for path, found in page.consulted.items())
        )

    def _changed(self, page: _Page) -> list[str]:
        if page.digests == self._digests:
            return []
        return [path for path in self._signatures if page.digests[path] != self._digest(path)]

    def _settle(self, name: str, page: _Page, changed: list[str]) -> None:
        """Take over the outcomes of a page that stand though some files have changed."""
        texts = self._texts(changed)
        sources = self._given(name, page, texts)
        if sources is None:
            return
        readings = self.readings
        try:
            moved = readings.settle(self._project(), texts)
        except Exception:
            # What went wrong is told where a file is reviewed.
            readings.forget_earlier()
            return
        self._consulted = dict(page.consulted)
        self._namespaces = dict(sources.namespaces)
        masks = sources.masks
        for path, outcome in page.outcomes.items():
            mask = masks.get(path, -1)
            if path not in changed and not mask & moved:
                self._known[path] = outcome
                self._masks[path] = mask
        # What another state has kept is kept of this one, too.
        self._has_aged = self._has_aged or name != self._name

    def _texts(self, paths: Iterable[str]) -> dict[str, bytes]:
        root = self._config.root
        return {path: read(os.path.join(root, path), self._files) or b"" for path in paths if path.endswith(".py")}

    def _given(self, name: str, page: _Page, texts: Mapping[str, bytes]) -> _Sources | None:
        """Give the project what the run has read and found that made a page; None if that is not known. `texts` are
        those of the files that have changed."""
        sources = self._sources(name, page.digests)
        if sources is None:
            return None
        from .project.readings import Readings

        project = self._project()
        if project.modules.readings.is_used or not _names_the_same(project, sources.namespaces, texts):
            return None
        try:
            readings = Readings(sources.readings)
        except (TypeError, ValueError, KeyError):
            return None
        readings.stored = self._stored(name, sources.state)
        self._readings = project.modules.readings = readings
        return sources

    def _sources(self, name: str, digests: Mapping[str, bytes]) -> _Sources | None:
        payload = self._cache.page(f"{name} sources")
        try:
            found = _Sources(*unpacked(payload)) if payload else None
        except (ValueError, EOFError, TypeError):
            return None
        if found is None or payload is None:
            return None
        self._read[f"{name} sources"] = payload, found.state
        return found if found.state == _state(digests) else None

    def _stored(self, name: str, state: bytes) -> Stored | None:
        return _stored_of(self._cache.page(f"{name} answers"), state)

    def _save(self) -> None:
        moment = time.time_ns()
        again = listed(self._cache, self._config, self._suffixes)
        if not again.same(self.listing) or self._signed(again) != self._signatures:
            return
        for path, sign in self._signatures.items():
            if not is_settled(sign, self._moment):
                # It was changed so shortly before the run that the signature would not tell of a change in it.
                before = self._digests.pop(path, None)
                if before is not None and before != self._digest(path):
                    return
        page = _Page(
            {path: self._digest(path) for path in self._signatures},
            {path: sign for path, sign in self._signatures.items() if is_settled(sign, moment)},
            self.listing.shape(),
            self._consulted,
            self.problem,
            self._known,
        )
        state = _state(page.digests)
        self._cache.put_page(self._name, lambda there: _payload(_joined(page, self._other(self._name, there, state))))
        if self._masks:
            self._save_sources(state)
        if self._gone:
            self._cache.forget(self._gone)
            self._gone.clear()

    def _other(self, name: str, there: bytes | None, state: bytes) -> bytes | None:
        """The page that is there, unless this run has read it and knows that it is of another state."""
        read, known = self._read.get(name, (None, state))
        return None if there == read and known != state else there

    def _save_sources(self, state: bytes) -> None:
        masks, new = self._answers()
        readings, own, answered = self.readings.slim(self._masks, masks)
        sources = _Sources(state, readings, own, self._namespaces)
        before = self.readings.stored

        def joined(there: bytes | None) -> bytes:
            nonlocal answered, before
            found, ours = _sources_joined(sources, self._other(f"{self._name} sources", there, state))
            if ours is not None:
                answered, before = {asked: ours(mask) for asked, mask in answered.items()}, None
            return _payload(found)

        self._cache.put_page(f"{self._name} sources", joined)
        self._cache.put_page(
            f"{self._name} answers", lambda there: _answers_payload(state, answered, new, before, there)
        )
        if self._files is not DISK:
            return
        newest = self._newest()
        if newest is None or newest.name == self._name or newest.outcomes <= len(self._masks):
            told = _Newest(self._name, len(self._masks))
            if told != newest:
                self._cache.put_page(f"{self._any_name} newest", lambda there: packed(tuple(told)))

    def _answers(self) -> tuple[dict[Asked, int], dict[Asked, Plain]]:
        """What a later run may be given: the bits of all answers, and those that are new."""
        readings = self.readings
        masks: dict[Asked, int] = {}
        if readings.stored is not None:
            masks = {asked: mask for asked, mask in readings.stored.masks().items() if not mask & readings.moved}
        new: dict[Asked, Plain] = {}
        for asked, mask, answer in (*self._heard, *self._new_answers(masks)):
            masks[asked], new[asked] = mask, answer
        return masks, new

    def _new_answers(self, known: Container[Asked]) -> Iterator[Told]:
        """The answers of this process that are not among those that are `known`."""
        from .project.readings import EVERYTHING
        from .project.stored import to_plain as answer_to_plain

        readings = self.readings
        for asked, (is_nested, answer) in readings.kept_facts.items():
            if asked not in known:
                with suppress(ValueError):
                    yield asked, readings.bit(asked), answer_to_plain(answer) if is_nested else answer
        for asked, (made_from, key, answer) in readings.made.items():
            mask = made_from.get(key, EVERYTHING)
            if mask > EVERYTHING and asked not in known:
                with suppress(ValueError):
                    yield asked, mask, answer_to_plain(answer)
        yield from self._project().modules.answers(known)

    def told(self) -> list[Told]:
        """The answers that this process has found since it was asked the last time, for another one to `hear`."""
        found = list(self._new_answers(self._said))
        self._said.update(asked for asked, _, _ in found)
        return found

    def hear(self, told: Iterable[Told], ours: Callable[[int], int]) -> None:
        """Take over what another process has found. `ours` makes our bits of its."""
        self._heard += [(asked, ours(mask), answer) for asked, mask, answer in told]

    def _signed(self, listing: Listing) -> dict[str, Signature]:
        """Of the files of the listing, and by absolute path those of configuration and versions."""
        root = self._config.root
        if self._files is DISK:
            signatures = dict(listing.files)
        else:
            signatures = {path: self._sign(os.path.join(root, path)) for path in listing.files}
        for path in (*dependency_files(self._config), *_own_rules(self._config)):
            signatures[path] = self._sign(path)
        return signatures

    def _sign(self, path: str) -> Signature:
        """Of a file by its absolute path."""
        try:
            return self._files.signature(path)
        except OSError:
            return UNSIGNED

    def _digest(self, path: str) -> bytes:
        known = self._digests.get(path)
        if known is None:
            known = self._digests[path] = self._digest_of(path)
        return known

    def _digest_of(self, path: str) -> bytes:
        """Empty for a file that cannot be read."""
        content = read(os.path.join(self._config.root, path), self._files)
        return b"" if content is None else content_digest(content)

    def _look(self, path: str) -> tuple[str | None, bytes]:
        full = os.path.join(self._config.root, path)
        kind = kind_of(full, self._files)
        return kind, self._digest_of(path) if kind == "file" else b""


def page_name(config: Config, chosen: Sequence[object]) -> str:
    """What a page is called that depends on the tool, on a configuration and on what `chosen` tells by its `repr`."""
    facts = (
        _LAYOUT,
        sys.version,
        code_digest(""),
        _structural_engine(),
        chosen,
        [(name, getattr(config, name)) for name in config.__slots__ if name not in ("_versions", "files", "problems")],
    )
    return content_digest(repr(facts).encode("utf-8", "surrogatepass")).hex()


def _structural_engine() -> tuple[str, int] | None:
    """Structural rules run only where ast-grep is installed."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("ast_grep_py")
    if spec is None or spec.origin is None:
        return None
    return spec.origin, os.stat(spec.origin).st_mtime_ns


def _own_rules(config: Config) -> Iterable[str]:
    """The files of the project's own structural rules, absolute."""
    for top in config.structural_rules:
        for folder, _, names in os.walk(os.path.join(config.root, top)):
            yield from (os.path.join(folder, name) for name in names)


def _state(digests: Mapping[str, bytes]) -> bytes:
    return content_digest(b"".join([digests[path] for path in sorted(digests)]))


def _names_the_same(project: Project, namespaces: Mapping[str, str], changed: Iterable[str]) -> bool:
    """Whether packages whose files spell their own names still do so."""
    return all(
        project.sources.namespace_root(package.rpartition("/")[0], package.rpartition("/")[2]) == known
        for package, known in namespaces.items()
        if any(path.startswith(f"{package}/") for path in changed)
    )


def _sources_joined(sources: _Sources, payload: bytes | None) -> tuple[_Sources, Callable[[int], int] | None]:
    """With what another process found in the same project, and what makes its bits of ours: None if they are ours."""
    try:
        other = _Sources(*unpacked(payload)) if payload else None
    except (ValueError, EOFError, TypeError):
        other = None
    if other is None or other.state != sources.state:
        return sources, None
    from .project.readings import Readings

    readings = Readings(other.readings)
    before = readings.moved
    ours = readings.join(sources.readings)
    if readings.moved != before:
        return sources, None
    masks = {**other.masks, **{path: ours(mask) for path, mask in sources.masks.items()}}
    return _Sources(sources.state, readings.plain(), masks, {**other.namespaces, **sources.namespaces}), ours


def _stored_of(payload: bytes | None, state: bytes) -> Stored | None:
    """The answers of a page that goes with sources of this state."""
    from .project.stored import Stored

    try:
        made_of, *plain = unpacked(payload) if payload else (b"",)
        return Stored(plain) if made_of == state else None
    except (ValueError, EOFError, TypeError, IndexError):
        return None


def _answers_payload(
    state: bytes, masks: Mapping[Asked, int], new: Mapping[Asked, Plain], before: Stored | None, there: bytes | None
) -> bytes:
    """New answers and those of the page `before`; if that is None, those that are there, if they are of this state."""
    from .project.stored import Stored

    if before is None:
        before = _stored_of(there, state) or Stored()
        masks = {**before.masks(), **{asked: mask for asked, mask in masks.items() if asked in new}}
    return packed((state, *before.with_new(masks, new)), 0)


def _payload(page: _Page | _Sources) -> bytes:
    plain: Any = tuple(page)
    return packed(plain, 1)


def _joined(page: _Page, payload: bytes | None) -> _Page:
    """With what another process found in the same project."""
    try:
        other = _Page(*unpacked(payload)) if payload else None
    except (ValueError, EOFError, TypeError):
        other = None
    if other is None or (other.digests, other.shape) != (page.digests, page.shape):
        return page
    if any(page.consulted.get(path, found) != found for path, found in other.consulted.items()):
        return page
    return page._replace(outcomes={**other.outcomes, **page.outcomes}, consulted={**other.consulted, **page.consulted})


def to_plain(violations: Iterable[Violation]) -> list[Plain]:
    """Violations as `marshal` writes them."""
    return [
        (
            code,
            severity.value,
            message,
            tuple(place),
            [tuple(step) for step in related],
            fix and _plain_fix(fix),
            exploit,
            privileges,
        )
        for code, severity, message, place, related, fix, exploit, privileges in violations
    ]


def _plain_fix(fix: Fix) -> Plain:
    return fix.message, [(tuple(place), text) for place, text in fix.edits], fix.applicability.value


def from_plain(plain: Iterable[Plain]) -> list[Violation]:
    """The violations that `to_plain` was given."""
    from .rule import Range, Related, Severity, Violation

    return [
        Violation(
            code,
            Severity(severity),
            message,
            Range(*place),
            tuple(Related(*step) for step in related),
            None if fix is None else _fix(*fix),
            exploit,
            privileges,
        )
        for code, severity, message, place, related, fix, exploit, privileges in plain
    ]


def _fix(message: str, edits: Iterable[Plain], applicability: str) -> Fix:
    from .rule import Applicability, Edit, Fix, Range

    return Fix(message, tuple(Edit(Range(*place), text) for place, text in edits), Applicability(applicability))
