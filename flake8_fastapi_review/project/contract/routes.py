"""Two tables of routes compared, as the clients of the applications see them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from ...records import NamedTuple
from ...regex import regex
from ..schemas import ANY
from .types import REQUEST, RESPONSE, Comparer, Found, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..application import RouteRow
    from ..project import Project
    from ..schemas import Operation, Parameter

Key = tuple[str, str]
"""Method, and path with its parameters unnamed: their names are nothing to a client."""
Place = tuple[str, int]

_NAMED = regex(r"\{[^{}]*\}")
_WHOLE = 2
"""So many routes of a file that are gone together, with none left, are one cause."""


class Use(NamedTuple):
    """A route that a break is seen in."""

    method: str
    path: str
    """In the base."""
    way: tuple[str, ...]
    """Where in the route: ("query", "limit"), ("body", "name"), ("200", "items", "[]", "email")."""
    file: str | None
    line: int
    """Of the handler in the head; None where there is none."""


class Break(NamedTuple):
    """A difference that breaks clients, told once for all routes that it is seen in."""

    kind: str
    """route, method, moved, parameter, status, content, security, or what types.Found says."""
    side: str
    text: str
    place: Place | None
    """In the head."""
    was: Place
    """In the base."""
    uses: tuple[Use, ...]
    near: Place | None
    """A place of the same application in the head, for what has none there."""
    is_deprecated: bool
    """Whether the base announced that it would go."""


def breaks(
    base: Project,
    head: Project,
    old_internal: Callable[[RouteRow], bool] = lambda row: False,
    new_internal: Callable[[RouteRow], bool] = lambda row: False,
) -> tuple[Break, ...]:
    """What of the base the head breaks. The functions tell whether a row of a side is no part of the contract."""
    return _Comparison(base, head, old_internal, new_internal).run()


class _Draft(NamedTuple):
    found: Found
    place: Place | None
    was: Place
    uses: list[Use]
    near: Place | None


class _Comparison:
    def __init__(
        self,
        base: Project,
        head: Project,
        old_internal: Callable[[RouteRow], bool],
        new_internal: Callable[[RouteRow], bool],
    ) -> None:
        self.base = base
        self.head = head
        self._internal = old_internal, new_internal
        self._near: Place | None = None
        self._comparer = Comparer(base.schemas, head.schemas)
        self._drafts: dict[tuple[Any, ...], _Draft] = {}

    def run(self) -> tuple[Break, ...]:
        for old, new in self._applications():
            self._tables(old, new)
        return tuple(
            Break(
                draft.found.kind,
                draft.found.side,
                draft.found.text,
                draft.place,
                draft.was,
                tuple(draft.uses),
                draft.near,
                draft.found.is_deprecated,
            )
            for draft in self._drafts.values()
        )

    # Tables

    def _applications(self) -> Iterator[tuple[list[RouteRow], list[RouteRow]]]:
        """The rows of applications that are the same on both sides: by name, else by most routes in common."""
        old, new = _by_application(self.base.application.rows), _by_application(self.head.application.rows)
        waiting = {name: rows for name, rows in new.items() if name not in old}
        for name, rows in old.items():
            found = new.get(name)
            if found is None:
                keys = {_key(row) for row in rows}
                shared = {other: len(keys & {_key(row) for row in each}) for other, each in waiting.items()}
                best = max(shared, key=lambda other: shared[other], default=None)
                if best is None or shared[best] * 2 < len(keys):
                    continue
                found = waiting.pop(best)
            yield rows, found

    def _tables(self, old: list[RouteRow], new: list[RouteRow]) -> None:
        self._near = new[0].registered_at if new else None
        before, after = self._served(old), self._served(new)
        self._removed(old, new, before, after)
        for key, row in before.items():
            other = after.get(key)
            # A route that both sides have under a condition breaks for those who meet it.
            if other is None or (row.placed and not other.placed):
                continue
            if self._is_contract(row, 0) and self._is_contract(other, 1):
                self._operations(row, other)

    @staticmethod
    def _served(rows: list[RouteRow]) -> dict[Key, RouteRow]:
        """The row that answers, of each key."""
        found: dict[Key, RouteRow] = {}
        for row in rows:
            if row.located:
                found.setdefault(_key(row), row)
        return found

    def _is_contract(self, row: RouteRow, side: int) -> bool:
        return row.kind == "route" and row.include_in_schema and row.documented and not self._internal[side](row)

    def _removed(
        self, old: list[RouteRow], new: list[RouteRow], before: dict[Key, RouteRow], after: dict[Key, RouteRow]
    ) -> None:
        application = self.head.application
        unknown = len(application.unknown_includes) > len(self.base.application.unknown_includes)
        if application.truncated or self.base.application.truncated:
            return
        # All of an application may hang on one condition: then its routes are as certain as itself.
        whole = sum(row.placed for row in old) * 2 < len(old)
        gone = [
            row
            for key, row in before.items()
            if key not in after and (row.placed or whole) and self._is_contract(row, 0)
        ]
        if not gone:
            return
        doubtful = {row.endpoint_qualname for row in new if not row.located or not (row.placed or whole)}
        added = [row for key, row in after.items() if key not in before and (row.placed or whole)]
        paths = {path for _, path in after}
        left: list[RouteRow] = []
        for row in gone:
            if row.endpoint_qualname in doubtful:
                continue
            moved = [each for each in added if _handler(each) == _handler(row)]
            if len(moved) != 1:
                same = [each for each in added if each.endpoint_qualname == row.endpoint_qualname]
                moved = same if len(same) == 1 and same[0].own_path == row.own_path else []
            if moved:
                self._moved(row, moved[0])
            elif not unknown:
                left.append(row)
        files = Counter(row.registered_at[0] for row in old if row.placed or whole)
        kept = Counter(row.registered_at[0] for row in left)
        for row in left:
            file = row.registered_at[0]
            name = f"`{row.method} {row.path}`"
            cause: tuple[Any, ...] = ("route", row.app, row.method, row.path)
            text, kind = f"{name} is gone", "method" if _key(row)[1] in paths else "route"
            if kept[file] == files[file] and kept[file] >= _WHOLE:
                cause, text = ("routes", row.app, file), f"all {kept[file]} routes of {file} are gone, like {name}"
            found = Found(kind, REQUEST, cause, text, None, None, (), row.deprecated)
            self._note(found, Use(row.method, row.path, (), None, 0), None, row.registered_at)

    def _moved(self, row: RouteRow, other: RouteRow) -> None:
        use = Use(row.method, row.path, (), other.file, other.line)
        if row.method != other.method and _key(row)[1] == _key(other)[1]:
            text = f"`{row.method} {row.path}` is `{other.method}` now"
            cause: tuple[Any, ...] = ("method", row.method, row.path)
        else:
            text = f"`{row.method} {row.path}` is `{other.method} {other.path}` now"
            first, second = _prefixes(row.path, other.path)
            cause = ("moved", row.registered_at[0], first, second) if first or second else ("moved", row.path)
        found = Found("moved", REQUEST, cause, text, None, None, (), row.deprecated)
        self._note(found, use, (other.file, other.line), (row.file, row.line))

    # One route

    def _operations(self, row: RouteRow, other: RouteRow) -> None:
        old, new = self.base.schemas.operation(row), self.head.schemas.operation(other)
        if old is None or new is None:
            return
        if old.parameters is not None and new.parameters is not None:
            self._parameters(row, old, old.parameters, new, new.parameters)
        if old.is_body_known and new.is_body_known:
            self._bodies(row, old, new)
        self._answers(row, old, new)
        if row.complete and other.complete:
            self._security(row, old, other, new)

    def _parameters(
        self,
        row: RouteRow,
        old: Operation,
        before: tuple[Parameter, ...],
        new: Operation,
        after: tuple[Parameter, ...],
    ) -> None:
        known = {(each.place, each.name): each for each in before if each.place != "path"}
        now = {(each.place, each.name): each for each in after if each.place != "path"}
        gone = [each for key, each in known.items() if key not in now and each.is_shown]
        added = [each for key, each in now.items() if key not in known]
        for parameter in gone:
            place = (new.file, new.line)
            twins = [each for each in added if each.place == parameter.place and each.type == parameter.type]
            alone = len([each for each in gone if each.place == parameter.place]) == 1 and len(twins) == 1
            elsewhere = next((each for each in added if each.name == parameter.name), None)
            name = f"{parameter.place} parameter `{parameter.name}`"
            if elsewhere is not None:
                text, place = f"{name} is taken from the {elsewhere.place} now", (elsewhere.path, elsewhere.line)
            elif (alone and twins[0].path == parameter.path) or (alone and twins[0].is_required):
                text, place = f"{name} is `{twins[0].name}` now", (twins[0].path, twins[0].line)
                added = [each for each in added if each is not twins[0]]
            else:
                text = f"{name} is gone"
            cause = ("parameter", parameter.path, parameter.line, parameter.name)
            found = Found("parameter", REQUEST, cause, text, None, None, (parameter.place, parameter.name))
            self._note(found, _use(row, new), place, (parameter.path, parameter.line))
        for parameter in added:
            if parameter.is_required and not any(each.name == parameter.name for each in gone):
                name = f"{parameter.place} parameter `{parameter.name}`"
                cause = ("required", parameter.path, parameter.line, parameter.name)
                way = (parameter.place, parameter.name)
                found = Found("required", REQUEST, cause, f"{name} is new and required", None, None, way)
                self._note(found, _use(row, new), (parameter.path, parameter.line), (old.file, old.line))
        pairs = [(known[key], each) for key, each in now.items() if key in known]
        pairs += zip(_in_path(old, before), _in_path(new, after), strict=False)
        for one, other in pairs:
            self._parameter(row, one, new, other)

    def _parameter(self, row: RouteRow, old: Parameter, new: Operation, other: Parameter) -> None:
        name = f"{old.place} parameter `{old.name}`"
        place, was = (other.path, other.line), (old.path, old.line)
        cause = ("parameter", other.path, other.line, other.name)
        if other.is_required and not old.is_required:
            found = Found("required", REQUEST, (*cause, "required"), f"{name} is required now", None, None, ())
            self._note(found.below(old.place, old.name), _use(row, new), place, was)
        differences = self._comparer.compare(old.type, other.type, REQUEST, part(name, cause), is_text=True)
        for each in self._comparer.opened(differences):
            if each.cause[-1] != "null":
                self._note(each.below(old.place, old.name), _use(row, new), place, was)

    def _bodies(self, row: RouteRow, old: Operation, new: Operation) -> None:
        before, after = old.body, new.body
        if after is None:
            return
        place, was = (new.file, new.line), (old.file, old.line)
        cause = ("body", new.file, new.line)
        if before is None:
            if after.is_required:
                found = Found("required", REQUEST, cause, "a request body is required now", None, None, ("body",))
                self._note(found, _use(row, new), place, was)
            return
        found_here: list[Found] = []
        if after.is_required and not before.is_required:
            found_here.append(
                Found("required", REQUEST, (*cause, "required"), "the request body is required now", None, None, ())
            )
        if before.content != after.content:
            text = f"the request body is {after.content} now, was {before.content}"
            found_here.append(Found("content", REQUEST, (*cause, "content"), text, None, None, ()))
        elif (before.type is None) != (after.type is None):
            shape = "an object of several values" if after.type is None else "one value"
            text = f"the request body is {shape} now"
            found_here.append(Found("changed", REQUEST, (*cause, "shape"), text, None, None, ()))
        elif before.type is not None and after.type is not None:
            where = part("the request body", cause)
            found_here += self._comparer.compare(before.type, after.type, REQUEST, where)
        else:
            found_here += self._comparer.fields(before.fields, after.fields, REQUEST, part("the request body", cause))
        for each in self._comparer.opened(found_here):
            self._note(each.below("body"), _use(row, new), place, was)

    def _answers(self, row: RouteRow, old: Operation, new: Operation) -> None:
        place, was = (new.file, new.line), (old.file, old.line)
        cause = ("answer", new.file, new.line)
        if old.status is None or new.status is None:
            return
        if old.status != new.status:
            text = f"it answers {new.status} now, was {old.status}"
            found = Found("status", RESPONSE, (*cause, "status"), text, None, None, (str(old.status),))
            self._note(found, _use(row, new), place, was)
        before, after = old.answer, new.answer
        if before is None or after is None or before.type == ANY or not before.content:
            return
        if not after.content:
            text = "it answers something else than JSON now"
            found = Found("content", RESPONSE, (*cause, "content"), text, None, None, (str(old.status),))
            self._note(found, _use(row, new), place, was)
            return
        for each in self._comparer.opened(self._comparer.answers(before, after, part("the answer", cause))):
            self._note(each.below(str(old.status)), _use(row, new), place, was)

    def _security(self, row: RouteRow, old: Operation, other: RouteRow, new: Operation) -> None:
        before = {scheme: set(scopes) for scheme, scopes in old.security}
        text = ""
        if new.security and not old.security:
            names = sorted({scheme.rpartition(".")[2] for scheme, _ in new.security})
            text = f"it asks for {' or '.join(names)} now"
        else:
            more = sorted(
                {scope for scheme, scopes in new.security for scope in set(scopes) - before.get(scheme, set())}
            )
            if more and all(scheme in before for scheme, _ in new.security):
                text = f"it asks for the scope {', '.join(f'`{scope}`' for scope in more)} now"
        if not text:
            return
        known = {each.name for each in row.dependencies}
        added = next((each for each in other.dependencies if each.name not in known), None)
        cause = ("security", text, added.name if added is not None else new.file)
        found = Found("security", REQUEST, cause, text, None, None, ("security",))
        self._note(found, _use(row, new), (new.file, new.line), (old.file, old.line))

    # What was found

    def _note(self, found: Found, use: Use, place: Place | None, was: Place) -> None:
        use = use._replace(way=found.way)
        known = self._drafts.get(found.cause)
        if known is not None:
            if use not in known.uses:
                known.uses.append(use)
            return
        if found.place is not None:
            place = self.head.schemas.line_of(*found.place) or place
        if found.was is not None:
            was = self.base.schemas.line_of(*found.was) or was
        self._drafts[found.cause] = _Draft(found, place, was, [use], self._near)


def _by_application(rows: Iterable[RouteRow]) -> dict[str, list[RouteRow]]:
    found: dict[str, list[RouteRow]] = defaultdict(list)
    for row in rows:
        found[row.app].append(row)
    return found


def _key(row: RouteRow) -> Key:
    return row.method, _NAMED.sub("{}", row.path)


def _handler(row: RouteRow) -> tuple[str, str]:
    return row.endpoint_module, row.endpoint_qualname


def _use(row: RouteRow, new: Operation) -> Use:
    return Use(row.method, row.path, (), new.file, new.line)


def _in_path(operation: Operation, parameters: tuple[Parameter, ...]) -> list[Parameter]:
    """The path's parameters in the order of the path."""
    known = {each.name: each for each in parameters if each.place == "path"}
    names = [text.strip("{}").partition(":")[0] for text in _NAMED.findall(operation.path)]
    if any(name not in known for name in names):
        return []
    return [known[name] for name in names]


def _prefixes(old: str, new: str) -> tuple[str, str]:
    """What differs at the beginning of two paths, if their ends are the same."""
    shared = ""
    for one, other in zip(old[::-1], new[::-1], strict=False):
        if one != other:
            break
        shared = one + shared
    shared = shared[shared.index("/") :] if "/" in shared else ""
    return (old.removesuffix(shared), new.removesuffix(shared)) if shared else ("", "")
