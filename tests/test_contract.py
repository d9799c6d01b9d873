"""FAR097: what a change breaks for clients, and what is like it and breaks nobody; each case is a small git history."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from test_change import commit, repository, reviewed

SETTINGS = '[tool.fastapi-review]\nselect = ["FAR097"]\n'
HEAD = """
from enum import Enum
from typing import Annotated, Any, Literal, Optional
from fastapi import APIRouter, Body, Depends, FastAPI, Form, Header, Path, Query, Security
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict, Field
app = FastAPI()
"""


def changed(folder: Path, old: str | dict[str, str], new: str | dict[str, str]) -> list[dict[str, Any]]:
    """The findings of a change of `main.py`, or of several files."""
    before, after = (each if isinstance(each, dict) else {"main.py": HEAD + each} for each in (old, new))
    repo = repository(folder / "repo", {"pyproject.toml": SETTINGS, **before})
    for path in before.keys() - after.keys():
        (repo / path).unlink()
    for path, text in after.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    commit(repo)
    found: list[dict[str, Any]] = reviewed(repo, "--base", "HEAD~1", "--head", "HEAD")["findings"]
    return found


def messages(folder: Path, old: str | dict[str, str], new: str | dict[str, str]) -> list[str]:
    return [each["message"] for each in changed(folder, old, new)]


MODEL = "class Item(BaseModel):\n    {}\n@app.{}('/items')\ndef f({}){}: ...\n"


def taken(fields: str) -> str:
    return MODEL.format(fields.replace("; ", "\n    "), "post", "item: Item", "")


def given(fields: str) -> str:
    return MODEL.format(fields.replace("; ", "\n    "), "get", "", " -> list[Item]")


def route(parameters: str = "", decorator: str = "get('/items')", returns: str = "") -> str:
    return f"@app.{decorator}\ndef f({parameters}){returns}: ...\n"


BREAKS = {
    "route is gone": (
        route() + route(decorator="get('/b')"),
        route(decorator="get('/b')").replace("f(", "g("),
        "`GET /items` is gone",
    ),
    "route has another path": (route(), route(decorator="get('/things')"), "`GET /items` is `GET /things` now"),
    "route has another method": (route(), route(decorator="post('/items')"), "`GET /items` is `POST` now"),
    "parameter is gone": (route("a: int = 1, b: str = ''"), route("a: int = 1"), "query parameter `b` is gone"),
    "parameter has another name": (
        route("limit: int = 1"), route("size: int = 1"), "query parameter `limit` is `size` now",
    ),
    "parameter moved": (
        route("a: str = ''"), route("a: str = Header('')"), "query parameter `a` is taken from the header now",
    ),
    "new required parameter": (route(), route("a: int"), "query parameter `a` is new and required"),
    "parameter became required": (route("a: int = 1"), route("a: int"), "query parameter `a` is required now"),
    "parameter has another type": (route("a: str"), route("a: int"), "takes an integer now, was a string"),
    "parameter takes fewer values": (
        route("a: Literal['x', 'y']"), route("a: Literal['x']"), "query parameter `a` no longer takes `\"y\"`",
    ),
    "limit became smaller": (
        route("limit: int = Query(10, le=100)"), route("limit: int = Query(10, le=50)"), "must be ≤ 50 now, was ≤ 100",
    ),
    "path parameter was constrained": (
        route("i: int", "get('/{i}')"), route("i: Annotated[int, Path(ge=1)]", "get('/{i}')"), "`i` must be ≥ 1 now",
    ),
    "new required field": (taken("a: int"), taken("a: int; b: int"), "`Item` needs `b` now"),
    "field became required": (taken("a: int = 1"), taken("a: int"), "`a` of `Item` is required now"),
    "default became none": (
        taken("a: Optional[int] = None"), taken("a: Optional[int]"), "`a` of `Item` is required now",
    ),
    "field takes no null": (
        taken("a: Optional[int] = None"), taken("a: int = 1"), "`a` of `Item` no longer takes `null`",
    ),
    "field takes less": (taken("a: int | str"), taken("a: int"), "`a` of `Item` no longer takes a string"),
    "field has another type": (taken("a: float"), taken("a: int"), "`a` of `Item` takes an integer now, was a number"),
    "field is shorter": (
        taken("a: str = Field(max_length=9)"), taken("a: str = Field(max_length=5)"), "may have 5 characters now",
    ),
    "field has a pattern": (taken("a: str"), taken("a: str = Field(pattern='^x')"), "must match `^x` now"),
    "items are constrained": (
        taken("a: list[int]"), taken("a: list[Annotated[int, Field(gt=0)]]"), "`a[]` of `Item` must be > 0 now",
    ),
    "alias of a request field": (taken("a: int"), taken("a: int = Field(alias='b')"), "`Item` needs `b` now, was `a`"),
    "extra fields are refused": (
        taken("a: int; b: int = 1"), taken("a: int; model_config = ConfigDict(extra='forbid')"), "no longer takes `b`",
    ),
    "new required body": (
        route("", "post('/items')"), route("a: dict", "post('/items')"), "a request body is required",
    ),
    "body became a form": (
        route("a: int = Body(), b: int = Body()", "post('/items')"),
        route("a: int = Form(), b: int = Form()", "post('/items')"),
        "the request body is application/x-www-form-urlencoded now",
    ),
    "body became embedded": (
        route("a: dict", "post('/items')"), route("a: dict, b: dict = {}", "post('/items')"),
        "the request body is an object of several values now",
    ),
    "response field is gone": (given("a: int; b: int"), given("a: int"), "`Item` no longer has `b`"),
    "response field has another name": (
        given("a: int"), given("a: int = Field(alias='b')"), "`a` of `Item` is `b` now",
    ),
    "response field is excluded": (
        given("a: int; b: int"), given("a: int; b: int = Field(exclude=True)"), "`Item` no longer has `b`",
    ),
    "response field may be null": (given("a: int"), given("a: int | None"), "`a` of `Item` may be `null` now"),
    "response field may be more": (given("a: int"), given("a: int | str"), "`a` of `Item` may be a string now"),
    "response may be null": (
        route("", returns=" -> int"), route("", returns=" -> int | None"), "the answer may be `null`",
    ),
    "response is undescribed": (given("a: int"), given("a: Any"), "`a` of `Item` may be anything now, was an integer"),
    "member of a tagged union": (
        "class B(BaseModel):\n    kind: Literal['b']\n    b: int\n"
        + given("kind: Literal['i']").replace("list[Item]", "Annotated[Item | B, Field(discriminator='kind')] | None"),
        "class B(BaseModel):\n    kind: Literal['b']\n"
        + given("kind: Literal['i']").replace("list[Item]", "Annotated[Item | B, Field(discriminator='kind')] | None"),
        "`B` no longer has `b`",
    ),
    "response is serialised": (
        given("a: int"),
        "from pydantic import PlainSerializer\ndef shown(value) -> str: ...\n"
        + given("a: Annotated[int | None, PlainSerializer(shown)] = None"),
        "`a` of `Item` is a string now, was an integer",
    ),
    "status": (route(), route("", "get('/items', status_code=202)"), "it answers 202 now, was 200"),
    "exclusion at the route": (
        given("a: int; b: int"),
        given("a: int; b: int").replace("('/items')", "('/items', response_model_exclude={'b'})"),
        "`Item` no longer has `b`",
    ),
    "login": (route(), route("token: str = Depends(HTTPBearer())"), "it asks for HTTPBearer now"),
    "scope": (
        "scheme = OAuth2PasswordBearer('t')\n" + route("token: str = Security(scheme, scopes=['a'])"),
        "scheme = OAuth2PasswordBearer('t')\n" + route("token: str = Security(scheme, scopes=['a', 'b'])"),
        "it asks for the scope `b` now",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found(name: str, tmp_path: Path) -> None:
    old, new, expected = BREAKS[name]
    found = messages(tmp_path, old, new)
    assert len(found) == 1, found
    assert expected in found[0]
    assert re.search(r", which breaks (request|response)s: \w", found[0])


HARMLESS = {
    "new route": (route(), route() + route(decorator="get('/b')").replace("f(", "g(")),
    "handler has another name": (route(), route().replace("f(", "g(")),
    "path parameter has another name": (route("a: int", "get('/{a}')"), route("b: int", "get('/{b}')")),
    "new optional parameter": (route(), route("a: int = 1")),
    "parameter became optional": (route("a: int"), route("a: int = 1")),
    "parameter takes more": (route("a: int"), route("a: str")),
    "parameter takes more values": (route("a: Literal['x']"), route("a: Literal['x', 'y']")),
    "limit became larger": (route("a: int = Query(1, le=5)"), route("a: int = Query(1, le=50)")),
    "same limit said otherwise": (route("a: int = Query(1, gt=0)"), route("a: Annotated[int, Query(ge=1)] = 1")),
    "new optional field": (taken("a: int"), taken("a: int; b: int = 1")),
    "request field is gone": (taken("a: int; b: int = 1"), taken("a: int")),
    "field takes more": (taken("a: int"), taken("a: int | str | None = None")),
    "field became wider": (taken("a: int"), taken("a: float")),
    "field is longer": (taken("a: str = Field(max_length=5)"), taken("a: str = Field(max_length=9)")),
    "new response field": (given("a: int"), given("a: int; b: int")),
    "response field is narrower": (given("a: int | str | None"), given("a: int")),
    "response field is constrained": (given("a: str"), given("a: str = Field(max_length=5)")),
    "response lost a value": (given("a: Literal['x', 'y']"), given("a: Literal['x']")),
    "response is described": (route(), route(returns=" -> int")),
    "nothing was said of the answer": (route("", returns=" -> None"), route("", returns=" -> list[int]")),
    "root model beside what it holds": (
        "from pydantic import RootModel\nclass Root(RootModel[dict[str, int]]): ...\n" + given("a: Root"),
        "from pydantic import RootModel\nclass Root(RootModel[dict[str, int]]): ...\n"
        + given("a: Root | dict[str, int]"),
    ),
    "model has another name": (given("a: int"), given("a: int").replace("Item", "Thing")),
    "model has a base": (
        given("a: int; b: int"), "class Base(BaseModel):\n    a: int\n" + given("b: int").replace("BaseModel", "Base"),
    ),
    "said the old way": (given("a: Optional[int] = None"), given("a: int | None = None")),
    "nothing is known of the type": (
        "from elsewhere import Thing\n" + given("a: int"), "from elsewhere import Thing\n" + given("a: Thing"),
    ),
    "a base is not known": (
        "from elsewhere import Base\n" + given("a: int"),
        "from elsewhere import Base\n" + given("b: int").replace("BaseModel", "Base"),
    ),
    "outside of the document": (
        route("", "get('/items', include_in_schema=False)"), "",
    ),
    "left the document": (route(), route("", "get('/items', include_in_schema=False)")),
    "login goes": (route("token: str = Depends(HTTPBearer())"), route()),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_nobody_is_silent(name: str, tmp_path: Path) -> None:
    assert messages(tmp_path, *HARMLESS[name]) == []


def test_one_cause_is_one_finding(tmp_path: Path) -> None:
    routes = "".join(f"@app.get('/{name}')\ndef {name}() -> list[Item]: ...\n" for name in "abcd")
    models = "from pydantic import BaseModel\nclass Item(BaseModel):\n    a: int\n    b: int\n"
    old = {"main.py": HEAD + "from models import Item\n" + routes, "models.py": models}
    (found,) = changed(tmp_path, old, {**old, "models.py": old["models.py"].replace("    b: int\n", "")})
    assert (found["file"], found["line"], found["on_changed_line"]) == ("models.py", 2, False)
    assert "`Item` no longer has `b` (models.py:4 had it) in `GET /a` and 3 other routes" in found["message"]
    assert [each["message"] for each in found["related"]] == ["`GET /a`", "`GET /b`", "`GET /c`", "`GET /d`"]


def test_an_enum_is_judged_by_where_it_is_used(tmp_path: Path) -> None:
    def text(values: str, use: str) -> str:
        return f"class Kind(str, Enum):\n    {values}\n{use}"

    takes, gives = route("kind: Kind"), route("", returns=" -> Kind")
    less, more = "A = 'a'", "A = 'a'; B = 'b'"
    assert "`Kind` no longer takes" in messages(tmp_path / "1", text(more, takes), text(less, takes))[0]
    assert messages(tmp_path / "2", text(less, takes), text(more, takes)) == []
    assert '`Kind` may be `"b"` now' in messages(tmp_path / "3", text(less, gives), text(more, gives))[0]
    assert messages(tmp_path / "4", text(more, gives), text(less, gives)) == []


def test_where_what_is_gone_stood(tmp_path: Path) -> None:
    old = route(decorator="get('/a')") + route(decorator="get('/b')").replace("f(", "g(")
    (found,) = changed(tmp_path, old, route(decorator="get('/a')"))
    assert (found["file"], found["line"]) == ("main.py", HEAD.count("\n") + 2)
    assert f"(main.py:{HEAD.count(chr(10)) + 3} had it)" in found["message"]


def test_a_router_that_is_gone_is_one_finding(tmp_path: Path) -> None:
    users = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/users')\n" + "".join(
        f"@router.get('/{name}')\ndef {name}(): ...\n" for name in "abc"
    )
    without = "from fastapi import FastAPI\nimport users\napp = FastAPI()\n@app.get('/')\ndef root(): ...\n"
    main = without + "app.include_router(users.router)\n"
    without = without.replace("import users\n", "")
    (found,) = changed(tmp_path / "1", {"main.py": main, "users.py": users}, {"main.py": without})
    assert "all 3 routes of users.py are gone, like `GET /users/a`" in found["message"]
    assert found["file"] == "main.py"
    moved = main.replace("users.router)", "users.router, prefix='/v2')")
    (found,) = changed(tmp_path / "2", {"main.py": main, "users.py": users}, {"main.py": moved, "users.py": users})
    assert "`GET /users/a` is `GET /v2/users/a` now" in found["message"]
    assert len(found["related"]) == 3


def test_what_was_deprecated_is_a_warning(tmp_path: Path) -> None:
    old = route("", "get('/items', deprecated=True)") + "@app.get('/')\ndef root(): ...\n"
    (found,) = changed(tmp_path, old, "@app.get('/')\ndef root(): ...\n")
    assert found["severity"] == "important"


def test_comments_and_settings(tmp_path: Path) -> None:
    assert messages(tmp_path / "1", given("a: int"), given("a: int | None  # noqa: FAR097")) == []
    internal = SETTINGS + '[tool.fastapi-review.rules.FAR097]\ninternal_paths = ["/internal/*"]\n'
    kept = HEAD + "@app.get('/')\ndef root(): ...\n"
    gone = route(decorator="get('/internal/a')") + route(decorator="get('/b')")
    old = {"pyproject.toml": internal, "main.py": kept + gone}
    (found,) = messages(tmp_path / "2", old, {"pyproject.toml": internal, "main.py": kept})
    assert "`GET /b` is gone" in found


def test_one_side_alone_breaks_nothing(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"pyproject.toml": SETTINGS, "main.py": HEAD + given("a: int")})
    assert reviewed(repo)["findings"] == []
    (repo / "main.py").write_text(HEAD + given("a: int | None"))
    assert [each["on_changed_line"] for each in reviewed(repo)["findings"]] == [True]


def test_a_fix_tells_what_stood_there_before(tmp_path: Path) -> None:
    (found,) = changed(tmp_path, given("a: int"), given("a: int | None"))
    assert found["fix"]["applicability"] == "display-only"
    assert [edit["content"] for edit in found["fix"]["edits"]] == ["a: int"]
    assert found["suggestion"].endswith("-    a: int | None\n+    a: int")


def test_a_fix_in_words_where_nothing_stood_before(tmp_path: Path) -> None:
    (found,) = changed(tmp_path, taken("a: int"), taken("a: int; b: int"))
    assert found["fix"]["edits"] == []
    assert found["suggestion"].startswith("Give it a default")


def test_what_is_gone_is_fixed_as_the_example_shows(tmp_path: Path) -> None:
    (found,) = changed(tmp_path, given("a: int; b: int"), given("a: int"))
    assert found["fix"] is None
    assert "deprecated" in found["suggestion"]


def test_a_class_that_changed_is_its_own_cause(tmp_path: Path) -> None:
    """The routes that use it changed too, but that is not why it breaks."""
    enum = "class Kind(Enum):\n    A = 'a'\n{}"
    use = "class Item(BaseModel):\n    kind: Kind\n@app.get('/items')\ndef f() -> list[Item]:\n    return {}\n"
    (found,) = changed(
        tmp_path, enum.format("") + use.format("[]"), enum.format("    B = 'b'\n") + use.format("list()")
    )
    assert (found["code"], found["on_changed_line"], found["cause"]) == ("FAR097", False, None)
    assert found["suggestion"].startswith("Answer as before here")
