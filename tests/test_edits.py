"""What fixes have in common: an argument more, a line more, a call that a thread makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.edits import argument, line_before, lines_after, logger_for, threaded
from flake8_fastapi_review.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from flake8_fastapi_review.file import File
    from flake8_fastapi_review.rule import Edit


def seen(tmp_path: Path, text: str) -> File:
    (tmp_path / "app.py").write_text(text, "utf-8")
    return Project(str(tmp_path), load(str(tmp_path))).file("app.py")


def applied(text: str, *edits: Edit | None) -> str:
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted((each for each in edits if each is not None), reverse=True):
        place = edit.range
        begin, end = starts[place.line - 1] + place.column, starts[place.end_line - 1] + place.end_column
        data = data[:begin] + edit.text.encode() + data[end:]
    return data.decode()


def call(file: File, name: str = "f") -> ast.Call:
    found: list[ast.Call] = file.nodes(ast.Call)
    return next(node for node in found if file.source(node.func).strip("()") == name)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(x=1)"),
        ("f( )", "f( x=1)"),
        ("f(a)", "f(a, x=1)"),
        ("f((a))", "f((a), x=1)"),
        ("f(a, )", "f(a, x=1, )"),
        ("f('é', b='ü')", "f('é', b='ü', x=1)"),
        ("f(*a, **b)", "f(*a, **b, x=1)"),
        ("f(\n    a,\n    b=2,\n)", "f(\n    a,\n    b=2,\n    x=1,\n)"),
        ("f(\n    a, b\n)", "f(\n    a, b, x=1\n)"),
        ("f(\n    (\n        a\n    )\n)", "f(\n    (\n        a\n    ), x=1\n)"),
    ],
)
def test_an_argument_more(tmp_path: Path, before: str, after: str) -> None:
    file = seen(tmp_path, before + "\n")
    assert applied(file.text, argument(file, call(file), "x=1")) == after + "\n"
    ast.parse(after)


@pytest.mark.parametrize("text", ["f(a for a in b)", "f(\n    a,  # why\n)"])
def test_an_argument_that_is_left_to_people(tmp_path: Path, text: str) -> None:
    file = seen(tmp_path, text + "\n")
    assert argument(file, call(file), "x=1") is None


def test_lines_around_a_statement(tmp_path: Path) -> None:
    text = (
        "def g():\n    if a:\n        y = [\n            f(1)\n        ]  # why\n"
        "    elif f(2):\n        pass\n    z = 1; f(3)\n"
    )
    file = seen(tmp_path, text)
    first, second, third = file.nodes(ast.Call)
    assert applied(text, line_before(file, first, "x = 1")) == text.replace(
        "        y = [", "        x = 1\n        y = ["
    )
    assert applied(text, lines_after(file, first, ["x = 1", "y = 2"])) == text.replace(
        "# why\n", "# why\n        x = 1\n        y = 2\n"
    )
    assert [line_before(file, each, "x") for each in (second, third)] == [None, None]
    assert lines_after(file, second, ["x"]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "await asyncio.to_thread(f)"),
        ("x = f(1, b=2)", "x = await asyncio.to_thread(f, 1, b=2)"),
        ("f(1).text[0]", "(await asyncio.to_thread(f, 1)).text[0]"),
        ("f(1)[0]", "(await asyncio.to_thread(f, 1))[0]"),
        ("not f(1)", "not await asyncio.to_thread(f, 1)"),
        ("(f)(1)", "await asyncio.to_thread((f), 1)"),
        ("f(\n        1,\n    )", "await asyncio.to_thread(f,\n        1,\n    )"),
        ("[f(x) for x in y]", "[await asyncio.to_thread(f, x) for x in y]"),
    ],
)
def test_a_thread_waits(tmp_path: Path, before: str, after: str) -> None:
    text = f"import asyncio\n\nasync def g(y):\n    {before}\n"
    file = seen(tmp_path, text)
    found = next(node for node in file.nodes(ast.Call) if file.source(node.func).strip("()") == "f")
    fix = threaded(file, found)
    assert fix is not None
    made = applied(text, *fix.edits)
    assert made == f"import asyncio\n\nasync def g(y):\n    {after}\n"
    ast.parse(made)


@pytest.mark.parametrize(
    "body",
    [
        "async def g(y):\n    with f(): ...",
        "async def g(y):\n    await f()",
        "async def g(y):\n    for x in f(): ...",
        "async def g(y):\n    return (f(x) for x in y)",
        "async def g(y):\n    return lambda: f()",
        "async def g(y):\n    return f'{f()}'",
        "def g(y):\n    f()",
        "f()",
    ],
)
def test_where_no_await_can_stand(tmp_path: Path, body: str) -> None:
    file = seen(tmp_path, body + "\n")
    assert threaded(file, call(file)) is None


def test_what_is_opened_is_read_here_again(tmp_path: Path) -> None:
    file = seen(tmp_path, "async def g():\n    x = open('a')\n")
    assert threaded(file, call(file, "open")) is None


MADE = "logger = logging.getLogger(__name__)\n"


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("import logging\nlog = logging.getLogger('x')\nf()\n", "log", None),
        ("from loguru import logger as L\nf()\n", "L", None),
        (
            "import os  # why\nf()\n",
            "logger",
            "import logging\nimport os  # why\n\nlogger = logging.getLogger(__name__)\nf()\n",
        ),
        (
            "from a import f\n\n\ndef g(): f()\n",
            "logger",
            f"import logging\nfrom a import f\n\n{MADE}\n\ndef g(): f()\n",
        ),
    ],
)
def test_a_logger_is_taken_or_made(tmp_path: Path, before: str, name: str, after: str | None) -> None:
    file = seen(tmp_path, before)
    known = logger_for(file, call(file))
    assert known is not None
    assert (known[0], applied(before, *known[1])) == (name, after or before)


@pytest.mark.parametrize("text", ["f()\n", "import a\nlogger = a\nf()\n", "import a; f()\n"])
def test_a_logger_that_is_left_to_people(tmp_path: Path, text: str) -> None:
    file = seen(tmp_path, text)
    assert logger_for(file, call(file)) is None
