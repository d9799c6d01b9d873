"""The answers of an executed application: as they were made in this process, or as a page of the cache holds them.

Rows are objects with an identity: whoever asks twice is given the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from .matching import Conflict, duplicates, repeated_operations, shadowed
from .rows import Dependency, Inputs, Late, Middleware, RouteRow, Taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .page import Found

_FIND = {"shadowed": shadowed, "duplicates": duplicates, "operations": repeated_operations}
_FIELDS = RouteRow._fields
_DEPENDENCIES = _FIELDS.index("dependencies")


class Around(NamedTuple):
    """What is known besides the routes."""

    by_app: tuple[tuple[str, tuple[Middleware, ...]], ...]
    """Middlewares around the routes of an application."""
    middlewares: tuple[Middleware, ...]
    stacks: tuple[tuple[Middleware, ...], ...]
    late: tuple[Late, ...]
    truncated: bool
    unreadable: tuple[str, ...]
    unknown_includes: tuple[tuple[str, int], ...]
    unnamed: tuple[tuple[str, tuple[str, int]], ...]
    """The applications whose names tell the line (path, line) that makes them."""


class Answers:
    """What both kinds have in common."""

    def __init__(self, around: Around, outline: tuple[tuple[str, str, str], ...]) -> None:
        """`outline`: of each row the application, the file that registers it and the file of its handler."""
        self.around = around
        self.is_lost = False
        """Whether a part of a page is gone, so that all has to be made anew."""
        self._outline = outline
        self._handled: dict[str, list[int]] = {}
        self._registered: dict[tuple[str, str], list[int]] = {}
        for position, (app, registers, handles) in enumerate(outline):
            self._handled.setdefault(handles, []).append(position)
            self._registered.setdefault((app, registers), []).append(position)

    def rows(self) -> tuple[RouteRow, ...]:
        return self._at(range(len(self._outline)))

    def rows_in(self, path: str) -> tuple[RouteRow, ...]:
        return self._at(self._handled.get(path, ()))

    def registered_in(self, app: str, path: str) -> tuple[RouteRow, ...]:
        return self._at(self._registered.get((app, path), ()))

    def conflicts(self, kind: str, path: str | None) -> tuple[Conflict, ...]:
        found = []
        for one, other in self._pairs(kind):
            if path is None or self._outline[one][2] == path:
                row, earlier = self._at((one, other))
                found.append(Conflict(row, earlier))
        return tuple(found)

    def inputs(self, row: RouteRow) -> Inputs:
        raise NotImplementedError

    def _at(self, positions: Iterable[int]) -> tuple[RouteRow, ...]:
        raise NotImplementedError

    def _pairs(self, kind: str) -> tuple[tuple[int, int], ...]:
        raise NotImplementedError


class Made(Answers):
    """Made in this process."""

    def __init__(
        self,
        rows: tuple[RouteRow, ...],
        around: Around,
        rearranged: Callable[[], bool],
        inputs: Callable[[RouteRow], Inputs],
    ) -> None:
        super().__init__(around, tuple([(row.app, row.registered_at[0], row.file) for row in rows]))
        self._rows = rows
        self._rearranged = rearranged
        self._find_inputs = inputs
        self._inputs: dict[int, Inputs] = {}
        self._positions = {id(row): position for position, row in enumerate(rows)}
        self._conflicts: dict[str, tuple[tuple[int, int], ...]] = {}

    def rows(self) -> tuple[RouteRow, ...]:
        return self._rows

    def inputs(self, row: RouteRow) -> Inputs:
        position = self._positions.get(id(row))
        if position is None:
            # A row of a page that was lost meanwhile.
            position = self._rows.index(row)
        known = self._inputs.get(position)
        if known is None:
            known = self._inputs[position] = self._find_inputs(self._rows[position])
        return known

    def complete(self) -> None:
        """Answer all that may be asked."""
        for row in self._rows:
            self.inputs(row)
        for kind in _FIND:
            self._pairs(kind)

    def plain(self) -> tuple[Any, dict[str, Any]]:
        """What a page holds: the answers of all files, and those of each file."""
        same: dict[Any, Any] = {}
        parts: dict[str, list[Any]] = {}
        for position, row in enumerate(self._rows):
            parts.setdefault(row.file, []).append((position, row, self._inputs[position]))
        conflicts = {kind: self._pairs(kind) for kind in _FIND}
        return (
            (_plain(self._outline, same), _plain(self.around, same), conflicts),
            {path: _plain(tuple(part), {}) for path, part in parts.items()},
        )

    def lines(self) -> dict[str, set[int]]:
        """The lines that are named in the answers."""
        found: dict[str, set[int]] = {}

        def note(path: str, line: int) -> int:
            found.setdefault(path, set()).add(line)
            return line

        for position, row in enumerate(self._rows):
            _row(row, note, {})
            _moved_inputs(self._inputs[position], note)
        _moved_around(self.around, note)
        return found

    def _at(self, positions: Iterable[int]) -> tuple[RouteRow, ...]:
        return tuple([self._rows[position] for position in positions])

    def _pairs(self, kind: str) -> tuple[tuple[int, int], ...]:
        known = self._conflicts.get(kind)
        if known is None:
            found = () if self._rearranged() else _FIND[kind](self._rows)
            positions = self._positions
            known = self._conflicts[kind] = tuple(
                [(positions[id(each.row)], positions[id(each.earlier)]) for each in found]
            )
        return known


class Kept(Answers):
    """Of a page."""

    def __init__(self, found: Found) -> None:
        outline, around, self._conflicts = found.answers
        self._moves = found.moves
        self._part = found.part
        self._rows: dict[int, RouteRow] = {}
        self._inputs: dict[int, Inputs] = {}
        self._taken: dict[int, Any] = {}
        around = _around(around)
        self._names: dict[str, str] = {}
        if self._moves:
            around = _moved_around(around, self._line)
            self._names = {app: f"{app.rpartition(':')[0]}:{self._line(*place)}" for app, place in around.unnamed}
            around = around._replace(by_app=tuple([(self._names.get(app, app), each) for app, each in around.by_app]))
            outline = tuple([(self._names.get(app, app), registers, handles) for app, registers, handles in outline])
        super().__init__(around, outline)

    def inputs(self, row: RouteRow) -> Inputs:
        known = self._inputs.get(id(row))
        if known is None:
            taken, complete, reads_request = self._taken[id(row)]
            known = Inputs(tuple([Taken._make(each) for each in taken]), complete, reads_request)
            if self._moves:
                known = _moved_inputs(known, self._line)
            self._inputs[id(row)] = known
        return known

    def _at(self, positions: Iterable[int]) -> tuple[RouteRow, ...]:
        positions = list(positions)
        missing = {self._outline[position][2] for position in positions if position not in self._rows}
        if missing:
            self._load(missing)
        return tuple([self._rows[position] for position in positions])

    def _pairs(self, kind: str) -> tuple[tuple[int, int], ...]:
        found: tuple[tuple[int, int], ...] = self._conflicts[kind]
        return found

    def _load(self, paths: Iterable[str]) -> None:
        parts = self._part.get_many("rows", paths)
        for path in paths:
            if path not in parts:
                self.is_lost = True
                raise Lost(path)
            known: dict[int, tuple[Dependency, ...]] = {}
            for position, plain, taken in parts[path]:
                given = plain[_DEPENDENCIES]
                dependencies = known.get(id(given))
                if dependencies is None:
                    dependencies = known[id(given)] = tuple([Dependency._make(each) for each in given])
                row = RouteRow._make((*plain[:_DEPENDENCIES], dependencies, *plain[_DEPENDENCIES + 1 :]))
                if self._moves:
                    row = _row(row, self._line, self._names)
                self._rows[position] = row
                self._taken[id(row)] = taken

    def _line(self, path: str, line: int) -> int:
        moves = self._moves.get(path)
        return line if moves is None else moves.get(line, line)


class Lost(Exception):
    """A part of a page is not there any more."""


def _plain(value: Any, same: dict[Any, Any]) -> Any:
    """Named tuples as tuples, equal ones as one: `marshal` writes these once."""
    if not isinstance(value, tuple):
        return value
    made = tuple([_plain(each, same) for each in value])
    # True equals 1, and 0.0 equals -0.0.
    key = tuple([id(each) if isinstance(each, tuple) else (type(each), each, str(each)) for each in made])
    return same.setdefault(key, made)


def _around(plain: Any) -> Around:
    by_app, middlewares, stacks, late, truncated, unreadable, unknown_includes, unnamed = plain
    return Around(
        tuple([(app, tuple([Middleware._make(each) for each in found])) for app, found in by_app]),
        tuple([Middleware._make(each) for each in middlewares]),
        tuple([tuple([Middleware._make(each) for each in stack]) for stack in stacks]),
        tuple([Late._make(each) for each in late]),
        truncated,
        unreadable,
        unknown_includes,
        unnamed,
    )


# Lines


def _row(row: RouteRow, at: Callable[[str, int], int], names: dict[str, str]) -> RouteRow:
    file, line = row.registered_at
    return row._replace(
        app=names.get(row.app, row.app),
        line=at(row.file, row.line),
        registered_at=(file, at(file, line)),
        dependencies=tuple(
            [one if one.path is None else one._replace(line=at(one.path, one.line)) for one in row.dependencies]
        ),
    )


def _moved_inputs(inputs: Inputs, at: Callable[[str, int], int]) -> Inputs:
    return inputs._replace(taken=tuple([each._replace(line=at(each.path, each.line)) for each in inputs.taken]))


def _moved_around(around: Around, at: Callable[[str, int], int]) -> Around:
    def middleware(each: Middleware) -> Middleware:
        return each._replace(line=at(each.file, each.line))

    for _, place in around.unnamed:
        at(*place)
    return around._replace(
        by_app=tuple([(app, tuple(map(middleware, found))) for app, found in around.by_app]),
        middlewares=tuple(map(middleware, around.middlewares)),
        stacks=tuple([tuple(map(middleware, stack)) for stack in around.stacks]),
        unknown_includes=tuple([(path, at(path, line)) for path, line in around.unknown_includes]),
        late=tuple(
            [
                each._replace(line=at(each.file, each.line), included_line=at(each.included_file, each.included_line))
                for each in around.late
            ]
        ),
    )
