"""Columns and constraints from the calls that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ..constants import UNKNOWN
from .tables import Column, ForeignKey, Index, Place, Unique
from .terms import Term, leaf, name_in_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...module.summary import Summary
    from .terms import Arguments, Terms

FAMILIES = {
    "string": "String VARCHAR NVARCHAR CHAR NCHAR Unicode AutoString EmailType URLType PhoneNumberType PasswordType",
    "text": "Text TEXT UnicodeText CLOB LONGTEXT MEDIUMTEXT TINYTEXT",
    "integer": "Integer INTEGER INT BigInteger BIGINT SmallInteger SMALLINT TINYINT MEDIUMINT",
    "float": "Float FLOAT Double DOUBLE DOUBLE_PRECISION REAL",
    "numeric": "Numeric NUMERIC DECIMAL",
    "boolean": "Boolean BOOLEAN",
    "datetime": "DateTime DATETIME TIMESTAMP ArrowType",
    "date": "Date DATE",
    "time": "Time TIME",
    "interval": "Interval INTERVAL",
    "json": "JSON JSONB JSONType",
    "uuid": "UUID Uuid",
    "enum": "Enum ENUM",
    "binary": "LargeBinary BLOB BINARY VARBINARY BYTEA LONGBLOB MEDIUMBLOB UUIDType PickleType StringEncryptedType",
    "array": "ARRAY",
}
_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split()} | {
    "StringEncryptedType": "string",
    "EncryptedType": "binary",
    "GUID": "uuid",
    "fastapi_users_db_sqlalchemy.generics.GUID": "uuid",
}
_PYTHON = {
    "builtins.str": "String",
    "builtins.int": "Integer",
    "builtins.float": "Float",
    "builtins.bool": "Boolean",
    "builtins.bytes": "LargeBinary",
    "datetime.datetime": "DateTime",
    "datetime.date": "Date",
    "datetime.time": "Time",
    "datetime.timedelta": "Interval",
    "decimal.Decimal": "Numeric",
    "uuid.UUID": "Uuid",
}
_TEXTS = (
    "pydantic.EmailStr", "pydantic.networks.EmailStr", "pydantic.AnyUrl", "pydantic.HttpUrl", "pathlib.Path",
    "ipaddress.IPv4Address", "ipaddress.IPv6Address", "pydantic.SecretStr",
)  # fmt: skip
_OPTIONALS = frozenset({"typing.Optional", "typing.Union", "typing_extensions.Optional"})
_MAPPED = {"Mapped": None, "DynamicMapped": "dynamic", "WriteOnlyMapped": "write_only"}
_COLLECTIONS = frozenset(
    "builtins.list builtins.set builtins.dict builtins.tuple builtins.frozenset typing.List typing.Set typing.Dict "
    "typing.Sequence typing.Tuple collections.abc.Sequence collections.abc.MutableSequence typing.Collection "
    "collections.abc.Collection typing.Iterable collections.abc.Iterable collections.deque".split()
)
_BUILTINS = frozenset({"List", "Dict", "Set", "FrozenSet", "Tuple"})
_CONSTRAINT_WORDS = frozenset({"postgresql_where", "sqlite_where", "mssql_where"})
COLUMNS = frozenset({"Column", "mapped_column", "deferred", "MappedColumn"})


class Annotated(NamedTuple):
    """What an annotation says of a column or a relationship."""

    nullable: bool
    collection: str | None
    """The class of the collection."""
    inner: Term
    """The type that is left."""
    metadata: tuple[Term, ...]
    mapped: bool
    lazy: str | None


class Columns:
    """Reads columns, foreign keys, indexes and constraints."""

    def __init__(self, terms: Terms, table_of: Callable[[str], str | None]) -> None:
        """`table_of` gives the table's name of a mapped class."""
        self.terms = terms
        self.types = terms.types
        self.table_of = table_of

    # Annotations

    def annotation(self, term: Term, depth: int = 0) -> Annotated:
        """An annotation, taken apart."""
        nullable, collection, mapped, lazy = False, None, False, None
        metadata: list[Term] = []
        while depth < 30:
            depth += 1
            expr = term.expr
            if expr[0] == "k" and isinstance(expr[1], str):
                term = term.at(self.types.text_expression(expr[1]))
                continue
            if expr[0] == "b" and expr[1] == "BitOr":
                sides = [each for each in self._sides(expr) if each not in (("k", None), ("g", "None"))]
                nullable = nullable or len(sides) < len(self._sides(expr))
                term = term.at(sides[0] if sides else ("?",))
                if len(sides) > 1:
                    term = term.at(_widest(sides))
                continue
            if expr[0] in ("g", "v", "a"):
                found = self.types.eval(term.summary, expr)
                if found is not None and found[0] == "alias":
                    owner = self.types.modules.summary(found[1])
                    if owner is not None and found[2] != expr:
                        term = Term(owner, found[2])
                        continue
                own = self._name_in_class(term.summary, term) if found is None else None
                if own is not None:
                    # `date: date` in a class's body: the second is the name of the module.
                    term = term.at(("g", own))
                break
            if expr[0] != "s":
                break
            base = self.types.eval(term.summary, expr[1])
            items = expr[2][1] if expr[2][0] == "t" else (expr[2],)
            name = base[1] if base is not None and base[0] in ("ext", "type") else ""
            if leaf(name) in _MAPPED:
                mapped, lazy = True, _MAPPED[leaf(name)]
                term = term.at(items[0])
            elif name in _OPTIONALS:
                kept = [each for each in items if each not in (("k", None), ("g", "None"))]
                nullable = nullable or name.endswith("Optional") or len(kept) < len(items)
                term = term.at(_widest(kept) if kept else ("?",))
            elif name in ("typing.Annotated", "typing_extensions.Annotated"):
                metadata += [term.at(item) for item in items[1:]]
                term = term.at(items[0])
            elif name in ("typing.ClassVar", "typing.Final"):
                break
            elif name in _COLLECTIONS and collection is None:
                collection = name
                outer = term
                term = term.at(items[-1])
                if not mapped and name in ("typing.Tuple", "builtins.tuple"):
                    term = outer
                    break
            elif base is not None and base[0] == "alias":
                owner = self.types.modules.summary(base[1])
                if owner is None or base[2] == expr:
                    break
                term = Term(owner, base[2])
            else:
                break
        return Annotated(nullable, collection, term, tuple(metadata), mapped, lazy)

    def _sides(self, expr: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if expr[0] == "b" and expr[1] == "BitOr":
            return [*self._sides(expr[2]), *self._sides(expr[3])]
        return [expr]

    # Types

    def type_of(self, term: Term) -> tuple[str, str] | None:
        """A type as it is given to a column: its name and its family; None when it is no type."""
        term = self.terms.resolve(term)
        if term.expr[0] == "c":
            callee = term.expr[1]
            if callee[0] == "a" and callee[2] in ("with_variant", "as_mutable", "associate_with", "copy", "evolve"):
                inner = term.at(term.expr[2][0] if callee[2] == "as_mutable" and term.expr[2] else callee[1])
                return self.type_of(inner)
            found = self._class_type(self.types.eval(term.summary, callee), term)
            if found is not None:
                return found
            result = self.types.eval(term.summary, term.expr)
            return self._class_type(("type", *result[1:]), term) if result is not None and result[0] == "inst" else None
        return self._class_type(self.types.eval(term.summary, term.expr), term)

    def _class_type(self, found: Any, term: Term) -> tuple[str, str] | None:
        match found:
            case ("union", members):
                # Another one under `if TYPE_CHECKING`.
                known = [kind for each in members if (kind := self._class_type(each, term)) is not None]
                return next((kind for kind in known if kind[1] != "?"), known[0] if known else None)
            case ("ext", str(name)):
                short = name.rpartition(".")[2]
                family = _FAMILY_OF.get(short)
                if family is not None:
                    return short, family
                return (short, short.lower()) if short[:1].isupper() and short not in _NO_TYPES else None
            case ("type", str(cls), _) if ":" in cls:
                order = self.types.mro(cls)
                if not any(leaf(base) in _TYPE_BASES or leaf(base) in _FAMILY_OF for base in order):
                    return None
                name = cls.rpartition(":")[2]
                implementation = self.terms.member(cls, "impl")
                inner = self.type_of(implementation) if implementation is not None else None
                if inner is None:
                    inner = next(
                        ((leaf(base), _FAMILY_OF[leaf(base)]) for base in order if leaf(base) in _FAMILY_OF), None
                    )
                return name, inner[1] if inner is not None else "?"
            case ("type", str(cls), _):
                return self._class_type(("ext", cls), term)
        return None

    def type_of_annotation(self, found: Annotated, mapping: Term | None, sqlmodel: bool) -> tuple[str, str]:
        """The type that an annotation stands for, by the map of the base class or as a library decides."""
        if mapping is not None:
            given = self._mapped_type(found, mapping)
            if given is not None:
                return given
        if found.collection is not None and found.inner.expr[0] != "s":
            return "?", "?"
        value = self.types.annotation(found.inner.summary, found.inner.expr)
        if found.inner.expr[0] == "s":
            base = self.types.eval(found.inner.summary, found.inner.expr[1])
            if base is not None and base[0] == "ext" and base[1].endswith(".Literal"):
                return ("AutoString", "string") if sqlmodel else ("Enum", "enum")
        if value is None or value[0] != "inst":
            return "?", "?"
        cls = str(value[1])
        if self.types.is_subclass(cls, ("enum.Enum",)):
            return "Enum", "enum"
        if cls in _PYTHON:
            name = "AutoString" if sqlmodel and value[1] == "builtins.str" else _PYTHON[value[1]]
            return name, _FAMILY_OF[name]
        if sqlmodel and (cls in _TEXTS or leaf(cls) in _TEXTS):
            return "AutoString", "string"
        for parent in self.types.mro(cls)[1:]:
            if parent in _PYTHON:
                return _PYTHON[parent], _FAMILY_OF[_PYTHON[parent]]
        return "?", "?"

    def _mapped_type(self, found: Annotated, mapping: Term) -> tuple[str, str] | None:
        """By `type_annotation_map`, whose keys are types."""
        resolved = self.terms.resolve(mapping)
        if resolved.expr[0] != "d":
            return None
        value = self.types.annotation(found.inner.summary, found.inner.expr)
        if found.collection is not None:
            plain = found.collection.removeprefix("typing.")
            value = ("inst", f"builtins.{plain.lower()}" if plain in _BUILTINS else found.collection, ())
        wanted = self.terms.resolve(found.inner)
        for key, given in zip(resolved.expr[1], resolved.expr[2], strict=False):
            if key is None:
                continue
            known = self.types.annotation(resolved.summary, key)
            same = known is not None and value is not None and known[0] == value[0] == "inst" and known[1] == value[1]
            if not same and value is None and found.collection is None:
                made = self.terms.resolve(resolved.at(key))
                same = (made.summary.path, made.expr) == (wanted.summary.path, wanted.expr)
            if same:
                return self.type_of(resolved.at(given))
        return None

    # Columns

    def column(
        self, attribute: str, term: Term, declared: Annotated | None, mapping: Term | None, place: Place
    ) -> Column | None:
        """A column from `Column(…)` or `mapped_column(…)`, with its annotation if there is one."""
        given = self.terms.arguments(term)
        called = self.terms.called(term)
        if called == "deferred":
            inner = given.get(0, "column")
            return self.column(attribute, self.terms.resolve(inner), declared, mapping, place) if inner else None
        base = self._from_metadata(attribute, declared, mapping, place)
        args = list(given.args)
        name = attribute
        first = self.terms.constant(args[0]) if args else UNKNOWN
        if isinstance(first, str):
            name = first
            args.pop(0)
        elif args and args[0].expr == ("k", None):
            args.pop(0)
        if "name" in given.keywords:
            named = self.terms.constant(given.keywords["name"])
            name = named if isinstance(named, str) else name
        type_term = given.keywords.get("type_")
        kind = self.type_of(type_term) if type_term is not None else None
        foreign: list[ForeignKey] = []
        server_default = self._is_given(given, "server_default")
        for arg in args:
            resolved = self.terms.resolve(arg)
            match self.terms.called(resolved):
                case "ForeignKey":
                    foreign.append(self.foreign_key(resolved, (name,)))
                case "Identity" | "Computed" | "FetchedValue":
                    server_default = True
                case "Sequence":
                    pass
                case _:
                    kind = kind or self.type_of(resolved)
        if kind is None and base is not None:
            kind = (base.type, base.family)
        if kind is None and declared is not None and declared.mapped and not foreign:
            # With a foreign key the type is that of the column which it refers to.
            kind = self.type_of_annotation(declared, mapping, False)
        flags = {key: self._flag(given, key) for key in ("primary_key", "unique", "index", "nullable")}
        primary = bool(flags["primary_key"]) or (base is not None and base.primary_key and flags["primary_key"] is None)
        nullable = flags["nullable"]
        if nullable is None:
            if declared is not None and declared.mapped:
                nullable = declared.nullable and not primary
            else:
                nullable = not primary
            if base is not None and not base.nullable and (declared is None or not declared.nullable):
                nullable = False
        default = self._default(given.keywords.get("default"), given.keywords.get("insert_default"))
        if default is None and "default_factory" in given.keywords and declared is None:
            default = "callable"
        return Column(
            name,
            attribute,
            kind[0] if kind else "?",
            kind[1] if kind else "?",
            nullable,
            primary,
            bool(flags["unique"]) or (base is not None and base.unique),
            bool(flags["index"]) or (base is not None and base.indexed),
            default or (base.default if base is not None else None),
            server_default or (base is not None and base.server_default),
            tuple(foreign) or (base.foreign_keys if base is not None else ()),
            place,
            given.complete and all(flag is not UNKNOWN for flag in flags.values()),
        )

    def _from_metadata(
        self, attribute: str, declared: Annotated | None, mapping: Term | None, place: Place
    ) -> Column | None:
        """What `Annotated[int, mapped_column(primary_key=True)]` says."""
        for each in declared.metadata if declared is not None else ():
            resolved = self.terms.resolve(each)
            if self.terms.called(resolved) == "mapped_column":
                bare = declared._replace(metadata=()) if declared is not None else None
                return self.column(attribute, resolved, bare, mapping, place)
        return None

    def annotated_column(self, attribute: str, declared: Annotated, mapping: Term | None, place: Place) -> Column:
        """A column of which there is an annotation alone: `name: Mapped[str]`."""
        base = self._from_metadata(attribute, declared, mapping, place)
        if base is not None:
            return base._replace(nullable=declared.nullable and base.nullable and not base.primary_key)
        kind = self.type_of_annotation(declared, mapping, False)
        return Column(attribute, attribute, *kind, declared.nullable, False, False, False, None, False, (), place, True)

    def field(self, attribute: str, term: Term | None, declared: Annotated, place: Place) -> Column | None:
        """A column of SQLModel, from its annotation and `Field(…)` or a plain default."""
        for each in declared.metadata:
            resolved = self.terms.resolve(each)
            if self.terms.called(resolved) == "Field":
                term = resolved if term is None or self.terms.called(self.terms.resolve(term)) != "Field" else term
        resolved_term = self.terms.resolve(term) if term is not None else None
        is_field = resolved_term is not None and self.terms.called(resolved_term) in ("Field", "pydantic.Field")
        if not is_field or resolved_term is None:
            kind = self.type_of_annotation(declared, None, True)
            default = self._default(resolved_term, None)
            return Column(
                attribute, attribute, *kind, declared.nullable, False, False, False, default, False, (), place, True
            )
        given = self.terms.arguments(resolved_term)
        whole = given.keywords.get("sa_column")
        if whole is not None:
            column = self.terms.resolve(whole)
            if self.terms.called(column) in COLUMNS:
                return self.column(attribute, column, None, None, place)
        more = self.terms.mapping(given.keywords["sa_column_kwargs"]) if "sa_column_kwargs" in given.keywords else {}
        args = self.terms.items(given.keywords["sa_column_args"]) if "sa_column_args" in given.keywords else ()
        keywords = {**given.keywords, **(more or {})}
        flags = {
            key: (value if isinstance(value := self.terms.constant(keywords[key]), bool) else None)
            for key in ("primary_key", "unique", "index", "nullable")
            if key in keywords
        }
        name = self.terms.constant(keywords["name"]) if more and "name" in more else attribute
        name = name if isinstance(name, str) else attribute
        primary = bool(flags.get("primary_key"))
        nullable = flags.get("nullable")
        type_term = keywords.get("sa_type") or keywords.get("type_")
        given_type = self.type_of(type_term) if type_term is not None else None
        kind = given_type or self.type_of_annotation(declared, None, True)
        foreign: list[ForeignKey] = []
        reference = self.terms.constant(given.keywords["foreign_key"]) if "foreign_key" in given.keywords else None
        if isinstance(reference, str):
            action = self.terms.constant(given.keywords["ondelete"]) if "ondelete" in given.keywords else None
            foreign.append(self._reference((name,), reference, None, action if isinstance(action, str) else None))
        elif reference is UNKNOWN:
            foreign.append(ForeignKey((name,), "?", ("?",), None, None))
        for arg in args or ():
            resolved = self.terms.resolve(arg)
            if self.terms.called(resolved) == "ForeignKey":
                foreign.append(self.foreign_key(resolved, (name,)))
        default = self._default(given.get(0, "default"), None)
        if "default_factory" in given.keywords:
            default = "callable"
        if more and "default" in more:
            default = self._default(more["default"], None)
        return Column(
            name,
            attribute,
            *kind,
            (declared.nullable and not primary) if nullable is None else nullable,
            primary,
            bool(flags.get("unique")),
            bool(flags.get("index")),
            default,
            "server_default" in keywords and keywords["server_default"].expr != ("k", None),
            tuple(foreign),
            place,
            given.complete and more is not None and args is not None,
        )

    def _is_given(self, given: Arguments, name: str) -> bool:
        return name in given.keywords and self.terms.resolve(given.keywords[name]).expr != ("k", None)

    def _flag(self, given: Arguments, name: str) -> Any:
        if name not in given.keywords:
            return None
        value = self.terms.constant(given.keywords[name])
        return value if isinstance(value, bool) or value is None else UNKNOWN

    def _default(self, default: Term | None, insert: Term | None) -> str | None:
        term = insert if insert is not None else default
        if term is None or term.expr in (("k", None), ("k", ...), ("g", "None")):
            return None
        if self.terms.constant(term) not in (UNKNOWN, None):
            return "constant"
        resolved = self.terms.resolve(term)
        if resolved.expr in (("k", None), ("k", ...)):
            return None
        if resolved.expr[0] == "m":
            return "callable"
        found = self.types.eval(term.summary, term.expr)
        if found is None:
            found = self.types.eval(resolved.summary, resolved.expr)
        if found is not None and found[0] in ("func", "bound", "type", "ext", "mem", "partial", "const"):
            qualified = self.types.qualified(found)
            if qualified is not None and qualified.endswith("Undefined"):
                return None
            if found[0] == "ext" and resolved.expr[0] == "c":
                return "sql"
            return "callable"
        if resolved.expr[0] == "c":
            name = self.types.qualified(self.types.eval(resolved.summary, resolved.expr[1])) or ""
            return "sql" if name.startswith(("sqlalchemy.", "sqlmodel.")) else "constant"
        return "constant"

    # Constraints

    def foreign_key(self, term: Term, columns: tuple[str, ...]) -> ForeignKey:
        """`ForeignKey("users.id", ondelete="CASCADE")`"""
        given = self.terms.arguments(term)
        name = self.terms.constant(given.get(2, "name")) if given.get(2, "name") is not None else None
        action = self.terms.constant(given.keywords["ondelete"]) if "ondelete" in given.keywords else None
        target = given.get(0, "column")
        reference = self.terms.constant(target) if target is not None else UNKNOWN
        if not isinstance(reference, str):
            owner = self._owner_of(target) if target is not None else None
            reference = f"{owner[0]}.{owner[1]}" if owner is not None else UNKNOWN
        action = action if isinstance(action, str) else None
        return self._reference(columns, reference, name if isinstance(name, str) else None, action)

    def _owner_of(self, term: Term) -> tuple[str, str] | None:
        """The table and the column that `User.id` or `users.c.id` names."""
        match term.expr:
            case ("a", ("a", table, "c" | "columns"), name):
                made = self.terms.resolve(term.at(table))
                if self.terms.called(made) == "Table":
                    called = self.terms.constant(self.terms.arguments(made).get(0, "name"))
                    return (called, name) if isinstance(called, str) else None
            case ("a", owner, name):
                cls = self.terms.class_of(term.at(owner))
                table_name = self.table_of(cls) if cls is not None else None
                if table_name is not None:
                    return table_name, name
        resolved = self.terms.resolve(term)
        return self._owner_of(resolved) if resolved != term else None

    @staticmethod
    def _reference(columns: tuple[str, ...], text: Any, name: str | None, action: str | None) -> ForeignKey:
        action = action.upper() if action else None
        if not isinstance(text, str):
            return ForeignKey(columns, "?", ("?",), name, action)
        table, _, column = text.rpartition(".")
        return ForeignKey(columns, table or column, (column,) if table else columns, name, action)

    def constraint(self, term: Term, place: Place) -> Index | Unique | ForeignKey | tuple[str, ...] | str | None:
        """One item of a table's arguments: an index, a unique constraint, foreign keys, the columns of a primary key;
        "" for what says nothing about keys; None when it is not known."""
        resolved = self.terms.resolve(term)
        if resolved.expr[0] == "c" and resolved.expr[1][0] == "a" and resolved.expr[1][2] == "ddl_if":
            return self.constraint(resolved.at(resolved.expr[1][1]), place)
        called = self.terms.called(resolved)
        if called is None:
            return None
        given = self.terms.arguments(resolved)
        name = self.terms.constant(given.keywords["name"]) if "name" in given.keywords else None
        name = name if isinstance(name, str) else None
        match called:
            case "Index":
                first = self.terms.constant(given.get(0, "name"))
                columns = tuple(self._column_name(arg) for arg in given.args[1:])
                unique = self._flag(given, "unique") is True
                partial = not _CONSTRAINT_WORDS.isdisjoint(given.keywords)
                return Index(
                    first if isinstance(first, str) else None if first is None else "?", columns, unique, partial, place
                )
            case "UniqueConstraint":
                return Unique(name, tuple(self._column_name(arg) for arg in given.args), place)
            case "PrimaryKeyConstraint":
                return tuple(self._column_name(arg) for arg in given.args)
            case "ForeignKeyConstraint":
                given_own, given_target = given.get(0, "columns"), given.get(1, "refcolumns")
                own = self.terms.constant(given_own)
                target = self.terms.items(given_target) if given_target is not None else None
                texts = [self.terms.constant(each) for each in target or ()]
                owners = [
                    text if isinstance(text, str) else ".".join(self._owner_of(each) or ("?", "?"))
                    for text, each in zip(texts, target or (), strict=False)
                ]
                action = self.terms.constant(given.keywords["ondelete"]) if "ondelete" in given.keywords else None
                action = action.upper() if isinstance(action, str) else None
                names = (
                    tuple(own)
                    if isinstance(own, list)
                    else tuple(
                        self._column_name(each)
                        for each in (self.terms.items(given_own) if given_own is not None else None) or ()
                    )
                )
                tables = {text.rpartition(".")[0] for text in owners}
                table = tables.pop() if len(tables) == 1 else "?"
                return ForeignKey(names, table, tuple(text.rpartition(".")[2] for text in owners), name, action)
            case "CheckConstraint" | "ExcludeConstraint" | "Comment":
                return ""
        return None

    def _column_name(self, term: Term) -> str:
        """The column that a part of an index names; "?" for an expression."""
        value = self.terms.constant(term)
        if isinstance(value, str):
            return value
        expr = term.expr
        while expr[0] == "c" and expr[1][0] == "a" and expr[1][2] in ("desc", "asc", "nullslast", "nullsfirst",
                                                                      "nulls_last", "nulls_first"):  # fmt: skip
            expr = expr[1][1]
        if expr[0] == "c" and self.terms.called(term.at(expr)) in ("desc", "asc") and expr[2]:
            inner = expr[2][0]
            text = self.terms.constant(term.at(inner))
            return text if isinstance(text, str) else self._column_name(term.at(inner))
        if expr[0] == "c" and self.terms.called(term.at(expr)) == "text":
            return "?"
        if expr[0] == "a":
            return str(expr[2])
        if expr[0] in ("g", "v"):
            if expr[0] == "v" or expr[1] not in term.summary.names:
                return self._local_column(term.at(expr))
            return self._local_column(term.at(expr))
        return "?"

    def _local_column(self, term: Term) -> str:
        """A column named by the name that it has in the class's body: `Index("ix", created)`; see `named`."""
        resolved = self.terms.resolve(term)
        if self.terms.called(resolved) in ("Column", "mapped_column"):
            given = self.terms.arguments(resolved)
            first = self.terms.constant(given.args[0]) if given.args else UNKNOWN
            if isinstance(first, str):
                return first
            return self._name_in_class(resolved.summary, term) or "?"
        return self._name_in_class(term.summary, term) or "?"

    @staticmethod
    def _name_in_class(summary: Summary, term: Term) -> str | None:
        return name_in_class(summary, term.expr)


_TYPE_BASES = frozenset({"TypeDecorator", "UserDefinedType", "TypeEngine", "SchemaType", "Mutable"})
_NO_TYPES = frozenset(
    "Column ForeignKey Index Table MetaData UniqueConstraint CheckConstraint Sequence Identity Computed FetchedValue "
    "DefaultClause PrimaryKeyConstraint ForeignKeyConstraint ColumnDefault".split()
)


def _widest(sides: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Of several types the one that decides; SQLAlchemy refuses most unions, so the first."""
    return sides[0]
