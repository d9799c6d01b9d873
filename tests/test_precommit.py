"""The hooks in a real pre-commit, which clones us, builds an environment of its own and hands over the staged files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toy import SLEEP, project

ROOT = Path(__file__).parent.parent
DISTRIBUTED = (
    "pyproject.toml",
    ".pre-commit-hooks.yaml",
    "README.md",
    "LICENSE",
    "flake8_fastapi_review",
    "astgrep-rules",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit needs git"),
]


def environment(home: Path) -> dict[str, str]:
    """Git and pre-commit without the settings of whoever runs the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    identity = {f"GIT_{who}_{what}": "toy@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **identity, "PRE_COMMIT_HOME": str(home / "pre-commit"), "GIT_CONFIG_GLOBAL": os.devnull}


def repository(folder: Path) -> Path:
    """Make a git repository of all that is in `folder`."""
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
        subprocess.run(["git", *command], cwd=folder, env=environment(folder), check=True)
    return folder


def pre_commit(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run pre-commit in `folder`: the exit status and the output."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments, "--color=never"],
        cwd=folder,
        env=environment(folder.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A clone of ours as pre-commit gets it, without tags."""
    folder = tmp_path / "ours"
    folder.mkdir()
    for name in DISTRIBUTED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return repository(folder)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {
        "app.py": SLEEP.replace("import time", "from waiting import pause").replace("time.sleep(1)", "pause()"),
        "waiting.py": "import time\n\n\ndef pause():\n    time.sleep(1)\n",
        "notes.txt": "time.sleep(1)\n",
    }
    return project(tmp_path / "theirs", files)


def test_our_hook(ours: Path, theirs: Path) -> None:
    repository(theirs)
    status, output = pre_commit(theirs, "try-repo", str(ours), "fastapi-review", "--all-files", "--verbose")
    assert status == 1, output
    assert "FAR002" in output
    # One file alone is still seen inside its project.
    status, output = pre_commit(theirs, "try-repo", str(ours), "fastapi-review", "--files", "app.py")
    assert status == 1, output
    assert "FAR002" in output
    status, output = pre_commit(theirs, "try-repo", str(ours), "fastapi-review", "--files", "waiting.py", "notes.txt")
    assert status == 0, output


def test_the_hook_for_a_change(ours: Path, theirs: Path) -> None:
    repository(theirs)
    git = ["git", "-c", "commit.gpgsign=false"]

    def committed(name: str, text: str) -> None:
        (theirs / name).write_text(text)
        for command in (["add", "--all"], ["commit", "--quiet", f"--message={name}"]):
            subprocess.run([*git, *command], cwd=theirs, env=environment(theirs.parent), check=True)

    committed("more.py", "x = 1\n")
    hook = ("try-repo", str(ours), "fastapi-review-diff", "--verbose")
    status, output = pre_commit(theirs, *hook, "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert status == 0, f"what was there before is none of the change: {output}"
    committed("waiting.py", "import time\n\n\ndef pause():\n    time.sleep(2)\n    time.sleep(1)\n")
    committed("late.py", "from waiting import pause\n\n\nasync def late():\n    pause()\n")
    status, output = pre_commit(theirs, *hook, "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert status == 1, output
    assert "late.py:5" in output
    assert "app.py" not in output
    # Of a commit: what is staged, with the rest out of the way.
    (theirs / "staged.py").write_text("from waiting import pause\n\n\nasync def staged():\n    pause()\n")
    subprocess.run([*git, "add", "staged.py"], cwd=theirs, env=environment(theirs.parent), check=True)
    status, output = pre_commit(theirs, *hook)
    assert status == 1, output
    assert "staged.py:5" in output
    assert "late.py" not in output


def test_inside_the_flake8_hook(ours: Path, theirs: Path) -> None:
    (theirs / ".pre-commit-config.yaml").write_text(f"""\
repos:
- repo: local
  hooks:
  - id: flake8
    name: flake8
    entry: flake8 --select FAR
    language: python
    types: [python]
    require_serial: true
    additional_dependencies: [flake8, "{ours.as_posix()}"]
""")
    repository(theirs)
    status, output = pre_commit(theirs, "run", "--all-files", "flake8")
    assert status == 1, output
    assert "app.py:10:5: FAR002 " in output
