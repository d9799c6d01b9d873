"""FAR069 check-then-insert."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...regex import regex
from ...rule import Related, Rule, Severity
from ...shapes import all_arguments, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Entity, Execution, Table
    from ...rule import Violation

_CARE = regex(r"(?i)lock|on_conflict|on_duplicate|for_update")


class CheckThenInsert(Rule):
    """A row is looked up by a key and inserted if there is none, and no unique constraint keeps the key unique.

    Two requests at the same time both find nothing, and both insert: from then on the key has two rows, and `one()`
    fails for ever. Only the database can refuse the second one: by a unique constraint or a unique index on the columns
    that are looked up; then catch `IntegrityError`, or insert with `on_conflict_do_nothing`.

    Bad:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str]

        def register(session: Session, email: str):
            found = session.scalars(select(User).where(User.email == email)).first()
            if found is None:
                session.add(User(email=email))
                session.commit()

    Good:

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str] = mapped_column(unique=True)

        def register(session: Session, email: str):
            found = session.scalars(select(User).where(User.email == email)).first()
            if found is None:
                session.add(User(email=email))
                session.commit()
    """

    code = "FAR069"
    severity = Severity.WARNING
    cwe = 367
    message = (
        "two requests can both find no `{entity}` by {columns}, and both insert one: nothing in `{table}` makes "
        "{columns} unique"
    )
    markers = (("add(", "add_all(", "save("), ("ession", "db"), ("if ",))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used:
            return
        adding = {
            file.function(call)
            for call in file.nodes(ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "add"
        }
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            if function not in adding or not file.within(function, ast.If):
                continue
            made = [call for call in file.within(function, ast.Call) if call.keywords and _names_class(call)]
            made = [call for call in made if _is_added(file, function, call)]
            made = [call for call in made if file.database.class_of(call.func) is not None]
            if not made or _is_careful(file, function):
                continue
            looked = [each for each in file.database.executions(function) if each.kind == "execute"]
            for call in made:
                yield from self._inserted(file, function, call, looked)

    def _inserted(self, file: File, function: ast.AST, call: ast.Call, looked: list[Execution]) -> Iterator[Violation]:
        entity = file.database.class_of(call.func)
        table = file.database.table(entity.table) if entity is not None else None
        if entity is None or table is None or not (entity.complete and table.complete) or entity.parent is not None:
            return
        for each in looked:
            key = _key(file, entity, each, call)
            if not key or not _decides(file, function, each.node, call):
                continue
            columns = [column.name for name in key if (column := entity.column(name)) is not None]
            if len(columns) != len(key) or _is_guarded(table, columns):
                continue
            if file.database.is_constrained_elsewhere(table, columns):
                continue
            related = (
                Related(file.path, getattr(each.node, "lineno", 1), "looked up here"),
                Related(table.place.path, table.place.line, "the table"),
            )
            shown = " and ".join(f"`{name}`" for name in key)
            yield self.at(call, related=related, entity=entity.name, columns=shown, table=table.name)
            return


def _is_guarded(table: Table, columns: list[str]) -> bool:
    """Whether the table makes the columns unique, or them together with others, which may well be the same in both
    rows."""
    keys = [table.primary_key, *(each.columns for each in table.uniques)]
    keys += [each.columns for each in table.indexes if each.unique]
    return table.is_unique(*columns) or any(set(columns) <= set(key) for key in keys)


def _names_class(call: ast.Call) -> bool:
    name = last_name(call.func)
    return name[:1].isupper()


def _is_careful(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether locks or upserts are named: the function knows of the danger."""
    texts = map(file.source, (function, *function.decorator_list))
    return any(map(_CARE.search, texts)) and _CARE.search(ast.unparse(function)) is not None


def _is_added(file: File, function: ast.AST, call: ast.Call) -> bool:
    """Whether a new entity is given to `session.add`, itself or by its variable."""
    parent = file.parent(call)
    names = [target.id for target in getattr(parent, "targets", ()) if isinstance(target, ast.Name)]
    if isinstance(parent, ast.AnnAssign) and isinstance(parent.target, ast.Name):
        names = [parent.target.id]
    for each in file.within(function, ast.Call):
        match each:
            case ast.Call(func=ast.Attribute(attr="add", value=owner), args=[added]):
                same = added is call or (isinstance(added, ast.Name) and added.id in names)
                if same and file.database.is_session(owner) is not None:
                    return True
    return False


def _key(file: File, entity: Entity, each: Execution, call: ast.Call) -> tuple[str, ...]:
    """The attributes that are looked up by values which the new row gets; empty when it is another look-up."""
    statement = each.statement
    if statement is None or statement.kind != "select" or not statement.complete or statement.joins:
        return ()
    if statement.entities and tuple(statement.entities) != (entity.symbol,):
        return ()
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    handed = {file.source(argument) for argument in _arguments(each.node)} if each.chain else set()
    found: list[str] = []
    for condition in statement.filters:
        attribute = condition.ref.attribute
        if condition.ref.entity.symbol != entity.symbol or condition.operator != "==" or condition.function is not None:
            return ()
        value = given.get(attribute)
        if value is None:
            return ()
        shown = file.source(value)
        here = condition.path == file.path and condition.value is not None and not each.chain
        if not (here and file.source(condition.value) == shown) and shown not in handed:  # type: ignore[arg-type]
            return ()
        found.append(attribute)
    return tuple(dict.fromkeys(found))


def _arguments(node: ast.AST) -> list[ast.expr]:
    return all_arguments(node) if isinstance(node, ast.Call) else []


def _decides(file: File, function: ast.AST, look: ast.AST, call: ast.Call) -> bool:
    """Whether the new row is made because the look-up found nothing."""
    statement = file.statement(look)
    names = [target.id for target in getattr(statement, "targets", ()) if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        names = [statement.target.id]
    around = set(file.ancestors(call))
    flow = file.flow(function)
    for branch in file.within(function, ast.If):
        asks = any(node is look for node in file.everywhere(branch.test)) or any(
            file.mentions(branch.test, name) for name in names
        )
        if not asks:
            continue
        if branch in around:
            inside = any(each in around or each is file.statement(call) for each in branch.body)
            if _is_absence(branch.test) == inside:
                return True
            continue
        if _is_absence(branch.test):
            continue
        if not flow.falls_through(branch.body) and flow.before(branch, file.statement(call)):
            return True
    return False


def _is_absence(test: ast.expr) -> bool:
    """Whether a test holds when nothing was found: `not found`, `found is None`."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None | 0)]):
            return True
        case ast.BoolOp(values=values):
            return any(_is_absence(each) for each in values)
    return False
