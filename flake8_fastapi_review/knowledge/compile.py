"""Compiles the TOML rows of this folder into `_rows.py`, `_flow_rows.py` and `_group_rows.py`.

`python -m flake8_fastapi_review.knowledge.compile`.

With `--check` it writes nothing and fails when one of them is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from . import KnowledgeError, Tables
from .schema import add, check_canonical

FOLDER = Path(__file__).parent
TARGET = FOLDER / "_rows.py"
FLOWS = FOLDER / "_flow_rows.py"
GROUPS = FOLDER / "_group_rows.py"

_TYPES = {
    "blocks": "list[tuple[str, str]]",
    "exceptions": "dict[str, frozenset[str]]",
    "offloads": "dict[str, tuple[int, str, str, bool]]",
    "loop_callbacks": "dict[str, tuple[int, str, str, bool]]",
    "constants": "dict[str, int | float | str]",
    "routes": "dict[str, tuple[str, tuple[str, ...], int]]",
    "unless": "dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]]",
    "unverified": "dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]]",
}
"""Small tables are written as Python, the others as text: see `_pairs`."""


def parse(text: str, where: str) -> dict[str, Any]:
    """A TOML document; KnowledgeError with `where` when it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{where}: {error}") from error


def read(folder: Path = FOLDER) -> Tables:
    """All rows of the TOML files in `folder`, checked. Raises KnowledgeError."""
    tables = Tables()
    tables.flows = ({}, {}, {}, {})
    tables.groups = {}
    for path in sorted(folder.glob("*.toml")):
        add(tables, parse(path.read_text("utf-8"), path.name), path.name)
    check_canonical(tables, "knowledge")
    return tables


def render(tables: Tables) -> str:
    """The source of `_rows.py`."""
    lines = [
        '"""Generated from the TOML files of this folder by compile.py; edit those."""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501",
    ]
    for name in Tables.__slots__:
        if name in ("flows", "groups"):
            continue
        table = getattr(tables, name)
        lines.append("")
        match name:
            case "blocks":
                lines += [f"BLOCKS: {_TYPES[name]} = [", *(f"    {_literal(value)}," for value in table), "]"]
            case _ if name in _TYPES:
                rows = (f"    {_literal(key)}: {_literal(table[key])}," for key in sorted(table))
                lines += [f"{name.upper()}: {_TYPES[name]} = {{", *rows, "}"]
            case _:
                lines += [f'{name.upper()} = """', *(f"{key}={_text(table[key])}" for key in sorted(table)), '"""']
    return "\n".join(lines) + "\n"


def render_flows(tables: Tables) -> str:
    """The source of `_flow_rows.py`."""
    lines = [
        '"""Generated from the TOML files of this folder by compile.py; edit those."""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501",
        "",
        "from typing import Any",
    ]
    shipped: tuple[dict[str, Any], ...] = tables.flow_rows()
    for name, table in zip(("SINKS", "PASSES", "SOURCES", "CHECKS"), shipped, strict=True):
        rows = (f"    {_literal(key)}: {_literal(table[key])}," for key in sorted(table))
        lines += ["", f"{name}: dict[str, Any] = {{", *rows, "}"]
    return "\n".join(lines) + "\n"


def render_groups(tables: Tables) -> str:
    """The source of `_group_rows.py`."""
    groups = tables.group_rows()
    rows = (f"    {_literal(group)}: {_literal(groups[group])}," for group in sorted(groups))
    lines = [
        '"""Generated from the TOML files of this folder by compile.py; edit those."""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501",
        "",
        "GROUPS: dict[str, tuple[str, ...]] = {",
        *rows,
        "}",
    ]
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _literal(value: Any) -> str:
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case tuple():
            inner = ", ".join(map(_literal, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case frozenset():
            return f"frozenset(({', '.join(map(_literal, sorted(value)))},))" if value else "frozenset()"
        case _:
            return repr(value)


def main(arguments: list[str]) -> int:
    """Exit status 0; 1: out of date (`--check`) or an error in a row."""
    try:
        tables = read()
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1
    sources = {TARGET: render(tables), FLOWS: render_flows(tables), GROUPS: render_groups(tables)}
    if "--check" not in arguments:
        for target, source in sources.items():
            target.write_text(source, "utf-8")
        return 0
    stale = [
        target.name for target, source in sources.items() if not target.exists() or target.read_text("utf-8") != source
    ]
    for name in stale:
        print(f"{name} is out of date: python -m {__package__}.compile", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
