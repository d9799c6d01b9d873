"""One walk over a tree: parents, scopes, and the nodes of each scope by class.

The walk goes scope by scope with an explicit stack over a table of child fields. It skips what no
question is about (expression contexts and operators), which makes it several times faster than `ast.walk`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node = ast.AST

_LEAF_FIELDS = frozenset(
    "ctx op ops id attr arg asname kind type_comment is_async simple conversion name tag rest kwd_attrs".split()
)
_NODE_NAMED_FIELDS = {"Import": ("names",), "ImportFrom": ("names",), "TypeAlias": ("name", "type_params", "value")}
# The walk pushes the parts of these itself, because they run in two scopes.
_SPLIT = ("arg", "comprehension", "Constant", "Global", "Nonlocal", "MatchSingleton")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_OPENING = frozenset((*FUNCTIONS, ast.ClassDef))
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _ChildFields(dict[type, "tuple[str, ...]"]):
    """Class of node → the fields that can hold nodes, in source order."""

    def __missing__(self, cls: type) -> tuple[str, ...]:
        fields: tuple[str, ...] = _NODE_NAMED_FIELDS.get(cls.__name__, ())
        if not fields and cls.__name__ not in _SPLIT:
            fields = tuple(field for field in getattr(cls, "_fields", ()) if field not in _LEAF_FIELDS)
            if "decorator_list" in fields:
                fields = ("decorator_list", *(field for field in fields if field != "decorator_list"))
            if cls is ast.Dict:
                fields = ("keys", "values")
        self[cls] = fields
        return fields


CHILD_FIELDS = _ChildFields()


class _AllFields(dict[type, "tuple[str, ...]"]):
    """As CHILD_FIELDS, for those who need not know what runs in which scope."""

    def __missing__(self, cls: type) -> tuple[str, ...]:
        self[cls] = fields = CHILD_FIELDS[cls]
        return fields


_ALL_FIELDS = _AllFields({ast.arg: ("annotation",), ast.comprehension: ("target", "iter", "ifs")})
_WITH_GAPS = frozenset((ast.Dict, ast.arguments))
"""The key of `**` in a dict is None, and so is the default of a keyword parameter that has none."""


def children(node: Node) -> list[Node]:
    """The child nodes in source order (a dict's keys before its values), without contexts and operators."""
    found: list[Node] = []
    for field in _ALL_FIELDS[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += value if node.__class__ not in _WITH_GAPS else [child for child in value if child is not None]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def subtree(node: Node) -> Iterator[Node]:
    """A node and all below it, parents first and in source order; contexts and operators left out."""
    fields_of = _ALL_FIELDS
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        fields = fields_of[node.__class__]
        if not fields:
            continue
        if len(fields) == 1:
            value = getattr(node, fields[0], None)
            if value.__class__ is list:
                stack += value[::-1]
            elif isinstance(value, ast.AST):
                stack.append(value)
            continue
        below: list[Node] = []
        for field in fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                below += value if node.__class__ not in _WITH_GAPS else [child for child in value if child is not None]
            elif isinstance(value, ast.AST):
                below.append(value)
        below.reverse()
        stack += below


def running(node: Node | Iterable[Node], *types: type) -> list[Any]:
    """The nodes of these classes (all, if none is named) in `node` that run when it runs, in source order.

    Bodies of nested functions, lambdas and classes are left out; of one that is given itself its body is meant.
    """
    if isinstance(node, ast.AST):
        body = getattr(node, "body", None) if node.__class__ in _OPENING else None
        stack = [node] if body is None else body[::-1] if isinstance(body, list) else [body]
    else:
        stack = [*node]
        stack.reverse()
    found: list[Any] = []
    is_wanted = _wanted(types)
    fields_of = _ALL_FIELDS
    while stack:
        current = stack.pop()
        cls = current.__class__
        if is_wanted[cls]:
            found.append(current)
        fields = fields_of[cls]
        if not fields:
            continue
        if cls in _OPENING:
            stack += _run_outside(current)[::-1]
            continue
        if len(fields) == 1:
            value = getattr(current, fields[0], None)
            if value.__class__ is list:
                stack += value[::-1]
            elif isinstance(value, ast.AST):
                stack.append(value)
            continue
        below: list[Node] = []
        for field in fields:
            value = getattr(current, field, None)
            if value.__class__ is list:
                below += value if cls not in _WITH_GAPS else [child for child in value if child is not None]
            elif isinstance(value, ast.AST):
                below.append(value)
        below.reverse()
        stack += below
    return found


class _Wanted(dict[type, bool]):
    """Class → whether it is one of some classes or derives from one."""

    def __init__(self, types: tuple[type, ...]) -> None:
        super().__init__()
        self._types = types or (ast.AST,)

    def __missing__(self, cls: type) -> bool:
        self[cls] = found = issubclass(cls, self._types)
        return found


_wanted = cache(_Wanted)


def _run_outside(node: Any) -> list[Node]:
    """What runs where a function or class is defined: decorators and defaults."""
    found: list[Node] = [*getattr(node, "decorator_list", ())]
    if node.__class__ is not ast.ClassDef:
        found += _defaults(node.args)
    return found


class Scope:
    """A namespace as Python has them: module, class, function, lambda or comprehension."""

    __slots__ = ("bindings", "kind", "names", "node", "nodes", "parent", "qualname", "redirects")

    KINDS: ClassVar[dict[type, str]] = {
        ast.Module: "module",
        ast.ClassDef: "class",
        ast.FunctionDef: "function",
        ast.AsyncFunctionDef: "function",
        ast.Lambda: "lambda",
        ast.ListComp: "comprehension",
        ast.SetComp: "comprehension",
        ast.DictComp: "comprehension",
        ast.GeneratorExp: "comprehension",
    }

    def __init__(self, node: Node, parent: Scope | None, qualname: str) -> None:
        self.node = node
        self.parent = parent
        self.kind = self.KINDS[node.__class__]
        self.qualname = qualname
        """As in `__qualname__`, `<locals>` included; a second definition of a name gets "#2"."""
        self.nodes: defaultdict[type, list[Any]] = defaultdict(list)
        """Class of node → the nodes that run in this scope itself, in source order."""
        self.bindings: dict[str, list[Any]] | None = None
        self.redirects: dict[str, str] | None = None
        self.names: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<Scope {self.kind} {self.qualname}>"

    def frame(self) -> Scope:
        """The nearest scope that is not a comprehension: where a walrus binds and a local variable lives."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope

    def child_qualname(self, name: str) -> str:
        frame = self.frame()
        if frame.kind == "module":
            full = name
        elif frame.kind == "class":
            full = f"{frame.qualname}.{name}"
        else:
            full = f"{frame.qualname}.<locals>.{name}"
        top = frame.names
        top[full] = count = top.get(full, 0) + 1
        return full if count == 1 else f"{full}#{count}"


class Index:
    """The result of the walk over one tree."""

    __slots__ = (
        "_classes",
        "_filed",
        "_frames",
        "_functions",
        "_running",
        "_scopes",
        "_sorted",
        "blocks",
        "by_node",
        "owners",
        "parents",
        "scopes",
        "tree",
    )

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[Node, Node] = {}
        self.scopes: list[Scope] = []
        self.by_node: dict[Node, Scope] = {}
        """The node that opens a scope → that scope."""
        self.blocks: dict[Node, dict[Node, str]] = {}
        """Node → the conditional blocks around it, as far as they were asked for (scopes.py)."""
        self.owners: defaultdict[Scope, dict[str, Scope | None]] = defaultdict(dict)
        """Scope → name → the scope that a use of the name there means, as far as it was asked for (scopes.py)."""
        self._sorted: dict[tuple[type, ...], list[Any]] = {}
        self._filed: set[type] = set()
        self._classes: set[type] | None = None
        """Of all nodes."""
        self._scopes: dict[Node, Scope] = {}
        self._frames: dict[Scope, list[Scope]] | None = None
        self._functions: dict[str, Any] | None = None
        self._running: dict[Node, list[Any]] = {}
        self._walk()

    def _walk(self) -> None:
        top = Scope(self.tree, None, "")
        pending: list[tuple[Scope, list[Node]]] = [(top, list(self.tree.body))]
        parents = self.parents
        for statement in self.tree.body:
            parents[statement] = self.tree
        fields_of = CHILD_FIELDS
        scope_nodes = Scope.KINDS
        ast_node = ast.AST
        while pending:
            scope, stack = pending.pop()
            self.scopes.append(scope)
            self.by_node[scope.node] = scope
            nodes = scope.nodes
            opened: list[tuple[Scope, list[Node]]] = []
            stack.reverse()
            while stack:
                node = stack.pop()
                cls = node.__class__
                nodes[cls].append(node)
                fields = fields_of[cls]
                if not fields:
                    continue
                if cls in scope_nodes:
                    outside, inside = self._open(node)
                    name = getattr(node, "name", None) or ("<lambda>" if cls is ast.Lambda else "<comprehension>")
                    opened.append((Scope(node, scope, scope.child_qualname(name)), inside))
                    for child in inside:
                        parents[child] = node
                    for child in outside:
                        parents[child] = node
                    if isinstance(node, COMPREHENSIONS):
                        for position, generator in enumerate(node.generators):
                            for child in (generator.target, generator.iter, *generator.ifs):
                                if position or child is not generator.iter:
                                    parents[child] = generator
                    outside.reverse()
                    stack.extend(outside)
                    continue
                if len(fields) == 1:
                    value = getattr(node, fields[0], None)
                    if value.__class__ is not list:
                        if isinstance(value, ast_node):
                            parents[value] = node
                            stack.append(value)
                        continue
                    for child in value:
                        parents[child] = node
                    stack += value[::-1]
                    continue
                kids: list[Node] = []
                for field in fields:
                    value = getattr(node, field, None)
                    if value.__class__ is list:
                        for child in value:
                            if child is not None:  # as the key of `**` in a dict is
                                kids.append(child)
                                parents[child] = node
                    elif isinstance(value, ast_node):
                        kids.append(value)
                        parents[value] = node
                kids.reverse()
                stack += kids
            opened.reverse()
            pending.extend(opened)

    @staticmethod
    def _open(node: Any) -> tuple[list[Node], list[Node]]:
        """The children of a scope-opening node that run outside of the new scope, and those that run in it."""
        if isinstance(node, ast.ClassDef):
            return [*node.decorator_list, *node.bases, *node.keywords], [*getattr(node, "type_params", ()), *node.body]
        if isinstance(node, ast.Lambda):
            return _defaults(node.args), [*_parameters(node.args), node.body]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            parameters = _parameters(node.args)
            annotations = [parameter.annotation for parameter in parameters if parameter.annotation is not None]
            returns = [node.returns] if node.returns is not None else []
            outside = [*node.decorator_list, *annotations, *_defaults(node.args), *returns]
            return outside, [*getattr(node, "type_params", ()), *parameters, *node.body]
        first = node.generators[0]
        inside: list[Node] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for generator in node.generators:
            inside += [generator, generator.target, *([] if generator is first else [generator.iter]), *generator.ifs]
        return [first.iter], inside

    def function(self, qualname: str) -> Any:
        """The function or lambda of this name; None where there is none."""
        if self._functions is None:
            self._functions = {
                scope.qualname: scope.node for scope in self.scopes if scope.kind in ("function", "lambda")
            }
        return self._functions.get(qualname)

    def nodes(self, *types: type) -> list[Any]:
        """All nodes of these classes in source order."""
        found = self._sorted.get(types)
        if found is None:
            if self._classes is None:
                self._classes = set().union(*(scope.nodes for scope in self.scopes))
            # Most files have no walrus.
            there = [cls for cls in types if cls in self._classes]
            found = (
                [node for scope in self.scopes for cls in there for node in scope.nodes.get(cls, ())] if there else []
            )
            if found and (len(self.scopes) > 1 or len(types) > 1):
                has_position = all("lineno" in cls._attributes for cls in types if issubclass(cls, ast.AST))
                found.sort(key=_placed if has_position else _position)
            self._sorted[types] = found
        return found

    def running(self, function: Node, types: tuple[type, ...]) -> list[Any]:
        """`running` of a whole function, which is walked through once: rules ask for its calls, its branches, its
        results."""
        every = self._running.get(function)
        if every is None:
            every = self._running[function] = running(function)
        if not types:
            return [*every]
        is_wanted = _wanted(types)
        return [node for node in every if is_wanted[node.__class__]]

    def scope_of(self, node: Node) -> Scope:
        """The scope in which `node` runs: decorators, defaults and annotations belong to the outer one."""
        found = self._scopes.get(node)
        if found is not None:
            return found
        cls = node.__class__
        if cls not in self._filed:
            # The walk has put each node below the scope it runs in.
            self._filed.add(cls)
            for scope in self.scopes:
                if cls in scope.nodes:
                    for each in scope.nodes[cls]:
                        self._scopes[each] = scope
            return self.scope_of(node)
        inner = node
        parent = self.parents.get(node)
        while parent is not None:
            opened = self.by_node.get(parent)
            if opened is not None and self._runs_inside(inner, parent):
                return opened
            inner, parent = parent, self.parents.get(parent)
        return self.scopes[0]

    @staticmethod
    def _runs_inside(child: Node, opener: Any) -> bool:
        if isinstance(opener, (ast.FunctionDef, ast.AsyncFunctionDef)):
            outside = child in opener.decorator_list or child is opener.returns
            return not (outside or _is_default(child, opener.args) or _is_annotation(child, opener.args))
        if isinstance(opener, ast.ClassDef):
            return child not in opener.decorator_list and child not in opener.bases and child not in opener.keywords
        if isinstance(opener, ast.Lambda):
            return child is opener.body or isinstance(child, ast.arg)
        if isinstance(opener, COMPREHENSIONS):
            return child is not opener.generators[0].iter
        return True

    def frames(self, scope: Scope) -> list[Scope]:
        """A function's scope and the comprehensions that run in it; for the module, class bodies too."""
        if self._frames is None:
            self._frames = {}
            for inner in self.scopes:
                outer = inner.frame()
                if outer.kind == "class":
                    while outer.kind in ("class", "comprehension") and outer.parent is not None:
                        outer = outer.parent
                    if outer.kind != "module":
                        continue
                self._frames.setdefault(outer, []).append(inner)
        return self._frames.get(scope, [])


_placed = attrgetter("lineno", "col_offset")


def unnumbered(qualname: str) -> str:
    """A qualname of ours as `__qualname__` has it: without a number for the second definition of a name."""
    return ".".join(part.partition("#")[0] for part in qualname.split("."))


def _position(node: Any) -> tuple[int, int]:
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))


def _parameters(args: ast.arguments) -> list[ast.arg]:
    extra = [a for a in (args.vararg, args.kwarg) if a is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def _defaults(args: ast.arguments) -> list[Node]:
    return [*args.defaults, *(default for default in args.kw_defaults if default is not None)]


def _is_default(child: Node, args: ast.arguments) -> bool:
    return child in args.defaults or child in args.kw_defaults


def _is_annotation(child: Node, args: ast.arguments) -> bool:
    return any(parameter.annotation is child for parameter in _parameters(args))
