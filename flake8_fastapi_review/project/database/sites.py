"""Places in syntax trees, followed through names, imports and calls to where a value is made.

Unlike the expressions of a Summary they still have comparisons, which are what a query filters by.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...module.index import FUNCTIONS
from ...module.scopes import Binding, bindings_of, reaching, scope_binding
from ...module.summary import Function
from ...records import NamedTuple

if TYPE_CHECKING:
    from ...module import Module
    from ..modules import Modules
    from ..type_terms import Type
    from ..types import Types

Env = tuple[tuple[str, Any], ...]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_made = tuple.__new__
_MAX_RESULTS = 6
MOST_PARAMETERS = 24
"""Where more are given, calls are not followed."""


class Site(NamedTuple):
    """An expression in its module; `env` holds what the parameters of the function around it were given."""

    module: Module
    node: ast.AST
    env: Env = ()
    """("function.parameter", Site) pairs."""

    def at(self, node: ast.AST) -> Site:
        return _made(Site, (self.module, node, self.env))


class Bound(NamedTuple):
    """One way in which a name gets its value."""

    kind: str
    """As `scopes.Binding.kind`."""
    site: Site
    """Of the value, the iterable, the context manager."""
    path: tuple[int, ...]
    asynchronous: bool
    place: ast.AST


class Sites:
    """Follows Sites; functions of other modules are opened when they are needed."""

    def __init__(self, modules: Modules, types: Types) -> None:
        self.modules = modules
        self.types = types
        self._meant: dict[ast.AST, ast.AST] = {}
        self._first: dict[tuple[ast.AST, str], ast.AST] = {}
        """Where a name is bound, and the name → the first use of it that was asked about."""
        self._importing: set[tuple[str, str]] = set()
        self.looked_at: dict[int, int] = {}
        """How often answers were made from what parameters were given, by the identity of `Site.env`."""

    def look_at(self, env: Env) -> None:
        """Something is about to be answered by what parameters were given."""
        self.looked_at[id(env)] = self.looked_at.get(id(env), 0) + 1

    def function(self, symbol: str) -> tuple[Module, FunctionNode] | None:
        """The syntax of a project function."""
        path, _, qualname = symbol.rpartition(":")
        module = self.modules.lent(path) if path else None
        if module is None:
            return None
        node = module.index.function(qualname)
        return None if node is None else (module, node)

    def symbol(self, module: Module, node: ast.AST) -> str:
        return f"{module.path}:{module.index.by_node[node].qualname}"

    def type(self, site: Site) -> Type | None:
        return self.types.eval(site.module.summary, site.module.expression(site.node))

    def name(self, site: Site) -> str | None:
        """The qualified name of what an expression refers to."""
        return self.types.qualified(self.type(site))

    def meant(self, site: Site) -> ast.AST:
        """Stands for all uses of a name that is bound once, in the function around them or at the top of the module:
        they mean the same. Of others the use itself."""
        use: Any = site.node
        found = self._meant.get(use)
        if found is None:
            index = site.module.index
            scope = index.scope_of(use)
            owner = scope_binding(index, scope, use.id)
            found = use
            if owner is not None and (owner.kind == "module" or owner.frame() is scope.frame()):
                bound = bindings_of(index, owner).get(use.id, ())
                if len(bound) == 1:
                    found = self._first.setdefault((bound[0].place, use.id), use)
            self._meant[use] = found
        return found

    def bindings(self, site: Site) -> list[Bound]:
        """What can give a name its value; of a parameter what the call gave, if that is known."""
        node = site.node
        if not isinstance(node, ast.Name):
            return []
        index = site.module.index
        scope = index.scope_of(node)
        owner = scope_binding(index, scope, node.id)
        if owner is None:
            return self._starred(site, node.id)
        if owner.kind != "module" and (owner is scope or owner.frame() is scope.frame()):
            found = reaching(index, owner, node.id, node)
        else:
            found = bindings_of(index, owner).get(node.id, [])
        result: list[Bound] = []
        for binding in found:
            result += self._bound(site, binding, owner, node.id)
        return result

    def _starred(self, site: Site, name: str) -> list[Bound]:
        source = self.types.starred(site.module.summary, name)
        return self.of_module(source.path, name) if source is not None else []

    def of_module(self, path: str, name: str) -> list[Bound]:
        """What binds a name of a module."""
        module = self.modules.lent(path)
        if module is None or (path, name) in self._importing:
            return []
        found: list[Bound] = []
        top = module.index.scopes[0]
        self._importing.add((path, name))
        try:
            for binding in bindings_of(module.index, top).get(name, []):
                found += self._bound(Site(module, module.tree), binding, top, name)
        finally:
            self._importing.discard((path, name))
        return found

    def _bound(self, site: Site, binding: Binding, owner: Any, name: str) -> list[Bound]:
        place = binding.place
        match binding.kind:
            case "from":
                statement, alias = binding.node
                path = self.modules.resolve(site.module.path, statement.level, statement.module)
                if path is None or len(site.env) > 40:
                    return []
                summary = self.modules.summary(path)
                return self.of_module(path, alias.name) if summary is not None and alias.name in summary.names else []
            case "annotate":
                value = binding.node.value
                return [Bound("assign", site.at(value), (), False, place)] if value is not None else []
            case "parameter":
                self.look_at(site.env)
                frame = owner.frame()
                given = dict(site.env).get(f"{frame.qualname}.{name}")
                if isinstance(given, Site):
                    return [Bound("assign", given, (), False, place)]
                return [Bound("parameter", site.at(binding.node), (), False, place)]
            case "assign" | "for" | "with":
                return [Bound(binding.kind, site.at(binding.node), binding.path, binding.asynchronous, place)]
        return [Bound(binding.kind, site.at(place), (), False, place)]

    def callee(self, site: Site) -> Type | None:
        """What a call calls, by type."""
        call = site.node
        return self.type(site.at(call.func)) if isinstance(call, ast.Call) else None

    def results(self, site: Site) -> list[Site]:
        """What a call of a project function returns (or yields, as a dependency or context manager), its parameters
        bound to the arguments."""
        call = site.node
        if not isinstance(call, ast.Call):
            return []
        callee = self.callee(site)
        if callee is None or callee[0] not in ("func", "bound") or len(site.env) > MOST_PARAMETERS:
            return []
        return self.returned(callee, site)

    def returned(self, callee: Type, site: Site) -> list[Site]:
        own = self.function(callee[1])
        if own is None:
            return []
        module, node = own
        env = self.environment(module, node, callee, site)
        if isinstance(node, ast.Lambda):
            return [Site(module, node.body, env)]
        scope = module.index.by_node[node]
        found: list[ast.AST] = [each.value for each in scope.nodes.get(ast.Return, ()) if each.value is not None]
        found += [each.value for each in scope.nodes.get(ast.Yield, ()) if each.value is not None]
        return [Site(module, value, env) for value in found[:_MAX_RESULTS]]

    def provided(self, site: Site, name: str) -> list[Site]:
        """What the dependency behind a parameter of the function around a place returns or yields."""
        node = site.module.index.scope_of(site.node).frame().node
        if not isinstance(node, FUNCTIONS) or isinstance(node, ast.Lambda) or len(site.env) > MOST_PARAMETERS:
            return []
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults = [*padding, *arguments.defaults, *arguments.kw_defaults]
        for parameter, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
            if parameter.arg != name:
                continue
            if parameter.annotation is None and not isinstance(default, ast.Call):
                return []
            module = site.module
            annotation = module.expression(parameter.annotation) if parameter.annotation is not None else None
            given = module.expression(default) if default is not None else None
            callee = self.types.dependency(module.summary, annotation, given)
            return self.returned(callee, site) if callee is not None and callee[0] in ("func", "bound") else []
        return []

    def environment(self, module: Module, node: FunctionNode, callee: Type, site: Site) -> tuple[tuple[str, Any], ...]:
        """The parameters of a function as a call gives them."""
        call = site.node
        if not isinstance(call, ast.Call):
            return ()
        qualname = module.index.by_node[node].qualname
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        env: dict[str, Any] = {}
        if callee[0] == "bound" and positional:
            if isinstance(call.func, ast.Attribute):
                env[f"{qualname}.{positional[0].arg}"] = site.at(call.func.value)
            positional = positional[1:]
        for parameter, argument in zip(positional, call.args, strict=False):
            if isinstance(argument, ast.Starred):
                break
            env[f"{qualname}.{parameter.arg}"] = site.at(argument)
        named = {each.arg for each in [*positional, *arguments.kwonlyargs]}
        for keyword in call.keywords:
            if keyword.arg in named and keyword.arg is not None:
                env[f"{qualname}.{keyword.arg}"] = site.at(keyword.value)
        return tuple(env.items())

    def facts(self, symbol: str) -> Function | None:
        own = self.types.function(symbol)
        return own[1] if own is not None else None
