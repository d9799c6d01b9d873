"""The review of a change: real repositories, both sides, what is new, what is fixed, what stands in the way."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_cli import BARE, CHAIN, CLEAN, Done, lay, run

from flake8_fastapi_review.change import Comparison
from flake8_fastapi_review.files import DISK, walk
from flake8_fastapi_review.git import GitError, Repository
from flake8_fastapi_review.report.formats import NAMES

SETTINGS = '[tool.fastapi-review]\nselect = ["FAR001", "FAR012"]\n'
FAST = {**CHAIN, "app/client.py": "def fetch():\n    return {}\n", "pyproject.toml": SETTINGS}
"""A route over two helpers, of which none blocks yet."""
IDENTITY = ("-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "protocol.file.allow=always")


def git(folder: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "x") -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    git(folder, "init", "-q", "-b", "main")
    lay(folder, files)
    commit(folder)
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "repo",
        {
            "pyproject.toml": SETTINGS,
            "app/bad.py": BARE,
            "app/good.py": CLEAN,
            ".gitignore": ".fastapi-review-cache/\n",
        },
    )


def reviewed(folder: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    """The JSON report of a review that ends well; both sides add up."""
    done = run("review", "--format", "json", *arguments, cwd=folder, **environment)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def new(report: dict[str, Any]) -> list[tuple[str, int, str, bool]]:
    return [(each["file"], each["line"], each["code"], each["on_changed_line"]) for each in report["findings"]]


# What is new


def test_nothing_changed(repo: Path) -> None:
    done = run("review", cwd=repo)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No new findings in 2 files, nothing changed. 0 fixed, 1 as before.\n"


def test_shifted_and_reformatted_code_is_not_new(repo: Path) -> None:
    (repo / "app/bad.py").write_text('"""Sizes."""\n\nimport os\n\n' + BARE.replace("except:", "except :  # why"))
    assert new(reviewed(repo)) == []


def test_what_the_change_adds_is_new_and_on_its_lines(repo: Path) -> None:
    (repo / "app/bad.py").write_text(BARE + "\n\n" + BARE.replace("size", "length"))
    report = reviewed(repo)
    assert new(report) == [("app/bad.py", 11, "FAR012", True)]
    assert report["fixed"] == []


def test_one_more_of_the_same_is_new(repo: Path) -> None:
    """All that tells them apart is which lines stayed."""
    twice = "def size(text):\n    try:\n        pass\n    except:\n        pass\n    try:\n        return int(text)\n"
    (repo / "app/bad.py").write_text(twice + "    except:\n        return 0\n")
    assert new(reviewed(repo)) == [("app/bad.py", 4, "FAR012", True)]


def test_what_the_change_removes_is_fixed(repo: Path) -> None:
    (repo / "app/bad.py").write_text(BARE.replace("except:", "except ValueError:"))
    report = reviewed(repo)
    assert new(report) == []
    assert [(each["file"], each["line"], each["code"]) for each in report["fixed"]] == [("app/bad.py", 4, "FAR012")]


def test_a_change_elsewhere_is_the_cause(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FAST)
    lay(folder, {"app/client.py": CHAIN["app/client.py"]})
    report = reviewed(folder)
    assert new(report) == [("app/main.py", 10, "FAR001", False)]
    cause = report["findings"][0]["cause"]
    assert (cause["file"], cause["line"]) == ("app/client.py", 5)
    text = run("review", cwd=folder).stdout
    assert "  not on a changed line: caused by app/client.py:5\n" in text


def test_a_new_syntax_error_is_told(repo: Path) -> None:
    (repo / "app/good.py").write_text("def size(:\n")
    report = reviewed(repo)
    assert new(report) == [("app/good.py", 1, "FAR000", True)]
    assert report["files"]["skipped"] == [{"file": "app/good.py", "reason": "syntax error: invalid syntax"}]


def test_settings_are_those_of_the_new_side(repo: Path) -> None:
    """Another rule is no change of the code; a wrong setting is one."""
    (repo / "pyproject.toml").write_text('[tool.fastapi-review]\nselect = ["FAR01"]\nselct = []\n')
    done = run("review", "--format", "json", cwd=repo)
    assert done.returncode == 2
    assert new(json.loads(done.stdout)) == [("pyproject.toml", 3, "FAR000", True)]


def test_only_what_is_named_is_told(repo: Path) -> None:
    lay(repo, {"app/new.py": BARE, "jobs/new.py": BARE})
    assert new(reviewed(repo, "jobs")) == [("jobs/new.py", 4, "FAR012", True)]
    assert new(reviewed(repo / "jobs", ".")) == [("jobs/new.py", 4, "FAR012", True)]
    assert len(new(reviewed(repo / "jobs"))) == 2, "the whole repository, by paths from its top"


# Renames


def test_renamed_files_keep_their_findings(repo: Path) -> None:
    git(repo, "mv", "app/bad.py", "app/worse.py")
    (repo / "app/worse.py").write_text("import os\n\n" + BARE)
    report = reviewed(repo)
    assert (new(report), report["fixed"]) == ([], [])


def test_a_file_moved_without_git_keeps_its_findings(repo: Path) -> None:
    (repo / "app/bad.py").rename(repo / "app/moved.py")
    report = reviewed(repo)
    assert (new(report), report["fixed"]) == ([], [])


def test_functions_of_a_removed_file_keep_their_findings(repo: Path) -> None:
    (repo / "app/bad.py").unlink()
    (repo / "app/good.py").write_text(CLEAN.replace("size", "length") + "\n\n" + BARE)
    report = reviewed(repo)
    assert (new(report), report["fixed"]) == ([], [])


def test_a_function_of_another_name_keeps_its_findings(repo: Path) -> None:
    text = (repo / "app/bad.py").read_text()
    assert "def " in text
    (repo / "app/bad.py").write_text(text.replace("def ", "def other_", 1))
    report = reviewed(repo)
    assert (new(report), report["fixed"], report["unchanged"]) == ([], [], 1)


SIGNATURE = """\
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def page() -> int:
    return 1


