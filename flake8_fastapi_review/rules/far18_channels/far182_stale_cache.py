from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation

_STATEMENTS = ("sqlalchemy.update", "sqlalchemy.delete", "sqlalchemy.insert", "sqlmodel.update", "sqlmodel.delete")
_OBJECTS = frozenset("add delete merge add_all bulk_save_objects".split())
_QUERIES = frozenset(("update", "delete"))


class StaleCache(Rule):
    """Rows are written, and what is cached of them stays.

    Until the cache runs out, readers see what was, and the one who has just changed it believes that it did not work.

    `invalidate` names a model and the function that a write to it has to be followed by on every path that returns: in
    the function that writes, in a helper, or in those who call it. Writes are objects added to, deleted from or changed
    for a session, and statements and queries that update, insert or delete.

    Configuration:

        [tool.fastapi-review.rules.FAR182.invalidate]
        "Page" = "forget_page"

    Bad:

        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str]

        def forget_page(key: int) -> None: ...

        def rename(session: Session, page: Page, title: str) -> None:
            page.title = title
            session.commit()

    Good:

        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str]

        def forget_page(key: int) -> None: ...

        def rename(session: Session, page: Page, title: str) -> None:
            page.title = title
            session.commit()
            forget_page(page.id)
    """

    code = "FAR182"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "`{model}` is written, and `{function}` returns without `{invalidate}`: readers get the old state"

    invalidate: Mapping[str, str] = option({}, "Qualified name of a model → the function that invalidates its cache.")

    def check(self, file: File) -> Iterator[Violation]:
        for model, function in self.invalidate.items():
            told = set()
            for write in _writes(file, frozenset((model,))):
                writer = file.function(write)
                if writer is None or writer in told:
                    continue
                steps = file.unfollowed(write, frozenset((function,)))
                if steps is not None:
                    told.add(writer)
                    yield self.at(
                        write,
                        model=model.rpartition(".")[2],
                        function=steps[-1].message.split("`")[1],
                        invalidate=function.rpartition(".")[2],
                        related=steps[1:],
                    )


def _writes(file: File, model: frozenset[str]) -> list[ast.expr]:
    found: list[ast.expr] = []
    for call in file.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(attr=name, value=session), args=[given, *_]) if name in _OBJECTS:
                if file.database.is_session(session) and _is_one(file, given, model):
                    found.append(call)
            case ast.Call(func=ast.Attribute(attr=name, value=query)) if name in _QUERIES:
                statement = file.database.statement(query)
                if statement is not None and any(file.refers_to(each, model) for each in file.within(query, ast.Name)):
                    found.append(call)
        if call.args and file.is_named(call.func, *_STATEMENTS) and file.refers_to(call.args[0], model):
            found.append(call)
    targets = [each for each in file.nodes(ast.Attribute) if isinstance(each.ctx, ast.Store)]
    found += [target for target in targets if _holds(file, target, model)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _is_one(file: File, given: ast.expr, model: frozenset[str]) -> bool:
    entity = file.database.entity_of(given) or file.database.rows_of(given)
    return entity is not None and (entity.name in model or file.dotted_name(entity.symbol) in model)


def _holds(file: File, target: ast.Attribute, model: frozenset[str]) -> bool:
    """Whether a column of the model is assigned to, outside of the model itself."""
    if isinstance(target.value, ast.Name) and target.value.id in ("self", "cls"):
        return False
    holder = file.holder(target)
    return holder is not None and not model.isdisjoint((holder, holder.rpartition(".")[2]))
