from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...rule import Default, Range, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class MigrationFileName(Rule):
    r"""The name of a migration's file is not of the form that the project wants.

    Revisions have to be found: by their date, by their number, by the ticket. Set `file_template` in `alembic.ini` to
    what `pattern` wants, so that nobody has to think of it.

    `pattern` is a regular expression that the whole name has to match, without `.py`; `{revision}` in it stands for the
    revision. Nothing is reported without it. History stays quiet, see `migrations.since` of the configuration.

    Configuration:

        [tool.fastapi-review.rules.FAR165]
        pattern = '\d{4}_{revision}_\w+'

    Bad:

        # migrations/versions/a1f0_pages.py
        revision = "a1f0"
        down_revision = None

        def upgrade() -> None: ...

    Good:

        # migrations/versions/2025_a1f0_pages.py
        revision = "a1f0"
        down_revision = None

        def upgrade() -> None: ...
    """

    code = "FAR165"
    severity = Severity.SUGGESTION
    default = Default.CONFIGURED
    message = "`{name}` is not named as the project wants its migrations named: see `pattern` of FAR165"
    roles = ("migration",)
    markers = (("down_revision",),)

    pattern: str = option("", "A regular expression for the whole name without `.py`; `{revision}` is the revision.")

    def check(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if not self.pattern or migration is None or migration.revision is None or not migration.is_judged:
            return
        name = file.path.rpartition("/")[2]
        try:
            wanted = re.compile(self.pattern.replace("{revision}", re.escape(migration.revision)))
        except re.error:
            return
        if wanted.fullmatch(name.removesuffix(".py")) is None:
            end = max(len(file.lines[0].encode()), 1) if file.lines else 1
            yield self.at(Range(1, 0, 1, end), name=name)
