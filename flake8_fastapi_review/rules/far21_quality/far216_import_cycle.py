from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Range, Related, Rule, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ImportCycle(Rule):
    """Modules import each other.

    Which of them is imported first decides whether it works: the other one sees a module that is half made, and a name
    that is "cannot import name … (most likely due to a circular import)" in a test runs well in the application. What
    they share belongs into a module of its own. Imports in functions and for type checkers do not count, nor those of
    the packages that a module is in. Each cycle is reported once.

    Off by default: it reads the whole project, even to look at one file, and old code lives with its cycles.

    Bad:

        # orders.py
        from prices import price

        class Order:
            total = price("978")

        # prices.py
        from orders import Order

        def price(isbn: str) -> int:
            return len(isbn)

    Good:

        # orders.py
        from prices import price

        class Order:
            total = price("978")

        # prices.py
        def price(isbn: str) -> int:
            return len(isbn)
    """

    code = "FAR216"
    severity = Severity.WARNING
    default = Default.OFF
    message = "{modules} import each other: move what they share into a module of its own"
    markers = (("import",),)

    def check(self, file: File) -> Iterator[Violation]:
        for cycle, lines in file.import_cycles:
            if file.path != cycle[0] or not lines:
                continue
            line, other = lines[0]
            place = Range(line, 0, line, len(file.lines[line - 1].rstrip("\r\n").encode()))
            related = [Related(other, 1, "is imported here, and imports this module again")]
            yield self.at(place, related=related, modules=listed(cycle, 4))
