"""The tables and mapped classes of a project, read from its source.

SQLAlchemy's declarative mapping is followed as its own scanner does it: the bases of a class in their order, columns of
mixins and abstract bases copied, those of mapped parents inherited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module.summary import MODULE, Function
from ...records import NamedTuple
from ..constants import UNKNOWN
from .columns import COLUMNS, Columns
from .relations import Relations
from .tables import Column, Entity, ForeignKey, Index, Place, Proxy, Relationship, Table, Unique
from .terms import Term, Terms, leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...config import Config
    from ...module.summary import Class, Expr, Summary
    from ..modules import Modules
    from ..types import Types

WORDS = (
    b"__tablename__", b"DeclarativeBase", b"declarative_base", b"as_declarative", b"mapped_column", b"Column(",
    b"Table(", b"SQLModel", b"map_imperatively", b"table=True", b"table = True", b"polymorphic_identity",
    b"generate_base", b"Mapped[",
)  # fmt: skip
"""One of these stands in each file that declares a part of the model."""

LIBRARIES = (b"sqlalchemy", b"sqlmodel")
_ROOTS = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "AutomapBase"})
_FACTORIES = frozenset({"declarative_base", "generate_base", "automap_base"})
_DECLARED = frozenset({"declared_attr", "declared_attr.directive", "declared_attr.cascading", "directive", "cascading"})
_DEFAULT_NAMES = {"ix": "ix_%(column_0_label)s"}
_MAX_DEPTH = 30


class Part(NamedTuple):
    """A name in a class's body that says something about the model."""

    name: str
    kind: str
    """column, field, relationship, proxy, annotation, hybrid."""
    term: Term | None
    annotation: Any
    place: Place
    cls: str
    """The class in whose body it stands."""


class Read(NamedTuple):
    tables: tuple[Table, ...]
    entities: tuple[Entity, ...]


_ADDING = (b"map_imperatively", b"mapper(", b"Index(")
"""What adds to the model from outside of its classes and tables."""


