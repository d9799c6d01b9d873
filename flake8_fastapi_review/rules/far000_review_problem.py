"""FAR000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi_review.rule import ROLES, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flake8_fastapi_review.file import File
    from flake8_fastapi_review.rule import Violation


class ReviewProblem(Rule):
    """The review itself met a problem.

    The tool's own voice: a rule failed on the file (an internal error, please report it), the configuration or a
    structural rule of the project is wrong, or a file could not be read or parsed and was therefore not reviewed. What
    it names was not looked at, so silence about it means nothing. It is always on; only `ignore = ["FAR000"]`, with the
    full code, turns it off.

    Bad:

        [tool.fastapi-review]
        ignroe = ["FAR017"]

    Good:

        [tool.fastapi-review]
        ignore = ["FAR017"]
    """

    code = "FAR000"
    severity = Severity.WARNING
    message = "{problem}"
    roles = ROLES

    def check(self, file: File) -> Iterator[Violation]:
        """Nothing: the engine speaks for itself."""
        return iter(())
