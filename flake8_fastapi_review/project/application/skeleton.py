"""What of a file's text an execution looks at: all but comments and the bodies of functions that nobody calls."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...module import split_lines
from ...module.index import subtree
from ...records import NamedTuple
from ...regex import regex
from .texts import text_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MARKERS = (b"fastapi", b"starlette", b"FastAPI", b"router", b"Router")
_ACTING = regex(
    rb"\b(?:include_router|add_api_route|add_api_websocket_route|add_route|add_websocket_route|mount|APIRouter|FastAPI"
    rb"|Starlette|api_route)\b|@[\w.]+\.(?:get|post|put|patch|delete|head|options|trace|websocket|route)\("
    rb"|^(?!print|logg|warnings|typer)[A-Za-z_][\w.]*\("
    rb"|^@(?!dataclass|functools|lru_cache|cache\b|pytest|overload|contextmanager|asynccontextmanager|contextlib|attr|click"
    rb"|typing|runtime_checkable|total_ordering|final|deprecated)\w",
    re.MULTILINE,
)
"""What importing a module may do to a router: registrations, calls and decorators at its top level."""
REGISTERING = regex(
    r"\b(?:include_router|add_api_route|add_api_websocket_route|add_route|add_websocket_route|mount|APIRouter|FastAPI|Starlette|api_route)\b"
    r"|@[\w.]+\.(?:get|post|put|patch|delete|head|options|trace|websocket|route)\("
)
_READS_ITSELF = regex(r"\b(path_params|scope|url|base_url)\b")
_READS_TEXT = regex(r"alias_generator")
"""What is looked for in the text of a class, the bodies of its methods included."""


class Skeleton(NamedTuple):
    """What an execution that called only some functions of a file can have looked at."""

    digest: bytes
    lines: tuple[int, ...]
    """Their numbers in the file."""


def is_acting(text: bytes) -> bool:
    """Whether importing a module with this text may do something to a router or application."""
    return any(marker in text for marker in MARKERS) and bool(_ACTING.search(text))


def looks_at_path(lines: list[str], function: ast.AST, name: str) -> bool:
    """Whether a function that is given the request as `name` may read its path: by itself, or by handing the request
    on. `lines`: those of its file."""
    first: int = function.lineno  # type: ignore[attr-defined]
    if _READS_ITSELF.search("\n".join(lines[first - 1 : function.end_lineno])):  # type: ignore[attr-defined]
        return True
    for node in subtree(function):
        match node:
            case ast.Call(args=args, keywords=keywords):
                handed = [*args, *(keyword.value for keyword in keywords)]
                if any(isinstance(each, ast.Name) and each.id == name for each in handed):
                    return True
    return False


def skeleton(
    text: str, tree: ast.Module, skipped: Collection[str], watched: Mapping[str, Iterable[str]], words: re.Pattern[str]
) -> Skeleton:
    """Without blank lines, comments, docstrings and the bodies of the functions `skipped` (qualnames), except for
    those with one of `words` or a registration in them."""
    lines = split_lines(text)
    kept = bytearray(len(lines) + 2)
    facts: list[str] = []
    pending: list[tuple[list[Any], str]] = [(tree.body, "")]
    while pending:
        body, prefix = pending.pop()
        for node in body:
            inner = blocks(node)
            if not inner:
                if not _is_idle_text(node, lines, words):
                    _mark(kept, node.lineno, node.end_lineno, 1)
                continue
            begin = _first_line(inner[0][0])
            _mark(kept, _first_line(node), begin - 1, 1)
            if isinstance(node, ast.ClassDef):
                pending.append((inner[0], f"{prefix}{node.name}."))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = prefix + node.name
                facts += [f"{name}:{each}:{looks_at_path(lines, node, each)}" for each in watched.get(name, ())]
                if name in skipped and _stands_alone(node, begin, lines) and _is_inert(lines, begin, node, words):
                    continue
                if begin == node.lineno:
                    _mark(kept, begin, begin, 1)
                pending.append((inner[0], f"{name}.<locals>."))
            else:
                _mark(kept, _first_line(node), begin, 1)
                # `else`, `except …` and `case …` stand between the blocks.
                for before, after in pairwise(inner):
                    _mark(kept, before[-1].end_lineno, _first_line(after[0]), 1)
                pending += [(block, prefix) for block in inner]
    numbers = tuple([number for number in range(1, len(lines) + 1) if kept[number]])
    shown = [lines[number - 1] for number in numbers]
    return Skeleton(text_digest("\n".join([*shown, "", *facts])), numbers)


def functions(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """The functions in blocks, with their qualnames; a name that is bound several times comes several times."""
    pending: list[tuple[list[Any], str]] = [(tree.body, "")]
    while pending:
        body, prefix = pending.pop()
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node, prefix + node.name
                pending.append((node.body, f"{prefix}{node.name}.<locals>."))
            elif isinstance(node, ast.ClassDef):
                pending.append((node.body, f"{prefix}{node.name}."))
            else:
                pending += [(block, prefix) for block in blocks(node)]


def _is_idle_text(node: Any, lines: list[str], words: re.Pattern[str]) -> bool:
    """Whether a statement is a text alone on its lines, in which nobody looks for anything."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and not lines[node.lineno - 1].encode()[: node.col_offset].strip()
        and _is_inert(lines, node.lineno, node, words)
    )


def _stands_alone(node: Any, begin: int, lines: list[str]) -> bool:
    first = node.body[0]
    column = min([first.col_offset, *[each.col_offset - 1 for each in getattr(first, "decorator_list", ())]])
    return begin > node.lineno and not lines[begin - 1].encode()[:column].strip(b" \t\f@")


def _is_inert(lines: list[str], begin: int, node: Any, words: re.Pattern[str]) -> bool:
    body = "\n".join(lines[begin - 1 : node.end_lineno])
    return not (REGISTERING.search(body) or _READS_TEXT.search(body) or words.search(body))


def _first_line(node: Any) -> int:
    found: int = min([node.lineno, *[each.lineno for each in getattr(node, "decorator_list", ())]])
    return found


def _mark(kept: bytearray, first: int, last: int, value: int) -> None:
    for number in range(first, min(last, len(kept) - 1) + 1):
        kept[number] = value


def blocks(node: Any) -> list[list[Any]]:
    """The lists of statements in a statement, in the order of the text."""
    found = [getattr(node, "body", None)]
    found += [part.body for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))]
    found += [getattr(node, "orelse", None), getattr(node, "finalbody", None)]
    return [block for block in found if isinstance(block, list) and block]