class Reader:
    """Reads the whole model once."""

    def __init__(
        self, modules: Modules, types: Types, config: Config, declares: Callable[[str], bool] | None = None
    ) -> None:
        """`declares`: the answers of readers of their own, for the whole model is not made from what they looked at."""
        self._declares = declares or self.declares
        self.modules = modules
        self.types = types
        self.config = config
        self.terms = Terms(types)
        self.columns = Columns(self.terms, self._known_table_name)
        self.relations = Relations(self.terms, self.columns)
        self._kinds: dict[str, str | None] = {}
        self._orders: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str | None] = {}
        self._active: set[str] = set()
        self._conventions: dict[str, dict[str, str]] = {}

    def read(self) -> Read:
        paths = [path for path in self.modules.mentioning_any(WORDS) if self._declares(path)]
        tables: dict[str, Table] = {}
        entities: list[Entity] = []
        classes: list[str] = []
        for path in paths:
            summary = self.modules.summary(path)
            if summary is None:
                continue
            classes += [f"{path}:{name}" for name, found in summary.classes.items() if self._may_be_mapped(found)]
            for table in self._bare_tables(summary):
                tables.setdefault(table.full_name, table)
        mapped = [symbol for symbol in classes if self.kind(symbol) == "mapped"]
        for symbol in sorted(mapped, key=lambda each: len(self.order(each))):
            self._map(symbol, tables, entities)
        self._map_imperatively(paths, tables, entities)
        self._outside(paths, tables, entities)
        named = {entity.symbol: entity for entity in entities}
        tables = {name: self._typed(self._completed(table), tables) for name, table in tables.items()}
        entities = self.relations.linked(
            [self._with_columns(entity, tables) for entity in entities], tables, self.order, named
        )
        return Read(tuple(tables.values()), tuple(entities))

    def counts(self, path: str) -> bool:
        """Whether a file belongs to the application: no test, no migration."""
        from ...config import role

        data = self.modules.bytes_of(path)
        if data is None:
            return False
        return role(self.config, path, data.decode("utf-8", "replace")) in ("app", "script", "example")

    def declares(self, path: str) -> bool:
        """Whether a file may add something to the model: a mapped class, a table, an index."""
        if not self.counts(path):
            return False
        data, summary = self.modules.bytes_of(path), self.modules.summary(path)
        if data is None or summary is None:
            return False
        return (
            any(word in data for word in _ADDING)
            or any(
                self._may_be_mapped(cls) and self.kind(f"{path}:{name}") == "mapped"
                for name, cls in summary.classes.items()
            )
            or any(True for _ in self._bare_tables(summary))
        )

    @staticmethod
    def _may_be_mapped(definition: Class) -> bool:
        return bool(definition.bases or definition.decorators or definition.keywords)

    # Classes

    def kind(self, symbol: str) -> str | None:
        """ "mapped", "root" (a declarative base, or an abstract class), or None."""
        if symbol in self._kinds:
            return self._kinds[symbol]
        self._kinds[symbol] = None
        own = self.types.project_class(symbol)
        if own is None:
            return None
        summary, definition = own
        found = self._kind(symbol, summary, definition)
        self._kinds[symbol] = found
        return found

    def _kind(self, symbol: str, summary: Summary, definition: Class) -> str | None:
        keywords = dict(definition.keywords)
        decorators = {self._decorator(summary, each) for each in definition.decorators}
        if decorators & {"as_declarative", "as_declarative_base"}:
            return "root"
        if decorators & {"mapped", "mapped_as_dataclass"}:
            return "mapped"
        metaclass = keywords.get("metaclass")
        if metaclass is not None and "DeclarativeMeta" in str(metaclass):
            return "root"
        direct = [each for base in definition.bases for each in self._bases(Term(summary, base))]
        names = {leaf(each) for each in direct if ":" not in each and each != "?"}
        if "SQLModel" in names or any(self.is_sqlmodel(each) for each in direct if ":" in each):
            table = keywords.get("table")
            return "mapped" if table == ("k", True) else "root"
        if names & _ROOTS:
            return "root"
        if "flask_sqlalchemy.Model" in names or any(self.kind(each) for each in direct if ":" in each):
            abstract = self._own(symbol, "__abstract__")
            if abstract is not None and abstract.expr == ("k", True):
                return "root"
            return "mapped" if self._mapped_name(symbol) is not None or self._parent(symbol) is not None else "root"
        if "<root>" in direct:
            abstract = self._own(symbol, "__abstract__")
            if abstract is not None and abstract.expr == ("k", True):
                return "root"
            return "mapped" if self._mapped_name(symbol) is not None else "root"
        return None

    def _mapped_name(self, symbol: str) -> str | None:
        """The table's name, or that of `__table__`."""
        table = self._own(symbol, "__table__")
        if table is not None and self.terms.called(self.terms.resolve(table)) == "Table":
            return "__table__"
        return self.table_name(symbol)

    def _decorator(self, summary: Summary, decorator: Expr) -> str:
        target = decorator[1] if decorator[0] == "c" else decorator
        name = self.types.qualified(self.types.eval(summary, target))
        if name is None:
            return str(target[2]) if target[0] == "a" else ""
        return leaf(name)

    def is_sqlmodel(self, symbol: str) -> bool:
        return any(leaf(base) == "SQLModel" for base in self.order(symbol))

    def _bases(self, term: Term) -> list[str]:
        """The classes that a base may be: symbols, names of libraries, "<root>" for what `declarative_base()` makes."""
        found = self.types.eval(term.summary, term.expr)
        if term.expr[0] in ("g", "v"):
            made = self._made_base(term)
            if made is not None:
                return made
        match found:
            case ("type", str(cls), _):
                return [cls]
            case ("ext" | "mem", str(name), *_):
                return ["flask_sqlalchemy.Model"] if name.endswith("SQLAlchemy.Model") else [name]
            case ("alias", _, _):
                held = self.types._class_of_alias(found)
                return [held[1]] if held is not None and held[0] in ("type", "ext") else ["?"]
        return ["?"]

    def _made_base(self, term: Term, depth: int = 0) -> list[str] | None:
        """What stands behind a name if a factory makes it: `Base = declarative_base(cls=Model)`; of the branches of
        `if TYPE_CHECKING` the one that does."""
        if depth > 10:
            return None
        if term.expr[0] == "c":
            target = term.expr[1]
            name = self.types.qualified(self.types.eval(term.summary, target))
            called = leaf(name) if name else (target[2] if target[0] == "a" else None)
            if called not in _FACTORIES:
                return None
            given = self.terms.arguments(term).keywords.get("cls")
            cls = self.terms.class_of(given) if given is not None else None
            return ["<root>", cls] if cls is not None else ["<root>"]
        summary = term.summary
        if term.expr[0] == "g":
            indices = summary.names.get(term.expr[1], ())
            if not indices:
                source = self.types.starred(summary, term.expr[1])
                return self._made_base(Term(source, term.expr), depth + 1) if source is not None else None
        else:
            indices = term.expr[1]
        for index in reversed(indices):
            match summary.table[index]:
                case ("=", value, ()) | (":", _, value) if value is not None and value[0] in ("c", "g", "v"):
                    found = self._made_base(Term(summary, value), depth + 1)
                case ("imp", level, module, name) if name is not None:
                    path = self.modules.resolve(summary.path, level, module)
                    other = self.modules.summary(path) if path is not None else None
                    found = self._made_base(Term(other, ("g", name)), depth + 1) if other is not None else None
                case _:
                    found = None
            if found is not None:
                return found
        return None

    def order(self, symbol: str) -> tuple[str, ...]:
        """The class and its bases, nearest first, "<root>" and names of libraries included."""
        known = self._orders.get(symbol)
        if known is not None:
            return known
        self._orders[symbol] = (symbol,)
        own = self.types.project_class(symbol)
        chains: list[list[str]] = []
        if own is not None:
            summary, definition = own
            for base in definition.bases:
                chains += [
                    list(self.order(each)) if ":" in each else [each] for each in self._bases(Term(summary, base))
                ]
        found = (symbol, *_merged(chains))
        self._orders[symbol] = found
        return found

    def _own(self, symbol: str, name: str) -> Term | None:
        """The value of a name in the body of a class itself."""
        for attribute, summary, fact in self.terms.facts(symbol):
            if attribute == name:
                match fact:
                    case ("=", value, ()) | (":", _, value) if value is not None:
                        return Term(summary, value)
                    case ("def", qualname):
                        return self._declared(symbol, summary, qualname)
        return None

    def _declared(self, cls: str, summary: Summary, qualname: str) -> Term | None:
        """The result of a method, which SQLAlchemy calls with the class."""
        plain = summary.functions.get(qualname)
        if plain is None:
            return None
        function = Function._make(plain)
        results = [each for each in function.results if each != ("k", None)]
        if not results:
            return None
        env: dict[tuple[str, str, int], Any] = {
            (summary.path, qualname, -1): "",
            (summary.path, qualname, 0): cls,
        }
        return Term(summary, results[-1] if len(results) == 1 else results[0], env)

    # Names of tables

    def table_name(self, symbol: str) -> str | None:
        """The name of the table that a class has of its own; None for single-table inheritance and classes that are
        not mapped."""
        if symbol in self._names:
            return self._names[symbol]
        if symbol in self._active:
            return None
        self._active.add(symbol)
        try:
            found = self._table_name(symbol)
        finally:
            self._active.discard(symbol)
        self._names[symbol] = found
        return found

    def _known_table_name(self, symbol: str) -> str | None:
        own = self.table_name(symbol)
        if own is not None:
            schema = self._schema(symbol)
            return f"{schema}.{own}" if schema else own
        parent = self._parent(symbol)
        return self._known_table_name(parent) if parent is not None else None

    def _table_name(self, symbol: str) -> str | None:
        for base in self.order(symbol):
            for attribute, summary, fact in self.terms.facts(base) if ":" in base else ():
                if attribute != "__tablename__":
                    continue
                match fact:
                    case ("=", value, ()) | (":", _, value) if value is not None:
                        if base != symbol and self.kind(base) == "mapped":
                            continue
                        text = self.terms.constant(Term(summary, value))
                    case ("def", qualname):
                        term = self._declared(symbol, summary, qualname)
                        text = self.terms.constant(term) if term is not None else UNKNOWN
                    case _:
                        continue
                if isinstance(text, str):
                    return text
                return "?" if text is UNKNOWN else None
        if self.is_sqlmodel(symbol):
            return symbol.rpartition(":")[2].rpartition(".")[2].lower() if self._is_table(symbol) else None
        if "flask_sqlalchemy.Model" in self.order(symbol):
            return _snake(symbol.rpartition(":")[2])
        return None

    def _is_table(self, symbol: str) -> bool:
        own = self.types.project_class(symbol)
        return own is not None and dict(own[1].keywords).get("table") == ("k", True)

    def _parent(self, symbol: str) -> str | None:
        """The nearest mapped class that a class derives from."""
        return next((base for base in self.order(symbol)[1:] if ":" in base and self.kind(base) == "mapped"), None)

    # Parts of classes

    def _parts(self, symbol: str, owner: str) -> Iterator[Part]:
        """What the body of the class `owner` says about the model when `symbol` is mapped."""
        sqlmodel = self.is_sqlmodel(symbol)
        order: dict[str, Part | None] = {}
        line = self.types.project_class(owner)
        for name, summary, fact in self.terms.facts(owner):
            if name.startswith("__"):
                continue
            place = Place(summary.path, line[1].line if line is not None else 1)
            part = self._part(symbol, owner, name, summary, fact, sqlmodel, place)
            if part is not None or name not in order:
                order[name] = part
        yield from (part for part in order.values() if part is not None)

    def _part(
        self, symbol: str, owner: str, name: str, summary: Summary, fact: Expr, sqlmodel: bool, place: Place
    ) -> Part | None:
        match fact:
            case ("=", value, ()):
                return self._valued(name, Term(summary, value), None, place, owner)
            case (":", annotation, value):
                declared = self.columns.annotation(Term(summary, annotation))
                if value is not None:
                    found = self._valued(name, Term(summary, value), declared, place, owner)
                    if found is not None:
                        return found
                if self._is_class_variable(summary, annotation):
                    return None
                if sqlmodel and not name.startswith("_"):
                    term = Term(summary, value) if value is not None else None
                    return Part(name, "field", term, declared, place, owner)
                if declared.mapped:
                    return Part(name, "annotation", None, declared, place, owner)
            case ("def", qualname):
                plain = summary.functions.get(qualname)
                if plain is None:
                    return None
                kinds = {self._decorator(summary, each) for each in Function._make(plain).decorators}
                place = Place(summary.path, Function._make(plain).line)
                if kinds & _DECLARED:
                    term = self._declared(symbol, summary, qualname)
                    returns = Function._make(plain).returns
                    given = self.columns.annotation(Term(summary, returns)) if returns is not None else None
                    if given is not None and not given.mapped:
                        given = None
                    return self._valued(name, term, given, place, owner) if term is not None else None
                if "hybrid_property" in kinds:
                    return Part(name, "hybrid", None, None, place, owner)
        return None

    def _is_class_variable(self, summary: Summary, annotation: Expr) -> bool:
        target = annotation[1] if annotation[0] == "s" else annotation
        name = self.types.qualified(self.types.eval(summary, target))
        return name == "typing.ClassVar"

    def _valued(self, name: str, term: Term, declared: Any, place: Place, owner: str) -> Part | None:
        resolved = self.terms.resolve(term)
        called = self.terms.called(resolved)
        if called in COLUMNS:
            return Part(name, "column", resolved, declared, place, owner)
        if called in ("relationship", "Relationship", "dynamic_loader", "relation"):
            return Part(name, "relationship", resolved, declared, place, owner)
        if called == "association_proxy":
            return Part(name, "proxy", resolved, declared, place, owner)
        if called in ("synonym", "column_property", "query_expression", "composite", "hybrid_property"):
            return Part(name, "hybrid", resolved, declared, place, owner)
        if called == "PrivateAttr" or called == "pydantic.PrivateAttr":
            return Part(name, "hybrid", None, declared, place, owner)
        if called == "Field" and declared is not None:
            return Part(name, "field", resolved, declared, place, owner)
        return None

    # Mapping

    def _map(self, symbol: str, tables: dict[str, Table], entities: list[Entity]) -> None:
        own = self.types.project_class(symbol)
        if own is None:
            return
        summary, definition = own
        place = Place(summary.path, definition.line)
        order = self.order(symbol)
        parent = self._parent(symbol)
        inherited = set(self.order(parent)) if parent is not None else set()
        concrete = self._is_concrete(symbol)
        if concrete:
            inherited = {parent} if parent is not None else set()
        name = self.table_name(symbol)
        explicit = self._own(symbol, "__table__")
        made = self.terms.resolve(explicit) if explicit is not None else None
        mapping = self._of_base(order, "type_annotation_map")
        convention = self._convention(order)
        columns: dict[str, Column] = {}
        relations: dict[str, Relationship] = {}
        proxies: dict[str, Proxy] = {}
        hybrids: list[str] = []
        whole = not any(base == "?" or _brings_columns(base) for base in order)
        for base in reversed(order):
            if ":" not in base or base in inherited:
                continue
            for attribute in self._unset(base):
                columns.pop(attribute, None)
            for part in self._parts(symbol, base):
                columns.pop(part.name, None)
                relations.pop(part.name, None)
                if part.kind == "column" and part.term is not None:
                    column = self.columns.column(part.name, part.term, part.annotation, mapping, part.place)
                elif part.kind == "annotation":
                    if self._is_relation(part.annotation):
                        relations[part.name] = self.relations.bare(symbol, part.name, part.annotation, part.place)
                        continue
                    column = self.columns.annotated_column(part.name, part.annotation, mapping, part.place)
                elif part.kind == "field":
                    column = self.columns.field(part.name, part.term, part.annotation, part.place)
                elif part.kind == "relationship" and part.term is not None:
                    found = self.relations.relationship(symbol, part.name, part.term, part.annotation, part.place)
                    relations[part.name] = found
                    continue
                elif part.kind == "proxy" and part.term is not None:
                    given = self.terms.arguments(part.term)
                    target, attribute = (self.terms.constant(given.get(p, n)) for p, n in _PROXY)
                    proxies[part.name] = Proxy(
                        part.name,
                        target if isinstance(target, str) else "?",
                        attribute if isinstance(attribute, str) else "?",
                        part.place,
                    )
                    continue
                else:
                    hybrids.append(part.name)
                    continue
                if column is None:
                    whole = False
                else:
                    columns[part.name] = column
        schema, extra, known = self._arguments(symbol, order, inherited, name)
        inheritance = None
        if parent is not None:
            inheritance = "concrete" if concrete else "joined" if name is not None else "single"
        if made is not None and self.terms.called(made) == "Table":
            table = self._table(made, place)
            if table is not None:
                tables.setdefault(table.full_name, table)
                columns = {column.attribute: column for column in table.columns} | columns
                name, schema = table.name, table.schema
        elif name is not None:
            table = self._assembled(name, schema, tuple(columns.values()), extra, place, whole and known, convention)
            tables[table.full_name] = table
        full = f"{schema}.{name}" if schema and name else name
        if parent is not None:
            above = next((each for each in entities if each.symbol == parent), None)
            if above is not None:
                if inheritance == "single":
                    full = above.table
                    self._widen(tables, above.table, tuple(columns.values()), convention)
                if not concrete:
                    columns = {column.attribute: column for column in above.columns} | columns
                    relations = {each.name: each for each in above.relationships} | relations
                    proxies = {each.name: each for each in above.proxies} | proxies
        entities.append(
            Entity(
                symbol,
                symbol.rpartition(":")[2].rpartition(".")[2],
                full or "?",
                tuple(columns.values()),
                tuple(relations.values()),
                tuple(proxies.values()),
                parent,
                inheritance,
                self.is_sqlmodel(symbol),
                tuple(hybrids),
                place,
                whole and known,
            )
        )

    def _unset(self, owner: str) -> Iterator[str]:
        """`id = None` leaves out the column of a mixin."""
        for name, _, fact in self.terms.facts(owner):
            if fact[0] in ("=", ":") and ("k", None) in fact[1:] and (fact[0] == "=" or not self.is_sqlmodel(owner)):
                yield name

    def _is_relation(self, declared: Any) -> bool:
        cls = self.relations.class_named(declared.inner, None)
        return cls is not None and self.kind(cls) == "mapped"

    def _widen(
        self, tables: dict[str, Table], name: str, columns: tuple[Column, ...], convention: dict[str, str]
    ) -> None:
        """Columns of single-table inheritance go into the parent's table."""
        table = tables.get(name)
        if table is None:
            return
        new = [column for column in columns if table.column(column.name) is None]
        if new:
            grown = self._assembled(table.name, table.schema, tuple(new), [], table.place, True, convention)
            tables[name] = table._replace(
                columns=(*table.columns, *new),
                foreign_keys=(*table.foreign_keys, *grown.foreign_keys),
                indexes=(*table.indexes, *grown.indexes),
                uniques=(*table.uniques, *grown.uniques),
            )

    def _is_concrete(self, symbol: str) -> bool:
        term = self._own(symbol, "__mapper_args__")
        held = self.terms.mapping(term) if term is not None else None
        concrete = (held or {}).get("concrete")
        return concrete is not None and concrete.expr == ("k", True)

    def _of_base(self, order: tuple[str, ...], name: str) -> Term | None:
        """What the first base class that says so has under a name, or its registry: `metadata`."""
        for base in order:
            if ":" not in base:
                continue
            own = self._own(base, name)
            if own is not None:
                return own
            registry = self._own(base, "registry")
            made = self.terms.resolve(registry) if registry is not None else None
            if made is not None and self.terms.called(made) == "registry":
                found = self.terms.arguments(made).keywords.get(name)
                if found is not None:
                    return found
        return None

    def _factory_metadata(self, order: tuple[str, ...]) -> Term | None:
        """`declarative_base(metadata=…)`, `registry(metadata=…).generate_base()`"""
        for symbol in order:
            own = self.types.project_class(symbol) if ":" in symbol else None
            for base in own[1].bases if own is not None else ():
                made = self._factory(Term(own[0], base)) if own is not None else None
                if made is None:
                    continue
                found = self.terms.arguments(made).keywords.get("metadata")
                if found is not None:
                    return found
                if made.expr[1][0] == "a":
                    registry = self.terms.resolve(made.at(made.expr[1][1]))
                    if self.terms.called(registry) == "registry":
                        return self.terms.arguments(registry).get(-1, "metadata")
        return None

    def _factory(self, term: Term, depth: int = 0) -> Term | None:
        if depth > 10:
            return None
        if term.expr[0] == "c":
            return term if self._made_base(term) is not None else None
        indices = term.summary.names.get(term.expr[1], ()) if term.expr[0] == "g" else ()
        for index in reversed(indices):
            match term.summary.table[index]:
                case ("=", value, ()) if value[0] in ("c", "g"):
                    found = self._factory(Term(term.summary, value), depth + 1)
                case ("imp", level, module, name) if name is not None:
                    path = self.modules.resolve(term.summary.path, level, module)
                    other = self.modules.summary(path) if path is not None else None
                    found = self._factory(Term(other, ("g", name)), depth + 1) if other is not None else None
                case _:
                    found = None
            if found is not None:
                return found
        return None

    def _convention(self, order: tuple[str, ...]) -> dict[str, str]:
        """How unnamed indexes and constraints are named."""
        term = self._of_base(order, "metadata") or self._factory_metadata(order)
        made = self.terms.resolve(term) if term is not None else None
        if made is None or self.terms.called(made) != "MetaData":
            return _DEFAULT_NAMES
        given = self.terms.arguments(made).keywords.get("naming_convention")
        held = self.terms.mapping(given) if given is not None else None
        named = {name: self.terms.constant(value) for name, value in (held or {}).items()}
        return {**_DEFAULT_NAMES, **{name: value for name, value in named.items() if isinstance(value, str)}}

    def _default_schema(self, order: tuple[str, ...]) -> str | None:
        term = self._of_base(order, "metadata") or self._factory_metadata(order)
        made = self.terms.resolve(term) if term is not None else None
        if made is None or self.terms.called(made) != "MetaData":
            return None
        value = self.terms.constant(self.terms.arguments(made).get(0, "schema"))
        return value if isinstance(value, str) else None

    # Arguments of tables

    def _arguments(
        self, symbol: str, order: tuple[str, ...], inherited: set[str], name: str | None
    ) -> tuple[str | None, list[Any], bool]:
        """The schema, the items of `__table_args__`, and whether they are all known."""
        schema = self._default_schema(order)
        for base in order:
            if ":" not in base or (base in inherited and self.kind(base) == "mapped"):
                continue
            term = self._table_args(symbol, base)
            if term is None:
                continue
            if base != symbol and name is None:
                return schema, [], True
            resolved = self.terms.resolve(term)
            options = self.terms.mapping(resolved)
            items: tuple[Term, ...] = ()
            known = True
            if options is None:
                found = self.terms.items(resolved)
                items, known = found or (), found is not None
                if items and (options := self.terms.mapping(items[-1])) is not None:
                    items = items[:-1]
            given = self.terms.constant((options or {}).get("schema")) if options and "schema" in options else None
            own = self.types.project_class(base)
            place = Place(own[0].path, own[1].line) if own is not None else Place("", 1)
            read = [self.columns.constraint(item, place) for item in items]
            return (
                given if isinstance(given, str) else schema,
                [each for each in read if each is not None],
                known and all(each is not None for each in read),
            )
        return schema, [], True

    def _schema(self, symbol: str) -> str | None:
        order = self.order(symbol)
        for base in order:
            term = self._table_args(symbol, base) if ":" in base else None
            if term is None:
                continue
            resolved = self.terms.resolve(term)
            options = self.terms.mapping(resolved)
            if options is None and resolved.expr[0] == "t" and resolved.expr[1]:
                options = self.terms.mapping(resolved.at(resolved.expr[1][-1]))
            if options is not None and "schema" in options:
                given = self.terms.constant(options["schema"])
                return given if isinstance(given, str) else None
            break
        return self._default_schema(order)

    def _table_args(self, symbol: str, base: str) -> Term | None:
        for attribute, summary, fact in self.terms.facts(base):
            if attribute == "__table_args__":
                match fact:
                    case ("=", value, ()) | (":", _, value) if value is not None:
                        return Term(summary, value)
                    case ("def", qualname):
                        return self._declared(symbol, summary, qualname)
        return None

    def _assembled(
        self,
        name: str,
        schema: str | None,
        columns: tuple[Column, ...],
        extra: list[Any],
        place: Place,
        complete: bool,
        convention: dict[str, str],
    ) -> Table:
        """A table from its columns and constraints."""
        foreign = [key for column in columns for key in column.foreign_keys]
        indexes: list[Index] = []
        uniques: list[Unique] = []
        by_attribute = {column.attribute: column.name for column in columns}
        for column in columns:
            if column.indexed:
                indexes.append(Index(None, (column.name,), column.unique, False, column.place))
            elif column.unique:
                uniques.append(Unique(None, (column.name,), column.place))
        keys: set[str] = set()
        for each in extra:
            if isinstance(each, Index):
                indexes.append(each._replace(columns=tuple(by_attribute.get(c, c) for c in each.columns)))
            elif isinstance(each, Unique):
                uniques.append(each._replace(columns=tuple(by_attribute.get(c, c) for c in each.columns)))
            elif isinstance(each, ForeignKey):
                foreign.append(each)
            elif isinstance(each, tuple):
                keys |= {by_attribute.get(each_name, each_name) for each_name in map(str, each)}
        if keys:
            columns = tuple(
                column._replace(primary_key=True, nullable=False) if column.name in keys else column
                for column in columns
            )
        named = [
            each if each.name else each._replace(name=_by(convention, "ix", name, schema, each.columns))
            for each in indexes
        ]
        return Table(
            name,
            schema,
            columns,
            tuple(foreign),
            tuple(named),
            tuple(
                each if each.name else each._replace(name=_by(convention, "uq", name, schema, each.columns))
                for each in uniques
            ),
            place,
            complete and all(column.known for column in columns),
        )

    def _completed(self, table: Table) -> Table:
        """Columns that a key refers to in constraints know it, too."""
        own = {key.columns for column in table.columns for key in column.foreign_keys}
        more = [
            key._replace(columns=(column,), target=(target,))
            for key in table.foreign_keys
            if key.columns not in own
            for column, target in zip(key.columns, key.target, strict=False)
        ]
        if not more:
            return table
        columns = tuple(
            column._replace(foreign_keys=(*column.foreign_keys, *(k for k in more if k.columns == (column.name,))))
            for column in table.columns
        )
        return table._replace(columns=columns)

    def _typed(self, table: Table, tables: dict[str, Table]) -> Table:
        """A column without a type has that of the column that it refers to."""
        if all(column.family != "?" for column in table.columns):
            return table
        return table._replace(columns=tuple(self._typed_column(column, tables, 0) for column in table.columns))

    def _typed_column(self, column: Column, tables: dict[str, Table], depth: int) -> Column:
        if column.family != "?" or depth > 5:
            return column
        for key in column.foreign_keys:
            target = tables.get(key.table)
            other = target.column(key.target[0]) if target is not None and key.target else None
            if other is not None:
                other = self._typed_column(other, tables, depth + 1)
                return column._replace(type=other.type, family=other.family)
        return column

    def _with_columns(self, entity: Entity, tables: dict[str, Table]) -> Entity:
        """What the table knows of the columns (types by foreign keys, keys by constraints) the entity knows, too."""
        table = tables.get(entity.table)
        if table is None:
            return entity
        return entity._replace(
            columns=tuple(
                found._replace(attribute=column.attribute)
                if (found := table.column(column.name)) is not None
                else column
                for column in entity.columns
            )
        )

    # Bare tables and what is mapped by calls

    def _bare_tables(self, summary: Summary) -> Iterator[Table]:
        for indices in summary.names.values():
            for index in indices:
                match summary.table[index]:
                    case ("=", ("c", _, _, _) as value, ()) | (":", _, ("c", _, _, _) as value):
                        term = Term(summary, value)
                        if self.terms.called(term) == "Table":
                            table = self._table(term, Place(summary.path, self._line(summary, value)))
                            if table is not None:
                                yield table

    @staticmethod
    def _line(summary: Summary, expr: Expr) -> int:
        top = summary.functions.get(MODULE)
        return next((call[1] for call in top[7] if call[0] == expr), 1) if top is not None else 1

    def _table(self, term: Term, place: Place) -> Table | None:
        given = self.terms.arguments(term)
        name = self.terms.constant(given.get(0, "name"))
        if not isinstance(name, str):
            return None
        columns: list[Column] = []
        extra: list[Any] = []
        complete = given.complete
        for arg in given.args[2:]:
            resolved = self.terms.resolve(arg)
            if self.terms.called(resolved) in COLUMNS:
                column = self.columns.column("?", resolved, None, None, place)
                if column is not None:
                    columns.append(column._replace(attribute=column.name))
                continue
            found = self.columns.constraint(resolved, place)
            if found is None:
                complete = False
            else:
                extra.append(found)
        schema = self.terms.constant(given.keywords["schema"]) if "schema" in given.keywords else None
        convention = _DEFAULT_NAMES
        if len(given.args) > 1:
            convention, default = self._of_metadata(given.args[1])
            schema = schema if isinstance(schema, str) else default
        schema = schema if isinstance(schema, str) else None
        return self._assembled(name, schema, tuple(columns), extra, place, complete, convention)

    def _of_metadata(self, term: Term) -> tuple[dict[str, str], str | None]:
        """The naming convention and the schema behind `Base.metadata` or a MetaData."""
        made = self.terms.resolve(term)
        if self.terms.called(made) == "MetaData":
            given = self.terms.arguments(made)
            held = (
                self.terms.mapping(given.keywords["naming_convention"]) if "naming_convention" in given.keywords else {}
            )
            named = {name: self.terms.constant(value) for name, value in (held or {}).items()}
            schema = self.terms.constant(given.get(0, "schema"))
            texts = {name: value for name, value in named.items() if isinstance(value, str)}
            return {**_DEFAULT_NAMES, **texts}, schema if isinstance(schema, str) else None
        if made.expr[0] == "a" and made.expr[2] == "metadata":
            cls = self.terms.class_of(made.at(made.expr[1]))
            if cls is not None:
                order = self.order(cls)
                return self._convention(order), self._default_schema(order)
        return _DEFAULT_NAMES, None

    def _module_calls(self, summary: Summary) -> Iterator[tuple[Term, int]]:
        for name, plain in summary.functions.items():
            if name == MODULE or not plain[4]:
                yield from ((Term(summary, call[0]), call[1]) for call in plain[7])

    def _map_imperatively(self, paths: list[str], tables: dict[str, Table], entities: list[Entity]) -> None:
        """`registry.map_imperatively(User, users, properties={…})`"""
        for path in paths:
            data = self.modules.bytes_of(path)
            summary = self.modules.summary(path)
            if summary is None or data is None or not (b"map_imperatively" in data or b"mapper(" in data):
                continue
            for term, line in self._module_calls(summary):
                callee = term.expr[1]
                name = callee[2] if callee[0] == "a" else self.terms.called(term)
                if name not in ("map_imperatively", "mapper"):
                    continue
                given = self.terms.arguments(term)
                cls = self.terms.class_of(given.args[0]) if given.args else None
                made = self.terms.resolve(given.args[1]) if len(given.args) > 1 else None
                if cls is None or made is None or self.terms.called(made) != "Table":
                    continue
                table = self._table(made, Place(path, line))
                if table is None:
                    continue
                table = tables.setdefault(table.full_name, table)
                place = Place(path, line)
                relations = []
                properties = self.terms.mapping(given.keywords["properties"]) if "properties" in given.keywords else {}
                for attribute, value in (properties or {}).items():
                    resolved = self.terms.resolve(value)
                    if self.terms.called(resolved) == "relationship":
                        relations.append(self.relations.relationship(cls, attribute, resolved, None, place))
                self._kinds[cls] = "mapped"
                self._names[cls] = table.name
                entities.append(
                    Entity(
                        cls, cls.rpartition(":")[2].rpartition(".")[2], table.full_name, table.columns,
                        tuple(relations), (), None, None, False, (), place, table.complete and properties is not None,
                    )
                )  # fmt: skip

    def _outside(self, paths: list[str], tables: dict[str, Table], entities: list[Entity]) -> None:
        """`Index("ix_users_email", User.email)` outside of the class."""
        by_symbol = {entity.symbol: entity for entity in entities}
        for path in paths:
            data = self.modules.bytes_of(path)
            summary = self.modules.summary(path)
            top = summary.functions.get(MODULE) if summary is not None and data and b"Index(" in data else None
            if summary is None or top is None:
                continue
            for call in top[7]:
                term = Term(summary, call[0])
                if self.terms.called(term) != "Index":
                    continue
                owner = self._indexed_table(term, by_symbol)
                index = self.columns.constraint(term, Place(path, call[1]))
                if owner is None or not isinstance(index, Index) or owner not in tables:
                    continue
                table = tables[owner]
                known = {column.attribute: column.name for column in table.columns}
                index = index._replace(columns=tuple(known.get(each, each) for each in index.columns))
                if index not in table.indexes and index.name not in {each.name for each in table.indexes}:
                    tables[owner] = table._replace(indexes=(*table.indexes, index))

    def _indexed_table(self, term: Term, entities: dict[str, Entity]) -> str | None:
        for arg in self.terms.arguments(term).args[1:]:
            for owner in _owners(arg.expr):
                cls = self.terms.class_of(arg.at(owner))
                if cls is not None and cls in entities:
                    return entities[cls].table
                made = self.terms.resolve(arg.at(owner[1] if owner[0] == "a" and owner[2] == "c" else owner))
                if self.terms.called(made) == "Table":
                    table = self._table(made, Place("", 1))
                    if table is not None:
                        return table.full_name
        return None


