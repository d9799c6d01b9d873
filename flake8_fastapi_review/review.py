"""The engine: files × rules → sorted findings, and which of them a comment drops.

`review_file` is what both hosts run on a file; `review` is a whole run of the command: it collects the files, opens
one Project for each root, shares the work between processes and reports what could not be read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import config as configuration
from .files import DISK, Disk, Watched
from .module import Unreadable
from .project.cache import cache_folder as cache_folder  # noqa: PLC0414 (asked for here by both hosts)
from .records import NamedTuple
from .regex import regex
from .registry import INTERNAL, select
from .rule import Range, Severity, Violation
from .suppression import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .baseline import Baseline
    from .config import Config, Problem
    from .file import File
    from .files import Files
    from .findings import Findings
    from .project import Project
    from .project.cache import Cache
    from .project.stored import Told
    from .registry import Selection
    from .rule import Rule
    from .suppression import Comment
    from .unchanged import Ground


_SAME_PLACE = regex(r":(\d*):(\d*):(?=\s)")
_LONGEST = 300
_BATCH = 8
"""The least number of files that a worker takes at once: neighbours share what they import."""
_BATCHES = 8
"""Into so many batches a worker's share is cut, so that all end at about the same time."""

_NOTHING = 0
"""How an outcome without a reason and findings is kept: that of most files."""

Located = tuple[str, Violation]
"""The file as the user sees it (relative to the working directory where it lies below), and a finding in it."""


class Review(NamedTuple):
    """The outcome of a run. Everything is sorted and the same whatever the number of processes."""

    files: tuple[str, ...]
    """Those that were reviewed."""
    skipped: tuple[tuple[str, str], ...]
    """(file, reason): those that were not, though they were asked for."""
    findings: tuple[Located, ...]
    """By file, line, column and code; paths of related places are as the user sees them too."""
    suppressed: tuple[Located, ...]
    """What a comment dropped."""
    problems: tuple[Problem, ...]
    """What is wrong in the configuration; each is a FAR000 finding as well."""
    codes: frozenset[str] = frozenset()
    """The rules that ran, in one of the projects."""
    sites: Mapping[str, Mapping[str, int]] = {}
    """By file, if it was asked for: how many places of which kind were looked at (sites.py)."""
    comments: Mapping[str, Sequence[Comment]] = {}
    """By file, if it was asked for: the comments that drop findings."""
    baselined: tuple[Located, ...] = ()
    """What the baselines of the projects hold."""
    excluded: tuple[str, ...] = ()
    """The patterns by which the projects exclude files themselves."""
    contexts: tuple[str, ...] = ()
    """If it was asked for: the qualified name around each of `findings`, "" for none."""


# One file


def review_file(file: File, selection: Selection) -> list[Violation]:
    """The findings in a file, by line, column and code; nothing for an excluded one. Comments are not looked at.

    Never raises: an error in a rule becomes a FAR000 finding, and what the rule found before stands. No finding is
    past the last line; a file without a line has none.
    """
    if not file.lines or configuration.excluded(selection.config, file.path):
        return []
    found: list[Violation] = []
    for rule in selection.rules_for(file.role, file.text, file.path):
        try:
            found.extend(rule.check(file))
        except Exception as error:
            if selection.enabled(INTERNAL, file.path):
                found.append(internal_error(rule, error))
    return _settled(found, selection, len(file.lines))


def internal_error(rule: Rule, error: Exception) -> Violation:
    """A FAR000 finding for a rule that raised."""
    return voice(f"internal error in {rule.code}, please report: {type(error).__name__}: {error}")


def voice(text: str, line: int | None = None) -> Violation:
    """A FAR000 finding: `text` as one line that no reader of flake8's output takes for a position."""
    text = _SAME_PLACE.sub(r":\1:\2 -", " ".join(text.split()))
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 3] + "..."
    line = max(line or 1, 1)
    return Violation(INTERNAL, Severity.WARNING, text, Range(line, 0, line, 0))


