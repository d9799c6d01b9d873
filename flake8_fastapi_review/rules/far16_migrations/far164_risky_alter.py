from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from .operations import once, upgrades

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.migrations import Operation
    from ...rule import Violation

_TEXTS = re.compile(r"(?i)(?:\w+\.)*(?:String|Text|Unicode|UnicodeText|VARCHAR|AutoString|TEXT|Enum|StringID)\b")
_CONSTRAINTS = {"create_foreign_key": "foreign key", "create_check_constraint": "check constraint"}


class RiskyAlter(Rule):
    """A migration renames what is in use, rewrites a column, or checks a whole table for a new constraint.

    After a renaming, the instances of the release before ask for a name that is gone, until the last one is stopped.
    A change of type writes the whole table anew, and a constraint reads all of it, while PostgreSQL lets nobody write.
    Add the new column, fill it, switch over, drop the old one in a later release; add a constraint `NOT VALID` and
    validate it in a second step.

    Longer texts, and tables and columns of the same revision, are left alone; types and constraints are judged where
    the database is known to be PostgreSQL: `migrations.dialect` of the configuration says it. Off by default: the code
    does not tell whether the service is stopped while it migrates. History stays quiet, see `migrations.since`.

    Bad:

        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.alter_column("books", "title", new_column_name="name")

        def downgrade() -> None:
            op.alter_column("books", "name", new_column_name="title")

    Good:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.add_column("books", sa.Column("name", sa.Text))
            op.execute("UPDATE books SET name = title")

        def downgrade() -> None:
            op.drop_column("books", "name")
    """

    code = "FAR164"
    severity = Severity.WARNING
    default = Default.OFF
    message = "{what} {harm}: {remedy}"
    roles = ("migration",)
    markers = (
        ("down_revision",),
        ("new_column_name", "type_", "rename_table", "create_foreign_key", "create_check", "ALTER", "alter"),
    )

    def check(self, file: File) -> Iterator[Violation]:
        yield from once(self._find(file))

    def _find(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        operations = upgrades(migration)
        added = {
            (each.table, column) for each in operations if each.kind == "add_column" for column in each.columns
        } | {(each.table, None) for each in operations if each.kind == "add_column" and not each.columns}
        names = {each.new_name for each in operations if each.kind == "rename_table"}
        for operation in operations:
            table = operation.table
            if table is None or operation.is_new is not False or (table in names and operation.kind == "rename_table"):
                continue
            if any((table, column) in added for column in operation.columns):
                continue
            if operation.kind == "rename_table":
                yield self.at(
                    operation.node,
                    what=f"`{table}` gets another name",
                    harm="while the release before still uses the old one",
                    remedy="leave a view of the old name until nobody asks for it",
                )
                continue
            column = operation.columns[0] if operation.columns else None
            if operation.kind == "alter_column" and "renamed" in operation.facts and column:
                yield self.at(
                    operation.node,
                    what=f"`{table}.{column}` gets another name",
                    harm="while the release before still uses the old one",
                    remedy="add the new column, fill it, and drop the old one in a later release",
                )
                continue
            if not (_rewrites(operation) or operation.kind in _CONSTRAINTS) or migration is None:
                continue
            if migration.dialect != "postgresql":
                continue
            if operation.kind in _CONSTRAINTS and "not valid" not in operation.facts:
                if operation.kind == "create_foreign_key" and not operation.columns and "raw" not in operation.facts:
                    continue
                yield self.at(
                    operation.node,
                    what=f"the {_CONSTRAINTS[operation.kind]} reads all of `{table}`",
                    harm="while nobody can write to it",
                    remedy="add it with `postgresql_not_valid=True`, and validate it in a second step",
                )
            elif _rewrites(operation) and column:
                yield self.at(
                    operation.node,
                    what=f"the change of `{table}.{column}` to `{operation.after}` writes the table anew",
                    harm="while nobody can use it",
                    remedy="add a column of the new type, fill it, and switch over",
                )


def _rewrites(operation: Operation) -> bool:
    """Whether PostgreSQL has to write each row: both types are known, of another kind, and not both texts."""
    before, after = operation.before, operation.after
    if operation.kind != "alter_column" or "retyped" not in operation.facts or not before or not after:
        return False
    if _TEXTS.match(before) and _TEXTS.match(after):
        return False
    return _name(before) != _name(after)


def _name(kind: str) -> str:
    return re.sub(r"\(.*", "", kind).rpartition(".")[2].lower()
