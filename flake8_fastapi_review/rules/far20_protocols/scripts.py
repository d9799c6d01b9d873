"""Where files that are no Python hold shell: scripts, Makefiles, Dockerfiles, YAML, tasks in pyproject.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .shell import Word, commands, unwrapped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_STAGES = "dev local test ci base prod production api app web worker".split()
FILES = (
    *(".sh", ".bash", ".yml", ".yaml", ".mk", "Makefile", "makefile", "pyproject.toml"),
    *("Dockerfile", ".dockerfile", ".Dockerfile", "Containerfile"),
    *(f"Dockerfile.{name}" for name in _STAGES),
)
"""The ends of the names of the files that are read."""

_SCRIPTS = frozenset(
    """
    run script before_script after_script bash cmds commands cmd install entry
    buildcommand startcommand predeploycommand releasecommand
    """.split()
)
"""Keys of YAML whose value, or each item of it, is a shell text."""
_ARGUMENTS = frozenset(("command", "entrypoint", "test"))
"""Keys whose list is one command."""
_OTHERS = frozenset(("with", "env", "environment", "variables", "labels", "inputs"))
"""Keys below which nothing is run here."""
_KEY = re.compile(r"""(?P<dashes>(?:-\s+)*)(?P<key>[\w.$-]+|"[^"]*"|'[^']*')\s*:(?:\s+(?P<value>.*))?$""")


def commands_in(path: str, text: str) -> Iterator[list[Word]]:
    """The commands of a file, their places counted from its beginning."""
    name = path.rpartition("/")[2]
    if name.endswith((".yml", ".yaml")):
        yield from _yaml(text)
    elif "ockerfile" in name or name == "Containerfile":
        yield from _docker(text)
    elif name.endswith(("akefile", ".mk")):
        yield from _make(text)
    elif name == "pyproject.toml":
        yield from _toml(text)
    else:
        yield from commands(text)


def _argv(text: str, start: int) -> list[Word]:
    """The words of a list that is written out: `["uvicorn", "app:app"]`."""
    pattern = re.compile(r"""\"([^"]*)"|'([^']*)'""")
    return [Word(each[1] or each[2] or "", start + each.start() + 1) for each in pattern.finditer(text)]


def _run(words: list[Word]) -> Iterator[list[Word]]:
    """A command that is given as words: it may be a shell with a text."""
    found = unwrapped(words)
    if len(found) > 2 and found[0].text.rpartition("/")[2] in ("sh", "bash") and re.fullmatch(r"-\w*c", found[1].text):
        yield from commands(found[2].text, found[2].start)
    elif found:
        yield found


def _make(text: str) -> Iterator[list[Word]]:
    # `$(UV)` is a variable of make, `$$(…)` is what the shell sees as `$(…)`: both keep their length
    shown = re.sub(r"\$\$", " $", re.sub(r"(?<!\$)\$\([^()\n]*\)", lambda each: "_" * len(each[0]), text))
    for line in re.finditer(r"^\t(?:[^\n]*\\\n)*[^\n]*$", shown, re.MULTILINE):
        recipe = line[0]
        begin = len(recipe) - len(recipe.lstrip("\t@+- "))
        yield from commands(recipe[begin:], line.start() + begin)
    for rule in re.finditer(r"^[\w./% -]+:[^=;#\n]*;([^\n]*)$", shown, re.MULTILINE):
        yield from commands(rule[1], rule.start(1))


def _docker(text: str) -> Iterator[list[Word]]:
    shown = _without_comments(text)
    is_wrapped: list[Word] = []
    instruction = re.compile(
        r"^[ \t]*(FROM|RUN|CMD|ENTRYPOINT|HEALTHCHECK)\b((?:[^\n]*\\[ \t]*\n)*[^\n]*)$", re.MULTILINE | re.IGNORECASE
    )
    found = list(instruction.finditer(shown))
    for place, each in enumerate(found):
        kind, body, start = each[1].upper(), each[2], each.start(2)
        if kind == "FROM":
            is_wrapped = _entry(found[place + 1 :])
            continue
        if kind == "HEALTHCHECK":
            inner = re.search(r"\bCMD\b", body)
            if inner is None:
                continue
            body, start = body[inner.end() :], start + inner.end()
        options = re.match(r"(?:\s|\\\n|--[\w-]+(?:=\S+)?(?=\s))*", body)
        begin = options.end() if options is not None else 0
        body, start = body[begin:], start + begin
        if body.startswith("["):
            words = _argv(body, start)
            if kind == "CMD" and len(is_wrapped) > 1 and words:
                continue  # arguments of the entry point, which runs something itself
            yield from _run(words)
        else:
            yield from commands(body, start)


def _without_comments(text: str) -> str:
    """The text with blanks for comments; one between the lines of an instruction does not end it."""
    lines = text.split("\n")
    goes_on = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#"):
            lines[number] = " " * (len(line) - 1) + ("\\" if goes_on else " ")
        else:
            goes_on = line.rstrip().endswith("\\")
    return "\n".join(lines)


def _entry(instructions: list[re.Match[str]]) -> list[Word]:
    """The entry point of a stage, as far as it is a list."""
    for each in instructions:
        if each[1].upper() == "FROM":
            break
        if each[1].upper() == "ENTRYPOINT" and each[2].strip().startswith("["):
            return _argv(each[2], 0)
    return []