def _settled(found: list[Violation], selection: Selection, last_line: int) -> list[Violation]:
    """With the project's severities, each finding once, none past the end, in order."""
    settled: dict[tuple[int, int, str, str], Violation] = {}
    for violation in found:
        place = violation.range
        if not 1 <= place.line <= last_line:
            line = min(max(place.line, 1), last_line)
            place = Range(line, 0, line, 0)
        elif place.end_line > last_line:
            place = Range(place.line, place.column, place.line, place.column)
        severity = selection.severity(violation.code, violation.severity)
        if place is not violation.range or severity is not violation.severity:
            violation = violation._replace(range=place, severity=severity)
        settled.setdefault((place.line, place.column, violation.code, violation.message), violation)
    return [settled[key] for key in sorted(settled)]


# A run


class _Scope:
    """A project under review."""

    def __init__(
        self,
        config: Config,
        selection: Selection,
        cache_dir: str | None,
        told: Sequence[Sequence[object]],
        baseline: tuple[Baseline | None, Problem | None],
    ) -> None:
        """`told`: what Findings are kept by, and what others may be that serve as well; nothing if none are kept."""
        self.baseline, self.broken_baseline = baseline
        self.root = config.root
        self.selection = selection
        self.suffixes = selection.suffixes()
        """Of the files that structural rules are about besides Python's."""
        self.cache: Cache | None = None
        self.kept: Findings | None = None
        """The outcomes of an earlier run, where they still hold."""
        self._opened: Project | None = None
        if cache_dir:
            from .project.cache import opened

            self.cache = opened(cache_dir)
        if self.cache is not None and told:
            from .findings import Findings

            own, *others = told
            self.kept = Findings(self.cache, config, own, (".py", *self.suffixes), lambda: self.project, others)
            self.cache.when_closing(self.kept.save)
            self.listing = self.kept.listing
        else:
            from .project.disk import scan

            self.listing = scan(config.root, config, (".py", *self.suffixes))

    @property
    def project(self) -> Project:
        """Opened when the first file has to be looked at."""
        if self._opened is None:
            from .project import Project

            self._opened = Project(self.root, self.selection.config, cache=self.cache)
            self._opened.listing = self.listing
            if self.kept is not None:
                self._opened.modules.readings = self.kept.readings
        return self._opened

    @property
    def is_open(self) -> bool:
        """Whether the project had to be opened."""
        return self._opened is not None

    def start_anew(self) -> None:
        """Forget the project as it was understood, and all outcomes."""
        self._opened = None
        if self.kept is not None:
            self.kept.forget()

    @property
    def problem(self) -> str | None:
        """What is wrong with the project's own rows of knowledge."""
        if self._opened is None and self.kept is not None:
            return self.kept.problem
        return self.project.problem

    def learnt(self) -> _Learnt:
        """What Findings have to know of the work of this process."""
        if self._opened is None or self.kept is None:
            return _Learnt({}, {}, None)
        from .project.disk import unlisted

        kinds = self._opened.sources.kinds()
        consulted = {path: kinds[path] for path in unlisted(self.listing, kinds, self.root, self.selection.config)}
        return _Learnt(consulted, dict(self._opened.sources.namespaces()), self._opened.modules.readings.plain())

    def told(self) -> _Learnt:
        """The same with the answers that this process has found; for another one."""
        learnt = self.learnt()
        return learnt if self._opened is None or self.kept is None else learnt._replace(answers=self.kept.told())


class _Learnt(NamedTuple):
    """What a process has to tell besides outcomes; plain values."""

    consulted: dict[str, str | None]
    """What was asked of the disk outside of the listing; see Findings.learn."""
    namespaces: dict[str, str]
    readings: object
    """Those of Readings."""
    answers: list[Told] = []
    """See Findings.told."""


class _Task(NamedTuple):
    """A file to review: the project it belongs to by its place in the list, and its path relative to the root."""

    scope: int
    path: str


class _Outcome(NamedTuple):
    """What came of a task; plain values, since it may come from another process."""

    reason: str | None
    """Why the file was not reviewed."""
    kept: list[Violation]
    dropped: list[Violation]
    contexts: list[str] | None = None
    """The qualified name around each of `kept`, if somebody needs it."""
    sites: dict[str, int] | None = None
    """Of which kind the file holds how many places, if that was asked for."""
    comments: list[Comment] | None = None
    """Those that drop findings, if that was asked for."""
    read: int = 0
    """The bits of what it was made from, see Readings."""


