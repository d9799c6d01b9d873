from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Range, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_RUN_LINES = (
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "os.system",
    "os.popen",
    "asyncio.create_subprocess_shell",
)
_RUN_ARGUMENTS = ("asyncio.create_subprocess_exec", "os.execlp", "os.execvp", "os.spawnlp", "os.spawnvp")
_AFTER = r"(?:^|[;&|(`]|\$\(|&&|\|\||\b(?:then|do|else|exec|time|sudo|env|nohup)\s)\s*(?:[A-Za-z_]\w*=\S*\s+)*"
"""Where a shell expects a command, with the variables that are set for it."""


class BareCommand(Rule):
    """A command is run without the prefix that puts it into the project's environment.

    It then runs from whatever environment comes first: another version, without the project's plugins, or not at all on
    the machine where it matters.

    Shell lines and lists of arguments in Python are looked at; the command also reads shell scripts, Makefiles,
    Dockerfiles, YAML of CI systems and `pyproject.toml` (the plugin of flake8 sees Python alone). In YAML these are the
    values of `run`, `script` and `command` and items of lists.

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

    commands: frozenset[str] = option(frozenset(), "Commands that need a prefix.")
    prefixes: tuple[str, ...] = option(("uv run",), "What they are to be run with; the first is proposed.")

    def check(self, file: File) -> Iterator[Violation]:
        if not any(command in file.text for command in self.commands):
            return
        for call in file.calls_to(*_RUN_LINES):
            given = file.argument(call, 0, "args")
            for value in () if given is None else file.values(given):
                command = self._bare_list(file, value) or self._bare_text(file, value)
                if command is not None:
                    yield self._found(value, command)
        for call in file.calls_to(*_RUN_ARGUMENTS):
            first = file.value_of(call.args[0]) if call.args else None
            if isinstance(first, str) and first in self.commands:
                yield self._found(call.args[0], first)

    def _found(self, where: ast.AST | Range, command: str) -> Violation:
        return self.at(where, command=command, prefix=self.prefixes[0] if self.prefixes else "uv run")

    def _bare_list(self, file: File, value: ast.AST) -> str | None:
        if not isinstance(value, (ast.List, ast.Tuple)) or not value.elts:
            return None
        words = [file.value_of(each) for each in value.elts]
        first = words[0]
        if first in ("sh", "bash") and len(words) > 2 and isinstance(words[2], str):
            return next(self._bare(words[2]), ("", 0))[0] or None
        return first if isinstance(first, str) and first in self.commands else None

    def _bare_text(self, file: File, value: ast.AST) -> str | None:
        text = file.value_of(value)
        if isinstance(value, ast.JoinedStr) and value.values and isinstance(value.values[0], ast.Constant):
            text = value.values[0].value
        return next(self._bare(text), ("", 0))[0] or None if isinstance(text, str) else None

    def _bare(self, line: str) -> Iterator[tuple[str, int]]:
        """The commands in a shell line that stand where a command is expected, each with its column."""
        names = "|".join(map(re.escape, sorted(self.commands, key=len, reverse=True)))
        if names:
            for found in re.finditer(rf"{_AFTER}({names})(?![\w./=:-])", line):
                yield found[1], found.start(1)

    # Files that are no Python

    files = (".sh", ".bash", ".yml", ".yaml", "Makefile", ".mk", "Dockerfile", ".dockerfile", "pyproject.toml")
    """The ends of the names of the other files that it reads."""

    def search_text(self, path: str, text: str) -> Iterator[Violation]:
        """The findings in a file that is no Python."""
        for number, (line, start) in enumerate(_shell_lines(path, text), 1):
            for command, column in self._bare(line):
                at = len(line[:column].encode()) + start
                yield self._found(Range(number, at, number, at + len(command.encode())), command)


_YAML_LINE = (
    r"\s*(?:-\s+)?"
    r"(?:(?:run|script|command|entrypoint|before_script|after_script)\s*:\s*[|>]?[+-]?\s*)?"
    r"(?!\s|[\w.-]+\s*:(?:\s|$))"
)
_DOCKER_LINE = r"\s*(?:RUN|CMD|ENTRYPOINT)\s+"
_MAKE_LINE = r"\t[@+-]*"
_TOML_LINE = r"""\s*[\w.-]+\s*=\s*(?:\{\s*(?:cmd|shell)\s*=\s*)?["']"""


def _shell_lines(path: str, text: str) -> Iterator[tuple[str, int]]:
    """For each line the shell in it, "" where there is none, and how many bytes come before."""
    name = path.rpartition("/")[2]
    if name.endswith((".yml", ".yaml")):
        pattern = _YAML_LINE
    elif name.endswith(("Dockerfile", ".dockerfile")):
        pattern = _DOCKER_LINE
    elif name.endswith(("Makefile", ".mk")):
        pattern = _MAKE_LINE
    elif name == "pyproject.toml":
        pattern = _TOML_LINE
    else:
        pattern = r"\s*"
    section = ""
    for line in text.split("\n"):
        if pattern is _TOML_LINE and (opened := re.match(r"\s*\[([^\]]*)\]", line)):
            section = opened[1]
        found = re.match(pattern, line)
        if (
            found is None
            or line.lstrip().startswith("#")
            or (pattern is _TOML_LINE and not re.search(r"(?:^|\.)(?:scripts|tasks)$", section))
        ):
            yield "", 0
            continue
        shell = line[found.end() :]
        before = found.end()
        if pattern is _DOCKER_LINE and shell.startswith("["):
            words = re.findall(r'"([^"]*)"', shell)
            before += shell.find('"') + 1
            shell = words[0] if words else ""
        yield shell, len(line[:before].encode())
