"""Alembic revisions: what `upgrade` and `downgrade` do, in order, and the graph of the revisions of a project.

Read from source. A value that is not a constant is None; a table whose name is not known may be any, also one that the
same revision created. Raw SQL is parsed, see `sql.py`; what a statement does besides changing tables is "sql".
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..module.index import children
from ..records import NamedTuple
from .readings import fact
from .sql import HOLE, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..config import Config
    from ..module import Module
    from .modules import Modules

_SIGNATURES = {
    "add_column": ("table", "column"),
    "drop_column": ("table", "column"),
    "alter_column": ("table", "column"),
    "create_table": ("table",),
    "drop_table": ("table",),
    "rename_table": ("table", "new_name"),
    "create_index": ("name", "table", "columns"),
    "drop_index": ("name", "table"),
    "create_foreign_key": ("name", "table", "referent", "local", "remote"),
    "create_unique_constraint": ("name", "table", "columns"),
    "create_check_constraint": ("name", "table", "condition"),
    "create_exclude_constraint": ("name", "table"),
    "create_primary_key": ("name", "table", "columns"),
    "drop_constraint": ("name", "table", "type"),
    "create_table_comment": ("table",),
    "drop_table_comment": ("table",),
    "bulk_insert": ("rows",),
    "execute": ("sql",),
}
"""Operation → its positional parameters; in batch mode "table" is left out."""
_KEYWORDS = {
    "table_name": "table", "source_table": "table", "source": "table", "old_table_name": "table",
    "new_table_name": "new_name", "column_name": "column", "index_name": "name", "constraint_name": "name",
    "referent_table": "referent", "local_cols": "local", "remote_cols": "remote", "sqltext": "sql", "type_": "type",
}  # fmt: skip
_DATA = frozenset(("execute", "sql", "bulk_insert", "delete", "update", "insert", "commit"))
"""Operations that leave the schema as it is, as far as is known."""
_RAW = {"select": "sql", "pragma": "sql", "begin": "sql", "rollback": "sql", "unknown": "execute"}
"""What statements of raw SQL are for a revision that does not tell them apart. What could not be parsed may do
anything, as what is executed without its text being known."""
_LIBRARIES = frozenset(("sqlalchemy", "sqlmodel", "alembic"))
_MAX_DEPTH = 6


class Operation(NamedTuple):
    """One change, by a call of `op`, of a batch, or by a statement of raw SQL."""

    kind: str
    """Name of the operation: "add_column"; of raw SQL the same, or "delete", "update", "insert", "sql"."""
    node: ast.Call
    """The call in the migration's own file."""
    table: str | None
    columns: tuple[str, ...]
    facts: frozenset[str]
    """"not null", "default" (of the server), "generated", "primary key", "concurrently", "unique", "not valid",
    "renamed", "retyped", "if exists" (or if it does not), "all rows" (of a deletion),
    "raw" (SQL), "unknown" (options that are not known)."""
    is_new: bool | None
    """Whether the same revision created the table before; None: not known."""
    is_conditional: bool
    """Whether it runs under a condition, in a loop or handler."""
    in_autocommit: bool
    new_name: str | None = None
    """Of a renaming: what it is called afterwards. Of a foreign key: the table that it refers to."""
    before: str | None = None
    after: str | None = None
    """Types of a column whose type changes, as written."""

    @property
    def changes_schema(self) -> bool:
        return self.kind not in _DATA


class Direction(NamedTuple):
    """`upgrade` or `downgrade`."""

    function: ast.FunctionDef
    operations: tuple[Operation, ...]
    """Of `upgrade` alone: nobody asks what `downgrade` does, only whether it does anything."""
    is_complete: bool
    """Whether nothing is called that may change the database in ways that were not seen."""
    is_empty: bool
    """Whether its body does nothing: `pass`, `...`, a docstring, `return`."""

    @property
    def changes_schema(self) -> bool:
        return any(each.changes_schema for each in self.operations)


class Revision(NamedTuple):
    """A migration file."""

    path: str
    revision: str | None
    down: tuple[str, ...] | None
    """The revisions that it follows; empty: the first. None: not known."""
    upgrade: Direction | None
    downgrade: Direction | None
    imports: tuple[tuple[str, ast.alias, ast.stmt], ...]
    """(name in this file, what is imported, the statement) of everything that it imports, in functions, too."""


class MigratedSchema(NamedTuple):
    """Tables and columns that the revisions of a project have ever created, whether they are still there or not."""

    columns: Mapping[str, frozenset[str]]
    unknown: frozenset[str]
    """Tables that have columns which could not be read."""
    doubtful: tuple[str, ...]
    """Texts of the revisions that may have created more."""

    def lacks(self, table: str, column: str) -> bool:
        """Whether a table was created, all of it is known, and no revision has created or named the column."""
        if table not in self.columns or table in self.unknown or column in self.columns[table]:
            return False
        return not any(column in text for text in self.doubtful)


