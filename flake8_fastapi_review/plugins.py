"""The flake8 plugins, one a family: each reports its share of one analysis that all of them look up.

The only module that knows flake8. flake8 imports it at every start, so it imports almost nothing itself; what the
review needs is imported when the first file is looked at.
"""

from __future__ import annotations

import gc
import os
import re
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Callable, Iterator, Sequence

    from .baseline import Baseline
    from .config import Problem
    from .files import Watched
    from .findings import Findings
    from .project import Project
    from .project.cache import Cache
    from .registry import Selection
    from .rule import Violation
    from .unchanged import Ground, Signature

    _Located = tuple[list[Violation], list[str]]
    """Findings, and the qualified name around each if there is a baseline."""
    Told = tuple[int, int, str, str]
    """The line, the column in bytes, code and message."""
    Finding = tuple[int, int, str, type]
    """What flake8 takes: the line from 1, the column in characters from 0, "FAR001 text", the plugin's class."""

INTERNAL = "FAR000"

_FROZEN = 8
"""After the first file, and then after so many, what is there is taken out of the collector's sight."""

_SELECTORS = ("select", "extend_select", "ignore", "extend_ignore")
_LOCATION = r":(\d*):(\d*):(?=\s)"
_OWN = "# far:"
"""Stands in every text that holds a comment of ours, see suppression.py."""


class Run:
    """What the files of one run of flake8 share within a process: the projects and what flake8's options select."""

    def __init__(self, options: argparse.Namespace | None = None) -> None:
        self._chosen = [getattr(options, key, None) or () for key in _SELECTORS]
        self._earlier = _Earlier(self._chosen)
        self._projects: dict[str, _Project] = {}
        self._uncollected = _Uncollected()
        self._started: tuple[Ground, Watched] | None = None

    def review(self, path: str, text: str, tree: ast.Module) -> list[Told]:
        """The findings in a file. `path` is flake8's, `text` what the disk or an editor holds, `tree` made of it."""
        path = os.path.abspath(path)
        if (told := self._earlier.told(path, text)) is not None:
            return told
        from . import config

        if self._started is None:
            from .files import Watched
            from .unchanged import Ground

            self._started = Ground(), Watched()
            config.forget()
        root = config.find_root(path, self._started[1])
        project = self._projects.get(root)
        if project is None:
            project = self._projects[root] = _Project(root, self._chosen, *self._started)
        name = os.path.relpath(path, root).replace(os.sep, "/")
        if config.excluded(project.config, name):
            return []
        kept = project.kept(name, text)
        if kept is not None and (plain := project.at_once(text, kept)) is not None:
            return plain
        found = project.restored(kept)
        if found is None:
            with self._uncollected:
                found = project.reviewed(name, text, tree)
        return [_told(violation) for violation in (*_problems(project), *project.standing(name, text, *found))]


class _Earlier:
    """What earlier runs said of the files of projects in which nothing has changed since, see unchanged.py."""

    def __init__(self, chosen: Sequence[Sequence[str]]) -> None:
        self._chosen = chosen
        self._is_off = False
        """A file is not as it lies on the disk: the others are seen with it from then on."""
        self._roots: dict[str, tuple[dict[str, Signature], dict[str, list[Told]]] | None] = {}

    def told(self, path: str, text: str) -> list[Told] | None:
        """The findings in a file of which the disk holds this text; None if they are not known."""
        from .unchanged import cached, recalled, signature, upwards

        for folder in () if self._is_off else upwards(os.path.dirname(path)):
            if folder not in self._roots:
                place = cached(folder)
                self._roots[folder] = recalled(place, _question(folder, self._chosen)) if place else None
            found = self._roots[folder]
            if found is None or path not in found[1]:
                continue
            stamps, told = found[0], found[1][path]
            try:
                is_same = signature(os.stat(path)) == stamps[path] and _is_plainly(text, path)
            except OSError:
                is_same = False
            self._is_off = not is_same
            return [*told] if is_same and not (told and _OWN in text) else None
        return None


def _question(root: str, chosen: Sequence[Sequence[str]]) -> object:
    return "flake8", root, [list(selectors) for selectors in chosen]


def _is_plainly(text: str, path: str) -> bool:
    """The file holds this text, in UTF-8 and with these ends of lines. Raises OSError."""
    with open(path, "rb") as stream:
        content = stream.read()
    if text.encode("utf-8", "surrogatepass") != content:
        return False
    return content.isascii() or not any(b"coding" in line for line in content.split(b"\n", 2)[:2])


