from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ...rule import Default, Rule, Severity, option

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
            dotted = frozenset(protocol["state"]) - columns
            for call in file.protocol_calls(dotted) if dotted else ():
                yield self.at(call, read=file.source(call.func), source=leaf)
