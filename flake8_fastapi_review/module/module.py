"""Module: one file, understood alone."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Any

from .index import FUNCTIONS, Index, Node, Scope, subtree
from .lazy import Lazy
from .parse import parse, split_lines
from .scopes import Binding, binding_at, bindings_of, reaching, scope_binding
from .summary import (
    ASYNC,
    AWAITED,
    CAUGHT,
    CONSUMED,
    GENERATOR,
    INERT,
    MODULE,
    ONCE,
    TRIVIAL,
    UNKNOWN_EXPR,
    Class,
    Expr,
    Function,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUILTINS = frozenset(dir(builtins))
_UNNOTICED = 0.005
"""Seconds that a request may be held up by and nobody asks why."""
_FORGIVEN = 0.1
"""The same of attempts that follow a failure, all together."""
_ATTEMPTS = 10
_NO_EFFECT = _BUILTINS - frozenset(
    (
        "open input eval exec compile __import__ map filter sorted min max sum any all list tuple set dict frozenset "
        "next iter reversed enumerate zip super getattr print"
    ).split()
)
"""Builtins whose call tells other modules nothing."""
_MAX_NESTING = 100
"""What is nested deeper in one expression is not looked at: sums of hundreds of texts."""

_MANY_BINDINGS = 16
_CONSUMERS = frozenset("list tuple set dict frozenset sorted min max sum any all next sum".split())


class Module:
    """A tree with its index; expressions and bindings as plain values; the Summary for other files."""

    __slots__ = (
        "_caching",
        "_depth",
        "_expressions",
        "_filled",
        "_index",
        "_indices",
        "_lines",
        "_may_cache",
        "_names_data",
        "_names_sleep",
        "_summary",
        "path",
        "table",
        "text",
        "tree",
    )

    def __init__(self, path: str, text: str, tree: ast.Module | None = None) -> None:
        """`path` is relative to the project's root. Raises Unreadable when there is no `tree` and `text` is not
        Python."""
        self.path = path
        self.text = text
        self.tree = tree if tree is not None else parse(text, path)
        self._index: Index | None = None
        self._lines: list[str] | None = None
        self._caching: dict[Node, bool] = {}
        self._may_cache: frozenset[Node] | None = None
        self._names_data = "data:" in text
        self._names_sleep = "sleep" in text
        self.table: list[Any] = []
        """Bindings by index, as `summary` describes them; grows as expressions are asked for."""
        self._indices: dict[tuple[Node, str], int] = {}
        self._expressions: dict[Node, Expr] = {}
        self._summary: Summary | None = None
        self._depth = 0
        self._filled: set[tuple[Scope, str]] = set()

    @property
    def index(self) -> Index:
        """Made at the first question: a file that no rule is about needs none."""
        if self._index is None:
            self._index = Index(self.tree)
        return self._index

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    def node_at(self, line: int, column: int) -> ast.expr | None:
        """The largest expression that begins at a place; `column` in UTF-8 bytes from 0."""
        best: ast.expr | None = None
        for scope in self.index.scopes:
            for nodes in scope.nodes.values():
                for node in nodes:
                    if (
                        isinstance(node, ast.expr)
                        and (node.lineno, node.col_offset) == (line, column)
                        and (best is None or _end(node) > _end(best))
                    ):
                        best = node
        return best

    # Expressions

    def expression(self, node: Node) -> Expr:
        """`node` as plain values, its names bound as seen from its place."""
        found = self._expressions.get(node)
        if found is None:
            depth, self._depth = self._depth, 0
            found = self._expressions[node] = self._expr(node, self.index.scope_of(node))
            self._depth = depth
        return found

    def _expr(self, node: Any, scope: Scope) -> Expr:
        form = _FORMS.get(node.__class__)
        if form is None or self._depth > _MAX_NESTING:
            return UNKNOWN_EXPR
        self._depth += 1
        found = form(self, node, scope)
        self._depth -= 1
        return found

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Expr:
        # Calls are parts of calls, attributes of attributes: each is put only once.
        found = self._expressions.get(node)
        if found is None:
            found = self._expressions[node] = ("a", self._expr(node.value, scope), node.attr)
        return found

    def _constant(self, node: ast.Constant, scope: Scope) -> Expr:
        return ("k", node.value)

    def _call(self, node: ast.Call, scope: Scope) -> Expr:
        found = self._expressions.get(node)
        if found is None:
            found = self._expressions[node] = self._new_call(node, scope)
        return found

    def _new_call(self, node: ast.Call, scope: Scope) -> Expr:
        function = node.func
        if function.__class__ is ast.Name and function.id == "super" and not node.args:
            owner = _class_around(scope)
            if owner is not None:
                return ("u", owner)
        args = tuple([self._expr(arg, scope) for arg in node.args]) if node.args else ()
        keywords = (
            tuple([(keyword.arg, self._expr(keyword.value, scope)) for keyword in node.keywords])
            if node.keywords
            else ()
        )
        return ("c", self._expr(function, scope), args, keywords)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Expr:
        return ("s", self._expr(node.value, scope), self._expr(node.slice, scope))

    def _await(self, node: ast.Await, scope: Scope) -> Expr:
        return ("w", self._expr(node.value, scope))

    def _starred(self, node: ast.Starred, scope: Scope) -> Expr:
        return ("*", self._expr(node.value, scope))

    def _items(self, node: Any, scope: Scope) -> Expr:
        return (_DISPLAYS[node.__class__], tuple([self._expr(element, scope) for element in node.elts]))

    def _dict(self, node: ast.Dict, scope: Scope) -> Expr:
        keys = tuple([None if key is None else self._expr(key, scope) for key in node.keys])
        return ("d", keys, tuple([self._expr(value, scope) for value in node.values]))

    def _binary(self, node: ast.BinOp, scope: Scope) -> Expr:
        return ("b", node.op.__class__.__name__, self._expr(node.left, scope), self._expr(node.right, scope))

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Expr:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return ("k", -value)
            case ast.UnaryOp(op=ast.Not()):
                return ("n",)
        return UNKNOWN_EXPR

    def _compare(self, node: ast.Compare, scope: Scope) -> Expr:
        return ("n",)

    def _either(self, node: ast.BoolOp, scope: Scope) -> Expr:
        return ("o", tuple([self._expr(value, scope) for value in node.values]))

    def _conditional(self, node: ast.IfExp, scope: Scope) -> Expr:
        return ("i", self._expr(node.body, scope), self._expr(node.orelse, scope))

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Expr:
        return ("f", tuple([self._expr(value, scope) for value in node.values]))

    def _value(self, node: Any, scope: Scope) -> Expr:
        inner: Expr = self._expr(node.value, scope)
        return inner

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Expr:
        return ("m", self.index.by_node[node].qualname)

    def _comprehension(self, node: Any, scope: Scope) -> Expr:
        inner = self.index.by_node[node]
        if node.__class__ is ast.DictComp:
            return ("q", "DictComp", self._expr(node.value, inner), self._expr(node.key, inner))
        return ("q", node.__class__.__name__, self._expr(node.elt, inner), None)

    def _yield(self, node: ast.Yield, scope: Scope) -> Expr:
        return ("y", self._expr(node.value, scope) if node.value else ("k", None))

    def _name(self, node: ast.Name, scope: Scope) -> Expr:
        name = node.id
        index = self.index
        owner = scope_binding(index, scope, name)
        if owner is None or owner.kind == "module":
            return ("g", name)
        if owner is scope or owner.frame() is scope.frame():
            found = reaching(index, owner, name, node)
        else:
            found = bindings_of(index, owner)[name]
        return ("v", self._table_indices(owner, name, found))

    def _table_indices(self, owner: Scope, name: str, found: list[Binding]) -> tuple[int, ...]:
        bound = bindings_of(self.index, owner)[name]
        if len(found) == 1 and len(bound) == 1:
            return (self._table_index(owner, name, found[0]),)
        if len(bound) > _MANY_BINDINGS and (owner, name) not in self._filled:
            self._filled.add((owner, name))
            # `query = query.where(…)` a hundred times: from the first to the last, not one inside of the other.
            for binding in bound:
                self._table_index(owner, name, binding)
        useful = [binding for binding in found if binding.kind not in ("augment", "delete")] or found
        return tuple([self._table_index(owner, name, binding) for binding in useful])

    def _table_index(self, owner: Scope, name: str, binding: Binding) -> int:
        key = (binding.place, name)
        position = self._indices.get(key)
        if position is None:
            position = self._indices[key] = len(self.table)
            # The place is taken first: a value may lead back to its own name.
            self.table.append(UNKNOWN_EXPR)
            self.table[position] = self._fact(owner, binding)
        return position

    def _fact(self, owner: Scope, binding: Binding) -> Expr:
        node = binding.node
        match binding.kind:
            case "import":
                return ("imp", 0, node.name if node.asname else node.name.partition(".")[0], None)
            case "from":
                statement, alias = node
                return ("imp", statement.level, statement.module, alias.name)
            case "assign":
                return ("=", self.expression(node), binding.path)
            case "annotate":
                value = None if node.value is None else self.expression(node.value)
                return (":", self.expression(node.annotation), value)
            case "parameter":
                frame = owner.frame()
                return ("par", frame.qualname, _parameters(frame.node.args).index(node))  # type: ignore[attr-defined]
            case "define":
                return ("def", self.index.by_node[node].qualname)
            case "class":
                return ("cls", self.index.by_node[node].qualname)
            case "for" | "with" as kind:
                return (kind, self.expression(node), binding.path, binding.asynchronous)
            case "except":
                group = isinstance(self.index.parents[node], getattr(ast, "TryStar", ()))
                return ("exc", None if node.type is None else self.expression(node.type), group)
            case "instance":
                return ("ins", self.expression(node))
            case "type":
                return ("typ", self.expression(node))
        return UNKNOWN_EXPR

    def names(self, scope: Scope) -> dict[str, tuple[int, ...]]:
        """Every name of a scope → indices of its bindings."""
        return {name: self._table_indices(scope, name, found) for name, found in bindings_of(self.index, scope).items()}

    # The summary

    def complete_summary(self) -> Summary | None:
        """The Summary, apart from the tree, if every part of it has been asked for; None otherwise."""
        made = self._summary
        if made is None or not (made.functions.is_complete and made.classes.is_complete):  # type: ignore[attr-defined]
            return None
        made.complete()
        return made

    def release(self) -> None:
        """Give up the Summary, which holds on to the module: without the collector they would stay forever."""
        self._summary = None

    @property
    def summary(self) -> Summary:
        """What other files need to know; its functions and classes are made as they are asked for."""
        if self._summary is None:
            self._summary = self._summarise()
        return self._summary

    def _summarise(self) -> Summary:
        top = self.index.scopes[0]
        names = self.names(top)
        functions = Lazy({MODULE: top}, self._function)
        classes = Lazy({}, self._class)
        for scope in self.index.scopes[1:]:
            if scope.kind == "class":
                classes.add(scope.qualname, scope)
            elif scope.kind != "comprehension":
                functions.add(scope.qualname, scope)
                if ast.Global in scope.nodes:
                    for name in {name for node in scope.nodes[ast.Global] for name in node.names}:
                        if name in bindings_of(self.index, scope):
                            names[name] = names.get(name, ()) + self._table_indices(
                                scope, name, bindings_of(self.index, scope)[name]
                            )
        # The table is shared, not copied: the live module may still add bindings behind those summarised.
        return Summary(self.path, names, self._exported(), self._stars(), functions, classes, self.table)  # type: ignore[arg-type]

    def _exported(self) -> tuple[str, ...] | None:
        for node in self.index.scopes[0].nodes.get(ast.Assign, ()):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="__all__")], value=ast.List(elts=elements) | ast.Tuple(elts=elements)
                ):
                    return tuple(e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str))
        return None

    def _stars(self) -> tuple[tuple[int, str | None], ...]:
        found = self.index.scopes[0].nodes.get(ast.ImportFrom, ())
        return tuple((node.level, node.module) for node in found if node.names[0].name == "*")

    def _class(self, scope: Scope) -> Class:
        node: Any = scope.node
        outer = scope.parent or self.index.scopes[0]
        attributes: dict[str, list[int]] = {}
        for cls in (ast.FunctionDef, ast.AsyncFunctionDef):
            for method in scope.nodes.get(cls, ()):
                self._instance_attributes(self.index.by_node[method], attributes)
        return Class(
            scope.qualname,
            node.lineno,
            tuple(self._expr(base, outer) for base in node.bases),
            tuple((keyword.arg, self._expr(keyword.value, outer)) for keyword in node.keywords),
            tuple(self._expr(decorator, outer) for decorator in node.decorator_list),
            self.names(scope),
            {name: tuple(found) for name, found in attributes.items()},
        )

    def _instance_attributes(self, method: Scope, into: dict[str, list[int]]) -> None:
        arguments = _parameters(method.node.args)  # type: ignore[attr-defined]
        if not arguments:
            return
        receiver = arguments[0].arg
        for node in method.nodes.get(ast.Attribute, ()):
            if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == receiver:
                binding = binding_at(self.index, node)
                if binding.kind not in ("augment", "delete"):
                    into.setdefault(node.attr, []).append(self._table_index(method, f".{node.attr}", binding))

    def _function(self, scope: Scope) -> Function:
        node: Any = scope.node
        calls: list[tuple[Any, ...]] = []
        results: list[Expr] = []
        yields: list[Expr] = []
        raised: list[Expr] = []
        kept: list[int] = []
        flags = 0
        owner = None
        parameters: tuple[Any, ...] = ()
        returns = None
        decorators: tuple[Expr, ...] = ()
        switched: list[tuple[int, int, Expr, bool]] = []
        for frame in self.index.frames(scope):
            nodes = frame.nodes
            guarded = [lines for found in nodes.get(ast.Try, ()) if (lines := _guarded(found)) is not None]
            for call in nodes.get(ast.Call, ()):
                if self.without_effect(call):
                    continue
                expr = self._expr(call, frame)
                if expr[0] == "c":
                    caught = CAUGHT if guarded and _is_within(call, guarded) else 0
                    calls.append((expr, call.lineno, call.col_offset, self.call_flags(call) | caught))
            results.extend(self._expr(r.value, frame) if r.value else ("k", None) for r in nodes.get(ast.Return, ()))
            for cls in (ast.Yield, ast.YieldFrom):
                for found in nodes.get(cls, ()):
                    flags |= GENERATOR
                    yields.append(
                        UNKNOWN_EXPR if found.value is None or cls is ast.YieldFrom else self._expr(found.value, frame)
                    )
            for found in nodes.get(ast.Raise, ()):
                if found.exc is not None:
                    if guarded and _is_within(found, guarded):
                        kept.append(len(raised))
                    raised.append(self._expr(found.exc, frame))
            for found in nodes.get(ast.With, ()):
                for item in found.items:
                    calls.extend(self.context_calls(item))
            for found in nodes.get(ast.If, ()):
                switched.extend(self._branches(found, frame))
        calls.sort(key=lambda fact: (fact[1], fact[2]))
        if isinstance(node, FUNCTIONS):
            outer = scope.parent or self.index.scopes[0]
            parameters = self._parameters(node.args, outer)
            if isinstance(node, ast.Lambda):
                results = [self._expr(node.body, scope)]
            else:
                flags |= ASYNC * isinstance(node, ast.AsyncFunctionDef) | TRIVIAL * _is_trivial(node.body)
                owner = outer.qualname if outer.kind == "class" else None
                returns = None if node.returns is None else self._expr(node.returns, outer)
                decorators = tuple(self._expr(decorator, outer) for decorator in node.decorator_list)
        name = scope.qualname or MODULE
        line = getattr(node, "lineno", 1)
        return Function(
            name,
            line,
            flags,
            owner,
            parameters,
            returns,
            decorators,
            tuple(calls),
            tuple(results),
            tuple(yields),
            tuple(raised),
            tuple(switched),
            tuple(kept),
        )

    def _branches(self, statement: ast.If, scope: Scope) -> Iterator[tuple[int, int, Expr, bool]]:
        """The branches of a condition that an attribute or a parameter decides, as `Function.switched` has them."""
        first, last = statement.body[0].lineno, statement.body[-1].end_lineno or statement.body[-1].lineno
        if isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.And):
            # Each of them has to hold; which of them did not tells nothing of the other branch.
            for part in statement.test.values:
                for switch, wanted in self._switches(part, scope):
                    yield first, last, switch, wanted
            return
        for switch, wanted in self._switches(statement.test, scope):
            yield first, last, switch, wanted
            if statement.orelse:
                end = statement.orelse[-1]
                yield statement.orelse[0].lineno, end.end_lineno or end.lineno, switch, not wanted

    def _switches(self, test: ast.expr, scope: Scope) -> Iterator[tuple[Expr, bool]]:
        """What a test asks of an attribute or a parameter, and whether it has to be true."""
        switch: Expr
        match test:
            case ast.Attribute() | ast.Name() as asked:
                switch, wanted = self._expr(asked, scope), True
            case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute() | ast.Name() as asked):
                switch, wanted = self._expr(asked, scope), False
            case ast.Compare(
                left=ast.Name() as asked,
                ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() as operator],
                comparators=[ast.Constant() | ast.Tuple() | ast.List() | ast.Set() as expected],
            ):
                wanted = isinstance(operator, (ast.Eq, ast.In))
                kind = "Eq" if isinstance(operator, (ast.Eq, ast.NotEq)) else "In"
                switch = ("b", kind, self._expr(asked, scope), self._expr(expected, scope))
            case ast.Call(
                func=ast.Attribute(value=ast.Name() as asked, attr="startswith"), args=[ast.Constant() as expected]
            ):
                switch, wanted = ("b", "startswith", self._expr(asked, scope), self._expr(expected, scope)), True
            case _:
                return
        yield switch, wanted

    @staticmethod
    def without_effect(call: ast.Call) -> bool:
        function = call.func
        if isinstance(function, ast.Name):
            return function.id in _NO_EFFECT
        return isinstance(function, ast.Attribute) and isinstance(function.value, (ast.Constant, ast.JoinedStr))

    def call_flags(self, call: ast.Call) -> int:
        flags = self._use_of(call) if self.index.parents[call].__class__ in _USERS else 0
        if (self._names_data and self._is_data_url(call)) or (self._names_sleep and self._is_short_sleep(call)):
            flags |= INERT
        return flags | ONCE if self._fills_cache(call) else flags

    def _is_short_sleep(self, call: ast.Call) -> bool:
        """`sleep(0.001)` once: nobody notices. In a loop it waits for something, if not for a few attempts after a
        failure."""
        match call:
            case ast.Call(func=ast.Name(id="sleep") | ast.Attribute(attr="sleep"), args=[duration]):
                seconds = duration.value if isinstance(duration, ast.Constant) else None
                is_short = isinstance(seconds, float) and 0 < seconds <= _UNNOTICED
                return (is_short and not self._is_repeated(call)) or self._is_short_retry(call, duration)
        return False

    def _is_short_retry(self, call: ast.Call, duration: ast.expr) -> bool:
        """`except Busy: sleep(0.01 * attempt)` in `for attempt in range(3)`."""
        above, parents, fails = self.index.parents.get(call), self.index.parents, False
        while above is not None and not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            match above:
                case ast.ExceptHandler():
                    fails = True
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds)) if fails:
                    ends = [each.value for each in bounds if isinstance(each, ast.Constant)]
                    whole = [each for each in ends if isinstance(each, int)]
                    numbers = range(*whole) if len(whole) == len(bounds) in (1, 2) else range(0)
                    seconds = [_worth(duration, name, number) for number in numbers[: _ATTEMPTS + 1]]
                    known = [each for each in seconds if each is not None]
                    return 0 < len(known) == len(seconds) <= _ATTEMPTS and sum(known) <= _FORGIVEN
                case ast.While() | ast.For() | ast.AsyncFor() | ast.comprehension():
                    return False
            above = parents.get(above)
        return False

    def _is_repeated(self, node: Node) -> bool:
        above = self.index.parents.get(node)
        while above is not None and not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            if isinstance(above, (ast.While, ast.For, ast.AsyncFor, ast.comprehension)):
                return True
            above = self.index.parents.get(above)
        return False

    def _fills_cache(self, call: ast.Call) -> bool:
        """`if x is None: x = f()`, and what follows `if x is not None: return x` in a function that assigns x."""
        if self._may_cache is None:
            self._may_cache = frozenset(self._calls_near_tests())
        if call not in self._may_cache:
            return False
        parents = self.index.parents
        statement: Node = call
        while not isinstance(statement, ast.stmt):
            above = parents.get(statement)
            if above is None:
                return False
            statement = above
        known = self._caching.get(statement)
        if known is None:
            known = self._caching[statement] = self._is_caching(statement)
        return known

    def _calls_near_tests(self) -> Iterator[Node]:
        """The calls below the tests that a cache is filled or answered by, few in most files."""
        for scope in self.index.scopes:
            for node in scope.nodes.get(ast.If, ()):
                if _tested_missing(node.test):
                    yield from (each for part in node.body for each in subtree(part) if each.__class__ is ast.Call)
            if scope.kind == "function":
                function: Any = scope.node
                if any(_answers_kept(statement) for statement in function.body):
                    yield from (each for each in subtree(function) if each.__class__ is ast.Call)

    def _is_caching(self, statement: Node) -> bool:
        child = statement
        parent = self.index.parents.get(statement)
        while parent is not None:
            if isinstance(parent, ast.If) and child in parent.body:
                assigned = {kept for each in _statements(parent.body) for kept in _kept_by(each)}
                for kept in _tested_missing(parent.test):
                    if kept in assigned and self._outlives(kept, statement):
                        return True
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return child in parent.body and self._after_cached_return(parent, child)
            child, parent = parent, self.index.parents.get(parent)
        return False

    def _after_cached_return(self, function: ast.FunctionDef | ast.AsyncFunctionDef, statement: Node) -> bool:
        for earlier in function.body:
            if earlier is statement:
                return False
            match earlier:
                case ast.If(test=ast.Name(id=flag), body=[*_, ast.Return()], orelse=[]):
                    if any(flag in _kept_by(later) for later in _statements(function.body)):
                        return self._outlives(flag, statement)
                case ast.If(
                    test=ast.Compare(ops=[ast.In()], comparators=[ast.Attribute() | ast.Name() as held]),
                    body=[*_, ast.Return()],
                    orelse=[],
                ) if any(ast.unparse(held) in _kept_by(later) for later in _statements(function.body)):
                    return self._outlives(ast.unparse(held), statement)
                case ast.If(test=test, body=[*_, ast.Return(value=ast.expr() as value)], orelse=[]):
                    for kept in _kept_names(value):
                        if kept in ast.unparse(test) and any(
                            kept in _kept_by(later) for later in _statements(function.body)
                        ):
                            return self._outlives(kept, statement)
        return False

    def _outlives(self, kept: str, where: Node) -> bool:
        """Whether a variable belongs to the module, to a class or to an object rather than to one call."""
        root = kept.partition(".")[0]
        if root == "self":
            return True
        owner = scope_binding(self.index, self.index.scope_of(where), root)
        return owner is not None and (owner.kind == "module" or root == "cls")

    def _is_data_url(self, call: ast.Call) -> bool:
        """`if url.startswith("data:"): urlopen(url)`"""
        if not call.args or not isinstance(call.args[0], ast.Name):
            return False
        child: Node = call
        parent = self.index.parents.get(call)
        while parent is not None and not isinstance(parent, FUNCTIONS):
            if isinstance(parent, ast.If) and child in parent.body:
                match parent.test:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id=name), attr="startswith"),
                        args=[ast.Constant(value="data:")],
                    ):
                        return name == call.args[0].id
            child, parent = parent, self.index.parents.get(parent)
        return False

    def _use_of(self, call: ast.Call) -> int:
        parent = self.index.parents[call]
        match parent:
            case ast.Await():
                return AWAITED
            case ast.For(iter=iterable) if iterable is call:
                return CONSUMED
            case ast.comprehension(iter=iterable) if iterable is call:
                return CONSUMED
            case ast.ListComp() | ast.SetComp() | ast.DictComp() if parent.generators[0].iter is call:
                return CONSUMED
            case ast.GeneratorExp() if parent.generators[0].iter is call:
                return self._use_of(parent)  # type: ignore[arg-type]
            case ast.YieldFrom() | ast.Starred() | ast.withitem():
                return CONSUMED
            case ast.Call(func=ast.Name(id=name)) if name in _CONSUMERS:
                return CONSUMED
            case ast.Call(func=ast.Attribute(attr="enter_context" | "join" | "extend")):
                return CONSUMED
        return 0

    def context_calls(self, item: ast.withitem) -> list[tuple[Any, ...]]:
        """`with x:` calls `x.__enter__()` and `x.__exit__()`: these, in the form of `Call`."""
        where = item.context_expr
        manager = self.expression(where)
        return [
            (("c", ("a", manager, method), (), ()), where.lineno, where.col_offset, 0)
            for method in ("__enter__", "__exit__")
        ]

    def _parameters(self, args: ast.arguments, outer: Scope) -> tuple[Any, ...]:
        positional = [*args.posonlyargs, *args.args]
        missing = len(positional) - len(args.defaults)
        defaults: list[Any] = [None] * missing + list(args.defaults)
        rows = [(a, 0 if i < len(args.posonlyargs) else 1, defaults[i]) for i, a in enumerate(positional)]
        rows += [(a, 3, default) for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=False)]
        rows += [(args.vararg, 2, None)] if args.vararg else []
        rows += [(args.kwarg, 4, None)] if args.kwarg else []
        return tuple(
            (
                argument.arg,
                kind,
                None if argument.annotation is None else self._expr(argument.annotation, outer),
                None if default is None else self._expr(default, outer),
            )
            for argument, kind, default in rows
        )


_USERS = frozenset(
    {
        ast.Await,
        ast.For,
        ast.comprehension,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
        ast.YieldFrom,
        ast.Starred,
        ast.withitem,
        ast.Call,
    }
)
"""The parents of a call that may run what it returns: see `_use_of`."""
_DISPLAYS: dict[type, str] = {ast.Tuple: "t", ast.List: "l", ast.Set: "e"}
_FORMS: dict[type, Callable[[Module, Any, Scope], Expr]] = {
    ast.Name: Module._name,
    ast.Attribute: Module._attribute,
    ast.Constant: Module._constant,
    ast.Call: Module._call,
    ast.Subscript: Module._subscript,
    ast.Await: Module._await,
    ast.Starred: Module._starred,
    ast.Tuple: Module._items,
    ast.List: Module._items,
    ast.Set: Module._items,
    ast.Dict: Module._dict,
    ast.BinOp: Module._binary,
    ast.UnaryOp: Module._unary,
    ast.Compare: Module._compare,
    ast.BoolOp: Module._either,
    ast.IfExp: Module._conditional,
    ast.JoinedStr: Module._joined,
    ast.FormattedValue: Module._value,
    ast.NamedExpr: Module._value,
    ast.Lambda: Module._lambda,
    ast.ListComp: Module._comprehension,
    ast.SetComp: Module._comprehension,
    ast.GeneratorExp: Module._comprehension,
    ast.DictComp: Module._comprehension,
    ast.Yield: Module._yield,
}
"""Class of node → the method that puts it as plain values."""


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _tested_missing(test: ast.expr) -> list[str]:
    """The attributes and globals that a condition finds unset: `x is None`, `not x`, `key not in x`, and several."""
    match test:
        case (
            ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)])
            | ast.UnaryOp(op=ast.Not(), operand=left)
        ):
            return _kept_names(left)
        case ast.Compare(ops=[ast.NotIn()], comparators=[ast.Attribute() | ast.Name() as held]):
            return [ast.unparse(held)]
        case ast.BoolOp(op=ast.And(), values=values):
            return [kept for value in values for kept in _tested_missing(value)]
        case ast.BoolOp(values=[first, *_]):
            return _tested_missing(first)
    return []


def _answers_kept(statement: Node) -> bool:
    """`if x is not None: return x`, `if _started: return`, `if key in self._items: return`"""
    match statement:
        case ast.If(test=ast.Name() | ast.Compare(ops=[ast.In()]), body=[*_, ast.Return()], orelse=[]):
            return True
        case ast.If(test=test, body=[*_, ast.Return(value=ast.expr() as value)], orelse=[]):
            return any(kept in ast.unparse(test) for kept in _kept_names(value))
    return False


def _kept_by(statement: Node) -> list[str]:
    """What a statement assigns, as text: attributes, names, and the containers of items."""
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    return [ast.unparse(target.value if isinstance(target, ast.Subscript) else target) for target in targets]


def _kept_names(value: ast.expr) -> list[str]:
    """What a value is kept in for good: `_cache`, `cls._client`, of `_cache[key]` the container.

    Not attributes of `self`: how long that lives is not known. Who keeps things by key there is asked more than once.
    """
    held = value.value if isinstance(value, ast.Subscript) else value
    if not isinstance(held, (ast.Name, ast.Attribute)):
        return []
    text = ast.unparse(held)
    return [] if text.startswith("self.") else [text]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks in it."""
    for statement in body:
        yield statement
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list) and not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                yield from _statements(inner)
        for handler in getattr(statement, "handlers", ()):
            yield from _statements(handler.body)


