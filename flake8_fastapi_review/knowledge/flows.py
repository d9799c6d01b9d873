"""Where untrusted input comes from, what passes it on, what it must not reach and what makes it harmless.

The rows stand in `taint_*.toml` (schema: README.md) and are compiled into `_flow_rows.py`, which nothing loads before
an input is to be followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..records import NamedTuple

if TYPE_CHECKING:
    from . import Knowledge

T = TypeVar("T")

SINKS: dict[str, str] = {
    "sql": "FAR030",
    "command": "FAR031",
    "program": "FAR031",
    "code": "FAR032",
    "module": "FAR032",
    "path": "FAR033",
    "directory": "FAR033",
    "url": "FAR034",
    "html": "FAR035",
    "pickle": "FAR036",
    "template": "FAR037",
    "redirect": "FAR038",
    "nosql": "FAR039",
    "ldap": "FAR039",
    "header": "FAR040",
    "log": "FAR041",
    "regex": "FAR042",
    "backtracking": "FAR042",
    "xml": "FAR043",
    "attribute": "FAR044",
    "fields": "FAR044",
    "archive": "FAR156",
}
"""Kinds of sinks, and the rule that reports each."""

SOURCES = ("path", "query", "header", "cookie", "body", "form", "file", "url", "message", "database")

Argument = int | str
"""A position from 0, "self" (the receiver), a keyword, or "*" (any argument)."""


class Sink(NamedTuple):
    """A call that an input must not reach."""

    kind: str
    arguments: tuple[Argument, ...]
    """The positions and keywords under which the harmful value is given: the first that is there counts."""
    condition: str
    """`shell=True`: only when this keyword has that constant; `!Loader`: only when the keyword is not given;
    `media_type~html`: when its constant holds that text. Empty: always."""


class Passing(NamedTuple):
    """A call or attribute whose value holds what it was given."""

    arguments: tuple[Argument, ...]
    safe: frozenset[str]
    """The kinds of sinks that the result is harmless for; "*": all."""
    unsafe: frozenset[str]
    """The kinds that it is harmful for again, decoding undoes a check."""


class Check(NamedTuple):
    """A call that tells whether a value is harmless, by a true result or by raising no error."""

    argument: Argument
    safe: frozenset[str]
    condition: str
    """`resolved`: only for paths without `..`; `separator`: only when the first argument ends in a separator. Empty:
    always."""
    raises: bool
    """It raises an error when the value is not."""


Rows = tuple[
    dict[str, tuple[tuple[str, tuple[Argument, ...], str], ...]],
    dict[str, tuple[tuple[Argument, ...], tuple[str, ...], tuple[str, ...]]],
    dict[str, str],
    dict[str, tuple[Argument, tuple[str, ...], str, bool]],
]
"""Sinks, passes, sources, checks, by canonical name."""


def shipped() -> Rows:
    """The compiled rows: not to be changed."""
    from . import _flow_rows as rows

    return rows.SINKS, rows.PASSES, rows.SOURCES, rows.CHECKS


class Flows:
    """Answers about names of libraries, inherited members included."""

    def __init__(self, knowledge: Knowledge, rows: Rows) -> None:
        self._knowledge = knowledge
        self._sinks, self._passes, self._sources, self._checks = rows
        self._leaves: dict[str, frozenset[str]] = {}
        last = [(name.rpartition(".")[2], kind) for name, kind in self._sources.items()]
        self.attributes = frozenset(name for name, kind in last if kind != "database")
        """The last names of the sources of requests."""
        self.stored = frozenset(name for name, kind in last if kind == "database")
        """The last names of the calls that give what was stored."""
        self.own = self._sinks is not shipped()[0]
        """Whether a project has rows of its own, which may be about its own functions."""

    def knows(self, name: str) -> bool:
        """Whether a row is about just this name."""
        return any(name in table for table in (self._sinks, self._passes, self._sources, self._checks))

    def sinks(self, name: str) -> tuple[Sink, ...]:
        """What must not be given to a function, method or class."""
        rows = self._row(self._sinks, name) or ()
        return tuple(Sink(*row) for row in rows)

    def leaves(self, kind: str) -> frozenset[str]:
        """The last names of what must not be given an input of a kind."""
        found = self._leaves.get(kind)
        if found is None:
            named = (name for name, rows in self._sinks.items() if any(row[0] == kind for row in rows))
            found = self._leaves[kind] = frozenset(name.rpartition(".")[2] for name in named)
        return found

    def passing(self, name: str) -> Passing | None:
        """What a call or attribute passes on; None when not known."""
        row = self._row(self._passes, name)
        return None if row is None else Passing(row[0], frozenset(row[1]), frozenset(row[2]))

    def source(self, name: str) -> str | None:
        """The kind of input that a call or attribute gives."""
        return self._row(self._sources, name)

    def check(self, name: str) -> Check | None:
        """What a call makes sure of."""
        row = self._row(self._checks, name)
        return None if row is None else Check(row[0], frozenset(row[1]), row[2], row[3])

    def _row(self, table: dict[str, T], name: str) -> T | None:
        name = self._knowledge.canonical(name)
        found = table.get(name)
        if found is not None:
            return found
        owner, _, attribute = name.rpartition(".")
        for base in self._knowledge.mro(owner)[1:]:
            found = table.get(f"{base}.{attribute}")
            if found is not None:
                return found
        return None
