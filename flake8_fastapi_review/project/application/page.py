"""What an executed application answers, kept between runs in pages of the cache.

A page holds while everything is unchanged that the execution depends on: which files there are, what was found where
something was looked for, the content of the files that were executed or searched, and of all others that none of the
searched words is in them. Files are first compared by their signatures. Of a file that was edited only what was looked
at has to be the same: comments and the bodies of functions that were never called are left out of the comparison, and
the lines of the answers follow the text.

A text that differs from its file (an editor's buffer) has a page of its own, so that neither makes the other one's
forgotten. Both are judged by the texts of the moment alone.
"""

from __future__ import annotations

import marshal
import os
import re
from typing import TYPE_CHECKING, Any

from ...files import DISK
from ...module import Unreadable, parse
from ...records import NamedTuple
from ...unchanged import Signature, is_settled, signature
from ..cache import code_digest, content_digest
from ..disk import kind_of, unlisted
from .texts import text_digest, text_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping

    from ...config import Config
    from ..cache import Cache
    from ..disk import Listing
    from ..modules import Modules
    from .answers import Made

_SAVED, _UNSAVED = "saved", "unsaved"

Moves = dict[str, dict[int, int]]
"""Path → line as it was when the answers were found → line now."""


class Executed(NamedTuple):
    """A file that took part in the execution."""

    text: str
    tree: ast.Module
    skipped: frozenset[str]
    """Qualnames of the functions into whose bodies nobody looked."""
    watched: dict[str, tuple[str, ...]]
    """Qualname of a function that is given the request → its parameters that hold it: whether it looks at the path
    in it was asked."""


class Searched(NamedTuple):
    """What an execution read besides the files it executed."""

    words: frozenset[bytes]
    """That were looked for in all files."""
    aliases: frozenset[str]
    """Other names of what the words mean."""
    examined: frozenset[str]
    """Files that were looked at in order to decide whether to execute them."""
    unreadable: frozenset[str]


class Found(NamedTuple):
    """A page that holds."""

    answers: Any
    moves: Moves
    part: Part


class Part:
    """Hands out the parts of a page that are wanted for some files only."""

    def __init__(self, cache: Cache, slot: str, page_id: bytes) -> None:
        self._cache = cache
        self._slot = slot
        self.id = page_id

    def get(self, kind: str, path: str = "") -> Any:
        """None when it is lost."""
        payload = self._cache.get(f"<{self._slot} {kind}>{path}", self.id)
        return None if payload is None else marshal.loads(payload)

    def get_many(self, kind: str, paths: Iterable[str]) -> dict[str, Any]:
        """Of those that are not lost."""
        names = {f"<{self._slot} {kind}>{path}": path for path in paths}
        found = self._cache.get_many(dict.fromkeys(names, self.id))
        return {names[name]: marshal.loads(payload) for name, payload in found.items()}

    def put(self, kind: str, path: str, value: Any) -> None:
        self._cache.put(f"<{self._slot} {kind}>{path}", self.id, marshal.dumps(value))

    def put_header(self, header: dict[str, Any], key: bytes) -> None:
        self._cache.put(f"<{self._slot}>", key, marshal.dumps(header))


# Texts


def _digest(modules: Modules, path: str) -> bytes | None:
    text = text_of(modules, path)
    return text_digest(text) if text is not None else None


def _words(searched: Iterable[bytes], aliases: Iterable[str]) -> re.Pattern[str]:
    """A call is found in the tree, however it is written."""
    patterns = []
    for word in (*[word.decode() for word in searched], *aliases):
        pattern = re.escape(word.removesuffix("("))
        patterns.append(pattern + r"\s*\(" if word.endswith("(") else pattern)
    return re.compile("|".join(sorted(patterns)) or r"(?!)")


# The page