def _worth(expr: ast.expr, name: str, number: int) -> float | None:
    """What a calculation with one name gives; None: not known."""
    match expr:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=found) if found == name:
            return number
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.Pow() as operator, right=right):
            first, second = _worth(left, name, number), _worth(right, name, number)
            if first is None or second is None or max(abs(first), abs(second)) > _ATTEMPTS:
                return None
            if isinstance(operator, ast.Add):
                return first + second
            return first * second if isinstance(operator, ast.Mult) else abs(first) ** abs(second)
    return None


def _class_around(scope: Scope) -> str | None:
    current: Scope | None = scope
    while current is not None and current.kind != "class":
        current = current.parent
    return current.qualname if current is not None else None


def _parameters(args: ast.arguments) -> list[ast.arg]:
    """In the order of `Function.parameters`."""
    extra = [argument for argument in (args.vararg, args.kwarg) if argument is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def _guarded(statement: ast.Try) -> tuple[int, int] | None:
    """The lines of a `try` whose handlers let no HTTPException through, first and last."""
    for handler in statement.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or _last_part(kind) in _TAKE_ERRORS for kind in kinds):
            if any(_raises_again(node, handler.name) for node in subtree(handler)):
                return None
            body = statement.body
            return body[0].lineno, body[-1].end_lineno or body[-1].lineno
    return None


_TAKE_ERRORS = frozenset({"HTTPException", "StarletteHTTPException", "Exception", "BaseException"})


def _last_part(kind: ast.expr) -> str | None:
    match kind:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _raises_again(node: ast.AST, name: str | None) -> bool:
    match node:
        case ast.Raise(exc=None):
            return True
        case ast.Raise(exc=ast.Name(id=raised)):
            return raised == name
    return False


def _is_within(node: ast.expr | ast.stmt, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= node.lineno <= last for first, last in ranges)


def _is_trivial(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Raise) and "NotImplemented" in ast.dump(statement))
        for statement in body
    )
