"""SQL text as plain facts, one for each statement; of an `ALTER TABLE` one for each of its actions.

sqlglot parses it. It is imported when the first text with a word of SQL is read, which takes a tenth of a second, and
never before. What it cannot parse stays unknown: at most the kind and the table are told then, where the first words
leave no other reading. What a program fills in when it runs stands in the text as HOLE.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..records import NamedTuple
from ..regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOLE = "__unknown__"
"""Stands for what is filled in: an identifier, so that the text around it can be parsed."""
_LONGEST = 100_000
"""Characters: longer texts are dumps of data, and are not read."""
_READ = 512
"""So many texts are remembered."""
_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite", "mssql": "tsql", "oracle": "oracle"}
"""Our word for a database → sqlglot's."""
_OTHERS = ("postgres", "mysql", "sqlite")
"""Tried in this order where the database is not known, and where its own grammar does not take the text."""


class Sql(NamedTuple):
    """A statement, or one action of an `ALTER TABLE`."""

    kind: str
    """select, insert, update, delete (of `TRUNCATE`, too); create_table, drop_table, rename_table, add_column,
    drop_column, alter_column, create_index, drop_index, create_unique_constraint, create_primary_key,
    create_foreign_key, create_check_constraint, drop_constraint; "alter" (a table, in another way), "ddl" (of what is
    no table); pragma, begin, commit, rollback; "sql" for what changes neither tables nor rows, "unknown" for what may
    do anything."""
    table: str | None = None
    """Without its schema, as written; None: not known, none, or several."""
    columns: tuple[str, ...] = ()
    """Of a new table its columns; of an index "" for what is no column. None of them holds HOLE."""
    facts: frozenset[str] = frozenset()
    """"if exists" (or if not), "unknown" (something of it is not known), "all rows" (are deleted), "concurrently",
    "unique", "not valid", "partial" (an index with a condition), "not null", "default", "generated", "primary key" (of
    a column), "renamed", "retyped", "foreign keys" (of a new table, or column), "temporary", "returning", "star" (it
    selects every column, and nothing else), "ordered", "limited", "summed" (the rows are
    grouped or counted)."""
    new_name: str | None = None
    """Of a renaming. Of a foreign key the table that it refers to."""
    after: str | None = None
    """Of a column the type that it gets, of a pragma its value."""
    keys: frozenset[str] = frozenset()
    """Of a new table: columns that its primary key or a unique constraint begins with."""
    compared: tuple[str, ...] = ()
    """Columns of the one table that the conditions compare, all of them joined by `AND`; empty: not so."""
    sought: tuple[str, ...] = ()
    """Those of them that have to equal what is handed over: `a = ?`, `b IN (:b)`."""


UNKNOWN = Sql("unknown", facts=frozenset(("unknown",)))

_WORDS = regex(
    r"(?i)\b(?:select|insert|update|delete|replace|merge|truncate|create|alter|drop|rename|pragma|begin|commit|rollback|end"
    r"|start|copy|do|with|set|call|lock|vacuum|analyze|comment|grant|revoke|show|attach|refresh|savepoint|release|reset|reindex)\b"
)


@lru_cache(maxsize=_READ)
def read(text: str, dialect: str | None = None) -> tuple[Sql, ...]:
    """What the statements of a text do, in order. `dialect` as SQLAlchemy calls it: "postgresql"; None: not known."""
    if not text.strip():
        return ()
    if len(text) > _LONGEST or _WORDS.search(text) is None:
        return (UNKNOWN,)
    first = _DIALECTS.get(dialect or "", "")
    tried = [first, *(each for each in _OTHERS if each != first)] if first else list(_OTHERS)
    best: tuple[Sql, ...] | None = None
    for each in tried:
        found, is_whole = _parsed(_with_placeholders(text), each)
        if is_whole:
            return found
        if found and best is None:
            best = found
    return best or (UNKNOWN,)


