from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .operations import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ANNOUNCED = re.compile(
    r"(?i)deprecat|unused|no longer|obsolete|legacy|superseded|replaced|moved|migrat(?:e|ed|ing)\b|backfill|cleanup"
    r"|clean up|remove|removing|removal|delet|drop"
)
_MOVES = frozenset(("insert", "update", "execute", "bulk_insert"))


class DestructiveMigration(Rule):
    """A migration throws data away: it drops a table or a column, or deletes all rows.

    While it runs, instances of the release before still read and write what is gone, and each of their requests fails;
    and no `downgrade` brings the data back. Stop using it in one release and say so, drop it in the next.

    A revision that says what it drops (in its name, docstring or a comment: deprecated, unused, moved, remove …), one
    that moves the data first, and tables that it created itself are left alone. Off by default: most of what
    migrations drop is dropped on purpose. History stays quiet, see `migrations.since` of the configuration.

    Bad:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.drop_column("books", "subtitle")

        def downgrade() -> None:
            op.add_column("books", sa.Column("subtitle", sa.Text))

    Good:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            # deprecated in 3.1, which neither reads nor writes it
            op.drop_column("books", "subtitle")

        def downgrade() -> None:
            op.add_column("books", sa.Column("subtitle", sa.Text))
    """

    code = "FAR160"
    severity = Severity.WARNING
    default = Default.OFF
    message = "{what} while the release before may still use it, and the data are gone: {remedy}"
    roles = ("migration",)
    markers = (("down_revision",), ("drop_table", "drop_column", "delete", "DELETE", "DROP ", "drop ", "TRUNCATE"))

    def check(self, file: File) -> Iterator[Violation]:
        yield from once(self._find(file))

    def _find(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None or migration.upgrade is None or not migration.is_judged:
            return
        moved = False
        renamed = {each.new_name for each in migration.upgrade.operations if each.kind == "rename_table"}
        reason: bool | None = None
        for operation in migration.upgrade.operations:
            moved = moved or operation.kind in _MOVES
            if operation.kind == "delete" and "all rows" in operation.facts:
                what = f"all rows of `{operation.table}` are deleted" if operation.table else ""
            elif operation.kind in ("drop_table", "drop_column") and not moved:
                what = f"`{operation.table}` is dropped"
                if operation.kind == "drop_column":
                    column = operation.columns[0] if operation.columns else ""
                    what = f"`{operation.table}.{column}` is dropped" if column else ""
            else:
                continue
            if not what or operation.table is None or operation.is_new is not False or operation.table in renamed:
                continue
            if reason is None:
                reason = _says_why(file)
            if not reason:
                yield self.at(operation.node, what=what, remedy="stop using it in one release, drop it in the next")


def _says_why(file: File) -> bool:
    """Whether the name of the file, its docstring or a comment of `upgrade` announces it."""
    migration = file.migration
    if migration is None or migration.upgrade is None:
        return True
    name = file.path.rpartition("/")[2]
    title = (ast.get_docstring(file.tree) or "").partition("Revision ID")[0]
    function = migration.upgrade.function
    body = file.lines[function.lineno - 1 : function.end_lineno]
    comments = " ".join(line.partition("#")[2] for line in body)
    return _ANNOUNCED.search(f"{name} {title} {comments}".replace("_", " ")) is not None
