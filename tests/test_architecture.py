"""What keeps the parts apart: the import contracts, what rules may not do, what flake8 has to load."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from toy import SLEEP, environment, project

from flake8_fastapi_review import registry

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "flake8_fastapi_review"
SOURCES = sorted(PACKAGE.rglob("*.py"))
RULES = sorted((PACKAGE / "rules").rglob("*.py"))
WALKS = ("walk", "iter_child_nodes", "iter_fields", "NodeVisitor", "NodeTransformer", "parse")
SLOW = (
    # modules that are slow to import, or that only a part of the program needs
    "ast_grep_py",
    "click",
    "dataclasses",
    "difflib",
    "jsonschema",
    "msgspec",
    "rich",
    "sqlglot",
    "sqlite3",
    "tomli",
    "tomllib",
    "typing_extensions",
    "xml",
    "yaml",
)
OURS = "flake8_fastapi_review"


def loaded(code: str, folder: Path) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`, besides those it has after importing flake8."""
    program = f"""
import sys, importlib, pkgutil
import flake8.main.application, flake8.checker
import pycodestyle, pyflakes.checker, mccabe
before = set(sys.modules)
{code}
print("\\n".join(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment(), capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) - set(sys.builtin_module_names)


def test_import_contracts() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rules_ask_and_never_walk(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ast"
    }
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "ast"
        for name in node.names
    }
    assert not (used | imported) & set(WALKS)


def test_no_module_is_named_after_nothing() -> None:
    assert not [path for path in SOURCES if path.stem in {"utils", "util", "helpers", "helper", "common", "misc"}]


def test_every_family_has_its_plugin() -> None:
    """A family without an entry point would be found by `fastapi-review` and never by flake8."""
    points = importlib.metadata.entry_points(group="flake8.extension")
    prefixes = {point.name: point.load().prefix for point in points if point.value.startswith(OURS)}
    assert all(name == prefix for name, prefix in prefixes.items())
    codes = {f"FAR{path.stem[3:6]}" for path in RULES if re.match(r"far\d{3}_", path.stem)}
    assert [code for code in sorted(codes) if not code.startswith(tuple(prefixes))] == []
    shared = [(one, other) for one in prefixes for other in prefixes if one != other and one.startswith(other)]
    assert shared == [], "a finding would be reported twice"


def test_dependencies_are_declared() -> None:
    """What the package imports, pyproject.toml names, and nothing more."""
    requirements = importlib.metadata.requires("flake8-fastapi-review") or []
    declared = {
        re.split(r"[^\w-]", line)[0].replace("-", "_")
        for line in requirements
        if "extra == 'dev'" not in line.replace('"', "'")
    }
    imported = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.partition(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {OURS, "tomllib"}
    assert {{"yaml": "pyyaml"}.get(name, name) for name in foreign} | {"flake8"} == declared


def test_the_wheel_holds_what_a_run_needs_and_no_more(tmp_path: Path) -> None:
    import zipfile

    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = archive.read("flake8_fastapi_review-0.1.0.dist-info/entry_points.txt").decode()
    structural = {path.relative_to(ROOT / "astgrep-rules").as_posix() for path in ROOT.glob("astgrep-rules/**/*.yml")}
    assert {f"{OURS}/astgrep_rules/{name}" for name in structural} <= names
    assert {f"{OURS}/_registry.py", f"{OURS}/knowledge/_rows.py", f"{OURS}/rules/far000_review_problem.py"} <= names
    assert {name.partition("/")[0] for name in names} == {OURS, "flake8_fastapi_review-0.1.0.dist-info"}
    assert not [name for name in names if "cache" in name.rpartition("/")[0] or "/tests/" in name]
    assert "fastapi-review = flake8_fastapi_review.cli:main" in entry_points
    assert "FAR00 = flake8_fastapi_review.plugins:Async" in entry_points


def test_versions_agree() -> None:
    from flake8_fastapi_review import __version__

    assert importlib.metadata.version("flake8-fastapi-review") == __version__


def test_flake8_start_loads_three_modules(tmp_path: Path) -> None:
    wanted = {OURS, f"{OURS}.plugins", f"{OURS}.formatters"}
    assert loaded(f"import {OURS}.plugins, {OURS}.formatters", tmp_path) == wanted


def test_a_file_without_fastapi_loads_nothing_slow(tmp_path: Path) -> None:
    project(tmp_path, {"plain.py": "def add(a, b):\n    return a + b\n"})
    names = loaded("from flake8.main.cli import main\nmain(['-j1', 'plain.py'])", tmp_path)
    assert {name.partition(".")[0] for name in names} & (set(SLOW) - {"tomllib", "tomli"}) == set()
    without_triggers = {f"{OURS}.rules.{row.module}" for row in registry.rows() if not row.markers}
    rules = {name for name in names if re.search(r"\.far\d{3}_", name)}
    assert rules <= without_triggers, "a rule is loaded when a file holds its markers"


def test_a_file_with_fastapi_loads_nothing_that_only_the_command_needs(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": SLEEP})
    names = loaded("from flake8.main.cli import main\nmain(['-j1', '--exit-zero', '-q', 'app.py'])", tmp_path)
    assert f"{OURS}.project" in names
    roots = {name.partition(".")[0] for name in names}
    assert roots & {"click", "dataclasses", "jsonschema", "msgspec", "rich", "sqlite3", "yaml"} == set()
    assert not [name for name in names if name.startswith((f"{OURS}.cli", f"{OURS}.report"))]
