"""The commands that a shell text runs, each as its words with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KEYWORDS = frozenset("if then else elif do while until ! { time coproc".split())
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_PLAIN = frozenset("exec nohup time builtin setsid doas".split())
"""Run what follows."""
_WITH_OPTIONS: dict[str, str] = {
    "sudo": "ugpChrt",
    "env": "uCS",
    "nice": "n",
    "ionice": "cnp",
    "timeout": "ks",
    "xargs": "IEnLPsda",
    "stdbuf": "ioe",
    "command": "",
}
"""The same, after options: letters of those that take a word of their own."""
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ash", "ksh"))


class Word(NamedTuple):
    """A word without its quotes."""

    text: str
    start: int
    """Where it begins in the text, behind its quote."""


def commands(text: str, start: int = 0) -> Iterator[list[Word]]:
    """The simple commands of a text, substitutions and what is handed to another shell included; `start` is added to
    all places. Variables that are set for a command, keywords, and commands that only run another one are left out."""
    for words in _Reader(text).read():
        found = unwrapped(words)
        if not found:
            continue
        inner = _handed_over(found)
        if inner is not None:
            yield from commands(inner.text, inner.start + start)
        else:
            yield [Word(each.text, each.start + start) for each in found]


def unwrapped(words: Sequence[Word]) -> list[Word]:
    """A command without what only runs it: `sudo -u app env A=1 timeout 30 pytest` is `pytest`."""
    rest = list(words)
    while rest:
        first = rest[0].text
        if first in _KEYWORDS or _ASSIGNMENT.match(first) or first in _PLAIN:
            rest = rest[1:]
            continue
        name = first.rpartition("/")[2]
        if name not in _WITH_OPTIONS:
            break
        if name == "command" and len(rest) > 1 and rest[1].text.startswith("-"):
            return []  # `command -v alembic` asks whether it is there
        rest = _after_options(rest[1:], _WITH_OPTIONS[name])
        if name == "timeout":
            rest = rest[1:]
    return rest


def _after_options(words: list[Word], taking: str) -> list[Word]:
    while words and (words[0].text.startswith("-") or _ASSIGNMENT.match(words[0].text)):
        option = words[0].text
        takes = len(option) == 2 and option[1] in taking
        words = words[2 if takes else 1 :]
        if option == "--":
            break
    return words


def _handed_over(words: list[Word]) -> Word | None:
    """The text that a shell is given to run: `bash -lc "…"`, `eval "…"`, `trap '…' EXIT`."""
    first = words[0].text.rpartition("/")[2]
    if first in ("eval", "trap") and len(words) > 1:
        return words[1]
    if first in _SHELLS:
        for place, each in enumerate(words[1:-1], 1):
            if re.fullmatch(r"-[a-z]*c", each.text):
                return words[place + 1]
    return None


class _Reader:
    """Reads commands one by one; what it does not understand ends up in a word."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.heredocs: list[str] = []
        self.inner: list[list[Word]] = []

    def read(self, closing: str = "") -> Iterator[list[Word]]:
        text = self.text
        words: list[Word] = []
        depth = 0
        skips_word = False
        while self.at < len(text):
            char = text[self.at]
            if text.startswith("\\\n", self.at):
                self.at += 2
            elif char in " \t\r":
                self.at += 1
            elif char == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            elif char == closing and depth == 0:
                break
            elif char in "<>" or text.startswith("&>", self.at):
                skips_word = self._redirect()
            elif char in "\n;|&()":
                if char == "(" and len(words) == 1 and re.match(r"\(\s*\)", text[self.at :]):
                    words = []  # the name of a function
                if char == "(":
                    depth += 1
                elif char == ")":
                    words = words if depth else []  # without a beginning it ends a pattern of `case`
                    depth = max(0, depth - 1)
                self.at += 1
                if words:
                    yield words
                words, skips_word = [], False
                if char == "\n":
                    self._pass_heredocs()
            else:
                word = self._word(closing)
                yield from self.inner
                self.inner = []
                if not skips_word:
                    words.append(word)
                skips_word = False
        if words:
            yield words

    def _redirect(self) -> bool:
        """Passes over a redirection; whether the next word belongs to it."""
        heredoc = re.compile(r"<<-?\s*(['\"]?)([\w.-]+)\1").match(self.text, self.at)
        if heredoc is not None and not self.text.startswith("<<<", self.at):
            self.heredocs.append(heredoc[2])
            self.at = heredoc.end()
            return False
        if self.text.startswith(("<(", ">("), self.at):
            self.at += 1
            return False
        while self.at < len(self.text) and self.text[self.at] in "<>&|":
            self.at += 1
        if self.text[self.at : self.at + 1].isdigit() and self.text[self.at - 1] == "&":
            self.at += 1
            return False
        return True

    def _pass_heredocs(self) -> None:
        for name in self.heredocs:
            end = re.compile(rf"^\s*{re.escape(name)}\s*$", re.MULTILINE).search(self.text, self.at)
            self.at = len(self.text) if end is None else end.end()
        self.heredocs = []

    def _word(self, closing: str) -> Word:
        text = self.text
        start = self.at + (text[self.at] in "'\"")
        parts: list[str] = []
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n;|&()<>" or (closing == "`" and char == "`"):
                break
            if char == "'":
                end = text.find("'", self.at + 1)
                end = len(text) if end < 0 else end
                parts.append(text[self.at + 1 : end])
                self.at = end + 1
            elif char == '"':
                self.at += 1
                self._quoted(parts)
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif char == "\\":
                parts.append(text[self.at + 1 : self.at + 2])
                self.at += 2
            else:
                self._bare(parts, char)
        return Word("".join(parts), start)

    def _quoted(self, parts: list[str]) -> None:
        while self.at < len(self.text) and self.text[self.at] != '"':
            char = self.text[self.at]
            if char == "\\":
                # two characters stand for one: places in what is handed over would shift, so both are kept
                parts.append(self.text[self.at : self.at + 2])
                self.at += 2
            else:
                self._bare(parts, char)
        self.at += 1

    def _bare(self, parts: list[str], char: str) -> None:
        before = self.at
        if self.text.startswith("$((", before):
            end = self.text.find("))", before)
            self.at = len(self.text) if end < 0 else end + 2
        elif self.text.startswith("$(", before) or char == "`":
            self.at += 1 if char == "`" else 2
            held, self.inner = self.inner, []
            found = list(self.read("`" if char == "`" else ")"))
            self.inner = held + found
            self.at += 1
        elif self.text.startswith("${", before):
            end = self.text.find("}", before)
            self.at = len(self.text) if end < 0 else end + 1
        else:
            self.at += 1
        parts.append(self.text[before : self.at])
