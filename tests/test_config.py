"""Where a project begins, what its section says, and what a path means under it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.config import (
    EXCLUDE,
    MIGRATIONS,
    TESTS,
    Config,
    excluded,
    find_root,
    line_of,
    load,
    matches,
    role,
    versions,
)
from flake8_fastapi_review.knowledge import Knowledge
from flake8_fastapi_review.registry import select

SECTION = "[tool.fastapi-review]\n"


def put(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def problems(root: Path, text: str) -> list[tuple[int | None, str]]:
    put(root, {"pyproject.toml": text})
    return [(problem.line, problem.message) for problem in load(str(root)).problems]


# The root


class TestRoot:
    def test_nearest_section_wins_over_everything(self, tmp_path: Path) -> None:
        put(
            tmp_path,
            {"pyproject.toml": SECTION, "api/.git/HEAD": "", "api/pyproject.toml": "[project]", "api/app/a.py": ""},
        )
        assert find_root(str(tmp_path / "api/app/a.py")) == str(tmp_path)

    def test_an_inner_section_wins_over_an_outer_one(self, tmp_path: Path) -> None:
        put(
            tmp_path,
            {"pyproject.toml": SECTION, "api/pyproject.toml": "[tool.fastapi-review.rules.FAR001]", "api/a.py": ""},
        )
        assert find_root(str(tmp_path / "api/a.py")) == str(tmp_path / "api")

    @pytest.mark.parametrize(
        "text", ["dependencies = ['flake8-fastapi-review']", "# [tool.fastapi-review]", "[tool.fastapi-reviews]"]
    )
    def test_a_mention_is_no_section(self, tmp_path: Path, text: str) -> None:
        put(tmp_path, {"pyproject.toml": SECTION, "api/pyproject.toml": text, "api/a.py": ""})
        assert find_root(str(tmp_path / "api/a.py")) == str(tmp_path)

    def test_repository(self, tmp_path: Path) -> None:
        put(tmp_path, {".git": "gitdir: elsewhere", "api/pyproject.toml": "[project]", "api/a.py": ""})
        assert find_root(str(tmp_path / "api/a.py")) == str(tmp_path)

    @pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "setup.cfg"])
    def test_packaging(self, tmp_path: Path, name: str) -> None:
        put(tmp_path, {f"api/{name}": "", "api/app/deep/a.py": ""})
        assert find_root(str(tmp_path / "api/app/deep/a.py")) == str(tmp_path / "api")

    def test_working_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path, {"api/app/__init__.py": "", "api/app/a.py": ""})
        monkeypatch.chdir(tmp_path)
        assert find_root("api/app/a.py") == str(tmp_path)

    def test_folder_above_the_package(self, tmp_path: Path) -> None:
        put(tmp_path, {"api/app/__init__.py": "", "api/app/deep/__init__.py": "", "api/app/deep/a.py": ""})
        assert find_root(str(tmp_path / "api/app/deep/a.py")) == str(tmp_path / "api")
        assert find_root(str(tmp_path / "api/app/deep")) == str(tmp_path / "api")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        put(tmp_path, {"pyproject.toml": SECTION})
        assert find_root(str(tmp_path / "new/buffer.py")) == str(tmp_path)


# The section


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "pyproject.toml": """
[tool.fastapi-review]
select = ["FAR00", "FAR01"]
extend-select = ["FAR020"]
ignore = ["FAR009"]
extend-ignore = ["FAR010"]
exclude = ["generated/", "!build/"]
src = "backend"
tests = ["checks/"]
migrations = ["db/versions/"]
scripts = []
examples = ["demo/"]
target-version = "py312"
structural-rules = ["review/rules"]

[tool.fastapi-review.per-file-ignores]
"legacy/*" = ["FAR0"]

[tool.fastapi-review.severity]
FAR001 = "Blocker"
FAR19 = "minor"

