"""What a database model consists of: tables and the classes that are mapped to them."""

from __future__ import annotations

from ...records import NamedTuple


class Place(NamedTuple):
    """Where something is declared; `line` from 1."""

    path: str
    line: int


class ForeignKey(NamedTuple):
    """A reference to columns of another table, or of the same."""

    columns: tuple[str, ...]
    table: str
    """The full name of the table that is referred to; "?" when it is not known."""
    target: tuple[str, ...]
    name: str | None
    on_delete: str | None
    """Upper case: CASCADE, SET NULL …"""


class Column(NamedTuple):
    name: str
    """In the database."""
    attribute: str
    """On the mapped class; the name itself for a bare table."""
    type: str
    """The class of the type as the code names it: "String", "UtcDateTime"; "?" when not known."""
    family: str
    """string, text, integer, float, numeric, boolean, datetime, date, time, interval, json, uuid, enum, binary, array,
    or the type's own name in lower case; "?" when not known."""
    nullable: bool
    primary_key: bool
    unique: bool
    """By `unique=True` of its own; see `Table.is_unique` for constraints."""
    indexed: bool
    """By `index=True` of its own; see `Table.indexed` for all indexes."""
    default: str | None
    """"constant", "callable" or "sql"; None when there is none."""
    server_default: bool
    foreign_keys: tuple[ForeignKey, ...]
    place: Place
    known: bool
    """Whether all of its arguments could be read."""


class Index(NamedTuple):
    name: str | None
    """"?" when it has one that is not known."""
    columns: tuple[str, ...]
    """Names of columns in order; "?" stands for an expression."""
    unique: bool
    partial: bool
    """Whether a condition limits it to some rows."""
    place: Place


class Unique(NamedTuple):
    """A unique constraint."""

    name: str | None
    columns: tuple[str, ...]
    place: Place


class Relationship(NamedTuple):
    name: str
    target: str
    """Symbol ("path:qualname") of the mapped class; "?" when not known."""
    uselist: bool
    direction: str
    """many-to-one, one-to-many, many-to-many; "?" when not known."""
    lazy: str
    """As SQLAlchemy normalises it: select, joined, selectin, subquery, immediate, raise, raise_on_sql, noload, dynamic,
    write_only."""
    back_populates: str | None
    """The other side, also of a `backref`."""
    cascade: frozenset[str]
    secondary: str | None
    """Name of the association table; "?" when not known."""
    viewonly: bool
    place: Place


class Proxy(NamedTuple):
    """An association proxy."""

    name: str
    collection: str
    """The relationship that it goes through."""
    attribute: str
    """The attribute of what that holds."""
    place: Place


class Table(NamedTuple):
    name: str
    schema: str | None
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    """Those of columns included."""
    indexes: tuple[Index, ...]
    """Those of `index=True` included."""
    uniques: tuple[Unique, ...]
    """Those of `unique=True` included, if no index makes them unique."""
    place: Place
    complete: bool
    """Whether everything about it could be read: an absence (no index, no constraint) can be relied on."""

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def primary_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.primary_key)

    def column(self, name: str) -> Column | None:
        """The column by its name in the database."""
        return next((column for column in self.columns if column.name == name), None)

    def is_unique(self, *names: str) -> bool:
        """Whether no two rows can have the same values in these columns (or in some of them)."""
        wanted = frozenset(names)
        keys = [self.primary_key, *(each.columns for each in self.uniques)]
        keys += [each.columns for each in self.indexes if each.unique and not each.partial]
        return any(key and "?" not in key and wanted.issuperset(key) for key in keys)

    def indexed(self, name: str) -> bool:
        """Whether an index, a unique constraint or the primary key begins with the column: a look-up by it need not
        read the whole table. A foreign key alone is no index."""
        keys = [self.primary_key, *(each.columns for each in self.uniques), *(each.columns for each in self.indexes)]
        return any(key[:1] == (name,) for key in keys)


class Entity(NamedTuple):
    """A class that is mapped to a table."""

    symbol: str
    """"path:qualname"."""
    name: str
    table: str
    """The full name of its table; of single-table inheritance that of the parent."""
    columns: tuple[Column, ...]
    """Those of mapped parents included."""
    relationships: tuple[Relationship, ...]
    """Those of mapped parents included."""
    proxies: tuple[Proxy, ...]
    parent: str | None
    """Symbol of the mapped class that it inherits from."""
    inheritance: str | None
    """single, joined or concrete."""
    is_sqlmodel: bool
    hybrids: tuple[str, ...]
    """Names of hybrid properties."""
    place: Place
    complete: bool

    def column(self, attribute: str) -> Column | None:
        """The column behind an attribute."""
        return next((column for column in self.columns if column.attribute == attribute), None)

    def relationship(self, attribute: str) -> Relationship | None:
        return next((each for each in self.relationships if each.name == attribute), None)