def size(number: Annotated[int, Depends(page)]) -> int:
    return number


@app.get("/a")
def a(
    number: Annotated[int, Depends(page)],
    other: int = Depends(size),
):
    return {"a": number + other}
"""


def test_another_parameter_makes_nothing_new(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"pyproject.toml": "[tool.fastapi-review]\n", "app.py": SIGNATURE})
    (repo / "app.py").write_text(
        SIGNATURE.replace("    other: int", "    third: Annotated[int, Depends(page)],\n    other: int")
    )
    report = reviewed(repo, "--select", "FAR110,FAR080")
    assert (new(report), report["fixed"], report["unchanged"]) == ([], [], 2)
    (repo / "app.py").write_text(SIGNATURE.replace("other: int = Depends(size)", "other: int = Depends(page)"))
    assert [each[2] for each in new(reviewed(repo, "--select", "FAR110,FAR080"))] == ["FAR110"]


# The sides


def test_index_and_working_tree(repo: Path) -> None:
    lay(repo, {"app/staged.py": BARE})
    git(repo, "add", "app/staged.py")
    lay(repo, {"app/staged.py": CLEAN, "app/untracked.py": BARE, ".fastapi-review-cache/ignored.py": BARE})
    assert new(reviewed(repo, "--head", "index")) == [("app/staged.py", 4, "FAR012", True)]
    assert new(reviewed(repo)) == [("app/untracked.py", 4, "FAR012", True)]
    assert new(reviewed(repo, "--head", "working-tree")) == [("app/untracked.py", 4, "FAR012", True)]


def test_revisions_whatever_is_checked_out(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    lay(repo, {"app/second.py": BARE})
    second = commit(repo)
    lay(repo, {"app/third.py": BARE.replace("size", "third"), "app/bad.py": CLEAN})
    commit(repo)
    git(repo, "checkout", "-q", "--detach", first)
    assert new(reviewed(repo, "--base", first, "--head", "main")) == [
        ("app/second.py", 4, "FAR012", True),
        ("app/third.py", 4, "FAR012", True),
    ]
    assert new(reviewed(repo, "--head", second)) == [("app/second.py", 4, "FAR012", True)], "a commit by its parent"
    back = reviewed(repo, "--base", "main", "--head", second, "--exact")
    assert new(back) == [("app/bad.py", 4, "FAR012", True)]
    assert [each["file"] for each in back["fixed"]] == ["app/third.py"]


def test_a_branch_is_compared_with_where_it_left(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "feature")
    lay(repo, {"app/feature.py": BARE})
    commit(repo)
    git(repo, "checkout", "-q", "main")
    (repo / "app/bad.py").write_text(BARE.replace("except:", "except ValueError:"))
    commit(repo)
    assert new(reviewed(repo, "--base", "main", "--head", "feature")) == [("app/feature.py", 4, "FAR012", True)]
    assert len(new(reviewed(repo, "--base", "main", "--head", "feature", "--exact"))) == 2


def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lay(tmp_path, {"pyproject.toml": SETTINGS, "bad.py": BARE})
    git(tmp_path, "add", "bad.py")
    assert new(reviewed(tmp_path)) == [("bad.py", 4, "FAR012", True)]
    assert new(reviewed(tmp_path, "--head", "index")) == [("bad.py", 4, "FAR012", True)]
    commit(tmp_path)
    assert new(reviewed(tmp_path, "--head", "HEAD")) == [("bad.py", 4, "FAR012", True)]


def test_a_revision_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    refused(run("review", "--base", "main", cwd=tmp_path), "the branch that is checked out has none yet")


def test_pre_commit_names_the_sides(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    lay(repo, {"app/second.py": BARE})
    second = commit(repo)
    lay(repo, {"app/third.py": BARE})
    found = reviewed(repo, PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF=second)
    assert new(found) == [("app/second.py", 4, "FAR012", True)]


def test_both_sides_add_up(repo: Path) -> None:
    def total(revision: str) -> int:
        git(repo, "checkout", "-q", revision)
        return len(json.loads(run("check", "--format", "json", cwd=repo).stdout)["findings"])

    commits = [git(repo, "rev-parse", "HEAD")]
    steps: list[dict[str, str]] = [
        {"app/a.py": BARE + "\n\n" + BARE},
        {"app/a.py": BARE, "app/bad.py": CLEAN},
        {"app/a.py": "# moved\n" + BARE + BARE + BARE, "app/b.py": BARE},
    ]
    for step in steps:
        lay(repo, step)
        commits.append(commit(repo))
    totals = [total(name) for name in commits]
    for before in range(len(commits)):
        for after in range(len(commits)):
            report = reviewed(repo, "--base", commits[before], "--head", commits[after], "--exact")
            assert len(report["findings"]) + report["unchanged"] == totals[after]
            assert len(report["fixed"]) + report["unchanged"] == totals[before]


def test_processes_and_runs_agree(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {**FAST, **{f"lib/m{number}.py": BARE for number in range(40)}})
    lay(folder, {"app/client.py": CHAIN["app/client.py"], "lib/m3.py": BARE + BARE})
    said = [run("review", "--format", "json", f"-j{jobs}", cwd=folder).stdout for jobs in (1, 3, 3)]
    timeless = [re.sub(r'"review_time_ms": \d+', "", text) for text in said]
    assert timeless[0] == timeless[1] == timeless[2]
    assert len(json.loads(said[0])["findings"]) == 2


def test_nothing_is_touched(repo: Path) -> None:
    lay(repo, {"app/new.py": BARE})
    git(repo, "add", "-N", "app/new.py")
    os.utime(repo / "app/good.py", (1, 1))

    def state() -> dict[str, tuple[bytes, int]]:
        skipped = repo / ".fastapi-review-cache"
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(repo.rglob("*"))
            if path.is_file() and skipped not in path.parents
        }

    before = state()
    reviewed(repo)
    reviewed(repo, "--head", "index")
    assert state() == before


# Odd repositories


def test_shallow_clone(repo: Path, tmp_path: Path) -> None:
    lay(repo, {"app/second.py": BARE})
    second = commit(repo)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", "shallow")
    shallow = tmp_path / "shallow"
    lay(shallow, {"app/third.py": BARE})
    assert new(reviewed(shallow, "--base", second)) == [("app/third.py", 4, "FAR012", True)]
    done = run("review", "--base", f"{second}^", cwd=shallow)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "is not in this shallow clone: `git fetch --unshallow origin`" in done.stderr
    assert "the parent of" in run("review", "--head", "HEAD", cwd=shallow).stderr


def test_shallow_clone_without_a_common_commit(repo: Path, tmp_path: Path) -> None:
    git(repo, "branch", "feature")
    lay(repo, {"app/second.py": BARE})
    commit(repo)
    git(repo, "checkout", "-q", "feature")
    lay(repo, {"app/third.py": "def third():\n    try:\n        pass\n    except:\n        return 3\n"})
    commit(repo)
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repo}", "shallow")
    done = run("review", "--base", "origin/main", "--format", "json", cwd=tmp_path / "shallow")
    assert new(json.loads(done.stdout)) == [("app/third.py", 4, "FAR012", True)]
    assert "no common ancestor with origin/main is here" in done.stderr


def test_worktree(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "feature", str(tmp_path / "tree"))
    lay(tmp_path / "tree", {"app/new.py": BARE})
    assert new(reviewed(tmp_path / "tree")) == [("app/new.py", 4, "FAR012", True)]
    assert new(reviewed(repo)) == []


def test_inside_a_hook_git_s_own_variables_count(repo: Path) -> None:
    """`git commit -a` makes an index of its own and names it."""
    lay(repo, {"app/good.py": BARE})
    index = repo / ".git/index.hook"
    index.write_bytes((repo / ".git/index").read_bytes())
    subprocess.run(
        ["git", "add", "app/good.py"], cwd=repo, check=True, env={**os.environ, "GIT_INDEX_FILE": str(index)}
    )
    inside = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index.hook"}
    assert new(reviewed(repo, "--head", "index", **inside)) == [("app/good.py", 4, "FAR012", True)]
    assert new(reviewed(repo, "--head", "index")) == []


def test_submodule(repo: Path, tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"shared.py": CLEAN})
    git(repo, "submodule", "add", "-q", str(library), "vendored")
    commit(repo)
    lay(repo / "vendored", {"shared.py": BARE})
    assert new(reviewed(repo)) == [("vendored/shared.py", 4, "FAR012", True)]
    commit(repo / "vendored")
    commit(repo)
    assert new(reviewed(repo, "--head", "HEAD")) == [("vendored/shared.py", 4, "FAR012", True)]
    git(tmp_path, "clone", "-q", str(repo), "bare-of-modules")
    report = reviewed(tmp_path / "bare-of-modules", "--head", "HEAD")
    assert new(report) == []
    assert report["files"]["skipped"] == [{"file": "vendored", "reason": "submodule, not checked out"}]


ODD = ["ü n/ä.py", "-dash.py", "quo'te\".py", "tab\there.py", "new\nline.py", "a=b,c.py", "[x]*.py"]


@pytest.mark.skipif(os.name == "nt", reason="names that Windows refuses")
def test_odd_names_and_binary_files(repo: Path) -> None:
    lay(repo, dict.fromkeys(ODD, BARE))
    (repo / "data.bin").write_bytes(b"\0\xff\n" * 50)
    (repo / "binary.py").write_bytes(b"x = 1\0\n")
    raw = os.fsencode(repo) + b"/\xff\xfe.py"
    try:
        Path(os.fsdecode(raw)).write_text(BARE)
        latin = [os.fsdecode(b"\xff\xfe.py")]
    except OSError:
        latin = []
    found = sorted(file for file, _, code, on_line in new(reviewed(repo)) if code == "FAR012" and on_line)
    assert found == sorted([*ODD, *latin])
    commit(repo)
    assert len(new(reviewed(repo, "--head", "HEAD"))) == len(found) + 1, "and binary.py is no Python"
    for name in (*ODD, *latin):
        os.rename(
            os.fsencode(repo) + b"/" + os.fsencode(name),
            os.fsencode(repo) + b"/moved-" + os.fsencode(name).replace(b"/", b"-"),
        )
    git(repo, "add", "-A")
    (repo / "data.bin").write_bytes(b"\0\xff\n" * 51)
    report = reviewed(repo)
    assert (new(report), report["fixed"]) == ([], [])


def test_links(repo: Path) -> None:
    (repo / "app/link.py").symlink_to("good.py")
    (repo / "app/broken.py").symlink_to("nowhere.py")
    (repo / "app/circle.py").symlink_to("circle.py")
    (repo / "folder").symlink_to("app")
    (repo / "outside.py").symlink_to("/etc/hostname")
    commit(repo)
    (repo / "app/good.py").write_text(BARE)
    commit(repo)
    report = reviewed(repo, "--head", "HEAD")
    assert {file for file, *_ in new(report)} == {"app/good.py", "app/link.py"}


def test_crlf_of_a_checkout_is_no_change(repo: Path) -> None:
    git(repo, "config", "core.autocrlf", "true")
    (repo / "app/bad.py").unlink()
    git(repo, "checkout", "-q", "--", "app/bad.py")
    assert b"\r\n" in (repo / "app/bad.py").read_bytes()
    assert new(reviewed(repo)) == []


def test_a_conflict_is_read_as_it_lies(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "other")
    (repo / "app/good.py").write_text("x = 1\n")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    (repo / "app/good.py").write_text("x = 2\n")
    commit(repo)
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "-q", "other")
    assert [code for *_, code, _ in new(reviewed(repo))] == ["FAR000"]
    assert new(reviewed(repo, "--head", "index")) == []


# What stands in the way


def refused(done: Done, said: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fastapi-review: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_no_repository(tmp_path: Path) -> None:
    refused(run("review", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent)), "is in no git repository")


def test_a_bare_repository(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    refused(run("review", cwd=tmp_path / "bare.git"), "without a working tree")


def test_no_git(repo: Path) -> None:
    refused(run("review", cwd=repo, PATH=str(repo)), "git is not installed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nope"], "--base `nope` is no commit here: fetch it (`git fetch origin nope`)"),
        (["--base", "origin/dev"], "`git fetch origin dev`"),
        (["--head", "nope"], "--head `nope` is no commit"),
        (["--base", "HEAD~9"], "--base `HEAD~9` is no commit: the history of `HEAD` begins later"),
        (["--base", "0" * 40], "--base is no commit but the zeros of a new branch: name what it left"),
        (["--base", "--upload-pack=x"], "is no commit here"),
        (["nowhere.py"], "there is no"),
        (["--no-cache", "--cache-dir", "x"], "exclude each other"),
        (["--select", "FAR77"], "names no rule"),
    ],
)
def test_wrong_usage_is_one_line(repo: Path, arguments: list[str], said: str) -> None:
    refused(run("review", *arguments, cwd=repo), said)


# The parts


def test_snapshots_answer_as_the_disk_does(repo: Path) -> None:
    (repo / "app/link.py").symlink_to("good.py")
    (repo / "folder").symlink_to("app")
    commit(repo)
    found = Repository.around(str(repo))
    for snapshot in (found.tree("HEAD"), found.index(), found.working_tree()):
        seen = [(folder, list(names)) for folder, _, names in walk(snapshot, str(repo))]
        assert seen == [
            (folder, names) for folder, _, names in walk(DISK, str(repo)) if ".git" not in Path(folder).parts
        ]
        for path in ("app", "app/bad.py", "app/link.py", "folder/bad.py", "folder", "nowhere", "app/bad.py/x", ".git"):
            assert snapshot.kind(str(repo / path)) == DISK.kind(str(repo / path)), path
        assert snapshot.read(str(repo / "folder/bad.py")) == BARE.encode()
        for path in ("nowhere", "app", "../outside"):
            with pytest.raises(OSError, match="No such file"):
                snapshot.read(str(repo / path))
    found.close()


def test_a_missing_object_is_an_error_of_that_file(repo: Path) -> None:
    name = git(repo, "rev-parse", "HEAD:app/good.py")
    (repo / ".git/objects" / name[:2] / name[2:]).unlink()
    found = Repository.around(str(repo))
    with pytest.raises(OSError, match="not in this clone"):
        found.tree("HEAD").read(str(repo / "app/good.py"))
    assert found.tree("HEAD").read(str(repo / "app/bad.py")) == BARE.encode()
    found.close()


def test_changed_lines(repo: Path) -> None:
    (repo / "app/bad.py").write_text("# one\n" + BARE.replace("return 0", "return 1") + "# end\n")
    found = Repository.around(str(repo))
    comparison = Comparison(found.tree("HEAD"), found.working_tree(), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert comparison.changed_lines("app/bad.py") == {1, 6, 7}
        assert [comparison.new_line("app/bad.py", line) for line in range(1, 6)] == [2, 3, 4, 5, None]
        assert comparison.changed_lines("app/good.py") == frozenset()
    found.close()


def test_git_says_why(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(GitError, match="git ls-tree: "):
        Repository.around(str(tmp_path)).tree("HEAD")


# Causes


ROUTES = "from fastapi import FastAPI\n\nfrom .client import fetch\n\napp = FastAPI()\n" + "".join(
    f'\n\n@app.get("/{name}")\nasync def {name}():\n    return fetch()\n' for name in ("one", "two", "three")
)
QUICK = "import requests\n\n\ndef fetch():\n    return {}\n"
SLOW = QUICK.replace("{}", "requests.get('https://x.example', timeout=3)")


def test_what_a_change_caused_elsewhere_is_told_by_its_cause(tmp_path: Path) -> None:
    files = {"pyproject.toml": SETTINGS, "app/__init__.py": "", "app/main.py": ROUTES, "app/client.py": QUICK}
    folder = repository(tmp_path / "repo", files)
    lay(folder, {"app/client.py": SLOW})
    report = reviewed(folder)
    assert len(report["findings"]) == 3
    (cause,) = report["causes"]
    assert cause["text"] == "`fetch` became blocking: 3 routes now block"
    assert (cause["code"], cause["file"], cause["line"]) == ("FAR001", "app/client.py", 5)
    assert [each["file"] for each in cause["findings"]] == ["app/main.py"] * 3
    text = run("review", "--format", "markdown", cwd=folder).stdout
    assert "### `app/client.py:5` `fetch` became blocking: 3 routes now block (FAR001)\n" in text
    assert text.count("### `") == 1, "told once"
    assert "## 🔴 Critical issues (3)" in text
    assert "**Caused elsewhere**, by what the change did in `app/client.py`: `app/main.py:10`," in text
    plain = run("review", cwd=folder).stdout
    assert "  app/client.py:5  `fetch` became blocking: 3 routes now block  FAR001\n" in plain


def test_what_was_taken_away_is_a_cause_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = "import requests\n\n\nasync def fetch():\n    if True:\n        return {}\n    return requests.get('https://x')\n"
    routes = ROUTES.replace("return fetch()", "return await fetch()")
    files = {"pyproject.toml": SETTINGS, "app/__init__.py": "", "app/main.py": routes, "app/client.py": guarded}
    folder = repository(tmp_path / "repo", files)
    new_side = Repository(str(folder))
    lay(folder, {"app/client.py": guarded.replace("    if True:\n        return {}\n", "")})
    comparison = Comparison(new_side.tree("HEAD"), new_side.working_tree(), {})
    monkeypatch.chdir(folder)
    assert comparison.changed_lines("app/client.py") == frozenset()
    assert comparison.is_in_changed_function("app/client.py", 5)
    assert not comparison.is_in_changed_function("app/client.py", 1)
    assert not comparison.is_in_changed_function("app/main.py", 10)
    assert not comparison.is_in_changed_function("app/no.py", 1)


HOSTILE = (
    "app/a b.py",
    "app/line\nbreak.py",
    "app/quo\"te's.py",
    "app/tab\t.py",
    "app/-rf.py",
    "app/ünï.py",
    "app/#%&?.py",
)


@pytest.mark.parametrize("form", NAMES)
def test_every_format_takes_odd_names(repo: Path, form: str) -> None:
    for name in HOSTILE:
        lay(repo, {name: BARE})
    with open(os.fsencode(repo) + b"/app/\xff\xfe.py", "wb") as file:
        file.write(BARE.encode())
    lay(repo, {"app/picture.png": "x"})
    (repo / "app/picture.png").write_bytes(bytes(range(256)))
    done = run("review", "--format", form, cwd=repo)
    assert done.returncode == 1, done.stderr
    again = run("review", "--format", form, cwd=repo)
    clock = re.compile(r'"review_time_ms": \d+')
    assert clock.sub("", done.stdout) == clock.sub("", again.stdout)
    if form == "json":
        found = [each["file"] for each in json.loads(done.stdout)["findings"]]
        assert sorted(found) == sorted([*HOSTILE, "app/\udcff\udcfe.py"])
    elif form not in ("html", "sarif", "gitlab", "rdjson", "sonar"):
        assert "\nbreak.py" not in done.stdout, "no name breaks a line"


def test_a_detached_head_without_branches(repo: Path) -> None:
    """As CI checks out: no branch, no remote, the commit alone."""
    lay(repo, {"app/new.py": BARE})
    commit(repo)
    git(repo, "checkout", "-q", "--detach")
    git(repo, "branch", "-q", "-D", "main")
    assert new(reviewed(repo, "--base", "HEAD~1")) == [("app/new.py", 4, "FAR012", True)]
    assert new(reviewed(repo, "--head", "HEAD")) == [("app/new.py", 4, "FAR012", True)]
    bare = reviewed(repo, PRE_COMMIT_FROM_REF="HEAD~1", PRE_COMMIT_TO_REF="HEAD")
    assert new(bare) == [("app/new.py", 4, "FAR012", True)]


# What is kept of earlier reviews

APPLICATION = {
    "pyproject.toml": '[tool.fastapi-review]\nselect = ["FAR001", "FAR012", "FAR050", "FAR097"]\n',
    "app/main.py": "from fastapi import FastAPI\nfrom app import client\n\napp = FastAPI()\n\n\n"
    '@app.get("/rates")\nasync def rates():\n    return client.fetch()\n',
    "app/client.py": "def fetch():\n    return {}\n",
    "app/bad.py": BARE,
}
BLOCKING = "import requests\n\n\ndef fetch():\n    return requests.get('https://example.org', timeout=5)\n"


def plain(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key != "review_time_ms"}


def _reviewed_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are looked at from now on."""
    from flake8_fastapi_review import review as engine

    seen: list[str] = []
    real = engine.review_file

    def review_file(file: Any, selection: Any) -> Any:
        seen.append(file.path)
        return real(file, selection)

    monkeypatch.setattr(engine, "review_file", review_file)
    return seen


