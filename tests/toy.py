"""A toy application with known defects, and the run of a real flake8 over it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SLEEP = """\
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/slow")
async def slow():
    time.sleep(1)
    return {"ok": True}
"""
SLEEP_AT = (10, 5)
"""Where `SLEEP` has its one finding, FAR002."""

MIXED = """\
import asyncio
import time

from fastapi import FastAPI, HTTPException

app = FastAPI()
SECRET_KEY = "x8Kq2vR7tLm4Zp9wYb3N"


@app.get("/slow")
async def slow():
    await asyncio.sleep(0)
    time.sleep(1)
    return {"ok": True}


@app.get("/gone")
def gone():
    return HTTPException(status_code=404, detail="gone")


def render(name: str) -> str:
    return name.title()


@app.get("/idle")
async def idle(name: str):
    text = render(name)
    return {"text": text}
"""
MIXED_CODES = ["FAR020", "FAR002", "FAR011"]
"""What `MIXED` holds, from top to bottom; FAR009 (off by default) would be at `idle`."""


class Line(NamedTuple):
    """A line of flake8's default output."""

    path: str
    row: int
    column: int
    code: str
    text: str


class Run(NamedTuple):
    """What a run of flake8 left."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[Line]:
        """The output, in its order."""
        found = []
        for line in self.stdout.splitlines():
            path, row, column, rest = line.split(":", 3)
            code, text = rest.strip().split(" ", 1)
            found.append(Line(path, int(row), int(column), code, text))
        return found

    @property
    def codes(self) -> list[str]:
        """The codes, in the order of the output."""
        return [line.code for line in self.lines]


SELECT = f"select = {MIXED_CODES}\n"
"""So that a new rule, which may well find something in a toy, is of no concern here."""


def project(root: Path, files: dict[str, str | bytes], settings: str = "", select: str = SELECT) -> Path:
    """Write a project into `root`; `settings` are those of `[tool.fastapi-review]`, after `select`."""
    for name, content in {"pyproject.toml": f"[tool.fastapi-review]\n{select}{settings}", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def environment() -> dict[str, str]:
    """The environment of a run: this interpreter's tools first, nothing kept between runs unless a test asks for it."""
    return {
        "FASTAPI_REVIEW_CACHE_DIR": "",
        **os.environ,
        "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"])),
        "PYTHONIOENCODING": "utf-8",
    }


def flake8(root: Path, *arguments: str, stdin: str | None = None, before: str = "") -> Run:
    """Run flake8 in `root`. `before` is Python that the process executes first, to break what must be broken."""
    start = (
        ["-c", f"{before}\nfrom flake8.main.cli import main\nraise SystemExit(main())"] if before else ["-m", "flake8"]
    )
    done = subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=root,
        env=environment(),
        input=None if stdin is None else stdin.encode(),
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def review(root: Path, *arguments: str, stdin: str | None = None, before: str = "") -> Run:
    """Run flake8 in `root` for our own codes."""
    return flake8(root, "--select=FAR", *arguments, stdin=stdin, before=before)


def snippet(name: str) -> str:
    """The piece of configuration that docs/integrations.md marks with `<!-- snippet: name -->`."""
    page = (Path(__file__).parent.parent / "docs" / "integrations.md").read_text("utf-8")
    block = page.partition(f"<!-- snippet: {name} -->\n")[2].partition("\n```\n")[0]
    return block.partition("\n")[2]
