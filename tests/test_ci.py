"""What CI servers run: the steps of the action and of the GitLab job, executed in clones as far as that goes without
the servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_change import commit, git, repository
from test_cli import BARE, lay
from test_precommit import DISTRIBUTED

ROOT = Path(__file__).parent.parent
SETTINGS = '[tool.fastapi-review]\nselect = ["FAR001", "FAR012"]\n'
SERVER = ("GITHUB_", "CI_", "FAR_", "GIT_", "RUNNER_", "PRE_COMMIT")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are written for bash")


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the servers do."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(SERVER)}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with `bin/fastapi-review` that is the one under test."""
    (tmp_path / "home/bin").mkdir(parents=True)
    script = tmp_path / "home/bin/fastapi-review"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flake8_fastapi_review.cli "$@"\n')
    script.chmod(0o755)
    return tmp_path / "home"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A branch with one finding more than its base."""
    folder = repository(tmp_path / "theirs", {"pyproject.toml": SETTINGS, "app/old.py": BARE, "app/new.py": "x = 1\n"})
    git(folder, "checkout", "-q", "-b", "feature")
    lay(folder, {"app/new.py": BARE})
    commit(folder)
    return folder


# GitHub


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def step(name: str, folder: Path, home: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a step of the action: what it did, and the summary it wrote."""
    found = next(each for each in action()["runs"]["steps"] if each["name"] == name)
    given = {key: each["default"] for key, each in action()["inputs"].items()} | inputs
    context = {"github.action_path": str(ROOT), "runner.temp/fastapi-review": str(home)}

    def value(text: str) -> str:
        text = text.replace("${{ runner.temp }}/fastapi-review", str(home))
        text = text.replace("${{ inputs.base || github.event.pull_request.base.sha }}", given["base"])
        text = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: given[match[1]], text)
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: context[match[1]], text)

    summary = folder.parent / "summary.md"
    summary.write_text("")
    environment = {key: value(text) for key, text in found["env"].items()}
    return bash(found["run"], folder, GITHUB_STEP_SUMMARY=str(summary), **environment), summary.read_text("utf-8")


def test_no_expression_stands_in_a_script_of_the_action() -> None:
    """What a pull request calls itself must not become shell code: values come by the environment."""
    for each in action()["runs"]["steps"]:
        assert "${{" not in each["run"]
        assert each["shell"] == "bash"
        named = set(re.findall(r"\bFAR_\w+", each["run"]))
        assert named == set(each["env"]), "each variable is given, and used"


def test_the_action_reviews_everything_without_a_base(theirs: Path, home: Path) -> None:
    done, summary = step("Review", theirs, home)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::warning file=app/") == 2
    assert summary.startswith("# FastAPI review\n")


def test_the_action_reviews_a_pull_request(theirs: Path, home: Path) -> None:
    base = git(theirs, "rev-parse", "main")
    more = {"base": base, "sarif-file": "far.sarif", "html-file": "far.html", "args": "--select FAR012"}
    done, summary = step("Review", theirs, home, **more)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::warning ") == 1
    assert "::warning file=app/new.py,line=4," in done.stdout
    assert summary.startswith(f"# Review of {base[:7]} → HEAD (")
    assert len(json.loads((theirs / "far.sarif").read_text())["runs"][0]["results"]) == 1
    assert "<!DOCTYPE html>" in (theirs / "far.html").read_text("utf-8")
    done, _ = step("Review", theirs, home, base=base, **{"fail-on": "critical"})
    assert done.returncode == 0
    done, _ = step("Review", theirs, home, base=base, paths="app/old.py $(touch hacked) *")
    assert not (theirs / "hacked").exists()


def test_the_action_fetches_the_base_of_a_shallow_checkout(theirs: Path, home: Path, tmp_path: Path) -> None:
    git(theirs, "config", "uploadpack.allowAnySHA1InWant", "true")
    base = git(theirs, "rev-parse", "main")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "feature", theirs.as_uri(), str(clone))
    done, _ = step("Review", clone, home, base=base)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::warning ") == 1


@pytest.mark.slow
def test_the_action_installs_itself(tmp_path: Path, theirs: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in DISTRIBUTED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    home = tmp_path / "installed"
    script = next(each for each in action()["runs"]["steps"] if each["name"] == "Install fastapi-review")["run"]
    done = bash(script, theirs, FAR_PYTHON=sys.executable, FAR_SOURCE=str(source), FAR_HOME=str(home))
    assert done.returncode == 0, done.stderr
    done, _ = step("Review", theirs, home, base=git(theirs, "rev-parse", "main"))
    assert (done.returncode, done.stdout.count("::warning ")) == (1, 1), done.stderr


# GitLab


def gitlab() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "templates/gitlab.yml").read_text())["fastapi-review"]
    return found


def test_the_gitlab_job(theirs: Path, home: Path) -> None:
    job = gitlab()
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(job["script"])
    fixed = {key: str(value) for key, value in job["variables"].items()}
    done = bash(script, theirs, PATH=path, **fixed)
    assert done.returncode == 0, "what is on the main branch fails nothing"
    report = json.loads((theirs / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["location"]["path"] for issue in report] == ["app/new.py", "app/old.py"]
    merge_request = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": git(theirs, "rev-parse", "main")}
    done = bash(script, theirs, PATH=path, **fixed, **merge_request)
    assert done.returncode == 1, done.stderr
    for name in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["codequality"]):
        assert (theirs / name).stat().st_size
    done = bash(script, theirs, PATH=path, **{**fixed, "FASTAPI_REVIEW_FAIL_ON": "critical"}, **merge_request)
    assert done.returncode == 0
    assert job["variables"]["GIT_DEPTH"] == "0", "the base has to be there"
