"""Breaks of the HTTP contract as findings of a change: FAR097, which takes both sides.

The projects with changed Python files are opened on both sides; what `project.contract` finds is placed in the new one.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from . import config as configuration
from . import registry
from .records import NamedTuple
from .registry import INTERNAL
from .review import Located, cache_folder, in_order, internal_error, shown
from .rule import Applicability, Edit, Fix, Range, Related, Rule, Severity
from .suppression import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .change import Comparison
    from .config import Config
    from .git import Snapshot
    from .project import Project
    from .project.application import RouteRow
    from .project.contract import Break
    from .registry import Selection

CODE = "FAR097"
_SHOWN = 25
"""So many routes of one cause are listed."""
_REMEDIES = {
    "route": "keep it, marked `deprecated=True`, until its clients have moved",
    "method": "keep it, marked `deprecated=True`, until its clients have moved",
    "moved": "keep the old route, marked `deprecated=True`, until its clients have moved",
    "removed": "keep it until no client reads it",
    "renamed": "send both until no client reads the old one",
    "parameter": "take the old one as well until no client sends it",
    "required": "give it a default",
    "narrowed": "take what it took before as well",
    "widened": "clients that know the old answers fail at the new ones: answer so in a new version only",
    "status": "keep the status that clients check for",
    "security": "tell clients before, or ask for it in a new version only",
}
_REMEDY = "add a new route for it"


_ADVICE = {
    "required": "Give it a default, or ask for it in a new route and leave this one as it is",
    "narrowed": "Take the old type here, and the new one in a new route",
    "widened": "Answer as before here, and with the new type in a new route",
    "changed": "Keep the old type here, and give the new one to a new route",
    "status": "Answer with the old status: clients compare numbers",
    "content": "Keep the old media type here, and give the new one to a new route",
    "security": "Tell clients from when on, and let the old calls pass until then",
}
"""Kinds that the rule's own example is not about."""
_DECLARES = re.compile(r"\s*(\w+)\s*:[^:]*\S$")
"""A field of a class, or a parameter on a line of its own."""


class Broken(NamedTuple):
    """The findings, with paths as the user sees them, in order."""

    findings: tuple[Located, ...]
    suppressed: tuple[Located, ...]


def broken(
    comparison: Comparison,
    paths: Sequence[str],
    chosen: tuple[Sequence[str], ...],
    cache_dir: str | None,
    opened: tuple[Mapping[str, Project], Mapping[str, Project]] = ({}, {}),
) -> Broken:
    """What the change breaks, as far as it is placed below `paths`. `chosen`: the selectors of `review`. `opened`:
    projects that are open already, by root, of the old and of the new side.
    """
    findings: list[Located] = []
    dropped: list[Located] = []
    for root in _roots(comparison):
        config = configuration.load(root, comparison.head)
        selection = registry.select(config, *chosen)
        if CODE not in selection.codes:
            continue
        rule = selection.rule(CODE)
        known = opened[0].get(root), opened[1].get(root)
        contract = _Contract(root, config, selection, rule, comparison, cache_dir, known)
        for path, violation in contract.kept(chosen):
            if not _is_below(path, paths):
                continue
            text = contract.text(path)
            kept, out = split([violation], text)
            findings += [(path, each) for each in kept]
            dropped += [(path, each) for each in out]
    return Broken(tuple(sorted(findings, key=in_order)), tuple(sorted(dropped, key=in_order)))


def _is_below(path: str, paths: Iterable[str]) -> bool:
    full = os.path.abspath(path)
    return any(full == one or full.startswith(one.rstrip(os.sep) + os.sep) for one in map(os.path.abspath, paths))


def _roots(comparison: Comparison) -> list[str]:
    """Of the projects that are on both sides and of which some Python changed."""
    base, head = comparison.base, comparison.head
    names = [os.path.abspath(path) for path in comparison.shown_changed() if path.endswith(".py")]
    names += [os.path.join(head.top, name) for name in comparison.removed if name.endswith(".py")]
    roots = {configuration.find_root(name, head) for name in names}
    return [root for root in sorted(roots) if base.kind(root) == "folder" and head.kind(root) == "folder"]


