from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Edit, Fix, Range, Rule, Severity
from .responses import FUNCTIONS, HTTP_EXCEPTION, answers, is_http_exception

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class HttpExceptionNotRaised(Rule):
    """An HTTPException is returned by the function that answers the request, or created and dropped.

    An exception that nobody raises is a value like any other. Returned by a route it is serialised as a result:
    the client gets status 200 with a body made of its attributes, or a validation error of the response model.
    Returned by a dependency it becomes the dependency's value, and the check that it stood for lets everyone pass.
    Dropped, it does nothing at all.

    A function that makes exceptions for its callers to raise is fine.

    Bad:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        ORDERS = {1: "a book"}

        @app.get("/orders/{order_id}")
        def read_order(order_id: int):
            if order_id not in ORDERS:
                return HTTPException(status_code=404, detail=f"There is no order {order_id}")
            return ORDERS[order_id]

    Good:

        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        ORDERS = {1: "a book"}

        @app.get("/orders/{order_id}")
        def read_order(order_id: int):
            if order_id not in ORDERS:
                raise HTTPException(status_code=404, detail=f"There is no order {order_id}")
            return ORDERS[order_id]
    """

    code = "FAR011"
    severity = Severity.BLOCKER
    message = "`{name}` is {fate}: {harm}; `raise` it"
    markers = (("fastapi", "starlette", "HTTPException"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            if not is_http_exception(file, call):
                continue
            statement = file.parent(call)
            match statement:
                case ast.Expr():
                    yield self._found(call, statement, "created and dropped", "nothing happens", "")
                case ast.Assign(targets=[ast.Name(id=name)]) if _unused(file, statement, name):
                    yield self._found(call, None, f"bound to `{name}`, which is never used", "nothing happens", "")
        for returned in file.nodes(ast.Return):
            if isinstance(returned.value, (ast.Call, ast.Name, ast.IfExp, ast.BoolOp)):
                yield from self._returned(file, returned, file.values(returned.value))

    def _returned(self, file: File, returned: ast.Return, values: list[ast.AST]) -> Iterator[Violation]:
        function = file.function(returned)
        call = next((value for value in values if is_http_exception(file, value)), None)
        if call is None or not isinstance(function, FUNCTIONS) or _is_told_apart(file, returned):
            return
        kind = answers(file, function)
        if kind is not None:
            harm = "its value is not checked" if kind == "dependency" else "the client gets status 200"
            yield self._found(call, returned, f"returned by the {kind} `{function.name}`", harm, "return")
        elif _promises_otherwise(file, function):
            promised = ast.unparse(function.returns) if function.returns else ""
            yield self._found(call, returned, f"returned by `{function.name}`, which promises `{promised}`",
                              "its callers take it for a result", "return")  # fmt: skip

    def _found(self, call: ast.AST, statement: ast.stmt | None, fate: str, harm: str, replaced: str) -> Violation:
        fix = None
        if statement is not None:
            line, column = statement.lineno, statement.col_offset
            edit = Edit(Range(line, column, line, column + len(replaced)), "raise" if replaced else "raise ")
            fix = Fix("Raise it", (edit,))
        name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
        return self.at(statement or call, name=name, fate=fate, harm=harm, fix=fix)


def _is_told_apart(file: File, returned: ast.Return) -> bool:
    """`if not isinstance(found, Exception): return found`"""
    child: ast.AST = returned
    for above in file.ancestors(returned):
        match above:
            case (
                ast.If(test=ast.UnaryOp(op=ast.Not(), operand=ast.Call() as asked), body=block)
                | ast.If(test=ast.Call() as asked, orelse=block)
            ) if child in block:
                if (
                    file.is_named(asked.func, "builtins.isinstance")
                    and len(asked.args) == 2
                    and isinstance(returned.value, ast.Name)
                    and ast.unparse(asked.args[0]) == returned.value.id
                ):
                    return bool(file.is_subclass(asked.args[1], "builtins.BaseException", HTTP_EXCEPTION))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                break
        child = above
    return False


def _unused(file: File, statement: ast.Assign, name: str) -> bool:
    """Whether a local variable is bound here and never read in the function."""
    function = file.function(statement)
    if not isinstance(function, FUNCTIONS):
        return False
    # names of nested functions count as reads as well
    inside = (node for node in file.nodes(ast.Name) if function.lineno <= node.lineno <= (function.end_lineno or 0))
    return not any(node.id == name and not isinstance(node.ctx, ast.Store) for node in inside)


def _promises_otherwise(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the return annotation names only classes that are known to be no exceptions."""
    if function.returns is None:
        return False
    names = file.within(function.returns, ast.Name, ast.Attribute, ast.Constant)
    for node in names:
        match node:
            case ast.Constant(value=None):
                continue
            case ast.Constant():
                return False  # an annotation in quotes
            case _ if isinstance(file.parent(node), ast.Attribute):
                continue
        known = file.is_subclass(node, "builtins.BaseException", HTTP_EXCEPTION)
        if known is not False or file.name_of(node) in ("builtins.object", "typing.Any"):
            return False
    return bool(names)
