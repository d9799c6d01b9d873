from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .operations import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_HARMLESS = frozenset(("default", "generated", "primary key", "unknown"))


class NonNullWithoutDefault(Rule):
    """A migration adds a column that must not be null, without a value for the rows that are there.

    On a table with rows the statement fails, and with it the deployment; MySQL fills in an empty text or zero without a
    word. Tests on an empty database do not show it. The `default=` of a column is Python's, the database does not know
    it. Give it a `server_default`, or add it nullable, fill it, and forbid null then.

    Tables that the same revision creates or empties are left alone. History stays quiet, see `migrations.since` of the
    configuration.

    Bad:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.add_column("books", sa.Column("pages", sa.Integer, nullable=False))

        def downgrade() -> None:
            op.drop_column("books", "pages")

    Good:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.add_column("books", sa.Column("pages", sa.Integer, nullable=False, server_default="0"))

        def downgrade() -> None:
            op.drop_column("books", "pages")
    """

    code = "FAR161"
    severity = Severity.BLOCKER
    message = "`{table}.{column}` must not be null, and the rows that are there have no value: {remedy}"
    roles = ("migration",)
    markers = (("down_revision",), ("nullable", "NOT NULL", "not null"))

    def check(self, file: File) -> Iterator[Violation]:
        yield from once(self._find(file))

    def _find(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None or migration.upgrade is None or not migration.is_judged:
            return
        emptied: set[str | None] = set()
        for operation in migration.upgrade.operations:
            if operation.kind == "delete" and "all rows" in operation.facts:
                emptied.add(operation.table)
            if operation.kind == "rename_table" and operation.table in emptied:
                emptied.add(operation.new_name)
            if operation.kind != "add_column" or not operation.columns or operation.table is None:
                continue
            if "not null" not in operation.facts or operation.facts & _HARMLESS or operation.is_new is not False:
                continue
            if operation.table in emptied or None in emptied:
                continue
            yield self.at(
                operation.node,
                table=operation.table,
                column=operation.columns[0],
                remedy="give it a `DEFAULT`" if "raw" in operation.facts else "give it a `server_default`",
            )
