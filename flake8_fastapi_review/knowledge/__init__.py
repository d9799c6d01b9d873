"""What libraries do: which calls block, what calls return, which classes derive from which, who runs a callback where.

The rows are written by hand in `*.toml` (schema: README.md), checked and compiled by `compile.py` into `_rows.py`, and
looked up through Knowledge. A name in a row is the public dotted name under which its library documents the
thing; every other path it can be imported from is an alias. An answer None means "not known", never "no".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ..records import NamedTuple
from ..regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .flows import Flows, Rows

T = TypeVar("T")

AWAIT = "await "
"""Before the result of a function whose call must be awaited."""
_VENDORED = regex(r"^(?:\w+\.)*?_?vendor(?:ed)?\.(?=(?:fastapi|starlette)(?:\.|$))")

KINDS: Mapping[str, str] = {
    "archive": "FAR004",
    "cloud": "FAR001",
    "cpu": "FAR004",
    "database": "FAR005",
    "dns": "FAR001",
    "email": "FAR001",
    "file": "FAR001",
    "http": "FAR001",
    "input": "FAR001",
    "ldap": "FAR001",
    "llm": "FAR001",
    "loop": "FAR006",
    "mongo": "FAR005",
    "queue": "FAR001",
    "result": "FAR146",
    "redis": "FAR001",
    "rpc": "FAR001",
    "search": "FAR001",
    "sleep": "FAR002",
    "socket": "FAR001",
    "ssh": "FAR001",
    "subprocess": "FAR001",
    "thread": "FAR001",
}
"""Kinds of blocking calls, and the rule that reports each."""


TEXTS = (
    "aliases", "returns", "enters", "async_enters", "iterates", "async_iterates", "decorators", "queries", "opens",
)  # fmt: skip
"""Tables whose values are text, in `Tables` and in `_rows.py`."""


class KnowledgeError(ValueError):
    """A row that breaks the schema; the text names the document and the key."""


class Blocking(NamedTuple):
    """A call that blocks the thread it runs in."""

    kind: str
    """One of KINDS."""
    remedy: str
    """What to use instead; follows the word "use"."""
    unless: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    """The arguments with which it does not block: keyword, position (-1: by keyword only), values as Python writes
    them."""


_UNASKED = Blocking("", "")


class Runs(NamedTuple):
    """A function that is handed a callable and has it run."""

    position: int
    """Position of the callable among the arguments from 0, not counting `self`; -1: by keyword only."""
    keyword: str
    """Its keyword; empty: by position only."""
    where: str
    """`thread`, `process`, `worker` (another program), `greenlet` (SQLAlchemy's `run_sync`: its database calls are
    awaited), `inline` (on the spot), `loop`, or `loop-or-thread` (`async def` on the loop, `def` in a thread)."""
    wraps: bool
    """The call only returns a function; calling that one runs the callable there."""


class Query(NamedTuple):
    """What a call of a driver or of an object mapper sends to a database."""

    kind: str
    """one, all (the rows that it finds), write, lazy (nothing before it is awaited or gone over); of a method of such a
    query narrows, limits or takes (neither)."""
    sql: int
    """The argument that holds SQL text; -1: none."""
    filter: int
    """The argument that narrows; -1: none."""
    most: int
    """The argument that limits; -1: none."""


class Route(NamedTuple):
    """A method of an application or router that registers a function."""

    kind: str
    """`route`, `websocket`, `middleware`, `exception_handler`, `event`, `include` or `mount`."""
    methods: tuple[str, ...]
    """The HTTP methods when the name fixes them; empty: the arguments tell, or none."""
    endpoint: int
    """Position of the function among the arguments; -1: a decorator."""


class Pattern(NamedTuple):
    """Several names to be compared with others, see Knowledge.pattern."""

    leaves: frozenset[str] | None
    """Their last parts; None if any will do."""
    names: frozenset[str]
    """Canonical."""
    owners: dict[str, tuple[str, ...]]
    """Last part or "*" → the classes and modules that have it."""


class Unverified(NamedTuple):
    """An argument or attribute by which a library accepts every certificate."""

    argument: str
    """Its keyword; empty: the name in the row is an attribute that is assigned to."""
    position: int
    """Its position among the arguments from 0, not counting `self`; -1: by keyword only."""
    values: tuple[str, ...]
    """The values that do so, as Python writes them; a dotted name stands for what it refers to, `...` for leaving the
    argument out."""


class Tables:
    """All rows. Names are canonical; `blocking` and `returns` may also hold `Class.*`."""

    __slots__ = (
        "aliases",
        "async_enters",
        "async_iterates",
        "bases",
        "blocking",
        "blocks",
        "constants",
        "decorators",
        "enters",
        "exceptions",
        "flows",
        "groups",
        "iterates",
        "loop_callbacks",
        "offloads",
        "opens",
        "queries",
        "returns",
        "routes",
        "unless",
        "unverified",
    )

    def __init__(self) -> None:
        self.blocks: list[tuple[str, str]] = []
        self.unless: dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]] = {}
        self.unverified: dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]] = {}
        self.blocking: dict[str, int] = {}
        self.exceptions: dict[str, frozenset[str]] = {}
        self.aliases: dict[str, str] = {}
        self.bases: dict[str, tuple[str, ...]] = {}
        self.returns: dict[str, str] = {}
        self.enters: dict[str, str] = {}
        self.async_enters: dict[str, str] = {}
        self.iterates: dict[str, str] = {}
        self.async_iterates: dict[str, str] = {}
        self.offloads: dict[str, tuple[int, str, str, bool]] = {}
        self.loop_callbacks: dict[str, tuple[int, str, str, bool]] = {}
        self.decorators: dict[str, str] = {}
        self.queries: dict[str, str] = {}
        self.opens: dict[str, str] = {}
        self.constants: dict[str, int | float | str] = {}
        self.routes: dict[str, tuple[str, tuple[str, ...], int]] = {}
        self.flows: Rows | None = None
        """Rows on untrusted input; None: those that are shipped, not loaded yet."""
        self.groups: dict[str, tuple[str, ...]] | None = None
        """The names of each group; None as above."""

    @classmethod
    def shipped(cls) -> Tables:
        """The compiled rows, shared by everyone: not to be changed."""
        from . import _rows

        tables = cls()
        tables.blocks = _rows.BLOCKS
        tables.exceptions = _rows.EXCEPTIONS
        tables.offloads = _rows.OFFLOADS
        tables.loop_callbacks = _rows.LOOP_CALLBACKS
        tables.constants = _rows.CONSTANTS
        tables.routes = _rows.ROUTES
        tables.unless = _rows.UNLESS
        tables.unverified = _rows.UNVERIFIED
        tables.blocking = {name: int(index) for name, index in _pairs(_rows.BLOCKING)}
        tables.bases = {name: tuple(bases.split()) for name, bases in _pairs(_rows.BASES)}
        for name in TEXTS:
            setattr(tables, name, dict(_pairs(getattr(_rows, name.upper()))))
        return tables

    def copy(self) -> Tables:
        """Tables that can be added to."""
        tables = Tables()
        for name in self.__slots__:
            if name not in ("flows", "groups"):
                setattr(tables, name, getattr(self, name).copy())
        if self.flows is not None:
            tables.flows = tuple(table.copy() for table in self.flows)  # type: ignore[assignment]
        tables.groups = None if self.groups is None else self.groups.copy()
        return tables

    def group_rows(self) -> dict[str, tuple[str, ...]]:
        """The names of each group; loaded at the first question, never to be changed in place when shipped."""
        if self.groups is None:
            from ._group_rows import GROUPS

            self.groups = dict(GROUPS)
        return self.groups

    def flow_rows(self) -> Rows:
        """The rows on untrusted input; loaded at the first question."""
        if self.flows is None:
            from .flows import shipped

            self.flows = shipped()
        return self.flows

    def own_flow_rows(self) -> Rows:
        """The same to be added to."""
        self.flows = tuple(table.copy() for table in self.flow_rows())  # type: ignore[assignment]
        return self.flows  # type: ignore[return-value]

    def named(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every table whose keys are names, with its title in the schema."""
        for name in self.__slots__:
            if name not in ("blocks", "exceptions", "flows", "groups"):
                yield name, getattr(self, name)

    def canonical(self, name: str) -> str:
        """The name under which rows speak of `name`: its longest known prefix replaced, until none is known."""
        aliases = self.aliases
        for _ in range(8):
            replaced = aliases.get(name)
            end = len(name)
            while replaced is None:
                end = name.rfind(".", 0, end)
                if end < 0:
                    return name
                prefix = name[:end]
                replaced = aliases.get(prefix + ".*") or aliases.get(prefix)
                if replaced is not None:
                    replaced += name[end:]
            name = replaced
        return name


