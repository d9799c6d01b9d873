"""Our codes beside Ruff: with `lint.external` it leaves our suppressions alone; nothing else of it may name them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from toy import snippet

if TYPE_CHECKING:
    from pathlib import Path

SUPPRESSED = """\
import time


async def pause() -> None:
    time.sleep(1)  # noqa: FAR002


async def report(path: str) -> None:  # noqa: FAR009, F401
    time.sleep(len(path))  # noqa: F401
"""


DEFAULTS = """\
from fastapi import APIRouter, Body, Depends, Header, Query

router = APIRouter()


def session() -> None:
    pass


@router.get("/")
def read(db=Depends(session), q=Query(None), body=Body(None), agent=Header(None)) -> None:
    pass
"""


def ruff(root: Path, settings: str, *arguments: str, text: str = SUPPRESSED) -> subprocess.CompletedProcess[str]:
    """Run `ruff check` on `text` with `settings`, a pyproject.toml."""
    (root / "app.py").write_text(text)
    (root / "pyproject.toml").write_text(settings)
    command = [sys.executable, "-m", "ruff", "check", "--config=pyproject.toml", "--no-cache"]
    return subprocess.run([*command, *arguments, "app.py"], cwd=root, capture_output=True, text=True, check=False)


SUPPRESSIONS = "--select=F,RUF100,RUF102"


def test_external_keeps_our_suppressions(tmp_path: Path) -> None:
    done = ruff(tmp_path, snippet("ruff"), SUPPRESSIONS, "--preview", "--fix", "--unsafe-fixes")
    text = (tmp_path / "app.py").read_text()
    assert text.count("FAR002") == 1
    assert "# noqa: FAR009\n" in text, "only the dead code beside ours is removed"
    assert "F401" not in text
    assert (done.returncode, done.stderr) == (0, "")


def test_external_is_needed(tmp_path: Path) -> None:
    assert "FAR002" in ruff(tmp_path, "", SUPPRESSIONS, "--preview", "--output-format=concise").stdout


@pytest.mark.parametrize("key", ["select", "extend-select", "ignore", "per-file-ignores.app"])
def test_ruff_does_not_start_when_its_other_keys_name_our_codes(tmp_path: Path, key: str) -> None:
    done = ruff(tmp_path, f'[tool.ruff.lint]\n{key} = ["FAR"]\n')
    assert done.returncode == 2
    assert "FAR" in done.stderr


def test_fastapi_s_style_is_no_mistake(tmp_path: Path) -> None:
    assert "B008" in ruff(tmp_path, "", "--select=B008", "--output-format=json", text=DEFAULTS).stdout
    assert ruff(tmp_path, snippet("bugbear"), "--select=B008", text=DEFAULTS).returncode == 0