_SPELLED = regex(
    r"""('(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\2\$)|%s|%\(\w+\)s|\?\d+|\\:""", re.DOTALL
)


def _with_placeholders(text: str) -> str:
    """Placeholders of all drivers as one that every grammar has; `\\:` is a colon in SQLAlchemy's `text`."""
    return _SPELLED.sub(lambda found: found[1] or (":" if found[0] == "\\:" else ":p"), text)


# Parsing


def _parsed(text: str, name: str) -> tuple[tuple[Sql, ...], bool]:
    """The statements in one dialect, and whether all of them were parsed."""
    import logging

    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import SqlglotError

    logger = logging.getLogger("sqlglot")
    was_disabled, logger.disabled = logger.disabled, True  # it warns of each statement that it has no grammar for
    try:
        dialect = Dialect.get_or_raise(name)
        found: list[Sql] = []
        is_whole = True
        for chunk in _chunks(dialect.tokenize(text)):
            try:
                parsed = dialect.parser().parse(chunk, text)
                known = list(_facts(parsed[0])) if len(parsed) == 1 and parsed[0] is not None else []
            except (SqlglotError, RecursionError, AttributeError, TypeError):  # the latter: another release's tree
                known = []
            if not known:
                head = _head(chunk)
                is_whole &= head.kind in ("ddl", "sql")
                known = [head]
            found += known
    except (SqlglotError, RecursionError):
        return (), False
    finally:
        logger.disabled = was_disabled
    return tuple(found), is_whole


def _chunks(tokens: Iterable[Any]) -> Iterator[list[Any]]:
    """The tokens of each statement, without what sqlglot has no grammar for and we have no use for."""
    chunk: list[Any] = []
    inside = False
    for token in tokens:
        if token.text != ";" or _is_quoted(token):
            chunk.append(token)
            continue
        inside = inside or _has_body(chunk)
        if inside and chunk and chunk[-1].text.upper() != "END":
            continue
        inside = False
        if chunk:
            yield _plain(chunk)
        chunk = []
    if chunk:
        yield _plain(chunk)


def _is_quoted(token: Any) -> bool:
    return token.token_type.name in ("STRING", "IDENTIFIER", "HEREDOC_STRING", "RAW_STRING", "NATIONAL_STRING")


def _words(tokens: list[Any], count: int) -> list[str]:
    return ["" if _is_quoted(each) else each.text.upper() for each in tokens[:count]]


def _has_body(chunk: list[Any]) -> bool:
    """`CREATE TRIGGER … BEGIN …`: its statements end by semicolons, too."""
    words = _words(chunk, len(chunk))
    return (
        words[:1] == ["CREATE"] and not {"TRIGGER", "PROCEDURE", "FUNCTION"}.isdisjoint(words[:6]) and "BEGIN" in words
    )


def _plain(chunk: list[Any]) -> list[Any]:
    words = _words(chunk, len(chunk))
    match words:
        case ["UPDATE", "OR", _, *_]:
            return [chunk[0], *chunk[3:]]
        case ["CREATE", *_, "WITHOUT", "ROWID"]:
            return chunk[:-2]
        case ["CREATE", "INDEX", *_] | ["CREATE", "UNIQUE", "INDEX", *_]:
            for place, pair in enumerate(itertools.pairwise(words)):
                if pair == ("ON", "ONLY"):
                    return [*chunk[: place + 1], *chunk[place + 2 :]]
    return chunk


_MODIFIERS = frozenset(
    "OR REPLACE TEMP TEMPORARY UNIQUE UNLOGGED GLOBAL LOCAL FULLTEXT SPATIAL CONSTRAINT MATERIALIZED FOREIGN EXTERNAL "
    "VIRTUAL".split()
)
_HARMLESS = frozenset(
    "LOCK VACUUM ANALYZE COMMENT GRANT REVOKE SET RESET SHOW EXPLAIN NOTIFY LISTEN REINDEX CLUSTER REFRESH ATTACH "
    "DETACH USE SAVEPOINT RELEASE UNLOCK CHECKPOINT DISCARD".split()
)


