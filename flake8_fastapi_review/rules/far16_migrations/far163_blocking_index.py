from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .operations import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class BlockingIndex(Rule):
    """A migration builds an index on a PostgreSQL table in use without `CONCURRENTLY`.

    `CREATE INDEX` lets nobody write to the table until it is done, minutes on a large one. `CREATE INDEX CONCURRENTLY`
    does, but not inside of a transaction: Alembic needs an `autocommit_block` for it.

    Tables that the same revision creates are left alone, and so are projects whose database is not known to be
    PostgreSQL and nothing else: `migrations.dialect` of the configuration says it. Off by default: the code does not
    tell which tables are large, and on small ones nobody notices. History stays quiet, see `migrations.since`.

    Bad:

        from alembic import op
        from sqlalchemy.dialects import postgresql

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.create_index("ix_books_title", "books", ["title"])

        def downgrade() -> None:
            op.drop_index("ix_books_title", "books")

    Good:

        from alembic import op
        from sqlalchemy.dialects import postgresql

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index("ix_books_title", "books", ["title"], postgresql_concurrently=True)

        def downgrade() -> None:
            op.drop_index("ix_books_title", "books")
    """

    code = "FAR163"
    severity = Severity.WARNING
    default = Default.OFF
    message = "the index on `{table}` {harm}: {remedy}"
    roles = ("migration",)
    markers = (("down_revision",), ("create_index", "INDEX", "index"))

    def check(self, file: File) -> Iterator[Violation]:
        yield from once(self._find(file))

    def _find(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None or migration.upgrade is None or not migration.is_judged:
            return
        committed = False
        for operation in migration.upgrade.operations:
            committed = committed or operation.kind == "commit"
            if operation.kind != "create_index" or operation.table is None or operation.is_new is not False:
                continue
            raw = "raw" in operation.facts
            concurrently = "concurrently" in operation.facts
            if (concurrently and (operation.in_autocommit or committed)) or "unknown" in operation.facts:
                continue
            if migration.dialect != "postgresql":
                return
            if concurrently:
                if operation.is_conditional or raw:
                    continue  # the connection may be set to commit by itself
                harm, remedy = "cannot be built in a transaction", "put it into `op.get_context().autocommit_block()`"
            else:
                harm = "stops all writing to it while it is built"
                remedy = "use `CONCURRENTLY`" if raw else "pass `postgresql_concurrently=True`, in an autocommit block"
            yield self.at(operation.node, table=operation.table, harm=harm, remedy=remedy)
