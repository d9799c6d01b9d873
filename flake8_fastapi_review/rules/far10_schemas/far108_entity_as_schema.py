from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.database import Entity
    from ...rule import Violation


class EntityAsSchema(Rule):
    """An entity of the database is the body of a request.

    Every column is a field that the client may set: the id, the owner, `is_admin`, the price. SQLModel checks nothing
    of a class with `table=True` when it is made, so that not even the types hold. A model of its own for the request
    has the fields that a client may say.

    Bad:

        from fastapi import FastAPI
        from sqlmodel import Field, SQLModel

        app = FastAPI()

        class Member(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            name: str
            is_admin: bool = False

        @app.post("/members")
        def add_member(member: Member) -> None: ...

    Good:

        from fastapi import FastAPI
        from sqlmodel import Field, SQLModel

        app = FastAPI()

        class NewMember(SQLModel):
            name: str

        class Member(NewMember, table=True):
            id: int | None = Field(default=None, primary_key=True)
            is_admin: bool = False

        @app.post("/members")
        def add_member(member: NewMember) -> None: ...

    Exploit:

        $ curl -X POST https://shop.example/members -H 'Content-Type: application/json' \
            -d '{"name": "eve", "is_admin": true}'
    """

    code = "FAR108"
    severity = Severity.BLOCKER
    cwe = 915
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N"
    message = "clients may set every column of `{entity}`: take a model of its own as the body of `{function}`"
    markers = (
        ("SQLModel", "sqlmodel", "sqlalchemy", "models", "entities", "tables", "db"),
        ("post(", "put(", "patch(", "api_route("),
    )

    def check(self, file: File) -> Iterator[Violation]:
        for function in {route.function: None for route in file.routes}:
            arguments = function.args
            for parameter in named_parameters(arguments):
                if parameter.annotation is None or file.parameter_source(function, parameter.arg) != "body":
                    continue
                entity = _entity(file, parameter.annotation)
                if entity is not None:
                    yield self.at(
                        parameter.annotation,
                        privileges=file.privileges(function.body[0]),
                        entity=entity.name,
                        function=function.name,
                    )


def _entity(file: File, annotation: ast.expr) -> Entity | None:
    """The entity that an annotation is about, under a name of its own, in quotes, or plainly."""
    named = _named(annotation)
    entity = file.database.class_of(named) if named is not None else None
    is_told = isinstance(annotation, ast.Constant) or (
        named is annotation and file.module_variable(annotation) is not None
    )
    if entity is None and is_told:
        found = (file.database.entity(each.name) for each in file.schema(annotation).models())
        return next((each for each in found if each is not None), None)
    return entity


def _named(annotation: ast.expr) -> ast.expr | None:
    """The class that an annotation is about: itself, of a list, in `Annotated`."""
    match annotation:
        case ast.Name() | ast.Attribute():
            return annotation
        case ast.Subscript(slice=ast.Tuple(elts=[first, *_])) | ast.Subscript(slice=first):
            return _named(first)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _named(right) if isinstance(left, ast.Constant) else _named(left)
    return None
