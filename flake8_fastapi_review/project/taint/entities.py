"""Fields of database entities whose names a client chooses: `setattr` in a loop, `User(**data)`, `values(**data)`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..constants import UNKNOWN, value_of
from ..readings import remembered
from .values import CLEAN, NAMES, Value, join, whole

if TYPE_CHECKING:
    from ...module.summary import Expr, Summary
    from ..type_terms import Type
    from ..types import Types
    from .calls import Arguments, Calls

_BASES = (
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.MappedAsDataclass",
    "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "tortoise.models.Model",
    "beanie.Document",
    "peewee.Model",
    "mongoengine.Document",
    "odmantic.Model",
)
_SQLMODEL = "sqlmodel.SQLModel"
_PRIVILEGED = (
    "is_admin is_superuser is_super_user is_staff is_root is_owner is_verified is_approved is_system is_privileged "
    "superuser admin role roles role_id user_role permission permissions privileges scopes access_level owner_id "
    "owner_user_id user_id account_id tenant_id organization_id organisation_id org_id created_by balance credit "
    "credits wallet hashed_password password_hash email_verified verified"
).split()
"""Fields that those whom they are about must not set; the first that an entity has is told."""
PRIVILEGED = frozenset(_PRIVILEGED)
_OF_PEOPLE = frozenset("role roles role_id admin permission permissions scopes verified credits".split())
"""Those that mean something else where an entity is not about a person."""
_PERSON = re.compile(r"(?i)user|account|member|person|people|customer|staff|employee|profile|author|invit")
_TELLS_PERSON = frozenset({"email", "username", "password", "hashed_password", "password_hash", "login"})

_WITH_NAMES = frozenset({"values", "update", "create", "update_from_dict", "model_validate", "parse_obj", "insert"})
_ABOUT = frozenset({"update", "insert", "query"})
"""What says which entity a statement is about: `update(User).where(…).values(…)`."""
_FETCHES = frozenset({"get", "get_one", "query", "select", "get_or_none", "get_or_404"})
_EXECUTES = frozenset({"execute", "exec", "scalar", "scalars", "scalar_one", "scalar_one_or_none"})
_MAX_LINKS = 8


class Entities:
    """Answers about the entities of the project; remembered."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._privileged: dict[str, str | None] = {}
        self._open: dict[str, bool] = {}

    def forget(self) -> None:
        self._privileged.clear()
        self._open.clear()

    def privileged(self, declared: Type | None) -> str | None:
        """The first privileged field of an entity's class or of an instance, as "module.User.is_admin"."""
        if declared is not None and declared[0] == "union":
            rest = [member for member in declared[1] if member != ("none",)]
            declared = rest[0] if len(rest) == 1 else None
        if declared is None or declared[0] not in ("inst", "type") or ":" not in declared[1]:
            return None
        return self._privileged_of(declared[1])

    @remembered()
    def _privileged_of(self, cls: str) -> str | None:
        if cls not in self._privileged:
            self._privileged[cls] = self._found(cls)
        return self._privileged[cls]

    def _found(self, cls: str) -> str | None:
        if not self._is_entity(cls):
            return None
        names = {
            name
            for base in self.types.mro(cls)
            if (own := self.types.project_class(base)) is not None
            for name, indices in own[1].members.items()
            if own[0].table[indices[-1]][0] in (":", "=")
        }
        person = bool(_PERSON.search(cls.rpartition(":")[2])) or bool(names & _TELLS_PERSON)
        wanted = (name for name in _PRIVILEGED if name in names and (person or name not in _OF_PEOPLE))
        field = next(wanted, None)
        return None if field is None else f"{self.types.dotted(cls)}.{field}"

    def _is_entity(self, cls: str) -> bool:
        if self.types.is_subclass(cls, _BASES):
            return True
        if not self.types.is_subclass(cls, (_SQLMODEL,)):
            return False
        owners = (self.types.project_class(base) for base in self.types.mro(cls))
        return any(own is not None and dict(own[1].keywords).get("table") == ("k", True) for own in owners)

    def is_open(self, declared: Type | None) -> bool:
        """Whether a model takes fields that it does not name: `extra="allow"`."""
        if declared is None or declared[0] != "inst" or ":" not in declared[1]:
            return False
        return self._is_open(declared[1])

    @remembered()
    def _is_open(self, cls: str) -> bool:
        if cls not in self._open:
            self._open[cls] = any(self._allows(base) for base in self.types.mro(cls))
        return self._open[cls]

    def _allows(self, base: str) -> bool:
        own = self.types.project_class(base)
        if own is None:
            return False
        summary, definition = own
        if dict(definition.keywords).get("extra") == ("k", "allow"):
            return True
        for index in definition.members.get("model_config", ()):
            fact = summary.table[index]
            made = fact[1] if fact[0] == "=" else fact[2] if fact[0] == ":" else None
            if made is not None and made[0] == "c" and dict(made[3]).get("extra") == ("k", "allow"):
                return True
            if made is not None and made[0] == "d" and "('k', 'extra')" in str(made) and "'allow'" in str(made):
                return True
        inner = f"{base}.Config"
        found = self.types.members(inner, "extra") if self.types.project_class(inner) is not None else None
        if found is None or found[1] is None:
            return False
        fact = found[1].table[found[2][-1]]
        extra = value_of(self.types, found[1], fact[1]) if fact[0] == "=" else UNKNOWN
        return extra == "allow" or "'allow'" in str(fact)

    # Calls

    def judge(self, calls: Calls, arguments: Arguments, callee: Type | None) -> None:
        """Tell the walk of names that an input gives to fields of an entity."""
        function = arguments.node.func
        leaf = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        walk = calls.walk
        if leaf in ("setattr", "__setattr__") and len(arguments.positional) >= 2:
            if leaf == "setattr":
                (target, _), (node, name) = arguments.positional[:2]
            else:
                target, (node, name) = function.value, arguments.positional[0]  # type: ignore[attr-defined]
            field = self._of_target(calls, target) if name else None
            if field is not None:
                for kind, value in _told_apart(whole([name])):
                    walk.reaches(kind, value, field, node)
            return
        names = self._names(leaf, arguments)
        if not names:
            return
        field = self.privileged(callee) if callee is not None and callee[0] == "type" else None
        if field is None and leaf in _WITH_NAMES and isinstance(function, ast.Attribute):
            field = self._about(calls, function.value)
        if field is not None:
            walk.reaches("fields", names, field, arguments.node)

    def _of_target(self, calls: Calls, target: ast.expr) -> str | None:
        walk = calls.walk
        declared = walk.type_of(target)
        if declared is not None:
            return self.privileged(declared)
        return self._fetched(walk.summary, walk.module.expression(target), 0)

    def _fetched(self, summary: Summary, expr: Expr, depth: int) -> str | None:
        """The field of the entity that is loaded by `session.get(User, 1)`, `session.query(User).first()` or
        `session.scalars(select(User)).one()`."""
        if depth > _MAX_LINKS:
            return None
        match expr:
            case ("w", inner):
                return self._fetched(summary, inner, depth + 1)
            case ("v", indices):
                assigned = [summary.table[index] for index in indices]
                found = (self._fetched(summary, fact[1], depth + 1) for fact in assigned if fact[0] == "=")
                return next((field for field in found if field is not None), None)
            case ("c", callee, arguments, _):
                leaf = callee[2] if callee[0] == "a" else callee[1] if callee[0] == "g" else ""
                if leaf in _FETCHES and arguments and (leaf == "get" or len(arguments) == 1):
                    named = self.types.eval(summary, arguments[0])
                    if named is not None and named[0] == "type":
                        return self.privileged(named)
                within = [*([callee[1]] if callee[0] == "a" else []), *(arguments if leaf in _EXECUTES else ())]
                found = (self._fetched(summary, inner, depth + 1) for inner in within)
                return next((field for field in found if field is not None), None)
        return None

    @staticmethod
    def _names(leaf: str, arguments: Arguments) -> Value:
        """The names that a call takes from dictionaries."""
        found = [value.keys() for value in arguments.spread]
        if leaf in _WITH_NAMES and arguments.positional:
            found.append(arguments.positional[0][1].keys())
        return join(found) if any(found) else CLEAN

    def _about(self, calls: Calls, node: ast.expr) -> str | None:
        """The field of the entity that a statement or a class is about."""
        for _ in range(_MAX_LINKS):
            match node:
                case ast.Call(func=ast.Name(id=leaf) | ast.Attribute(attr=leaf), args=[first, *_]) if leaf in _ABOUT:
                    return self.privileged(calls.walk.type_of(first))
                case ast.Call(func=ast.Attribute(value=inner)):
                    node = inner
                case ast.Name() | ast.Attribute():
                    return self.privileged(calls.walk.type_of(node))
                case _:
                    return None
        return None


def _told_apart(name: Value) -> list[tuple[str, Value]]:
    """A name by itself, and the names in a dictionary."""
    alone = {label: mark for label, mark in name.marks.items() if NAMES not in mark.safe}
    held = {label: mark for label, mark in name.marks.items() if NAMES in mark.safe}
    return [("attribute", Value(alone)), ("fields", Value(held))]