[tool.fastapi-review.rules.FAR001]
allow = ["app.io.read"]

[tool.fastapi-review.knowledge]
blocks = [{ name = "app.slow" }]
"""
        },
    )
    (tmp_path / "backend").mkdir()
    config = load(str(tmp_path))
    assert config.problems == ()
    assert config.root == str(tmp_path)
    assert config.select == ("FAR00", "FAR01")
    assert config.extend_select == ("FAR020",)
    assert config.ignore == ("FAR009",)
    assert config.extend_ignore == ("FAR010",)
    assert config.exclude == (*EXCLUDE, "generated/", "!build/")
    assert config.src == ("backend",)
    assert config.tests == ("checks/",)
    assert config.migrations == ("db/versions/",)
    assert config.scripts == ()
    assert config.examples == ("demo/",)
    assert config.target_version == (3, 12)
    assert config.structural_rules == ("review/rules",)
    assert config.per_file_ignores == (("legacy/*", ("FAR0",)),)
    assert config.severity == {"FAR001": "critical", "FAR19": "minor"}
    assert config.rules == {"FAR001": {"allow": ["app.io.read"]}}
    assert config.knowledge == {"blocks": [{"name": "app.slow"}]}


MIGRATION = "revision = 'b7e1'\ndown_revision = 'a1f0'\n"


@pytest.mark.parametrize(
    ("text", "migrations", "since", "dialect"),
    [
        ("", MIGRATIONS, "", ""),
        ("migrations = []", (), "", ""),
        ("[tool.fastapi-review.migrations]\nsince = 'b7e1'", MIGRATIONS, "b7e1", ""),
        ("[tool.fastapi-review.migrations]\nsince = 2025-01-31", MIGRATIONS, "2025-01-31", ""),
        ("[tool.fastapi-review.migrations]\nsince = '2025-01-31'", MIGRATIONS, "2025-01-31", ""),
        ("migrations = {paths = ['db/'], dialect = 'mysql'}", ("db/",), "", "mysql"),
    ],
)
def test_migrations(text: str, migrations: tuple[str, ...], since: str, dialect: str, tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": f"[tool.fastapi-review]\n{text}\n", "alembic/versions/b7e1.py": MIGRATION})
    config = load(str(tmp_path))
    assert (config.migrations, config.since, config.dialect) == (migrations, since, dialect)
    assert config.problems == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("since = 'b7e2'", 3, "`migrations.since`: there is no revision `b7e2`"),
        (
            "since = '2025-31-1'",
            3,
            "`migrations.since` must be a revision or a date such as 2025-01-31, not '2025-31-1'",
        ),
        ("\nsince = 5", 4, "`migrations.since` must be a revision or a date such as 2025-01-31, not 5"),
        ("dialect = 'postgres'", 3, "`migrations.dialect` must be postgresql, mysql, sqlite, mssql or oracle, not "),
        ("paths = 'db/'", 3, "`migrations.paths` must be a list of strings, not 'db/'"),
        ("sinse = 'b7e1'", 3, "unknown key `migrations.sinse`, did you mean `since`?"),
    ],
)
def test_a_mistake_about_migrations(text: str, line: int, message: str, tmp_path: Path) -> None:
    files = {"pyproject.toml": f"[tool.fastapi-review]\n[tool.fastapi-review.migrations]\n{text}\n"}
    put(tmp_path, {**files, "alembic/versions/b7e1.py": MIGRATION})
    config = load(str(tmp_path))
    assert (config.migrations, config.since, config.dialect) == (MIGRATIONS, "", "")
    (problem,) = config.problems
    assert problem.line == line
    assert problem.message.startswith(f"[tool.fastapi-review] {message}")


def test_revisions_that_are_not_found_are_not_missed(tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": "[tool.fastapi-review.migrations]\nsince = 'b7e2'\n", "app/a.py": ""})
    assert load(str(tmp_path)).problems == ()


def test_nothing_said(tmp_path: Path) -> None:
    config = load(str(tmp_path))
    assert (config.select, config.problems, config.rules, config.tests) == ((), (), {}, TESTS)
    assert config.target_version is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("ignroe = []", 2, "unknown key `ignroe`, did you mean `ignore`?"),
        ("extend_select = []", 2, "unknown key `extend_select`, did you mean `extend-select`?"),
        ("colour = 1", 2, "unknown key `colour`"),
        ("\n\nselect = 'FAR'", 4, "`select` must be a list of strings, not 'FAR'; the default is used"),
        ("exclude = [1]", 2, "`exclude` must be a list of strings, not [1]; the default is used"),
        (
            "target-version = 3.12",
            2,
            '`target-version` must be a version of Python such as "3.12" or "py312", not 3.12;',
        ),
        ("rules = 1", 2, "`rules` must be a table, not 1; the default is used"),
        ("rules.FAR001 = 1", 2, "`rules.FAR001` must be a table, not 1; the default is used"),
        ("per-file-ignores.'a*' = 'FAR001'", 2, "`per-file-ignores.\"a*\"` must be a list of strings, not 'FAR001';"),
        ("severity.FAR001 = 'bad'", 2, "`severity.FAR001` must be critical, important or minor, not 'bad';"),
        ("knowledge = []", 2, "`knowledge` must be a table, not []; the default is used"),
    ],
)
def test_mistakes_are_told_and_cost_nothing_else(tmp_path: Path, text: str, line: int, message: str) -> None:
    ((where, said),) = problems(tmp_path, f"{SECTION}{text}\nignore = ['FAR001']\n")
    assert said.startswith(f"[tool.fastapi-review] {message}")
    assert where == line
    assert load(str(tmp_path)).ignore == ("FAR001",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("src = 'backnd'", "`src`: there is no folder `backnd`, did you mean `backend`?"),
        ("src = ['backend', 'lib']", "`src`: there is no folder `lib`"),
        ("src = ['backend/ap']", "`src`: there is no folder `backend/ap`, did you mean `backend/app`?"),
        ("src = ['pyproject.toml']", "`src`: there is no folder `pyproject.toml`"),
        ("src = ['../nowhere']", "`src`: there is no folder `../nowhere`"),
        ("tests = ['/chekcs/']", "`tests`: there is no file or folder `/chekcs/`, did you mean `checks`?"),
        ("scripts = ['/backend/tool.py']", "`scripts`: there is no file or folder `/backend/tool.py`"),
    ],
)
def test_places_that_are_not_there(tmp_path: Path, text: str, message: str) -> None:
    put(tmp_path, {"backend/app/a.py": "", "checks/test_a.py": ""})
    ((line, said),) = problems(tmp_path, f"{SECTION}{text}\n")
    assert (line, said) == (2, f"[tool.fastapi-review] {message}")
    assert load(str(tmp_path)).src == (("backend",) if "'backend'" in text else ())


def test_places_that_are_there_or_may_come(tmp_path: Path) -> None:
    put(tmp_path, {"backend/app/a.py": "", "checks/test_a.py": ""})
    text = (
        "src = ['.', './backend/', 'backend/../checks']\nexclude = ['/made/']\ntests = ['/checks', '/c*/', 'more/']\n"
    )
    assert problems(tmp_path, SECTION + text) == []
    assert load(str(tmp_path)).src == (".", "backend", "checks")


def test_all_mistakes_are_told(tmp_path: Path) -> None:
    assert [line for line, _ in problems(tmp_path, f"{SECTION}a = 1\nselect = 2\nb = 3\n")] == [2, 3, 4]


@pytest.mark.parametrize("key", configuration.KEYS)
def test_no_value_of_any_key_is_fatal(tmp_path: Path, key: str) -> None:
    values = [
        "1",
        "1.5",
        "true",
        "''",
        "'x'",
        "[]",
        "[1]",
        "['x']",
        "[[]]",
        "{}",
        "{ x = 1 }",
        "{ x = [1] }",
        "{ FAR001 = { x = 1 } }",
    ]
    for value in [*values, "1979-05-27", "[{ x = 1 }]", "{ '' = {} }", "{ 'FAR001' = [''] }", "nan", '"\\u0000"']:
        put(tmp_path, {"pyproject.toml": f"{SECTION}{key} = {value}\n"})
        config = load(str(tmp_path))
        assert all(problem.line == 2 and "\n" not in problem.message for problem in config.problems)
        select(config)
        role(config, "app/a.py", "x = 1\n")
        excluded(config, "app/a.py")
        versions(config)


def test_the_section_may_be_anything(tmp_path: Path) -> None:
    assert problems(tmp_path, "[[tool.fastapi-review]]\nselect = []\n")[0][1].startswith("[tool.fastapi-review] `tool.")


def test_broken_toml_is_told(tmp_path: Path) -> None:
    ((line, message),) = problems(tmp_path, f"{SECTION}select = [\nignore = 1\n")
    assert message.startswith("pyproject.toml is not valid TOML, the defaults are used: ")
    assert line in (2, 3, 4)
    assert "\n" not in message


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.fastapi-review]\nselect = ['\xff']\n")
    assert load(str(tmp_path)).problems == ()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("select",), 2),
        (("rules", "FAR001", "allow"), 6),
        (("rules", "FAR001"), 5),
        (("rules", "FAR002", "deep"), 4),
        (("severity", "FAR001"), 3),
        (("nowhere",), 1),
    ],
)
def test_line_of(keys: tuple[str, ...], line: int) -> None:
    text = """[tool.fastapi-review]