def review(
    paths: Sequence[str],
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    extend_ignore: Sequence[str] = (),
    root: str | None = None,
    config: Config | None = None,
    noqa: bool = True,
    jobs: int = 1,
    cache_dir: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    files: Files = DISK,
    settings: Files | None = None,
    counting: bool = False,
    baseline: bool = True,
    locating: bool = False,
    ground: Ground | None = None,
    states: Sequence[object] = (),
    opened: dict[str, Project] | None = None,
) -> Review:
    """Review the files named by `paths` and those below the folders named.

    Each file is seen inside its own project with that project's configuration, unless `root` or `config` set one for
    all. The selectors are those of a command line (registry.select). `noqa=False`: comments drop nothing. `cache_dir`:
    the folder of the cache, "" for none, None for the environment's choice or the one in the project's root.
    `progress` is told how many of how many files are done. `files` is where everything is read, `settings` where
    configurations and baselines are, if elsewhere. `counting` asks for Review.sites and comments, `locating` for
    contexts. `baseline=False`: none is looked at. `ground`: all that the outcome was made from is added to it;
    `settings` has to be Watched then, and nobody else's. `states`: what a state of the files that is not the one on the
    disk is called where findings are kept, and under which names others are found that are nearly the same. `opened` is
    filled with the projects that had to be opened, by root.
    """
    chosen = (select, extend_select, ignore, extend_ignore)
    wanted = _Wanted(noqa, counting, baseline, locating, tuple(states))
    collection = _Collection(root, config, chosen, wanted, cache_dir, files, settings or files)
    for path in paths:
        collection.add(path)
    tasks = collection.ordered()
    with _without_collector():
        outcomes = _Run(collection.scopes, wanted).all(tasks, jobs, progress)
    if ground is not None:
        collection.tell(ground)
    if opened is not None:
        opened.update((scope.root, scope.project) for scope in collection.scopes if scope.is_open)
    return _joined(collection, tasks, outcomes, wanted)


class _Wanted(NamedTuple):
    """What a run is asked for besides findings, see `review`."""

    noqa: bool
    counting: bool
    baseline: bool
    locating: bool
    states: tuple[object, ...] = ()


