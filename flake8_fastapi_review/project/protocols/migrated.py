"""What Alembic revisions make unique."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...module.index import running
from .forms import leaf_of, module_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module import Module
    from ..modules import Modules


def migrated_unique(modules: Modules, table: str, columns: tuple[str, ...]) -> bool | None:
    """Whether some revision makes columns of a table unique; None: none creates it, or SQL is run that nobody reads."""
    is_created = is_unknown = False
    for path in modules.mentioning("down_revision"):
        module = modules.lent(path)
        if module is None or table not in module.text:
            continue
        for call in module.index.nodes(ast.Call):
            match leaf_of(call.func), call.args:
                case "create_table", [named, *parts] if _text(module, named) == table:
                    is_created = True
                    if any(_makes_unique(part, columns) for part in parts):
                        return True
                case "create_unique_constraint" | "create_primary_key", arguments:
                    given = [*arguments, *(each.value for each in call.keywords)]
                    if _names_columns(given, columns) and _is_on(module, call, table):
                        return True
                case "create_index", arguments if _is_true(call, "unique"):
                    given = [*arguments, *(each.value for each in call.keywords)]
                    if _names_columns(given, columns) and _is_on(module, call, table):
                        return True
                case "add_column", arguments if any(_makes_unique(part, columns) for part in arguments):
                    if _is_on(module, call, table):
                        return True
                case "execute", arguments:
                    text = ast.unparse(call)
                    if _statement(table, columns).search(text):
                        return True
                    is_unknown |= "unique" in text.lower()
    return False if is_created and not is_unknown else None


def _text(module: Module, node: ast.AST) -> object:
    """A literal, or what a name of the module stands for."""
    value = module_value(module, node.id) if isinstance(node, ast.Name) else node
    return value.value if isinstance(value, ast.Constant) else None


def _statement(table: str, columns: tuple[str, ...]) -> re.Pattern[str]:
    """`CREATE UNIQUE INDEX … ON pages (page_uuid)`, `ALTER TABLE pages ADD CONSTRAINT … UNIQUE (page_uuid)`."""
    name, any_order = re.escape(table), "|".join(map(re.escape, columns))
    listed = rf"\(\s*(?:[\"`]?(?:{any_order})[\"`]?\s*,?\s*)+\)"
    return re.compile(
        rf"unique\s+index\b.*?\bon\s+(?:only\s+)?(?:\w+\.)?[\"`]?{name}[\"`]?\s*(?:using\s+\w+\s*)?{listed}(?!\s*where)"
        rf"|table\s+(?:only\s+)?(?:\w+\.)?[\"`]?{name}\b.*?\bunique\s*{listed}",
        re.IGNORECASE | re.DOTALL,
    )


def _makes_unique(part: ast.AST, columns: tuple[str, ...]) -> bool:
    """Whether an argument of `create_table` is a unique constraint, primary key or unique column of these."""
    if not isinstance(part, ast.Call):
        return False
    if leaf_of(part.func) in ("UniqueConstraint", "PrimaryKeyConstraint"):
        named = [each.value for each in part.args if isinstance(each, ast.Constant)]
        return bool(named) and set(named) <= set(columns)
    match part.args[:1]:
        case [ast.Constant(value=name)] if (name,) == columns:
            return _is_true(part, "unique") or _is_true(part, "primary_key")
    return False


def _is_true(call: ast.Call, keyword: str) -> bool:
    return any(
        each.arg == keyword and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )


def _is_on(module: Module, call: ast.Call, table: str) -> bool:
    """Whether an operation of Alembic, or the batch around it, is about a table."""
    current: ast.AST | None = call
    while current is not None:
        named: list[ast.AST] = [current]
        if isinstance(current, ast.With):
            named = [each.context_expr for each in current.items]
        if isinstance(current, (ast.Call, ast.With)):
            for each in (inner for part in named for inner in running(part)):
                if isinstance(each, (ast.Constant, ast.Name)) and _text(module, each) == table:
                    return True
        current = module.index.parents.get(current)
    return False


def _names_columns(arguments: Iterable[ast.AST], columns: tuple[str, ...]) -> bool:
    for argument in arguments:
        if isinstance(argument, (ast.List, ast.Tuple)):
            named = [each.value for each in argument.elts if isinstance(each, ast.Constant)]
            if named and set(named) <= set(columns):
                return True
    return False
