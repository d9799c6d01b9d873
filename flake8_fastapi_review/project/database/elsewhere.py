"""What migrations and SQL texts say about tables besides the mapped classes."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...regex import regex
from ..readings import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..modules import Modules

_INDEXING = (b"create_index", b"create index", b"CREATE INDEX", b"CREATE UNIQUE INDEX")
_INDEX = regex(rb"create_index|create\s+(?:unique\s+)?index", re.IGNORECASE)


class Elsewhere:
    """Answers by the text and the trees of all files that may tell."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    @fact("database.elsewhere.is_indexed", lambda self: self._modules)
    def is_indexed(self, table: str, column: str) -> bool:
        """Whether a migration, or SQL text, may make an index on a column: the text around it names both."""
        pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(column)}(?![A-Za-z0-9])".encode())
        name = table.rpartition(".")[2].encode()
        for path in self._modules.mentioning_any(_INDEXING):
            text = self._modules.bytes_of(path) or b""
            for found in _INDEX.finditer(text):
                around = text[max(found.start() - 300, 0) : found.end() + 400]
                if name in around and pattern.search(text[found.end() : found.end() + 400]):
                    return True
        return False

    @fact("database.elsewhere.is_unique", lambda self: self._modules)
    def is_unique(self, table: str, columns: tuple[str, ...]) -> bool:
        """Whether a file that names the table (a migration) makes these columns unique."""
        wanted = set(columns)
        for path in self._modules.mentioning_any((table.encode(),)):
            module = self._modules.lent(path)
            for call in module.index.nodes(ast.Call) if module is not None and "nique" in module.text else ():
                if any(given == wanted for given in _made_unique(call)):
                    return True
        return False


def _made_unique(call: ast.Call) -> Iterator[set[str]]:
    """The columns that a call of a migration or of a table's arguments makes unique."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in ("UniqueConstraint", "create_unique_constraint", "create_index", "Index"):
        return
    if "nique" not in name and "unique=True" not in ast.unparse(call):
        return
    if name == "UniqueConstraint":
        yield _texts(call.args)
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(value, (ast.List, ast.Tuple)):
            yield _texts(value.elts)


def _texts(nodes: list[ast.expr]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