def _toml(text: str) -> Iterator[list[Word]]:
    for table in re.finditer(
        r"^\s*\[([^\[\]\n]+)\][^\n]*\n((?:(?!^\s*\[[^\n\"',]*\]\s*(?:#.*)?$)[^\n]*\n?)*)", text, re.MULTILINE
    ):
        name = table[1].replace('"', "").strip()
        if name in ("project.scripts", "tool.poetry.scripts") or not re.search(
            r"(?:^|\.)(?:scripts|tasks)(?:\.|$)", name
        ):
            continue
        for entry in re.finditer(
            r"^[ \t]*(?:[\w.\"-]+)\s*=\s*(.*(?:\n(?![ \t]*[\w.\"-]+\s*=).*)*)", table[2], re.MULTILINE
        ):
            yield from _task(entry[1], table.start(2) + entry.start(1), lists_commands=name.startswith("tool.hatch."))


def _task(value: str, start: int, *, lists_commands: bool) -> Iterator[list[Word]]:
    """What a value of a task runs: a text, the list of its words, or a table that says which of both."""
    begin = re.match(r"\{[^\n]*?\b(cmd|shell|composite)\s*=\s*", value)
    if begin is not None:
        value, start, lists_commands = value[begin.end() :], start + begin.end(), begin[1] == "composite"
    elif value.startswith("{"):
        return
    if value.startswith("["):
        words = _argv(re.sub(r"#[^\n]*", lambda each: " " * len(each[0]), value), start)
        if lists_commands:
            for each in words:
                yield from commands(each.text, each.start)
        elif begin is not None:
            yield from _run(words)
        return
    quoted = re.match(r"\"\"\"(.*?)\"\"\"|'''(.*?)'''|\"((?:[^\"\\]|\\.)*)\"|'([^']*)'", value, re.DOTALL)
    if quoted is not None:
        group = next(each for each in (1, 2, 3, 4) if quoted[each] is not None)
        yield from commands(quoted[group], start + quoted.start(group))


def _yaml(text: str) -> Iterator[list[Word]]:
    """Lines and their indentation are enough: only values of some keys are read."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    above: list[tuple[int, str]] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        at = number
        number += 1
        if not stripped or stripped.startswith("#"):
            continue
        entry = _KEY.match(line, indent)
        is_item = stripped.startswith("-")
        while above and (above[-1][0] > indent or (above[-1][0] == indent and not is_item)):
            above.pop()
        if entry is None and is_item:
            below = next((key for _, key in reversed(above)), "")
            dash = re.compile(r"(?:-\s+)+").match(line, indent)
            if dash is None or _is_apart(above):
                continue
            value, start = line[dash.end() :], starts[at] + dash.end()
            if below in _ARGUMENTS:
                items, number = _items(lines, starts, at, indent)
                yield from _run(items)
                continue
            if below in _SCRIPTS:
                number = yield from _value(lines, starts, number, indent, value, start, is_list=False)
            continue
        if entry is None:
            continue
        key = entry["key"].strip("\"'").lower()
        column = entry.start("key")
        while above and above[-1][0] >= column:
            above.pop()
        above.append((column, key))
        value = entry["value"] or ""
        if key in _SCRIPTS or key in _ARGUMENTS:
            if value and not _is_apart(above):
                start = starts[at] + entry.start("value")
                number = yield from _value(lines, starts, number, column, value, start, is_list=key in _ARGUMENTS)
        elif value[:1] in "|>" and value:
            number = _behind(lines, number, column)


def _is_apart(above: list[tuple[int, str]]) -> bool:
    return any(key in _OTHERS for _, key in above)


def _items(lines: list[str], starts: list[int], number: int, indent: int) -> tuple[list[Word], int]:
    """The items of a list, one on each line, and the number of the line behind it."""
    found = []
    while number < len(lines):
        item = re.match(rf" {{{indent}}}-\s+(['\"]?)(.*?)\1\s*(?:#.*)?$", lines[number])
        if item is None:
            break
        found.append(Word(item[2], starts[number] + item.start(2)))
        number += 1
    return found, number


def _behind(lines: list[str], number: int, indent: int) -> int:
    """The number of the line behind a block that is indented more."""
    while number < len(lines) and (
        not lines[number].strip() or len(lines[number]) - len(lines[number].lstrip()) > indent
    ):
        number += 1
    return number


def _value(
    lines: list[str], starts: list[int], number: int, indent: int, value: str, start: int, *, is_list: bool
) -> Generator[list[Word], None, int]:
    """The commands of a scalar or of a list in brackets; gives back the number of the line behind it."""
    if value[:1] in ("|", ">") and re.fullmatch(r"[|>][+-]?\d?[+-]?\s*(?:#.*)?", value):
        end = _behind(lines, number, indent)
        block = "\n".join(lines[number:end])
        if value[0] == ">":
            block = re.sub(r"(?<=\S)[ \t]*\n(?=[ \t]*\S)", lambda each: " " * len(each[0]), block)
        yield from commands(block, starts[number])
        return end
    value = re.sub(r"\s#.*$", lambda each: " " * len(each[0]), value)
    if value.startswith("["):
        words = [each for each in _argv(value, start) if each.text]
        if not words:
            inner = re.finditer(r"[^\[\],]+", value)
            words = [
                Word(each[0].strip(), start + each.start() + len(each[0]) - len(each[0].lstrip())) for each in inner
            ]
        if is_list:
            words = words[1:] if words and words[0].text in ("CMD", "CMD-SHELL") else words
            yield from _run(words)
        else:
            for each in words:
                yield from commands(each.text, each.start)
        return number
    quoted = re.match(r"\"((?:[^\"\\]|\\.)*)\"\s*$|'((?:[^']|'')*)'\s*$", value)
    if quoted is not None:
        group = 1 if quoted[1] is not None else 2
        yield from commands(quoted[group], start + quoted.start(group))
    elif not re.match(r"[\w.-]+\s*:(?:\s|$)", value):
        yield from commands(value, start)
    return number