class Pages:
    """The pages of one project."""

    def __init__(self, modules: Modules, config: Config, listed: Callable[[], Listing]) -> None:
        self.modules = modules
        self._config = config
        self._listed = listed
        self._cache = modules.cache if config.files is DISK else None

    @property
    def is_kept(self) -> bool:
        """Whether there is a place to keep pages in."""
        return self._cache is not None

    def load(self, stamp: str) -> Found | None:
        """The page, if there is one that holds. `stamp`: what the answers depend on besides files and configuration."""
        if self._cache is None:
            return None
        self._listed()  # before any file is read
        key = self._name(stamp)
        for slot in (_SAVED, _UNSAVED):
            payload = self._cache.get(f"<{slot}>", key)
            if payload is not None:
                try:
                    header: dict[str, Any] = marshal.loads(payload)
                    found = self._checked(header, Part(self._cache, slot, header["id"]), key)
                except (ValueError, KeyError, TypeError, EOFError, IndexError):
                    continue
                if found is not None:
                    return found
        return None

    def _name(self, stamp: str) -> bytes:
        config = self._config
        facts = (stamp, config.root, config.src, config.exclude, config.knowledge, code_digest("project", "knowledge"))
        return content_digest(repr(facts).encode("utf-8", "surrogatepass"))

    def _checked(self, header: dict[str, Any], part: Part, key: bytes) -> Found | None:
        looked_at = self.modules.looked_at()
        listing = self._listed()
        now = {path: sign for path, sign in listing.files.items() if path.endswith(".py")}
        files: dict[str, Signature | None] = header["files"]
        beyond: dict[str, Signature | None] = header["beyond"]
        if now.keys() != files.keys() or any(path not in files for path in looked_at):
            return None
        check = _Check(self.modules, header, part)
        # Cheap, and in an editor the likeliest to fail.
        if not all(check.holds(path) for path in looked_at):
            return None
        if not self._finds_the_same(header, part, listing):
            return None
        changed = [path for path, sign in files.items() if sign is None or now[path] != sign]
        for path, sign in beyond.items():
            full = self.modules.sources.absolute(path)
            now[path] = signature(os.stat(full)) if os.path.exists(full) else (0, 0, 0, 0)
            if sign is None or now[path] != sign:
                changed.append(path)
        if not all(check.holds(path) for path in changed if path not in looked_at):
            return None
        if changed and not _names_the_same(self.modules, header["namespaces"], changed):
            return None
        is_new = check.is_new or header["folders"] != list(listing.folders)
        for path in changed:
            held = beyond if path in beyond else files
            # A text that is being looked at, and not saved, says nothing about its file.
            if is_settled(now[path], listing.moment) and not is_unsaved(self.modules, path):
                held[path] = now[path]
                is_new = True
        if is_new:
            header["folders"] = list(listing.folders)
            part.put_header(header, key)
        self.modules.sources.foresee(header["apart"])
        return Found(header["answers"], {path: found for path, found in check.moves.items() if found}, part)

    def _finds_the_same(self, header: dict[str, Any], part: Part, listing: Listing) -> bool:
        """Whether what was looked for is there, or not there, as it was."""
        if (header["links"], header["unlisted"]) != (listing.links, listing.unreadable):
            return False
        absolute = self.modules.sources.absolute
        if any(kind_of(absolute(path)) != kind for path, kind in header["apart"].items()):
            return False
        before, now = header["folders"], listing.folders
        if before == list(now):
            return True
        asked = part.get("asked")
        return asked is not None and not any(
            path in asked and (asked[path] == "folder") is not (path in now) for path in {*before} ^ {*now}
        )

    def store(self, stamp: str, searched: Searched, executed: Mapping[str, Executed], answered: Made) -> bytes | None:
        """Keep the answers. Returns what the page is known by; None if there is none."""
        from .skeleton import is_acting, skeleton

        modules, listing = self.modules, self._listed()
        now = {path: sign for path, sign in listing.files.items() if path.endswith(".py")}
        if self._cache is None or any(path not in now for path in modules.looked_at()):
            return None
        unsaved = {path for path in modules.looked_at() if is_unsaved(modules, path)}
        pattern = _words(searched.words, searched.aliases)
        answers, rows = answered.plain()
        lines = answered.lines()
        relevant: dict[str, tuple[str, bytes | None]] = {}
        code: dict[str, Any] = {}
        for path, each in executed.items():
            made = skeleton(each.text, each.tree, each.skipped, each.watched, pattern)
            order = {line: position for position, line in enumerate(made.lines)}
            named = lines.get(path, set())
            if named <= order.keys():
                relevant[path] = ("code", text_digest(each.text))
                acting = is_acting(each.text.encode("utf-8", "surrogatepass"))
                places = {line: order[line] for line in named}
                code[path] = (made.digest, acting, tuple(sorted(each.skipped)), each.watched, places)
            else:
                relevant[path] = ("all", text_digest(each.text))
        for path in modules.mentioning_any(tuple(searched.words)):
            relevant.setdefault(path, ("all", _present_digest(modules, path)))
        for path in searched.examined:
            relevant.setdefault(path, ("idle", _present_digest(modules, path)))
        for path in searched.unreadable:
            relevant[path] = ("all", _present_digest(modules, path))
        kinds = modules.sources.kinds()
        apart = {path: kinds[path] for path in unlisted(listing, kinds, self._config.root, self._config)}
        header = {
            "id": content_digest(marshal.dumps((sorted(relevant), os.urandom(16)))),
            "files": {
                path: sign if is_settled(sign, listing.moment) and path not in unsaved else None
                for path, sign in now.items()
            },
            "beyond": dict.fromkeys(path for path in relevant if path not in now),
            "folders": list(listing.folders),
            "links": listing.links,
            "unlisted": listing.unreadable,
            "apart": apart,
            "namespaces": dict(modules.sources.namespaces()),
            "words": tuple(sorted(searched.words)),
            "aliases": tuple(sorted(searched.aliases)),
            "relevant": relevant,
            "moves": {},
            "answers": answers,
        }
        part = Part(self._cache, _UNSAVED if unsaved else _SAVED, header["id"])
        part.put_header(header, self._name(stamp))
        part.put("asked", "", {path: kind for path, kind in kinds.items() if not path.endswith((".py", "/*"))})
        for path, facts in code.items():
            part.put("code", path, facts)
        for path, value in rows.items():
            part.put("rows", path, value)
        return part.id