class Node(NamedTuple):
    """A revision in the graph."""

    path: str
    revision: str
    down: tuple[str, ...] | None
    has_label: bool
    date: str | None
    """"2024-05-01", from "Create Date:" or from the name of the file; None: not told."""


class Graph:
    """The revisions of one environment: of the files below one `versions` folder, or in one folder."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.nodes = nodes
        self.by_path = {node.path: node for node in nodes}
        self._linked: tuple[dict[str, set[str]], dict[str, set[str]]] | None = None
        self._circular: set[str] | None = None
        self._by_revision: dict[str, list[Node]] = {}
        for node in nodes:
            self._by_revision.setdefault(node.revision, []).append(node)

    def named(self, revision: str, near: str = "") -> list[Node]:
        """The files with this revision; where several folders have it, those in the folder of `near`."""
        found = self._by_revision.get(revision, [])
        folder = near.rpartition("/")[0]
        here = [node for node in found if node.path.rpartition("/")[0] == folder]
        return here if near and here else found

    def before(self, path: str) -> Iterator[Node]:
        """The revision of a file and those that it follows, nearest first."""
        todo = [self.by_path[path]] if path in self.by_path else []
        seen = set()
        while todo:
            node = todo.pop(0)
            if node.path in seen:
                continue
            seen.add(node.path)
            yield node
            for revision in node.down or ():
                todo += self.named(revision, node.path)

    @property
    def _links(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Path → paths of the revisions that it follows, and of those that follow it."""
        if self._linked is None:
            before: dict[str, set[str]] = {node.path: set() for node in self.nodes}
            after: dict[str, set[str]] = {node.path: set() for node in self.nodes}
            for node in self.nodes:
                for revision in node.down or ():
                    for other in self.named(revision, node.path):
                        before[node.path].add(other.path)
                        after[other.path].add(node.path)
            self._linked = before, after
        return self._linked

    def is_followed(self, path: str) -> bool:
        """Whether another revision follows the one in a file."""
        return bool(self._links[1].get(path))

    def is_circular(self, path: str) -> bool:
        """Whether a revision is among those that it follows."""
        if self._circular is None:
            self._circular = _core(*self._links) & _core(*reversed(self._links))
        return path in self._circular

    def heads_with(self, path: str) -> list[Node]:
        """The heads of the revisions that are connected with a file; empty when a link of them is not known."""
        before, after = self._links
        if any(node.down is None for node in self.nodes):
            return []
        todo, seen = [path] if path in before else [], set()
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo += before[current] | after[current]
        return [self.by_path[each] for each in sorted(seen) if not after[each]]


