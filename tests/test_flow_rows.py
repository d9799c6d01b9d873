"""Every row about untrusted input: a call made as the row says is found, with the value anywhere else it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.knowledge import _flow_rows as rows
from flake8_fastapi_review.knowledge.flows import SINKS
from flake8_fastapi_review.project import Project

HEAD = "import fastapi, pathlib, {module}\nfrom fastapi import FastAPI, Request\napp = FastAPI()\n"
HANDLER = """
{setup}
@app.post("/")
async def handler(request: Request):
    value = (await request.json())["x"]
    {statement}
"""
_LOOSE = {"archive", "attribute", "backtracking", "fields"}
"""Kinds that take more than a call, or no row: their rules have fixtures."""


_MODULES = ("PIL", "PIL.Image", "MySQLdb")
_CLASSES = (
    "psycopg2.extensions.cursor",
    "sqlalchemy.orm.scoped_session",
    "sqlalchemy.ext.asyncio.async_scoped_session",
)


def _is_class(name: str) -> bool:
    return name in _CLASSES or (name.rpartition(".")[2][:1].isupper() and name not in _MODULES)


def _call(name: str, which: int | str, value: str, condition: str) -> tuple[str, str, str]:
    """The module to import, what stands before the handler, and the call with `value` at the argument `which`."""
    parts = name.split(".")
    cls = next((place for place in range(len(parts) - 1) if _is_class(".".join(parts[: place + 1]))), None)
    module = ".".join(parts[: cls if cls is not None else -1]) or "builtins"
    given = []
    if isinstance(which, int):
        given = ["None"] * which + [value]
    elif which == "*":
        given = [value]
    elif which == "headers":
        given = [f'headers={{"X-Name": {value}}}']
    elif which != "self":
        given = [f"{which}={value}"]
    if "~" in condition or "=" in condition:
        keyword, wanted = condition.replace("~", "=").split("=")
        texts = {"Loader": "yaml.UnsafeLoader", "media_type": '"text/html"', "filter": '"fully_trusted"'}
        given.append(f"{keyword}={texts.get(keyword, wanted)}")
    arguments = ", ".join(given)
    if cls is None or cls == len(parts) - 1:
        return module, "", f"{name.removeprefix('builtins.')}({arguments})"
    owner = ".".join(parts[: cls + 1])
    if which == "self":
        return module, "", f"{owner}({value}).{parts[-1]}({arguments})"
    setup = f"def make() -> {owner}: ...\ntarget = make()"
    return module, setup, f"target.{'.'.join(parts[cls + 1 :])}({arguments})"


def _findings(folder: Path, text: str) -> set[tuple[str, int]]:
    """The kinds of what is found, with the lines."""
    (folder / "main.py").write_text(text, "utf-8")
    project = Project(str(folder), configuration.load(str(folder)), None)
    file = project.file("main.py")
    return {(finding.kind, finding.line) for finding in project.taint.findings(file._module)}


def _kinds(folder: Path, text: str) -> set[str]:
    return {kind for kind, _ in _findings(folder, text)}


@pytest.mark.parametrize("kind", sorted(set(SINKS) - _LOOSE))
def test_what_reaches_a_sink_is_found(kind: str, tmp_path: Path) -> None:
    text = HEAD.format(module="os")
    wanted: dict[int, str] = {}
    for name, found in sorted(rows.SINKS.items()):
        for which, condition in ((which, row[2]) for row in found if row[0] == kind for which in row[1][:2]):
            module, setup, call = _call(name, which, "value", condition)
            setup = setup.replace("make", f"make_{len(wanted)}").replace("target", f"target_{len(wanted)}")
            call = call.replace("target.", f"target_{len(wanted)}.")
            text += f"import {module}\n" + HANDLER.format(setup=setup, statement=call)
            wanted[text.count("\n")] = f"{call}  # {name} {which}"
    assert wanted, f"no row of kind {kind}"
    found_lines = {line for found_kind, line in _findings(tmp_path, text) if found_kind == kind}
    assert [call for line, call in wanted.items() if line not in found_lines] == []


def test_another_argument_is_none(tmp_path: Path) -> None:
    texts = [HEAD.format(module="os, subprocess, sqlite3")]
    for number, (name, found) in enumerate(sorted(rows.SINKS.items())):
        kinds = {kind for kind, _, _ in found}
        if kinds & (_LOOSE | {"log", "path", "header"}) or any("self" in row[1] or "*" in row[1] for row in found):
            continue
        module, setup, call = _call(name, 0, "None", "")
        setup = setup.replace("make", f"make_{number}").replace("target", f"target_{number}")
        call = call.replace("target", f"target_{number}").rstrip(")") + ", None, None, None, value)"
        texts.append(f"import {module}\n" + HANDLER.format(setup=setup, statement=call))
    assert _kinds(tmp_path, "".join(texts)) == set()


@pytest.mark.parametrize("name", sorted(name for name, (_, safe, _) in rows.PASSES.items() if "*" in safe))
def test_what_takes_all_harm_out_of_a_value(name: str, tmp_path: Path) -> None:
    module, setup, call = _call(name, 0, "value", "")
    text = HEAD.format(module=module) + "import os\n" + HANDLER.format(setup=setup, statement=f"os.system({call})")
    assert _kinds(tmp_path, text) <= {"regex"}, text


@pytest.mark.parametrize("name", sorted(name for name, kind in rows.SOURCES.items() if kind != "database"))
def test_sources(name: str, tmp_path: Path) -> None:
    attribute = name.rpartition(".")[2]
    method = ".Request." in name or ".WebSocket." in name
    kind = "WebSocket" if ".WebSocket." in name else "Request"
    taken = f"await taker.{attribute}()" if method else f"taker.{attribute}"
    text = "import os\nfrom fastapi import FastAPI, Request, WebSocket\napp = FastAPI()\n"
    text += f'@app.{"websocket" if kind == "WebSocket" else "post"}("/")\nasync def handler(taker: {kind}):\n'
    if attribute.startswith("iter_") or attribute == "stream":
        text += f"    async for value in taker.{attribute}():\n        os.system(value)\n"
    else:
        text += f"    value = {taken}\n    os.system(value)\n"
    assert _kinds(tmp_path, text) == {"command"}, text


def test_what_the_database_returns(tmp_path: Path) -> None:
    text = "import os\n"
    wanted: dict[int, str] = {}
    for number, name in enumerate(sorted(name for name, kind in rows.SOURCES.items() if kind == "database")):
        module, setup, call = _call(name, 0, "None", "")
        setup = setup.replace("make", f"make_{number}").replace("target", f"target_{number}")
        text += f"import {module}\n{setup}\nasync def handler_{number}():\n"
        text += f"    os.system({call.replace('target.', f'target_{number}.')})\n"
        wanted[text.count("\n")] = name
    (tmp_path / "main.py").write_text(text, "utf-8")
    project = Project(str(tmp_path), configuration.load(str(tmp_path)), None)
    assert project.taint.findings(project.file("main.py")._module) == []
    project = Project(str(tmp_path), configuration.load(str(tmp_path)), None)
    project.taint.follow_stored()
    found = {each.line for each in project.taint.findings(project.file("main.py")._module)}
    assert [name for line, name in wanted.items() if line not in found] == []


# Rows of a project


DOCS = (Path(configuration.__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")
APP = """
import os
import sqlite3

