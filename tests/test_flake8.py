"""The plugins inside a real flake8: what is selected, where it is shown, and that nothing ends the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from toy import MIXED, MIXED_CODES, SLEEP, SLEEP_AT, flake8, project, review

if TYPE_CHECKING:
    from pathlib import Path

ACROSS_FILES: dict[str, str | bytes] = {
    "app.py": SLEEP.replace("import time", "from waiting import pause").replace("time.sleep(1)", "pause()"),
    "waiting.py": "import time\n\n\ndef pause():\n    time.sleep(1)\n",
}
EMOJI = SLEEP.replace("    time.sleep(1)\n", '    note = "héé 🚀🚀"; time.sleep(1)\n')
BROKEN_RULE = """
import importlib, pkgutil
import flake8_fastapi_review.rules as rules
for found in pkgutil.walk_packages(rules.__path__, rules.__name__ + "."):
    if found.name.rpartition(".")[2].startswith("far002"):
        module = importlib.import_module(found.name)
        for cls in vars(module).values():
            if getattr(cls, "code", None) == "FAR002":
                def check(self, file):
                    raise ZeroDivisionError("seen at app.py:2:1: boom")
                    yield
                cls.check = check
"""
BROKEN_ENGINE = """
import flake8_fastapi_review.review as review
def broken(file, selection):
    raise LookupError("lost at app.py:2:1: word\\nsecond line")
review.review_file = broken
"""
LOST = """
import flake8_fastapi_review.review as review
from flake8_fastapi_review.rule import Range, Severity, Violation
def lost(file, selection):
    return [Violation("FAR002", Severity.WARNING, "lost", Range(line, 40, line, 41)) for line in (0, 99)]
