"""The answers of an application are kept between runs; they are those of a process that never kept any.

Each case changes a project (on disk, then in an editor's buffer) and compares.
"""

from __future__ import annotations

import sqlite3
import textwrap
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flake8_fastapi_review import unchanged
from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project, disk
from flake8_fastapi_review.project.application.skeleton import skeleton
from flake8_fastapi_review.project.cache import DATABASE
from flake8_fastapi_review.project.cache import opened as opened_cache
from flake8_fastapi_review.project.listing import listed
from flake8_fastapi_review.registry import select
from flake8_fastapi_review.review import review_file

FILES = {
    "main.py": """
        from fastapi import Depends, FastAPI

        from routers import items, users
        from shared.deps import tracer
        from shared.settings import settings

        app = FastAPI(dependencies=[Depends(tracer)])
        app.include_router(users.router, prefix=settings.prefix)
        app.include_router(items.router, prefix="/items")
    """,
    "factory.py": """
        from fastapi import FastAPI

        from routers import users


        def describe(name):
            return name


        def make():
            # Of no variable: it is named by its line.
            app = FastAPI()
            app.include_router(users.router)
            return app
    """,
    "routers/__init__.py": "",
    "routers/users.py": '''
        """Users."""

        from fastapi import APIRouter, Depends, Request

        from shared.constants import ROOT
        from shared.deps import current_user

        router = APIRouter(prefix=ROOT)


        @router.get("/me")
        def me(user=Depends(current_user)):
            """The one who asks."""
            return user


        @router.get("/{name}")
        def show(name: str, request: Request):
            found = {"name": name}
            return found


        @router.delete("/{number}")
        def remove(number: int):
            return number
    ''',
    "routers/items.py": """
        from fastapi import APIRouter, Depends

        from shared.deps import current_user

        router = APIRouter()


        @router.get("/")
        def everything():
            return []


        @router.post("/", dependencies=[Depends(current_user)])
        def add(name: str):
            return name


        @router.delete("/{number}", dependencies=[Depends(current_user)])
        def drop(number: int):
            return number
    """,
    "shared/__init__.py": "",
    "shared/constants.py": 'ROOT = "/users"\n',
    "shared/deps.py": """
        from fastapi import HTTPException


        def tracer():
            return None


        def current_user(token: str):
            if not token:
                raise HTTPException(401)
            return token
    """,
    "shared/settings.py": """
        from pydantic_settings import BaseSettings


        class Settings(BaseSettings):
            prefix: str = "/api"


        settings = Settings()
    """,
    "shared/unrelated.py": """
        def double(number):
            return number * 2
    """,
}


class Case(NamedTuple):
    """A change to a file: `old` becomes `new`."""

    path: str
    old: str
    new: str
    reused: bool
    """Whether the page holds."""