_PROXY = ((0, "target_collection"), (1, "attr"))
_EXTERNAL_COLUMNS = (
    "fastapi_users",
    "advanced_alchemy",
    "sqlalchemy_utils",
    "sqlalchemy_mixins",
    "sqlalchemy_continuum",
)


def _brings_columns(base: str) -> bool:
    """Whether a class of a library may bring columns that are not known."""
    return ":" not in base and base.partition(".")[0] in _EXTERNAL_COLUMNS


def _owners(expr: Any) -> Iterator[Any]:
    """What the attributes in an expression are attributes of."""
    if isinstance(expr, tuple):
        if expr and expr[0] == "a":
            yield expr[1]
        for each in expr:
            yield from _owners(each)


def _by(convention: dict[str, str], kind: str, table: str, schema: str | None, columns: tuple[str, ...]) -> str | None:
    """A name by the naming convention; None when there is none, or it uses more than tables and columns."""
    pattern = convention.get(kind)
    if pattern is None or not columns or "?" in columns:
        return None
    label = f"{schema}_{table}" if schema else table
    values = {
        "table_name": table,
        "column_0_name": columns[0],
        "column_0_label": f"{label}_{columns[0]}",
        "column_0_key": columns[0],
        "column_0_N_name": "_".join(columns),
        "column_0N_name": "".join(columns),
        "column_0_N_label": "_".join(f"{label}_{column}" for column in columns),
        "column_0N_label": "".join(f"{label}_{column}" for column in columns),
    }
    try:
        return pattern % values
    except (KeyError, ValueError, TypeError):
        return None


def _snake(name: str) -> str:
    import re

    return re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name.rpartition(".")[2]).lower()


def _merged(chains: list[list[str]]) -> list[str]:
    """The order of bases by C3; where that is impossible the first come first."""
    chains = [list(chain) for chain in chains if chain]
    found: list[str] = []
    while chains:
        head = next((c[0] for c in chains if not any(c[0] in other[1:] for other in chains)), chains[0][0])
        found.append(head)
        chains = [rest for chain in chains if (rest := [each for each in chain if each != head])]
    return found