def _head(chunk: list[Any]) -> Sql:
    """What the first words of a statement tell that sqlglot has no grammar for."""
    words = _words(chunk, len(chunk))
    facts = frozenset(("unknown",))
    if words[0] in _HARMLESS:
        return Sql("sql")
    if words[0] == "REPLACE" and chunk[1:]:
        return Sql("insert", facts=facts)
    if words[0] not in ("CREATE", "ALTER", "DROP"):
        return UNKNOWN
    at = next((place for place, word in enumerate(words) if place and word not in _MODIFIERS), len(words))
    thing = words[at] if at < len(words) else ""
    if thing == "INDEX" and words[0] == "CREATE" and "ON" in words:
        facts |= {"concurrently"} if "CONCURRENTLY" in words[: words.index("ON")] else set()
        return Sql("create_index", _name_at(chunk, words.index("ON") + 1), facts=facts)
    if thing == "TABLE":
        kind = {"CREATE": "create_table", "ALTER": "alter"}.get(words[0])
        return Sql(kind, _name_at(chunk, at + 1), facts=facts) if kind is not None else UNKNOWN
    return Sql("ddl") if thing and HOLE.upper() not in thing else UNKNOWN


def _name_at(chunk: list[Any], place: int) -> str | None:
    """The name of the table that begins at a token, without its schema."""
    while place < len(chunk) and _words(chunk[place:], 1)[0] in ("IF", "NOT", "EXISTS", "ONLY"):
        place += 1
    while place + 2 < len(chunk) and chunk[place + 1].text == ".":
        place += 2
    return _known(chunk[place].text) if place < len(chunk) else None


def _known(name: str) -> str | None:
    return name if name and HOLE not in name else None


# What was parsed: an `Any` is a node of sqlglot's, whose classes differ a little between its releases


def _facts(node: Any) -> Iterator[Sql]:
    """Nothing when it is none of the statements that are known."""
    facts = {"unknown"} if _has_hole(node) else set()
    match type(node).__name__:
        case "Create":
            yield from _created(node, facts)
        case "Drop":
            yield from _dropped(node, facts)
        case "Alter" | "AlterTable":
            yield from _altered(node, facts)
        case "TruncateTable":
            for table in node.expressions:
                yield Sql("delete", _table(table), facts=frozenset(facts | {"all rows"}))
        case "Delete":
            if (
                not any(node.args.get(each) for each in ("where", "using", "limit", "tables"))
                and "unknown" not in facts
            ):
                facts.add("all rows")
            yield _query("delete", node, node.this, facts)
        case "Update":
            yield _query("update", node, node.this, facts)
        case "Insert":
            yield _query("insert", node, node.this, facts)
        case "Copy":
            yield Sql("insert", _table(node.this), facts=frozenset(facts))
        case "Merge":
            yield Sql("update", _table(node.this), facts=frozenset(facts))
        case "Select":
            source = node.args.get("from_") or node.args.get("from")
            yield _query("select", node, source.this if source is not None else None, facts)
        case "Union" | "Except" | "Intersect" | "Subquery" | "Values":
            yield Sql("select", facts=frozenset(facts))
        case "Pragma":
            yield from _pragma(node)
        case "Transaction":
            yield Sql("begin")
        case "Commit" | "EndStatement":
            yield Sql("commit")
        case "Rollback":
            yield Sql("rollback")
        case "Set" | "Use" | "Comment" | "Grant" | "Revoke" | "Analyze" | "Show" | "Describe" | "Attach" | "Detach":
            yield Sql("sql")


def _has_hole(node: Any) -> bool:
    return any(HOLE in each for each in _identifiers(node))


def _identifiers(node: Any) -> Iterator[str]:
    for each in node.walk():
        if isinstance(each.this, str):
            yield each.this


