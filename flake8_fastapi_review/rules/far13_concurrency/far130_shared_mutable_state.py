from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, shortened
from ...shapes import named_parameters
from .shared import is_guarded, is_shared, runs_in_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_FOR_ALL = re.compile(r"(?i)(?:^|_)(?:config|configuration|settings|options|mode|level|threshold|thresholds)(?:_|$)")


class SharedMutableState(Rule):
    """Requests change state that all of them share, and nothing keeps them apart.

    FastAPI runs plain functions in threads, several at the same time. `count += 1` reads, adds and writes: two threads
    read the same number, and one of them is lost. And where a request puts what it was sent into a global variable, the
    next request finds it there: a user gets what belongs to another. Hold a `threading.Lock` while you change it, keep
    it in the database, or hand it on as an argument.

    Bad:

        from fastapi import FastAPI

        app = FastAPI()
        sold: dict[str, int] = {"books": 0}

        @app.post("/sales")
        def sell(copies: int) -> int:
            sold["books"] += copies
            return sold["books"]

    Good:

        import threading

        from fastapi import FastAPI

        app = FastAPI()
        sold: dict[str, int] = {"books": 0}
        lock = threading.Lock()

        @app.post("/sales")
        def sell(copies: int) -> int:
            with lock:
                sold["books"] += copies
                return sold["books"]
    """

    code = "FAR130"
    severity = Severity.WARNING
    cwe = 362
    message = "`{state}` is shared by all requests, and `{change}` {harm}"
    markers = (("def ",), ("+=", "-=", "|=", "*=", "global ", " + ", " - "))

    def check(self, file: File) -> Iterator[Violation]:
        if file.talks_to_terminal:
            return  # one who logs in waits for one answer
        for node in file.nodes(ast.AugAssign, ast.Assign):
            function = file.function(node)
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            if function is None or not _grows(node) or not is_shared(file, target) or is_guarded(file, node):
                continue
            if isinstance(function, ast.FunctionDef):
                if runs_in_threads(file, function):
                    yield self._told(node, target, "loses what another thread writes meanwhile: hold a lock")
            elif file.within(node.value, ast.Await) and _serves(file, function):
                harm = "loses what another request writes during the `await`: await first, then add"
                yield self._told(node, target, harm)
        if "await " in file.text:
            yield from self._late(file)
        yield from self._globals(file)

    def _late(self, file: File) -> Iterator[Violation]:
        """`count = STATE["n"]`, an `await`, `STATE["n"] = count + 1`."""
        for node in file.nodes(ast.Assign):
            function = file.function(node)
            if not isinstance(function, ast.AsyncFunctionDef) or not isinstance(node.value, ast.BinOp):
                continue
            target = node.targets[0]
            if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)) or not is_shared(file, target):
                continue
            read = _read_before(file, node, target)
            if read and _awaited_between(file, read, node) and not is_guarded(file, node) and _serves(file, function):
                yield self._told(
                    node, target, "loses what another request wrote during the `await` before: hold a lock"
                )

    def _globals(self, file: File) -> Iterator[Violation]:
        """What a request was sent is put into a global variable that others read."""
        for statement in file.nodes(ast.Global):
            function = file.function(statement)
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if file.registered_as(function) != "route" and not file.is_injected(function):
                continue
            arguments = function.args
            sent = [
                each.arg
                for each in named_parameters(arguments)
                if file.parameter_source(function, each.arg) not in (None, "depends")
            ]
            for node in file.within(function, ast.Assign):
                match node:
                    case ast.Assign(targets=[ast.Name(id=name)]) if _FOR_ALL.search(name):
                        continue  # that everybody has it from now on is what the route is for
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in statement.names:
                        if any(file.mentions(value, each) for each in sent) and not is_guarded(file, node):
                            yield self._told(node, node.targets[0], "shows what one was sent to the others: pass it on")

    def _told(self, node: ast.stmt, state: ast.expr, harm: str) -> Violation:
        return self.at(node, state=ast.unparse(state), change=shortened(ast.unparse(node)), harm=harm)


def _grows(node: ast.AugAssign | ast.Assign) -> bool:
    """Whether the new value is made of the old one: `count += 1`, `count = count + 1`."""
    match node:
        case ast.AugAssign():
            return True
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, right=right)):
            shown = ast.unparse(target)
            return shown in (ast.unparse(left), ast.unparse(right))
    return False


def _serves(file: File, function: ast.AST) -> bool:
    """Whether requests run the function, themselves or as a dependency."""
    return file.registered_as(function) == "route" or file.is_injected(function) or file.served_by(function) is not None


def _read_before(file: File, node: ast.Assign, target: ast.expr) -> ast.stmt | None:
    """The statement that reads the state into a local variable of which the new value is made."""
    shown = ast.unparse(target)
    for name in file.within(node.value, ast.Name):
        for value in file.values(name):
            if value is not name and isinstance(value, ast.expr) and ast.unparse(value) == shown:
                return file.statement(value)
    return None


def _awaited_between(file: File, first: ast.stmt, last: ast.stmt) -> bool:
    """Whether both stand in the same block, with an `await` in between."""
    block = file.block(last)
    if first not in block:
        return False
    return bool(file.within(block[block.index(first) + 1 : block.index(last)], ast.Await))