class _Uncollected:
    """The collector is off, and later passes over most of what was made meanwhile: it would go through our index again
    and again, at the expense of all of flake8.

    What is frozen is only freed when nobody holds it. pyflakes makes cycles of a tree; so what is open when we freeze,
    which we do for one file in several, stays.
    """

    def __init__(self) -> None:
        self._files = 0

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        self._files += 1
        if self._files % _FROZEN == 1 and hasattr(gc, "freeze"):
            gc.freeze()
        if self._was_on:
            gc.enable()


class _Project:
    """A project, opened when a file has to be looked at, and what an earlier run found in its files."""

    def __init__(self, root: str, chosen: Sequence[Sequence[str]], ground: Ground, settings: Watched) -> None:
        """`ground` is as old as the run, whose settings are read through `settings`."""
        from .config import BASELINE, load, seen_in
        from .files import DISK
        from .project.cache import cache_folder

        config = self.config = seen_in(load(root, settings), DISK)
        self._ground = ground
        self._settings = settings
        self._asked: set[str] = set()
        self._chosen = chosen
        self._selection: Selection | None = None
        self.baseline: Baseline | None = None
        self.broken_baseline: Problem | None = None
        if config.baseline or settings.kind(os.path.join(config.root, BASELINE)) is not None:
            from .baseline import of

            self.baseline, self.broken_baseline = of(config, settings)
        told = ("flake8", self.baseline is not None, *map(tuple, chosen))
        self._opened: Project | None = None
        self._cache: Cache | None = None
        self._kept: Findings | None = None
        self._on_disk = False
        folder = cache_folder(config.root)
        if folder is not None:
            from .findings import Findings
            from .project.cache import opened

            self._cache = opened(folder)
            self._kept = Findings(self._cache, config, told, (".py",), lambda: self.opened)
            self._cache.when_closing(self._save)

    @property
    def selection(self) -> Selection:
        """What flake8's options and the configuration select; worked out when a file has to be looked at."""
        if self._selection is None:
            from . import registry

            self._selection = registry.select(self.config, *self._chosen, flake8=True)
        return self._selection

    @property
    def opened(self) -> Project:
        if self._opened is None:
            from .project import Project

            self._opened = Project(self.config.root, self.config, cache=self._cache)
            if self._kept is not None:
                self._opened.listing = self._kept.listing
                self._opened.modules.readings = self._kept.readings
        return self._opened

    @property
    def problem(self) -> str | None:
        """What is wrong with the project's own rows of knowledge."""
        if not self.config.knowledge:
            return None
        return self._kept.problem if self._opened is None and self._kept is not None else self.opened.problem

    def kept(self, name: str, text: str) -> Any:
        """What is known of a file, if all is as it lies on the disk; None if nothing is."""
        kept = self._kept
        self._on_disk = False
        if kept is None:
            return None
        if not kept.is_text(name, text):
            # An editor's buffer: the others are seen with it from now on.
            if self._opened is None:
                kept.see(name, text)
            else:
                kept.turn_off()
            self._kept = None
            return None
        self._on_disk = True
        self._asked.add(name)
        return kept.get(name)

    def at_once(self, text: str, kept: Any) -> list[Told] | None:
        """The findings as they were kept, if no comment or ceiling takes any away and there is nothing else to say."""
        found, _, is_sound = kept
        if not is_sound or self.config.problems or self.baseline is not None or self.broken_baseline is not None:
            return None
        return None if found and _OWN in text else _plainly(found)

    def restored(self, kept: Any) -> _Located | None:
        """The findings as they were before they were kept."""
        if kept is None:
            return None
        from .findings import from_plain

        found, contexts, _ = kept
        return from_plain(found), contexts

    def reviewed(self, name: str, text: str, tree: ast.Module) -> _Located:
        """The findings in a file that nothing is known of."""
        from .project.readings import Reading
        from .review import review_file

        while True:
            opened = self.opened
            with Reading() as reading:
                file = opened.file(name, text, tree)
                found = self.located(review_file(file, self.selection), file.tree)
                opened.close(name)
            readings = opened.modules.readings
            if self._kept is not None or readings.is_sound:
                break
            self._opened = None  # what an earlier run found was used, but it is not as it was
        if self._kept is None:
            readings.let_go()  # it goes for this text
        self.keep(name, found, reading.mask)
        return found

    def located(self, found: list[Violation], tree: ast.Module) -> _Located:
        """The findings in a file with what the baseline needs to know of them."""
        if self.baseline is None or not found:
            return found, []
        from .identity import contexts

        return found, contexts(tree, [violation.range.line for violation in found])

    def standing(self, name: str, text: str, found: list[Violation], contexts: list[str]) -> list[Violation]:
        """What our own comments and the baseline leave of the findings in a file; flake8 reads its own comments."""
        ceilings = self.baseline.ceilings.get(name) if self.baseline is not None else None
        if found and ceilings:
            from .baseline import parted
            from .suppression import split

            # What a comment drops is not counted, by whichever host.
            where = {id(violation): context for violation, context in zip(found, contexts, strict=True)}
            counted, _ = split(found, text)
            _, held = parted(counted, [where[id(violation)] for violation in counted], ceilings)
            is_held = {id(violation) for violation in held}
            found = [violation for violation in found if id(violation) not in is_held]
        if found and _OWN in text:
            from .suppression import split_own

            found, _ = split_own(found, text)
        return found

    def keep(self, name: str, found: _Located, mask: int) -> None:
        """Remember the findings in the file that `kept` was asked for last, made from what has the bits of `mask`."""
        if self._kept is not None and self._on_disk:
            from .findings import to_plain

            is_sound = not self.selection.problems and not self.problem
            mask |= self.opened.modules.readings.bit(name)
            self._kept.put(name, (to_plain(found[0]), found[1], is_sound), mask)
            if not self._kept.is_sound:
                self._kept.turn_off()

    def _save(self) -> None:
        if self._kept is not None:
            if self._opened is not None:
                sources = self._opened.sources
                self._kept.learn(sources.kinds(), self._opened.problem, sources.namespaces())
            self._kept.save()
            self._remember(self._kept)

    def _remember(self, kept: Findings) -> None:
        """Keep what is said of the files, if that is all to be said, for runs in which nothing has changed."""
        folder = self._cache.directory if self._cache is not None else ""
        is_plain = self.baseline is None and self.broken_baseline is None and not self.config.problems
        if not self._asked or not is_plain:
            return
        from .unchanged import cached, keep

        root = self.config.root
        if os.path.abspath(folder) != cached(root):
            return
        is_ours = self._inside(kept)
        self._settings.tell(self._ground)
        kept.tell(self._ground)
        told = {
            os.path.join(root, *path.split("/")): _plainly(found)
            for path, (found, _, is_sound) in kept.known().items()
            if is_sound and is_ours(path)
        }
        keep(folder, _question(root, self._chosen), self._ground, told)
        self._asked.clear()

    def _inside(self, kept: Findings) -> Callable[[str], bool]:
        """Whether a file of the listing belongs to this project, and not to one inside of it."""
        from .config import find_root

        asked, projects, root = self._asked, kept.listing.projects, self.config.root
        if "" not in projects:  # what the root of each file is depends on more than the listing tells
            return asked.__contains__
        folders = [folder for folder in projects if folder]
        others = [f"{folder}/" for folder in folders if find_root(os.path.join(root, folder), self._settings) != root]
        return lambda path: path in asked or not path.startswith(tuple(others))


