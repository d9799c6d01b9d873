"""What rules ask of a piece of code by its shape alone, whatever it means."""

from __future__ import annotations

import ast


def last_name(expr: ast.AST) -> str:
    """The last name of a name or an attribute: "get" of `client.get`; "" of anything else."""
    match expr:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def all_arguments(call: ast.Call) -> list[ast.expr]:
    """What a call is given by place and by keyword, in order."""
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def named_parameters(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters of a function without `*args` and `**kwargs`, in order."""
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def is_none(expr: ast.AST) -> bool:
    """Whether an expression is the literal `None`."""
    return isinstance(expr, ast.Constant) and expr.value is None
