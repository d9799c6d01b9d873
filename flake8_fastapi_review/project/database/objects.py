"""What is known of objects and sessions at one point of a program that is executed in the abstract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...records import NamedTuple

if TYPE_CHECKING:
    import ast

    from .tables import Entity, Relationship

Origin = tuple[Any, ...]
"""Where an object comes from: a statement, or the call that made it."""


class Loop(NamedTuple):
    """Something that is done several times."""

    node: ast.AST | None
    times: int | None
    """None: once for each of N rows."""


class LazyRead(NamedTuple):
    """An attribute whose reading sends a statement."""

    node: ast.AST
    """In the function that was asked about: the attribute, the call that leads to it, or what is answered."""
    entity: Entity
    attribute: str
    relationship: Relationship | None
    """None for a column."""
    reason: str
    """unloaded, deferred, or expired (by a commit)."""
    is_async: bool
    """Whether it may send none there: an asynchronous session, and nobody waits."""
    rows: int
    """So many loops over rows are around it, as far as each has an object of its own."""
    is_shown: bool
    """Whether a model that answers reads it, and no code."""
    place: tuple[str, int]
    """Where it is read."""
    via: str
    """The calls between, for messages: "rosters → roster"."""


class Frame(NamedTuple):
    """A call that is followed."""

    node: ast.AST
    name: str
    loops: int
    """So many loops were around it."""
    given: frozenset[Origin]
    """The objects that it is given."""


class State:
    """What is known at one point of the program."""

    __slots__ = (
        "expired",
        "fetched",
        "filled",
        "flushed",
        "fresh",
        "given",
        "kept",
        "known",
        "loaded",
        "pending",
    )

    def __init__(self) -> None:
        self.known: dict[Origin, str | None] = {}
        """Objects in a session, with its kind."""
        self.flushed: set[Origin] = set()
        self.expired: dict[Origin, bool] = {}
        """Forgotten by a commit; whether that is sure."""
        self.fresh: set[tuple[Origin, tuple[str, ...]]] = set()
        """Loaded again since."""
        self.given: set[tuple[Origin, str]] = set()
        """Relationships of new objects to others whose keys they were made with."""
        self.loaded: set[tuple[Origin, tuple[str, ...], str]] = set()
        self.filled: set[tuple[str, str, Origin]] = set()
        """Relationships of classes that a later statement has loaded for objects which the session had."""
        self.fetched: set[tuple[str, str]] = set()
        """Classes of which rows were asked for by their keys, with the attribute that held the key, or "*"."""
        self.kept: set[str] = set()
        """Classes of which the session holds all rows."""
        self.pending: dict[tuple[str, str], tuple[Loop, ...]] = {}
        """What waits to be written: ("insert", symbol) → the loops around."""

    def copy(self) -> State:
        made = State()
        for name in self.__slots__:
            setattr(made, name, getattr(self, name).copy())
        return made

    def join(self, other: State) -> None:
        """What may be true after one of two ways: loaded if it was loaded on one of them."""
        for name in self.__slots__:
            getattr(self, name).update(getattr(other, name))