class _Collection:
    """The files of a run, by project."""

    def __init__(
        self,
        root: str | None,
        config: Config | None,
        chosen: tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]],
        wanted: _Wanted,
        cache_dir: str | None,
        files: Files,
        settings: Files,
    ) -> None:
        self.files = files
        self._settings = settings
        self.scopes: list[_Scope] = []
        self.skipped: list[tuple[str, str]] = []
        self._root = os.path.abspath(root) if root is not None else config.root if config is not None else None
        self._config = config
        self._chosen = chosen
        self._wanted = wanted
        self._cache_dir = cache_dir
        self._numbers: dict[str, int] = {}
        self._tasks: dict[_Task, None] = {}
        self._is_listed = True
        """The listings of the projects tell whether all that was named is still there, and what lies below."""

    def add(self, path: str) -> None:
        """A file, whatever its name, or the Python files below a folder; excluded ones are left out of both."""
        path = os.path.abspath(path)
        kind = self.files.kind(path)
        if kind == "folder":
            number, relative = self._place(path)
            if relative != "." and configuration.excluded(self.scopes[number].selection.config, f"{relative}/"):
                self._skip(path, "excluded by the configuration")
            else:
                self._walk(path)
            return
        number, relative = self._place(path)
        if kind is None:
            self._skip(path, "there is no such file")
        elif configuration.excluded(self.scopes[number].selection.config, relative):
            self._skip(path, "excluded by the configuration")
        else:
            self._tasks[_Task(number, relative)] = None
            self._is_listed = self._is_listed and relative in self.scopes[number].listing.files

    def ordered(self) -> list[_Task]:
        """The tasks, by project and path."""
        return sorted(self._tasks)

    def tell(self, ground: Ground) -> None:
        """Add to `ground` what the run was made from. Call it at its end."""
        kept = [scope.kept for scope in self.scopes]
        if not self._is_listed or not isinstance(self._settings, Watched) or None in kept:
            ground.is_firm = False
            return
        self._settings.tell(ground)
        for findings in kept:
            if findings is not None:
                findings.tell(ground)

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append((shown(path), reason))
        self._is_listed = False

    def _walk(self, folder: str) -> None:
        number, relative = self._place(folder)
        scope = self.scopes[number]
        start = "" if relative == "." else relative
        listing = scope.listing
        if start not in listing.folders:
            from .project.disk import scan

            self._is_listed = False
            listing = scan(scope.root, scope.selection.config, (".py", *scope.suffixes), start)
        below = f"{start}/" if start else ""
        for inner, reason in listing.unreadable.items():
            if inner == start or inner.startswith(below):
                self.skipped.append((shown(os.path.join(scope.root, inner)), reason))
        # A folder without signs of a project belongs to the one above, unless that one has no signs either.
        is_sure = self._root is not None or "" in listing.projects or scope.root == os.getcwd()
        foreign: list[str] = []
        for inner, paths in listing.folders.items():
            if not (inner == start or inner.startswith(below)) or inner.startswith(tuple(foreign)):
                continue
            if inner != start and (not is_sure or inner in listing.projects):
                full = os.path.join(scope.root, inner)
                if self._place(full)[0] != number:
                    foreign.append(f"{inner}/")
                    self._walk(full)
                    continue
            for path in paths:
                self._tasks[_Task(number, path)] = None

    def _place(self, path: str) -> tuple[int, str]:
        root = self._root if self._root is not None else configuration.find_root(path, self._settings)
        number = self._numbers.get(root)
        if number is None:
            number = self._numbers[root] = len(self.scopes)
            self.scopes.append(self._open(root))
        return number, os.path.relpath(path, root).replace(os.sep, "/")

    def _open(self, root: str) -> _Scope:
        config = self._config if self._config is not None else configuration.load(root, self._settings)
        if config.files is not self.files:
            config = configuration.seen_in(config, self.files)
        baseline = self._baseline(config) if self._wanted.baseline else (None, None)
        locating = self._wanted.locating or baseline[0] is not None
        cache = cache_folder(root, self._cache_dir)
        return _Scope(config, select(config, *self._chosen), cache, list(self._told(config, locating)), baseline)

    def _told(self, config: Config, locating: bool) -> Iterator[Sequence[object]]:
        """What the findings of a project are kept by."""
        if self.files is DISK and isinstance(self._settings, Disk):
            states: tuple[object, ...] = ("check",)
        else:
            # Rules of the project itself are those on the disk.
            states = () if config.structural_rules else self._wanted.states
        counting = self._wanted.counting
        for state in states:
            for kind in dict.fromkeys(((counting, locating), (True, locating), (counting, True), (True, True))):
                yield (state, self._wanted.noqa, *kind, *map(tuple, self._chosen))
                if state == "check":
                    return

    def _baseline(self, config: Config) -> tuple[Baseline | None, Problem | None]:
        usual = os.path.join(config.root, configuration.BASELINE)
        if not config.baseline and self._settings.kind(usual) is None:
            return None, None
        from .baseline import of

        return of(config, self._settings)


def shown(path: str) -> str:
    """A path as the user sees it: relative to the working directory if it lies below, with forward slashes."""
    here = os.getcwd().rstrip(os.sep) + os.sep
    path = os.path.abspath(path)
    return path.removeprefix(here).replace(os.sep, "/")