def _plainly(found: Sequence[Any]) -> list[Told]:
    """Kept findings as they are told."""
    return [(place[0], place[1], code, message) for code, _, message, place, *_ in found]


def _problems(project: _Project) -> Iterator[Violation]:
    """What is wrong in the configuration, said in every file: any one may be the only one that an editor shows."""
    problems = project.selection.problems
    if project.broken_baseline is not None:
        problems = (*problems, project.broken_baseline)
    if INTERNAL not in project.selection.codes or not (problems or project.problem):
        return
    from .review import voice

    for problem in problems:
        line = f" line {problem.line}" if problem.line else ""
        yield voice(f"{os.path.basename(problem.path)}{line}: {problem.message}")
    if project.problem:
        yield voice(f"[tool.fastapi-review.knowledge] {project.problem}")


class _Family:
    """A flake8 plugin that reports the codes beginning with `prefix`."""

    prefix: ClassVar[str]
    _run: ClassVar[Run] = Run()
    _findings: ClassVar[WeakKeyDictionary[ast.AST, list[tuple[int, int, str]]]] = WeakKeyDictionary()
    """By tree, which flake8 hands to all plugins of a file and then drops."""

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @staticmethod
    def parse_options(options: argparse.Namespace) -> None:
        """flake8 tells every plugin; nothing is known of any project before the first file, so the last one wins."""
        _Family._run = Run(options)

    def run(self) -> Iterator[Finding]:
        """Yield the findings of this family; those of the first call hold for all families."""
        if self._tree not in self._findings:
            self._findings[self._tree] = list(_analyse(self._run, self._filename, self._lines, self._tree))
        for line, column, text in self._findings[self._tree]:
            if text.startswith(self.prefix):
                yield line, column, text, type(self)