def _outcome(folder: Path, base: str, head: str, cache: Path) -> Any:
    from flake8_fastapi_review.change import review_change

    where = Repository(str(folder))
    sides = where.tree(base), where.tree(head) if head != "disk" else where.working_tree()
    try:
        return review_change(*sides, where.renames(base, None), [str(folder)], cache_dir=str(cache))
    finally:
        where.close()


def test_an_earlier_review_is_used_for_what_stayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "repo", APPLICATION)
    first = git(folder, "rev-parse", "HEAD")
    (folder / "app/bad.py").write_text(BARE + "\n\n" + BARE.replace("size", "length"))
    second = commit(folder)
    (folder / "app/client.py").write_text(BLOCKING)
    third = commit(folder)
    monkeypatch.chdir(folder)
    seen = _reviewed_files(monkeypatch)
    cache = tmp_path / "cache"
    one = _outcome(folder, first, second, cache)
    assert sorted(seen) == ["app/bad.py", "app/bad.py", "app/client.py", "app/main.py"], "what is alike serves both"
    seen.clear()
    assert _outcome(folder, first, second, cache) == one
    assert seen == []
    two = _outcome(folder, second, third, cache)
    assert sorted(seen) == ["app/client.py", "app/main.py"], "the old side is the new one of before"
    assert two == _outcome(folder, second, third, tmp_path / "other")
    assert [(new.path, new.violation.code) for new in two.new] == [("app/main.py", "FAR001")]


