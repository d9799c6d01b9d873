"""`fastapi-review init`: what it sees, what it proposes, and that what it writes works and is written once."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from test_cli import BARE, lay, run
from test_precommit import DISTRIBUTED, pre_commit
from test_precommit import repository as all_in_a_repository

from flake8_fastapi_review.cli.adoption import pieces

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
CONFIG = """\
default_stages: [pre-commit]
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v5.0.0
    hooks:
      - id: trailing-whitespace

ci:
  autofix_prs: false
"""
FULL = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[tool.ruff]\nline-length = 99\n\n[tool.ruff.lint]\nselect = ["E"]\n',
    "src/shop/main.py": APP,
    "src/shop/schema/versions/0001.py": "x = 1\n",
    "src/shop/wire_pb2.py": "x = 1\n",
    "src/shop/generated/client.py": "x = 1\n",
    "alembic.ini": "[alembic]\nscript_location = %(here)s/src/shop/schema\n",
    ".pre-commit-config.yaml": CONFIG,
    ".github/workflows/test.yml": "on: push\n",
    ".gitlab-ci.yml": "test:\n  script: pytest\n",
    ".vscode/settings.json": "{}\n",
    ".flake8": "[flake8]\nmax-line-length = 100\nselect = E,\n    W\nexclude = x\n",
}


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_it_looks_and_prints_and_writes_nothing(tmp_path: Path) -> None:
    lay(tmp_path, FULL)
    before = texts(tmp_path)
    done = run("init", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert texts(tmp_path) == before
    for part in (
        "# FastAPI applications: src/shop/main.py\n# src layout: src\n",
        "# in use: flake8 (.flake8), Ruff (pyproject.toml), pre-commit (.pre-commit-config.yaml), GitHub Actions",
        "# pyproject.toml: add at line 10\n",
        "# pyproject.toml: add at line 8\n",
        "# .flake8: change by hand, line 3\n",
        "# .pre-commit-config.yaml: add at line 8\n",
        "# .github/workflows/fastapi-review.yml: new file\n",
        "# .gitlab-ci.yml: add at line 4\n",
        "# .vscode/settings.json: change by hand\n",
    ):
        assert part in done.stdout


def test_what_it_writes_can_be_read_and_is_written_once(tmp_path: Path) -> None:
    lay(tmp_path, FULL)
    assert run("init", "--write", cwd=tmp_path).returncode == 0
    settings = tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]
    assert settings["ruff"]["lint"] == {"external": ["FAR"], "select": ["E"]}
    assert settings["fastapi-review"]["exclude"] == ["generated/", "*_pb2.py", "*_pb2_grpc.py"]
    assert "/src/shop/schema/versions/" in settings["fastapi-review"]["migrations"]
    hooks = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())
    assert [repo["hooks"][0]["id"] for repo in hooks["repos"]] == ["trailing-whitespace", "fastapi-review"]
    assert hooks["ci"] == {"autofix_prs": False}
    jobs = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())
    assert list(jobs) == ["test", "fastapi-review"]
    workflow = yaml.safe_load((tmp_path / ".github/workflows/fastapi-review.yml").read_text())
    assert workflow["jobs"]["fastapi-review"]["steps"][0]["with"] == {"fetch-depth": 0}
    assert (tmp_path / ".flake8").read_text() == FULL[".flake8"]
    once = texts(tmp_path)
    done = run("init", "--write", cwd=tmp_path)
    assert texts(tmp_path) == once
    assert "written" not in done.stdout
    assert run("check", cwd=tmp_path).returncode == 0, "no unknown key, nothing found"


def test_the_steps_of_the_workflow_are_shell(tmp_path: Path) -> None:
    lay(tmp_path, FULL)
    run("init", "--write", cwd=tmp_path)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/fastapi-review.yml").read_text())
    scripts = [step["run"] for step in workflow["jobs"]["fastapi-review"]["steps"] if "run" in step]
    assert all("${{" not in script for script in scripts)
    scripts += yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["fastapi-review"]["script"]
    for script in scripts:
        subprocess.run(["bash", "-n", "-c", script], check=True)


def test_a_bare_project_gets_settings_alone(tmp_path: Path) -> None:
    lay(tmp_path, {"main.py": APP})
    done = run("init", "--write", cwd=tmp_path)
    assert "# pyproject.toml: written\n" not in done.stderr
    assert (tmp_path / "pyproject.toml").read_text() == "[tool.fastapi-review]\n"
    assert "# Everything is in place.\n" in run("init", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("config", "indent"),
    [
        ("repos:\n- repo: a\n  hooks:\n  - id: b", ""),
        ("repos:\n    - repo: a\n      hooks:\n        - id: b\n", "    "),
        (CONFIG, "  "),
    ],
)
def test_the_hook_fits_the_indentation(tmp_path: Path, config: str, indent: str) -> None:
    lay(tmp_path, {"main.py": APP, ".pre-commit-config.yaml": config, "pyproject.toml": "[tool.fastapi-review]\n"})
    run("init", "--write", cwd=tmp_path)
    text = (tmp_path / ".pre-commit-config.yaml").read_text()
    assert f"\n{indent}- repo: local\n" in text
    assert yaml.safe_load(text)["repos"][-1]["hooks"][0]["entry"] == "fastapi-review check"


def test_a_flake8_hook_takes_the_plugins(tmp_path: Path) -> None:
    config = "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.3.0\n  hooks:\n  - id: flake8\n"
    lay(tmp_path, {"main.py": APP, ".pre-commit-config.yaml": config, "pyproject.toml": "[tool.fastapi-review]\n"})
    _, (piece,) = pieces(str(tmp_path))
    assert (piece.file, piece.line, piece.whole) == (".pre-commit-config.yaml", 2, None)
    assert "additional_dependencies: [flake8-fastapi-review==" in piece.text


@pytest.mark.parametrize(
    ("selected", "is_left_out"),
    [("select = E,W", True), ("select = E,F", False), ("select =\n  E  # x\n  FAR\n", False), ("ignore = E1", False)],
)
def test_flake8_that_leaves_us_out_is_seen(tmp_path: Path, selected: str, is_left_out: bool) -> None:
    lay(
        tmp_path,
        {"main.py": APP, "tox.ini": f"[tox]\n[flake8]\n{selected}\n", "pyproject.toml": "[tool.fastapi-review]\n"},
    )
    _, found = pieces(str(tmp_path))
    assert [piece.file for piece in found] == (["tox.ini"] if is_left_out else [])
    if is_left_out:
        text = (tmp_path / "tox.ini").read_text() + found[0].text
        parsed = configparser.ConfigParser()
        parsed.read_string(text)
        assert parsed["flake8"]["extend-select"] == "FAR"


def test_line_ends_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_bytes(b"[project]\r\nname = 'x'\r\n")
    run("init", "--write", cwd=tmp_path)
    assert (tmp_path / "pyproject.toml").read_bytes() == b"[project]\r\nname = 'x'\r\n\r\n[tool.fastapi-review]\r\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit needs git")
def test_the_hook_runs_in_pre_commit(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    root = Path(__file__).parent.parent
    for name in DISTRIBUTED:
        if (root / name).is_dir():
            shutil.copytree(root / name, ours / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, ours / name)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    settings = '[tool.fastapi-review]\nselect = ["FAR012"]\n'
    lay(theirs, {"app.py": BARE, ".pre-commit-config.yaml": "repos: []\n", "pyproject.toml": settings})
    (theirs / ".pre-commit-config.yaml").write_text("repos:\n- repo: meta\n  hooks:\n  - id: identity\n")
    run("init", "--write", cwd=theirs)
    config = theirs / ".pre-commit-config.yaml"
    released = yaml.safe_load(config.read_text())["repos"][-1]["hooks"][0]["additional_dependencies"][0]
    config.write_text(config.read_text().replace(released, json.dumps(ours.as_posix())))
    all_in_a_repository(theirs)
    status, output = pre_commit(theirs, "run", "--all-files", "fastapi-review")
    assert status == 1, output
    assert "FAR012" in output
