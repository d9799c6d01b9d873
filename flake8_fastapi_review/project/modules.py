"""The Summaries of a project, made or fetched when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module import Module, Summary, Unreadable, decode
from .readings import NOW, Readings, Search
from .sources import Sources

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Container, Iterable, Iterator

    from .cache import Cache
    from .stored import Asked, Told
    from .vocabulary import Vocabulary

KEPT = 4000
"""So many Summaries stay in memory; the least recently used go first and are fetched again when needed."""

KEPT_TEXT = 4_000_000
"""Trees of so many characters stay after their Summary was made or they were looked at: files are looked at soon after
those that import them, and neighbours import each other. A character costs some 50 bytes."""

_MANY = 12
"""After so many searches of all texts there will be more: what words the texts hold is found out once."""


class Modules:
    """Summaries by path, from the live modules, the cache or the files, in that order.

    The gate through which the content of files gets in: whoever is answered here has read the file, or searched.
    """

    def __init__(self, sources: Sources, cache: Cache | None) -> None:
        self.sources = sources
        self.cache = cache
        self.readings = Readings()
        self._summaries: dict[str, Summary | None] = {}
        self._live: dict[str, Module] = {}
        self._kept: dict[str, Module] = {}
        self._kept_text = 0
        self.holding = 0
        """While it is not 0, no module that was compiled is let go: somebody is looking at several."""
        self._unsaved: dict[str, bytes] = {}
        """Path → digest of the text of Summaries that the cache still has to be given."""
        self._aside: dict[str, Summary] = {}
        """Complete Summaries of live modules, to be used again when these are dropped."""
        self._texts: dict[str, bytes] | None = None
        self._vocabulary: Vocabulary | None = None
        self._found: dict[Search, list[str]] = {}
        """The files whose text on the disk a search finds, as far as it was asked for."""
        self._replaced: Callable[[str], None] = lambda path: None
        self._answers: dict[str, Callable[[Container[Asked]], Iterable[Told]]] = {}
        if cache is not None:
            cache.when_closing(self.save)

    def when_kept(self, name: str, answers: Callable[[Container[Asked]], Iterable[Told]]) -> None:
        """Have `answers(known)` tell what a later run may be given from `Readings.kept`, without what is known; the
        last of a name does."""
        self._answers[name] = answers

    def answers(self, known: Container[Asked]) -> Iterator[Told]:
        """What was found in this run that a later one may be given, without what is known."""
        for told in self._answers.values():
            yield from told(known)

    def when_replaced(self, listener: Callable[[str], None]) -> None:
        """Have `listener(path)` called when a Summary gives way to another one of the same file."""
        self._replaced = listener

    def resolve(self, importer: str, level: int, module: str | None) -> str | None:
        return self.sources.resolve(importer, level, module)

    def submodule(self, package: str, name: str) -> str | None:
        return self.sources.submodule(package, name)

    def dotted(self, path: str) -> str:
        return self.sources.dotted(path.rstrip("/") if path.endswith("/") else path)

    def mentioning(self, name: str) -> list[str]:
        """The project's files whose text holds `name`, sorted; an identifier not as a part of a longer one."""
        words = (name.encode(),)
        if not name.isidentifier():
            return self.mentioning_any(words)
        return self._searched(Search(words, True))

    def mentioning_any(self, words: tuple[bytes, ...]) -> list[str]:
        """The project's files whose text holds one of `words`, sorted."""
        return self._searched(Search(words, False))

    def _searched(self, search: Search) -> list[str]:
        found = self.readings.found(search)
        if found is None:
            found = self._search(search)
        NOW.mask |= self.readings.searched(search, found)
        return found

    def _search(self, search: Search) -> list[str]:
        if self._texts is None:
            self._texts = {}
            for path in self.sources.all_files():
                text = self._read(path)
                if text is not None:
                    self._texts[path] = text
        known = self._texts
        live = [path for path in self._live if path not in known or self.sources.is_overlaid(path)]
        found = self._found.get(search)
        if found is None:
            found = self._found[search] = sorted(self._look_through(known, search))
        if not live:
            return [*found]
        now = [path for path in live if search.finds(self._live[path].text.encode())]
        return sorted([*(path for path in found if path not in live), *now])

    def _look_through(self, texts: dict[str, bytes], search: Search) -> Iterable[str]:
        if self._vocabulary is None:
            if len(self._found) < _MANY:
                return [path for path, text in texts.items() if search.finds(text)]
            from .vocabulary import Vocabulary

            self._vocabulary = Vocabulary(texts)
        return self._vocabulary.found(search)

    def bytes_of(self, path: str) -> bytes | None:
        """The text of a file, UTF-8 if it is a buffer; None if it cannot be read."""
        NOW.mask |= self.readings.bit(path)
        return self._bytes_of(path)

    def _bytes_of(self, path: str) -> bytes | None:
        live = self._live.get(path)
        if live is not None:
            return live.text.encode()
        return self._texts[path] if self._texts is not None and path in self._texts else self._read(path)

    def _read(self, path: str) -> bytes | None:
        try:
            return self.sources.files.read(self.sources.absolute(path))
        except OSError:
            return None

    def looked_at(self) -> dict[str, Module]:
        """The modules that stand in for their files now."""
        return self._live

    def compiled_module(self, path: str) -> Module | None:
        """The module itself if it is at hand."""
        NOW.mask |= self.readings.bit(path)
        return self._live.get(path) or self._kept.get(path)

    def tree_of(self, path: str) -> Module | None:
        """The module itself, for the abstract execution of the application; None if it cannot be read."""
        NOW.mask |= self.readings.bit(path)
        live = self._live.get(path) or self._kept.get(path)
        if live is not None:
            return live
        data = self._read(path)
        if data is None:
            return None
        try:
            return Module(path, decode(data, path))
        except Unreadable:
            return None

    def lent(self, path: str) -> Module | None:
        """The module itself with its Summary as the one that counts for its file, to ask for types in it; None if it
        cannot be read."""
        NOW.mask |= self.readings.bit(path)
        at_hand = self._live.get(path)
        if at_hand is not None:
            return at_hand
        kept = self._kept.get(path)
        if kept is None:
            data = self._read(path)
            if data is None:
                return None
            try:
                kept = Module(path, decode(data, path))
            except Unreadable:
                return None
            self._keep(kept)
        if self._summaries.get(path) is not kept.summary:
            known = self._summaries.pop(path, None)
            if known is not None and path in self._unsaved:
                known.complete()
                self._save(path, known)
            self._remember(path, kept.summary)
            self._replaced(path)
        return kept

    def opened(self, path: str, text: str, tree: ast.Module | None) -> Module:
        """A module to be looked at; one that was compiled for its Summary a moment ago is used again.

        Raises Unreadable.
        """
        NOW.mask |= self.readings.bit(path)
        kept = self._take(path)
        if kept is not None and kept.text == text:
            self._live[path] = kept
            return kept
        if kept is not None:
            self._forget(kept)
        module = Module(path, text, tree)
        self.put(module)
        return module

    def compiled(self) -> Iterator[str]:
        """Files that are cheap to look at now, because they were compiled for their Summary; the last first."""
        return reversed(tuple(self._kept))

    def put(self, module: Module) -> None:
        """Let a module that is being looked at stand in for its file."""
        known = self._summaries.pop(module.path, None)
        if known is not None and not self.sources.is_overlaid(module.path):
            self._aside[module.path] = known
        self._live[module.path] = module
        self._replaced(module.path)

    def drop(self, path: str) -> None:
        """The file has been looked at: its tree may go, its Summary stays if all of it has been made."""
        module = self._live.pop(path, None)
        if module is None:
            return
        aside = self._aside.pop(path, None)
        kept = aside or module.complete_summary()
        if kept is None and not self.sources.is_overlaid(path):
            self._keep(module)
            return
        module.release()
        if aside is not None or kept is None:
            self._replaced(path)
        if kept is not None and not self.sources.is_overlaid(path):
            self._remember(path, kept)

    def summary(self, path: str) -> Summary | None:
        """None for a namespace package, a missing or an unreadable file."""
        NOW.mask |= self.readings.bit(path)
        live = self._live.get(path)
        if live is not None:
            return live.summary
        if path in self._summaries:
            return self._summaries[path]
        kept = self._kept.get(path)
        if kept is not None:
            found: Summary | None = kept.summary
        else:
            found = self._load(path) if path.endswith(".py") else None
            self._replaced(path)
        self._remember(path, found)
        return found

    def _remember(self, path: str, summary: Summary | None) -> None:
        while len(self._summaries) >= KEPT:
            del self._summaries[next(iter(self._summaries))]
        self._summaries[path] = summary

    def _load(self, path: str) -> Summary | None:
        data = self._read(path)
        if data is None:
            return None
        if self.cache is None:
            return self._compile(path, data)
        from .cache import content_digest, packed, unpacked

        digest = content_digest(data)
        payload = self.cache.get(path, digest)
        if payload is not None:
            plain = unpacked(payload)
            return Summary.from_plain(plain) if plain is not None else None
        summary = self._compile(path, data)
        if summary is None:
            self.cache.put(path, digest, packed(None))
        else:
            self._unsaved[path] = digest
        return summary

    def _compile(self, path: str, data: bytes) -> Summary | None:
        try:
            module = Module(path, decode(data, path))
        except Unreadable:
            return None
        self._keep(module)
        return module.summary

    def save(self) -> None:
        """Hand the cache the Summaries that are not complete yet."""
        for path in tuple(self._unsaved):
            summary = self._summaries.get(path)
            if summary is not None:
                self._save(path, summary)

    def _save(self, path: str, summary: Summary) -> None:
        digest = self._unsaved.pop(path, None)
        if digest is not None and self.cache is not None:
            from .cache import packed

            self.cache.put(path, digest, packed(summary.to_plain()))

    def _keep(self, module: Module) -> None:
        while self._kept and not self.holding and self._kept_text + len(module.text) > KEPT_TEXT:
            oldest = self._take(next(iter(self._kept)))
            if oldest is not None:
                self._forget(oldest)
        self._kept[module.path] = module
        self._kept_text += len(module.text)

    def _take(self, path: str) -> Module | None:
        module = self._kept.pop(path, None)
        if module is not None:
            self._kept_text -= len(module.text)
        return module

    def _forget(self, module: Module) -> None:
        made = self._summaries.get(module.path)
        if made is None:
            self._replaced(module.path)
        else:
            made.complete()
            self._save(module.path, made)
        module.release()
