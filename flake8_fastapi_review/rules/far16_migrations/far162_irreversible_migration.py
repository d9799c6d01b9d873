from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.migrations import Operation
    from ...rule import Violation


class IrreversibleMigration(Rule):
    """The `downgrade` of a migration that changes the schema does nothing.

    `alembic downgrade` then reports success and sets the version back, while the schema stays as it was: the next
    `upgrade` fails on what exists already, in the middle of undoing a bad release. Undo what `upgrade` does, or raise
    an error that says why it cannot be undone.

    A comment in the body is taken for the reason. Migrations of data alone are left alone. History stays quiet, see
    `migrations.since` of the configuration.

    Bad:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.add_column("books", sa.Column("pages", sa.Integer))

        def downgrade() -> None:
            pass

    Good:

        import sqlalchemy as sa
        from alembic import op

        revision = "0002"
        down_revision = "0001"

        def upgrade() -> None:
            op.add_column("books", sa.Column("pages", sa.Integer))

        def downgrade() -> None:
            op.drop_column("books", "pages")
    """

    code = "FAR162"
    severity = Severity.WARNING
    message = (
        "`downgrade` does nothing, and leaves {what}: undo it, or raise an error that says why it cannot be undone"
    )
    roles = ("migration",)
    markers = (("down_revision",), ("downgrade",))

    def check(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None or migration.upgrade is None or migration.downgrade is None:
            return
        downgrade = migration.downgrade
        if not downgrade.is_empty or not migration.upgrade.changes_schema or _is_commented(file, downgrade.function):
            return
        if _says_why(downgrade.function.body) or not migration.is_judged:
            return
        changed = [each for each in migration.upgrade.operations if _matters(each)]
        if not changed:
            return
        yield self.at(downgrade.function, what=_told(changed[0].kind, changed[0].table, len(changed) - 1))


def _matters(operation: Operation) -> bool:
    """Whether it changes a table, so that it cannot be done again; a type, a function or an extension can."""
    return operation.changes_schema and operation.kind != "ddl" and "if exists" not in operation.facts


def _is_commented(file: File, function: ast.FunctionDef) -> bool:
    """Whether a comment stands below the `def`, other than those that Alembic writes."""
    last = function.end_lineno or function.lineno
    while last < len(file.lines) and (file.lines[last][:1].isspace() or not file.lines[last]):
        last += 1
    body = file.lines[function.lineno : last]
    return any("#" in line and "# ### " not in line for line in body)


def _says_why(body: list[ast.stmt]) -> bool:
    """Whether a docstring is all there is, or goes beyond a title."""
    first = body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return False
    text = first.value.value
    return isinstance(text, str) and any(word in f" {text.lower()}" for word in _REASONS)


_REASONS = tuple(" no |not |n't|irreversible|nothing|noop|no-op|cannot|one-way|without|keep|because".split("|"))


def _told(kind: str, table: str | None, more: int) -> str:
    what = f"`{kind}`" if table is None else f"`{kind}` of `{table}`"
    return f"{what} and {more} more" if more else what
