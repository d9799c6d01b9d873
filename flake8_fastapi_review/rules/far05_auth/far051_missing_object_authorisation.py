from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...rule import Related, Rule, Severity
from ...shapes import all_arguments, last_name, named_parameters
from .routes import CHANGING, REGISTRATIONS, endpoints, looks_at_caller, registers, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Endpoint
    from ...file import File
    from ...project.application import RouteRow
    from ...rule import Violation

_PROTECTED = 2
_USER = re.compile(r"(?i)(?:^|_)(?:user|account|principal|me|caller|customer|member)$|current_?user|user$")
_OWNER = re.compile(r"(?:user|owner|author|creator|customer|account|member)(?:_id)?|created_by(?:_id)?")
_PRIVILEGE = re.compile(
    r"(?i)admin|super|staff|permission|role|scope|owner|require|check|access|(?:^|_)can(?:_|$)|own|authori|allow|ensure|verify|moderator|manager|"
    r"internal|service|policy|acl|rbac|guard|tenant|organi[sz]ation|workspace|project|team"
)
_ACCOUNT = re.compile(r"(?:user_?|account_?|customer_?)?e_?mail|(?:user|account|customer)_?(?:id|name)")
_OTHERS = re.compile(
    r"(?i)invit|share|member|follow|friend|message|mail|send|notif|search|find|lookup|add|assign|grant|block|create|test"
)
"""Words of routes that are about other people by their nature."""
_SETTINGS = re.compile(r"(?i)settings|config|env")
_ABOUT_ACCESS = re.compile(
    r"(?i)auth(?!o)|multi|tenan|enforc|secur|protect|isolat|owner|restrict|user|permission|private|acl|rbac"
)
_BY_ID = re.compile(r"(?:get|find|fetch|load)_?\w*(?:user|account|customer|member)\w*_by_(?:uuid|id|pk)$")
_WRITES = re.compile(
    r"a?(?:delete|create|update|save|add|insert|remove|set|upsert|get_or_create|update_or_create)(?:_|$)"
)
_PROVES = re.compile(r"(?i)verif|valid|sign|hmac|compare|decode|decrypt|digest|unsign|authenticat|password|pop")
"""Words of functions to which a value is given that is not just believed."""
_FETCHES = ("get", "get_one", "select", "query", "first", "one", "one_or_none", "scalar", "find_one", "get_or_404")


