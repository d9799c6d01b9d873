from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Range, Related, Rule, Severity, listed, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ImportCycle(Rule):
    """Modules import each other, and one of them fails when it is imported first.

    It gets to the other one before it has made the name that the other one asks it for: "cannot import name … (most
    likely due to a circular import)". As long as something has imported the other one before, nobody notices: a test
    of the module alone fails, and so does the application when somebody sorts its imports. What they share belongs into
    a module of its own; an import in the function that needs it helps, too.

    Reported where two modules import each other directly, and no package decides on the order. Imports in functions, in
    conditions and for type checkers do not count, nor do those below the definitions of a module: they are there
    because of the cycle. With `always`, these are reported, and each cycle of the project once, though it works in any
    order; the whole project has to be read for it, even to look at one file.

    Bad:

        # orders.py
        import prices

        class Order:
            number = 1

            def total(self) -> int:
                return prices.price(self)

        # prices.py
        from orders import Order

        def price(order: Order) -> int:
            return order.number * 900

    Good:

        # orders.py
        import prices

        class Order:
            number = 1

            def total(self) -> int:
                return prices.price(self.number)

        # prices.py
        def price(number: int) -> int:
            return number * 900
    """

    code = "FAR216"
    severity = Severity.WARNING
    message = "{what}: move what they share into a module of its own"
    markers = (("import",),)

    always: bool = option(False, "Report each cycle of modules, also those that can be imported in any order.")

    def check(self, file: File) -> Iterator[Violation]:
        told = set()
        for found in file.too_early:
            if found.is_late and not self.always:
                continue
            told.add(found.line)
            what = (
                f"whoever imports `{found.owner}` first gets an ImportError, since it imports this module before it "
                f"has `{found.name}`"
            )
            related = [Related(found.owner, found.owner_line, "imports this module further up than it has the name")]
            yield self.at(_line(file, found.line), related=related, what=what)
        if not self.always:
            return
        for cycle, lines in file.import_cycles:
            if file.path != cycle[0] or not lines:
                continue
            line, other = lines[0]
            if line in told:
                continue
            related = [Related(other, 1, "is imported here, and imports this module again")]
            yield self.at(_line(file, line), related=related, what=f"{listed(cycle, 4)} import each other")


def _line(file: File, line: int) -> Range:
    return Range(line, 0, line, len(file.lines[line - 1].rstrip("\r\n").encode()))