review.review_file = lost
"""


def test_file(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": SLEEP})
    run = review(tmp_path, "app.py")
    assert [(line.path, (line.row, line.column), line.code) for line in run.lines] == [("app.py", SLEEP_AT, "FAR002")]
    assert "time.sleep" in run.lines[0].text
    assert (run.exit_code, run.stderr) == (1, "")


def test_folder_and_absolute_path_say_the_same(tmp_path: Path) -> None:
    project(tmp_path, {"src/app.py": SLEEP})
    expected = review(tmp_path, "src/app.py").lines
    for argument in (".", "src", str(tmp_path / "src")):
        assert [line[1:] for line in review(tmp_path, argument).lines] == [line[1:] for line in expected]


def test_plugins_are_listed_once_a_family(tmp_path: Path) -> None:
    version = flake8(tmp_path, "--version").stdout
    assert "flake8-fastapi-review: 0.1.0" in version.replace("\n", " ")


def test_stdin_is_the_editor_s_buffer(tmp_path: Path) -> None:
    project(tmp_path, {"src/app.py": "# older\n"})
    run = review(tmp_path, "--stdin-display-name", "src/app.py", "-", stdin=SLEEP)
    assert [(line.path, (line.row, line.column), line.code) for line in run.lines] == [
        ("src/app.py", SLEEP_AT, "FAR002")
    ]


@pytest.mark.parametrize("name", ["new.py", "folder/that/is/not/there/new.py"])
def test_stdin_of_an_unsaved_file(tmp_path: Path, name: str) -> None:
    project(tmp_path, {})
    assert review(tmp_path, "--stdin-display-name", name, "-", stdin=SLEEP).codes == ["FAR002"]


def test_stdin_without_a_name(tmp_path: Path) -> None:
    project(tmp_path, {})
    assert review(tmp_path, "-", stdin=SLEEP).codes == ["FAR002"]


def test_two_processes_say_the_same(tmp_path: Path) -> None:
    project(tmp_path, {f"package/part{number}.py": MIXED for number in range(12)})
    alone = review(tmp_path, "-j1", "package")
    assert alone.codes == MIXED_CODES * 12
    assert review(tmp_path, "-j2", "package").stdout == alone.stdout


def test_the_finding_of_a_helper_in_another_file(tmp_path: Path) -> None:
    project(tmp_path, ACROSS_FILES)
    whole = review(tmp_path, ".").lines
    assert ("FAR002", *SLEEP_AT) in [(line.code, line.row, line.column) for line in whole]
    assert review(tmp_path, "./app.py").lines == [line for line in whole if line.path == "./app.py"]


# Selection


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], MIXED_CODES),
        (["--select=E,F,W"], MIXED_CODES),
        (["--select=E,W"], []),
        (["--select=FAR0"], MIXED_CODES),
        (["--select=FAR00"], ["FAR002", "FAR009"]),
        (["--select=FAR002,FAR020"], ["FAR020", "FAR002"]),
        (["--select=FAR009"], ["FAR009"]),
        (["--select=FAR,FAR009"], [*MIXED_CODES, "FAR009"]),
        (["--extend-select=FAR009"], [*MIXED_CODES, "FAR009"]),
        (["--select=E", "--extend-select=FAR011"], ["FAR011"]),
        (["--ignore=FAR011"], ["FAR020", "FAR002"]),
        (["--ignore=FAR"], []),
        (["--extend-ignore=F"], []),
        (["--extend-ignore=FAR00,FAR01"], ["FAR020"]),
        (["--select=FAR,FAR011", "--ignore=FAR01"], MIXED_CODES),
        (["--select=FAR009", "--ignore=FAR009"], []),
        (["--per-file-ignores=app.py:FAR020,FAR011"], ["FAR002"]),
        (["--per-file-ignores=other.py:FAR"], MIXED_CODES),
    ],
)
def test_selection(tmp_path: Path, arguments: list[str], expected: list[str]) -> None:
    project(tmp_path, {"app.py": MIXED})
    assert [code for code in flake8(tmp_path, *arguments, "app.py").codes if code.startswith("FAR")] == expected


def test_selection_in_flake8_s_own_file(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": MIXED, "setup.cfg": "[flake8]\nselect = FAR\nextend-ignore = FAR011\n"})
    assert flake8(tmp_path, "app.py").codes == ["FAR020", "FAR002"]


def test_selection_in_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": MIXED}, 'ignore = ["FAR011"]\nextend-select = ["FAR009"]\n')
    assert review(tmp_path, "app.py").codes == ["FAR020", "FAR002", "FAR009"]


def test_flake8_wins_over_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": MIXED}, 'ignore = ["FAR011"]\n')
    assert flake8(tmp_path, "--select=FAR011", "app.py").codes == ["FAR011"]


def test_excluded_files_are_silent_also_when_they_are_named(tmp_path: Path) -> None:
    project(tmp_path, {"generated/app.py": SLEEP}, 'exclude = ["generated"]\n')
    assert review(tmp_path, ".").codes == []
    assert review(tmp_path, "generated/app.py").codes == []
    assert review(tmp_path, "--stdin-display-name=generated/app.py", "-", stdin=SLEEP).codes == []


OWN_RULE = """\
id: no-shout
language: python
severity: warning
message: "`shout` goes nowhere: log it"
metadata:
  code: FAR950
rule:
  pattern: shout($$$ARGUMENTS)
