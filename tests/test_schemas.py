"""What is known of models, and of what routes take and answer, told as short texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.schemas import Operation, Schema, Schemas

IMPORTS = """
from __future__ import annotations
import enum
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, NotRequired, Optional, TypedDict, TypeVar, Union
from uuid import UUID
from annotated_types import Ge
from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import (
    AliasChoices, BaseModel, ConfigDict, EmailStr, Field, PrivateAttr, RootModel, computed_field, conint, constr,
    field_serializer, model_serializer,
)
from pydantic.alias_generators import to_camel
T = TypeVar("T")
K = TypeVar("K")
"""


def told(schema: Schema) -> str:
    """As in `string:uuid`, `[integer]`, `{string: any}`, `Page[User]`, `"a" | "b"`, `string(max_length=3)`."""
    inner = [told(each) for each in schema.items]
    match schema.kind:
        case "enum":
            text = "?enum" if schema.values is None else " | ".join(f'"{value}"' for value in schema.values)
        case "array":
            text = f"[{inner[0]}]"
        case "tuple":
            text = f"({', '.join(inner)})"
        case "map":
            text = f"{{{inner[0]}: {inner[1]}}}"
        case "union":
            text = " | ".join(inner)
        case "model":
            text = schema.name.rpartition(":")[2] + (f"[{', '.join(inner)}]" if inner else "")
        case "unknown":
            text = "?"
        case kind:
            text = f"{kind}:{schema.name}" if schema.name else kind
    limits = ", ".join(f"{name}={value}" for name, value in schema.constraints)
    return f"{text}({limits})" if limits else text


@pytest.fixture
def project(tmp_path: Path) -> ProjectMaker:
    return ProjectMaker(tmp_path)


class ProjectMaker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, text: str, requirements: str = "", **others: str) -> Schemas:
        self.project = self.opened(IMPORTS + text, requirements, **others)
        return self.project.schemas

    def opened(self, text: str, requirements: str = "", **others: str) -> Project:
        (self.folder / "main.py").write_text(text)
        for name, content in others.items():
            (self.folder / f"{name}.py").write_text(content)
        if requirements:
            (self.folder / "requirements.txt").write_text(requirements)
        return Project(str(self.folder), load(str(self.folder)))

    def fields(self, text: str, name: str = "A", requirements: str = "", **others: str) -> dict[str, str]:
        """Of the fields of a model: type, `!` if required."""
        model = self(text, requirements, **others).model(f"main.py:{name}")
        assert model is not None
        return {each.name: told(each.type) + ("!" if each.is_required else "") for each in model.fields}

    def operation(self, text: str) -> Operation:
        schemas = self("app = FastAPI()\n" + text)
        (row,) = self.project.application.rows
        found = schemas.operation(row)
        assert found is not None
        return found


def test_types(project: ProjectMaker) -> None:
    found = project.fields(
        """
Names = list[str]
Small = conint(ge=1, le=9)
UserId = NewType("UserId", int)
Short = Annotated[str, Field(max_length=3)]
Pair = tuple[T, T]
class Name(str): ...
class A(BaseModel):
    a: int
    b: Optional[str] = None
    c: dict[str, list[UUID]] = Field(default_factory=dict)
    d: Literal["x", "y"]
    e: Small = 3
    f: UserId
    g: Names | None
    h: Short
    i: "datetime"
    j: Pair[int]
    k: Name
    l: tuple[int, ...] = ()
    m: Annotated[int, Ge(2)]
    n: Annotated[Optional[str], Field(max_length=9)] = None
    o: Union[int, str, None]
    p: Any
    q: constr(pattern="^x") = "x"
    r: float = Field(1.5, gt=0)
    s: EmailStr = Field(...)
    _t: int = 1
    u: ClassVar[int] = 1
    _v: int = PrivateAttr(1)
    w: Literal["x", None]
    model_config = ConfigDict(extra="forbid")
"""
    )
    assert found == {
        "a": "integer!",
        "b": "string | null",
        "c": "{string: [string:uuid]}",
        "d": '"x" | "y"!',
        "e": "integer(ge=1, le=9)",
        "f": "integer!",
        "g": "[string] | null!",
        "h": "string(max_length=3)!",
        "i": "string:date-time!",
        "j": "(integer, integer)!",
        "k": "string!",
        "l": "[integer]",
        "m": "integer(ge=2)!",
        "n": "string(max_length=9) | null",
        "o": "integer | string | null!",
        "p": "any!",
        "q": "string(pattern=^x)",
        "r": "number(gt=0)",
        "s": "string:email!",
        "w": '"x" | null!',
    }


def test_enums(project: ProjectMaker) -> None:
    found = project.fields(
        """
class Plain(Enum):
    A = "a"
    B = "b"
    def label(self): ...
class Numbers(enum.IntEnum):
    ONE = enum.auto()
    TWO = enum.auto()
class Text(StrEnum):
    Red = enum.auto()
