"""How far the execution of a function has come: what was sent, what is known by then, and what is around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .objects import State
from .sessions import Count

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Sequence

    from .objects import Frame, Loop
    from .sites import Site
    from .statements import Given

Branch = tuple[Count, str, State]
"""What one way costs, how it ends, and what is true then."""


class Executing(Protocol):
    """Who executes it."""

    def enter(self, symbol: str, position: int, given: Given, site: Site) -> None:
        """Executes a function with an object for one of its parameters."""

    def comprehension(
        self, site: Site, generators: list[ast.comprehension], then: Callable[[], Any] | None = None
    ) -> None:
        """`then`: what is done for each element, if it is not the element that is made."""


class Course:
    """Of one function that is executed, and of those that it calls."""

    def __init__(self) -> None:
        self.count = Count()
        self.state = State()
        self.loops: list[Loop] = []
        self.frames: list[Frame] = []
        self.doubts = 0
        """So many conditions of called functions are around, of which it is not known whether they hold."""
        self.leaves_out = False
        """Whether queries may have left columns out."""
        self.executing: Executing | None = None
        """Only while it does, so that nothing holds itself in memory."""

    def add(self, number: int = 1, loops: Iterable[Loop] | None = None) -> None:
        """So many statements are sent, in the loops around or in others."""
        times, rows = number, 0
        for loop in self.loops if loops is None else loops:
            if loop.times is None:
                rows += 1
            else:
                times *= loop.times
        self.count = self.count.plus(Count(times).per_row(rows))

    def unsure(self) -> None:
        """The count may be another one."""
        self.count = self.count._replace(exact=False)

    def apart(self, walk: Callable[[], str]) -> Branch:
        """What one way costs, how it ends, and what is true then; it begins now."""
        count, state = self.count, self.state
        self.count, self.state = Count(), state.copy()
        ends = walk()
        found = self.count, ends, self.state
        self.count, self.state = count, state
        return found

    def either(self, ways: Sequence[Branch]) -> str:
        """Goes on after one of several ways; those that end in an error are left out."""
        going = [way for way in ways if way[1] != "raise"]
        if not going:
            self.unsure()
            return "raise"
        cost = going[0][0]
        for each in going[1:]:
            cost = cost.or_else(each[0])
        self.count = self.count.plus(cost)
        on = [way for way in going if not way[1]] or going
        self.state = on[0][2]
        for each in on[1:]:
            self.state.join(each[2])
        return "" if any(not way[1] for way in going) else going[0][1]

    def doubted(self, walk: Callable[[], str]) -> str:
        """Executes what happens under a condition."""
        more = bool(self.frames)
        self.doubts += more
        try:
            return walk()
        finally:
            self.doubts -= more

    def repeated(self, loop: Loop, walk: Callable[[], Any]) -> None:
        """Executes what happens in a loop."""
        self.loops.append(loop)
        try:
            walk()
        finally:
            self.loops.pop()
