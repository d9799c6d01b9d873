"""FAR064 missing-commit."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...regex import regex
from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Execution
    from ...project.database.releases import Opened
    from ...rule import Violation

_CHANGING = frozenset({"insert", "update", "delete"})
_COMMITS = frozenset({"commit", "autocommit"})
_ENDING = frozenset({"commit", "rollback", "begin"})
_CHANGES = regex(r"(?i)\badd(?:_all)?\(|bulk_|delete|insert|merge\(|replace\(|update|upsert")
_AFTERWARDS = frozenset({"refresh", "close", "expunge", "expunge_all"})
_BEGINS = regex(r"\.(?:begin|connection)\(")
_COMMIT = regex(r"(?i)commit")


class MissingCommit(Rule):
    """What a session has written is not committed on some way on which the function succeeds.

    A session that is closed rolls back what was not committed: the function returns as if all were well, and the row
    is not there. It goes unnoticed in tests that look into the same session. Only sessions that the function opens
    itself are judged; a session that it is given may be committed by who opened it.

    Bad:

        from sqlalchemy import create_engine, text, update
        from sqlalchemy.orm import sessionmaker

        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def add(item):
            with new_session() as session:
                session.add(item)
                session.flush()
                return item.id

    Good:

        from sqlalchemy import create_engine, text, update
        from sqlalchemy.orm import sessionmaker

        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def add(item):
            with new_session() as session:
                session.add(item)
                session.commit()
                return item.id
    """

    code = "FAR064"
    severity = Severity.WARNING
    message = "what `{name}` writes here is {told}: closing it rolls that back"
    markers = (("ession", "Local("), ("add(", "add_all(", "delete(", "insert(", "update(", "merge(", "bulk_"))

    def check(self, file: File) -> Iterator[Violation]:
        database = file.database
        if not database.is_used:
            return
        for opened in database.opened_sessions(lambda *held: _may_write(file, *held) and not _commits(file, *held)):
            found = _unsaved(file, opened)
            if found is None:
                continue
            if any(engine.options.get("isolation_level") for engine in database.engines):
                return
            if any(maker.autocommit is not False for maker in database.session_makers):
                return
            write, leaves = found
            told = "never committed"
            related: tuple[Related, ...] = ()
            if leaves is not None:
                line = getattr(leaves, "lineno", 0)
                told = f"not committed when the function leaves at line {line}"
                related = (Related(file.path, line, "leaves without a commit"),)
            yield self.at(write, related=related, name=opened.name, told=told)


def _may_write(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether a function names a change, or hands its session to somebody who may make one: most of them only read."""
    return _CHANGES.search(file.source(function)) is not None or any(
        node.id == name and isinstance(node.ctx, ast.Load) and not isinstance(file.parent(node), ast.Attribute)
        for node in file.within(function, ast.Name)
    )


def _commits(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether what the function does with its session surely ends in a commit, by its shape: one under no condition,
    nothing but a refresh behind it, and no way out before it. What most of them look like costs no more than this."""
    uses = [
        (node, file.parent(node))
        for node in file.within(function, ast.Name)
        if node.id == name and isinstance(node.ctx, ast.Load)
    ]
    last = max(
        (node for node, above in uses if isinstance(above, ast.Attribute) and above.attr == "commit"),
        key=lambda node: (node.lineno, node.col_offset),
        default=None,
    )
    if last is None:
        return False
    for above in file.ancestors(last):
        if above is function:
            break
        if not isinstance(above, (ast.Attribute, ast.Call, ast.Await, ast.Expr, ast.With, ast.AsyncWith)):
            return False
    if any(result.lineno < last.lineno for result in file.within(function, ast.Return)):
        return False
    return all(
        node.lineno <= last.lineno or (isinstance(above, ast.Attribute) and above.attr in _AFTERWARDS)
        for node, above in uses
    )


def _unsaved(file: File, opened: Opened) -> tuple[ast.AST, ast.AST | None] | None:
    """The first write that nothing commits, and where the function leaves if that depends."""
    writes: list[ast.AST] = []
    commits = False
    for each in file.database.executions(opened.function):
        if each.session is None:
            commits = commits or each.kind in _ENDING
            continue
        if file.source(each.session) != opened.name:
            continue
        commits = commits or each.kind in _ENDING
        if _may_commit(file, each):
            return None
        if _writes(each):
            writes.append(each.node)
    if not writes:
        return None
    if _names(file, opened.function, _BEGINS):
        return None
    if not commits:
        return (writes[0], None) if not _names(file, opened.function, _COMMIT) else None
    flow = file.flow(opened.function)
    excused = _conditional(file, opened)

    def ends(part: ast.AST) -> bool:
        return (
            part in excused
            or _has_failed(file, part)
            or _found_none(file, part)
            or any(_ends(file, node) for node in file.everywhere(part))
        )

    for write in writes:
        if _ends(file, write):
            continue
        for way in flow.exits(file.statement(write), ends):
            if way.kind in ("return", "end") and way.statement is not None:
                return write, way.statement
    return None


def _names(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, pattern: re.Pattern[str]) -> bool:
    """Whether the code of a function holds something, comments apart."""
    texts = map(file.source, (function, *function.decorator_list))
    return any(map(pattern.search, texts)) and pattern.search(ast.unparse(function)) is not None


def _has_failed(file: File, part: ast.AST) -> bool:
    """In the handler of a `try` that commits: there is nothing left to be saved."""
    for above in (part, *file.ancestors(part)):
        if isinstance(above, ast.ExceptHandler):
            tried = file.parent(above)
            return isinstance(tried, ast.Try) and any(
                _ends(file, node) for each in tried.body for node in file.everywhere(each)
            )
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
    return False


def _found_none(file: File, part: ast.AST) -> bool:
    """`if updated.rowcount != 1: return`: the statement has changed nothing."""
    branch = file.parent(part)
    return (
        isinstance(part, (ast.Return, ast.Raise))
        and isinstance(branch, ast.If)
        and part in branch.body
        and any(isinstance(each, ast.Attribute) and each.attr == "rowcount" for each in file.everywhere(branch.test))
    )


def _writes(each: Execution) -> bool:
    if each.kind == "write":
        return True
    return each.kind == "execute" and each.statement is not None and each.statement.kind in _CHANGING


def _may_commit(file: File, each: Execution) -> bool:
    """Whether a called function names a commit, of a session or of something that is not known."""
    if not each.chain or not isinstance(each.node, ast.Call):
        return False
    called = file.definition_of(each.node.func)
    return called is None or (each.kind not in _ENDING and file.body_mentions(called, _COMMITS))


def _ends(file: File, node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="commit" | "rollback" | "begin")):
            return True
        case ast.Call():
            return any(each.kind in _ENDING for each in file.database.executions_of(node))
    return False


def _conditional(file: File, opened: Opened) -> frozenset[ast.AST]:
    """The tests of `if changed: session.commit()`: they are taken to hold when something was written."""
    return frozenset(
        branch.test
        for branch in file.within(opened.function, ast.If)
        if any(_ends(file, node) for node in file.within([*branch.body, *branch.orelse], ast.Call))
    )