class Own(str, Enum):
    @staticmethod
    def _generate_next_value_(name, *args):
        return name
class Named(Own):
    Up = enum.auto()
LIMIT = "limit"
class Constants(str, Enum):
    A = LIMIT
    B = compute()
class A(BaseModel):
    a: Plain
    b: Numbers
    c: Text
    d: Named
    e: Constants
    f: Literal[Plain.A]
"""
    )
    assert found == {
        "a": '"a" | "b"!', "b": '"1" | "2"!', "c": '"red"!', "d": '"Up"!', "e": "?enum!", "f": '"a"!',
    }  # fmt: skip


def test_inheritance_and_generics(project: ProjectMaker) -> None:
    text = """
class Base(BaseModel):
    id: int
    name: str
class A(Base):
    name: Optional[str] = None
    more: bool = True
class Page(BaseModel, Generic[T]):
    items: list[T]
    next: Optional["Page[T]"] = None
class Users(Page[A]):
    total: int
class Two(BaseModel, Generic[K, T]):
    k: K
    t: T
class Half(Two[int, T]):
    pass
class Root(RootModel[list[A]]):
    pass
"""
    assert project.fields(text) == {"id": "integer!", "name": "string | null", "more": "boolean"}
    assert project.fields(text, "Users") == {"items": "[A]!", "next": "Page[A] | null", "total": "integer!"}
    schemas = project(text)
    half = schemas.model("main.py:Half", (Schema("string"),))
    assert half is not None
    assert [told(each.type) for each in half.fields] == ["integer", "string"]
    root = schemas.model("main.py:Root")
    assert root is not None
    assert root.root is not None
    assert told(root.root) == "[A]"
    unsure = project("from elsewhere import Thing\nclass A(Thing, BaseModel):\n    a: int\n").model("main.py:A")
    assert unsure is not None
    assert not unsure.is_complete


def test_names_in_json(project: ProjectMaker) -> None:
    schemas = project(
        """
