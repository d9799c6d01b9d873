from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class MassAssignment(Rule):
    """A client chooses which fields of a database entity are set.

    A dictionary holds whatever names its sender put there. When all of them are set on an entity, a client who may
    change its name also makes itself an administrator, or the owner of what belongs to others. Take a Pydantic model
    that has the fields which may be changed, or compare the names with a fixed set. Only entities that have a field
    such as `is_admin`, `role`, `owner_id` or `balance` are reported.

    Bad:

        from typing import Any

        from fastapi import FastAPI
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        app = FastAPI()

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            is_admin: Mapped[bool] = mapped_column(default=False)

        def current_user() -> User:
            return User(name="ada")

        @app.patch("/me")
        def change(changes: dict[str, Any]):
            user = current_user()
            for name, value in changes.items():
                setattr(user, name, value)

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        app = FastAPI()

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            is_admin: Mapped[bool] = mapped_column(default=False)

        class Changes(BaseModel):
            name: str | None = None

        def current_user() -> User:
            return User(name="ada")

        @app.patch("/me")
        def change(changes: Changes):
            user = current_user()
            for name, value in changes.model_dump(exclude_unset=True).items():
                setattr(user, name, value)

    Exploit:

        $ curl -X PATCH https://shop.example/me -H "Authorization: Bearer $TOKEN" \\
            -H "Content-Type: application/json" -d '{"is_admin": true}'
    """

    code = "FAR044"
    severity = Severity.WARNING
    cwe = 915
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N"
    message = (
        "{input}{route}{chain} chooses which fields of an entity are set, `{sink}` among them: "
        "take a model that has only those which may be changed"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(
                self,
                reached,
                input=reached.input[:1].upper() + reached.input[1:],
            )
