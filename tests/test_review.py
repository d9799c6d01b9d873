"""The engine: rules are contained, files found, comments read as flake8 reads them, and processes change nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review import registry, suppression, workers
from flake8_fastapi_review import review as engine
from flake8_fastapi_review.config import Config
from flake8_fastapi_review.file import File
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.registry import Row
from flake8_fastapi_review.review import Review, review, review_file
from flake8_fastapi_review.rule import Range, Related, Rule, Severity, Violation

SETTINGS = "[tool.fastapi-review]\n"
CODES = ("FAR001", "FAR002", "FAR003", "FAR020")


class Marks(Rule):
    """Reports each line that ends in `!`."""

    code = "FAR001"
    severity = Severity.BLOCKER
    message = "mark in {path}"

    def check(self, file: File) -> Iterator[Violation]:
        for number, line in enumerate(file.lines, 1):
            if "!" in line:
                related = (Related(file.path, number, "here"),)
                yield self.at(Range(number, 0, number, 1), path=file.path, related=related)


class Raises(Rule):
    """Reports one line and then fails."""

    code = "FAR002"
    severity = Severity.WARNING
    message = "before"

    def check(self, file: File) -> Iterator[Violation]:
        yield self.at(Range(1, 0, 1, 1))
        if "raise" in file.text:
            raise ValueError("broken:1:2: on\ntwo lines")


class Strays(Rule):
    """Reports places that are not there, and one place twice."""

    code = "FAR003"
    severity = Severity.SUGGESTION
    message = "stray"

    def check(self, file: File) -> Iterator[Violation]:
        if "stray" in file.text:
            for line in (99, 0, 2, 2):
                yield self.at(Range(line, 4, line + 50, 1))


class Ends(Rule):
    """Ends the process that runs it."""

    code = "FAR020"
    severity = Severity.SUGGESTION
    message = ""

    def check(self, file: File) -> Iterator[Violation]:
        if "suicide" in file.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return iter(())


RULES = {rule.code: rule for rule in (Marks, Raises, Strays, Ends)}


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rules in place of the catalogue; no cache."""
    rows = tuple(
        Row(
            code,
            f"toy-{code[3:]}",
            "minor",
            "on",
            ("app",),
            (),
            None,
            None,
            (),
            "",
            "toys",
            rule.__name__,
            "python",
            "",
        )
        for code, rule in RULES.items()
    )
    monkeypatch.setattr(registry, "rows", lambda: rows)
    monkeypatch.setattr(registry, "load", lambda row, options=None: RULES[row.code](options))
    monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", "")


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write files below the working directory, a project of its own."""
    monkeypatch.chdir(tmp_path)

    def put(files: dict[str, str | bytes], settings: str = SETTINGS) -> Path:
        for path, text in {"pyproject.toml": settings, **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return put


Put = Callable[..., Path]


def found(outcome: Review) -> list[tuple[str, int, str]]:
    return [(path, violation.range.line, violation.code) for path, violation in outcome.findings]


def only(root: Path, text: str, config: Config | None = None, select: tuple[str, ...] = CODES) -> list[Violation]:
    config = config or Config(str(root))
    return review_file(Project(str(root), config).file("a.py", text), registry.select(config, select))


# One file


def test_a_rule_that_raises_is_contained(tmp_path: Path) -> None:
    violations = only(tmp_path, "x = 1  # raise!\n")
    assert [violation.code for violation in violations] == ["FAR000", "FAR001", "FAR002"]
    voice = violations[0]
    assert voice.message == ("internal error in FAR002, please report: ValueError: broken:1:2 - on two lines")
    assert voice.severity is Severity.WARNING
    assert voice.range.line == 1


def test_ignoring_the_tools_voice(tmp_path: Path) -> None:
    config = Config(str(tmp_path), per_file_ignores=(("a.py", ("FAR000", "FAR001")),))
    assert [violation.code for violation in only(tmp_path, "x = 1  # raise!\n", config)] == ["FAR002"]


def test_nothing_is_past_the_end_or_there_twice(tmp_path: Path) -> None:
    places = [violation.range for violation in only(tmp_path, "x = 1  # stray\ny = 2\n", select=("FAR003",))]
    assert places == [Range(1, 0, 1, 0), Range(2, 0, 2, 0), Range(2, 4, 2, 4)]


@pytest.mark.parametrize("text", ["", "\ufeff"])
def test_an_empty_file_has_no_finding(tmp_path: Path, text: str) -> None:
    assert only(tmp_path, text) == []


def test_an_excluded_file_has_no_finding(tmp_path: Path) -> None:
    assert only(tmp_path, "x = 1  #!\n", Config(str(tmp_path), exclude=("a.py",))) == []


def test_severities_of_the_project(tmp_path: Path) -> None:
    config = Config(str(tmp_path), severity={"FAR0": "minor"})
    assert {violation.severity for violation in only(tmp_path, "x = 1  #!\n", config)} == {Severity.SUGGESTION}


# Which files


def test_files_are_found(put: Put) -> None:
    put(
        {
            "app/main.py": "#!\n",
            "app/types.pyi": "#!\n",
            "app/notes.txt": "#!\n",
            "tests/test_a.py": "#!\n",
            "env/pyvenv.cfg": "",
            "env/lib/a.py": "#!\n",
            "build/a.py": "#!\n",
            ".git/a.py": "#!\n",
            "gen/a.py": "#!\n",
        },
        f"{SETTINGS}exclude = ['gen/']\n",
    )
    outcome = review(["."], select=["FAR001"])
    assert outcome.files == ("app/main.py", "tests/test_a.py")
    assert found(outcome) == [("app/main.py", 1, "FAR001")]
    assert outcome.skipped == ()


def test_naming_an_excluded_file_reviews_nothing(put: Put) -> None:
    put({"gen/a.py": "#!\n", "gen/deep/b.py": "#!\n"}, f"{SETTINGS}exclude = ['gen/']\n")
    outcome = review(["gen/a.py", "gen/deep", "missing.py"], select=["FAR001"])
    assert outcome.files == ()
    assert outcome.skipped == (
        ("gen/a.py", "excluded by the configuration"),
        ("gen/deep", "excluded by the configuration"),
        ("missing.py", "there is no such file"),
    )


def test_a_file_named_twice_is_reviewed_once(put: Put) -> None:
    put({"a.py": "#!\n"})
    assert len(review(["a.py", ".", str(Path("a.py").resolve())], select=["FAR001"]).findings) == 1


def test_a_part_of_a_project(put: Put) -> None:
    put({"app/a.py": "#!\n", "other/b.py": "#!\n"})
    assert found(review(["app"], select=["FAR001"])) == [("app/a.py", 1, "FAR001")]


def test_paths_are_as_the_user_sees_them(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put({"app/a.py": "#!\n", "work/b.py": "#!\n"})
    (path, violation) = review(["app"], select=["FAR001"]).findings[0]
    assert (path, violation.related[0].path, violation.message) == ("app/a.py", "app/a.py", "mark in app/a.py")
    monkeypatch.chdir(root / "app")
    (path, violation) = review(["."], select=["FAR001"]).findings[0]
    assert (path, violation.related[0].path) == ("a.py", "a.py")
    monkeypatch.chdir(root / "work")
    (path, violation) = review(["../app"], select=["FAR001"]).findings[0]
    assert path == violation.related[0].path == f"{root.as_posix()}/app/a.py"


def test_every_project_has_its_own_configuration(put: Put) -> None:
    put(
        {
            "one/pyproject.toml": f"{SETTINGS}ignore = ['FAR001']\n",
            "one/a.py": "#!\n",
            "two/pyproject.toml": f"{SETTINGS}exclude = ['b.py']\n",
            "two/a.py": "#!\n",
            "two/b.py": "#!\n",
            "c.py": "#!\n",
        },
        f"{SETTINGS}severity.FAR001 = 'minor'\n",
    )
    outcome = review(["."], extend_select=[])
    marks = [(path, violation.severity) for path, violation in outcome.findings if violation.code == "FAR001"]
    assert marks == [("c.py", Severity.SUGGESTION), ("two/a.py", Severity.BLOCKER)]


# What cannot be read


def test_a_file_that_is_no_python_is_told(put: Put) -> None:
    put({"a.py": "x = 1\ndef f(:\n", "b.py": b"x = '\xff'\n", "c.py": "#!\n", "d.py": "# coding: nonsense\n"})
    outcome = review(["."], select=["FAR001"])
    assert outcome.files == ("c.py",)
    assert [path for path, _ in outcome.skipped] == ["a.py", "b.py", "d.py"]
    assert found(outcome) == [
        ("a.py", 2, "FAR000"),
        ("b.py", 1, "FAR000"),
        ("c.py", 1, "FAR001"),
        ("d.py", 1, "FAR000"),
    ]
    assert outcome.findings[0][1].message.startswith("not reviewed: syntax error: ")


STRANGE: dict[str, tuple[bytes, list[int]]] = {
    "empty": (b"", []),
    "only a BOM": (b"\xef\xbb\xbf", []),
    "BOM": (b"\xef\xbb\xbfx = 1  #!\n", [1]),
    "latin-1": (b"# coding: latin-1\nx = '\xe9'  #!\n", [2]),
    "carriage returns": (b"x = 1\r\ny = 2  #!\r\n", [2]),
    "lone carriage returns": (b"x = 1\ry = 2  #!\r", [2]),
    "form feed and line separator": ("x = 1\n\x0cy = '\u2028'  #!\nz = 3  #!\n".encode(), [2, 3]),
    "no newline at the end": (b"x = 1\ny = 2  #!", [2]),
    "only newlines": (b"\n\n\n", []),
    "null byte": (b"x = 1  #!\n\x00\n", []),
    "deep": (b"x = " + b"(" * 5000 + b")" * 5000, []),
    "binary": (bytes(range(256)), []),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_files(put: Put, name: str) -> None:
    data, lines = STRANGE[name]
    put({"a.py": data})
    outcome = review(["."], select=["FAR001"])
    assert [violation.range.line for _, violation in outcome.findings if violation.code == "FAR001"] == lines
    assert len(outcome.files) + len(outcome.skipped) == 1
    assert [violation.code for _, violation in outcome.findings if violation.code == "FAR000"] == ["FAR000"] * len(
        outcome.skipped
    )


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file that cannot be opened")
def test_a_file_that_cannot_be_opened(put: Put) -> None:
    put({"a.py": "#!\n"}).joinpath("a.py").chmod(0)
    assert review(["."]).skipped == (("a.py", "Permission denied"),)


def test_a_link_to_nowhere_is_no_file(put: Put) -> None:
    put({}).joinpath("a.py").symlink_to("nowhere")
    assert review(["."]).files == ()


def test_links_in_circles_are_no_files(put: Put) -> None:
    folder = put({"a.py": "x = 1\n", "pkg/__init__.py": ""})
    folder.joinpath("b.py").symlink_to("c.py")
    folder.joinpath("c.py").symlink_to("b.py")
    folder.joinpath("pkg", "up").symlink_to("..")
    folder.joinpath("round").symlink_to("round")
    assert review(["."]).files == ("a.py", "pkg/__init__.py")


def test_an_error_outside_the_rules_is_contained(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put({"a.py": "#!\n", "b.py": "#!\n"})
    whole = Project.file_for

    def broken(self: Project, path: str, *others: Any) -> File | None:
        if path == "a.py":
            raise KeyError("oops")
        return whole(self, path, *others)

    monkeypatch.setattr(Project, "file_for", broken)
    outcome = review(["."], select=["FAR001"])
    assert found(outcome) == [("a.py", 1, "FAR000"), ("b.py", 1, "FAR001")]
    assert outcome.skipped == (("a.py", "internal error, please report: KeyError: 'oops'"),)


def test_configuration_problems_are_findings(put: Put) -> None:
    put({"a.py": ""}, f"{SETTINGS}ignroe = []\nselect = ['FAR001']\n")
    outcome = review(["."])
    assert found(outcome) == [("pyproject.toml", 2, "FAR000")]
    assert "did you mean `ignore`" in outcome.findings[0][1].message
    assert len(outcome.problems) == 1
    assert review(["."], extend_ignore=["FAR000"]).findings == ()


# Structural rules where there is no Python


SHELL = """\
id: no-sudo
language: bash
severity: warning
message: "`sudo` in a script"
metadata:
  code: FAR901