def test_breaks_are_kept_for_two_sides(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", APPLICATION)
    main = APPLICATION["app/main.py"]
    (folder / "app/main.py").write_text(main.replace('"/rates"', '"/prices"'))
    broken = [plain(reviewed(folder)) for _ in range(2)]
    assert [each["code"] for each in broken[0]["findings"]] == ["FAR097"]
    assert broken[0] == broken[1]
    (folder / "app/main.py").write_text(main + "\n\n")
    assert [each["code"] for each in reviewed(folder)["findings"]] == []
    (folder / "app/main.py").write_text(main.replace('"/rates"', '"/prices"'))
    git(folder, "add", "-A")
    assert plain(reviewed(folder, "--head", "index"))["findings"] == broken[0]["findings"]


def test_what_is_kept_of_the_disk_is_not_that_of_the_index(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", APPLICATION)
    (folder / "app/client.py").write_text(BLOCKING)
    git(folder, "add", "-A")
    (folder / "app/client.py").write_text(APPLICATION["app/client.py"])
    for _ in range(2):
        assert [each["code"] for each in reviewed(folder, "--head", "index")["findings"]] == ["FAR001"]
        assert reviewed(folder)["findings"] == []


def test_a_new_link_makes_all_of_it_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = APPLICATION["app/main.py"].replace("from app import client", "from lib import client")
    files = {**APPLICATION, "app/main.py": main, "real/client.py": BLOCKING, "real/__init__.py": ""}
    folder = repository(tmp_path / "repo", files)
    first = git(folder, "rev-parse", "HEAD")
    (folder / "app/bad.py").write_text(BARE + "\n")
    second = commit(folder)
    (folder / "lib").symlink_to("real")
    third = commit(folder)
    git(folder, "checkout", "-q", first)
    monkeypatch.chdir(folder)
    assert _outcome(folder, first, second, tmp_path / "cache").new == ()
    brought = _outcome(folder, second, third, tmp_path / "cache")
    assert [(new.path, new.violation.code) for new in brought.new] == [("app/main.py", "FAR001")]
    assert brought == _outcome(folder, second, third, tmp_path / "other")