def _table(node: Any) -> str | None:
    """The name of a table that is named; None of anything else that rows come from."""
    if node is None or type(node).__name__ == "Schema":
        return None if node is None else _table(node.this)
    if type(node).__name__ != "Table" or type(node.this).__name__ != "Identifier":
        return None
    return _known(node.name)


def _names(nodes: Iterable[Any]) -> list[str]:
    """Of columns, ordered or not; "" for what is none."""
    found = []
    for node in nodes:
        while type(node).__name__ in ("Ordered", "Paren", "ColumnPrefix", "Opclass"):
            node = node.this
        is_column = type(node).__name__ in ("Column", "Identifier")
        found.append(node.name if is_column and HOLE not in node.name else "")
    return found


_COLUMN_FACTS = {
    "NotNullColumnConstraint": "not null",
    "DefaultColumnConstraint": "default",
    "PrimaryKeyColumnConstraint": "primary key",
    "UniqueColumnConstraint": "unique",
    "AutoIncrementColumnConstraint": "generated",
    "GeneratedAsIdentityColumnConstraint": "generated",
    "GeneratedAsRowColumnConstraint": "generated",
    "ComputedColumnConstraint": "generated",
    "Reference": "foreign keys",
}


def _column(node: Any) -> set[str]:
    """The facts of a column's definition."""
    facts = {"unknown"} if _has_hole(node) else set()
    kind = node.args.get("kind")
    if kind is not None and "SERIAL" in kind.sql().upper():
        facts.add("generated")
    for constraint in node.args.get("constraints") or ():
        inner = constraint.args.get("kind")
        fact = _COLUMN_FACTS.get(type(inner if inner is not None else constraint).__name__)
        if fact == "not null" and inner.args.get("allow_null"):
            continue
        facts |= {fact} if fact is not None else set()
    return facts


def _created(node: Any, facts: set[str]) -> Iterator[Sql]:
    if node.args.get("exists"):
        facts.add("if exists")
    match (node.args.get("kind") or "").upper():
        case "TABLE":
            yield _created_table(node, facts)
        case "INDEX":
            index = node.this
            parameters = index.args.get("params")
            given = parameters.args.get("columns") if parameters is not None else index.args.get("columns")
            where = parameters.args.get("where") if parameters is not None else index.args.get("where")
            facts |= {"unique"} if node.args.get("unique") else set()
            facts |= {"concurrently"} if node.args.get("concurrently") else set()
            facts |= {"partial"} if where is not None else set()
            facts.discard("unknown")  # of an index, what is not known are columns
            yield Sql("create_index", _table(index.args.get("table")), tuple(_names(given or ())), frozenset(facts))
        case _:
            yield Sql("ddl", facts=frozenset(facts))


def _created_table(node: Any, facts: set[str]) -> Sql:
    columns, keys = [], set()
    parts = node.this.expressions if type(node.this).__name__ == "Schema" else []
    if not parts or node.args.get("expression") is not None:
        facts.add("unknown")
    properties = node.args.get("properties")
    for each in properties.expressions if properties is not None else ():
        match type(each).__name__:
            case "TemporaryProperty":
                facts.add("temporary")
            case "VirtualProperty":
                facts.add("unknown")
    for part in parts:
        match type(part).__name__:
            case "ColumnDef" | "Identifier":
                name = _known(part.name)
                told = _column(part) if type(part).__name__ == "ColumnDef" else set()
                facts |= told & {"unknown", "foreign keys"} | (set() if name else {"unknown"})
                columns += [name] if name else []
                keys |= {name} if name and told & {"primary key", "unique"} else set()
            case _:
                for constraint in _constraints(part):
                    kind, names, _ = _constraint(constraint)
                    facts |= {"foreign keys"} if kind == "create_foreign_key" else set()
                    facts |= {"unknown"} if not kind else set()
                    if kind in ("create_primary_key", "create_unique_constraint"):
                        keys |= set(names[:1]) - {""}
    return Sql("create_table", _table(node.this), tuple(columns), frozenset(facts), keys=frozenset(keys))


