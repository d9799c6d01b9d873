"""Prints what SQLAlchemy knows of the models of an installed package, as JSON; runs in that package's environment.

    python read_models.py MODULE:NAME [MODULE…]

NAME in MODULE is a declarative base, SQLModel, or a MetaData; the other modules are imported too ("package.*": with
all below it).
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from typing import Any

FAMILIES = (
    ("boolean", ("Boolean", "BOOLEAN")),
    ("enum", ("Enum", "ENUM")),
    ("text", ("Text", "TEXT", "UnicodeText", "CLOB", "LONGTEXT", "MEDIUMTEXT")),
    ("uuid", ("Uuid", "UUID")),
    ("string", ("String", "Unicode", "VARCHAR")),
    ("integer", ("Integer",)),
    ("float", ("Float", "REAL", "Double")),
    ("numeric", ("Numeric",)),
    ("interval", ("Interval", "INTERVAL")),
    ("datetime", ("DateTime", "TIMESTAMP")),
    ("date", ("Date",)),
    ("time", ("Time",)),
    ("json", ("JSON",)),
    ("array", ("ARRAY",)),
    ("binary", ("LargeBinary", "_Binary", "BINARY", "BLOB", "BYTEA", "PickleType")),
)


def family(kind: Any) -> str:
    seen = 0
    while hasattr(kind, "impl") and type(kind).__mro__ and seen < 5 and _is_decorator(kind):
        kind, seen = kind.impl, seen + 1
        if isinstance(kind, type):
            kind = kind()
    names = {cls.__name__ for cls in type(kind).__mro__}
    for name, classes in FAMILIES:
        if names & set(classes):
            return name
    return type(kind).__name__.lower()


def _is_decorator(kind: Any) -> bool:
    return any(cls.__name__ in ("TypeDecorator", "Variant") for cls in type(kind).__mro__) and not any(
        cls.__name__ in ("Interval", "PickleType", "Enum") and cls.__module__.startswith("sqlalchemy")
        for cls in type(kind).__mro__
    )


def default(column: Any) -> str | None:
    found = column.default
    if found is None:
        return None
    if getattr(found, "is_callable", False):
        return "callable"
    return "constant" if getattr(found, "is_scalar", False) else "sql"


def table(found: Any) -> dict[str, Any]:
    constraint = importlib.import_module("sqlalchemy").UniqueConstraint

    return {
        "name": str(found.fullname),
        "columns": {
            str(column.name): {
                "family": family(column.type),
                "nullable": bool(column.nullable),
                "primary_key": bool(column.primary_key),
                "default": default(column),
                "server_default": column.server_default is not None,
                "foreign_keys": sorted(key.target_fullname for key in column.foreign_keys),
            }
            for column in found.columns
        },
        "indexes": sorted(
            [
                [_name(index.name), [_part(each) for each in index.expressions], bool(index.unique)]
                for index in found.indexes
            ],
            key=str,
        ),
        "uniques": sorted(
            [
                [_name(each.name), [str(column.name) for column in each.columns]]
                for each in found.constraints
                if isinstance(each, constraint)
            ],
            key=str,
        ),
    }


def _name(name: Any) -> str | None:
    return None if name is None or type(name).__name__ == "_NoneName" else str(name)


def _part(expression: Any) -> str:
    inner = getattr(expression, "element", expression)
    name = getattr(inner, "name", None)
    return str(name) if isinstance(name, str) and type(inner).__name__ in ("Column", "AnnotatedColumn") else "?"


def mapper(found: Any) -> dict[str, Any]:
    return {
        "class": found.class_.__name__,
        "module": found.class_.__module__,
        "table": str(getattr(found.local_table, "fullname", "?")),
        "relationships": {
            relation.key: {
                "target": relation.mapper.class_.__name__,
                "lazy": _lazy(relation.lazy),
                "uselist": bool(relation.uselist),
                "back_populates": relation.back_populates,
                "direction": relation.direction.name.lower().replace("tomany", "-to-many").replace("toone", "-to-one"),
                "cascade": sorted(relation.cascade),
                "secondary": None if relation.secondary is None else str(relation.secondary.fullname),
                "viewonly": bool(relation.viewonly),
            }
            for relation in found.relationships
        },
    }


def _lazy(lazy: Any) -> str:
    return {True: "select", False: "joined", None: "noload"}.get(lazy, lazy) if not isinstance(lazy, str) else lazy


def everything(name: str) -> list[str]:
    package = importlib.import_module(name)
    return [each.name for each in pkgutil.walk_packages(package.__path__, f"{name}.")]


def main() -> int:
    base, *more = sys.argv[1:]
    module, _, name = base.partition(":")
    owner: Any = importlib.import_module(module)
    for part in name.split("."):
        owner = getattr(owner, part)
    for each in more:
        for found in everything(each[:-2]) if each.endswith(".*") else [each]:
            try:
                importlib.import_module(found)
            except Exception as error:
                print(f"{found}: {type(error).__name__}: {error}", file=sys.stderr)
    metadata = getattr(owner, "metadata", owner)
    importlib.import_module("sqlalchemy.orm").configure_mappers()
    registry = getattr(owner, "registry", None) or getattr(owner, "_sa_registry", None)
    mappers = sorted(registry.mappers, key=lambda each: each.class_.__name__) if registry is not None else []
    print(
        json.dumps(
            {
                "tables": [table(each) for each in metadata.tables.values()],
                "mappers": [mapper(each) for each in mappers],
            },
            indent=1,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