rule:
  pattern: sudo $$$ARGS
---
id: no-print
language: python
severity: warning
message: "`print` in a service"
metadata:
  code: FAR902
rule:
  pattern: print($$$ARGS)
"""


def test_structural_rules_run_on_shell_and_on_broken_python(put: Put) -> None:
    pytest.importorskip("ast_grep_py")
    put(
        {
            "rules/own.yml": SHELL,
            "scripts/up.sh": "set -e\nsudo reboot\nsudo halt  # noqa: FAR901\n",
            "a.py": "print(1)\ndef f(:\n",
            "b.py": "print(2)\n",
            "tests/c.py": "print(3)\ndef f(:\n",
        },
        f"{SETTINGS}structural-rules = 'rules'\nselect = ['FAR9']\n",
    )
    outcome = review(["."])
    assert [each for each in found(outcome) if each[2] != "FAR000"] == [
        ("a.py", 1, "FAR902"),
        ("b.py", 1, "FAR902"),
        ("scripts/up.sh", 2, "FAR901"),
    ]
    assert outcome.files == ("b.py", "scripts/up.sh")
    assert [(path, violation.code) for path, violation in outcome.suppressed] == [("scripts/up.sh", "FAR901")]


# Processes


def many(put: Put, amount: int = 60) -> None:
    put({f"app/m{number}.py": f"x = {number}  #!\n# raise stray\n" for number in range(amount)} | {"app/bad.py": "("})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
class TestProcesses:
    def test_their_number_changes_nothing(self, put: Put) -> None:
        many(put)
        alone = review(["."])
        assert len(alone.findings) > 120
        assert len(alone.skipped) == 1
        for jobs in (2, 3, 50):
            assert review(["."], jobs=jobs) == alone

    def test_progress_reaches_the_end(self, put: Put) -> None:
        many(put)
        for jobs in (1, 3):
            told: list[tuple[int, int]] = []
            review(["."], jobs=jobs, progress=lambda done, total, told=told: told.append((done, total)))  # type: ignore[misc]
            assert told[-1] == (61, 61)
            assert [done for done, _ in told] == sorted(done for done, _ in told)

    def test_a_process_that_dies_is_told(self, put: Put) -> None:
        many(put)
        put({"app/m30.py": "# suicide\n"})
        outcome = review(["."], jobs=2)
        assert ("app/m30.py", "a process was ended by signal 9") in outcome.skipped
        assert len(outcome.files) + len(outcome.skipped) == 61
        told = [violation.message for path, violation in outcome.findings if path == "app/m30.py"]
        assert told == ["not reviewed: a process was ended by signal 9"]

    def test_no_fork_no_processes(self, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
        many(put)
        alone = review(["."])
        monkeypatch.delattr(os, "fork")
        assert review(["."], jobs=4) == alone

    def test_no_process_is_left_when_the_caller_stops(self) -> None:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            pytest.skip("a process of another test is still there")
        except ChildProcessError:
            pass
        for _ in workers.spread(lambda number: number, 1000, 2, lambda: None):
            break
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def test_large_results_and_many_tasks(self) -> None:
        results = dict(workers.spread(lambda number: "x" * (number % 99) ** 2, 20_000, 2, lambda: None))
        assert sorted(results) == list(range(20_000))
        assert all(len(result) == (number % 99) ** 2 for number, result in results.items())

    def test_what_a_process_says_at_its_end_comes_with_its_numbers(self) -> None:
        told = list(workers.spread(lambda number: number, 50, 2, lambda: "the end"))
        ends = [said for number, said in told if number == workers.ENDED]
        assert [text for _, text in ends] == ["the end"] * 2
        assert sorted(number for numbers, _ in ends for number in numbers) == list(range(50))
        assert sorted(number for number, _ in told if number != workers.ENDED) == list(range(50))

    def test_nothing_is_kept_of_a_process_that_fails_at_its_end(
        self, put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        many(put)
        cache = str(tmp_path / "cache")
        alone = review(["."], cache_dir="")
        with monkeypatch.context() as patch:
            patch.setattr("flake8_fastapi_review.review._Scope.told", lambda scope: 1 // 0)
            assert review(["."], jobs=2, cache_dir=cache) == alone
        assert "ZeroDivisionError" in capfd.readouterr().err
        assert review(["."], jobs=2, cache_dir=cache) == alone
        assert review(["."], jobs=1, cache_dir=cache) == alone

    def test_an_exception_in_a_process_is_told(self, capfd: pytest.CaptureFixture[str]) -> None:
        results = dict(workers.spread(lambda number: 1 // number, 3, 2, lambda: None))
        assert results[0] == "a process failed"
        assert "ZeroDivisionError" in capfd.readouterr().err


def test_the_collector_is_as_before(put: Put) -> None:
    import gc

    many(put)
    review(["."], jobs=2)
    assert gc.isenabled()
    gc.disable()
    try:
        review(["."])
        assert not gc.isenabled()
    finally:
        gc.enable()


# Comments


COMMENTED = '''\
x1 = bad  # noqa
x2 = bad  # noqa: FAR001
x3 = bad  # noqa: FAR00
x4 = bad  # noqa: FAR
x5 = bad  # noqa: E501
x6 = bad  # noqa: E501, FAR001
x7 = bad  # noqa:E501 FAR001
x8 = bad  # noqa: far001
x9 = bad  # NOQA: FAR001
x10 = bad  # noqa : FAR002
x11 = bad  # noqa:FAR002,FAR001
x12 = bad  # noqa: FAR001because
x13 = bad  # type: ignore # noqa: FAR001
x14 = bad  #noqa
x15 = bad  # no-qa
x16 = bad  # noqa:  FAR002
x17 = bad  # noqa: FAR002 FAR001
x18 = bad  # noqa FAR002
x19 = """bad
bad # noqa: FAR001 inside
bad"""
x20 = """bad
bad"""  # noqa: FAR001
x21 = bad + \\
    bad  # noqa: FAR001
x22 = f(
    bad,  # noqa: FAR001
    bad,
)
x23 = f(bad,
    bad)  # noqa: FAR001
x24 = bad; s = "# noqa: FAR001"
x25 = f"""{bad}
bad"""  # noqa: FAR001
x26 = bad  # flake8: noqa
if x1:
    x27 = bad  # noqa: FAR001

    x28 = bad  # noqa: FAR002
x29 = bad  # noqa: FAR001\
'''

FLAKE8 = '''
import sys
class Plugin:
    """Reports FAR001 on each line with the word bad."""
    def __init__(self, tree, lines):
        self.lines = lines
    def run(self):
        for number, line in enumerate(self.lines, 1):
            if "bad" in line:
                yield number, 0, "FAR001 bad", type(self)
'''


def kept_by_flake8(folder: Path, text: str) -> list[int]:
    """The lines whose finding flake8 shows."""
    (folder / "plugin.py").write_text(FLAKE8)
    (folder / "setup.cfg").write_text("[flake8:local-plugins]\nextension =\n    FAR001 = plugin:Plugin\npaths = .\n")
    (folder / "a.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--config=setup.cfg", "--select=FAR001", "--format=%(row)d %(text)s", "a.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return [int(line.split()[0]) for line in done.stdout.splitlines() if line.endswith(" bad")]


def marked(text: str) -> list[Violation]:
    lines = enumerate(text.split("\n"), 1)
    return [
        Violation("FAR001", Severity.WARNING, "bad", Range(line, 0, line, 1)) for line, said in lines if "bad" in said
    ]


def lines_of(violations: list[Violation]) -> list[int]:
    return [violation.range.line for violation in violations]


FORMS = {
    "all": COMMENTED,
    "file": "x = bad\n# flake8: noqa\ny = bad\n",
    "file in capitals": "x = bad\n    # FLAKE8=NOQA\n",
    "file with codes": "x = bad\n# flake8: noqa: E501\n",
    "file with codes not alone": "x = bad  # flake8: noqa: FAR002\ny = bad\n",
    "file for something else": "x = bad\n# ruff: noqa\n",
    "carriage returns": "x = bad  # noqa\r\ny = bad\r\nz = '''\r\nbad\r\n'''  # noqa\r\n",
    "form feed": "x = 1\n\x0cx = bad\ny = bad # noqa\n",
    "no newline at the end": "x = bad\ny = bad  # noqa",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_comments_drop_what_they_drop_in_flake8(tmp_path: Path, text: str) -> None:
    violations = marked(text)
    kept, dropped = suppression.split(violations, text)
    assert lines_of(kept) == kept_by_flake8(tmp_path, text)
    assert sorted(lines_of(kept) + lines_of(dropped)) == lines_of(violations)


def test_comments_in_code_that_cannot_be_tokenized() -> None:
    text = "x = bad  # noqa\ny = bad\nz = '''\nbad # noqa\n"
    kept, dropped = suppression.split(marked(text), text)
    assert (lines_of(kept), lines_of(dropped)) == ([2], [1, 4])


def test_the_run_keeps_what_comments_drop(put: Put) -> None:
    put({"a.py": "x = 1  #!\ny = 2  #! # noqa: FAR001\n", "b.py": "# flake8: noqa\n#!\n"})
    outcome = review(["."], select=["FAR001"])
    assert found(outcome) == [("a.py", 1, "FAR001")]
    assert [(path, violation.range.line) for path, violation in outcome.suppressed] == [("a.py", 2), ("b.py", 2)]
    assert len(review(["."], select=["FAR001"], noqa=False).findings) == 3


def test_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine.cache_folder("/x", "") is None
    assert engine.cache_folder("/x", "/c") == "/c"
    assert engine.cache_folder("/x") is None
    monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", "/e")
    assert engine.cache_folder("/x") == "/e"
    monkeypatch.delenv("FASTAPI_REVIEW_CACHE_DIR")
    assert engine.cache_folder("/x") == os.path.join("/x", ".fastapi-review-cache")


def test_voice_is_short() -> None:
    assert len(engine.voice("x" * 1000).message) == 300
