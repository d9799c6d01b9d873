"""Bytes of a file → text → tree."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from weakref import WeakValueDictionary

from ..regex import regex


class Unreadable(Exception):
    """A file that cannot be understood as Python; `line` counts from 1 or is None."""

    def __init__(self, path: str, line: int | None, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason


def decode(data: bytes, path: str) -> str:
    """The text of a source file by its BOM or coding cookie (PEP 263), UTF-8 otherwise.

    Raises Unreadable when the cookie names no codec or the bytes are not of that encoding.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(path, line, f"is not {error.encoding}: byte 0x{data[error.start]:02x}") from None
    except (SyntaxError, LookupError) as error:
        raise Unreadable(path, 1, str(error)) from None


def split_lines(text: str) -> list[str]:
    """Lines as the tokenizer counts them: only \\n, \\r\\n and \\r end one (not form feed, not U+2028)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


_UNPARENTHESISED = regex(r"^(\s*except\*?\s+)([^:#()\[\]]*,[^:#()\[\]]*):")
_MAX_REWRITES = 200
_IN_USE: WeakValueDictionary[tuple[str, str], ast.Module] = WeakValueDictionary()
"""Trees by path and text, as long as somebody holds them: applications hold those of the modules they are made of."""


def parse(text: str, path: str) -> ast.Module:
    """The tree of `text`. Raises Unreadable with place and reason for what is not Python.

    A tree that is in use already is given again; nobody changes one.
    `except A, B:` (PEP 758, Python 3.14) is read by older interpreters too: the commas become `|`, which keeps
    every position, and an `except` over a union is understood as one over its members.
    """
    key = (path, text)
    tree = _IN_USE.get(key)
    if tree is None:
        tree = _IN_USE[key] = _parsed(text, path)
    return tree


def _parsed(text: str, path: str) -> ast.Module:
    for _ in range(_MAX_REWRITES):
        try:
            with warnings.catch_warnings():
                # Invalid escapes in the reviewed code are no news of ours.
                warnings.simplefilter("ignore")
                return ast.parse(text, path)
        except SyntaxError as error:
            rewritten = _parenthesise(text, error)
            if rewritten is None:
                raise Unreadable(path, error.lineno, f"syntax error: {error.msg}") from None
            text = rewritten
        except ValueError as error:
            raise Unreadable(path, 1, str(error)) from None
        except (RecursionError, MemoryError):
            raise Unreadable(path, 1, "is nested too deeply to be parsed") from None
    raise Unreadable(path, 1, "syntax error")


def check(text: str, path: str) -> None:
    """Raises Unreadable as `parse` does. Costs a quarter less, since no tree is made for Python."""
    import symtable

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(text, path, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Names that are both parameter and global are an error to the compiler alone.
        parse(text, path)


def _parenthesise(text: str, error: SyntaxError) -> str | None:
    if error.lineno is None or "exception types must be parenthesized" not in (error.msg or ""):
        return None
    lines = text.split("\n")
    line = lines[error.lineno - 1]
    found = _UNPARENTHESISED.match(line)
    if found is None:
        return None
    lines[error.lineno - 1] = found[1] + found[2].replace(",", "|") + line[found.end(2) :]
    return "\n".join(lines)
