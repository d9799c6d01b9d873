"""Where the arguments of the project's functions go: File.handed_on, File.callers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.passing import Aim

if TYPE_CHECKING:
    from pathlib import Path

    from flake8_fastapi_review.file import File

AUDIT = """\
import logging

from . import texts

logger = logging.getLogger(__name__)


def record(event, value, *rest, **fields):
    logger.info("%s %s %s", event, texts.shown(value), fields)


def count(value):
    logger.info("%d", len(value))


def masked(value):
    logger.info(texts.mask(value))


def first(value, other):
    second(other, value)


def second(value, other):
    if value:
        first(other, value)
    logger.warning(f"{value}")


class Trail:
    def __init__(self, name):
        self.name = name

    def add(self, value):
        line = "added " + str(value)
        self.write(line)

    def write(self, line):
        logger.error(line)
"""
TEXTS = """\
def shown(value):
    return f"<{value}>"


def mask(value):
    return value[:2] + "***"
"""
MAIN = """\
from .audit import Trail, count, first, masked, record


def run(token, key):
    record("login", token)  # gets there: token
    record("login", value=token)  # gets there: token
    record("login", 1, token)  # gets there:
    record("login", 1, token=token)  # gets there: token
    record(token, key)  # gets there: token, key
    count(token)  # gets there:
    masked(token)  # gets there:
    first(token, key)  # gets there: key
    Trail(token)  # gets there:
    Trail("x").add(token)  # gets there: token
    print(token)  # gets there:
"""
LOGS = Aim(methods=frozenset(("info", "warning", "error")))


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    for name, text in (("__init__", ""), ("audit", AUDIT), ("texts", TEXTS), ("main", MAIN)):
        path = tmp_path / "shop" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Project(str(tmp_path), load(str(tmp_path)))


def calls(file: File) -> list[ast.Call]:
    return [node.value for node in file.nodes(ast.Expr) if isinstance(node.value, ast.Call)]


def test_arguments_are_followed_to_the_logger(shop: Project) -> None:
    file = shop.file("shop/main.py")
    for call in calls(file):
        expected = file.lines[call.lineno - 1].rpartition("there:")[2].replace(" ", "")
        found = [each.argument.id for each in file.handed_on(call, LOGS) if isinstance(each.argument, ast.Name)]
        assert ",".join(found) == expected, file.source(call)


def test_the_chain_is_told(shop: Project) -> None:
    file = shop.file("shop/main.py")
    (found,) = file.handed_on(next(call for call in calls(file) if "add" in file.source(call)), LOGS)
    assert found.text == "add → write → Logger.error shop/audit.py:39"
    assert found.steps == ("value", "line")
    assert found.name == "logging.Logger.error"
    assert [(step.path, step.line) for step in found.related] == [("shop/audit.py", 36), ("shop/audit.py", 39)]


def test_what_is_called_before(shop: Project) -> None:
    file = shop.file("shop/audit.py")
    write = next(node for node in file.nodes(ast.FunctionDef) if node.name == "second")
    (found,) = file.callers(write)
    assert (found.line, found.called) == (21, ())


def test_callers_and_what_they_do_before(shop: Project) -> None:
    file = shop.file("shop/texts.py")
    mask = next(node for node in file.nodes(ast.FunctionDef) if node.name == "mask")
    found = file.callers(mask)
    assert [(caller.path, caller.line, caller.names) for caller in found] == [("shop/audit.py", 17, ())]


def test_an_edited_file_is_followed_anew(shop: Project) -> None:
    def found() -> int:
        file = shop.file("shop/main.py")
        return sum(len(file.handed_on(call, LOGS)) for call in calls(file) if "count" in file.source(call))

    shop.file("shop/audit.py", AUDIT)
    assert found() == 0
    shop.file("shop/audit.py", AUDIT.replace('"%d", len(value)', '"%s", value'))
    assert found() == 1
