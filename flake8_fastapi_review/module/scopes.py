"""Names: what binds them in each scope, and which bindings can reach a use.

Rules of Python's scopes are those of the language reference, "Naming and binding": a class body is not
seen from the functions in it, a comprehension's first iterable runs outside of it, a walrus binds in
the scope around comprehensions, `global` and `nonlocal` redirect.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..records import NamedTuple
from .index import FUNCTIONS, Index, Node, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
_LEAVING = (ast.Raise, ast.Return, ast.Continue, ast.Break)

Path = tuple[int, ...]
"""Where in an unpacked value a name gets its part: `a, (b, *c) = v` gives a (0,), b (1, 0), c (1, -1)."""


class Binding(NamedTuple):
    """One place that gives a name a value."""

    kind: str
    """import, assign, annotate, define, class, parameter, for, with, except, augment, delete, type, unknown."""
    node: Any
    """The node that is evaluated: the assigned value, iterable, context manager, definition, alias …"""
    path: Path
    place: Any
    """The node that holds the name, for its position."""
    effective: tuple[int, int]
    """From this position on (line, byte column) the name has the value."""
    asynchronous: bool = False


def bindings_of(index: Index, scope: Scope) -> dict[str, list[Binding]]:
    """Name → its bindings in `scope`, in source order; built at the first question."""
    if scope.bindings is None:
        scope.redirects = {}
        for cls, word in ((ast.Global, "global"), (ast.Nonlocal, "nonlocal")):
            for node in scope.nodes.get(cls, ()):
                scope.redirects.update(dict.fromkeys(node.names, word))
        scope.bindings = {}
        _collect(index, scope)
        for bound in scope.bindings.values():
            if len(bound) > 1:
                bound.sort(key=lambda binding: binding.effective)
    return scope.bindings


def _collect(index: Index, scope: Scope) -> None:
    nodes = scope.nodes
    add = scope.bindings.setdefault  # type: ignore[union-attr]
    if isinstance(scope.node, FUNCTIONS):
        for argument in nodes.get(ast.arg, ()):
            add(argument.arg, []).append(Binding("parameter", argument, (), argument, (0, 0)))
    for node in nodes.get(ast.Import, ()):
        for alias in node.names:
            add(alias.asname or alias.name.partition(".")[0], []).append(
                Binding("import", alias, (), node, _start(node))
            )
    for node in nodes.get(ast.ImportFrom, ()):
        for alias in node.names:
            if alias.name != "*":
                add(alias.asname or alias.name, []).append(Binding("from", (node, alias), (), node, _start(node)))
    for cls in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in nodes.get(cls, ()):
            add(node.name, []).append(Binding("define", node, (), node, _start(node)))
    for node in nodes.get(ast.ClassDef, ()):
        add(node.name, []).append(Binding("class", node, (), node, _start(node)))
    for node in nodes.get(ast.ExceptHandler, ()):
        if node.name:
            add(node.name, []).append(Binding("except", node, (), node, _start(node)))
    for pattern in (ast.MatchAs, ast.MatchStar, ast.MatchMapping):
        for node in nodes.get(pattern, ()):
            name = node.rest if pattern is ast.MatchMapping else node.name
            if name:
                add(name, []).append(_match_binding(index, node))
    for parameter in _TYPE_PARAMETERS:
        for node in nodes.get(parameter, ()):
            add(node.name, []).append(Binding("unknown", node, (), node, (0, 0)))
    for node in nodes.get(ast.Name, ()):
        if node.ctx.__class__ is ast.Load:
            continue
        binding = binding_at(index, node)
        target = scope
        if binding.kind == "walrus":
            binding, target = binding._replace(kind="assign"), scope.frame()
        if target is scope:
            add(node.id, []).append(binding)
    if scope.kind != "comprehension":
        for inner in _comprehensions_in(index, scope):
            for walrus in inner.nodes.get(ast.NamedExpr, ()):
                binding = binding_at(index, walrus.target)
                add(walrus.target.id, []).append(binding._replace(kind="assign"))


_TYPE_PARAMETERS = tuple(getattr(ast, name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple") if hasattr(ast, name))


def _comprehensions_in(index: Index, scope: Scope) -> list[Scope]:
    if not index.nodes(ast.NamedExpr):
        return []
    return [inner for inner in index.scopes if inner.kind == "comprehension" and inner.frame() is scope]


def _match_binding(index: Index, node: Any) -> Binding:
    pattern = node.pattern if isinstance(node, ast.MatchAs) else None
    if isinstance(pattern, ast.MatchClass):
        return Binding("instance", pattern.cls, (), node, _start(node))
    parent = index.parents[node]
    if isinstance(parent, ast.match_case) and isinstance(node, ast.MatchAs) and pattern is None:
        match = index.parents[parent]
        if isinstance(match, ast.Match):
            return Binding("assign", match.subject, (), node, _start(node))
    return Binding("unknown", node, (), node, _start(node))


def binding_at(index: Index, target: Node) -> Binding:
    """The binding that a name or attribute in store context makes."""
    path: list[int] = []
    child, parent = target, index.parents[target]
    while True:
        if isinstance(parent, (ast.Tuple, ast.List)):
            position = next(i for i, element in enumerate(parent.elts) if element is child)
            starred = any(isinstance(element, ast.Starred) for element in parent.elts[:position])
            path.append(-1 if isinstance(child, ast.Starred) or starred else position)
        elif not isinstance(parent, ast.Starred):
            break
        child, parent = parent, index.parents[parent]
    where = tuple(reversed(path))
    match parent:
        case ast.Assign(value=value):
            return Binding("assign", value, where, target, _end(parent))
        case ast.AnnAssign():
            return Binding("annotate", parent, where, target, _end(parent))
        case ast.AugAssign():
            return Binding("augment", parent, where, target, _end(parent))
        case ast.NamedExpr(value=value):
            return Binding("walrus", value, where, target, _end(parent))
        case ast.For(iter=iterable):
            return Binding("for", iterable, where, target, _end(iterable))
        case ast.AsyncFor(iter=iterable):
            return Binding("for", iterable, where, target, _end(iterable), True)
        case ast.comprehension(iter=iterable, is_async=is_async):
            return Binding("for", iterable, where, target, (0, 0), bool(is_async))
        case ast.withitem(context_expr=manager):
            statement = index.parents[parent]
            return Binding("with", manager, where, target, _end(manager), isinstance(statement, ast.AsyncWith))
        case ast.Delete():
            return Binding("delete", parent, where, target, _end(parent))
        case _ if type(parent).__name__ == "TypeAlias" and child is parent.name:  # type: ignore[attr-defined]
            return Binding("type", parent.value, where, target, _end(parent))  # type: ignore[attr-defined]
    return Binding("unknown", target, where, target, _start(target))


def scope_binding(index: Index, scope: Scope, name: str) -> Scope | None:
    """The scope whose binding a use of `name` in `scope` means; None when only builtins or a star import can."""
    known = index.owners[scope]
    if name in known:
        return known[name]
    found = known[name] = _owner(index, scope, name)
    return found


def _owner(index: Index, scope: Scope, name: str) -> Scope | None:
    current: Scope | None = scope
    origin = True
    while current is not None:
        if origin or current.kind != "class":
            bound = bindings_of(index, current)
            redirect = current.redirects.get(name) if current.redirects else None
            if redirect == "global":
                return index.scopes[0]
            if redirect is None and name in bound:
                return current
        # The first iterable of a comprehension in a class body runs in the class; the rest does not see it.
        origin = False
        current = current.parent
    return None


def reaching(index: Index, scope: Scope, name: str, use: Node) -> list[Binding]:
    """The bindings of `name` in `scope` whose value `use`, a node of the same frame, can see.

    Judged by blocks and positions: a binding in a block that surely ran before hides the earlier ones; those in
    branches and, inside a loop, those further down are kept beside it.
    """
    bound = bindings_of(index, scope).get(name, [])
    if len(bound) < 2:
        return bound
    at = _start(use)
    chain = _blocks(index, use)
    around = set(_ancestors(index, use))
    kept: list[Binding] = []
    hider: Binding | None = None
    for binding in reversed(bound):
        if binding.effective > at:
            continue
        kept.append(binding)
        blocks = _blocks(index, binding.place)
        needed = {
            block: branch for block, branch in blocks.items() if not (_surely_done(block) and block not in around)
        }
        if needed.items() <= chain.items():
            hider = binding
            break
    loops = [
        block
        for block, branch in chain.items()
        if isinstance(block, (ast.For, ast.AsyncFor, ast.While)) and branch == "body"
    ]
    if loops:
        inside = _blocks(index, hider.place) if hider else {}
        fresh = [loop for loop in loops if loop not in inside]
        kept += [
            binding
            for binding in bound
            if binding.effective > at and any(_blocks(index, binding.place).get(loop) == "body" for loop in fresh)
        ]
    return sorted(kept, key=lambda binding: binding.effective) if kept else bound


def _blocks(index: Index, node: Node) -> dict[Node, str]:
    """The conditional blocks around `node` up to its function: statement → the branch that holds the node."""
    memo = index.blocks
    known = memo.get(node)
    if known is not None:
        return known
    # Up to what is known, then down again: chains of operators can be deeper than Python's stack.
    way: list[Node] = [node]
    parent = index.parents.get(node)
    while parent is not None and parent.__class__ not in _BOUNDARIES and parent not in memo:
        way.append(parent)
        parent = index.parents.get(parent)
    found = memo.get(parent, {}) if parent is not None else {}
    for child in reversed(way):
        if parent.__class__ in _BRANCHING and (entered := _entered(child, parent)):
            found = {**found, **entered}
        memo[child] = found
        parent = child
    return found


_BOUNDARIES = frozenset({*FUNCTIONS, ast.ClassDef, ast.Module})
_BRANCHING = frozenset(
    {ast.If, ast.While, ast.For, ast.AsyncFor, ast.ExceptHandler, ast.match_case, ast.IfExp, ast.BoolOp, *TRIES}
)


def _entered(child: Node, parent: Any) -> dict[Node, str]:
    """The branch of `parent` that `child` belongs to, by the block; nothing for a part that always runs."""
    match parent:
        case ast.If() | ast.While() | ast.For() | ast.AsyncFor():
            return {parent: "body"} if child in parent.body else {parent: "orelse"} if child in parent.orelse else {}
        case ast.ExceptHandler() | ast.match_case():
            return {parent: "body"}
        case ast.IfExp():
            return {parent: "body" if child is parent.body else "orelse" if child is parent.orelse else ""}
        case ast.BoolOp():
            return {parent: "right"} if child is not parent.values[0] else {}
    if not parent.handlers:
        return {}
    if child in parent.orelse:
        return {parent: "body", parent.orelse[0]: "orelse"}
    return {parent: "body"} if child in parent.body else {}


def _ancestors(index: Index, node: Node) -> Iterator[Node]:
    parent = index.parents.get(node)
    while parent is not None:
        yield parent
        parent = index.parents.get(parent)


def _surely_done(block: Node) -> bool:
    """A `try` whose handlers all leave: what comes after it comes after its body."""
    return isinstance(block, TRIES) and all(isinstance(handler.body[-1], _LEAVING) for handler in block.handlers)


def _start(node: Any) -> tuple[int, int]:
    return (node.lineno, node.col_offset)


def _end(node: Any) -> tuple[int, int]:
    return (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