import queueing
import warehouse
from fastapi import FastAPI

from app.reports import run_statement
from app.text import as_identifier, is_identifier

app = FastAPI()


@app.post("/a")
def sink_of_a_library(name: str):
    warehouse.Client().run(f"SELECT {name}")


@app.post("/b")
def sink_of_the_project(name: str):
    run_statement(statement=f"SELECT {name}")


@app.post("/c")
def source(message: str):
    os.system(queueing.Message().payload)


@app.post("/d")
def passed(name: str):
    run_statement(as_identifier(name))


@app.post("/e")
def checked(name: str):
    if not is_identifier(name):
        raise ValueError(name)
    run_statement(f"SELECT {name}")


@app.post("/f")
def passed_to_another_kind(name: str):
    os.system(as_identifier(name))
"""


def test_the_documented_rows_do_what_they_say(tmp_path: Path) -> None:
    example = DOCS.partition("<!-- snippet: untrusted -->\n```toml\n")[2].partition("```")[0]
    (tmp_path / "pyproject.toml").write_text(example, "utf-8")
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "reports.py").write_text("def run_statement(statement):\n    ...\n", "utf-8")
    (package / "text.py").write_text(
        "def as_identifier(text):\n    ...\n\n\ndef is_identifier(text):\n    ...\n", "utf-8"
    )
    configuration.forget()
    config = configuration.load(str(tmp_path))
    assert config.problems == ()
    project = Project(str(tmp_path), config, None)
    assert project.problem is None
    (tmp_path / "main.py").write_text(APP, "utf-8")
    file = project.file("main.py")
    found = {(each.handler.rpartition(":")[2], each.kind) for each in project.taint.findings(file._module)}
    assert found == {
        ("sink_of_a_library", "sql"),
        ("sink_of_the_project", "sql"),
        ("source", "command"),
        ("passed_to_another_kind", "command"),
    }


@pytest.mark.parametrize(
    ("rows_of_project", "message"),
    [
        ('sinks = [{ kind = "sqll", names = ["a.b"] }]', "'sqll' is no kind; did you mean 'sql'?"),
        ('sinks = [{ kind = "sql", arguments = [0] }]', "names: must be a list of texts"),
        ('sinks = [{ kind = "sql", names = ["a.b"], argument = 0 }]', "unknown key; did you mean 'arguments'?"),
        ('sources = [{ kind = "mail", names = ["a.b"] }]', "'mail' is none of path, query"),
        ('passes = [{ names = ["a.b"], safe = ["everything"] }]', "'everything' is no kind"),
        ('checks = [{ names = ["a.b"], argument = 0, when = "always" }]', "when"),
        ("sinks = 1", "must be an array of tables"),
    ],
)
def test_wrong_rows_are_told_in_one_line(rows_of_project: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.fastapi-review.knowledge]\n{rows_of_project}\n", "utf-8")
    configuration.forget()
    problem = Project(str(tmp_path), configuration.load(str(tmp_path)), None).problem
    assert problem is not None
    assert message in problem
    assert "\n" not in problem