class Base(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
class A(Base):
    user_id: int
    b: int = Field(alias="bee")
    c: int = Field(validation_alias=AliasChoices("sea", "see"), serialization_alias="ocean")
    d: int = Field(0, exclude=True)
    @computed_field
    @property
    def full_name(self) -> str: ...
    @field_serializer("b")
    def shown(self, value): ...
"""
    )
    model = schemas.model("main.py:A")
    assert model is not None
    assert [(each.read_as, each.written_as) for each in model.fields] == [
        ("userId", "userId"), ("bee", "bee"), ("sea", "ocean"), ("d", "d"), ("fullName", "fullName"),
    ]  # fmt: skip
    assert [each.name for each in model.fields if each.is_excluded] == ["d"]
    assert [each.name for each in model.fields if each.is_computed] == ["full_name"]
    assert [each.name for each in model.fields if each.setting("serialized")] == ["b"]
    assert model.setting("populate_by_name") is True


def test_version_1(project: ProjectMaker) -> None:
    project.opened(
        "from typing import Optional\nfrom pydantic import BaseModel, Field\n"
        "class A(BaseModel):\n    a: Optional[int]\n    b: Optional[int] = ...\n    c = 3\n    d: int\n"
        "    e: list = Field([], min_items=2)\n"
        "    class Config:\n        extra = 'forbid'\n",
        "pydantic==1.10.13\n",
    )
    opened = Project(str(project.folder), load(str(project.folder)))
    model = opened.schemas.model("main.py:A")
    assert model is not None
    assert (model.version, model.setting("extra")) == (1, "forbid")
    assert [(each.name, told(each.type), each.is_required) for each in model.fields] == [
        ("a", "integer | null", False),
        ("b", "integer | null", True),
        ("c", "integer", False),
        ("d", "integer", True),
        ("e", "[any](min_length=2)", False),
    ]


def test_other_classes_with_fields(project: ProjectMaker) -> None:
    text = """
@dataclass
class A:
    a: int
    b: str = "x"
    c: list[int] = field(default_factory=list)
class Options(TypedDict):
    a: int
    b: NotRequired[str]
class Loose(TypedDict, total=False):
    a: int
class Custom(BaseModel):
    a: int
    @model_serializer
    def shown(self): ...
class Plain:
    a: int
"""
    assert project.fields(text) == {"a": "integer!", "b": "string", "c": "[integer]"}
    assert project.fields(text, "Options") == {"a": "integer!", "b": "string"}
    assert project.fields(text, "Loose") == {"a": "integer"}
    schemas = project(text)
    assert schemas.kind("main.py:Plain") is None
    custom = schemas.model("main.py:Custom")
    assert custom is not None
    assert custom.is_custom


def test_uses_and_lines(project: ProjectMaker) -> None:
    schemas = project(
        """
class Inner(BaseModel):
    a: int
class Taken(BaseModel):
    inner: Inner
class Given(BaseModel):
    b: (
        int
    ) = 1
    c: str
class Unused(BaseModel):
    a: int
app = FastAPI()
@app.post("/")
def create(body: Taken) -> list[Given]: ...
"""
    )
    assert schemas.uses("main.py:Inner") == {"request"}
    assert schemas.uses("main.py:Given") == {"response"}
    assert schemas.uses("main.py:Unused") == frozenset()
    first = IMPORTS.count("\n")
    assert schemas.line_of("main.py:Taken", "inner") == ("main.py", first + 5)
    assert schemas.line_of("main.py:Given", "c") == ("main.py", first + 10)


# Routes


def parameters(operation: Operation) -> dict[str, str]:
    return {
        f"{each.place} {each.name}": told(each.type) + ("!" if each.is_required else "")
        for each in operation.parameters or ()
    }


def test_parameters(project: ProjectMaker) -> None:
    operation = project.operation(
        """
class Filters(BaseModel):
    limit: int = Field(100, le=100)
    order_by: Literal["name"] = "name"
def paging(page: int = 1, size: Annotated[int, Query(le=50)] = 10): ...
class Search:
    def __init__(self, q: str | None = None): ...
@app.get("/items/{item_id}/{rest:path}")
def read(
    request: Request,
    item_id: Annotated[int, Path(ge=1)],
    rest: str,
    needed: bool,
    tags: list[str] = Query([], alias="tag"),
    x_token: str = Header(),
    session: Optional[str] = Cookie(None),
    filters: Filters = Query(),
    paging: dict = Depends(paging),
    search: Search = Depends(),
): ...
"""
    )
    assert parameters(operation) == {
        "path item_id": "integer(ge=1)!",
        "path rest": "string!",
        "query needed": "boolean!",
        "query tag": "[string]",
        "header x-token": "string!",
        "cookie session": "string | null",
        "query limit": "integer(le=100)",
        "query order_by": '"name"',
        "query page": "integer",
        "query size": "integer(le=50)",
        "query q": "string | null",
    }
    assert operation.body is None
    assert operation.is_body_known


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("item: Item", "application/json Item!"),
        ("item: Item | None = None", "application/json Item | null"),
        ("item: Item, user: Item", "application/json item: Item!, user: Item!!"),
        ("item: Annotated[Item, Body(embed=True)]", "application/json item: Item!!"),
        ("size: int = Body(gt=1)", "application/json integer(gt=1)!"),
        ("names: list[str]", "application/json [string]!"),
        ("name: str = Form(), file: UploadFile = File()", "multipart/form-data name: string!, file: file!!"),
        ("name: Annotated[str, Form()]", "application/x-www-form-urlencoded name: string!!"),
        ("item: Annotated[Item, Form()]", "application/x-www-form-urlencoded Item!"),
        ("files: list[UploadFile]", "multipart/form-data files: [file]!!"),
    ],
)
def test_bodies(project: ProjectMaker, signature: str, expected: str) -> None:
    operation = project.operation(f"class Item(BaseModel):\n    a: int\n@app.post('/')\ndef f({signature}): ...\n")
    body = operation.body
    assert body is not None
    inner = ", ".join(f"{each.read_as}: {told(each.type)}{'!' * each.is_required}" for each in body.fields)
    assert f"{body.content} {told(body.type) if body.type else inner}{'!' * body.is_required}" == expected


@pytest.mark.parametrize(
    ("decorator", "returns", "expected"),
    [
        ("app.get('/')", "", "200 any"),
        ("app.get('/')", " -> Item", "200 Item"),
        ("app.get('/', response_model=list[Item])", " -> dict", "200 [Item]"),
        ("app.get('/', response_model=None)", " -> Item", "200 any"),
        ("app.post('/', status_code=201)", " -> Item | None", "201 Item | null"),
        ("app.get('/')", " -> HTMLResponse", "200 -"),
        ("app.get('/', response_class=HTMLResponse)", " -> str", "200 -"),
        ("app.get('/', response_model=compute())", "", "200 ?"),
        ("app.get('/', response_model=Item, response_model_exclude={'a'})", "", "200 Item without a"),
    ],
)
def test_answers(project: ProjectMaker, decorator: str, returns: str, expected: str) -> None:
    operation = project.operation(f"class Item(BaseModel):\n    a: int\n@{decorator}\ndef f(){returns}: ...\n")
    answer = operation.answer
    assert answer is not None
    without = f" without {', '.join(answer.without)}" if answer.without else ""
    assert f"{answer.status} {told(answer.type) if answer.content else '-'}{without}" == expected


def test_a_signature_that_is_set_is_not_known(project: ProjectMaker) -> None:
    operation = project.operation(
        """
import inspect
def spread(cls):
    def made(*args, **kwargs):
        return cls(*args, **kwargs)
    made.__signature__ = inspect.signature(cls)
    return made
class Filters(BaseModel):
    size: int = 1
@app.get("/")
def read(filters: Filters = Depends(spread(Filters))): ...
"""
    )
    assert operation.parameters is None
    assert not operation.is_body_known
