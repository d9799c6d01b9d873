"""The fix of a leaked text: what the code says itself of the failure, or the phrase of the status, in its place."""

from __future__ import annotations

import ast
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from ...edits import line_before, logger_of
from ...handlers import handler_of
from ...rule import Edit, Fix, Range
from .responses import is_http_exception, status

if TYPE_CHECKING:
    from ...file import File

_WORDS = re.compile(r"[A-Za-z]{3}")
_HOLE = re.compile(r"[%{]")
_LOOSE = " :;,.-–—(['\"`="


def own_text(file: File, expression: ast.expr, shown: ast.AST) -> Fix | None:
    """Replaces the part of `expression` that tells of the exception `shown`, and logs that one if the module has a
    logger and the handler does not use it. Unsafe: somebody may read the text."""
    piece = _piece(file, expression, shown)
    if piece is None or file.enclosing(piece, ast.JoinedStr) is not None:
        return None
    said = _said(piece)
    text = said or _phrase(file, expression)
    edits = [Edit(Range.of(piece), f'"{text}"')]
    handler, logger = handler_of(file, expression), logger_of(file)
    if handler is not None and logger and not file.logs(handler.body):
        happened = said or f"{getattr(file.function(expression), 'name', 'this')} failed"
        line = line_before(file, expression, f'{logger}.exception("{happened}")')
        edits += [line] if line is not None else []
    told = "Log it, and answer with a text of your own" if len(edits) > 1 else "Answer with a text of your own"
    return Fix(told, tuple(edits))


def logged(file: File, handler: ast.ExceptHandler, subject: str) -> Fix | None:
    """A line of the log in a handler that does nothing, if the module has a logger. Unsafe: it may be a long log."""
    logger, first = logger_of(file), handler.body[0]
    text = f"{subject} failed"
    if not logger or not text.isprintable() or set(text) & set('"\\%{}'):
        return None
    line = f'{logger}.exception("{text}")'
    if isinstance(first, ast.Pass) and len(handler.body) == 1:
        return Fix("Log it", (Edit(Range.of(first), line),))
    edit = line_before(file, first, line)
    return Fix("Log it", (edit,)) if edit is not None else None


def _piece(file: File, expression: ast.expr, shown: ast.AST) -> ast.expr | None:
    """The largest part that is nothing but a text around the exception."""
    node = shown
    if node is not expression and expression not in file.ancestors(node):
        return None
    while node is not expression:
        outer = file.parent(node)
        match outer:
            case ast.FormattedValue() | ast.JoinedStr() | ast.Attribute() | ast.BinOp(op=ast.Add() | ast.Mod()):
                pass
            case ast.Subscript(value=value) | ast.Call(func=value) if value is node:
                pass
            case ast.Call(args=[first]) if first is node and _makes_text(outer.func):
                pass
            case _:
                break
        node = outer
    return node if isinstance(node, ast.expr) and not isinstance(node, ast.FormattedValue) else None


def _makes_text(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="str" | "repr") | ast.Attribute(value=ast.Constant(), attr="format"):
            return True
    return False


def _said(piece: ast.expr) -> str:
    """What stands before the exception, as a text of its own."""
    match piece:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            pass
        case ast.BinOp(left=ast.Constant(value=str(text))):
            text = _HOLE.split(text)[0]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)))):
            text = _HOLE.split(text)[0]
        case _:
            return ""
    text = text.strip(_LOOSE)
    return text if _WORDS.search(text) and text.isprintable() and not set(text) & set('"\\') else ""


def _phrase(file: File, expression: ast.expr) -> str:
    call = file.enclosing(expression, ast.Call)
    code = status(file, call) if isinstance(call, ast.Call) and is_http_exception(file, call) else None
    try:
        return HTTPStatus(code).phrase if isinstance(code, int) else "Internal Server Error"
    except ValueError:
        return "Internal Server Error"
