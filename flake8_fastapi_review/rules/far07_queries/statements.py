"""What several rules on queries ask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...file import File
    from ...project.database import Execution, Statement

MARKERS = ("execute(", "exec(", "scalars(", "scalar(", "query(", "select(", ".get(", "session", "Session")
"""One of these words is in every file whose code sends statements, or calls what does."""
ROUTES = ((".get(", ".post(", ".put(", ".patch(", ".delete(", "api_route(", "add_api_route("),)


def direct(file: File, may: Callable[[ast.AST], bool] | None = None) -> Iterator[tuple[ast.AST, Execution]]:
    """The functions of a file with what they execute themselves; `may`: which functions to look at."""
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        if file.database.touches(function) and (may is None or may(function)):
            for execution in file.database.direct_executions(function):
                yield function, execution


def routes(file: File) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, tuple[str, ...]]]:
    """The functions of a file that it registers as routes, once each, with their methods."""
    found: dict[ast.FunctionDef | ast.AsyncFunctionDef, tuple[str, ...]] = {}
    for route in file.routes:
        found[route.function] = (*found.get(route.function, ()), *route.methods)
    yield from found.items()


def way(execution: Execution) -> str:
    """For a message: " in list_books → all_books services/books.py:12"; empty for what is executed in the function."""
    if not execution.chain:
        return ""
    last = execution.chain[-1]
    names = [step.name.rpartition(".")[2] for step in execution.chain[:-1]]
    return f" (through {' → '.join(names)} {last.path}:{last.line})"


def names(file: File, statement: Statement) -> str:
    """The mapped classes of a statement, for messages."""
    if statement.of:
        return statement.of
    symbols = dict.fromkeys(item.entity for item in statement.items if item.entity)
    found = [entity.name for symbol in symbols if (entity := file.database.entity(symbol)) is not None]
    return ", ".join(found[:3])
