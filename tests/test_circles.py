"""What functions do that call each other in circles, or nested deeper than is followed, depends on nobody's turn."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.taint import engine
from flake8_fastapi_review.registry import select
from flake8_fastapi_review.review import review_file

if TYPE_CHECKING:
    from pathlib import Path

ROUTE = """
from fastapi import FastAPI

import {module}

app = FastAPI()


@app.get("/{module}/{{q}}")
def read(q: str) -> None:
    {module}.{call}
"""

# Each time around the arguments change places, so that what is first in one of them is second in the other.
CIRCLE = {
    "forth.py": "import back\n\n\ndef run(one: str, two: str) -> None:\n    back.run(one, two)\n",
    "back.py": """
import sqlite3

import forth


def run(one: str, two: str) -> None:
    sqlite3.connect("shop.db").execute(f"SELECT * FROM books WHERE title = '{two}'")
    forth.run(two, one)
""",
    "first.py": ROUTE.format(module="forth", call='run("x", q)'),
    "second.py": ROUTE.format(module="back", call='run(q, "x")'),
    "third.py": ROUTE.format(module="back", call='run("x", q)'),
}
ROUTES = ("first.py", "second.py", "third.py")


def _found(root: Path, order: tuple[str, ...]) -> dict[str, list[str]]:
    """The lines of findings of FAR030 in files that are reviewed in this order."""
    config = configuration.load(str(root))
    selection = select(config)
    project = Project(str(root), config)
    found = {}
    for path in order:
        outcome = review_file(project.file(path), selection)
        project.close(path)
        found[path] = sorted(f"{each.code} {each.message}" for each in outcome if each.code == "FAR030")
    return found


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).write_text(text, "utf-8")


def test_a_circle_is_the_same_from_wherever_it_is_entered(tmp_path: Path) -> None:
    _write(tmp_path, CIRCLE)
    answers = [_found(tmp_path, order) for order in permutations(ROUTES)]
    assert all(answers[0][path] for path in ROUTES)
    assert all(each == answers[0] for each in answers)


def test_what_is_nested_deep_is_found_whoever_asks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MAX_DEPTH", 4)
    steps = [f"def step{n}(text: str) -> None:\n    step{n + 1}(text)\n" for n in range(9)]
    sink = "def step9(text: str) -> None:\n    sqlite3.connect('a.db').execute(f\"SELECT '{text}'\")\n"
    _write(tmp_path, {"deep.py": "\n\n".join(["import sqlite3\n", *steps, sink])})
    _write(tmp_path, {f"from{n}.py": ROUTE.format(module="deep", call=f"step{n}(q)") for n in (0, 4, 8)})
    paths = tuple(f"from{n}.py" for n in (0, 4, 8))
    answers = [_found(tmp_path, order) for order in permutations(paths)]
    assert all(answers[0][path] for path in paths)
    assert all(each == answers[0] for each in answers)
