"""The baseline: what it holds is told nowhere, it shrinks by itself and grows only when somebody says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_change import git, new, repository, reviewed
from test_cli import BARE, lay, run
from test_formats import flake8

from flake8_fastapi_review.baseline import renewed, written

NAME = ".fastapi-review-baseline.json"
SETTINGS = '[tool.fastapi-review]\nselect = ["FAR012"]\n'
TWICE = BARE + "\n\n" + BARE.replace("size", "length")
AGAIN = "    try:\n        pass\n    except:\n        pass\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay(tmp_path, {"pyproject.toml": SETTINGS, "app/old.py": BARE, "app/main.py": "import os\n"})
    assert run("baseline", cwd=tmp_path).returncode == 0
    return tmp_path


def lines(folder: Path, *arguments: str) -> list[tuple[str, int]]:
    """What the command tells, which is what flake8 tells, with a cache and without one."""
    told = []
    for _ in range(2):
        found = json.loads(run("check", "--format", "json", *arguments, cwd=folder).stdout)["findings"]
        told.append([(each["file"], each["line"]) for each in found])
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py"))
        shown = json.loads(flake8(folder, "--select=FAR", "--format=far-json", *names).stdout)["findings"]
        told.append([(each["file"], each["line"]) for each in shown])
    assert all(each == told[0] for each in told)
    return told[0]


def held(folder: Path, name: str = NAME) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = json.loads((folder / name).read_text())["findings"]
    return found


def test_it_holds_counts_by_file_rule_and_context(project: Path) -> None:
    assert (project / NAME).read_text() == (
        '{\n  "version": 1,\n  "findings": {\n    "app/old.py": {\n      "FAR012": {\n        "size": 1\n      }\n'
        "    }\n  }\n}\n"
    )


def test_what_it_holds_is_told_nowhere(project: Path) -> None:
    assert lines(project) == []
    done = run("check", cwd=project)
    assert (done.returncode, done.stdout) == (0, "No findings in 2 files. 1 more in the baseline.\n")
    (project / "app/old.py").write_text('"""Shifted."""\n\nimport os\n\n' + BARE)
    assert lines(project) == []


def test_what_is_new_is_told(project: Path) -> None:
    (project / "app/old.py").write_text(TWICE)
    assert lines(project) == [("app/old.py", 11)]
    piped = run("check", "-", "--stdin-filename", "app/old.py", cwd=project, stdin=TWICE)
    assert piped.stdout.count("important bare-except") == 1


def test_all_of_a_group_are_told_when_it_grows(project: Path) -> None:
    (project / "app/old.py").write_text(BARE.replace("    try:\n", AGAIN + "    try:\n", 1))
    assert len(lines(project)) == 2


def test_what_a_comment_drops_is_not_counted(project: Path) -> None:
    (project / "app/old.py").write_text(
        BARE.replace("    try:\n", AGAIN.replace("except:", "except:  # noqa: FAR012") + "    try:\n", 1)
    )
    assert lines(project) == []
    ours = AGAIN.replace("except:", "except:  # far: ignore[FAR012]")
    (project / "app/old.py").write_text(BARE.replace("    try:\n", ours + "    try:\n", 1))
    assert lines(project) == []


def test_it_shrinks_by_itself_and_grows_only_when_told(project: Path) -> None:
    (project / "app/old.py").write_text(TWICE.replace("except:", "except ValueError:", 1))
    done = run("baseline", cwd=project)
    assert (done.returncode, done.stdout) == (1, f"{NAME}: 0 findings in 0 files, 1 pruned\n")
    assert done.stderr == "fastapi-review: 1 finding above the baseline; --raise takes in more\n"
    assert held(project) == {}
    assert lines(project) == [("app/old.py", 11)]
    assert run("baseline", "--raise", cwd=project).returncode == 0
    assert held(project) == {"app/old.py": {"FAR012": {"length": 1}}}
    assert lines(project) == []


def test_check_writes_nothing(project: Path) -> None:
    assert run("baseline", "--check", cwd=project).returncode == 0
    (project / "app/old.py").write_text("import os\n")
    before = (project / NAME).read_bytes()
    done = run("baseline", "--check", cwd=project)
    assert (done.returncode, done.stdout) == (1, f"{NAME}: 1 to prune\n")
    assert (project / NAME).read_bytes() == before


def test_a_part_leaves_the_rest_alone(project: Path) -> None:
    lay(project, {"app/new.py": BARE, "jobs/new.py": BARE})
    assert run("baseline", "--raise", "jobs", cwd=project).returncode == 0
    assert sorted(held(project)) == ["app/old.py", "jobs/new.py"]
    assert run("baseline", "--select", "FAR001", cwd=project).returncode == 0
    assert sorted(held(project)) == ["app/old.py", "jobs/new.py"], "other rules keep their entries"
    (project / "app/old.py").unlink()
    assert run("baseline", "jobs", cwd=project).returncode == 0
    assert sorted(held(project)) == ["jobs/new.py"], "what is gone is pruned"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", f"{NAME} is no baseline: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"version": 2}', f"{NAME} is no baseline of this version: `version` must be 1, not 2"),
        ('{"version": 1, "findings": []}', f"{NAME} is no baseline: `findings` must be an object, not []"),
        (
            '{"version": 1, "findings": {"a.py": {"FAR012": {"f": -1}}}}',
            f"{NAME} is no baseline: 'a.py' must hold rule → context → count, see 'FAR012'",
        ),
        ("[]", f"{NAME} is no baseline of this version: `version` must be 1, not []"),
    ],
)
def test_a_broken_file_is_one_clear_line(project: Path, text: str, said: str) -> None:
    (project / NAME).write_text(text)
    done = run("check", "--format", "json", cwd=project)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"fastapi-review: {NAME}{':1' if 'line 1' in said else ''}: {said}; all findings are told"
    ]
    assert [each["code"] for each in json.loads(done.stdout)["findings"]] == ["FAR000", "FAR012"]
    shown = flake8(project, "--select=FAR", "app").stdout.splitlines()
    assert [line.split(" ")[1] for line in shown] == ["FAR000", "FAR000", "FAR012"], "once in each file"
    written_anew = run("baseline", "--raise", cwd=project)
    assert written_anew.returncode == 2
    assert written_anew.stderr.startswith(f"fastapi-review: {said}")
    assert len(written_anew.stderr.splitlines()) == 1


def test_it_lies_where_the_project_says(tmp_path: Path) -> None:
    settings = SETTINGS + 'baseline = "ci/baseline.json"\n'
    lay(tmp_path, {"pyproject.toml": settings, "app/old.py": BARE, "ci/x": ""})
    missing = run("check", cwd=tmp_path)
    assert missing.returncode == 2
    assert "there is no baseline ci/baseline.json; `fastapi-review baseline` writes it" in missing.stdout
    made = run("baseline", cwd=tmp_path)
    assert (made.returncode, made.stdout) == (0, "ci/baseline.json: made, 1 finding in 1 file\n")
    assert lines(tmp_path) == []


def test_each_project_of_a_monorepo_has_its_own(tmp_path: Path) -> None:
    for part in ("one", "two"):
        lay(tmp_path, {f"{part}/pyproject.toml": SETTINGS, f"{part}/app.py": BARE})
    assert run("baseline", "one", cwd=tmp_path).returncode == 0
    assert held(tmp_path / "one") == {"app.py": {"FAR012": {"size": 1}}}
    assert lines(tmp_path) == [("two/app.py", 4)]


def test_a_change_is_compared_before_the_baseline_is_looked_at(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"pyproject.toml": SETTINGS, "app/old.py": BARE})
    assert run("baseline", cwd=folder).returncode == 0
    git(folder, "add", NAME)
    git(folder, "commit", "-q", "-m", "baseline")
    (folder / "app/old.py").write_text(BARE.replace("    try:\n", AGAIN + "    try:\n", 1))
    report = reviewed(folder)
    assert (len(new(report)), report["unchanged"], report["baselined"]) == (1, 1, 0), "one is new, and it alone"
    assert run("baseline", "--raise", cwd=folder).returncode == 0
    report = reviewed(folder)
    assert (new(report), report["unchanged"], report["baselined"], report["fixed"]) == ([], 1, 1, [])
    # A renamed file's findings are none of the change, though the baseline does not know its new name.
    git(folder, "checkout", "-q", ".")
    git(folder, "mv", "app/old.py", "app/renamed.py")
    assert new(reviewed(folder)) == []


def test_what_it_allows_never_rises() -> None:
    before = {"a.py": {"FAR001": {"f": 2, "g": 1}}, "b.py": {"FAR001": {"": 3}}, "c.py": {"FAR001": {"": 1}}}
    now = {"a.py": {"FAR001": {"f": 5}, "FAR002": {"f": 1}}, "b.py": {"FAR001": {"": 1}}}
    made = renewed(before, now, now.keys(), {"c.py"}, None, may_rise=False)
    assert made.ceilings == {"a.py": {"FAR001": {"f": 2}}, "b.py": {"FAR001": {"": 1}}}
    assert (made.held, made.pruned, made.above) == (1, 4, 6)
    assert renewed(before, now, now.keys(), {"c.py"}, None, may_rise=True).ceilings == now
    assert written(made.ceilings) == written(dict(reversed(made.ceilings.items())))


def test_flake8_imports_nothing_for_a_project_without_one(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": SETTINGS, "app.py": BARE, "run.py": ""})
    (tmp_path / "run.py").write_text(
        "import sys\nfrom flake8.main.cli import main\n"
        "main(['--select=FAR', '-j1', 'app.py'])\n"
        "print(*[name for name in sys.modules if name.endswith(('.baseline', '.sites', '.survey'))])\n"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""