CASES = {
    "body of a handler": Case("routers/users.py", 'found = {"name": name}', 'found = {}\n    found["n"] = 1', True),
    "body of a handler above others": Case(
        "routers/users.py", "    return user\n", "    user = 1\n\n    return 2\n", True
    ),
    "comment": Case("routers/users.py", "router = ", "# The router.\n\nrouter = ", True),
    "docstring of a module": Case("routers/users.py", '"""Users."""', '"""Users,\n\nall of them.\n"""', True),
    "docstring of a handler": Case("routers/users.py", '"""The one who asks."""', '"""You."""', True),
    "function above a factory": Case("factory.py", "    return name\n", "    name += name\n    return name\n", True),
    "unrelated file": Case("shared/unrelated.py", "* 2", "* 3", True),
    "dependency that refuses nobody": Case("shared/deps.py", "raise HTTPException(401)", "token = None", True),
    "dependency that refuses": Case("shared/deps.py", "    return None", "    raise HTTPException(401)", True),
    "request handed on": Case("routers/users.py", 'found = {"name": name}', "found = helper(request)", False),
    "path of the request": Case("routers/users.py", 'found = {"name": name}', "found = request.path_params", False),
    "path": Case("routers/users.py", '"/me"', '"/myself"', False),
    "method": Case("routers/users.py", '@router.get("/me")', '@router.post("/me")', False),
    "parameter": Case("routers/users.py", "remove(number: int)", "remove(number: int, force: bool)", False),
    "dependency": Case(
        "routers/users.py", "remove(number: int)", "remove(number: int, u=Depends(current_user))", False
    ),
    "handler": Case(
        "routers/items.py", "def everything", '@router.put("/")\ndef change(): ...\n\n\ndef everything', False
    ),
    "include": Case("main.py", 'app.include_router(items.router, prefix="/items")', "", False),
    "prefix": Case("main.py", 'prefix="/items"', 'prefix="/things"', False),
    "constant": Case("shared/constants.py", '"/users"', '"/people"', False),
    "setting": Case("shared/settings.py", '"/api"', '"/api/v2"', False),
    "unrelated file with an application": Case(
        "shared/unrelated.py", "def double", "from fastapi import FastAPI\n\nother = FastAPI()\n\n\ndef double", False
    ),
    "routes replaced": Case("shared/unrelated.py", "number * 2", "number.routes.clear()", False),
    "syntax": Case("routers/items.py", "router = APIRouter()", "router = APIRouter(", False),
    "factory": Case("factory.py", "app = FastAPI()", 'app = FastAPI(openapi_url="")', False),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def opened(root: Path, *, kept: bool) -> Project:
    """The project as a new process opens it."""
    return Project(str(root), load(str(root)), str(root.parent / "cache") if kept else None)


def asked(project: Project) -> tuple[Any, ...]:
    """All that is asked of an application."""
    application = project.application
    rows = application.rows
    answers = (
        rows,
        tuple(application.inputs(row) for row in rows),
        tuple(application.conflicts(kind) for kind in ("shadowed", "duplicates", "operations")),
        tuple(project.authentication.protection(row) for row in rows),
        tuple(application.middleware(app) for app in sorted({row.app for row in rows})),
        application.middlewares,
        application.stacks,
        application.late(),
        application.truncated,
        application.unreadable,
    )
    if project.cache is not None:
        project.cache.close()
    return answers


def is_executed(project: Project) -> bool:
    return project.application.is_executed


def change(root: Path, case: Case) -> str:
    text = (root / case.path).read_text(encoding="utf-8")
    assert case.old in text
    return text.replace(case.old, case.new, 1)


@pytest.fixture(params=["recent", "settled"])
def age(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that changed a moment ago are always read; of others the stat is believed."""
    if request.param == "settled":
        monkeypatch.setattr(unchanged, "RACE_NS", 0)


@pytest.mark.usefixtures("age")
@pytest.mark.parametrize("name", CASES)
def test_file_changed(root: Path, name: str) -> None:
    case = CASES[name]
    asked(opened(root, kept=True))
    time.sleep(0.02)
    (root / case.path).write_text(change(root, case), encoding="utf-8")
    wanted = asked(opened(root, kept=False))
    project = opened(root, kept=True)
    assert asked(project) == wanted
    assert is_executed(project) is not case.reused
    again = opened(root, kept=True)
    assert asked(again) == wanted
    assert not is_executed(again)


@pytest.mark.usefixtures("age")
@pytest.mark.parametrize("name", [name for name in CASES if name != "syntax"])
def test_buffer_changed(root: Path, name: str) -> None:
    """What is not saved holds for the one who edits it, and for nobody else."""
    case = CASES[name]
    saved = asked(opened(root, kept=True))
    text = change(root, case)

    def edited(*, kept: bool) -> Project:
        project = opened(root, kept=kept)
        project.file(case.path, text)
        return project

    wanted = asked(edited(kept=False))
    project = edited(kept=True)
    assert asked(project) == wanted
    assert is_executed(project) is not case.reused
    again = edited(kept=True)
    assert asked(again) == wanted
    assert not is_executed(again)
    unedited = opened(root, kept=True)
    assert asked(unedited) == saved
    assert not is_executed(unedited)
    (root / case.path).write_text(text, encoding="utf-8")
    after = opened(root, kept=True)
    assert asked(after) == wanted
    assert not is_executed(after)


def test_lines_follow_the_text(root: Path) -> None:
    asked(opened(root, kept=True))
    path = root / "routers" / "users.py"
    path.write_text("# One.\n# Two.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    project = opened(root, kept=True)
    rows = [row for row in project.application.rows if row.endpoint_qualname == "me"]
    assert {(row.line, row.registered_at) for row in rows} == {(14, ("routers/users.py", 13))}
    assert not is_executed(project)


def test_name_of_an_application_follows_its_line(root: Path) -> None:
    asked(opened(root, kept=True))
    path = root / "factory.py"
    path.write_text("\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    project = opened(root, kept=True)
    assert {row.app for row in project.application.rows} == {"main:app", "factory:13"}
    assert [row.app for row in project.application.registered_in("factory:13", "routers/users.py")] == [
        "factory:13"
    ] * 3
    assert not is_executed(project)


@pytest.mark.usefixtures("age")
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("routers/more.py", "from fastapi import APIRouter\n\nrouter = APIRouter()\n"),
        ("extra.py", "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/x')\ndef x(): ...\n"),
        ("shared/deps/__init__.py", "def tracer(): ...\n\n\ndef current_user(): ...\n"),
        ("fastapi/__init__.py", "class FastAPI: ...\n"),
    ],
)
def test_file_added_and_removed(root: Path, path: str, text: str) -> None:
    before = asked(opened(root, kept=True))
    time.sleep(0.02)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    assert asked(opened(root, kept=True)) == asked(opened(root, kept=False))
    time.sleep(0.02)
    (root / path).unlink()
    if not any((root / path).parent.iterdir()):
        (root / path).parent.rmdir()
    assert asked(opened(root, kept=True)) == asked(opened(root, kept=False)) == before


@pytest.mark.usefixtures("age")
def test_file_removed(root: Path) -> None:
    asked(opened(root, kept=True))
    time.sleep(0.02)
    (root / "routers" / "items.py").unlink()
    project = opened(root, kept=True)
    assert asked(project) == asked(opened(root, kept=False))
    assert {row.file for row in project.application.rows} == {"routers/users.py"}


def test_new_file_in_an_editor(root: Path) -> None:
    """It is found where nothing was found, though there is nothing on disk."""
    (root / "main.py").write_text(
        "from fastapi import FastAPI\nfrom fresh import router\n\napp = FastAPI()\napp.include_router(router)\n"
    )
    asked(opened(root, kept=True))
    text = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/fresh')\ndef fresh(): ...\n"
    for kept in (False, True):
        project = opened(root, kept=kept)
        project.file("fresh.py", text)
        assert "/fresh" in [row.path for row in asked(project)[0]]
    assert "/fresh" not in [row.path for row in asked(opened(root, kept=True))[0]]


def test_configuration(root: Path) -> None:
    asked(opened(root, kept=True))
    (root / "pyproject.toml").write_text('[tool.fastapi-review]\nexclude = ["factory.py"]\n')
    project = opened(root, kept=True)
    assert asked(project) == asked(opened(root, kept=False))
    assert {row.app for row in project.application.rows} == {"main:app"}


def test_version_of_the_framework(root: Path) -> None:
    """It decides whether what is added to a router after its include is there."""
    main = root / "main.py"
    main.write_text(main.read_text() + '\n\n@items.router.get("/late")\ndef late(): ...\n')
    assert "/items/late" in [row.path for row in asked(opened(root, kept=True))[0]]
    for version, has_late in (("0.136.0", False), ("0.138.0", True)):
        (root / "requirements.txt").write_text(f"fastapi=={version}\n")
        project = opened(root, kept=True)
        assert asked(project) == asked(opened(root, kept=False))
        assert is_executed(project)
        assert ("/items/late" in [row.path for row in project.application.rows]) is has_late


def test_two_projects_share_a_cache(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    first = asked(opened(root, kept=True))
    assert asked(opened(tmp_path / "other", kept=True))[0] == ()
    assert asked(opened(root, kept=True)) == first


def test_other_files_in_a_folder(root: Path) -> None:
    asked(opened(root, kept=True))
    (root / "routers" / "notes.txt").write_text("nothing")
    (root / "routers" / "__pycache__").mkdir()
    project = opened(root, kept=True)
    assert asked(project) == asked(opened(root, kept=False))
    assert not is_executed(project)


@pytest.mark.parametrize("kind", ["header", "rows", "garbage", "all"])
def test_damaged_page(root: Path, kind: str) -> None:
    wanted = asked(opened(root, kept=True))
    database = root.parent / "cache" / DATABASE
    if kind == "all":
        database.write_bytes(b"nothing of the kind" * 1000)
    else:
        connection = sqlite3.connect(database)
        condition = {"header": "path = '<saved>'", "rows": "path LIKE '<saved rows>%'", "garbage": "path LIKE '<%'"}[
            kind
        ]
        with connection:
            if kind == "rows":
                assert connection.execute(f"DELETE FROM summaries WHERE {condition}").rowcount > 0
            else:
                connection.execute(f"UPDATE summaries SET payload = x'00ff' WHERE {condition}")
        connection.close()
    assert asked(opened(root, kept=True)) == wanted
    assert asked(opened(root, kept=True)) == wanted


def test_part_of_a_page_that_is_lost_later(root: Path) -> None:
    """Another process may replace the page between two questions."""
    wanted = asked(opened(root, kept=True))
    project = opened(root, kept=True)
    first = project.application.rows_in("routers/users.py")
    inputs = [project.application.inputs(row) for row in first]
    connection = sqlite3.connect(root.parent / "cache" / DATABASE)
    with connection:
        connection.execute("DELETE FROM summaries WHERE path LIKE '<saved rows>%'")
    connection.close()
    assert asked(project) == wanted
    assert [project.application.inputs(row) for row in first] == inputs


def test_page_of_another_configuration_of_the_same_project(root: Path) -> None:
    asked(opened(root, kept=True))
    requirements = root / "requirements.txt"
    requirements.write_text("fastapi==0.110.0\n")
    project = opened(root, kept=True)
    assert asked(project) == asked(opened(root, kept=False))
    assert is_executed(project)


def test_findings_of_one_file(root: Path) -> None:
    """The same ones, whether the application is executed or kept, saved or not."""
    selection = select(load(str(root)), ["FAR05", "FAR08", "FAR09"], (), (), ())

    def found(path: str, text: str | None, *, kept: bool) -> tuple[list[Any], bool]:
        project = opened(root, kept=kept)
        findings = review_file(project.file(path, text), selection)
        if project.cache is not None:
            project.cache.close()
        return findings, is_executed(project)

    for path in ("routers/users.py", "routers/items.py"):
        text = (root / path).read_text(encoding="utf-8")
        for changed in (
            None,
            f"# Above.\n{text}",
            text.replace("    return number", "    count = 1\n    return number"),
        ):
            wanted, _ = found(path, changed, kept=False)
            assert wanted
            assert found(path, changed, kept=True)[0] == wanted
            assert found(path, changed, kept=True) == (wanted, False)


def test_skeleton_keeps_what_may_be_looked_at() -> None:
    import ast
    import re

    text = textwrap.dedent(
        '''
        """Text."""
        x = 1  # why
        # Note.
        if x:
            def called(a):
                return a
        else:
            @decorated
            def skipped(a, b=1):
                return a
        def registers(app):
            app.include_router(x)
        def says():
            "secret word"
        class A:
            """Text."""
            def method(self): return 1
        '''
    ).lstrip("\n")
    found = skeleton(
        text, ast.parse(text), {"skipped", "registers", "says", "A.method"}, {"skipped": ("a",)}, re.compile("secret")
    )
    shown = [text.splitlines()[number - 1] for number in found.lines]
    assert [line for line in text.splitlines() if line not in shown] == ['"""Text."""', "# Note.", '    """Text."""']
    assert "        return a" in shown  # of the function that was called
    assert shown.count("        return a") == 1


@pytest.mark.usefixtures("age")
def test_listing_is_that_of_a_scan(root: Path) -> None:
    """Folders that did not change are not listed again; all that shows in a listing shows again."""
    config = load(str(root))

    def compare() -> None:
        time.sleep(0.02)
        cache = opened_cache(str(root.parent / "cache"))
        for _ in range(2):
            found = listed(cache, config)
            wanted = disk.scan(str(root), config)
            assert found._replace(moment=0) == wanted._replace(moment=0)
            assert list(found.folders) == list(wanted.folders)
        cache.close()

    compare()
    (root / "shared" / "new.py").write_text("")
    compare()
    (root / "shared" / "new.py").write_text("x = 1\n")
    compare()
    (root / "shared" / "new.py").unlink()
    (root / "notes").mkdir()
    compare()
    (root / "notes" / "note.py").symlink_to(root / "main.py")
    (root / "notes" / "away.py").symlink_to(root / "nowhere.py")
    compare()
    (root / "nowhere.py").write_text("")
    compare()
    (root / "routers" / "pyvenv.cfg").write_text("")
    (root / "shared" / "pyproject.toml").write_text("")
    compare()