class Async(_Family):
    """FAR001 to FAR009, and FAR000, the tool's own voice."""

    prefix = "FAR00"


class Errors(_Family):
    """FAR010 to FAR019."""

    prefix = "FAR01"


class Secrets(_Family):
    """FAR020 to FAR029."""

    prefix = "FAR02"


class Injection(_Family):
    """FAR030 to FAR039."""

    prefix = "FAR03"


class Content(_Family):
    """FAR040 to FAR044, the second half of the rules on injection."""

    prefix = "FAR04"


class Authentication(_Family):
    """FAR050 to FAR059."""

    prefix = "FAR05"


class Routes(_Family):
    """FAR080 to FAR089."""

    prefix = "FAR08"


class Contracts(_Family):
    """FAR090 to FAR099, the second half of the rules on routes."""

    prefix = "FAR09"


class Dependencies(_Family):
    """FAR110 to FAR119."""

    prefix = "FAR11"


class Files(_Family):
    """FAR150 to FAR157: dynamic loading, uploads, files."""

    prefix = "FAR15"


class Sessions(_Family):
    """FAR060 to FAR069: database sessions and transactions."""

    prefix = "FAR06"


class Queries(_Family):
    """FAR070 to FAR079."""

    prefix = "FAR07"


class Schemas(_Family):
    """FAR100 to FAR109: Pydantic models."""

    prefix = "FAR10"


class Outbound(_Family):
    """FAR120 to FAR128: calls to other services."""

    prefix = "FAR12"


class Concurrency(_Family):
    """FAR130 to FAR139: state shared between requests, tasks."""

    prefix = "FAR13"


class Workers(_Family):
    """FAR140 to FAR149: schedulers and workers."""

    prefix = "FAR14"


class Migrations(_Family):
    """FAR160 to FAR168."""

    prefix = "FAR16"


class SQLite(_Family):
    """FAR170 to FAR177."""

    prefix = "FAR17"


class Channels(_Family):
    """FAR180 to FAR187: caches, Redis, websockets."""

    prefix = "FAR18"


class Logging(_Family):
    """FAR190 to FAR193."""

    prefix = "FAR19"


class Protocols(_Family):
    """FAR200 to FAR208: what a project demands of itself."""

    prefix = "FAR20"


class Quality(_Family):
    """FAR210 to FAR219."""

    prefix = "FAR21"


class Models(_Family):
    """FAR220 to FAR224: details of Pydantic."""

    prefix = "FAR22"


class Custom(_Family):
    """FAR900 to FAR999, the rules that a project writes itself."""

    prefix = "FAR9"


def _analyse(run: Run, filename: str, lines: list[str], tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """The findings as flake8 wants them. What goes wrong becomes a finding: an exception would end the whole run."""
    text = "".join(lines)
    if not text.strip():
        return  # pylsp loses every diagnostic of a file over one on a line that is not there
    try:
        for told in run.review(filename, text, tree):
            yield _placed(told, lines)
    except Exception as error:
        yield 1, 0, f"{INTERNAL} {_one_line(_internal(error))}"


def _told(violation: Violation) -> Told:
    return violation.range.line, violation.range.column, violation.code, violation.message


def _placed(told: Told, lines: Sequence[str]) -> tuple[int, int, str]:
    wanted, column, code, message = told
    line = min(max(wanted, 1), len(lines))
    if line != wanted:
        column = 0
    before = lines[line - 1].rstrip("\r\n").encode("utf-8", "surrogatepass")[:column]
    return line, len(before.decode("utf-8", "ignore")), f"{code} {_one_line(message)}"


def _one_line(message: str) -> str:
    """The message without line ends and without `name:1:2: `, which readers of flake8's output take for a position."""
    return re.sub(_LOCATION, r":\1:\2 -", " ".join(message.split()))


def _internal(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {os.path.basename(trace.tb_frame.f_code.co_filename)} line {trace.tb_lineno}" if trace else ""
    return f"internal error ({type(error).__name__}: {error}){where}, please report"
