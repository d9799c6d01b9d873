"""The flake8 plugins, one a family: each reports its share of one analysis that all of them look up.

The only module that knows flake8. flake8 imports it at every start, so it imports almost nothing itself; what the
review needs is imported when the first file is looked at.
"""

from __future__ import annotations

import gc
import os
import re
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator, Sequence

    from .project import Project
    from .registry import Selection
    from .rule import Violation

    Finding = tuple[int, int, str, type]
    """What flake8 takes: the line from 1, the column in characters from 0, "FAR001 text", the plugin's class."""

INTERNAL = "FAR000"

_SELECTORS = ("select", "extend_select", "ignore", "extend_ignore")
_LOCATION = re.compile(r":(\d*):(\d*):(?=\s)")


class Run:
    """What the files of one run of flake8 share within a process: the projects and what flake8's options select."""

    def __init__(self, options: argparse.Namespace | None = None) -> None:
        self._options = options
        self._projects: dict[str, tuple[Project, Selection]] = {}
        self._files = 0

    def review(self, path: str, text: str, tree: ast.Module) -> list[Violation]:
        """The findings in a file. `path` is flake8's, `text` what the disk or an editor holds, `tree` made of it."""
        from . import config
        from .review import review_file

        if not self._projects:
            config.forget()
        path = os.path.abspath(path)
        root = config.find_root(path)
        project, selection = self._projects.get(root) or self._open(root)
        name = project.relative(path)
        if config.excluded(project.config, name):
            return []
        found = review_file(project.file(name, text, tree), selection)
        project.close(name)
        self._spare_the_collector()
        return [*_problems(project, selection), *found]

    def _spare_the_collector(self) -> None:
        """All of flake8 would pay for a collector that goes through our index again and again.

        What is frozen is never freed, the trees of a file that happens to be open included: so this is done ever less
        often, while the index grows ever less.
        """
        self._files += 1
        if self._files & (self._files - 1) == 0 and hasattr(gc, "freeze"):
            gc.freeze()

    def _open(self, root: str) -> tuple[Project, Selection]:
        from . import config, registry
        from .project import Project
        from .review import cache_folder

        settings = config.load(root)
        chosen = [getattr(self._options, key, None) or () for key in _SELECTORS]
        selection = registry.select(settings, *chosen, flake8=True)
        self._projects[root] = Project(root, settings, cache_folder(root)), selection
        return self._projects[root]


def _problems(project: Project, selection: Selection) -> Iterator[Violation]:
    """What is wrong in the configuration, said in every file: any one may be the only one that an editor shows."""
    from .review import voice

    if INTERNAL not in selection.codes:
        return
    for problem in selection.problems:
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


class Custom(_Family):
    """FAR900 to FAR999, the rules that a project writes itself."""

    prefix = "FAR9"


def _analyse(run: Run, filename: str, lines: list[str], tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """The findings as flake8 wants them. What goes wrong becomes a finding: an exception would end the whole run."""
    text = "".join(lines)
    if not text.strip():
        return  # pylsp loses every diagnostic of a file over one on a line that is not there
    try:
        for violation in run.review(filename, text, tree):
            yield _placed(violation, lines)
    except Exception as error:
        yield 1, 0, f"{INTERNAL} {_one_line(_internal(error))}"


def _placed(violation: Violation, lines: Sequence[str]) -> tuple[int, int, str]:
    line = min(max(violation.range.line, 1), len(lines))
    column = violation.range.column if line == violation.range.line else 0
    before = lines[line - 1].rstrip("\r\n").encode("utf-8", "surrogatepass")[:column]
    return line, len(before.decode("utf-8", "ignore")), f"{violation.code} {_one_line(violation.message)}"


def _one_line(message: str) -> str:
    """The message without line ends and without `name:1:2: `, which readers of flake8's output take for a position."""
    return _LOCATION.sub(r":\1:\2 -", " ".join(message.split()))


def _internal(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {os.path.basename(trace.tb_frame.f_code.co_filename)} line {trace.tb_lineno}" if trace else ""
    return f"internal error ({type(error).__name__}: {error}){where}, please report"
