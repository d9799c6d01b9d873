"""The review of a change: both of its sides are reviewed whole, and the findings that only the new one has are told.

A finding of one side is that of the other if rule, place in the code (identity.py) and number agree; line numbers and
the names of renamed files do not matter. So a finding is also told where the change did not touch a line: a helper that
became blocking is found in every route that calls it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from .contract import CODE, broken
from .identity import Anchor, anchors
from .module import Unreadable, decode, split_lines
from .records import NamedTuple
from .registry import INTERNAL
from .review import Located, Review, in_order, review, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .files import Files
    from .git import Snapshot
    from .project import Project
    from .rule import Related, Violation

_NOWHERE = Anchor("", "")


class New(NamedTuple):
    """A finding that the change brought."""

    path: str
    violation: Violation
    on_changed_line: bool
    """A line of it is part of the change; if not, the change caused it from elsewhere."""
    cause: Related | None
    """Of one caused from elsewhere: the place in its chain that the change touched."""


class Outcome(NamedTuple):
    """What came of the review of a change. Paths are as the user sees them, everything is sorted."""

    head: Review
    """The whole new side; its findings are the new and the unchanged ones."""
    base: Review
    """The whole old side; its findings are the fixed and the unchanged ones."""
    new: tuple[New, ...]
    fixed: tuple[Located, ...]
    """With the paths of the old side."""
    changed: tuple[str, ...]
    """Files that were added, changed or renamed, of any language."""
    removed: tuple[str, ...]
    changed_lines: Mapping[str, frozenset[int]]
    """Of the changed files that are text: the lines that are new."""
    unchanged: int
    """How many findings both sides have."""
    baselined: tuple[Located, ...]
    """Those of the new side alone that its baseline holds."""


def review_change(
    base: Snapshot,
    head: Snapshot,
    renamed: Mapping[str, str],
    paths: Sequence[str],
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    extend_ignore: Sequence[str] = (),
    jobs: int = 1,
    cache_dir: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    counting: bool = False,
) -> Outcome:
    """Review what lies below `paths` on both sides; both are states of one repository.

    `renamed` says which new path was which old one. The settings are those of the new side, also for the old one: what
    another setting finds is no part of the change. So is the baseline: it drops nothing before the sides are compared,
    then those of the new findings that it holds. The other arguments are those of `review`.
    """

    opened: dict[Snapshot, dict[str, Project]] = {base: {}, head: {}}

    def reviewed(side: Snapshot) -> Review:
        return review(
            [path for path in paths if side.kind(os.path.abspath(path))],
            select=select,
            extend_select=extend_select,
            ignore=ignore,
            extend_ignore=extend_ignore,
            jobs=jobs,
            cache_dir=cache_dir,
            progress=progress,
            files=side,
            settings=head,
            # What is kept of one side serves the other one.
            counting=counting,
            baseline=side is head,
            # Where links lead is told by no listing.
            states=[(name, side.links) for name in (("head", "base") if side is head else ("base", "head"))],
            opened=opened[side],
        )

    comparison = Comparison(base, head, renamed)
    # The old side first: it may be what an earlier review had as its new one, and keeps.
    before = reviewed(base)
    old_side, new_side = _without_news(before, comparison), reviewed(head)
    # What a baseline holds comes after what stands, so that findings are told by their position.
    everything = (*new_side.findings, *new_side.baselined)
    matched, fixed = _matched(old_side.findings, everything, comparison)
    unmatched = [position for position in range(len(everything)) if position not in matched]
    standing = len(new_side.findings)
    chosen = (select, extend_select, ignore, extend_ignore)
    contract = broken(comparison, paths, chosen, cache_dir, (opened[base], opened[head]))
    told = [*(everything[position] for position in unmatched if position < standing), *contract.findings]
    new = tuple(_new(path, violation, comparison) for path, violation in sorted(told, key=in_order))
    held = tuple(everything[position] for position in unmatched if position >= standing)
    changed = tuple(sorted(comparison.shown_changed()))
    lines = {path: comparison.changed_lines(path) for path in changed}
    removed = tuple(sorted(shown(os.path.join(base.top, path)) for path in comparison.removed))
    lines = {path: found for path, found in lines.items() if found}
    new_side = new_side._replace(
        findings=tuple(sorted((*new_side.findings, *contract.findings), key=in_order)),
        suppressed=tuple(sorted((*new_side.suppressed, *contract.suppressed), key=in_order)),
    )
    return Outcome(new_side, old_side, new, fixed, changed, removed, lines, len(matched), held)


def _without_news(old: Review, comparison: Comparison) -> Review:
    """The old side speaks of the new settings: if they changed, what is wrong with them is no old finding."""
    wrong = {shown(problem.path) for problem in old.problems}
    kept = [
        (path, violation)
        for path, violation in old.findings
        if not (violation.code == INTERNAL and path in wrong and not comparison.is_same(path))
    ]
    return old._replace(findings=tuple(kept))


def _new(path: str, violation: Violation, comparison: Comparison) -> New:
    place = violation.range
    touched = comparison.changed_lines(path)
    if not touched.isdisjoint(range(place.line, place.end_line + 1)):
        return New(path, violation, True, None)
    # What is told of a class as a whole is explained by the class; routes that use it are no cause.
    if comparison.is_in_changed_function(path, place.line) and violation.code == CODE:
        return New(path, violation, False, None)
    exact = (step for step in violation.related if step.line in comparison.changed_lines(step.path))
    # What was taken away leaves no line: then it is a function of the chain in which something is another now.
    around = (step for step in violation.related if comparison.is_in_changed_function(step.path, step.line))
    return New(path, violation, False, next(exact, None) or next(around, None))


# What differs


class Comparison:
    """Two states of a repository, file by file. Paths are as the user sees them."""

    def __init__(self, base: Snapshot, head: Snapshot, renamed: Mapping[str, str]) -> None:
        self.base = base
        self.head = head
        self._old = dict(renamed)
        """New path → old path, relative to the top."""
        gone = set(base.blobs) - set(head.blobs) - set(self._old.values())
        self._old.update(_moved(base, head, gone))
        self._new = {old: new for new, old in self._old.items()}
        self.renamed: Mapping[str, str] = self._old
        """New path → old path, relative to the top."""
        self.removed = gone - set(self._old.values())
        """Relative to the top."""
        self._lines: dict[str, tuple[frozenset[int], dict[int, int]]] = {}
        self._same: dict[str, bool] = {}

    def old(self, path: str) -> str:
        """The old path of a file by its new one."""
        name = self._name(path)
        return shown(os.path.join(self.base.top, self._old.get(name, name)))

    def new(self, path: str) -> str | None:
        """The new path of a file by its old one; None if it is no more."""
        name = self._name(path)
        renamed = self._new.get(name, name)
        is_another = renamed == name and name in self._old  # a file that came from elsewhere has this name now
        return shown(os.path.join(self.head.top, renamed)) if renamed in self.head.blobs and not is_another else None

    def is_removed(self, path: str) -> bool:
        """The old path is that of a file that is no more."""
        return self._name(path) in self.removed

    def is_same(self, path: str) -> bool:
        """The file at this new path has the content that it had."""
        name = self._name(path)
        known = self._same.get(name)
        if known is None:
            known = self._same[name] = self._compare(name)
        return known

    def shown_changed(self) -> Iterable[str]:
        """The new paths of all files whose content or name is another."""
        for name in self.head.blobs:
            path = shown(os.path.join(self.head.top, name))
            if name in self._old or not self.is_same(path):
                yield path

    def changed_lines(self, path: str) -> frozenset[int]:
        """The lines (from 1) of the file at this new path that the change added or changed."""
        return self._compared(path)[0]

    def is_in_changed_function(self, path: str, line: int) -> bool:
        """A line was added, changed or taken away in the function or class around this line of the new side."""
        if self._name(path) not in self.head.blobs or self.is_same(path):
            return False
        text = text_of(self.head, os.path.join(self.head.top, self._name(path))) or ""
        where = anchors(text, {line, *self._touched(path)}, path)
        name = where[line].qualname if line in where else ""
        return bool(name) and any(where[each].qualname == name for each in self._touched(path) if each in where)

    def _touched(self, path: str) -> frozenset[int]:
        """The changed lines, and the ones beside those that were taken away."""
        changed, kept = self._compared(path)
        stood = sorted(kept.items())
        beside = {
            line
            for (old, new), (later, follows) in pairwise(stood)
            if later > old + 1 and follows == new + 1
            for line in (new, follows)
        }
        return changed | beside

    def new_line(self, path: str, line: int) -> int | None:
        """Where a line of the old file at this *new* path stands now; None if it is gone or was changed."""
        return line if self.is_same(path) else self._compared(path)[1].get(line)

    def _compared(self, path: str) -> tuple[frozenset[int], dict[int, int]]:
        found = self._lines.get(path)
        if found is None:
            name = self._name(path)
            if name not in self.head.blobs or self.is_same(path):
                found = frozenset(), {}
            else:
                new = text_of(self.head, os.path.join(self.head.top, name))
                old = text_of(self.base, os.path.join(self.base.top, self._old.get(name, name)))
                found = (
                    _compared_lines(split_lines(old or ""), split_lines(new)) if new is not None else (frozenset(), {})
                )
            self._lines[path] = found
        return found

    def _compare(self, name: str) -> bool:
        old = self.base.blobs.get(self._old.get(name, name))
        new = self.head.blobs.get(name)
        if old is None or new is None:
            return old is new
        if old.id is not None and new.id is not None:
            return old.id == new.id
        try:
            return self.base.content(self._old.get(name, name)) == self.head.content(name)
        except OSError:
            return False

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.head.top).replace(os.sep, "/")


def _moved(base: Snapshot, head: Snapshot, gone: set[str]) -> dict[str, str]:
    """Files that git does not track yet, with the very content of one that is gone."""
    untracked = [path for path, blob in head.blobs.items() if blob.id is None and path not in base.blobs]
    if not untracked or not gone:
        return {}
    old: dict[bytes, str] = {}
    found = {}
    for path in sorted(gone, reverse=True):
        try:
            old[base.content(path)] = path
        except OSError:
            continue
    for path in sorted(untracked):
        try:
            known = old.pop(head.content(path), None)
        except OSError:
            continue
        if known is not None:
            found[path] = known
    return found


def text_of(files: Files, path: str) -> str | None:
    """The text of a file; None if it is binary or cannot be read."""
    try:
        data = files.read(path)
    except OSError:
        return None
    if b"\0" in data:
        return None
    try:
        return decode(data, path)
    except Unreadable:
        return data.decode("utf-8", "replace")


def _compared_lines(old: Sequence[str], new: Sequence[str]) -> tuple[frozenset[int], dict[int, int]]:
    """The lines of `new` that `old` lacks, and old line → new line of those that stayed. All count from 1."""
    from difflib import SequenceMatcher

    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    kept = {line: line for line in range(1, first + 1)}
    kept.update((len(old) - line, len(new) - line) for line in range(last))
    middle = SequenceMatcher(None, old[first : len(old) - last], new[first : len(new) - last], autojunk=False)
    for before, after, size in middle.get_matching_blocks():
        kept.update((first + before + line, first + after + line) for line in range(1, size + 1))
    return frozenset(range(1, len(new) + 1)) - frozenset(kept.values()), kept


# What is new

_Key = tuple[str, str, Anchor, str]
"""Rule, file, place in the code, and what tells apart what our own voice says of one place."""


def _matched(
    old: Sequence[Located], new: Sequence[Located], comparison: Comparison
) -> tuple[set[int], tuple[Located, ...]]:
    """The positions of the new findings that are old ones, and the old findings that are no more."""
    matcher = _Matcher(_Side(old, comparison.base), _Side(new, comparison.head), comparison)
    matcher.in_same_files()
    matcher.in_changed_files()
    matcher.on_lines_that_stayed()
    matcher.from_removed_files()
    left = matcher.new.left
    return {position for position in range(len(new)) if position not in left}, tuple(
        old[position] for position in sorted(matcher.old.left)
    )


class _Side:
    """The findings of one side, and which of them have no counterpart yet."""

    def __init__(self, findings: Sequence[Located], files: Snapshot) -> None:
        self.findings = findings
        self.left = dict.fromkeys(range(len(findings)))
        """Positions, in order."""
        self._files = files
        self._anchors: dict[str, dict[int, Anchor]] = {}
        self._lines: dict[str, set[int]] = defaultdict(set)
        for path, violation in findings:
            self._lines[path].add(violation.range.line)

    def line(self, position: int) -> int:
        return self.findings[position][1].range.line

    def grouped(self, place: Callable[[int], str | None]) -> dict[_Key, list[int]]:
        """What is left, by rule, `place` of the position (None: not meant) and place in the code."""
        groups: dict[_Key, list[int]] = defaultdict(list)
        for position in self.left:
            if (where := place(position)) is not None:
                violation = self.findings[position][1]
                said = violation.message if violation.code == INTERNAL else ""
                groups[violation.code, where, self._anchor(position), said].append(position)
        return groups

    def statement(self, position: int) -> str:
        """The text of its statement, whatever it stands in."""
        return self._anchor(position).statement

    def _anchor(self, position: int) -> Anchor:
        path, violation = self.findings[position]
        if path not in self._anchors:
            text = text_of(self._files, os.path.abspath(path))
            self._anchors[path] = anchors(text or "", self._lines[path], path)
        return self._anchors[path].get(violation.range.line, _NOWHERE)


class _Matcher:
    """Pairs the findings of two sides; what is left of the old ones was fixed, what is left of the new ones is new."""

    def __init__(self, old: _Side, new: _Side, comparison: Comparison) -> None:
        self.old = old
        self.new = new
        self._comparison = comparison

    def in_same_files(self) -> None:
        """In a file that did not change, a finding is recognised by its position."""
        waiting: dict[tuple[str, str, int, int], list[int]] = defaultdict(list)
        for position in self.old.left:
            path, violation = self.old.findings[position]
            waiting[path, violation.code, violation.range.line, violation.range.column].append(position)
        for position in list(self.new.left):
            path, violation = self.new.findings[position]
            if not self._comparison.is_same(path):
                continue
            place = violation.range
            if same := waiting.get((self._comparison.old(path), violation.code, place.line, place.column)):
                self._pair(same.pop(0), position)

    def in_changed_files(self) -> None:
        """In others by its place in the code: of several at one place those whose line stayed, then in order."""
        groups = self.old.grouped(lambda position: self.old.findings[position][0])
        renamed = self.new.grouped(lambda position: self._comparison.old(self.new.findings[position][0]))
        for key, new in renamed.items():
            old = groups.get(key, [])
            path = self.new.findings[new[0]][0]
            lines: dict[int, list[int]] = defaultdict(list)
            for position in new:
                lines[self.new.line(position)].append(position)
            moved = []
            for position in old:
                line = self._comparison.new_line(path, self.old.line(position))
                if line is not None and lines[line]:
                    self._pair(position, lines[line].pop(0))
                else:
                    moved.append(position)
            for before, after in zip(
                moved, sorted(position for same in lines.values() for position in same), strict=False
            ):
                self._pair(before, after)

    def on_lines_that_stayed(self) -> None:
        """The function around a line got another name, or was put into another: the line itself says the same."""
        waiting: dict[tuple[str, str, int, str], list[int]] = defaultdict(list)
        for position in self.new.left:
            path, violation = self.new.findings[position]
            line = violation.range.line
            waiting[violation.code, self._comparison.old(path), line, self.new.statement(position)].append(position)
        for position in list(self.old.left):
            path, violation = self.old.findings[position]
            new_path = self._comparison.new(path)
            stayed = None if new_path is None else self._comparison.new_line(new_path, violation.range.line)
            if stayed is None or violation.code == INTERNAL:
                continue
            if same := waiting.get((violation.code, path, stayed, self.old.statement(position))):
                self._pair(position, same.pop(0))

    def from_removed_files(self) -> None:
        """What stood in a file that is no more may have moved with its function into lines that are new."""

        def removed(position: int) -> str | None:
            return "" if self._comparison.is_removed(self.old.findings[position][0]) else None

        def added(position: int) -> str | None:
            path, violation = self.new.findings[position]
            return "" if violation.range.line in self._comparison.changed_lines(path) else None

        if not self._comparison.removed:
            return
        groups = self.old.grouped(removed)
        for key, new in self.new.grouped(added).items():
            for before, after in zip(groups.get(key, ()), new, strict=False):
                self._pair(before, after)

    def _pair(self, old: int, new: int) -> None:
        del self.old.left[old]
        del self.new.left[new]
