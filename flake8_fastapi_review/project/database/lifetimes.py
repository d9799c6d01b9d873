"""Sessions that live as long as the process, engines that live no longer than a call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from ...module.scopes import scope_binding
from ...module.summary import MODULE, ONCE, Call, Function
from ...records import NamedTuple
from ..readings import fact, remembered
from .sessions import Step
from .sites import Site
from .terms import leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...module import Module
    from ...module.index import Scope
    from ...module.summary import Summary
    from ..modules import Modules
    from .sessions import Sessions
    from .sites import Sites
    from .statements import Statements

_ENGINES = frozenset({"create_engine", "create_async_engine"})
"""What makes an engine of SQLAlchemy, by `terms.leaf`; pools and clients of others have rows `[opens]`."""
_PLAIN_DECORATORS = frozenset(
    "builtins.staticmethod builtins.classmethod builtins.property contextlib.contextmanager "
    "contextlib.asynccontextmanager".split()
)
_CLOSERS = frozenset({"dispose", "aclose", "close", "terminate", "disconnect"})
_UNPOOLED = ("NullPool", "StaticPool")


class SharedSession(NamedTuple):
    """A session that is made once, when its module is imported."""

    call: ast.Call
    name: str
    """How it is reached: a name of the module, "Class.name", or a parameter whose default it is."""
    uses: tuple[Step, ...]
    """Where functions use it."""


class Lifetimes:
    """Finds both; remembered by function."""

    def __init__(
        self, modules: Modules, sites: Sites, statements: Statements, sessions: Sessions, counts: Callable[[str], bool]
    ) -> None:
        self.modules = modules
        self.types = sites.types
        self.sites = sites
        self.statements = statements
        self.sessions = sessions
        self.counts = counts
        self._makes: dict[str, tuple[Step, ...] | None] = {}
        self._makers: frozenset[str] | None = None
        opened = self.types.knowledge.openers()
        pools = [name for name in opened if self.types.knowledge.opens(name) in ("pool", "client")]
        self._words = _ENGINES | {name.rpartition(".")[2] for name in pools}
        marks = set(_ENGINES)
        for name in pools:
            leaf_name, top = name.rpartition(".")[2], name.partition(".")[0]
            is_telling = "_" in leaf_name or sum(letter.isupper() for letter in leaf_name) > 1
            marks.update([leaf_name] if is_telling else [f"import {top}", f"from {top}"])
        self._marks = tuple(sorted(mark.encode() for mark in marks))

    # Sessions of the module

    def shared_sessions(self, module: Module) -> Iterator[SharedSession]:
        """The sessions that a module makes when it is imported and that functions use."""
        index = module.index
        calls = [
            (scope, call)
            for scope in index.scopes
            if scope.kind in ("module", "class")
            for call in scope.nodes.get(ast.Call, ())
        ]
        for scope, call in calls:
            if not self.sessions.creates(Site(module, call)) or _is_guarded(module, call):
                continue
            statement = index.parents.get(call)
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    if scope.kind == "class":
                        uses = tuple(self._uses_of_attribute(module, scope.qualname, name))
                        name = f"{scope.qualname}.{name}"
                    else:
                        uses = (*self._uses(module, name), *self._uses_elsewhere(module, name))
                    if uses:
                        yield SharedSession(call, name, uses)
                case ast.arguments() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    parameter = _defaulted(getattr(statement, "args", statement), call)
                    if parameter is not None:
                        yield SharedSession(call, parameter, (Step(module.path, call.lineno, parameter),))

    @staticmethod
    def _uses(module: Module, name: str) -> Iterator[Step]:
        """Where functions of a module read one of its names."""
        index = module.index
        for node in index.nodes(ast.Name):
            if node.id != name or not isinstance(node.ctx, ast.Load):
                continue
            scope = index.scope_of(node)
            owner = scope_binding(index, scope, name)
            if scope.frame().kind in ("function", "lambda") and owner is not None and owner.kind == "module":
                yield Step(module.path, node.lineno, name)

    @staticmethod
    def _uses_of_attribute(module: Module, owner: str, name: str) -> Iterator[Step]:
        for node in module.index.nodes(ast.Attribute):
            if node.attr == name and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
                scope = module.index.scope_of(node).frame()
                inside = scope.qualname.startswith(f"{owner}.") and node.value.id in ("self", "cls")
                if scope.kind == "function" and (inside or node.value.id == owner):
                    yield Step(module.path, node.lineno, f"{node.value.id}.{name}")

    def _uses_elsewhere(self, module: Module, name: str) -> Iterator[Step]:
        for path in self.modules.mentioning(name):
            if path == module.path or not self.counts(path):
                continue
            summary = self.modules.summary(path)
            for index in summary.names.get(name, ()) if summary is not None else ():
                match summary.table[index] if summary is not None else ():
                    case ("imp", level, source, str(imported)) if imported == name:
                        if self.modules.resolve(path, level, source) == module.path:
                            other = self.modules.lent(path)
                            if other is not None:
                                yield from self._uses(other, name)

    # Engines made by calls

    @remembered()
    def makes_engine(self, symbol: str) -> tuple[Step, ...] | None:
        """The calls from a project function to where each call of it makes another engine: none if it makes none, keeps
        it, disposes of it, or makes it of what it is given."""
        if symbol not in self._makes:
            self._makes[symbol] = self._way(symbol)
        return self._makes[symbol]

    def _way(self, symbol: str) -> tuple[Step, ...] | None:
        makers = self._all_makers()
        if not makers:
            return None
        seen = {symbol}
        level: list[tuple[str, tuple[Step, ...]]] = [(symbol, ())]
        while level:
            following: list[tuple[str, tuple[Step, ...]]] = []
            for current, chain in level:
                own = self.types.function(current)
                if own is None or (chain and not self._is_plain(*own)):
                    continue
                summary, function = own
                if current in makers:
                    place = self._making(summary, function)
                    if place is not None:
                        return (*chain, place)
                for plain in function.calls if len(chain) < 6 else ():
                    call = Call._make(plain)
                    if call.flags & ONCE:
                        continue
                    callee = self.types.eval(summary, call.expr[1])
                    inner = (
                        self.sessions.runs(callee) if callee is not None and callee[0] in ("func", "bound") else None
                    )
                    if inner is not None and inner not in seen:
                        seen.add(inner)
                        step = Step(summary.path, call.line, self.types.dotted(inner))
                        following.append((inner, (*chain, step)))
            level = following
        return None

    @fact("database.lifetimes._all_makers", lambda self: self.modules)
    def _all_makers(self) -> frozenset[str]:
        """The functions each call of which makes an engine, by the files that name one: none in most projects."""
        if self._makers is None:
            found = set()
            for path in self.modules.mentioning_any(self._marks):
                summary = self.modules.summary(path) if self.counts(path) else None
                if summary is None:
                    continue
                module = self.modules.compiled_module(path)
                naming = self._naming(module) if module is not None else None
                for name in summary.functions if naming is None else sorted(naming):
                    if name == MODULE or name not in summary.functions:
                        continue
                    function = Function._make(summary.functions[name])
                    if not any(self._may_make(call[0][1]) for call in function.calls):
                        continue
                    if self._making(summary, function) is not None:
                        found.add(f"{path}:{name}")
            self._makers = frozenset(found)
        return self._makers

    def _naming(self, module: Module) -> set[str]:
        """The functions of a module that call something by the name of what makes an engine, or by another name that
        the module gives it, with those around them."""
        words = set(self._words)
        for imported in module.index.nodes(ast.ImportFrom):
            words.update(each.asname for each in imported.names if each.name in self._words and each.asname is not None)
        for assigned in module.index.nodes(ast.Assign):
            if getattr(assigned.value, "attr", getattr(assigned.value, "id", None)) in self._words:
                words.update(target.id for target in assigned.targets if isinstance(target, ast.Name))
        found: set[str] = set()
        for call in module.index.nodes(ast.Call):
            if getattr(call.func, "attr", getattr(call.func, "id", None)) in words:
                scope: Scope | None = module.index.scope_of(call)
                while scope is not None:
                    found.add(scope.qualname)
                    scope = scope.parent
        return found

    def _is_engine(self, name: str) -> bool:
        return leaf(name) in _ENGINES or self.types.knowledge.opens(name) in ("pool", "client")

    def _may_make(self, callee: tuple[object, ...]) -> bool:
        return callee[0] in ("v", "g") or (callee[0] == "a" and callee[2] in self._words)

    def _is_plain(self, summary: Summary, function: Function) -> bool:
        """Whether no decorator keeps what the function returns."""
        names = (self.types.qualified(each) for each in self.types.decorators(summary, function))
        return all(name in _PLAIN_DECORATORS for name in names)

    def _making(self, summary: Summary, function: Function) -> Step | None:
        from ..constants import parameters_in

        if function.qualname.endswith("__init__"):
            return None
        for plain in function.calls:
            call = Call._make(plain)
            if not self._may_make(call.expr[1]):
                continue
            name = self.types.qualified(self.types.eval(summary, call.expr[1]))
            if name is None or call.flags & ONCE or not self._is_engine(name):
                continue
            if parameters_in(summary, function.qualname, call.expr) - {"self", "cls"}:
                continue
            if any(key == "poolclass" and value[-1] in _UNPOOLED for key, value in call.expr[3]):
                continue
            closers = ("dispose",) if leaf(name) in _ENGINES else _CLOSERS
            if any(each[0][1][0] == "a" and each[0][1][2] in closers for each in function.calls):
                continue
            if self._is_kept(summary, function, call):
                continue
            return Step(summary.path, call.line, name.rpartition(".")[2])
        return None

    def _is_kept(self, summary: Summary, function: Function, call: Call) -> bool:
        """Whether the engine goes into an attribute, a global or a container: how often is not known then."""
        own = self.sites.function(f"{summary.path}:{function.qualname}")
        if own is None:
            return True
        module, node = own
        for each in module.index.by_node[node].nodes.get(ast.Call, ()):
            if (each.lineno, each.col_offset) != (call.line, call.column):
                continue
            parent = module.index.parents.get(each)
            while isinstance(parent, (ast.Await, ast.Call, ast.keyword, ast.NamedExpr, ast.IfExp, ast.BoolOp)):
                parent = module.index.parents.get(parent)
            match parent:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    owner = scope_binding(module.index, module.index.scope_of(each), name)
                    return owner is None or owner.kind == "module" or _is_put_away(node, name)
                case ast.Return() | ast.Expr() | ast.withitem() | ast.Attribute() | ast.Subscript() | ast.Yield():
                    return False
            return True
        return True


def _is_put_away(function: ast.AST, name: str) -> bool:
    """`self.engine = engine`, `engines[key] = engine`, `app.state.engine = engine`"""
    for node in subtree(function):
        match node:
            case ast.Assign(targets=targets, value=ast.Name(id=found)) if found == name:
                if any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets):
                    return True
    return False


def _is_guarded(module: Module, node: ast.AST) -> bool:
    """Whether `if __name__ == "__main__":` stands around a node."""
    parent = module.index.parents.get(node)
    while parent is not None:
        if isinstance(parent, ast.If) and "__name__" in ast.unparse(parent.test):
            return True
        parent = module.index.parents.get(parent)
    return False


def _defaulted(arguments: Any, call: ast.Call) -> str | None:
    """The parameter whose default a call is."""
    if not isinstance(arguments, ast.arguments):
        return None
    positional = [*arguments.posonlyargs, *arguments.args]
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if default is call:
            return parameter.arg
    for parameter, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False):
        if given is call:
            return parameter.arg
    return None