def _constraints(node: Any) -> list[Any]:
    """What a constraint with a name consists of; itself without one."""
    return list(node.expressions) if type(node).__name__ == "Constraint" else [node]


def _constraint(node: Any) -> tuple[str, list[str], str | None]:
    """(kind, columns, the table that it refers to) of a constraint; "" when it is none."""
    match type(node).__name__:
        case "ForeignKey":
            reference = node.args.get("reference")
            return "create_foreign_key", _names(node.expressions), _table(reference.this) if reference else None
        case "PrimaryKey":
            return "create_primary_key", _names(node.expressions), None
        case "UniqueColumnConstraint":
            given = node.this.expressions if type(node.this).__name__ == "Schema" else []
            return "create_unique_constraint", _names(given), None
        case "CheckColumnConstraint":
            return "create_check_constraint", [], None
        case "IndexColumnConstraint":
            return "create_index", _names(node.expressions), None
    return "", [], None


def _dropped(node: Any, facts: set[str]) -> Iterator[Sql]:
    if node.args.get("exists"):
        facts.add("if exists")
    match (node.args.get("kind") or "").upper():
        case "TABLE":
            for each in node.args.get("tables") or [node.this, *node.expressions]:
                yield Sql("drop_table", _table(each), facts=frozenset(facts))
        case "INDEX":
            facts |= {"concurrently"} if node.args.get("concurrently") else set()
            yield Sql("drop_index", facts=frozenset(facts))
        case _:
            yield Sql("ddl", facts=frozenset(facts))


def _altered(node: Any, facts: set[str]) -> Iterator[Sql]:
    if (node.args.get("kind") or "TABLE").upper() != "TABLE":
        yield Sql("ddl", facts=frozenset(facts))
        return
    table = _table(node.this)
    common = {"if exists"} if node.args.get("exists") else set()
    common |= {"not valid"} if node.args.get("not_valid") else set()
    renamed_to = next(
        (each for each in node.args.get("options") or () if type(each).__name__ == "ToTableProperty"), None
    )
    for action in node.args.get("actions") or ():
        yield from _action(action, table, common | (facts & _has_hole_in(action)), renamed_to)


def _has_hole_in(node: Any) -> set[str]:
    return {"unknown"} if _has_hole(node) else set()


def _action(node: Any, table: str | None, facts: set[str], renamed_to: Any) -> Iterator[Sql]:
    if node.args.get("exists"):
        facts.add("if exists")
    column = node.this if type(node).__name__ in ("AlterColumn", "RenameColumn", "ModifyColumn") else node
    columns = tuple(each for each in [_known(column.name)] if each)
    match type(node).__name__:
        case "ColumnDef":
            yield Sql("add_column", table, columns, frozenset(facts | _column(node)))
        case "Drop":
            kind = (node.args.get("kind") or "").upper()
            dropped = node.args.get("tables") or [node.this]
            columns = tuple(each for each in _names(dropped) if each) if kind == "COLUMN" else ()
            name = {"COLUMN": "drop_column", "INDEX": "drop_index", "TABLE": "alter", "": "alter"}
            yield Sql(name.get(kind, "drop_constraint"), table, columns, frozenset(facts))
        case "AlterColumn":
            kind = node.args.get("dtype")
            facts |= {"retyped"} if kind is not None else set()
            facts |= {"not null"} if node.args.get("allow_null") is False else set()
            yield Sql("alter_column", table, columns, frozenset(facts), after=kind.sql() if kind is not None else None)
        case "ModifyColumn":
            old = node.args.get("rename_from")
            new = _known(column.name) if old is not None else None
            facts |= {"retyped"} | _column(column) | ({"renamed"} if old is not None else set())
            columns = tuple(each for each in [_known(old.name)] if each) if old is not None else columns
            yield Sql("alter_column", table, columns, frozenset(facts), new)
        case "RenameColumn":
            yield Sql("alter_column", table, columns, frozenset(facts | {"renamed"}), _known(node.args["to"].name))
        case "AlterRename" | "RenameTable" if renamed_to is not None:
            columns = tuple(each for each in [_known(node.this.name)] if each)
            yield Sql("alter_column", table, columns, frozenset(facts | {"renamed"}), _known(renamed_to.this.name))
        case "AlterRename" | "RenameTable":
            yield Sql("rename_table", table, (), frozenset(facts), _known(node.this.name))
        case "AddConstraint":
            for each in node.expressions:
                for constraint in _constraints(each):
                    kind, names, referent = _constraint(constraint)
                    yield Sql(kind or "alter", table, tuple(name for name in names if name), frozenset(facts), referent)
        case _:
            yield Sql("alter", table, (), frozenset(facts))


