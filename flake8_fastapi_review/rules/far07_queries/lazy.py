"""What is loaded when it is read, for two rules: one query for each row, or none that may be sent."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from ...rule import Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import LazyRead


class Found(NamedTuple):
    """An attribute that has to be loaded when it is read."""

    read: LazyRead
    node: ast.AST
    """Where to report it."""

    @property
    def name(self) -> str:
        return f"{self.read.entity.name}.{self.read.attribute}"

    @property
    def way(self) -> str:
        """For messages: " (through rosters → roster club/views.py:12)"."""
        path, line = self.read.place
        return f" (through {self.read.via} {path}:{line})" if self.read.via and not self.read.is_shown else ""

    @property
    def remedy(self) -> str:
        match self.read.reason, self.read.relationship:
            case "unloaded", relation if relation is not None:
                option = "selectinload" if relation.uselist else "joinedload"
                return f"load it with the query, by `{option}({self.name})`"
            case "deferred", _:
                return "let the query load this column, too"
        if self.read.rows:
            return "read it before the commit, or make sessions with `expire_on_commit=False`"
        shown = self.node.value if isinstance(self.node, ast.Attribute) else self.node
        name = ast.unparse(shown) if isinstance(shown, ast.Name) else "…"
        return f"`await session.refresh({name})`, or make sessions with `expire_on_commit=False`"

    @property
    def related(self) -> tuple[Related, ...]:
        place = self.read.place
        found = (Related(place[0], place[1], f"`{self.name}` is read"),) if self.way else ()
        if self.read.relationship is None:
            return found
        place = self.read.relationship.place
        return (*found, Related(place[0], place[1], f"`{self.name}` is loaded when it is read"))


def found(file: File) -> Iterator[Found]:
    """All such reads of a file, each attribute once in a function."""
    answers: dict[ast.AST, ast.expr | None] = {}
    for route in file.routes:
        keywords = {each.arg: each.value for each in route.decorator.keywords}
        answers[route.function] = keywords.get("response_model", route.function.returns)
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        answer = answers.get(function)
        if answer is None and not file.database.touches(function):
            continue
        told: set[tuple[str, str, str]] = set()
        for read in file.database.lazy_reads(function, answer):
            key = (read.entity.symbol, read.attribute, read.reason)
            if key not in told:
                told.add(key)
                yield Found(read, read.node)