class _Contract:
    """One project on both sides."""

    def __init__(
        self,
        root: str,
        config: Config,
        selection: Selection,
        rule: Rule,
        comparison: Comparison,
        cache_dir: str | None,
        opened: tuple[Project | None, Project | None],
    ) -> None:
        self.root = root
        self._opened = opened
        self._config = config
        self._selection = selection
        self._rule = rule
        self._comparison = comparison
        self._cache_dir = cache_dir
        self._texts: dict[str, str] = {}
        self._old_paths: dict[str, str] | None = None

    def kept(self, chosen: Sequence[Sequence[str]]) -> list[Located]:
        """`findings`, from the cache if these two sides were the last that were compared."""
        folder = cache_folder(self.root, self._cache_dir)
        if not folder:
            return self.findings()
        from .findings import from_plain, page_name, to_plain
        from .project.cache import opened, packed, unpacked

        cache = opened(folder)
        name = page_name(self._config, (CODE, *map(tuple, chosen)))
        sides = self._sides()
        try:
            there = cache.page(name)
            known, plain = unpacked(there) if there else (b"", [])
            if known == sides:
                return [(path, from_plain([each])[0]) for path, each in plain]
        except (ValueError, EOFError, TypeError):
            pass
        finally:
            cache.close()
        found = self.findings()
        if not any(violation.code == INTERNAL for _, violation in found):
            payload = packed((sides, [(path, to_plain([each])[0]) for path, each in found]))
            cache.put_page(name, lambda there: payload)
            cache.close()
        return found

    def _sides(self) -> bytes:
        """Stands for the files of both sides and what became of them."""
        from .project.cache import content_digest

        told: list[object] = [os.getcwd(), self.root, sorted(self._comparison.renamed.items())]
        for side in (self._comparison.base, self._comparison.head):
            told += [side.top, [(path, blob.mode, side.identity(path)) for path, blob in sorted(side.blobs.items())]]
        return content_digest(repr(told).encode("utf-8", "surrogatepass"))

    def findings(self) -> list[Located]:
        from .project import Project
        from .project.contract import breaks

        def opened(files: Snapshot, known: Project | None) -> Project:
            if known is not None:
                return known
            config = configuration.seen_in(self._config, files)
            return Project(self.root, config, cache_folder(self.root, self._cache_dir))

        old = opened(self._comparison.base, self._opened[0])
        new = opened(self._comparison.head, self._opened[1])
        self._texts.clear()
        try:
            if not (old.modules.mentioning("FastAPI") or old.modules.mentioning("APIRouter")):
                return []
            found = breaks(old, new, self._internal(old), self._internal(new))
            located = [made for each in found if (made := self._located(each)) is not None]
        except Exception as error:
            first = min(self._comparison.shown_changed(), default="")
            if not first or INTERNAL not in self._selection.codes:
                return []
            return [(first, internal_error(self._rule, error))]
        finally:
            for project in (old, new):
                if project.cache is not None:
                    project.cache.close()
        return located

    def _internal(self, project: Project) -> Callable[[RouteRow], bool]:
        """Whether a row is no part of the contract: by its path, or because it is no code of the application."""
        paths: list[str] = getattr(self._rule, "internal_paths", [])
        roles: dict[str, bool] = {}

        def internal(row: RouteRow) -> bool:
            if any(_fits(row.path, pattern) for pattern in paths):
                return True
            known = roles.get(row.file)
            if known is None:
                text = (project.modules.bytes_of(row.file) or b"").decode("utf-8", "replace")
                known = roles[row.file] = configuration.role(self._config, row.file, text) != "app"
            return known

        return internal

    def _located(self, found: Break) -> Located | None:
        placed = found.place or self._nearest(found)
        if placed is None:
            return None
        name, line = placed
        if configuration.excluded(self._config, name) or not self._selection.enabled(CODE, name):
            return None
        path = shown(os.path.join(self.root, name))
        lines = self.text(path).splitlines()
        if not lines:
            return None
        line = min(max(line, 1), len(lines))
        text = lines[line - 1]
        start = len(text[: len(text) - len(text.lstrip())].encode())
        place = Range(line, start, line, max(len(text.rstrip().encode()), start))
        severity = Severity.WARNING if found.is_deprecated else self._rule.severity
        violation = self._rule.at(
            place,
            related=self._related(found),
            severity=self._selection.severity(CODE, severity),
            what=_what(found),
            side=found.side,
            fix=self._fix(found, place, text),
            remedy=_REMEDIES.get(found.kind, _REMEDY),
        )
        return path, violation

    def _fix(self, found: Break, place: Range, text: str) -> Fix | None:
        """What stood there before, where it is about the same name; else what to do in words."""
        if found.kind not in _ADVICE:
            return None
        name, line = found.was
        old = _text(self._comparison.base, os.path.join(self.root, name))
        before = next(iter(old.splitlines()[line - 1 : line]), "").rstrip()
        one, other = _DECLARES.fullmatch(before), _DECLARES.fullmatch(text.rstrip())
        if found.place is None or one is None or other is None or one[1] != other[1] or before.strip() == text.strip():
            return Fix(_ADVICE[found.kind], (), Applicability.DISPLAY)
        return Fix("Keep what it was", (Edit(place, before.strip()),), Applicability.DISPLAY)

    def _related(self, found: Break) -> list[Related]:
        uses = [use for use in found.uses if use.file is not None]
        return [
            Related(shown(os.path.join(self.root, use.file or "")), use.line, f"`{use.method} {use.path}`")
            for use in uses[:_SHOWN]
        ]

    def _nearest(self, found: Break) -> tuple[str, int] | None:
        """Where what is gone would stand in the new side: the line before it that is still there, or the file of the
        application."""
        file, line = found.was
        new = self._new_path(shown(os.path.join(self.root, file)))
        if new is None:
            return found.near
        name = os.path.relpath(os.path.abspath(new), self.root).replace(os.sep, "/")
        for before in range(line, 0, -1):
            kept = self._comparison.new_line(new, before)
            if kept is not None:
                return name, kept
        return name, 1

    def _new_path(self, old: str) -> str | None:
        """The new path of a file by its old one."""
        if self._old_paths is None:
            self._old_paths = {self._comparison.old(path): path for path in self._comparison.shown_changed()}
        known = self._old_paths.get(old)
        if known is not None:
            return known
        return old if self._comparison.head.kind(os.path.abspath(old)) == "file" else None

    def text(self, path: str) -> str:
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = _text(self._comparison.head, os.path.abspath(path))
        return known


def _text(side: Snapshot, path: str) -> str:
    """Empty for a file that cannot be read."""
    try:
        return side.read(path).decode("utf-8", "replace")
    except OSError:
        return ""


def _what(found: Break) -> str:
    text = found.text
    if found.kind in ("route", "method", "moved"):
        return f"{text} ({found.was[0]}:{found.was[1]} had it)"
    first = found.uses[0]
    others = len({(use.method, use.path) for use in found.uses}) - 1
    more = f" and {others} other route{'s' * (others > 1)}" if others else ""
    had = f" ({found.was[0]}:{found.was[1]} had it)" if found.kind in ("removed", "parameter") else ""
    return f"{text}{had} in `{first.method} {first.path}`{more}"


def _fits(path: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(path, pattern)


__all__ = ["CODE", "Broken", "broken"]