_COMPARISONS = frozenset(("EQ", "GT", "GTE", "LT", "LTE", "Is", "Between", "Like", "In", "NullSafeEQ", "Glob"))


def _query(kind: str, node: Any, source: Any, facts: set[str]) -> Sql:
    table = _table(source)
    with_ = node.args.get("with_") or node.args.get("with")
    own = {each.alias for each in with_.expressions} if with_ is not None else set()
    facts |= {"returning"} if node.args.get("returning") is not None else set()
    facts |= {"ordered"} if node.args.get("order") is not None else set()
    facts |= {"limited"} if node.args.get("limit") is not None else set()
    shown = node.expressions if kind == "select" else []
    if node.args.get("group") is not None or any(_is_summed(each) for each in shown):
        facts.add("summed")
    if len(shown) == 1 and shown[0].is_star and type(shown[0]).__name__ in ("Star", "Column") and table not in own:
        facts.add("star")
    is_one = table is not None and table not in own and not node.args.get("joins") and not source.args.get("joins")
    is_one = (
        is_one
        and not node.args.get("using")
        and not (kind == "update" and (node.args.get("from_") or node.args.get("from")))
    )
    where = node.args.get("where") if kind != "insert" else None
    compared = _compared(where.this) if is_one and where is not None and "unknown" not in facts else None
    names = dict.fromkeys(name for name, _ in compared or ())
    sought = dict.fromkeys(name for name, is_sought in compared or () if is_sought)
    return Sql(kind, table, (), frozenset(facts), compared=tuple(names), sought=tuple(sought))


def _compared(node: Any) -> list[tuple[str, bool]] | None:
    """The columns of a chain of comparisons, and whether each is sought; None when it is anything else."""
    match type(node).__name__:
        case "Paren":
            return _compared(node.this)
        case "And":
            left, right = _compared(node.this), _compared(node.expression)
            return left + right if left is not None and right is not None else None
        case name if name in _COMPARISONS and type(node.this).__name__ == "Column":
            is_nested = any(type(each).__name__ in ("Select", "Match") for each in node.walk())
            return [(node.this.name, _is_sought(name, node))] if not is_nested else None
    return None


def _is_sought(name: str, node: Any) -> bool:
    """Whether a comparison asks for values that are handed over."""
    given = node.expressions if name == "In" else [node.expression] if name in ("EQ", "NullSafeEQ") else []
    return bool(given) and all(type(each).__name__ in ("Placeholder", "Parameter") for each in given)


def _is_summed(node: Any) -> bool:
    return any(kind.__name__ == "AggFunc" for each in node.walk() for kind in type(each).__mro__)


def _pragma(node: Any) -> Iterator[Sql]:
    """`PRAGMA name`, `PRAGMA schema.name = value`, `PRAGMA name(value)`; the name is in `columns`."""
    given = node.this
    value = None
    if type(given).__name__ == "EQ":
        given, value = given.this, given.expression
    name = given.expression.name if type(given).__name__ == "Dot" else given.name
    columns = (name.lower(),) if _known(name) else ()
    yield Sql("pragma", columns=columns, after=value.name if value is not None else None)
