"""What drivers and object mappers other than SQLAlchemy send: by the rows `[queries]` of the knowledge."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...regex import regex
from ..readings import remembered
from .sites import Site
from .statements import Item, Statement

if TYPE_CHECKING:
    from ...knowledge import Query
    from ..modules import Modules
    from ..type_terms import Type
    from .sites import Sites

_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)
_READS = regex(r"\s*(?:with|select|\(\s*select)\b", re.IGNORECASE)
_NARROW = regex(
    r"\b(?:where|limit|group\s+by|having|fetch\s+first|count\s*\(|sum\s*\(|max\s*\(|min\s*\(|avg\s*\(|exists\s*\()",
    re.IGNORECASE,
)
_FROM = regex(r"\bfrom\s+([\w.\"]+)", re.IGNORECASE)
_DEEPEST = 12


class Drivers:
    """Reads calls; only names of methods that a row is about are looked at."""

    def __init__(self, modules: Modules, sites: Sites) -> None:
        self.modules = modules
        self.sites = sites
        self.knowledge = sites.types.knowledge
        self._words: frozenset[str] | None = None
        self._used: bool | None = None

    @property
    @remembered()
    def words(self) -> frozenset[str]:
        """The methods that a row is about; none in a project that names no such library."""
        if self._words is None:
            names = list(self.knowledge.query_names()) if self.is_used else []
            self._words = frozenset(name.rpartition(".")[2] for name in names)
        return self._words

    @property
    @remembered()
    def is_used(self) -> bool:
        """Whether any file names one of the libraries."""
        if self._used is None:
            tops = {name.partition(".")[0] for name in self.knowledge.query_names()}
            words = tuple(sorted(f"{start} {top}".encode() for top in tops for start in ("import", "from")))
            self._used = bool(self.modules.mentioning_any(words)) if words else False
        return self._used

    def has_row(self, callee: Type | None) -> bool:
        """Whether something is known of what calling this sends."""
        name = self.sites.types.qualified(callee)
        return name is not None and self.knowledge.query(name) is not None

    def sends(self, site: Site) -> tuple[Statement, str] | None:
        """What a call sends, and what is read of it ("all", "one" or ""); None if it sends nothing."""
        call = site.node
        row = self._row(site)
        if row is None or not isinstance(call, ast.Call):
            return None
        parent = site.module.index.parents.get(call)
        match row.kind:
            case "lazy" | "narrows" | "limits" | "takes" if isinstance(parent, ast.Await) and self._is_awaited(site):
                return self._made(site, row, "select"), "all"
            case "lazy" | "narrows" | "limits" | "takes":
                return None
            case "write":
                text = self._text(site, row)
                kind = "select" if text is not None and _READS.match(text) else "update"
                return self._made(site, row, kind), ""
        text = self._text(site, row)
        is_read = row.sql < 0 or (text is not None and _READS.match(text) is not None)
        return self._made(site, row, "select" if is_read else "text"), row.kind

    def gone_over(self, site: Site) -> Statement | None:
        """What `async for row in collection.find()` sends."""
        found = self._beginning(site, 0)
        return self._made(*found, "select") if found is not None else None

    def _beginning(self, site: Site, depth: int) -> tuple[Site, Query] | None:
        """The last call that makes or changes a query, behind a name."""
        node = site.node
        if depth > 4:
            return None
        if isinstance(node, ast.Name):
            bound = self.sites.bindings(site)
            return self._beginning(bound[0].site, depth + 1) if len(bound) == 1 and bound[0].kind == "assign" else None
        row = self._row(site)
        return (site, row) if row is not None and row.kind in ("lazy", "narrows", "limits", "takes") else None

    def _row(self, site: Site) -> Query | None:
        call = site.node
        if (
            not isinstance(call, ast.Call)
            or not isinstance(call.func, ast.Attribute)
            or call.func.attr not in self.words
        ):
            return None
        name = self.sites.name(site.at(call.func))
        return self.knowledge.query(name) if name is not None else None

    def _is_awaited(self, site: Site) -> bool:
        """Whether awaiting it sends it, rather than giving a cursor: a row says that it cannot be gone over then."""
        found = self.sites.type(site)
        return found is not None and found[0] == "inst" and "ueryset" in str(found[1]).lower()

    def _made(self, site: Site, row: Query, kind: str) -> Statement:
        text = self._text(site, row)
        narrow, limited, of = self._chain(site, 0)
        if text is not None:
            narrow = narrow or bool(_NARROW.search(text))
            table = _FROM.search(text)
            of = table.group(1).strip('"') if table is not None else of
        elif row.sql >= 0:
            narrow = True  # its text is not known
        return Statement(
            kind, (Item(None, None),), (), (), (), (), False, False, limited, False, False, False, (), text, False,
            True, site.node, site.module.path, narrow, "async", of,
        )  # fmt: skip

    def _text(self, site: Site, row: Query) -> str | None:
        call = site.node
        if row.sql < 0 or not isinstance(call, ast.Call):
            return None
        given = self._argument(call, row.sql, "query")
        node: ast.AST | None = given
        if isinstance(node, ast.Name):
            bound = self.sites.bindings(site.at(node))
            node = bound[0].site.node if len(bound) == 1 and bound[0].kind == "assign" else None
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else "x" for each in node.values]
            return "".join(part for part in parts if isinstance(part, str))
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    @staticmethod
    def _argument(call: ast.Call, place: int, *names: str) -> ast.expr | None:
        if place < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
            return call.args[place]
        return next((each.value for each in call.keywords if each.arg in names), None)

    def _chain(self, site: Site, depth: int) -> tuple[bool, bool, str]:
        """Of a query that is built by calls: whether it is narrowed, whether it is limited, and what it is about."""
        node = site.node
        if isinstance(node, ast.Await):
            return self._chain(site.at(node.value), depth)
        if isinstance(node, ast.Name) and depth < _DEEPEST:
            bound = self.sites.bindings(site)
            if (
                len(bound) != 1
                or bound[0].kind != "assign"
                or not isinstance(bound[0].site.node, (ast.Call, ast.Await))
            ):
                return (True, False, "")  # built in branches, or given
            return self._chain(bound[0].site, depth + 1)
        row = self._row(site)
        if (
            row is None
            or not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Attribute)
            or depth > _DEEPEST
        ):
            return True, False, ""
        narrow = row.kind in ("narrows", "one") or self._is_given(node, row.filter)
        limited = row.kind == "limits" or self._is_given(node, row.most)
        if row.kind in ("lazy", "one", "write") or row.sql >= 0:
            return narrow, limited, _told(node.func.value)
        inner = self._chain(site.at(node.func.value), depth + 1)
        return narrow or inner[0], limited or inner[1], inner[2]

    @staticmethod
    def _is_given(call: ast.Call, place: int) -> bool:
        """Whether an argument says something: neither `None` nor `{}`; for a filter any keyword does, too."""
        if place < 0:
            return False
        given: list[ast.expr] = [*call.args, *(each.value for each in call.keywords if each.arg != "projection")]
        return any(
            not (isinstance(each, ast.Constant) and each.value is None)
            and not (isinstance(each, ast.Dict) and not each.keys)
            for each in given
        )


def _told(node: ast.expr) -> str:
    """The collection or the model as the code names it."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
