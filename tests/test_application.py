"""Derived route tables against those of the running applications, which FastAPI itself tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.application.table import RouteRow

HERE = Path(__file__).parent / "application"
APPS = [
    ("nested", "main:app"),
    ("loops", "main:app"),
    ("factories", "main:app"),
    ("factories", "main:server.app"),
    ("factories", "main:subclassed"),
    ("views", "main:app"),
]
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
        rest = names - {name for _, name in APPS}
        wanted = rest.pop() if len(rest) == 1 else ""
    return [row for row in rows if row.app == wanted]


def plain(row: RouteRow) -> dict[str, Any]:
    return {
        "method": row.method,
        "path": row.path,
        "endpoint": f"{row.endpoint_module}:{row.endpoint_qualname}",
        "dependencies": sorted({dependency.name for dependency in row.dependencies}),
        "security": sorted({scheme.rpartition(".")[2] for scheme, _ in row.security}),
        "status_code": row.status_code,
        "tags": list(row.tags),
        "include_in_schema": row.include_in_schema,
        "operation_id": row.operation_id,
        "deprecated": row.deprecated,
    }


@pytest.mark.parametrize(("name", "app"), APPS)
def test_as_the_running_application(name: str, app: str) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("pydantic_settings")
    folder = HERE / "apps" / name
    wanted = running(folder, app)
    found = derived(folder, app)
    shown = [plain(row) for row in found]
    # The order of matching; FastAPI keeps the methods of a route as a set.
    assert [_route(row) for row in shown] == [_route(row) for row in wanted]
    for row in wanted:
        assert next(each for each in shown if _key(each) == _key(row)) == {key: row[key] for key in shown[0]}
    assert [row.path for row in found if not row.complete] == []


def _route(row: dict[str, Any]) -> tuple[str, str]:
    return row["path"], row["endpoint"]


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["method"], row["path"], row["endpoint"]
