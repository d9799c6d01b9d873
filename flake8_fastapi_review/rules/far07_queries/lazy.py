"""What is loaded when it is read, for two rules: one query for each row, or none that may be sent."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...records import NamedTuple
from ...rule import Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import LazyRead


class Found(NamedTuple):
    """Attributes that have to be loaded when they are read, all at one place."""

    reads: tuple[LazyRead, ...]

    @property
    def read(self) -> LazyRead:
        return self.reads[0]

    @property
    def node(self) -> ast.AST:
        """Where to report it."""
        return self.read.node

    @property
    def name(self) -> str:
        """For messages, in quotes: "`Team.members`, `Team.country`"."""
        return ", ".join(f"`{_name(each)}`" for each in self.reads)

    @property
    def way(self) -> str:
        """For messages: " (through rosters → roster club/views.py:12)"."""
        path, line = self.read.place
        return f" (through {self.read.via} {path}:{line})" if self.read.via and not self.read.is_shown else ""

    @property
    def remedy(self) -> str:
        if self.read.reason == "deferred":
            return "let the query load this column, too"
        options = [_option(each) for each in self.reads if each.relationship is not None]
        if self.read.reason == "unloaded":
            return f"load it with the query, by {', '.join(options)}"
        if self.read.rows:
            return "read it before the commit, or make sessions with `expire_on_commit=False`"
        shown = self.node.value if isinstance(self.node, ast.Attribute) else self.node
        name = ast.unparse(shown) if isinstance(shown, ast.Name) else "…"
        return f"`await session.refresh({name})`, or make sessions with `expire_on_commit=False`"

    @property
    def related(self) -> tuple[Related, ...]:
        path, line = self.read.place
        found = [Related(path, line, f"{self.name} is read")] if self.way else []
        for each in self.reads:
            if each.relationship is not None:
                place = each.relationship.place
                found.append(Related(place.path, place.line, f"`{_name(each)}` is loaded when it is read"))
        return tuple(found)


def found(file: File) -> Iterator[Found]:
    """All such reads of a file: each attribute once in a function, those of one place together."""
    answers: dict[ast.AST, ast.expr | None] = {}
    for route in file.routes:
        keywords = {each.arg: each.value for each in route.decorator.keywords}
        answers[route.function] = keywords.get("response_model", route.function.returns)
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        answer = answers.get(function)
        if answer is None and not file.database.touches(function):
            continue
        told: set[tuple[str, str, str]] = set()
        together: dict[tuple[ast.AST, str, str, bool, bool], list[LazyRead]] = {}
        for read in file.database.lazy_reads(function, answer):
            key = (read.entity.symbol, read.attribute, read.reason)
            if key not in told:
                told.add(key)
                place = (read.node, read.reason, read.via, read.is_async, bool(read.rows))
                together.setdefault(place, []).append(read)
        for reads in together.values():
            yield Found(tuple(reads))


def _name(read: LazyRead) -> str:
    return f"{read.entity.name}.{read.attribute}"


def _option(read: LazyRead) -> str:
    option = "selectinload" if read.relationship is not None and read.relationship.uselist else "joinedload"
    return f"`{option}({_name(read)})`"
