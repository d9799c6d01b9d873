"""Derived route tables against those of the running applications, which FastAPI itself tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.application import interpreter
from flake8_fastapi_review.project.application.rows import RouteRow

HERE = Path(__file__).parent / "application"
APPS = [
    ("nested", "main:app"),
    ("loops", "main:app"),
    ("factories", "main:app"),
    ("factories", "main:server.app"),
    ("factories", "main:subclassed"),
    ("views", "main:app"),
    ("controllers", "main:app"),
    ("security", "main:app"),
    ("metadata", "main:app"),
    ("methods", "main:app"),
    ("starlette_routes", "main:app"),
    ("wrapping", "main:app"),
    ("websockets", "main:app"),
    ("late", "main:app"),
    ("assembly", "main:app"),
    ("subclasses", "main:app"),
    ("subclasses", "main:deeper"),
    pytest.param("aliases", "main:app", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695")),
    ("libraries", "main:app"),
    ("shapes", "main:app"),
    ("guards", "main:app"),
]
COPIED = {
    "late": """
        GET /r/before main:before
        GET /second/r/before main:before
        GET /second/r/after main:after
        GET /sub/sub-before main:sub_before
        GET /sub/sub-after main:sub_after
        GET /last main:last
        GET /third/r/before main:before
        GET /third/r/after main:after
    """,
    "starlette_routes": """
        GET /first main:home
        GET /starlette/home main:home
        GET /starlette/about main:about
        POST /starlette/about main:about
        WEBSOCKET /starlette/socket main:socket
        GET /starlette/nested/deep main:about
        GET /starlette/nested/deeper/deepest main:home
        GET /sub/sub main:in_sub
        GET /sub/inner/subsub main:in_subsub
        GET /sub/subsub main:in_subsub
        GET /included/router/own main:own
        GET /plain/in-plain main:home
        DELETE /appended main:about
        GET /late/subsub main:in_subsub
        PUT /added main:home
        WEBSOCKET /ws main:socket
        GET /through-router main:own
        GET /through/subsub main:in_subsub
        WEBSOCKET /api-ws main:socket
        GET /q/p/plain main:about
        GET /q/outer/p/leaf/api main:own
    """,
}
"""What FastAPI 0.136.0 makes of these applications, where `include_router` copies."""
SCHEMES = "fastapi.security."


def running(folder: Path, app: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(HERE / "running.py"), app], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def derived(folder: Path, app: str) -> list[RouteRow]:
    rows = Project(str(folder), load(str(folder))).application.rows
    names = {row.app for row in rows}
    wanted = app if app in names else next((name for name in names if name.endswith(f".{app.rpartition('.')[2]}")), "")
    if not wanted:
        rest = names - {each.values[1] if hasattr(each, "values") else each[1] for each in APPS}
        wanted = rest.pop() if len(rest) == 1 else ""
    return [row for row in rows if row.app == wanted]


def plain(row: RouteRow) -> dict[str, Any]:
    return {
        "method": row.method,
        "path": row.path,
        "endpoint": f"{row.endpoint_module}:{row.endpoint_qualname}",
        "dependencies": sorted({dependency.name for dependency in row.dependencies}),
        "security": sorted([scheme.rpartition(".")[2], *sorted(scopes)] for scheme, scopes in row.security),
        "response_model": row.response_model,
        "status_code": row.status_code,
        "tags": list(row.tags),
        "include_in_schema": row.include_in_schema,
        "operation_id": row.operation_id,
        "deprecated": row.deprecated,
    }


@pytest.mark.parametrize(("name", "app"), APPS)
def test_as_the_running_application(name: str, app: str) -> None:
    pytest.importorskip("fastapi", minversion="0.138")
    pytest.importorskip("pydantic_settings")
    if name == "libraries":
        pytest.importorskip("fastapi_utils.inferring_router")
        pytest.importorskip("fastapi_restful.cbv")
    folder = HERE / "apps" / name
    wanted = running(folder, app)
    found = derived(folder, app)
    shown = [plain(row) for row in found]
    # The order of matching; FastAPI keeps the methods of a route as a set.
    assert [_route(row) for row in shown] == [_route(row) for row in wanted]
    for row in wanted:
        assert next(each for each in shown if _key(each) == _key(row)) == {key: row[key] for key in shown[0]}
    assert [row.path for row in found if not row.complete] == []


@pytest.mark.parametrize("name", COPIED)
def test_before_includes_were_live(name: str, tmp_path: Path) -> None:
    shutil.copytree(HERE / "apps" / name, tmp_path, dirs_exist_ok=True)
    (tmp_path / "requirements.txt").write_text("fastapi==0.136.0\n")
    rows = [plain(row) for row in derived(tmp_path, "main:app")]
    wanted = [line.strip() for line in COPIED[name].strip().splitlines()]
    assert [f"{row['method']} {row['path']} {row['endpoint']}" for row in rows] == wanted


def _route(row: dict[str, Any]) -> tuple[str, str]:
    return row["path"], row["endpoint"]


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["method"], row["path"], row["endpoint"]


def test_an_execution_that_is_given_up_still_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the steps end, rules get answers, and never an error."""
    lines = ["from fastapi import APIRouter, FastAPI", "PREFIX = '/'.join(['', 'a'])", "app = FastAPI()"]
    for number in range(6):
        lines += [f"router{number} = APIRouter(prefix=PREFIX + str({number}))", f"@router{number}.get('/x')"]
        lines += [f"def x{number}(): ...", f"app.include_router(router{number})"]
    (tmp_path / "main.py").write_text("\n".join(lines) + "\n")
    seen = set()
    for most in (1, 9, 20, 40, 80, 100_000):
        monkeypatch.setattr(interpreter, "_MAX_STEPS", most)
        application = Project(str(tmp_path), load(str(tmp_path))).application
        seen.add(application.truncated)
        assert len(application.rows) == 6 or application.truncated
    assert seen == {True, False}


HABITS = """\
from fastapi import APIRouter, FastAPI

app = FastAPI(responses={404: {"description": "Missing"}})
inner = FastAPI()
router = APIRouter(tags=["books"])

@router.get("/one", responses={409: {"description": "Taken"}})
def one(): ...

@router.get("/two", responses={200: {"description": "Here"}})
def two(): ...

@router.get("/hidden", include_in_schema=False)
def hidden(): ...

@app.get("/three", responses={422: {"description": "Wrong"}})
def three(): ...

@inner.get("/four")
def four(): ...

app.include_router(router)
app.mount("/inner", inner)
"""


def test_habits_are_those_of_what_the_schema_shows(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(HABITS)
    application = Project(str(tmp_path), load(str(tmp_path))).application
    apps = {(row.app, row.mounted_at) for row in application.rows}
    assert {mounted_at: tuple(application.habits(app, mounted_at)) for app, mounted_at in apps} == {
        "": (3, 2, 1),
        "/inner": (1, 0, 0),
    }