class Knowledge:
    """Answers about names of libraries. Takes names in any importable spelling, gives canonical ones."""

    def __init__(self, extra: Mapping[str, Any] | None = None) -> None:
        """`extra`: rows of the reviewed project, in the schema of the TOML files; they win over the shipped ones.

        Raises KnowledgeError.
        """
        tables = Tables.shipped()
        if extra:
            from .schema import add, check_canonical

            tables = tables.copy()
            add(tables, extra, "knowledge", override=True)
            check_canonical(tables, "knowledge")
        self.has_own = bool(extra)
        """Whether the project has rows of its own, which may be about its own functions."""
        self._tables = tables
        self._all = tuple(table for title, table in tables.named() if title not in ("unless", "unverified"))
        self._canonical: dict[str, str] = {}
        self._patterns: dict[tuple[str, ...], Pattern] = {}
        self._mro: dict[str, tuple[str, ...]] = {}
        self._members: dict[str, str] = {}
        self._blocking: dict[str, Blocking | None] = {}
        self._returned: dict[str, str | None] = {}
        self._classes: frozenset[str] | None = None
        self._verifying: frozenset[str] | None = None
        self._flows: Flows | None = None

    # untrusted input

    @property
    def flows(self) -> Flows:
        """What is known of untrusted input."""
        if self._flows is None:
            from .flows import Flows

            self._flows = Flows(self, self._tables.flow_rows())
        return self._flows

    # names and classes

    def canonical(self, name: str) -> str:
        """`requests.sessions.Session.get` gives `requests.Session.get`; a name without alias stays as it is.

        A copy of the framework inside of a project has the framework's names: `shop._vendor.fastapi.FastAPI`.
        """
        known = self._canonical.get(name)
        if known is None:
            original = _VENDORED.sub("", name) if "vendor" in name else name
            known = self._canonical[name] = self._tables.canonical(original)
        return known

    def pattern(self, names: tuple[str, ...]) -> Pattern:
        """What `matches` asks for one of several names: of functions, of methods that subclasses have too, and
        "logging.Logger.*" for all members of a class or module."""
        known = self._patterns.get(names)
        if known is None:
            canonical = [name if name.endswith("*") else self.canonical(name) for name in names]
            members: dict[str, list[str]] = {}
            for name in canonical:
                owner, _, member = name.rpartition(".")
                members.setdefault(member, []).append(owner)
            leaves = frozenset(name.rpartition(".")[2] for name in names)
            known = self._patterns[names] = Pattern(
                None if "*" in leaves else leaves,
                frozenset(canonical),
                {member: tuple(owners) for member, owners in members.items()},
            )
        return known

    def matches(self, name: str, pattern: Pattern) -> bool:
        """Whether the thing called `name`, canonically, is one of those that the pattern is about."""
        if name in pattern.names:
            return True
        owner, _, member = name.rpartition(".")
        owners = pattern.owners.get(member, ()) + pattern.owners.get("*", ())
        if not owners:
            return False
        if owner in owners:
            return True
        order = self.mro(owner)
        return any(each in order for each in owners)

    def is_class(self, name: str) -> bool:
        """Whether rows speak of `name` as a class."""
        if self._classes is None:
            self._classes = self._find_classes()
        return self.canonical(name) in self._classes

    def bases(self, name: str) -> tuple[str, ...]:
        """The direct base classes that are known."""
        return self._tables.bases.get(self.canonical(name), ())

    def mro(self, name: str) -> tuple[str, ...]:
        """The class and its known ancestors, nearest first, without `object`."""
        name = self.canonical(name)
        known = self._mro.get(name)
        if known is None:
            known = self._mro[name] = self._linearise(name)
        return known

    def is_subclass(self, name: str, base: str) -> bool | None:
        """Whether class `name` is or derives from `base`; None when not all of its ancestors are known."""
        base = self.canonical(base)
        order = self.mro(name)
        if base in order or base == "builtins.object":
            return True
        known = self._tables.bases
        return False if all(ancestor in known for ancestor in order) else None

    def member(self, cls: str, attribute: str) -> str:
        """The canonical name of a class's attribute: under the first class in its order that has a row about it.

        Without such a row: under the class itself.
        """
        cls = self.canonical(cls)
        name = f"{cls}.{attribute}"
        known = self._members.get(name)
        if known is None:
            known = self._members[name] = self._find_member(cls, attribute)
        return known

    def _linearise(self, name: str) -> tuple[str, ...]:
        bases = self._tables.bases
        order: dict[str, None] = {}
        pending = [name]
        for _ in range(256):  # a cycle in a project's own rows must end
            if not pending:
                break
            cls = pending.pop()
            order.pop(cls, None)  # a shared ancestor stands after everything that derives from it
            order[cls] = None
            pending.extend(reversed(bases.get(cls, ())))
        return tuple(order)

    def _find_member(self, cls: str, attribute: str) -> str:
        for owner in self.mro(cls):
            name = f"{owner}.{attribute}"
            if self._has_row(name):
                return name
        return f"{cls}.{attribute}"

    def _has_row(self, name: str) -> bool:
        tables = self._tables
        owner, _, attribute = name.rpartition(".")
        wildcard = f"{owner}.*"
        if not attribute.startswith("_") and (wildcard in tables.blocking or wildcard in tables.returns):
            return True
        return any(name in table for table in self._all)

    def _find_classes(self) -> frozenset[str]:
        tables = self._tables
        found = set(tables.bases)
        for bases in tables.bases.values():
            found.update(bases)
        for table in (tables.returns, tables.enters, tables.async_enters, tables.iterates, tables.async_iterates):
            found.update(value.removeprefix(AWAIT) for value in table.values())
        for _, table in tables.named():
            for name in table:
                owner = name.rpartition(".")[0]
                if owner.rpartition(".")[2][:1].isupper():
                    found.add(owner)
        used = (tables.enters, tables.async_enters, tables.iterates, tables.async_iterates, tables.blocking)
        found.update(name for table in used for name in table if name.rpartition(".")[2][:1].isupper())
        return frozenset(found - {"None", "self", "?"})

    def _row(self, table: Mapping[str, T], name: str) -> T | None:
        """The row of a function or class, or of the member that it inherits."""
        name = self.canonical(name)
        row = table.get(name)
        if row is not None:
            return row
        owner, _, attribute = name.rpartition(".")
        return table.get(self.member(owner, attribute)) if owner in self._tables.bases else None

    # calls

    def blocking(self, name: str) -> Blocking | None:
        """Whether calling `name` (a function, a method, or a class: constructing it) blocks the thread."""
        known = self._blocking.get(name, _UNASKED)
        if known is _UNASKED:
            known = self._blocking[name] = self._find_blocking(self.canonical(name))
        return known

    def _find_blocking(self, name: str) -> Blocking | None:
        tables = self._tables
        row = name
        index = tables.blocking.get(name)
        if index is None:
            owner, _, attribute = name.rpartition(".")
            row = name = self.member(owner, attribute)
            index = tables.blocking.get(name)
            if index is None:
                row = wildcard = name[: -len(attribute)] + "*"
                if attribute.startswith("_") or attribute in tables.exceptions.get(wildcard, ()):
                    return None
                if name in tables.returns and tables.returns[name].startswith(AWAIT):
                    return None
                index = tables.blocking.get(wildcard)
                if index is None:
                    return None
        kind, remedy = tables.blocks[index]
        if kind not in KINDS:
            return None
        if "{name}" in remedy:
            remedy = remedy.replace("{name}", _spoken(name))
        return Blocking(kind, remedy, tables.unless.get(row, ()))

    def returns(self, name: str) -> str | None:
        """The class of what calling `name` gives, or of the attribute `name`; `await X` when it must be awaited first.

        `await ?`: awaitable, the class is not known. `None`, `await None`: it gives None. `self` in a row is
        replaced by the class in `name`. A class with a row `__getattr__` gives that for attributes without rows.
        """
        name = self.canonical(name)
        known = self._returned.get(name, "")
        if known == "":
            known = self._returned[name] = self._find_returned(name)
        return known

    def _find_returned(self, name: str) -> str | None:
        returns = self._tables.returns
        owner, _, attribute = name.rpartition(".")
        result = returns.get(name)
        if result is None:
            name = self.member(owner, attribute)
            result = returns.get(name)
        if result is None and not attribute.startswith("_"):
            result = returns.get(name[: -len(attribute)] + "*")
            if result is None and not self._has_row(name):
                result = returns.get(self.member(owner, "__getattr__"))
        if result in ("self", AWAIT + "self"):
            return result[:-4] + owner
        return result

    def awaits(self, name: str) -> bool | None:
        """Whether what calling `name` gives must be awaited; None when there is no row."""
        result = self.returns(name)
        return None if result is None else result.startswith(AWAIT)

    # `with` and `for`: `name` is a class, or a function whose result is used so

    def enters(self, name: str) -> str | None:
        """The class of `x` in `with name(…) as x`."""
        return self._entered(self._tables.enters, name)

    def async_enters(self, name: str) -> str | None:
        """The class of `x` in `async with name(…) as x`."""
        return self._entered(self._tables.async_enters, name)

    def iterates(self, name: str) -> str | None:
        """The class of `x` in `for x in name(…)`."""
        return self._entered(self._tables.iterates, name)

    def async_iterates(self, name: str) -> str | None:
        """The class of `x` in `async for x in name(…)`."""
        return self._entered(self._tables.async_iterates, name)

    def async_only(self, name: str) -> bool | None:
        """Whether the class or function supports `async with` or `async for` and neither `with` nor `for`."""
        if self.async_enters(name) is None and self.async_iterates(name) is None:
            return None
        return self.enters(name) is None and self.iterates(name) is None

    def _entered(self, table: dict[str, str], name: str) -> str | None:
        name = self.canonical(name)
        result = table.get(name)
        if result is None:
            for ancestor in self.mro(name)[1:]:
                result = table.get(ancestor)
                if result is not None:
                    break
            else:
                owner, _, attribute = name.rpartition(".")
                result = table.get(self.member(owner, attribute))
        return name if result == "self" else result

    # callables handed over, decorators, routes, constants

    def query(self, name: str) -> Query | None:
        """What a method of a driver or of an object mapper, or a function, sends to a database."""
        row = self._row(self._tables.queries, name)
        if row is None:
            return None
        kind, *options = row.split()
        places = {key: int(place) for key, _, place in (each.partition(":") for each in options)}
        return Query(kind, places.get("sql", -1), places.get("filter", -1), places.get("most", -1))

    def query_names(self) -> Iterable[str]:
        """The names that have a row about queries."""
        return self._tables.queries

    def opens(self, name: str) -> str | None:
        """connection, pool or client: what a call makes or takes that somebody has to close; None: nothing."""
        return self._row(self._tables.opens, name)

    def openers(self) -> Iterable[str]:
        """The names that have such a row."""
        return self._tables.opens

    def offload(self, name: str) -> Runs | None:
        """A function that runs an argument elsewhere, or on the spot (`inline`)."""
        row = self._row(self._tables.offloads, name)
        return None if row is None else Runs(*row)

    def loop_callback(self, name: str) -> Runs | None:
        """A function whose argument the event loop runs later."""
        row = self._row(self._tables.loop_callbacks, name)
        return None if row is None else Runs(*row)

    def decorator(self, name: str) -> str | None:
        """What a decorator makes of a function; the words are explained in README.md."""
        return self._row(self._tables.decorators, name)

    def route(self, name: str) -> Route | None:
        """A method that registers a route, websocket, middleware, handler or router."""
        row = self._row(self._tables.routes, name)
        return None if row is None else Route(*row)

    def unverified(self, name: str) -> tuple[Unverified, ...]:
        """How a call of a function or class, or an assignment to an attribute, is told to accept every certificate."""
        return tuple(Unverified(*row) for row in self._row(self._tables.unverified, name) or ())

    @property
    def verifying(self) -> frozenset[str]:
        """The keywords of all arguments of `unverified`, and the last names of what fails without its argument or is
        an attribute: cheap, for refusing."""
        if self._verifying is None:
            found = set()
            for name, rows in self._tables.unverified.items():
                for argument, position, values in rows:
                    found.add(argument)
                    if not argument or position >= 0 or "..." in values:
                        found.add(name.rpartition(".")[2])
            self._verifying = frozenset(found)
        return self._verifying

    def group(self, name: str) -> tuple[str, ...]:
        """The names of a group; README.md says which there are."""
        return self._tables.group_rows()[name]

    def constant(self, name: str) -> int | float | str | None:
        """The value of a library's constant: `starlette.status.HTTP_404_NOT_FOUND` is 404."""
        return self._tables.constants.get(self.canonical(name))

    @staticmethod
    def rule_of(kind: str) -> str:
        """The code of the rule that reports blocking calls of this kind."""
        return KINDS[kind]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The rows `name=value` of a table, one a line.

    Text, because a module of large dictionaries takes 100 ms to compile wherever byte code cannot be kept.
    """
    flat = text.strip().replace("\n", "=").split("=")
    return zip(flat[::2], flat[1::2], strict=True)


def _spoken(name: str) -> str:
    """How a call of `name` is written: functions by their dotted name, methods on a value named after the class."""
    owner, _, attribute = name.rpartition(".")
    cls = owner.rpartition(".")[2]
    if not cls[:1].isupper():
        return name.removeprefix("builtins.")
    value = "".join(
        f"_{letter.lower()}" if index and letter.isupper() and not cls[index - 1].isupper() else letter.lower()
        for index, letter in enumerate(cls)
    )
    return f"{value}.{attribute}"
