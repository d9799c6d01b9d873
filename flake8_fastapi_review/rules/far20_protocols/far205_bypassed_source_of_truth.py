from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option
from .names import is_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class BypassedSourceOfTruth(Rule):
    """A state is read from a copy instead of the one model that the project keeps it in.

    Copies are right until the first write that misses one. Then two screens tell two states, and the code that decides
    by the copy repeats what has been done.

    Names without a dot are columns, which are only to be read from the source; names with dots are functions and
    attributes, which are not to be used at all. Writing a copy is not reported.

    Configuration:

        [tool.fastapi-review.protocols.synchronisation]
        source = "SyncRecord"
        state = ["sync_status"]

    Bad:

        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Page(Base):
            __tablename__ = "pages"
            id: Mapped[int] = mapped_column(primary_key=True)
            sync_status: Mapped[str]

        def is_done(page: Page) -> bool:
            return page.sync_status == "done"

    Good:

        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class SyncRecord(Base):
            __tablename__ = "sync_records"
            page_id: Mapped[int] = mapped_column(primary_key=True)
            sync_status: Mapped[str]

        def is_done(record: SyncRecord) -> bool:
            return record.sync_status == "done"
    """

    code = "FAR205"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "`{read}` is a copy that may be out of date: read it from `{source}`"

    protocols: tuple[Mapping[str, Any], ...] = option((), "Filled from [tool.fastapi-review.protocols].")

    def check(self, file: File) -> Iterator[Violation]:
        for protocol in self.protocols:
            source = protocol["source"]
            leaf = source.rpartition(".")[2]
            columns = frozenset(name for name in protocol["state"] if "." not in name)
            for attribute in file.nodes(ast.Attribute):
                if attribute.attr in columns and isinstance(attribute.ctx, ast.Load):
                    holder = file.holder(attribute)
                    if holder is not None and source not in (holder, holder.rpartition(".")[2]):
                        yield self.at(attribute, read=file.source(attribute), source=leaf)
            for call in file.nodes(ast.Call):
                match call:
                    case ast.Call(func=ast.Name(id="getattr"), args=[held, ast.Constant(value=str(name)), *_]):
                        entity = file.database.entity_of(held) if name in columns else None
                        if entity is not None and source not in (file.dotted_name(entity.symbol), entity.name):
                            yield self.at(call, read=file.source(call), source=leaf)
            for where, read in (*_filtered(file, columns, source), *_selected(file, columns, source)):
                yield self.at(where, read=read, source=leaf)
            dotted = frozenset(protocol["state"]) - columns
            for call in file.protocol_calls(dotted) if dotted else ():
                yield self.at(call, read=file.source(call.func), source=leaf)


def _filtered(file: File, columns: frozenset[str], source: str) -> Iterator[tuple[ast.AST, str]]:
    """`select(Page).filter_by(sync_status="done")`: rows that are found by a copy."""
    for call in file.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "filter_by":
            continue
        named = sorted(columns & {name for name, _ in file.keywords(call) or ()})
        entity = file.database.rows_of(call.func.value) if named else None
        if entity is not None and entity.column(named[0]) and not _is_source(file, entity.symbol, source):
            yield call, f"{entity.name}.{named[0]}"


def _selected(file: File, columns: frozenset[str], source: str) -> Iterator[tuple[ast.AST, str]]:
    """`SELECT sync_status FROM pages`."""
    for call in file.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in ("text", "execute", "exec_driver_sql", "fetch", "fetchrow", "fetchval") or not call.args:
            continue
        text = file.sql_text(call.args[0])
        named = [each for each in sorted(columns) if re.search(rf"\b{re.escape(each)}\b", text)]
        if not named or "select" not in text.lower():
            continue
        for statement in file.sql(text):
            for entity in file.database.entities if statement.kind == "select" and statement.table else ():
                is_it = entity.table.rpartition(".")[2] == statement.table and entity.column(named[0]) is not None
                if is_it and not _is_source(file, entity.symbol, source):
                    yield call.args[0], f"{entity.name}.{named[0]}"


def _is_source(file: File, symbol: str, source: str) -> bool:
    return is_among(file.dotted_name(symbol), frozenset((source,)))
