"""What is said about queries is what a database counts.

tests/counted/club is an application with routes of all loading strategies. `measure.py` requests each of them, over 3
rows and over 7, and writes down the statements that reached SQLite and the functions that ran. That is compared with
`fastapi-review routes --queries` and with the findings of FAR070, FAR071 and FAR072.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cases import Found, python_files, run
from click.testing import CliRunner

from flake8_fastapi_review.cli.routes import routes as routes_command

HERE = Path(__file__).parent / "counted"
NEEDS = ("aiosqlite", "fastapi", "greenlet", "httpx", "sqlalchemy", "sqlmodel")
MISSING = [name for name in NEEDS if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not installed")
ROWS = (3, 7)
N_PLUS_ONE = ("FAR070", "FAR071")
GREENLET = "FAR072"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """What each route did, by the number of rows."""
    found = {}
    for rows in ROWS:
        folder = tmp_path_factory.mktemp(f"club{rows}")
        command = [sys.executable, "-B", str(HERE / "measure.py"), str(folder), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=HERE)
        assert done.returncode == 0, done.stderr
        found[rows] = json.loads(done.stdout)
    return found


@cache
def computed() -> dict[str, str]:
    """What the command says about each route."""
    answer = CliRunner().invoke(routes_command, [str(HERE), "--queries", "--format", "json", "--no-cache"])
    assert answer.exit_code == 0, answer.output
    return {f"{row['method']} {row['path']}": row["statements"] for row in json.loads(answer.stdout)}


@cache
def findings() -> list[Found]:
    return run(HERE, python_files(HERE), {*N_PLUS_ONE, GREENLET})


def evaluated(expression: str, rows: int) -> int:
    """ "2 + 1·N" for so many rows."""
    total = 0
    for term in expression.split(" + "):
        number, _, power = term.partition("·N")
        total += int(number) * (1 if "·" not in term else rows ** (2 if power == "²" else 1))
    return total


def is_greenlet(did: dict[str, Any]) -> bool:
    return "MissingGreenlet" in (did["error"] or "")


def reads(did: dict[str, Any]) -> int:
    """How many of the statements ask for rows: those that write are as many as the request has to write."""
    return sum(statement.lstrip().startswith("SELECT") for statement in did["sent"])


@cache
def spans(path: str) -> dict[int, tuple[int, int]]:
    """The functions of a file, by their first line, that of a decorator included: first and last line."""
    found = {}
    for node in ast.walk(ast.parse((HERE / path).read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[first] = first, node.end_lineno or first
    return found


def reported(did: dict[str, Any]) -> set[str]:
    """The codes that are reported in the functions which a route ran."""
    found = set()
    for path, first in did["ran"]:
        if first in spans(path):
            start, end = spans(path)[first]
            found |= {
                each.violation.code
                for each in findings()
                if each.path == path and start <= each.violation.range.line <= end
            }
    return found


def test_all_routes_are_measured(measured: dict[int, dict[str, Any]]) -> None:
    assert set(measured[ROWS[0]]) == set(computed())
    assert len(computed()) > 70


def test_no_route_fails_otherwise(measured: dict[int, dict[str, Any]]) -> None:
    errors = {
        route: did["error"]
        for rows in ROWS
        for route, did in measured[rows].items()
        if did["error"] and not is_greenlet(did)
    }
    assert errors == {}


def test_expressions_are_what_the_database_counts(measured: dict[int, dict[str, Any]]) -> None:
    wrong = []
    for route, expression in computed().items():
        if is_greenlet(measured[ROWS[0]][route]):
            continue  # it does not get that far
        assert re.fullmatch(r"\d+(·N²?)?( \+ \d+·N²?)*", expression), f"{route}: {expression}"
        for rows in ROWS:
            counted = len(measured[rows][route]["sent"])
            if evaluated(expression, rows) != counted:
                wrong.append(f"{route}: {expression}, but {counted} for {rows} rows")
    assert wrong == []


def test_what_raises_is_reported(measured: dict[int, dict[str, Any]]) -> None:
    raising = {route for route, did in measured[ROWS[0]].items() if is_greenlet(did)}
    assert raising == {route for route, did in measured[ROWS[1]].items() if is_greenlet(did)}
    told = {route for route, did in measured[ROWS[0]].items() if GREENLET in reported(did)}
    assert sorted(told ^ raising) == []
    assert len(raising) > 15


def test_what_grows_is_reported(measured: dict[int, dict[str, Any]]) -> None:
    small, large = (measured[rows] for rows in ROWS)
    # Where it raises, it may have tried for each row before.
    works = {route for route, did in small.items() if not is_greenlet(did)}
    growing = {route for route in works if reads(small[route]) < reads(large[route])}
    told = {route for route in works if reported(small[route]).intersection(N_PLUS_ONE)}
    assert sorted(told ^ growing) == []
    assert len(growing) > 10