def _joined(collection: _Collection, tasks: list[_Task], outcomes: list[_Outcome], wanted: _Wanted) -> Review:
    files: list[str] = []
    skipped = list(collection.skipped)
    findings: list[tuple[Located, str]] = []
    suppressed: list[Located] = []
    baselined: list[Located] = []
    problems: list[Problem] = []
    codes: set[str] = set()
    sites: dict[str, Mapping[str, int]] = {}
    comments: dict[str, Sequence[Comment]] = {}
    for scope in collection.scopes:
        codes |= scope.selection.codes
        wrong = _wrong(scope)
        problems += wrong
        if INTERNAL in scope.selection.codes:
            findings += [((shown(path), voice(message, line)), "") for path, line, message in wrong]
    for task, outcome in zip(tasks, outcomes, strict=True):
        scope = collection.scopes[task.scope]
        name = shown(os.path.join(scope.root, task.path))
        if outcome.reason is None:
            files.append(name)
        else:
            skipped.append((name, outcome.reason))
        kept, contexts = outcome.kept, outcome.contexts or [""] * len(outcome.kept)
        if kept and scope.baseline is not None:
            from .baseline import parted

            kept, held = parted(kept, contexts, scope.baseline.ceilings.get(task.path))
            baselined += [(name, _seen(violation, scope.root)) for violation in held]
        named = {id(violation): context for violation, context in zip(outcome.kept, contexts, strict=True)}
        findings += [((name, _seen(violation, scope.root)), named[id(violation)]) for violation in kept]
        suppressed += [(name, _seen(violation, scope.root)) for violation in outcome.dropped]
        if outcome.sites:
            sites[name] = outcome.sites
        if outcome.comments:
            comments[name] = outcome.comments
    findings.sort(key=lambda pair: in_order(pair[0]))
    for located in (suppressed, baselined):
        located.sort(key=in_order)
    return Review(
        tuple(sorted(files)),
        tuple(sorted(skipped)),
        tuple(located for located, _ in findings),
        tuple(suppressed),
        tuple(problems),
        frozenset(codes),
        sites,
        comments,
        tuple(baselined),
        _excluded(collection),
        tuple(context for _, context in findings) if wanted.locating else (),
    )


def _excluded(collection: _Collection) -> tuple[str, ...]:
    found = [pattern for scope in collection.scopes for pattern in scope.selection.config.exclude]
    return tuple(sorted(set(found) - set(configuration.EXCLUDE)))


def _wrong(scope: _Scope) -> tuple[Problem, ...]:
    """What is wrong in the settings of a project."""
    wrong = scope.selection.problems
    if scope.selection.config.knowledge and scope.problem is not None:
        wrong += (configuration.problem(scope.root, scope.problem, "knowledge"),)
    return wrong if scope.broken_baseline is None else (*wrong, scope.broken_baseline)


def in_order(located: Located) -> tuple[str, int, int, str, str]:
    """The key that findings are sorted by."""
    path, violation = located
    return path, violation.range.line, violation.range.column, violation.code, violation.message


def _seen(violation: Violation, root: str) -> Violation:
    """With the paths of its related places as the user sees them."""
    if not violation.related:
        return violation
    related = tuple(step._replace(path=shown(os.path.join(root, step.path))) for step in violation.related)
    return violation._replace(related=related)