def is_unsaved(modules: Modules, path: str) -> bool:
    """Whether a text that is being looked at differs from its file."""
    module = modules.looked_at().get(path)
    return module is not None and text_digest(module.text) != _digest(modules, path)


def _present_digest(modules: Modules, path: str) -> bytes | None:
    module = modules.looked_at().get(path)
    return text_digest(module.text) if module is not None else _digest(modules, path)


class _Check:
    """Compares texts with what a page says of them; what is found on disk becomes a part of the header."""

    def __init__(self, modules: Modules, header: dict[str, Any], part: Part) -> None:
        self.moves: Moves = dict(header["moves"])
        self.is_new = False
        self._modules = modules
        self._header = header
        self._part = part
        self._pattern: re.Pattern[str] | None = None

    def holds(self, path: str) -> bool:
        """Whether the answers hold with the text that a file has now."""
        header = self._header
        module = self._modules.looked_at().get(path)
        text = module.text if module is not None else text_of(self._modules, path)
        digest = text_digest(text) if text is not None else None
        kind, known = header["relevant"].get(path, ("", None))
        if kind and digest == known:
            return True
        if self._pattern is None:
            self._pattern = _words(header["words"], header["aliases"])
        tree = module.tree if module is not None else None
        found = _moves(path, text, tree, kind, self._part, header["words"], self._pattern)
        if found is None:
            return False
        self.moves[path] = found
        if kind and not is_unsaved(self._modules, path):
            header["relevant"][path] = (kind, digest)
            header["moves"][path] = found
            self.is_new = True
        return True


def _names_the_same(modules: Modules, namespaces: dict[str, str], paths: Iterable[str]) -> bool:
    """Whether packages whose files spell their own names still do so."""
    for package, known in namespaces.items():
        if any(path.startswith(f"{package}/") for path in paths):
            root, _, name = package.rpartition("/")
            if modules.sources.namespace_root(root, name) != known:
                return False
    return True


def _moves(
    path: str,
    text: str | None,
    tree: ast.Module | None,
    kind: str,
    part: Part,
    searched: tuple[bytes, ...],
    words: re.Pattern[str],
) -> dict[int, int] | None:
    """Which lines of the answers are others with this text; None when the answers may be others."""
    if text is None or kind == "all":
        return None
    from .skeleton import is_acting, skeleton

    data = text.encode("utf-8", "surrogatepass")
    if kind != "code":
        is_like_before = not any(word in data for word in searched) and not (kind == "idle" and is_acting(data))
        return {} if is_like_before else None
    facts = part.get("code", path)
    if facts is None:
        return None
    digest, acting, skipped, watched, places = facts
    if is_acting(data) is not acting:
        return None
    if tree is None:
        try:
            tree = parse(text, path)
        except Unreadable:
            return None
    made = skeleton(text, tree, frozenset(skipped), watched, words)
    if made.digest != digest:
        return None
    return {line: made.lines[position] for line, position in places.items() if made.lines[position] != line}
