from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...rule import Related, Rule, Severity
from .routes import REGISTRATIONS, endpoints, looks_at_caller, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import Endpoint, File
    from ...project.application import RouteRow
    from ...rule import Violation

_PROTECTED = 2
_USER = re.compile(r"(?i)(?:^|_)(?:user|account|principal|me|caller|customer|member)$|current_?user|user$")
_OWNER = re.compile(r"(?:user|owner|author|creator|customer|account|member)(?:_id)?|created_by(?:_id)?")
_PRIVILEGE = re.compile(
    r"(?i)admin|super|staff|permission|role|scope|owner|require|check|access|(?:^|_)can(?:_|$)|own|authori|allow|ensure|verify|moderator|manager|"
    r"internal|service|policy|acl|rbac|guard|tenant|organi[sz]ation|workspace|project|team"
)
_FETCHES = ("get", "get_one", "select", "query", "first", "one", "one_or_none", "scalar", "find_one", "get_or_404")


class MissingObjectAuthorisation(Rule):
    """An object that belongs to somebody is fetched by the id of the path, whoever the logged-in user is.

    The route knows its user, but the user takes part neither in the query nor in a later check: any user reads or
    changes the objects of all others by counting through the ids. Reported is what is surely so: the entity has a
    column for its owner, the query names nothing but the id, and no role or permission is asked for.

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
    message = (
        "`{route}` fetches `{entity}` by its id alone, so every user reaches those of all others: "
        "compare `{owner}` with the user"
    )
    markers = (REGISTRATIONS, ("{",))

    def check(self, file: File) -> Iterator[Violation]:
        for endpoint in endpoints(file):
            row = next((row for row in endpoint.rows if row.kind == "route" and "{" in row.path), None)
            if row is None or not self._knows_its_user(file, row, endpoint):
                continue
            names = set(re.findall(r"\{(\w+)", row.path))
            for call in file.within(endpoint.function, ast.Call):
                found = self._fetched(file, call, names)
                if found is not None:
                    entity, owner, related = found
                    yield self.at(call, route=shown(row), entity=entity, owner=owner, related=related)
                    break

    def _knows_its_user(self, file: File, row: RouteRow, endpoint: Endpoint) -> bool:
        """A logged-in user is required, nothing else is asked of him, and the handler does nothing with him."""
        protection = file.protection(row)
        if protection.level != _PROTECTED or not _USER.search(protection.by.lower()):
            return False
        if any(
            dependency.scopes or _PRIVILEGE.search(dependency.name.rpartition(":")[2])
            for dependency in row.dependencies
        ):
            return False
        function: Any = endpoint.function
        users = {
            argument.arg for argument in (*function.args.args, *function.args.kwonlyargs) if _USER.search(argument.arg)
        }
        logged = {name for log in file.logs(function) for name in file.within(log.call, ast.Name)}
        for name in file.within(function, ast.Name):
            if name.id in users and name not in logged:
                return False
        if any(_PRIVILEGE.search(self._called(call)) for call in file.within(function, ast.Call)):
            return False
        return not (looks_at_caller(file, function) and not users)

    @staticmethod
    def _called(call: ast.Call) -> str:
        return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")

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
