"""FAR071 query-in-loop."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity, shortened
from .statements import way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Execution
    from ...rule import Violation

_MARKED = (
    "session", "Session", "sqlalchemy", "sqlmodel", "db", "repo", "store", "service", "manager", "asyncpg", "motor",
    "pymongo", "beanie", "tortoise", "databases",
)  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PORTIONS = re.compile(r"chunk|batch|partition|page|slice|bucket|window|retr(y|ies)|attempt|poll|shard", re.IGNORECASE)
"""Names of what is taken in portions, or tried again."""
_FEW = re.compile(
    r"(?i)(^|_)(built_?ins?|defaults?|supported|adapters?|columns?|fields?|configs?|segments?|backends?|dialects?)(_|$)"
)
"""Names of what a program or a table has a few of, whatever its users do."""
_IN_PORTIONS = re.compile(r"\.in_\(|\$in\b|\bANY\s*\(|\bIN\s*\(|__in=|\bIn\(")
_FIXED = ("builtins.range", "itertools.count", "itertools.repeat", "itertools.cycle")
_WRITING = frozenset(("commit", "write", "flush", "expunge", "expire"))
_DOING = re.compile(
    r"^_*(create|update|upsert|insert|add|save|delete|remove|sync|process|perform|queue|run|set|mark|attach|hold|release|replace)(_|$)"
)
"""Helpers that do something for each element."""
_ONCE = re.compile(r"migration|(^|/)(cli|commands?|seeds?|scripts?|initiali[sz]ers?|bootstrap|startup)(/|\.py$)")
"""Files whose code runs once in a while, for somebody who waits."""
_HARMLESS = frozenset(
    "len str int float isinstance getattr setattr hasattr print range list dict set tuple sorted zip enumerate min max "
    "sum any all bool repr type super cast".split()
)
_MOST_READS = 2
"""A helper that sends more statements does a piece of work for each element, rather than looking something up."""


_METHODS = frozenset(
    "append extend add update insert pop items keys values join format strip split startswith endswith lower upper "
    "replace setdefault info debug warning error exception where filter options order_by model_dump isoformat encode "
    "decode is_ in_ model_validate".split()
)
"""Methods that send nothing by themselves."""


class QueryInLoop(Rule):
    """A query is sent for each element of a collection.

    Each is a round trip: what takes a millisecond on the developer's machine takes N of them between two machines, and
    holds a connection meanwhile. One statement with `IN`, or a join, answers for all elements at once. Found in loops
    and comprehensions, also when the query is in a function that they call.

    Silent for loops over portions, retries and fixed lists, for rows that are locked one by one, for work that is
    committed element by element, and for functions that write.

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)
            isbn: Mapped[str] = mapped_column(unique=True)

        def find(session: Session, isbns: list[str]) -> list[Book | None]:
            return [session.scalar(select(Book).where(Book.isbn == isbn)) for isbn in isbns]

    Good:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Book(Base):
            __tablename__ = "books"
            id: Mapped[int] = mapped_column(primary_key=True)
            isbn: Mapped[str] = mapped_column(unique=True)

        def find(session: Session, isbns: list[str]) -> list[Book | None]:
            found = session.scalars(select(Book).where(Book.isbn.in_(isbns)))
            books = {book.isbn: book for book in found}
            return [books.get(isbn) for isbn in isbns]
    """

    code = "FAR071"
    severity = Severity.WARNING
    cwe = 1073
    message = "`{call}` sends a query for each of `{rows}`{way}: ask for all of them in one statement (`IN`, or a join)"
    markers = (_MARKED, ("for ",))

    def check(self, file: File) -> Iterator[Violation]:
        if _ONCE.search(file.path) or not file.database.sends_queries:
            return
        told: set[ast.AST] = set()
        looped: dict[ast.AST, dict[ast.AST, list[ast.Call]]] = {}
        for loop in file.nodes(ast.For, ast.AsyncFor, *_COMPREHENSIONS):
            function = file.function(loop)
            if function is None:
                continue
            if function not in looped:
                looped[function] = file.database.looped(function)
            names = _elements(file, loop) if loop in looped[function] else ()
            for call in looped[function][loop] if names else ():
                if _is_harmless(call.func) and not isinstance(file.parent(call), ast.Await):
                    continue
                if call in told or not any(file.mentions(call, name) for name in names):
                    continue
                found = self._found(file, loop, call)
                if found is not None:
                    told.update(file.within(_body(loop), ast.Call))
                    yield found

    def _found(self, file: File, loop: ast.AST, call: ast.Call) -> Violation | None:
        executions = file.database.executions_of(call)
        reading = next((each for each in executions if loop in each.loops and _reads(each)), None)
        if reading is None or (reading.chain and not _looks_up(file, call, executions)):
            return None
        rows = _rows(file, loop)
        if rows is None or not any(file.mentions(call, name) for name in rows[0]):
            return None
        if _in_portions(file, rows[0], reading) or _commits(file, loop):
            return None
        related = tuple(Related(step.path, step.line, f"calls `{step.name}`") for step in reading.chain)
        return self.at(call, related=related, call=_called(call), rows=rows[1], way=way(reading))


def _is_harmless(called: ast.expr) -> bool:
    """Whether a call can be left out by its name: it is no query, nor a function that sends one."""
    match called:
        case ast.Name(id=name):
            return name in _HARMLESS or name[:1].isupper()
        case ast.Attribute(attr=name):
            return name in _METHODS
    return False


def _body(loop: ast.AST) -> list[ast.AST]:
    match loop:
        case ast.For(body=body) | ast.AsyncFor(body=body):
            return list(body)
        case ast.DictComp(key=key, value=value, generators=generators):
            return [key, value, *(each for one in generators for each in one.ifs)]
        case ast.ListComp(elt=element, generators=generators) | ast.SetComp(elt=element, generators=generators):
            return [element, *(each for one in generators for each in one.ifs)]
        case ast.GeneratorExp(elt=element, generators=generators):
            return [element, *(each for one in generators for each in one.ifs)]
    return []


def _reads(execution: Execution) -> bool:
    """Whether it looks up rows of a known table."""
    if execution.inner_loops or len(execution.chain) > 3:
        return False
    statement = execution.statement
    if execution.kind in ("get", "refresh"):
        return statement is not None and not (
            isinstance(statement.node, ast.Call) and getattr(statement.node.func, "attr", "") == "merge"
        )
    if execution.kind != "execute" or statement is None or statement.for_update:
        return False
    if statement.kind == "text":
        text = statement.text.upper() if statement.text is not None else ""
        return text.lstrip().startswith("SELECT") and "FOR UPDATE" not in text
    known = bool(execution.chain or statement.filters or statement.of) or any(item.entity for item in statement.items)
    return statement.kind == "select" and known


def _looks_up(file: File, node: ast.AST, executions: tuple[Execution, ...]) -> bool:
    """Whether the function that is called only reads, and little, for a result that is used."""
    outer = file.parent(node)
    outer = file.parent(outer) if isinstance(outer, ast.Await) else outer
    name = executions[0].chain[0].name.rpartition(".")[2] if executions[0].chain else ""
    if isinstance(outer, ast.Expr) or _DOING.match(name) or any(each.kind in _WRITING for each in executions):
        return False
    sent = [each for each in executions if each.sends]
    return len(sent) <= _MOST_READS and all(
        each.kind != "execute" or (each.statement is not None and each.statement.kind in ("select", "text"))
        for each in sent
    )


def _elements(file: File, loop: ast.AST) -> list[str]:
    """The local names that hold an element of what a loop goes over, or a part of it."""
    match loop:
        case ast.For(target=target, body=body) | ast.AsyncFor(target=target, body=body):
            names = _names(file, target)
            for each in file.within(body, ast.Assign):
                if isinstance(each.value, ast.Name) and each.value.id in names:
                    names += [name for part in each.targets for name in _names(file, part)]
            return names
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [name for each in loop.generators for name in _names(file, each.target)]
    return []


def _rows(file: File, loop: ast.AST) -> tuple[list[str], str] | None:
    """The names that hold elements, and what the loop goes over as text; None if their number is fixed."""
    match loop:
        case ast.For(iter=iterable, body=body) | ast.AsyncFor(iter=iterable, body=body):
            names = _elements(file, loop)
            if _is_fixed(file, iterable) or file.within(body, ast.Break) or any(map(_FEW.search, names)):
                return None
            return names, shortened(ast.unparse(iterable), 40)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            open_ = [each for each in loop.generators if not _is_fixed(file, each.iter)]
            names = [name for each in open_ for name in _names(file, each.target)]
            return (names, shortened(ast.unparse(open_[0].iter), 40)) if open_ else None
    return None


def _is_fixed(file: File, iterable: ast.expr) -> bool:
    """Whether a loop goes over a list in the code, over numbers, over portions, or over sessions."""
    for each in file.values(iterable):
        match each:
            case ast.Tuple() | ast.List() | ast.Set() | ast.Dict() | ast.Constant():
                elements = getattr(each, "elts", None) or getattr(each, "keys", None)
                if elements:
                    return True
    if isinstance(iterable, ast.Await):
        iterable = iterable.value
    match iterable:
        case ast.Call(func=ast.Name(id="enumerate" | "sorted" | "reversed" | "list" | "set" | "zip"), args=[first, *_]):
            return _is_fixed(file, first)
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "keys" | "values")):
            return _is_fixed(file, owner)
        case ast.Call():
            if file.resolved(iterable) in _FIXED:
                return True
            text = ast.unparse(iterable.func)
            if any(words.search(text) for words in (_PORTIONS, _FEW)) or re.search(
                r"(?i)session|(^|_)db($|_)", text.rpartition(".")[2]
            ):
                return True
        case ast.Subscript(slice=ast.Slice()):
            return True
        case ast.Name(id=name) if name.isupper() or _PORTIONS.search(name) or _FEW.search(name):
            return True
        case ast.Attribute(attr=name) if name.isupper() or _FEW.search(name):
            return True
    if file.is_subclass(iterable, "enum.Enum"):
        return True
    return file.value_of(iterable) is not file.UNKNOWN


def _commits(file: File, loop: ast.AST) -> bool:
    """Whether each element is a transaction, or a session, of its own."""
    for call in file.within(_body(loop), ast.Call):
        if file.database.creates_session(call):
            return True
        for each in file.database.executions_of(call):
            if not each.chain and each.kind in ("commit", "rollback", "close"):
                return True
            if each.chain and each.kind == "commit" and each.session is None:
                return True
    return any(
        file.database.is_session(item.context_expr) is not None
        for manager in file.within(_body(loop), ast.With, ast.AsyncWith)
        for item in manager.items
    )


def _in_portions(file: File, names: list[str], execution: Execution) -> bool:
    """Whether the query asks for many rows for each element."""
    statement = execution.statement
    if statement is None:
        return False
    if statement.opaque and _IN_PORTIONS.search(ast.unparse(statement.node)):
        return True
    return any(
        each.operator == "in_"
        and (each.value is None or bool(execution.chain) or any(file.mentions(each.value, name) for name in names))
        for each in statement.filters
    )


def _names(file: File, target: ast.AST) -> list[str]:
    return [each.id for each in file.everywhere(target) if isinstance(each, ast.Name)]


def _called(node: ast.AST) -> str:
    text = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)
    text = " ".join(text.split())
    return f"{text[:28]}…{text[-20:]}" if len(text) > 50 else text
