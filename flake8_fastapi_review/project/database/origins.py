"""Where the objects that an expression holds come from: a statement that loaded them, or the call that made them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .sites import Site
from .statements import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module import Module
    from .objects import Origin
    from .sites import FunctionNode, Sites
    from .statements import Statement, Statements, Value
    from .tables import Entity

_MAKING = ("model_validate", "model_construct", "parse_obj", "from_orm")
"""Class methods that make an object."""
VALIDATING = ("model_validate", "from_orm", "validate_python", "parse_obj")
"""Methods that make a model of an object, which they read."""
LISTS = ("many", "scalars", "query", "rows", "result")
"""Kinds of values that hold several objects."""
KEYED = ("sorted", "min", "max")
_PROPERTIES = ("property", "cached_property", "hybrid_property")
_DEEPEST = 8


class Origins:
    """Answers by expression."""

    def __init__(self, sites: Sites, statements: Statements) -> None:
        self.sites = sites
        self.statements = statements

    def of(self, site: Site, held: Value) -> Origin | None:
        """Of what an expression holds; None when it is not known, or not the same on all ways."""
        node = site.node
        if isinstance(node, ast.Name) and site.env:
            given = dict(site.env).get(f"{site.module.index.scope_of(node).frame().qualname}.{node.id}")
            if isinstance(given, Given):
                return given.origin
        if held.statement is not None:
            return of_statement(held.statement) if self._is_certain(site) else None
        made = self.made_by(site)
        return None if made is None else of_call(made)

    def handed(self, site: Site, call: ast.Call) -> frozenset[Origin] | None:
        """Of the objects of the database that a call is given; None if it is given none."""
        given = [*call.args, *(each.value for each in call.keywords)]
        if isinstance(call.func, ast.Attribute):
            given.append(call.func.value)
        found: set[Origin] = set()
        any_given = False
        for each in given:
            held = self.statements.value(site.at(each))
            if held is not None and held.kind in ("one", *LISTS) and held.items and held.items[0].entity is not None:
                any_given = True
                origin = self.of(site.at(each), held)
                if origin is not None:
                    found.add(origin)
        return frozenset(found) if any_given else None

    def keyed(self, site: Site, call: ast.Call, loops: tuple[Any, ...]) -> Site | None:
        """The body of `sorted(teams, key=lambda team: team.country.name)`, with what it is given."""
        if not isinstance(call.func, ast.Name) or call.func.id not in KEYED:
            return None
        key = next((each.value for each in call.keywords if each.arg == "key"), None)
        held = self.statements.value(site.at(call.args[0])) if call.args else None
        element = self.statements.element(held) if held is not None else None
        if not isinstance(key, ast.Lambda) or not key.args.args or element is None:
            return None
        qualname = site.module.index.by_node[key].qualname
        given = Given(element, self.of(site.at(call.args[0]), element), loops)
        return Site(site.module, key.body, (*site.env, (f"{qualname}.{key.args.args[0].arg}", given)))

    def call_of(self, origin: Origin) -> ast.Call | None:
        """The call that made a new object."""
        module = self.sites.modules.lent(origin[1])
        calls = module.index.nodes(ast.Call) if module is not None else ()
        return next((each for each in calls if each.lineno == origin[2] and _place(each) == origin[2:]), None)

    def _is_certain(self, site: Site) -> bool:
        """Whether a name holds what a statement has loaded on all ways."""
        bound = self.sites.bindings(site) if isinstance(site.node, ast.Name) else []
        for each in bound if len(bound) > 1 else ():
            if each.kind == "assign" and not _is_nothing(each.site.node):
                held = self.statements.value(each.site) if not each.path else None
                if held is None or held.statement is None:
                    return False
        return True

    def made_by(self, site: Site, depth: int = 0) -> Site | None:
        """The call that made an object which no statement has loaded."""
        node = site.node
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Await(value=inner) | ast.NamedExpr(value=inner) | ast.Subscript(value=inner):
                return self.made_by(site.at(inner), depth + 1)
            case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.List(elts=[inner, *_]):
                return self.made_by(site.at(inner), depth + 1)
            case ast.Name():
                for each in self.sites.bindings(site):
                    if each.kind in ("assign", "for"):
                        found = self.made_by(each.site, depth + 1)
                        if found is not None:
                            return found
            case ast.Call():
                for result in self.sites.results(site):
                    found = self.made_by(result, depth + 1)
                    if found is not None:
                        return found
                made = node.func
                if isinstance(made, ast.Attribute) and made.attr in _MAKING:
                    made = made.value
                held = self.statements.value(site.at(made))
                return site if held is not None and held.kind == "class" else None
        return None


def properties(sites: Sites, entity: Entity, name: str) -> Iterator[tuple[str, tuple[Module, FunctionNode]]]:
    """The functions behind a property of a mapped class, with their syntax."""
    found = sites.types.members(entity.symbol, name)
    if found is None or found[1] is None:
        return
    for index in found[2]:
        fact = found[1].table[index]
        symbol = f"{found[1].path}:{fact[1]}"
        own = sites.function(symbol) if fact[0] == "def" else None
        if own is not None and _is_property(own[1]):
            yield symbol, own


def parameter(module: Module, function: FunctionNode, position: int, given: Given) -> tuple[tuple[str, Any], ...]:
    """What the parameters hold of a function that is given an object for one of them; nothing if it has no such."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if position >= len(parameters):
        return ()
    return ((f"{module.index.by_node[function].qualname}.{parameters[position].arg}", given),)


def _is_property(function: FunctionNode) -> bool:
    for each in getattr(function, "decorator_list", ()):
        name = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        if name in _PROPERTIES:
            return True
    return False


def of_statement(statement: Statement) -> Origin:
    """All rows of a statement are one."""
    return ("sent", statement.path, *_place(statement.node))


def of_call(made: Site) -> Origin:
    """An object by the call that makes it."""
    return ("new", made.module.path, *_place(made.node))


def _is_nothing(node: ast.AST) -> bool:
    """`None`, `[]`: what a name holds until it has a value."""
    return (isinstance(node, ast.Constant) and node.value is None) or (isinstance(node, ast.List) and not node.elts)


def _place(node: ast.AST) -> tuple[int, int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
