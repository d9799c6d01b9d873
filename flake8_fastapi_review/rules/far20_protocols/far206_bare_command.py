from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Range, Rule, Severity, option
from .scripts import FILES, commands_in
from .shell import Word, commands, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...file import File
    from ...rule import Violation

_RUN = (
    *(f"subprocess.{name}" for name in "run call check_call check_output Popen getoutput getstatusoutput".split()),
    "os.system",
    "os.popen",
    "asyncio.create_subprocess_shell",
    "anyio.run_process",
    "anyio.open_process",
    "trio.run_process",
)
_RUN_ARGUMENTS = ("asyncio.create_subprocess_exec", "os.execlp", "os.execvp", "os.spawnlp", "os.spawnvp")


class BareCommand(Rule):
    """A command is run without the prefix that puts it into the project's environment.

    It then runs from whatever environment comes first: another version, without the project's plugins, or not at all on
    the machine where it matters.

    Shell lines and lists of arguments in Python are looked at; the command also reads shell scripts, Makefiles,
    Dockerfiles, YAML of CI systems and `pyproject.toml` (the plugin of flake8 sees Python alone). In YAML these are the
    values of `run`, `script`, `command`, `entry` and their like. What only runs another command (`sudo`, `env`,
    `timeout`, `bash -c`) is looked through.

    Configuration:

        [tool.fastapi-review.rules.FAR206]
        commands = ["alembic", "pytest", "uvicorn"]
        prefixes = ["uv run"]

    Bad:

        import subprocess

        subprocess.run(["alembic", "upgrade", "head"], check=True)

    Good:

        import subprocess

        subprocess.run(["uv", "run", "alembic", "upgrade", "head"], check=True)
    """

    code = "FAR206"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    roles = ("app", "test", "migration", "script", "example")
    message = "`{command}` runs outside of the project's environment: write `{prefix} {command}`"

    files = FILES
    """The ends of the names of the other files that it reads."""

    commands: frozenset[str] = option(frozenset(), "Commands that need a prefix.")
    prefixes: tuple[str, ...] = option(("uv run",), "What they are to be run with; the first is proposed.")

    def check(self, file: File) -> Iterator[Violation]:
        if not any(command.split()[0] in file.text for command in self.commands if command):
            return
        for call in file.calls_to(*_RUN):
            given = file.argument(call, 0, "args")
            for value in () if given is None else file.values(given):
                command = self._bare(_written(file, value))
                if command is not None:
                    yield self._found(value, command[0])
        for call in file.calls_to(*_RUN_ARGUMENTS):
            words = [file.value_of(each) for each in call.args]
            command = self._bare([[Word(each, 0) for each in words if isinstance(each, str)]])
            if command is not None:
                yield self._found(call.args[0], command[0])

    def search_text(self, path: str, text: str) -> Iterator[Violation]:
        """The findings in a file that is no Python."""
        if not any(command in text for command in self.commands):
            return
        for words in commands_in(path, text):
            found = self._bare([words])
            if found is not None:
                command, start = found
                line = text.count("\n", 0, start) + 1
                column = len(text[text.rfind("\n", 0, start) + 1 : start].encode())
                yield self._found(Range(line, column, line, column + len(command.split()[0].encode())), command)

    def _found(self, where: ast.AST | Range, command: str) -> Violation:
        return self.at(where, command=command, prefix=self.prefixes[0] if self.prefixes else "uv run")

    def _bare(self, found: Iterable[list[Word]]) -> tuple[str, int] | None:
        """The first command that stands without a prefix, and where it begins."""
        for words in found:
            rest = unwrapped(words)
            for command in sorted(self.commands, key=len, reverse=True):
                wanted = command.split()
                if wanted and [each.text for each in rest[: len(wanted)]] == wanted:
                    return command, rest[0].start
        return None


def _written(file: File, value: ast.AST) -> Iterator[list[Word]]:
    """What a value makes a shell, or the system, run."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            yield from _listed([file.value_of(each) for each in elements])
        case ast.BinOp(left=left, op=ast.Add()):
            yield from _written(file, left)
        case ast.Call(func=ast.Attribute(attr="split", value=text)) if not isinstance(text, ast.Name):
            yield from _written(file, text)
        case ast.Call(args=[text, *_]) if file.resolved(value) in ("shlex.split",):
            yield from _written(file, text)
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]):
            yield from commands(begin)
        case ast.Constant() | ast.Attribute():
            known = file.value_of(value)
            if isinstance(known, str):
                yield from commands(known)
            elif isinstance(known, (list, tuple)):
                yield from _listed(list(known))


def _listed(values: list[object]) -> Iterator[list[Word]]:
    words = []
    for each in values:
        if not isinstance(each, str):
            break
        words.append(Word(each, 0))
    if words and words[0].text.rpartition("/")[2] in ("sh", "bash", "zsh"):
        yield from commands(" ".join(each.text if place < 2 else f"'{each.text}'" for place, each in enumerate(words)))
    elif words:
        yield words
