"""What rules ask of a piece of code by its shape alone, whatever it means."""

from __future__ import annotations

import ast
import re

GROWING = re.compile(
    r"(?i)(?:^|_)(?:answer|attempt|audit|booking|click|comment|deliver(?:y|ie)|email|entr(?:y|ie)|event|history|historie"
    r"|invoice|item|job|like|log|measurement|message|metric|notification|order|payment|post|purchase|reading|record"
    r"|reference|request|response|review|run|sale|sample|session|shipment|step|task|ticket|token|transaction|transfer"
    r"|usage|view|visit|vote)s?$"
)
"""How tables are called whose rows come with use, not with configuration."""


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
