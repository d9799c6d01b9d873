"""The database model as text for people, as JSON and as a Mermaid diagram."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flake8_fastapi_review.project.database import Column, Entity, ForeignKey, Relationship, Table

_PLAIN = regex(r"\W")


def as_table(tables: Sequence[Table], entities: Sequence[Entity], shown: Callable[[str], str]) -> str:
    """Each table with its columns, constraints and the classes that are mapped to it."""
    lines: list[str] = []
    for table in sorted(tables, key=lambda each: each.full_name):
        mark = "" if table.complete else "  ? not wholly known"
        lines.append(f"{table.full_name}  {shown(table.place.path)}:{table.place.line}{mark}")
        width = max((len(column.name) for column in table.columns), default=0)
        kinds = max((len(column.type) for column in table.columns), default=0)
        lines += [
            f"  {column.name:{width}}  {column.type:{kinds}}  {_told(column)}".rstrip() for column in table.columns
        ]
        lines += [f"  foreign key ({', '.join(key.columns)}) → {_target(key)}" for key in table.foreign_keys]
        for each in table.uniques:
            lines.append(f"  unique ({', '.join(each.columns)}){_named(each.name)}")
        for index in table.indexes:
            word = "unique index" if index.unique else "index"
            lines.append(f"  {word} ({', '.join(index.columns)}){_named(index.name)}")
        for entity in entities:
            if entity.table == table.full_name:
                parent = f" ({entity.inheritance} inheritance)" if entity.inheritance else ""
                lines.append(f"  class {entity.name}{parent}")
                lines += [f"    {_relation(each)}" for each in entity.relationships]
                lines += [f"    {each.name} → {each.collection}.{each.attribute}" for each in entity.proxies]
        lines.append("")
    return "\n".join(lines) if lines else "no table found\n"


def _told(column: Column) -> str:
    words = ["primary key"] if column.primary_key else []
    words += [] if column.nullable else ["not null"] if not column.primary_key else []
    words += ["unique"] if column.unique else []
    words += ["indexed"] if column.indexed else []
    words += [f"default {column.default}"] if column.default else []
    words += ["server default"] if column.server_default else []
    return ", ".join(words)


def _target(key: ForeignKey) -> str:
    return f"{key.table} ({', '.join(key.target)})" + (f" on delete {key.on_delete.lower()}" if key.on_delete else "")


def _named(name: str | None) -> str:
    return f" {name}" if name else ""


def _relation(each: Relationship) -> str:
    target = each.target.rpartition(":")[2] if each.target != "?" else "?"
    through = f" through {each.secondary}" if each.secondary else ""
    return f"{each.name} → {'list of ' if each.uselist else ''}{target}{through}, {each.lazy}"


def as_json(tables: Sequence[Table], entities: Sequence[Entity], shown: Callable[[str], str]) -> str:
    """An object with "tables" and "entities"; paths are put by `shown` as the user sees them."""
    return (
        json.dumps(
            {
                "tables": [_table(each, shown) for each in tables],
                "entities": [_entity(each, shown) for each in entities],
            },
            indent=2,
        )
        + "\n"
    )


def _table(table: Table, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": table.full_name,
        "file": shown(table.place.path),
        "line": table.place.line,
        "complete": table.complete,
        "columns": [_column(each) for each in table.columns],
        "foreign_keys": [
            {
                "columns": list(key.columns),
                "table": key.table,
                "target": list(key.target),
                "name": key.name,
                "on_delete": key.on_delete,
            }
            for key in table.foreign_keys
        ],
        "indexes": [
            {"name": each.name, "columns": list(each.columns), "unique": each.unique, "partial": each.partial}
            for each in table.indexes
        ],
        "uniques": [{"name": each.name, "columns": list(each.columns)} for each in table.uniques],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "attribute": column.attribute,
        "type": column.type,
        "family": column.family,
        "nullable": column.nullable,
        "primary_key": column.primary_key,
        "default": column.default,
        "server_default": column.server_default,
        "foreign_keys": [f"{key.table}.{key.target[0]}" for key in column.foreign_keys if len(key.columns) == 1],
    }


def _entity(entity: Entity, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": entity.name,
        "file": shown(entity.place.path),
        "line": entity.place.line,
        "table": entity.table,
        "parent": entity.parent.rpartition(":")[2] if entity.parent else None,
        "inheritance": entity.inheritance,
        "complete": entity.complete,
        "relationships": [
            {
                "name": each.name,
                "target": each.target.rpartition(":")[2],
                "uselist": each.uselist,
                "direction": each.direction,
                "lazy": each.lazy,
                "back_populates": each.back_populates,
                "cascade": sorted(each.cascade),
                "secondary": each.secondary,
                "viewonly": each.viewonly,
            }
            for each in entity.relationships
        ],
        "proxies": [
            {"name": each.name, "collection": each.collection, "attribute": each.attribute} for each in entity.proxies
        ],
    }


def as_mermaid(tables: Sequence[Table]) -> str:
    """An entity relationship diagram: tables with their columns, foreign keys as lines."""
    lines = ["erDiagram"]
    known = {table.full_name for table in tables}
    for table in sorted(tables, key=lambda each: each.full_name):
        lines.append(f"    {_id(table.full_name)} {{")
        for column in table.columns:
            keys = ["PK"] if column.primary_key else []
            keys += ["FK"] if column.foreign_keys else []
            keys += ["UK"] if not column.primary_key and table.is_unique(column.name) else []
            word = _PLAIN.sub("_", column.type) if column.type != "?" else "unknown"
            lines.append(f"        {word} {_id(column.name)} {', '.join(keys)}".rstrip())
        lines.append("    }")
    for table in sorted(tables, key=lambda each: each.full_name):
        for key in table.foreign_keys:
            if key.table not in known:
                continue
            columns = [column for column in table.columns if column.name in key.columns]
            parent = "|o" if any(column.nullable for column in columns) else "||"
            child = "o|" if table.is_unique(*key.columns) else "o{"
            lines.append(f'    {_id(key.table)} {parent}--{child} {_id(table.full_name)} : "{", ".join(key.columns)}"')
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return _PLAIN.sub("_", name)