"""


@pytest.mark.parametrize("arguments", [[], ["--select=FAR"], ["--select=FAR9"], ["--extend-select=FAR950"]])
def test_a_project_s_own_rules(tmp_path: Path, arguments: list[str]) -> None:
    files: dict[str, str | bytes] = {"app.py": 'shout("é"); shout(2)\n', "review/no_shout.yml": OWN_RULE}
    project(tmp_path, files, 'structural-rules = ["review"]\n', select="")
    lines = [line for line in flake8(tmp_path, *arguments, "app.py").lines if line.code.startswith("FAR")]
    assert [(line.code, line.column) for line in lines] == [("FAR950", 1), ("FAR950", 13)]


# Suppression: flake8's business, as long as the line is the one a person would mark


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa: FAR002", []),
        ("# noqa", []),
        ("# noqa: E501,FAR002", []),
        ("# noqa: FAR001", ["FAR002"]),
        # What docs/integrations.md warns of:
        ("# noqa: far002", ["FAR002"]),
        ("# noqa: FAR", []),
        ("# noqa : FAR011", []),
        ("# noqa FAR011", []),
        ("# flake8: noqa: FAR002", ["FAR002"]),
    ],
)
def test_noqa(tmp_path: Path, comment: str, expected: list[str]) -> None:
    project(tmp_path, {"app.py": SLEEP.replace("time.sleep(1)", f"time.sleep(1)  {comment}")})
    assert review(tmp_path, "app.py").codes == expected


def test_noqa_at_the_end_of_a_long_call_does_not_count(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": SLEEP.replace("time.sleep(1)", "time.sleep(\n        1\n    )  # noqa: FAR002")})
    assert review(tmp_path, "app.py").codes == ["FAR002"]


@pytest.mark.parametrize("comment", ["# flake8: noqa", "# flake8: noqa: FAR011"])
def test_noqa_for_the_file(tmp_path: Path, comment: str) -> None:
    project(tmp_path, {"app.py": f"{comment}\n{SLEEP}"})
    assert review(tmp_path, "app.py").codes == [], "flake8 silences the whole file, codes or not"


def test_per_file_ignores_of_flake8_do_not_add_up_and_ours_do(tmp_path: Path) -> None:
    settings = '[tool.fastapi-review.per-file-ignores]\n"src" = ["FAR011"]\n"src/api" = ["FAR020"]\n'
    theirs = "--per-file-ignores=src/*:FAR011 src/api/*:FAR020"
    project(tmp_path, {"src/api/app.py": MIXED})
    assert review(tmp_path, theirs, "src").codes == ["FAR002", "FAR011"]
    project(tmp_path, {}, settings)
    assert review(tmp_path, "src").codes == ["FAR002"]


# Files that are not like others


@pytest.mark.parametrize("content", ["", "\n", "\n\n\n", "\ufeff", "# one line", "x = 1", "\x0c\n"])
def test_files_with_nothing_in_them(tmp_path: Path, content: str) -> None:
    project(tmp_path, {"app.py": content})
    assert review(tmp_path, "app.py") == (0, "", "")
    assert review(tmp_path, "app.py", before=BROKEN_ENGINE).codes == (
        ["FAR000"] if content.strip() not in ("", "\ufeff") else []
    )


def test_last_line_without_a_line_end(tmp_path: Path) -> None:
    text = SLEEP.partition("    return")[0].rstrip("\n")
    project(tmp_path, {"app.py": text})
    assert [(line.row, line.column) for line in review(tmp_path, "app.py").lines] == [SLEEP_AT]


def test_one_line_file(tmp_path: Path) -> None:
    text = 'SECRET_KEY = "x8Kq2vR7tLm4Zp9wYb3N"'
    project(tmp_path, {"app.py": text})
    assert [(line.code, line.row) for line in review(tmp_path, "app.py").lines] == [("FAR020", 1)]


def test_columns_are_characters(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": EMOJI})
    line = review(tmp_path, "app.py").lines[0]
    assert EMOJI.splitlines()[line.row - 1][line.column - 1 :] == "time.sleep(1)"


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0c", "\x1c", "\t", "\u0301", "𝔘"])
def test_characters_that_only_some_take_for_line_ends(tmp_path: Path, odd: str) -> None:
    text = SLEEP.replace("    time.sleep(1)", f'    note = """{odd}"""; time.sleep(1)')
    project(tmp_path, {"app.py": text})
    line = review(tmp_path, "app.py").lines[0]
    assert (line.row, text.split("\n")[9][line.column - 1 :]) == (10, "time.sleep(1)")
    assert review(tmp_path, "--stdin-display-name=app.py", "-", stdin=text).lines == [line]


def test_stdin_with_the_line_ends_of_old(tmp_path: Path) -> None:
    project(tmp_path, {})
    run = review(tmp_path, "--stdin-display-name=app.py", "-", stdin=SLEEP.replace("\n", "\r"))
    assert [(line.row, line.column, line.code) for line in run.lines] == [(*SLEEP_AT, "FAR002")]
    assert run.stderr == ""


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    project(tmp_path, {"app.py": SLEEP.replace("\n", end).encode()})
    assert [(line.row, line.column) for line in review(tmp_path, "app.py").lines] == [SLEEP_AT]


def test_byte_order_mark(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": b"\xef\xbb\xbf" + SLEEP.encode()})
    assert [(line.row, line.column) for line in review(tmp_path, "app.py").lines] == [SLEEP_AT]


def test_latin_1(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + SLEEP.replace("    time.sleep(1)", '    name = "Zoë"; time.sleep(1)')
    project(tmp_path, {"app.py": text.encode("latin-1")})
    line = review(tmp_path, "app.py").lines[0]
    assert (line.row, text.splitlines()[line.row - 1][line.column - 1 :]) == (11, "time.sleep(1)")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": SLEEP.encode() + b"# \xff\xfe\n"})
    run = review(tmp_path, "app.py")
    assert (run.codes, run.stderr) == (["FAR002"], "")


def test_syntax_error_is_flake8_s_to_report(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": "def (:\n", "good.py": SLEEP})
    assert sorted(flake8(tmp_path, ".").codes) == ["E999", "FAR002"]


def test_a_neighbour_that_does_not_parse(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": f"from broken import thing\n{SLEEP}", "broken.py": "def (:\n"})
    assert review(tmp_path, "app.py").codes == ["FAR002"]


# What goes wrong


def test_a_crashing_rule_is_a_finding_and_the_others_still_report(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": MIXED, "other.py": MIXED})
    run = review(tmp_path, "-j1", ".", before=BROKEN_RULE)
    for path in ("./app.py", "./other.py"):
        lines = [line for line in run.lines if line.path == path]
        assert sorted(line.code for line in lines) == ["FAR000", "FAR011", "FAR020"]
        assert "FAR002" in next(line.text for line in lines if line.code == "FAR000")
    assert "Traceback" not in run.stderr


def test_a_crashing_engine_is_a_finding(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": MIXED, "other.py": MIXED})
    run = flake8(tmp_path, "--select=E4,E9,F,FAR", "-j1", ".", before=BROKEN_ENGINE)
    assert [(line.path, line.row, line.column, line.code) for line in run.lines] == [
        ("./app.py", 1, 1, "FAR000"),
        ("./other.py", 1, 1, "FAR000"),
    ]
    assert "LookupError" in run.lines[0].text
    assert run.stderr == ""


def test_a_line_that_is_not_there_is_never_reported(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": "x = 1\n"})
    run = review(tmp_path, "app.py", before=LOST)
    assert [(line.row, line.column, line.code) for line in run.lines] == [(1, 1, "FAR002")] * 2


def test_a_mistake_in_the_configuration_is_a_finding(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": SLEEP}, select="select = 7\n")
    run = review(tmp_path, "app.py")
    assert "FAR000" in run.codes
    assert "select" in next(line.text for line in run.lines if line.code == "FAR000")
    assert run.stderr == ""


@pytest.mark.parametrize("value", ["not-a-folder/file", "cache"])
def test_the_cache_never_changes_the_result(tmp_path: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {**ACROSS_FILES, "not-a-folder": "a file\n"})
    expected = review(tmp_path, "app.py").stdout
    monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", value)
    assert [review(tmp_path, "app.py").stdout for _ in range(2)] == [expected, expected]
    assert (tmp_path / "cache").exists() == (value == "cache")