select = []
severity = { FAR001 = "minor" }
rules.FAR002.deep = 1
[tool.fastapi-review.rules.FAR001]
allow = []
[tool.other]
select = []
"""
    assert line_of(text, *keys) == line


def test_no_toml_parser_without_a_section(tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n"})
    program = (
        "import sys; from flake8_fastapi_review import config; found = config.load(sys.argv[1]);"
        "print(found.target_version, [name for name in ('tomllib', 'tomli', 'difflib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(3, 11) []"


# Globs


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("tests", "tests/a.py", True),
        ("tests/", "tests/a.py", True),
        ("tests/", "api/tests/b/c.py", True),
        ("tests/", "tests", False),
        ("tests", "mytests/a.py", False),
        ("tests", "tests.py", False),
        ("/tests", "api/tests/a.py", False),
        ("/tests", "tests/a.py", True),
        ("test_*.py", "api/test_a.py", True),
        ("test_*.py", "test_api/a.py", False),
        ("*.py", "a/b/c.py", True),
        ("app/*.py", "src/app/a.py", True),
        ("app/*.py", "app/deep/a.py", False),
        ("app/**/a.py", "app/a.py", True),
        ("app/**/a.py", "app/deep/er/a.py", True),
        ("app/**", "app/deep/a.py", True),
        ("app/**", "application/a.py", False),
        ("**/gen", "a/b/gen/c.py", True),
        ("**/gen", "gen/c.py", True),
        ("app/*", "app/deep/a.py", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("v1.0", "v1x0/a.py", False),
        ("./app", "app/a.py", True),
        ("app\\api", "app/api/a.py", True),
    ],
)
def test_globs(pattern: str, path: str, found: bool) -> None:
    assert matches((pattern,), path) is found


def test_no_pattern_matches_nothing() -> None:
    assert not matches((), "a.py")


@pytest.mark.parametrize(
    ("patterns", "path", "found"),
    [
        ((), "app/a.py", False),
        ((), ".venv/lib/a.py", True),
        ((), "deep/site-packages/a.py", True),
        ((), "build/lib/a.py", True),
        (("!build/",), "build/lib/a.py", False),
        (("gen/", "!gen/keep.py"), "gen/a.py", True),
        (("gen/", "!gen/keep.py"), "gen/keep.py", False),
        (("!gen/keep.py", "gen/"), "gen/keep.py", True),
    ],
)
def test_excluded(patterns: tuple[str, ...], path: str, found: bool) -> None:
    assert excluded(Config("/x", exclude=patterns), path) is found


# Roles


PYTEST = "import pytest\n\n@pytest.fixture\ndef client(): ...\n"
REVISION = 'revision: str = "a"\ndown_revision: str | None = None\n'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/main.py", "", "app"),
        ("app/main.py", 'if __name__ == "__main__":\n    run()\n', "app"),
        ("tests/api/helper.py", "", "test"),
        ("app/test/a.py", "", "test"),
        ("app/conftest.py", "", "test"),
        ("app/test_users.py", "def test_users(): ...", "test"),
        ("app/users_test.py", "import pytest", "test"),
        ("app/test_results.py", "router = APIRouter()\nasync def test_results(): ...", "app"),
        ("app/routers/tests.py", "async def test_connection(): ...", "app"),
        ("app/support.py", PYTEST, "test"),
        ("app/support.py", "from unittest import mock\n", "app"),
        ("alembic/versions/1_a.py", "", "migration"),
        ("app/migrations/versions/1_a.py", "", "migration"),
        ("alembic/env.py", "", "migration"),
        ("app/db/steps/1_a.py", REVISION, "migration"),
        ("app/db/steps/1_a.py", "revision = 1\n", "app"),
        ("app/db/steps/1_a.py", "    revision = 1\n    down_revision = 2\n", "app"),
        ("api/versions/v1.py", "", "app"),
        ("scripts/load.py", "", "script"),
        ("setup.py", "", "script"),
        ("app/setup.py", "", "script"),
        ("manage.py", "", "script"),
        ("docs_src/a.py", "", "example"),
        ("docs/build/a.py", "", "example"),
        ("app/routers/docs/a.py", "", "app"),
        ("app/routers/samples/a.py", "", "app"),
        ("examples/app/main.py", "", "example"),
        ("examples/tests/a.py", "", "test"),
        ("app/examples.py", "", "app"),
    ],
)
def test_roles(path: str, text: str, expected: str) -> None:
    assert role(Config("/x"), path, text) == expected


def test_roles_as_the_project_says() -> None:
    config = Config("/x", tests=("checks/",), scripts=(), examples=("demo/",), migrations=("db/*.py",))
    assert role(config, "tests/a.py", "") == "app"
    assert role(config, "app/support.py", PYTEST) == "app"
    assert role(config, "checks/a.py", "") == "test"
    assert role(config, "scripts/a.py", "") == "app"
    assert role(config, "demo/a.py", "") == "example"
    assert role(config, "db/a.py", "") == "migration"


# Versions


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[project]\ndependencies = ["fastapi>=0.110,<1", "x"]\n'}, (0, 110)),
        (
            {"pyproject.toml": "[project]\ndependencies = [\"fastapi[standard] ~= 0.99.1 ; python_version > '3'\"]\n"},
            (0, 99),
        ),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["FastAPI==0.111.0"]\n'}, (0, 111)),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nfastapi = "^0.95.2"\n'}, (0, 95)),
        (
            {"pyproject.toml": '[tool.poetry.dependencies]\nfastapi = { version = "^0.96", extras = ["all"] }\n'},
            (0, 96),
        ),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nfastapi = "0.97"\n'}, (0, 97)),
        ({"requirements.txt": "uvicorn==1\nfastapi==0.68.0\n"}, (0, 68)),
        ({"requirements-dev.txt": "fastapi >= 0.70\n", "requirements/base.txt": "fastapi==0.80\n"}, (0, 70)),
        ({"backend/requirements.txt": "fastapi==0.81\n"}, (0, 81)),
        ({"setup.py": 'setup(install_requires=["fastapi>=0.60"])\n'}, (0, 60)),
        ({"setup.cfg": "[options]\ninstall_requires =\n    fastapi>=0.61\n"}, (0, 61)),
        ({"Pipfile": '[packages]\nfastapi = "==0.62"\n'}, (0, 62)),
        (
            {
                "pyproject.toml": '[project]\ndependencies = ["fastapi>=0.60"]\n',
                "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.115.6"\n',
            },
            (0, 115),
        ),
        ({"poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.100.1"\ndescription = ""\n'}, (0, 100)),
        ({"Pipfile.lock": '{"default": {"fastapi": {"hashes": ["a"], "version": "==0.63.0"}}}'}, None),
        (
            {"Pipfile.lock": '{\n    "fastapi": {\n        "hashes": ["a"],\n        "version": "==0.63.0"\n    }\n}'},
            (0, 63),
        ),
        ({"pyproject.toml": '[project]\ndependencies = ["fastapi", "fastapi-users>=12"]\n'}, None),
        ({"pyproject.toml": '[project]\ndependencies = ["fastapi<1"]\n'}, None),
        ({}, None),
    ],
)
def test_versions(tmp_path: Path, files: dict[str, str], expected: tuple[int, int] | None) -> None:
    put(tmp_path, files)
    found = versions(load(str(tmp_path)))
    assert found["fastapi"] == expected
    assert set(found) == set(configuration.PACKAGES)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.10,<4"\n'}, (3, 10)),
        ({"pyproject.toml": f'{SECTION}target-version = "3.13"\n[project]\nrequires-python = ">=3.10"\n'}, (3, 13)),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.9"\n'}, (3, 9)),
        ({"setup.cfg": "[options]\npython_requires = >=3.8\n"}, (3, 8)),
        ({"setup.py": "setup(python_requires='>=3.7')\n"}, (3, 7)),
        ({"pyproject.toml": '[project]\nrequires-python = "<4"\n'}, None),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3"\n'}, None),
    ],
)
def test_target_version(tmp_path: Path, files: dict[str, str], expected: tuple[int, int] | None) -> None:
    assert load(str(put(tmp_path, files))).target_version == expected


# The documentation


DOCS = (Path(configuration.__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")


def test_the_documented_example_is_right(tmp_path: Path) -> None:
    example = DOCS.partition("```toml\n")[2].partition("```")[0]
    put(tmp_path, {"pyproject.toml": example})
    assert select(load(str(tmp_path))).problems == ()


def test_the_documented_rows_of_knowledge_are_right(tmp_path: Path) -> None:
    example = DOCS.partition("<!-- snippet: knowledge -->\n```toml\n")[2].partition("```")[0]
    put(tmp_path, {"pyproject.toml": example})
    config = load(str(tmp_path))
    assert config.problems == ()
    knowledge = Knowledge(config.knowledge)
    assert knowledge.blocking("billing.Client.charge") is not None
    assert knowledge.decorator("app.concurrency.in_thread") == "thread"
    assert knowledge.is_subclass("company_errors.Refused", "starlette.exceptions.HTTPException")
    assert knowledge.returns("billing.connect") == "billing.Client"


def test_every_key_is_documented() -> None:
    table = DOCS.partition("## Keys")[2].partition("### ")[0]
    assert {
        key for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall("`(.*?)`", row)
    } == set(configuration.KEYS)


@pytest.mark.parametrize("names", [configuration.TESTS, configuration.EXAMPLES, configuration.SCRIPTS, EXCLUDE])
def test_every_default_is_documented(names: tuple[str, ...]) -> None:
    quoted = DOCS + "`.mypy_cache` `.ruff_cache` `.pytest_cache` `.fastapi-review-cache`"
    assert [name for name in names if f"`{name}`" not in quoted and f"`{name.strip('/')}`" not in quoted] == []