class _Run:
    """Reviews the files of some projects, in this process or in several."""

    def __init__(self, scopes: list[_Scope], wanted: _Wanted) -> None:
        self._scopes = scopes
        self._wanted = wanted

    def all(self, tasks: list[_Task], jobs: int, progress: Callable[[int, int], None] | None) -> list[_Outcome]:
        """The outcome of each task: kept from an earlier run, or made."""
        found = {task: kept for task in tasks if (kept := self._kept(task)) is not None}
        missing = [task for task in tasks if task not in found]
        made = self._made(missing, jobs, progress, len(found))
        if any(scope.kept is not None and not scope.kept.is_sound for scope in self._scopes):
            for scope in self._scopes:
                scope.start_anew()
            found, missing = {}, tasks
            made = self._made(missing, jobs, None, 0)
        for task, outcome in zip(missing, made, strict=True):
            self._keep(task, outcome)
        self._close()
        return [*map({**found, **dict(zip(missing, made, strict=True))}.__getitem__, tasks)]

    def _made(
        self, tasks: list[_Task], jobs: int, progress: Callable[[int, int], None] | None, before: int
    ) -> list[_Outcome]:
        """The outcome of each task, after `before` others."""
        if progress is not None and before:
            tell = progress
            tell(before, before + len(tasks))
            progress = lambda done, all: tell(before + done, before + all)  # noqa: E731
        made = self.shared(tasks, jobs, progress) if jobs > 1 else None
        if made is None:
            made = self.alone(tasks, progress)
            for scope in self._scopes:
                if scope.kept is not None:
                    learnt = scope.learnt()
                    scope.kept.learn(learnt.consulted, scope.problem, learnt.namespaces)
        return made

    def _kept(self, task: _Task) -> _Outcome | None:
        kept = self._scopes[task.scope].kept
        plain = kept.get(task.path) if kept is not None else None
        if plain is None:
            return None
        if plain == _NOTHING:
            return _Outcome(None, [], [])
        from .findings import from_plain

        reason, stands, dropped, contexts, sites, comments = plain
        return _Outcome(
            reason, from_plain(stands), from_plain(dropped), contexts, sites, comments and _comments(comments)
        )

    def _keep(self, task: _Task, outcome: _Outcome) -> None:
        kept = self._scopes[task.scope].kept
        if kept is None:
            return
        if not any(outcome[:-1]):
            kept.put(task.path, _NOTHING, outcome.read)
            return
        from .findings import to_plain

        comments = [tuple(comment) for comment in outcome.comments or ()]
        stands, dropped = to_plain(outcome.kept), to_plain(outcome.dropped)
        kept.put(task.path, (outcome.reason, stands, dropped, outcome.contexts, outcome.sites, comments), outcome.read)

    def _join(
        self, batches: list[list[_Task]], outcomes: list[list[_Outcome]], numbers: list[int], learnt: list[_Learnt]
    ) -> None:
        """Take over what another process has learnt while it made these batches, and have its bits as ours."""
        translated: list[Callable[[int], int] | None] = []
        for scope, each in zip(self._scopes, learnt, strict=True):
            if scope.kept is None:
                translated.append(None)
            else:
                scope.kept.learn(each.consulted, scope.problem, each.namespaces)
                ours = scope.kept.readings.join(each.readings or ())
                scope.kept.hear(each.answers, ours)
                translated.append(ours)
        for number in numbers:
            for position, (task, outcome) in enumerate(zip(batches[number], outcomes[number], strict=True)):
                known = translated[task.scope]
                if known is not None:
                    outcomes[number][position] = outcome._replace(read=known(outcome.read))

    def alone(self, tasks: list[_Task], progress: Callable[[int, int], None] | None) -> list[_Outcome]:
        """The outcome of each task, in this process. Files that a look at others has compiled already come first."""
        outcomes: dict[int, _Outcome] = {}
        waiting = {(task.scope, task.path): position for position, task in enumerate(tasks)}
        for start in range(len(tasks)):
            position: int | None = start if start not in outcomes else None
            while position is not None:
                task = tasks[position]
                waiting.pop((task.scope, task.path), None)
                outcomes[position] = self._recorded(task)
                if progress is not None:
                    progress(len(outcomes), len(tasks))
                compiled = self._scopes[task.scope].project.modules.compiled()
                position = next((waiting[key] for path in compiled if (key := (task.scope, path)) in waiting), None)
        return [outcomes[position] for position in range(len(tasks))]

    def shared(
        self, tasks: list[_Task], jobs: int, progress: Callable[[int, int], None] | None
    ) -> list[_Outcome] | None:
        """The outcome of each task, from forked processes; None where there is no fork or too little to share."""
        size = max(_BATCH, len(tasks) // (jobs * _BATCHES))
        batches = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        jobs = min(jobs, len(batches))
        if jobs < 2 or not hasattr(os, "fork"):
            return None
        from .workers import ENDED, spread

        for number in {task.scope for task in tasks}:
            _ = self._scopes[number].project  # imported before the fork, once

        def work(batch: int) -> list[_Outcome]:
            return self.alone(batches[batch], None)

        def finish() -> list[_Learnt]:
            told = [scope.told() for scope in self._scopes]
            self._close()
            return told

        outcomes: list[list[_Outcome]] = [[] for _ in batches]
        unjoined = set(range(len(batches)))
        done = 0
        for batch, result in spread(work, len(batches), jobs, finish):
            if batch == ENDED:
                numbers, learnt = result
                self._join(batches, outcomes, numbers, learnt)
                unjoined.difference_update(numbers)
                continue
            if isinstance(result, str):
                result = [_Outcome(result, [voice(f"not reviewed: {result}")], [])] * len(batches[batch])
            outcomes[batch] = result
            done += len(result)
            if progress is not None:
                progress(done, len(tasks))
        for scope in self._scopes if unjoined else ():
            if scope.kept is not None:
                scope.kept.turn_off()
        return [outcome for batch in outcomes for outcome in batch]

    def _recorded(self, task: _Task) -> _Outcome:
        """`one`, and what it was made from."""
        scope = self._scopes[task.scope]
        if scope.kept is None:
            return self.one(task)
        from .project.readings import Reading

        with Reading() as reading:
            outcome = self.one(task)
        return outcome._replace(read=reading.mask | scope.project.modules.readings.bit(task.path))

    def one(self, task: _Task) -> _Outcome:
        """Review a file. Never raises."""
        scope = self._scopes[task.scope]
        try:
            if not task.path.endswith(scope.suffixes or "\0"):
                counting = self._wanted.counting
                wanted = scope.selection.wanted if not counting else lambda role, text, path: True
                file = scope.project.file_for(task.path, wanted)
                if file is None:
                    return _Outcome(None, [], [])
                outcome = self._parted(review_file(file, scope.selection), file.text)
                if outcome.kept and (self._wanted.locating or scope.baseline is not None):
                    outcome = outcome._replace(contexts=_located(file, outcome.kept))
                if counting:
                    outcome = _surveyed(file, outcome)
                scope.project.close(task.path)
                return outcome
            return self._other(scope, task.path, None)
        except Unreadable as error:
            return self._other(scope, task.path, error)
        except OSError as error:
            return _unread(scope, task.path, error.strerror or str(error))
        except Exception as error:
            return _unread(scope, task.path, f"internal error, please report: {type(error).__name__}: {error}")

    def _parted(self, found: list[Violation], text: str, reason: str | None = None) -> _Outcome:
        return _Outcome(reason, *(split(found, text) if self._wanted.noqa else (found, [])))

    def _other(self, scope: _Scope, path: str, error: Unreadable | None) -> _Outcome:
        """What structural rules find in a file that is no Python, or is Python that cannot be read."""
        text = scope.selection.config.files.read(os.path.join(scope.root, path)).decode("utf-8", "replace")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        selection = scope.selection
        found: list[Violation] = []
        for rule in selection.structural_rules(path, text):
            try:
                found.extend(rule.search(text))
            except Exception as raised:
                found.append(internal_error(rule, raised))
        for reader in selection.text_rules(path):
            try:
                found.extend(reader.search_text(path, text))
            except Exception as raised:
                found.append(internal_error(reader, raised))
        parted = self._parted(_settled(found, selection, text.count("\n") + 1), text)
        if error is None:
            return parted
        unread = _unread(scope, path, error.reason, error.line)
        return _Outcome(unread.reason, unread.kept + parted.kept, parted.dropped)

    def _close(self) -> None:
        """Let each project write what it holds back."""
        for scope in self._scopes:
            if scope.cache is not None:
                scope.cache.close()


def _located(file: File, found: Sequence[Violation]) -> list[str]:
    from .identity import contexts

    return contexts(file.tree, [violation.range.line for violation in found])


def _surveyed(file: File, outcome: _Outcome) -> _Outcome:
    """With what the file holds. An error in counting loses no finding."""
    from .sites import count
    from .suppression import comments

    try:
        sites = count(file)
    except Exception as error:
        said = voice(f"internal error while counting, please report: {type(error).__name__}: {error}")
        return outcome._replace(kept=[said, *outcome.kept], contexts=outcome.contexts and ["", *outcome.contexts])
    return outcome._replace(sites=sites or None, comments=comments(file.text) or None)


def _comments(plain: Sequence[Sequence[object]]) -> list[Comment]:
    from .suppression import Comment

    return [Comment._make(values) for values in plain]


def _unread(scope: _Scope, path: str, reason: str, line: int | None = None) -> _Outcome:
    """A file that cannot be read is never passed over: it is told among the skipped ones and as a finding."""
    spoken = [voice(f"not reviewed: {reason}", line)] if scope.selection.enabled(INTERNAL, path) else []
    return _Outcome(" ".join(reason.split()), spoken, [])


class _without_collector:
    """The collector costs a third of a parse and frees nothing here: a module that is dropped breaks its own cycles."""

    def __enter__(self) -> None:
        import gc

        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        import gc

        if self._was_on:
            gc.enable()
