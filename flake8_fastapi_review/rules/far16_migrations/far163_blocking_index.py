from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import GROWING
from .operations import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.migrations import Migration
    from ...rule import Violation


class BlockingIndex(Rule):
    """A migration builds an index on a PostgreSQL table in use without `CONCURRENTLY`.

    `CREATE INDEX` lets nobody write to the table until it is done, minutes on a large one. `CREATE INDEX CONCURRENTLY`
    does, but not inside of a transaction: Alembic needs an `autocommit_block` for it.

    Which tables are large is not in the code. Looked at are those that grow with use, by their names (orders, events,
    runs, logs …) or since `growing_tables` names them, and that were created more than `young` days before; with
    `always` all of them. Tables that the same revision creates are left alone, and so are projects whose database is
    not known to be PostgreSQL and nothing else: `migrations.dialect` of the configuration says it. History stays
    quiet, see `migrations.since`.

    Bad:

        from alembic import op
        from sqlalchemy.dialects import postgresql

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.create_index("ix_orders_city", "orders", ["city"])

        def downgrade() -> None:
            op.drop_index("ix_orders_city", "orders")

    Good:

        from alembic import op
        from sqlalchemy.dialects import postgresql

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index("ix_orders_city", "orders", ["city"], postgresql_concurrently=True)

        def downgrade() -> None:
            op.drop_index("ix_orders_city", "orders")
    """

    code = "FAR163"
    severity = Severity.WARNING
    message = "the index on `{table}` {harm}: {remedy}"
    roles = ("migration",)
    markers = (("down_revision",), ("create_index", "INDEX", "index"))

    always: bool = option(False, "Look at all tables, not only at those that grow with use.")
    growing_tables: list[str] = option([], "Tables that grow with use, though their names do not say it.")
    young: int = option(120, "Days after its creation in which a table is still small.")

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
            elif not self.always and not self._grows(migration, operation.table):
                continue
            else:
                harm = "stops all writing to it while it is built"
                remedy = "use `CONCURRENTLY`" if raw else "pass `postgresql_concurrently=True`, in an autocommit block"
            yield self.at(operation.node, table=operation.table, harm=harm, remedy=remedy)

    def _grows(self, migration: Migration, table: str) -> bool:
        """Whether a table may be long when the revision comes."""
        is_growing = table in self.growing_tables or GROWING.search(table) is not None
        return is_growing and not migration.is_young(table, self.young)
