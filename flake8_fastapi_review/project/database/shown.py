"""What is read of objects when they are answered: by the models that are made of them."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING

from ...module.index import FUNCTIONS
from .objects import Loop
from .origins import LISTS
from .statements import Given, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..schemas import Schemas
    from ..schemas.nodes import Schema
    from .course import Course
    from .looping import Looping
    from .objects import Origin
    from .origins import Origins
    from .reads import Reads
    from .sending import Sending
    from .sites import Site
    from .tables import Entity, Relationship

_DEEPEST = 8
"""So many expressions inside of each other are looked at."""
_LONGEST = 6
"""So many relationships are followed, one from the other."""


class Shown:
    """Answers of a function that is executed."""

    def __init__(
        self,
        origins: Origins,
        looping: Looping,
        reads: Reads,
        sending: Sending,
        schemas: Callable[[], Schemas],
        course: Course,
    ) -> None:
        self.sites = origins.sites
        self.statements = origins.statements
        self.origins = origins
        self._looping = looping
        self._reads = reads
        self._sending = sending
        self._schemas = schemas
        self._course = course

    def returned(self, site: Site, schema: Schema) -> None:
        """A route answers with a value; its reads are told there."""
        self._reads.showing = site.node
        self._show_expr(site, schema, ())
        self._reads.showing = None

    def validated(self, site: Site, call: ast.Call, function: ast.Attribute) -> None:
        """`TeamOut.model_validate(team)`"""
        owner = self.sites.type(site.at(function.value))
        if owner is None or owner[0] != "type" or ":" not in str(owner[1]):
            return
        symbol = str(owner[1])
        if self.statements.entity(symbol) is not None or self._schemas().kind(symbol) != "pydantic":
            return
        from ..schemas.nodes import Schema

        self._show_expr(site.at(call.args[0]), Schema("model", symbol), ())

    def _show_expr(self, site: Site, schema: Schema, within: tuple[str, ...], depth: int = 0) -> None:
        """A value becomes what the schema says."""
        node = site.node
        if depth > _DEEPEST:
            return
        match node:
            case ast.Await(value=inner):
                self._show_expr(site.at(inner), schema, within, depth)
                return
            case ast.Dict(keys=keys, values=values):
                self._show_entries(site, schema, keys, values, within, depth)
                return
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                of_each = _element_of(schema)
                for part in elements if of_each is not None else ():
                    self._show_expr(site.at(part), of_each or schema, within, depth + 1)
                return
            case (
                ast.ListComp(elt=element, generators=generators) | ast.GeneratorExp(elt=element, generators=generators)
            ):
                made = _element_of(schema)
                if made is not None and self._course.executing is not None:
                    self._course.executing.comprehension(
                        site, generators, lambda: self._show_expr(site.at(element), made, within, depth + 1)
                    )
                return
            case ast.IfExp(body=first, orelse=second):
                self._show_expr(site.at(first), schema, within, depth + 1)
                self._show_expr(site.at(second), schema, within, depth + 1)
                return
        held = self.statements.value(site)
        if held is not None:
            self._show(held, self.origins.of(site, held), schema, site, self._looping.of(site), within)
            return
        if isinstance(node, ast.Name):
            for each in self.sites.bindings(site):
                if (
                    each.kind == "assign"
                    and not each.path
                    and isinstance(each.site.node, (ast.Dict, ast.List, ast.ListComp))
                ):
                    self._show_expr(each.site, schema, within, depth + 1)
        elif isinstance(node, ast.Call):
            for result in self.sites.results(site)[:1]:
                if isinstance(result.node, (ast.Dict, ast.List, ast.ListComp, ast.Name)):
                    self._show_expr(result, schema, within, depth + 1)

    def _show_entries(
        self,
        site: Site,
        schema: Schema,
        keys: list[ast.expr | None],
        values: list[ast.expr],
        within: tuple[str, ...],
        depth: int,
    ) -> None:
        member = next((each for each in schema.members if each.kind in ("model", "map")), None)
        model = (
            self._schemas().model(member.name, member.items) if member is not None and member.kind == "model" else None
        )
        for key, value in zip(keys, values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            found = None
            if model is not None:
                found = next((each.type for each in model.fields if name in (each.name, each.read_as)), None)
            elif member is not None and len(member.items) == 2:
                found = member.items[1]
            if found is not None:
                self._show_expr(site.at(value), found, within, depth + 1)

    def _show(
        self,
        held: Value,
        origin: Origin | None,
        schema: Schema,
        site: Site,
        loops: tuple[Loop, ...],
        within: tuple[str, ...],
    ) -> None:
        if len(within) > _LONGEST:
            return
        if held.kind in LISTS:
            inner = _element_of(schema)
            element = self.statements.element(held)
            if held.kind == "query" and held.statement is not None:
                self._sending.sent(held.statement, "sync", False)
            if inner is not None and element is not None and element.kind == "one":
                self._show(element, origin, inner, site, (*loops, Loop(None, None)), within)
            return
        if held.kind != "one" or held.entity is None:
            return
        models = [each for each in schema.members if each.kind == "model"]
        member = models[0] if len(models) == 1 else None  # of several it is not known which it becomes
        entity = self.statements.entity(held.entity)
        if member is None or entity is None or self.statements.entity(member.name) is not None:
            return
        model = self._schemas().model(member.name, member.items)
        if model is None or self._show_by_validator(member.name, Given(held, origin, loops), site):
            return
        for field in model.fields:
            if field.is_computed:
                continue
            name = next((each for each in (field.read_as, field.name) if _has(entity, each)), field.name)
            self._reads.touch(held, origin, name, site, loops)
            relation = entity.relationship(name)
            if relation is not None and relation.target != "?":
                kind = "many" if relation.uselist else "one"
                items = (held.items[0]._replace(entity=relation.target),)
                further = Value(kind, items, held.statement, (*held.via, name))
                show = partial(self._show, further, origin, field.type, site, loops, (*within, name))
                if held.statement is not None:
                    show()
                elif origin in self._course.state.flushed:
                    self._show_of_new(entity, relation, origin, show)

    def _show_of_new(
        self, entity: Entity, relation: Relationship, origin: Origin | None, show: Callable[[], None]
    ) -> None:
        """What a relationship of a new object leads to was loaded by somebody, who knows with what, or is nothing: its
        lists are empty until somebody fills them. Of what is read then it is not known whether it sends anything."""
        state = self._course.state
        if not relation.uselist and (origin, relation.name) not in state.given:
            if (entity.symbol, relation.name, origin) not in state.filled:
                show()
            return

        def walk() -> str:
            show()
            return ""

        told = len(self._reads.found)
        cost, _, _ = self._course.apart(walk)
        del self._reads.found[told:]
        if not cost.is_none:
            self._course.unsure()

    def _show_by_validator(self, symbol: str, given: Given, site: Site) -> bool:
        """Executes what a model does before it reads the object; whether it reads the object itself then no more."""
        path, _, owner = symbol.rpartition(":")
        module = self.sites.modules.lent(path)
        if module is None or "model_validator" not in module.text:
            return False
        for scope in module.index.scopes:
            if not isinstance(scope.node, FUNCTIONS) or isinstance(scope.node, ast.Lambda):
                continue
            if scope.qualname.rpartition(".")[0] != owner or not _is_before_validator(scope.node):
                continue
            if self._course.executing is not None:
                self._course.executing.enter(f"{path}:{scope.qualname}", 1, given, site)
            parameter = scope.node.args.args[1].arg if len(scope.node.args.args) > 1 else ""
            returned = [each.value for each in scope.nodes.get(ast.Return, ())]
            return not any(isinstance(each, ast.Name) and each.id == parameter for each in returned)
        return False


def _has(entity: Entity, name: str) -> bool:
    return entity.column(name) is not None or entity.relationship(name) is not None


def _element_of(schema: Schema) -> Schema | None:
    found = next((each for each in schema.members if each.kind == "array" and each.items), None)
    return found.items[0] if found is not None else None


def _is_before_validator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Name(id="model_validator") | ast.Attribute(attr="model_validator"), keywords=keywords
            ):
                return any(isinstance(each.value, ast.Constant) and each.value.value == "before" for each in keywords)
    return False