class MissingObjectAuthorisation(Rule):
    """An object that belongs to somebody is fetched by the id of the path, whoever the logged-in user is.

    The route knows its user, but the user takes part neither in the query nor in a later check: any user reads or
    changes the objects of all others by counting through the ids. Reported is what is surely so: the entity has a
    column for its owner, the query names nothing but the id, and no role or permission is asked for; the fetch may
    stand in a function that is given the id. So is a route that changes the account which a parameter names, and a
    query that is narrowed down to the owner only where a setting says so.

    Bad:

        from typing import Annotated

        from fastapi import Depends, FastAPI, HTTPException, Request
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int]

        def get_session() -> Session: ...

        def get_current_user(request: Request) -> User:
            raise HTTPException(401, detail="Log in first")

        app = FastAPI()

        @app.get("/orders/{order_id}")
        def read_order(
            order_id: int,
            user: Annotated[User, Depends(get_current_user)],
            session: Annotated[Session, Depends(get_session)],
        ):
            return session.get(Order, order_id)

    Good:

        from typing import Annotated

        from fastapi import Depends, FastAPI, HTTPException, Request
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase): ...

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int]

        def get_session() -> Session: ...

        def get_current_user(request: Request) -> User:
            raise HTTPException(401, detail="Log in first")

        app = FastAPI()

        @app.get("/orders/{order_id}")
        def read_order(
            order_id: int,
            user: Annotated[User, Depends(get_current_user)],
            session: Annotated[Session, Depends(get_session)],
        ):
            order = session.get(Order, order_id)
            if order is None or order.user_id != user.id:
                raise HTTPException(404, detail="You have no such order")
            return order

    Exploit:

        $ curl -H "Authorization: Bearer $MY_TOKEN" https://shop.example/orders/1
        {"id":1,"user_id":7}
    """

    code = "FAR051"
    severity = Severity.WARNING
    cwe = 639
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N"
    message = "`{route}` {does}, so every user reaches those of all others: {remedy}"
    markers = ((*REGISTRATIONS, "select("),)

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in endpoints(file):
            row = next((row for row in endpoint.rows if row.kind == "route"), None)
            if row is None or not self._knows_its_user(file, row, endpoint):
                continue
            names = set(re.findall(r"\{(\w+)", row.path))
            for call in file.within(endpoint.function, ast.Call) if names else ():
                found = self._fetched(file, call, names) or self._fetched_there(file, call, names)
                if found is not None:
                    entity, owner, related = found
                    yield self.at(
                        call,
                        route=shown(row),
                        does=f"fetches `{entity}` by its id alone",
                        remedy=f"compare `{owner}` with the user",
                        related=related,
                    )
                    break
            else:
                yield from self._named_account(file, endpoint.function, row.method, row.path)
        if "by_" in file.text and registers(file):
            for endpoint in file.endpoints:
                row = next((row for row in endpoint.rows if row.kind == "route"), None)
                if row is not None and _is_open(file, row):
                    yield from self._believed(file, row, endpoint.function)
        if "requires" in file.text:
            yield from self._behind_conditions(file)
        if "select(" in file.text:
            yield from self._sometimes_narrowed(file)

    def _behind_conditions(self, file: File) -> Iterator[Violation]:
        """Routes of a router that is included on some condition, and so in no application for all that is known."""
        routes = [
            route
            for route in file.routes
            if self._requires_login_only(file, route.function) and not self._is_used(file, route.function)
        ]
        known = {endpoint.function for endpoint in file.endpoints} if routes else ()
        for route in routes:
            if route.function not in known:
                method = route.methods[0] if route.methods else "GET"
                yield from self._named_account(file, route.function, method, route.path or "")

    def _knows_its_user(self, file: File, row: RouteRow, endpoint: Endpoint) -> bool:
        """A logged-in user is required, nothing else is asked of him, and the handler does nothing with him."""
        protection = file.protection(row)
        if protection.level != _PROTECTED or not (
            _USER.search(protection.by.lower()) or self._requires_login_only(file, endpoint.function)
        ):
            return False
        if any(
            dependency.scopes or _PRIVILEGE.search(dependency.name.rpartition(":")[2])
            for dependency in row.dependencies
        ):
            return False
        if any(_PRIVILEGE.search(name) for name in _depended_on(file, endpoint.function)):
            return False
        return not self._is_used(file, endpoint.function)

    def _is_used(self, file: File, function: Any) -> bool:
        """Whether a handler does something with the user, or asks for a permission."""
        users = {
            argument.arg for argument in (*function.args.args, *function.args.kwonlyargs) if _USER.search(argument.arg)
        }
        logged = {name for log in file.logs(function) for name in file.within(log.call, ast.Name)}
        for name in file.within(function, ast.Name):
            if name.id in users and name not in logged:
                return True
        if any(_PRIVILEGE.search(self._called(call)) for call in file.within(function, ast.Call)):
            return True
        return looks_at_caller(file, function) and not users

    @staticmethod
    def _requires_login_only(file: File, function: ast.AST) -> bool:
        """Starlette's `@requires("authenticated")` without any other scope."""
        for decorator in getattr(function, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and file.is_named(decorator.func, "starlette.authentication.requires"):
                scopes = file.value_of(file.argument(decorator, 0, "scopes") or decorator)
                return scopes in ("authenticated", ["authenticated"], ("authenticated",))
        return False

    @staticmethod
    def _called(call: ast.Call) -> str:
        return last_name(call.func)

    def _fetched(self, file: File, call: ast.Call, names: set[str]) -> tuple[str, str, list[Related]] | None:
        """The entity of an owner that a call fetches by one of the names, and its column for the owner."""
        if self._called(call) not in _FETCHES or not call.args:
            return None
        entity = call.args[0]
        if not isinstance(entity, (ast.Name, ast.Attribute)):
            return None
        fields = [field for field in file.exposed_fields(entity) if field.entity and len(field.way) == 1]
        owner = next((field for field in fields if _OWNER.fullmatch(field.way[0])), None)
        if owner is None or owner.cls.endswith("User"):
            return None
        conditions = [call, *self._around(file, call)]
        used = {name.id for each in conditions for name in file.within(each, ast.Name)}
        if not used & names or any(
            _OWNER.fullmatch(self._leaf(part))
            for each in conditions
            for part in file.within(each, ast.Attribute, ast.keyword)
        ):
            return None
        model = owner.cls.rpartition(".")[2]
        return model, f"{model}.{owner.way[0]}", [Related(owner.path, owner.line, f"`{owner.way[0]}` says whose it is")]

    @staticmethod
    def _leaf(node: ast.Attribute | ast.keyword) -> str:
        return node.attr if isinstance(node, ast.Attribute) else node.arg or ""

    @staticmethod
    def _around(file: File, call: ast.Call) -> list[ast.AST]:
        """The rest of the statement, where the conditions stand: `select(Order).where(…)`."""
        statement = file.statement(call)
        inside = (
            list(file.within([statement], ast.Call))
            if not isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Try))
            else []
        )
        return [each for each in inside if call in file.within(each, ast.Call)]

    def _fetched_there(self, file: File, call: ast.Call, names: set[str]) -> tuple[str, str, list[Related]] | None:
        """The same in a function of the project that is given the id, and nothing by which it could know the user."""
        given = all_arguments(call)
        if not any(isinstance(each, ast.Name) and each.id in names for each in given):
            return None
        definition = file.definition_of(call.func)
        if definition is None or definition.is_class or "." in definition.qualname:
            return None
        if any(_USER.search(name) or _OWNER.fullmatch(name) for name in definition.parameters):
            return None
        if len(definition.parameters) > 2 or any(
            _PRIVILEGE.search(each.name.rpartition(".")[2]) or _USER.search(each.name)
            for each in file.calls_of(definition)
        ):
            return None
        for fields, line in file.entities_fetched(definition):
            owner = next((field for field in fields if len(field.way) == 1 and _OWNER.fullmatch(field.way[0])), None)
            if owner is not None and not owner.cls.endswith("User"):
                model = owner.cls.rpartition(".")[2]
                return (
                    model,
                    f"{model}.{owner.way[0]}",
                    [
                        Related(definition.path, line, f"`{definition.qualname}` fetches it"),
                        Related(owner.path, owner.line, f"`{owner.way[0]}` says whose it is"),
                    ],
                )
        return None

    def _named_account(self, file: File, function: Any, method: str, path: str) -> Iterator[Violation]:
        """A changing route that is told by a parameter whose account it is about."""
        if method not in CHANGING or _OTHERS.search(f"{path} {function.name}"):
            return
        for argument in (*function.args.args, *function.args.kwonlyargs):
            name = argument.arg
            if not _ACCOUNT.fullmatch(name) or file.parameter_source(function, name) not in ("query", "form"):
                continue
            for call in file.within(function, ast.Call):
                given = all_arguments(call)
                if any(isinstance(each, ast.Name) and each.id == name for each in given):
                    yield self.at(
                        call,
                        route=f"{method} {path or function.name}",
                        does=f"acts on whatever account `{name}` names",
                        remedy="take it from the logged-in user",
                    )
                    return

    def _believed(self, file: File, row: RouteRow, function: Any) -> Iterator[Violation]:
        """`user = get_user_by_id(state)` in a callback that nobody logs in for, and then `Link.create(user=user)`."""
        calls = file.within(function, ast.Call)
        for fetch in calls:
            if not _BY_ID.search(self._called(fetch)) or not fetch.args or not isinstance(fetch.args[-1], ast.Name):
                continue
            name = fetch.args[-1].id
            target = file.statement(fetch)
            users = {each.id for each in getattr(target, "targets", ()) if isinstance(each, ast.Name)}
            users |= {each.id for each in (getattr(target, "target", None),) if isinstance(each, ast.Name)}
            if not users or not self._is_sent(file, function, fetch.args[-1]):
                continue
            given = [(call, self._names_given(call)) for call in calls if call is not fetch]
            if any(name in names and _PROVES.search(self._called(call)) for call, names in given):
                continue
            written = next((call for call in calls if self._writes_for(file, call, users)), None)
            if written is not None:
                yield self.at(
                    function,
                    route=shown(row),
                    does=f"writes in the name of whatever user `{name}` names, and asks for no login",
                    remedy="take the user from the session, and compare",
                    related=[
                        Related(file.path, fetch.lineno, f"`{name}` says who the user is"),
                        Related(file.path, written.lineno, "something of his is changed"),
                    ],
                )
                return

    @staticmethod
    def _names_given(call: ast.Call) -> set[str]:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        return {each.id for each in given if isinstance(each, ast.Name)}

    @staticmethod
    def _is_sent(file: File, function: Any, name: ast.Name) -> bool:
        """Whether a variable is a parameter that a request fills, or was read from its query."""
        parameters = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        if name.id in parameters:
            return file.parameter_source(function, name.id) in ("query", "path", "form")
        return any(
            isinstance(part, ast.Attribute) and part.attr in ("query_params", "path_params")
            for value in file.values(name)
            for part in [value, *file.within([value], ast.Attribute)]
        )

    def _writes_for(self, file: File, call: ast.Call, users: set[str]) -> bool:
        """`Link.objects.filter(user=user).delete()`, `Link.create(user=user)`, `session.add(Link(user.id))`"""
        if not _WRITES.match(self._called(call)):
            return False
        return any(name.id in users for name in file.within([call], ast.Name))

    def _sometimes_narrowed(self, file: File) -> Iterator[Violation]:
        """`stmt = select(Order).where(id)`, then `if settings.SWITCH: stmt = stmt.where(owner)`."""
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            arguments = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
            users = {name for name in arguments if _OWNER.fullmatch(name) or _USER.search(name)}
            if not users:
                continue
            body = file.within(function, ast.Assign, ast.If)
            for first, second in pairwise(body):
                found = self._narrowing(file, first, second, users, function)
                if found is not None:
                    entity, owner, switch, where = found
                    yield self.at(
                        where,
                        route=function.name,
                        does=f"fetches `{entity}` by its id alone unless `{switch}`",
                        remedy=f"always compare `{entity}.{owner}` with the user",
                    )

    def _narrowing(
        self, file: File, first: ast.AST, second: ast.AST, users: set[str], function: ast.AST
    ) -> tuple[str, str, str, ast.AST] | None:
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as query),
                ast.If(test=ast.Attribute(attr=switch) as test, body=body, orelse=[]),
            ) if not _ABOUT_ACCESS.search(switch) and _SETTINGS.search(file.source(test.value)):
                pass
            case _:
                return None
        select = next((c for c in file.within([query], ast.Call) if self._called(c) == "select" and c.args), None)
        if select is None or not isinstance(select.args[0], ast.Name):
            return None
        entity = select.args[0]
        around = [file.source(each) for each in file.within([query], ast.Compare)]
        inside = [node for node in file.within(body, ast.Assign) if getattr(node.targets[0], "id", None) == name]
        if not around or not inside:
            return None
        everywhere = [each for each in file.within(function, ast.Compare) if each not in file.within(body, ast.Compare)]
        for compare in file.within(body, ast.Compare):
            owner = compare.left
            if not (isinstance(owner, ast.Attribute) and getattr(owner.value, "id", None) == entity.id):
                continue
            if not _OWNER.fullmatch(owner.attr) or not users & {n.id for n in file.within([compare], ast.Name)}:
                continue
            if any(part.attr == owner.attr for each in everywhere for part in file.within([each], ast.Attribute)):
                return None
            return entity.id, owner.attr, file.source(test), select
        return None


def _is_open(file: File, row: RouteRow) -> bool:
    """Whether nothing guards a route for sure; it may exist on a condition only."""
    known = row.complete or (bool(row.assumptions) and all(each.startswith("if ") for each in row.assumptions))
    return known and file.protection(row).level == 0


def _depended_on(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[str]:
    """The last names of what the parameters of a handler depend on, a variable's too: `Depends(current_superuser)`."""
    arguments = function.args
    for part in (
        *(each.annotation for each in named_parameters(arguments) if each.annotation is not None),
        *(each for each in (*arguments.defaults, *arguments.kw_defaults) if each is not None),
    ):
        for call in file.within(part, ast.Call):
            if last_name(call.func) in ("Depends", "Security") and call.args:
                yield last_name(call.args[0])
