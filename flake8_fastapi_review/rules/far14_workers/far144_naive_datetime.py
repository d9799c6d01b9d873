from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Applicability, Edit, Fix, Range, Rule, Severity
from ...shapes import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_UTC = {"datetime.datetime.utcnow": "now", "datetime.datetime.utcfromtimestamp": "fromtimestamp"}
_LOCAL = {"datetime.datetime.now": 0, "datetime.datetime.today": 9, "datetime.datetime.fromtimestamp": 1}
"""Position of the zone; `today` has none."""
_HARMLESS = frozenset(
    "strftime timestamp astimezone date time year month day hour minute second weekday isoweekday ctime "
    "timetuple toordinal microsecond".split()
)
"""What is right, or only for people, though the zone is missing."""


class NaiveDatetime(Rule):
    """A time without time zone is made.

    `utcnow()` gives a number that everything else takes for local time: `timestamp()`, `astimezone()` and every client
    that reads the JSON are off by hours. It is deprecated since Python 3.12. `now()` is the machine's time, which is
    not the same on every machine, and is one hour twice in autumn. Comparing either with a time that has a zone raises
    `TypeError`.

    Times that are only shown, subtracted from each other, or given a zone at once are left alone.

    Bad:

        from datetime import datetime

        def stamp() -> str:
            return datetime.utcnow().isoformat()

    Good:

        from datetime import datetime, timezone

        def stamp() -> str:
            return datetime.now(timezone.utc).isoformat()
    """

    code = "FAR144"
    severity = Severity.WARNING
    message = "`{call}` has no time zone, and is taken for {taken}: use `{instead}`"
    markers = (("datetime",), ("utcnow", "utcfromtimestamp", ".now", ".today", ".fromtimestamp"))

    def check(self, file: File) -> Iterator[Violation]:
        for node in file.nodes(ast.Attribute):
            if node.attr not in _LEAVES or not isinstance(node.ctx, ast.Load):
                continue
            name = file.name_of(node)
            if name in _UTC:
                yield from self._utc(file, node, name)
            elif name in _LOCAL:
                yield from self._local(file, node, name)

    def _utc(self, file: File, node: ast.Attribute, name: str) -> Iterator[Violation]:
        call = file.parent(node)
        owner, method = file.source(node.value), _UTC[name]
        if not (isinstance(call, ast.Call) and call.func is node):
            instead = f"lambda: {owner}.{method}(timezone.utc)"
            fix = _fix(file, node, f"lambda: {owner}.{method}({{}}.utc)") if method == "now" else None
            yield self.at(node, fix=fix, call=file.source(node), taken="local time", instead=instead)
            return
        if _gets_zone(file, call) or _is_only_shown(file, call) or _is_subtracted(file, call):
            return
        given = "timestamp, timezone.utc" if method == "fromtimestamp" else "timezone.utc"
        yield self.at(
            call,
            call=f"{file.source(node)}()",
            taken="local time",
            instead=f"{owner}.{method}({given})",
            fix=_aware(file, call, node, method),
        )

    def _local(self, file: File, node: ast.Attribute, name: str) -> Iterator[Violation]:
        call = file.parent(node)
        if not (isinstance(call, ast.Call) and call.func is node):
            return
        place = _LOCAL[name]
        zone = file.argument(call, place, "tz")
        if any(given.arg is None for given in call.keywords) or (zone is not None and not is_none(zone)):
            return
        if _gets_zone(file, call) or _is_only_shown(file, call) or _is_subtracted(file, call):
            return
        method = "fromtimestamp" if name.endswith("fromtimestamp") else "now"
        given = "timestamp, timezone.utc" if method == "fromtimestamp" else "timezone.utc"
        yield self.at(
            call,
            call=f"{file.source(node)}()",
            taken="the time of whatever machine reads it",
            instead=f"{file.source(node.value)}.{method}({given})",
            fix=_aware(file, call, node, method),
        )


_LEAVES = frozenset(name.rpartition(".")[2] for name in (*_UTC, *_LOCAL))


def _gets_zone(file: File, call: ast.Call) -> bool:
    """Whether a zone is added to the value at once."""
    outer = file.parent(call)
    if not isinstance(outer, ast.Attribute):
        return False
    if outer.attr == "astimezone":
        return True
    method = file.parent(outer)
    return (
        outer.attr == "replace"
        and isinstance(method, ast.Call)
        and any(given.arg == "tzinfo" for given in method.keywords)
    )


def _is_only_shown(file: File, call: ast.Call) -> bool:
    """Whether all that is taken of it is text, or its parts."""
    outer = file.parent(call)
    while isinstance(outer, ast.BinOp) and not (file.resolved(call) or "").endswith("utcnow"):
        # (datetime.now() + timedelta(days=1)).timestamp()
        outer = file.parent(outer)
        if isinstance(outer, ast.Attribute):
            return outer.attr == "timestamp"
    if isinstance(outer, ast.Attribute):
        if outer.attr == "timestamp":  # takes it for local time, which it is
            return not (file.resolved(call) or "").endswith("utcnow")
        return outer.attr in _HARMLESS
    return isinstance(outer, ast.FormattedValue)


def _is_subtracted(file: File, call: ast.Call) -> bool:
    """Whether it is only used to measure how long something takes, with times of the same kind."""
    outer = file.parent(call)
    if isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub):
        other = outer.right if outer.left is call else outer.left
        return not file.is_a(other, "datetime.timedelta")
    if not isinstance(outer, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
        return False
    target = outer.targets[0] if isinstance(outer, ast.Assign) else outer.target
    function = file.function(call)
    if not isinstance(target, ast.Name) or function is None:
        return False
    uses = [
        each for each in file.within(function.body, ast.Name) if each.id == target.id and isinstance(each.ctx, ast.Load)
    ]
    return bool(uses) and all(_measures(file, each) for each in uses)


def _measures(file: File, use: ast.Name) -> bool:
    outer = file.parent(use)
    if isinstance(outer, ast.Attribute):
        return outer.attr in _HARMLESS
    if isinstance(outer, ast.FormattedValue):
        return True
    return isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub)


def _aware(file: File, call: ast.Call, node: ast.Attribute, method: str) -> Fix | None:
    """In place of the call one with a zone."""
    if call.keywords or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    given = "".join(f"{file.source(each)}, " for each in call.args).replace("{", "{{").replace("}", "}}")
    if (method == "now") is bool(call.args):
        return None
    return _fix(file, call, f"{file.source(node.value)}.{method}({given}{{}}.utc)")


def _fix(file: File, node: ast.expr, text: str) -> Fix | None:
    """`text`, with the name of `timezone` in its braces. Unsafe: what is compared with it needs a zone, too."""
    known = file.import_from("datetime", "timezone", node)
    if known is None or file.enclosing(node, ast.JoinedStr) is not None:
        return None
    name, imports = known
    return Fix("Use an aware time", (Edit(Range.of(node), text.format(name)), *imports), Applicability.UNSAFE)
