"""Protocols: what a project writes of them, and the questions of File that the rules ask."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import registry
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from flake8_fastapi_review.file import File

CODE = """\
def check(): ...


def work(): ...


def spend(): ...


def helper():
    check()


def half(flag):
    if flag:
        check()


def straight():
    check()
    work()
    spend()


def bare():
    work()


def through():
    helper()
    work()
    if straight():
        spend()


def loose(flag):
    half(flag)
    work()


def handled():
    try:
        check()
        work()
    except ValueError:
        return
    spend()
"""


@pytest.fixture
def file(tmp_path: Path) -> File:
    (tmp_path / "pyproject.toml").write_text("[tool.fastapi-review]\n", "utf-8")
    (tmp_path / "app.py").write_text(CODE, "utf-8")
    configuration.forget()
    return Project(str(tmp_path), configuration.load(str(tmp_path))).file("app.py")


def calls_in(file: File, function: str, names: frozenset[str]) -> list[ast.Call]:
    return [
        call
        for call in file.protocol_calls(names)
        if isinstance(around := file.function(call), ast.FunctionDef) and around.name == function
    ]


WORK, CHECK, SPEND = frozenset(("app.work",)), frozenset(("check",)), frozenset(("app.spend",))


@pytest.mark.parametrize(
    ("function", "is_guarded"),
    [("straight", True), ("bare", False), ("through", True), ("loose", False), ("handled", True)],
)
def test_what_is_guarded(file: File, function: str, is_guarded: bool) -> None:
    (call,) = calls_in(file, function, WORK)
    steps = file.unguarded(call, CHECK)
    assert (steps is None) == is_guarded
    if steps is not None:
        assert [(step.path, step.line) for step in steps] == [("app.py", call.lineno)]


@pytest.mark.parametrize(
    ("function", "is_followed"), [("straight", True), ("bare", False), ("loose", False), ("handled", True)]
)
def test_what_is_followed(file: File, function: str, is_followed: bool) -> None:
    (call,) = calls_in(file, function, WORK)
    assert (file.unfollowed(call, SPEND) is None) == is_followed


def test_what_surely_runs(file: File) -> None:
    helper, half = (
        next(each for each in file.nodes(ast.Call) if file.source(each.func) == n) for n in ("helper", "half")
    )
    assert file.surely_runs(helper.func, CHECK)
    assert not file.surely_runs(half.func, CHECK)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[tool.fastapi-review.protocols.quota]\noperation = []\n", 2,
         "a protocol has no key `operation`, did you mean `operations`?"),
        ("[tool.fastapi-review.protocols.quota]\noperations = 'work'\n", 2,
         "`protocols.quota.operations` must be a list of strings, not 'work'; it is left out"),
        ("[tool.fastapi-review.protocols.quota]\nstatus = '402'\n", 2,
         "`protocols.quota.status` must be a whole number, not '402'; it is left out"),
        ("[tool.fastapi-review.protocols]\nquota = 1\n", 2,
         "`protocols.quota` must be a table, not 1; the default is used"),
        ("[tool.fastapi-review]\nprotocol = {}\n", 2, "unknown key `protocol`, did you mean `protocols`?"),
        ("[tool.fastapi-review.protocols.quota]\noperations = ['work']\n", 1,
         "the protocol `quota` says nothing to any rule: FAR200 needs `checks`"),
        ("[tool.fastapi-review.rules.FAR165]\npattern = '([a-z'\n", 2,
         "`rules.FAR165.pattern` must be a regular expression (unterminated character set at position 1), not '([a-z'; "
         "the default is used"),
    ],
)  # fmt: skip
def test_problems_name_the_key(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    configuration.forget()
    (problem,) = registry.select(configuration.load(str(tmp_path))).problems
    assert (problem.line, problem.message) == (line, f"[tool.fastapi-review] {message}")


NAMES = [
    ("app.quota.check", None),
    ("app.quota.chekc", "`app/quota.py` has no `chekc`, did you mean `check`?"),
    ("app.quotas.check", "`app` has no `quotas`, did you mean `quota`?"),
    ("app.quota.Service.chek", "`app/quota.py` has no `chek`, did you mean `check`?"),
    ("app.quota.Service.*", None),
    ("app.quota.Derived.anything", None),
    ("app.exported", None),
    ("inner.tools.run", None),
    ("inner.tools.walk", "`lib/inner/tools.py` has no `walk`"),
    ("redis.Redis.get", None),
    ("check", None),
]


@pytest.mark.parametrize(("name", "problem"), NAMES)
def test_names_that_are_not_there(tmp_path: Path, name: str, problem: str | None) -> None:
    modules = {
        "app/__init__.py": "from .quota import check as exported\n",
        "app/quota.py": "def check(): ...\n\n\nclass Service: ...\n\n\nclass Derived(Service): ...\n",
        "lib/inner/tools.py": "def run(): ...\n",
    }
    for path, text in modules.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    settings = f"[tool.fastapi-review.protocols.quota]\noperations = ['work']\nchecks = ['{name}']\n"
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    configuration.forget()
    problems = registry.select(configuration.load(str(tmp_path))).problems
    start = f"[tool.fastapi-review] `{name}` in `protocols.quota.checks` is not there: "
    assert [(each.line, each.message) for each in problems] == ([(3, start + problem)] if problem else [])


def test_a_protocol_fills_in_the_rules_that_it_speaks_to(tmp_path: Path) -> None:
    settings = '[tool.fastapi-review.protocols.quota]\noperations = ["work"]\nchecks = ["check"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    configuration.forget()
    chosen = registry.select(configuration.load(str(tmp_path))).codes
    assert "FAR200" in chosen
    assert chosen.isdisjoint({"FAR201", "FAR202", "FAR203", "FAR204", "FAR205"})


OTHER_FILES = {
    "deploy.sh": "#!/bin/sh\nset -e\nalembic upgrade head  # now\nuv run alembic upgrade head\n"
    "exec uvicorn app:app\n# alembic\n",
    "Makefile": "test:\n\tpytest -q\n\tuv run pytest\npytest = 1\n",
    "Dockerfile": 'FROM python\nRUN pip install uvicorn && alembic upgrade head\nCMD ["uvicorn", "app:app"]\n'
    'FROM python\nENTRYPOINT ["uv", "run", "uvicorn"]\nCOPY alembic alembic\n',
    "ci.yml": "jobs:\n  pytest:\n    steps:\n      - run: pytest -q\n      - run: |\n          alembic upgrade head\n"
    "          uv run pytest\n      - name: pytest runs\n",
    "pyproject.toml": '[tool.fastapi-review.rules.FAR206]\ncommands = ["alembic", "pytest", "uvicorn"]\n'
    '[tool.poe.tasks]\ntest = "pytest -q"\nserve = "uv run uvicorn app:app"\n[project]\nname = "pytest"\n',
}


def test_commands_in_other_files(tmp_path: Path) -> None:
    for name, text in OTHER_FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "app.py").write_text("NAME = 1\n", "utf-8")
    configuration.forget()
    found = [
        (os.path.basename(path), violation.range.line, violation.message.split("`")[1])
        for path, violation in review([str(tmp_path)], cache_dir="").findings
    ]
    assert sorted(found) == [
        ("Dockerfile", 2, "alembic"),
        ("Dockerfile", 3, "uvicorn"),
        ("Makefile", 2, "pytest"),
        ("ci.yml", 4, "pytest"),
        ("ci.yml", 6, "alembic"),
        ("deploy.sh", 3, "alembic"),
        ("deploy.sh", 5, "uvicorn"),
        ("pyproject.toml", 4, "pytest"),
    ]


def test_tables_of_options_name_their_keys(tmp_path: Path) -> None:
    settings = '[[tool.fastapi-review.rules.FAR207.demands]]\nmatch = "*"\ndecoration = "x"\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    configuration.forget()
    (problem,) = registry.select(configuration.load(str(tmp_path))).problems
    assert "must be without `decoration`, did you mean `decorator`?" in problem.message
