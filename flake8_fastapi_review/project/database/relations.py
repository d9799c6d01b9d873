"""Relationships: what they lead to, in which direction, how they are loaded."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from ...regex import regex
from ..constants import UNKNOWN
from .tables import Entity, ForeignKey, Place, Relationship, Table
from .terms import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .columns import Annotated, Columns
    from .terms import Arguments, Terms

_LAZY: dict[Any, str] = {True: "select", False: "joined", None: "noload", "raise": "raise"}
_ALL = frozenset({"save-update", "merge", "refresh-expire", "expunge", "delete"})
_DEFAULT = frozenset({"save-update", "merge"})
_FOREIGN = regex(r"foreign\(\s*([\w.]+)\s*\)")
_PROPERTIES = frozenset({"RelationshipProperty", "Relationship", "relationship"})


class Relations:
    """Reads relationships; `linked` joins both sides when all classes are known."""

    def __init__(self, terms: Terms, columns: Columns) -> None:
        self.terms = terms
        self.types = terms.types
        self.columns = columns
        self._pending: dict[tuple[str, str], tuple[Arguments | None, Annotated | None]] = {}
        self._backrefs: list[tuple[str, str, str, Arguments | None]] = []

    def bare(self, symbol: str, name: str, declared: Annotated, place: Place) -> Relationship:
        """`parent: Mapped[Parent]` without a value."""
        self._pending[symbol, name] = (None, declared)
        return self._made(name, self.class_named(declared.inner, None) or "?", None, declared, place)

    def relationship(
        self, symbol: str, name: str, term: Term, declared: Annotated | None, place: Place
    ) -> Relationship:
        """`relationship(…)`, or SQLModel's `Relationship(…)`, with its annotation."""
        given = self.terms.arguments(term)
        if self.terms.called(term) == "Relationship":
            given = self._of_sqlmodel(given)
        self._pending[symbol, name] = (given, declared)
        target = None
        argument = given.get(0, "argument")
        if argument is not None:
            target = self.class_named(argument, symbol)
        if target is None and declared is not None:
            target = self.class_named(declared.inner, symbol)
        found = self._made(name, target or "?", given, declared, place)
        backref = given.keywords.get("backref")
        if backref is not None:
            resolved = self.terms.resolve(backref)
            if self.terms.called(resolved) == "backref":
                inner = self.terms.arguments(resolved)
                other = self.terms.constant(inner.get(0, "name"))
            else:
                inner, other = None, self.terms.constant(backref)
            if isinstance(other, str):
                self._backrefs.append((symbol, name, other, inner))
                found = found._replace(back_populates=other)
        return found

    def _of_sqlmodel(self, given: Arguments) -> Arguments:
        """The arguments as `relationship` gets them."""
        whole = given.keywords.get("sa_relationship")
        if whole is not None:
            made = self.terms.resolve(whole)
            if self.terms.called(made) == "relationship":
                return self.terms.arguments(made)
        keywords = {
            key: value
            for key, value in given.keywords.items()
            if key in ("back_populates", "passive_deletes", "cascade_delete", "link_model")
        }
        complete = given.complete
        if "sa_relationship_kwargs" in given.keywords:
            more = self.terms.mapping(given.keywords["sa_relationship_kwargs"])
            complete = complete and more is not None
            keywords.update(more or {})
        return given._replace(args=(), keywords=keywords, complete=complete)

    def class_named(self, term: Term, near: str | None) -> str | None:
        """The mapped class that an argument means: a class, its name as text, or a lambda that gives it."""
        expr = term.expr
        if expr[0] == "m":
            function = term.summary.functions.get(expr[1])
            return self.class_named(term.at(function[8][0]), near) if function is not None and function[8] else None
        cls = self.terms.class_of(term)
        if cls is not None:
            return cls
        if expr[0] in ("g", "v"):
            resolved = self.terms.resolve(term)
            if resolved != term:
                return self.class_named(resolved, near)
            return f"?{expr[1]}" if expr[0] == "g" else None
        text = self.terms.constant(term)
        return f"?{text.rpartition('.')[2]}" if isinstance(text, str) else None

    def _made(
        self, name: str, target: str, given: Arguments | None, declared: Annotated | None, place: Place
    ) -> Relationship:
        keywords = given.keywords if given is not None else {}
        lazy: Any = self.terms.constant(keywords["lazy"]) if "lazy" in keywords else "select"
        if declared is not None and declared.lazy is not None and "lazy" not in keywords:
            lazy = declared.lazy
        if lazy is UNKNOWN:
            lazy = "?"
        lazy = "select" if lazy is True else _LAZY.get(lazy, lazy)
        viewonly = "viewonly" in keywords and self.terms.constant(keywords["viewonly"]) is True
        cascade = self._cascade(keywords, viewonly)
        back = self.terms.constant(keywords["back_populates"]) if "back_populates" in keywords else None
        return Relationship(
            name,
            target,
            True,
            "?",
            lazy,
            back if isinstance(back, str) else None,
            cascade,
            self._secondary(keywords),
            viewonly,
            place,
        )

    def _cascade(self, keywords: dict[str, Term], viewonly: bool) -> frozenset[str]:
        if "cascade_delete" in keywords and self.terms.constant(keywords["cascade_delete"]) is True:
            return _ALL | {"delete-orphan"}
        text = self.terms.constant(keywords["cascade"]) if "cascade" in keywords else None
        if not isinstance(text, str):
            return frozenset({"merge"}) if viewonly else _DEFAULT
        named = {each.strip() for each in text.split(",") if each.strip()}
        if "none" in named:
            return frozenset()
        return frozenset((named - {"all"}) | (_ALL if "all" in named else set()))

    def _secondary(self, keywords: dict[str, Term]) -> str | None:
        term = keywords.get("secondary") or keywords.get("link_model")
        if term is None:
            return None
        if term.expr[0] == "m":
            function = term.summary.functions.get(term.expr[1])
            if function is not None and function[8]:
                term = term.at(function[8][0])
        text = self.terms.constant(term)
        if isinstance(text, str):
            return text
        if term.expr[0] == "a" and term.expr[2] == "__table__":
            term = term.at(term.expr[1])
        cls = self.terms.class_of(term)
        if cls is not None:
            return self.columns.table_of(cls) or "?"
        made = self.terms.resolve(term)
        if self.terms.called(made) == "Table":
            name = self.terms.constant(self.terms.arguments(made).get(0, "name"))
            return name if isinstance(name, str) else "?"
        return "?"

    # Both sides

    def linked(
        self,
        entities: list[Entity],
        tables: dict[str, Table],
        order: Callable[[str], tuple[str, ...]],
        named: dict[str, Entity],
    ) -> list[Entity]:
        """The entities with the targets, directions and back references of their relationships."""
        by_name: dict[str, list[str]] = {}
        for entity in entities:
            by_name.setdefault(entity.name, []).append(entity.symbol)
        by_table = {table.name: table for table in tables.values()}
        known: dict[str, dict[str, Relationship]] = {}
        for entity in entities:
            mine = known.setdefault(entity.symbol, {})
            for each in entity.relationships:
                if (entity.symbol, each.name) not in self._pending:
                    continue
                each = each._replace(target=self._target(each.target, entity, by_name))
                if each.secondary is not None and each.secondary not in tables:
                    short = each.secondary.rpartition(".")[2]
                    each = each._replace(
                        secondary=by_table[short].full_name
                        if short in by_table
                        else self._by_class(each, by_name, named)
                    )
                mine[each.name] = self._directed(entity, each, tables, named)
        for symbol, name, other, inner in self._backrefs:
            for owner in [symbol, *(each.symbol for each in entities if symbol in order(each.symbol)[1:])]:
                forward = known.get(owner, {}).get(name)
                if forward is None or forward.target not in known:
                    continue
                self._add_back(owner, forward, other, inner, known)
                break
        return [
            entity._replace(relationships=tuple(self._inherited(entity, known, order).values())) for entity in entities
        ]

    def _inherited(
        self, entity: Entity, known: dict[str, dict[str, Relationship]], order: Callable[[str], tuple[str, ...]]
    ) -> dict[str, Relationship]:
        found: dict[str, Relationship] = {}
        if entity.parent is not None and entity.inheritance != "concrete":
            for base in reversed(order(entity.symbol)[1:]):
                found.update(known.get(base, {}))
        return found | known.get(entity.symbol, {})

    @staticmethod
    def _by_class(each: Relationship, by_name: dict[str, list[str]], named: dict[str, Entity]) -> str | None:
        symbols = by_name.get(each.secondary or "", [])
        return named[symbols[0]].table if len(symbols) == 1 else each.secondary

    @staticmethod
    def _target(target: str, entity: Entity, by_name: dict[str, list[str]]) -> str:
        if not target.startswith("?") or target == "?":
            return target
        symbols = by_name.get(target[1:], [])
        if len(symbols) > 1:
            here = [each for each in symbols if each.startswith(f"{entity.place.path}:")]
            symbols = here or symbols
        return symbols[0] if symbols else "?"

    def _directed(
        self, entity: Entity, each: Relationship, tables: dict[str, Table], named: dict[str, Entity]
    ) -> Relationship:
        given, declared = None, None
        for symbol, name in self._pending:
            if name == each.name and (symbol == entity.symbol or symbol == entity.parent):
                given, declared = self._pending[symbol, name]
        keywords = given.keywords if given is not None else {}
        if each.secondary is not None:
            direction = "many-to-many"
        else:
            direction = self._direction(entity, each, keywords, tables, named)
        uselist: Any = UNKNOWN
        if "uselist" in keywords:
            uselist = self.terms.constant(keywords["uselist"])
        elif declared is not None and (declared.mapped or self._is_plain(declared)):
            uselist = declared.collection is not None or declared.lazy is not None
            if not uselist and declared.inner.expr == ("?",):
                uselist = UNKNOWN
        if not isinstance(uselist, bool):
            uselist = direction != "many-to-one"
        return each._replace(direction=direction, uselist=uselist)

    def _is_plain(self, declared: Annotated) -> bool:
        """An annotation of SQLModel rather than one that names SQLAlchemy's class, which says nothing."""
        name = self.types.qualified(self.types.eval(declared.inner.summary, declared.inner.expr))
        return name is None or name.rpartition(".")[2] not in _PROPERTIES

    def _direction(
        self,
        entity: Entity,
        each: Relationship,
        keywords: dict[str, Term],
        tables: dict[str, Table],
        named: dict[str, Entity],
    ) -> str:
        target = named.get(each.target)
        if target is None:
            return "?"
        join = self._text(keywords.get("primaryjoin"))
        if "primaryjoin" in keywords and not _FOREIGN.search(join):
            join = self._join_in_source(entity.symbol, each.name) or join
        foreign = self._text(keywords.get("foreign_keys"))
        mine, theirs = self._tables_of(entity, named, tables), self._tables_of(target, named, tables)
        if join and (match := _FOREIGN.search(join)):
            return self._side(match[1], entity, target, mine is theirs or entity.symbol == target.symbol, keywords)
        if foreign and entity.symbol != target.symbol:
            first = re.split(r"[\s,]+", foreign.strip("[]() "))[0]
            return self._side(first, entity, target, False, keywords)
        if entity.symbol == target.symbol or mine == theirs:
            return self._of_itself(entity, keywords)
        out = any(self._leads(key, theirs) for table in mine for key in table.foreign_keys)
        back = any(self._leads(key, mine) for table in theirs for key in table.foreign_keys)
        if out and not back:
            return "many-to-one"
        if back and not out:
            return "one-to-many"
        if out and back and join:
            return self._by_join(join, entity, target)
        return "?" if out == back else "many-to-one"

    def _join_in_source(self, symbol: str, name: str) -> str | None:
        """A join that is an expression, as text: `lambda: Job.id == foreign(Run.job_id)`."""
        path, _, qualname = symbol.rpartition(":")
        module = self.types.modules.lent(path)
        scopes = module.index.scopes if module is not None else ()
        node: Any = next((each.node for each in scopes if each.kind == "class" and each.qualname == qualname), None)
        for statement in node.body if node is not None else ():
            target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", ())), None)
            value = getattr(statement, "value", None)
            if isinstance(target, ast.Name) and target.id == name and isinstance(value, ast.Call):
                join = next((each.value for each in value.keywords if each.arg == "primaryjoin"), None)
                return _with_plain_foreign(join) if join is not None else None
        return None

    def _of_itself(self, entity: Entity, keywords: dict[str, Term]) -> str:
        remote = self._text(keywords.get("remote_side")).strip("[]() ").rpartition(".")[2].strip()
        if remote:
            column = entity.column(remote) or next((each for each in entity.columns if each.name == remote), None)
            if column is not None:
                return "one-to-many" if column.foreign_keys and not column.primary_key else "many-to-one"
            return "many-to-one"
        return "one-to-many"

    def _side(self, named: str, entity: Entity, target: Entity, same: bool, keywords: dict[str, Term]) -> str:
        """Which side an attribute such as `Child.parent_id`, which holds the key, belongs to."""
        owner, _, column = named.rpartition(".")
        short = owner.rpartition(".")[2]
        if same:
            return self._of_itself(entity, keywords)
        if short in (entity.name, entity.table):
            return "many-to-one"
        if short in (target.name, target.table):
            return "one-to-many"
        if not owner:
            return "many-to-one" if entity.column(column) is not None else "one-to-many"
        return "?"

    def _by_join(self, join: str, entity: Entity, target: Entity) -> str:
        for owner, column in re.findall(r"(\w+)\.(\w+)", join):
            for each, direction in ((entity, "many-to-one"), (target, "one-to-many")):
                found = each.column(column)
                if owner == each.name and found is not None and found.foreign_keys and not found.primary_key:
                    return direction
        return "?"

    @staticmethod
    def _leads(key: ForeignKey, tables: list[Table]) -> bool:
        return any(key.table in (table.full_name, table.name) for table in tables)

    @staticmethod
    def _tables_of(entity: Entity, named: dict[str, Entity], tables: dict[str, Table]) -> list[Table]:
        """The table of a class and those of its parents."""
        found = []
        current: Entity | None = entity
        while current is not None:
            table = tables.get(current.table)
            if table is not None and table not in found:
                found.append(table)
            current = named.get(current.parent) if current.parent is not None else None
        return found

    def _text(self, term: Term | None) -> str:
        """An argument that may be text, a lambda or an expression, as text."""
        if term is None:
            return ""
        text = self.terms.constant(term)
        return text if isinstance(text, str) else " ".join(self._words(term))

    def _words(self, term: Term) -> Iterator[str]:
        expr = term.expr
        if expr[0] == "m":
            function = term.summary.functions.get(expr[1])
            if function is not None and function[8]:
                yield from self._words(term.at(function[8][0]))
            return
        if expr[0] == "c" and self.terms.called(term) in ("foreign", "remote") and expr[2]:
            inner = " ".join(self._words(term.at(expr[2][0])))
            yield f"{self.terms.called(term)}({inner})"
            return
        if expr[0] == "a":
            yield f"{'.'.join(self._words(term.at(expr[1])))}.{expr[2]}"
        elif expr[0] == "g":
            yield str(expr[1])
        elif expr[0] == "v":
            for summary_class in term.summary.classes.values():
                for name, indices in summary_class[5].items():
                    if set(indices) & set(expr[1]):
                        yield str(name)
                        return
        elif expr[0] in ("l", "t", "e"):
            for item in expr[1]:
                yield from self._words(term.at(item))
        elif expr[0] == "c":
            for item in expr[2]:
                yield from self._words(term.at(item))

    def _add_back(
        self,
        symbol: str,
        forward: Relationship,
        name: str,
        given: Arguments | None,
        known: dict[str, dict[str, Relationship]],
    ) -> None:
        """The other side of a `backref`."""
        opposite = {"many-to-one": "one-to-many", "one-to-many": "many-to-one"}
        direction = opposite.get(forward.direction, forward.direction)
        keywords = given.keywords if given is not None else {}
        made = self._made(name, symbol, given, None, forward.place)
        uselist = self.terms.constant(keywords["uselist"]) if "uselist" in keywords else direction != "many-to-one"
        cascade = made.cascade
        if forward.viewonly and "viewonly" not in keywords:
            cascade = frozenset({"merge"})
        known[forward.target].setdefault(
            name,
            made._replace(
                uselist=bool(uselist),
                direction=direction,
                back_populates=forward.name,
                secondary=forward.secondary,
                cascade=cascade,
                viewonly=made.viewonly or forward.viewonly,
            ),
        )


def _with_plain_foreign(join: ast.expr) -> str:
    """The text of a join; `foreign(f().x)` is put as `foreign(x)`."""
    for node in subtree(join):
        match node:
            case ast.Call(
                func=ast.Name(id="foreign") | ast.Attribute(attr="foreign"), args=[ast.Attribute() as column]
            ):
                owner = f"{ast.unparse(column.value)}." if isinstance(column.value, ast.Name) else ""
                return f"foreign({owner}{column.attr})"
    return ast.unparse(join)
