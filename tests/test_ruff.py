"""Our codes beside Ruff: with `lint.external` it leaves our suppressions alone; nothing else of it may name them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SUPPRESSED = """\
import time


async def pause() -> None:
    time.sleep(1)  # noqa: FAR002


async def report(path: str) -> None:  # noqa: FAR009, F401
    time.sleep(len(path))  # noqa: F401
"""


def ruff(root: Path, settings: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `ruff check` on `SUPPRESSED` with all rules about suppressions."""
    (root / "app.py").write_text(SUPPRESSED)
    (root / "ruff.toml").write_text(f'[lint]\nselect = ["F", "RUF100", "RUF102"]\n{settings}')
    command = [sys.executable, "-m", "ruff", "check", "--config=ruff.toml", "--no-cache"]
    return subprocess.run([*command, *arguments, "app.py"], cwd=root, capture_output=True, text=True, check=False)


def test_external_keeps_our_suppressions(tmp_path: Path) -> None:
    done = ruff(tmp_path, 'external = ["FAR"]\n', "--preview", "--fix", "--unsafe-fixes")
    text = (tmp_path / "app.py").read_text()
    assert text.count("FAR002") == 1
    assert "# noqa: FAR009\n" in text, "only the dead code beside ours is removed"
    assert "F401" not in text
    assert (done.returncode, done.stderr) == (0, "")


def test_external_is_needed(tmp_path: Path) -> None:
    done = ruff(tmp_path, "external = []\n", "--preview", "--output-format=concise")
    assert "FAR002" in done.stdout


@pytest.mark.parametrize("setting", ['extend-select = ["FAR"]', 'ignore = ["FAR001"]', 'per-file-ignores = { "tests/*" = ["FAR"] }'])
def test_ruff_does_not_start_when_its_own_keys_name_our_codes(tmp_path: Path, setting: str) -> None:
    done = ruff(tmp_path, f"{setting}\n")
    assert done.returncode == 2
    assert "FAR" in done.stderr
