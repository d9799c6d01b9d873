"""What a call does to a session: the statements that it sends, and what the session knows after it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .loading import COLUMNS, EAGER
from .origins import of_statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from .course import Course
    from .loading import Loading
    from .origins import Origins
    from .sessions import Execution
    from .sites import Site
    from .statements import Statement
    from .writing import Writing


class Sending:
    """Calls of a function that is executed."""

    def __init__(
        self,
        origins: Origins,
        loading: Loading,
        writing: Writing,
        course: Course,
        expires: Callable[[Site], bool | None],
        follows_all: bool,
    ) -> None:
        """`expires`: whether a session forgets its objects when it commits; without `follows_all` nothing is
        counted."""
        self.statements = origins.statements
        self.origins = origins
        self.loading = loading
        self._writing = writing
        self._course = course
        self._expires = expires
        self._follows_all = follows_all

    def executed(self, site: Site, call: ast.Call, direct: Execution) -> None:
        """A call does something to a session itself."""
        kind = None if direct.is_async is None else "async" if direct.is_async else "sync"
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        match direct.kind:
            case "execute":
                kept = direct.fetches == "all" and _is_kept(site)
                self.sent(direct.statement, kind, kept)
            case "get" if name != "merge":
                self.sent(direct.statement, kind, False)
            case "get":
                self._course.add()
            case "refresh":
                self._refreshed(site, call)
            case "commit":
                if isinstance(call.func, ast.Attribute):
                    self.commit(site.at(call.func.value))
            case "flush":
                self._writing.flush()
            case "rollback":
                self._course.state.pending.clear()
                self._forget(True)
            case "expire":
                self._forget(name == "expire_all")
            case "begin":
                if name == "begin_nested":
                    self._writing.flush()
            case "write":
                self._writing.written(site, call, name, kind)

    def _refreshed(self, site: Site, call: ast.Call) -> None:
        """`refresh(team, ["members"])` loads the relationship in a statement of its own."""
        self._writing.flush()
        self._course.add()
        held = self.statements.value(site.at(call.args[0])) if call.args else None
        entity = self.statements.entity(held.entity or "") if held is not None else None
        if held is None or entity is None:
            return
        origin = self.origins.of(site.at(call.args[0]), held)
        given = call.args[1] if len(call.args) > 1 else None
        given = next((each.value for each in call.keywords if each.arg == "attribute_names"), given)
        if given is None:
            self._course.add(self.loading.eager_of(entity))
            if origin is not None:
                self._course.state.fresh.add((origin, held.via))
                self._course.state.loaded = {key for key in self._course.state.loaded if key[:2] != (origin, held.via)}
                along = [each.name for each in entity.relationships if each.lazy in ("joined", *EAGER)]
                self._course.state.loaded.update((origin, held.via, name) for name in along)
            return
        if not isinstance(given, (ast.List, ast.Tuple, ast.Set)):
            self._course.unsure()
            return
        for each in given.elts:
            name = each.value if isinstance(each, ast.Constant) else getattr(each, "attr", "")
            relation = entity.relationship(name) if isinstance(name, str) else None
            if relation is not None and relation.lazy != "joined":
                self._course.add()
            if relation is not None and origin is not None:
                self._course.state.loaded.add((origin, held.via, relation.name))
            if relation is None and origin is not None:
                self._course.state.loaded.add((origin, held.via, str(name)))

    def sent(self, statement: Statement | None, kind: str | None, all_kept: bool) -> None:
        """A statement is sent, by a session of a kind; `all_kept`: a variable holds all rows."""
        self._writing.flush()
        self._course.add()
        if statement is None:
            return
        if self._follows_all:
            self._course.add(self.loading.eager(statement))
        self._course.leaves_out = self._course.leaves_out or any(load.strategy in COLUMNS for load in statement.loads)
        origin = of_statement(statement)
        self._fill(statement)
        self._course.state.known[origin] = kind
        self._course.state.expired.pop(origin, None)
        if (
            all_kept
            and statement.complete
            and not (statement.filters or statement.limit or statement.offset or statement.joins or statement.opaque)
        ):
            self._course.state.kept.update(statement.entities)

    def _fill(self, statement: Statement) -> None:
        """Rows that the session has already get what a later statement loads along, or leads to."""
        for load in statement.loads:
            above = self.statements.entity(load.root) or next(
                (self.statements.entity(symbol) for symbol in statement.entities), None
            )
            for name in load.path:
                relation = above.relationship(name) if above is not None else None
                if above is None or relation is None:
                    break
                if load.strategy in ("joined", *EAGER):
                    self._course.state.filled.update(
                        (above.symbol, name, origin) for origin in self._course.state.known
                    )
                above = self.statements.entity(relation.target)
        for each in statement.filters:
            if each.ref.column is None or not each.ref.column.primary_key or each.function is not None:
                continue
            if each.operator == "in_":
                self._course.state.fetched.add((each.ref.entity.symbol, "*"))
            elif each.operator == "==" and isinstance(each.value, ast.Attribute):
                self._course.state.fetched.add((each.ref.entity.symbol, each.value.attr))

    def commit(self, session: Site) -> None:
        """A session commits."""
        self._writing.flush()
        expires = self._expires(session)
        if expires is False:
            return
        self._forget(expires is True)

    def _forget(self, sure: bool) -> None:
        self._course.state.fresh.clear()
        self._course.state.kept.clear()
        for origin in self._course.state.known:
            self._course.state.expired[origin] = sure
        if sure:
            self._course.state.loaded.clear()
            self._course.state.filled.clear()
            self._course.state.fetched.clear()


def _is_kept(site: Site) -> bool:
    """Whether a variable holds the rows: what nobody holds, the session forgets."""
    node: ast.AST | None = site.node
    while node is not None and not isinstance(node, ast.stmt):
        node = site.module.index.parents.get(node)
    return isinstance(node, (ast.Assign, ast.AnnAssign))
