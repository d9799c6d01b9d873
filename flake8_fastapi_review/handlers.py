"""What the rules on exception handlers ask of one: what it catches, and what it does about it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .file import File

BROAD = ("builtins.Exception", "builtins.BaseException")
CANCELLATIONS = ("asyncio.CancelledError", "trio.Cancelled", "anyio.get_cancelled_exc_class")

_DIRECTIVE = regex(
    r"(?i)noqa|far\d|pragma|pylint|pyright|mypy|type:|nosec|ruff|fmt|isort|flake8|nosonar|todo|fixme|xxx"
)
_COMMENT = regex(r"#+\s*(.*)")
_REASON = regex(r"(?i)(?:noqa|pylint|nosec|ruff)\b[^#]*?\s[-–—]+\s+\S+\s+\S")
"""`# noqa: BLE001 - a missing setting must not stop it`"""


def caught(handler: ast.ExceptHandler) -> list[ast.expr]:
    """The expressions that name the classes; empty for `except:`."""
    match handler.type:
        case None:
            return []
        case ast.Tuple(elts=kinds):
            return list(kinds)
        case kind:
            return [kind]


def broad(file: File, handler: ast.ExceptHandler) -> str | None:
    """How a handler that catches every error is written: "except", "except Exception" ...; None for a narrower one."""
    if handler.type is None:
        return "except"
    for kind in caught(handler):
        name = file.name_of(kind)
        if name in BROAD:
            return f"except {name.removeprefix('builtins.')}"
    return None


def handlers(file: File) -> Iterator[tuple[ast.Try, ast.ExceptHandler]]:
    """Every handler of the file with its `try` statement, in source order."""
    for handler in file.nodes(ast.ExceptHandler):
        owner = file.parent(handler)
        if owner is not None and not isinstance(owner, ast.ExceptHandler):
            yield owner, handler  # type: ignore[misc]  # `try` and `try … except*` have the same fields


def handler_of(file: File, node: ast.AST) -> ast.ExceptHandler | None:
    """The handler in whose body `node` runs, within the same function."""
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.ExceptHandler):
            return ancestor
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            return None
    return None


def explained(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether a comment in the handler gives a reason; directives for tools and reminders are none."""
    if not file.has_comment(handler):
        return False
    last = handler.end_lineno or handler.lineno
    texts = [found[1] for line in file.lines[handler.lineno - 1 : last] if (found := _COMMENT.search(line))]
    return any((len(text.split()) > 1 and not _DIRECTIVE.match(text)) or _REASON.match(text) for text in texts)


def cancels(file: File, handler: ast.ExceptHandler) -> str | None:
    """How a handler that sees `CancelledError` is written; None for one that does not."""
    if handler.type is None:
        return "except"
    for kind in caught(handler):
        name = file.name_of(kind.func if isinstance(kind, ast.Call) else kind)
        if name in (BROAD[1], *CANCELLATIONS):
            return f"except {ast.unparse(kind)}"
    return None