def _core(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    """What is left when all that follows nothing is taken away, again and again: circles, and what follows them."""
    waiting = {path: len(found) for path, found in before.items()}
    free = [path for path, number in waiting.items() if not number]
    while free:
        path = free.pop()
        del waiting[path]
        for following in after[path]:
            waiting[following] -= 1
            if not waiting[following]:
                free.append(following)
    return set(waiting)


_REVISION = re.compile(r"""(?m)^revision[^=\n]*=\s*['"]([^'"\n]+)['"]""")
_DOWN = re.compile(r"""(?m)^down_revision[^=\n]*=\s*(None\b|\([^)]*\)|\[[^\]]*\]|['"][^'"\n]*['"])""")
_LABEL = re.compile(r"(?m)^branch_labels[^=\n]*=\s*(?!None\b)\S")
_DATE = re.compile(r"(?m)^\s*Create Date:\s*(\d{4}-\d{2}-\d{2})")
_DATED_NAME = re.compile(r"(?:^|/)(\d{4})[-_/]?(\d{2})[-_]?(\d{2})[^/]*$")


class Migrations:
    """The revisions of a project."""

    def __init__(self, modules: Modules, config: Config) -> None:
        self._modules = modules
        self.config = config
        self._nodes: dict[str, list[Node]] | None = None
        self._graphs: dict[str, Graph] | None = None
        self._dialects: dict[str, str | None] = {}
        self._schema: MigratedSchema | None = None

    def revision(self, module: Module) -> Revision | None:
        """The revision that a file holds; None if it holds none."""
        return _Reader(module, self.dialect).read()

    def graph(self, path: str) -> Graph:
        """The graph that the revision in a file belongs to."""
        nodes = self.nodes()
        if self._graphs is None:
            self._graphs = {key: Graph(tuple(some)) for key, some in nodes.items()}
        return self._graphs.get(_environment(path)) or Graph(())

    @fact("migrations.nodes", lambda self: self._modules)
    def nodes(self) -> dict[str, list[Node]]:
        """Environment → its revisions."""
        if self._nodes is None:
            self._nodes = {}
            for each in self._modules.mentioning_any((b"down_revision",)):
                node = self._node(each)
                if node is not None:
                    self._nodes.setdefault(_environment(each), []).append(node)
        return self._nodes

    def _node(self, path: str) -> Node | None:
        text = (self._modules.bytes_of(path) or b"").decode("utf-8", "replace")
        revision = _REVISION.search(text)
        if revision is None or "down_revision" not in text:
            return None
        said = _DOWN.search(text)
        down: tuple[str, ...] | None = None
        if said is not None:
            down = tuple(re.findall(r"""['"]([^'"\n]+)['"]""", said[1]))
            if said[1][0] in "([" and not down and re.search(r"\w", said[1]):
                down = None
        date = _DATE.search(text)
        told = date[1] if date else None
        if told is None and (named := _DATED_NAME.search(path)) and "01" <= named[2] <= "12" and named[3] <= "31":
            told = f"{named[1]}-{named[2]}-{named[3]}"
        return Node(path, revision[1], down, _LABEL.search(text) is not None, told)

    @property
    @fact("migrations.schema", lambda self: self._modules)
    def schema(self) -> MigratedSchema:
        """What all revisions together have ever created."""
        if self._schema is None:
            self._schema = self._created()
        return self._schema

    def _created(self) -> MigratedSchema:
        columns: dict[str, set[str]] = {}
        created: set[str] = set()
        unknown: set[str] = set()
        renamed: list[tuple[str, str]] = []
        doubtful: list[str] = []
        renames_any = False
        for path in self._modules.mentioning_any((b"down_revision",)):
            module = self._modules.lent(path)
            revision = self.revision(module) if module is not None else None
            if module is None or revision is None or revision.upgrade is None:
                continue
            is_doubtful = not revision.upgrade.is_complete
            for each in revision.upgrade.operations:
                changes = each.kind in ("create_table", "add_column", "alter_column", "rename_table")
                is_doubtful |= each.kind in ("alter", "ddl", "execute")
                if each.table is None or (each.kind == "add_column" and not each.columns):
                    is_doubtful |= changes
                    renames_any |= each.kind == "rename_table"
                    continue
                if each.kind == "create_table":
                    created.add(each.table)
                    if "unknown" in each.facts:
                        unknown.add(each.table)
                if each.kind in ("create_table", "add_column"):
                    columns.setdefault(each.table, set()).update(each.columns)
                if each.kind == "rename_table":
                    is_doubtful |= each.new_name is None
                    renamed += [(each.table, each.new_name)] if each.new_name is not None else []
                if each.kind == "alter_column" and "renamed" in each.facts:
                    is_doubtful |= each.new_name is None
                    columns.setdefault(each.table, set()).update([each.new_name] if each.new_name else [])
            if is_doubtful:
                doubtful.append(module.text)
        unknown |= columns.keys() - created if not renames_any else columns.keys()
        for _ in renamed:
            for old, new in renamed:
                columns.setdefault(new, set()).update(columns.get(old, ()))
                unknown = unknown | {new} if old in unknown or old not in columns else unknown - ({new} - created)
        return MigratedSchema(
            {name: frozenset(held) for name, held in columns.items()}, frozenset(unknown), tuple(doubtful)
        )

    def creates_lately(self, path: str, table: str, days: int) -> bool:
        """Whether one of the revisions that the one in a file follows creates a table, not more than so many days
        before."""
        from datetime import date

        chain = [node for node in self.graph(path).before(path) if node.date is not None]
        if not chain or chain[0].path != path:
            return False
        own = date.fromisoformat(chain[0].date or "")
        creating = re.compile(rb"create_table\(\s*['\"]" + re.escape(table.encode()) + rb"['\"]")
        return any(
            (own - date.fromisoformat(node.date or "")).days <= days
            and creating.search(self._modules.bytes_of(node.path) or b"") is not None
            for node in chain
        )

    def is_newer(self, path: str, since: str) -> bool:
        """Whether the revision in a file came after `since`: a revision of the project, or a date "2025-01-31".

        A file that tells no date is as old as the newest one before it that does. An unknown revision: everything is.
        """
        graph = self.graph(path)
        chain = list(graph.before(path))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
            date = next((node.date for node in chain if node.date is not None), None)
            return date is not None and date >= since
        if not graph.named(since):
            return True
        return any(node.revision == since for node in chain[1:])

    def dialect(self, path: str) -> str | None:
        """The database that a file's migrations are for: as configured, by the folder, or by what they and their
        `env.py` name, if that is only one; None: not known, or several."""
        if self.config.dialect:
            return self.config.dialect
        folder = _environment(path)
        inner = path[len(folder) :].lower()
        for word, name in _FOLDERS.items():
            if f"/{word}" in inner.rpartition("/")[0]:
                return name
        return self._dialect_of(folder)

    @fact("migrations._dialect_of", lambda self: self._modules)
    def _dialect_of(self, folder: str) -> str | None:
        if folder not in self._dialects:
            self._dialects[folder] = self._named(folder)
        return self._dialects[folder]

    def _named(self, folder: str) -> str | None:
        above = folder.rpartition("/")[0]
        found = set()
        for path in self._modules.mentioning_any((b"alembic",)):
            if path.startswith(f"{folder}/") or path in (f"{above}/env.py", "env.py") or _environment(path) == folder:
                data = self._modules.bytes_of(path) or b""
                if b"batch_alter_table" in data or b"render_as_batch=True" in data:
                    found.add("sqlite")
                if not any(word in data for word in _DIALECT_WORDS):
                    continue
                for named in _DIALECT.finditer(data.decode("utf-8", "replace")):
                    word = next(filter(None, named.groups()))
                    found.add({"postgres": "postgresql", "mariadb": "mysql"}.get(word, word))
        return found.pop() if len(found) == 1 else None


_FOLDERS = {"postgres": "postgresql", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}
_DIALECTS = "(postgresql|postgres|sqlite|mysql|mariadb|mssql|oracle)"
_DIALECT_WORDS = (b"postgres", b"sqlite", b"mysql", b"mariadb", b"mssql", b"oracle")
_DIALECT = re.compile(
    rf"""sqlalchemy\.dialects(?:\.|\s+import\s+){_DIALECTS}|dialect[^\n]*['"]{_DIALECTS}['"]"""
    rf"""|\b{_DIALECTS}(?:\+\w+)?://|\b{_DIALECTS}_\w+\s*="""
)
"""Words that tell a database for sure: an import of its types, a comparison of the dialect's name, a URL, an option."""


def _environment(path: str) -> str:
    """The folder of the environment that a file belongs to: the outermost `versions`, else its own."""
    folders = path.split("/")[:-1]
    if "versions" in folders:
        return "/".join(folders[: folders.index("versions") + 1])
    return "/".join(folders)


# Reading a revision


class _Context(NamedTuple):
    batches: Mapping[str, str | None]
    """Name of a batch → its table."""
    bound: Mapping[str, ast.expr | None]
    """Parameters of a helper function → what it is called with."""
    place: ast.Call | None
    """The call in `upgrade` that leads here."""
    conditional: bool
    autocommit: bool
    depth: int


class _Reader:
    def __init__(self, module: Module, dialect: Callable[[str], str | None]) -> None:
        self.module = module
        self.tree = module.tree
        self.path = module.path
        self.dialect = dialect
        self.functions = {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}
        self.constants: dict[str, ast.expr | None] = {}
        self.ops: set[str] = set()
        self.imported: set[str] = set()
        self.locals: dict[str, ast.expr | None] = {}
        self.found: list[Operation] = []
        self.created: set[str] = set()
        self.unknown_tables = False
        self.complete = True

    def read(self) -> Revision | None:
        for statement in self.tree.body:
            for name, value in _assigned(statement):
                self.constants[name] = None if name in self.constants else value
        if "revision" not in self.constants or "down_revision" not in self.constants:
            return None
        imports = []
        # Most revisions need no index of their nodes: imports are statements.
        for node in _statements(self.tree.body):
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                imports.append((name, alias, node))
                origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                if f"{origin}{alias.name}" == "alembic.op":
                    self.ops.add(name)
                elif not (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _LIBRARIES):
                    self.imported.add(name)
        revision = self._text(self.constants["revision"], {})
        down = self.constants["down_revision"]
        before: tuple[str, ...] | None = None
        if isinstance(down, ast.Constant) and down.value is None:
            before = ()
        elif isinstance(down, (ast.Tuple, ast.List)):
            known = [self._text(item, {}) for item in down.elts]
            before = tuple(item for item in known if item is not None) if None not in known else None
        elif (one := self._text(down, {})) is not None:
            before = (one,)
        return Revision(
            self.path, revision, before, self._direction("upgrade"), self._direction("downgrade"), tuple(imports)
        )

    def _direction(self, name: str) -> Direction | None:
        function = self.functions.get(name)
        if function is None:
            return None
        self.found, self.created, self.unknown_tables, self.complete = [], set(), False, True
        if name == "upgrade":
            self._function(function, _Context({}, {}, None, False, False, 0))
        return Direction(function, tuple(self.found), self.complete, _does_nothing(function.body))

    def _function(self, function: ast.FunctionDef, context: _Context) -> None:
        outer = self.locals
        self.locals = {}
        for statement in _statements(function.body):
            for name, value in _assigned(statement):
                self.locals[name] = None if name in self.locals else value
        self._body(function.body, context)
        self.locals = outer

    def _body(self, body: list[ast.stmt], context: _Context) -> None:
        for statement in body:
            self._statement(statement, context)

    def _statement(self, statement: ast.stmt, context: _Context) -> None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return
            case ast.With(items=items, body=body):
                inner = context
                for item in items:
                    inner = self._entered(item, inner)
                self._body(body, inner)
            case ast.If(test=test, body=body, orelse=orelse):
                self._expression(test, context)
                within = context._replace(conditional=True)
                self._body(body, within)
                self._body(orelse, within)
            case ast.For(target=target, iter=several, body=body, orelse=orelse):
                self._expression(several, context)
                self._loop(target, several, body, context)
                self._body(orelse, context)
            case ast.While(test=test, body=body):
                self._expression(test, context)
                self._body(body, context._replace(conditional=True))
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                within = context._replace(conditional=True)
                self._body(body, within)
                for handler in handlers:
                    self._body(handler.body, within)
                self._body(orelse, within)
                self._body(final, context)
            case _:
                self._expression(statement, context)

    def _loop(self, target: ast.expr, several: ast.expr, body: list[ast.stmt], context: _Context) -> None:
        """A loop over constants is run for each of them."""
        items = self._resolve(several, context.bound)
        match items:
            case ast.Call(func=ast.Attribute(value=mapping, attr="items" | "keys" | "values" as part), args=[]):
                items = _parts_of(self._resolve(mapping, context.bound), part)
            case ast.Dict():
                items = _parts_of(items, "keys")
        if isinstance(items, (ast.Tuple, ast.List, ast.Set)) and len(items.elts) <= 30:
            for item in items.elts:
                bound = dict(context.bound)
                if isinstance(target, ast.Name):
                    bound[target.id] = item
                elif isinstance(target, ast.Tuple) and isinstance(item, (ast.Tuple, ast.List)):
                    for name, value in zip(target.elts, item.elts, strict=False):
                        if isinstance(name, ast.Name):
                            bound[name.id] = value
                self._body(body, context._replace(bound=bound))
            return
        bound = {**context.bound, **{each.id: None for each in ast.walk(target) if isinstance(each, ast.Name)}}
        self._body(body, context._replace(bound=bound, conditional=True))

    def _entered(self, item: ast.withitem, context: _Context) -> _Context:
        call = item.context_expr
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            self._expression(call, context)
            return context
        if call.func.attr == "batch_alter_table" and isinstance(item.optional_vars, ast.Name):
            table = self._text(_given(call, 0, "table_name"), context.bound)
            return context._replace(batches={**context.batches, item.optional_vars.id: table})
        if call.func.attr == "autocommit_block":
            return context._replace(autocommit=True)
        self._expression(call, context)
        return context

    def _expression(self, node: ast.AST, context: _Context) -> None:
        for call in sorted(_calls(node), key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0)):
            self._call(call, context)

    def _call(self, call: ast.Call, context: _Context) -> None:
        match call.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=method) if owner in context.batches:
                self._operation(call, method, context, context.batches[owner], batch=True)
            case ast.Attribute(value=ast.Name(id=owner), attr=method) if owner in self.ops:
                self._operation(call, method, context, None, batch=False)
            case ast.Attribute(attr="execute" | "exec" | "exec_driver_sql"):
                self._operation(call, "execute", context, None, batch=False)
            case ast.Attribute(attr="create" | "drop" | "create_all" | "drop_all"):
                self.complete = False
                self.unknown_tables = True
            case ast.Name(id=name) if name in self.functions and context.depth < _MAX_DEPTH:
                self._helper(self.functions[name], call, context)
            case ast.Name(id=name) if name in self.imported and self._gives_connection(call, context):
                self.complete = False
                self.unknown_tables = True

    def _gives_connection(self, call: ast.Call, context: _Context) -> bool:
        names = {node.id for each in [*call.args, *(k.value for k in call.keywords)] for node in ast.walk(each)
                 if isinstance(node, ast.Name)}  # fmt: skip
        return not names.isdisjoint({*self.ops, *context.batches, "conn", "connection", "bind", "session"})

    def _helper(self, function: ast.FunctionDef, call: ast.Call, context: _Context) -> None:
        parameters = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        defaults = dict(zip(reversed(parameters), reversed(function.args.defaults), strict=False))
        defaults |= {
            each.arg: value
            for each, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            if value is not None
        }
        given: dict[str, ast.expr | None] = dict.fromkeys(parameters)
        given.update(defaults)
        for name, value in [*zip(parameters, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]:
            if name is not None:
                given[name] = self._resolve(value, context.bound)
        batches = {
            name: context.batches[value.id]
            for name, value in given.items()
            if isinstance(value, ast.Name) and value.id in context.batches
        }
        ops = {name for name, value in given.items() if isinstance(value, ast.Name) and value.id in self.ops}
        added = ops - self.ops
        self.ops |= added
        self._function(
            function,
            context._replace(batches=batches, bound=given, place=context.place or call, depth=context.depth + 1),
        )
        self.ops -= added

    # One operation

    def _operation(self, call: ast.Call, kind: str, context: _Context, table: str | None, *, batch: bool) -> None:
        signature = _SIGNATURES.get(kind)
        if signature is None:
            return
        if batch and "table" in signature and kind not in ("create_table", "drop_table"):
            signature = tuple(each for each in signature if each != "table")
        given: dict[str, ast.expr] = dict(zip(signature, call.args, strict=False))
        for keyword in call.keywords:
            if keyword.arg is not None and not (batch and keyword.arg in ("source_schema",)):
                given[_KEYWORDS.get(keyword.arg, keyword.arg)] = keyword.value
        if kind == "execute":
            self._raw(call, given.get("sql") or given.get("statement") or _given(call, 0, "statement"), context)
            return
        if not batch:
            table = self._text(given.get("table"), context.bound)
        elif kind == "rename_table":
            return
        facts = set()
        if any(keyword.arg is None for keyword in call.keywords) or any(isinstance(a, ast.Starred) for a in call.args):
            facts.add("unknown")
        if any(_is(given.get(name), True) for name in ("if_exists", "if_not_exists")):
            facts.add("if exists")
        columns: tuple[str, ...] = ()
        new_name = before = after = None
        match kind:
            case "add_column":
                name, more = self._column(given.get("column"), context)
                columns = (name,) if name is not None else ()
                facts |= more
            case "drop_column" | "alter_column":
                name = self._text(given.get("column"), context.bound)
                columns = (name,) if name is not None else ()
                if kind == "alter_column":
                    new = given.get("new_column_name") or given.get("name")
                    new_name = self._text(new, context.bound)
                    if new is not None and not _is_none(new):
                        facts.add("renamed")
                    if "type" in given and not _is_none(given["type"]):
                        facts.add("retyped")
                        after = ast.unparse(given["type"])
                        before = ast.unparse(given["existing_type"]) if "existing_type" in given else None
                    if _is(given.get("nullable"), False) and not _is(given.get("existing_nullable"), False):
                        facts.add("not null")
            case "rename_table":
                new_name = self._text(given.get("new_name"), context.bound)
            case "create_table":
                columns, more = self._columns(call.args[1:], context)
                facts |= more
            case "create_index" | "create_unique_constraint" | "create_primary_key":
                columns = self._texts(given.get("columns"), context.bound)
                concurrently = given.get("postgresql_concurrently")
                if concurrently is not None and not _is(concurrently, False):
                    facts.add("concurrently")
                if _is(given.get("unique"), True):
                    facts.add("unique")
            case "create_foreign_key" | "create_check_constraint":
                columns = self._texts(given.get("local"), context.bound)
                new_name = self._text(given.get("referent"), context.bound)
                if "postgresql_not_valid" in given and not _is(given["postgresql_not_valid"], False):
                    facts.add("not valid")
        self._add(call, kind, context, table, columns, facts, new_name, before, after)

    def _add(
        self,
        call: ast.Call,
        kind: str,
        context: _Context,
        table: str | None,
        columns: tuple[str, ...],
        facts: set[str],
        new_name: str | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        is_new: bool | None = table in self.created if table is not None else None
        if is_new is False and self.unknown_tables:
            is_new = None
        self.found.append(
            Operation(
                kind,
                context.place or call,
                table,
                columns,
                frozenset(facts),
                is_new,
                context.conditional,
                context.autocommit,
                new_name,
                before,
                after,
            )
        )
        if kind == "create_table":
            self.created |= {table} if table is not None else set()
            self.unknown_tables |= table is None
        elif kind == "rename_table":
            if table in self.created:
                self.created |= {new_name} if new_name is not None else set()
            self.unknown_tables |= table is None or new_name is None

    def _columns(self, given: list[ast.expr], context: _Context) -> tuple[tuple[str, ...], set[str]]:
        """The columns of a table that is created; "unknown" when there may be more."""
        names, facts = [], set()
        for each in given:
            made = self._resolve(each, context.bound)
            if isinstance(made, ast.Call) and _leaf(made.func).endswith(("Constraint", "Index", "Comment")):
                continue
            name, _ = self._column(made, context)
            if name is None:
                facts.add("unknown")
            else:
                names.append(name)
        return tuple(names), facts

    def _column(self, expr: ast.expr | None, context: _Context) -> tuple[str | None, set[str]]:
        made = self._resolve(expr, context.bound)
        if not isinstance(made, ast.Call) or _leaf(made.func) not in ("Column", "mapped_column"):
            return None, {"unknown"}
        facts = set()
        name = self._text(made.args[0] if made.args else None, context.bound)
        if name is None:
            name = self._text(next((k.value for k in made.keywords if k.arg == "name"), None), context.bound)
        for keyword in made.keywords:
            match keyword.arg:
                case None:
                    facts.add("unknown")
                case "nullable":
                    value = self._resolve(keyword.value, context.bound)
                    if _is(value, False):
                        facts.add("not null")
                    elif not _is(value, True):
                        facts.add("unknown")
                case "server_default" if not _is_none(keyword.value):
                    facts.add("default")
                case "primary_key" if not _is(keyword.value, False):
                    facts.add("primary key")
                case "autoincrement" if _is(keyword.value, True):
                    facts.add("generated")
        for argument in made.args[1:]:
            called = _leaf(argument.func if isinstance(argument, ast.Call) else argument)
            if called in ("Identity", "Computed", "Sequence", "FetchedValue"):
                facts.add("generated")
            if called in ("BIGSERIAL", "SERIAL", "SMALLSERIAL"):
                facts.add("generated")
            if isinstance(argument, ast.Starred):
                facts.add("unknown")
        return name, facts

    # Raw SQL

    def _raw(self, call: ast.Call, expr: ast.expr | None, context: _Context) -> None:
        text = self._sql(expr, context.bound)
        if text is None:
            self._built(call, self._resolve(expr, context.bound), context)
            return
        for each in read(text, self.dialect(self.path)):
            kind = _RAW.get(each.kind, each.kind)
            columns = tuple(name for name in each.columns if name)
            facts = set(each.facts) | {"raw"}
            self._add(call, kind, context, each.table, columns, facts, each.new_name, after=each.after)

    def _built(self, call: ast.Call, expr: ast.expr | None, context: _Context) -> None:
        """A statement that is put together: `sa.delete(t)`, `t.update().where(…)`."""
        methods = []
        current = expr
        while isinstance(current, ast.Call):
            methods.append(_leaf(current.func))
            if not isinstance(current.func, ast.Attribute):
                break
            current = current.func.value
        for kind in ("delete", "update", "insert"):
            if kind in methods:
                has_where = "where" in methods or "filter" in methods or "filter_by" in methods
                self._add(call, kind, context, None, (), set() if has_where or kind != "delete" else {"all rows"})
                return
        if methods and methods[0] in ("CreateTable", "CreateSequence", "DropTable", "DDL"):
            self.complete = False
            self.unknown_tables = True
        self._add(call, "execute", context, None, (), set())

    def _sql(self, expr: ast.expr | None, bound: Mapping[str, ast.expr | None], depth: int = 0) -> str | None:
        """Text of a statement; what is not constant in it is `HOLE`."""
        value = self._resolve(expr, bound)
        if value is None or depth > _MAX_DEPTH:
            return None
        match value:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                pieces = []
                for part in parts:
                    inner = part.value if isinstance(part, ast.FormattedValue) else part
                    known = self._sql(inner, bound, depth + 1)
                    pieces.append(HOLE if known is None else known)
                return "".join(pieces)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = self._sql(left, bound, depth + 1), self._sql(right, bound, depth + 1)
                if first is None and second is None:
                    return None
                return f"{HOLE if first is None else first}{HOLE if second is None else second}"
            case ast.BinOp(left=left, op=ast.Mod()):
                text_found = self._sql(left, bound, depth + 1)
                return None if text_found is None else _FILLED.sub(HOLE, text_found).replace("%%", "%")
            case ast.Call(func=function, args=[first_argument, *_]) if _leaf(function) in ("text", "dedent", "DDL"):
                return self._sql(first_argument, bound, depth + 1)
            case ast.Call(func=ast.Attribute(value=inner, attr="bindparams" | "strip" | "execution_options")):
                return self._sql(inner, bound, depth + 1)
            case ast.Call(func=ast.Attribute(value=inner, attr="format" | "replace")):
                text_found = self._sql(inner, bound, depth + 1)
                return None if text_found is None else _HELD.sub(HOLE, text_found)
        return None

    # Values

    def _resolve(self, expr: ast.expr | None, bound: Mapping[str, ast.expr | None]) -> ast.expr | None:
        for _ in range(_MAX_DEPTH):
            if not isinstance(expr, ast.Name):
                return expr
            if expr.id in bound:
                following = bound[expr.id]
                if following is None or (isinstance(following, ast.Name) and following.id == expr.id):
                    return following
                bound = {key: value for key, value in bound.items() if key != expr.id}
            elif expr.id in self.locals:
                following = self.locals[expr.id]
            else:
                following = self.constants.get(expr.id)
                if following is None:
                    return expr
            expr = following
        return None

    def _text(self, expr: ast.expr | None, bound: Mapping[str, ast.expr | None]) -> str | None:
        value = self._resolve(expr, bound)
        match value:
            case ast.Constant(value=str(text)):
                return text
            case ast.Call(func=ast.Attribute(attr="f"), args=[inner]):
                return self._text(inner, bound)
            case ast.Call(func=function, args=[inner, *_]) if _leaf(function) == "quoted_name":
                return self._text(inner, bound)
            case ast.JoinedStr():
                known = self._sql(value, bound)
                return known if known is not None and HOLE not in known else None
        return None

    def _texts(self, expr: ast.expr | None, bound: Mapping[str, ast.expr | None]) -> tuple[str, ...]:
        value = self._resolve(expr, bound)
        if not isinstance(value, (ast.List, ast.Tuple)):
            return ()
        known = [self._text(item, bound) for item in value.elts]
        return tuple(item for item in known if item is not None) if None not in known else ()


_HELD = re.compile(r"\{[^{}]*\}")
_FILLED = re.compile(r"%(?:\(\w+\))?[srdi]")
"""Where `.format` and `%` fill something in."""


def _parts_of(mapping: ast.expr | None, part: str) -> ast.expr | None:
    """What a loop over a dictionary that is written out goes through, as a tuple."""
    if not isinstance(mapping, ast.Dict):
        return None
    pairs = [(key, value) for key, value in zip(mapping.keys, mapping.values, strict=True) if key is not None]
    if len(pairs) != len(mapping.keys):
        return None
    items: dict[str, list[ast.expr]] = {
        "items": [ast.Tuple([key, value], ast.Load()) for key, value in pairs],
        "keys": [key for key, _ in pairs],
        "values": [value for _, value in pairs],
    }
    return ast.Tuple(items[part], ast.Load())


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, None
        case ast.For(target=target):
            for each in ast.walk(target):
                if isinstance(each, ast.Name):
                    yield each.id, None


_SIMPLE = (ast.Expr, ast.Assign, ast.Return, ast.Import, ast.ImportFrom, ast.AnnAssign, ast.Pass)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with those below them."""
    for statement in body:
        yield statement
        if statement.__class__ in _SIMPLE:
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, name, None) or [])
        for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _statements(each.body)


_APART = (ast.FunctionDef, ast.Lambda, ast.ClassDef)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    todo = [node]
    while todo:
        current = todo.pop()
        if current.__class__ is ast.Call:
            yield current
        if current.__class__ not in _APART:
            todo += children(current)


def _given(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == keyword), None)
    return named if named is not None else call.args[position] if len(call.args) > position else None


def _leaf(expr: ast.expr) -> str:
    return expr.attr if isinstance(expr, ast.Attribute) else expr.id if isinstance(expr, ast.Name) else ""


def _is(expr: ast.expr | None, value: bool) -> bool:
    return isinstance(expr, ast.Constant) and expr.value is value


def _is_none(expr: ast.expr) -> bool:
    return isinstance(expr, ast.Constant) and expr.value is None


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, ast.Return) and (each.value is None or _is_none(each.value)))
        for each in body
    )


class Migration:
    """A revision inside its project: what rules ask."""

    def __init__(self, revision: Revision, migrations: Migrations, engines: Callable[[], frozenset[str]]) -> None:
        self._migrations = migrations
        self._engines = engines
        self.path = revision.path
        self.revision = revision.revision
        self.down = revision.down
        self.upgrade = revision.upgrade
        self.downgrade = revision.downgrade
        self.imports = revision.imports

    @property
    def graph(self) -> Graph:
        return self._migrations.graph(self.path)

    @property
    def is_judged(self) -> bool:
        """Whether it is no history: it came after the revision, or on the day or after it, that the project names."""
        since = self._migrations.config.since
        return not since or self._migrations.is_newer(self.path, since)

    def is_young(self, table: str, days: int) -> bool:
        """Whether a table was created not more than so many days before this revision, by the dates of both."""
        return self._migrations.creates_lately(self.path, table, days)

    @property
    def dialect(self) -> str | None:
        """ "postgresql", "sqlite", "mysql": as configured, or what the migrations and the engines of the project agree
        on; None: not known, or several."""
        if self._migrations.config.dialect:
            return self._migrations.config.dialect
        found = self._migrations.dialect(self.path)
        engines = self._engines()
        if found is None:
            return next(iter(engines)) if len(engines) == 1 else None
        return found if not engines or found in engines else None
