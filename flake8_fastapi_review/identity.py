"""Where in the code a finding stands, in words that outlive a shift of lines: the function or class around it and the
text of its statement.

What a change review, a baseline and the fingerprints of reports recognise a finding by. Independent of line numbers,
of the layout that formatters give to a statement, of comments, and of the version of Python that reads it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .module import Unreadable, parse, split_lines
from .records import NamedTuple
from .regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_TOKEN = regex(
    r"""(?sx)
    (?P<string> '{3}.*?'{3} | \"{3}.*?\"{3} | '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" )
    | \#[^\n]*
    | \\?\s+
    """
)
_TRAILING_COMMA = regex(r",(?=[)\]}])")
_ARMS = ("body", "orelse", "finalbody", "handlers", "cases")


class Anchor(NamedTuple):
    """A place in a file."""

    qualname: str
    """Of the innermost function or class around the statement, or that the statement defines: "Shop.close". Empty at
    the top of a module, and in a file that is no Python."""
    statement: str
    """The text of the innermost statement (of a compound one, what stands before its body), normalised. In the head of
    a function that of the parameter; for what is reported at its `def` its name alone, so that another parameter does
    not make it new."""


def anchors(text: str, lines: Iterable[int], path: str = "") -> dict[int, Anchor]:
    """Line (from 1) → the anchor of what is reported there, in a file that holds `text`. Never raises.

    In a text that is no Python the statement is the line.
    """
    wanted = sorted(set(lines))
    if not wanted:
        return {}
    source = split_lines(text)
    try:
        tree = parse(text, path) if path.endswith(".py") or not path else None
    except Unreadable:
        tree = None
    if tree is None:
        return {line: Anchor("", normalised("\n".join(source[line - 1 : line]))) for line in wanted}
    return {line: _anchor(tree, source, line) for line in wanted}


def contexts(tree: ast.Module, lines: Sequence[int]) -> list[str]:
    """The qualified name (Anchor.qualname) of each of these lines of a file, by its tree."""
    return [_anchor(tree, (), line).qualname for line in lines]


def normalised(text: str) -> str:
    """Source text without what a formatter may change: white space, comments, kind of quotes, trailing commas."""
    return _TRAILING_COMMA.sub("", _TOKEN.sub(_without_layout, text))


def _without_layout(token: re.Match[str]) -> str:
    said = token["string"]
    if not said:
        return ""
    quotes = 3 if said[:3] in ("'''", '"""') else 1
    return f'"{said[quotes:-quotes]}"'


def _anchor(tree: ast.Module, source: Sequence[str], line: int) -> Anchor:
    names: list[str] = []
    found: tuple[int, int] = (line, line)
    inner: ast.AST | None = tree
    while inner is not None:
        inner = next((node for node in _parts(inner) if _first(node) <= line <= _last(node)), None)
        if inner is None:
            break
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            decorator = next((each for each in inner.decorator_list if each.lineno <= line <= _last(each)), None)
            if decorator is not None:
                found = decorator.lineno, _last(decorator)
                names.append(inner.name)
                break
            names.append(inner.name)
            if line == inner.lineno:
                # What is said of a function as a whole has nothing to do with each of its parameters.
                return Anchor(".".join(names), f"{type(inner).__name__} {inner.name}")
        found = _parameter(inner, line) or _header(inner)
    first, last = found
    return Anchor(".".join(names), normalised("\n".join(source[first - 1 : last])))


def _parameter(node: ast.AST, line: int) -> tuple[int, int] | None:
    """The lines of the parameter of a function in whose head the line is."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or line >= node.body[0].lineno:
        return None
    given = node.args
    named = [*given.posonlyargs, *given.args]
    defaults: dict[ast.arg, ast.expr | None] = dict(
        zip(named[len(named) - len(given.defaults) :], given.defaults, strict=True)
    )
    defaults |= dict(zip(given.kwonlyargs, given.kw_defaults, strict=True))
    for each in (*named, *given.kwonlyargs):
        last = _last(defaults.get(each) or each)
        if each.lineno <= line <= last:
            return each.lineno, last
    return None


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    for arm in _ARMS:
        yield from getattr(node, arm, None) or ()


def _first(node: Any) -> int:
    if decorators := getattr(node, "decorator_list", None):
        return min(int(decorator.lineno) for decorator in decorators)
    # A `case` has no position of its own.
    return int(getattr(node, "lineno", 0) or node.pattern.lineno)


def _last(node: Any) -> int:
    end: int | None = getattr(node, "end_lineno", None)
    return end if end is not None else _last(node.body[-1])


def _header(node: ast.AST) -> tuple[int, int]:
    """The lines of a statement, those of a compound one before its body."""
    line: int = getattr(node, "lineno", None) or _first(node)
    body = getattr(node, "body", None)
    if not isinstance(body, list) or not body:
        cases = getattr(node, "cases", None)
        return line, max(line, _first(cases[0]) - 1) if cases else _last(node)
    return line, max(line, _first(body[0]) - 1)
