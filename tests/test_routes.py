"""`fastapi-review routes`: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import lay, run

SHOP = {
    "pyproject.toml": "[tool.fastapi-review]\n",
    "shop/__init__.py": "",
    "shop/settings.py": (
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        '    prefix: str = "/api"\n    admin: bool\n\n\nsettings = Settings()\n'
    ),
    "shop/books.py": (
        "from fastapi import APIRouter, Depends, Security\n"
        "from fastapi.security import OAuth2PasswordBearer\n\n"
        'router = APIRouter(prefix="/books", tags=["books"])\noauth2 = OAuth2PasswordBearer("token")\n\n\n'
        "def user(token: str = Depends(oauth2)): ...\n\n\n"
        '@router.get("/{number}", response_model=dict, status_code=203)\n'
        'async def read(number: int, who: str = Security(user, scopes=["read"])): ...\n'
    ),
    "shop/main.py": (
        "from fastapi import APIRouter, Depends, FastAPI\n\n"
        "from .books import router\nfrom .settings import settings\n\n\n"
        "def tracer(): ...\n\n\n"
        "app = FastAPI(dependencies=[Depends(tracer)])\nadmin = FastAPI()\n"
        "app.include_router(router, prefix=settings.prefix)\n"
        'if settings.admin:\n    app.add_api_route("/admin", tracer, methods=["POST"])\n\n\n'
        '@admin.get("/stats")\ndef stats(): ...\n'
    ),
}
NO_APP = {"pyproject.toml": "[tool.fastapi-review]\n", "job.py": "def run(): ...\n"}
KEYS = {
    "app", "method", "path", "endpoint_module", "endpoint_qualname", "file", "line", "is_async", "dependencies",
    "security", "response_model", "status_code", "tags", "complete", "assumptions",
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay(tmp_path, SHOP)


def test_table(shop: Path) -> None:
    done = run("routes", "--no-cache", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "shop.main:app: 2 routes\n\n"
        "  GET   /api/books/{number}  read  shop/books.py:12  [tracer, user, oauth2]\n"
        " ?POST  /admin               tracer  shop/main.py:7  [tracer]\n\n"
        "  assuming:\n    if settings.admin\n    setting Settings.prefix has its default\n\n"
        "  ? the row may be conditional or not wholly known\n\n"
        "shop.main:admin: 1 route\n\n"
        "  GET  /stats  stats  shop/main.py:18\n"
    )


def test_json(shop: Path) -> None:
    done = run("routes", "--no-cache", "--format", "json", cwd=shop)
    rows = json.loads(done.stdout)
    assert [(row["app"], row["method"], row["path"], row["complete"]) for row in rows] == [
        ("shop.main:app", "GET", "/api/books/{number}", True),
        ("shop.main:app", "POST", "/admin", False),
        ("shop.main:admin", "GET", "/stats", True),
    ]
    assert all(row.keys() >= KEYS for row in rows)
    assert rows[0] == {
        "app": "shop.main:app",
        "method": "GET",
        "path": "/api/books/{number}",
        "kind": "route",
        "endpoint_module": "shop.books",
        "endpoint_qualname": "read",
        "file": "shop/books.py",
        "line": 12,
        "is_async": True,
        "dependencies": ["shop.main:tracer", "shop.books:user", "shop.books:oauth2"],
        "library_dependencies": [],
        "dependency_origins": {
            "shop.main:tracer": "app",
            "shop.books:user": "parameter",
            "shop.books:oauth2": "nested",
        },
        "security": [{"scheme": "fastapi.security.OAuth2PasswordBearer", "scopes": ["read"]}],
        "response_model": "dict",
        "status_code": 203,
        "tags": ["books"],
        "include_in_schema": True,
        "operation_id": None,
        "deprecated": False,
        "registered_at": {"file": "shop/books.py", "line": 11},
        "complete": True,
        "assumptions": ["setting Settings.prefix has its default"],
    }


def test_mermaid(shop: Path) -> None:
    done = run("routes", "--no-cache", "--format", "mermaid", "--app", "shop.main:app", cwd=shop)
    assert done.returncode == 0
    assert done.stdout == (
        "flowchart LR\n"
        '    n0(["FastAPI shop.main:app<br/>1 route<br/>guarded by tracer"])\n'
        '    n1["APIRouter shop.books:router<br/>1 route"]\n'
        '    n0 -->|"/api"| n1\n'
    )


def test_one_application_of_several(shop: Path) -> None:
    done = run("routes", "--no-cache", "--app", "shop.main:admin", cwd=shop)
    assert done.stdout == "shop.main:admin: 1 route\n\n  GET  /stats  stats  shop/main.py:18\n"


def test_a_file_stands_for_its_project(shop: Path) -> None:
    everything = run("routes", "--no-cache", cwd=shop).stdout
    assert run("routes", "--no-cache", "shop/books.py", cwd=shop).stdout == everything
    assert run("routes", "--no-cache", "shop/books.py", "shop", cwd=shop).stdout == everything


def test_several_projects(tmp_path: Path) -> None:
    lay(tmp_path / "one", SHOP)
    lay(tmp_path / "two", NO_APP)
    done = run("routes", "--no-cache", "--format", "json", "one", "two", cwd=tmp_path)
    assert [row["file"] for row in json.loads(done.stdout)] == [
        "one/shop/books.py",
        "one/shop/main.py",
        "one/shop/main.py",
    ]


def test_output_to_a_file(shop: Path) -> None:
    done = run("routes", "--no-cache", "--format", "json", "-o", "routes.json", cwd=shop)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(json.loads((shop / "routes.json").read_text())) == 3


def test_the_cache_changes_nothing(shop: Path) -> None:
    plain = run("routes", "--no-cache", "--format", "json", cwd=shop).stdout
    cached = [run("routes", "--cache-dir", "kept", "--format", "json", cwd=shop).stdout for _ in range(2)]
    assert cached == [plain, plain]


@pytest.mark.parametrize(
    ("form", "said"),
    [("table", "no application found\n"), ("json", "[]\n"), ("mermaid", "flowchart LR\n")],
)
def test_no_application_is_no_error(tmp_path: Path, form: str, said: str) -> None:
    done = run("routes", "--no-cache", "--format", form, cwd=lay(tmp_path, NO_APP))
    assert done == (0, said, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "Path 'nowhere' does not exist"),
        (["--format", "html"], "'html' is not one of 'table', 'json', 'mermaid'"),
        (["--app", "shop.main:none"], "no application `shop.main:none`; there are shop.main:app, shop.main:admin"),
        (["-o", "nowhere/routes.json"], "there is no folder"),
        (["--cache-dir", "kept", "--no-cache"], "--cache-dir and --no-cache exclude each other"),
    ],
)
def test_wrong_usage_is_status_2_and_one_line(shop: Path, arguments: list[str], said: str) -> None:
    done = run("routes", *arguments, cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_name_where_there_is_no_application(tmp_path: Path) -> None:
    done = run("routes", "--no-cache", "--app", "main:app", cwd=lay(tmp_path, NO_APP))
    assert done.returncode == 2
    assert "no application was found" in done.stderr


def test_what_is_missing_is_named(shop: Path) -> None:
    lay(shop, {"shop/books.py": "router = APIRouter(\n"})
    done = run("routes", "--no-cache", cwd=shop)
    assert done.returncode == 0
    assert "/admin" in done.stdout
    assert done.stderr == (
        "fastapi-review: shop/books.py: cannot be read, its routes are missing\n"
        "fastapi-review: shop/main.py:12: the router that is included here is not known, its routes are missing\n"
    )


def test_a_wrong_setting_is_status_2_and_the_table_is_written(shop: Path) -> None:
    lay(shop, {"pyproject.toml": "[tool.fastapi-review]\nselct = []\n"})
    done = run("routes", "--no-cache", cwd=shop)
    assert done.returncode == 2
    assert "shop.main:app: 2 routes" in done.stdout
    assert "selct" in done.stderr


@pytest.mark.parametrize(("version", "routes"), [("0.136.0", ["/r/before"]), ("0.138.2", ["/r/before", "/r/after"])])
def test_the_version_of_the_project_decides_what_an_include_is(tmp_path: Path, version: str, routes: list[str]) -> None:
    text = (
        "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\nrouter = APIRouter(prefix='/r')\n\n\n"
        "@router.get('/before')\ndef before(): ...\n\n\napp.include_router(router)\n\n\n"
        "@router.get('/after')\ndef after(): ...\n"
    )
    for place, content in {
        "requirements.txt": f"fastapi=={version}\n",
        "pyproject.toml": f'[project]\nname = "x"\ndependencies = ["fastapi[standard]=={version}"]\n',
    }.items():
        folder = lay(tmp_path / place.partition(".")[0], {"main.py": text, "setup.py": "", place: content})
        rows = json.loads(run("routes", "--no-cache", "--format", "json", cwd=folder).stdout)
        assert [row["path"] for row in rows] == routes
