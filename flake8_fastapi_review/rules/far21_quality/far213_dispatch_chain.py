from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MATCH = (3, 10)


class DispatchChain(Rule):
    """A long chain of `elif` compares one value with classes or constants.

    Every branch repeats the value, and whoever reads has to check that each really does. `match` says once what is
    looked at, and a type checker can tell which case is missing. Off by default: a matter of taste. Chains of fewer
    than `branches` conditions are left alone, and projects for Python before 3.10.

    Bad:

        def price(kind: str) -> int:
            if kind == "paperback":
                return 900
            elif kind == "hardcover":
                return 2400
            elif kind == "audio":
                return 1500
            elif kind == "e-book":
                return 700
            return 0

    Good:

        def price(kind: str) -> int:
            match kind:
                case "paperback":
                    return 900
                case "hardcover":
                    return 2400
                case "audio":
                    return 1500
                case "e-book":
                    return 700
            return 0
    """

    code = "FAR213"
    severity = Severity.SUGGESTION
    default = Default.OFF
    message = "{count} branches compare `{subject}`: use `match {subject}`"
    markers = (("elif ",),)

    branches: int = option(4, "Number of conditions from which a chain is reported.")

    def check(self, file: File) -> Iterator[Violation]:
        if file.target_version is not None and file.target_version < _MATCH:
            return
        for statement in file.nodes(ast.If):
            if _is_elif(file, statement):
                continue
            subject, count = _chain(statement)
            if subject and count >= self.branches:
                yield self.at(statement.test, count=count, subject=subject)


def _is_elif(file: File, statement: ast.If) -> bool:
    parent = file.parent(statement)
    return isinstance(parent, ast.If) and parent.orelse == [statement]


def _chain(first: ast.If) -> tuple[str, int]:
    """What all conditions look at, and how many there are; "" when they differ."""
    subject = _subject(first.test)
    count, branch = 1, first
    while subject and len(branch.orelse) == 1 and isinstance(branch.orelse[0], ast.If):
        branch = branch.orelse[0]
        if _subject(branch.test) != subject:
            return "", 0
        count += 1
    return subject, count


def _subject(test: ast.expr) -> str:
    """What a condition compares with constants or asks for its class."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name() | ast.Attribute() as subject, _]):
            return ast.unparse(subject)
        case ast.Compare(
            left=ast.Name() | ast.Attribute() as subject, ops=[ast.Eq() | ast.Is()], comparators=[other]
        ) if _is_constant(other):
            return ast.unparse(subject)
        case ast.BoolOp(op=ast.Or(), values=values):
            subjects = {_subject(value) for value in values}
            return subjects.pop() if len(subjects) == 1 else ""
    return ""


def _is_constant(expr: ast.expr) -> bool:
    """A literal, or a member of an enumeration, by how it is written: `match` takes plain names for captures."""
    return isinstance(expr, ast.Constant) or (isinstance(expr, ast.Attribute) and expr.attr.isupper())
